//! Elements that may be missing: `first`, `last`, `get`, `pop`, and the methods of what they give.

use super::Lowerer;
use super::operand::{By, Lowered, Operand, is_scalar};
use crate::ir::{CompareOp, HostArg, Instr, PlaceRef, Type, UnaryOp, ValueId};
use quote::quote;

impl Lowerer<'_> {
    pub(super) fn end_element(&mut self, at: PlaceRef, name: &str) -> Operand {
        let len = self.length(&at);
        let zero = self.usize(0);
        let some = self.compare(CompareOp::Gt, len, zero);
        let index = match name {
            "first" | "first_mut" => zero,
            _ => {
                let one = self.usize(1);
                self.saturating_sub(len, one)
            }
        };
        let by = if name.ends_with("_mut") {
            By::RefMut
        } else {
            By::Ref
        };
        let value = Box::new(self.element(&at, index, by));
        Operand::Option { some, value }
    }

    pub(super) fn split_end(&mut self, at: PlaceRef, name: &str) -> Lowered<Operand> {
        let by = if name.ends_with("_mut") {
            By::RefMut
        } else {
            By::Ref
        };
        let len = self.length(&at);
        let (zero, one) = (self.usize(0), self.usize(1));
        let some = self.compare(CompareOp::Gt, len, zero);
        let (index, rest) = if name.starts_with("split_first") {
            (zero, self.part(&at, Some(one), None))
        } else {
            let last = self.saturating_sub(len, one);
            (last, self.part(&at, None, Some(last)))
        };
        let element = self.element(&at, index, by);
        let rest = Operand::Place { at: rest, by };
        let value = Box::new(Operand::Tuple(vec![element, rest]));
        Ok(Operand::Option { some, value })
    }

    pub(super) fn get(&mut self, it: &syn::ExprMethodCall, at: PlaceRef, name: &str) -> Lowered<Operand> {
        if let syn::Expr::Range(range) = super::places::inner(&it.args[0]) {
            return self.refuse(
                range,
                "`get` of a range cannot be differentiated",
                "compare the length, and index",
            );
        }
        let index = self.value(&it.args[0], Some(&Type::USIZE))?;
        let len = self.length(&at);
        let some = self.compare(CompareOp::Lt, index, len);
        let by = if name == "get_mut" { By::RefMut } else { By::Ref };
        let value = Box::new(self.element(&at, index, by));
        Ok(Operand::Option { some, value })
    }

    pub(super) fn pop(&mut self, it: &syn::ExprMethodCall, at: PlaceRef, element: &Type) -> Lowered<Operand> {
        if !is_scalar(element) {
            return self.refuse(
                &it.method,
                "whether there is a row to `pop` cannot be differentiated",
                "ask `is_empty()` first, and write `pop().unwrap()`",
            );
        }
        let len = self.length(&at);
        let zero = self.usize(0);
        let some = self.compare(CompareOp::Gt, len, zero);
        let ty = element.clone();
        let pop = Instr::Pop { from: at };
        let value = self.choose(
            some,
            |lowerer| lowerer.one(pop, ty.clone()),
            |lowerer| lowerer.zero(&ty),
        )?;
        Ok(Operand::Option {
            some,
            value: Box::new(Operand::Value(value)),
        })
    }

    /// `v.pop().unwrap()`, `v.pop().expect("…")`: no branch is needed. `None` if `it` is something else.
    pub(super) fn pop_unwrapped(&mut self, it: &syn::ExprMethodCall) -> Option<Lowered<Operand>> {
        let syn::Expr::MethodCall(pop) = super::places::inner(&it.receiver) else {
            return None;
        };
        if pop.method != "pop" || !pop.args.is_empty() || !(it.method == "unwrap" || it.method == "expect") {
            return None;
        }
        // Another type's `pop` is none of ours.
        self.peek(&pop.receiver).element()?;
        Some(self.pop_of(it, pop))
    }

    fn pop_of(&mut self, it: &syn::ExprMethodCall, pop: &syn::ExprMethodCall) -> Lowered<Operand> {
        let receiver = self.in_place(&pop.receiver, None)?;
        let Some(at) = self.path_of(&receiver) else {
            return self.unsupported(&pop.receiver, "`pop` of this");
        };
        let Some(element) = self.type_at(&at).element().cloned() else {
            return self.unsupported(&pop.receiver, "`pop` of this");
        };
        let len = self.length(&at);
        let zero = self.usize(0);
        let some = self.compare(CompareOp::Gt, len, zero);
        self.demand(it, some);
        if is_scalar(&element) {
            return Ok(Operand::Value(self.one(Instr::Pop { from: at }, element)));
        }
        let row = self.place(element, None);
        self.effect(Instr::PopRow { from: at, row });
        Ok(Operand::Place {
            at: PlaceRef::whole(row),
            by: By::Temp,
        })
    }

    /// Panics as `unwrap` or `expect` of an option does, unless `some`.
    fn demand(&mut self, it: &syn::ExprMethodCall, some: ValueId) {
        let (method, args) = (&it.method, &it.args);
        let template = quote!(::core::primitive::bool::then_some(__h0, ()).#method(#args));
        let args = vec![HostArg::Value(some)];
        self.effect(Instr::Host {
            template,
            args,
            pure: false,
        });
    }

    /// Methods of what `first`, `get`, `pop` and the like give.
    pub(super) fn option_method(
        &mut self,
        it: &syn::ExprMethodCall,
        some: ValueId,
        value: Operand,
    ) -> Lowered<Operand> {
        match (&*it.method.to_string(), it.args.len()) {
            ("unwrap", 0) | ("expect", 1) => {
                self.demand(it, some);
                Ok(value)
            }
            ("is_some", 0) => Ok(Operand::Value(some)),
            ("is_none", 0) => Ok(Operand::Value(
                self.one(Instr::Unary(UnaryOp::Not, some), Type::Bool),
            )),
            ("copied" | "cloned", 0) => {
                let value = Box::new(Operand::Value(self.option_value(it, some, &value)?));
                Ok(Operand::Option { some, value })
            }
            ("unwrap_or", 1) => {
                let default = self.value(&it.args[0], None)?;
                if self.type_of_scalar(&value).is_none() {
                    return self.unsupported(&it.method, "`unwrap_or` of rows");
                }
                let chosen = self.choose(
                    some,
                    |lowerer| lowerer.scalar(&value).unwrap_or(default),
                    |_| default,
                )?;
                Ok(Operand::Value(chosen))
            }
            _ => self.unknown_method(it),
        }
    }

    fn option_value(&mut self, it: &syn::ExprMethodCall, some: ValueId, value: &Operand) -> Lowered<ValueId> {
        let Some(ty) = self.type_of_scalar(value) else {
            let message = format!(
                "`{}` of rows that may be missing cannot be differentiated",
                it.method
            );
            return self.refuse(&it.method, &message, "`unwrap` it first");
        };
        self.choose(
            some,
            |lowerer| match lowerer.scalar(value) {
                Some(value) => value,
                None => lowerer.zero(&ty),
            },
            |lowerer| lowerer.zero(&ty),
        )
    }

    fn type_of_scalar(&self, operand: &Operand) -> Option<Type> {
        match operand.peel() {
            Operand::Value(id) => Some(self.b.body.ty(*id).clone()),
            Operand::Place { at, .. } => Some(self.type_at(at)).filter(is_scalar),
            Operand::Ref(_)
            | Operand::Alias(_)
            | Operand::Tuple(_)
            | Operand::Option { .. }
            | Operand::Unset
            | Operand::Lost
            | Operand::Poison => None,
        }
    }

    /// `if cond { then } else { otherwise }` of scalars.
    fn choose(
        &mut self,
        cond: ValueId,
        then: impl FnOnce(&mut Self) -> ValueId,
        otherwise: impl FnOnce(&mut Self) -> ValueId,
    ) -> Lowered<ValueId> {
        let chosen = self.fork(
            cond,
            |lowerer| Ok(Operand::Value(then(lowerer))),
            |lowerer| Ok(Operand::Value(otherwise(lowerer))),
        )?;
        Ok(self.scalar(&chosen).expect("both sides are scalars"))
    }
}
