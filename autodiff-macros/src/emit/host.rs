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

/// How tightly the user's expression holds together.
pub(super) fn level(template: &TokenStream) -> Level {
    // Behind a type, `<` would begin generic arguments.
    let casts = |tree: TokenTree| matches!(tree, TokenTree::Ident(word) if word == "as");
    if template.clone().into_iter().any(casts) {
        return Level::Loose;
    }
    match syn::parse2::<syn::Expr>(template.clone()) {
        Ok(
            syn::Expr::Path(_)
            | syn::Expr::Call(_)
            | syn::Expr::MethodCall(_)
            | syn::Expr::Field(_)
            | syn::Expr::Index(_)
            | syn::Expr::Lit(_)
            | syn::Expr::Paren(_)
            | syn::Expr::Tuple(_)
            | syn::Expr::Array(_),
        ) => Level::Tight,
        Ok(syn::Expr::Unary(_)) => Level::Unary,
        Ok(syn::Expr::Binary(it)) => match it.op {
            syn::BinOp::Mul(_) | syn::BinOp::Div(_) | syn::BinOp::Rem(_) => Level::Product,
            syn::BinOp::Add(_) | syn::BinOp::Sub(_) => Level::Sum,
            _ => Level::Loose,
        },
        _ => Level::Loose,
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
