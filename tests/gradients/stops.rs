//! `stop_gradient`: the value passes, the derivative does not, at no order and in no mode.

use differentiable::{differentiable, stop_gradient};

#[differentiable]
fn weighted(x: f64) -> f64 {
    x * stop_gradient(x * x)
}

#[differentiable]
fn centred(x: &[f64]) -> f64 {
    let mut mean = 0.0;
    for xi in x {
        mean += differentiable::stop_gradient(*xi) / x.len() as f64;
    }
    let mut sum = 0.0;
    for xi in x {
        sum += (xi - mean) * (xi - mean);
    }
    sum
}

#[test]
fn what_is_stopped_is_a_constant() {
    assert_eq!(weighted::value_and_grad(3.0), (27.0, 9.0));
    assert_eq!(weighted::jvp(3.0, 2.0), (27.0, 18.0));
    assert_eq!(weighted::vjp(3.0).1(2.0), 18.0);
    assert_eq!(weighted::hessian(3.0), 0.0);
}

#[test]
fn a_mean_may_be_stopped_in_its_loop() {
    // Without the stop, the mean's own derivative would cancel in the gradient and remain in the Hessian.
    let hessian = centred::hessian(&[1.0, 2.0, 6.0]);
    assert_eq!(centred::grad(&[1.0, 2.0, 6.0]), [-4.0, -2.0, 6.0]);
    for i in 0..3 {
        for j in 0..3 {
            assert_eq!(hessian[(i, j)], if i == j { 2.0 } else { 0.0 });
        }
    }
}
