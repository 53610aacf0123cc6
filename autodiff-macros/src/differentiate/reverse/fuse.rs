//! Fusion: a loop that only feeds sums runs forward and backward in one pass, one iteration at a time, so that
//! nothing of it is recorded.
//!
//! It needs the cotangents of its sums before it starts, so their computation moves in front of it. It must not write
//! what carries a derivative out of an iteration, and nothing behind it may change what it reads.

use super::Reverse;
use crate::analyse::{StmtKey, carried, only_summed};
use crate::ir::visit::{each, is_pure, places, rename, uses};
use crate::ir::{Instr, Loop, LoopKind, PlaceId, Stmt, ValueId};
use std::collections::{BTreeMap, BTreeSet};

impl<'a> Reverse<'a> {
    /// Fuses the loop if it can be; `false` if not.
    pub(super) fn fused(&mut self, stmt: &'a Stmt, it: &'a Loop) -> bool {
        let key = self.layout.key(stmt);
        let frame = self.frames.last().expect("a statement is reversed in a frame");
        if !self.fuses || !frame.sweep || !self.fusible(stmt, it, key) {
            return false;
        }
        let next = &it.body.yields[usize::from(it.breaks)..];
        let sums: Vec<usize> = (0..next.len())
            .filter(|k| self.is_active(stmt.results[*k]))
            .collect();
        let Some(seeds) = self.seeds_before(stmt, &sums, key) else {
            return false;
        };
        self.fuse(stmt, it, key, seeds);
        true
    }

    fn fusible(&self, stmt: &Stmt, it: &Loop, key: StmtKey) -> bool {
        let params = carried(it);
        let first = usize::from(it.breaks);
        let sums = (0..params.len()).all(|k| {
            let touched = [params[k], it.body.yields[k + first], stmt.results[k]];
            !touched.iter().any(|id| self.is_active(*id)) || only_summed(&it.body, params[k], k + first)
        });
        sums && self.places_of(it).into_iter().all(|(place, written)| {
            let outside = self.layout.place_home(place) == self.sweep()
                || self.layout.is_inside(self.sweep(), self.layout.place_home(place));
            !outside || (!written && self.layout.writers(place).all(|writer| writer < key))
        })
    }

    /// The active places that the loop touches, and whether it writes to them.
    fn places_of(&self, it: &Loop) -> BTreeMap<PlaceId, bool> {
        let mut res = BTreeMap::new();
        each(&it.body, &mut |stmt| {
            for (at, access) in places(&stmt.instr) {
                if self.active.places.contains(&at.root) {
                    *res.entry(at.root).or_insert(false) |= access.writes();
                }
            }
        });
        res
    }

    /// The cotangents of the sums, computed in front of the loop; `None` if they depend on anything that is not known
    /// there.
    fn seeds_before(
        &mut self,
        stmt: &'a Stmt,
        sums: &[usize],
        key: StmtKey,
    ) -> Option<BTreeMap<usize, ValueId>> {
        let mut res = BTreeMap::new();
        let mut map = BTreeMap::new();
        let mut moved = Vec::new();
        for k in sums {
            let bar = *self.bars.get(&stmt.results[*k])?;
            if !self.moves_up(bar, key, &mut map, &mut moved) {
                return None;
            }
            res.insert(*k, map.get(&bar).copied().unwrap_or(bar));
        }
        self.plan.before.entry(key).or_default().extend(moved);
        Some(res)
    }

    /// Copies what `id` is computed from, as far as that stands in the reverse sweep.
    fn moves_up(
        &mut self,
        id: ValueId,
        key: StmtKey,
        map: &mut BTreeMap<ValueId, ValueId>,
        moved: &mut Vec<Stmt>,
    ) -> bool {
        if map.contains_key(&id) {
            return true;
        }
        if let Some(home) = self.layout.home(id) {
            // A primal value in scope stays where it is, if that is in front of the loop.
            return self.in_scope(home) && self.layout.def(id).is_none_or(|(def, _)| def < key);
        }
        let Some(stmt) = self
            .b
            .stmts()
            .iter()
            .find(|stmt| stmt.results.contains(&id))
            .cloned()
        else {
            return self.given(id);
        };
        if !is_pure(&stmt.instr)
            || matches!(stmt.instr, Instr::Load(_) | Instr::Matrix(_) | Instr::Host { .. })
        {
            return false;
        }
        if !uses(&stmt.instr)
            .into_iter()
            .all(|operand| self.moves_up(operand, key, map, moved))
        {
            return false;
        }
        let mut copy = stmt;
        rename(&mut copy.instr, map);
        for result in &mut copy.results {
            let fresh = self.b.body.fresh(self.b.body.value(*result).clone());
            map.insert(*result, fresh);
            *result = fresh;
        }
        moved.push(copy);
        true
    }

