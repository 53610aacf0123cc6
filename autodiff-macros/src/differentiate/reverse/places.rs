//! Buffers of the primal in the reverse sweep: named where they are in scope, and kept by the forward sweep otherwise.

use super::Reverse;
use crate::analyse::{RegionId, StmtKey};
use crate::ir::visit::{Access, each, places};
use crate::ir::{
    BinaryOp, Builder, Init, Instr, Name, Passing, Place, PlaceId, PlaceRef, Proj, Stmt, Type, ValueId,
};

/// How the forward sweep keeps a buffer that lives inside of loops.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kept {
    /// As a row of one flat buffer: the place, and the length of a row.
    Row(PlaceId, ValueId),
    /// Array by array in one vector, indexed by iteration.
    Indexed(PlaceId),
    /// Pushed at the end of its region, popped at the start of the reverse.
    Stack(PlaceId),
}

impl<'a> Reverse<'a> {
    /// Whether the content of `place` can be had in the reverse sweep at all.
    pub(super) fn reachable(&self, place: PlaceId) -> bool {
        let home = self.layout.place_home(place);
        if self.in_scope(home) {
            let passing = self.primal.place(place).param;
            // A pullback holds no borrow of the caller's buffer, and the result is gone.
            return self.gradient
                || !(passing == Some(Passing::RefMut) || self.primal.result.places().contains(&place));
        }
        self.kept.contains_key(&place) || !self.moved(place)
    }

    fn moved(&self, place: PlaceId) -> bool {
        self.layout
            .writers(place)
            .any(|key| match &self.layout.stmt(key).instr {
                Instr::Alloc {
                    init: Init::Copy { src, moved },
                    ..
                } => *moved && src.root == place,
                Instr::PushRow { row, .. } => *row == place,
                _ => false,
            })
    }

    /// The path of `place` in the reverse regions that are being built.
    pub(super) fn place_here(&mut self, place: PlaceId) -> PlaceRef {
        let home = self.layout.place_home(place);
        if self.in_scope(home) {
            return PlaceRef::whole(self.again.get(&place).copied().unwrap_or(place));
        }
        let frame = self.frame_of(home);
        if let Some(here) = self.frames[frame].places.get(&place) {
            return here.clone();
        }
        let kept = match self.kept.get(&place) {
            Some(kept) => *kept,
            None => self.keep_place(place, home),
        };
        let here = match kept {
            Kept::Indexed(buffer) => {
                let flat = self.flat_back(home);
                PlaceRef::whole(buffer).then(Proj::Index(flat))
            }
            Kept::Row(buffer, len) => {
                let flat = self.flat_back(home);
                let depth = self.frames[frame].depth;
                let row = self.copy_of(place);
                self.b.body.places[row.0 as usize].ty = self.b.body.place(place).ty.clone();
                self.b.at_depth(depth, |b| {
                    let init = row_of(b, buffer, flat, len);
                    b.alloc(row, init);
                });
                PlaceRef::whole(row)
            }
            Kept::Stack(buffer) => {
                let depth = self.frames[frame].depth;
                let row = self.copy_of(place);
                let from = PlaceRef::whole(buffer);
                self.b.at_depth(depth, |b| b.effect(Instr::PopRow { from, row }));
                PlaceRef::whole(row)
            }
        };
        self.frames[frame].places.insert(place, here.clone());
        here
    }

    fn copy_of(&mut self, place: PlaceId) -> PlaceId {
        let place = Place {
            param: None,
            ..self.primal.place(place).clone()
        };
        self.b.body.fresh_place(place)
    }

    fn keep_place(&mut self, place: PlaceId, home: RegionId) -> Kept {
        let anchor = self.anchor(home);
        let loops = self.loops_around(home);
        let span = self.b.span;
        let stmt = |instr| Stmt {
            results: Vec::new(),
            instr,
            span,
        };
        let ty = self.primal.place(place).ty.clone();
        let size = if loops.is_empty() || !self.switches.on("expand") {
            None
        } else {
            self.iterations(&loops, anchor)
        };
        let text = self
            .primal
            .place(place)
            .name
            .as_ref()
            .map_or("rows", |name| name.text.as_str())
            .to_owned();
        let text = format!("recorded_{}", text.trim_start_matches('_'));
        let new = |reverse: &mut Self, ty: Type| {
            let buffer = reverse.new_place(ty, None, None);
            reverse.b.body.places[buffer.0 as usize].name = Some(Name {
                text: text.clone(),
                span,
            });
            buffer
        };
        let row = size.and_then(|size| self.row_length(place, anchor).map(|len| (size, len)));
        let kept = match (size, row, &ty) {
            (_, Some((size, len)), Type::Vec(element)) => {
                let buffer = new(self, ty.clone());
                self.expand(place, home, buffer, size, len, element);
                Kept::Row(buffer, len)
            }
            (Some(len), None, Type::Array(..)) => {
                let buffer = new(self, Type::Vec(Box::new(ty.clone())));
                let flat = self.flat_forward(home);
                let to = PlaceRef::whole(buffer).then(Proj::Index(flat));
                let copy = Instr::CopyTo {
                    to,
                    from: PlaceRef::whole(place),
                };
                let alloc = Instr::Alloc {
                    place: buffer,
                    init: Init::Scratch { len },
                };
                self.plan.before.entry(anchor).or_default().push(stmt(alloc));
                self.plan.tail.entry(home).or_default().push(stmt(copy));
                Kept::Indexed(buffer)
            }
            _ => {
                let buffer = new(self, Type::Vec(Box::new(ty.clone())));
                let alloc = Instr::Alloc {
                    place: buffer,
                    init: Init::Empty { capacity: None },
                };
                let push = Instr::PushRow {
                    to: PlaceRef::whole(buffer),
                    row: place,
                };
                self.plan.before.entry(anchor).or_default().push(stmt(alloc));
                self.plan.tail.entry(home).or_default().push(stmt(push));
                Kept::Stack(buffer)
            }
        };
        self.kept.insert(place, kept);
        kept
    }

