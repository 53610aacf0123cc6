//! Bodies that are not looked into, in every shape: the attribute says what their derivative is.

use differentiable::{check_grad, differentiable};

/// A map of everything: arrays, slices, tuples.
#[differentiable(vjp = mix_vjp)]
fn mix(x: f64, xs: &[f64], p: (f64, [f64; 2]), #[constant] n: usize) -> ([f64; 2], f64) {
    ([x * xs[n], p.1[0] * p.1[1]], p.0 * p.0 * x)
}

fn mix_vjp<'a>(
    x: f64,
    xs: &'a [f64],
    p: (f64, [f64; 2]),
    n: usize,
) -> (
    ([f64; 2], f64),
    impl FnOnce(([f64; 2], f64)) -> (f64, Vec<f64>, (f64, [f64; 2])) + use<'a>,
) {
    let value = mix(x, xs, p, n);
    (value, move |(a, b): ([f64; 2], f64)| {
        let mut xs_bar = vec![0.0; xs.len()];
        xs_bar[n] = a[0] * x;
        (
            a[0] * xs[n] + b * p.0 * p.0,
            xs_bar,
            (2.0 * b * p.0 * x, [a[1] * p.1[1], a[1] * p.1[0]]),
        )
    })
}

#[test]
fn forward_mode_follows_from_reverse() {
    let (xs, p) = ([2.0, 3.0], (4.0, [5.0, 6.0]));
    let tangent = (1.0, &[0.0, 10.0][..], (1.0, [0.0, 1.0]));
    let (value, dot) = mix::jvp(1.5, &xs, p, 1, tangent);
    assert_eq!(value, mix(1.5, &xs, p, 1));
    assert_eq!(dot, ([18.0, 5.0], 28.0));
    let (_, pullback) = mix::vjp(1.5, &xs, p, 1);
    assert_eq!(
        pullback(([1.0, 0.0], 0.0)),
        (3.0, vec![0.0, 1.5], (0.0, [0.0, 0.0]))
    );
}

/// Given by its forward mode alone, for a list of results.
#[differentiable(jvp = scale_jvp)]
fn scale(xs: &[f64; 3], by: f64) -> Vec<f64> {
    xs.iter().map(|x| x * by).collect()
}

fn scale_jvp(xs: &[f64; 3], by: f64, (xs_dot, by_dot): (&[f64; 3], f64)) -> (Vec<f64>, Vec<f64>) {
    let dots = xs.iter().zip(xs_dot);
    (
        scale(xs, by),
        dots.map(|(x, x_dot)| x_dot * by + x * by_dot).collect(),
    )
}

#[test]
fn reverse_mode_follows_from_forward() {
    let (value, pullback) = scale::vjp(&[1.0, 2.0, 3.0], 10.0);
    assert_eq!(value, [10.0, 20.0, 30.0]);
    assert_eq!(pullback(vec![1.0, 0.0, 2.0]), ([10.0, 0.0, 20.0], 7.0));
    let jacobian = scale::jacobian(&[1.0, 2.0, 3.0], 10.0);
    assert_eq!(
        jacobian,
        nalgebra::dmatrix![
            10.0, 0.0, 0.0, 1.0;
            0.0, 10.0, 0.0, 2.0;
            0.0, 0.0, 10.0, 3.0
        ]
    );
}

/// The norm, with a pullback that needs no square root of its own.
#[differentiable(vjp = norm_vjp)]
fn norm<F: Fn(f64) -> f64 + Clone>(xs: &[f64], #[constant] shape: F) -> f64 {
    shape(xs.iter().map(|x| x * x).sum::<f64>().sqrt())
}

fn norm_vjp<F: Fn(f64) -> f64 + Clone>(xs: &[f64], shape: F) -> (f64, impl FnOnce(f64) -> Vec<f64>) {
    let value = norm(xs, shape);
    (value, move |seed| xs.iter().map(|x| seed * x / value).collect())
}

