//! Closures: the body of one stands wherever it is called, with the variables that it saw where it was written.

use super::Lowerer;
use super::exits::FrameKind;
use super::operand::{Lowered, Operand};
use super::places::inner;
use super::scope::{Names, VarId};
use crate::ir::Type;
use std::rc::Rc;
use syn::visit::Visit;

/// A closure that a variable is bound to.
#[derive(Clone)]
pub(super) struct Closure {
    code: Rc<syn::ExprClosure>,
    /// What names mean inside of it.
    names: Names,
}

impl Lowerer<'_> {
    /// `let ident = |x| ..;`: nothing happens until it is called, or handed to code that only rustc understands.
    pub(super) fn declare_closure(&mut self, pat: &syn::PatIdent, code: &syn::ExprClosure) {
        let mut names = self.scopes.names();
        if code.capture.is_some() {
            names = self.moved_in(code, names);
        }
        let code = Rc::new(code.clone());
        let var = self.scopes.declare(&pat.ident, Operand::Unset, false);
        self.closures.insert(var, Closure { code, names });
    }

    /// A `move` closure keeps what its variables are now.
    fn moved_in(&mut self, code: &syn::ExprClosure, mut names: Names) -> Names {
        for name in super::names::free_variables(&syn::Expr::Closure(code.clone())) {
            let Some(var) = self.scopes.find(&name) else {
                continue;
            };
            let (slot, span) = (self.scopes.var(var).slot.clone(), self.scopes.var(var).span);
            if !self.scopes.var(var).mutable || matches!(slot, Operand::Unset | Operand::Poison) {
                continue;
            }
            let copy = match self.settled(slot) {
                Operand::Place {
                    at,
                    by: super::operand::By::Temp,
                } => Operand::Place {
                    at,
                    by: super::operand::By::Owned,
                },
                other => other,
            };
            let var = self.scopes.hidden(&name, span, copy, true);
            names.push((name, var));
        }
        names
    }

    /// The closure that a call or a path names.
    pub(super) fn closure_of(&self, func: &syn::Expr) -> Option<&Closure> {
        match inner(func) {
            syn::Expr::Path(path) => self.closures.get(&self.local(path)?),
            _ => None,
        }
    }

    /// Whether the variable is a closure over something that carries a derivative.
    pub(super) fn is_varied_closure(&self, var: VarId) -> bool {
        let Some(closure) = self.closures.get(&var) else {
            return false;
        };
        let code = syn::Expr::Closure((*closure.code).clone());
        let captured = super::names::free_variables(&code);
        let ids = captured.iter().filter_map(|name| closure.names.find(name));
        ids.into_iter()
            .any(|id| self.is_varied(&self.scopes.var(id).slot) || self.is_varied_closure(id))
    }

    /// `f(a, b)` of a closure.
    pub(super) fn call_closure(&mut self, it: &syn::ExprCall, want: Option<&Type>) -> Lowered<Operand> {
        let args: Vec<_> = it
            .args
            .iter()
            .map(|arg| {
                let operand = self.expr(arg, None)?;
                Ok(self.settled(operand))
            })
            .collect();
        let args = args.into_iter().collect::<Lowered<Vec<_>>>()?;
        self.apply(&it.func, args, want)
    }

    /// A closure as a value for code that only rustc understands.
    pub(super) fn closure_value(&mut self, closure: &Closure) -> Lowered<Operand> {
        let code = syn::Expr::Closure((*closure.code).clone());
        self.inside(closure, |lowerer| lowerer.host(&code, None))
    }

    /// Runs `build` where names mean what they meant to the closure.
    fn inside<T>(&mut self, closure: &Closure, build: impl FnOnce(&mut Self) -> T) -> T {
        let outside = self.scopes.enter(closure.names.clone());
        let res = build(self);
        self.scopes.leave(outside);
        res
    }

    /// `f(args)`, where `f` is a closure, or a path to a function.
    pub(super) fn apply(
        &mut self,
        f: &syn::Expr,
        args: Vec<Operand>,
        want: Option<&Type>,
    ) -> Lowered<Operand> {
        if let Some(closure) = self.closure_of(f).cloned() {
            return self.inside(&closure, |lowerer| lowerer.run_closure(&closure.code, args, want));
        }
        match inner(f) {
            syn::Expr::Closure(it) => self.run_closure(it, args, want),
            syn::Expr::Path(path) => {
                // The arguments get names, so that the call is lowered as any other.
                self.scopes.open();
                let mut names = syn::punctuated::Punctuated::new();
                for (k, arg) in args.into_iter().enumerate() {
                    let name = quote::format_ident!("__item{k}", span = self.b.span);
                    self.scopes.declare(&name, arg, false);
                    names.push(syn::parse_quote!(#name));
                }
                let call = syn::ExprCall {
                    attrs: Vec::new(),
                    func: Box::new(syn::Expr::Path(path.clone())),
                    paren_token: syn::token::Paren::default(),
                    args: names,
                };
                let value = self.expr(&syn::Expr::Call(call), want);
                self.scopes.close();
                value
            }
            other => self.unsupported(other, "a call of this"),
        }
    }

    /// As [`Lowerer::apply`], where names mean what they meant where the function was written.
    pub(super) fn apply_func(
        &mut self,
        f: &super::items::Func,
        args: Vec<Operand>,
        want: Option<&Type>,
    ) -> Lowered<Operand> {
        let Some(names) = &f.names else {
            return self.apply(&f.code, args, want);
        };
        let outside = self.scopes.enter(names.clone());
        let res = self.apply(&f.code, args, want);
        self.scopes.leave(outside);
        res
    }

    fn run_closure(
        &mut self,
        it: &syn::ExprClosure,
        args: Vec<Operand>,
        want: Option<&Type>,
    ) -> Lowered<Operand> {
        if it.inputs.len() != args.len() {
            return self.unsupported(&it.inputs, "this number of parameters");
        }
        let output = match &it.output {
            syn::ReturnType::Type(_, ty) => self.written(ty),
            syn::ReturnType::Default => None,
        };
        self.scopes.open();
        let mut bound = Ok(());
        for (pat, arg) in it.inputs.iter().zip(args) {
            bound = bound.and(self.bind(pat, arg));
        }
        let value = match bound {
            Ok(()) if leaves(&it.body) => {
                let want = output.as_ref().or(want);
                let value = self.leavable(FrameKind::Closure, None, want.cloned(), |lowerer, at| {
                    let value = lowerer.expr(&it.body, want)?;
                    Ok(lowerer.handed_over(at, value))
                });
                self.found(&it.body, value)
            }
            Ok(()) => self.expr(&it.body, output.as_ref().or(want)),
            Err(halt) => Err(halt),
        };
        let value = value.map(|value| self.settled(value));
        self.scopes.close();
        value
    }
}

/// Whether there is a `return` or a `?` that leaves the closure itself.
fn leaves(body: &syn::Expr) -> bool {
    struct Find(bool);
    impl<'ast> Visit<'ast> for Find {
        fn visit_expr_return(&mut self, _: &'ast syn::ExprReturn) {
            self.0 = true;
        }
        fn visit_expr_try(&mut self, _: &'ast syn::ExprTry) {
            self.0 = true;
        }
        fn visit_expr_closure(&mut self, _: &'ast syn::ExprClosure) {}
        fn visit_item(&mut self, _: &'ast syn::Item) {}
    }
    let mut find = Find(false);
    find.visit_expr(body);
    find.0
}
