//! Tangents of instructions on memory: each does to the shadow what the primal does to the place.

use super::Forward;
use crate::ir::visit::Access;
use crate::ir::{Content, Init, Instr, PlaceId, PlaceRef, Proj, Stmt};

impl Forward {
    /// The tangent of an instruction that only writes.
    pub(super) fn effect(&mut self, instr: &Instr) {
        match instr {
            Instr::Store { to, value } => {
                if let Some(to) = self.shadow(to) {
                    let value = self.dot_or_zero(*value);
                    self.b.store(to, value);
                }
            }
            Instr::AddTo { to, value } => {
                if let (Some(to), Some(value)) = (self.shadow(to), self.dot(*value)) {
                    self.b.add_to(to, value);
                }
            }
            Instr::Fill { to, value } => {
                if let Some(to) = self.shadow(to) {
                    let value = self.dot_or_zero(*value);
                    self.b.effect(Instr::Fill { to, value });
                }
            }
            Instr::CopyTo { to, from } => {
                if let Some(to) = self.shadow(to) {
                    let from = self.shadow_or_zeros(from);
                    self.b.effect(Instr::CopyTo { to, from });
                }
            }
            Instr::Accumulate { to, from } => {
                if let (Some(to), Some(from)) = (self.shadow(to), self.shadow(from)) {
                    self.b.effect(Instr::Accumulate { to, from });
                }
            }
            Instr::AddMatrix { to, op, negative } => {
                if let Some(to) = self.shadow(to) {
                    self.add_matrix_dots(&to, op, *negative);
                }
            }
            Instr::Swap(l, r) => {
                if let (Some(l), Some(r)) = (self.shadow(l), self.shadow(r)) {
                    self.b.effect(Instr::Swap(l, r));
                }
            }
            Instr::Push { to, value } => {
                if let Some(to) = self.shadow(to) {
                    let value = self.dot_or_zero(*value);
                    self.b.effect(Instr::Push { to, value });
                }
            }
            Instr::PushRow { to, row } => {
                if let Some(to) = self.shadow(to) {
                    let row = self.shadow_or_zeros(&PlaceRef::whole(*row)).root;
                    self.b.effect(Instr::PushRow { to, row });
                }
            }
            Instr::PopRow { from, row } => {
                if let (Some(from), Some(row)) = (self.shadow(from), self.begin_shadow(*row)) {
                    self.b.effect(Instr::PopRow { from, row });
                }
            }
            Instr::Resize { to, len, value } => {
                if let Some(to) = self.shadow(to) {
                    let value = self.dot_or_zero(*value);
                    self.b.effect(Instr::Resize { to, len: *len, value });
                }
            }
            _ => (),
        }
        debug_assert!(
            crate::ir::visit::places(instr)
                .iter()
                .all(|(_, access)| *access != Access::Begin)
                || matches!(instr, Instr::PopRow { .. })
        );
    }

    pub(super) fn alloc(&mut self, stmt: &Stmt, place: PlaceId, init: &Init) {
        if let Init::Matrix(op) = init {
            return self.alloc_matrix(stmt, place, op);
        }
        let mut late = Vec::new();
        // A tangent is moved before its primal is, while the shape can still be asked for.
        self.each_direction(|forward| {
            let Some(shadow) = forward.begin_shadow(place) else {
                return;
            };
            match forward.init_dot(init) {
                Some(init) => forward.b.alloc(shadow, init),
                None => late.push((forward.at, shadow)),
            }
        });
        self.keep(stmt);
        for (at, shadow) in late {
            self.b.alloc(shadow, Init::ZerosLike(PlaceRef::whole(place)));
            self.at = at;
            self.fields(shadow, init);
        }
    }

    /// The tangents of what a struct is made of.
    fn fields(&mut self, shadow: PlaceId, init: &Init) {
        let Init::Struct { path: _, fields } = init else {
            return;
        };
        for (member, content) in fields {
            let to = PlaceRef::whole(shadow).then(Proj::Member(member.clone()));
            match content {
                Content::Value(value) => {
                    if let Some(value) = self.dot(*value) {
                        self.b.store(to, value);
                    }
                }
                Content::Place(from) => {
                    if let Some(from) = self.shadow(from) {
                        self.b.effect(Instr::CopyTo { to, from });
                    }
                }
            }
        }
    }

    /// How the shadow begins; `None` if only the place itself knows the shape.
    fn init_dot(&mut self, init: &Init) -> Option<Init> {
        match init {
            Init::Repeat { value, len } => {
                let value = self.dot_or_zero(*value);
                Some(Init::Repeat { value, len: *len })
            }
            Init::List(values) => Some(Init::List(
                values.iter().map(|value| self.dot_or_zero(*value)).collect(),
            )),
            Init::RepeatPlace { row, len } => {
                let row = self.shadow_or_zeros(row);
                Some(Init::RepeatPlace { row, len: *len })
            }
            Init::Rows(rows) => {
                let rows = rows.iter().map(|row| self.shadow_or_zeros(row)).collect();
                Some(Init::Rows(rows))
            }
            Init::Copy { src, moved } => self.shadow(src).map(|src| Init::Copy { src, moved: *moved }),
            Init::Empty { capacity } => Some(Init::Empty { capacity: *capacity }),
            Init::ZerosLike(of) => Some(Init::ZerosLike(of.clone())),
            Init::Scratch { len } => Some(Init::Scratch { len: *len }),
            Init::View { of, lenient } => {
                let lenient = *lenient;
                self.shadow(of).map(|of| Init::View { of, lenient })
            }
            Init::Matrix(_) | Init::Host { .. } | Init::Struct { .. } => None,
        }
    }
}
