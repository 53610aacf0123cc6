//! Rewrites a derivative to the code an expert would have written. One way, to no more operations than before.

mod absent;
mod accumulate;
mod algebra;
mod arrays;
mod branches;
mod constants;
mod dead;
mod exact;
mod hoist;
mod lengths;
mod order;
mod products;
mod reciprocals;
mod rewrite;
mod scalars;
mod shared;
mod stores;
mod sums;
#[cfg(test)]
mod tests;

use crate::ir::Body;
use crate::ir::visit::regions;
use crate::pipeline::Switches;

/// Rounds after which we stop: each costs time linear in the body, and the last ones change next to nothing.
const ROUNDS: usize = 12;

/// Signs travel differently at first and in the end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Phase {
    /// Outwards, where they meet others and sums.
    First,
    /// What is left of them goes back to common factors, and stays there.
    Last,
}

/// Applies every rewrite that is switched on until nothing changes.
pub(crate) fn to_fixpoint(mut body: Body, switches: &Switches) -> Body {
    until_nothing_changes(&mut body, switches, Phase::First);
    let mut changed = false;
    // Once, and in this order: a reciprocal that only its loop shares pays because it leaves the loop.
    if switches.on("algebra") {
        changed |= accumulate::merge(&mut body);
        changed |= reciprocals::share(&mut body);
    }
    if switches.on("hoist") {
        changed |= hoist::hoist(&mut body, switches);
    }
    if switches.on("algebra") && switches.on("common") {
        changed |= shared::share(&mut body, Phase::Last);
    }
    if changed {
        until_nothing_changes(&mut body, switches, Phase::Last);
    }
    if switches.on("common") {
        order::pair_sines(&mut body);
    }
    body
}

/// A primal without loops and branches, its small arrays taken apart: what is zero in their tangents and cotangents is
/// then absent, not a number. Keeps every bit.
pub(crate) fn taken_apart(mut primal: Body, switches: &Switches) -> Body {
    let straight = primal
        .region
        .stmts
        .iter()
        .all(|stmt| regions(&stmt.instr).is_empty());
    if straight && switches.on("scalars") {
        scalars::replace_arrays(&mut primal);
    }
    primal
}

/// One of the rewrites that are repeated: what switches it on, what it does, and whether it has nothing more to do on
/// what it gave itself.
type Pass = (&'static str, fn(&mut Body, &Switches, Phase) -> bool, bool);

const PASSES: &[Pass] = &[
    ("dead", |body, _, _| dead::drop_dead(body), true),
    ("scalars", |body, _, _| scalars::replace_arrays(body), false),
    ("scalars", |body, _, _| stores::tidy(body), false),
    ("scalars", |body, _, _| arrays::shorten(body), false),
    ("", rewrite::rewrite, false),
    ("common", share_products, false),
    ("branches", |body, _, _| branches::merge(body), false),
];

fn share_products(body: &mut Body, switches: &Switches, phase: Phase) -> bool {
    switches.on("algebra") && shared::share(body, phase)
}

fn until_nothing_changes(body: &mut Body, switches: &Switches, phase: Phase) {
    let on = |pass: &&Pass| pass.0.is_empty() || switches.on(pass.0);
    let passes: Vec<_> = PASSES.iter().filter(on).collect();
    // How many of them in a row have nothing to do on the body as it is.
    let mut idle = 0;
    for _ in 0..ROUNDS {
        for (_, run, settles) in &passes {
            if run(body, switches, phase) {
                debug_assert!(!cfg!(test) || !settles || !run(body, switches, phase));
                idle = usize::from(*settles);
            } else {
                idle += 1;
            }
            if idle == passes.len() {
                return;
            }
        }
    }
    #[allow(clippy::assertions_on_constants)]
    {
        // Dead sums that stay are simplified term by term.
        let settled = !cfg!(test) || !switches.on("dead");
        debug_assert!(settled, "a fixpoint is not reached\n{}", crate::ir::print(body));
    }
}
