//! How often each value is read, before the walk.

use super::Def;
use crate::ir::visit::{regions, uses};
use crate::ir::{BinaryOp, Body, Const, Instr, Origin, Region, Tree, UnaryOp, ValueId};

/// One entry for each value. The regions may have been taken out of `body`.
pub(super) fn count(body: &Body, tops: &[&Region], results: &[Option<&Tree>]) -> Vec<Def> {
    let mut counting = Counting {
        body,
        defs: vec![Def::default(); body.values.len()],
        homes: vec![0; body.values.len()],
        summed: vec![false; body.values.len()],
        regions: 0,
    };
    for top in tops {
        counting.region(top);
    }
    for tree in results.iter().flatten() {
        tree.values().into_iter().for_each(|id| counting.read(id));
    }
    let mut guards = vec![Guard::Unread; body.values.len()];
    for tree in results.iter().flatten() {
        tree.values()
            .into_iter()
            .for_each(|id| guards[id.0 as usize] = Guard::Open);
    }
    for top in tops.iter().rev() {
        guard(body, top, &mut guards);
    }
    let Counting { mut defs, summed, .. } = counting;
    for (def, guard) in defs.iter_mut().zip(guards) {
        if let Guard::Choice(cond, side) = guard {
            def.guard = Some((cond, side));
        }
    }
    for (def, summed) in defs.iter_mut().zip(summed) {
        def.in_sum = summed && def.uses == 1;
    }
    defs
}

struct Counting<'a> {
    body: &'a Body,
    defs: Vec<Def>,
    homes: Vec<u32>,
    summed: Vec<bool>,
    regions: u32,
}

impl Counting<'_> {
    fn read(&mut self, id: ValueId) {
        self.defs[id.0 as usize].uses += 1;
    }

    fn region(&mut self, region: &Region) {
        self.regions += 1;
        let here = self.regions;
        for stmt in &region.stmts {
            for id in &stmt.results {
                self.homes[id.0 as usize] = here;
            }
            let sum = match (&stmt.instr, stmt.results.first()) {
                (
                    Instr::Binary(BinaryOp::Add | BinaryOp::Sub, ..) | Instr::Unary(UnaryOp::Neg, _),
                    Some(y),
                ) => self.body.is_float(*y) && self.body.value(*y).origin == Origin::Derivative,
                _ => false,
            };
            for id in uses(&stmt.instr) {
                self.read(id);
                self.summed[id.0 as usize] |= sum && self.homes[id.0 as usize] == here;
            }
            regions(&stmt.instr)
                .into_iter()
                .for_each(|inner| self.region(inner));
        }
        region.yields.iter().for_each(|id| self.read(*id));
    }
}

/// Who reads a value.
#[derive(Clone, Copy, PartialEq)]
enum Guard {
    Unread,
    /// In the end, only choices that take it if the condition has this outcome, and zero otherwise.
    Choice(ValueId, bool),
    Open,
}

impl Guard {
    fn meet(self, other: Guard) -> Guard {
        match (self, other) {
            (Guard::Unread, other) => other,
            (guard, other) if guard == other || other == Guard::Unread => guard,
            _ => Guard::Open,
        }
    }
}

/// From the last statement to the first, so that readers come before what they read.
fn guard(body: &Body, region: &Region, guards: &mut [Guard]) {
    let read = |id: ValueId, how: Guard, guards: &mut [Guard]| {
        let slot = &mut guards[id.0 as usize];
        *slot = slot.meet(how);
    };
    for id in &region.yields {
        read(*id, Guard::Open, guards);
    }
    for stmt in region.stmts.iter().rev() {
        for inner in regions(&stmt.instr).into_iter().rev() {
            guard(body, inner, guards);
        }
        match (&stmt.instr, stmt.results.as_slice()) {
            (
                Instr::Select {
                    cond,
                    then,
                    otherwise,
                },
                [y],
            ) => {
                let zero = |id: ValueId| body.value(id).constant == Some(Const::Float(0.0));
                let own = guards[y.0 as usize];
                read(*cond, Guard::Open, guards);
                let kept = |other: ValueId, side: bool| {
                    if zero(other) {
                        Guard::Choice(*cond, side)
                    } else {
                        own
                    }
                };
                let (taken, other) = (kept(*otherwise, true), kept(*then, false));
                read(*then, taken, guards);
                read(*otherwise, other, guards);
            }
            (Instr::Binary(..) | Instr::Unary(..), [y]) => {
                let own = guards[y.0 as usize];
                for id in uses(&stmt.instr) {
                    read(id, own, guards);
                }
            }
            (instr, _) => {
                for id in uses(instr) {
                    read(id, Guard::Open, guards);
                }
            }
        }
    }
}