    /// A copy that the forward sweep makes in front of `key`, in the reverse sweep.
    pub(super) fn keep_copy(&mut self, copy: PlaceId, home: RegionId, key: StmtKey) -> PlaceRef {
        let span = self.b.span;
        let ty = self.b.body.place(copy).ty.clone();
        let buffer = self.new_place(Type::Vec(Box::new(ty)), None, None);
        let anchor = self.anchor(home);
        let stmt = |instr| Stmt {
            results: Vec::new(),
            instr,
            span,
        };
        let alloc = Instr::Alloc {
            place: buffer,
            init: Init::Empty { capacity: None },
        };
        let push = Instr::PushRow {
            to: PlaceRef::whole(buffer),
            row: copy,
        };
        self.plan.before.entry(anchor).or_default().push(stmt(alloc));
        self.plan.after.entry(key).or_default().push(stmt(push));
        let row = Place {
            param: None,
            ..self.b.body.place(copy).clone()
        };
        let row = self.b.body.fresh_place(row);
        let depth = self.frames[self.frame_of(home)].depth;
        let from = PlaceRef::whole(buffer);
        self.b.at_depth(depth, |b| b.effect(Instr::PopRow { from, row }));
        PlaceRef::whole(row)
    }

    /// The length of a vector that can live as a row: known in front of the loops, and touched by element only.
    fn row_length(&mut self, place: PlaceId, anchor: StmtKey) -> Option<ValueId> {
        let Type::Vec(element) = &self.primal.place(place).ty else {
            return None;
        };
        if !matches!(**element, Type::Float(_) | Type::Int(_)) || !self.layout.keeps_shape(place) {
            return None;
        }
        let Instr::Alloc {
            init: Init::Repeat { len: Some(len), .. },
            ..
        } = &self.layout.begun(place)?.instr
        else {
            return None;
        };
        if !self.by_element_only(place) {
            return None;
        }
        self.b.begin();
        let known = self.bound(*len, true);
        let exact = self.bound(*len, false);
        let stmts = self.b.end().stmts;
        // The rows of one buffer have one length: both bounds agree only where nothing was estimated.
        let _ = exact?;
        if !self.is_invariant(*len) {
            return None;
        }
        self.plan.before.entry(anchor).or_default().extend(stmts);
        known
    }

    /// Whether `bound` gives the value itself.
    fn is_invariant(&self, id: ValueId) -> bool {
        let Some(home) = self.layout.home(id) else {
            return true;
        };
        if self.in_scope(home) {
            return true;
        }
        let Some((_, stmt)) = self.layout.def(id) else {
            return false;
        };
        match &stmt.instr {
            Instr::Const(_) | Instr::Len(_) => true,
            Instr::Binary(BinaryOp::Sub, ..) => false,
            Instr::Binary(_, l, r) => self.is_invariant(*l) && self.is_invariant(*r),
            _ => false,
        }
    }

    fn by_element_only(&self, place: PlaceId) -> bool {
        let mut only = true;
        each(&self.primal.region, &mut |stmt| {
            let named = places(&stmt.instr).into_iter().any(|(at, access)| {
                at.root == place && access != Access::Begin && access != Access::Shape && at.path.is_empty()
            });
            let call = matches!(stmt.instr, Instr::Call(_) | Instr::Host { .. });
            let mentioned = places(&stmt.instr).into_iter().any(|(at, _)| at.root == place);
            let element = matches!(stmt.instr, Instr::Fill { .. } | Instr::CopyTo { .. });
            only &= (!named || element) && (!call || !mentioned);
        });
        only
    }

    /// Lets `place` live in a row of `buffer` from its beginning.
    fn expand(
        &mut self,
        place: PlaceId,
        home: RegionId,
        buffer: PlaceId,
        size: ValueId,
        len: ValueId,
        element: &Type,
    ) {
        let anchor = self.anchor(home);
        let begun = self.layout.begun(place).expect("a local place is begun");
        let Instr::Alloc {
            init: Init::Repeat { value, .. },
            ..
        } = &begun.instr
        else {
            unreachable!("row_length looked for exactly this")
        };
        self.b.body.places[place.0 as usize].ty = Type::Slice(Box::new(element.clone()));
        self.b.begin();
        let total = self.b.mul(size, len);
        self.b.alloc(buffer, Init::Scratch { len: total });
        let stmts = self.b.end().stmts;
        self.plan.before.entry(anchor).or_default().extend(stmts);
        let flat = self.flat_forward(home);
        self.b.begin();
        let init = row_of(&mut self.b, buffer, flat, len);
        self.b.alloc(place, init);
        self.b.effect(Instr::Fill {
            to: PlaceRef::whole(place),
            value: *value,
        });
        let stmts = self.b.end().stmts;
        let key = self.layout.key(begun);
        self.plan.instead.insert(key, stmts);
    }
}

/// `&mut buffer[flat * len..(flat + 1) * len]`
fn row_of(b: &mut Builder, buffer: PlaceId, flat: ValueId, len: ValueId) -> Init {
    let start = b.mul(flat, len);
    let end = b.add(start, len);
    Init::View {
        of: PlaceRef::whole(buffer).then(Proj::Range(Some(start), Some(end))),
        lenient: false,
    }
}
