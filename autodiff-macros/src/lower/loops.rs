//! `for` loops, and the loops that iterator chains stand for.

use super::Lowerer;
use super::items::{Item, Steps, Walk};
use super::loops_core::Repeat;
use super::operand::{By, Halt, Lowered, Operand, VarPath};
use super::places::inner;
use crate::ir::{HostArg, Instr, Type, ValueId};

/// What is done with each item.
pub(super) type Each<'k, 'a> = dyn FnMut(&mut Lowerer<'a>, Operand) -> Lowered<()> + 'k;

impl<'a> Lowerer<'a> {
    /// `for pat in expr { .. }`
    pub(super) fn for_loop(&mut self, it: &syn::ExprForLoop) -> Lowered<Operand> {
        let walk = self.walk(&it.expr)?;
        self.run(it.label.as_ref(), &walk, &mut |lowerer, item| {
            lowerer.scopes.open();
            let body = match lowerer.bind(&it.pat, item) {
                Ok(()) => lowerer.block(&it.body, Some(&Type::Tuple(Vec::new()))),
                Err(halt) => Err(halt),
            };
            lowerer.scopes.close();
            body.map(|_| ())
        })
    }

    /// Does `each` with every item of `walk`.
    pub(super) fn run(
        &mut self,
        label: Option<&syn::Label>,
        walk: &Walk,
        each: &mut Each<'_, 'a>,
    ) -> Lowered<Operand> {
        if let Some(res) = self.run_chain(label, walk, each) {
            return res;
        }
        let Steps {
            start,
            end,
            step,
            reversed,
        } = walk.steps;
        let Some(end) = end else {
            return self.run_forever(label, walk, each);
        };
        let range = Repeat::Range {
            start,
            end,
            step,
            reversed,
        };
        self.repeated_body(label, &range, &mut |lowerer, index| {
            let index = index.expect("a counted loop has an index");
            lowerer.with_item(&walk.item, index, each)?;
            Ok(Operand::UNIT)
        })?;
        Ok(Operand::UNIT)
    }

    /// `for i in 0.. { .. }`, until a `break`.
    fn run_forever(
        &mut self,
        label: Option<&syn::Label>,
        walk: &Walk,
        each: &mut Each<'_, 'a>,
    ) -> Lowered<Operand> {
        let span = self.b.span;
        let counter = self
            .scopes
            .hidden("index", span, Operand::Value(walk.steps.start), true);
        self.repeated_body(label, &Repeat::Forever, &mut |lowerer, _| {
            let path = VarPath {
                var: counter,
                path: Vec::new(),
            };
            let Operand::Value(index) = *lowerer.scopes.get(&path) else {
                return Err(Halt::Error);
            };
            let next = match walk.steps.step {
                None => lowerer.plus(index, 1),
                Some(step) => lowerer.binary(crate::ir::BinaryOp::Add, index, step),
            };
            lowerer.scopes.set(&path, Operand::Value(next));
            lowerer.with_item(&walk.item, index, each)?;
            Ok(Operand::UNIT)
        })
    }

    /// `for i in 0..end { each(i) }`, of ours.
    pub(super) fn counted(
        &mut self,
        end: ValueId,
        mut each: impl FnMut(&mut Self, ValueId) -> Lowered<()>,
    ) -> Lowered<()> {
        let start = self.usize(0);
        let range = Repeat::Range {
            start,
            end,
            step: None,
            reversed: false,
        };
        self.repeated_body(None, &range, &mut |lowerer, index| {
            each(lowerer, index.expect("a counted loop has an index"))?;
            Ok(Operand::UNIT)
        })?;
        Ok(())
    }

    /// Does `each` with the item of number `i`, unless it is filtered out.
    pub(super) fn with_item(&mut self, item: &Item, i: ValueId, each: &mut Each<'_, 'a>) -> Lowered<()> {
        match item {
            Item::Number => each(self, Operand::Value(i)),
            Item::Element { at, by } => {
                let element = self.element(at, i, *by);
                let element = self.read_once(element);
                each(self, element)
            }
            Item::Host(list) => {
                let element = Instr::Host {
                    template: quote::quote!(&__h0[__h1]),
                    args: vec![HostArg::Value(*list), HostArg::Value(i)],
                    pure: true,
                };
                let element = self.one(element, Type::Host);
                self.open.insert(element);
                each(self, Operand::Value(element))
            }
            Item::Part { at, width, len, by } => {
                let end = self.binary(crate::ir::BinaryOp::Add, i, *width);
                let end = match len {
                    None => end,
                    Some(len) => self.smaller(end, *len),
                };
                let at = self.part(at, Some(i), Some(end));
                each(self, Operand::Place { at, by: *by })
            }
            Item::Moved {
                item,
                first,
                step,
                down,
                ty,
            } => {
                let number = self.number(*first, i, *step, *down, *ty);
                self.with_item(item, number, each)
            }
            Item::Pair(a, b) => self.with_item(a, i, &mut |lowerer, x| {
                lowerer.with_item(b, i, &mut |lowerer, y| {
                    each(lowerer, Operand::Tuple(vec![x.clone(), y]))
                })
            }),
            Item::Copied(item) => self.with_item(item, i, &mut |lowerer, x| {
                let owned = lowerer.without_ref(x);
                each(lowerer, owned)
            }),
            Item::Map(item, f, want) => self.with_item(item, i, &mut |lowerer, x| {
                let y = lowerer.apply_func(f, vec![x], want.as_ref())?;
                each(lowerer, y)
            }),
            Item::Inspect(item, f) => self.with_item(item, i, &mut |lowerer, x| {
                lowerer.apply_func(f, vec![x.clone().borrowed()], None)?;
                each(lowerer, x)
            }),
            Item::Given(operand) => each(self, operand.clone()),
            Item::Filter(..)
            | Item::FilterMap(..)
            | Item::TakeWhile(..)
            | Item::MapWhile(..)
            | Item::SkipWhile(..)
            | Item::Scan(..)
            | Item::Flat(..)
            | Item::Numbered(..)
            | Item::Limited(..)
            | Item::Behind(..)
            | Item::Chain { .. }
            | Item::Cycle(..)
            | Item::Successors(..)
            | Item::FromFn(_) => self.with_uncounted(item, i, each),
        }
    }

    /// A number behind a shared reference is read once, at the head of the iteration: it cannot change meanwhile.
    fn read_once(&mut self, element: Operand) -> Operand {
        match element {
            Operand::Place { at, by: By::Ref } if self.is_number(&at) => {
                let ty = self.type_at(&at);
                Operand::Ref(Box::new(Operand::Value(self.load(at, ty))))
            }
            Operand::Place { at, by: By::Temp } if self.is_number(&at) => {
                let ty = self.type_at(&at);
                Operand::Value(self.load(at, ty))
            }
            // What an iterator of a type that we do not know gave: a number, a reference, a tuple of them.
            Operand::Place { at, by: By::Temp } if matches!(self.type_at(&at), Type::Host) => {
                let read = Instr::Host {
                    template: quote::quote!(__h0),
                    args: vec![HostArg::Place(at)],
                    pure: true,
                };
                let item = self.one(read, Type::Host);
                self.open.insert(item);
                Operand::Value(item)
            }
            other => other,
        }
    }

    /// `*x`, as `copied()` says it.
    pub(super) fn without_ref(&mut self, x: Operand) -> Operand {
        match x {
            Operand::Ref(inner) => *inner,
            Operand::Place {
                at,
                by: By::Ref | By::RefMut,
            } => Operand::Place { at, by: By::Owned },
            other => other,
        }
    }
}
