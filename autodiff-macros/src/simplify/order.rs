//! Sine and cosine of one argument stand side by side, so that rustc computes both at once.

use crate::ir::visit::regions_mut;
use crate::ir::{Body, Instr, Region, Stmt, ValueId};
use std::collections::HashMap;

/// Moves each later one of such a pair up to the earlier one.
pub(super) fn pair_sines(body: &mut Body) {
    region(&mut body.region);
    if let Some(it) = &mut body.pullback {
        region(&mut it.region);
    }
}

fn region(it: &mut Region) {
    let mut first: HashMap<ValueId, usize> = HashMap::new();
    // What follows a statement from further down.
    let mut followers: HashMap<usize, usize> = HashMap::new();
    for (k, stmt) in it.stmts.iter_mut().enumerate() {
        regions_mut(&mut stmt.instr).into_iter().for_each(region);
        let Instr::Math { rule, args } = &stmt.instr else {
            continue;
        };
        if rule.name != "sin" && rule.name != "cos" {
            continue;
        }
        match first.get(&args[0]) {
            // Equal ones are shared, so this is the other function.
            Some(before) if *before + 1 < k && !followers.contains_key(before) => {
                followers.insert(*before, k);
            }
            Some(_) => (),
            None => {
                first.insert(args[0], k);
            }
        }
    }
    if followers.is_empty() {
        return;
    }
    let mut stmts: Vec<Option<Stmt>> = std::mem::take(&mut it.stmts).into_iter().map(Some).collect();
    for k in 0..stmts.len() {
        it.stmts.extend(stmts[k].take());
        if let Some(follower) = followers.get(&k) {
            it.stmts.extend(stmts[*follower].take());
        }
    }
}
