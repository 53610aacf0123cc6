//! What only one side of a branch wants has its adjoint in that side.

use super::Reverse;
use crate::analyse::{RegionId, StmtKey};
use crate::ir::{Instr, Stmt, ValueId};
use std::collections::{BTreeMap, BTreeSet};

impl<'a> Reverse<'a> {
    /// At the end of `side`: reverses what was computed before the branch for nobody but this side.
    ///
    /// Behind the branch, its cotangent would be zero where the other side ran, and a zero times an infinite slope is
    /// NaN. So `let root = x.sqrt(); if x > 0.0 { root } else { 0.0 }` has the slope 0 at 0. `before` are the cotangents
    /// that come from behind the branch. To sink too little costs work and such a NaN, to sink too much only work:
    /// adjoints are linear, so a statement may be reversed once for each part of its cotangent.
    pub(super) fn sink(&mut self, side: RegionId, before: &BTreeMap<ValueId, ValueId>) {
        let mut sunk = BTreeSet::new();
        let mut inner = side;
        // Outwards through branches, as far as to the body of a loop: its iterations would repeat what stands before it.
        while let Some((key, outer)) = self.layout.regions[inner.0].owner {
            if !matches!(self.layout.stmt(key).instr, Instr::If { .. }) {
                return;
            }
            let region = self.layout.regions[outer.0].region;
            for stmt in region.stmts.iter().rev() {
                let (at, [y]) = (self.layout.key(stmt), &stmt.results[..]) else {
                    continue;
                };
                let wanted = self.bars.contains_key(y) && !before.contains_key(y);
                if at < key && wanted && is_scalar(stmt) && self.is_only_for(*y, side, &sunk) {
                    self.b.span = stmt.span;
                    self.back(stmt);
                    sunk.insert(at);
                }
            }
            inner = outer;
        }
    }

    /// Whether every use of `value` that has an adjoint is inside of `side`, or has its adjoint there.
    fn is_only_for(&self, value: ValueId, side: RegionId, sunk: &BTreeSet<StmtKey>) -> bool {
        let uses = self.uses.get(&value).map_or(&[][..], Vec::as_slice);
        uses.iter().all(|at| match at {
            Use::Yield(region) => self.layout.is_inside(*region, side),
            Use::Stmt(key) => {
                sunk.contains(key)
                    || self.layout.is_inside(self.layout.region_of(*key), side)
                    || !self.has_own_adjoint(self.layout.stmt(*key))
            }
        })
    }

    /// Where each value is read.
    pub(super) fn uses_of(layout: &crate::analyse::Layout<'_>) -> BTreeMap<ValueId, Vec<Use>> {
        let mut res: BTreeMap<ValueId, Vec<Use>> = BTreeMap::new();
        for (k, info) in layout.regions.iter().enumerate() {
            for stmt in &info.region.stmts {
                for id in crate::ir::visit::uses(&stmt.instr) {
                    res.entry(id).or_default().push(Use::Stmt(layout.key(stmt)));
                }
            }
            for id in &info.region.yields {
                res.entry(*id).or_default().push(Use::Yield(RegionId(k)));
            }
        }
        res
    }
}

/// A place in the code where a value is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Use {
    Stmt(StmtKey),
    /// At the end of a region.
    Yield(RegionId),
}

/// Whether the adjoint touches nothing but cotangents of scalars, so that it may stand anywhere.
fn is_scalar(stmt: &Stmt) -> bool {
    matches!(
        stmt.instr,
        Instr::Unary(..)
            | Instr::Binary(..)
            | Instr::Select { .. }
            | Instr::Math { .. }
            | Instr::Opaque(_)
            | Instr::Cast { .. }
    )
}
