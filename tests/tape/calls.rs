//! Annotated functions as nodes of a tape.

use differentiable::nalgebra::{DMatrix, DVector, Matrix2, Vector2, Vector3};
use differentiable::{Tape, differentiable};

#[differentiable]
fn scalar(x: f64) -> f64 {
    x.sin() * x
}

#[differentiable]
fn two(x: f64, y: f64) -> f64 {
    x * y * y
}

#[differentiable]
fn weighted(x: &[f64], w: &[f64], shift: f64) -> f64 {
    let mut sum = 0.0;
    for (x, w) in x.iter().zip(w) {
        sum += (x - shift) * w * w;
    }
    sum
}

#[differentiable]
fn spread(x: [f64; 2]) -> [f64; 3] {
    [x[0] * x[1], x[0].exp(), x[1]]
}

#[differentiable]
fn rows(x: &Vec<f32>) -> Vec<f32> {
    let mut out = Vec::new();
    for x in x {
        out.push(x * x);
    }
    out
}

#[test]
fn a_scalar_function_is_one_node() {
    let tape = Tape::persistent();
    let x = tape.var(1.5);
    let y = tape.call(scalar::vjp, &(x * x)) * 2.0;
    assert_eq!(y.value(), 2.0 * scalar(2.25));
    for _ in 0..2 {
        assert_eq!(tape.gradient(&y, &x), Some(2.0 * scalar::grad(2.25) * 3.0));
    }
}

#[test]
fn several_parameters_are_a_tuple_and_the_same_one_twice_is_summed() {
    let tape = Tape::persistent();
    let (x, y) = (tape.var(3.0), tape.var(4.0));
    assert_eq!(
        tape.gradient(&tape.call(two::vjp, (&x, &y)), (&x, &y)),
        (Some(16.0), Some(24.0))
    );
    assert_eq!(tape.gradient(&tape.call(two::vjp, (&x, &x)), &x), Some(27.0));
    let c = tape.constant(2.0);
    assert_eq!(
        tape.gradient(&tape.call(two::vjp, (&c, &y)), (&c, &y)),
        (None, Some(16.0))
    );
}

#[test]
fn slices_are_lent_from_vectors_arrays_and_lists() {
    let (x, w) = ([1.0, 2.0, 3.0], [0.5, 0.25, 2.0]);
    let want = weighted::grad(&x, &w, 0.5);
    let tape = Tape::new();
    let (a, b, c) = (
        tape.var(DVector::from_column_slice(&x)),
        tape.var(w.to_vec()),
        tape.var(0.5),
    );
    let y = tape.call(weighted::vjp, (&a, &b, &c));
    let (da, db, dc) = tape.gradient(&y, (&a, &b, &c));
    assert_eq!(da.unwrap().as_slice(), want.0);
    assert_eq!((db, dc), (Some(want.1), Some(want.2)));
}

#[test]
fn results_may_be_arrays_and_lists() {
    let tape = Tape::persistent();
    let x = tape.var([0.5, 2.0]);
    let y = tape.call(spread::vjp, &x);
    let jacobian = tape.jacobian(&y, &x).unwrap();
    assert_eq!(jacobian.as_slice(), spread::jacobian([0.5, 2.0]).as_slice());
    let z = y.at(0) * y.at(2);
    assert_eq!(tape.gradient(&z, &x), Some([4.0, 2.0]));
    let v = tape.var(vec![1.0_f32, 2.0]);
    let squares = tape.call(rows::vjp, &v);
    assert_eq!(squares.value(), [1.0, 4.0]);
    assert_eq!(tape.gradient(&squares, &v), Some(vec![2.0, 4.0]));
}

#[differentiable]
fn quadratic(a: &Matrix2<f64>, x: Vector2<f64>) -> f64 {
    x.dot(&(a * x))
}

#[differentiable]
fn rotated(a: &DMatrix<f64>, x: &DVector<f64>) -> DVector<f64> {
    a * x
}

#[test]
fn matrices_go_in_by_reference_and_by_value() {
    let tape = Tape::new();
    let (a, x) = (
        tape.var(Matrix2::new(1.0, 2.0, 3.0, 4.0)),
        tape.var(Vector2::new(1.0, -1.0)),
    );
    let y = tape.call(quadratic::vjp, (&a, &x)) * 2.0;
    let (da, dx) = tape.gradient(&y, (&a, &x));
    assert_eq!(da, Some(Matrix2::new(2.0, -2.0, -2.0, 2.0)));
    assert_eq!(dx, Some(Vector2::new(-6.0, -6.0)));
}

#[test]
fn results_may_be_vectors() {
    let tape = Tape::persistent();
    let a = tape.var(DMatrix::from_row_slice(2, 2, &[1.0, 2.0, 3.0, 4.0]));
    let x = tape.var(DVector::from_vec(vec![1.0, -1.0]));
    let called = tape.call(rotated::vjp, (&a, &x)).norm();
    let recorded = (a * x).norm();
    assert_eq!(
        tape.gradient(&called, (&a, &x)),
        tape.gradient(&recorded, (&a, &x))
    );
}

#[test]
fn a_closure_fixes_what_is_constant() {
    #[differentiable]
    fn power(x: f64, #[constant] n: i32) -> f64 {
        x.powi(n)
    }
    let tape = Tape::new();
    let x = tape.var(2.0);
    let y = tape.call(|x| power::vjp(x, 3), &x);
    assert_eq!(tape.gradient(&y, &x), Some(12.0));
}

#[test]
#[should_panic(expected = "a pullback gave a cotangent of another length")]
fn a_cotangent_of_another_length_is_refused() {
    let tape = Tape::new();
    let x = tape.var(Vector3::new(1.0, 2.0, 3.0));
    let wrong = |x: Vector3<f64>| (x[0], |bar: f64| Vector2::new(bar, 0.0));
    let y = tape.call(wrong, &x);
    tape.gradient(&y, &x);
}
