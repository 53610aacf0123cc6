//! Every identifier and path that generated code uses and the user did not write.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};

/// Where the generated code finds the runtime.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    facade: TokenStream,
}

impl Names {
    /// `facade` is the path of the crate that users depend on, `::differentiable` unless they said otherwise.
    pub(crate) fn new(facade: &syn::Path) -> Self {
        Names {
            facade: quote!(#facade),
        }
    }

    /// `<facade>::__private::item`
    pub(crate) fn private(&self, item: &str) -> TokenStream {
        let facade = &self.facade;
        let item = Ident::new(item, Span::call_site());
        quote!(#facade::__private::#item)
    }
}

/// A local of ours: it never meets an identifier of the user's. `at` is only where errors and panics point to.
pub(crate) fn local(text: &str, at: Span) -> Ident {
    let span = Span::mixed_site().located_at(at);
    let bare = text.strip_prefix("r#").unwrap_or(text);
    if syn::parse_str::<Ident>(bare).is_ok() {
        return Ident::new(bare, span);
    }
    match bare {
        // The keywords that cannot be raw.
        "self" | "Self" | "super" | "crate" | "_" | "" => Ident::new("this", span),
        _ => Ident::new_raw(bare, span),
    }
}

/// `::std::vec::Vec`
pub(crate) fn vec_type(at: Span) -> TokenStream {
    quote_spanned!(at=> ::std::vec::Vec)
}

/// The associated constant of a companion that tells which parameters are `#[constant]`.
pub(crate) const CONSTANT: &str = "__CONSTANT";
/// The user's function.
pub(crate) const PRIMAL: &str = "__primal";
/// Forward mode between companions.
pub(crate) const PUSHFORWARD: &str = "__pushforward";
/// The forward sweep of reverse mode between companions: the value and a pullback.
pub(crate) const FORWARD: &str = "__forward";
/// The tangent of [`FORWARD`].
pub(crate) const FORWARD_TANGENT: &str = "__forward_tangent";
/// [`FORWARD`] with the pullback in a box.
pub(crate) const FORWARD_BOXED: &str = "__forward_boxed";
/// [`FORWARD_TANGENT`] with the pullback in a box.
pub(crate) const FORWARD_TANGENT_BOXED: &str = "__forward_tangent_boxed";
/// `value_and_grad` into buffers that the caller gives.
pub(crate) const GRADIENT: &str = "__gradient";
