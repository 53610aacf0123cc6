//! Blocks and statements.

use super::Lowerer;
use super::operand::{By, Halt, Lowered, Operand};
use super::places::inner;
use crate::ir::{Float, Init, Instr, PlaceRef, Type};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote_spanned};
use syn::visit::Visit;

impl Lowerer<'_> {
    /// A block in a scope of its own; its value is that of the expression at its end.
    pub(super) fn block(&mut self, block: &syn::Block, want: Option<&Type>) -> Lowered<Operand> {
        self.scopes.open();
        let res = self.stmts(&block.stmts, want);
        self.scopes.close();
        res
    }

    fn stmts(&mut self, stmts: &[syn::Stmt], want: Option<&Type>) -> Lowered<Operand> {
        let mut failed = false;
        for (k, stmt) in stmts.iter().enumerate() {
            let last = k + 1 == stmts.len();
            let res = match stmt {
                syn::Stmt::Local(local) => self
                    .local_stmt(local, &stmts[k + 1..], want)
                    .map(|()| Operand::UNIT),
                syn::Stmt::Item(item) => self.item(item).map(|()| Operand::UNIT),
                syn::Stmt::Expr(expr, None) if last => {
                    self.check_attributes(expr);
                    let res = self.in_place(expr, want);
                    if let (Ok(operand), Some(want)) = (&res, want) {
                        let operand = operand.clone();
                        self.fix_operand(&operand, want);
                    }
                    res
                }
                syn::Stmt::Expr(expr, _) => {
                    self.check_attributes(expr);
                    self.effect_expr(expr).map(|()| Operand::UNIT)
                }
                syn::Stmt::Macro(it) => {
                    let expr = syn::Expr::Macro(syn::ExprMacro {
                        attrs: it.attrs.clone(),
                        mac: it.mac.clone(),
                    });
                    let want = if last && it.semi_token.is_none() {
                        want
                    } else {
                        None
                    };
                    let res = self.macro_expr(&expr, &it.mac, want);
                    match it.semi_token {
                        Some(_) => res.map(|_| Operand::UNIT),
                        None => res,
                    }
                }
            };
            match res {
                Err(Halt::Never) => return Err(if failed { Halt::Error } else { Halt::Never }),
                Err(Halt::Error) if last => return Err(Halt::Error),
                Err(Halt::Error) => failed = true,
                Ok(operand) if last => return if failed { Err(Halt::Error) } else { Ok(operand) },
                Ok(_) => (),
            }
        }
        if failed {
            Err(Halt::Error)
        } else {
            Ok(Operand::UNIT)
        }
    }

    /// `expr;`
    fn effect_expr(&mut self, expr: &syn::Expr) -> Lowered<()> {
        let unknown = match inner(expr) {
            syn::Expr::MethodCall(it) => {
                matches!(self.peek(&it.receiver), Type::Host) && !self.touches_varied(expr)
            }
            _ => false,
        };
        if unknown {
            return self.host_statement(expr);
        }
        self.in_place(expr, Some(&Type::Tuple(Vec::new()))).map(|_| ())
    }

    /// `#[cfg(..)]` is not decided yet when we see it.
    fn check_attributes(&mut self, of: &impl ToTokens) {
        let attrs = of.to_token_stream();
        let Ok(found) = syn::parse::Parser::parse2(leading_attributes, attrs) else {
            return;
        };
        for attr in found {
            if attr.path().is_ident("cfg") || attr.path().is_ident("cfg_attr") {
                self.diags
                    .error(
                        &attr,
                        "conditional compilation inside of a differentiated function is not seen",
                    )
                    .help("put the condition on two versions of the function, or use `if cfg!(..)`");
            }
        }
    }

    /// An item that host code may name.
    fn item(&mut self, item: &syn::Item) -> Lowered<()> {
        if let syn::Item::Static(it) = item
            && let syn::StaticMutability::Mut(token) = &it.mutability
        {
            return self.refuse(
                token,
                "a mutable static cannot be differentiated",
                "pass its content as a parameter",
            );
        }
        item.to_tokens(&mut self.items);
        Ok(())
    }

    /// `let pat: ty = init else { .. };`
    fn local_stmt(&mut self, local: &syn::Local, rest: &[syn::Stmt], tail: Option<&Type>) -> Lowered<()> {
        self.check_attributes(local);
        self.b.span = local.let_token.span;
        let (pat, ty) = match &local.pat {
            syn::Pat::Type(it) => (&*it.pat, self.written(&it.ty)),
            pat => (pat, None),
        };
        let Some(init) = &local.init else {
            return self.declare_later(pat, ty);
        };
        if let (syn::Pat::Ident(it), syn::Expr::Closure(code)) = (pat, inner(&init.expr)) {
            self.declare_closure(it, code);
            return Ok(());
        }
        if let syn::Pat::Ident(it) = pat
            && it.mutability.is_some()
            && self.is_iterator(&init.expr)
            && !matches!(inner(&init.expr), syn::Expr::Range(_))
            && (self.touches_varied(&init.expr) || self.names_iterator(&init.expr))
        {
            return self.declare_iterator(it, &init.expr);
        }
        let want = ty.or_else(|| self.guess(pat, &init.expr, rest, tail));
        let value = self.in_place(&init.expr, want.as_ref());
        let value = match value {
            Ok(value) => value,
            Err(halt) => {
                self.poison(pat);
                return Err(halt);
            }
        };
        if let Some(want) = &want {
            self.fix_operand(&value, want);
        }
        if let syn::Pat::Type(it) = &local.pat {
            self.pin(&value, &it.ty);
        }
        if let Some((_, diverge)) = &init.diverge {
            return self.let_else(pat, value, diverge);
        }
        let value = match value {
            Operand::Value(_) => self.stateful(pat, value, rest),
            other => other,
        };
        let res = self.bind(pat, value);
        if res.is_err() {
            self.poison(pat);
        }
        res
    }

    /// Host code may need the type that the user wrote: `let n: usize = text.parse().unwrap();`
    fn pin(&mut self, value: &Operand, ty: &syn::Type) {
        let at = super::operators::operator_span(ty);
        let Some(last) = self.b.stmts().last_mut() else {
            return;
        };
        let pinned =
            |template: &TokenStream| quote_spanned!(at=> ::core::convert::identity::<#ty>(#template));
        match (&mut last.instr, value) {
            (Instr::Host { template, .. }, Operand::Value(id)) if last.results == [*id] => {
                *template = pinned(template);
            }
            (
                Instr::Alloc {
                    place,
                    init: Init::Host { template, .. },
                },
                Operand::Place { at, by: By::Temp },
            ) if *place == at.root => *template = pinned(template),
            _ => (),
        }
    }

    /// What only the uses of a name tell about the result of another function.
    /// `tail` is what the block is to give.
    fn guess(
        &self,
        pat: &syn::Pat,
        init: &syn::Expr,
        rest: &[syn::Stmt],
        tail: Option<&Type>,
    ) -> Option<Type> {
        if let Some(known) = self.known_struct(pat) {
            return Some(known);
        }
        if !self.touches_varied(init) {
            return None;
        }
        let given = super::guess::Given {
            tail,
            output: &self.request.output.1,
        };
        match inner(init) {
            syn::Expr::MethodCall(it) if self.is_companion_method(it) => {
                super::guess::of_pattern(pat, rest, given)
            }
            _ => super::guess::of_let(pat, init, rest, given),
        }
    }

    /// What the uses of the pattern's name say of structs.
    pub(super) fn known_struct(&self, pat: &syn::Pat) -> Option<Type> {
        match pat {
            syn::Pat::Ident(it) => self.request.fields.of_local(&it.ident).cloned(),
            syn::Pat::Paren(it) => self.known_struct(&it.pat),
            syn::Pat::TupleStruct(it) if it.elems.len() == 1 => {
                super::optional::variant(&it.path)?;
                self.known_struct(&it.elems[0]).map(Type::optional)
            }
            syn::Pat::Tuple(it) => {
                let parts: Vec<_> = it.elems.iter().map(|part| self.known_struct(part)).collect();
                let any = parts.iter().any(Option::is_some);
                let open = || Type::Float(Float::Inferred);
                any.then(|| Type::Tuple(parts.into_iter().map(|part| part.unwrap_or_else(open)).collect()))
            }
            _ => None,
        }
    }

    /// `let x;`
    fn declare_later(&mut self, pat: &syn::Pat, ty: Option<Type>) -> Lowered<()> {
        match pat {
            syn::Pat::Ident(it) if it.by_ref.is_none() && it.subpat.is_none() => {
                let _ = ty;
                self.scopes.declare(&it.ident, Operand::Unset, true);
                Ok(())
            }
            syn::Pat::Tuple(it) => it.elems.iter().try_for_each(|pat| self.declare_later(pat, None)),
            syn::Pat::Wild(_) => Ok(()),
            other => self.unsupported(other, "a pattern without a value"),
        }
    }

    /// `let pat = value else { diverge };`: the rest of the block goes to the side that fits.
    fn let_else(&mut self, pat: &syn::Pat, value: Operand, diverge: &syn::Expr) -> Lowered<()> {
        let test = match self.test(pat, &value) {
            Ok(test) => test,
            Err(halt) => {
                self.poison(pat);
                return Err(halt);
            }
        };
        if let Some(test) = test {
            let res = self.fork(test, |_| Ok(Operand::UNIT), |lowerer| lowerer.expr(diverge, None));
            if let Err(halt) = res {
                self.poison(pat);
                return Err(halt);
            }
        }
        let res = self.bind_fitting(pat, value);
        if res.is_err() {
            self.poison(pat);
        }
        res
    }

    /// A mutable variable of a type that only rustc knows is state in memory, unless it is used like a number.
    fn stateful(&mut self, pat: &syn::Pat, value: Operand, rest: &[syn::Stmt]) -> Operand {
        let (syn::Pat::Ident(it), Operand::Value(id)) = (pat, &value) else {
            return value;
        };
        if it.mutability.is_none() || !matches!(self.b.body.ty(*id), Type::Host) || is_number(&it.ident, rest)
        {
            return value;
        }
        let place = self.place(Type::Host, None);
        let init = Init::Host {
            template: quote::quote!(__h0),
            args: vec![crate::ir::HostArg::Value(*id)],
        };
        self.alloc(place, init);
        Operand::Place {
            at: PlaceRef::whole(place),
            by: By::Temp,
        }
    }
}

