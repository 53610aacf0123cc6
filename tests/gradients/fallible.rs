//! `Result`: errors that end a function early, what callers do with them, and their derivatives.

use crate::check::{check, check_hessian};
use differentiable::differentiable;

#[derive(Debug, PartialEq)]
enum Trouble {
    Negative(f64),
    Empty,
    Text(String),
}

impl From<String> for Trouble {
    fn from(text: String) -> Self {
        Trouble::Text(text)
    }
}

#[differentiable]
fn root(x: f64) -> Result<f64, String> {
    if x < 0.0 {
        return Err(format!("{x} has no root"));
    }
    Ok(x.sqrt())
}

#[differentiable]
fn log(x: f64) -> Result<f64, Trouble> {
    if x <= 0.0 {
        Err(Trouble::Negative(x))
    } else {
        Ok(x.ln())
    }
}

#[differentiable]
fn both(x: f64, y: f64) -> Result<f64, Trouble> {
    let r = root(x)?;
    let l = log(y)?;
    if r > 100.0 {
        return Err(Trouble::Empty);
    }
    Ok(r * l + root(y)?)
}

#[differentiable]
fn mean_log(x: &[f64]) -> Result<f64, Trouble> {
    let mut sum = 0.0;
    for v in x {
        sum += log(*v)?;
    }
    if x.is_empty() {
        return Err(Trouble::Empty);
    }
    Ok(sum / x.len() as f64)
}

#[differentiable]
fn solve(a: &[f64], b: &[f64], n: f64) -> Result<Vec<f64>, String> {
    if a.len() != b.len() {
        return Err("lengths differ".to_string());
    }
    let mut x = vec![0.0; a.len()];
    for i in 0..a.len() {
        if a[i] == 0.0 {
            return Err(format!("entry {i} is zero"));
        }
        x[i] = b[i] / a[i] * n;
    }
    Ok(x)
}

#[differentiable]
fn uses_solve(a: &[f64], b: &[f64]) -> Result<f64, String> {
    let x = solve(a, b, 2.0)?;
    Ok(x.iter().map(|v| v * v).sum())
}

#[differentiable]
fn caller(x: f64, y: f64) -> f64 {
    let a = both(x, y).unwrap();
    let b = root(x).expect("positive");
    let c = match log(y) {
        Ok(l) => l * x,
        Err(_) => 0.0,
    };
    let d = root(-x).unwrap_or(y);
    let e = log(-x).unwrap_or_else(|_| x * y);
    let f = root(y).map(|r| r * 2.0).unwrap_or_default();
    let g = root(x).ok().map_or(0.0, |r| r + y);
    let h = if let Ok(r) = root(x * y) { r } else { x };
    let i = root(x).and_then(|r| root(r + y)).unwrap();
    let j = if root(-1.0 - x).is_err() { x } else { y };
    a + b * c + d * e + f * g + h * i + j
}

#[differentiable]
fn converted(x: &[f64]) -> Result<f64, String> {
    let first = x.first().ok_or("nothing there")?;
    let second = x.get(1).copied().ok_or_else(|| format!("only {}", x.len()))?;
    let l = log(second).map_err(|e| format!("{e:?}"))?;
    Ok(first * l)
}

#[differentiable]
fn parsed(x: f64, #[constant] text: &str) -> Result<f64, std::num::ParseFloatError> {
    let scale: f64 = text.parse::<f64>()?;
    Ok(x * x * scale)
}

#[differentiable]
fn match_of_result(x: &[f64]) -> f64 {
    match mean_log(x) {
        Ok(m) if m > 0.0 => m * x[0],
        Ok(m) => m * m,
        Err(_) => x[0],
    }
}

#[differentiable]
fn sum_of_results(x: &[f64]) -> Result<f64, Trouble> {
    let logs = x.iter().map(|v| log(*v)).collect::<Result<Vec<f64>, Trouble>>()?;
    let folded = x.iter().try_fold(1.0, |acc, v| log(*v).map(|l| acc + l * l))?;
    Ok(logs.iter().sum::<f64>() * folded)
}

#[differentiable]
fn end_of_results(x: &[f64]) -> f64 {
    sum_of_results(x).unwrap_or(x[0])
        + converted(x).unwrap_or(1.0)
        + uses_solve(x, &[1.0, 2.0]).unwrap_or(x[1])
}

#[differentiable]
fn step(x: &mut Vec<f64>, dt: f64) -> Result<(), String> {
    if dt < 0.0 {
        return Err("backwards".into());
    }
    for v in x.iter_mut() {
        *v += dt * v.sin();
    }
    Ok(())
}

#[differentiable]
fn walk(x: &[f64], dt: f64) -> Result<f64, String> {
    let mut state = x.to_vec();
    for _ in 0..3 {
        step(&mut state, dt)?;
    }
    Ok(state[0] * state[1])
}

#[differentiable]
fn end_of_walk(x: &[f64], dt: f64) -> f64 {
    walk(x, dt).unwrap_or(x[0])
}

#[test]
fn callers() {
    check_hessian!(caller(1.7, 2.6));
    check!(match_of_result(&vec![1.5, 2.5]));
    check!(match_of_result(&vec![0.5, 0.25]));
    check!(match_of_result(&vec![0.5, -0.25]));
    check!(end_of_results(&vec![1.5, 2.5]));
    check!(end_of_results(&vec![1.5, 2.5, 1.0]));
    check!(end_of_results(&vec![1.5, -2.5]));
    check!(end_of_walk(&vec![1.5, 0.5], 0.1));
    check!(end_of_walk(&vec![1.5, 0.5], -0.1));
}

#[test]
fn an_error_has_no_derivative() {
    let (value, pullback) = both::vjp(-1.0, 2.0);
    assert_eq!(value, Err(Trouble::Text("-1 has no root".into())));
    assert_eq!(pullback(Ok(1.0)), (0.0, 0.0));
    let (_, pullback) = both::vjp(4.0, 2.0);
    assert_eq!(pullback(Err(Trouble::Empty)), (0.0, 0.0));
    let (value, dot) = both::jvp(4.0, -2.0, (1.0, 1.0));
    assert_eq!((value, dot), (Err(Trouble::Negative(-2.0)), 0.0));
    let (value, pullback) = solve::vjp(&[2.0, 4.0], &[1.0, 3.0], 2.0);
    assert_eq!(value, Ok(vec![1.0, 1.5]));
    assert_eq!(
        pullback(Ok(vec![1.0, 1.0])),
        (vec![-0.5, -0.375], vec![1.0, 0.5], 1.25)
    );
    let (value, pullback) = solve::vjp(&[2.0, 0.0], &[1.0, 3.0], 2.0);
    assert_eq!(value, Err("entry 1 is zero".to_string()));
    assert_eq!(
        pullback(Ok(vec![1.0, 1.0])),
        (vec![0.0, 0.0], vec![0.0, 0.0], 0.0)
    );
    let (value, pullback) = parsed::vjp(3.0, "0.5");
    assert_eq!((value, pullback(Ok(1.0))), (Ok(4.5), 3.0));
    assert!(parsed::vjp(3.0, "x").0.is_err());
}
