//! Syntax to IR: the last stage that sees the user's tokens, and the last that can refuse them.

mod adaptors;
mod aggregates;
mod assign;
mod bindings;
mod blanks;
mod branches;
mod build;
mod calls;
mod closures;
mod constructors;
mod control;
mod exits;
mod exprs;
mod factors;
mod floats;
mod generics;
mod guess;
mod host;
mod infer;
mod items;
mod iterators;
mod loops;
mod loops_core;
mod macros;
mod matrices;
mod memory;
mod methods;
mod names;
mod nested;
mod numbering;
mod opaque;
mod operand;
mod operators;
mod option_methods;
mod option_slots;
mod optional;
mod options;
mod params;
mod parts;
mod patterns;
mod peek;
mod places;
mod purity;
mod rearrange;
mod reductions;
mod references;
mod reorder;
mod reslice;
mod scope;
mod searches;
mod selections;
mod stepping;
mod stmts;
mod structs;
#[cfg(test)]
mod tests;
mod tuples;
mod types;

use crate::diag::Diags;
use crate::ir::{Body, Builder, Origin, PlaceId, ValueId};
use crate::parse::{Opaque, Request};
use build::Varied;
use exits::{Area, Frame};
pub(crate) use infer::literals_settled;
use operand::{Halt, Lowered};
use proc_macro2::TokenStream;
use quote::ToTokens;
use scope::Scopes;
use std::collections::{BTreeMap, BTreeSet};

/// The user's function as IR, values of [`crate::ir::Origin::Primal`]. Mistakes go to `diags`, all of them; the body
/// is only meaningful if there are none.
pub(crate) fn body(request: &Request, diags: &mut Diags) -> Option<Body> {
    let errors = diags.len();
    let name = request.item.sig.ident.to_string();
    let lowerer = Lowerer {
        request,
        b: Builder::new(Body::empty(&name), Origin::Primal),
        scopes: Scopes::default(),
        varied: Varied::default(),
        areas: Vec::new(),
        frames: Vec::new(),
        items: TokenStream::new(),
        open: BTreeSet::new(),
        references: BTreeSet::new(),
        closures: BTreeMap::new(),
        iterators: BTreeMap::new(),
        inner_loop: false,
        diags,
    };
    let (body, open) = match &request.opaque {
        Some(Opaque::Derivative(partials)) => (lowerer.opaque(partials)?, BTreeSet::new()),
        Some(Opaque::Rules { .. }) | None => lowerer.function()?,
    };
    (diags.len() == errors).then(|| references::read(infer::settled(body, request), request, &open))
}

/// The state of lowering one function.
struct Lowerer<'a> {
    request: &'a Request,
    diags: &'a mut Diags,
    /// Instructions are appended by the methods of [`build`], which know what carries a derivative.
    b: Builder,
    scopes: Scopes,
    varied: Varied,
    /// The regions that are being lowered, innermost last.
    areas: Vec<Area>,
    /// The function, and the loops and labelled blocks around here, innermost last.
    frames: Vec<Frame>,
    /// Items inside of the function, which host code may name.
    items: TokenStream,
    /// Host values that may be references to what they are used as.
    open: BTreeSet<ValueId>,
    /// Host values that are references for sure.
    references: BTreeSet<ValueId>,
    closures: BTreeMap<scope::VarId, closures::Closure>,
    /// Iterators that variables are bound to.
    iterators: BTreeMap<scope::VarId, stepping::Stepping>,
    /// The next loop is a part of the loop around it.
    inner_loop: bool,
}

/// The state to go back to when a loop is lowered once more.
struct Snapshot {
    b: Builder,
    scopes: Scopes,
    varied: Varied,
    errors: usize,
    items: TokenStream,
}

impl Snapshot {
    fn places(&self) -> usize {
        self.b.body.places.len()
    }

    fn is_varied(&self, place: PlaceId) -> bool {
        self.varied.places.contains(&place)
    }
}

impl Lowerer<'_> {
    fn snapshot(&self) -> Snapshot {
        Snapshot {
            b: self.b.clone(),
            scopes: self.scopes.clone(),
            varied: self.varied.clone(),
            errors: self.diags.len(),
            items: self.items.clone(),
        }
    }

    fn restore(&mut self, to: &Snapshot) {
        self.b = to.b.clone();
        self.scopes = to.scopes.clone();
        self.varied = to.varied.clone();
        self.diags.truncate(to.errors);
        self.items = to.items.clone();
        let values = self.b.body.values.len();
        self.open.retain(|id| (id.0 as usize) < values);
        self.references.retain(|id| (id.0 as usize) < values);
        let variables = self.scopes.len();
        self.closures.retain(|id, _| id.0 < variables);
        self.iterators.retain(|id, _| id.0 < variables);
    }

    /// Refuses a construct at its smallest token; the way out is added by the caller.
    fn refuse<T>(&mut self, at: &impl ToTokens, message: &str, help: &str) -> Lowered<T> {
        self.diags.error(at, message).help(help);
        Err(Halt::Error)
    }

    /// Refuses a construct that will be there one day.
    fn unsupported<T>(&mut self, at: &impl ToTokens, what: &str) -> Lowered<T> {
        self.diags
            .error(at, format!("{what} cannot be differentiated"))
            .help(
                "write it in terms of numbers, arrays, slices, `Vec`s and tuples, or put it into a function of its own and \
                 give its derivative by `#[differentiable(derivative(..))]`",
            );
        Err(Halt::Error)
    }
}
