//! Scalar instructions, run.

use super::Data;
use crate::ir::{BinaryOp, CompareOp, Type, UnaryOp};

pub(super) fn unary(op: UnaryOp, a: Data) -> Data {
    match (op, a) {
        (UnaryOp::Neg, Data::Float(a)) => Data::Float(-a),
        (UnaryOp::Neg, Data::Int(a)) => Data::Int(-a),
        (UnaryOp::Not, Data::Bool(a)) => Data::Bool(!a),
        (op, a) => panic!("{op:?} of {a:?}"),
    }
}

pub(super) fn binary(op: BinaryOp, a: Data, b: Data) -> Data {
    match (op, a, b) {
        (BinaryOp::Add, Data::Float(a), Data::Float(b)) => Data::Float(a + b),
        (BinaryOp::Sub, Data::Float(a), Data::Float(b)) => Data::Float(a - b),
        (BinaryOp::Mul, Data::Float(a), Data::Float(b)) => Data::Float(a * b),
        (BinaryOp::Div, Data::Float(a), Data::Float(b)) => Data::Float(a / b),
        (BinaryOp::Rem, Data::Float(a), Data::Float(b)) => Data::Float(a % b),
        (BinaryOp::Add, Data::Int(a), Data::Int(b)) => Data::Int(a + b),
        (BinaryOp::Sub, Data::Int(a), Data::Int(b)) => Data::Int(a - b),
        (BinaryOp::Mul, Data::Int(a), Data::Int(b)) => Data::Int(a * b),
        (BinaryOp::Div, Data::Int(a), Data::Int(b)) => Data::Int(a / b),
        (BinaryOp::Rem, Data::Int(a), Data::Int(b)) => Data::Int(a % b),
        (BinaryOp::And, Data::Int(a), Data::Int(b)) => Data::Int(a & b),
        (BinaryOp::Or, Data::Int(a), Data::Int(b)) => Data::Int(a | b),
        (BinaryOp::Xor, Data::Int(a), Data::Int(b)) => Data::Int(a ^ b),
        (BinaryOp::Shl, Data::Int(a), Data::Int(b)) => Data::Int(a << b),
        (BinaryOp::Shr, Data::Int(a), Data::Int(b)) => Data::Int(a >> b),
        (BinaryOp::And, Data::Bool(a), Data::Bool(b)) => Data::Bool(a & b),
        (BinaryOp::Or, Data::Bool(a), Data::Bool(b)) => Data::Bool(a | b),
        (BinaryOp::Xor, Data::Bool(a), Data::Bool(b)) => Data::Bool(a ^ b),
        (op, a, b) => panic!("{op:?} of {a:?} and {b:?}"),
    }
}

pub(super) fn compare(op: CompareOp, a: Data, b: Data) -> bool {
    let order = match (a, b) {
        (Data::Float(a), Data::Float(b)) => a.partial_cmp(&b),
        (Data::Int(a), Data::Int(b)) => Some(a.cmp(&b)),
        (Data::Bool(a), Data::Bool(b)) => Some(a.cmp(&b)),
        (a, b) => panic!("{a:?} compared with {b:?}"),
    };
    match op {
        CompareOp::Eq => order.is_some_and(|order| order.is_eq()),
        CompareOp::Ne => order.is_none_or(|order| order.is_ne()),
        CompareOp::Lt => order.is_some_and(|order| order.is_lt()),
        CompareOp::Le => order.is_some_and(|order| order.is_le()),
        CompareOp::Gt => order.is_some_and(|order| order.is_gt()),
        CompareOp::Ge => order.is_some_and(|order| order.is_ge()),
    }
}

pub(super) fn cast(value: Data, to: &Type) -> Data {
    match (value, to) {
        (Data::Float(x), Type::Int(_)) => Data::Int(x as i128),
        (Data::Int(n), Type::Float(_)) => Data::Float(n as f64),
        (Data::Bool(b), Type::Int(_)) => Data::Int(i128::from(b)),
        (value, _) => value,
    }
}

pub(super) fn math(name: &str, args: &[Data]) -> Data {
    if let ("saturating_sub", [l, r]) = (name, args) {
        return Data::Int((l.int() - r.int()).max(0));
    }
    let x = args[0].float();
    if name == "powi" {
        return Data::Float(x.powi(args[1].int() as i32));
    }
    let y = args.get(1).map_or(f64::NAN, Data::float);
    let z = args.get(2).map_or(f64::NAN, Data::float);
    Data::Float(match name {
        "sqrt" => x.sqrt(),
        "cbrt" => x.cbrt(),
        "exp" => x.exp(),
        "exp2" => x.exp2(),
        "exp_m1" => x.exp_m1(),
        "ln" => x.ln(),
        "ln_1p" => x.ln_1p(),
        "log2" => x.log2(),
        "log10" => x.log10(),
        "sin" => x.sin(),
        "cos" => x.cos(),
        "tan" => x.tan(),
        "sinh" => x.sinh(),
        "cosh" => x.cosh(),
        "tanh" => x.tanh(),
        "atan" => x.atan(),
        "abs" => x.abs(),
        "recip" => x.recip(),
        "signum" => x.signum(),
        "trunc" => x.trunc(),
        "floor" => x.floor(),
        "atan2" => x.atan2(y),
        "hypot" => x.hypot(y),
        "powf" => x.powf(y),
        "max" => x.max(y),
        "min" => x.min(y),
        "mul_add" => x.mul_add(y, z),
        other => panic!("{other} is not interpreted"),
    })
}
