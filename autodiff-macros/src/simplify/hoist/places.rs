//! Local vectors that every iteration begins anew: one allocation in front of the loop, and a new content in each
//! iteration.

use super::{Hoist, Inside};
use crate::ir::visit::{each, places as places_of, uses};
use crate::ir::{
    Arg, Call, CallMode, Const, HostArg, Init, Instr, Origin, Passing, PlaceId, PlaceRef, Region, Stmt, Type,
    Value, ValueId,
};
use proc_macro2::Span;

/// What happens to a place besides reads and writes of its elements.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    /// Nothing: it keeps its length.
    Keeps,
    /// It may get another length.
    Resized,
    /// Its memory is given away.
    Moved,
}

impl Hoist<'_> {
    /// Moves the allocations that stand directly in `inner`, to `out`.
    pub(super) fn places(&mut self, inner: &mut Region, inside: &mut Inside, out: &mut Vec<Stmt>) {
        let mut at = 0;
        while at < inner.stmts.len() {
            let (place, init) = match &inner.stmts[at].instr {
                Instr::Alloc { place, init } => (*place, init.clone()),
                _ => {
                    at += 1;
                    continue;
                }
            };
            let span = inner.stmts[at].span;
            let here = self.moved(inner, at, place, &init, inside, out);
            let Some(instead) = here else {
                at += 1;
                continue;
            };
            self.changed = true;
            inside.places.remove(&place);
            if fate(inner, place) == Fate::Keeps {
                // It begins in front of the loop now, with the length that it has in all of it.
                inside.reshaped.remove(&place);
            }
            let count = instead.len();
            let stmts = instead
                .into_iter()
                .map(|(results, instr)| Stmt { results, instr, span });
            inner.stmts.splice(at..=at, stmts);
            at += count;
        }
    }

    /// Begins `place` in `out`, if it can begin there; gives what each iteration has to do instead.
    fn moved(
        &mut self,
        inner: &Region,
        at: usize,
        place: PlaceId,
        init: &Init,
        inside: &Inside,
        out: &mut Vec<Stmt>,
    ) -> Option<Vec<(Vec<ValueId>, Instr)>> {
        if self.begins.get(&place) != Some(&1) {
            return None;
        }
        let fate = fate(inner, place);
        let outside = |id: &ValueId| !inside.values.contains(id);
        if fate == Fate::Keeps && self.is_constant(inner, place, init, inside) {
            out.push(alloc(place, init.clone(), inner.stmts[at].span));
            return Some(Vec::new());
        }
        let Type::Vec(element) = &self.body.place(place).ty else {
            return None;
        };
        let element = element.as_ref().clone();
        if fate == Fate::Moved {
            return None;
        }
        let span = inner.stmts[at].span;
        let to = PlaceRef::whole(place);
        match init {
            Init::Repeat {
                value,
                len: Some(len),
            } if fate == Fate::Keeps && outside(len) && is_number(&element) => {
                let (value, len) = (*value, *len);
                out.push(alloc(place, Init::Scratch { len }, span));
                Some(vec![(Vec::new(), Instr::Fill { to, value })])
            }
            Init::Scratch { len } if fate == Fate::Keeps && outside(len) => {
                out.push(alloc(place, init.clone(), span));
                Some(Vec::new())
            }
            Init::ZerosLike(of) if fate == Fate::Keeps && self.keeps_shape(of, inside) => {
                let flat = is_number(&element);
                if !flat && !is_flat(&element) {
                    return None;
                }
                out.push(alloc(place, init.clone(), span));
                if flat {
                    let (value, zero) = self.zero(&element)?;
                    return Some(vec![zero, (Vec::new(), Instr::Fill { to, value })]);
                }
                let zeros = self.twin(place);
                out.push(alloc(zeros, init.clone(), span));
                let from = PlaceRef::whole(zeros);
                Some(vec![(Vec::new(), Instr::CopyTo { to, from })])
            }
            Init::Repeat {
                value,
                len: Some(len),
            } if is_number(&element) => {
                let capacity = Some(*len).filter(outside);
                let (value, len) = (*value, *len);
                out.push(alloc(place, Init::Empty { capacity }, span));
                let mut res = self.cleared(&to, &element)?;
                res.push((Vec::new(), Instr::Resize { to, len, value }));
                Some(res)
            }
            Init::ZerosLike(of) if is_number(&element) => {
                let of = of.clone();
                out.push(alloc(place, Init::Empty { capacity: None }, span));
                let mut res = self.cleared(&to, &element)?;
                let (value, zero) = self.zero(&element)?;
                let len = self.value(Type::USIZE, None);
                res.push(zero);
                res.push((vec![len], Instr::Len(of)));
                res.push((Vec::new(), Instr::Resize { to, len, value }));
                Some(res)
            }
            Init::Copy { src, moved: false } if is_number(&element) => {
                let from = src.clone();
                out.push(alloc(place, Init::Empty { capacity: None }, span));
                let (value, zero) = self.zero(&element)?;
                let len = self.value(Type::USIZE, None);
                Some(vec![
                    zero,
                    (vec![len], Instr::Len(from.clone())),
                    (
                        Vec::new(),
                        Instr::Resize {
                            to: to.clone(),
                            len,
                            value,
                        },
                    ),
                    (Vec::new(), Instr::CopyTo { to, from }),
                ])
            }
            Init::Empty { capacity } if is_number(&element) => {
                let capacity = capacity.filter(outside);
                out.push(alloc(place, Init::Empty { capacity }, span));
                self.cleared(&to, &element)
            }
            _ => None,
        }
    }

    /// Whether the place has the same content in every iteration, so that nothing is left to do in one.
    fn is_constant(&self, inner: &Region, place: PlaceId, init: &Init, inside: &Inside) -> bool {
        let alloc = Instr::Alloc {
            place,
            init: init.clone(),
        };
        let kind = match init {
            Init::Repeat { .. } | Init::List(_) | Init::RepeatPlace { .. } | Init::Rows(_) => true,
            Init::Copy { moved, .. } => !moved,
            Init::ZerosLike(_) => true,
            Init::Struct { .. }
            | Init::Empty { .. }
            | Init::Scratch { .. }
            | Init::Matrix(_)
            | Init::View { .. }
            | Init::Host { .. } => false,
        };
        let same = uses(&alloc).iter().all(|id| !inside.values.contains(id))
            && places_of(&alloc).iter().all(|(at, _)| {
                let memory = self.memory[at.root.0 as usize];
                at.root == place || !(inside.places.contains(&at.root) || inside.written.contains(&memory))
            });
        let mut written = false;
        each(inner, &mut |stmt| {
            let begins = matches!(&stmt.instr, Instr::Alloc { place: it, .. } if *it == place);
            written |= !begins
                && places_of(&stmt.instr)
                    .iter()
                    .any(|(at, access)| access.writes() && self.memory[at.root.0 as usize] == place);
        });
        kind && same && !written
    }

    fn keeps_shape(&self, of: &PlaceRef, inside: &Inside) -> bool {
        let memory = self.memory[of.root.0 as usize];
        !inside.places.contains(&of.root)
            && !inside.reshaped.contains(&memory)
            && of.indices().iter().all(|id| !inside.values.contains(id))
    }

    /// Another place of the same type.
    fn twin(&mut self, place: PlaceId) -> PlaceId {
        let mut twin = self.body.place(place).clone();
        twin.name = None;
        let id = self.body.fresh_place(twin);
        self.memory.push(id);
        self.begins.insert(id, 1);
        id
    }

    fn cleared(&mut self, to: &PlaceRef, element: &Type) -> Option<Vec<(Vec<ValueId>, Instr)>> {
        let (value, zero) = self.zero(element)?;
        let none = Const::Int(0);
        let len = self.value(Type::USIZE, Some(none.clone()));
        let clear = Instr::Resize {
            to: to.clone(),
            len,
            value,
        };
        Some(vec![zero, (vec![len], Instr::Const(none)), (Vec::new(), clear)])
    }

    fn zero(&mut self, element: &Type) -> Option<(ValueId, (Vec<ValueId>, Instr))> {
        let known = match element {
            Type::Float(_) => Const::Float(0.0),
            Type::Int(_) => Const::Int(0),
            Type::Bool
            | Type::Array(..)
            | Type::Slice(_)
            | Type::Vec(_)
            | Type::Aggregate(_)
            | Type::Matrix(_)
            | Type::Tuple(_)
            | Type::Struct(_)
            | Type::Host
            | Type::Pullback => return None,
        };
        let value = self.value(element.clone(), Some(known.clone()));
        Some((value, (vec![value], Instr::Const(known))))
    }

    fn value(&mut self, ty: Type, constant: Option<Const>) -> ValueId {
        self.body.fresh(Value {
            ty,
            name: None,
            origin: Origin::Derivative,
            constant,
        })
    }
}

