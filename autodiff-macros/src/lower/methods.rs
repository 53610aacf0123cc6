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
