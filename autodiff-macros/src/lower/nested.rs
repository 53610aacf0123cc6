//! Loops whose items are left out, end the loop, or are loops themselves.

use super::Lowerer;
use super::exits::FrameKind;
use super::items::{Item, Steps, Walk};
use super::loops::Each;
use super::operand::{Lowered, Operand, VarPath};
use super::places::inner;
use super::scope::VarId;
use crate::ir::{BinaryOp, CompareOp, Type, ValueId};

impl<'a> Lowerer<'a> {
    /// Does `each` with an item that the numbers do not count.
    pub(super) fn with_uncounted(&mut self, item: &Item, i: ValueId, each: &mut Each<'_, 'a>) -> Lowered<()> {
        match item {
            Item::Filter(item, f) => self.with_item(item, i, &mut |lowerer, x| {
                let keep = lowerer.question_of(f, &x)?;
                lowerer.either(keep, |lowerer| each(lowerer, x), |_| Ok(()))
            }),
            Item::FilterMap(item, f) => self.with_item(item, i, &mut |lowerer, x| {
                let y = lowerer.apply_func(f, vec![x], Some(&Type::optional(Type::Host)))?;
                let Some(parts) = lowerer.option_parts(&y) else {
                    return lowerer.unsupported(&*f.code, "this closure");
                };
                lowerer.either(parts.some, |lowerer| each(lowerer, parts.value), |_| Ok(()))
            }),
            Item::TakeWhile(item, f) => self.with_item(item, i, &mut |lowerer, x| {
                let more = lowerer.question_of(f, &x)?;
                lowerer.either(more, |_| Ok(()), Lowerer::end_loop)?;
                each(lowerer, x)
            }),
            Item::MapWhile(item, f) => self.with_item(item, i, &mut |lowerer, x| {
                let y = lowerer.apply_func(f, vec![x], Some(&Type::optional(Type::Host)))?;
                lowerer.while_some(&f.code, &y, each)
            }),
            Item::Scan(item, f, state) => self.with_item(item, i, &mut |lowerer, x| {
                let state = Operand::Alias(path(*state));
                let y = lowerer.apply_func(f, vec![state, x], Some(&Type::optional(Type::Host)))?;
                lowerer.while_some(&f.code, &y, each)
            }),
            Item::SkipWhile(item, f, skipping) => self.with_item(item, i, &mut |lowerer, x| {
                let skipping = path(*skipping);
                let before = lowerer.number_in(&skipping);
                let still = lowerer.fork(
                    before,
                    |lowerer| lowerer.question_of(f, &x).map(Operand::Value),
                    |lowerer| Ok(Operand::Value(lowerer.b.bool(false))),
                )?;
                lowerer.scopes.set(&skipping, still);
                let still = lowerer.number_in(&skipping);
                lowerer.either(still, |_| Ok(()), |lowerer| each(lowerer, x))
            }),
            Item::Numbered(item, counter) => self.with_item(item, i, &mut |lowerer, x| {
                let k = lowerer.counted_up(*counter);
                each(lowerer, Operand::Tuple(vec![Operand::Value(k), x]))
            }),
            Item::Limited(item, counter, limit) => self.with_item(item, i, &mut |lowerer, x| {
                let k = lowerer.counted_up(*counter);
                let more = lowerer.compare(CompareOp::Lt, k, *limit);
                lowerer.either(more, |_| Ok(()), Lowerer::end_loop)?;
                each(lowerer, x)
            }),
            Item::Behind(item, counter, first) => self.with_item(item, i, &mut |lowerer, x| {
                let k = lowerer.counted_up(*counter);
                let behind = lowerer.compare(CompareOp::Ge, k, *first);
                lowerer.either(behind, |lowerer| each(lowerer, x), |_| Ok(()))
            }),
            Item::Flat(item, f) => self.with_item(item, i, &mut |lowerer, x| match f {
                None => lowerer.with_content(x, each),
                Some(f) => lowerer.with_inner_loop(f, x, each),
            }),
            Item::Chain { first, seam, second } => self.with_chained(first, seam.at, second, i, each),
            Item::Cycle(item, count) => {
                let i = self.binary(BinaryOp::Rem, i, *count);
                self.with_item(item, i, each)
            }
            Item::Successors(f, next) => {
                let next = path(*next);
                let now = self.scopes.get(&next).clone();
                self.while_some(&f.code, &now, &mut |lowerer, x| {
                    let then = lowerer.apply_func(f, vec![x.clone().borrowed()], None)?;
                    let then = lowerer.settled(then);
                    lowerer.scopes.set(&next, then);
                    each(lowerer, x)
                })
            }
            Item::FromFn(f) => {
                let y = self.apply_func(f, Vec::new(), Some(&Type::optional(Type::Host)))?;
                self.while_some(&f.code, &y, each)
            }
            Item::Number
            | Item::Element { .. }
            | Item::Part { .. }
            | Item::Host(_)
            | Item::Given(_)
            | Item::Moved { .. }
            | Item::Pair(..)
            | Item::Copied(_)
            | Item::Map(..)
            | Item::Inspect(..) => unreachable!("the numbers count these"),
        }
    }

