//! Values that are written at every use: shorter than a variable for them would be, and the same code in the end.

use super::folds::{Use, Walk};
use super::outline::{NodeNo, is_expression};
use crate::ir::{BinaryOp, Instr, Stmt, UnaryOp, ValueId};

impl Walk<'_, '_> {
    /// `-x`, however often it is used, `2.0 * x`, used twice, and `i + 1`, used thrice: shorter than a variable for it,
    /// and the same code in the end.
    pub(super) fn is_trivial(&self, node: NodeNo, stmt: &Stmt) -> bool {
        let body = self.outline.body;
        let id = stmt.results[0];
        let uses = &self.uses[id.0 as usize];
        let variable = |id: ValueId| {
            let load = self.outline.stmt_of(id).is_some_and(is_expression);
            body.value(id).constant.is_none() && (!load || self.uses[id.0 as usize].len() > 1)
        };
        let literal = |id: ValueId| body.value(id).constant.is_some();
        let small = match &stmt.instr {
            Instr::Unary(UnaryOp::Neg, a) => variable(*a) && body.is_float(*a),
            Instr::Binary(op, a, b) => {
                let one = (literal(*a) && variable(*b)) || (variable(*a) && literal(*b));
                let shift = matches!(op, BinaryOp::Add | BinaryOp::Sub);
                // Nobody divides twice.
                let one = one && *op != BinaryOp::Div;
                let few = match body.is_float(*a) {
                    true => uses.len() == 2,
                    false => shift && uses.len() <= 3,
                };
                one && few
            }
            _ => false,
        };
        let here = |used: &Use| used.at.region == self.outline.nodes[node].region && !used.hole;
        small && uses.len() > 1 && body.value(id).name.is_none() && uses.iter().all(here)
    }

    /// `x.len()` of what keeps its length is as cheap as a variable, and says more.
    pub(super) fn is_free(&self, node: NodeNo, stmt: &Stmt) -> bool {
        let Instr::Len(at) = &stmt.instr else { return false };
        let it = &self.outline.nodes[node];
        let frame = self.outline.frame(it.region);
        let uses = &self.uses[stmt.results[0].0 as usize];
        let viewed = self.groups.values().any(|group| *group == at.root);
        let keeps = |used: &Use| {
            // A loop around the use comes back to it after everything inside.
            let inside = self.outline.around(used.at.region);
            let inside = inside.take_while(|region| *region != it.region).last();
            let end = inside.map_or(used.at.pos, |region| self.outline.regions[region].end);
            let read = (at.root, true);
            !self.changes(read, it.start, end, used.late)
                && !self.changes(read, it.start, used.at.pos, used.late)
        };
        at.path.is_empty()
            && !viewed
            && self.outline.body.value(stmt.results[0]).name.is_none()
            && uses
                .iter()
                .all(|used| self.outline.frame(used.at.region) == frame)
            && uses.iter().all(keeps)
    }
}
