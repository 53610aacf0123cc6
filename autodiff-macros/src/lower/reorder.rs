//! Methods that move elements about: as exchanges, which are their own adjoint.

use super::Lowerer;
use super::operand::{Halt, Lowered, Operand, is_scalar};
use crate::ir::{BinaryOp, Instr, PlaceRef, Proj, Type, ValueId};

impl Lowerer<'_> {
    /// `from`, or a copy of it if it lies in the same variable as `to`.
    pub(super) fn apart(&mut self, to: &PlaceRef, from: PlaceRef) -> PlaceRef {
        if from.root != to.root {
            return from;
        }
        match self.copied(&from, false) {
            Operand::Place { at, .. } => at,
            _ => from,
        }
    }

    /// Exchanges the contents of two places.
    pub(super) fn exchange(
        &mut self,
        at: &impl quote::ToTokens,
        a: PlaceRef,
        b: PlaceRef,
    ) -> Lowered<Operand> {
        let ty = self.type_at(&a);
        if a.root != b.root {
            self.effect(Instr::Swap(a, b));
            return Ok(Operand::UNIT);
        }
        if is_scalar(&ty) {
            let (x, y) = (self.load(a.clone(), ty.clone()), self.load(b.clone(), ty));
            self.store(a, y);
            self.store(b, x);
            return Ok(Operand::UNIT);
        }
        if let Type::Vec(_) | Type::Aggregate(_) | Type::Matrix(_) | Type::Tuple(_) = ty {
            return self.refuse(
                at,
                "an exchange inside of one list cannot be differentiated",
                "use `swap(i, j)`",
            );
        }
        let (Operand::Place { at: x, .. }, Operand::Place { at: y, .. }) =
            (self.copied(&a, false), self.copied(&b, false))
        else {
            return Err(Halt::Error);
        };
        self.effect(Instr::CopyTo { to: a, from: y });
        self.effect(Instr::CopyTo { to: b, from: x });
        Ok(Operand::UNIT)
    }

    pub(super) fn reverse(&mut self, at: PlaceRef) -> Lowered<Operand> {
        let len = self.length(&at);
        self.reverse_between(at, None, len)
    }

    /// Swaps elements from both ends of `start..end` inwards.
    fn reverse_between(&mut self, at: PlaceRef, start: Option<ValueId>, end: ValueId) -> Lowered<Operand> {
        let len = match start {
            None => end,
            Some(start) => self.minus(end, start),
        };
        let two = self.usize(2);
        let half = self.binary(BinaryOp::Div, len, two);
        self.counted(half, |lowerer, i| {
            let one = lowerer.usize(1);
            let back = lowerer.binary(BinaryOp::Sub, end, one);
            let back = lowerer.binary(BinaryOp::Sub, back, i);
            let front = match start {
                None => i,
                Some(start) => lowerer.binary(BinaryOp::Add, start, i),
            };
            let (a, b) = (at.then(Proj::Index(front)), at.then(Proj::Index(back)));
            lowerer.effect(Instr::Swap(a, b));
            Ok(())
        })?;
        Ok(Operand::UNIT)
    }

    /// A rotation is three reversals.
    pub(super) fn rotate(&mut self, it: &syn::ExprMethodCall, at: PlaceRef, left: bool) -> Lowered<Operand> {
        let by = self.value(&it.args[0], Some(&Type::USIZE))?;
        let len = self.length(&at);
        let middle = if left { by } else { self.minus(len, by) };
        self.reverse_between(at.clone(), None, middle)?;
        self.reverse_between(at.clone(), Some(middle), len)?;
        self.reverse_between(at, None, len)
    }
}
