//! Facts about a body, each found by a pure function.
