//! Lengths of places that keep them, so that a loop is known to go through all of a place.

use crate::ir::visit::{Access, begun, each, places};
use crate::ir::{Body, Const, Init, Instr, Len, Loop, LoopKind, PlaceId, Region, Type, ValueId};
use std::collections::{HashMap, HashSet};

/// Two equal lengths are the same number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Length {
    Known(i128),
    Value(ValueId),
    /// Whatever length this place has.
    Of(PlaceId),
}

#[derive(Default)]
pub(super) struct Lengths {
    /// Values that are the length of a place.
    values: HashMap<ValueId, PlaceId>,
    /// How each local begins, if it begins once.
    begins: HashMap<PlaceId, Option<Length>>,
    /// Places whose length may change.
    reshaped: HashSet<PlaceId>,
}

impl Lengths {
    pub(super) fn of(body: &Body, tops: &[&Region]) -> Self {
        let mut res = Lengths::default();
        let mut inits: Vec<(PlaceId, Option<&Init>)> = Vec::new();
        for top in tops {
            each(top, &mut |stmt| {
                if let (Instr::Len(at), [len]) = (&stmt.instr, stmt.results.as_slice())
                    && at.path.is_empty()
                {
                    res.values.insert(*len, at.root);
                }
                for (at, access) in places(&stmt.instr) {
                    let ty = &body.place(at.root).ty;
                    let writes = access.writes() && access != Access::Begin;
                    if writes && super::dead::changes_shape(&stmt.instr, ty) {
                        res.reshaped.insert(at.root);
                    }
                }
                for id in begun(&stmt.instr) {
                    inits.push((
                        id,
                        match &stmt.instr {
                            Instr::Alloc { init, .. } => Some(init),
                            _ => None,
                        },
                    ));
                }
            });
        }
        for (id, init) in inits {
            let length = match init {
                Some(
                    Init::Repeat { len: Some(len), .. }
                    | Init::RepeatPlace { len: Some(len), .. }
                    | Init::Scratch { len },
                ) => Some(Length::Value(*len)),
                Some(Init::ZerosLike(of) | Init::Copy { src: of, .. }) if of.path.is_empty() => {
                    Some(Length::Of(of.root))
                }
                Some(Init::List(values)) => Some(Length::Known(values.len() as i128)),
                _ => None,
            };
            // What begins twice may begin with two lengths.
            let twice = res.begins.contains_key(&id);
            res.begins.insert(id, length.filter(|_| !twice));
        }
        res
    }

    /// The length that `place` has as long as it lives.
    pub(super) fn place(&self, body: &Body, place: PlaceId) -> Option<Length> {
        if let Type::Array(_, Len::Known(n)) = body.place(place).ty {
            return Some(Length::Known(n as i128));
        }
        if self.reshaped.contains(&place) {
            return None;
        }
        match self.begins.get(&place) {
            // A parameter.
            None => Some(Length::Of(place)),
            Some(None) => None,
            Some(Some(Length::Value(len))) => self.value(body, *len),
            Some(Some(Length::Of(other))) => self.place(body, *other),
            Some(Some(Length::Known(n))) => Some(Length::Known(*n)),
        }
    }

    pub(super) fn value(&self, body: &Body, id: ValueId) -> Option<Length> {
        if let Some(Const::Int(n)) = body.value(id).constant {
            return Some(Length::Known(n));
        }
        match self.values.get(&id) {
            Some(place) => self.place(body, *place),
            None => Some(Length::Value(id)),
        }
    }

    /// Whether the loop's number goes through every index of `place`.
    pub(super) fn goes_through(&self, body: &Body, it: &Loop, place: PlaceId) -> bool {
        let LoopKind::Range {
            start,
            end,
            step: None,
            ..
        } = &it.kind
        else {
            return false;
        };
        let from_zero = body.value(*start).constant == Some(Const::Int(0));
        let length = self.place(body, place);
        from_zero && !it.breaks && length.is_some() && self.value(body, *end) == length
    }
}
