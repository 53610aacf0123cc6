//! Numbers of items: where an iterator starts, how many items it has, and which is which after `rev` and `skip`.

use super::Lowerer;
use super::items::{Item, Steps, Walk};
use super::operand::Lowered;
use crate::ir::{BinaryOp, Const, Instr, Int, Type, ValueId};
use crate::rules::Rule;

impl Lowerer<'_> {
    /// The same items numbered `0, 1, …` in the order in which they come.
    pub(super) fn zero_based(&mut self, it: &syn::ExprMethodCall, walk: Walk) -> Lowered<Walk> {
        if !walk.item.is_counted() {
            let message = format!(
                "`{}` of items that are filtered cannot be differentiated",
                it.method
            );
            return self.refuse(&it.method, &message, "collect them into a `Vec` first");
        }
        Ok(self.renumbered(walk))
    }

    /// As [`Lowerer::zero_based`], where some numbers may have no item.
    pub(super) fn renumbered(&mut self, walk: Walk) -> Walk {
        let Steps {
            start,
            end,
            step,
            reversed,
        } = walk.steps;
        let ty = self.int_type(start);
        let at_zero = self.b.constant(start) == Some(Const::Int(0));
        if at_zero && step.is_none() && !reversed && matches!(ty, Int::Usize) {
            return walk;
        }
        let count = end.map(|end| self.count_of(start, end, step));
        let first = match (reversed, count) {
            (true, Some(count)) => {
                // Of an empty walk there is no last number, and nobody asks for it.
                let one = self.usize(1);
                let last = self.saturating_sub(count, one);
                self.number(start, last, step, false, ty)
            }
            _ => start,
        };
        let item = match (&walk.item, reversed, step, at_zero) {
            (item, false, None, true) if matches!(ty, Int::Usize) => item.clone(),
            _ => Item::Moved {
                item: Box::new(walk.item),
                first,
                step,
                down: reversed,
                ty,
            },
        };
        let zero = self.usize(0);
        let steps = Steps {
            start: zero,
            end: count,
            step: None,
            reversed: false,
        };
        Walk { steps, item }
    }

    /// How many items a walk has; an error if only running it tells.
    pub(super) fn count(&mut self, it: &syn::ExprMethodCall, walk: &Walk) -> Lowered<ValueId> {
        let counted = self.zero_based(it, walk.clone())?;
        match counted.steps.end {
            Some(end) => Ok(end),
            None => self.unsupported(&it.method, "the end of an iterator without one"),
        }
    }

    /// The number of numbers in `(start..end).step_by(step)`, as a `usize`.
    fn count_of(&mut self, start: ValueId, end: ValueId, step: Option<ValueId>) -> ValueId {
        let span = match self.b.constant(start) {
            Some(Const::Int(0)) if matches!(self.int_type(start), Int::Usize) => end,
            _ => {
                let span = self.saturating_sub(end, start);
                self.unsigned(span)
            }
        };
        match step {
            None => span,
            Some(step) => {
                let one = self.usize(1);
                let less = self.binary(BinaryOp::Sub, step, one);
                let sum = self.binary(BinaryOp::Add, span, less);
                self.binary(BinaryOp::Div, sum, step)
            }
        }
    }

    /// A difference as a `usize`; a negative one is none.
    fn unsigned(&mut self, id: ValueId) -> ValueId {
        match self.int_type(id) {
            Int::Usize => id,
            Int::U8 | Int::U16 | Int::U32 | Int::U64 | Int::U128 => self.cast(id, Type::USIZE),
            ty => {
                let zero = self.b.int(0, ty);
                let id = self.integer_method(&MAX, id, zero);
                self.cast(id, Type::USIZE)
            }
        }
    }

    pub(super) fn saturating_sub(&mut self, l: ValueId, r: ValueId) -> ValueId {
        match (self.b.constant(l), self.b.constant(r)) {
            (_, Some(Const::Int(0))) => l,
            (Some(Const::Int(a)), Some(Const::Int(b))) if matches!(self.int_type(l), Int::Usize) => {
                self.b.int((a - b).max(0), Int::Usize)
            }
            _ => self.integer_method(&SATURATING_SUB, l, r),
        }
    }

    pub(super) fn smaller(&mut self, l: ValueId, r: ValueId) -> ValueId {
        match (self.b.constant(l), self.b.constant(r)) {
            _ if l == r => l,
            (Some(Const::Int(a)), Some(Const::Int(b))) => {
                if a <= b {
                    l
                } else {
                    r
                }
            }
            _ => self.integer_method(&MIN, l, r),
        }
    }

    fn integer_method(&mut self, rule: &'static Rule, l: ValueId, r: ValueId) -> ValueId {
        let ty = match self.int_type(l) {
            Int::Inferred => self.int_type(r),
            known => known,
        };
        self.one(
            Instr::Math {
                rule,
                args: vec![l, r],
            },
            Type::Int(ty),
        )
    }

    /// `first ± i · step` in the integers `ty`.
    pub(super) fn number(
        &mut self,
        first: ValueId,
        i: ValueId,
        step: Option<ValueId>,
        down: bool,
        ty: Int,
    ) -> ValueId {
        let offset = match step {
            None => i,
            Some(step) => self.binary(BinaryOp::Mul, i, step),
        };
        let offset = match (ty, self.int_type(offset)) {
            (Int::Usize | Int::Inferred, _) => offset,
            (ty, from) if ty == from => offset,
            (ty, _) => self.cast(offset, Type::Int(ty)),
        };
        match (down, self.b.constant(first)) {
            (false, Some(Const::Int(0))) => offset,
            (false, _) => self.binary(BinaryOp::Add, first, offset),
            (true, _) => self.binary(BinaryOp::Sub, first, offset),
        }
    }
}

/// Not rows of the table: integers have no derivative.
static SATURATING_SUB: Rule = Rule {
    name: "saturating_sub",
    args: &["l", "r"],
    result: "y",
    partials: &[],
};
static MIN: Rule = Rule {
    name: "min",
    args: &["l", "r"],
    result: "y",
    partials: &[],
};
static MAX: Rule = Rule {
    name: "max",
    args: &["l", "r"],
    result: "y",
    partials: &[],
};
