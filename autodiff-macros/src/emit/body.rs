//! A body to Rust: parameters, statements, result. What stands around it (signatures, the companion) is not made here.

use super::exprs::Level;
use super::folds::Folds;
use super::layout::MemoryFacts;
use super::literals::Suffix;
use super::locals::{Local, Locals, Pieces};
use super::outline::Outline;
use super::paths::Held;
use super::typing::Typing;
use super::variables::Variables;
use super::wishes::bounds;
use crate::ir::{Body, Param, PlaceId, PlaceRef, Tree, ValueId};
use crate::names::{Names, site};
use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use std::collections::{BTreeMap, BTreeSet};

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
    let pullback_result = body.pullback.as_ref().map(|pullback| &pullback.result);
    let cotangents = cotangents.or(pullback_result);
    let outline = Outline::of(body);
    let folds = Folds::of(&outline, result, cotangents);
    let variables = Variables::of(&outline, &folds);
    let typing = Typing::of(&outline, &folds, &variables);
    let memory = MemoryFacts::of(&outline, &folds);
    let bounds = bounds(&outline);
    let facts = Facts {
        outline,
        folds,
        variables,
        typing,
        bounds,
    };
    let mut emit = Emit {
        facts: &facts,
        memory: &memory,
        names,
        locals: Locals::default(),
        at: site(Span::call_site()),
        suffix: Suffix::Never,
        value_locals: vec![None; body.values.len()],
        place_locals: vec![None; body.places.len()],
        declared: BTreeSet::new(),
        begun: BTreeSet::new(),
        assertions: Vec::new(),
    };
    emit.name_results(result);
    let mut code = emit.function(0, &body.params, result);
    if let (Some(pullback), Some(region), Some(cotangents)) =
        (&body.pullback, facts.outline.closure, cotangents)
    {
        code.pullback = Some(Box::new(emit.function(region, &pullback.params, cotangents)));
    }
    let assertions = emit.assertions.into_iter().map(|(_, tokens)| tokens);
    code.stmts = [body.items.clone()]
        .into_iter()
        .chain(assertions)
        .chain([code.stmts])
        .collect();
    emit.locals.finish(pieces(&mut code));
    code
}

fn pieces(code: &mut Code) -> Pieces<'_> {
    Pieces {
        params: &mut code.params,
        stmts: &mut code.stmts,
        result: &mut code.result,
        closure: code.pullback.as_mut().map(|closure| Box::new(pieces(closure))),
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

/// What is decided before the first token is written.
pub(super) struct Facts<'a> {
    pub(super) outline: Outline<'a>,
    pub(super) folds: Folds,
    pub(super) variables: Variables,
    pub(super) typing: Typing,
    /// What values are called that bound a part of a list.
    pub(super) bounds: BTreeMap<ValueId, &'static str>,
}

/// A function that is being written.
pub(super) struct Emit<'o, 'a> {
    pub(super) facts: &'o Facts<'a>,
    pub(super) memory: &'o MemoryFacts,
    pub(super) names: &'o Names,
    pub(super) locals: Locals,
    /// Where the tokens point to: the user's code that they come from.
    pub(super) at: Span,
    /// Whether literals say their type.
    pub(super) suffix: Suffix,
    value_locals: Vec<Option<Local>>,
    place_locals: Vec<Option<Local>>,
    /// Variables that are in scope.
    declared: BTreeSet<ValueId>,
    /// Local places that are in scope.
    pub(super) begun: BTreeSet<PlaceId>,
    /// Items that check at compile time what a call relies on, by what they check.
    pub(super) assertions: Vec<(String, TokenStream)>,
}

impl<'o, 'a> Emit<'o, 'a> {
    fn function(&mut self, region: usize, params: &[Param], result: &Tree) -> Code {
        let params = params.iter().map(|param| self.param(&param.tree)).collect();
        let (stmts, result) = self.function_block(region, result);
        Code {
            params,
            stmts,
            result,
            pullback: None,
        }
    }

    fn param(&mut self, tree: &Tree) -> TokenStream {
        let at = self.at;
        match tree {
            Tree::Value(id) => self.declaration(*id),
            Tree::Place(id) => {
                self.begun.insert(*id);
                self.place_declaration(*id)
            }
            Tree::Tuple(parts) => {
                let parts: Vec<_> = parts.iter().map(|part| self.param(part)).collect();
                tuple(&parts, at)
            }
        }
    }

