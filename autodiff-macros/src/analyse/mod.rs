//! Facts about a body, each found by a pure function.

mod activity;
mod cost;
mod elements;
mod layout;
mod read_back;
mod sums;

pub(crate) use activity::{Activity, active, varied, varied_from};
pub(crate) use cost::{Cost, cost};
pub(crate) use layout::{Layout, RegionId, StmtKey, carried};
pub(crate) use read_back::read_back;
pub(crate) use sums::only_summed;
