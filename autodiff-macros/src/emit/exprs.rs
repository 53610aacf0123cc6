//! Values to expressions, with parentheses only where Rust needs them.

use super::body::Emit;
use super::host::level;
use super::literals::{Suffix, literal};
use super::types;
use crate::ir::{BinaryOp, CompareOp, Const, Float, Instr, Origin, Stmt, Type, UnaryOp, ValueId};
use crate::names::site;
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
    pub(super) ends_in_cast: bool,
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
            let (tokens, negative) = literal(known, ty, self.suffix, self.names, at);
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
        let before = std::mem::replace(&mut self.at, site(stmt.span));
        let res = self.instr(stmt);
        self.at = before;
        res
    }

    fn instr(&mut self, stmt: &Stmt) -> Expr {
        let at = self.at;
        match &stmt.instr {
            Instr::Const(known) => {
                let ty = self.facts.outline.body.ty(stmt.results[0]).clone();
                let (tokens, negative) = literal(known, &ty, self.suffix, self.names, at);
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
            Instr::Math { rule, args } if self.is_generic(args[0]) => {
                let scalar = self.names.private("scalar");
                let args: Vec<_> = args.iter().map(|arg| self.tokens(*arg)).collect();
                let name = proc_macro2::Ident::new(rule.name, at);
                Expr::tight(quote_spanned!(at=> #scalar::#name(#(#args),*)))
            }
            Instr::Math { rule, args } if rule.is_path() => {
                let args: Vec<_> = args.iter().map(|arg| self.tokens(*arg)).collect();
                let segments = rule.name.split("::");
                let path = segments.map(|word| proc_macro2::Ident::new(word, at));
                Expr::tight(quote_spanned!(at=> #(#path)::*(#(#args),*)))
            }
            Instr::Math { rule, args } => {
                let receiver = self.receiver(args[0]).at(Level::Tight, at);
                let rest: Vec<_> = args[1..].iter().map(|arg| self.tokens(*arg)).collect();
                let name = proc_macro2::Ident::new(rule.name, at);
                Expr::tight(quote_spanned!(at=> #receiver.#name(#(#rest),*)))
            }
            // The user's own `as` stands behind an alias only, which a method cannot tell from a type parameter.
            Instr::Cast {
                value,
                to: Type::Float(Float::Generic(ty)),
            } if self.facts.outline.body.value(stmt.results[0]).origin == Origin::Derivative => {
                let lit = self.names.private("lit");
                let value = self.typed(*value).at(Level::Cast, at);
                let double = types::tokens(&Type::F64, at);
                Expr::tight(quote_spanned!(at=> #lit::<#ty>(#value as #double)))
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
                Expr::new(tokens, level(template))
            }
            Instr::Load(from) => self.path(from),
            Instr::Len(of) => {
                let of = self.path_base(of);
                Expr::tight(quote_spanned!(at=> #of.len()))
            }
            Instr::Matrix(op) => self.matrix_op(op),
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
            | Instr::AddMatrix { .. }
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
        if let Some(Instr::Load(from)) = self.inline_instr(id)
            && from.path.is_empty()
        {
            let ident = self.place_ident(from.root);
            return Expr::tight(ident);
        }
        match self.facts.typing.is_open(id) {
            true => self.typed(id),
            false => self.value(id),
        }
    }

    /// Whether `id` is a float of a type parameter.
    fn is_generic(&self, id: ValueId) -> bool {
        matches!(self.facts.outline.body.ty(id), Type::Float(Float::Generic(_)))
    }

    /// The instruction of a value that is written where it is used.
    pub(super) fn inline_instr(&self, id: ValueId) -> Option<&'_ Instr> {
        if !self.facts.folds.is_inline(id) {
            return None;
        }
        self.facts.outline.stmt_of(id).map(|stmt| &stmt.instr)
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
