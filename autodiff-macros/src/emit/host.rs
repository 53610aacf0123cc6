//! The user's own tokens, with expressions of ours in their holes.

use super::body::Emit;
use super::exprs::Level;
use super::literals::Suffix;
use crate::ir::HostArg;
use proc_macro2::{Group, TokenStream, TokenTree};

impl Emit<'_, '_> {
    /// `template` with `args` where `__h0`, `__h1`, … stand.
    pub(super) fn host(&mut self, template: &TokenStream, args: &[HostArg]) -> TokenStream {
        let mut holes = Vec::new();
        for arg in args {
            let expr = match arg {
                HostArg::Value(id) => {
                    let before = std::mem::replace(&mut self.suffix, Suffix::Always);
                    let expr = self.value(*id);
                    self.suffix = before;
                    expr
                }
                HostArg::Place(at) | HostArg::PlaceMut(at) => self.hole(at),
            };
            holes.push(expr.at(Level::Tight, self.at));
        }
        fill(template.clone(), &holes)
    }
}

/// `template` with `holes[k]` for the identifier `__hk`.
pub(super) fn fill(template: TokenStream, holes: &[TokenStream]) -> TokenStream {
    let mut res = TokenStream::new();
    for tree in template {
        match tree {
            TokenTree::Ident(ident) => {
                let text = ident.to_string();
                let hole = text
                    .strip_prefix("__h")
                    .and_then(|number| number.parse::<usize>().ok());
                match hole.and_then(|number| holes.get(number)) {
                    Some(hole) => res.extend(hole.clone()),
                    None => res.extend([TokenTree::Ident(ident)]),
                }
            }
            TokenTree::Group(group) => {
                let mut filled = Group::new(group.delimiter(), fill(group.stream(), holes));
                filled.set_span(group.span());
                res.extend([TokenTree::Group(filled)]);
            }
            other => res.extend([other]),
        }
    }
    res
}