/// Whether the statements use the name in arithmetic, or assign to it as a whole.
fn is_number(name: &syn::Ident, rest: &[syn::Stmt]) -> bool {
    struct Uses<'n>(&'n syn::Ident, bool);
    impl Uses<'_> {
        fn is_it(&self, expr: &syn::Expr) -> bool {
            matches!(inner(expr), syn::Expr::Path(it) if it.path.is_ident(self.0))
        }
    }
    impl<'ast> Visit<'ast> for Uses<'_> {
        fn visit_expr(&mut self, expr: &'ast syn::Expr) {
            self.1 |= match expr {
                syn::Expr::Binary(it) => self.is_it(&it.left) || self.is_it(&it.right),
                syn::Expr::Assign(it) => self.is_it(&it.left),
                syn::Expr::Cast(it) => self.is_it(&it.expr),
                syn::Expr::Unary(it) => self.is_it(&it.expr) && !matches!(it.op, syn::UnOp::Deref(_)),
                _ => false,
            };
            syn::visit::visit_expr(self, expr);
        }
    }
    let mut uses = Uses(name, false);
    rest.iter().for_each(|stmt| uses.visit_stmt(stmt));
    uses.1
}

fn leading_attributes(input: syn::parse::ParseStream<'_>) -> syn::Result<Vec<syn::Attribute>> {
    let attrs = input.call(syn::Attribute::parse_outer)?;
    input.parse::<proc_macro2::TokenStream>()?;
    Ok(attrs)
}
