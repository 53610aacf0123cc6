//! Names that look alike and that a `macro_rules!` keeps apart. From here on names are text, so that two variables of
//! one text would become one, and their derivatives with them: they are refused.

use crate::diag::Diags;
use proc_macro2::{Ident, Span};
use std::collections::BTreeMap;
use syn::visit::{self, Visit};

/// Whether every variable of `item` can be told by its text.
pub(super) fn check(item: &syn::ItemFn, diags: &mut Diags) -> bool {
    let mut names = Names::default();
    names.visit_item_fn(item);
    let mut fine = true;
    for (text, all) in names.seen {
        let Some(bound) = all.iter().find(|(_, binds)| *binds) else {
            continue;
        };
        let first = origin(bound.0.span());
        let Some((other, _)) = all.iter().find(|(ident, _)| origin(ident.span()) != first) else {
            continue;
        };
        fine = false;
        diags
            .error(
                other,
                format!("there are two names `{text}` here, from a macro and from its caller"),
            )
            .help("give the variable of the macro another name");
    }
    fine
}

/// Where a token comes from, as far as the compiler tells: `None` if it does not.
fn origin(span: Span) -> Option<String> {
    // `#3 bytes(10..12)`: the number stands for the expansion that made the token.
    let text = format!("{span:?}");
    text.split_once(" bytes(")
        .map(|(expansion, _)| expansion.to_owned())
}

/// Every name that may be a variable's, and whether it is declared there.
#[derive(Default)]
struct Names<'a> {
    seen: BTreeMap<String, Vec<(&'a Ident, bool)>>,
}

impl<'a> Names<'a> {
    fn add(&mut self, ident: &'a Ident, binds: bool) {
        self.seen
            .entry(ident.to_string())
            .or_default()
            .push((ident, binds));
    }
}

impl<'a> Visit<'a> for Names<'a> {
    fn visit_pat_ident(&mut self, it: &'a syn::PatIdent) {
        self.add(&it.ident, true);
        visit::visit_pat_ident(self, it);
    }

    fn visit_expr_path(&mut self, it: &'a syn::ExprPath) {
        if let Some(ident) = it.path.get_ident() {
            self.add(ident, false);
        }
        visit::visit_expr_path(self, it);
    }

    // Names in an item have nothing to do with those around it.
    fn visit_item(&mut self, _: &'a syn::Item) {}
}
