//! The variables that an expression names from outside of it: closures, blocks and patterns bind names of their own.

use super::purity::reads_only;
use proc_macro2::Span;
use std::collections::BTreeSet;
use syn::visit_mut::{self, VisitMut};

/// The identifier of hole `k`.
pub(super) fn hole(k: usize) -> syn::Ident {
    syn::Ident::new(&format!("__h{k}"), Span::mixed_site())
}

/// Stands among the free variables of what may leave the function or a loop: host code cannot.
pub(super) const EXIT: &str = "return";

/// The local variables that an expression names from outside; names of functions and constants are among them, and
/// [`EXIT`].
pub(super) fn free_variables(expr: &syn::Expr) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    let mut walk = Names {
        bound: Vec::new(),
        each: &mut |path, _| {
            if let Some(ident) = path.path.get_ident() {
                paths.insert(ident.to_string());
            }
            None
        },
        macros: &mut |mac, bound, found_names| super::macros::names_in(mac, bound, found_names),
        found: BTreeSet::new(),
    };
    walk.visit_expr_mut(&mut expr.clone());
    let mut found = walk.found;
    found.extend(paths);
    found
}

/// How a variable stands in host code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Position {
    /// On its own: a reference has to be written as one.
    Value,
    /// Before `.method()`, `.field`, `[index]`, behind `*`: rustc adjusts it.
    Base,
    /// The same, before a method that may write to it.
    Receiver,
    /// An argument of a macro that prints or compares: looked at through a shared reference.
    Shown,
    /// Behind `&mut`, or left of an assignment.
    Written,
}

impl Position {
    /// What holds for the whole of `a.b[c]` holds for `a`.
    fn writes(self) -> bool {
        match self {
            Position::Receiver | Position::Written => true,
            Position::Value | Position::Base | Position::Shown => false,
        }
    }
}

pub(super) type OnPath<'v> = dyn FnMut(&syn::ExprPath, Position) -> Option<syn::Expr> + 'v;
pub(super) type OnMacro<'v> = dyn FnMut(&mut syn::Macro, &[Vec<String>], &mut BTreeSet<String>) + 'v;

/// Shows every path that is not bound inside of the expression, and puts what it gets in its place.
pub(super) struct Names<'v> {
    /// What the expression binds itself: closure parameters, `let`s, patterns.
    pub(super) bound: Vec<Vec<String>>,
    pub(super) each: &'v mut OnPath<'v>,
    pub(super) macros: &'v mut OnMacro<'v>,
    pub(super) found: BTreeSet<String>,
}

impl Names<'_> {
    fn is_bound(&self, name: &str) -> bool {
        self.bound.iter().flatten().any(|bound| bound == name)
    }

    fn bind(&mut self, pat: &syn::Pat) {
        let scope = self
            .bound
            .last_mut()
            .expect("a scope is open around every pattern");
        bound_names(pat, scope);
    }

    fn scoped(&mut self, visit: impl FnOnce(&mut Self)) {
        self.bound.push(Vec::new());
        visit(self);
        self.bound.pop();
    }

    /// Visits an expression that stands so.
    pub(super) fn at(&mut self, expr: &mut syn::Expr, position: Position) {
        match expr {
            syn::Expr::Paren(it) => self.at(&mut it.expr, position),
            syn::Expr::Group(it) => self.at(&mut it.expr, position),
            syn::Expr::Path(it) => {
                let name = it.path.get_ident().map(ToString::to_string);
                if it.qself.is_some() || name.is_none_or(|name| self.is_bound(&name)) {
                    return;
                }
                if let Some(instead) = (self.each)(it, position) {
                    *expr = instead;
                }
            }
            syn::Expr::Field(it) if position.writes() => self.at(&mut it.base, position),
            syn::Expr::Index(it) if position.writes() => {
                self.at(&mut it.expr, position);
                self.visit_expr_mut(&mut it.index);
            }
            other => self.visit_expr_mut(other),
        }
    }

    /// A condition whose patterns bind for what follows.
    fn condition(&mut self, expr: &mut syn::Expr) {
        match expr {
            syn::Expr::Let(it) => {
                self.visit_expr_mut(&mut it.expr);
                self.bind(&it.pat);
            }
            syn::Expr::Binary(it) if matches!(it.op, syn::BinOp::And(_)) => {
                self.condition(&mut it.left);
                self.condition(&mut it.right);
            }
            other => self.visit_expr_mut(other),
        }
    }
}

