//! The attribute macro of the `differentiable` crate, which is the one to depend on.
#![allow(dead_code, unused_imports)]

mod analyse;
mod derive;
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

/// Makes a struct of floats something that derivatives are taken with respect to.
#[proc_macro_derive(Differentiable, attributes(constant, tangent))]
pub fn derive_differentiable(item: TokenStream) -> TokenStream {
    derive::expand(item.into()).into()
}
