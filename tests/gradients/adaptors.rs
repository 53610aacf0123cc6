//! Iterator adaptors that end early, remember something, put iterators behind or into one another.

use crate::check::{check, check_jacobian};
use differentiable::differentiable;

#[differentiable]
fn chains(x: &[f64], y: &[f64]) -> f64 {
    let a: f64 = x.iter().chain(y.iter()).map(|v| v * v).sum();
    let mut b = 0.0;
    for (i, v) in x.iter().chain(y).enumerate() {
        b += v * i as f64;
    }
    let mut c = 1.0;
    for v in x.iter().chain(y) {
        if *v > 1.0 {
            break;
        }
        c *= v;
    }
    let d: Vec<f64> = x.iter().copied().chain(std::iter::once(y[0])).collect();
    a * b + c * d[d.len() - 1]
}

#[differentiable]
fn ends_early(x: &[f64]) -> f64 {
    let a: f64 = x.iter().take_while(|v| **v < 1.0).map(|v| v.sin()).sum();
    let b: f64 = x.iter().skip_while(|v| **v < 1.0).map(|v| v * v).sum();
    let c: f64 = x
        .iter()
        .map_while(|v| if *v < 1.0 { Some(v.exp()) } else { None })
        .sum();
    let d = x.iter().take_while(|v| **v < 1.0).count() as f64;
    let mut e = 1.0;
    for v in x.iter().take_while(|v| **v < 1.0) {
        e *= v;
    }
    a * b + c * d * e
}

#[differentiable]
fn scans(x: &[f64]) -> Vec<f64> {
    x.iter()
        .scan(1.0, |state, v| {
            *state *= v;
            Some(*state + v)
        })
        .collect()
}

#[differentiable]
fn running(x: &[f64]) -> f64 {
    x.iter()
        .scan(0.0, |sum, v| {
            *sum += v;
            if *sum > 2.0 { None } else { Some(*sum * v) }
        })
        .sum()
}

#[differentiable]
fn filters(x: &[f64]) -> f64 {
    let a: f64 = x
        .iter()
        .filter_map(|v| if *v > 0.0 { Some(v.ln()) } else { None })
        .sum();
    let b: Vec<f64> = x.iter().filter_map(|v| (*v > 0.0).then(|| v * v)).collect();
    let c: f64 = x
        .iter()
        .filter_map(|&v| (v > 0.0).then_some(v))
        .fold(1.0, |p, v| p * v);
    a * b[0] + c
}

#[differentiable]
fn flattened(x: &[f64], m: &[[f64; 3]]) -> f64 {
    let a: f64 = x.iter().flat_map(|v| m[0].iter().map(move |w| v * w)).sum();
    let b: f64 = m.iter().flatten().map(|v| v * v).sum();
    let c: f64 = (0..x.len()).flat_map(|i| (0..i).map(move |j| x[i] * x[j])).sum();
    let d: Vec<f64> = m.iter().flat_map(|row| row.iter().copied()).collect();
    let mut e = 0.0;
    for v in m.iter().flatten() {
        if *v > 1.0 {
            break;
        }
        if *v < 0.0 {
            continue;
        }
        e += v.sin();
    }
    a * b + c * d[4] + e
}

#[differentiable]
fn try_folds(x: &[f64]) -> f64 {
    let a = x
        .iter()
        .try_fold(0.0, |acc, v| if *v > 0.0 { Some(acc + v.ln()) } else { None });
    let b = x.iter().find_map(|v| if *v > 1.0 { Some(v * v) } else { None });
    let c = x.iter().copied().reduce(|a, b| a * b).unwrap();
    a.unwrap_or(x[0]) * b.unwrap_or(2.0) + c
}

#[differentiable]
fn ends(x: &[f64]) -> f64 {
    let a = *x.iter().last().unwrap();
    let b = *x.iter().nth(1).unwrap();
    let c = x.iter().skip(1).next().unwrap();
    let d = x.iter().rev().find(|v| **v > 0.0).unwrap();
    let (small, large): (Vec<f64>, Vec<f64>) = x.iter().copied().partition(|v| *v < 1.0);
    let (left, right): (Vec<f64>, Vec<f64>) = x.iter().map(|v| (v * 2.0, v.sin())).unzip();
    let e = x.iter().copied().reduce(f64::max).unwrap();
    let f = x.iter().copied().fold(f64::INFINITY, f64::min);
    a * b + c * d + small[0] * large[0] + left[0] * right[1] + e * f
}

