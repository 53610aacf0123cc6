//! Facts about a body, each found by a pure function.

mod activity;
mod layout;
mod sums;

pub(crate) use activity::{Activity, active, varied, varied_from};
pub(crate) use layout::{Layout, RegionId, StmtKey, carried};
pub(crate) use sums::only_summed;
