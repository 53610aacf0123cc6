//! Syntax to IR: the last stage that sees the user's tokens, and the last that can refuse them.

use crate::diag::Diags;
use crate::ir::Body;
use crate::parse::Request;

/// The user's function as IR, values of [`crate::ir::Origin::Primal`]. Mistakes go to `diags`, all of them; the body
/// is only meaningful if there are none.
pub(crate) fn body(_request: &Request, _diags: &mut Diags) -> Option<Body> {
    None
}