#[differentiable]
fn peeks(x: &[f64]) -> f64 {
    let mut it = x.iter().peekable();
    let mut sum = 0.0;
    while let Some(v) = it.next() {
        if let Some(next) = it.peek() {
            sum += v * **next;
        } else {
            sum += v * v;
        }
    }
    sum
}

#[differentiable]
fn by_hand(x: &[f64]) -> f64 {
    let mut it = x.iter();
    let first = it.next().unwrap();
    let mut product = *first;
    for v in it {
        product *= v + first;
    }
    let mut pairs = x.iter().copied().enumerate();
    let (_, a) = pairs.next().unwrap();
    let rest: f64 = pairs.map(|(i, v)| i as f64 * v * a).sum();
    product + rest
}

#[differentiable]
fn repeats(x: f64, n: f64) -> f64 {
    let a: f64 = std::iter::repeat(x).take(3).map(|v| v * n).sum();
    let b: f64 = std::iter::successors(Some(x), |v| Some(v * n)).take(4).sum();
    let c: f64 = std::iter::repeat_n(x, 2).product();
    let d: f64 = [x, n, x * n].iter().cycle().take(5).sum();
    let e: f64 = std::iter::once(x).chain(std::iter::once(n)).map(f64::sin).sum();
    a + b * c + d * e
}

#[differentiable]
fn inspected(x: &[f64]) -> f64 {
    let mut seen = 0.0;
    let a: f64 = x.iter().inspect(|v| seen += *v).map(|v| v * v).sum();
    let sorted = x.iter().is_sorted();
    let n = x.iter().copied().map(f64::abs).max_by(f64::total_cmp).unwrap();
    let m = x.iter().min_by_key(|v| (*v * 10.0) as i64).unwrap();
    if sorted { a * n } else { a * seen + m }
}

#[differentiable]
fn into_collections(x: [f64; 4]) -> f64 {
    let v: Vec<f64> = x.into_iter().map(|v| v * v).collect();
    let a: [f64; 4] = std::array::from_fn(|i| v[i] * x[i]);
    let w = Vec::from_iter(a.iter().copied());
    w[0] * a[1] + x.iter().sum::<f64>()
}

#[test]
fn one_behind_the_other() {
    check!(chains(&vec![0.3, 0.7], &vec![0.9, 1.5, 0.2]));
    check!(chains(&vec![1.3, 0.7], &vec![0.9, 0.5]));
    check!(flattened(
        &vec![0.3, 0.7, 1.1],
        &vec![[0.9, -1.5, 0.2], [0.4, 1.3, 0.8]]
    ));
}

#[test]
fn ends_of_iterators() {
    check!(ends_early(&vec![0.3, 0.7, 1.5, 0.2]));
    check!(ends_early(&vec![0.3, 0.7]));
    check!(ends_early(&vec![1.3, 0.7]));
    check!(try_folds(&vec![0.3, 0.7, 1.5]));
    check!(try_folds(&vec![0.3, -0.7, 0.5]));
    check!(ends(&vec![0.3, 0.7, 1.5, 0.4]));
}

#[test]
fn what_iterators_remember() {
    check_jacobian!(scans(&vec![0.3, 0.7, 1.5]));
    check!(running(&vec![0.3, 0.7, 0.6, 1.5, 0.1]));
    check!(filters(&vec![0.3, -0.7, 1.5]));
    check!(peeks(&vec![0.3, -0.7, 1.5]));
    check!(by_hand(&vec![0.3, -0.7, 1.5]));
    check!(repeats(0.3, 0.7));
    check!(inspected(&vec![0.3, -0.7, 1.5]));
    check!(into_collections([0.3, -0.7, 1.5, 0.4]));
}
