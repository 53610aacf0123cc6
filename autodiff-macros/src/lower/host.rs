//! Host code: expressions that carry no derivative and that the IR does not model. They keep the user's tokens, with
//! holes where our variables stand.

use super::Lowerer;
use super::operand::{By, Halt, Lowered, Operand, is_scalar};
use crate::ir::{HostArg, Init, Instr, Type, ValueId};
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use std::collections::BTreeSet;
use syn::visit_mut::{self, VisitMut};

/// The identifier of hole `k`.
pub(super) fn hole(k: usize) -> syn::Ident {
    syn::Ident::new(&format!("__h{k}"), Span::mixed_site())
}

/// The local variables that an expression names from outside; names of functions and constants are among them.
pub(super) fn free_variables(expr: &syn::Expr) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut walk = Names {
        bound: Vec::new(),
        each: &mut |path, _| {
            if let Some(ident) = path.path.get_ident() {
                found.insert(ident.to_string());
            }
            None
        },
        macros: &mut |mac, bound, found_names| super::macros::names_in(mac, bound, found_names),
        in_macros: BTreeSet::new(),
    };
    walk.visit_expr_mut(&mut expr.clone());
    let in_macros = walk.in_macros;
    found.extend(in_macros);
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
    /// Behind `&mut`, or left of an assignment.
    Written,
}

type OnPath<'v> = dyn FnMut(&syn::ExprPath, Position) -> Option<syn::Expr> + 'v;
type OnMacro<'v> = dyn FnMut(&mut syn::Macro, &[Vec<String>], &mut BTreeSet<String>) + 'v;

