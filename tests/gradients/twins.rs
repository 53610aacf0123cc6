//! Values of the primal that adjoints read instead of computing them again: `sin` beside `cos`.

use crate::check::check;
use differentiable::differentiable;

/// Heading and position of a planar arm: both functions of the angle are there in each step.
#[differentiable]
fn hand(angles: &[f64], lengths: &[f64]) -> f64 {
    let mut heading = 0.0;
    let (mut x, mut y) = (0.0, 0.0);
    for (angle, length) in angles.iter().zip(lengths.iter()) {
        heading += angle;
        x += length * heading.cos();
        y += length * heading.sin();
    }
    x * y
}

/// The twin of the loop's `cos` comes only after the loop. (A branch, so that `cos` stays inside.)
#[differentiable]
fn later(a: f64, xs: &[f64]) -> f64 {
    let mut sum = 0.0;
    for x in xs {
        if *x > 0.0 {
            sum += a.cos() * x * x;
        }
    }
    sum + a.sin()
}

/// The twin is computed before the loop.
#[differentiable]
fn before(a: f64, xs: &[f64]) -> f64 {
    let s = a.sin();
    let mut sum = 0.0;
    for x in xs {
        sum += a.cos() * x * x;
    }
    sum * s
}

/// The twin stands in a branch that may not run.
#[differentiable]
fn in_a_branch(a: f64, b: f64) -> f64 {
    let c = a.cosh();
    if b > 1.0 { c * a.sinh() } else { c * b }
}

/// The twin belongs to another branch.
#[differentiable]
fn in_the_other_branch(a: f64, b: f64) -> f64 {
    if b > 1.0 { b * a.sinh() } else { a.cosh() * b }
}

/// Each iteration has a twin of its own.
#[differentiable]
fn trajectory(start: f64, #[constant] steps: usize) -> f64 {
    let mut at = [start, 0.3, -0.2, 0.1, 0.7, 0.5, 0.2, 0.9, 1.1];
    for _ in 0..steps {
        for k in 0..at.len() {
            let (s, c) = (at[k].sin(), at[k].cos());
            at[k] = s * c + 0.5 * at[(k + 1) % 9].abs();
        }
    }
    at[0] * at[4]
}

#[test]
fn twins() {
    check!(hand(&[0.4, -0.7, 2.6], &[1.0, 0.8, 0.5]));
    check!(hand(&[], &[]));
    check!(later(0.7, &[1.0, 2.0, -0.5]));
    check!(before(0.7, &[1.0, 2.0, -0.5]));
    check!(in_a_branch(0.7, 0.5));
    check!(in_a_branch(0.7, 1.5));
    check!(in_the_other_branch(0.7, 0.5));
    check!(in_the_other_branch(0.7, 1.5));
    check!(trajectory(0.4, const 3));
}
