//! Sums: like terms together, constants last, and what several terms share taken out.

mod factor;

use super::rewrite::{Rewriter, Step};
use crate::ir::{BinaryOp, Instr, UnaryOp, ValueId};

/// `coefficient · base`, or the coefficient alone.
#[derive(Clone, Copy)]
struct Term {
    coefficient: f64,
    base: Option<ValueId>,
}

/// Longer sums stay as they are: nobody writes them by hand.
const LONG: usize = 64;

/// What the topmost addition or subtraction of a sum is better written as.
pub(super) fn rule(r: &mut Rewriter, instr: &Instr, y: ValueId) -> Option<Step> {
    let Instr::Binary(BinaryOp::Add | BinaryOp::Sub, ..) = instr else {
        return None;
    };
    if r.is_summand(y) {
        return None;
    }
    let mut terms = Vec::new();
    collect(r, instr, 1.0, &mut terms);
    reveal(r, &mut terms);
    let merged = merged(r, &terms, y);
    let together = merged.as_ref().unwrap_or(&terms);
    let better = factor::taken_out(r, together, y).or(merged)?;
    Some(Step::Value(rebuild(r, &better, y)))
}

/// The terms of a sum from left to right. A sum inside is opened if nobody else reads it.
fn collect(r: &Rewriter, instr: &Instr, sign: f64, terms: &mut Vec<Term>) {
    match *instr {
        Instr::Binary(BinaryOp::Add, a, b) => {
            operand(r, a, sign, terms);
            operand(r, b, sign, terms);
        }
        Instr::Binary(BinaryOp::Sub, a, b) => {
            operand(r, a, sign, terms);
            operand(r, b, -sign, terms);
        }
        Instr::Unary(UnaryOp::Neg, a) => operand(r, a, -sign, terms),
        _ => unreachable!("only sums are collected"),
    }
}

fn operand(r: &Rewriter, id: ValueId, sign: f64, terms: &mut Vec<Term>) {
    if let Some(c) = r.float_of(id) {
        terms.push(Term {
            coefficient: sign * c,
            base: None,
        });
        return;
    }
    let inner = r.def(id).filter(|_| r.alone(id) && terms.len() < LONG);
    match inner {
        Some(sum @ (Instr::Binary(BinaryOp::Add | BinaryOp::Sub, ..) | Instr::Unary(UnaryOp::Neg, _)))
            if r.is_derivative(id) =>
        {
            collect(r, sum, sign, terms);
        }
        _ => {
            let multiple = super::algebra::multiple_of(r, id).filter(|_| r.alone(id));
            let (c, base) = multiple.map_or((None, id), |(c, base)| (r.float_of(c), base));
            terms.push(Term {
                coefficient: sign * c.unwrap_or(1.0),
                base: Some(base),
            });
        }
    }
}

/// A term that others read as well, `cx`, is opened where it meets another multiple of `x`: c'x + (cx) = (c' + c)x.
fn reveal(r: &Rewriter, terms: &mut [Term]) {
    for k in 0..terms.len() {
        let inner = terms[k]
            .base
            .and_then(|base| super::algebra::multiple_of(r, base));
        let Some((c, x)) = inner else { continue };
        let Some(c) = r.float_of(c) else { continue };
        let coefficient = terms[k].coefficient * c;
        let ty = r.body.ty(x);
        let exact = super::constants::float(BinaryOp::Mul, terms[k].coefficient, c, ty) == Some(coefficient);
        let meets = terms
            .iter()
            .enumerate()
            .any(|(other, term)| other != k && term.base == Some(x) && term.coefficient * coefficient > 0.0);
        if exact && meets {
            terms[k] = Term {
                coefficient,
                base: Some(x),
            };
        }
    }
}

/// The terms with like ones together; `None` if there are none.
///
/// cx + dx = (c + d)x for c and d of one sign: then an infinite x gives the same infinity. Terms of opposite signs
/// stay, since x - x is not 0 for NaN and infinities. The order of additions changes, and with it the rounding.
fn merged(r: &Rewriter, terms: &[Term], y: ValueId) -> Option<Vec<Term>> {
    let mut res: Vec<Term> = Vec::new();
    for term in terms {
        let like = res.iter_mut().find(|other| {
            other.base == term.base && (term.base.is_none() || other.coefficient * term.coefficient > 0.0)
        });
        let ty = r.body.ty(y);
        match like {
            Some(like) => {
                match super::constants::float(BinaryOp::Add, like.coefficient, term.coefficient, ty) {
                    Some(sum) => like.coefficient = sum,
                    None => res.push(*term),
                }
            }
            None => res.push(*term),
        }
    }
    if res.len() == terms.len() {
        return None;
    }
    // Constants stand last, and not at all if they are zero.
    let (mut bases, constants): (Vec<_>, Vec<_>) = res.into_iter().partition(|term| term.base.is_some());
    bases.extend(constants.into_iter().filter(|term| term.coefficient != 0.0));
    Some(bases)
}

/// The sum of `terms`, beginning with one that is added if there is any.
fn rebuild(r: &mut Rewriter, terms: &[Term], like: ValueId) -> ValueId {
    let first = terms
        .iter()
        .position(|term| term.coefficient > 0.0 && term.base.is_some())
        .unwrap_or(0);
    let order = std::iter::once(first).chain((0..terms.len()).filter(|k| *k != first));
    let mut sum = None;
    for k in order {
        let Some(term) = terms.get(k) else { continue };
        sum = Some(match sum {
            None => value(r, *term, like),
            Some(sum) => {
                let size = Term {
                    coefficient: term.coefficient.abs(),
                    ..*term
                };
                let op = if term.coefficient < 0.0 {
                    BinaryOp::Sub
                } else {
                    BinaryOp::Add
                };
                let size = value(r, size, like);
                r.binary(op, sum, size)
            }
        });
    }
    match sum {
        Some(sum) => sum,
        None => r.float(0.0, like),
    }
}

fn value(r: &mut Rewriter, term: Term, like: ValueId) -> ValueId {
    let Some(base) = term.base else {
        return r.float(term.coefficient, like);
    };
    if term.coefficient == 1.0 {
        return base;
    }
    let coefficient = r.float(term.coefficient, like);
    r.binary(BinaryOp::Mul, coefficient, base)
}
