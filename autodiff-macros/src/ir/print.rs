//! A body as text, for dumps and tests.

use super::Body;

/// One line a statement.
pub(crate) fn print(body: &Body) -> String {
    format!("{body:#?}")
}
