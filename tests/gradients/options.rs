//! `Option`: of parts of a list, of functions, of iterators; matched, mapped, chained, and left by `?`.

use crate::check::{check, check_hessian};
use differentiable::differentiable;

#[differentiable]
fn combinators(x: &[f64]) -> f64 {
    let first = x.first().map(|v| v * v).unwrap_or(0.0);
    let third = x.get(2).copied().unwrap_or_else(|| x[0].sin());
    let ninth = x.get(9).map_or(x[1].exp(), |v| v + 1.0);
    let last = x.last().copied().filter(|v| *v > 0.0).unwrap_or_default();
    let both = x.get(0).and_then(|a| x.get(1).map(|b| a * b)).unwrap();
    let either = x.get(7).or(x.get(1)).copied().unwrap();
    let or_else = x
        .get(8)
        .copied()
        .or_else(|| Some(x[2] * 3.0))
        .expect("there is one");
    first * third + ninth * last + both * either + or_else.powi(3)
}

#[differentiable]
fn a_local_option(x: f64, y: f64) -> f64 {
    let best = if x > y { Some(x * y) } else { None };
    let other = (y > 0.0).then(|| y.sin());
    let third = (y > 10.0).then_some(x);
    match best {
        Some(v) if v > 1.0 => v + other.unwrap_or(x),
        Some(v) => v * 2.0,
        None => other.map(|s| s * x).unwrap_or(0.5) + third.unwrap_or(y),
    }
}

#[differentiable]
fn an_option_in_a_loop(x: &[f64]) -> f64 {
    let mut best: Option<f64> = None;
    for &v in x {
        best = match best {
            None => Some(v),
            Some(b) => Some(if v > b { v } else { b * 1.5 }),
        };
    }
    best.unwrap() * x[0]
}

#[differentiable]
fn previous(x: &[f64]) -> f64 {
    let mut last: Option<f64> = None;
    let mut sum = 0.0;
    for v in x.iter() {
        if let Some(l) = last {
            sum += (v - l) * l;
        }
        last = Some(*v);
    }
    sum
}

#[differentiable]
fn drained(x: &[f64]) -> f64 {
    let mut stack = x.to_vec();
    let mut sum = 0.0;
    while let Some(v) = stack.pop() {
        sum = sum * 0.5 + v * v;
        if v > 2.0 {
            stack.push(v * 0.5);
        }
    }
    sum
}

#[differentiable]
fn let_else(x: &[f64]) -> f64 {
    let Some(first) = x.first() else { return 0.0 };
    let Some(&second) = x.get(1) else {
        return first * first;
    };
    first * second
}

#[differentiable]
fn pairs_of_options(x: f64, y: f64) -> f64 {
    let a = if x > 0.0 { Some(x.sqrt()) } else { None };
    let b = if y > 0.0 { Some(y.ln()) } else { None };
    match (a, b) {
        (Some(a), Some(b)) => a * b,
        (Some(a), None) => a * y,
        (None, Some(b)) => b * x,
        (None, None) => x * y,
    }
}

#[differentiable]
fn taken(x: f64) -> f64 {
    let mut slot = Some(x * x);
    let first = slot.take();
    let again = slot.is_none();
    let old = slot.replace(x.sin());
    let inserted = *slot.get_or_insert(3.0);
    if again && old.is_none() {
        first.unwrap() * inserted
    } else {
        0.0
    }
}

#[differentiable]
fn changed_in_place(x: f64) -> f64 {
    let mut slot = Some(x);
    if let Some(v) = &mut slot {
        *v *= x;
    }
    if let Some(v) = slot.as_mut() {
        *v += 1.0;
    }
    slot.unwrap()
}

#[differentiable]
fn root(x: f64) -> Option<f64> {
    if x < 0.0 { None } else { Some(x.sqrt()) }
}

#[differentiable]
fn ratio(x: f64, y: f64) -> Option<f64> {
    if y == 0.0 {
        return None;
    }
    Some(x / y)
}

#[differentiable]
fn chained(x: f64, y: f64) -> Option<f64> {
    let a = root(x)?;
    let b = ratio(a, y)?;
    Some(a * b + root(y)?)
}

