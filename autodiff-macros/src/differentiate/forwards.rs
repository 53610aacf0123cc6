//! Loops of the reverse sweep that may as well run forwards do: memory is read upwards, and the code is easier to read.
//!
//! A loop runs forwards if no iteration sees what another one did, but for sums, whose order only matters in the rounding.

use crate::analyse::{carried, only_summed};
use crate::ir::visit::{each, regions_mut};
use crate::ir::{Body, Init, Instr, Loop, LoopKind, Origin, PlaceId, PlaceRef, Proj, Region, ValueId};
use std::collections::{BTreeMap, BTreeSet};

/// Turns all loops of `body` that can be turned; says whether there were any.
pub(super) fn turn_loops(body: &mut Body) -> bool {
    let mut region = std::mem::take(&mut body.region);
    let mut changed = turn(body, &mut region);
    body.region = region;
    if let Some(mut pullback) = body.pullback.take() {
        changed |= turn(body, &mut pullback.region);
        body.pullback = Some(pullback);
    }
    changed
}

fn turn(body: &Body, region: &mut Region) -> bool {
    let mut changed = false;
    for stmt in &mut region.stmts {
        for inner in regions_mut(&mut stmt.instr) {
            changed |= turn(body, inner);
        }
        let Instr::Loop(it) = &mut stmt.instr else {
            continue;
        };
        let turns = is_free(body, it);
        if let LoopKind::Range { reversed, .. } = &mut it.kind {
            changed |= *reversed && turns;
            *reversed &= !turns;
        }
    }
    changed
}

/// Whether the iterations may run in any order.
fn is_free(body: &Body, it: &Loop) -> bool {
    let LoopKind::Range { reversed: true, .. } = it.kind else {
        return false;
    };
    let params = carried(it);
    let sums = (0..params.len()).all(|k| body.is_float(params[k]) && only_summed(&it.body, params[k], k));
    !it.breaks && sums && Uses::of(body, it).is_some_and(|uses| uses.are_free(it))
}

/// What a loop does with the places from around it.
#[derive(Default)]
struct Uses {
    inside: BTreeSet<ValueId>,
    places: BTreeMap<PlaceId, Use>,
}

#[derive(Default)]
struct Use {
    reads: bool,
    adds: bool,
    writes: bool,
    paths: Vec<PlaceRef>,
}

impl Uses {
    /// `None` if the loop does anything that has an order of its own, or computes what the user sees.
    fn of(body: &Body, it: &Loop) -> Option<Uses> {
        let mut uses = Uses::default();
        uses.inside.extend(&it.body.params);
        let mut local = BTreeSet::new();
        let mut fine = true;
        each(&it.body, &mut |stmt| {
            uses.inside.extend(&stmt.results);
            fine &= stmt
                .results
                .iter()
                .all(|id| body.value(*id).origin == Origin::Derivative);
            match &stmt.instr {
                Instr::Load(at) => uses.at(at).reads = true,
                Instr::Len(_) => (),
                Instr::AddTo { to, .. } => uses.at(to).adds = true,
                Instr::Store { to, .. } | Instr::Fill { to, .. } => uses.at(to).writes = true,
                Instr::CopyTo { to, from } => {
                    uses.at(from).reads = true;
                    uses.at(to).writes = true;
                }
                Instr::Accumulate { to, from } => {
                    uses.at(from).reads = true;
                    uses.at(to).adds = true;
                }
                Instr::Alloc { place, init } => {
                    local.insert(*place);
                    fine &= matches!(init, Init::Repeat { .. } | Init::List(_) | Init::Scratch { .. });
                }
                Instr::Host { args, pure, .. } => fine &= *pure && args.is_empty(),
                Instr::If { .. } | Instr::Loop(_) => (),
                Instr::Const(_)
                | Instr::Unary(..)
                | Instr::Binary(..)
                | Instr::Compare(..)
                | Instr::Select { .. }
                | Instr::Math { .. }
                | Instr::Cast { .. } => (),
                Instr::Swap(..)
                | Instr::Push { .. }
                | Instr::Pop { .. }
                | Instr::PushRow { .. }
                | Instr::PopRow { .. }
                | Instr::Resize { .. }
                | Instr::AddMatrix { .. }
                | Instr::Matrix(_)
                | Instr::Call(_)
                | Instr::Opaque(_)
                | Instr::SomePullback(_)
                | Instr::NoPullback => fine = false,
            }
            for inner in crate::ir::visit::regions(&stmt.instr) {
                uses.inside.extend(&inner.params);
            }
        });
        uses.places.retain(|place, _| !local.contains(place));
        let own = |(place, it): (&PlaceId, &Use)| {
            (!it.writes && !it.adds) || body.place(*place).origin == Origin::Derivative
        };
        (fine && uses.places.iter().all(own)).then_some(uses)
    }

    fn at(&mut self, at: &PlaceRef) -> &mut Use {
        let it = self.places.entry(at.root).or_default();
        it.paths.push(at.clone());
        it
    }

    /// Whether each place is only read, only added to, or touched by each iteration in elements of its own.
    fn are_free(&self, it: &Loop) -> bool {
        self.places.values().all(|place| {
            let only_read = !place.adds && !place.writes;
            let only_added = !place.reads && !place.writes;
            only_read || only_added || self.apart(it, &place.paths)
        })
    }

    /// Whether all paths go, behind the same way in, to the element with the number of the iteration.
    fn apart(&self, it: &Loop, paths: &[PlaceRef]) -> bool {
        let Some((number, first)) = it.body.params.first().zip(paths.first()) else {
            return false;
        };
        let own = |proj: &Proj| matches!(proj, Proj::Index(index) if index == number);
        let Some(depth) = first.path.iter().position(own) else {
            return false;
        };
        let way = PlaceRef {
            root: first.root,
            path: first.path[..depth].to_vec(),
        };
        let constant = way.indices().iter().all(|id| !self.inside.contains(id));
        constant && paths.iter().all(|at| at.path.starts_with(&first.path[..=depth]))
    }
}
