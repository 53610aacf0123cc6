//! Iterators as numbered items: a chain of adaptors over ranges and lists becomes one counted loop.
//!
//! `a.iter().zip(b).map(|(x, y)| x * y)` walks the numbers `0..min(a.len(), b.len())`, and item `i` is
//! `a[i] * b[i]`: the same instructions as the loop that one would write by hand.

use super::Lowerer;
use super::items::{Func, Item, SOURCES, Steps, Walk};
use super::operand::{By, Halt, Lowered, Operand};
use super::places::inner;
use crate::ir::{BinaryOp, Const, HostArg, Instr, Int, PlaceRef, Type, ValueId};
use syn::spanned::Spanned;

impl Lowerer<'_> {
    /// The walk of what stands behind `in`, or in front of an adaptor.
    pub(super) fn walk(&mut self, expr: &syn::Expr) -> Lowered<Walk> {
        match inner(expr) {
            syn::Expr::Range(it) => self.walk_range(it),
            syn::Expr::Path(it) if self.iterator_at(it).is_some() => Ok(self.rest_of_iterator(it)),
            syn::Expr::Call(it) if super::items::maker(&it.func).is_some() => self.walk_maker(it),
            syn::Expr::MethodCall(it)
                if SOURCES.contains(&&*it.method.to_string()) && !self.is_iterator(&it.receiver) =>
            {
                self.walk_source(it)
            }
            syn::Expr::MethodCall(it) if self.is_iterator(&it.receiver) => self.walk_adaptor(it),
            other if matches!(self.peek(other), Type::Host) && !self.touches_varied(other) => {
                self.walk_host(other)
            }
            other => {
                let operand = self.in_place(other, super::guess::of_base(other).as_ref())?;
                self.walk_operand(other, operand)
            }
        }
    }

    fn walk_range(&mut self, it: &syn::ExprRange) -> Lowered<Walk> {
        let Some(start) = &it.start else {
            return self.unsupported(it, "an iterator without a start");
        };
        let start = self.value(start, None);
        let end = it.end.as_ref().map(|end| self.value(end, None)).transpose();
        let (mut start, mut end) = (start?, end?);
        if let Some(end) = end {
            for bound in [start, end] {
                if !matches!(self.b.body.ty(bound), Type::Int(_) | Type::Host) {
                    return self.unsupported(it, "a loop over this range");
                }
            }
            start = self.typed_like(start, end);
        }
        let mut item = Item::Number;
        if let (syn::RangeLimits::Closed(_), Some(last)) = (&it.limits, end) {
            let last = self.typed_like(last, start);
            let small = match self.int_type(last) {
                Int::U8 | Int::U16 | Int::U32 | Int::I8 | Int::I16 | Int::I32 => {
                    self.b.constant(last).is_none()
                }
                Int::Usize | Int::Isize | Int::U64 | Int::U128 | Int::I64 | Int::I128 | Int::Inferred => {
                    false
                }
            };
            if small {
                // `last + 1` might not fit: the loop counts in a wider integer.
                let ty = self.int_type(last);
                let wide = Type::Int(Int::I64);
                let (from, to) = (self.cast(start, wide.clone()), self.cast(last, wide));
                let none = self.b.int(0, Int::I64);
                start = from;
                end = Some(self.plus(to, 1));
                item = Item::Moved {
                    item: Box::new(item),
                    first: none,
                    step: None,
                    down: false,
                    ty,
                };
            } else {
                end = Some(self.plus(last, 1));
            }
        }
        let steps = Steps {
            start,
            end,
            step: None,
            reversed: false,
        };
        Ok(Walk { steps, item })
    }

    /// A literal takes the type of the other bound.
    fn typed_like(&mut self, literal: ValueId, other: ValueId) -> ValueId {
        match (
            self.b.constant(literal),
            self.b.body.ty(literal),
            self.b.body.ty(other),
        ) {
            (Some(Const::Int(n)), Type::Int(Int::Inferred), Type::Int(ty)) => {
                let ty = *ty;
                self.b.int(n, ty)
            }
            _ => literal,
        }
    }

    pub(super) fn int_type(&self, id: ValueId) -> Int {
        match self.b.body.ty(id) {
            Type::Int(ty) => *ty,
            _ => Int::Inferred,
        }
    }

    pub(super) fn cast(&mut self, value: ValueId, to: Type) -> ValueId {
        if let (Some(Const::Int(n)), Type::Int(ty)) = (self.b.constant(value), &to) {
            return self.b.int(n, *ty);
        }
        self.one(
            crate::ir::Instr::Cast {
                value,
                to: to.clone(),
            },
            to,
        )
    }

    /// A list that stands behind `in` itself, or in front of `iter()`.
    fn walk_operand(&mut self, expr: &syn::Expr, operand: Operand) -> Lowered<Walk> {
        let by = match &operand {
            Operand::Place { by, .. } => *by,
            Operand::Ref(_) => By::Ref,
            Operand::Alias(_) => By::RefMut,
            Operand::Value(_)
            | Operand::Tuple(_)
            | Operand::Option { .. }
            | Operand::Unset
            | Operand::Lost => By::Owned,
            Operand::Poison => return Err(Halt::Error),
        };
        match self.path_of(&operand) {
            Some(at) if self.type_at(&at).element().is_some() => self.walk_list(expr, at, by),
            _ if self.touches_varied(expr) => self.unsupported(expr, "a loop over this"),
            _ => self.walk_host(expr),
        }
    }

    /// An iterator that carries no derivative, and that only rustc understands.
    fn walk_host(&mut self, expr: &syn::Expr) -> Lowered<Walk> {
        let facade = &self.request.facade;
        if let Some(list) = borrowed_list(expr) {
            let list: syn::Expr = syn::parse_quote_spanned!(list.span()=> #facade::__private::list(&#list));
            let list = self.host(&list, None)?;
            let list = self.scalar(&list).expect("host code gives a value");
            let len = Instr::Host {
                template: quote::quote!(__h0.len()),
                args: vec![HostArg::Value(list)],
                pure: true,
            };
            let end = self.one(len, Type::USIZE);
            return Ok(Walk {
                steps: self.steps_from_zero(end),
                item: Item::Host(list),
            });
        }
        // Nothing can be said of its items before they are there.
        let items: syn::Expr = syn::parse_quote_spanned! {expr.span()=>
            ::core::iter::Iterator::collect::<::std::vec::Vec<_>>(::core::iter::IntoIterator::into_iter(#expr))
        };
        let items = self.host(&items, Some(&Type::Vec(Box::new(Type::Host))))?;
        match self.path_of(&items) {
            Some(at) => {
                let end = self.length(&at);
                Ok(Walk {
                    steps: self.steps_from_zero(end),
                    item: Item::Element { at, by: By::Temp },
                })
            }
            None => self.unsupported(expr, "a loop over this"),
        }
    }

    fn walk_list(&mut self, expr: &syn::Expr, at: PlaceRef, by: By) -> Lowered<Walk> {
        if self.type_at(&at).element().is_none() {
            return self.unsupported(expr, "a loop over this");
        }
        let (at, by) = match (by, self.is_fixed(expr), self.moves(&self.type_at(&at))) {
            // The loop consumes it: its elements are taken over.
            (By::Owned, true, true) => (at, By::Temp),
            // The loop runs over a copy, which the body cannot tell from what does not change.
            (By::Owned, true, false) => (at, By::Owned),
            (By::Owned, false, _) => match self.taken(&at) {
                Operand::Place { at, .. } => (at, By::Temp),
                _ => (at, By::Owned),
            },
            (By::Temp | By::Ref | By::RefMut, ..) => (at, by),
        };
        let end = self.length(&at);
        Ok(Walk {
            steps: self.steps_from_zero(end),
            item: Item::Element { at, by },
        })
    }

    /// Whether the expression is a variable that is not `mut`.
    fn is_fixed(&self, expr: &syn::Expr) -> bool {
        match inner(expr) {
            syn::Expr::Path(path) => self.local(path).is_some_and(|id| !self.scopes.var(id).mutable),
            _ => false,
        }
    }

    pub(super) fn steps_from_zero(&mut self, end: ValueId) -> Steps {
        let start = self.usize(0);
        Steps {
            start,
            end: Some(end),
            step: None,
            reversed: false,
        }
    }

    /// `xs.iter()`, `xs.windows(2)`, …
    fn walk_source(&mut self, it: &syn::ExprMethodCall) -> Lowered<Walk> {
        let receiver = self.in_place(&it.receiver, Some(&super::guess::aggregate()))?;
        let name = it.method.to_string();
        let by = match &*name {
            "into_iter" => return self.walk_operand(&it.receiver, receiver),
            "iter_mut" | "chunks_mut" | "chunks_exact_mut" => By::RefMut,
            _ => By::Ref,
        };
        let Some(at) = self
            .path_of(&receiver)
            .filter(|at| self.type_at(at).element().is_some())
        else {
            let whole = syn::Expr::MethodCall(it.clone());
            return match self.touches_varied(&whole) {
                true => self.unsupported(&it.receiver, "an iterator over this"),
                false => self.walk_host(&whole),
            };
        };
        if matches!(&*name, "iter" | "iter_mut") {
            return self.walk_list(&it.receiver, at, by);
        }
        if name == "drain" {
            return self.walk_drain(it, &at);
        }
        let width = self.only_argument(it)?;
        let width = self.value(width, Some(&Type::USIZE))?;
        let len = self.length(&at);
        let (end, step, clip) = match &*name {
            "windows" => {
                let beyond = self.plus(len, 1);
                (self.saturating_sub(beyond, width), None, None)
            }
            "chunks" | "chunks_mut" => (len, Some(width), Some(len)),
            _ => {
                let rest = self.binary(BinaryOp::Rem, len, width);
                (self.minus(len, rest), Some(width), None)
            }
        };
        let steps = Steps {
            step,
            ..self.steps_from_zero(end)
        };
        Ok(Walk {
            steps,
            item: Item::Part {
                at,
                width,
                len: clip,
                by,
            },
        })
    }

    pub(super) fn only_argument<'e>(&mut self, it: &'e syn::ExprMethodCall) -> Lowered<&'e syn::Expr> {
        match it.args.first() {
            Some(arg) if it.args.len() == 1 => Ok(arg),
            _ => self.unsupported(&it.method, "this number of arguments"),
        }
    }

    fn walk_adaptor(&mut self, it: &syn::ExprMethodCall) -> Lowered<Walk> {
        let walk = self.walk(&it.receiver)?;
        match &*it.method.to_string() {
            "into_iter" | "fuse" | "peekable" => Ok(walk),
            "rev" => {
                let steps = Steps {
                    reversed: !walk.steps.reversed,
                    ..walk.steps
                };
                if steps.end.is_none() {
                    return self.unsupported(&it.method, "the end of an iterator without one");
                }
                Ok(Walk { steps, ..walk })
            }
            "enumerate" | "skip" | "take" if !walk.item.is_counted() => self.walk_by_count(it, walk),
            "enumerate" => {
                let walk = self.zero_based(it, walk)?;
                let item = Item::Pair(Box::new(Item::Number), Box::new(walk.item));
                Ok(Walk { item, ..walk })
            }
            "zip" => {
                let other = self.only_argument(it)?;
                let other = self.walk(other)?;
                let (a, b) = (self.zero_based(it, walk)?, self.zero_based(it, other)?);
                let end = match (a.steps.end, b.steps.end) {
                    (Some(a), Some(b)) => Some(self.smaller(a, b)),
                    (end, other) => end.or(other),
                };
                let steps = Steps { end, ..a.steps };
                Ok(Walk {
                    steps,
                    item: Item::Pair(Box::new(a.item), Box::new(b.item)),
                })
            }
            "step_by" => {
                let step = self.only_argument(it)?;
                let step = self.value(step, Some(&Type::USIZE))?;
                let walk = match (walk.steps.reversed, walk.steps.step) {
                    (false, None) if walk.item.is_counted() => walk,
                    _ => self.zero_based(it, walk)?,
                };
                let steps = Steps {
                    step: Some(step),
                    ..walk.steps
                };
                Ok(Walk { steps, ..walk })
            }
            "skip" | "take" => {
                let count = self.only_argument(it)?;
                let count = self.value(count, Some(&Type::USIZE))?;
                let straight = !walk.steps.reversed && walk.steps.step.is_none() && walk.item.is_counted();
                let usize = matches!(self.int_type(walk.steps.start), Int::Usize);
                let walk = if straight && usize {
                    walk
                } else {
                    self.zero_based(it, walk)?
                };
                let border = match self.b.constant(walk.steps.start) {
                    Some(Const::Int(0)) => count,
                    _ => self.binary(BinaryOp::Add, walk.steps.start, count),
                };
                let steps = match (it.method == "skip", walk.steps.end) {
                    (true, _) => Steps {
                        start: border,
                        ..walk.steps
                    },
                    (false, Some(end)) => Steps {
                        end: Some(self.smaller(end, border)),
                        ..walk.steps
                    },
                    (false, None) => Steps {
                        end: Some(border),
                        ..walk.steps
                    },
                };
                Ok(Walk { steps, ..walk })
            }
            "copied" | "cloned" => Ok(Walk {
                item: Item::Copied(Box::new(walk.item)),
                ..walk
            }),
            "map" => {
                let f = self.only_argument(it)?;
                Ok(Walk {
                    item: Item::Map(Box::new(walk.item), Func::new(f), None),
                    ..walk
                })
            }
            "filter" => {
                let f = self.only_argument(it)?;
                Ok(Walk {
                    item: Item::Filter(Box::new(walk.item), Func::new(f)),
                    ..walk
                })
            }
            "by_ref" => self.refuse_by_ref(&it.method),
            _ => self.walk_further(it, walk),
        }
    }
}

/// The list in `list.iter()` and `&list`, where that is a variable or a part of one: it is borrowed, not consumed.
fn borrowed_list(expr: &syn::Expr) -> Option<&syn::Expr> {
    let list = match inner(expr) {
        syn::Expr::MethodCall(it) if it.method == "iter" && it.args.is_empty() => inner(&it.receiver),
        syn::Expr::Reference(it) if it.mutability.is_none() => inner(&it.expr),
        _ => return None,
    };
    matches!(
        list,
        syn::Expr::Path(_) | syn::Expr::Field(_) | syn::Expr::Index(_)
    )
    .then_some(list)
}
