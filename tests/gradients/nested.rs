//! `f::grad(x)` inside of annotated functions: second and third derivatives.

use crate::check::{check, check_hessian, check_map};
use differentiable::differentiable;
use num_traits::Float;

#[differentiable]
fn wave(x: f64) -> f64 {
    (2.0 * x).sin() * x.exp()
}

#[differentiable]
fn slope(x: f64) -> f64 {
    wave::grad(x)
}

#[differentiable]
fn curvature(x: f64) -> f64 {
    slope::grad(x)
}

#[differentiable]
fn potential(x: f64, y: f64, #[constant] k: f64) -> f64 {
    k * x * x * y + (x * y).cos()
}

/// The square of the gradient's length.
#[differentiable]
fn steepness(x: f64, y: f64) -> f64 {
    let (gx, gy) = potential::grad(x, y, 1.5);
    gx * gx + gy * gy
}

#[differentiable]
fn force(x: f64, y: f64) -> [f64; 2] {
    let (gx, gy) = potential::grad(x, y * y, 0.5);
    [-gx, -gy]
}

#[differentiable]
fn newton_step(x: f64) -> f64 {
    let mut at = x;
    for _ in 0..3 {
        at -= 0.1 * wave::grad(at) / (1.0 + wave(at) * wave(at));
    }
    at
}

#[differentiable]
fn branching(x: f64) -> f64 {
    if x > 0.0 { x * x * x } else { -x * x * x * x }
}

#[differentiable]
fn slope_of_branches(x: f64) -> f64 {
    branching::grad(x) * x
}

#[differentiable]
fn cubic<T: Float>(x: T) -> T {
    x * x * x + x.sin()
}

#[differentiable]
fn slope_of_generic(x: f64) -> f64 {
    cubic::grad(x) * cubic(x)
}

#[test]
fn second_derivatives() {
    check!(slope(0.7));
    check_hessian!(slope(0.7));
    let (sin, cos, exp) = (1.4_f64.sin(), 1.4_f64.cos(), 0.7_f64.exp());
    assert!((slope::grad(0.7) - exp * (4.0 * cos - 3.0 * sin)).abs() < 1e-12);
    check_hessian!(steepness(0.4, -0.8));
    check_map!(force(0.4, -0.8));
    check!(newton_step(0.4));
    check!(slope_of_branches(0.6));
    check!(slope_of_branches(-0.6));
    check!(slope_of_generic(0.6));
}

#[test]
fn third_derivatives() {
    let (sin, cos, exp) = (1.4_f64.sin(), 1.4_f64.cos(), 0.7_f64.exp());
    assert!((curvature::grad(0.7) - exp * (-11.0 * sin - 2.0 * cos)).abs() < 1e-11);
    assert!((slope::hessian(0.7) - curvature::grad(0.7)).abs() < 1e-11);
    let h = 1e-5;
    let difference = (curvature(0.7 + h) - curvature(0.7 - h)) / (2.0 * h);
    assert!((curvature::grad(0.7) - difference).abs() < 1e-7);
    assert_eq!(
        curvature::value_and_grad(0.7),
        (curvature(0.7), curvature::grad(0.7))
    );
    assert!((curvature::jvp(0.7, 2.0).1 - 2.0 * curvature::grad(0.7)).abs() < 1e-11);
}
