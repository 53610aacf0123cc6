//! Values to expressions, with parentheses only where Rust needs them.

use super::body::Emit;
use super::host::fill;
use super::literals::{Suffix, literal};
use super::types;
use crate::ir::{BinaryOp, CompareOp, Const, Instr, Stmt, Type, UnaryOp, ValueId};
use crate::names::local;
use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;

/// How tightly an expression holds together, from the loosest to the tightest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Level {
    /// `if c { a } else { b }`, or anything of the user's.
    Loose,
    Or,
    And,
    Compare,
    BitOr,
    BitXor,
    BitAnd,
    Shift,
    Sum,
    Product,
    Cast,
    Unary,
    /// A method call, an index, a name, a literal: a dot may follow.
    Tight,
}

/// An expression, and what must be known of it to put it into a larger one.
#[derive(Clone, Debug)]
pub(super) struct Expr {
    pub(super) tokens: TokenStream,
    pub(super) level: Level,
    /// Ends in `as f64`: a `<` behind it would begin generic arguments.
    ends_in_cast: bool,
}

impl Expr {
    pub(super) fn new(tokens: TokenStream, level: Level) -> Self {
        Expr {
            tokens,
            level,
            ends_in_cast: false,
        }
    }

    pub(super) fn tight(tokens: TokenStream) -> Self {
        Expr::new(tokens, Level::Tight)
    }