    /// `if cond { then } else { otherwise }`, for what they do.
    fn either(
        &mut self,
        cond: ValueId,
        then: impl FnOnce(&mut Self) -> Lowered<()>,
        otherwise: impl FnOnce(&mut Self) -> Lowered<()>,
    ) -> Lowered<()> {
        self.fork(
            cond,
            |lowerer| then(lowerer).map(|()| Operand::UNIT),
            |lowerer| otherwise(lowerer).map(|()| Operand::UNIT),
        )?;
        Ok(())
    }

    /// What `f(&x)` says.
    fn question_of(&mut self, f: &super::items::Func, x: &Operand) -> Lowered<ValueId> {
        let answer = self.apply_func(f, vec![x.clone().borrowed()], Some(&Type::Bool))?;
        match self.scalar(&answer) {
            Some(answer) => Ok(answer),
            None => self.unsupported(&*f.code, "a filter by this"),
        }
    }

    /// Leaves the loop that the items belong to.
    fn end_loop(&mut self) -> Lowered<()> {
        let at = self.target_frame(None).expect("items come in a loop");
        self.leave(at, None)
    }

    /// Does `each` with the content of an option; without one the loop ends.
    fn while_some(&mut self, tokens: &syn::Expr, y: &Operand, each: &mut Each<'_, 'a>) -> Lowered<()> {
        let Some(parts) = self.option_parts(y) else {
            return self.unsupported(tokens, "this closure");
        };
        self.either(parts.some, |_| Ok(()), Lowerer::end_loop)?;
        each(self, parts.value)
    }

    pub(super) fn number_in(&mut self, path: &VarPath) -> ValueId {
        let content = self.scopes.get(path).clone();
        self.scalar(&content).expect("a variable of ours is a number")
    }

    /// The variable's number, which is one more from now on.
    fn counted_up(&mut self, counter: VarId) -> ValueId {
        let counter = path(counter);
        let now = self.number_in(&counter);
        let next = self.plus(now, 1);
        self.scopes.set(&counter, Operand::Value(next));
        now
    }

    /// `flat_map(f)`: the loop over what `f(x)` gives.
    fn with_inner_loop(
        &mut self,
        f: &super::items::Func,
        x: Operand,
        each: &mut Each<'_, 'a>,
    ) -> Lowered<()> {
        let closure = match inner(&f.code) {
            syn::Expr::Closure(it) if it.inputs.len() == 1 && self.is_iterator(&it.body) => it.clone(),
            _ => {
                let list = self.apply_func(f, vec![x], None)?;
                return self.with_content(list, each);
            }
        };
        let outside = f.names.as_ref().map(|names| self.scopes.enter(names.clone()));
        self.scopes.open();
        let bound = self.bind(&closure.inputs[0], x);
        let walk = bound.and_then(|()| self.walk(&closure.body));
        let names = self.scopes.names();
        self.scopes.close();
        if let Some(outside) = outside {
            self.scopes.leave(outside);
        }
        let mut walk = walk?;
        walk.item.keep_names(&names);
        self.run_inner(&walk, each)
    }

