//! How many operations on floats a body does, where that is the same for all arguments.

use crate::ir::{
    BinaryOp, Body, Const, Init, Instr, Len, Loop, LoopKind, PlaceRef, Proj, Region, Type, UnaryOp, ValueId,
};
use std::collections::HashSet;

/// Operations on floats by kind. Choices (`abs`, `max`, comparisons, rounding) and casts are not counted.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Cost {
    pub(crate) add: usize,
    pub(crate) mul: usize,
    pub(crate) div: usize,
    pub(crate) sqrt: usize,
    pub(crate) transcendental: usize,
    pub(crate) pow: usize,
    pub(crate) neg: usize,
}

impl Cost {
    fn plus(self, other: Cost, times: usize) -> Cost {
        Cost {
            add: self.add + times * other.add,
            mul: self.mul + times * other.mul,
            div: self.div + times * other.div,
            sqrt: self.sqrt + times * other.sqrt,
            transcendental: self.transcendental + times * other.transcendental,
            pow: self.pow + times * other.pow,
            neg: self.neg + times * other.neg,
        }
    }

    pub(crate) fn total(self) -> usize {
        self.add + self.mul + self.div + self.sqrt + self.transcendental + self.pow + self.neg
    }
}

/// The operations of `body`; `None` where they depend on the arguments (branches, loops without a fixed number of
/// iterations) or are not ours to know (calls, the user's own code).
pub(crate) fn cost(body: &Body) -> Option<Cost> {
    match body.pullback {
        None => region(body, &body.region),
        Some(_) => None,
    }
}

fn region(body: &Body, it: &Region) -> Option<Cost> {
    let mut res = Cost::default();
    let mut negations = HashSet::new();
    for stmt in &it.stmts {
        let y = stmt.results.first().copied().filter(|y| body.is_float(*y));
        match (&stmt.instr, y) {
            (Instr::Unary(UnaryOp::Neg, _), Some(y)) => {
                negations.insert(y);
            }
            // The negation of `x += -y` is the subtraction, and counted where it stands.
            (Instr::AddTo { value, .. }, _) if negations.contains(value) => continue,
            _ => (),
        }
        res = res.plus(instr(body, &stmt.instr, y.is_some())?, 1);
    }
    Some(res)
}

/// `float`: it gives a float.
fn instr(body: &Body, it: &Instr, float: bool) -> Option<Cost> {
    let none = Cost::default();
    match it {
        Instr::Unary(UnaryOp::Neg, _) if float => Some(Cost { neg: 1, ..none }),
        Instr::Binary(op, ..) if float => Some(binary(*op)),
        Instr::Math { rule, args } => Some(math(body, rule.name, args)),
        Instr::AddTo { .. } => Some(Cost { add: 1, ..none }),
        Instr::Accumulate { to, .. } => Some(Cost {
            add: scalars(type_at(body, to)?)?,
            ..none
        }),
        Instr::Loop(it) => repeated(body, it),
        Instr::Alloc { init, .. } => match init {
            Init::Host { args, .. } if !args.is_empty() => None,
            // As many operations as the matrices are large.
            Init::Matrix(_) => None,
            Init::Repeat { .. }
            | Init::List(_)
            | Init::RepeatPlace { .. }
            | Init::Rows(_)
            | Init::Struct { .. }
            | Init::Copy { .. }
            | Init::Empty { .. }
            | Init::ZerosLike(_)
            | Init::Scratch { .. }
            | Init::View { .. }
            | Init::Host { .. } => Some(none),
        },
        Instr::Host { args, .. } if !args.is_empty() => None,
        Instr::Call(_) | Instr::Opaque(_) | Instr::Matrix(_) | Instr::AddMatrix { .. } | Instr::If { .. } => {
            None
        }
        Instr::Const(_)
        | Instr::Unary(..)
        | Instr::Binary(..)
        | Instr::Compare(..)
        | Instr::Select { .. }
        | Instr::Cast { .. }
        | Instr::Host { .. }
        | Instr::Load(_)
        | Instr::Store { .. }
        | Instr::Len(_)
        | Instr::Fill { .. }
        | Instr::CopyTo { .. }
        | Instr::Swap(..)
        | Instr::Push { .. }
        | Instr::Pop { .. }
        | Instr::PushRow { .. }
        | Instr::PopRow { .. }
        | Instr::Resize { .. }
        | Instr::SomePullback(_)
        | Instr::NoPullback => Some(none),
    }
}

