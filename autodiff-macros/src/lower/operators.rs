//! Operators: arithmetic, comparisons, logic, casts.

use super::Lowerer;
use super::host::parts_template;
use super::operand::{By, Halt, Lowered, Operand};
use crate::ir::{BinaryOp, CompareOp, Const, Float, HostArg, Instr, Int, Region, Type, UnaryOp, ValueId};
use quote::{ToTokens, quote};

impl Lowerer<'_> {
    /// `-x`, `!b`, `*r`
    pub(super) fn unary(
        &mut self,
        expr: &syn::Expr,
        it: &syn::ExprUnary,
        want: Option<&Type>,
    ) -> Lowered<Operand> {
        if let Type::Host = self.peek(&it.expr)
            && !self.touches_varied(expr)
        {
            return self.host(expr, want);
        }
        if matches!(it.op, syn::UnOp::Neg(_)) && self.peek(&it.expr).is_matrix() {
            return self.negated_matrix(it);
        }
        let op = match it.op {
            syn::UnOp::Deref(_) => {
                let operand = self.in_place(&it.expr, None)?;
                return self.deref(expr, operand, want);
            }
            syn::UnOp::Neg(_) => UnaryOp::Neg,
            syn::UnOp::Not(_) => UnaryOp::Not,
            _ => return self.unsupported(&it.op, "this operator"),
        };
        let want = want.filter(|want| super::operand::is_scalar(want));
        let id = self.value(&it.expr, want)?;
        self.b.span = match it.op {
            syn::UnOp::Neg(token) => token.span,
            syn::UnOp::Not(token) => token.span,
            _ => self.b.span,
        };
        let ty = self.b.body.ty(id).clone();
        match (op, &ty, self.b.constant(id)) {
            // A negative literal is a literal.
            (UnaryOp::Neg, Type::Int(_), Some(Const::Int(n))) => {
                Ok(Operand::Value(self.b.one(Instr::Const(Const::Int(-n)), ty)))
            }
            (UnaryOp::Neg, Type::Float(_), Some(Const::Float(x))) => {
                Ok(Operand::Value(self.b.one(Instr::Const(Const::Float(-x)), ty)))
            }
            (UnaryOp::Neg, Type::Float(_) | Type::Int(_), _)
            | (UnaryOp::Not, Type::Int(_) | Type::Bool, _) => {
                Ok(Operand::Value(self.one(Instr::Unary(op, id), ty)))
            }
            (UnaryOp::Neg | UnaryOp::Not, _, _) => self.host(expr, want),
        }
    }

    fn deref(&mut self, expr: &syn::Expr, operand: Operand, want: Option<&Type>) -> Lowered<Operand> {
        match operand {
            Operand::Ref(inner) => Ok(*inner),
            Operand::Alias(path) => Ok(self.scopes.get(&path).clone()),
            Operand::Place {
                at,
                by: By::Ref | By::RefMut,
            } => Ok(Operand::Place { at, by: By::Owned }),
            // `*row` of an array that is already behind its reference, as in `for &mut row in ..`.
            place @ Operand::Place { .. } => Ok(place),
            Operand::Value(id) => match self.b.body.ty(id) {
                Type::Host => self.host(expr, want),
                _ => Ok(Operand::Value(id)),
            },
            Operand::Tuple(_) | Operand::Option { .. } => self.unsupported(expr, "a dereference of this"),
            Operand::Unset | Operand::Lost | Operand::Poison => Err(Halt::Error),
        }
    }

    /// `a op b`, `a op= b`
    pub(super) fn operator(
        &mut self,
        expr: &syn::Expr,
        it: &syn::ExprBinary,
        want: Option<&Type>,
    ) -> Lowered<Operand> {
        if let Some(op) = assigning(&it.op) {
            return self.compound(it, op);
        }
        match it.op {
            syn::BinOp::And(_) => return self.lazy(it, true),
            syn::BinOp::Or(_) => return self.lazy(it, false),
            _ => (),
        }
        if let Some(op) = comparing(&it.op) {
            return self.comparison(expr, it, op);
        }
        let Some(op) = arithmetic(&it.op) else {
            return self.unsupported(&it.op, "this operator");
        };
        if self.meets_matrix(&it.left, &it.right) {
            return self.matrix_operator(it, op);
        }
        let (left, right) = (self.peek(&it.left), self.peek(&it.right));
        if (matches!(left, Type::Host) || matches!(right, Type::Host)) && !self.touches_varied(expr) {
            return self.host(expr, want);
        }
        // Literals follow the other side, and both what is wanted.
        let shift = matches!(op, BinaryOp::Shl | BinaryOp::Shr);
        let want = want.filter(|want| super::operand::is_scalar(want) && !matches!(want, Type::Host));
        let hint = |other: &Type| match other {
            Type::Float(Float::Inferred) | Type::Int(Int::Inferred) => want.cloned(),
            known @ (Type::Float(_) | Type::Int(_) | Type::Bool) if !shift => Some(known.clone()),
            _ => None,
        };
        let (left_want, right_want) = (hint(&right), hint(&left));
        let a = self.value(&it.left, left_want.as_ref());
        let b = self.value(&it.right, right_want.as_ref());
        let (a, b) = (a?, b?);
        self.b.span = operator_span(&it.op);
        self.arithmetic(it, op, a, b).map(Operand::Value)
    }

    /// `a op b` of scalars.
    pub(super) fn arithmetic(
        &mut self,
        it: &impl ToTokens,
        op: BinaryOp,
        a: ValueId,
        b: ValueId,
    ) -> Lowered<ValueId> {
        let shift = matches!(op, BinaryOp::Shl | BinaryOp::Shr);
        if shift && let (Type::Int(_), Type::Int(_)) = (self.b.body.ty(a), self.b.body.ty(b)) {
            let ty = self.b.body.ty(a).clone();
            return Ok(self.one(Instr::Binary(op, a, b), ty));
        }
        self.meet(a, b);
        match (self.b.body.ty(a).clone(), self.b.body.ty(b).clone()) {
            (Type::Float(x), Type::Float(y)) if known_differ(&x, &y) => self.mixed(it),
            (Type::Float(_), Type::Float(_)) => Ok(self.binary(op, a, b)),
            (Type::Int(x), Type::Int(y)) if x != y && x != Int::Inferred && y != Int::Inferred => {
                self.mixed(it)
            }
            (Type::Int(_), Type::Int(_)) => Ok(self.binary(op, a, b)),
            (Type::Bool, Type::Bool) => Ok(self.binary(op, a, b)),
            (Type::Host, _) | (_, Type::Host) => {
                let token = operator_tokens(op);
                let instr = Instr::Host {
                    template: quote!(__h0 #token __h1),
                    args: vec![HostArg::Value(a), HostArg::Value(b)],
                    pure: true,
                };
                Ok(self.one(instr, Type::Host))
            }
            _ => self.mixed(it),
        }
    }

    fn mixed<T>(&mut self, it: &impl ToTokens) -> Lowered<T> {
        self.refuse(
            it,
            "the two sides are of different types",
            "convert one of them by `as`",
        )
    }

    /// A host value that meets a number is one.
    pub(super) fn meet(&mut self, a: ValueId, b: ValueId) {
        for (a, b) in [(a, b), (b, a)] {
            match self.b.body.ty(b).clone() {
                // Of which kind, rustc knows: `f64 * &f64` is an operation, too.
                Type::Float(_) if matches!(self.b.body.ty(a), Type::Host) => self.as_float(a),
                Type::Int(_) if matches!(self.b.body.ty(a), Type::Host) => {
                    self.fix(a, &Type::Int(Int::Inferred));
                }
                ty @ (Type::Float(_) | Type::Int(_)) => self.fix(a, &ty),
                Type::Bool if matches!(self.b.body.ty(a), Type::Host) => self.fix(a, &Type::Bool),
                Type::Bool
                | Type::Array(..)
                | Type::Slice(_)
                | Type::Vec(_)
                | Type::Aggregate(_)
                | Type::Matrix(_)
                | Type::Tuple(_)
                | Type::Struct(_)
                | Type::Host
                | Type::Pullback => (),
            }
        }
    }

    /// `a < b`. Whatever the sides carry, the result carries nothing.
    fn comparison(&mut self, expr: &syn::Expr, it: &syn::ExprBinary, op: CompareOp) -> Lowered<Operand> {
        let (left, right) = (self.peek(&it.left), self.peek(&it.right));
        if (matches!(left, Type::Host) || matches!(right, Type::Host)) && !self.touches_varied(expr) {
            return self.host(expr, Some(&Type::Bool));
        }
        let hint = |other: &Type| match other {
            Type::Float(Float::Inferred) | Type::Int(Int::Inferred) => None,
            known @ (Type::Float(_) | Type::Int(_) | Type::Bool) => Some(known.clone()),
            _ => None,
        };
        let (left_want, right_want) = (hint(&right), hint(&left));
        let a = self.expr(&it.left, left_want.as_ref());
        let b = self.expr(&it.right, right_want.as_ref());
        let (a, b) = (a?, b?);
        self.b.span = operator_span(&it.op);
        if let (Some(a), Some(b)) = (self.scalar(&a), self.scalar(&b)) {
            self.meet(a, b);
            if self.comparable(a, b) {
                return Ok(Operand::Value(self.compare(op, a, b)));
            }
            if !matches!(
                (self.b.body.ty(a), self.b.body.ty(b)),
                (Type::Host, _) | (_, Type::Host)
            ) {
                return self.mixed(it);
            }
        }
        // Lists and tuples, compared by rustc.
        let mut args = Vec::new();
        let (Some(a), Some(b)) = (
            parts_template(self, &a, &mut args),
            parts_template(self, &b, &mut args),
        ) else {
            return self.unsupported(expr, "this comparison");
        };
        let token = it.op;
        let instr = Instr::Host {
            template: quote!((#a) #token (#b)),
            args,
            pure: true,
        };
        Ok(Operand::Value(self.one(instr, Type::Bool)))
    }

    fn comparable(&self, a: ValueId, b: ValueId) -> bool {
        match (self.b.body.ty(a), self.b.body.ty(b)) {
            (Type::Float(x), Type::Float(y)) => !known_differ(x, y),
            (Type::Int(x), Type::Int(y)) => x == y || *x == Int::Inferred || *y == Int::Inferred,
            (Type::Bool, Type::Bool) => true,
            _ => false,
        }
    }

    /// `a && b`, `a || b`: the right side runs only if it has to, unless nothing but time is lost by running it.
    fn lazy(&mut self, it: &syn::ExprBinary, and: bool) -> Lowered<Operand> {
        if super::loops_core::has_let(&it.left) || super::loops_core::has_let(&it.right) {
            return self.unsupported(it, "`let` in this place");
        }
        let left = self.condition(&it.left)?;
        let before = self.scopes.slots(self.scopes.len());
        let marks = self.marks();
        let side = self.side(|lowerer| lowerer.condition(&it.right).map(Operand::Value));
        let span = operator_span(&it.op);
        if let (Ok(Operand::Value(right)), true, true) =
            (&side.value, is_harmless(self, &side.region), side.slots == before)
        {
            let right = *right;
            self.b.stmts().extend(side.region.stmts);
            self.b.span = span;
            let op = if and { BinaryOp::And } else { BinaryOp::Or };
            return Ok(Operand::Value(self.binary(op, left, right)));
        }
        self.b.span = span;
        self.scopes.restore(before.clone());
        let constant = self.side(|lowerer| Ok(Operand::Value(lowerer.b.bool(!and))));
        let (then, otherwise) = if and { (side, constant) } else { (constant, side) };
        self.merge_sides(left, then, otherwise, &before, marks)
    }

    /// `x as f64`
    pub(super) fn as_cast(&mut self, expr: &syn::Expr, it: &syn::ExprCast) -> Lowered<Operand> {
        if let syn::Type::Ptr(_) = &*it.ty {
            return self.refuse(
                &it.ty,
                "a raw pointer cannot be differentiated",
                "use a reference",
            );
        }
        let to = self.written(&it.ty);
        let from = self.peek(&it.expr);
        let (Some(to @ (Type::Float(_) | Type::Int(_) | Type::Bool)), false) = (
            to.clone(),
            matches!(from, Type::Host) && !self.touches_varied(expr),
        ) else {
            return self.host(expr, to.as_ref());
        };
        let id = self.value(&it.expr, None)?;
        self.b.span = it.as_token.span;
        if self.varied.values.contains(&id) && !matches!(to, Type::Float(_) | Type::Int(_)) {
            return self.unsupported(it, "this conversion");
        }
        Ok(Operand::Value(self.cast_to(id, &to)))
    }
}

/// The result of a method of integers, as far as it has a type of the language.
pub(super) fn int_method(name: &str, receiver: &Type) -> Option<Type> {
    match name {
        "abs" | "pow" | "min" | "max" | "clamp" | "signum" | "rem_euclid" | "div_euclid" | "wrapping_add"
        | "wrapping_sub" | "wrapping_mul" | "saturating_add" | "saturating_sub" | "saturating_mul"
        | "div_ceil" | "next_power_of_two" | "next_multiple_of" | "isqrt" | "rotate_left"
        | "rotate_right" | "swap_bytes" | "clone" | "midpoint" | "abs_diff" => Some(receiver.clone()),
        "count_ones" | "count_zeros" | "leading_zeros" | "trailing_zeros" | "ilog2" | "ilog10" | "ilog" => {
            Some(Type::Int(Int::U32))
        }
        "is_power_of_two" | "is_positive" | "is_negative" | "eq" | "ne" | "lt" | "le" | "gt" | "ge"
        | "is_multiple_of" => Some(Type::Bool),
        _ => None,
    }
}

fn known_differ(a: &Float, b: &Float) -> bool {
    matches!((a, b), (Float::F64, Float::F32) | (Float::F32, Float::F64))
}

/// Whether running the region for nothing cannot be noticed: no panic, no effect, no memory.
fn is_harmless(lowerer: &Lowerer<'_>, region: &Region) -> bool {
    region.stmts.iter().all(|stmt| match &stmt.instr {
        Instr::Const(_)
        | Instr::Compare(..)
        | Instr::Math { .. }
        | Instr::Cast { .. }
        | Instr::Select { .. } => true,
        Instr::Unary(op, a) => *op == UnaryOp::Not || lowerer.b.body.is_float(*a),
        Instr::Binary(op, a, _) => {
            lowerer.b.body.is_float(*a) || matches!(op, BinaryOp::And | BinaryOp::Or | BinaryOp::Xor)
        }
        _ => false,
    })
}

/// The operation of `op=`.
pub(super) fn assigning(op: &syn::BinOp) -> Option<BinaryOp> {
    Some(match op {
        syn::BinOp::AddAssign(_) => BinaryOp::Add,
        syn::BinOp::SubAssign(_) => BinaryOp::Sub,
        syn::BinOp::MulAssign(_) => BinaryOp::Mul,
        syn::BinOp::DivAssign(_) => BinaryOp::Div,
        syn::BinOp::RemAssign(_) => BinaryOp::Rem,
        syn::BinOp::BitXorAssign(_) => BinaryOp::Xor,
        syn::BinOp::BitAndAssign(_) => BinaryOp::And,
        syn::BinOp::BitOrAssign(_) => BinaryOp::Or,
        syn::BinOp::ShlAssign(_) => BinaryOp::Shl,
        syn::BinOp::ShrAssign(_) => BinaryOp::Shr,
        _ => return None,
    })
}

fn arithmetic(op: &syn::BinOp) -> Option<BinaryOp> {
    Some(match op {
        syn::BinOp::Add(_) => BinaryOp::Add,
        syn::BinOp::Sub(_) => BinaryOp::Sub,
        syn::BinOp::Mul(_) => BinaryOp::Mul,
        syn::BinOp::Div(_) => BinaryOp::Div,
        syn::BinOp::Rem(_) => BinaryOp::Rem,
        syn::BinOp::BitXor(_) => BinaryOp::Xor,
        syn::BinOp::BitAnd(_) => BinaryOp::And,
        syn::BinOp::BitOr(_) => BinaryOp::Or,
        syn::BinOp::Shl(_) => BinaryOp::Shl,
        syn::BinOp::Shr(_) => BinaryOp::Shr,
        _ => return None,
    })
}

fn comparing(op: &syn::BinOp) -> Option<CompareOp> {
    Some(match op {
        syn::BinOp::Eq(_) => CompareOp::Eq,
        syn::BinOp::Ne(_) => CompareOp::Ne,
        syn::BinOp::Lt(_) => CompareOp::Lt,
        syn::BinOp::Le(_) => CompareOp::Le,
        syn::BinOp::Gt(_) => CompareOp::Gt,
        syn::BinOp::Ge(_) => CompareOp::Ge,
        _ => return None,
    })
}

fn operator_tokens(op: BinaryOp) -> proc_macro2::TokenStream {
    match op {
        BinaryOp::Add => quote!(+),
        BinaryOp::Sub => quote!(-),
        BinaryOp::Mul => quote!(*),
        BinaryOp::Div => quote!(/),
        BinaryOp::Rem => quote!(%),
        BinaryOp::And => quote!(&),
        BinaryOp::Or => quote!(|),
        BinaryOp::Xor => quote!(^),
        BinaryOp::Shl => quote!(<<),
        BinaryOp::Shr => quote!(>>),
    }
}

/// The first token of an operator.
pub(super) fn operator_span(op: &impl ToTokens) -> proc_macro2::Span {
    let first = op.to_token_stream().into_iter().next();
    first.map_or_else(proc_macro2::Span::call_site, |token| token.span())
}
