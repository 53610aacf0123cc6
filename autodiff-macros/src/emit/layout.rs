//! What the variables of places hold, and which of them are `mut`.

use super::folds::Folds;
use super::outline::{NodeNo, Outline};
use super::paths::Held;
use crate::ir::visit::{Access, each_place, places};
use crate::ir::{Float, Init, Instr, Origin, Passing, PlaceId, Type};
use std::collections::{BTreeMap, BTreeSet};

pub(super) struct MemoryFacts {
    /// By [`PlaceId`].
    pub(super) held: Vec<Held>,
    /// Whether the variable itself is assigned or written to, by [`PlaceId`].
    pub(super) mutable: Vec<bool>,
    /// What a forward sweep keeps for its pullback and nothing else, by [`PlaceId`]: memory that the next call takes over.
    pub(super) records: Vec<bool>,
    /// The statement that begins each place that is written where it is used.
    pub(super) inline_nodes: BTreeMap<PlaceId, NodeNo>,
}

impl MemoryFacts {
    pub(super) fn of(outline: &Outline<'_>, folds: &Folds) -> Self {
        let body = outline.body;
        let mut written = vec![false; body.places.len()];
        let (mut views, mut begun, mut inline_nodes) = (BTreeSet::new(), BTreeSet::new(), BTreeMap::new());
        let mut again = BTreeSet::new();
        // From the last to the first, so that it is known of a view whether it is written to.
        for (k, node) in outline.nodes.iter().enumerate().rev() {
            if folds.dead[k] {
                continue;
            }
            if let Instr::Alloc { place, init } = &node.stmt.instr {
                if let Init::View { .. } = init {
                    views.insert(*place);
                }
                if folds.inline_places.contains(place) {
                    inline_nodes.insert(*place, k);
                } else if !begun.insert(*place) {
                    again.insert(*place);
                }
            }
            for (at, access) in places(&node.stmt.instr) {
                if access == Access::Begin || !access.writes() {
                    continue;
                }
                let writes = match &node.stmt.instr {
                    Instr::Alloc {
                        place,
                        init: Init::View { .. },
                    } => written[place.0 as usize],
                    Instr::Alloc {
                        init: Init::Copy { .. },
                        ..
                    } => false,
                    Instr::PushRow { row, .. } => at.root != *row,
                    _ => true,
                };
                written[at.root.0 as usize] |= writes;
            }
        }
        let held = (0..body.places.len()).map(|k| match body.places[k].param {
            Some(Passing::Ref) => Held::Ref,
            Some(Passing::RefMut) => Held::RefMut,
            Some(Passing::Value) => Held::Owned,
            None if !views.contains(&PlaceId(k as u32)) => Held::Owned,
            None if written[k] => Held::RefMut,
            None => Held::Ref,
        });
        let held: Vec<_> = held.collect();
        let mutable = (0..body.places.len()).map(|k| {
            let id = PlaceId(k as u32);
            let param = body.places[k].param.is_some();
            let rebound = again.contains(&id) || (param && begun.contains(&id));
            held[k] == Held::Owned && (written[k] || rebound)
        });
        let mutable = mutable.collect();
        MemoryFacts {
            held,
            mutable,
            records: records(outline),
            inline_nodes,
        }
    }
}

/// Buffers of a forward sweep that are only indexed, and seen through parts.
fn records(outline: &Outline<'_>) -> Vec<bool> {
    let body = outline.body;
    let mut res = vec![false; body.places.len()];
    if body.pullback.is_none() {
        return res;
    }
    let forward = |node: &NodeNo| Some(outline.nodes[*node].region) != outline.closure;
    for node in (0..outline.nodes.len()).filter(forward) {
        if let Instr::Alloc {
            place,
            init: Init::Scratch { .. } | Init::Empty { capacity: None },
        } = &outline.nodes[node].stmt.instr
        {
            let it = &body.places[place.0 as usize];
            let numbers = matches!(it.ty.element(), Some(Type::Float(Float::F64)));
            res[place.0 as usize] = numbers && it.origin == Origin::Derivative;
        }
    }
    for node in &outline.nodes {
        let instr = &node.stmt.instr;
        each_place(instr, |at, access| {
            let plain = match instr {
                Instr::Load(_)
                | Instr::Store { .. }
                | Instr::AddTo { .. }
                | Instr::Len(_)
                | Instr::Fill { .. } => true,
                Instr::Alloc {
                    init: Init::View { .. },
                    ..
                } => access == Access::Begin || !at.path.is_empty(),
                Instr::Alloc {
                    init: Init::Scratch { .. } | Init::Empty { .. },
                    ..
                } => true,
                Instr::Push { to: at, .. } | Instr::Pop { from: at } => at.path.is_empty(),
                _ => false,
            };
            res[at.root.0 as usize] &= plain;
        });
    }
    for tree in [Some(&body.result), body.pullback.as_ref().map(|it| &it.result)] {
        for id in tree.into_iter().flat_map(|tree| tree.places()) {
            res[id.0 as usize] = false;
        }
    }
    res
}
