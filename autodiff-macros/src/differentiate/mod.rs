//! Bodies to their derivatives, IR to IR. Closed: what one transform gives, the other accepts.

mod forward;
mod gather;
mod normalise;
mod products;
mod reverse;

use crate::ir::visit::each;
use crate::ir::{Body, Instr, Role};
use crate::pipeline::Switches;

/// The sweep behind `value_and_grad`: the seed is 1 and known, so loops that only feed sums are fused. Where reverse mode
/// would have to record, and there are few inputs, forward mode takes its place.
///
/// Parameters: those of `primal`, then for each differentiable parameter with aggregate leaves one of role
/// `Cotangent` (its tree mirrors the parameter's; only place leaves are kept), which is accumulated into. Result:
/// `(primal result, (cotangent of each differentiable parameter, …))`, each a mirror of the parameter's tree, where a
/// place leaf is the place of the `Cotangent` parameter.
pub(crate) fn gradient(primal: &Body, switches: &Switches) -> Option<Body> {
    let reverse = reverse::gradient(&normalise::moves(primal), switches)?;
    if reverse.records && switches.on("forward") && prefers_forward(primal) {
        return Some(forward::gradient(primal));
    }
    Some(reverse.body)
}

/// More tangents than this cost more than recording and going back.
const FEW: usize = 6;

/// Whether one tangent for each input beats a sweep back: a few scalars, and no call that would have to be made once
/// for each of them.
fn prefers_forward(primal: &Body) -> bool {
    let active = || primal.params.iter().filter(|param| param.role == Role::Active);
    let inputs: usize = active().map(|param| param.tree.values().len()).sum();
    let mut calls = false;
    each(&primal.region, &mut |stmt| {
        calls |= matches!(stmt.instr, Instr::Call(_))
    });
    inputs <= FEW && !calls && active().all(|param| param.tree.places().is_empty())
}

/// Forward sweep and pullback; see [`crate::ir::Pullback`].
pub(crate) fn pullback(primal: &Body, switches: &Switches) -> Body {
    reverse::pullback(&normalise::moves(primal), switches)
}

/// Forward mode. Parameters: those of `body`, each `Active` one followed by its `Tangent` (a mirror of the tree; places
/// passed as the primal ones are), each `Cotangent` by its `CotangentTangent`, each `Seed` by its `SeedTangent`.
/// Result: `(result, tangent of the result)`, the latter a mirror of the former.
pub(crate) fn forward(body: &Body, _switches: &Switches) -> Body {
    forward::forward(body)
}

/// Sums into neighbouring elements, carried from one iteration to the next. Of a body that was simplified: equal
/// indices are equal values there.
pub(crate) fn gathered(body: Body, switches: &Switches) -> Body {
    if switches.on("gather") {
        gather::neighbours(body)
    } else {
        body
    }
}
