//! Functions whose companion has another name, and buffers that carry no derivative: what annotated callers write.

use crate::check::{check, check_hessian};
use differentiable::differentiable;

mod square {
    pub fn unrelated() -> f64 {
        2.0
    }
}

#[differentiable(name = square_ad)]
fn square(x: f64) -> f64 {
    x * x
}

#[differentiable]
fn calls_renamed(x: f64) -> f64 {
    square_ad(x) * x + square_ad(2.0 * x) * square::unrelated()
}

#[differentiable]
fn logged(x: f64, #[constant] log: &mut Vec<usize>) -> f64 {
    log.push(1);
    x * x
}

#[differentiable]
fn keeps_a_log(x: f64) -> f64 {
    let mut log: Vec<usize> = Vec::new();
    let y = logged(x, &mut log);
    logged(y, &mut log) * log.len() as f64
}

#[differentiable]
fn optional_constant(x: f64, #[constant] k: Option<f64>) -> f64 {
    match k {
        Some(k) => k * x,
        None => x * x,
    }
}

#[test]
fn callers_use_the_name_of_the_companion() {
    check_hessian!(calls_renamed(1.5));
    assert_eq!(square_ad::grad(3.0), 6.0);
}

#[test]
fn constants_of_all_sorts() {
    check!(keeps_a_log(1.5));
    check!(optional_constant(1.5, const Some(2.0)));
    check!(optional_constant(1.5, const None));
}
