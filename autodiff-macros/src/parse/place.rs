//! Where a function stands: free, or inside of an `impl` or a `trait`, which an attribute cannot see from inside.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::visit::{self, Visit};

/// Where the derivatives of a function go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Place {
    /// Into a companion beside it: `f::grad`.
    Companion,
    /// Beside it, in its `impl` or `trait`: `f_grad`.
    Beside,
    /// As [`Place::Beside`], in a trait that only declares the function.
    Declared,
}

impl Place {
    /// `told` by the attribute; a receiver or `Self` tells as well.
    pub(super) fn of(item: &syn::ItemFn, declared: bool, told: bool) -> Place {
        match declared {
            true => Place::Declared,
            false if told || item.sig.receiver().is_some() || mentions_self(item) => Place::Beside,
            false => Place::Companion,
        }
    }
}

/// Whether `Self` of the surroundings is named: what stands inside of the function's own items has another.
pub(super) fn mentions_self(item: &syn::ItemFn) -> bool {
    struct Mentions(bool);
    impl<'ast> Visit<'ast> for Mentions {
        fn visit_ident(&mut self, ident: &'ast proc_macro2::Ident) {
            self.0 |= ident == "Self";
        }
        fn visit_item(&mut self, _: &'ast syn::Item) {}
        fn visit_macro(&mut self, mac: &'ast syn::Macro) {
            self.0 |= has_self(mac.tokens.clone());
            visit::visit_macro(self, mac);
        }
    }
    let mut mentions = Mentions(false);
    mentions.visit_signature(&item.sig);
    mentions.visit_block(&item.block);
    mentions.0 || has_self(item.sig.output.to_token_stream())
}

fn has_self(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == "Self",
        TokenTree::Group(group) => has_self(group.stream()),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}
