//! Fragments of `macro_rules!` keep their precedence.
//!
//! `$e * x` with `1.0 + y` for `$e` reaches us as a product of an invisible group. rustc reads what we give back without
//! the group, as `1.0 + y * x` (rust-lang/rust#67062), so parentheses take its place.

use syn::visit_mut::{self, VisitMut};

/// Puts parentheses where an invisible group holds more than one term.
pub(super) fn to_parentheses(item: &mut syn::ItemFn) {
    Groups.visit_item_fn_mut(item);
}

struct Groups;

impl VisitMut for Groups {
    fn visit_expr_mut(&mut self, expr: &mut syn::Expr) {
        visit_mut::visit_expr_mut(self, expr);
        if let syn::Expr::Group(it) = expr {
            let inner = std::mem::replace(&mut *it.expr, syn::Expr::Verbatim(Default::default()));
            *expr = if is_one_term(&inner) {
                inner
            } else {
                syn::Expr::Paren(syn::ExprParen {
                    attrs: Vec::new(),
                    paren_token: Default::default(),
                    expr: Box::new(inner),
                })
            };
        }
    }
}

/// Whether nothing beside the expression can bind to a part of it.
fn is_one_term(expr: &syn::Expr) -> bool {
    matches!(
        expr,
        syn::Expr::Array(_)
            | syn::Expr::Block(_)
            | syn::Expr::Call(_)
            | syn::Expr::Field(_)
            | syn::Expr::Index(_)
            | syn::Expr::Lit(_)
            | syn::Expr::Macro(_)
            | syn::Expr::MethodCall(_)
            | syn::Expr::Paren(_)
            | syn::Expr::Path(_)
            | syn::Expr::Repeat(_)
            | syn::Expr::Tuple(_)
    )
}

#[cfg(test)]
mod tests {
    use proc_macro2::{Delimiter, Group, TokenTree};
    use quote::{ToTokens, quote};

    #[test]
    fn a_fragment_of_a_macro_stays_one_operand() {
        let group = |tokens| TokenTree::Group(Group::new(Delimiter::None, tokens));
        let (sum, name) = (group(quote!(1.0 + y)), group(quote!(y)));
        let mut item = syn::parse2(quote!(fn f(x: f64) -> f64 { #sum * #name })).expect("a function");
        super::to_parentheses(&mut item);
        let wanted = quote!(
            fn f(x: f64) -> f64 {
                (1.0 + y) * y
            }
        );
        assert_eq!(item.to_token_stream().to_string(), wanted.to_string());
    }
}
