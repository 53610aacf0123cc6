//! Loops that only feed sums.

use crate::ir::visit::{each, regions, uses};
use crate::ir::{BinaryOp, Instr, Region, Stmt, ValueId};

/// Whether `from` does nothing in `region` but grow by additions into yield `to`: then its cotangent is the same
/// before and after.
pub(crate) fn only_summed(region: &Region, from: ValueId, to: usize) -> bool {
    let mut current = from;
    loop {
        let yielded: Vec<usize> = (0..region.yields.len())
            .filter(|k| region.yields[*k] == current)
            .collect();
        let users: Vec<&Stmt> = region
            .stmts
            .iter()
            .filter(|stmt| mentions(stmt, current) > 0)
            .collect();
        match (users.as_slice(), yielded.as_slice()) {
            ([], [only]) => return *only == to,
            ([user], []) if mentions(user, current) == 1 || branches(user) => match step(user, current) {
                Some(next) => current = next,
                None => return false,
            },
            _ => return false,
        }
    }
}

/// What `current` has become after `user`, if `user` adds to it.
fn step(user: &Stmt, current: ValueId) -> Option<ValueId> {
    match &user.instr {
        Instr::Binary(BinaryOp::Add, ..) => user.results.first().copied(),
        Instr::Binary(BinaryOp::Sub, lhs, _) if *lhs == current => user.results.first().copied(),
        Instr::If {
            cond,
            then,
            otherwise,
        } if *cond != current => {
            let sums = |k: &usize| only_summed(then, current, *k) && only_summed(otherwise, current, *k);
            (0..then.yields.len()).find(sums).map(|k| user.results[k])
        }
        Instr::Loop(it) => {
            let k = it.init.iter().position(|init| *init == current)?;
            let param = *super::layout::carried(it).get(k)?;
            only_summed(&it.body, param, k + usize::from(it.breaks)).then(|| user.results[k])
        }
        _ => None,
    }
}

fn branches(stmt: &Stmt) -> bool {
    matches!(stmt.instr, Instr::If { .. })
}

/// How often `value` is read by `stmt` and inside of it.
fn mentions(stmt: &Stmt, value: ValueId) -> usize {
    let mut count = uses(&stmt.instr).into_iter().filter(|id| *id == value).count();
    for region in regions(&stmt.instr) {
        count += region.yields.iter().filter(|id| **id == value).count();
        each(region, &mut |inner| {
            count += uses(&inner.instr).into_iter().filter(|id| *id == value).count();
            for nested in regions(&inner.instr) {
                count += nested.yields.iter().filter(|id| **id == value).count();
            }
        });
    }
    count
}
