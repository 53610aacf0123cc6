//! Neighbouring branches on one condition become one: the forward and the reverse part of an `if` then share it.
//!
//! The second branch moves up to the first. What stands between them and is needed by the second moves up in front of
//! both, if it does not need the first.

use crate::ir::visit::{Access, begun, each, is_pure, places, regions_mut, rename_region, uses};
use crate::ir::{Body, Instr, PlaceId, Region, Stmt, ValueId};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Merges what can be merged; says whether anything was.
pub(super) fn merge(body: &mut Body) -> bool {
    let mut tops = vec![&body.region];
    tops.extend(body.pullback.as_ref().map(|it| &it.region));
    let mut branches = 0;
    for top in &tops {
        each(top, &mut |stmt| {
            branches += usize::from(matches!(stmt.instr, Instr::If { .. }));
        });
    }
    if branches < 2 {
        return false;
    }
    let memory = super::dead::memory(&tops, body.places.len());
    let mut merging = Merging {
        memory,
        changed: false,
    };
    merging.region(&mut body.region);
    if let Some(it) = &mut body.pullback {
        merging.region(&mut it.region);
    }
    merging.changed
}

struct Merging {
    memory: Vec<PlaceId>,
    changed: bool,
}

/// What a run of statements does to memory.
#[derive(Default)]
struct Effects {
    reads: HashSet<PlaceId>,
    writes: HashSet<PlaceId>,
    /// Code that does more than that.
    other: bool,
}

impl Effects {
    /// Whether the order of the two matters.
    fn meet(&self, other: &Effects) -> bool {
        let touches = |a: &Effects, b: &Effects| {
            a.writes
                .iter()
                .any(|id| b.reads.contains(id) || b.writes.contains(id))
        };
        touches(self, other) || touches(other, self) || (self.other && other.other)
    }
}

impl Merging {
    fn region(&mut self, region: &mut Region) {
        // The last `if` on each condition.
        let mut last: BTreeMap<ValueId, usize> = BTreeMap::new();
        let mut at = 0;
        while at < region.stmts.len() {
            if let Instr::If { cond, .. } = region.stmts[at].instr {
                let before = last.get(&cond).copied();
                if before.is_some_and(|first| self.merged(region, first, at)) {
                    self.changed = true;
                    // Statements have moved, and the merged branch stands somewhere in front.
                    last.clear();
                    at = before.unwrap_or(0);
                    continue;
                }
                last.insert(cond, at);
            }
            at += 1;
        }
        for stmt in &mut region.stmts {
            for inner in regions_mut(&mut stmt.instr) {
                self.region(inner);
            }
        }
    }

    /// Merges the `if` at `second` into the one at `first`; `false` if it cannot be.
    fn merged(&self, region: &mut Region, first: usize, second: usize) -> bool {
        let Some(up) = self.needed_between(region, first, second) else {
            return false;
        };
        let later = region.stmts.remove(second);
        let between = region.stmts.drain(first + 1..second).collect::<Vec<_>>();
        let (up, down): (Vec<_>, Vec<_>) = between.into_iter().enumerate().partition(|(k, _)| up.contains(k));
        let target = first + up.len();
        let moved = up.into_iter().map(|(_, stmt)| stmt);
        region.stmts.splice(first..first, moved);
        let stays = down.into_iter().map(|(_, stmt)| stmt);
        region.stmts.splice(target + 1..target + 1, stays);
        join(&mut region.stmts[target], later);
        true
    }

    /// The statements between the two that have to move in front of both, by their numbers.
    fn needed_between(&self, region: &Region, first: usize, second: usize) -> Option<BTreeSet<usize>> {
        let (head, tail) = (&region.stmts[first], &region.stmts[second]);
        let between = &region.stmts[first + 1..second];
        let results: BTreeSet<ValueId> = head.results.iter().copied().collect();
        let mut defined: BTreeMap<ValueId, usize> = BTreeMap::new();
        for (k, stmt) in between.iter().enumerate() {
            defined.extend(stmt.results.iter().map(|id| (*id, k)));
        }
        let mut up = BTreeSet::new();
        let mut open: Vec<ValueId> = free(tail);
        while let Some(id) = open.pop() {
            let Some(k) = defined.get(&id) else { continue };
            if up.insert(*k) {
                let needs = free(&between[*k]);
                if !is_pure(&between[*k].instr) || needs.iter().any(|id| results.contains(id)) {
                    return None;
                }
                open.extend(needs);
            }
        }
        let (ahead, behind) = (self.effects(head), self.effects(tail));
        let mut passed = Effects::default();
        for (k, stmt) in between.iter().enumerate() {
            let here = self.effects(stmt);
            if up.contains(&k) {
                // It passes the first branch, and what stays between.
                if here.meet(&ahead) || here.meet(&passed) {
                    return None;
                }
            } else {
                merge_effects(&mut passed, here);
            }
        }
        (!behind.meet(&passed)).then_some(up)
    }

    fn effects(&self, stmt: &Stmt) -> Effects {
        let mut res = Effects::default();
        self.look(stmt, &mut res);
        for inner in crate::ir::visit::regions(&stmt.instr) {
            each(inner, &mut |stmt| self.look(stmt, &mut res));
        }
        res
    }

    fn look(&self, stmt: &Stmt, res: &mut Effects) {
        for (at, access) in places(&stmt.instr) {
            let memory = self.memory[at.root.0 as usize];
            if access.writes() {
                res.writes.insert(memory);
            }
            if access.reads() || access == Access::Shape {
                res.reads.insert(memory);
            }
        }
        for id in begun(&stmt.instr) {
            res.writes.insert(self.memory[id.0 as usize]);
        }
        res.other |= matches!(
            stmt.instr,
            Instr::Host { pure: false, .. } | Instr::Call(_) | Instr::Opaque(_)
        );
    }
}

fn merge_effects(all: &mut Effects, more: Effects) {
    all.reads.extend(more.reads);
    all.writes.extend(more.writes);
    all.other |= more.other;
}

/// The values that a statement reads, in regions inside of it, too.
fn free(stmt: &Stmt) -> Vec<ValueId> {
    let mut res = uses(&stmt.instr);
    for inner in crate::ir::visit::regions(&stmt.instr) {
        res.extend(crate::ir::visit::free_values(inner));
    }
    res
}

/// Appends the branches of `later` to those of `stmt`. In each, a result of the first is what the branch yields.
fn join(stmt: &mut Stmt, later: Stmt) {
    let results = stmt.results.clone();
    let Instr::If { then, otherwise, .. } = &mut stmt.instr else {
        unreachable!("only branches are merged")
    };
    let Instr::If {
        then: later_then,
        otherwise: later_otherwise,
        ..
    } = later.instr
    else {
        unreachable!("only branches are merged")
    };
    for (side, mut more) in [(then, later_then), (otherwise, later_otherwise)] {
        let map: BTreeMap<ValueId, ValueId> = results.iter().copied().zip(side.yields.clone()).collect();
        rename_region(&mut more, &map);
        side.stmts.extend(more.stmts);
        side.yields.extend(more.yields);
    }
    stmt.results.extend(later.results);
}
