//! A function that waits for its body, and generics.

use crate::names;
use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::spanned::Spanned;
use syn::visit_mut::VisitMut;

/// A function that waits for its body.
pub(in crate::emit) struct Function {
    pub(in crate::emit) name: Ident,
    /// The documentation; hidden from it if there is none.
    pub(in crate::emit) docs: Vec<String>,
    /// Other attributes, beside a method.
    pub(super) lead: TokenStream,
    pub(super) vis: syn::Visibility,
    /// Declared in a trait: there is no body.
    pub(super) declared: bool,
    /// In a trait, not of `dyn` types: it has a result that only its function names.
    pub(in crate::emit) sized: bool,
    /// The first of `params` is `&self`.
    pub(super) receiver: Option<syn::Token![self]>,
    /// Panics point to the caller.
    pub(in crate::emit) tracks: bool,
    /// Patterns and types.
    pub(in crate::emit) params: Vec<(TokenStream, TokenStream)>,
    pub(in crate::emit) output: TokenStream,
    pub(super) generics: syn::Generics,
}

impl Function {
    pub(in crate::emit) fn captured(&self) -> Vec<Ident> {
        captured(&self.generics)
    }

    /// The function's own generics, passed on.
    pub(in crate::emit) fn turbofish(&self) -> TokenStream {
        turbofish(&self.captured())
    }

    /// Gives the patterns of the parameters another spelling.
    pub(in crate::emit) fn rename(&mut self, patterns: impl IntoIterator<Item = TokenStream>) {
        for (param, pattern) in self.params.iter_mut().zip(patterns) {
            param.0 = pattern;
        }
    }

    /// Parameters that nobody reads.
    pub(in crate::emit) fn without_names(&mut self) {
        for param in &mut self.params {
            param.0 = quote!(_);
        }
    }

    pub(in crate::emit) fn with(self, body: TokenStream) -> TokenStream {
        let Function {
            name,
            docs,
            lead,
            vis,
            declared,
            sized,
            receiver,
            tracks,
            params,
            output,
            mut generics,
        } = self;
        // A default body in a trait calls what only sized types have.
        if sized || (receiver.is_some() && (!declared || generics.type_params().next().is_some())) {
            let sized = syn::parse_quote!(Self: ::core::marker::Sized);
            generics.make_where_clause().predicates.push(sized);
        }
        let (mut params, mut body) = (params, body);
        let receiver = receiver.map(|this| {
            let (pattern, _) = params.remove(0);
            // Whatever the body calls it: no parameter but the first can be called `self`.
            if !matches!(pattern.to_string().as_str(), "self" | "_") {
                body = quote!(let #pattern = #this; #body);
            }
            quote!(&#this,)
        });
        let docs: Vec<_> = docs
            .iter()
            .map(|text| format!(" {}\n", text.replace('\n', "\n ")))
            .collect();
        let docs = if docs.is_empty() {
            quote!(#[doc(hidden)])
        } else {
            let text = docs.join("\n");
            quote!(#[doc = #text])
        };
        let tracks = tracks.then(|| quote!(#[track_caller]));
        let (mut patterns, types): (Vec<_>, Vec<_>) = params.into_iter().unzip();
        let (lt, list, gt) = (&generics.lt_token, &generics.params, &generics.gt_token);
        let generic = lt.is_some().then(|| quote!(#lt #list #gt));
        let bounds = &generics.where_clause;
        if declared {
            patterns.fill(quote!(_));
            return quote! {
                #lead
                #docs
                #tracks
                fn #name #generic (#receiver #(#patterns: #types),*) -> #output #bounds;
            };
        }
        quote! {
            #lead
            #docs
            #[inline]
            #tracks
            #vis fn #name #generic (#receiver #(#patterns: #types),*) -> #output #bounds {
                #body
            }
        }
    }
}

/// The type and const parameters: what an `impl Trait` result must capture.
pub(super) fn captured(generics: &syn::Generics) -> Vec<Ident> {
    let name = |param: &syn::GenericParam| match param {
        syn::GenericParam::Lifetime(_) => None,
        syn::GenericParam::Type(it) => Some(it.ident.clone()),
        syn::GenericParam::Const(it) => Some(it.ident.clone()),
    };
    generics.params.iter().filter_map(name).collect()
}

pub(super) fn turbofish(generics: &[Ident]) -> TokenStream {
    match generics {
        [] => TokenStream::new(),
        some => quote!(::<#(#some),*>),
    }
}

/// The user's generics for functions of the companion, and the types of the parameters with `impl Trait` named.
pub(super) fn named<'t>(
    generics: &syn::Generics,
    types: impl Iterator<Item = &'t syn::Type>,
) -> (syn::Generics, Vec<syn::Type>) {
    let mut namer = NameImpls(generics.clone());
    for param in namer.0.type_params_mut() {
        param.default = None;
    }
    for param in namer.0.const_params_mut() {
        param.default = None;
    }
    let name = |ty: &syn::Type| {
        let mut ty = ty.clone();
        namer.visit_type_mut(&mut ty);
        ty
    };
    let types = types.map(name).collect();
    (namer.0, types)
}

/// Turns each `impl Trait` into a type parameter: a result that is `impl Trait` itself has to name all of them.
struct NameImpls(syn::Generics);

impl VisitMut for NameImpls {
    fn visit_type_mut(&mut self, ty: &mut syn::Type) {
        if let syn::Type::ImplTrait(it) = ty {
            let count = self.0.type_params().count();
            let name = names::local(&format!("Impl{count}"), it.span());
            let bounds = &it.bounds;
            self.0.params.push(syn::parse_quote!(#name: #bounds));
            self.0.lt_token.get_or_insert_with(Default::default);
            self.0.gt_token.get_or_insert_with(Default::default);
            *ty = syn::parse_quote!(#name);
            return;
        }
        syn::visit_mut::visit_type_mut(self, ty);
    }
}
