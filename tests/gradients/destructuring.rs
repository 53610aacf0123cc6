//! Patterns of every kind: slices, nested tuples, references, bindings with `@`, alternatives, guards.

use crate::check::check;
use differentiable::differentiable;

#[differentiable]
fn slices(x: &[f64]) -> f64 {
    match x {
        [] => 0.0,
        [a] => a * a,
        [a, b] => a * b,
        [first, .., last] if *first > 1.0 => first / last,
        [first, rest @ ..] => first * rest.iter().sum::<f64>(),
    }
}

#[differentiable]
fn middle(x: &[f64]) -> f64 {
    let [a, inner @ .., b] = x else { return x[0] * x[0] };
    let &[p, q] = &[*a, *b];
    if let [c, d, ..] = inner {
        p * c + q * d
    } else {
        p * q
    }
}

#[differentiable]
fn recursive_sum(x: &[f64]) -> f64 {
    let mut rest = x;
    let mut sum = 0.0;
    while let [first, tail @ ..] = rest {
        sum = sum * 0.5 + first * first;
        rest = tail;
    }
    sum
}

#[differentiable]
fn nested(x: [f64; 3], t: (f64, (f64, f64))) -> f64 {
    let [a, b, c] = x;
    let (p, (q, r)) = t;
    let ((u, v), [w, _]) = ((a * p, b * q), [c * r, 1.0]);
    let (ref s, mut z) = (u + v, w);
    z *= *s;
    z
}

#[differentiable]
fn references(x: &[(f64, f64)], y: &[[f64; 2]]) -> f64 {
    let mut sum = 0.0;
    for &(a, b) in x {
        sum += a * b;
    }
    for (a, b) in x {
        sum *= a + b;
    }
    for [a, b] in y {
        sum += a * b;
    }
    for (i, &[a, b]) in y.iter().enumerate() {
        sum += i as f64 * a / b;
    }
    sum += x.iter().zip(y.iter()).map(|(&(a, _), [_, b])| a * b).sum::<f64>();
    sum
}

#[differentiable]
fn bindings(x: f64, #[constant] n: usize) -> f64 {
    let scaled = match n {
        0 => x,
        k @ 1..=3 => x * k as f64,
        k @ (5 | 7) => x / k as f64,
        k if k % 2 == 0 => x.sin(),
        _ => x.cos(),
    };
    match x {
        v @ 0.0..=1.0 => v * scaled,
        v if v < 0.0 => -v,
        v => v * v + scaled,
    }
}

#[differentiable]
fn alternatives(x: f64, y: f64) -> f64 {
    let (a, b) = match (x > 0.0, y > 0.0) {
        (true, true) | (false, false) => (x * y, x),
        (true, _) => (x, y),
        (_, true) => (y, x),
    };
    match (Some(a), b > 0.0) {
        (Some(v), true) | (Some(v), false) if v > 0.2 => v * b,
        (Some(v), _) => v + b,
        (None, _) => 0.0,
    }
}

#[differentiable]
fn swaps(x: f64, y: f64) -> f64 {
    let (mut a, mut b) = (x, y);
    (a, b) = (b * x, a);
    [a, b] = [a + b, a - b];
    let mut v = [0.0; 2];
    [v[1], v[0]] = [a, b];
    (a, [b, _]) = (v[1] * b, v);
    (_, a) = (b, a * a);
    a * b
}

#[differentiable]
fn parameters((a, b): (f64, f64), [c, d]: [f64; 2]) -> f64 {
    let f = |(p, q): (f64, f64), [r, _]: [f64; 2]| p * q - r;
    f((a, c), [b, d]) * d
}

#[test]
fn patterns_of_slices() {
    check!(slices(&vec![1.5]));
    check!(slices(&vec![1.5, 0.5]));
    check!(slices(&vec![1.5, 0.5, 0.7]));
    check!(slices(&vec![0.5, 0.5, 0.7]));
    check!(middle(&vec![0.5, 0.6, 0.7, 0.8]));
    check!(middle(&vec![0.5, 0.6, 0.7]));
    check!(middle(&vec![0.5]));
    check!(recursive_sum(&vec![0.5, 0.6, 0.7]));
}

#[test]
fn other_patterns() {
    check!(nested([0.5, 0.6, 0.7], (1.1, (1.2, 1.3))));
    check!(references(
        &vec![(0.5, 0.6), (0.7, 0.8)],
        &vec![[0.9, 1.1], [1.2, 1.3]]
    ));
    check!(bindings(0.5, const 2));
    check!(bindings(1.5, const 5));
    check!(bindings(1.5, const 8));
    check!(bindings(-1.5, const 9));
    check!(alternatives(0.5, 0.7));
    check!(alternatives(0.5, -0.7));
    check!(alternatives(-0.5, 0.7));
    check!(swaps(0.5, 0.7));
    check!(parameters((0.5, 0.7), [1.1, 1.2]));
}
