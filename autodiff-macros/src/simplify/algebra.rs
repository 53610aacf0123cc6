//! Rules for derivative values. None makes more operations than there were.
//!
//! Each rule says its law. *Exact*: the same bits for every operand, NaN, infinities and signed zeros included. *Zero*:
//! exact but for the sign of a zero. *Factor*: the same up to rounding where everything stays finite, so it holds for
//! slopes, and would not hold for values that the user sees.

use super::rewrite::{Rewriter, Step};
use crate::ir::{BinaryOp, Const, Instr, Type, UnaryOp, ValueId};

/// What the float instruction `instr`, with result `y` of the derivative, is better written as.
pub(super) fn rule(r: &mut Rewriter, instr: &Instr, y: ValueId) -> Option<Step> {
    match *instr {
        Instr::Binary(BinaryOp::Add, a, b) => add(r, a, b),
        Instr::Binary(BinaryOp::Sub, a, b) => sub(r, a, b),
        Instr::Binary(BinaryOp::Mul, a, b) => {
            let step = mul(r, a, b, y, false).or_else(|| mul(r, b, a, y, true));
            // Exact: ac = ca. People write the constant first.
            let swap = r.float_of(b).is_some() && r.float_of(a).is_none();
            step.or_else(|| swap.then(|| binary(BinaryOp::Mul, b, a)))
        }
        Instr::Binary(BinaryOp::Div, a, b) => div(r, a, b, y),
        Instr::Unary(UnaryOp::Neg, a) => neg(r, a),
        Instr::Math { rule, ref args } => match (rule.name, args.as_slice()) {
            ("powi", [x, n]) => powi(r, *x, r.int_of(*n)?),
            ("powf", [x, p]) => powf(r, *x, r.float_of(*p)?),
            // 1/x, exact: that is how std defines it.
            ("recip", [x]) => {
                let one = r.float(1.0, *x);
                Some(binary(BinaryOp::Div, one, *x))
            }
            _ => None,
        },
        _ => None,
    }
}

fn binary(op: BinaryOp, a: ValueId, b: ValueId) -> Step {
    Step::Instr(Instr::Binary(op, a, b))
}

fn negated(a: ValueId) -> Step {
    Step::Instr(Instr::Unary(UnaryOp::Neg, a))
}

fn add(r: &mut Rewriter, a: ValueId, b: ValueId) -> Option<Step> {
    let (x, y) = (r.float_of(a), r.float_of(b));
    // Zero: a + 0 = a, but -0 + 0 = 0.
    if y == Some(0.0) {
        return Some(Step::Value(a));
    }
    if x == Some(0.0) {
        return Some(Step::Value(b));
    }
    // Exact: a + (-b) = a - b, (-a) + b = b - a.
    if let Some(b) = r.negated(b) {
        return Some(binary(BinaryOp::Sub, a, b));
    }
    if let Some(a) = r.negated(a) {
        return Some(binary(BinaryOp::Sub, b, a));
    }
    // Exact: a + a = 2a.
    if a == b {
        let two = r.float(2.0, a);
        return Some(binary(BinaryOp::Mul, two, a));
    }
    // Exact: a + b = b + a. People write the constant last.
    if x.is_some() && y.is_none() {
        return Some(binary(BinaryOp::Add, b, a));
    }
    None
}

fn sub(r: &mut Rewriter, a: ValueId, b: ValueId) -> Option<Step> {
    // Zero: a - 0 = a, but -0 - (-0) = 0.
    if r.float_of(b) == Some(0.0) {
        return Some(Step::Value(a));
    }
    // Zero: 0 - b = -b, but 0 - 0 = 0.
    if r.float_of(a) == Some(0.0) {
        return Some(negated(b));
    }
    // Exact: a - (-b) = a + b.
    if let Some(b) = r.negated(b) {
        return Some(binary(BinaryOp::Add, a, b));
    }
    // Zero: (-a) - b = -(a + b), but (-a) - (-a) = 0 and -(a + -a) = -0.
    if let Some(of) = r.negated(a).filter(|_| r.alone(a)) {
        let sum = r.binary(BinaryOp::Add, of, b);
        return Some(negated(sum));
    }
    // Not here: a - a = 0. It is wrong for NaN and infinities.
    None
}