fn alloc(place: PlaceId, init: Init, span: Span) -> Stmt {
    Stmt {
        results: Vec::new(),
        instr: Instr::Alloc { place, init },
        span,
    }
}

fn is_number(ty: &Type) -> bool {
    matches!(ty, Type::Float(_) | Type::Int(_))
}

/// Whether copies of a row go without an allocation.
fn is_flat(ty: &Type) -> bool {
    match ty {
        Type::Float(_) | Type::Int(_) | Type::Bool => true,
        Type::Array(element, _) => is_flat(element),
        Type::Tuple(parts) => parts.iter().all(is_flat),
        Type::Slice(_)
        | Type::Vec(_)
        | Type::Aggregate(_)
        | Type::Matrix(_)
        | Type::Struct(_)
        | Type::Host
        | Type::Pullback => false,
    }
}

/// What `region` does with the place that begins in it.
fn fate(region: &Region, place: PlaceId) -> Fate {
    let mut fate = Fate::Keeps;
    let mut note = |other: Fate| fate = fate.max(other);
    each(region, &mut |stmt| {
        let mut named = places_of(&stmt.instr);
        named.retain(|(at, _)| at.root == place);
        if named.is_empty() {
            return;
        }
        let whole = named.iter().any(|(at, _)| at.path.is_empty());
        let lent = named
            .iter()
            .any(|(at, access)| at.path.is_empty() && access.writes());
        match &stmt.instr {
            Instr::Alloc { place: id, init } if *id != place => match init {
                Init::Copy { moved: true, .. } if whole => note(Fate::Moved),
                Init::Host { args, .. } => note(host_fate(args, place)),
                _ => (),
            },
            Instr::Alloc { .. } => (),
            Instr::Swap(..) if whole => note(Fate::Moved),
            Instr::PushRow { .. } | Instr::PopRow { .. } => note(Fate::Moved),
            Instr::Push { .. } | Instr::Pop { .. } | Instr::Resize { .. } => note(Fate::Resized),
            Instr::Host { args, .. } => note(host_fate(args, place)),
            Instr::Opaque(it) => note(host_fate(&it.args, place)),
            Instr::Call(call) => {
                let by_value = given(call).any(|arg| {
                    arg.passing == Passing::Value && arg.place.as_ref().is_some_and(|at| at.root == place)
                });
                let result = crate::ir::visit::begun(&stmt.instr).contains(&place);
                // The callee may have a `&mut Vec`.
                let lent = if lent { Fate::Resized } else { Fate::Keeps };
                note(if by_value || result { Fate::Moved } else { lent });
            }
            _ => (),
        }
    });
    fate
}

/// The arguments, and the tangents that go in beside them.
fn given(call: &Call) -> impl Iterator<Item = &Arg> {
    let tangents = match &call.mode {
        CallMode::Pushforward { tangents, .. } | CallMode::ForwardTangent { tangents, .. } => {
            tangents.as_slice()
        }
        CallMode::Primal
        | CallMode::Forward { .. }
        | CallMode::Pullback { .. }
        | CallMode::PullbackTangent { .. } => &[],
    };
    call.args.iter().chain(tangents.iter().flatten())
}

/// A template may do anything with what it is given.
fn host_fate(args: &[HostArg], place: PlaceId) -> Fate {
    let given = args.iter().any(|arg| match arg {
        HostArg::Value(_) => false,
        HostArg::Place(at) | HostArg::PlaceMut(at) => at.root == place,
    });
    if given { Fate::Moved } else { Fate::Keeps }
}
