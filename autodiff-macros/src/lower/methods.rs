//! Methods of arrays, slices and `Vec`.

use super::Lowerer;
use super::operand::{Lowered, Operand};
use crate::ir::Type;

impl Lowerer<'_> {
    /// A method whose receiver lies in memory.
    pub(super) fn place_method(
        &mut self,
        it: &syn::ExprMethodCall,
        receiver: Operand,
        want: Option<&Type>,
    ) -> Lowered<Operand> {
        let _ = (receiver, want);
        self.unsupported(&it.method, "this method")
    }
}

impl Lowerer<'_> {
    /// Methods of what `first`, `get`, `pop` and the like give.
    pub(super) fn option_method(
        &mut self,
        it: &syn::ExprMethodCall,
        some: crate::ir::ValueId,
        value: Operand,
    ) -> Lowered<Operand> {
        let _ = (some, value);
        self.unsupported(&it.method, "this method")
    }
}
