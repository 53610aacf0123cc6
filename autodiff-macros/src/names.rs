//! Every identifier and path that generated code uses and the user did not write.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};

/// Where the generated code finds the runtime.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    facade: TokenStream,
    /// The function, and what its companion is called.
    own: (Ident, Ident),
}

impl Names {
    /// `facade` is the path of the crate that users depend on, `::differentiable` unless they said otherwise.
    pub(crate) fn new(facade: &syn::Path, function: &Ident, companion: &Ident) -> Self {
        Names {
            facade: quote!(#facade),
            own: (function.clone(), companion.clone()),
        }
    }

    /// The companion of the function at `path`. Of others it has the function's name; ours may have another.
    pub(crate) fn companion(&self, path: &syn::ExprPath) -> syn::ExprPath {
        let mut path = path.clone();
        let segments = &mut path.path.segments;
        let here = segments.len() == 1 || segments.first().is_some_and(|first| first.ident == "self");
        let Some(last) = segments.last_mut() else {
            return path;
        };
        if here && last.ident == self.own.0 {
            last.ident = Ident::new(&self.own.1.to_string(), last.ident.span());
        }
        // Where there is no companion, rustc says that it is the attribute that looks for one.
        last.ident
            .set_span(Span::call_site().located_at(last.ident.span()));
        path
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
    named(text, site(at))
}

/// The identifier `text` with this very span.
pub(crate) fn named(text: &str, span: Span) -> Ident {
    // `r#type` at the begin, or inside of what was made of it: `x_bar_by_r#type`.
    let bare = text.replace("r#", "");
    let bare = bare.as_str();
    match bare {
        // The keywords that cannot be raw.
        "self" | "Self" | "super" | "crate" | "_" | "" => Ident::new("this", span),
        _ if KEYWORDS.contains(&bare) => Ident::new_raw(bare, span),
        _ => Ident::new(bare, span),
    }
}

/// Our own tokens that come from the user's code at `at`.
pub(crate) fn site(at: Span) -> Span {
    Span::mixed_site().located_at(at)
}

/// The words that are identifiers only behind `r#`.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro",
    "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "static", "struct", "trait",
    "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// `::std::vec::Vec`
pub(crate) fn vec_type(at: Span) -> TokenStream {
    quote_spanned!(at=> ::std::vec::Vec)
}

/// The associated constant of a companion that tells which parameters are `#[constant]`.
pub(crate) const CONSTANT: &str = "__CONSTANT";
/// As [`CONSTANT`], of a method or an associated function.
pub(crate) const MARKS: &str = "__marks";
/// The user's function.
pub(crate) const PRIMAL: &str = "__primal";
/// The user's function, an `Option` or a `Result` taken apart.
pub(crate) const PARTS: &str = "__parts";
/// `jvp` of a function that returns an `Option` or a `Result`, which stay taken apart.
pub(crate) const TANGENT: &str = "__tangent";
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
