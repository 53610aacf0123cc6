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
    let Counting { mut defs, summed, .. } = counting;
    for (def, summed) in defs.iter_mut().zip(summed) {
        def.in_sum = summed && def.uses == 1;
        def.guard = def.guard.filter(|_| def.uses == 1);
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
            if let Instr::Select {
                cond,
                then,
                otherwise,
            } = stmt.instr
            {
                let zero = |id: ValueId| self.body.value(id).constant == Some(Const::Float(0.0));
                for (value, other, side) in [(then, otherwise, true), (otherwise, then, false)] {
                    if zero(other) {
                        self.defs[value.0 as usize].guard = Some((cond, side));
                    }
                }
            }
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
