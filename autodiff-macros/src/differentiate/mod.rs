//! Bodies to their derivatives, IR to IR. Closed: what one transform gives, the other accepts.

mod forward;
mod normalise;
mod products;
mod reverse;

use crate::ir::Body;
use crate::pipeline::Switches;

/// The sweep behind `value_and_grad`: the seed is 1 and known, so loops that only feed sums are fused.
///
/// Parameters: those of `primal`, then for each differentiable parameter with aggregate leaves one of role
/// `Cotangent` (its tree mirrors the parameter's; only place leaves are kept), which is accumulated into. Result:
/// `(primal result, (cotangent of each differentiable parameter, …))`, each a mirror of the parameter's tree, where a
/// place leaf is the place of the `Cotangent` parameter.
pub(crate) fn gradient(primal: &Body, switches: &Switches) -> Option<Body> {
    reverse::gradient(&normalise::moves(primal), switches)
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
