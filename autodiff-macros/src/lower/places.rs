//! Expressions that make or name memory.

use super::Lowerer;
use super::operand::{Lowered, Operand};
use crate::ir::Type;

impl Lowerer<'_> {
    /// `[a, b, c]`
    pub(super) fn array(&mut self, it: &syn::ExprArray, want: Option<&Type>) -> Lowered<Operand> {
        let _ = want;
        self.unsupported(it, "an array")
    }

    /// `[x; n]`
    pub(super) fn repeat(&mut self, it: &syn::ExprRepeat, want: Option<&Type>) -> Lowered<Operand> {
        let _ = want;
        self.unsupported(it, "an array")
    }

    /// `v[i]`, `v[a..b]`: the place itself; who wants a value loads it with [`Lowerer::scalar`].
    pub(super) fn index(&mut self, it: &syn::ExprIndex) -> Lowered<Operand> {
        self.unsupported(it, "an element")
    }
}
