//! What several terms of a sum share, taken out: each is an operation fewer.
//!
//! All of it is up to rounding, and where nothing overflows: for slopes.

use super::{Term, rebuild};
use crate::ir::{BinaryOp, ValueId};
use crate::simplify::algebra::is_tame;
use crate::simplify::rewrite::Rewriter;
use std::collections::HashMap;

/// What is taken out of some of the terms.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Common {
    /// xp + yp = (x + y)p
    Factor(ValueId),
    /// x/z + y/z = (x + y)/z
    Denominator(ValueId),
    /// cx + cy = c(x + y), by the bits of c.
    Coefficient(u64),
}

/// A term as a quotient of products.
struct Parts {
    factors: Vec<ValueId>,
    denominator: Option<ValueId>,
}

/// The terms with the best of it taken out; `None` if nothing pays.
pub(super) fn taken_out(r: &mut Rewriter, terms: &[Term], like: ValueId) -> Option<Vec<Term>> {
    let parts: Vec<Option<Parts>> = terms
        .iter()
        .map(|term| term.base.map(|base| parts(r, base)))
        .collect();
    let mut best: Option<(usize, Common)> = None;
    for common in candidates(terms, &parts) {
        let saved = saved(terms, &parts, common);
        // The first of equals, so that the order in the user's code shows.
        if saved > best.map_or(0, |(most, _)| most) {
            best = Some((saved, common));
        }
    }
    let (_, common) = best?;
    let (mut inner, mut rest, mut place) = (Vec::new(), Vec::new(), None);
    for (term, parts) in terms.iter().zip(&parts) {
        match parts.as_ref().filter(|parts| has(term, parts, common)) {
            Some(parts) => {
                inner.push(without(r, term, parts, common));
                place.get_or_insert(rest.len());
            }
            None => rest.push(*term),
        }
    }
    // A sum of nothing but negative terms is a negative sum.
    let negative = inner.iter().all(|term| term.coefficient < 0.0);
    if negative {
        inner
            .iter_mut()
            .for_each(|term| term.coefficient = -term.coefficient);
    }
    let sum = rebuild(r, &inner, like);
    let (base, size) = match common {
        Common::Factor(p) => (r.binary(BinaryOp::Mul, p, sum), 1.0),
        Common::Denominator(z) => (r.binary(BinaryOp::Div, sum, z), 1.0),
        Common::Coefficient(c) => (sum, f64::from_bits(c)),
    };
    let product = Term {
        coefficient: if negative { -size } else { size },
        base: Some(base),
    };
    rest.insert(place?, product);
    Some(rest)
}

/// The term as far as nobody else reads its parts.
fn parts(r: &Rewriter, base: ValueId) -> Parts {
    match r.binary_of(base).filter(|_| r.alone(base)) {
        Some((BinaryOp::Mul, ..)) => Parts {
            factors: factors(r, base),
            denominator: None,
        },
        Some((BinaryOp::Div, a, z)) => Parts {
            factors: factors(r, a),
            denominator: Some(z),
        },
        _ => Parts {
            factors: vec![base],
            denominator: None,
        },
    }
}

fn factors(r: &Rewriter, id: ValueId) -> Vec<ValueId> {
    match r.binary_of(id).filter(|_| r.alone(id)) {
        Some((BinaryOp::Mul, a, b)) => [factors(r, a), factors(r, b)].concat(),
        _ => vec![id],
    }
}

/// What at least two terms have, in the order of the terms.
fn candidates(terms: &[Term], parts: &[Option<Parts>]) -> Vec<Common> {
    let mut counts: HashMap<Common, usize> = HashMap::new();
    let mut res: Vec<Common> = Vec::new();
    for (term, parts) in terms.iter().zip(parts) {
        let Some(parts) = parts else { continue };
        let mut more: Vec<_> = parts.denominator.map(Common::Denominator).into_iter().collect();
        more.extend(parts.factors.iter().map(|p| Common::Factor(*p)));
        if is_scale(term.coefficient) {
            more.push(Common::Coefficient(term.coefficient.abs().to_bits()));
        }
        for common in more {
            let count = counts.entry(common).or_default();
            *count += 1;
            if *count == 2 {
                res.push(common);
            }
        }
    }
    res
}

fn is_scale(c: f64) -> bool {
    c.abs() != 1.0 && is_tame(c)
}

/// Whether the term has it.
fn has(term: &Term, parts: &Parts, common: Common) -> bool {
    match common {
        Common::Factor(p) => parts.denominator.is_none() && parts.factors.contains(&p),
        Common::Denominator(z) => parts.denominator == Some(z),
        Common::Coefficient(c) => term.coefficient.abs().to_bits() == c,
    }
}

/// How many operations fewer there are without it.
fn saved(terms: &[Term], parts: &[Option<Parts>], common: Common) -> usize {
    let mut with = 0;
    let mut fewer = 0;
    for (term, parts) in terms.iter().zip(parts) {
        let Some(parts) = parts.as_ref().filter(|parts| has(term, parts, common)) else {
            continue;
        };
        with += 1;
        // What is left of `cp` is the constant, which is no operation.
        let bare = matches!(common, Common::Factor(_)) && parts.factors.len() == 1;
        fewer += usize::from(!bare || is_scale(term.coefficient));
    }
    if with < 2 { 0 } else { fewer.saturating_sub(1) }
}

/// What is left of the term.
fn without(r: &mut Rewriter, term: &Term, parts: &Parts, common: Common) -> Term {
    let mut factors = parts.factors.clone();
    let mut denominator = parts.denominator;
    let mut coefficient = term.coefficient;
    match common {
        Common::Factor(p) => {
            let at = factors.iter().position(|it| *it == p);
            at.map(|at| factors.remove(at));
        }
        Common::Denominator(_) => denominator = None,
        Common::Coefficient(c) => coefficient /= f64::from_bits(c),
    }
    let product = factors.into_iter().reduce(|a, b| r.binary(BinaryOp::Mul, a, b));
    let base = match (product, denominator) {
        (Some(product), Some(z)) => Some(r.binary(BinaryOp::Div, product, z)),
        (product, _) => product,
    };
    Term { coefficient, base }
}
