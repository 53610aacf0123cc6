//! What patterns bind.

use super::Lowerer;
use super::host::parts_template;
use super::operand::{By, Lowered, Operand};
use super::patterns::is_constant_name;
use super::scope::VarId;
use crate::ir::{Instr, Type, ValueId};
use quote::quote;

impl Lowerer<'_> {
    /// Declares what `pat` binds of `operand`, where it cannot fail to fit: every name is a variable.
    pub(super) fn bind(&mut self, pat: &syn::Pat, operand: Operand) -> Lowered<()> {
        self.bind_names(pat, operand, false)
    }

    /// Declares what `pat` binds of `operand`, which it fits by [`Lowerer::test`].
    pub(super) fn bind_fitting(&mut self, pat: &syn::Pat, operand: Operand) -> Lowered<()> {
        self.bind_names(pat, operand, true)
    }

    fn bind_names(&mut self, pat: &syn::Pat, operand: Operand, refutable: bool) -> Lowered<()> {
        match pat {
            syn::Pat::Wild(_)
            | syn::Pat::Lit(_)
            | syn::Pat::Range(_)
            | syn::Pat::Path(_)
            | syn::Pat::Const(_) => Ok(()),
            syn::Pat::Rest(_) => Ok(()),
            syn::Pat::Ident(it) => {
                if let Some((_, sub)) = &it.subpat {
                    self.bind_names(sub, operand.clone(), refutable)?;
                } else if refutable && is_constant_name(&it.ident) {
                    return Ok(());
                }
                self.bind_ident(it, operand);
                Ok(())
            }
            syn::Pat::Paren(it) => self.bind_names(&it.pat, operand, refutable),
            syn::Pat::Guard(it) => self.bind_names(&it.pat, operand, refutable),
            syn::Pat::Type(it) => {
                if let Some(ty) = self.written(&it.ty) {
                    self.fix_operand(&operand, &ty);
                }
                self.bind_names(&it.pat, operand, refutable)
            }
            syn::Pat::Reference(it) => match operand {
                Operand::Value(_) => self.bind_host(pat, &operand),
                other => {
                    let inner = self.behind(&other);
                    self.bind_names(&it.pat, inner, refutable)
                }
            },
            syn::Pat::Tuple(it) => {
                if self.is_host(&operand) {
                    return self.bind_host(pat, &operand);
                }
                let parts = self.tuple_parts(&operand, &it.elems, it)?;
                self.bind_all(parts, refutable)
            }
            syn::Pat::Slice(it) => {
                if self.is_host(&operand) {
                    return self.bind_host(pat, &operand);
                }
                let parts = self.slice_parts(&operand, &it.elems, it)?;
                self.bind_all(parts, refutable)
            }
            syn::Pat::TupleStruct(it) => match (operand.peel(), it.elems.len()) {
                (Operand::Option { .. } | Operand::Alias(_), 1) if self.is_option(&operand) => {
                    let inner = self.variant_content(&it.path, &operand)?;
                    self.bind_names(&it.elems[0], inner, refutable)
                }
                _ => match self.struct_parts(&operand, super::structs::numbered(it)) {
                    Some(parts) => self.bind_all(parts, refutable),
                    None => self.bind_host(pat, &operand),
                },
            },
            syn::Pat::Struct(it) => match self.struct_parts(&operand, super::structs::named(it)) {
                Some(parts) => self.bind_all(parts, refutable),
                None => self.bind_host(pat, &operand),
            },
            syn::Pat::Or(it) => {
                let mut names = Vec::new();
                super::names::bound_names(pat, &mut names);
                names.retain(|name| !name.starts_with(char::is_uppercase));
                if names.is_empty() {
                    return Ok(());
                }
                if self.is_host(&operand) {
                    return self.bind_host(pat, &operand);
                }
                self.bind_alternatives(it, &operand)
            }
            syn::Pat::Macro(it) => self.unsupported(it, "a macro as a pattern"),
            syn::Pat::Verbatim(it) => self.unsupported(it, "this pattern"),
            other => self.unsupported(other, "this pattern"),
        }
    }

    /// `(Some(x), _) | (_, Some(x))`: each name is bound to what the first side that fits says.
    fn bind_alternatives(&mut self, it: &syn::PatOr, operand: &Operand) -> Lowered<()> {
        struct Idents<'v>(Vec<&'v syn::PatIdent>);
        impl<'v> syn::visit::Visit<'v> for Idents<'v> {
            fn visit_pat_ident(&mut self, it: &'v syn::PatIdent) {
                if !is_constant_name(&it.ident) {
                    self.0.push(it);
                }
                syn::visit::visit_pat_ident(self, it);
            }
            fn visit_expr(&mut self, _: &'v syn::Expr) {}
        }
        let mut idents = Idents(Vec::new());
        if let Some(first) = it.cases.first() {
            syn::visit::Visit::visit_pat(&mut idents, first);
        }
        let cases: Vec<_> = it.cases.iter().collect();
        let bound = self.alternative(&cases, &idents.0, operand);
        let Ok(Operand::Tuple(parts)) = bound else {
            self.poison(&syn::Pat::Or(it.clone()));
            return match bound {
                Err(halt) => Err(halt),
                Ok(_) => self.refuse(
                    &it.cases,
                    "names that are bound to different memory on both sides of `|` cannot be differentiated",
                    "write one arm for each side",
                ),
            };
        };
        for (ident, part) in idents.0.into_iter().zip(parts) {
            let plain = syn::PatIdent {
                by_ref: None,
                subpat: None,
                ..ident.clone()
            };
            self.bind_ident(&plain, part);
        }
        Ok(())
    }

    /// What the names are bound to by the first of the patterns that fits, as a tuple.
    fn alternative(
        &mut self,
        cases: &[&syn::Pat],
        names: &[&syn::PatIdent],
        operand: &Operand,
    ) -> Lowered<Operand> {
        let Some((first, rest)) = cases.split_first() else {
            unreachable!("a pattern has at least one side")
        };
        let bound = |lowerer: &mut Self| {
            lowerer.scopes.open();
            let res = lowerer.bind_names(first, operand.clone(), true);
            let slots = names.iter().map(|it| {
                let var = lowerer.scopes.find(&it.ident.to_string());
                var.map_or(Operand::Poison, |var| lowerer.scopes.var(var).slot.clone())
            });
            let slots = slots.collect();
            lowerer.scopes.close();
            res.map(|()| Operand::Tuple(slots))
        };
        if rest.is_empty() {
            return bound(self);
        }
        match self.test(first, operand)? {
            None => bound(self),
            Some(fits) => self.fork(fits, bound, |lowerer| lowerer.alternative(rest, names, operand)),
        }
    }

    /// As [`Lowerer::bind`] behind an error: reading these names is not one more mistake.
    pub(super) fn poison(&mut self, pat: &syn::Pat) {
        struct Idents<'v>(Vec<&'v syn::Ident>);
        impl<'v> syn::visit::Visit<'v> for Idents<'v> {
            fn visit_pat_ident(&mut self, it: &'v syn::PatIdent) {
                self.0.push(&it.ident);
                syn::visit::visit_pat_ident(self, it);
            }
            fn visit_expr(&mut self, _: &'v syn::Expr) {}
        }
        let mut idents = Idents(Vec::new());
        syn::visit::Visit::visit_pat(&mut idents, pat);
        for ident in idents.0 {
            self.scopes.declare(ident, Operand::Poison, true);
        }
    }

    fn bind_all(&mut self, parts: Vec<(&syn::Pat, Operand)>, refutable: bool) -> Lowered<()> {
        let bind = |(pat, operand)| self.bind_names(pat, operand, refutable);
        let results: Vec<_> = parts.into_iter().map(bind).collect();
        results.into_iter().collect()
    }

    fn bind_ident(&mut self, it: &syn::PatIdent, operand: Operand) {
        self.b.span = it.ident.span();
        let mutable = it.mutability.is_some();
        let content = match &it.by_ref {
            // `ref x` of what is not in memory: as `&x`.
            Some(_) if it.mutability.is_some() => match operand {
                Operand::Place { at, by: _ } => Operand::Place { at, by: By::RefMut },
                other => other,
            },
            Some(_) => {
                let operand = self.loaded(operand);
                operand.borrowed()
            }
            None => {
                let operand = self.shared_scalar(operand);
                self.bound(operand, &it.ident, mutable)
            }
        };
        let content = if mutable { self.resliced(content) } else { content };
        let mutable = mutable || matches!(content, Operand::Unset);
        let var = self.scopes.declare(&it.ident, content.clone(), mutable);
        self.name_values(&content, var);
    }

    /// Gives the values inside the variable's name, unless they have one.
    pub(super) fn name_values(&mut self, content: &Operand, var: VarId) {
        match content {
            Operand::Value(id) => self.name_value(*id, var),
            Operand::Ref(inner) => self.name_values(inner, var),
            Operand::Tuple(parts) => parts.iter().for_each(|part| self.name_values(part, var)),
            Operand::Option { value, .. } => self.name_values(value, var),
            Operand::Place { .. } | Operand::Alias(_) | Operand::Unset | Operand::Lost | Operand::Poison => {}
        }
    }

    pub(super) fn name_value(&mut self, id: ValueId, var: VarId) {
        let (name, span) = {
            let var = self.scopes.var(var);
            (var.name.clone(), var.span)
        };
        let here = std::mem::replace(&mut self.b.span, span);
        self.b.name(id, name);
        self.b.span = here;
    }

    /// Bindings out of something that only rustc understands: one host value for each.
    fn bind_host(&mut self, pat: &syn::Pat, operand: &Operand) -> Lowered<()> {
        if self.is_varied(operand) {
            self.poison(pat);
            return self.unsupported(pat, "what this pattern takes apart");
        }
        struct Idents<'v>(Vec<&'v syn::PatIdent>);
        impl<'v> syn::visit::Visit<'v> for Idents<'v> {
            fn visit_pat_ident(&mut self, it: &'v syn::PatIdent) {
                if !is_constant_name(&it.ident) && !self.0.iter().any(|known| known.ident == it.ident) {
                    self.0.push(it);
                }
                syn::visit::visit_pat_ident(self, it);
            }
            fn visit_expr(&mut self, _: &'v syn::Expr) {}
        }
        let mut idents = Idents(Vec::new());
        syn::visit::Visit::visit_pat(&mut idents, pat);
        for it in idents.0 {
            let mut args = Vec::new();
            let Some(value) = parts_template(self, operand, &mut args) else {
                self.poison(pat);
                return self.unsupported(pat, "this pattern");
            };
            let ident = &it.ident;
            let plain = without_names(pat, Some(ident));
            let template = quote! {
                match #value {
                    #plain => #ident,
                    #[allow(unreachable_patterns)]
                    _ => ::core::unreachable!(),
                }
            };
            self.b.span = ident.span();
            let id = self.one(
                Instr::Host {
                    template,
                    args,
                    pure: true,
                },
                Type::Host,
            );
            // Behind a reference, a pattern binds references.
            self.open.insert(id);
            let var = self
                .scopes
                .declare(ident, Operand::Value(id), it.mutability.is_some());
            self.name_value(id, var);
        }
        Ok(())
    }
}

