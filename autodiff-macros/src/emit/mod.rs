//! IR to tokens: the companion and its functions.

mod body;
mod types;

use crate::parse::Request;
use crate::pipeline::Derivatives;
use proc_macro2::TokenStream;

/// The user's function and its companion.
pub(crate) fn companion(_request: &Request, _derivatives: &Derivatives) -> TokenStream {
    TokenStream::new()
}

/// After errors: the user's function, and a companion that keeps `f::grad` from being one more error.
pub(crate) fn stub(_request: Option<&Request>, item: TokenStream) -> TokenStream {
    item
}
