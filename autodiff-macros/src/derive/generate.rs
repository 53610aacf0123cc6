//! The tangent type and the traits by which derivatives read and write it.

use super::{Field, Struct};
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;

/// Enough that a struct in error does not light up where it is used.
pub(super) fn stub(item: &syn::DeriveInput) -> TokenStream {
    let ident = &item.ident;
    let (params, args, bounds) = item.generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #params ::differentiable::Differentiable for #ident #args #bounds {
            type Tangent = ::differentiable::NoTangent;
        }

        #[automatically_derived]
        impl #params ::differentiable::__private::ZerosLike for #ident #args #bounds {
            type Owned = ::differentiable::NoTangent;

            fn zeros_like(&self) -> ::differentiable::NoTangent {
                ::differentiable::NoTangent
            }
        }
    }
}

/// A struct, and its tangent if that is another.
///
/// ```ignore
/// impl Differentiable for P { type Tangent = PTangent; }
/// struct PTangent { x: f64, n: NoTangent }
/// impl ZerosLike for P { … }
/// …
/// ```
pub(super) fn impls(it: &Struct) -> TokenStream {
    let primal = Side::new(it, false);
    let tangent = Side::new(it, true);
    let mut res = TokenStream::new();
    if it.is_separate() {
        res.extend(declaration(it, &tangent));
        res.extend(differentiable(it, &primal, &tangent));
        res.extend(zeros_like(it, &primal, &tangent));
        res.extend(copy_from(it, &primal));
        res.extend(accumulate(it, &primal, &tangent));
        res.extend(entries(it, &primal));
        res.extend(blank(it, &primal));
    }
    res.extend(differentiable(it, &tangent, &tangent));
    res.extend(zeros_like(it, &tangent, &tangent));
    res.extend(no_dot(it, &primal, &tangent));
    res.extend(fill_zero(it, &tangent));
    res.extend(accumulate(it, &tangent, &tangent));
    res.extend(copy_from(it, &tangent));
    res.extend(scale(it, &tangent));
    res.extend(entries(it, &tangent));
    res.extend(blank(it, &tangent));
    if it.options.operators {
        res.extend(super::operators::impls(it, &primal, &tangent));
    }
    res
}

/// One of the two structs: the user's, or its tangent.
pub(super) struct Side {
    /// `PTangent<T>`
    pub(super) ty: TokenStream,
    /// `PTangent`
    ident: Ident,
    /// `<T: …, const N: usize>`
    pub(super) params: TokenStream,
    pub(super) bounds: Vec<TokenStream>,
}

