//! One constant on several products with a common factor goes to that factor: `2(ab)` and `2(ac)` are `(2a)b` and
//! `(2a)c`, a multiplication fewer. Factor: up to rounding.

use super::algebra::is_tame;
use crate::ir::visit::{regions, regions_mut, uses};
use crate::ir::{BinaryOp, Body, Const, Instr, Origin, Region, Stmt, Value, ValueId};
use std::collections::HashMap;

/// Moves constants where it pays; says whether any moved.
pub(super) fn share(body: &mut Body) -> bool {
    let mut region = std::mem::take(&mut body.region);
    let mut pullback = body.pullback.take();
    let mut scaling = Scaling { body, changed: false };
    scaling.region(&mut region);
    if let Some(it) = &mut pullback {
        scaling.region(&mut it.region);
    }
    let changed = scaling.changed;
    body.region = region;
    body.pullback = pullback;
    changed
}

struct Scaling<'a> {
    body: &'a mut Body,
    changed: bool,
}

/// `c · (a · b)` at a statement.
struct Scaled {
    at: usize,
    constant: ValueId,
    size: u64,
    factors: [ValueId; 2],
}

impl Scaling<'_> {
    fn region(&mut self, region: &mut Region) {
        for stmt in &mut region.stmts {
            regions_mut(&mut stmt.instr)
                .into_iter()
                .for_each(|inner| self.region(inner));
        }
        let found = self.scaled(region);
        let mut counts: HashMap<(ValueId, u64), usize> = HashMap::new();
        for it in &found {
            for (k, factor) in it.factors.iter().enumerate() {
                // A square has its factor once.
                if k == 0 || it.factors[0] != *factor {
                    *counts.entry((*factor, it.size)).or_default() += 1;
                }
            }
        }
        if counts.values().all(|count| *count < 2) {
            return;
        }
        let mut shared: HashMap<(ValueId, u64), ValueId> = HashMap::new();
        let mut new: HashMap<usize, Stmt> = HashMap::new();
        for it in found {
            let count = |k: usize| counts[&(it.factors[k], it.size)];
            let k = usize::from(count(1) > count(0));
            if count(k) < 2 {
                continue;
            }
            self.changed = true;
            let (factor, other) = (it.factors[k], it.factors[1 - k]);
            let span = region.stmts[it.at].span;
            let multiple = *shared.entry((factor, it.size)).or_insert_with(|| {
                let multiple = self.body.fresh(Value {
                    name: None,
                    origin: Origin::Derivative,
                    constant: None,
                    ty: self.body.ty(region.stmts[it.at].results[0]).clone(),
                });
                new.insert(
                    it.at,
                    Stmt {
                        results: vec![multiple],
                        instr: Instr::Binary(BinaryOp::Mul, it.constant, factor),
                        span,
                    },
                );
                multiple
            });
            region.stmts[it.at].instr = Instr::Binary(BinaryOp::Mul, multiple, other);
        }
        for (at, stmt) in std::mem::take(&mut region.stmts).into_iter().enumerate() {
            region.stmts.extend(new.remove(&at));
            region.stmts.push(stmt);
        }
    }

    /// Products of the derivative with a constant and with a product that nobody else reads.
    fn scaled(&self, region: &Region) -> Vec<Scaled> {
        let mut products: HashMap<ValueId, [ValueId; 2]> = HashMap::new();
        let mut readers: HashMap<ValueId, usize> = HashMap::new();
        count_reads(region, &mut readers);
        let mut res = Vec::new();
        for (at, stmt) in region.stmts.iter().enumerate() {
            let Instr::Binary(BinaryOp::Mul, l, r) = stmt.instr else {
                continue;
            };
            let y = stmt.results[0];
            if self.body.value(y).origin != Origin::Derivative || !self.body.is_float(y) {
                continue;
            }
            let (constant, product) = if self.constant(l).is_some() {
                (l, r)
            } else {
                (r, l)
            };
            match (self.constant(constant), products.get(&product)) {
                (Some(size), Some(factors)) if readers[&product] == 1 => res.push(Scaled {
                    at,
                    constant,
                    size: size.to_bits(),
                    factors: *factors,
                }),
                (None, _) => {
                    products.insert(y, [l, r]);
                }
                (Some(_), _) => (),
            }
        }
        res
    }

    fn constant(&self, id: ValueId) -> Option<f64> {
        match self.body.value(id).constant {
            Some(Const::Float(x)) => Some(x).filter(|x| is_tame(*x)),
            Some(Const::Int(_) | Const::Bool(_)) | None => None,
        }
    }
}

fn count_reads(region: &Region, readers: &mut HashMap<ValueId, usize>) {
    for stmt in &region.stmts {
        let inner = regions(&stmt.instr);
        inner.into_iter().for_each(|inner| count_reads(inner, readers));
        for id in uses(&stmt.instr) {
            *readers.entry(id).or_default() += 1;
        }
    }
    for id in &region.yields {
        *readers.entry(*id).or_default() += 1;
    }
}
