//! Rules that keep every bit, so they hold for the user's values, too.

use super::rewrite::{Rewriter, Step};
use crate::ir::{BinaryOp, CompareOp, Const, Float, Instr, Int, Type, UnaryOp, ValueId};

/// What `instr`, with result `y`, is better written as.
pub(super) fn rule(r: &mut Rewriter, instr: &Instr, y: ValueId) -> Option<Step> {
    match *instr {
        Instr::Select {
            cond,
            then,
            otherwise,
        } => select(r, cond, then, otherwise),
        Instr::Unary(UnaryOp::Not, a) => not(r, a),
        Instr::Binary(op, a, b) => match r.body.ty(y) {
            Type::Int(_) => integer(r, op, a, b, y),
            Type::Bool => boolean(r, op, a, b),
            _ => None,
        },
        Instr::Compare(op, a, b) if a == b && matches!(r.body.ty(a), Type::Int(_)) => {
            let reflexive = matches!(op, CompareOp::Eq | CompareOp::Le | CompareOp::Ge);
            Some(Step::Instr(Instr::Const(Const::Bool(reflexive))))
        }
        Instr::Cast { value, ref to } => same_type(r.body.ty(value), to).then_some(Step::Value(value)),
        // A length that is surely not negative, less nothing.
        Instr::Math { rule, ref args } if rule.name == "saturating_sub" => {
            (r.int_of(args[1]) == Some(0)).then_some(Step::Value(args[0]))
        }
        _ => None,
    }
}

fn select(r: &mut Rewriter, cond: ValueId, then: ValueId, otherwise: ValueId) -> Option<Step> {
    if let Some(taken) = r.bool_of(cond) {
        return Some(Step::Value(if taken { then } else { otherwise }));
    }
    if then == otherwise {
        return Some(Step::Value(then));
    }
    if let Some(Instr::Unary(UnaryOp::Not, of)) = r.def(cond) {
        return Some(Step::Instr(Instr::Select {
            cond: *of,
            then: otherwise,
            otherwise: then,
        }));
    }
    // The same question again, on the side where the answer is known.
    let inner = |r: &Rewriter, side: ValueId, taken: bool| match r.def(side) {
        Some(Instr::Select {
            cond: again,
            then,
            otherwise,
        }) if *again == cond => Some(if taken { *then } else { *otherwise }),
        _ => None,
    };
    let (near, far) = (inner(r, then, true), inner(r, otherwise, false));
    if near.is_some() || far.is_some() {
        return Some(Step::Instr(Instr::Select {
            cond,
            then: near.unwrap_or(then),
            otherwise: far.unwrap_or(otherwise),
        }));
    }
    match (
        r.body.value(then).constant.clone(),
        r.body.value(otherwise).constant.clone(),
    ) {
        (Some(Const::Bool(true)), Some(Const::Bool(false))) => Some(Step::Value(cond)),
        (Some(Const::Bool(false)), Some(Const::Bool(true))) => {
            Some(Step::Instr(Instr::Unary(UnaryOp::Not, cond)))
        }
        _ => None,
    }
}

fn not(r: &Rewriter, a: ValueId) -> Option<Step> {
    match r.def(a)? {
        Instr::Unary(UnaryOp::Not, of) => Some(Step::Value(*of)),
        Instr::Compare(op, l, right) => {
            // Only equality has an opposite for NaN.
            let floats = r.body.is_float(*l);
            let opposite = match op {
                CompareOp::Eq => CompareOp::Ne,
                CompareOp::Ne => CompareOp::Eq,
                CompareOp::Lt if !floats => CompareOp::Ge,
                CompareOp::Le if !floats => CompareOp::Gt,
                CompareOp::Gt if !floats => CompareOp::Le,
                CompareOp::Ge if !floats => CompareOp::Lt,
                CompareOp::Lt | CompareOp::Le | CompareOp::Gt | CompareOp::Ge => return None,
            };
            Some(Step::Instr(Instr::Compare(opposite, *l, *right)))
        }
        _ => None,
    }
}

fn integer(r: &Rewriter, op: BinaryOp, a: ValueId, b: ValueId, y: ValueId) -> Option<Step> {
    // A shift's right operand may be of another type than its left one; no rule looks at it.
    let (x, n) = (r.int_of(a), r.int_of(b));
    match (op, x, n) {
        (BinaryOp::Add | BinaryOp::Sub, _, Some(0)) => Some(Step::Value(a)),
        (BinaryOp::Add, Some(0), _) => Some(Step::Value(b)),
        (BinaryOp::Mul | BinaryOp::Div, _, Some(1)) => Some(Step::Value(a)),
        (BinaryOp::Mul, Some(1), _) => Some(Step::Value(b)),
        (BinaryOp::Mul, Some(0), _) | (BinaryOp::Mul, _, Some(0)) => {
            Some(Step::Instr(Instr::Const(Const::Int(0))))
        }
        (BinaryOp::Sub, ..) if a == b => Some(Step::Instr(Instr::Const(Const::Int(0)))),
        // (a + n) - n, which has not overflowed on its way.
        (BinaryOp::Sub, _, Some(n)) => match r.binary_of(a)? {
            (BinaryOp::Add, base, by) if r.int_of(by) == Some(n) && r.body.ty(base).fits(r.body.ty(y)) => {
                Some(Step::Value(base))
            }
            _ => None,
        },
        _ => None,
    }
}

fn boolean(r: &Rewriter, op: BinaryOp, a: ValueId, b: ValueId) -> Option<Step> {
    let (x, y) = (r.bool_of(a), r.bool_of(b));
    let constant = |known: bool| Some(Step::Instr(Instr::Const(Const::Bool(known))));
    match (op, x, y) {
        (BinaryOp::And, Some(true), _) | (BinaryOp::Or | BinaryOp::Xor, Some(false), _) => {
            Some(Step::Value(b))
        }
        (BinaryOp::And, _, Some(true)) | (BinaryOp::Or | BinaryOp::Xor, _, Some(false)) => {
            Some(Step::Value(a))
        }
        (BinaryOp::And, Some(false), _) | (BinaryOp::And, _, Some(false)) => constant(false),
        (BinaryOp::Or, Some(true), _) | (BinaryOp::Or, _, Some(true)) => constant(true),
        (BinaryOp::And | BinaryOp::Or, ..) if a == b => Some(Step::Value(a)),
        _ => None,
    }
}

/// Whether a cast between the two changes nothing.
fn same_type(from: &Type, to: &Type) -> bool {
    match (from, to) {
        (Type::Float(Float::F64), Type::Float(Float::F64))
        | (Type::Float(Float::F32), Type::Float(Float::F32))
        | (Type::Bool, Type::Bool) => true,
        (Type::Int(from), Type::Int(to)) => from == to && *from != Int::Inferred,
        _ => false,
    }
}