impl Side {
    fn new(it: &Struct, tangent: bool) -> Side {
        let separate = tangent && it.is_separate();
        let used = |name: &Ident| {
            let mut fields = it.fields.iter().filter(|field| !field.constant);
            fields.any(|field| mentions(field.ty.to_token_stream(), name))
        };
        let mut generics = it.generics.clone();
        let mut bounds = Vec::new();
        let itself = it.private("Itself");
        let entries = it.private("Entries");
        for param in it.generics.type_params() {
            let name = &param.ident;
            if used(name) {
                bounds.push(quote!(#name: #itself + #entries));
            }
        }
        let dropped = |name: &Ident| {
            let mut params = it.generics.params.iter();
            separate
                && !used(name)
                && params.any(|param| match param {
                    syn::GenericParam::Lifetime(it) => it.lifetime.ident == *name,
                    syn::GenericParam::Type(it) => it.ident == *name,
                    syn::GenericParam::Const(it) => it.ident == *name,
                })
        };
        if let Some(written) = &it.generics.where_clause {
            let predicates = written.predicates.iter().map(ToTokens::to_token_stream);
            bounds.extend(predicates.filter(|predicate| !any_ident(predicate.clone(), &dropped)));
        }
        generics.where_clause = None;
        if separate {
            let params = std::mem::take(&mut generics.params);
            generics.params = params
                .into_iter()
                .filter_map(|param| match param {
                    syn::GenericParam::Lifetime(_) => None,
                    syn::GenericParam::Type(mut it) if used(&it.ident) => {
                        let keep =
                            |bound: &syn::TypeParamBound| !any_ident(bound.to_token_stream(), &dropped);
                        it.bounds = it.bounds.into_iter().filter(keep).collect();
                        Some(syn::GenericParam::Type(it))
                    }
                    syn::GenericParam::Const(it) if used(&it.ident) => Some(syn::GenericParam::Const(it)),
                    syn::GenericParam::Type(_) | syn::GenericParam::Const(_) => None,
                })
                .collect();
        }
        let ident = match separate {
            true => format_ident!("{}Tangent", it.ident),
            false => it.ident.clone(),
        };
        let (params, args, _) = generics.split_for_impl();
        Side {
            ty: quote!(#ident #args),
            params: params.to_token_stream(),
            ident,
            bounds,
        }
    }

    /// `impl<..> Trait for Ty where .. { content }`
    pub(super) fn implement(&self, what: &TokenStream, content: &TokenStream) -> TokenStream {
        self.implement_where(what, &[], content)
    }

    fn implement_where(
        &self,
        what: &TokenStream,
        more: &[TokenStream],
        content: &TokenStream,
    ) -> TokenStream {
        let (params, ty, bounds) = (&self.params, &self.ty, &self.bounds);
        quote! {
            #[automatically_derived]
            impl #params #what for #ty where #(#bounds,)* #(#more,)* {
                #content
            }
        }
    }
}

fn mentions(tokens: TokenStream, name: &Ident) -> bool {
    any_ident(tokens, &|ident| ident == name)
}

fn any_ident(tokens: TokenStream, test: &impl Fn(&Ident) -> bool) -> bool {
    tokens.into_iter().any(|token| match token {
        proc_macro2::TokenTree::Ident(ident) => test(&ident),
        proc_macro2::TokenTree::Group(group) => any_ident(group.stream(), test),
        proc_macro2::TokenTree::Punct(_) | proc_macro2::TokenTree::Literal(_) => false,
    })
}

impl Struct {
    pub(super) fn private(&self, item: &str) -> TokenStream {
        let facade = &self.options.facade;
        let item = format_ident!("{item}");
        quote!(#facade::__private::#item)
    }

    /// The fields that carry a derivative.
    fn smooth(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| !field.constant)
    }

    /// `self.x.method(&from.x);` for each field that carries a derivative.
    fn each(&self, call: impl Fn(&syn::Member) -> TokenStream) -> TokenStream {
        self.smooth().map(|field| call(&field.member)).collect()
    }

    /// `<F as Differentiable>::Tangent`
    fn tangent_of(&self, field: &Field) -> TokenStream {
        let at = field.ty.span();
        let differentiable = self.private("Differentiable");
        let no_tangent = self.private("NoTangent");
        let ty = &field.ty;
        match field.constant {
            true => no_tangent,
            false => quote_spanned!(at=> <#ty as #differentiable>::Tangent),
        }
    }
}

/// `pub struct PTangent { pub x: f64, pub n: NoTangent }`
fn declaration(it: &Struct, tangent: &Side) -> TokenStream {
    let (vis, ident, params, bounds) = (&it.vis, &tangent.ident, &tangent.params, &tangent.bounds);
    let fields = it.fields.iter().map(|field| {
        let (vis, ty) = (&field.vis, it.tangent_of(field));
        match &field.member {
            syn::Member::Named(name) => quote!(#[allow(missing_docs)] #vis #name: #ty),
            syn::Member::Unnamed(_) => quote!(#[allow(missing_docs)] #vis #ty),
        }
    });
    let bounds = quote!(where #(#bounds,)*);
    let body = match it.tuple {
        true => quote!((#(#fields),*) #bounds;),
        false => quote!(#bounds { #(#fields),* }),
    };
    let docs = format!(
        "The tangent of [`{0}`], and the shape of a gradient with respect to one.",
        it.ident
    );
    let copies = it.smooth().map(|field| {
        let ty = it.tangent_of(field);
        // A bound with a lifetime is looked at where the impl is used, not where it is written.
        quote!(for<'copy> #ty: ::core::marker::Copy)
    });
    let copies: Vec<_> = copies.collect();
    let copy = tangent.implement_where(&quote!(::core::marker::Copy), &copies, &TokenStream::new());
    quote! {
        #[doc = #docs]
        #[derive(Clone, Debug, PartialEq)]
        #[allow(dead_code)]
        #vis struct #ident #params #body

        #copy
    }
}

fn differentiable(it: &Struct, of: &Side, tangent: &Side) -> TokenStream {
    let ty = &tangent.ty;
    of.implement(&it.private("Differentiable"), &quote!(type Tangent = #ty;))
}

fn zeros_like(it: &Struct, of: &Side, tangent: &Side) -> TokenStream {
    let (ty, ident) = (&tangent.ty, &tangent.ident);
    let (trait_, no_tangent) = (it.private("ZerosLike"), it.private("NoTangent"));
    let fields = it.fields.iter().map(|field| {
        let (at, member) = (field.ty.span(), &field.member);
        let content = match field.constant {
            true => no_tangent.clone(),
            false => quote_spanned!(at=> #trait_::zeros_like(&self.#member)),
        };
        quote!(#member: #content)
    });
    let content = quote! {
        type Owned = #ty;

        #[inline]
        fn zeros_like(&self) -> #ty {
            #ident { #(#fields),* }
        }
    };
    of.implement(&trait_, &content)
}

fn fill_zero(it: &Struct, of: &Side) -> TokenStream {
    let trait_ = it.private("FillZero");
    let fields = it.each(|member| quote!(#trait_::fill_zero(&mut self.#member);));
    let content = quote! {
        #[inline]
        fn fill_zero(&mut self) {
            #fields
        }
    };
    of.implement(&trait_, &content)
}

fn accumulate(it: &Struct, of: &Side, tangent: &Side) -> TokenStream {
    let (trait_, from) = (it.private("Accumulate"), &tangent.ty);
    let fields = it.each(|member| quote!(#trait_::accumulate(&mut self.#member, &from.#member);));
    let content = quote! {
        #[inline]
        #[track_caller]
        fn accumulate(&mut self, from: &#from) {
            #fields
            let _ = from;
        }
    };
    of.implement(&quote!(#trait_<#from>), &content)
}

fn copy_from(it: &Struct, of: &Side) -> TokenStream {
    let (trait_, ty) = (it.private("CopyFrom"), &of.ty);
    let fields = it.fields.iter().map(|field| {
        let member = &field.member;
        match field.constant {
            true => quote!(::core::clone::Clone::clone_from(&mut self.#member, &from.#member);),
            false => quote!(#trait_::copy_from(&mut self.#member, &from.#member);),
        }
    });
    let content = quote! {
        #[inline]
        #[track_caller]
        fn copy_from(&mut self, from: &#ty) {
            #(#fields)*
            let _ = from;
        }
    };
    of.implement(&quote!(#trait_<#ty>), &content)
}

fn scale(it: &Struct, of: &Side) -> TokenStream {
    let trait_ = it.private("Scale");
    let fields = it.each(|member| quote!(#trait_::scale(&mut self.#member, by);));
    let content = quote! {
        #[inline]
        fn scale(&mut self, by: f64) {
            #fields
            let _ = by;
        }
    };
    of.implement(&trait_, &content)
}

/// The floats in the order of the fields; only where all of them are of one kind.
fn entries(it: &Struct, of: &Side) -> TokenStream {
    let written = |name: &str| {
        let name = format_ident!("{name}");
        it.smooth()
            .any(|field| mentions(field.ty.to_token_stream(), &name))
    };
    if written("f64") && written("f32") {
        return TokenStream::new();
    }
    let trait_ = it.private("Entries");
    let mut types = it.smooth().map(|field| &field.ty);
    let scalar = match types.next() {
        Some(first) => quote!(<#first as #trait_>::Scalar),
        None => quote!(f64),
    };
    let counts = it.smooth().map(|field| &field.member);
    let each = it.each(|member| quote!(#trait_::for_each_entry(&self.#member, f);));
    let each_mut = it.each(|member| quote!(#trait_::for_each_entry_mut(&mut self.#member, f);));
    let content = quote! {
        type Scalar = #scalar;

        #[inline]
        fn entries(&self) -> usize {
            0 #(+ #trait_::entries(&self.#counts))*
        }

        #[inline]
        fn for_each_entry(&self, f: &mut dyn ::core::ops::FnMut(Self::Scalar)) {
            #each
            let _ = f;
        }

        #[inline]
        fn for_each_entry_mut(&mut self, f: &mut dyn ::core::ops::FnMut(&mut Self::Scalar)) {
            #each_mut
            let _ = f;
        }
    };
    of.implement(&trait_, &content)
}

/// Any value: of a constant, what `Default` says, if it says something.
fn blank(it: &Struct, of: &Side) -> TokenStream {
    let (trait_, ident) = (it.private("Blank"), &of.ident);
    let own = *ident == it.ident;
    let mut bounds = Vec::new();
    let mut fields = Vec::new();
    for field in &it.fields {
        let (member, ty) = (&field.member, &field.ty);
        // A bound with a lifetime is looked at where the impl is used, not where it is written.
        let bound = match (own, field.constant) {
            (true, true) => quote!(for<'blank> #ty: ::core::default::Default),
            (true, false) => quote!(for<'blank> #ty: #trait_),
            (false, _) => {
                let tangent = it.tangent_of(field);
                quote!(for<'blank> #tangent: #trait_)
            }
        };
        bounds.push(bound);
        fields.push(match (own, field.constant) {
            (true, true) => quote!(#member: ::core::default::Default::default()),
            (true, false) | (false, _) => quote!(#member: #trait_::blank()),
        });
    }
    let content = quote! {
        #[inline]
        fn blank() -> Self {
            #ident { #(#fields),* }
        }
    };
    of.implement_where(&trait_, &bounds, &content)
}

/// What is passed for the tangent of an argument without one, where only rustc knows that it is this struct.
fn no_dot(it: &Struct, primal: &Side, tangent: &Side) -> TokenStream {
    let (trait_, zeros_like) = (it.private("NoDot"), it.private("ZerosLike"));
    let (params, bounds) = (&primal.params, &primal.bounds);
    let (of, ty) = (&primal.ty, &tangent.ty);
    quote! {
        #[automatically_derived]
        impl #params #trait_<#of> for #ty where #(#bounds,)* {
            #[inline]
            fn no_dot(of: &#of) -> ::std::boxed::Box<Self> {
                ::std::boxed::Box::new(#zeros_like::zeros_like(of))
            }
        }
    }
}
