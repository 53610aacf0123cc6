//! Operators, with every minus where a person puts it.

use super::body::Emit;
use super::exprs::{Expr, Level};
use super::literals::literal;
use crate::ir::{BinaryOp, CompareOp, Const, Instr, Type, UnaryOp, ValueId};
use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;

impl Emit<'_, '_> {
    /// `-a`. The minus of a product goes to its first factor, which changes no bit.
    pub(super) fn negate(&mut self, a: ValueId) -> Expr {
        let at = self.at;
        if self.is_negative(a) {
            return self.positive(a);
        }
        if let Some(Instr::Binary(op @ (BinaryOp::Mul | BinaryOp::Div), l, r)) = self.inline_instr(a) {
            let (op, l, r) = (*op, *l, *r);
            if self.facts.outline.body.is_float(l) && !self.is_negative(r) {
                let left = self.negate(l);
                return self.infix_of(op, left, r);
            }
        }
        let a = self.value(a);
        let tokens = if starts_with_minus(&a) {
            let a = a.tokens;
            quote_spanned!(at=> -(#a))
        } else {
            let a = a.at(Level::Unary, at);
            quote_spanned!(at=> -#a)
        };
        Expr::new(tokens, Level::Unary)
    }

    /// Whether the float `id` is written with a minus in front, which a sum may take over: a negation, a negative
    /// literal, a product or quotient that begins with one.
    pub(super) fn is_negative(&self, id: ValueId) -> bool {
        let value = self.facts.outline.body.value(id);
        if !matches!(value.ty, Type::Float(_)) {
            return false;
        }
        if let Some(Const::Float(x)) = value.constant {
            return x < 0.0;
        }
        match self.inline_instr(id) {
            Some(Instr::Unary(UnaryOp::Neg, of)) => !self.is_negative(*of),
            Some(Instr::Binary(BinaryOp::Mul | BinaryOp::Div, l, r)) => {
                self.is_negative(*l) != self.is_negative(*r)
            }
            _ => false,
        }
    }

    /// `-id` of what is negative.
    pub(super) fn positive(&mut self, id: ValueId) -> Expr {
        let at = self.at;
        let value = self.facts.outline.body.value(id);
        if let Some(Const::Float(x)) = value.constant {
            let (tokens, _) = literal(&Const::Float(-x), &value.ty, self.suffix, self.names, at);
            return Expr::tight(tokens);
        }
        match self.inline_instr(id) {
            Some(Instr::Unary(UnaryOp::Neg, of)) => {
                let of = *of;
                self.value(of)
            }
            Some(Instr::Binary(op, l, r)) => {
                let (op, l, r) = (*op, *l, *r);
                match self.is_negative(l) {
                    true => {
                        let left = self.positive(l);
                        self.infix_of(op, left, r)
                    }
                    false => {
                        let (left, right) = (self.value(l), self.positive(r));
                        self.joined(op, left, right, false)
                    }
                }
            }
            _ => unreachable!("only what is negative has an opposite"),
        }
    }

    pub(super) fn binary(&mut self, op: BinaryOp, l: ValueId, r: ValueId) -> Expr {
        // a + -b = a - b, a - -b = a + b and -a + b = b - a, to the last bit.
        let (left, right) = (self.is_negative(l), self.is_negative(r));
        match op {
            BinaryOp::Add if right => {
                let left = self.value(l);
                let right = self.positive(r);
                self.joined(BinaryOp::Sub, left, right, false)
            }
            BinaryOp::Sub if right => {
                let left = self.value(l);
                let right = self.positive(r);
                self.joined(BinaryOp::Add, left, right, false)
            }
            BinaryOp::Add if left => {
                let right = self.value(r);
                let left = self.positive(l);
                self.joined(BinaryOp::Sub, right, left, false)
            }
            // a * -b = -a * b
            BinaryOp::Mul | BinaryOp::Div if right => {
                let left = self.negate(l);
                let right = self.positive(r);
                self.joined(op, left, right, false)
            }
            _ => {
                let left = self.value(l);
                self.infix_of(op, left, r)
            }
        }
    }

    fn infix_of(&mut self, op: BinaryOp, left: Expr, r: ValueId) -> Expr {
        let bool = matches!(self.facts.outline.body.ty(r), Type::Bool);
        let right = self.value(r);
        self.joined(op, left, right, bool)
    }

    fn joined(&self, op: BinaryOp, left: Expr, right: Expr, bool: bool) -> Expr {
        let at = self.at;
        let (level, next, token) = operator(op, bool, at);
        let shift = level == Level::Shift && left.ends_in_cast;
        let left = left.at(if shift { Level::Tight } else { level }, at);
        let minus = starts_with_minus(&right);
        let ends_in_cast = right.ends_in_cast && right.level >= next;
        let right = right.at(if minus { Level::Tight } else { next }, at);
        Expr {
            ends_in_cast,
            ..Expr::new(quote_spanned!(at=> #left #token #right), level)
        }
    }

    pub(super) fn compare(&mut self, op: CompareOp, l: ValueId, r: ValueId) -> Expr {
        let at = self.at;
        // `n > 0` rather than `0 < n`.
        let literal = |id: ValueId| matches!(self.facts.outline.body.value(id).constant, Some(Const::Int(_)));
        let (op, l, r) = match literal(l) && !literal(r) {
            true => (mirrored(op), r, l),
            false => (op, l, r),
        };
        let (left, right) = (self.value(l), self.value(r));
        let generic = op == CompareOp::Lt && left.ends_in_cast;
        let left = left.at(if generic { Level::Tight } else { Level::BitOr }, at);
        let ends_in_cast = right.ends_in_cast && right.level >= Level::BitOr;
        let right = right.at(Level::BitOr, at);
        let token = match op {
            CompareOp::Eq => quote_spanned!(at=> ==),
            CompareOp::Ne => quote_spanned!(at=> !=),
            CompareOp::Lt => quote_spanned!(at=> <),
            CompareOp::Le => quote_spanned!(at=> <=),
            CompareOp::Gt => quote_spanned!(at=> >),
            CompareOp::Ge => quote_spanned!(at=> >=),
        };
        Expr {
            ends_in_cast,
            ..Expr::new(quote_spanned!(at=> #left #token #right), Level::Compare)
        }
    }

    /// `!id`, or the opposite comparison where there is one: `!(a < b)` is not `a >= b` for NaN.
    pub(super) fn not(&mut self, id: ValueId) -> Expr {
        let at = self.at;
        match self.inline_instr(id) {
            Some(Instr::Unary(UnaryOp::Not, of)) => {
                let of = *of;
                return self.value(of);
            }
            Some(Instr::Compare(op, l, r)) => {
                let (op, l, r) = (*op, *l, *r);
                let total = !self.facts.outline.body.is_float(l);
                let opposite = match op {
                    CompareOp::Eq => Some(CompareOp::Ne),
                    CompareOp::Ne => Some(CompareOp::Eq),
                    CompareOp::Lt => total.then_some(CompareOp::Ge),
                    CompareOp::Le => total.then_some(CompareOp::Gt),
                    CompareOp::Gt => total.then_some(CompareOp::Le),
                    CompareOp::Ge => total.then_some(CompareOp::Lt),
                };
                if let Some(opposite) = opposite {
                    return self.compare(opposite, l, r);
                }
            }
            _ => (),
        }
        let of = self.value(id).at(Level::Unary, at);
        Expr::new(quote_spanned!(at=> !#of), Level::Unary)
    }
}

fn starts_with_minus(expr: &Expr) -> bool {
    let first = expr.tokens.clone().into_iter().next();
    matches!(first, Some(proc_macro2::TokenTree::Punct(punct)) if punct.as_char() == '-')
}

/// The comparison with its operands exchanged.
fn mirrored(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Eq => CompareOp::Eq,
        CompareOp::Ne => CompareOp::Ne,
        CompareOp::Lt => CompareOp::Gt,
        CompareOp::Le => CompareOp::Ge,
        CompareOp::Gt => CompareOp::Lt,
        CompareOp::Ge => CompareOp::Le,
    }
}

/// The level of an operator, the level that its right operand needs, and its token.
fn operator(op: BinaryOp, bool: bool, at: Span) -> (Level, Level, TokenStream) {
    match op {
        BinaryOp::Add => (Level::Sum, Level::Product, quote_spanned!(at=> +)),
        BinaryOp::Sub => (Level::Sum, Level::Product, quote_spanned!(at=> -)),
        BinaryOp::Mul => (Level::Product, Level::Cast, quote_spanned!(at=> *)),
        BinaryOp::Div => (Level::Product, Level::Cast, quote_spanned!(at=> /)),
        BinaryOp::Rem => (Level::Product, Level::Cast, quote_spanned!(at=> %)),
        BinaryOp::And if bool => (Level::And, Level::Compare, quote_spanned!(at=> &&)),
        BinaryOp::Or if bool => (Level::Or, Level::And, quote_spanned!(at=> ||)),
        BinaryOp::And => (Level::BitAnd, Level::Shift, quote_spanned!(at=> &)),
        BinaryOp::Or => (Level::BitOr, Level::BitXor, quote_spanned!(at=> |)),
        BinaryOp::Xor => (Level::BitXor, Level::BitAnd, quote_spanned!(at=> ^)),
        BinaryOp::Shl => (Level::Shift, Level::Sum, quote_spanned!(at=> <<)),
        BinaryOp::Shr => (Level::Shift, Level::Sum, quote_spanned!(at=> >>)),
    }
}
