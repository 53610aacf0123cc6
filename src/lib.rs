//! Compile-time symbolic differentiation on stable Rust.

pub use autodiff_macros::differentiable;
