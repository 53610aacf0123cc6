//! `for` loops over what lies in memory.

use super::Lowerer;
use super::operand::{Lowered, Operand};

impl Lowerer<'_> {
    /// `for pat in expr { .. }` of anything but a range.
    pub(super) fn for_loop(&mut self, it: &syn::ExprForLoop) -> Lowered<Operand> {
        self.unsupported(&it.expr, "a loop over this")
    }
}
