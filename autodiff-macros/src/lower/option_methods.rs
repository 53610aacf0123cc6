//! Methods of `Option` and `Result`: branches on whether there is a value.

use super::Lowerer;
use super::host::{Allow, Template};
use super::operand::{By, Lowered, Operand, is_scalar};
use super::optional::Parts;
use crate::ir::{BinaryOp, Const, HostArg, Instr, Type, ValueId};
use quote::quote;

/// Whether the method, called on the result of a function, says that this is an `Option` or a `Result`.
pub(super) fn is_option_method(name: &str) -> bool {
    const METHODS: &[&str] = &[
        "unwrap",
        "expect",
        "unwrap_or",
        "unwrap_or_else",
        "unwrap_or_default",
        "map_or",
        "map_or_else",
        "map_err",
        "and_then",
        "or_else",
        "ok_or",
        "ok_or_else",
        "ok",
        "err",
        "is_some",
        "is_none",
        "is_ok",
        "is_err",
        "is_some_and",
        "is_none_or",
        "is_ok_and",
        "unwrap_err",
        "expect_err",
        "or",
        "and",
        "filter",
        "copied",
        "cloned",
        "inspect",
        "flatten",
        "inspect_err",
    ];
    METHODS.contains(&name)
}

impl Lowerer<'_> {
    /// Panics as `unwrap` or `expect` do, unless `some`.
    pub(super) fn demand(&mut self, it: &syn::ExprMethodCall, some: ValueId, error: Option<ValueId>) {
        if self.b.constant(some) == Some(Const::Bool(true)) {
            return;
        }
        let (method, args) = (&it.method, &it.args);
        let (template, args) = match error {
            None => (
                quote!(::core::primitive::bool::then_some(__h0, ()).#method(#args)),
                vec![HostArg::Value(some)],
            ),
            Some(error) => (
                quote!(__h0.map_or(::core::result::Result::Ok(()), ::core::result::Result::Err).#method(#args)),
                vec![HostArg::Value(error)],
            ),
        };
        self.effect(Instr::Host {
            template,
            args,
            pure: false,
        });
    }

    /// `opt.method(args)`
    pub(super) fn option_method(
        &mut self,
        it: &syn::ExprMethodCall,
        parts: Parts,
        want: Option<&Type>,
    ) -> Lowered<Operand> {
        let Parts { some, error, .. } = parts;
        let value = parts.value.clone();
        match (&*it.method.to_string(), it.args.len()) {
            ("unwrap", 0) | ("expect", 1) => {
                self.demand(it, some, error);
                match value {
                    // The call has panicked.
                    Operand::Unset => Err(super::operand::Halt::Never),
                    value => Ok(value),
                }
            }
            ("unwrap_or", 1) => {
                let ty = self.type_of_scalar(&value);
                let default = self.expr(&it.args[0], ty.as_ref().or(want))?;
                self.one_of(it, some, value, |_| Ok(default))
            }
            ("unwrap_or_else", 1) => self.one_of(it, some, value, |lowerer| {
                let args = match error {
                    None => Vec::new(),
                    Some(_) => vec![lowerer.error_content(&parts)],
                };
                lowerer.apply(&it.args[0], args, want)
            }),
            ("unwrap_or_default", 0) => {
                let ty = self.type_of_scalar(&value);
                let Some(ty) = ty.or_else(|| want.filter(|ty| is_scalar(ty)).cloned()) else {
                    return self.refuse(
                        &it.method,
                        "`unwrap_or_default` of rows cannot be differentiated",
                        "write `unwrap_or_else(Vec::new)`",
                    );
                };
                self.one_of(it, some, value, |lowerer| Ok(Operand::Value(lowerer.zero(&ty))))
            }
            ("map_or", 2) => {
                let default = self.expr(&it.args[0], want)?;
                self.one_of_mapped(it, &parts, &it.args[1], want, |_| Ok(default))
            }
            ("map_or_else", 2) => self.one_of_mapped(it, &parts, &it.args[1], want, |lowerer| {
                let args = match error {
                    None => Vec::new(),
                    Some(_) => vec![lowerer.error_content(&parts)],
                };
                lowerer.apply(&it.args[0], args, want)
            }),
            ("map", 1) => self.mapped(it, parts, want.and_then(Type::payload)),
            ("inspect", 1) => {
                self.fork(
                    some,
                    |lowerer| {
                        lowerer
                            .apply(&it.args[0], vec![value.borrowed()], None)
                            .map(|_| Operand::UNIT)
                    },
                    |_| Ok(Operand::UNIT),
                )?;
                Ok(rebuilt(parts))
            }
            ("and_then", 1) => self.one_of_options(
                it,
                some,
                |lowerer| lowerer.apply(&it.args[0], vec![value], want),
                |lowerer| Ok(lowerer.option(false, Operand::Unset, error)),
            ),
            ("and", 1) => {
                let other = self.expr(&it.args[0], want)?;
                self.one_of_options(
                    it,
                    some,
                    |_| Ok(other),
                    |lowerer| Ok(lowerer.option(false, Operand::Unset, error)),
                )
            }
            ("or", 1) => {
                let other = self.expr(&it.args[0], want)?;
                self.one_of_options(it, some, |lowerer| Ok(lowerer.there(&parts)), |_| Ok(other))
            }
            ("or_else", 1) => self.one_of_options(
                it,
                some,
                |lowerer| Ok(lowerer.there(&parts)),
                |lowerer| {
                    let args = match error {
                        None => Vec::new(),
                        Some(_) => vec![lowerer.error_content(&parts)],
                    };
                    lowerer.apply(&it.args[0], args, want)
                },
            ),
            ("filter", 1) => {
                let some = self.asked(it, some, value, true)?;
                Ok(rebuilt(Parts { some, ..parts }))
            }
            ("zip", 1) => {
                let other = self.expr(&it.args[0], None)?;
                let Some(other) = self.option_parts(&other) else {
                    return self.unknown_method(it);
                };
                let some = self.binary(BinaryOp::And, some, other.some);
                let value = Operand::Tuple(vec![value, other.value]);
                Ok(rebuilt(Parts { some, value, ..parts }))
            }
            ("flatten", 0) => self.one_of_options(
                it,
                some,
                |_| Ok(value),
                |lowerer| Ok(lowerer.option(false, Operand::Unset, error)),
            ),
            ("ok_or", 1) => {
                let error = self.error_of(&it.args[0])?;
                let template = quote!(if __h0 { ::core::option::Option::None } else { __h1 });
                let error = self.error_value(template, vec![HostArg::Value(some), HostArg::Value(error)]);
                Ok(rebuilt(Parts {
                    error: Some(error),
                    ..parts
                }))
            }
            ("ok_or_else", 1) => {
                let error = self.error_if_missing(it, some)?;
                Ok(rebuilt(Parts {
                    error: Some(error),
                    ..parts
                }))
            }
            ("map_err", 1) => {
                let error = self.mapped_error(it, error)?;
                Ok(rebuilt(Parts { error, ..parts }))
            }
            ("ok", 0) => Ok(rebuilt(Parts { error: None, ..parts })),
            ("err", 0) => {
                let value = self.error_content(&parts);
                let some = self.not(some);
                let error = None;
                Ok(rebuilt(Parts {
                    some,
                    value,
                    error,
                    ..parts
                }))
            }
            ("unwrap_err", 0) | ("expect_err", 1) => Ok(self.error_content(&parts)),
            ("is_some" | "is_ok", 0) => Ok(Operand::Value(some)),
            ("is_none" | "is_err", 0) => Ok(Operand::Value(self.not(some))),
            ("is_some_and" | "is_ok_and", 1) => Ok(Operand::Value(self.asked(it, some, value, false)?)),
            ("is_none_or", 1) => {
                let missing = self.not(some);
                let fits = self.asked(it, some, value, false)?;
                Ok(Operand::Value(self.binary(BinaryOp::Or, missing, fits)))
            }
            ("as_ref" | "as_deref", 0) => Ok(rebuilt(Parts {
                value: value.borrowed(),
                ..parts
            })),
            ("as_mut" | "as_deref_mut", 0) => self.content_to_write(it),
            ("copied" | "cloned" | "clone", 0) => {
                let value = match self.without_ref(value) {
                    Operand::Place { at, by: _ } => Operand::Place { at, by: By::Owned },
                    other => other,
                };
                let value = *self.settled_if(some, value);
                Ok(rebuilt(Parts { value, ..parts }))
            }
            ("take", 0) => self.exchanged(it, None),
            ("replace" | "insert", 1) => {
                let new = self.expr(&it.args[0], None)?;
                let new = self.settled(new);
                let old = self.exchanged(it, Some(new))?;
                match it.method == "replace" {
                    true => Ok(old),
                    false => self.content_of(it),
                }
            }
            ("get_or_insert" | "get_or_insert_with", 1) => self.filled(it, &parts),
            _ => self.unknown_method(it),
        }
    }

    /// `Some(value)`, where it is known that there is one.
    fn there(&mut self, parts: &Parts) -> Operand {
        let error = parts.error.map(|_| self.no_error());
        self.option(true, parts.value.clone(), error)
    }

    /// The value, or what `otherwise` gives.
    pub(super) fn one_of(
        &mut self,
        it: &syn::ExprMethodCall,
        some: ValueId,
        value: Operand,
        otherwise: impl FnOnce(&mut Self) -> Lowered<Operand>,
    ) -> Lowered<Operand> {
        let scalar = self.type_of_scalar(&value).is_some();
        let number = |lowerer: &mut Self, operand: Operand| match lowerer.scalar(&operand) {
            Some(id) if scalar => Operand::Value(id),
            _ => lowerer.settled(operand),
        };
        let chosen = self.fork(
            some,
            |lowerer| Ok(number(lowerer, value)),
            |lowerer| {
                let other = otherwise(lowerer)?;
                Ok(number(lowerer, other))
            },
        );
        self.found(&it.method, chosen)
    }

    fn one_of_mapped(
        &mut self,
        it: &syn::ExprMethodCall,
        parts: &Parts,
        f: &syn::Expr,
        want: Option<&Type>,
        otherwise: impl FnOnce(&mut Self) -> Lowered<Operand>,
    ) -> Lowered<Operand> {
        let value = parts.value.clone();
        let chosen = self.fork(
            parts.some,
            |lowerer| lowerer.apply(f, vec![value], want),
            otherwise,
        );
        self.found(&it.method, chosen)
    }

    fn mapped(&mut self, it: &syn::ExprMethodCall, parts: Parts, want: Option<&Type>) -> Lowered<Operand> {
        let value = parts.value.clone();
        let value = self.fork(
            parts.some,
            |lowerer| lowerer.apply(&it.args[0], vec![value], want),
            |_| Ok(Operand::Unset),
        );
        let value = self.found(&it.method, value)?;
        Ok(rebuilt(Parts { value, ..parts }))
    }

    /// One of two options.
    fn one_of_options(
        &mut self,
        it: &syn::ExprMethodCall,
        some: ValueId,
        then: impl FnOnce(&mut Self) -> Lowered<Operand>,
        otherwise: impl FnOnce(&mut Self) -> Lowered<Operand>,
    ) -> Lowered<Operand> {
        let chosen = self.fork(some, then, otherwise);
        let chosen = self.found(&it.method, chosen)?;
        match self.is_option(&chosen) {
            true => Ok(chosen),
            false => self.unknown_method(it),
        }
    }

    /// Whether there is a value, and it fits the closure.
    fn asked(
        &mut self,
        it: &syn::ExprMethodCall,
        some: ValueId,
        value: Operand,
        borrow: bool,
    ) -> Lowered<ValueId> {
        let arg = if borrow { value.borrowed() } else { value };
        let both = self.fork(
            some,
            |lowerer| lowerer.apply(&it.args[0], vec![arg], Some(&Type::Bool)),
            |lowerer| Ok(Operand::Value(lowerer.b.bool(false))),
        )?;
        match self.scalar(&both) {
            Some(both) => Ok(both),
            None => self.unknown_method(it),
        }
    }

    fn error_value(&mut self, template: proc_macro2::TokenStream, args: Vec<HostArg>) -> ValueId {
        let instr = Instr::Host {
            template,
            args,
            pure: false,
        };
        self.one(instr, Type::Host)
    }

    /// `Some(e)` of the closure of `ok_or_else`, if the value is missing.
    fn error_if_missing(&mut self, it: &syn::ExprMethodCall, some: ValueId) -> Lowered<ValueId> {
        let body: syn::Expr = match super::places::inner(&it.args[0]) {
            syn::Expr::Closure(closure) => (*closure.body).clone(),
            other => syn::parse_quote!(#other()),
        };
        let error = self.fork(
            some,
            |lowerer| Ok(Operand::Value(lowerer.no_error())),
            |lowerer| lowerer.error_of(&body).map(Operand::Value),
        )?;
        let carries = self.touches_varied(&body);
        let error = self.scalar(&error).expect("both sides give an error");
        if carries {
            self.varied.bits.insert(error);
        }
        Ok(error)
    }

    /// The error of `map_err(f)`; what `f` sees besides carries no derivative any more.
    fn mapped_error(&mut self, it: &syn::ExprMethodCall, error: Option<ValueId>) -> Lowered<Option<ValueId>> {
        let Some(error) = error else {
            return self.unknown_method(it);
        };
        let mut template = Template::new(Allow::Anything);
        template.args.push(HostArg::Value(error));
        let mut f = it.args[0].clone();
        let carries = self.varied.bits.contains(&error) || self.touches_varied(&f);
        self.fill(&mut f, &mut template)?;
        let error = self.error_value(quote!(__h0.map(#f)), template.args);
        if carries {
            self.varied.bits.insert(error);
        }
        Ok(Some(error))
    }

    pub(super) fn type_of_scalar(&self, operand: &Operand) -> Option<Type> {
        match operand.peel() {
            Operand::Value(id) => Some(self.b.body.ty(*id).clone()),
            Operand::Place { at, .. } => Some(self.type_at(at)).filter(is_scalar),
            Operand::Alias(path) => self.type_of_scalar(&self.scopes.get(path).clone()),
            Operand::Ref(_)
            | Operand::Tuple(_)
            | Operand::Option { .. }
            | Operand::Unset
            | Operand::Lost
            | Operand::Poison => None,
        }
    }

    /// `cond.then(f)`, `cond.then_some(x)`
    pub(super) fn bool_method(
        &mut self,
        expr: &syn::Expr,
        it: &syn::ExprMethodCall,
        want: Option<&Type>,
    ) -> Lowered<Operand> {
        let lazy = it.method == "then";
        if !(lazy || it.method == "then_some") || it.args.len() != 1 {
            return self.host(expr, want);
        }
        let payload = want.and_then(Type::payload);
        let some = self.condition(&it.receiver)?;
        let value = match lazy {
            true => self.fork(
                some,
                |lowerer| lowerer.apply(&it.args[0], Vec::new(), payload),
                |_| Ok(Operand::Unset),
            ),
            false => {
                let value = self.expr(&it.args[0], payload)?;
                Ok(self.settled(value))
            }
        };
        let value = Box::new(self.found(&it.method, value)?);
        Ok(Operand::Option {
            some,
            value,
            error: None,
        })
    }
}

/// The option out of its parts.
pub(super) fn rebuilt(parts: Parts) -> Operand {
    Operand::Option {
        some: parts.some,
        value: Box::new(parts.value),
        error: parts.error,
    }
}
