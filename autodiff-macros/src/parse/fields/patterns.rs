//! What patterns say of what they take apart.

use super::Walk;
use super::terms::{Kind, Term};

impl Walk {
    /// Binds the names of `pat`, which is matched with `term`.
    pub(super) fn pattern(&mut self, pat: &syn::Pat, term: Term) {
        match pat {
            syn::Pat::Ident(it) => {
                if let Some((_, sub)) = &it.subpat {
                    self.pattern(sub, term);
                }
                if self.copied == 0 {
                    self.idents.push((std::ptr::from_ref(&it.ident) as usize, term));
                }
                let scope = self
                    .scopes
                    .last_mut()
                    .expect("a scope is open around every pattern");
                scope.push((it.ident.to_string(), term));
            }
            syn::Pat::Paren(it) => self.pattern(&it.pat, term),
            syn::Pat::Guard(it) => self.pattern(&it.pat, term),
            syn::Pat::Reference(it) => self.pattern(&it.pat, term),
            syn::Pat::Type(it) => {
                let written = self.written(&it.ty);
                self.terms.unite(term, written);
                self.pattern(&it.pat, term);
            }
            syn::Pat::Tuple(it) if !it.elems.iter().any(is_rest) => {
                let parts: Vec<_> = it.elems.iter().map(|_| self.terms.open()).collect();
                self.terms.tell(term, Kind::Tuple(parts.clone()));
                // Where the tuple was known, its own parts are meant.
                let known = match self.terms.kind(term) {
                    Kind::Tuple(known) if known.len() == parts.len() => known.clone(),
                    _ => parts,
                };
                for (part, term) in it.elems.iter().zip(known) {
                    self.pattern(part, term);
                }
            }
            syn::Pat::Slice(it) => {
                let element = self.terms.element(term);
                for part in &it.elems {
                    match part {
                        syn::Pat::Rest(_) => (),
                        syn::Pat::Ident(rest)
                            if rest.subpat.as_ref().is_some_and(|(_, sub)| is_rest(sub)) =>
                        {
                            let list = self.terms.list(element);
                            let scope = self
                                .scopes
                                .last_mut()
                                .expect("a scope is open around every pattern");
                            scope.push((rest.ident.to_string(), list));
                        }
                        other => self.pattern(other, element),
                    }
                }
            }
            syn::Pat::Struct(it) => {
                let known = self.name(&it.path);
                self.terms.unite(term, known);
                for field in &it.fields {
                    let field_term = self.terms.field(term, &field.member);
                    self.pattern(&field.pat, field_term);
                }
            }
            // An option is what is in it.
            syn::Pat::TupleStruct(it) if it.elems.len() == 1 && is_wrapper(&it.path) => {
                self.pattern(&it.elems[0], term);
            }
            syn::Pat::TupleStruct(it) if !is_variant(&it.path) && !it.elems.iter().any(is_rest) => {
                let known = self.name(&it.path);
                self.terms.unite(term, known);
                for (k, part) in it.elems.iter().enumerate() {
                    let field = self.terms.field(term, &syn::Member::Unnamed(syn::Index::from(k)));
                    self.pattern(part, field);
                }
            }
            syn::Pat::Lit(_) | syn::Pat::Path(_) | syn::Pat::Range(_) => (),
            other => self.all_open(other),
        }
    }

    /// Binds the names of a pattern that says nothing.
    fn all_open(&mut self, pat: &syn::Pat) {
        struct Idents<'v>(Vec<&'v syn::Ident>);
        impl<'v> syn::visit::Visit<'v> for Idents<'v> {
            fn visit_pat_ident(&mut self, it: &'v syn::PatIdent) {
                self.0.push(&it.ident);
                syn::visit::visit_pat_ident(self, it);
            }
        }
        let mut idents = Idents(Vec::new());
        syn::visit::Visit::visit_pat(&mut idents, pat);
        for ident in idents.0 {
            let term = self.terms.open();
            let scope = self
                .scopes
                .last_mut()
                .expect("a scope is open around every pattern");
            scope.push((ident.to_string(), term));
        }
    }
}

fn is_rest(pat: &syn::Pat) -> bool {
    matches!(pat, syn::Pat::Rest(_))
}

/// `Some`, `Ok`
pub(super) fn is_wrapper(path: &syn::Path) -> bool {
    path.segments
        .last()
        .is_some_and(|it| it.ident == "Some" || it.ident == "Ok")
}

/// `Some`, `Ok`, `Shape::Circle`: not the name of a struct.
pub(super) fn is_variant(path: &syn::Path) -> bool {
    let mut segments = path.segments.iter().rev();
    let last = segments.next().map(|it| it.ident.to_string()).unwrap_or_default();
    let before = segments.next().map(|it| it.ident.to_string()).unwrap_or_default();
    matches!(last.as_str(), "Some" | "None" | "Ok" | "Err") || before.starts_with(char::is_uppercase)
}
