//! Functions that return an `Option` or a `Result`. Companions hand those over in three parts: whether there is a value,
//! the value, and the error as an `Option`. What users see has the function's own result.

use super::signatures::Signature;
use super::types::fixed_zeros;
use super::wrappers::{args, local};
use crate::ir::Type;
use crate::names::{self, Names};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};

/// ```text
/// pub fn __parts(x: f64) -> (bool, f64, Option<E>) {
///     match Fallible::into_result(f(x)) {
///         Ok(value) => (true, value, None),
///         Err(error) => (false, 0.0, error),
///     }
/// }
/// ```
pub(super) fn parts(signature: &Signature) -> Option<TokenStream> {
    let payload = signature.request.output.1.payload()?;
    let fallible = signature.names.private("Fallible");
    let args: Vec<_> = signature
        .params
        .iter()
        .map(|param| param.hidden("").to_token_stream())
        .collect();
    let mut function = signature.parts();
    function.rename(args.iter().cloned());
    let call = signature.user_call(&TokenStream::new(), &args);
    let (value, error) = (local("value"), local("error"));
    let blank = blank(payload, &signature.names);
    Some(function.with(quote! {
        match #fallible::into_result(#call) {
            ::core::result::Result::Ok(#value) => (true, #value, ::core::option::Option::None),
            ::core::result::Result::Err(#error) => (false, #blank, #error),
        }
    }))
}

/// Something that nobody reads.
fn blank(payload: &Type, names: &Names) -> TokenStream {
    let at = Span::call_site();
    match (fixed_zeros(payload, names, at), payload) {
        (Some(zeros), _) => zeros,
        (None, Type::Vec(_)) => quote!(::std::vec::Vec::new()),
        (None, Type::Tuple(parts)) => {
            let parts = parts.iter().map(|part| blank(part, names));
            quote!((#(#parts,)*))
        }
        (None, Type::Struct(_)) => {
            let trait_ = names.private("Blank");
            quote!(#trait_::blank())
        }
        (None, _) => quote!(::core::default::Default::default()),
    }
}

/// The function's own result out of the three parts in `value`.
pub(super) fn whole(signature: &Signature, value: &Ident) -> TokenStream {
    if signature.payload().is_none() {
        return quote!(#value);
    }
    let fallible = signature.names.private("Fallible");
    quote!(#fallible::from_parts(#value.0, #value.1, #value.2))
}

/// Whether the value has a content, kept before it is handed out.
pub(super) fn kept(signature: &Signature, value: &Ident) -> Option<TokenStream> {
    signature.payload()?;
    let some = local("some");
    Some(quote!(let #some = #value.0;))
}

/// The content of the seed of an `Option` or a `Result`: zeros where it, or the value, has none.
pub(super) fn seed(signature: &Signature, seed: &Ident) -> Option<TokenStream> {
    let payload = signature.request.output.1.payload()?;
    let fallible = signature.names.private("Fallible");
    let blank = blank(payload, &signature.names);
    let some = local("some");
    Some(quote! {
        let #seed = match #fallible::into_result(#seed) {
            ::core::result::Result::Ok(#seed) if #some => #seed,
            _ => #blank,
        };
    })
}

/// ```text
/// pub fn jvp(x: f64, tangent: f64) -> (Option<f64>, f64) {
///     let (value, value_dot) = Self::__tangent(x, tangent);
///     (from_parts(value.0, value.1, value.2), value_dot.1)
/// }
/// ```
pub(super) fn jvp(signature: &Signature) -> TokenStream {
    let (types, args) = (signature.turbofish(), args(signature));
    let (value, value_dot) = (local("value"), local("value_dot"));
    let (inner, tangent) = (signature.own(names::TANGENT), local("tangent"));
    let whole = whole(signature, &value);
    signature.jvp().with(quote! {
        let (#value, #value_dot) = #inner #types(#(#args,)* #tangent);
        (#whole, #value_dot.1)
    })
}
