//! How often each value is read, before the walk.

use super::Def;
use crate::ir::visit::{each_use, regions};
use crate::ir::{BinaryOp, Body, Instr, Origin, Region, Tree, UnaryOp, ValueId};

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
            .for_each(|id| guards[id.0 as usize] = Guard::OPEN);
    }
    for top in tops.iter().rev() {
        guard(top, &mut guards);
    }
    let Counting { mut defs, summed, .. } = counting;
    for (def, guard) in defs.iter_mut().zip(guards) {
        match guard {
            Guard::Unread => def.unread = true,
            Guard::Choices(all) => def.guards = all,
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
            each_use(&stmt.instr, |id| {
                self.read(id);
                self.summed[id.0 as usize] |= sum && self.homes[id.0 as usize] == here;
            });
            if stmt.instr.has_regions() {
                for inner in regions(&stmt.instr) {
                    self.region(inner);
                }
            }
        }
        for id in &region.yields {
            self.read(*id);
        }
    }
}

/// Who reads a value.
#[derive(Clone, PartialEq)]
enum Guard {
    Unread,
    /// In the end, only choices that take it if these conditions have these outcomes. None of them is none.
    Choices(Vec<(ValueId, bool)>),
}

impl Guard {
    const OPEN: Guard = Guard::Choices(Vec::new());

    fn meet(&mut self, other: &Guard) {
        match (&mut *self, other) {
            (_, Guard::Unread) => (),
            (Guard::Unread, other) => *self = other.clone(),
            (Guard::Choices(all), Guard::Choices(others)) => all.retain(|it| others.contains(it)),
        }
    }

    fn and(&self, cond: ValueId, side: bool) -> Guard {
        match self {
            Guard::Unread => Guard::Unread,
            Guard::Choices(all) => {
                let mut all = all.clone();
                // More of them say less and less.
                if all.len() < 8 && !all.contains(&(cond, side)) {
                    all.push((cond, side));
                }
                Guard::Choices(all)
            }
        }
    }
}

/// From the last statement to the first, so that readers come before what they read.
fn guard(region: &Region, guards: &mut [Guard]) {
    fn read(id: ValueId, how: &Guard, guards: &mut [Guard]) {
        guards[id.0 as usize].meet(how);
    }
    for id in &region.yields {
        read(*id, &Guard::OPEN, guards);
    }
    for stmt in region.stmts.iter().rev() {
        if stmt.instr.has_regions() {
            for inner in regions(&stmt.instr).into_iter().rev() {
                guard(inner, guards);
            }
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
                let own = guards[y.0 as usize].clone();
                read(*cond, &Guard::OPEN, guards);
                read(*then, &own.and(*cond, true), guards);
                read(*otherwise, &own.and(*cond, false), guards);
            }
            (Instr::Binary(..) | Instr::Unary(..), [y]) => {
                let own = guards[y.0 as usize].clone();
                each_use(&stmt.instr, |id| read(id, &own, guards));
            }
            (instr, _) => {
                each_use(instr, |id| read(id, &Guard::OPEN, guards));
            }
        }
    }
}
