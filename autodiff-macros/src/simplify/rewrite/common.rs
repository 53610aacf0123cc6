//! Values by what computes them, so that nothing is computed twice.

use crate::ir::{BinaryOp, Body, CompareOp, Const, Float, Instr, Int, Type, UnaryOp, ValueId};
use std::collections::HashMap;

/// The values in scope. An entry never leaves the region that defines the value.
#[derive(Default)]
pub(super) struct Table {
    entries: HashMap<Key, ValueId>,
    /// The keys in the order in which they came.
    order: Vec<Key>,
}

/// How many entries there were.
#[derive(Clone, Copy)]
pub(super) struct Mark(usize);

/// What makes two instructions the same: they then give the same bits.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct Key {
    head: Head,
    operands: Vec<Operand>,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
enum Head {
    Const(Kind),
    Unary(UnaryOp),
    Binary(BinaryOp),
    Compare(CompareOp),
    Select,
    Math(&'static str),
    Cast(Kind),
    /// Not to be shared.
    Unique(ValueId),
}

/// A literal is itself, whichever statement says it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) enum Operand {
    Value(ValueId),
    Float(u64),
    Int(i128),
    Bool(bool),
}

impl Table {
    pub(super) fn mark(&self) -> Mark {
        Mark(self.order.len())
    }

    /// Forgets what came after `mark`.
    pub(super) fn forget(&mut self, mark: Mark) {
        for key in self.order.drain(mark.0..) {
            self.entries.remove(&key);
        }
    }

    pub(super) fn get(&self, key: &Key) -> Option<ValueId> {
        self.entries.get(key).copied()
    }

    pub(super) fn insert(&mut self, key: Key, value: ValueId) {
        self.order.push(key.clone());
        self.entries.insert(key, value);
    }
}

/// The key of a scalar instruction with result `y`.
pub(super) fn key(body: &Body, instr: &Instr, y: ValueId) -> Key {
    let all = |ids: &[ValueId]| ids.iter().map(|id| operand(body, *id)).collect::<Vec<_>>();
    let (head, operands) = match instr {
        Instr::Const(known) => (Head::Const(kind(body.ty(y))), vec![literal(known)]),
        Instr::Unary(op, a) => (Head::Unary(*op), all(&[*a])),
        Instr::Binary(op, a, b) => {
            let mut operands = all(&[*a, *b]);
            // a + b and b + a have the same bits, also of infinities and zeros.
            if commutes(*op) {
                operands.sort_unstable();
            }
            (Head::Binary(*op), operands)
        }
        // b > a is a < b.
        Instr::Compare(CompareOp::Gt, a, b) => (Head::Compare(CompareOp::Lt), all(&[*b, *a])),
        Instr::Compare(CompareOp::Ge, a, b) => (Head::Compare(CompareOp::Le), all(&[*b, *a])),
        Instr::Compare(op, a, b) => (Head::Compare(*op), all(&[*a, *b])),
        Instr::Select {
            cond,
            then,
            otherwise,
        } => (Head::Select, all(&[*cond, *then, *otherwise])),
        Instr::Math { rule, args } => (Head::Math(rule.name), all(args)),
        Instr::Cast { value, to } => (Head::Cast(kind(to)), all(&[*value])),
        _ => (Head::Unique(y), Vec::new()),
    };
    Key { head, operands }
}

pub(super) fn operand(body: &Body, id: ValueId) -> Operand {
    match &body.value(id).constant {
        Some(known) => literal(known),
        None => Operand::Value(id),
    }
}

fn literal(known: &Const) -> Operand {
    match known {
        Const::Float(x) => Operand::Float(x.to_bits()),
        Const::Int(n) => Operand::Int(*n),
        Const::Bool(b) => Operand::Bool(*b),
    }
}

fn commutes(op: BinaryOp) -> bool {
    match op {
        BinaryOp::Add | BinaryOp::Mul | BinaryOp::And | BinaryOp::Or | BinaryOp::Xor => true,
        BinaryOp::Sub | BinaryOp::Div | BinaryOp::Rem | BinaryOp::Shl | BinaryOp::Shr => false,
    }
}

/// A scalar type.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
enum Kind {
    F64,
    F32,
    /// By its name.
    Named(String),
    AnyFloat,
    Int(Int),
    Bool,
    Other,
}

fn kind(ty: &Type) -> Kind {
    match ty {
        Type::Float(Float::F64) => Kind::F64,
        Type::Float(Float::F32) => Kind::F32,
        Type::Float(Float::Named(name) | Float::Generic(name)) => Kind::Named(name.to_string()),
        Type::Float(Float::Inferred) => Kind::AnyFloat,
        Type::Int(int) => Kind::Int(*int),
        Type::Bool => Kind::Bool,
        Type::Array(..)
        | Type::Slice(_)
        | Type::Vec(_)
        | Type::Aggregate(_)
        | Type::Tuple(_)
        | Type::Host
        | Type::Pullback => Kind::Other,
    }
}
