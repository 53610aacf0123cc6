//! Bodies that are not looked into: the attribute says what their derivative is.

use crate::check::{check, check_hessian, check_into};
use crate::harness::assert_near;
use differentiable::differentiable;
use std::collections::BTreeMap;

/// Solves `w·eʷ = x` (Lambert's function) to the last bit, with an iteration that nobody should differentiate.
#[differentiable(derivative(x = result / (x * (1.0 + result))))]
fn lambert_w(x: f64) -> f64 {
    std::iter::successors(Some(x.ln_1p()), |w| {
        let e = w.exp();
        let next = w - (w * e - x) / (e * (w + 1.0) - (w + 2.0) * (w * e - x) / (2.0 * w + 2.0));
        ((next - w).abs() > 1e-16).then_some(next)
    })
    .take(60)
    .last()
    .unwrap_or(0.0)
}

/// The error function by its series; its derivative is the bell curve.
#[differentiable(derivative(x = std::f64::consts::FRAC_2_SQRT_PI * (-x * x).exp()))]
fn erf(x: f64) -> f64 {
    let series: f64 = (0..60)
        .scan(x, |term, k| {
            let value = *term / (2 * k + 1) as f64;
            *term *= -x * x / (k + 1) as f64;
            Some(value)
        })
        .sum();
    std::f64::consts::FRAC_2_SQRT_PI * series
}

#[test]
fn partials_as_expressions_give_all_orders() {
    check_hessian!(lambert_w(0.7));
    check_hessian!(lambert_w(3.0));
    check_hessian!(erf(0.4));
    check_hessian!(erf(-1.3));
    let w = lambert_w(1.0);
    let second = -w * w * (w + 2.0) / (1.0 + w).powi(3);
    assert_near("W''(1)", &[lambert_w::hessian(1.0)], &[second], 1e-15);
}

/// A body that needs a map; its partials do not.
#[differentiable(derivative(a = b / (a * a + b * b), b = -a / (a * a + b * b)))]
fn angle(a: f64, b: f64, #[constant] shifts: &BTreeMap<String, f64>) -> f64 {
    (a / b).atan() + shifts.values().sum::<f64>()
}

/// A partial may depend on a constant parameter, and be a constant.
#[differentiable(derivative(x = n as f64 * x.powi(n - 1), jump = 0.0))]
fn power_and_step(x: f64, #[allow(unused)] jump: f64, #[constant] n: i32) -> f64 {
    (0..n).map(|_| x).product::<f64>() + jump.floor()
}

#[test]
fn several_parameters() {
    let shifts = BTreeMap::from([("one".to_owned(), 0.5), ("two".to_owned(), 0.25)]);
    check_hessian!(angle(0.7, 1.2, const &shifts));
    check_hessian!(power_and_step(0.7, 2.4, const 3));
}

#[differentiable]
fn caller(x: f64, ys: &[f64]) -> f64 {
    let mut res = lambert_w(x * x + 1.0);
    for y in ys {
        if *y > 0.0 {
            res *= erf(y * res);
        }
    }
    res.exp() + power_and_step(res, x, 2)
}

#[test]
fn an_opaque_function_is_called_as_any_other() {
    check!(caller(0.7, &vec![0.4, -0.3, 0.8]));
    check_into!(caller(0.7, &vec![0.4, -0.3]));
}

/// Sum of the squares of the even entries, by an iterator chain that stays as it is.
#[differentiable(vjp = even_squares_vjp)]
fn even_squares(xs: &[f64], scale: f64) -> f64 {
    scale * xs.chunks(2).map(|pair| pair[0].powi(2)).sum::<f64>()
}

fn even_squares_vjp(xs: &[f64], scale: f64) -> (f64, impl FnOnce(f64) -> (Vec<f64>, f64)) {
    let value = even_squares(xs, scale);
    let pullback = move |seed: f64| {
        let mut xs_bar = vec![0.0; xs.len()];
        for k in (0..xs.len()).step_by(2) {
            xs_bar[k] = 2.0 * seed * scale * xs[k];
        }
        (xs_bar, seed * value / scale)
    };
    (value, pullback)
}

#[differentiable]
fn caller_of_a_vjp(x: f64) -> f64 {
    let xs = [x, x * x, x.sin()];
    even_squares(&xs, x) * x
}

#[test]
fn a_pullback_of_the_users_own() {
    let xs = [0.3, 0.8, -0.4];
    assert_eq!(even_squares::value_and_grad(&xs, 2.0).0, even_squares(&xs, 2.0));
    let (xs_bar, scale_bar) = even_squares::grad(&xs, 2.0);
    assert_near("xs_bar", &xs_bar, &[1.2, 0.0, -1.6], 1e-15);
    assert_near("scale_bar", &[scale_bar], &[0.25], 1e-15);
    let x: f64 = 0.7;
    let wanted = 4.0 * x.powi(3) + 2.0 * x * x.sin().powi(2) + 2.0 * x * x * x.sin() * x.cos();
    assert_near(
        "caller_of_a_vjp::grad",
        &[caller_of_a_vjp::grad(x)],
        &[wanted],
        1e-14,
    );
}

/// Given by its forward mode alone.
#[differentiable(jvp = softplus_jvp)]
fn softplus(x: f64) -> f64 {
    [x, 0.0].into_iter().fold(f64::NEG_INFINITY, f64::max) + (-x.abs()).exp().ln_1p()
}

fn softplus_jvp(x: f64, x_dot: f64) -> (f64, f64) {
    (softplus(x), x_dot / (1.0 + (-x).exp()))
}

#[differentiable]
fn caller_of_a_jvp(x: f64, y: f64) -> f64 {
    softplus(x * y) * y
}

#[test]
fn a_pushforward_of_the_users_own() {
    let slope = 1.0 / (1.0 + (-0.7_f64).exp());
    assert_eq!(softplus::jvp(0.7, 2.0), (softplus(0.7), 2.0 * slope));
    let (x, y) = (0.7_f64, 1.3);
    let slope = 1.0 / (1.0 + (-x * y).exp());
    let (_, found) = caller_of_a_jvp::jvp(x, y, (1.0, 0.0));
    assert_near("caller_of_a_jvp::jvp", &[found], &[slope * y * y], 1e-14);
}
