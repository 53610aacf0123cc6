//! Bodies to their derivatives, IR to IR. Closed: what one transform gives, the other accepts.

mod forward;
mod forwards;
mod gather;
mod hessian;
mod matrices;
mod normalise;
mod products;
mod reverse;
mod sink;
#[cfg(test)]
pub(crate) mod tests;
mod views;

use crate::ir::{Body, Tree};
use crate::pipeline::Switches;

/// The sweep behind `value_and_grad`: the seed is 1 and known, so loops that only feed sums are fused. Where reverse mode
/// would have to record, and there are few inputs, forward mode takes its place.
///
/// Parameters: those of `primal`, then for each differentiable parameter with aggregate leaves one of role
/// `Cotangent` (its tree mirrors the parameter's; only place leaves are kept), which is accumulated into. Result:
/// `(primal result, (cotangent of each differentiable parameter, …))`, each a mirror of the parameter's tree, where a
/// place leaf is the place of the `Cotangent` parameter.
pub(crate) fn gradient(primal: &Body, switches: &Switches) -> Option<Body> {
    let reverse = reverse::gradient(&normalised(primal), switches)?;
    let forward = (reverse.records && switches.on("forward")).then(|| forward::gradient(primal));
    Some(forward.flatten().unwrap_or(reverse.body))
}

/// What the reverse sweep takes.
fn normalised(primal: &Body) -> Body {
    sink::sunk(normalise::moves(primal))
}

/// The columns of the Jacobian in one sweep: `(∂/∂x₀, ∂/∂x₁, …)` of `of`, a part of the result, for all scalars of the
/// differentiable parameters from left to right. Of a gradient, these are the columns of the Hessian; its buffers for
/// cotangents are then locals. `None` where there are many inputs, or calls.
pub(crate) fn columns(body: &Body, of: &Tree) -> Option<Body> {
    forward::columns(body, of)
}

/// The rows of the Jacobian: one forward sweep, and a sweep back for each scalar of the result. `(row, row, …)`, each a
/// mirror of the tuple of cotangents, with arrays of its own. `None` where there are many rows, inputs whose number is not
/// known, or calls.
pub(crate) fn rows(primal: &Body, switches: &Switches) -> Option<Body> {
    reverse::rows(&normalised(primal), switches)
}

/// Forward sweep and pullback; see [`crate::ir::Pullback`].
pub(crate) fn pullback(primal: &Body, switches: &Switches) -> Body {
    reverse::pullback(&normalised(primal), switches)
}

/// Forward mode. Parameters: those of `body`, each `Active` one followed by its `Tangent` (a mirror of the tree; places
/// passed as the primal ones are), each `Cotangent` by its `CotangentTangent`, each `Seed` by its `SeedTangent`.
/// Result: `(result, tangent of the result)`, the latter a mirror of the former.
pub(crate) fn forward(body: &Body, _switches: &Switches) -> Body {
    forward::forward(body)
}

/// The Hessian times a vector: forward over `gradient`. Parameters: those of the primal and their tangents. Result: the
/// tangents of the cotangents, a mirror of the parameters; what a gradient accumulates into are locals here.
pub(crate) fn hvp(gradient: &Body, switches: &Switches) -> Body {
    hessian::product(forward(gradient, switches))
}

/// Loops of a derivative as an expert writes them: forwards where the order is free, with sums in registers. Of a body
/// that was simplified: equal indices are equal values there. Says whether anything changed.
pub(crate) fn polish(body: &mut Body, switches: &Switches) -> bool {
    let mut changed = switches.on("forwards") && forwards::turn_loops(body);
    changed |= switches.on("gather") && gather::gather(body);
    changed |= switches.on("views") && views::name_parts(body);
    changed
}
