//! The ways in which Rust passes an argument. They are told apart by the compiler, so that one call takes every function.

/// The argument itself.
pub struct ByValue;

/// A reference to it.
pub struct ByReference;

/// Its entries as a slice.
pub struct AsSlice;
