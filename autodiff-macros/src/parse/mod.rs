//! Attribute and item in, [`Request`] out: everything that can be known without looking into the body.

use crate::diag::Diags;
use crate::ir::{Passing, Type};
use proc_macro2::TokenStream;

/// What the user asked for.
pub(crate) struct Request {
    /// The user's function, our attributes (`#[constant]`) removed from its parameters, everything else untouched.
    pub(crate) item: syn::ItemFn,
    /// The companion's name: the function's, or `name = …`.
    pub(crate) companion: syn::Ident,
    /// The facade crate, `::differentiable` unless `crate = …`.
    pub(crate) facade: syn::Path,
    pub(crate) params: Vec<RequestParam>,
    /// The result as the user wrote it, and as we understand it. `Type::Tuple(vec![])` is no result.
    pub(crate) output: (Option<syn::Type>, Type),
    /// How to differentiate if not through the body.
    pub(crate) opaque: Option<Opaque>,
}

pub(crate) struct RequestParam {
    pub(crate) pat: syn::Pat,
    /// The type as the user wrote it.
    pub(crate) ty: syn::Type,
    /// The type as we understand it, behind the reference if there is one. `Type::Host` for constants we know nothing of.
    pub(crate) shape: Type,
    pub(crate) passing: Passing,
    pub(crate) constant: bool,
}

/// A body that we do not look into.
pub(crate) enum Opaque {
    /// `derivative(x = EXPR, y = EXPR)`: one expression for each differentiable parameter that has a derivative.
    Derivative(Vec<(syn::Ident, syn::Expr)>),
    /// `vjp = path`
    Vjp(syn::Path),
    /// `jvp = path`
    Jvp(syn::Path),
}

/// Reads the attribute's options and the function's signature. Mistakes go to `diags`, all of them.
pub(crate) fn request(_args: TokenStream, _item: TokenStream, _diags: &mut Diags) -> Option<Request> {
    None
}
