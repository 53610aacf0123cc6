//! Rewrites a derivative to the code an expert would have written. One way, to no more operations than before.

use crate::ir::Body;
use crate::pipeline::Switches;

/// Applies every rewrite that is switched on until nothing changes.
pub(crate) fn to_fixpoint(body: Body, _switches: &Switches) -> Body {
    body
}
