//! The first lesson of TensorFlow's `GradientTape`, with its numbers (TensorFlow 2.21, single precision).

use differentiable::Tape;
use differentiable::nalgebra::{Matrix3, Vector3};

#[test]
fn the_values_of_the_first_lesson() {
    let tape = Tape::persistent();
    let x = tape.var(10.0);
    assert_eq!(x.powi(2).value(), 100.0);
    let x = tape.var(3.0);
    let y = x.powi(2) + 2.0 * x + 1.0;
    assert_eq!((y.value(), tape.gradient(&y, &x)), (16.0, Some(8.0)));

    let a = tape.var(Matrix3::new(1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0));
    let x = tape.var(Vector3::new(100.0, 200.0, 300.0));
    let b = a * x;
    assert_eq!(b.value(), Vector3::new(1400.0, 3200.0, 5000.0));
    let (dx, da) = tape.gradient(&b, (&x, &a));
    assert_eq!(dx, Some(Vector3::new(12.0, 15.0, 18.0)));
    let row = Vector3::new(100.0, 200.0, 300.0).transpose();
    assert_eq!(da, Some(Matrix3::from_rows(&[row, row, row])));
}

#[test]
fn single_precision_holds_seven_digits() {
    let tape = Tape::new();
    let a = tape.var(Matrix3::new(1.0_f32, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0));
    let x = tape.var(Vector3::new(100.0, 200.0, 300.0));
    let j = (a * x).norm();
    assert!((j.value() - 6_099.18).abs() < 1e-6 * 6_099.18);
    let by_x = tape.gradient(&j, &x).expect("connected");
    let expected = Vector3::new(8.066658, 9.64064, 11.214622);
    assert!((by_x - expected).norm() < 1e-6 * expected.norm());
}
