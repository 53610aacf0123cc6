//! Three-way agreement for each construct of the language: finite differences, forward against reverse mode, and (by
//! building this test once more with `AUTODIFF_OFF=all` in the environment) every optimisation off against on.
#![recursion_limit = "512"]
// The functions are written as users write them, not as clippy likes them.
#![allow(
    unused_braces,
    clippy::all,
    clippy::unwrap_used,
    clippy::cloned_instead_of_copied
)]
#![allow(
    clippy::todo,
    clippy::unimplemented,
    confusable_idents,
    mixed_script_confusables,
    non_snake_case
)]

#[allow(unused_macros)]
mod check;
mod harness;

mod adaptors;
mod aggregates;
mod arithmetic;
mod branches;
mod calls;
mod captures;
mod casts;
mod chains;
mod destructuring;
mod elementary;
mod evaluation;
mod fallible;
mod for_loops;
mod generics;
mod host_code;
mod killers;
mod kinks;
mod linear_algebra;
mod lists;
mod loops;
mod macros_in_bodies;
mod matrices;
mod matrices_in_structs;
mod matrices_programs;
mod matrices_solves;
mod memory;
mod methods;
mod mixtures;
mod nested;
mod numerics;
mod opaque;
mod options;
mod placement;
mod random;
mod read_again;
mod recursion;
mod renamed;
mod results;
mod second_order;
mod shapes;
mod slices;
mod stops;
mod structs;
mod structs_of_lists;
mod tables;
mod traits;
mod traps;
mod twins;
mod unknown_memory;
mod variables;
mod vectors;
