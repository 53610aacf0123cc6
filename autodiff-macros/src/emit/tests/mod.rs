//! Bodies by hand, and the code that a person would write for them.

mod calls;
mod control;
mod dice;
mod generator;
mod memory;
mod random;
mod scalars;

use super::body::code;
use crate::ir::sample::Sample;
use crate::ir::{Body, ValueId};
use crate::names::Names;
use quote::quote;

/// Emits the function that `build` makes, and compares what stands between its braces.
fn check(build: impl FnOnce(&mut Sample) -> ValueId, expected: &str) {
    let mut sample = Sample::new();
    let result = build(&mut sample);
    let (body, _) = sample.returning(result);
    check_body(&body, expected);
}

fn check_body(body: &Body, expected: &str) {
    let (facade, f) = (syn::parse_quote!(::differentiable), syn::parse_quote!(f));
    let it = code(body, &Names::new(&facade, &f, &f), &body.result, None);
    let (stmts, result) = (&it.stmts, &it.result);
    let pretty = |inside: String| {
        let file = syn::parse_str(&format!("fn f() {{ {inside} }}")).expect("emitted code parses");
        prettyplease::unparse(&file)
    };
    let found = pretty(quote!(#stmts #result).to_string());
    assert_eq!(found, pretty(expected.to_owned()), "found:\n{found}");
}
