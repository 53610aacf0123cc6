//! Appending instructions: every one goes through here, so that what carries a derivative is known as soon as it is
//! built.

use super::Lowerer;
use super::operand::Operand;
use crate::ir::visit::{places, uses};
use crate::ir::{
    BinaryOp, CompareOp, Float, Init, Instr, Int, Name, Origin, Place, PlaceId, PlaceRef, Type, ValueId,
};
use crate::rules::Rule;
use std::collections::BTreeSet;

/// What a differentiable parameter reaches.
///
/// One too many refuses or slows down code that carries no derivative; one too few is a wrong gradient.
#[derive(Clone, Default, Debug)]
pub(super) struct Varied {
    pub(super) values: BTreeSet<ValueId>,
    /// Roots: a place carries a derivative as a whole.
    pub(super) places: BTreeSet<PlaceId>,
    /// Bits and texts of what carries a derivative, from which a float must not be made again.
    pub(super) bits: BTreeSet<ValueId>,
}

impl Lowerer<'_> {
    /// Appends an instruction with results of the given types.
    pub(super) fn push(&mut self, instr: Instr, types: impl IntoIterator<Item = Type>) -> Vec<ValueId> {
        let carries = match instr {
            // Host code is only made of what carries nothing, or gives nothing that could.
            Instr::Host { .. } => false,
            Instr::Alloc {
                init: Init::Host { .. },
                ..
            } => false,
            _ => {
                uses(&instr).iter().any(|id| self.varied.values.contains(id))
                    || places(&instr)
                        .iter()
                        .any(|(at, access)| access.reads() && self.varied.places.contains(&at.root))
            }
        };
        if carries {
            for (at, access) in places(&instr) {
                if access.writes() {
                    self.vary_place(at.root);
                }
            }
        }
        let bits =
            !self.varied.bits.is_empty() && uses(&instr).iter().any(|id| self.varied.bits.contains(id));
        let results = self.b.push(instr, types);
        if bits {
            let known = results
                .iter()
                .copied()
                .filter(|id| !matches!(self.b.body.ty(*id), Type::Bool));
            self.varied.bits.extend(known);
        }
        if carries {
            results.iter().for_each(|id| self.vary(*id));
        }
        results
    }

    /// Appends an instruction with one result.
    pub(super) fn one(&mut self, instr: Instr, ty: Type) -> ValueId {
        self.push(instr, [ty])[0]
    }

    /// Appends an instruction without results.
    pub(super) fn effect(&mut self, instr: Instr) {
        self.push(instr, []);
    }

    /// Marks a value, if it can carry a derivative at all.
    pub(super) fn vary(&mut self, id: ValueId) {
        if self.b.body.is_float(id) {
            self.varied.values.insert(id);
        }
    }

    /// Marks a place, if it can carry a derivative at all.
    ///
    /// Elements that only rustc knows the type of are floats from here on: what is written to them may carry one.
    pub(super) fn vary_place(&mut self, id: PlaceId) {
        elements_are_floats(&mut self.b.body.places[id.0 as usize].ty);
        if self.b.body.place(id).ty.has_floats() {
            self.varied.places.insert(id);
        }
    }

    /// Whether anything inside of `operand` may carry a derivative.
    pub(super) fn is_varied(&self, operand: &Operand) -> bool {
        match operand {
            Operand::Value(id) => self.varied.values.contains(id),
            Operand::Place { at, by: _ } => {
                self.varied.places.contains(&at.root) && self.type_at(at).has_floats()
            }
            Operand::Ref(inner) => self.is_varied(inner),
            Operand::Alias(path) => self.is_varied(self.scopes.get(path)),
            Operand::Tuple(parts) => parts.iter().any(|part| self.is_varied(part)),
            Operand::Option { value, .. } => self.is_varied(value),
            Operand::Unset | Operand::Lost | Operand::Poison => false,
        }
    }

    /// A new local place, to be begun by [`Lowerer::alloc`].
    pub(super) fn place(&mut self, ty: Type, name: Option<Name>) -> PlaceId {
        self.b.body.fresh_place(Place {
            ty,
            name,
            origin: Origin::Primal,
            param: None,
        })
    }

    pub(super) fn alloc(&mut self, place: PlaceId, init: Init) {
        self.effect(Instr::Alloc { place, init });
    }

    pub(super) fn load(&mut self, from: PlaceRef, ty: Type) -> ValueId {
        self.one(Instr::Load(from), ty)
    }

    pub(super) fn store(&mut self, to: PlaceRef, value: ValueId) {
        self.effect(Instr::Store { to, value });
    }

    pub(super) fn len(&mut self, of: PlaceRef) -> ValueId {
        self.one(Instr::Len(of), Type::USIZE)
    }

    /// `a op b`; the result has the type of the operand that knows its type.
    pub(super) fn binary(&mut self, op: BinaryOp, a: ValueId, b: ValueId) -> ValueId {
        let id = self.b.binary(op, a, b);
        if self.varied.values.contains(&a) || self.varied.values.contains(&b) {
            self.vary(id);
        }
        if self.varied.bits.contains(&a) || self.varied.bits.contains(&b) {
            self.varied.bits.insert(id);
        }
        id
    }

    pub(super) fn compare(&mut self, op: CompareOp, a: ValueId, b: ValueId) -> ValueId {
        self.one(Instr::Compare(op, a, b), Type::Bool)
    }

    pub(super) fn math(&mut self, rule: &'static Rule, args: Vec<ValueId>) -> ValueId {
        let ty = self.b.body.ty(args[0]).clone();
        self.one(Instr::Math { rule, args }, ty)
    }

    pub(super) fn usize(&mut self, n: usize) -> ValueId {
        self.b.int(n as i128, Int::Usize)
    }
}

fn elements_are_floats(ty: &mut Type) {
    if let Type::Array(element, _) | Type::Slice(element) | Type::Vec(element) | Type::Aggregate(element) = ty
    {
        if let Type::Host = **element {
            **element = Type::Float(Float::Inferred);
        }
        elements_are_floats(element);
    }
}
