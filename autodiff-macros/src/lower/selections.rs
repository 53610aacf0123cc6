//! One item out of an iterator: the last, the largest, the first that fits.

use super::Lowerer;
use super::items::Walk;
use super::operand::{Lowered, Operand, VarPath};
use crate::ir::{CompareOp, HostArg, Instr, Type, UnaryOp, ValueId};
use quote::quote;

impl<'a> Lowerer<'a> {
    /// `last`, `nth`, `max_by`, `position`, …; `None` if the method is another.
    pub(super) fn selection(
        &mut self,
        it: &syn::ExprMethodCall,
        walk: &Walk,
        want: Option<&Type>,
    ) -> Option<Lowered<Operand>> {
        Some(match (&*it.method.to_string(), it.args.len()) {
            ("last", 0) if walk.item.is_counted() => self.last_item(it, walk),
            ("nth", 1) if walk.item.is_counted() && walk.steps.end.is_some() => self.nth_item(it, walk),
            ("max_by" | "min_by", 1) if walk.item.is_counted() => self.extreme(it, walk),
            ("position" | "find", 1) if walk.item.is_counted() && walk.steps.end.is_some() => {
                self.first_fitting(it, walk)
            }
            _ => return self.search(it, walk, want),
        })
    }

    fn last_item(&mut self, it: &syn::ExprMethodCall, walk: &Walk) -> Lowered<Operand> {
        let (walk, count) = self.numbered(it, walk)?;
        let (zero, one) = (self.usize(0), self.usize(1));
        let some = self.compare(CompareOp::Gt, count, zero);
        let last = self.saturating_sub(count, one);
        self.item_if(&walk, some, last)
    }

    fn nth_item(&mut self, it: &syn::ExprMethodCall, walk: &Walk) -> Lowered<Operand> {
        let (walk, count) = self.numbered(it, walk)?;
        let n = self.value(&it.args[0], Some(&Type::USIZE))?;
        let some = self.compare(CompareOp::Lt, n, count);
        self.item_if(&walk, some, n)
    }

    /// The last of the largest items, or the first of the smallest, by a comparison, as std has it.
    fn extreme(&mut self, it: &syn::ExprMethodCall, walk: &Walk) -> Lowered<Operand> {
        let (walk, count) = self.numbered(it, walk)?;
        let (zero, one) = (self.usize(0), self.usize(1));
        let some = self.compare(CompareOp::Gt, count, zero);
        let best = self.number_variable(zero);
        let mut rest = walk.clone();
        rest.steps.start = one;
        let largest = it.method == "max_by";
        let item = rest.item.clone();
        rest.item = super::items::Item::Number;
        self.run(None, &rest, &mut |lowerer, number| {
            let so_far = lowerer.scopes.get(&best).clone();
            let (Some(old), Some(new)) = (lowerer.scalar(&so_far), lowerer.scalar(&number)) else {
                unreachable!("both are numbers of items")
            };
            let (a, b) = (lowerer.item_of(&item, old)?, lowerer.item_of(&item, new)?);
            let order = lowerer.apply(&it.args[0], vec![a.borrowed(), b.borrowed()], None)?;
            let Some(order) = lowerer.scalar(&order) else {
                return lowerer.unsupported(&it.args[0], "a comparison by this");
            };
            let template = match largest {
                true => quote!(__h0 != ::core::cmp::Ordering::Greater),
                false => quote!(__h0 == ::core::cmp::Ordering::Greater),
            };
            let args = vec![HostArg::Value(order)];
            let better = lowerer.one(
                Instr::Host {
                    template,
                    args,
                    pure: true,
                },
                Type::Bool,
            );
            let best_now = lowerer.fork(better, |_| Ok(Operand::Value(new)), |_| Ok(Operand::Value(old)))?;
            lowerer.scopes.set(&best, best_now);
            Ok(())
        })?;
        let best = self.scopes.get(&best).clone();
        let best = self.scalar(&best).expect("a number of an item");
        self.item_if(&walk, some, best)
    }

    /// `position` and `find`: nothing is asked of the items behind the first that fits.
    fn first_fitting(&mut self, it: &syn::ExprMethodCall, walk: &Walk) -> Lowered<Operand> {
        let (walk, _) = self.numbered(it, walk)?;
        let zero = self.usize(0);
        let at = self.number_variable(zero);
        let no = self.b.bool(false);
        let found = self.number_variable(no);
        let by_reference = it.method == "find";
        let mut numbers = walk.clone();
        numbers.item = super::items::Item::Number;
        self.run(None, &numbers, &mut |lowerer, number| {
            let so_far = lowerer.scopes.get(&found).clone();
            let so_far = lowerer.scalar(&so_far).expect("a flag");
            let open = lowerer.one(Instr::Unary(UnaryOp::Not, so_far), Type::Bool);
            lowerer.fork(
                open,
                |lowerer| {
                    let k = lowerer.scalar(&number).expect("a number of an item");
                    let item = lowerer.item_of(&walk.item, k)?;
                    let item = if by_reference { item.borrowed() } else { item };
                    let fits = lowerer.apply(&it.args[0], vec![item], Some(&Type::Bool))?;
                    lowerer.scopes.set(&found, fits);
                    lowerer.scopes.set(&at, Operand::Value(k));
                    Ok(Operand::UNIT)
                },
                |_| Ok(Operand::UNIT),
            )?;
            Ok(())
        })?;
        let (found, at) = (self.scopes.get(&found).clone(), self.scopes.get(&at).clone());
        let (Some(some), Some(at)) = (self.scalar(&found), self.scalar(&at)) else {
            return self.unsupported(&it.args[0], "a search by this");
        };
        match by_reference {
            true => self.item_if(&walk, some, at),
            false => Ok(Operand::Option {
                some,
                value: Box::new(Operand::Value(at)),
                error: None,
            }),
        }
    }

    /// The walk numbered from zero, and the number of its items.
    fn numbered(&mut self, it: &syn::ExprMethodCall, walk: &Walk) -> Lowered<(Walk, ValueId)> {
        let walk = self.zero_based(it, walk.clone())?;
        match walk.steps.end {
            Some(count) => Ok((walk, count)),
            None => self.unsupported(&it.method, "the end of an iterator without one"),
        }
    }

    fn number_variable(&mut self, first: ValueId) -> VarPath {
        let span = self.b.span;
        let var = self.scopes.hidden("at", span, Operand::Value(first), true);
        VarPath {
            var,
            path: Vec::new(),
        }
    }

    /// Item `number` as an option: it is looked at only if `some`.
    fn item_if(&mut self, walk: &Walk, some: ValueId, number: ValueId) -> Lowered<Operand> {
        let value = self.fork(
            some,
            |lowerer| lowerer.item_of(&walk.item, number),
            |_| Ok(Operand::Unset),
        )?;
        Ok(Operand::Option {
            some,
            value: Box::new(value),
            error: None,
        })
    }

    /// Item `number` of a walk without filters.
    pub(super) fn item_of(&mut self, item: &super::items::Item, number: ValueId) -> Lowered<Operand> {
        let mut res = Operand::Unset;
        self.with_item(item, number, &mut |_, item| {
            res = item;
            Ok(())
        })?;
        Ok(res)
    }
}
