//! Methods and associated functions: their derivatives stand beside them, under names made of theirs. A receiver is a
//! constant that needs no parameter: code that reads `self` is kept as it is.

use super::{Boxed, Signature};
use crate::emit::around::Copied;
use crate::parse::Place;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};
use syn::ext::IdentExt;

/// How a function stands in its `impl` or `trait`.
pub(in crate::emit) struct Beside {
    pub(super) receiver: Option<syn::Receiver>,
    pub(super) vis: syn::Visibility,
    /// Attributes that an `impl` of our own has once for all.
    pub(super) lead: TokenStream,
    /// Only declared: no bodies.
    pub(super) declared: bool,
}

impl Beside {
    pub(super) fn of(request: &crate::parse::Request) -> Option<Beside> {
        let declared = match request.place {
            Place::Companion => return None,
            Place::Beside => false,
            Place::Declared => true,
        };
        let Copied { cfgs, on_impl, .. } = Copied::from(&request.item.attrs);
        let lead = quote! {
            #cfgs
            #[allow(dead_code, trivial_bounds, unreachable_code, refining_impl_trait, clippy::all, clippy::pedantic, clippy::nursery)]
            #on_impl
        };
        Some(Beside {
            receiver: request.item.sig.receiver().cloned(),
            vis: request.item.vis.clone(),
            lead,
            declared,
        })
    }
}

/// `energy_grad` of `energy` and `grad`; `__energy_forward` of `__forward`.
pub(crate) fn beside(function: &Ident, name: &str, span: Span) -> Ident {
    let function = function.unraw();
    match name.strip_prefix("__") {
        Some(hidden) => format_ident!("__{function}_{hidden}", span = span),
        None => format_ident!("{function}_{name}", span = span),
    }
}

impl Signature<'_> {
    /// The name of one of our functions.
    pub(super) fn name_of(&self, name: &str) -> Ident {
        let span = Span::call_site().located_at(self.request.companion.span());
        match &self.beside {
            None => Ident::new(name, span),
            Some(_) => beside(&self.request.item.sig.ident, name, span),
        }
    }

    /// One of our functions, to be called from another: `Self::jvp`, `Self::energy_jvp`. A receiver is its first argument.
    pub(in crate::emit) fn own(&self, name: &str) -> TokenStream {
        let ident = self.name_of(name);
        quote!(Self::#ident)
    }

    /// A call of the user's function: `f(x)`, `Self::f(x)`, `this.f(x)`.
    pub(in crate::emit) fn user_call(&self, types: &TokenStream, args: &[TokenStream]) -> TokenStream {
        let f = &self.request.item.sig.ident;
        match (&self.beside, args) {
            (None, args) => quote!(#f #types(#(#args),*)),
            (Some(beside), [this, args @ ..]) if beside.receiver.is_some() => {
                // Ours have it by reference.
                let this = match beside.receiver.as_ref().is_some_and(is_owned) {
                    true => quote!(::core::clone::Clone::clone(#this)),
                    false => this.clone(),
                };
                quote!(#this.#f #types(#(#args),*))
            }
            (Some(_), args) => quote!(Self::#f #types(#(#args),*)),
        }
    }

    /// Whether the pullback of the protocol comes in a box. Beside a method it must: an `impl FnOnce` would hold the
    /// lifetimes of the call, unless it named all type parameters of an `impl` that is out of sight.
    pub(in crate::emit) fn own_pullback(&self) -> Boxed {
        match &self.beside {
            Some(_) => Boxed::Yes,
            None => Boxed::No,
        }
    }

    /// What a box holds is `'static`: so are the type parameters beside a method, and its type where it calls others,
    /// whose boxes are of types that name it. `calls`: the function calls others that are annotated, or may.
    pub(in crate::emit) fn bound_by_static(&mut self, calls: bool) {
        let beside = self.beside.is_some();
        let mut bounds: Vec<syn::WherePredicate> = Vec::new();
        for param in self.generics.type_params() {
            if beside || (calls && !is_function(param)) {
                let name = &param.ident;
                bounds.push(syn::parse_quote!(#name: 'static));
            }
        }
        if beside && calls {
            bounds.push(syn::parse_quote!(Self: 'static));
        }
        if !bounds.is_empty() {
            self.generics.make_where_clause().predicates.extend(bounds);
        }
    }

    /// `fn __energy_marks(&self) -> (Carries, IsConstant)`: for each parameter, whether it is `#[constant]`.
    pub(in crate::emit) fn marks(&self) -> TokenStream {
        let Some(Beside {
            receiver,
            vis,
            lead,
            declared,
        }) = &self.beside
        else {
            return TokenStream::new();
        };
        let marks = self.params.iter().map(|param| match param.request.constant {
            true => self.names.private("IsConstant"),
            false => self.names.private("Carries"),
        });
        let marks: Vec<_> = marks.collect();
        let name = self.name_of(crate::names::MARKS);
        let this = receiver.as_ref().map(|receiver| {
            let this = &receiver.self_token;
            quote!(&#this)
        });
        let body = match declared {
            true => quote!(;),
            false => quote!({ (#(#marks,)*) }),
        };
        let inline = (!declared).then(|| quote!(#[inline]));
        quote! {
            #lead
            #[doc(hidden)]
            #inline
            #vis fn #name(#this) -> (#(#marks,)*) where Self: ::core::marker::Sized #body
        }
    }
}

/// `self`
fn is_owned(receiver: &syn::Receiver) -> bool {
    matches!(receiver.kind, syn::ReceiverKind::Value)
}

/// `F: Fn(f64) -> f64`
fn is_function(param: &syn::TypeParam) -> bool {
    param.bounds.iter().any(|bound| match bound {
        syn::TypeParamBound::Trait(it) => {
            let last = it.path.segments.last();
            last.is_some_and(|last| ["Fn", "FnMut", "FnOnce"].iter().any(|name| last.ident == name))
        }
        _ => false,
    })
}
