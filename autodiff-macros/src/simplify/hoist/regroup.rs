//! Products in a loop, with the factors first that the loop does not change: their product then leaves the loop.
//! Factor: up to rounding, so of the derivative only.

use super::{Hoist, Inside};
use crate::ir::visit::{regions, uses};
use crate::ir::{BinaryOp, Instr, Origin, Region, Stmt, Value, ValueId};
use std::collections::{HashMap, HashSet};

impl Hoist<'_> {
    pub(super) fn regroup(&mut self, body: &mut Region, inside: &mut Inside) {
        let mut readers: HashMap<ValueId, usize> = HashMap::new();
        count(body, &mut readers);
        // Products that only another product here reads are parts of that.
        let mut products: HashMap<ValueId, (ValueId, ValueId)> = HashMap::new();
        let mut parts: HashSet<ValueId> = HashSet::new();
        for stmt in &body.stmts {
            if let Some((y, a, b)) = self.product(stmt) {
                products.insert(y, (a, b));
                parts.extend(
                    [a, b]
                        .into_iter()
                        .filter(|id| readers[id] == 1 && products.contains_key(id)),
                );
            }
        }
        let mut stmts = Vec::with_capacity(body.stmts.len());
        for mut stmt in std::mem::take(&mut body.stmts) {
            if let Some((y, a, b)) = self.product(&stmt).filter(|(y, ..)| !parts.contains(y)) {
                let mut factors = Vec::new();
                for id in [a, b] {
                    open(id, &products, &parts, &mut factors);
                }
                if let Some((still, moving)) = self.split(&factors, inside) {
                    let still = self.multiplied(still, y, &stmt, inside, &mut stmts);
                    let moving = self.multiplied(moving, y, &stmt, inside, &mut stmts);
                    stmt.instr = Instr::Binary(BinaryOp::Mul, still, moving);
                }
            }
            stmts.push(stmt);
        }
        body.stmts = stmts;
    }

    fn product(&self, stmt: &Stmt) -> Option<(ValueId, ValueId, ValueId)> {
        let Instr::Binary(BinaryOp::Mul, a, b) = stmt.instr else {
            return None;
        };
        let y = stmt.results[0];
        let ours = self.body.value(y).origin == Origin::Derivative && self.body.is_float(y);
        ours.then_some((y, a, b))
    }

    /// The factors that the loop does not change, and those that it does, if there are several of the former and the
    /// order is not right yet.
    fn split(&self, factors: &[ValueId], inside: &Inside) -> Option<(Vec<ValueId>, Vec<ValueId>)> {
        let constant = |id: &ValueId| self.body.value(*id).constant.is_some();
        let is_still = |id: &ValueId| constant(id) || !inside.values.contains(id);
        let (still, moving): (Vec<_>, Vec<_>) = factors.iter().copied().partition(is_still);
        let pays = still.len() > 1 && !moving.is_empty() && !still.iter().all(constant);
        pays.then_some((still, moving))
    }

    fn multiplied(
        &mut self,
        factors: Vec<ValueId>,
        like: ValueId,
        user: &Stmt,
        inside: &mut Inside,
        out: &mut Vec<Stmt>,
    ) -> ValueId {
        let ty = self.body.ty(like).clone();
        let product = factors.into_iter().reduce(|a, b| {
            let y = self.body.fresh(Value {
                ty: ty.clone(),
                name: None,
                origin: Origin::Derivative,
                constant: None,
            });
            inside.values.insert(y);
            out.push(Stmt {
                results: vec![y],
                instr: Instr::Binary(BinaryOp::Mul, a, b),
                span: user.span,
            });
            y
        });
        product.expect("a product has factors")
    }
}

fn open(
    id: ValueId,
    products: &HashMap<ValueId, (ValueId, ValueId)>,
    parts: &HashSet<ValueId>,
    factors: &mut Vec<ValueId>,
) {
    match products.get(&id).filter(|_| parts.contains(&id)) {
        Some((a, b)) => {
            open(*a, products, parts, factors);
            open(*b, products, parts, factors);
        }
        None => factors.push(id),
    }
}

fn count(region: &Region, readers: &mut HashMap<ValueId, usize>) {
    for stmt in &region.stmts {
        uses(&stmt.instr)
            .into_iter()
            .for_each(|id| *readers.entry(id).or_default() += 1);
        regions(&stmt.instr)
            .into_iter()
            .for_each(|inner| count(inner, readers));
    }
    for id in &region.yields {
        *readers.entry(*id).or_default() += 1;
    }
}
