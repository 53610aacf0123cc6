//! Two additions to one element of a shadow become one: `s[i] += a; …; s[i] += b` is `…; s[i] += a + b`; and so does
//! a store with the addition right behind it.
//!
//! Other additions may stand between, since nobody sees their order but in the rounding. Reads and stores may not.

use crate::ir::visit::{begun, each, places, regions, regions_mut};
use crate::ir::{
    BinaryOp, Body, Float, Instr, Origin, PlaceId, PlaceRef, Region, Stmt, Type, Value, ValueId,
};
use std::collections::HashMap;

/// Merges what can be merged; says whether anything was.
pub(super) fn merge(body: &mut Body) -> bool {
    if body.places.is_empty() {
        return false;
    }
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
        // The last addition or store to each path, by the memory that it goes to.
        let mut last: HashMap<PlaceId, Vec<(PlaceRef, usize)>> = HashMap::new();
        let mut stmts: Vec<Option<Stmt>> = Vec::with_capacity(region.stmts.len());
        for mut stmt in std::mem::take(&mut region.stmts) {
            for inner in regions_mut(&mut stmt.instr) {
                self.region(inner);
            }
            let (Instr::AddTo { to, .. } | Instr::Store { to, .. }) = &stmt.instr else {
                self.forget(&stmt, &mut last);
                stmts.push(Some(stmt));
                continue;
            };
            let (to, memory) = (to.clone(), self.memory[to.root.0 as usize]);
            let known = last.entry(memory).or_default();
            if let Instr::Store { .. } = stmt.instr {
                known.clear();
            } else if let Some(at) = known.iter().position(|(path, _)| *path == to) {
                let (_, at) = known.swap_remove(at);
                if let Some(before) = stmts[at].take() {
                    self.changed = true;
                    self.join(before, &mut stmt, &mut stmts);
                }
            }
            // An addition to what may be the same element stays behind the store.
            known.retain(|(_, at)| matches!(&stmts[*at], Some(it) if !is_store(&it.instr)));
            if self.body.place(to.root).origin == Origin::Derivative {
                known.push((to, stmts.len()));
            }
            stmts.push(Some(stmt));
        }
        region.stmts = stmts.into_iter().flatten().collect();
    }

    /// Makes `stmt`, an addition, do what `before` did to the same element, too.
    fn join(&mut self, before: Stmt, stmt: &mut Stmt, out: &mut Vec<Option<Stmt>>) {
        let (Instr::AddTo { value: first, .. } | Instr::Store { value: first, .. }) = before.instr else {
            unreachable!("only additions and stores are remembered")
        };
        let Instr::AddTo { to, value } = stmt.instr.clone() else {
            unreachable!("only additions are joined")
        };
        let sum = self.sum(first, value);
        out.push(Some(Stmt {
            results: vec![sum],
            instr: Instr::Binary(BinaryOp::Add, first, value),
            span: stmt.span,
        }));
        stmt.instr = if is_store(&before.instr) {
            Instr::Store { to, value: sum }
        } else {
            Instr::AddTo { to, value: sum }
        };
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

fn is_store(instr: &Instr) -> bool {
    matches!(instr, Instr::Store { .. })
}
