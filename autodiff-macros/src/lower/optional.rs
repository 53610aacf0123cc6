//! `Option` and `Result`: whether there is a value, the value, and of a `Result` the error. How they are made, taken
//! apart by patterns, and left by `?`.

use super::Lowerer;
use super::exits::{Frame, FrameKind};
use super::host::{Allow, Template};
use super::operand::{By, Halt, Lowered, Operand, VarPath, is_scalar};
use crate::ir::{Const, HostArg, Instr, Type, UnaryOp, ValueId};
use quote::quote;

/// What an option is taken apart into; references around it are references to its content.
#[derive(Clone)]
pub(super) struct Parts {
    pub(super) some: ValueId,
    pub(super) value: Operand,
    pub(super) error: Option<ValueId>,
    /// The option itself stays what it is: only a reference to its content is had.
    pub(super) borrowed: bool,
}

impl Lowerer<'_> {
    pub(super) fn option(&mut self, some: bool, value: Operand, error: Option<ValueId>) -> Operand {
        let some = self.b.bool(some);
        Operand::Option {
            some,
            value: Box::new(value),
            error,
        }
    }

    /// `None`, with a content that nobody reads if it is known what that would be.
    pub(super) fn none(&mut self, want: Option<&Type>) -> Operand {
        let value = want.and_then(Type::payload).and_then(|ty| self.blank_operand(ty));
        self.option(false, value.unwrap_or(Operand::Unset), None)
    }

    /// Something of type `ty` that nobody reads: of scalars, and what is made of them.
    pub(super) fn blank_operand(&mut self, ty: &Type) -> Option<Operand> {
        match (ty.payload(), ty) {
            (Some(payload), _) => {
                let value = self.blank_operand(payload)?;
                Some(self.option(false, value, None))
            }
            (None, Type::Tuple(parts)) => {
                let parts = parts.iter().map(|part| self.blank_operand(part));
                parts.collect::<Option<_>>().map(Operand::Tuple)
            }
            (None, ty) => is_scalar(ty).then(|| Operand::Value(self.zero(ty))),
        }
    }

    /// What is empty at the head of a loop and filled in it has the content's type from the start.
    pub(super) fn filled_later(&self, head: &Operand, end: &Operand) -> Option<Type> {
        let (Operand::Option { value: old, .. }, Operand::Option { value: new, .. }) = (head, end) else {
            return None;
        };
        matches!(**old, Operand::Unset)
            .then(|| self.type_of_content(new))
            .flatten()
            .map(Type::optional)
    }

    fn type_of_content(&self, operand: &Operand) -> Option<Type> {
        match operand {
            Operand::Value(id) => Some(self.b.body.ty(*id).clone()),
            Operand::Tuple(parts) => {
                let parts = parts.iter().map(|part| self.type_of_content(part));
                parts.collect::<Option<_>>().map(Type::Tuple)
            }
            Operand::Option { value, .. } => self.type_of_content(value).map(Type::optional),
            Operand::Place { .. }
            | Operand::Ref(_)
            | Operand::Alias(_)
            | Operand::Unset
            | Operand::Lost
            | Operand::Poison => None,
        }
    }

    /// Whether the operand is an option, or a reference to one.
    pub(super) fn is_option(&self, operand: &Operand) -> bool {
        self.option_parts(operand).is_some()
    }

    pub(super) fn option_parts(&self, operand: &Operand) -> Option<Parts> {
        match operand {
            Operand::Option { some, value, error } => Some(Parts {
                some: *some,
                value: (**value).clone(),
                error: *error,
                borrowed: false,
            }),
            Operand::Ref(inner) => {
                let parts = self.option_parts(inner)?;
                Some(Parts {
                    value: parts.value.borrowed(),
                    borrowed: true,
                    ..parts
                })
            }
            Operand::Alias(path) => {
                let parts = self.option_parts(self.scopes.get(path))?;
                let value = match parts.value {
                    Operand::Place { at, by: _ } => Operand::Place { at, by: By::RefMut },
                    _ => {
                        let mut path = path.path.clone();
                        path.push(0);
                        Operand::Alias(VarPath {
                            var: self.alias_root(operand)?,
                            path,
                        })
                    }
                };
                Some(Parts {
                    value,
                    borrowed: true,
                    ..parts
                })
            }
            Operand::Value(_)
            | Operand::Place { .. }
            | Operand::Tuple(_)
            | Operand::Unset
            | Operand::Lost
            | Operand::Poison => None,
        }
    }

    fn alias_root(&self, operand: &Operand) -> Option<super::scope::VarId> {
        match operand {
            Operand::Alias(path) => Some(path.var),
            _ => None,
        }
    }

    /// Whether the expression is a variable that holds an option of ours, or a method of one.
    pub(super) fn names_option(&self, expr: &syn::Expr) -> bool {
        match super::places::inner(expr) {
            syn::Expr::Path(it) => self
                .local(it)
                .is_some_and(|id| self.is_option(&self.scopes.var(id).slot)),
            syn::Expr::MethodCall(it) => {
                let name = it.method.to_string();
                (super::option_methods::is_option_method(&name) || OPTION_ADAPTORS.contains(&&*name))
                    && self.names_option(&it.receiver)
            }
            _ => false,
        }
    }

    /// `Some(x)`, `Ok(x)`, `Err(e)`; `None` if the call is another.
    pub(super) fn option_constructor(
        &mut self,
        it: &syn::ExprCall,
        want: Option<&Type>,
    ) -> Option<Lowered<Operand>> {
        let syn::Expr::Path(func) = super::places::inner(&it.func) else {
            return None;
        };
        let arg = it.args.first().filter(|_| it.args.len() == 1)?;
        Some(match variant(&func.path)?.as_str() {
            "Some" => self.some_of(arg, want, false),
            "Ok" => self.some_of(arg, want, true),
            "Err" => self
                .error_of(arg)
                .map(|error| self.option(false, Operand::Unset, Some(error))),
            _ => return None,
        })
    }

    fn some_of(&mut self, arg: &syn::Expr, want: Option<&Type>, result: bool) -> Lowered<Operand> {
        let value = self.expr(arg, want.and_then(Type::payload))?;
        let value = self.settled(value);
        let error = result.then(|| self.no_error());
        Ok(self.option(true, value, error))
    }

    /// The error of a `Result` that has none.
    pub(super) fn no_error(&mut self) -> ValueId {
        self.host_value(quote!(::core::option::Option::None), Vec::new(), true)
    }

    fn host_value(&mut self, template: proc_macro2::TokenStream, args: Vec<HostArg>, pure: bool) -> ValueId {
        self.one(Instr::Host { template, args, pure }, Type::Host)
    }

    /// `Some(e)` of the argument of `Err(e)`. It may tell of what carries a derivative, but no float is made of it
    /// again.
    pub(super) fn error_of(&mut self, expr: &syn::Expr) -> Lowered<ValueId> {
        if super::names::free_variables(expr).contains(super::names::EXIT)
            || matches!(super::places::inner(expr), syn::Expr::Path(_))
        {
            let operand = self.expr(expr, None)?;
            let mut args = Vec::new();
            let carries = self.is_varied(&operand) || self.is_text_of_varied(&operand);
            let Some(tokens) = super::host::parts_template(self, &operand, &mut args) else {
                return self.unsupported(expr, "this error");
            };
            let id = self.host_value(quote!(::core::option::Option::Some(#tokens)), args, false);
            if carries {
                self.varied.bits.insert(id);
            }
            return Ok(id);
        }
        let carries = self.touches_varied(expr);
        let mut template = Template::new(Allow::Anything);
        let mut tokens = expr.clone();
        self.fill(&mut tokens, &mut template)?;
        let id = self.host_value(
            quote!(::core::option::Option::Some(#tokens)),
            template.args,
            false,
        );
        if carries {
            self.varied.bits.insert(id);
        }
        Ok(id)
    }

    fn is_text_of_varied(&self, operand: &Operand) -> bool {
        operand.values().iter().any(|id| self.varied.bits.contains(id))
    }

    /// The error itself, where there is one.
    pub(super) fn error_content(&mut self, parts: &Parts) -> Operand {
        let Some(error) = parts.error else {
            return Operand::Unset;
        };
        let template = match parts.borrowed {
            true => quote!(__h0.as_ref().expect("there is an error")),
            false => quote!(__h0.expect("there is an error")),
        };
        let content = self.host_value(template, vec![HostArg::Value(error)], false);
        if parts.borrowed {
            self.references.insert(content);
        }
        Operand::Value(content)
    }

    pub(super) fn not(&mut self, cond: ValueId) -> ValueId {
        match self.b.constant(cond) {
            Some(Const::Bool(known)) => self.b.bool(!known),
            _ => self.one(Instr::Unary(UnaryOp::Not, cond), Type::Bool),
        }
    }

    /// What stands between the parentheses of `Some(..)`, `Ok(..)` or `Err(..)`.
    pub(super) fn variant_content(&mut self, path: &syn::Path, operand: &Operand) -> Lowered<Operand> {
        let (Some(parts), Some(name)) = (self.option_parts(operand), variant(path)) else {
            return self.unsupported(path, "this pattern");
        };
        Ok(match name.as_str() {
            "Err" => self.error_content(&parts),
            _ => parts.value,
        })
    }

    /// Whether the option is this variant, and its content fits.
    pub(super) fn test_variant(
        &mut self,
        it: &syn::PatTupleStruct,
        operand: &Operand,
    ) -> Lowered<Option<ValueId>> {
        let (Some(parts), Some(name)) = (self.option_parts(operand), variant(&it.path)) else {
            return self.unsupported(it, "this pattern");
        };
        let pat = &it.elems[0];
        if name == "Err" {
            let missing = self.not(parts.some);
            let (Some(error), false) = (parts.error, super::patterns::is_irrefutable(pat)) else {
                return Ok(Some(missing));
            };
            let pat = super::bindings::without_names(pat, None);
            let template = quote!(::core::matches!(&__h0, ::core::option::Option::Some(#pat)));
            let args = vec![HostArg::Value(error)];
            let fits = Instr::Host {
                template,
                args,
                pure: true,
            };
            return Ok(Some(self.one(fits, Type::Bool)));
        }
        match self.test_lazily(parts.some, pat, &parts.value)? {
            None => Ok(Some(parts.some)),
            both => Ok(both),
        }
    }

    /// `None` as a pattern.
    pub(super) fn test_none(&mut self, pat: &syn::Pat, operand: &Operand) -> Lowered<ValueId> {
        let is_none = match pat {
            syn::Pat::Ident(it) => it.ident == "None",
            syn::Pat::Path(it) => variant(&it.path).is_some_and(|name| name == "None"),
            _ => false,
        };
        match (self.option_parts(operand), is_none) {
            (Some(parts), true) => Ok(self.not(parts.some)),
            _ => self.unsupported(pat, "this pattern"),
        }
    }

    /// `expr?`: the value, or out of the function or the closure.
    pub(super) fn question(&mut self, it: &syn::ExprTry, want: Option<&Type>) -> Lowered<Operand> {
        let told = Type::optional(want.cloned().unwrap_or(super::guess::number()));
        let operand = self.in_place(&it.expr, Some(&told))?;
        self.b.span = it.question_token.span;
        if operand == Operand::Poison {
            return Err(Halt::Error);
        }
        let Some(parts) = self.option_parts(&operand) else {
            return self.question_of_host(it, &operand, want);
        };
        let out = self.innermost_function();
        let value = self.fork(
            parts.some,
            |_| Ok(parts.value),
            |lowerer| {
                let error = parts.error.map(|error| lowerer.converted_error(error));
                let missing = lowerer.option(false, Operand::Unset, error);
                lowerer.leave(out, Some(missing))
            },
        );
        match value {
            Ok(Operand::Lost) => self.unsupported(&it.question_token, "`?` of this"),
            other => other,
        }
    }

    /// The error as `?` hands it on.
    fn converted_error(&mut self, error: ValueId) -> ValueId {
        let template = quote!(__h0.map(::core::convert::From::from));
        self.host_value(template, vec![HostArg::Value(error)], false)
    }

    /// What `return` and `?` leave: the function, or the closure that stands in it.
    pub(super) fn innermost_function(&self) -> usize {
        let function = |frame: &Frame| matches!(frame.kind, FrameKind::Function | FrameKind::Closure);
        let at = self.frames.iter().rposition(function);
        at.expect("statements stand in a function")
    }

    /// `?` of an option that only rustc understands.
    fn question_of_host(
        &mut self,
        it: &syn::ExprTry,
        operand: &Operand,
        want: Option<&Type>,
    ) -> Lowered<Operand> {
        let mut args = Vec::new();
        let template = match self.type_of(operand) {
            Type::Host if !self.is_varied(operand) => super::host::parts_template(self, operand, &mut args),
            _ => None,
        };
        let Some(whole) = template else {
            return self.unsupported(&it.question_token, "`?` of this");
        };
        let facade = &self.request.facade;
        let whole = quote!(#facade::__private::Fallible::into_result(#whole));
        let whole = self.host_value(whole, args, false);
        let args = vec![HostArg::Value(whole)];
        let some = Instr::Host {
            template: quote!(__h0.is_ok()),
            args: args.clone(),
            pure: true,
        };
        let some = self.one(some, Type::Bool);
        let out = self.innermost_function();
        self.fork(
            some,
            |lowerer| {
                let ok = quote!(__h0.ok().expect("there is a value"));
                Ok(lowerer.host_result(ok, args.clone(), false, want))
            },
            |lowerer| {
                let error = lowerer.host_value(quote!(__h0.err().flatten()), args.clone(), false);
                let error = Some(lowerer.converted_error(error));
                let missing = lowerer.option(false, Operand::Unset, error);
                lowerer.leave(out, Some(missing))
            },
        )
    }

    /// The content of an option made its own, where there is any.
    pub(super) fn settled_if(&mut self, some: ValueId, value: Operand) -> Box<Operand> {
        if self.b.constant(some) == Some(Const::Bool(true)) {
            return Box::new(self.settled(value));
        }
        let settled = self.fork(some, |lowerer| Ok(lowerer.settled(value)), |_| Ok(Operand::Unset));
        Box::new(settled.unwrap_or(Operand::Poison))
    }
}

/// Methods from option to option that other types have as well.
const OPTION_ADAPTORS: &[&str] = &[
    "as_ref", "as_mut", "as_deref", "clone", "map", "replace", "take", "zip",
];

/// The last name of `Some`, `Option::Some`, `std::result::Result::Ok`, `None`.
pub(super) fn variant(path: &syn::Path) -> Option<String> {
    let mut names = path
        .segments
        .iter()
        .rev()
        .map(|segment| segment.ident.to_string());
    let last = names.next()?;
    let known = matches!(last.as_str(), "Some" | "None" | "Ok" | "Err");
    let before = names
        .next()
        .is_none_or(|before| before == "Option" || before == "Result");
    (known && before).then_some(last)
}