    /// What a function returns has a name even if nothing gave it one.
    fn name_results(&mut self, result: &Tree) {
        let (value, dot) = match result {
            Tree::Value(id) => (Some(*id), None),
            Tree::Tuple(parts) => match parts.as_slice() {
                [Tree::Value(id), rest, ..] => {
                    let dot = match rest {
                        Tree::Value(dot) => Some(*dot),
                        Tree::Place(_) | Tree::Tuple(_) => None,
                    };
                    (Some(*id), dot)
                }
                _ => (None, None),
            },
            Tree::Place(_) => (None, None),
        };
        for (id, name) in [(value, "value"), (dot, "value_dot")] {
            let Some(id) = id else { continue };
            let variable = self.facts.variables.of_value(id);
            let members = self.facts.variables.members(variable);
            let named = |id: &ValueId| self.facts.outline.body.value(*id).name.is_some();
            let slot = &self.value_locals[variable.0 as usize];
            if slot.is_none() && !members.iter().any(named) {
                self.value_locals[variable.0 as usize] = Some(self.locals.new_local(name));
            }
        }
    }

    /// The variable that `id` lives in.
    pub(super) fn variable(&mut self, id: ValueId) -> Local {
        let variable = self.facts.variables.of_value(id);
        match self.value_locals[variable.0 as usize] {
            Some(local) => local,
            None => {
                let local = self.locals.new_local(self.facts.wish(variable));
                self.value_locals[variable.0 as usize] = Some(local);
                local
            }
        }
    }

    pub(super) fn place_local(&mut self, place: PlaceId) -> Local {
        match self.place_locals[place.0 as usize] {
            Some(local) => local,
            None => {
                let local = self.locals.new_local(self.facts.place_wish(place));
                self.place_locals[place.0 as usize] = Some(local);
                local
            }
        }
    }

    pub(super) fn is_declared(&self, id: ValueId) -> bool {
        self.declared.contains(&self.facts.variables.of_value(id))
    }

    /// The pattern that declares the variable of `id`: `x`, `mut x`.
    pub(super) fn declaration(&mut self, id: ValueId) -> TokenStream {
        let at = self.at;
        let variable = self.facts.variables.of_value(id);
        self.declared.insert(variable);
        let local = self.variable(id);
        let ident = self.locals.declared(local, at);
        match self.facts.variables.is_mutable(variable) {
            true => quote_spanned!(at=> mut #ident),
            false => quote_spanned!(at=> #ident),
        }
    }

    /// The pattern that declares the variable of a place.
    pub(super) fn place_declaration(&mut self, place: PlaceId) -> TokenStream {
        let at = self.at;
        let local = self.place_local(place);
        let ident = self.locals.declared(local, at);
        match self.memory.mutable[place.0 as usize] {
            true => quote_spanned!(at=> mut #ident),
            false => quote_spanned!(at=> #ident),
        }
    }

    /// The left side of what begins a place: `let mut v`, or `v` if it lives already.
    pub(super) fn begin(&mut self, place: PlaceId) -> TokenStream {
        let at = self.at;
        let param = self.facts.outline.body.place(place).param.is_some();
        let view = !param && self.held(place) != Held::Owned;
        if self.begun.insert(place) || view {
            let pattern = self.place_declaration(place);
            return quote_spanned!(at=> let #pattern);
        }
        self.path(&PlaceRef::whole(place)).tokens
    }

    /// `tree` as an expression: a tuple, a value, a place that is moved out.
    pub(super) fn tree(&mut self, tree: &Tree, pos: u32) -> TokenStream {
        let at = self.at;
        match tree {
            Tree::Value(id) => self.tokens(*id),
            Tree::Place(id) => self.owned(&PlaceRef::whole(*id), pos),
            Tree::Tuple(parts) => {
                let parts: Vec<_> = parts.iter().map(|part| self.tree(part, pos)).collect();
                tuple(&parts, at)
            }
        }
    }

    /// A condition behind `if` or `while`.
    pub(super) fn condition(&mut self, id: ValueId) -> TokenStream {
        let at = self.at;
        self.value(id).at(Level::Or, at)
    }
}

/// `()`, `(a,)`, `(a, b)`
pub(super) fn tuple(parts: &[TokenStream], at: Span) -> TokenStream {
    match parts {
        [one] => quote_spanned!(at=> (#one,)),
        _ => quote_spanned!(at=> (#(#parts),*)),
    }
}
