//! Writes to local memory that nobody reads before it is written again, or ever; and additions to zeros, which are
//! stores.

mod first;

use super::lengths::Lengths;
use crate::ir::visit::{Access, begun, places, regions_mut};
use crate::ir::{Body, Init, Instr, Loop, LoopKind, PlaceId, PlaceRef, Region, Stmt};
use std::collections::BTreeSet;

/// Drops what is not read and turns additions into stores; says whether anything changed.
pub(super) fn tidy(body: &mut Body) -> bool {
    if body.places.is_empty() {
        return false;
    }
    let mut region = std::mem::take(&mut body.region);
    let mut pullback = body.pullback.take();
    let mut tops = vec![&region];
    tops.extend(pullback.as_ref().map(|it| &it.region));
    let lengths = Lengths::of(body, &tops);
    let memory = super::dead::memory(&tops, body.places.len());
    let mut changed = first::additions(body, &lengths, &memory, &mut region);
    changed |= first::entries(body, &lengths, &memory, &mut region);
    if let Some(it) = &mut pullback {
        changed |= first::additions(body, &lengths, &memory, &mut it.region);
    }
    let mut stores = Stores {
        body,
        lengths,
        memory,
        drop: false,
        changed,
    };
    let mut live = stores.results(&body.result);
    if let Some(it) = &mut pullback {
        let ends = stores.results(&it.result);
        live.extend(stores.region(&mut it.region, ends.clone()));
        stores.drop = true;
        stores.region(&mut it.region, ends);
    }
    stores.drop = true;
    stores.region(&mut region, live);
    let changed = stores.changed;
    body.region = region;
    body.pullback = pullback;
    changed
}

struct Stores<'a> {
    body: &'a Body,
    lengths: Lengths,
    memory: Vec<PlaceId>,
    /// Whether dead writes are dropped in this walk, or only looked for.
    drop: bool,
    changed: bool,
}

/// Memory whose content somebody may read later.
type Live = BTreeSet<PlaceId>;

impl Stores<'_> {
    fn results(&self, tree: &crate::ir::Tree) -> Live {
        tree.places()
            .into_iter()
            .map(|id| self.memory[id.0 as usize])
            .collect()
    }

    /// From the last statement to the first; gives what is live in front of the region.
    fn region(&mut self, region: &mut Region, mut live: Live) -> Live {
        let mut kept = vec![true; region.stmts.len()];
        for (stmt, kept) in region.stmts.iter_mut().zip(&mut kept).rev() {
            *kept = !self.is_dead(stmt, &live);
            if *kept {
                self.stmt(stmt, &mut live);
            }
        }
        if self.drop && kept.contains(&false) {
            self.changed = true;
            let mut kept = kept.into_iter();
            region.stmts.retain(|_| kept.next().unwrap_or(true));
        }
        live
    }

    /// A write to a local that nobody reads afterwards.
    fn is_dead(&self, stmt: &Stmt, live: &Live) -> bool {
        let (Instr::Store { to, .. }
        | Instr::AddTo { to, .. }
        | Instr::Fill { to, .. }
        | Instr::CopyTo { to, .. }
        | Instr::AddMatrix { to, .. }
        | Instr::Accumulate { to, .. }) = &stmt.instr
        else {
            return false;
        };
        let memory = self.memory[to.root.0 as usize];
        self.body.place(memory).param.is_none()
            && !live.contains(&memory)
            && !super::dead::changes_shape(&stmt.instr, &self.body.place(to.root).ty)
    }

    fn stmt(&mut self, stmt: &mut Stmt, live: &mut Live) {
        match &mut stmt.instr {
            Instr::If { .. } => {
                let mut before = Live::new();
                for side in regions_mut(&mut stmt.instr) {
                    before.extend(self.region(side, live.clone()));
                }
                *live = before;
            }
            Instr::Loop(it) => self.repeat(it, live),
            instr => self.leaf(instr, live),
        }
    }

    fn repeat(&mut self, it: &mut Loop, live: &mut Live) {
        let written = self.written_through(it);
        let dropping = std::mem::replace(&mut self.drop, false);
        let mut end = live.clone();
        loop {
            let mut start = self.iteration(it, end.clone());
            start.extend(&end);
            if start == end {
                break;
            }
            end = start;
        }
        self.drop = dropping;
        let start = self.iteration(it, end);
        // It may not run at all: then what is live behind it is live in front of it.
        live.extend(start);
        for place in written {
            live.remove(&place);
        }
    }

    /// One iteration, from its end to its start.
    fn iteration(&mut self, it: &mut Loop, end: Live) -> Live {
        let mut live = self.region(&mut it.body, end);
        if let LoopKind::While { cond: Some(cond) } = &mut it.kind {
            live = self.region(cond, live);
        }
        live
    }

    /// Memory of which the loop writes every element before it looks at it.
    fn written_through(&self, it: &Loop) -> Vec<PlaceId> {
        let mut res = Vec::new();
        for stmt in &it.body.stmts {
            let Instr::Store { to, .. } = &stmt.instr else {
                continue;
            };
            let place = to.root;
            if self.memory[place.0 as usize] == place
                && first::is_own(it, to)
                && first::only_own(it, place, &self.memory, |instr| {
                    matches!(instr, Instr::Store { .. })
                })
                && self.lengths.goes_through(self.body, it, place)
            {
                res.push(place);
            }
        }
        res
    }

    fn leaf(&self, instr: &Instr, live: &mut Live) {
        // Its end comes first on the way back.
        for id in begun(instr) {
            if self.memory[id.0 as usize] == id {
                live.remove(&id);
            }
        }
        if let Instr::Fill { to, .. } | Instr::CopyTo { to, .. } = instr
            && to.path.is_empty()
            && self.memory[to.root.0 as usize] == to.root
        {
            live.remove(&to.root);
        }
        for (at, access) in places(instr) {
            let reads = access.reads() && !is_view(instr);
            if reads && access != Access::Begin {
                live.insert(self.memory[at.root.0 as usize]);
            }
        }
    }
}

fn is_view(instr: &Instr) -> bool {
    matches!(
        instr,
        Instr::Alloc {
            init: Init::View { .. },
            ..
        }
    )
}

/// The whole of a place, as a path.
fn whole(place: PlaceId) -> PlaceRef {
    PlaceRef::whole(place)
}