/// The pattern with no names but `kept`, since nobody reads the others; and without `mut`.
pub(super) fn without_names(pat: &syn::Pat, kept: Option<&syn::Ident>) -> syn::Pat {
    struct Strip<'k>(Option<&'k syn::Ident>);
    impl syn::visit_mut::VisitMut for Strip<'_> {
        fn visit_pat_mut(&mut self, pat: &mut syn::Pat) {
            syn::visit_mut::visit_pat_mut(self, pat);
            let syn::Pat::Ident(it) = pat else { return };
            if is_constant_name(&it.ident) {
                return;
            }
            if self.0 == Some(&it.ident) {
                it.mutability = it.by_ref.and(it.mutability);
                return;
            }
            *pat = match it.subpat.take() {
                Some((_, sub)) => *sub,
                None => syn::Pat::Wild(syn::PatWild {
                    attrs: Vec::new(),
                    underscore_token: Default::default(),
                }),
            };
        }

        fn visit_field_pat_mut(&mut self, field: &mut syn::FieldPat) {
            // `Point { x }` names the field and the variable at once.
            let kept = matches!(&*field.pat, syn::Pat::Ident(it) if self.0 == Some(&it.ident));
            if field.colon_token.is_none() && !kept {
                field.colon_token = Some(Default::default());
            }
            syn::visit_mut::visit_field_pat_mut(self, field);
        }

        fn visit_expr_mut(&mut self, _: &mut syn::Expr) {}
    }
    let mut res = pat.clone();
    syn::visit_mut::VisitMut::visit_pat_mut(&mut Strip(kept), &mut res);
    res
}
