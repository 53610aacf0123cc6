#![cfg_attr(feature = "nalgebra", doc = include_str!("../README.md"))]
#![cfg_attr(
    not(feature = "nalgebra"),
    doc = "Compile-time symbolic differentiation on stable Rust."
)]

// Generated code names this crate by its own name, also in this crate's tests and examples.
extern crate self as differentiable;

pub use autodiff_macros::{Differentiable, differentiable};
#[doc(hidden)]
pub use autodiff_runtime::__private;
#[cfg(feature = "nalgebra")]
pub use autodiff_runtime::__private::nalgebra;
pub use autodiff_runtime::descent;
#[cfg(feature = "nalgebra")]
pub use autodiff_runtime::tape::{self, Tape, Var};
pub use autodiff_runtime::{
    Argument, Cost, Differentiable, Entries, EntryOff, Function, GradientError, NoTangent, Point, Real,
    check_grad, stop_gradient,
};
