//! Early ends, options and iterators that meet: state that is changed before a way out, breaks out of loops in several
//! parts, options that outlive what they were read from.

use crate::check::{check, check_hessian};
use differentiable::differentiable;

#[differentiable]
fn checked_step(x: &mut f64, by: f64) -> Result<f64, String> {
    *x += by * x.sin();
    if *x > 3.0 {
        return Err(format!("{x} is too far"));
    }
    Ok(*x * by)
}

#[differentiable]
fn steps(x: f64, by: f64) -> Result<f64, String> {
    let mut at = x;
    let mut sum = 0.0;
    for k in 0..4 {
        sum += checked_step(&mut at, by)? * (k + 1) as f64;
    }
    Ok(sum * at)
}

#[differentiable]
fn first_of_steps(x: f64, by: f64) -> f64 {
    let mut at = x;
    let last = loop {
        match checked_step(&mut at, by) {
            Ok(v) if v > 0.4 => break v,
            Ok(v) => at += v * 0.1,
            Err(_) => break at * at,
        }
    };
    last + steps(x, by).unwrap_or(at) * at
}

#[differentiable]
fn labelled(x: &[f64], y: &[f64]) -> f64 {
    let mut sum = 0.0;
    'outer: for (i, a) in x.iter().chain(y).enumerate() {
        for b in y.iter().chain(x.iter()).flat_map(|b| [b * 2.0, b * b]) {
            if b > 3.0 {
                continue 'outer;
            }
            if a * b > 1.5 {
                break 'outer;
            }
            if b < 0.0 {
                continue;
            }
            if sum > 50.0 {
                break;
            }
            sum += a * b * (i + 1) as f64;
        }
        sum *= 0.9;
    }
    sum
}

#[differentiable]
fn options_outlive(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    let first = v.first().copied();
    let largest = v.iter().copied().max_by(f64::total_cmp);
    let last = v.iter().copied().last();
    let doubled = v.get(1).map(|a| a * 2.0);
    for a in v.iter_mut() {
        *a = 0.1 * *a * *a;
    }
    let popped = v.pop();
    v.push(7.0);
    first.unwrap() * largest.unwrap() + last.unwrap() * doubled.unwrap() + popped.unwrap() * v[0]
}

#[differentiable]
fn pairs_outlive(x: &[f64]) -> f64 {
    let mut pairs: Vec<(f64, f64)> = x.iter().map(|a| (*a, a * a)).collect();
    let last = pairs.iter().copied().last();
    let found = pairs.iter().copied().find(|(a, _)| *a > 0.5);
    pairs[0].0 = 9.0;
    let n = pairs.len();
    pairs[n - 1].1 = x[0];
    let (a, b) = last.unwrap();
    let (c, d) = found.unwrap_or((0.0, 1.0));
    while let Some((p, q)) = pairs.pop() {
        if p > 8.0 {
            return a * b + c * d * q;
        }
    }
    a
}

#[differentiable]
fn closures_change_and_leave(x: f64, y: f64) -> f64 {
    let mut calls = 0.0;
    let mut state = x;
    let mut next = |by: f64| -> Option<f64> {
        calls += 1.0;
        if state > 2.0 {
            return None;
        }
        state += by * state;
        Some(state * y)
    };
    let mut sum = 0.0;
    while let Some(v) = next(0.4) {
        sum += v;
    }
    sum * calls + state
}

#[differentiable]
fn early_ends_of_state(x: &[f64]) -> f64 {
    let mut seen = 0.0;
    let a: f64 = x
        .iter()
        .map(|v| {
            seen += v;
            v * seen
        })
        .take_while(|v| *v < 2.0)
        .sum();
    let b = x
        .iter()
        .scan(1.0, |s, v| {
            *s *= v + 1.0;
            (*s < 4.0).then_some(*s)
        })
        .last()
        .unwrap_or(x[0]);
    let c = x
        .iter()
        .skip_while(|v| **v < 0.6)
        .filter(|v| **v < 1.4)
        .enumerate()
        .map(|(k, v)| v * k as f64)
        .sum::<f64>();
    let d = x.iter().filter(|v| **v > 0.4).skip(1).take(2).product::<f64>();
    a * b + c * d + seen
}

#[differentiable]
fn zipped_chains(x: &[f64], y: &[f64]) -> f64 {
    let a: f64 = x
        .iter()
        .chain(y)
        .zip(y.iter().chain(x))
        .map(|(a, b)| a * b * b)
        .sum();
    let b: f64 = x
        .iter()
        .chain(y)
        .rev()
        .enumerate()
        .map(|(i, v)| v * i as f64)
        .sum();
    let c: f64 = x
        .iter()
        .chain(y)
        .chain(x.iter())
        .skip(2)
        .step_by(2)
        .map(|v| v.sin())
        .sum();
    let d: f64 = x.iter().chain(y).take(x.len() + 1).map(|v| v * v).sum();
    let e = x.iter().chain(y).rev().find(|v| **v > 0.5).unwrap();
    a * b + c * d * e
}

#[differentiable]
fn lists_in_loops(x: &[f64]) -> f64 {
    let mut v: Vec<f64> = Vec::new();
    let mut sum = 0.0;
    for (i, a) in x.iter().enumerate() {
        v.insert(i.min(v.len()) / 2, a * a);
        if v.len() > 2 {
            let out = v.remove(1);
            sum += out * v[0];
        }
        v.sort_by(|a, b| b.total_cmp(a));
        v.retain(|a| *a > 0.1);
    }
    sum + v.iter().enumerate().map(|(i, a)| a * (i + 1) as f64).sum::<f64>()
}

#[test]
fn errors_after_changes() {
    check_hessian!(first_of_steps(1.0, 0.3));
    check_hessian!(first_of_steps(2.9, 0.5));
    check_hessian!(first_of_steps(2.9, 0.1));
}

#[test]
fn ways_out_of_loops_in_parts() {
    check!(labelled(&vec![0.3, 0.5], &vec![0.7, -0.4, 1.2]));
    check!(labelled(&vec![0.3, 1.4], &vec![0.7, 0.4]));
    check!(early_ends_of_state(&vec![0.3, 0.5, 0.7, 1.2, 1.5, 0.9]));
    check!(early_ends_of_state(&vec![2.3, 0.5, 1.2]));
    check!(zipped_chains(&vec![0.3, 0.5, 0.7], &vec![1.2, 0.4]));
    check!(zipped_chains(&vec![0.3], &vec![1.2, 0.4]));
}

#[test]
fn options_and_lists_that_change() {
    check!(options_outlive(&vec![0.3, 1.5, 0.7]));
    check!(pairs_outlive(&vec![0.3, 1.5, 0.7]));
    check!(closures_change_and_leave(0.5, 1.5));
    check!(lists_in_loops(&vec![0.3, 1.5, 0.7, 0.9, 0.2, 1.1]));
}
