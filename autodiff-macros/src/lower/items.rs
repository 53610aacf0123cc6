//! What an iterator is to us: numbers, and the item that belongs to each.

use super::operand::By;
use super::places::inner;
use crate::ir::{Int, PlaceRef, Type, ValueId};

/// The numbers that an iterator runs through, and the item at each.
#[derive(Clone)]
pub(super) struct Walk<'e> {
    pub(super) steps: Steps,
    pub(super) item: Item<'e>,
}

/// `(start..end).step_by(step)`, with `reversed` from the last to the first.
#[derive(Clone, Copy, Debug)]
pub(super) struct Steps {
    pub(super) start: ValueId,
    /// `None`: without end.
    pub(super) end: Option<ValueId>,
    pub(super) step: Option<ValueId>,
    pub(super) reversed: bool,
}

/// The item that belongs to number `i`.
#[derive(Clone)]
pub(super) enum Item<'e> {
    Number,
    /// `at[i]`
    Element {
        at: PlaceRef,
        by: By,
    },
    /// `at[i..i + width]`, and not beyond `len`.
    Part {
        at: PlaceRef,
        width: ValueId,
        len: Option<ValueId>,
        by: By,
    },
    /// `&list[i]` of a slice that only rustc understands.
    Host(ValueId),
    /// Item `first + i · step` (`first - i · step` if `down`) of another walk; its numbers are of type `ty`.
    Moved {
        item: Box<Item<'e>>,
        first: ValueId,
        step: Option<ValueId>,
        down: bool,
        ty: Int,
    },
    Pair(Box<Item<'e>>, Box<Item<'e>>),
    /// `copied()`, `cloned()`
    Copied(Box<Item<'e>>),
    /// `map(f)`
    Map(Box<Item<'e>>, &'e syn::Expr, Option<Type>),
    /// `filter(f)`: the item may be left out, so the numbers do not count the items any more.
    Filter(Box<Item<'e>>, &'e syn::Expr),
}

impl Item<'_> {
    pub(super) fn is_counted(&self) -> bool {
        match self {
            Item::Number | Item::Element { .. } | Item::Part { .. } | Item::Host(_) => true,
            Item::Moved { item, .. } | Item::Copied(item) | Item::Map(item, ..) => item.is_counted(),
            Item::Pair(a, b) => a.is_counted() && b.is_counted(),
            Item::Filter(..) => false,
        }
    }
}

impl Walk<'_> {
    /// Says what the items are wanted as.
    pub(super) fn wanted(&mut self, ty: &Type) {
        let mut item = &mut self.item;
        loop {
            match item {
                Item::Map(_, _, want) => {
                    *want = Some(ty.clone());
                    return;
                }
                Item::Copied(inner) | Item::Filter(inner, _) | Item::Moved { item: inner, .. } => {
                    item = inner;
                }
                Item::Number | Item::Element { .. } | Item::Part { .. } | Item::Host(_) | Item::Pair(..) => {
                    return;
                }
            }
        }
    }
}

/// Methods that make an iterator of a list.
pub(super) const SOURCES: &[&str] = &[
    "iter",
    "iter_mut",
    "into_iter",
    "chunks",
    "chunks_mut",
    "chunks_exact",
    "chunks_exact_mut",
    "windows",
];

/// Methods from iterator to iterator.
const ADAPTORS: &[&str] = &[
    "enumerate",
    "zip",
    "rev",
    "step_by",
    "skip",
    "take",
    "copied",
    "cloned",
    "map",
    "filter",
    "by_ref",
    "into_iter",
    "chain",
    "flat_map",
    "take_while",
    "skip_while",
    "scan",
    "peekable",
    "inspect",
    "filter_map",
    "flatten",
];

/// Whether `expr` is an iterator by its tokens: adaptors and sources over a list, or a range.
pub(super) fn is_walk(expr: &syn::Expr) -> bool {
    match inner(expr) {
        syn::Expr::Range(_) => true,
        syn::Expr::MethodCall(it) => {
            let name = it.method.to_string();
            SOURCES.contains(&&*name) || (ADAPTORS.contains(&&*name) && is_walk(&it.receiver))
        }
        _ => false,
    }
}
