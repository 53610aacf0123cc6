//! The companion of an annotated function: which functions it has, with what types, under which names.

mod names;
mod opaque;
mod protocol;
mod shapes;
