//! A crate without the prelude: neither `Some` nor `Vec` nor `FnOnce` is in scope.
#![no_implicit_prelude]

use ::differentiable::differentiable;

#[differentiable]
fn f(x: f64, ys: &[f64]) -> f64 {
    let mut res = x;
    for i in 0..ys.len() {
        res = res * ys[i] + g(res, i);
    }
    res
}

#[differentiable]
fn g(x: f64, #[constant] n: usize) -> f64 {
    if n == 0 { x } else { x * g(x, n - 1) }
}

fn main() {
    let (x_bar, ys_bar) = f::grad(2.0, &[3.0, 4.0]);
    ::std::assert_eq!(
        f::value_and_grad(2.0, &[3.0, 4.0]),
        (f(2.0, &[3.0, 4.0]), (x_bar, ys_bar))
    );
}