#[differentiable]
fn caller(x: f64, y: f64) -> f64 {
    let a = chained(x, y).unwrap_or(0.0);
    let b = root(x * y).unwrap();
    let c = match ratio(x, y) {
        Some(q) => q.sin(),
        None => x,
    };
    let d = if let Some(r) = root(-x) { r } else { y * y };
    let e = root(y).map(|r| r * x).unwrap_or(1.0);
    a + b * c + d * e
}

#[differentiable]
fn normalized(x: &[f64]) -> Option<Vec<f64>> {
    let norm = x.iter().map(|v| v * v).sum::<f64>().sqrt();
    if norm == 0.0 {
        return None;
    }
    Some(x.iter().map(|v| v / norm).collect())
}

#[differentiable]
fn direction(x: &[f64]) -> Option<f64> {
    let n = normalized(x)?;
    let first = n.first()?;
    Some(first * n[1])
}

#[differentiable]
fn pair(x: f64, y: f64) -> Option<(f64, f64)> {
    (x > y).then(|| (x * y, x - y))
}

#[differentiable]
fn uses_pair(x: f64, y: f64) -> Option<f64> {
    let (p, d) = pair(x, y)?;
    Some(p * d)
}

#[differentiable]
fn total(x: &[f64]) -> f64 {
    direction(x).unwrap_or(-1.0) + uses_pair(x[0], x[1]).unwrap_or(x[1])
}

#[test]
fn options_of_lists() {
    check!(combinators(&vec![1.2, 0.7, 0.4]));
    check!(combinators(&vec![1.2, 0.7, -0.4]));
    check!(let_else(&vec![1.5, 0.5]));
    check!(let_else(&vec![1.5]));
}

#[test]
fn local_options() {
    check_hessian!(a_local_option(2.0, 1.5));
    check_hessian!(a_local_option(0.9, 0.5));
    check_hessian!(a_local_option(0.5, 1.5));
    check_hessian!(pairs_of_options(0.5, 1.5));
    check_hessian!(pairs_of_options(0.5, -1.5));
    check_hessian!(pairs_of_options(-0.5, 1.5));
    check_hessian!(pairs_of_options(-0.5, -1.5));
    check!(taken(1.3));
    check!(changed_in_place(1.3));
}

#[test]
fn options_in_loops() {
    check!(an_option_in_a_loop(&vec![0.5, 1.5, 1.0]));
    check!(previous(&vec![0.5, 1.5, 1.0]));
    check!(drained(&vec![0.5, 1.5, 3.0]));
}

#[test]
fn functions_that_give_options() {
    check_hessian!(caller(1.7, 0.6));
    check!(total(&vec![1.5, 0.5, 0.3]));
    check!(total(&vec![0.5, 1.5, 0.3]));
}

#[test]
fn value_and_derivative_of_an_option() {
    let (value, pullback) = chained::vjp(4.0, 1.0);
    assert_eq!(value, chained(4.0, 1.0));
    let (dx, dy) = pullback(Some(1.0));
    assert!((dx - 1.0).abs() < 1e-12 && (dy + 3.5).abs() < 1e-12, "{dx} {dy}");
    assert_eq!(chained::jvp(4.0, 1.0, (1.0, 0.0)), (Some(5.0), 1.0));
    let (none, pullback) = chained::vjp(-4.0, 1.0);
    assert_eq!(none, None);
    assert_eq!(pullback(Some(1.0)), (0.0, 0.0));
    let (_, pullback) = chained::vjp(4.0, 1.0);
    assert_eq!(pullback(None), (0.0, 0.0));
    assert_eq!(chained::jvp(-4.0, 1.0, (1.0, 1.0)), (None, 0.0));
    let (value, pullback) = normalized::vjp(&[3.0, 4.0]);
    assert_eq!(value, Some(vec![0.6, 0.8]));
    let g = pullback(Some(vec![1.0, 0.0]));
    assert!((g[0] - 0.128).abs() < 1e-12 && (g[1] + 0.096).abs() < 1e-12);
    let (none, pullback) = normalized::vjp(&[0.0, 0.0]);
    assert_eq!((none, pullback(Some(vec![1.0, 1.0]))), (None, vec![0.0, 0.0]));
}
