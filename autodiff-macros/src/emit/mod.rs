//! IR to tokens: the companion and its functions.

mod around;
mod body;
mod calls;
mod companion;
mod control;
mod exprs;
mod folds;
mod host;
mod inits;
mod layout;
mod literals;
mod locals;
mod matrices;
mod memory;
mod opaque;
mod outline;
mod paths;
mod protocol;
#[cfg(test)]
mod random;
mod signatures;
mod stmts;
mod stub;
#[cfg(test)]
mod tests;
mod types;
mod typing;
mod variables;
mod wishes;
mod wrappers;

pub(crate) use companion::companion;
pub(crate) use opaque::opaque;
pub(crate) use stub::stub;
