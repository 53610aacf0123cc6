//! Which values of the primal the reverse sweep reads.

use super::Activity;
use crate::ir::visit::each;
use crate::ir::{BinaryOp, Body, Instr, ValueId};
use crate::rules::Partial;
use std::collections::BTreeSet;

/// Values that an adjoint reads, whatever the values around it are recomputed from.
///
/// A hint for what is worth recording: one too many or too few costs memory or operations, never a wrong gradient.
pub(crate) fn read_back(body: &Body, active: &Activity) -> BTreeSet<ValueId> {
    let mut res = BTreeSet::new();
    each(&body.region, &mut |stmt| {
        let is_active = |id: &ValueId| active.values.contains(id);
        if !stmt.results.iter().any(is_active) {
            return;
        }
        match &stmt.instr {
            // d(ab)/da = b.
            Instr::Binary(BinaryOp::Mul, l, r) => {
                res.extend(is_active(l).then_some(*r));
                res.extend(is_active(r).then_some(*l));
            }
            // d(a/b)/da = 1/b, d(a/b)/db = -(a/b)/b.
            Instr::Binary(BinaryOp::Div, _, r) => {
                res.insert(*r);
                res.extend(stmt.results.iter().filter(|_| is_active(r)));
            }
            Instr::Math { rule, args } => {
                for (partial, _) in rule.partials.iter().zip(args).filter(|(_, arg)| is_active(arg)) {
                    let read = rule
                        .args
                        .iter()
                        .zip(args)
                        .filter(|(name, _)| reads(partial, name));
                    res.extend(read.map(|(_, arg)| *arg));
                    res.extend(stmt.results.iter().filter(|_| reads(partial, rule.result)));
                }
            }
            _ => (),
        }
    });
    res
}

/// Whether `name` occurs in the formula.
fn reads(partial: &Partial, name: &str) -> bool {
    match partial {
        Partial::Expr(text) => text
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .any(|word| word == name),
        Partial::Zero | Partial::None => false,
    }
}
