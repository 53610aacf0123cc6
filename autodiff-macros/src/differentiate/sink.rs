//! A value that only one branch reads is computed in that branch.
//!
//! Where the branch does not run, its cotangent is not zero but absent: a slope that is infinite or NaN there would
//! otherwise turn `0 · ∞` into a NaN of the whole gradient.

use crate::ir::visit::{each, regions_mut, uses};
use crate::ir::{Body, Instr, Region, Stmt, ValueId};
use std::collections::HashMap;

/// Moves arithmetic of floats down into the branches that read it; the values keep their bits.
pub(super) fn sunk(mut body: Body) -> Body {
    let mut reads = HashMap::new();
    count(&body.region, &mut reads);
    for id in body.result.values() {
        *reads.entry(id).or_insert(0) += 1;
    }
    let mut region = std::mem::take(&mut body.region);
    sink(&body, &mut region, &reads);
    body.region = region;
    body
}

type Counts = HashMap<ValueId, usize>;

/// How often each value is read in `region` and inside of it.
fn count(region: &Region, reads: &mut Counts) {
    let mut add = |id: ValueId| *reads.entry(id).or_insert(0) += 1;
    region.yields.iter().copied().for_each(&mut add);
    each(region, &mut |stmt| {
        uses(&stmt.instr).into_iter().for_each(&mut add);
        for inner in crate::ir::visit::regions(&stmt.instr) {
            inner.yields.iter().copied().for_each(&mut add);
        }
    });
}

fn sink(body: &Body, region: &mut Region, reads: &Counts) {
    let mut at = region.stmts.len();
    while at > 0 {
        at -= 1;
        let (before, rest) = region.stmts.split_at_mut(at);
        let Some(stmt) = rest.first_mut() else { continue };
        if let Instr::If { then, otherwise, .. } = &mut stmt.instr {
            let mut moved = Vec::new();
            for side in [then, otherwise] {
                moved.extend(sink_into(body, before, side, reads));
            }
            if !moved.is_empty() {
                let mut index = 0;
                region.stmts.retain(|_| {
                    index += 1;
                    !moved.contains(&(index - 1))
                });
                at -= moved.len();
            }
        }
    }
    for stmt in &mut region.stmts {
        for inner in regions_mut(&mut stmt.instr) {
            sink(body, inner, reads);
        }
    }
}

/// Copies to the head of `side` what only `side` reads of `before`; gives the indices of what was copied.
fn sink_into(body: &Body, before: &[Stmt], side: &mut Region, reads: &Counts) -> Vec<usize> {
    let mut inside = Counts::new();
    count(side, &mut inside);
    let mut moved = Vec::new();
    let mut head = Vec::new();
    for (index, stmt) in before.iter().enumerate().rev() {
        let [result] = stmt.results.as_slice() else {
            continue;
        };
        let here = inside.get(result).copied().unwrap_or(0);
        if here == 0 || reads.get(result) != Some(&here) || !is_arithmetic(body, stmt, *result) {
            continue;
        }
        for operand in uses(&stmt.instr) {
            *inside.entry(operand).or_insert(0) += 1;
        }
        moved.push(index);
        head.push(stmt.clone());
    }
    head.reverse();
    side.stmts.splice(0..0, head);
    moved
}

/// Neither traps nor looks at memory.
fn is_arithmetic(body: &Body, stmt: &Stmt, result: ValueId) -> bool {
    let float = body.is_float(result);
    match &stmt.instr {
        Instr::Unary(..) | Instr::Binary(..) | Instr::Select { .. } | Instr::Math { .. } => float,
        _ => false,
    }
}
