//! Host code: expressions that carry no derivative and that the IR does not model. They keep the user's tokens, with
//! holes where our variables stand.

pub(super) use super::parts::parts_template;

use super::Lowerer;
use super::names::{Names, Position, hole};
use super::operand::{By, Halt, Lowered, Operand};
use super::purity::{is_pure, is_pure_method};
use crate::ir::{Const, Float, HostArg, Init, Instr, Type};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use std::collections::BTreeSet;

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
        let told = super::generics::constant(expr, &self.request.floats);
        let constant = told.is_some() && super::generics::converts_pure(expr);
        let pure = !template.writes && (constant || is_pure(expr));
        let want = want.or(told.as_ref());
        let res = self.host_result(tokens.to_token_stream(), template.args, pure, want);
        if let Operand::Value(id) = &res {
            match super::places::inner(expr) {
                syn::Expr::MethodCall(it)
                    if super::references::may_give_reference(&it.method.to_string()) =>
                {
                    self.open.insert(*id);
                }
                syn::Expr::Reference(_)
                | syn::Expr::Lit(syn::ExprLit {
                    lit: syn::Lit::Str(_) | syn::Lit::ByteStr(_),
                    ..
                }) => {
                    self.references.insert(*id);
                }
                _ => (),
            }
        }
        Ok(res)
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
        match want.filter(|ty| ty.payload().is_none()) {
            Some(ty @ (Type::Array(..) | Type::Vec(_) | Type::Struct(_))) => {
                let place = self.place(ty.clone(), None);
                self.alloc(place, Init::Host { template, args });
                Operand::Place {
                    at: crate::ir::PlaceRef::whole(place),
                    by: By::Temp,
                }
            }
            Some(ty @ Type::Matrix(_)) => {
                let place = self.place(ty.clone(), None);
                let template = self.owned_matrix(template);
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
            Some(name) if self.scopes.find(name).is_some() => self.refuse(
                at,
                &format!("`{name}` is a variable: which function it stands for cannot be seen"),
                "call the function by its own name, or write the closure into the `let` of the variable",
            ),
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

    /// `T::from(n).unwrap()`, of what carries no derivative.
    pub(super) fn converted_constant(
        &mut self,
        it: &syn::ExprMethodCall,
        mut call: syn::ExprCall,
        want: Option<&Type>,
    ) -> Lowered<Operand> {
        let expr = syn::Expr::MethodCall(it.clone());
        let told = super::generics::constant(&expr, &self.request.floats);
        let mut template = Template::new(Allow::Constant);
        for arg in &mut call.args {
            *arg = self.host_part(arg, &mut template, Some("from"), &call.func)?;
        }
        let pure = super::generics::converts_pure(&expr);
        let mut whole = it.clone();
        *whole.receiver = syn::Expr::Call(call);
        let number = Type::Float(Float::Inferred);
        let want = want.or(told.as_ref()).or(Some(&number));
        Ok(self.host_result(whole.to_token_stream(), template.args, pure, want))
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
            found: BTreeSet::new(),
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
        if let Some(closure) = self.closures.get(&var).cloned() {
            return match self.closure_value(&closure) {
                Ok(Operand::Value(id)) => Some(template.hole(HostArg::Value(id))),
                _ => {
                    template.failed = true;
                    None
                }
            };
        }
        let slot = self.scopes.var(var).slot.clone();
        let mutable = self.scopes.var(var).mutable;
        let varied = self.is_varied(&slot);
        let written = match position {
            Position::Written => true,
            Position::Receiver => self.may_be_written(&slot, mutable),
            Position::Value => matches!(slot, Operand::Place { by: By::RefMut, .. }),
            Position::Base | Position::Shown => false,
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
            Operand::Lost => {
                template.failed = true;
                self.lost(path, var);
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
                    (Position::Value | Position::Shown, By::Ref) => Some(syn::parse_quote!(&#hole)),
                    (Position::Shown, By::RefMut) => Some(syn::parse_quote!(&#hole)),
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
                    if let (Operand::Ref(inner), Position::Base | Position::Receiver) = (content, position)
                        && let Operand::Value(_) = **inner
                    {
                        return Some(syn::parse_quote!((#tokens)));
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
