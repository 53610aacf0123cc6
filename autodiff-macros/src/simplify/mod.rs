//! Rewrites a derivative to the code an expert would have written. One way, to no more operations than before.

mod accumulate;
mod algebra;
mod branches;
mod constants;
mod dead;
mod exact;
mod hoist;
mod order;
mod reciprocals;
mod rewrite;
mod scalars;
mod scale;
mod sums;
#[cfg(test)]
mod tests;

use crate::ir::Body;
use crate::pipeline::Switches;

/// Rounds after which we stop: each costs time linear in the body, and the last ones change next to nothing.
const ROUNDS: usize = 8;

/// Applies every rewrite that is switched on until nothing changes.
pub(crate) fn to_fixpoint(mut body: Body, switches: &Switches) -> Body {
    until_nothing_changes(&mut body, switches);
    let mut changed = false;
    // Once, and in this order: a reciprocal that only its loop shares pays because it leaves the loop.
    if switches.on("algebra") {
        changed |= accumulate::merge(&mut body);
        changed |= reciprocals::share(&mut body);
    }
    if switches.on("hoist") {
        changed |= hoist::hoist(&mut body);
    }
    if changed {
        until_nothing_changes(&mut body, switches);
    }
    if switches.on("common") {
        order::pair_sines(&mut body);
    }
    body
}

fn until_nothing_changes(body: &mut Body, switches: &Switches) {
    for _ in 0..ROUNDS {
        let mut changed = false;
        if switches.on("dead") {
            changed |= dead::drop_dead(body);
        }
        if switches.on("scalars") {
            changed |= scalars::replace_arrays(body);
        }
        changed |= rewrite::rewrite(body, switches);
        if switches.on("algebra") {
            changed |= scale::share(body);
        }
        if switches.on("branches") {
            changed |= branches::merge(body);
        }
        if !changed {
            break;
        }
    }
}
