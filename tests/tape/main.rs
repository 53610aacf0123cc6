//! The runtime tape, as a user meets it: against finite differences, against annotated functions, and at its edges.

// Operators are tested with references, too.
#![allow(clippy::op_ref)]

mod calls;
mod lifecycle;
mod matrices;
mod memory;
mod mixing;
mod nesting;
mod notebook;
mod operators;
mod support;
