//! Cotangents and tangents that are zero because their branch did not run. Whatever they are multiplied with, an
//! infinite slope too, they stay zero: what did not run does not poison a gradient.

use super::rewrite::{Rewriter, Step};
use crate::ir::{BinaryOp, Const, Instr, UnaryOp, ValueId};

/// A value that is zero unless `cond` is `side`; then it is `value`.
#[derive(Clone, Copy)]
struct Choice {
    cond: ValueId,
    side: bool,
    value: ValueId,
}

/// What an instruction of the derivative, with result `y`, is better written as.
///
/// `(c ? a : 0)·b = c ? ab : 0`, and likewise for quotients and signs. Not so for an infinite `b`, which is the point:
/// a zero of the derivative that stands in a branch is no number, but says that there is nothing.
pub(super) fn rule(r: &mut Rewriter, instr: &Instr, y: ValueId) -> Option<Step> {
    match *instr {
        Instr::Binary(op @ BinaryOp::Mul, a, b) => {
            let left = choice(r, a).and_then(|it| guarded(r, it, a, y, |value| Instr::Binary(op, value, b)));
            left.or_else(|| {
                let it = choice(r, b)?;
                guarded(r, it, b, y, |value| Instr::Binary(op, a, value))
            })
        }
        Instr::Binary(op @ BinaryOp::Div, a, b) => {
            let it = choice(r, a)?;
            guarded(r, it, a, y, |value| Instr::Binary(op, value, b))
        }
        Instr::Unary(op @ UnaryOp::Neg, a) => {
            let it = choice(r, a)?;
            guarded(r, it, a, y, |value| Instr::Unary(op, value))
        }
        Instr::Binary(op @ (BinaryOp::Add | BinaryOp::Sub), a, b) => sum(r, op, a, b),
        _ => None,
    }
}

/// `(c ? a : 0) + (c ? b : 0) = c ? a + b : 0`
fn sum(r: &mut Rewriter, op: BinaryOp, a: ValueId, b: ValueId) -> Option<Step> {
    let plain = |r: &Rewriter, id: ValueId| matches!(r.def(id), Some(Instr::Select { .. })) && r.alone(id);
    if !plain(r, a) || !plain(r, b) {
        return None;
    }
    let (left, right) = (choice(r, a)?, choice(r, b)?);
    if left.cond != right.cond || left.side != right.side {
        return None;
    }
    let sum = r.binary(op, left.value, right.value);
    Some(select(r, left, sum))
}

/// `part` of what is zero on the other side, itself zero there. `of` is the choice as it was.
fn guarded(
    r: &mut Rewriter,
    it: Choice,
    of: ValueId,
    y: ValueId,
    part: impl FnOnce(ValueId) -> Instr,
) -> Option<Step> {
    if r.is_unread(y) {
        return None;
    }
    // Whoever reads it makes the same choice already.
    let mut guards = r.guards(y);
    if guards.contains(&(it.cond, it.side)) {
        return (it.value != of).then(|| Step::Instr(part(it.value)));
    }
    let ty = r.body.ty(y).clone();
    guards.push((it.cond, it.side));
    let value = r.emit_guarded(part(it.value), ty, guards);
    Some(select(r, it, value))
}

fn select(r: &mut Rewriter, it: Choice, value: ValueId) -> Step {
    let ty = r.body.ty(value).clone();
    let zero = r.emit(Instr::Const(Const::Float(0.0)), ty);
    let (then, otherwise) = if it.side { (value, zero) } else { (zero, value) };
    Step::Instr(Instr::Select {
        cond: it.cond,
        then,
        otherwise,
    })
}

/// Whether `id`, of the derivative, is zero in one branch by a literal.
fn choice(r: &Rewriter, id: ValueId) -> Option<Choice> {
    if !r.is_derivative(id) {
        return None;
    }
    let (cond, then, otherwise) = match r.def(id) {
        Some(Instr::Select {
            cond,
            then,
            otherwise,
        }) => (*cond, *then, *otherwise),
        _ => r.branch_of(id)?,
    };
    // Inside of the branch it is not a choice any more.
    if r.bool_of(cond).is_some() {
        return None;
    }
    let side = one_sided(r, then, otherwise)?;
    let value = if side { then } else { otherwise };
    // What a branch computes is not in scope behind it; the result has it there.
    let value = if r.in_scope(value) { value } else { id };
    Some(Choice { cond, side, value })
}

/// The side that is not zero, if the other one is.
fn one_sided(r: &Rewriter, then: ValueId, otherwise: ValueId) -> Option<bool> {
    let zero = |id: ValueId| r.float_of(id) == Some(0.0);
    match (zero(then), zero(otherwise)) {
        (false, true) => Some(true),
        (true, false) => Some(false),
        (true, true) | (false, false) => None,
    }
}
