//! IR to tokens: the companion and its functions.

mod body;
mod companion;
mod matrices;
mod protocol;
mod signatures;
mod stub;
mod types;
mod wrappers;

pub(crate) use companion::companion;
pub(crate) use stub::stub;
