//! The run-time half of the `differentiable` crate.