    /// Whether a derivative value was given to the sweep from outside: seeds of the fused loop around.
    fn given(&self, id: ValueId) -> bool {
        self.outer_seeds.contains(&id)
    }

    fn fuse(&mut self, stmt: &'a Stmt, it: &'a Loop, key: StmtKey, seeds: BTreeMap<usize, ValueId>) {
        let next = &it.body.yields[usize::from(it.breaks)..];
        for k in 0..next.len() {
            // The sum began at its first value, whose cotangent is the sum's.
            if let Some(bar) = self.bars.remove(&stmt.results[k]) {
                self.add_bar(it.init[k], bar);
            }
        }
        self.begin_early_shadows(it, key);
        let outer = self.outer_active(&it.body);
        let before = self.bars.clone();
        let mut accumulators = Vec::new();
        for id in &outer {
            let param = self.mirror_value(*id, "_bar");
            accumulators.push((*id, param));
            self.bars.insert(*id, param);
        }
        let body_id = self.layout.id(&it.body);
        let outer_seeds = self.outer_seeds.clone();
        self.outer_seeds.extend(seeds.values());
        self.outer_seeds
            .extend(accumulators.iter().map(|(_, param)| *param));
        self.b.begin();
        self.enter(body_id);
        for (k, seed) in &seeds {
            self.bars.remove(&next[*k]);
            self.add_bar(next[*k], *seed);
        }
        self.sweep_back(&it.body);
        let back = self.b.end();
        self.frames.pop();
        self.outer_seeds = outer_seeds;
        let mut forward = self.forward_region(&it.body);
        forward.stmts.extend(back.stmts);

        let (mut init, mut results, mut kept) = (it.init.clone(), stmt.results.clone(), Vec::new());
        let trips = it.trips.then(|| results.pop()).flatten();
        let mut kind = match &it.kind {
            LoopKind::While { cond: Some(cond) } => LoopKind::While {
                cond: Some(self.forward_region(cond)),
            },
            other => other.clone(),
        };
        let mut zeros = Vec::new();
        for (id, param) in accumulators {
            let bar = self.bars[&id];
            if bar == param {
                continue;
            }
            self.b.begin();
            let zero = self.zero_like(id);
            zeros.extend(self.b.end().stmts);
            init.push(zero);
            forward.params.push(param);
            forward.yields.push(bar);
            if let LoopKind::While { cond: Some(cond) } = &mut kind {
                let ty = self.primal.ty(id).clone();
                cond.params.push(self.b.value(ty));
            }
            let result = self.mirror_value(id, "_bar");
            results.push(result);
            kept.push((id, result));
        }
        self.bars = before;
        results.extend(trips);
        let repeat = Loop {
            kind,
            init,
            body: forward,
            breaks: it.breaks,
            trips: it.trips,
        };
        zeros.push(Stmt {
            results,
            instr: Instr::Loop(Box::new(repeat)),
            span: stmt.span,
        });
        self.plan.instead.insert(key, zeros);
        for (id, result) in kept {
            self.add_bar(id, result);
        }
    }

    /// Shadows that the fused loop adds to begin in front of it.
    fn begin_early_shadows(&mut self, it: &'a Loop, key: StmtKey) {
        let touched: BTreeSet<PlaceId> = self.places_of(it).into_keys().collect();
        for place in touched {
            let Some(shadow) = self.shadow(place) else {
                continue;
            };
            if self.layout.place_home(place) != self.sweep() || self.b.body.place(shadow).param.is_some() {
                continue;
            }
            // Loops are met from the last to the first: the first one that runs begins the shadow.
            if let Some(later) = self.early.insert(place, key) {
                let list = self.plan.before.entry(later).or_default();
                list.retain(|stmt| !matches!(stmt.instr, Instr::Alloc { place, .. } if place == shadow));
            }
            self.b.begin();
            self.begin_shadow(place);
            let begun = self.b.end().stmts;
            self.plan.before.entry(key).or_default().extend(begun);
        }
    }
}