#[differentiable]
fn caller(x: f64, y: f64) -> f64 {
    let list = [x, y, x * y];
    norm(&list, |r| r) * x + norm(&[x, 2.0], |r| r)
}

#[test]
fn an_opaque_function_with_a_closure_is_called() {
    assert_eq!(norm::grad(&[3.0, 4.0], |r| r), [0.6, 0.8]);
    let mut into = [9.0; 2];
    assert_eq!(norm::grad_into(&[3.0, 4.0], |r| r, &mut into), 5.0);
    assert_eq!(into, [0.6, 0.8]);
    check_grad(caller, caller::grad, (1.3, 0.7)).expect("right");
    let (_, dot) = caller::jvp(1.3, 0.7, (1.0, 0.0));
    approx::assert_relative_eq!(dot, caller::grad(1.3, 0.7).0, max_relative = 1e-14);
}

/// Partial derivatives that read constants and the result; all orders follow.
#[differentiable(derivative(x = rate(n) * result, y = result * curve.1 / (1.0 + y * y)))]
fn growth(x: f64, y: &f64, #[constant] n: usize, #[constant] curve: (f64, f64)) -> f64 {
    (rate(n) * x + curve.1 * y.atan()).exp() + 0.0 * curve.0
}

fn rate(n: usize) -> f64 {
    n as f64 * 0.5
}

#[test]
fn partials_of_constants() {
    let curve = (7.0, 2.0);
    let (value, (x, y)) = growth::value_and_grad(0.3, &0.4, 3, curve);
    assert_eq!(value, growth(0.3, &0.4, 3, curve));
    approx::assert_relative_eq!(x, 1.5 * value, max_relative = 1e-15);
    approx::assert_relative_eq!(y, 2.0 * value / 1.16, max_relative = 1e-15);
    let hessian = growth::hessian(0.3, &0.4, 3, curve);
    approx::assert_relative_eq!(hessian[(0, 0)], 2.25 * value, max_relative = 1e-14);
    approx::assert_relative_eq!(hessian[(1, 0)], 3.0 * value / 1.16, max_relative = 1e-14);
    let second = value * (2.0 / 1.16_f64).powi(2) - value * 2.0 * 0.8 / 1.16_f64.powi(2);
    approx::assert_relative_eq!(hessian[(1, 1)], second, max_relative = 1e-14);
}

/// A kink says what is taken there.
#[differentiable(derivative(x = if x > 0.0 { slope } else if x == 0.0 { 0.5 * slope } else { 0.0 }))]
fn ramp(x: f64, #[constant] slope: f64) -> f64 {
    slope * x.max(0.0)
}

#[differentiable]
fn bump(t: f64) -> f64 {
    (-t * t).exp()
}

/// What is more than a formula is another annotated function.
#[differentiable(derivative(x = bump(x) * 2.0 / std::f64::consts::PI.sqrt()))]
fn erf(x: f64) -> f64 {
    let steps = 400;
    let h = x / f64::from(steps);
    let sum: f64 = (0..steps).map(|k| bump((f64::from(k) + 0.5) * h)).sum();
    sum * h * 2.0 / std::f64::consts::PI.sqrt()
}

#[test]
fn partials_with_branches_and_calls() {
    assert_eq!([-1.0, 0.0, 1.0].map(|x| ramp::grad(x, 3.0)), [0.0, 1.5, 3.0]);
    let slope = 2.0 / std::f64::consts::PI.sqrt();
    approx::assert_relative_eq!(erf::grad(0.5), slope * (-0.25_f64).exp());
    approx::assert_relative_eq!(erf::hessian(0.5), -slope * (-0.25_f64).exp());
    approx::assert_relative_eq!(erf::hvp(0.5, 2.0), -2.0 * slope * (-0.25_f64).exp());
    let (_, pullback) = erf::vjp(0.5);
    approx::assert_relative_eq!(pullback(2.0), 2.0 * slope * (-0.25_f64).exp());
}