impl VisitMut for Names<'_> {
    fn visit_expr_mut(&mut self, expr: &mut syn::Expr) {
        match expr {
            syn::Expr::Path(_) => self.at(expr, Position::Value),
            syn::Expr::Closure(it) => self.scoped(|names| {
                it.inputs.iter().for_each(|pat| names.bind(pat));
                // What leaves a closure goes nowhere else.
                let outside = names.found.contains(EXIT);
                names.visit_expr_mut(&mut it.body);
                if !outside {
                    names.found.remove(EXIT);
                }
            }),
            syn::Expr::MethodCall(it) => {
                let position = match reads_only(&it.method.to_string()) {
                    true => Position::Base,
                    false => Position::Receiver,
                };
                self.at(&mut it.receiver, position);
                it.args.iter_mut().for_each(|arg| self.visit_expr_mut(arg));
            }
            syn::Expr::Field(it) => self.at(&mut it.base, Position::Base),
            syn::Expr::Index(it) => {
                self.at(&mut it.expr, Position::Base);
                self.visit_expr_mut(&mut it.index);
            }
            syn::Expr::Unary(it) if matches!(it.op, syn::UnOp::Deref(_)) => {
                // `*r` of a variable that we hold by content is that content.
                let content = match &*it.expr {
                    syn::Expr::Path(path)
                        if path
                            .path
                            .get_ident()
                            .is_some_and(|name| !self.is_bound(&name.to_string())) =>
                    {
                        (self.each)(path, Position::Value)
                    }
                    _ => None,
                };
                match content {
                    Some(syn::Expr::Reference(content)) => *expr = syn::Expr::Paren(parens(*content.expr)),
                    Some(content) => *it.expr = content,
                    None => self.visit_expr_mut(&mut it.expr),
                }
            }
            syn::Expr::Reference(it) if it.mutability.is_some() => self.at(&mut it.expr, Position::Written),
            syn::Expr::Reference(it) => self.at(&mut it.expr, Position::Base),
            syn::Expr::Assign(it) => {
                self.visit_expr_mut(&mut it.right);
                self.at(&mut it.left, Position::Written);
            }
            syn::Expr::Binary(it) if super::operators::assigning(&it.op).is_some() => {
                self.visit_expr_mut(&mut it.right);
                self.at(&mut it.left, Position::Written);
            }
            syn::Expr::If(it) => self.scoped(|names| {
                names.condition(&mut it.cond);
                names.visit_block_mut(&mut it.then_branch);
                if let Some((_, other)) = &mut it.else_branch {
                    names.visit_expr_mut(other);
                }
            }),
            syn::Expr::While(it) => self.scoped(|names| {
                names.condition(&mut it.cond);
                names.visit_block_mut(&mut it.body);
            }),
            syn::Expr::ForLoop(it) => {
                self.visit_expr_mut(&mut it.expr);
                self.scoped(|names| {
                    names.bind(&it.pat);
                    names.visit_block_mut(&mut it.body);
                });
            }
            syn::Expr::Return(_)
            | syn::Expr::Break(_)
            | syn::Expr::Continue(_)
            | syn::Expr::Try(_)
            | syn::Expr::Await(_) => {
                self.found.insert(EXIT.to_owned());
                visit_mut::visit_expr_mut(self, expr);
            }
            other => visit_mut::visit_expr_mut(self, other),
        }
    }

    fn visit_arm_mut(&mut self, arm: &mut syn::Arm) {
        self.scoped(|names| {
            names.bind(&arm.pat);
            if let syn::Pat::Guard(it) = &mut arm.pat {
                names.visit_expr_mut(&mut it.guard);
            }
            names.visit_expr_mut(&mut arm.body);
        });
    }

    fn visit_block_mut(&mut self, block: &mut syn::Block) {
        self.scoped(|names| {
            for stmt in &mut block.stmts {
                match stmt {
                    syn::Stmt::Local(local) => {
                        if let Some(init) = &mut local.init {
                            names.visit_expr_mut(&mut init.expr);
                            if let Some((_, other)) = &mut init.diverge {
                                names.visit_expr_mut(other);
                            }
                        }
                        names.bind(&local.pat);
                    }
                    syn::Stmt::Item(_) => (),
                    syn::Stmt::Expr(expr, _) => names.visit_expr_mut(expr),
                    syn::Stmt::Macro(it) => names.visit_macro_mut(&mut it.mac),
                }
            }
        });
    }

    fn visit_field_value_mut(&mut self, field: &mut syn::FieldValue) {
        // `Point { x }` names the field and the variable at once.
        if field.colon_token.is_none() {
            field.colon_token = Some(Default::default());
        }
        self.visit_expr_mut(&mut field.expr);
    }

    fn visit_macro_mut(&mut self, mac: &mut syn::Macro) {
        (self.macros)(mac, &self.bound, &mut self.found);
    }

    fn visit_item_mut(&mut self, _: &mut syn::Item) {}
}

/// The names that a pattern binds.
pub(super) fn bound_names(pat: &syn::Pat, into: &mut Vec<String>) {
    struct Idents<'v>(&'v mut Vec<String>);
    impl<'ast> syn::visit::Visit<'ast> for Idents<'_> {
        fn visit_pat_ident(&mut self, it: &'ast syn::PatIdent) {
            self.0.push(it.ident.to_string());
            syn::visit::visit_pat_ident(self, it);
        }
        fn visit_expr(&mut self, _: &'ast syn::Expr) {}
    }
    syn::visit::Visit::visit_pat(&mut Idents(into), pat);
}

fn parens(expr: syn::Expr) -> syn::ExprParen {
    syn::ExprParen {
        attrs: Vec::new(),
        paren_token: Default::default(),
        expr: Box::new(expr),
    }
}
