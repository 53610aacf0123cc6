//! Syntax to IR: the last stage that sees the user's tokens, and the last that can refuse them.

mod build;
mod calls;
mod aggregates;
mod exprs;
mod guess;
mod loops;
mod methods;
mod operand;
mod places;
mod scope;

use crate::diag::{Diagnostic, Diags};
use crate::ir::{Body, Builder, Origin};
use crate::parse::Request;
use build::Varied;
use operand::{Halt, Lowered, Operand};
use quote::ToTokens;
use scope::Scopes;

/// The user's function as IR, values of [`crate::ir::Origin::Primal`]. Mistakes go to `diags`, all of them; the body
/// is only meaningful if there are none.
pub(crate) fn body(request: &Request, diags: &mut Diags) -> Option<Body> {
    let _ = (request, diags);
    None
}

/// The state of lowering one function.
struct Lowerer<'a> {
    request: &'a Request,
    diags: &'a mut Diags,
    /// Instructions are appended by the methods of [`build`], which know what carries a derivative.
    b: Builder,
    scopes: Scopes,
    varied: Varied,
}

impl Lowerer<'_> {
    /// Refuses a construct at its smallest token; the way out is added by the caller.
    fn refuse<T>(&mut self, at: &impl ToTokens, message: &str, help: &str) -> Lowered<T> {
        self.diags.error(at, message).help(help);
        Err(Halt::Error)
    }

    /// Refuses a construct that will be there one day.
    fn unsupported<T>(&mut self, at: &impl ToTokens, what: &str) -> Lowered<T> {
        self.diags.error(at, format!("{what} cannot be differentiated"));
        Err(Halt::Error)
    }
}
