//! Operations on matrices: a row's Rust, with operands in it.

use super::body::Emit;
use super::exprs::{Expr, Level};
use crate::ir::{MatrixArg, MatrixOp, PlaceRef};
use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::quote_spanned;

impl Emit<'_, '_> {
    /// `a * x`, `y.norm()`
    pub(super) fn matrix_op(&mut self, op: &MatrixOp) -> Expr {
        let tokens = parsed(op.rule.value);
        let level = level(&tokens);
        Expr::new(self.filled(tokens, op, None), level)
    }

    /// `a_bar += …;`, or the call of a kernel.
    pub(super) fn add_matrix(&mut self, to: &PlaceRef, op: &MatrixOp, negative: bool) -> TokenStream {
        let at = self.at;
        if let Some(add) = op.rule.add {
            let call = self.filled(parsed(add), op, Some((to, negative)));
            return quote_spanned!(at=> #call;);
        }
        let target = self.path(to).tokens;
        let value = self.matrix_op(op);
        // `-a` of a reference is a matrix of its own; what is taken away is added as it is.
        if op.rule.name == "neg" {
            let MatrixArg::Place(from) = &op.args[0] else {
                unreachable!("a matrix is negated")
            };
            let from = self.borrow(from);
            return match negative {
                false => quote_spanned!(at=> #target -= #from;),
                true => quote_spanned!(at=> #target += #from;),
            };
        }
        let value = value.tokens;
        match negative {
            false => quote_spanned!(at=> #target += #value;),
            true => quote_spanned!(at=> #target -= #value;),
        }
    }

    /// The row's text with operands where their names stand. `to`: where a kernel adds, and whether it subtracts.
    fn filled(&mut self, text: TokenStream, op: &MatrixOp, to: Option<(&PlaceRef, bool)>) -> TokenStream {
        let at = self.at;
        let mut res = TokenStream::new();
        let mut tokens = text.into_iter().peekable();
        let mut in_path = false;
        while let Some(token) = tokens.next() {
            let dotted = matches!(tokens.peek(), Some(TokenTree::Punct(next)) if next.as_char() == '.');
            match token {
                TokenTree::Ident(ident) if !in_path => {
                    let filled = self.name(&ident, op, to, dotted);
                    res.extend(filled);
                }
                TokenTree::Group(group) => {
                    let inner = self.filled(group.stream(), op, to);
                    let mut group = Group::new(group.delimiter(), inner);
                    group.set_span(at);
                    res.extend([TokenTree::Group(group)]);
                }
                mut other => {
                    other.set_span(at);
                    in_path =
                        matches!(&other, TokenTree::Punct(punct) if matches!(punct.as_char(), ':' | '.'));
                    res.extend([other]);
                    continue;
                }
            }
            in_path = false;
        }
        res
    }

    fn name(
        &mut self,
        ident: &Ident,
        op: &MatrixOp,
        to: Option<(&PlaceRef, bool)>,
        dotted: bool,
    ) -> TokenStream {
        let at = self.at;
        let name = ident.to_string();
        match (name.as_str(), to) {
            ("linalg", _) => return self.names.private("linalg"),
            ("to", Some((to, _))) => return self.borrow_mut(to),
            ("sign", Some((_, false))) => return quote_spanned!(at=> 1.0),
            ("sign", Some((_, true))) => return quote_spanned!(at=> -1.0),
            _ => (),
        }
        let Some(k) = op.rule.args.iter().position(|(arg, _)| *arg == name) else {
            let ident = Ident::new(&name, at);
            return quote_spanned!(at=> #ident);
        };
        match &op.args[k] {
            MatrixArg::Place(place) if dotted => self.path_base(place),
            MatrixArg::Place(place) => self.borrow(place),
            MatrixArg::Value(id) => self.value(*id).at(Level::Unary, at),
        }
    }
}

fn parsed(text: &str) -> TokenStream {
    text.parse().expect("rows are Rust")
}

/// How tightly the text of a row holds together.
fn level(tokens: &TokenStream) -> Level {
    let operator = |token: TokenTree| match token {
        TokenTree::Punct(punct) => match punct.as_char() {
            '+' => Some(Level::Sum),
            '-' => Some(Level::Sum),
            '*' | '/' => Some(Level::Product),
            _ => None,
        },
        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Some(Level::Loose),
        TokenTree::Group(_) | TokenTree::Ident(_) | TokenTree::Literal(_) => None,
    };
    tokens
        .clone()
        .into_iter()
        .filter_map(operator)
        .min()
        .unwrap_or(Level::Tight)
}
