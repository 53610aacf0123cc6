//! Derivatives of derivatives.

use differentiable::nalgebra::{DMatrix, Vector2};
use differentiable::{Tape, Var, differentiable};

#[test]
fn the_cube_has_the_slope_three_and_the_curvature_six() {
    let outer = Tape::new();
    let x = outer.var(1.0);
    let inner = outer.nested();
    let y = x * x * x;
    let slope = inner.gradient(&y, &x).unwrap();
    assert_eq!(slope.value(), 3.0);
    assert_eq!(outer.gradient(&slope, &x), Some(6.0));
}

#[test]
fn five_orders() {
    let outer = Tape::new();
    let x = outer.var(2.0);
    let tapes = [outer.nested(), outer.nested(), outer.nested(), outer.nested()];
    let mut y = x.powi(6);
    for inner in tapes.iter().rev() {
        y = inner.gradient(&y, &x).unwrap();
    }
    assert_eq!(y.value(), 360.0 * 4.0);
    assert_eq!(outer.gradient(&y, &x), Some(720.0 * 2.0));
}

#[test]
fn an_inner_tape_does_not_see_what_was_before() {
    let outer = Tape::new();
    let x = outer.var(3.0);
    let before = x * x;
    let inner = outer.nested_persistent();
    let y = before * x;
    assert_eq!(inner.gradient(&y, &x).map(|it| it.value()), Some(9.0));
    assert_eq!(inner.gradient(&y, &before).map(|it| it.value()), Some(3.0));
    assert_eq!(inner.gradient(&before, &x).map(|it| it.value()), None);
}

#[test]
fn an_inner_tape_sees_a_variable_that_was_assigned_before() {
    let outer = Tape::new();
    let x = outer.var(3.0);
    x.assign(&5.0);
    let inner = outer.nested();
    assert_eq!(inner.gradient(&(x * x), &x).map(|it| it.value()), Some(10.0));
}

#[test]
#[should_panic(expected = "gives one gradient only")]
fn an_inner_tape_is_one_shot_too() {
    let outer = Tape::persistent();
    let x = outer.var(3.0);
    let inner = outer.nested();
    let y = x * x;
    inner.gradient(&y, &x);
    inner.gradient(&y, &x);
}

#[differentiable]
fn rosenbrock(x: [f64; 2]) -> f64 {
    (1.0 - x[0]).powi(2) + 100.0 * (x[1] - x[0] * x[0]).powi(2)
}

#[test]
fn a_hessian_is_the_jacobian_of_a_gradient() {
    let outer = Tape::new();
    let x = outer.var(Vector2::new(-1.2_f64, 1.0));
    let inner = outer.nested();
    let y = (1.0 - x.at(0)).powi(2) + 100.0 * (x.at(1) - x.at(0) * x.at(0)).powi(2);
    let grad: Var<Vector2<f64>> = inner.gradient(&y, &x).unwrap();
    let hessian = outer.jacobian(&grad, &x).unwrap();
    let want = rosenbrock::hessian([-1.2, 1.0]);
    assert!((hessian - DMatrix::from_column_slice(2, 2, want.as_slice())).norm() < 1e-10);
}

#[differentiable]
fn sine(x: f64) -> f64 {
    x.sin()
}

#[test]
#[should_panic(
    expected = "the gradient of a function called by `tape.call` cannot be differentiated once more"
)]
fn a_called_function_is_opaque_to_the_second_order() {
    let outer = Tape::new();
    let x = outer.var(1.0);
    let inner = outer.nested();
    let y = outer.call(sine::vjp, &x);
    let slope = inner.gradient(&y, &x).unwrap();
    assert_eq!(slope.value(), 1.0_f64.cos());
    outer.gradient(&slope, &x);
}
