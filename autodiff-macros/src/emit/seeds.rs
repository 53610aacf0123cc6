//! Seeds of a pullback at their full length: a caller that does not know the type of a result it does not want passes
//! an empty slice for zeros.

use super::signatures::Signature;
use super::types::fixed_zeros;
use super::wrappers::local;
use crate::ir::Type;
use proc_macro2::{Ident, Literal, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};

/// A part of the result that a seed is passed for.
struct Leaf<'t> {
    ty: &'t Type,
    /// Where it is in the result.
    path: TokenStream,
}

/// From left to right, as the names stand in the pattern of a seed.
fn leaves<'t>(ty: &'t Type, path: TokenStream, out: &mut Vec<Leaf<'t>>) {
    match ty {
        Type::Float(_) => out.push(Leaf { ty, path }),
        Type::Array(..)
        | Type::Vec(_)
        | Type::Slice(_)
        | Type::Aggregate(_)
        | Type::Matrix(_)
        | Type::Struct(_) => {
            if ty.has_floats() {
                out.push(Leaf { ty, path });
            }
        }
        Type::Tuple(parts) => {
            for (k, part) in parts.iter().enumerate() {
                let k = Literal::usize_unsuffixed(k);
                leaves(part, quote!(#path.#k), out);
            }
        }
        Type::Int(_) | Type::Bool | Type::Host | Type::Pullback => (),
    }
}

fn all<'a>(signature: &'a Signature, value: TokenStream) -> Vec<Leaf<'a>> {
    let mut res = Vec::new();
    leaves(&signature.request.output.1, value, &mut res);
    res
}

/// What the forward sweep keeps of the result `value`: the lengths that no type tells.
pub(super) fn kept(signature: &Signature, value: &Ident) -> TokenStream {
    let mut res = TokenStream::new();
    for (k, leaf) in all(signature, value.to_token_stream()).iter().enumerate() {
        let (kept, path) = (shape(k), &leaf.path);
        if is_whole(leaf.ty) || fixed_zeros(leaf.ty, &signature.names, Span::call_site()).is_some() {
            continue;
        }
        let element = leaf
            .ty
            .element()
            .and_then(|element| fixed_zeros(element, &signature.names, Span::call_site()));
        res.extend(match element {
            Some(_) => quote!(let #kept = #path.len();),
            None => {
                let zeros_like = signature.names.private("zeros_like");
                quote!(let #kept = #zeros_like(&#path);)
            }
        });
    }
    res
}

/// Gives the slices among the seeds in `pattern` their length.
pub(super) fn fits(signature: &Signature, pattern: &TokenStream) -> TokenStream {
    let mut names = Vec::new();
    names_in(pattern.clone(), &mut names);
    let mut res = TokenStream::new();
    for (k, (leaf, name)) in all(signature, TokenStream::new()).iter().zip(names).enumerate() {
        if is_whole(leaf.ty) {
            continue;
        }
        let (kept, zeros) = (shape(k), local(&format!("__{name}_zeros")));
        let element = leaf
            .ty
            .element()
            .and_then(|element| fixed_zeros(element, &signature.names, Span::call_site()));
        res.extend(
            match (fixed_zeros(leaf.ty, &signature.names, Span::call_site()), element) {
                (Some(fixed), _) => {
                    let or_zeros = signature.names.private("seed_or");
                    quote! {
                        let #zeros = #fixed;
                        let #name = #or_zeros(#name, &#zeros);
                    }
                }
                (None, Some(element)) => {
                    let or_zeros = signature.names.private("seed_or_len");
                    quote! {
                        let mut #zeros = ::std::vec::Vec::new();
                        let #name = #or_zeros(#name, #kept, #element, &mut #zeros);
                    }
                }
                (None, None) => {
                    let or_zeros = signature.names.private("seed_or");
                    quote!(let #name = #or_zeros(#name, &#kept);)
                }
            },
        );
    }
    res
}

/// Whether the seed is never left out.
fn is_whole(ty: &Type) -> bool {
    // Whoever gives a matrix back knows its size.
    matches!(ty, Type::Float(_) | Type::Struct(_) | Type::Matrix(_))
}

fn shape(k: usize) -> Ident {
    local(&format!("__result{k}_shape"))
}

fn names_in(pattern: TokenStream, out: &mut Vec<Ident>) {
    for token in pattern {
        match token {
            TokenTree::Ident(ident) if ident != "mut" => out.push(ident),
            TokenTree::Group(group) => names_in(group.stream(), out),
            TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => (),
        }
    }
}
