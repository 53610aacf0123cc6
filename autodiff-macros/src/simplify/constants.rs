//! Instructions on literals, computed exactly as they would be at run time, or not at all.

use crate::ir::{BinaryOp, Body, CompareOp, Const, Float, Instr, Int, Type, UnaryOp, ValueId};

/// What `instr`, with result `y`, gives if its operands are literals.
pub(super) fn fold(body: &Body, instr: &Instr, y: ValueId) -> Option<Const> {
    let known = |id: ValueId| body.value(id).constant.as_ref();
    match instr {
        Instr::Unary(op, a) => unary(*op, known(*a)?, body.ty(y)),
        Instr::Binary(op, a, b) => binary(*op, known(*a)?, known(*b)?, body.ty(y)),
        Instr::Compare(op, a, b) => {
            let exact = exact_operand(body, *a) && exact_operand(body, *b);
            let res = compare(*op, known(*a)?, known(*b)?)?;
            exact.then_some(Const::Bool(res))
        }
        Instr::Cast { value, to } => cast(known(*value)?, to),
        Instr::Math { rule, args } => {
            let args: Option<Vec<_>> = args.iter().map(|id| known(*id)).collect();
            math(rule.name, &args?, body.ty(y))
        }
        _ => None,
    }
}

fn unary(op: UnaryOp, a: &Const, ty: &Type) -> Option<Const> {
    match (op, a) {
        // Negation is exact in every float.
        (UnaryOp::Neg, Const::Float(x)) => Some(Const::Float(-x)),
        (UnaryOp::Neg, Const::Int(n)) => int(n.checked_neg()?, ty),
        (UnaryOp::Not, Const::Bool(b)) => Some(Const::Bool(!b)),
        (UnaryOp::Neg, Const::Bool(_)) | (UnaryOp::Not, Const::Float(_) | Const::Int(_)) => None,
    }
}

fn binary(op: BinaryOp, a: &Const, b: &Const, ty: &Type) -> Option<Const> {
    match (a, b) {
        (Const::Float(a), Const::Float(b)) => float(op, *a, *b, ty).map(Const::Float),
        (Const::Int(a), Const::Int(b)) => {
            let res = match op {
                BinaryOp::Add => a.checked_add(*b)?,
                BinaryOp::Sub => a.checked_sub(*b)?,
                BinaryOp::Mul => a.checked_mul(*b)?,
                BinaryOp::Div => a.checked_div(*b)?,
                BinaryOp::Rem => a.checked_rem(*b)?,
                BinaryOp::And | BinaryOp::Or | BinaryOp::Xor | BinaryOp::Shl | BinaryOp::Shr => return None,
            };
            int(res, ty)
        }
        (Const::Bool(a), Const::Bool(b)) => match op {
            BinaryOp::And => Some(Const::Bool(a & b)),
            BinaryOp::Or => Some(Const::Bool(a | b)),
            BinaryOp::Xor => Some(Const::Bool(a ^ b)),
            BinaryOp::Add
            | BinaryOp::Sub
            | BinaryOp::Mul
            | BinaryOp::Div
            | BinaryOp::Rem
            | BinaryOp::Shl
            | BinaryOp::Shr => None,
        },
        _ => None,
    }
}

/// `a op b` of the float `ty`, if it is known to the last bit: of an `f64` always, of any other float where `f32` and
/// `f64` agree because nothing is rounded.
pub(super) fn float(op: BinaryOp, a: f64, b: f64, ty: &Type) -> Option<f64> {
    let (res, error) = match op {
        BinaryOp::Add => (a + b, sum_error(a, b)),
        BinaryOp::Sub => (a - b, sum_error(a, -b)),
        BinaryOp::Mul => (a * b, a.mul_add(b, -(a * b))),
        BinaryOp::Div => (a / b, (a / b).mul_add(b, -a)),
        BinaryOp::Rem | BinaryOp::And | BinaryOp::Or | BinaryOp::Xor | BinaryOp::Shl | BinaryOp::Shr => {
            return None;
        }
    };
    let known = match ty {
        Type::Float(Float::F64) => true,
        _ => error == 0.0 && [a, b, res].into_iter().all(fits_f32),
    };
    // There are no literals for the rest.
    (known && res.is_finite()).then_some(res)
}

