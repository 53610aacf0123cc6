//! Expressions: one method for each kind.

use super::Lowerer;
use super::operand::{Lowered, Operand};
use crate::ir::{Type, ValueId};

impl Lowerer<'_> {
    /// Lowers `expr`. `want` is the type that the context expects, if it says one.
    pub(super) fn expr(&mut self, expr: &syn::Expr, want: Option<&Type>) -> Lowered<Operand> {
        match expr {
            syn::Expr::Array(it) => self.array(it, want),
            syn::Expr::Repeat(it) => self.repeat(it, want),
            syn::Expr::Index(it) => self.index(it),
            syn::Expr::ForLoop(it) => self.for_loop(it),
            syn::Expr::Call(it) => self.call(it, want),
            syn::Expr::Paren(it) => self.expr(&it.expr, want),
            syn::Expr::Group(it) => self.expr(&it.expr, want),
            other => self.unsupported(other, "this expression"),
        }
    }

    /// Lowers `expr` to a scalar; an error if it is none.
    pub(super) fn value(&mut self, expr: &syn::Expr, want: Option<&Type>) -> Lowered<ValueId> {
        let operand = self.expr(expr, want)?;
        match self.scalar(&operand) {
            Some(id) => Ok(id),
            None => self.unsupported(expr, "this is no number, and so it"),
        }
    }
}
