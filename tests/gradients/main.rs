//! Three-way agreement for each construct of the language: finite differences, forward against reverse mode, and (by
//! building this test once more with `AUTODIFF_OFF=all` in the environment) every optimisation off against on.

#[allow(unused_macros)]
mod check;
mod harness;
mod memory;
mod vectors;
mod for_loops;
mod calls;
mod slices;
mod tables;
mod aggregates;
