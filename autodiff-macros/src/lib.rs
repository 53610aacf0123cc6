//! The attribute macro of the `differentiable` crate, which is the one to depend on.
#![allow(dead_code, unused_imports)]

mod analyse;
mod diag;
mod differentiate;
mod emit;
#[cfg(test)]
mod golden;
mod ir;
mod lower;
mod names;
mod parse;
mod pipeline;
mod rules;
mod simplify;

use proc_macro::TokenStream;

/// Generates the derivatives of a function beside it.
#[proc_macro_attribute]
pub fn differentiable(args: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::expand(args.into(), item.into()).into()
}