fn binary(op: BinaryOp) -> Cost {
    let none = Cost::default();
    match op {
        BinaryOp::Add | BinaryOp::Sub => Cost { add: 1, ..none },
        BinaryOp::Mul => Cost { mul: 1, ..none },
        BinaryOp::Div | BinaryOp::Rem => Cost { div: 1, ..none },
        BinaryOp::And | BinaryOp::Or | BinaryOp::Xor | BinaryOp::Shl | BinaryOp::Shr => none,
    }
}

fn math(body: &Body, name: &str, args: &[ValueId]) -> Cost {
    let none = Cost::default();
    match name {
        "abs" | "max" | "min" | "clamp" | "copysign" | "signum" | "floor" | "ceil" | "round"
        | "round_ties_even" | "trunc" | "fract" | "saturating_sub" => none,
        "sqrt" => Cost { sqrt: 1, ..none },
        "recip" | "rem_euclid" | "div_euclid" => Cost { div: 1, ..none },
        "to_degrees" | "to_radians" => Cost { mul: 1, ..none },
        "mul_add" | "midpoint" => Cost {
            add: 1,
            mul: 1,
            ..none
        },
        // A literal power is the products that it is compiled to.
        "powi" => match args.get(1).and_then(|n| body.value(*n).constant.as_ref()) {
            Some(Const::Int(n)) if (1..=64).contains(n) => Cost {
                mul: products(*n as u32),
                ..none
            },
            Some(_) | None => Cost { pow: 1, ..none },
        },
        "powf" => Cost { pow: 1, ..none },
        _ => Cost {
            transcendental: 1,
            ..none
        },
    }
}

/// How many products `x^n` takes by squaring.
fn products(n: u32) -> usize {
    (n.ilog2() + n.count_ones() - 1) as usize
}

/// A loop whose number of iterations stands in the code.
fn repeated(body: &Body, it: &Loop) -> Option<Cost> {
    let int = |id: ValueId| match body.value(id).constant {
        Some(Const::Int(n)) => Some(n),
        Some(Const::Float(_) | Const::Bool(_)) | None => None,
    };
    let LoopKind::Range {
        start,
        end,
        step: None,
        reversed: _,
    } = it.kind
    else {
        return None;
    };
    let times = usize::try_from((int(end)? - int(start)?).max(0)).ok()?;
    let each = region(body, &it.body)?;
    (!it.breaks).then(|| Cost::default().plus(each, times))
}

fn type_at<'b>(body: &'b Body, at: &PlaceRef) -> Option<&'b Type> {
    let mut ty = &body.place(at.root).ty;
    for proj in &at.path {
        ty = match (proj, ty) {
            (Proj::Index(_) | Proj::Entry(..), ty) => ty.element()?,
            (Proj::Field(k), Type::Tuple(parts)) => parts.get(*k)?,
            (Proj::Member(member), ty) => ty.member(member)?,
            (Proj::Field(_) | Proj::Range(..), _) => return None,
        };
    }
    Some(ty)
}

/// How many floats there are inside.
fn scalars(ty: &Type) -> Option<usize> {
    match ty {
        Type::Float(_) => Some(1),
        Type::Int(_) | Type::Bool => Some(0),
        Type::Array(element, Len::Known(n)) => Some(n * scalars(element)?),
        Type::Tuple(parts) => parts.iter().map(scalars).sum(),
        Type::Array(..)
        | Type::Slice(_)
        | Type::Vec(_)
        | Type::Aggregate(_)
        | Type::Matrix(_)
        | Type::Struct(_)
        | Type::Host
        | Type::Pullback => None,
    }
}
