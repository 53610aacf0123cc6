//! Errors: all at once, each at the user's own token, with the way out.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;

/// Collects the mistakes of one function. Must be read with [`Diags::finish`].
#[derive(Default, Debug)]
pub(crate) struct Diags {
    errors: Vec<Diagnostic>,
}

/// One mistake.
#[derive(Debug)]
pub(crate) struct Diagnostic {
    start: Span,
    end: Span,
    message: String,
    help: Option<String>,
}

impl Diags {
    /// Adds an error that underlines `tokens`. `message` is a phrase in the user's words, without a full stop.
    pub(crate) fn error(&mut self, tokens: &impl ToTokens, message: impl Into<String>) -> &mut Diagnostic {
        let mut spans = tokens.to_token_stream().into_iter().map(|token| token.span());
        let start = spans.next().unwrap_or_else(Span::call_site);
        let end = spans.last().unwrap_or(start);
        self.errors.push(Diagnostic {
            start,
            end,
            message: message.into(),
            help: None,
        });
        self.errors.last_mut().expect("an error was just pushed")
    }

    pub(crate) fn len(&self) -> usize {
        self.errors.len()
    }

    /// Forgets the errors behind the first `count`: what gave them is read again.
    pub(crate) fn truncate(&mut self, count: usize) {
        self.errors.truncate(count);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.errors.is_empty()
    }

    /// Message and help of every error.
    #[cfg(test)]
    pub(crate) fn messages(&self) -> Vec<String> {
        self.errors.iter().map(Diagnostic::text).collect()
    }

    /// All errors as `compile_error!` calls; empty if there are none.
    pub(crate) fn finish(self) -> TokenStream {
        let combined = self
            .errors
            .into_iter()
            .map(Diagnostic::into_syn)
            .reduce(|mut all, next| {
                all.combine(next);
                all
            });
        combined.map(|all| all.to_compile_error()).unwrap_or_default()
    }
}

impl Diagnostic {
    /// Says what to write instead.
    pub(crate) fn help(&mut self, help: impl Into<String>) {
        self.help = Some(help.into());
    }

    fn text(&self) -> String {
        match &self.help {
            Some(help) => format!("{}\nhelp: {help}", self.message),
            None => self.message.clone(),
        }
    }

    fn into_syn(self) -> syn::Error {
        let text = self.text();
        let mut span = proc_macro2::TokenStream::new();
        // `new_spanned` underlines from the first token to the last, which `Span::join` cannot do on stable.
        span.extend([proc_macro2::TokenTree::from(proc_macro2::Ident::new(
            "_a", self.start,
        ))]);
        span.extend([proc_macro2::TokenTree::from(proc_macro2::Ident::new(
            "_b", self.end,
        ))]);
        syn::Error::new_spanned(span, text)
    }
}
