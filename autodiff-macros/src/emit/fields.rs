//! What was inferred of the fields of structs, as code that only compiles where it is true.

use super::signatures::Signature;
use crate::ir::{Body, Struct, Type};
use crate::names;
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use std::collections::BTreeMap;
use syn::spanned::Spanned;

/// Closures that nobody calls.
///
/// ```text
/// let _ = |p: &P, p_dot: &<P as Differentiable>::Tangent| {
///     is_float(&p.mass);
///     is_constant(&p_dot.steps);
/// };
/// ```
pub(super) fn assertions(signature: &Signature, primal: &Body) -> TokenStream {
    let mut structs = BTreeMap::new();
    primal
        .places
        .iter()
        .for_each(|place| collect(&place.ty, &mut structs));
    let closures = structs.values().map(|it| closure(signature, it));
    let closures: TokenStream = closures.collect();
    match closures.is_empty() {
        true => closures,
        false => {
            let items = &primal.items;
            quote!(#items #closures)
        }
    }
}

/// Every struct with a name, by its name.
fn collect<'t>(ty: &'t Type, structs: &mut BTreeMap<String, &'t Struct>) {
    match ty {
        Type::Struct(it) => {
            it.fields.iter().for_each(|(_, field)| collect(field, structs));
            if let Some(name) = &it.name {
                let known = structs.entry(name.path.to_string()).or_insert(it);
                if known.fields.len() < it.fields.len() {
                    *known = it;
                }
            }
        }
        Type::Array(element, _) | Type::Slice(element) | Type::Vec(element) | Type::Aggregate(element) => {
            collect(element, structs);
        }
        Type::Tuple(parts) => parts.iter().for_each(|part| collect(part, structs)),
        Type::Float(_) | Type::Int(_) | Type::Bool | Type::Matrix(_) | Type::Host | Type::Pullback => (),
    }
}

fn closure(signature: &Signature, it: &Struct) -> TokenStream {
    let Some(name) = &it.name else {
        return TokenStream::new();
    };
    let (primal, tangent) = (
        names::local("it", name.path.span()),
        names::local("it_dot", name.path.span()),
    );
    let mut stmts = TokenStream::new();
    fields(signature, it, &quote!(#primal), &quote!(#tangent), &mut stmts);
    if stmts.is_empty() {
        return stmts;
    }
    let (path, tangent_path) = (&name.path, &name.tangent);
    quote! {
        #[allow(unused, clippy::all)]
        let _ = |#primal: &#path, #tangent: &#tangent_path| { #stmts };
    }
}

fn fields(
    signature: &Signature,
    it: &Struct,
    primal: &TokenStream,
    tangent: &TokenStream,
    out: &mut TokenStream,
) {
    for (member, ty) in &it.fields {
        let at = names::site(member.span());
        let (primal, tangent) = (
            quote_spanned!(at=> #primal.#member),
            quote_spanned!(at=> #tangent.#member),
        );
        field(signature, ty, &primal, &tangent, at, out);
    }
}

fn field(
    signature: &Signature,
    ty: &Type,
    primal: &TokenStream,
    tangent: &TokenStream,
    at: proc_macro2::Span,
    out: &mut TokenStream,
) {
    if !ty.has_floats() {
        let is_constant = signature.names.private("is_constant");
        out.extend(quote_spanned!(at=> #is_constant(&#tangent);));
        return;
    }
    match ty {
        Type::Float(_) => {
            let is_float = signature.names.private("is_float");
            out.extend(quote_spanned!(at=> #is_float(&#primal);));
        }
        Type::Array(element, _) | Type::Slice(element) | Type::Vec(element) | Type::Aggregate(element) => {
            let (primal, tangent) = (quote_spanned!(at=> #primal[0]), quote_spanned!(at=> #tangent[0]));
            field(signature, element, &primal, &tangent, at, out);
        }
        Type::Tuple(parts) => {
            for (k, part) in parts.iter().enumerate() {
                let k = syn::Index::from(k);
                let (primal, tangent) = (quote_spanned!(at=> #primal.#k), quote_spanned!(at=> #tangent.#k));
                field(signature, part, &primal, &tangent, at, out);
            }
        }
        // One with a name is looked at on its own.
        Type::Struct(it) if it.name.is_some() => (),
        Type::Struct(it) => fields(signature, it, primal, tangent, out),
        Type::Matrix(_) | Type::Int(_) | Type::Bool | Type::Host | Type::Pullback => (),
    }
}
