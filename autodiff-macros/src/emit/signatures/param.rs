//! A parameter in the functions of a companion: what it, its tangent and its cotangent are called, and their types.

use super::shapes::has_struct;
use crate::emit::types::{tangent, tokens};
use crate::ir::{Passing, Type};
use crate::names;
use crate::parse::RequestParam;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::spanned::Spanned;

/// A parameter of the user's function, as every function of the companion has it.
pub(in crate::emit) struct Param<'a> {
    pub(in crate::emit) at: usize,
    pub(in crate::emit) request: &'a RequestParam,
    /// What wrappers call it: the user's name, or one of ours if the pattern has none.
    pub(in crate::emit) ident: Ident,
    /// As written, `impl Trait` named.
    pub(in crate::emit) ty: syn::Type,
}

impl Param<'_> {
    pub(in crate::emit) fn span(&self) -> Span {
        self.ty.span()
    }

    pub(in crate::emit) fn is_value(&self) -> bool {
        self.request.passing == Passing::Value
    }

    /// Whether only the running program knows how long it is.
    pub(in crate::emit) fn is_unsized(&self) -> bool {
        matches!(self.request.shape, Type::Slice(_) | Type::Vec(_))
    }

    pub(super) fn plain(&self) -> (TokenStream, TokenStream) {
        (self.ident.to_token_stream(), self.ty.to_token_stream())
    }

    /// `x_bar`
    pub(in crate::emit) fn bar(&self) -> Ident {
        self.named("_bar")
    }

    /// `x_dot`
    pub(in crate::emit) fn dot(&self) -> Ident {
        self.named("_dot")
    }

    /// A name of ours after the parameter's.
    pub(in crate::emit) fn named(&self, suffix: &str) -> Ident {
        let text = format!("{}{suffix}", self.ident.unraw());
        names::local(&text, self.ident.span())
    }

    /// `__x_bar`: lives around the code of a body, whose variables have the user's names, and must not meet them.
    pub(in crate::emit) fn hidden(&self, suffix: &str) -> Ident {
        let text = format!("__{}{suffix}", self.ident.unraw());
        names::local(&text, self.ident.span())
    }

    /// An own type of the same shape: the gradient by this parameter.
    pub(in crate::emit) fn gradient_shape(&self) -> Type {
        match tangent(&self.request.shape) {
            Type::Slice(element) => Type::Vec(element),
            other => other,
        }
    }

    pub(in crate::emit) fn gradient(&self) -> TokenStream {
        tokens(&self.gradient_shape(), self.span())
    }

    /// What a gradient by this parameter is written into.
    pub(super) fn gradient_slot(&self) -> TokenStream {
        match &tangent(&self.request.shape) {
            Type::Vec(element) => tokens(&Type::Slice(element.clone()), self.span()),
            other => tokens(other, self.span()),
        }
    }

    /// The tangent of what is passed by value: of its own type, unless there is a struct in it.
    pub(super) fn by_value_tangent(&self) -> TokenStream {
        match has_struct(&self.request.shape) {
            true => tokens(&tangent(&self.request.shape), self.span()),
            false => self.ty.to_token_stream(),
        }
    }

    /// A tangent as a user gives it: passed as the parameter is.
    pub(super) fn tangent(&self) -> TokenStream {
        let shape = tangent(&self.request.shape);
        let borrowed = || match &shape {
            Type::Vec(element) => tokens(&Type::Slice(element.clone()), self.span()),
            other => tokens(other, self.span()),
        };
        match self.request.passing {
            Passing::Value => self.by_value_tangent(),
            Passing::Ref => {
                let ty = borrowed();
                quote!(&#ty)
            }
            Passing::RefMut => {
                let ty = tokens(&shape, self.span());
                quote!(&mut #ty)
            }
        }
    }
}
