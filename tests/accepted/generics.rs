//! Lifetimes and const parameters, with and without bounds.

use differentiable::differentiable;

#[differentiable]
fn longest<'a, 'b: 'a>(xs: &'a [f64], ys: &'b [f64]) -> f64 {
    if xs.len() > ys.len() {
        xs[0] * xs[0]
    } else {
        ys[0] * xs[0]
    }
}

#[differentiable]
fn norm<const N: usize>(xs: &[f64; N]) -> f64 {
    let mut sum = 0.0;
    for i in 0..N {
        sum += xs[i] * xs[i];
    }
    sum.sqrt()
}

#[differentiable]
fn scaled<const N: usize>(xs: [f64; N], by: f64) -> [f64; N] {
    let mut res = [0.0; N];
    for i in 0..N {
        res[i] = xs[i] * by;
    }
    res
}

#[differentiable]
fn generic_constant<F: Fn(usize) -> f64, T: AsRef<str>>(
    x: f64,
    #[constant] weight: F,
    #[constant] name: T,
) -> f64
where
    T: Clone,
{
    let n = name.as_ref().len();
    x * x * weight(n)
}

#[differentiable]
fn caller(x: f64) -> f64 {
    let scaled = scaled::<3>([x, 2.0, x * x], x);
    norm(&scaled) + generic_constant(x, |n| n as f64, String::from("four"))
}

fn main() {
    assert_eq!(longest::grad(&[2.0], &[3.0]), (vec![3.0], vec![2.0]));
    assert_eq!(norm::grad(&[0.0, 4.0]), [0.0, 1.0]);
    let (value, pullback) = scaled::vjp([1.0, 2.0], 3.0);
    assert_eq!((value, pullback([1.0, 1.0])), ([3.0, 6.0], ([3.0, 3.0], 3.0)));
    assert_eq!(generic_constant::grad(1.5, |n| n as f64, "two"), 9.0);
    assert!(caller::grad(1.0).is_finite());
}