/// Rounding error of `a + b` (Knuth, two-sum).
fn sum_error(a: f64, b: f64) -> f64 {
    let sum = a + b;
    let part = sum - a;
    (a - (sum - part)) + (b - part)
}

fn fits_f32(x: f64) -> bool {
    f64::from(x as f32) == x
}

/// Whether the literal behind `id` has the same value in every float that it may turn out to be.
fn exact_operand(body: &Body, id: ValueId) -> bool {
    match (&body.value(id).constant, body.ty(id)) {
        (Some(Const::Float(_)), Type::Float(Float::F64)) => true,
        (Some(Const::Float(x)), _) => fits_f32(*x),
        _ => true,
    }
}

/// `n` as a literal of the integer `ty`, if it fits for sure.
fn int(n: i128, ty: &Type) -> Option<Const> {
    let range = match ty {
        Type::Int(int) => match int {
            // As on the smallest machine that std knows of 32 bits.
            Int::Usize | Int::U32 => 0..=i128::from(u32::MAX),
            Int::Isize | Int::I32 | Int::Inferred => i128::from(i32::MIN)..=i128::from(i32::MAX),
            Int::U8 => 0..=i128::from(u8::MAX),
            Int::U16 => 0..=i128::from(u16::MAX),
            Int::U64 | Int::U128 => 0..=i128::from(u64::MAX),
            Int::I8 => i128::from(i8::MIN)..=i128::from(i8::MAX),
            Int::I16 => i128::from(i16::MIN)..=i128::from(i16::MAX),
            Int::I64 | Int::I128 => i128::from(i64::MIN)..=i128::from(i64::MAX),
        },
        Type::Float(_)
        | Type::Bool
        | Type::Array(..)
        | Type::Slice(_)
        | Type::Vec(_)
        | Type::Aggregate(_)
        | Type::Matrix(_)
        | Type::Tuple(_)
        | Type::Struct(_)
        | Type::Host
        | Type::Pullback => return None,
    };
    range.contains(&n).then_some(Const::Int(n))
}

fn compare(op: CompareOp, a: &Const, b: &Const) -> Option<bool> {
    let order = match (a, b) {
        (Const::Float(a), Const::Float(b)) => a.partial_cmp(b)?,
        (Const::Int(a), Const::Int(b)) => a.cmp(b),
        (Const::Bool(a), Const::Bool(b)) => a.cmp(b),
        _ => return None,
    };
    Some(match op {
        CompareOp::Eq => order.is_eq(),
        CompareOp::Ne => order.is_ne(),
        CompareOp::Lt => order.is_lt(),
        CompareOp::Le => order.is_le(),
        CompareOp::Gt => order.is_gt(),
        CompareOp::Ge => order.is_ge(),
    })
}

fn cast(value: &Const, to: &Type) -> Option<Const> {
    match (value, to) {
        // Every float has the integers up to 2^24.
        (Const::Int(n), Type::Float(_)) if n.abs() <= 1 << 24 => Some(Const::Float(*n as f64)),
        (Const::Int(n), Type::Int(_)) => int(*n, to),
        (Const::Float(x), Type::Float(Float::F64)) => Some(Const::Float(*x)).filter(|_| fits_f32(*x)),
        _ => None,
    }
}

/// Functions that give the same bits on every machine.
fn math(name: &str, args: &[&Const], ty: &Type) -> Option<Const> {
    match (name, args) {
        ("saturating_sub", [Const::Int(a), Const::Int(b)]) => int((a - b).max(0), ty),
        ("abs", [Const::Float(x)]) => Some(Const::Float(x.abs())),
        // A root is rounded correctly everywhere; that of a perfect square is a root in every float.
        ("sqrt", [Const::Float(x)]) => {
            let root = x.sqrt();
            let exact = root * root == *x && fits_f32(root) && fits_f32(*x);
            let known = matches!(ty, Type::Float(Float::F64)) || exact;
            (known && root.is_finite()).then_some(Const::Float(root))
        }
        _ => None,
    }
}
