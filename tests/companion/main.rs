//! The companion of an annotated function: which functions it has, with what types, under which names.

// Users write in many ways.
#![allow(unused_imports, clippy::all)]

mod names;
mod opaque;
mod protocol;
mod shapes;
mod tangents;
