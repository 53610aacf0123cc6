//! Products and sums of derivatives that leave out what a person would leave out.

use crate::ir::{BinaryOp, Builder, Const, Instr, UnaryOp, ValueId};
use crate::rules;

/// `slope · partial`, without multiplying by ones.
pub(super) fn scaled(b: &mut Builder, slope: ValueId, partial: ValueId) -> ValueId {
    let one = |b: &Builder, id| match b.constant(id) {
        Some(Const::Float(1.0)) => Some(false),
        Some(Const::Float(-1.0)) => Some(true),
        _ => None,
    };
    if let Some(negative) = one(b, partial) {
        return if negative { b.neg(slope) } else { slope };
    }
    if let Some(negative) = one(b, slope) {
        return if negative { b.neg(partial) } else { partial };
    }
    b.mul(slope, partial)
}

/// `so_far + term`
pub(super) fn sum(b: &mut Builder, so_far: Option<ValueId>, term: ValueId) -> ValueId {
    match so_far {
        None => term,
        Some(so_far) => b.add(so_far, term),
    }
}

/// `trunc(l / r)`
pub(super) fn whole_quotient(b: &mut Builder, l: ValueId, r: ValueId) -> ValueId {
    let quotient = b.div(l, r);
    let trunc = rules::find("trunc", 1).expect("trunc is a row");
    b.math(trunc, vec![quotient])
}

/// The instruction behind a negation that was just built, so that a sum can subtract instead.
pub(super) fn negated(b: &mut Builder, id: ValueId) -> Option<ValueId> {
    let stmt = b.stmts().iter().rev().find(|stmt| stmt.results.contains(&id))?;
    match stmt.instr {
        Instr::Unary(UnaryOp::Neg, of) => Some(of),
        _ => None,
    }
}

/// `l - r` or, where `l` is absent, `-r`.
pub(super) fn difference(b: &mut Builder, l: Option<ValueId>, r: ValueId) -> ValueId {
    match l {
        Some(l) => b.binary(BinaryOp::Sub, l, r),
        None => b.neg(r),
    }
}