    /// The loop over a list or an option that is an item.
    fn with_content(&mut self, x: Operand, each: &mut Each<'_, 'a>) -> Lowered<()> {
        if let Some(parts) = self.option_parts(&x) {
            return self.either(parts.some, |lowerer| each(lowerer, parts.value), |_| Ok(()));
        }
        let by = match &x {
            Operand::Place { by, .. } => *by,
            _ => super::operand::By::Ref,
        };
        let at = self.path_of(&x).filter(|at| self.type_at(at).element().is_some());
        let Some(at) = at else {
            let here = syn::Ident::new("flatten", self.b.span);
            return self.unsupported(&here, "a loop over these items");
        };
        let end = self.length(&at);
        let walk = Walk {
            steps: self.steps_from_zero(end),
            item: Item::Element { at, by },
        };
        self.run_inner(&walk, each)
    }

    fn run_inner(&mut self, walk: &Walk, each: &mut Each<'_, 'a>) -> Lowered<()> {
        self.inner_loop = true;
        self.run(None, walk, each).map(|_| ())
    }

    /// An item of a chain by its number.
    fn with_chained(
        &mut self,
        first: &Item,
        count: ValueId,
        second: &Item,
        i: ValueId,
        each: &mut Each<'_, 'a>,
    ) -> Lowered<()> {
        let here = syn::Ident::new("chain", self.b.span);
        if !first.is_counted() || !second.is_counted() {
            return self.unsupported(&here, "this chain");
        }
        let in_first = self.compare(CompareOp::Lt, i, count);
        let item = self.fork(
            in_first,
            |lowerer| lowerer.item_of(first, i),
            |lowerer| {
                let i = lowerer.binary(BinaryOp::Sub, i, count);
                lowerer.item_of(second, i)
            },
        );
        let item = self.found(&here, item)?;
        each(self, item)
    }

    /// A chain that is run through from one end to the other is two loops.
    pub(super) fn run_chain(
        &mut self,
        label: Option<&syn::Label>,
        walk: &Walk,
        each: &mut Each<'_, 'a>,
    ) -> Option<Lowered<Operand>> {
        let seam = walk.item.seam().filter(|_| walk.steps.step.is_none())?;
        let (low, high) = walk.item.halves(seam.at);
        let Steps { start, end, .. } = walk.steps;
        let whole = end == seam.whole;
        let low_end = match end {
            Some(end) if !whole => self.smaller(end, seam.at),
            Some(_) | None => seam.at,
        };
        let high_end = match end {
            Some(end) if !whole => Some(self.saturating_sub(end, seam.at)),
            Some(_) | None => seam.rest,
        };
        let high_start = match self.b.constant(start) {
            Some(crate::ir::Const::Int(0)) => start,
            _ => self.saturating_sub(start, seam.at),
        };
        let low = Walk {
            steps: Steps {
                end: Some(low_end),
                ..walk.steps
            },
            item: low,
        };
        let high = Walk {
            steps: Steps {
                start: high_start,
                end: high_end,
                ..walk.steps
            },
            item: high,
        };
        let parts = if walk.steps.reversed {
            [high, low]
        } else {
            [low, high]
        };
        Some(self.leavable(FrameKind::Loop, label, None, |lowerer, _| {
            for part in &parts {
                lowerer.run_inner(part, each)?;
            }
            Ok(Operand::UNIT)
        }))
    }
}

/// The whole of a variable.
pub(super) fn path(var: VarId) -> VarPath {
    VarPath {
        var,
        path: Vec::new(),
    }
}
