//! Methods and associated functions: their derivatives stand beside them, under names made of theirs. A receiver is a
//! constant that needs no parameter: code that reads `self` is kept as it is.

use super::{Function, Signature};
use crate::emit::around::Copied;
use crate::ir::{Passing, Type};
use crate::parse::Place;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
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

/// What an `impl FnOnce` result holds beside what is `'static`.
pub(super) enum Holds {
    /// Type parameters, and no reference of the caller's.
    Types,
    Nothing,
    /// The receiver, as long as this.
    Receiver(syn::Lifetime),
    /// Whatever there is.
    Anything,
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
            #[allow(dead_code, unreachable_code, refining_impl_trait, clippy::all, clippy::pedantic, clippy::nursery)]
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

    /// One of our functions, to be called from another: `Self::jvp`, or `self.energy_jvp`.
    pub(in crate::emit) fn own(&self, name: &str) -> TokenStream {
        let ident = self.name_of(name);
        match self.receiver() {
            Some(receiver) => {
                let this = &receiver.self_token;
                quote!(#this.#ident)
            }
            None => quote!(Self::#ident),
        }
    }

    /// The user's function, to be called: `f`, `Self::f`, `self.f`.
    pub(in crate::emit) fn user_function(&self) -> TokenStream {
        let f = &self.request.item.sig.ident;
        match (&self.beside, self.receiver()) {
            (None, _) => quote!(#f),
            (Some(_), None) => quote!(Self::#f),
            (Some(_), Some(receiver)) => {
                let this = &receiver.self_token;
                quote!(#this.#f)
            }
        }
    }

    /// As [`Signature::own`], so that the receiver is still there afterwards.
    pub(in crate::emit) fn own_again(&self, name: &str) -> TokenStream {
        match self.receiver() {
            Some(receiver) if is_owned(receiver) => {
                let (this, ident) = (&receiver.self_token, self.name_of(name));
                quote!(::core::clone::Clone::clone(&#this).#ident)
            }
            _ => self.own(name),
        }
    }

    pub(super) fn receiver(&self) -> Option<&syn::Receiver> {
        self.beside.as_ref().and_then(|beside| beside.receiver.as_ref())
    }

    /// Whether a function that is called many times needs copies of its receiver.
    pub(super) fn has_owned_receiver(&self) -> bool {
        self.receiver().is_some_and(is_owned)
    }

    /// What the pullback of the protocol holds, which the receiver's lifetime in `function` is named for.
    pub(super) fn holds(&self, function: &mut Function) -> Holds {
        if self.beside.is_none() {
            return Holds::Types;
        }
        let known = |ty: &Type| !matches!(ty, Type::Host);
        let mut values = self
            .params
            .iter()
            .filter(|param| param.request.passing == Passing::Value);
        let known = values.all(|param| known(&param.request.shape));
        match (&mut function.receiver, known) {
            (None, true) => Holds::Nothing,
            (Some(receiver), true) => match &mut receiver.kind {
                syn::ReceiverKind::Reference(_, Some(life), _) => Holds::Receiver(life.clone()),
                syn::ReceiverKind::Reference(_, life @ None, _) => {
                    let named = syn::Lifetime::new("'this", Span::mixed_site());
                    *life = Some(named.clone());
                    function.generics.params.insert(0, syn::parse_quote!(#named));
                    function.generics.lt_token.get_or_insert_with(Default::default);
                    function.generics.gt_token.get_or_insert_with(Default::default);
                    Holds::Receiver(named)
                }
                _ => Holds::Anything,
            },
            (_, false) => Holds::Anything,
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

/// `self`, `self: Box<Self>`
fn is_owned(receiver: &syn::Receiver) -> bool {
    !matches!(receiver.kind, syn::ReceiverKind::Reference(..))
}

/// The receiver without `mut`, which is of interest to the body only.
pub(super) fn plain(receiver: &syn::Receiver) -> TokenStream {
    let mut receiver = receiver.clone();
    receiver.mutability = None;
    receiver.to_token_stream()
}
