//! Host values that may be references. `for w in weights.iter()` of something that only rustc understands gives `&f64`,
//! and the user writes `w * x` all the same: where a number is wanted of such a value, it is read through the reference.

use crate::ir::visit::regions_mut;
use crate::ir::{Body, Float, Instr, Region, Type, ValueId};
use crate::parse::Request;
use quote::quote;
use std::collections::BTreeSet;

/// Whether the method of a type that is not known may give a reference.
pub(super) fn may_give_reference(method: &str) -> bool {
    const NAMES: &[&str] = &[
        "unwrap",
        "expect",
        "unwrap_or",
        "first",
        "last",
        "get",
        "next",
        "min",
        "max",
        "min_by",
        "max_by",
        "nth",
        "min_by_key",
        "max_by_key",
        "find",
        "as_ref",
        "borrow",
        "deref",
        "index",
    ];
    NAMES.contains(&method)
}

/// `body` with the numbers among `open` read.
pub(super) fn read(mut body: Body, request: &Request, open: &BTreeSet<ValueId>) -> Body {
    if open.is_empty() {
        return body;
    }
    let mut region = std::mem::take(&mut body.region);
    read_in(&mut region, &body, request, open);
    body.region = region;
    body
}

fn read_in(region: &mut Region, body: &Body, request: &Request, open: &BTreeSet<ValueId>) {
    for stmt in &mut region.stmts {
        if let (Instr::Host { template, .. }, [result]) = (&mut stmt.instr, stmt.results.as_slice())
            && open.contains(result)
            && is_number(body.ty(*result))
        {
            let facade = &request.facade;
            *template = quote!(#facade::__private::plain(#template));
        }
        for inner in regions_mut(&mut stmt.instr) {
            read_in(inner, body, request, open);
        }
    }
}

fn is_number(ty: &Type) -> bool {
    match ty {
        Type::Float(Float::F64 | Float::F32 | Float::Inferred) | Type::Int(_) | Type::Bool => true,
        // Of a type parameter nobody knows whether it can be read; it is taken as it is.
        Type::Float(Float::Named(_) | Float::Generic(_)) => false,
        Type::Array(..)
        | Type::Slice(_)
        | Type::Vec(_)
        | Type::Aggregate(_)
        | Type::Matrix(_)
        | Type::Tuple(_)
        | Type::Struct(_)
        | Type::Host
        | Type::Pullback => false,
    }
}
