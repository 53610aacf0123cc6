//! IR to tokens: the companion and its functions.

mod around;
mod body;
mod calls;
mod companion;
mod control;
mod declared;
mod docs;
mod effects;
mod exprs;
mod fields;
mod folds;
mod formula;
mod host;
mod inits;
mod layout;
mod linalg;
mod literals;
mod locals;
mod loops;
mod matrices;
mod memory;
mod nested;
mod opaque;
mod operators;
mod optional;
mod outline;
mod paths;
mod protocol;
mod seeds;
mod signatures;
mod small;
mod stmts;
mod stub;
#[cfg(test)]
mod tests;
mod types;
mod typing;
mod variables;
mod wishes;
mod wrappers;
mod zeros;

pub(crate) use companion::companion;
pub(crate) use declared::declared;
pub(crate) use opaque::opaque;
pub(crate) use stub::stub;
