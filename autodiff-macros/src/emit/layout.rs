//! What the variables of places hold, and which of them are `mut`.

use super::folds::Folds;
use super::outline::{NodeNo, Outline};
use super::paths::Held;
use crate::ir::visit::{Access, places};
use crate::ir::{Init, Instr, Passing, PlaceId};
use std::collections::{BTreeMap, BTreeSet};

pub(super) struct MemoryFacts {
    /// By [`PlaceId`].
    pub(super) held: Vec<Held>,
    /// Whether the variable itself is assigned or written to, by [`PlaceId`].
    pub(super) mutable: Vec<bool>,
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
            inline_nodes,
        }
    }
}
