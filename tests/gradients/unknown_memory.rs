//! Memory whose elements come from functions that are not annotated, written to by functions that are.

use crate::check::check;
use differentiable::differentiable;

fn one() -> f64 {
    1.0
}

fn ones() -> Vec<f64> {
    vec![1.0; 3]
}

#[differentiable]
fn add(a: f64, x: &[f64], y: &mut [f64]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y += a * x;
    }
}

#[differentiable]
fn scale(a: f64, y: &mut f64) {
    *y *= a * a;
}

#[differentiable]
fn norm(x: &[f64; 3]) -> f64 {
    (x[0] * x[0] + x[1] * x[1] + x[2] * x[2]).sqrt()
}

#[differentiable]
fn array_of_unknown_elements(a: f64, x: [f64; 3]) -> f64 {
    let mut y = [one(); 3];
    add(a, &x, &mut y);
    norm(&y)
}

#[differentiable]
fn unknown_scalar(a: f64) -> f64 {
    let mut y = one();
    scale(a, &mut y);
    y * 2.0
}

#[differentiable]
fn list_of_a_written_type(a: f64, x: [f64; 3]) -> f64 {
    let mut y: Vec<f64> = ones();
    add(a, &x, &mut y);
    norm(&[y[0], y[1], y[2]])
}

#[test]
fn what_a_derivative_is_written_to_is_made_of_floats() {
    check!(array_of_unknown_elements(0.7, [0.3, 0.5, -0.2]));
    check!(unknown_scalar(0.7));
    check!(list_of_a_written_type(0.7, [0.3, 0.5, -0.2]));
}
