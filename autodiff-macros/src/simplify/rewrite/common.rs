//! Values by what computes them, so that nothing is computed twice.

use crate::ir::{BinaryOp, Body, CompareOp, Const, Float, Instr, Int, Type, UnaryOp, ValueId};

/// The values in scope. An entry never leaves the region that defines the value.
pub(super) struct Table {
    /// The number of the last entry of each bucket, plus one.
    buckets: Vec<u32>,
    /// In the order in which they came, so that the last ones are forgotten first.
    entries: Vec<Entry>,
}

struct Entry {
    key: Key,
    value: ValueId,
    bucket: usize,
    /// What the bucket said before.
    before: u32,
}

/// How many entries there were.
#[derive(Clone, Copy)]
pub(super) struct Mark(usize);

/// What makes two instructions the same: they then give the same bits.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Key {
    hash: u64,
    head: Head,
    operands: [Operand; 3],
}

#[derive(Clone, PartialEq, Debug)]
enum Head {
    Const(Kind),
    Unary(UnaryOp),
    Binary(BinaryOp),
    Compare(CompareOp),
    Select,
    Math(&'static str),
    Cast(Kind),
    /// A word of the user's, such as a constant of std.
    Words(Kind, String),
    /// Not to be shared.
    Unique(ValueId),
}

/// A literal is itself, whichever statement says it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Operand {
    None,
    Value(ValueId),
    Float(u64),
    Int(i128),
    Bool(bool),
}

const BUCKETS: usize = 256;

impl Table {
    pub(super) fn new() -> Self {
        Table {
            buckets: vec![0; BUCKETS],
            entries: Vec::new(),
        }
    }

    pub(super) fn mark(&self) -> Mark {
        Mark(self.entries.len())
    }

    /// Forgets what came after `mark`.
    pub(super) fn forget(&mut self, mark: Mark) {
        while self.entries.len() > mark.0 {
            if let Some(entry) = self.entries.pop() {
                self.buckets[entry.bucket] = entry.before;
            }
        }
    }

    pub(super) fn get(&self, key: &Key) -> Option<ValueId> {
        let mut at = self.buckets[bucket(key)];
        while at > 0 {
            let entry = &self.entries[at as usize - 1];
            if entry.key == *key {
                return Some(entry.value);
            }
            at = entry.before;
        }
        None
    }

    /// A key that is not in the table.
    pub(super) fn insert(&mut self, key: Key, value: ValueId) {
        let bucket = bucket(&key);
        self.entries.push(Entry {
            key,
            value,
            bucket,
            before: self.buckets[bucket],
        });
        self.buckets[bucket] = self.entries.len() as u32;
    }
}

fn bucket(key: &Key) -> usize {
    (key.hash >> 32) as usize % BUCKETS
}

impl Key {
    fn new(head: Head, operands: [Operand; 3]) -> Self {
        let kind = match &head {
            Head::Const(_) => 1,
            Head::Unary(op) => 2 + *op as u64,
            Head::Binary(op) => 8 + *op as u64,
            Head::Compare(op) => 24 + *op as u64,
            Head::Select => 32,
            Head::Math(name) => 64 + name.as_bytes()[0] as u64,
            Head::Cast(_) => 33,
            Head::Words(_, words) => 34 + words.len() as u64,
            Head::Unique(id) => 1024 + u64::from(id.0),
        };
        let mut hash = kind;
        for operand in operands {
            let bits = match operand {
                Operand::None => 0,
                Operand::Value(id) => 1 + u64::from(id.0),
                Operand::Float(bits) => bits,
                Operand::Int(n) => n as u64,
                Operand::Bool(b) => u64::from(b),
            };
            // Fibonacci hashing (Knuth, The Art of Computer Programming 3, 6.4).
            hash = (hash ^ bits).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        }
        Key { hash, head, operands }
    }
}

/// The key of a scalar instruction with result `y`.
pub(super) fn key(body: &Body, instr: &Instr, y: ValueId) -> Key {
    let one = |id: &ValueId| operand(body, *id);
    let (head, operands) = match instr {
        Instr::Const(known) => (
            Head::Const(kind(body.ty(y))),
            [literal(known), Operand::None, Operand::None],
        ),
        Instr::Unary(op, a) => (Head::Unary(*op), [one(a), Operand::None, Operand::None]),
        Instr::Binary(op, a, b) => {
            let (mut a, mut b) = (one(a), one(b));
            // a + b and b + a have the same bits, also of infinities and zeros.
            if commutes(*op) && b < a {
                std::mem::swap(&mut a, &mut b);
            }
            (Head::Binary(*op), [a, b, Operand::None])
        }
        // b > a is a < b.
        Instr::Compare(CompareOp::Gt, a, b) => {
            (Head::Compare(CompareOp::Lt), [one(b), one(a), Operand::None])
        }
        Instr::Compare(CompareOp::Ge, a, b) => {
            (Head::Compare(CompareOp::Le), [one(b), one(a), Operand::None])
        }
        Instr::Compare(op, a, b) => (Head::Compare(*op), [one(a), one(b), Operand::None]),
        Instr::Select {
            cond,
            then,
            otherwise,
        } => (Head::Select, [one(cond), one(then), one(otherwise)]),
        Instr::Math { rule, args } if args.len() <= 3 => {
            let mut operands = [Operand::None; 3];
            for (operand, arg) in operands.iter_mut().zip(args) {
                *operand = one(arg);
            }
            (Head::Math(rule.name), operands)
        }
        Instr::Cast { value, to } => (Head::Cast(kind(to)), [one(value), Operand::None, Operand::None]),
        Instr::Host {
            template,
            args,
            pure: true,
        } if args.is_empty() => {
            let words = template.to_string();
            (Head::Words(kind(body.ty(y)), words), [Operand::None; 3])
        }
        _ => (Head::Unique(y), [Operand::None; 3]),
    };
    Key::new(head, operands)
}

/// The key of `x.powi(n)`.
pub(super) fn power(x: ValueId, n: i128) -> Key {
    let operands = [Operand::Value(x), Operand::Int(n), Operand::None];
    Key::new(Head::Math("powi"), operands)
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
#[derive(Clone, PartialEq, Debug)]
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
        | Type::Matrix(_)
        | Type::Tuple(_)
        | Type::Struct(_)
        | Type::Host
        | Type::Pullback => Kind::Other,
    }
}
