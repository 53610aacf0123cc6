//! What the tests share: a gradient by the tape, compared with finite differences.

use differentiable::nalgebra::DVector;
use differentiable::{Tape, Var, check_grad};

/// A program on a tape: from a vector of variables to one of any shape, whose entries are summed.
pub type Program = for<'t> fn(Var<'t, DVector<f64>>) -> Var<'t, f64>;

pub fn value(program: Program, x: &[f64]) -> f64 {
    let tape = Tape::new();
    program(tape.var(DVector::from_column_slice(x))).value()
}

pub fn gradient(program: Program, x: &[f64]) -> Vec<f64> {
    let tape = Tape::new();
    let x = tape.var(DVector::from_column_slice(x));
    let y = program(x);
    let grad = tape.gradient(&y, &x).expect("connected");
    grad.as_slice().to_vec()
}

/// The gradient of `weights · gradient`, through a nested tape.
fn second_order(program: Program, x: &[f64]) -> Vec<f64> {
    let tape = Tape::new();
    let x = tape.var(DVector::from_column_slice(x));
    let inner = tape.nested();
    let y = program(x);
    let grad = inner.gradient(&y, &x).expect("connected");
    let weighted = grad.dot(weights(grad.len()));
    let zeros = DVector::zeros(x.len());
    let second = tape.gradient(&weighted, &x).unwrap_or(zeros);
    second.as_slice().to_vec()
}

fn weights(len: usize) -> DVector<f64> {
    DVector::from_fn(len, |k, _| 1.0 + 0.5 * k as f64)
}

/// Compares the gradient with finite differences.
#[track_caller]
pub fn check_first_order(program: Program, x: &[f64]) {
    let f = |x: &[f64]| value(program, x);
    let grad = |x: &[f64]| gradient(program, x);
    assert_eq!(check_grad(f, grad, x), Ok(()));
}

/// Compares both orders with finite differences.
#[track_caller]
pub fn check(program: Program, x: &[f64]) {
    check_first_order(program, x);
    let weighted = |x: &[f64]| DVector::from_vec(gradient(program, x)).dot(&weights(x.len()));
    let second = |x: &[f64]| second_order(program, x);
    assert_eq!(check_grad(weighted, second, x), Ok(()));
}
