//! Calls of functions.

use super::Lowerer;
use super::operand::{Lowered, Operand};
use crate::ir::Type;

impl Lowerer<'_> {
    /// `f(a, b)`, where `f` is no function that the core knows.
    pub(super) fn call(&mut self, it: &syn::ExprCall, want: Option<&Type>) -> Lowered<Operand> {
        let _ = want;
        self.unsupported(&it.func, "this call")
    }
}
