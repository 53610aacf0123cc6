//! Elements that may be missing: `first`, `last`, `get`, `pop`.

use super::Lowerer;
use super::operand::{By, Lowered, Operand};
use crate::ir::{CompareOp, PlaceRef, Type};

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
        Operand::Option {
            some,
            value,
            error: None,
        }
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
        Ok(Operand::Option {
            some,
            value,
            error: None,
        })
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
        Ok(Operand::Option {
            some,
            value,
            error: None,
        })
    }

    pub(super) fn pop(&mut self, it: &syn::ExprMethodCall, at: PlaceRef, element: &Type) -> Lowered<Operand> {
        let len = self.length(&at);
        let zero = self.usize(0);
        let some = self.compare(CompareOp::Gt, len, zero);
        let value = self.fork(
            some,
            |lowerer| Ok(lowerer.popped(&at, element)),
            |_| Ok(Operand::Unset),
        );
        let value = self.found(&it.method, value)?;
        Ok(Operand::Option {
            some,
            value: Box::new(value),
            error: None,
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
        self.demand(it, some, None);
        Ok(self.popped(&at, &element))
    }
}