/// Shows every path that is not bound inside of the expression, and puts what it gets in its place.
struct Names<'v> {
    /// What the expression binds itself: closure parameters, `let`s, patterns.
    bound: Vec<Vec<String>>,
    each: &'v mut OnPath<'v>,
    macros: &'v mut OnMacro<'v>,
    in_macros: BTreeSet<String>,
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

    fn at(&mut self, expr: &mut syn::Expr, position: Position) {
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
            syn::Expr::Field(it) if position != Position::Value => self.at(&mut it.base, position),
            syn::Expr::Index(it) if position != Position::Value => {
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
                names.visit_expr_mut(&mut it.body);
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
        (self.macros)(mac, &self.bound, &mut self.in_macros);
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

/// Whether what carries a derivative may stand in host code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Allow {
    /// It may not: the result would lack a derivative.
    Constant,
    /// Nothing comes out that could carry one: a print, an assertion.
    Anything,
}

/// A template in the making.
pub(super) struct Template {
    pub(super) args: Vec<HostArg>,
    pub(super) allow: Allow,
    /// A variable is written to.
    pub(super) writes: bool,
    failed: bool,
}

impl Template {
    pub(super) fn new(allow: Allow) -> Self {
        Template {
            args: Vec::new(),
            allow,
            writes: false,
            failed: false,
        }
    }

    pub(super) fn hole(&mut self, arg: HostArg) -> syn::Expr {
        let ident = hole(self.args.len());
        self.args.push(arg);
        syn::parse_quote!(#ident)
    }
}

impl Lowerer<'_> {
    /// `expr` as host code; `want` is the type that it has for sure, if that is known.
    pub(super) fn host(&mut self, expr: &syn::Expr, want: Option<&Type>) -> Lowered<Operand> {
        let mut template = Template::new(Allow::Constant);
        let mut tokens = expr.clone();
        self.fill_parts(&mut tokens, &mut template)?;
        let pure = !template.writes && is_pure(expr);
        Ok(self.host_result(tokens.to_token_stream(), template.args, pure, want))
    }

    /// `expr;` as host code, for its effect.
    pub(super) fn host_statement(&mut self, expr: &syn::Expr) -> Lowered<()> {
        let mut template = Template::new(Allow::Constant);
        let mut tokens = expr.clone();
        self.fill_parts(&mut tokens, &mut template)?;
        self.effect(Instr::Host {
            template: tokens.to_token_stream(),
            args: template.args,
            pure: false,
        });
        Ok(())
    }

    /// What a template gives: a scalar, or an aggregate in a place of its own.
    pub(super) fn host_result(
        &mut self,
        template: TokenStream,
        args: Vec<HostArg>,
        pure: bool,
        want: Option<&Type>,
    ) -> Operand {
        match want {
            Some(ty @ (Type::Array(..) | Type::Vec(_))) => {
                let place = self.place(ty.clone(), None);
                self.alloc(place, Init::Host { template, args });
                Operand::Place {
                    at: crate::ir::PlaceRef::whole(place),
                    by: By::Temp,
                }
            }
            // A slice is borrowed from somewhere that we do not see: a copy of it is ours.
            Some(Type::Slice(element)) => {
                let place = self.place(Type::Vec(element.clone()), None);
                let template = quote!((#template).to_vec());
                self.alloc(place, Init::Host { template, args });
                Operand::Place {
                    at: crate::ir::PlaceRef::whole(place),
                    by: By::Ref,
                }
            }
            Some(Type::Tuple(parts)) if parts.is_empty() => {
                self.effect(Instr::Host {
                    template,
                    args,
                    pure: false,
                });
                Operand::UNIT
            }
            Some(Type::Tuple(parts)) => {
                let whole = self.one(Instr::Host { template, args, pure }, Type::Host);
                let part = |lowerer: &mut Self, k: usize, ty: &Type| {
                    let index = syn::Index::from(k);
                    let args = vec![HostArg::Value(whole)];
                    lowerer.host_result(quote!(__h0.#index), args, true, Some(ty))
                };
                let parts = parts
                    .iter()
                    .enumerate()
                    .map(|(k, ty)| part(self, k, ty))
                    .collect();
                Operand::Tuple(parts)
            }
            Some(ty @ (Type::Float(_) | Type::Int(_) | Type::Bool)) => {
                Operand::Value(self.one(Instr::Host { template, args, pure }, ty.clone()))
            }
            Some(Type::Host | Type::Aggregate(_) | Type::Pullback) | None => {
                Operand::Value(self.one(Instr::Host { template, args, pure }, Type::Host))
            }
        }
    }

    /// Puts holes into `expr`. A part that touches what carries a derivative is lowered on its own: `table[x as usize]`.
    fn fill_parts(&mut self, expr: &mut syn::Expr, template: &mut Template) -> Lowered<()> {
        if template.allow == Allow::Anything || !self.touches_varied(expr) {
            return self.fill(expr, template);
        }
        match expr {
            syn::Expr::MethodCall(it) => {
                let name = it.method.to_string();
                let receiver = self.host_part(&it.receiver, template, Some(&name), &it.method);
                let args: Vec<_> = it
                    .args
                    .iter()
                    .map(|arg| self.host_part(arg, template, Some(&name), &it.method))
                    .collect();
                *it.receiver = receiver?;
                for (arg, part) in it.args.iter_mut().zip(args) {
                    *arg = part?;
                }
                Ok(())
            }
            syn::Expr::Call(it) => {
                let name = it.func.to_token_stream().to_string().replace(' ', "");
                let args: Vec<_> = it
                    .args
                    .iter()
                    .map(|arg| self.host_part(arg, template, Some(&name), &it.func))
                    .collect();
                for (arg, part) in it.args.iter_mut().zip(args) {
                    *arg = part?;
                }
                self.fill(&mut it.func, template)
            }
            syn::Expr::Index(it) => {
                let base = self.host_part(&it.expr, template, None, &it.expr);
                let index = self.host_part(&it.index, template, None, &it.index);
                *it.expr = base?;
                *it.index = index?;
                Ok(())
            }
            syn::Expr::Binary(it) => {
                let left = self.host_part(&it.left, template, None, &it.left);
                let right = self.host_part(&it.right, template, None, &it.right);
                *it.left = left?;
                *it.right = right?;
                Ok(())
            }
            syn::Expr::Unary(it) => {
                *it.expr = self.host_part(&it.expr, template, None, &it.expr)?;
                Ok(())
            }
            syn::Expr::Cast(it) => {
                *it.expr = self.host_part(&it.expr, template, None, &it.expr)?;
                Ok(())
            }
            syn::Expr::Field(it) => {
                *it.base = self.host_part(&it.base, template, None, &it.member)?;
                Ok(())
            }
            syn::Expr::Reference(it) => {
                *it.expr = self.host_part(&it.expr, template, None, &it.expr)?;
                Ok(())
            }
            syn::Expr::Paren(it) => self.fill_parts(&mut it.expr, template),
            syn::Expr::Group(it) => self.fill_parts(&mut it.expr, template),
            syn::Expr::Range(it) => {
                for bound in it.start.iter_mut().chain(&mut it.end) {
                    **bound = self.host_part(bound, template, None, &**bound)?;
                }
                Ok(())
            }
            syn::Expr::Closure(it) => self.refuse(
                &it.inputs_begin,
                "a closure over what carries a derivative cannot be differentiated",
                "write its body where it is called, or make it a function that is marked `#[differentiable]`",
            ),
            syn::Expr::Struct(it) => self.refuse(
                &it.path,
                "a struct made of what carries a derivative cannot be differentiated",
                "use a tuple or an array",
            ),
            other => self.unsupported(other, "this expression"),
        }
    }

    /// One part of a host expression. If it carries a derivative, the host code around it would lose it.
    fn host_part(
        &mut self,
        expr: &syn::Expr,
        template: &mut Template,
        name: Option<&str>,
        at: &impl ToTokens,
    ) -> Lowered<syn::Expr> {
        if !self.touches_varied(expr) {
            let mut tokens = expr.clone();
            self.fill(&mut tokens, template)?;
            return Ok(tokens);
        }
        let operand = self.expr(expr, None)?;
        if self.is_varied(&operand) {
            return self.loses(name, at);
        }
        match parts_template(self, &operand, &mut template.args) {
            Some(tokens) => Ok(syn::Expr::Verbatim(tokens)),
            None => self.unsupported(expr, "this expression"),
        }
    }

    /// Something with a derivative goes into host code.
    fn loses<T>(&mut self, name: Option<&str>, at: &impl ToTokens) -> Lowered<T> {
        match name {
            Some(name) => self.refuse(
                at,
                &format!("nothing is known about the derivative of `{name}`"),
                "mark the function `#[differentiable]` if it is yours; if it is not, put it into one of your own and \
                 give its derivative by `#[differentiable(derivative(..))]`",
            ),
            None => self.refuse(
                at,
                "this carries a derivative, and what is done with it is not known",
                "write it in terms of numbers, arrays, slices, `Vec`s and tuples",
            ),
        }
    }

    /// A method of something that is lowered already.
    pub(super) fn host_method(
        &mut self,
        it: &syn::ExprMethodCall,
        receiver: Operand,
        want: Option<&Type>,
    ) -> Lowered<Operand> {
        let name = it.method.to_string();
        if self.is_varied(&receiver) {
            return self.loses(Some(&name), &it.method);
        }
        let mut template = Template::new(Allow::Constant);
        let Some(receiver) = parts_template(self, &receiver, &mut template.args) else {
            return self.unsupported(&it.receiver, "a method of this");
        };
        let mut args = Vec::new();
        for arg in &it.args {
            args.push(self.host_part(arg, &mut template, Some(&name), &it.method)?);
        }
        let (method, turbofish) = (&it.method, &it.turbofish);
        let tokens = quote!((#receiver).#method #turbofish (#(#args),*));
        let pure = is_pure_method(&name);
        Ok(self.host_result(tokens, template.args, pure, want))
    }

    /// Puts holes where our variables stand in `expr`.
    pub(super) fn fill(&mut self, expr: &mut syn::Expr, template: &mut Template) -> Lowered<()> {
        self.fill_bound(expr, template, &[], Position::Value)
    }

    pub(super) fn fill_bound(
        &mut self,
        expr: &mut syn::Expr,
        template: &mut Template,
        bound: &[Vec<String>],
        position: Position,
    ) -> Lowered<()> {
        // Two closures need both of these, one after the other.
        let state = std::cell::RefCell::new((&mut *self, &mut *template));
        let mut walk = Names {
            bound: bound.to_vec(),
            each: &mut |path, position| {
                let (lowerer, template) = &mut *state.borrow_mut();
                lowerer.hole_for(path, position, template)
            },
            macros: &mut |mac, bound, _| {
                let (lowerer, template) = &mut *state.borrow_mut();
                template.failed |= lowerer.fill_macro(mac, bound, template).is_err();
            },
            in_macros: BTreeSet::new(),
        };
        walk.at(expr, position);
        if template.failed { Err(Halt::Error) } else { Ok(()) }
    }

    /// What stands for a variable of ours; `None` if the path is something else.
    fn hole_for(
        &mut self,
        path: &syn::ExprPath,
        position: Position,
        template: &mut Template,
    ) -> Option<syn::Expr> {
        let var = self.local(path)?;
        let slot = self.scopes.var(var).slot.clone();
        let mutable = self.scopes.var(var).mutable;
        let varied = self.is_varied(&slot);
        let written = match position {
            Position::Written => true,
            Position::Receiver => self.may_be_written(&slot, mutable),
            Position::Value => matches!(slot, Operand::Place { by: By::RefMut, .. }),
            Position::Base => false,
        };
        if varied && (template.allow == Allow::Constant || written) {
            template.failed = true;
            self.diags
                .error(
                    path,
                    "this carries a derivative, and what is done with it is not known",
                )
                .help("write it in terms of numbers, arrays, slices, `Vec`s and tuples");
            return None;
        }
        template.writes |= written;
        let content = match slot {
            Operand::Poison => {
                template.failed = true;
                return None;
            }
            Operand::Alias(path) if position != Position::Written => self.scopes.get(&path).clone(),
            other => other,
        };
        match &content {
            Operand::Place { at, by } => {
                let arg = if written {
                    HostArg::PlaceMut(at.clone())
                } else {
                    HostArg::Place(at.clone())
                };
                let hole = template.hole(arg);
                match (position, by) {
                    (Position::Value, By::Ref) => Some(syn::parse_quote!(&#hole)),
                    (Position::Value, By::RefMut) => Some(syn::parse_quote!(&mut #hole)),
                    (Position::Written, By::Ref | By::RefMut) => Some(syn::parse_quote!(#hole)),
                    _ => Some(hole),
                }
            }
            _ if written => {
                template.failed = true;
                self.diags
                    .error(path, "code that is not understood writes to this variable")
                    .help("let it return the value instead");
                None
            }
            content => match parts_template(self, content, &mut template.args) {
                Some(tokens) => {
                    let plain = matches!(content, Operand::Value(_));
                    // A reference to a scalar is written as one, except where rustc looks through it.
                    if let (Operand::Ref(inner), Position::Base | Position::Receiver) = (content, position) {
                        if let Operand::Value(_) = **inner {
                            return Some(syn::parse_quote!((#tokens)));
                        }
                    }
                    let tokens = if plain { tokens } else { quote!((#tokens)) };
                    syn::parse2(tokens).ok()
                }
                None => {
                    template.failed = true;
                    self.diags
                        .error(path, "this variable cannot be used here")
                        .help("take its value out first");
                    None
                }
            },
        }
    }

    fn may_be_written(&self, slot: &Operand, mutable: bool) -> bool {
        match slot {
            Operand::Place { by: By::RefMut, .. } => true,
            Operand::Place {
                at,
                by: By::Owned | By::Temp,
            } => {
                let by_mut = self.b.body.place(at.root).param == Some(crate::ir::Passing::RefMut);
                mutable || by_mut
            }
            Operand::Place { by: By::Ref, .. }
            | Operand::Value(_)
            | Operand::Ref(_)
            | Operand::Alias(_)
            | Operand::Tuple(_)
            | Operand::Option { .. }
            | Operand::Unset
            | Operand::Lost
            | Operand::Poison => false,
        }
    }
}

/// An operand as an expression of holes.
pub(super) fn parts_template(
    lowerer: &mut Lowerer<'_>,
    operand: &Operand,
    args: &mut Vec<HostArg>,
) -> Option<TokenStream> {
    let mut add = |arg: HostArg| {
        let ident = hole(args.len());
        args.push(arg);
        ident.to_token_stream()
    };
    match operand {
        Operand::Value(id) => Some(add(HostArg::Value(*id))),
        Operand::Place { at, by } => {
            let at = at.clone();
            match by {
                By::Temp | By::Owned => Some(add(HostArg::Place(at))),
                By::Ref => {
                    let hole = add(HostArg::Place(at));
                    Some(quote!(&#hole))
                }
                By::RefMut => {
                    let hole = add(HostArg::PlaceMut(at));
                    Some(quote!(&mut #hole))
                }
            }
        }
        Operand::Ref(inner) => {
            let inner = parts_template(lowerer, inner, args)?;
            Some(quote!(&#inner))
        }
        Operand::Alias(path) => {
            let content = lowerer.scopes.get(path).clone();
            parts_template(lowerer, &content, args)
        }
        Operand::Tuple(parts) => {
            let parts = parts.iter().map(|part| parts_template(lowerer, part, args));
            let parts = parts.collect::<Option<Vec<_>>>()?;
            Some(quote!((#(#parts,)*)))
        }
        Operand::Option { some, value } => {
            let some = add(HostArg::Value(*some));
            let value = parts_template(lowerer, value, args)?;
            Some(quote!(if #some { Some(#value) } else { None }))
        }
        Operand::Unset | Operand::Lost | Operand::Poison => None,
    }
}

fn parens(expr: syn::Expr) -> syn::ExprParen {
    syn::ExprParen {
        attrs: Vec::new(),
        paren_token: Default::default(),
        expr: Box::new(expr),
    }
}

/// Methods of std that read and do not write; of others nobody knows.
fn reads_only(name: &str) -> bool {
    is_pure_method(name)
        || matches!(
            name,
            "to_string"
                | "as_str"
                | "as_bytes"
                | "chars"
                | "bytes"
                | "lines"
                | "keys"
                | "values"
                | "hash"
                | "borrow"
        )
}

/// Methods that std's types give the same result for every time, without any effect.
fn is_pure_method(name: &str) -> bool {
    const PURE: &[&str] = &[
        "len",
        "is_empty",
        "iter",
        "into_iter",
        "copied",
        "cloned",
        "enumerate",
        "zip",
        "rev",
        "step_by",
        "map",
        "filter",
        "filter_map",
        "flat_map",
        "take",
        "skip",
        "take_while",
        "skip_while",
        "chain",
        "windows",
        "chunks",
        "chunks_exact",
        "sum",
        "product",
        "fold",
        "min",
        "max",
        "min_by",
        "max_by",
        "count",
        "any",
        "all",
        "find",
        "position",
        "last",
        "first",
        "get",
        "nth",
        "collect",
        "unwrap",
        "unwrap_or",
        "expect",
        "is_some",
        "is_none",
        "is_ok",
        "is_err",
        "ok",
        "as_ref",
        "as_slice",
        "to_vec",
        "clone",
        "to_owned",
        "abs",
        "pow",
        "powi",
        "powf",
        "sqrt",
        "exp",
        "ln",
        "sin",
        "cos",
        "tan",
        "tanh",
        "floor",
        "ceil",
        "round",
        "trunc",
        "clamp",
        "signum",
        "rem_euclid",
        "div_euclid",
        "recip",
        "mul_add",
        "hypot",
        "atan2",
        "exp2",
        "log",
        "log2",
        "log10",
        "ln_1p",
        "exp_m1",
        "cbrt",
        "to_radians",
        "to_degrees",
        "is_nan",
        "is_finite",
        "contains",
        "contains_key",
        "starts_with",
        "ends_with",
        "total_cmp",
        "partial_cmp",
        "cmp",
        "to_bits",
        "split_at",
        "concat",
        "wrapping_add",
        "wrapping_sub",
        "wrapping_mul",
        "saturating_sub",
        "saturating_add",
        "count_ones",
        "trailing_zeros",
        "leading_zeros",
        "is_power_of_two",
        "next_power_of_two",
        "div_ceil",
        "abs_diff",
        "then",
        "then_some",
        "map_or",
        "is_some_and",
    ];
    PURE.contains(&name)
}

/// Whether the expression may be dropped, repeated and moved: everything in it is known, and nothing has an effect.
fn is_pure(expr: &syn::Expr) -> bool {
    struct Impure(bool);
    impl<'ast> syn::visit::Visit<'ast> for Impure {
        fn visit_expr(&mut self, expr: &'ast syn::Expr) {
            let known = match expr {
                syn::Expr::Lit(_)
                | syn::Expr::Path(_)
                | syn::Expr::Paren(_)
                | syn::Expr::Group(_)
                | syn::Expr::Unary(_)
                | syn::Expr::Cast(_)
                | syn::Expr::Field(_)
                | syn::Expr::Index(_)
                | syn::Expr::Tuple(_)
                | syn::Expr::Array(_)
                | syn::Expr::Repeat(_)
                | syn::Expr::Range(_)
                | syn::Expr::Closure(_)
                | syn::Expr::If(_)
                | syn::Expr::Match(_)
                | syn::Expr::Struct(_)
                | syn::Expr::Const(_) => true,
                syn::Expr::Block(it) => it.label.is_none(),
                syn::Expr::Binary(it) => super::operators::assigning(&it.op).is_none(),
                syn::Expr::Reference(it) => it.mutability.is_none(),
                syn::Expr::MethodCall(it) => is_pure_method(&it.method.to_string()),
                syn::Expr::Call(it) => super::floats::float_path(&it.func, &[]).is_some(),
                syn::Expr::Macro(it) => [
                    "matches",
                    "stringify",
                    "concat",
                    "line",
                    "env",
                    "cfg",
                    "include_str",
                ]
                .iter()
                .any(|name| it.mac.path.is_ident(name)),
                _ => false,
            };
            self.0 |= !known;
            syn::visit::visit_expr(self, expr);
        }
    }
    let mut impure = Impure(false);
    syn::visit::Visit::visit_expr(&mut impure, expr);
    !impure.0
}

/// A value of a host type that is read as a number.
pub(super) fn is_open(lowerer: &Lowerer<'_>, id: ValueId) -> bool {
    let ty = lowerer.b.body.ty(id);
    matches!(ty, Type::Host) && is_scalar(ty)
}
