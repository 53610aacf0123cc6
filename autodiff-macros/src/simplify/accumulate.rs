//! Two additions to one element of a shadow become one: `s[i] += a; …; s[i] += b` is `…; s[i] += a + b`.
//!
//! Other additions may stand between, since nobody sees their order but in the rounding. Reads and stores may not.

use crate::ir::visit::{begun, each, places, regions, regions_mut};
use crate::ir::{
    BinaryOp, Body, Float, Instr, Origin, PlaceId, PlaceRef, Region, Stmt, Type, Value, ValueId,
};
use std::collections::HashMap;

/// Merges what can be merged; says whether anything was.
pub(super) fn merge(body: &mut Body) -> bool {
    let mut region = std::mem::take(&mut body.region);
    let mut pullback = body.pullback.take();
    let mut tops = vec![&region];
    tops.extend(pullback.as_ref().map(|it| &it.region));
    let memory = super::dead::memory(&tops, body.places.len());
    let mut merging = Merging {
        body,
        memory,
        changed: false,
    };
    merging.region(&mut region);
    if let Some(it) = &mut pullback {
        merging.region(&mut it.region);
    }
    let changed = merging.changed;
    body.region = region;
    body.pullback = pullback;
    changed
}

struct Merging<'a> {
    body: &'a mut Body,
    memory: Vec<PlaceId>,
    changed: bool,
}

impl Merging<'_> {
    fn region(&mut self, region: &mut Region) {
        // The last addition to each path, by the memory that it goes to.
        let mut last: HashMap<PlaceId, Vec<(PlaceRef, usize)>> = HashMap::new();
        let mut stmts: Vec<Option<Stmt>> = Vec::with_capacity(region.stmts.len());
        for mut stmt in std::mem::take(&mut region.stmts) {
            for inner in regions_mut(&mut stmt.instr) {
                self.region(inner);
            }
            if let Instr::AddTo { to, value } = &mut stmt.instr
                && self.body.place(to.root).origin == Origin::Derivative
            {
                let memory = self.memory[to.root.0 as usize];
                let known = last.entry(memory).or_default();
                let before = known.iter().position(|(path, _)| path == to);
                let before = before.map(|k| known.swap_remove(k).1);
                if let Some(Stmt {
                    instr: Instr::AddTo { value: first, .. },
                    ..
                }) = before.and_then(|at| stmts[at].take())
                {
                    self.changed = true;
                    let sum = self.sum(first, *value);
                    let instr = Instr::Binary(BinaryOp::Add, first, *value);
                    *value = sum;
                    stmts.push(Some(Stmt {
                        results: vec![sum],
                        instr,
                        span: stmt.span,
                    }));
                }
                known.push((to.clone(), stmts.len()));
                stmts.push(Some(stmt));
                continue;
            }
            self.forget(&stmt, &mut last);
            stmts.push(Some(stmt));
        }
        region.stmts = stmts.into_iter().flatten().collect();
    }

    fn sum(&mut self, a: ValueId, b: ValueId) -> ValueId {
        let ty = match self.body.ty(a) {
            Type::Float(Float::Inferred) => self.body.ty(b).clone(),
            known => known.clone(),
        };
        self.body.fresh(Value {
            ty,
            name: None,
            origin: Origin::Derivative,
            constant: None,
        })
    }

    /// Forgets the additions whose result `stmt` may read or replace.
    fn forget(&self, stmt: &Stmt, last: &mut HashMap<PlaceId, Vec<(PlaceRef, usize)>>) {
        let mut touch = |stmt: &Stmt| {
            let only_adds = matches!(stmt.instr, Instr::AddTo { .. });
            for (at, _) in places(&stmt.instr) {
                if !only_adds {
                    last.remove(&self.memory[at.root.0 as usize]);
                }
            }
            for id in begun(&stmt.instr) {
                last.remove(&self.memory[id.0 as usize]);
            }
        };
        touch(stmt);
        for inner in regions(&stmt.instr) {
            each(inner, &mut |stmt| touch(stmt));
        }
    }
}
