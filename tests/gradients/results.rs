//! Results of every shape, generic callees, elements that may be missing.

use crate::check::check;
use differentiable::differentiable;

#[differentiable]
fn norm<const N: usize>(x: &[f64; N]) -> f64 {
    x.iter().map(|v| v * v).sum::<f64>().sqrt()
}

#[differentiable]
fn calls_generic(x: [f64; 3], y: f64) -> f64 {
    norm::<3>(&x) * norm(&[y, x[0]])
}

#[differentiable]
fn push_and_sum(xs: &mut Vec<f64>, a: f64) -> f64 {
    xs.push(a * a);
    xs.iter().sum()
}

#[differentiable]
fn accumulate(x: f64, to: &mut f64) {
    *to += x * *to + 1.0;
}

#[differentiable]
fn split_results(x: &[f64]) -> ([f64; 2], Vec<f64>, f64) {
    ([x[0] * x[1], x[1]], vec![x[0]; 3], x[0].sin())
}

#[differentiable]
fn uses_results(x: &[f64]) -> f64 {
    let mut v = vec![1.0];
    let s = push_and_sum(&mut v, x[0]) + push_and_sum(&mut v, x[1]);
    let mut m = [[1.0, 2.0], [3.0, x[0]]];
    accumulate(s, &mut m[1][0]);
    accumulate(m[1][0], &mut v[1]);
    let (a, b, c) = split_results(x);
    let t: ([f64; 2], Vec<f64>, f64) = split_results(&v);
    a[0] * b[2] + c * v[1] + m[1][0] * t.0[1] + t.2
}

#[differentiable]
fn in_conditions(x: [f64; 3]) -> f64 {
    let mut y = x;
    while norm(&y) > 1.0 {
        for v in &mut y {
            *v *= 0.7;
        }
    }
    if norm(&y) > 0.5 && norm(&[y[0]]) > 0.1 {
        y[0] * y[1]
    } else {
        y[2]
    }
}

#[differentiable]
fn missing(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        let next = x.get(i + 1).copied().unwrap_or(0.0);
        let before = if i > 0 { x[i - 1] } else { 0.0 };
        s += next * x[i] - before * before;
        if let Some(v) = x.get(i + 2) {
            s += v * x[0];
        }
        let Some(w) = x.get(i + 3) else { continue };
        s += w * w;
    }
    s
}

const P: [f64; 4] = [0.6, -1.3, 0.9, 1.7];

#[test]
fn results_are_taken_apart_by_what_is_done_with_them() {
    check!(norm(&[0.6, -1.3]));
    check!(calls_generic([0.6, -1.3, 0.9], 0.3));
    check!(uses_results(&P.to_vec()));
    check!(in_conditions([0.6, -1.3, 0.9]));
    check!(missing(&P.to_vec()));
}
