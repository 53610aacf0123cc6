//! Products that reuse what is there: where two of the factors have been multiplied already, by the user's function
//! too, their product takes their place. Factor: up to rounding, and where nothing overflows.

use super::rewrite::{Rewriter, Step};
use crate::ir::{BinaryOp, Instr, ValueId};

/// Longer products stay as they are.
const LONG: usize = 8;

/// What a product or a quotient of the derivative is better written as.
pub(super) fn rule(r: &mut Rewriter, instr: &Instr) -> Option<Step> {
    match *instr {
        Instr::Binary(BinaryOp::Mul, a, b) => product(r, a, b).or_else(|| complement(r, a, b)),
        Instr::Binary(BinaryOp::Div, a, z) => quotient(r, a, z),
        _ => None,
    }
}

fn product(r: &mut Rewriter, a: ValueId, b: ValueId) -> Option<Step> {
    let (mut factors, mut inner) = (Vec::new(), Vec::new());
    open(r, a, &mut factors, &mut inner);
    open(r, b, &mut factors, &mut inner);
    if !(3..=LONG).contains(&factors.len()) {
        return None;
    }
    for i in 0..factors.len() {
        for j in i + 1..factors.len() {
            // A constant goes outwards, not to one of the factors.
            if [i, j].iter().any(|k| r.float_of(factors[*k]).is_some()) {
                continue;
            }
            let known = r.existing(BinaryOp::Mul, factors[i], factors[j]);
            let Some(known) = known.filter(|known| !inner.contains(known)) else {
                continue;
            };
            factors.remove(j);
            factors[i] = known;
            return multiplied(r, &factors).map(Step::Value);
        }
    }
    power(r, &factors)
}

/// `x·x·x` where the user's `x.powi(3)` is there.
fn power(r: &mut Rewriter, factors: &[ValueId]) -> Option<Step> {
    for (k, x) in factors.iter().enumerate() {
        let times = factors.iter().filter(|it| *it == x).count();
        if factors[..k].contains(x) {
            continue;
        }
        for n in (2..=times).rev() {
            if let Some(known) = r.existing_power(*x, n as i128) {
                let mut left = n;
                let mut rest = vec![known];
                rest.extend(factors.iter().filter(|it| {
                    let taken = *it == x && left > 0;
                    left -= usize::from(taken);
                    !taken
                }));
                return multiplied(r, &rest).map(Step::Value);
            }
        }
    }
    None
}

/// `p(1 - hg)` where `ph` is there: `p - (ph)g`, an operation fewer. So does the slope of `p·tanh(x)` reuse the value.
///
/// Where `hg` is near 1, both forms lose the same digits.
fn complement(r: &mut Rewriter, a: ValueId, b: ValueId) -> Option<Step> {
    for (p, difference) in [(a, b), (b, a)] {
        let Some((BinaryOp::Sub, one, square)) = r.binary_of(difference).filter(|_| r.alone(difference))
        else {
            continue;
        };
        let Some((BinaryOp::Mul, h, g)) = r.binary_of(square).filter(|_| r.alone(square)) else {
            continue;
        };
        if r.float_of(one) != Some(1.0) || r.float_of(p).is_some() {
            continue;
        }
        for (h, g) in [(h, g), (g, h)] {
            if let Some(known) = r.existing(BinaryOp::Mul, p, h) {
                let product = r.binary(BinaryOp::Mul, known, g);
                return Some(Step::Instr(Instr::Binary(BinaryOp::Sub, p, product)));
            }
        }
    }
    None
}

/// `(f·x)/z` where `x/z` is there.
fn quotient(r: &mut Rewriter, a: ValueId, z: ValueId) -> Option<Step> {
    let (mut factors, mut inner) = (Vec::new(), Vec::new());
    open(r, a, &mut factors, &mut inner);
    if !(2..=LONG).contains(&factors.len()) {
        return None;
    }
    for i in 0..factors.len() {
        if let Some(known) = r.existing(BinaryOp::Div, factors[i], z) {
            factors[i] = known;
            return multiplied(r, &factors).map(Step::Value);
        }
    }
    None
}

/// The factors of a product, as far as nobody else reads its parts, and those parts.
fn open(r: &Rewriter, id: ValueId, factors: &mut Vec<ValueId>, inner: &mut Vec<ValueId>) {
    match r.binary_of(id).filter(|_| r.alone(id) && factors.len() <= LONG) {
        Some((BinaryOp::Mul, a, b)) => {
            inner.push(id);
            open(r, a, factors, inner);
            open(r, b, factors, inner);
        }
        _ => factors.push(id),
    }
}

fn multiplied(r: &mut Rewriter, factors: &[ValueId]) -> Option<ValueId> {
    let factors = factors.iter().copied();
    factors.reduce(|a, b| r.binary(BinaryOp::Mul, a, b))
}
