//! Adaptors that end early, remember something, or put iterators behind or into one another; and the functions of
//! `std::iter`.

use super::Lowerer;
use super::items::{Func, Item, Seam, Steps, Walk};
use super::operand::{Lowered, Operand};
use super::scope::VarId;
use crate::ir::{BinaryOp, Type};

impl Lowerer<'_> {
    /// The adaptors that need more than other numbers.
    pub(super) fn walk_further(&mut self, it: &syn::ExprMethodCall, walk: Walk) -> Lowered<Walk> {
        let name = it.method.to_string();
        match (name.as_str(), it.args.len()) {
            ("chain", 1) => return self.walk_chain(it, walk),
            ("cycle", 0) => return self.walk_cycle(it, walk),
            ("flatten", 0) => return Ok(around(walk, |item| Item::Flat(item, None))),
            ("scan", 2) => {
                let first = self.expr(&it.args[0], None)?;
                let first = self.settled(first);
                let state = self.hidden_variable("state", first);
                let f = Func::new(&it.args[1]);
                return Ok(around(walk, |item| Item::Scan(item, f, state)));
            }
            _ => (),
        }
        let f = Func::new(self.only_argument(it)?);
        match name.as_str() {
            "filter_map" => Ok(around(walk, |item| Item::FilterMap(item, f))),
            "take_while" => Ok(around(walk, |item| Item::TakeWhile(item, f))),
            "map_while" => Ok(around(walk, |item| Item::MapWhile(item, f))),
            "inspect" => Ok(around(walk, |item| Item::Inspect(item, f))),
            "flat_map" => Ok(around(walk, |item| Item::Flat(item, Some(f)))),
            "skip_while" => {
                let yes = Operand::Value(self.b.bool(true));
                let skipping = self.hidden_variable("skipping", yes);
                Ok(around(walk, |item| Item::SkipWhile(item, f, skipping)))
            }
            _ => {
                let message = format!("`{name}` cannot be differentiated");
                self.refuse(&it.method, &message, "write the loop out")
            }
        }
    }

    fn walk_chain(&mut self, it: &syn::ExprMethodCall, walk: Walk) -> Lowered<Walk> {
        let other = self.only_argument(it)?;
        let other = self.walk(other)?;
        let (a, b) = (self.renumbered(walk), self.renumbered(other));
        // Nothing comes behind what does not end.
        let Some(count) = a.steps.end else {
            return Ok(a);
        };
        let end = b.steps.end.map(|end| self.binary(BinaryOp::Add, count, end));
        let seam = Seam {
            at: count,
            whole: end,
            rest: b.steps.end,
        };
        let item = Item::Chain {
            first: Box::new(a.item),
            seam,
            second: Box::new(b.item),
        };
        let steps = Steps { end, ..a.steps };
        Ok(Walk { steps, item })
    }

    fn walk_cycle(&mut self, it: &syn::ExprMethodCall, walk: Walk) -> Lowered<Walk> {
        let walk = self.zero_based(it, walk)?;
        match walk.steps.end {
            None => Ok(walk),
            Some(count) => {
                let steps = Steps {
                    end: None,
                    ..walk.steps
                };
                let item = Item::Cycle(Box::new(walk.item), count);
                Ok(Walk { steps, item })
            }
        }
    }

    /// `enumerate`, `skip` and `take` of items that only the loop itself counts.
    pub(super) fn walk_by_count(&mut self, it: &syn::ExprMethodCall, walk: Walk) -> Lowered<Walk> {
        let zero = self.usize(0);
        if it.method == "enumerate" {
            let counter = self.hidden_variable("count", Operand::Value(zero));
            return Ok(around(walk, |item| Item::Numbered(item, counter)));
        }
        let count = self.only_argument(it)?;
        let count = self.value(count, Some(&Type::USIZE))?;
        let counter = self.hidden_variable("count", Operand::Value(zero));
        Ok(match it.method == "take" {
            true => around(walk, |item| Item::Limited(item, counter, count)),
            false => around(walk, |item| Item::Behind(item, counter, count)),
        })
    }

    /// `std::iter::once(x)` and its like.
    pub(super) fn walk_maker(&mut self, it: &syn::ExprCall) -> Lowered<Walk> {
        let name = super::items::maker(&it.func).unwrap_or_default();
        let zero = self.usize(0);
        let endless = Steps {
            start: zero,
            end: None,
            step: None,
            reversed: false,
        };
        match (name.as_str(), it.args.len()) {
            ("empty", 0) => Ok(Walk {
                steps: self.steps_from_zero(zero),
                item: Item::Given(Operand::Unset),
            }),
            ("once" | "repeat", 1) | ("repeat_n", 2) => {
                let operand = self.expr(&it.args[0], None)?;
                let item = Item::Given(self.settled(operand));
                let steps = match name.as_str() {
                    "once" => {
                        let one = self.usize(1);
                        self.steps_from_zero(one)
                    }
                    "repeat" => endless,
                    _ => {
                        let count = self.value(&it.args[1], Some(&Type::USIZE))?;
                        self.steps_from_zero(count)
                    }
                };
                Ok(Walk { steps, item })
            }
            ("successors", 2) => {
                let first = self.expr(&it.args[0], None)?;
                let first = self.settled(first);
                if !self.is_option(&first) {
                    return self.unsupported(&it.args[0], "a first item that is no `Some`");
                }
                let state = self.hidden_variable("next", first);
                let item = Item::Successors(Func::new(&it.args[1]), state);
                Ok(Walk { steps: endless, item })
            }
            ("from_fn", 1) => Ok(Walk {
                steps: endless,
                item: Item::FromFn(Func::new(&it.args[0])),
            }),
            ("zip", 2) => {
                let (a, b) = (&it.args[0], &it.args[1]);
                let zip: syn::ExprMethodCall = syn::parse_quote!((#a).into_iter().zip(#b));
                let zip: syn::Expr = syn::Expr::MethodCall(zip);
                self.walk(&zip)
            }
            _ => self.unsupported(&it.func, "this iterator"),
        }
    }

    /// A variable that no name means, and that a loop carries.
    pub(super) fn hidden_variable(&mut self, name: &str, first: Operand) -> VarId {
        let span = self.b.span;
        self.scopes.hidden(name, span, first, true)
    }
}

fn around(walk: Walk, item: impl FnOnce(Box<Item>) -> Item) -> Walk {
    Walk {
        item: item(Box::new(walk.item)),
        ..walk
    }
}