/// Rules that look at the factor `a`, which stands on the right if `swapped`: a product is tried both ways.
fn mul(r: &mut Rewriter, a: ValueId, b: ValueId, y: ValueId, swapped: bool) -> Option<Step> {
    let ordered = |a: ValueId, b: ValueId| if swapped { (b, a) } else { (a, b) };
    // Exact: (-a)(-b) = ab.
    if let (Some(a), Some(b)) = (r.negated(a), r.negated(b)) {
        return Some(binary(BinaryOp::Mul, a, b));
    }
    if let Some(c) = r.float_of(a) {
        return scaled(r, c, a, b, y);
    }
    // Exact: (-a)b = -(ab). The sign goes outwards, where it meets others.
    if let Some(of) = r.negated(a).filter(|_| r.alone(a) || r.on.signs) {
        let (of, b) = ordered(of, b);
        let product = r.binary(BinaryOp::Mul, of, b);
        return Some(negated(product));
    }
    if !r.alone(a) {
        return None;
    }
    // Factor: (ca)b = c(ab). The constant goes outwards, where it meets others.
    if let Some((c, inner)) = multiple_of(r, a).filter(|(c, _)| r.float_of(*c).is_some_and(is_tame)) {
        let (inner, b) = ordered(inner, b);
        let product = r.binary(BinaryOp::Mul, inner, b);
        return Some(binary(BinaryOp::Mul, c, product));
    }
    match r.binary_of(a)? {
        // Factor: (1/z)b = b/z.
        (BinaryOp::Div, one, z) if r.float_of(one) == Some(1.0) => Some(binary(BinaryOp::Div, b, z)),
        // Factor: (c/z)b = c(b/z).
        (BinaryOp::Div, c, z) if r.float_of(c).is_some_and(is_tame) => {
            let quotient = r.binary(BinaryOp::Div, b, z);
            Some(binary(BinaryOp::Mul, c, quotient))
        }
        // Factor: (x/z)b = (xb)/z. Not if the quotient could leave a loop that the factor cannot leave.
        (BinaryOp::Div, x, z)
            if [x, b].iter().all(|id| r.float_of(*id).is_none()) && r.level(a) >= r.level(b) =>
        {
            let (x, b) = ordered(x, b);
            let product = r.binary(BinaryOp::Mul, x, b);
            Some(binary(BinaryOp::Div, product, z))
        }
        _ => None,
    }
}

/// `c · b`
fn scaled(r: &mut Rewriter, c: f64, a: ValueId, b: ValueId, y: ValueId) -> Option<Step> {
    // Exact: 1b = b, also for NaN and -0. Not here: 0b = 0, which is wrong for NaN and infinities.
    if c == 1.0 {
        return Some(Step::Value(b));
    }
    // Exact: -1b = -b.
    if c == -1.0 {
        return Some(negated(b));
    }
    // Exact: c(-b) = (-c)b.
    if let Some(b) = r.negated(b) {
        let c = r.float(-c, a);
        return Some(binary(BinaryOp::Mul, c, b));
    }
    // Factor: c(db) = (cd)b.
    if let Some((d, inner)) = multiple_of(r, b) {
        let product = constant(r, c, r.float_of(d)?, y)?;
        return Some(binary(BinaryOp::Mul, product, inner));
    }
    match r.binary_of(b)? {
        // Factor: c(d/z) = (cd)/z.
        (BinaryOp::Div, d, z) if r.alone(b) => {
            let d = r.float_of(d)?;
            let product = constant(r, c, d, y)?;
            Some(binary(BinaryOp::Div, product, z))
        }
        _ => None,
    }
}

/// The constant and the rest of a product that has one.
pub(super) fn multiple_of(r: &Rewriter, id: ValueId) -> Option<(ValueId, ValueId)> {
    match r.binary_of(id)? {
        (BinaryOp::Mul, c, rest) if r.float_of(c).is_some() => Some((c, rest)),
        (BinaryOp::Mul, rest, c) if r.float_of(c).is_some() => Some((c, rest)),
        _ => None,
    }
}

/// The literal `cd`, where it can be written down and neither overflows nor vanishes.
fn constant(r: &mut Rewriter, c: f64, d: f64, y: ValueId) -> Option<ValueId> {
    let product = super::constants::float(BinaryOp::Mul, c, d, r.body.ty(y))?;
    ([c, d, product].into_iter().all(is_tame)).then(|| r.float(product, y))
}

/// Constants that change no finite product into an infinity that would matter.
pub(super) fn is_tame(c: f64) -> bool {
    (2f64.powi(-64)..2f64.powi(64)).contains(&c.abs())
}

