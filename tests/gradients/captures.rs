//! Closures: what they capture and how, where they are called, and what they are handed to.

use crate::check::check;
use differentiable::differentiable;

#[differentiable]
fn by_reference(x: f64, y: f64) -> f64 {
    let f = |t: f64| x * t + y;
    let g = |t| f(f(t)) * x;
    g(y) + f(g(1.0))
}

#[differentiable]
fn by_move(x: f64, y: f64) -> f64 {
    let mut k = x * x;
    let f = move |t: f64| k * t;
    k += y;
    f(y) + k
}

#[differentiable]
fn by_mutable_reference(x: &[f64]) -> f64 {
    let mut total = 0.0;
    let mut count = 0;
    let mut add = |v: f64| {
        total += v * v;
        count += 1;
    };
    for v in x {
        add(*v);
    }
    add(x[0] * x[1]);
    total * count as f64
}

#[differentiable]
fn in_loops(x: f64, n: f64) -> f64 {
    let mut y = x;
    for i in 0..4 {
        let step = |v: f64| v + n * (i as f64) * v.sin();
        y = step(y);
    }
    y
}

#[differentiable]
fn with_returns(x: f64, y: f64) -> f64 {
    let safe = |a: f64, b: f64| {
        if b <= 0.0 {
            return a;
        }
        let mut t = 0.0;
        for k in 0..3 {
            t += a / (b + k as f64);
            if t > 1.0 {
                return t * 2.0;
            }
        }
        t
    };
    safe(x, y) * safe(y, -x) + safe(x * 5.0, y)
}

#[differentiable]
fn question_marks(x: f64, y: f64) -> f64 {
    let ratio = |a: f64, b: f64| -> Option<f64> { if b > 0.0 { Some(a / b) } else { None } };
    let both = |a: f64, b: f64| -> Option<f64> {
        let p = ratio(a, b)?;
        let q = ratio(b, a)?;
        Some(p * p + q)
    };
    both(x, y).unwrap_or(x * y)
}

#[differentiable]
fn lists(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    let mut bump = |i: usize, by: f64| v[i] += by * x[i];
    bump(0, x[1]);
    bump(1, x[0]);
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let row = |i: usize| [x[i], v[i] * 2.0];
    let pair = |a: f64| (a, a * a);
    let (p, q) = pair(x[0]);
    dot(&v, x) * row(1)[1] + p * q
}

#[differentiable]
fn with_a_constant_closure(x: f64, #[constant] scale: impl Fn(f64) -> f64, #[constant] at: f64) -> f64 {
    let k = scale(at);
    let l = scale(2.0 * at) + scale(1.0);
    k * x * x + l * x
}

#[differentiable]
fn with_a_constant_function(
    x: &[f64],
    #[constant] weight: &dyn Fn(usize) -> f64,
    #[constant] cut: fn(f64) -> f64,
) -> f64 {
    x.iter().enumerate().map(|(i, v)| weight(i) * v * v).sum::<f64>() * cut(2.0)
}

#[differentiable]
fn shadowed(x: f64) -> f64 {
    let y = 2.0 * x;
    let f = |x: f64| x * y;
    let y = 3.0;
    f(y) + f(x)
}

#[differentiable]
fn paths(x: &[f64]) -> f64 {
    let square = |v: &f64| v * v;
    let a: f64 = x.iter().map(square).sum();
    let b = x.iter().copied().map(f64::sin).fold(0.0, f64::max);
    let c: f64 = x.iter().map(|v| square(v)).map(Some).map(|v| v.unwrap()).sum();
    a * b + c
}

#[differentiable]
fn newton(x: f64) -> f64 {
    let f = |t: f64| t * t * t - x;
    let df = |t: f64| 3.0 * t * t;
    let mut t = 1.0;
    while f(t).abs() > 1e-12 {
        t -= f(t) / df(t);
    }
    t
}

#[test]
fn captures() {
    check!(by_reference(0.5, 0.7));
    check!(by_move(0.5, 0.7));
    check!(by_mutable_reference(&vec![0.5, 0.7, 0.9]));
    check!(in_loops(0.5, 0.7));
    check!(lists(&vec![0.5, 0.7]));
    check!(shadowed(0.5));
    check!(newton(0.5));
}

#[test]
fn ways_out_of_closures() {
    check!(with_returns(0.5, 0.7));
    check!(with_returns(-0.5, 0.7));
    check!(with_returns(2.5, 0.7));
    check!(question_marks(0.5, 0.7));
    check!(question_marks(0.5, -0.7));
}

#[test]
fn closures_given() {
    let k = 1.5;
    assert!((with_a_constant_closure::grad(0.5, |v: f64| v * k, 2.0) - 10.5).abs() < 1e-12);
    assert_eq!(
        with_a_constant_function::grad(&[0.5, 2.0], &|i| i as f64, f64::sqrt),
        [0.0, 4.0 * 2f64.sqrt()]
    );
    check!(paths(&vec![0.5, 0.7, 0.9]));
}
