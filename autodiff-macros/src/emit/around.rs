//! The companion's struct and what stands on it: its attributes, the constants that callers ask, the checks of rustc.

use super::signatures::Signature;
use crate::names;
use crate::parse::Place;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;

/// The user's function, and `functions` in a companion.
pub(super) fn around(signature: &Signature, functions: TokenStream) -> TokenStream {
    let request = signature.request;
    let item = &request.item;
    match request.place {
        Place::Companion => (),
        Place::Beside => {
            let marks = signature.marks();
            return quote!(#item #functions #marks);
        }
        Place::Declared => {
            let (attrs, sig, marks) = (&item.attrs, &item.sig, signature.marks());
            return quote!(#(#attrs)* #sig; #functions #marks);
        }
    }
    let (vis, name, f) = (&item.vis, &request.companion, &item.sig.ident);
    let Copied {
        cfgs,
        on_struct,
        on_impl,
    } = Copied::from(&item.attrs);
    let doc = format!("The derivatives of [`{f}`](fn@{f}).");
    let constants = request.params.iter().map(|param| param.constant);
    let (count, constant) = (
        request.params.len(),
        Ident::new(names::CONSTANT, Span::call_site()),
    );
    let assert_float = signature.names.private("assert_float");
    let aliases = request
        .floats
        .aliases
        .iter()
        .map(|alias| quote_spanned!(alias.span()=> #cfgs const _: () = #assert_float::<#alias>();));
    let renamed = renamed(signature, &cfgs);
    quote! {
        #item
        #renamed
        #cfgs
        #on_struct
        #[doc = #doc]
        #[allow(non_camel_case_types, dead_code)]
        #vis struct #name {}
        #cfgs
        #[automatically_derived]
        // What stands behind a `panic!` is there for its type only.
        #[allow(unreachable_code)]
        #[allow(clippy::all, clippy::pedantic, clippy::nursery)]
        #on_impl
        impl #name {
            #[doc(hidden)]
            pub const #constant: [bool; #count] = [#(#constants),*];
            #functions
        }
        #(#aliases)*
    }
}

/// The function under the name of its companion, where that has another: an annotated caller, which looks for the
/// companion by the name that it calls, writes `f_ad(x)`.
fn renamed(signature: &Signature, cfgs: &TokenStream) -> Option<TokenStream> {
    let request = signature.request;
    let (vis, name, f) = (&request.item.vis, &request.companion, &request.item.sig.ident);
    if name == f {
        return None;
    }
    let mut sig = request.item.sig.clone();
    sig.ident = name.clone();
    let mut args = Vec::new();
    for (k, input) in sig.inputs.iter_mut().enumerate() {
        let syn::FnArg::Typed(input) = input else { continue };
        let arg = names::local(&format!("arg{k}"), Span::mixed_site());
        *input.pat = syn::parse_quote!(#arg);
        input.attrs.clear();
        args.push(arg);
    }
    let doc = format!("[`{f}`](fn@{f}) under the name of its companion: annotated functions call it so.");
    Some(quote! {
        #cfgs
        #[doc = #doc]
        #[allow(non_snake_case, dead_code, clippy::all, clippy::pedantic)]
        #[inline]
        #vis #sig {
            #f(#(#args),*)
        }
    })
}

/// Attributes of the function that mean its companion as well.
#[derive(Default)]
pub(super) struct Copied {
    pub(super) cfgs: TokenStream,
    pub(super) on_struct: TokenStream,
    pub(super) on_impl: TokenStream,
}

impl Copied {
    pub(super) fn from(attrs: &[syn::Attribute]) -> Self {
        let mut res = Copied::default();
        for attr in attrs {
            let name = attr.path().get_ident().map(ToString::to_string);
            match (name.as_deref(), &attr.meta) {
                (Some("cfg"), _) => attr.to_tokens(&mut res.cfgs),
                (Some("deprecated"), _) => {
                    attr.to_tokens(&mut res.on_struct);
                    res.on_impl.extend(quote!(#[allow(deprecated)]));
                }
                (Some("doc"), syn::Meta::List(list)) if list.tokens.to_string() == "hidden" => {
                    attr.to_tokens(&mut res.on_struct);
                }
                // What passes in the function passes in its derivatives, which have the same names. An expectation would
                // have to be met once more.
                (Some("allow" | "expect"), syn::Meta::List(list)) => {
                    let lints = &list.tokens;
                    res.on_impl.extend(quote!(#[allow(#lints)]));
                }
                _ => (),
            }
        }
        res
    }
}
