//! What was inferred of the fields of structs, as code that only compiles where it is true.

use super::signatures::Signature;
use crate::ir::{Body, Struct, Type};
use crate::names::Names;
use proc_macro2::{Span, TokenStream};
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
    let closures = structs.values().map(|it| closure(&signature.names, it));
    let closures: TokenStream = closures.collect();
    match closures.is_empty() {
        true => closures,
        false => {
            let items = &primal.items;
            quote!(#items #closures)
        }
    }
}

/// What is claimed of the struct that a call gave, where its type has no name: `primal` and `tangent` are its variables.
pub(super) fn of_result(
    names: &Names,
    ty: &Type,
    primal: &TokenStream,
    tangent: &TokenStream,
    at: Span,
) -> TokenStream {
    let mut stmts = TokenStream::new();
    field(names, ty, primal, tangent, at, &mut stmts);
    match stmts.is_empty() {
        true => stmts,
        false => quote_spanned!(at=> let _ = || { #stmts };),
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

fn closure(names: &Names, it: &Struct) -> TokenStream {
    let Some(name) = &it.name else {
        return TokenStream::new();
    };
    let (primal, tangent) = (
        crate::names::local("it", name.path.span()),
        crate::names::local("it_dot", name.path.span()),
    );
    let mut stmts = TokenStream::new();
    fields(names, it, &quote!(#primal), &quote!(#tangent), &mut stmts);
    if stmts.is_empty() {
        return stmts;
    }
    let (path, tangent_path) = (&name.path, &name.tangent);
    quote! {
        #[allow(unused, clippy::all)]
        let _ = |#primal: &#path, #tangent: &#tangent_path| { #stmts };
    }
}

fn fields(names: &Names, it: &Struct, primal: &TokenStream, tangent: &TokenStream, out: &mut TokenStream) {
    for (member, ty) in &it.fields {
        let at = crate::names::site(member.span());
        let (primal, tangent) = (
            quote_spanned!(at=> #primal.#member),
            quote_spanned!(at=> #tangent.#member),
        );
        field(names, ty, &primal, &tangent, at, out);
    }
}

fn field(
    names: &Names,
    ty: &Type,
    primal: &TokenStream,
    tangent: &TokenStream,
    at: Span,
    out: &mut TokenStream,
) {
    if !ty.has_floats() {
        let is_constant = names.private("is_constant");
        out.extend(quote_spanned!(at=> #is_constant(&#tangent);));
        return;
    }
    match ty {
        Type::Float(_) => {
            let is_float = names.private("is_float");
            out.extend(quote_spanned!(at=> #is_float(&#primal);));
        }
        Type::Array(element, _) | Type::Slice(element) | Type::Vec(element) | Type::Aggregate(element) => {
            let (primal, tangent) = (quote_spanned!(at=> #primal[0]), quote_spanned!(at=> #tangent[0]));
            field(names, element, &primal, &tangent, at, out);
        }
        Type::Tuple(parts) => {
            for (k, part) in parts.iter().enumerate() {
                let k = syn::Index::from(k);
                let (primal, tangent) = (quote_spanned!(at=> #primal.#k), quote_spanned!(at=> #tangent.#k));
                field(names, part, &primal, &tangent, at, out);
            }
        }
        // One with a name is looked at on its own.
        Type::Struct(it) if it.name.is_some() => (),
        Type::Struct(it) => fields(names, it, primal, tangent, out),
        Type::Matrix(_) | Type::Int(_) | Type::Bool | Type::Host | Type::Pullback => (),
    }
}