fn div(r: &mut Rewriter, a: ValueId, b: ValueId, y: ValueId) -> Option<Step> {
    if let Some(c) = r.float_of(b) {
        // Exact: a/1 = a, a/-1 = -a.
        if c == 1.0 {
            return Some(Step::Value(a));
        }
        if c == -1.0 {
            return Some(negated(a));
        }
        // Exact: a/2^k = 2^-k a, in every float that has both.
        if is_tame(c) && is_power_of_two(c) && r.float_of(a).is_none() {
            let inverse = r.float(1.0 / c, y);
            return Some(binary(BinaryOp::Mul, inverse, a));
        }
    }
    // Factor: (cx)/b = c(x/b).
    if let Some((c, x)) = multiple_of(r, a).filter(|(c, _)| r.float_of(*c).is_some_and(is_tame))
        && r.alone(a)
    {
        let quotient = r.binary(BinaryOp::Div, x, b);
        return Some(binary(BinaryOp::Mul, c, quotient));
    }
    // Factor: (x/(s/b))/b = x/s. So is the slope of ln(s/b) without a trace of b.
    if let Some((BinaryOp::Div, x, q)) = r.binary_of(a).filter(|_| r.alone(a))
        && let Some((BinaryOp::Div, s, z)) = r.binary_of(q)
        && z == b
    {
        return Some(binary(BinaryOp::Div, x, s));
    }
    // Exact: (-a)/(-b) = a/b, (-a)/b = -(a/b), a/(-b) = -(a/b).
    match (r.negated(a), r.negated(b)) {
        (Some(a), Some(b)) => Some(binary(BinaryOp::Div, a, b)),
        (Some(of), None) if r.alone(a) || r.on.signs => {
            let quotient = r.binary(BinaryOp::Div, of, b);
            Some(negated(quotient))
        }
        (None, Some(of)) if r.alone(b) || r.on.signs => {
            if let Some(c) = r.float_of(a) {
                let c = r.float(-c, a);
                return Some(binary(BinaryOp::Div, c, of));
            }
            let quotient = r.binary(BinaryOp::Div, a, of);
            Some(negated(quotient))
        }
        _ => None,
    }
}

/// Whether `c` is ±2^k: its significand is empty.
fn is_power_of_two(c: f64) -> bool {
    c.is_normal() && c.to_bits() << 12 == 0
}

fn neg(r: &mut Rewriter, a: ValueId) -> Option<Step> {
    // Exact: -(-a) = a.
    if let Some(of) = r.negated(a) {
        return Some(Step::Value(of));
    }
    if !r.alone(a) {
        return None;
    }
    // Exact: -(cq) = (-c)q.
    if let Some((c, q)) = multiple_of(r, a) {
        let c = r.float(-r.float_of(c)?, c);
        return Some(binary(BinaryOp::Mul, c, q));
    }
    match r.binary_of(a)? {
        // Zero: -(p - q) = q - p, but -(p - p) = -0.
        (BinaryOp::Sub, p, q) => Some(binary(BinaryOp::Sub, q, p)),
        // Exact: -(c/q) = (-c)/q.
        (BinaryOp::Div, c, q) => {
            let c = r.float(-r.float_of(c)?, c);
            Some(binary(BinaryOp::Div, c, q))
        }
        _ => None,
    }
}

/// `x^n` by multiplications where they are few. Factor: `powi` may round otherwise.
fn powi(r: &mut Rewriter, x: ValueId, n: i128) -> Option<Step> {
    match n {
        // Exact: x^0 = 1, also of NaN.
        0 => Some(Step::Instr(Instr::Const(Const::Float(1.0)))),
        1 => Some(Step::Value(x)),
        2 => Some(binary(BinaryOp::Mul, x, x)),
        3 | 4 | 5 | 6 | 8 => product(r, x, n).map(Step::Value),
        -4..=-1 => {
            let power = product(r, x, -n)?;
            let one = r.float(1.0, x);
            Some(binary(BinaryOp::Div, one, power))
        }
        _ => None,
    }
}

/// `x^n` for small positive `n`, by squaring.
fn product(r: &mut Rewriter, x: ValueId, n: i128) -> Option<ValueId> {
    if n == 1 {
        return Some(x);
    }
    let half = product(r, x, n / 2)?;
    let square = r.binary(BinaryOp::Mul, half, half);
    Some(if n % 2 == 0 {
        square
    } else {
        r.binary(BinaryOp::Mul, square, x)
    })
}

/// Factor: roots and products instead of the general power, which differ at -0 and -∞.
fn powf(r: &mut Rewriter, x: ValueId, p: f64) -> Option<Step> {
    if p.fract() == 0.0 && p.abs() <= 64.0 {
        return powi(r, x, p as i128).or_else(|| {
            let n = r.emit(
                Instr::Const(Const::Int(p as i128)),
                Type::Int(crate::ir::Int::I32),
            );
            let rule = crate::rules::find("powi", 2).expect("powi is a row");
            Some(Step::Instr(Instr::Math {
                rule,
                args: vec![x, n],
            }))
        });
    }
    if p.abs().fract() != 0.5 || p.abs() > 4.0 {
        return None;
    }
    let root = r.math("sqrt", &[x]);
    let power = match p.abs().trunc() as i128 {
        0 => root,
        n => {
            let whole = product(r, x, n)?;
            r.binary(BinaryOp::Mul, whole, root)
        }
    };
    if p > 0.0 {
        return Some(Step::Value(power));
    }
    let one = r.float(1.0, x);
    Some(binary(BinaryOp::Div, one, power))
}
