//! What the forward sweep does beyond the primal, and the forward sweep itself.

use super::Reverse;
use crate::analyse::{RegionId, StmtKey};
use crate::ir::{Instr, Loop, LoopKind, Region, Stmt, ValueId};
use std::collections::BTreeMap;

/// Statements to insert into a copy of the primal.
#[derive(Default, Debug)]
pub(super) struct Plan {
    /// In front of a statement.
    pub(super) before: BTreeMap<StmtKey, Vec<Stmt>>,
    pub(super) after: BTreeMap<StmtKey, Vec<Stmt>>,
    /// Instead of a statement.
    pub(super) instead: BTreeMap<StmtKey, Vec<Stmt>>,
    pub(super) head: BTreeMap<RegionId, Vec<Stmt>>,
    pub(super) tail: BTreeMap<RegionId, Vec<Stmt>>,
    /// Further results of an `if`.
    pub(super) exports: BTreeMap<StmtKey, Vec<Export>>,
    /// The value that counts the iterations of a loop.
    pub(super) trips: BTreeMap<StmtKey, ValueId>,
    /// The flat number of an iteration, by the loop's body.
    pub(super) flats: BTreeMap<RegionId, ValueId>,
    /// Upper bounds of trip counts, by the loop's body.
    pub(super) trip_bounds: BTreeMap<RegionId, ValueId>,
}

/// A value that leaves a branch.
#[derive(Debug)]
pub(super) struct Export {
    pub(super) result: ValueId,
    /// The branch that defines it: 0 or 1.
    pub(super) branch: usize,
    /// The value, after these statements at the end of the branch.
    pub(super) value: (Vec<Stmt>, ValueId),
    /// What the other branch gives.
    pub(super) dummy: (Vec<Stmt>, ValueId),
}

impl<'a> Reverse<'a> {
    /// The primal statements of `region` with what the reverse sweep asked for.
    pub(super) fn forward_sweep(&mut self, region: &'a Region, id: RegionId) -> Vec<Stmt> {
        let mut res = self.plan.head.remove(&id).unwrap_or_default();
        for stmt in &region.stmts {
            let key = self.layout.key(stmt);
            res.extend(self.plan.before.remove(&key).unwrap_or_default());
            match self.plan.instead.remove(&key) {
                Some(instead) => res.extend(instead),
                None => res.push(self.forward_stmt(stmt, key)),
            }
            res.extend(self.plan.after.remove(&key).unwrap_or_default());
        }
        res.extend(self.plan.tail.remove(&id).unwrap_or_default());
        res
    }

    /// As [`Reverse::forward_sweep`], with parameters and yields.
    pub(super) fn forward_region(&mut self, region: &'a Region) -> Region {
        let id = self.layout.id(region);
        let stmts = self.forward_sweep(region, id);
        Region {
            params: region.params.clone(),
            stmts,
            yields: region.yields.clone(),
        }
    }

    fn forward_stmt(&mut self, stmt: &'a Stmt, key: StmtKey) -> Stmt {
        let mut results = stmt.results.clone();
        let instr = match &stmt.instr {
            Instr::If {
                cond,
                then,
                otherwise,
            } => {
                let mut sides = [self.forward_region(then), self.forward_region(otherwise)];
                for export in self.plan.exports.remove(&key).unwrap_or_default() {
                    results.push(export.result);
                    for (side, (stmts, value)) in
                        [(export.branch, export.value), (1 - export.branch, export.dummy)]
                    {
                        sides[side].stmts.extend(stmts);
                        sides[side].yields.push(value);
                    }
                }
                let [then, otherwise] = sides;
                Instr::If {
                    cond: *cond,
                    then,
                    otherwise,
                }
            }
            Instr::Loop(it) => {
                let kind = match &it.kind {
                    LoopKind::While { cond: Some(cond) } => LoopKind::While {
                        cond: Some(self.forward_region(cond)),
                    },
                    other => other.clone(),
                };
                let body = self.forward_region(&it.body);
                let trips = self.plan.trips.remove(&key);
                results.extend(trips);
                let trips = trips.is_some() || it.trips;
                Instr::Loop(Box::new(Loop {
                    kind,
                    init: it.init.clone(),
                    body,
                    breaks: it.breaks,
                    trips,
                }))
            }
            other => other.clone(),
        };
        Stmt {
            results,
            instr,
            span: stmt.span,
        }
    }
}