    /// The expression where `level` or tighter is asked for.
    pub(super) fn at(self, level: Level, at: Span) -> TokenStream {
        if self.level >= level {
            return self.tokens;
        }
        let tokens = self.tokens;
        quote_spanned!(at=> (#tokens))
    }
}

impl Emit<'_, '_> {
    /// `id` as an expression: a literal, a variable, or what it is computed from.
    pub(super) fn value(&mut self, id: ValueId) -> Expr {
        let at = self.at;
        if let Some(known) = &self.facts.outline.body.value(id).constant {
            let ty = self.facts.outline.body.ty(id);
            let (tokens, negative) = literal(known, ty, self.suffix, at);
            let level = if negative { Level::Unary } else { Level::Tight };
            return Expr::new(tokens, level);
        }
        match self.facts.outline.stmt_of(id) {
            Some(stmt) if self.facts.folds.is_inline(id) => self.computed(stmt),
            _ => {
                let local = self.variable(id);
                let ident = self.locals.used(local, at);
                Expr::tight(quote_spanned!(at=> #ident))
            }
        }
    }

    /// `id` as a whole expression, without parentheses around it.
    pub(super) fn tokens(&mut self, id: ValueId) -> TokenStream {
        self.value(id).tokens
    }

    /// `id`, which no type around it tells about: literals say theirs.
    pub(super) fn typed(&mut self, id: ValueId) -> Expr {
        let before = std::mem::replace(&mut self.suffix, Suffix::Always);
        let res = self.value(id);
        self.suffix = before;
        res
    }

    /// The value of an instruction without effects.
    pub(super) fn computed(&mut self, stmt: &Stmt) -> Expr {
        let before = std::mem::replace(&mut self.at, local("x", stmt.span).span());
        let res = self.instr(stmt);
        self.at = before;
        res
    }

    fn instr(&mut self, stmt: &Stmt) -> Expr {
        let at = self.at;
        match &stmt.instr {
            Instr::Const(known) => {
                let ty = self.facts.outline.body.ty(stmt.results[0]).clone();
                let (tokens, negative) = literal(known, &ty, self.suffix, at);
                Expr::new(tokens, if negative { Level::Unary } else { Level::Tight })
            }
            Instr::Unary(UnaryOp::Neg, a) => self.negate(*a),
            Instr::Unary(UnaryOp::Not, a) => self.not(*a),
            Instr::Binary(op, l, r) => self.binary(*op, *l, *r),
            Instr::Compare(op, l, r) => self.compare(*op, *l, *r),
            Instr::Select {
                cond,
                then,
                otherwise,
            } => self.select(*cond, *then, *otherwise),
            Instr::Math { rule, args } => {
                let receiver = self.receiver(args[0]).at(Level::Tight, at);
                let rest: Vec<_> = args[1..].iter().map(|arg| self.tokens(*arg)).collect();
                let name = proc_macro2::Ident::new(rule.name, at);
                Expr::tight(quote_spanned!(at=> #receiver.#name(#(#rest),*)))
            }
            Instr::Cast { value, to } => {
                let int = matches!(self.facts.outline.body.ty(*value), Type::Int(_));
                let value = match int || self.facts.typing.is_open(*value) {
                    true => self.typed(*value),
                    false => self.value(*value),
                };
                let value = value.at(Level::Cast, at);
                let to = types::tokens(to, at);
                Expr {
                    ends_in_cast: true,
                    ..Expr::new(quote_spanned!(at=> #value as #to), Level::Cast)
                }
            }
            Instr::Host { template, args, .. } => {
                let tokens = self.host(template, args);
                Expr::new(tokens, Level::Loose)
            }
            Instr::Load(from) => self.path(from),
            Instr::Len(of) => {
                let of = self.path_base(of);
                Expr::tight(quote_spanned!(at=> #of.len()))
            }
            Instr::SomePullback(pullback) => {
                let pullback = self.tokens(*pullback);
                Expr::tight(quote_spanned!(at=> ::core::option::Option::Some(#pullback)))
            }
            Instr::NoPullback => Expr::tight(quote_spanned!(at=> ::core::option::Option::None)),
            Instr::If { .. } => self.branch_expr(stmt),
            Instr::Alloc { .. }
            | Instr::Store { .. }
            | Instr::AddTo { .. }
            | Instr::Fill { .. }
            | Instr::CopyTo { .. }
            | Instr::Accumulate { .. }
            | Instr::Swap(..)
            | Instr::Push { .. }
            | Instr::Pop { .. }
            | Instr::PushRow { .. }
            | Instr::PopRow { .. }
            | Instr::Resize { .. }
            | Instr::Call(_)
            | Instr::Opaque(_)
            | Instr::Loop(_) => unreachable!("only what has no effects moves to its use"),
        }
    }

    /// What a method is called on. A reference needs no star, and a literal needs a type.
    pub(super) fn receiver(&mut self, id: ValueId) -> Expr {
        if let Some(Instr::Load(from)) = self.inline_instr(id) {
            if from.path.is_empty() {
                let ident = self.place_ident(from.root);
                return Expr::tight(ident);
            }
        }
        match self.facts.typing.is_open(id) {
            true => self.typed(id),
            false => self.value(id),
        }
    }

    /// The instruction of a value that is written where it is used.
    pub(super) fn inline_instr(&self, id: ValueId) -> Option<&'_ Instr> {
        if !self.facts.folds.is_inline(id) {
            return None;
        }
        self.facts.outline.stmt_of(id).map(|stmt| &stmt.instr)
    }

    /// `-a`. The minus of a product goes to its first factor, which changes no bit.
    fn negate(&mut self, a: ValueId) -> Expr {
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
            let (tokens, _) = literal(&Const::Float(-x), &value.ty, self.suffix, at);
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

    fn binary(&mut self, op: BinaryOp, l: ValueId, r: ValueId) -> Expr {
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

    fn compare(&mut self, op: CompareOp, l: ValueId, r: ValueId) -> Expr {
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

    fn select(&mut self, cond: ValueId, then: ValueId, otherwise: ValueId) -> Expr {
        let at = self.at;
        let (cond, then) = (self.tokens(cond), self.tokens(then));
        let otherwise = self.value(otherwise);
        let otherwise = otherwise.arm(at);
        Expr::new(
            quote_spanned!(at=> if #cond { #then } else #otherwise),
            Level::Loose,
        )
    }

    /// The operator and the other operand of `x += y`, if `id` is such a change of what `is_target` knows.
    pub(super) fn change(
        &mut self,
        instr: &Instr,
        is_target: impl Fn(&Self, ValueId) -> bool,
    ) -> Option<TokenStream> {
        let Instr::Binary(op, l, r) = *instr else {
            return None;
        };
        let changeable = match self.facts.outline.body.ty(l) {
            // A generic float need not have `+=`.
            Type::Float(float) => !matches!(float, crate::ir::Float::Named(_)),
            Type::Int(_) => true,
            _ => false,
        };
        let commutes = matches!(op, BinaryOp::Add | BinaryOp::Mul);
        let (op, rest) = match (is_target(self, l), is_target(self, r)) {
            (true, false) => (op, r),
            (false, true) if commutes => (op, l),
            _ => return None,
        };
        if !changeable {
            return None;
        }
        let at = self.at;
        let (op, rest) = match (op, self.is_negative(rest)) {
            (BinaryOp::Add, true) => (BinaryOp::Sub, self.positive(rest).tokens),
            (BinaryOp::Sub, true) => (BinaryOp::Add, self.positive(rest).tokens),
            (op, _) => (op, self.tokens(rest)),
        };
        Some(match op {
            BinaryOp::Add => quote_spanned!(at=> += #rest),
            BinaryOp::Sub => quote_spanned!(at=> -= #rest),
            BinaryOp::Mul => quote_spanned!(at=> *= #rest),
            BinaryOp::Div => quote_spanned!(at=> /= #rest),
            BinaryOp::Rem => quote_spanned!(at=> %= #rest),
            BinaryOp::And => quote_spanned!(at=> &= #rest),
            BinaryOp::Or => quote_spanned!(at=> |= #rest),
            BinaryOp::Xor => quote_spanned!(at=> ^= #rest),
            BinaryOp::Shl => quote_spanned!(at=> <<= #rest),
            BinaryOp::Shr => quote_spanned!(at=> >>= #rest),
        })
    }

    /// Whether two values are the same, or equal literals.
    pub(super) fn same(&self, a: ValueId, b: ValueId) -> bool {
        let body = self.facts.outline.body;
        let (known_a, known_b) = (&body.value(a).constant, &body.value(b).constant);
        a == b || matches!((known_a, known_b), (Some(Const::Int(a)), Some(Const::Int(b))) if a == b)
    }
}

impl Expr {
    /// What stands behind `else`.
    pub(super) fn arm(self, at: Span) -> TokenStream {
        let tokens = self.tokens;
        if is_if(&tokens) {
            return tokens;
        }
        quote_spanned!(at=> { #tokens })
    }
}

fn is_if(tokens: &TokenStream) -> bool {
    let mut tokens = tokens.clone().into_iter();
    let first = matches!(tokens.next(), Some(proc_macro2::TokenTree::Ident(word)) if word == "if");
    // `if … {} else {}` and nothing behind it: what ends in a block and begins with `if` is one expression of ours.
    first && matches!(tokens.last(), Some(proc_macro2::TokenTree::Group(_)))
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
