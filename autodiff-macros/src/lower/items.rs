//! What an iterator is to us: numbers, and the item that belongs to each.

use super::operand::{By, Operand};
use super::places::inner;
use super::scope::{Names, VarId};
use crate::ir::{Int, PlaceRef, Type, ValueId};
use std::rc::Rc;

/// The numbers that an iterator runs through, and the item at each.
#[derive(Clone)]
pub(super) struct Walk {
    pub(super) steps: Steps,
    pub(super) item: Item,
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
pub(super) enum Item {
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
        item: Box<Item>,
        first: ValueId,
        step: Option<ValueId>,
        down: bool,
        ty: Int,
    },
    Pair(Box<Item>, Box<Item>),
    /// `copied()`, `cloned()`
    Copied(Box<Item>),
    /// `map(f)`
    Map(Box<Item>, Func, Option<Type>),
    /// `inspect(f)`
    Inspect(Box<Item>, Func),
    /// The items before the seam, and behind them the others, numbered from zero again.
    Chain {
        first: Box<Item>,
        seam: Seam,
        second: Box<Item>,
    },
    /// `cycle()` of so many items.
    Cycle(Box<Item>, ValueId),
    /// `repeat(x)`
    Given(Operand),
    /// `filter(f)`: the item may be left out, so the numbers do not count the items any more.
    Filter(Box<Item>, Func),
    /// `filter_map(f)`
    FilterMap(Box<Item>, Func),
    /// `take_while(f)`: the loop ends in the middle. So it does for `map_while` and `scan`.
    TakeWhile(Box<Item>, Func),
    MapWhile(Box<Item>, Func),
    /// `skip_while(f)`, with a variable that says whether items are still skipped.
    SkipWhile(Box<Item>, Func, VarId),
    /// `scan(x, f)`, with the variable that is scanned along.
    Scan(Box<Item>, Func, VarId),
    /// `flat_map(f)`, `flatten()`: each item is a loop of its own.
    Flat(Box<Item>, Option<Func>),
    /// `enumerate()` of items that a variable has to count.
    Numbered(Box<Item>, VarId),
    /// `take(n)` of such items.
    Limited(Box<Item>, VarId, ValueId),
    /// `skip(n)` of such items.
    Behind(Box<Item>, VarId, ValueId),
    /// `successors(x, f)`, with the variable that holds the next item.
    Successors(Func, VarId),
    /// `from_fn(f)`
    FromFn(Func),
}

/// Where the first part of a chain ends, how many items there are in all, and in the second part; `None`: without end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seam {
    pub(super) at: ValueId,
    pub(super) whole: Option<ValueId>,
    pub(super) rest: Option<ValueId>,
}

/// A closure or a path to a function, and what names mean to it, if that is not what they mean where it is called.
#[derive(Clone)]
pub(super) struct Func {
    pub(super) code: Rc<syn::Expr>,
    pub(super) names: Option<Names>,
}

impl Func {
    pub(super) fn new(code: &syn::Expr) -> Self {
        Func {
            code: Rc::new(code.clone()),
            names: None,
        }
    }
}

impl Item {
    pub(super) fn is_counted(&self) -> bool {
        match self {
            Item::Number | Item::Element { .. } | Item::Part { .. } | Item::Host(_) | Item::Given(_) => true,
            Item::Moved { item, .. }
            | Item::Copied(item)
            | Item::Map(item, ..)
            | Item::Inspect(item, _)
            | Item::Cycle(item, _) => item.is_counted(),
            Item::Pair(a, b) => a.is_counted() && b.is_counted(),
            Item::Chain { first, second, .. } => first.is_counted() && second.is_counted(),
            Item::Filter(..)
            | Item::FilterMap(..)
            | Item::TakeWhile(..)
            | Item::MapWhile(..)
            | Item::SkipWhile(..)
            | Item::Scan(..)
            | Item::Flat(..)
            | Item::Numbered(..)
            | Item::Limited(..)
            | Item::Behind(..)
            | Item::Successors(..)
            | Item::FromFn(_) => false,
        }
    }

    /// The items that this one is made of.
    fn inner_mut(&mut self) -> Vec<&mut Item> {
        match self {
            Item::Number
            | Item::Element { .. }
            | Item::Part { .. }
            | Item::Host(_)
            | Item::Given(_)
            | Item::Successors(..)
            | Item::FromFn(_) => Vec::new(),
            Item::Pair(a, b) => vec![a, b],
            Item::Chain { first, second, .. } => vec![first, second],
            Item::Moved { item, .. }
            | Item::Copied(item)
            | Item::Map(item, ..)
            | Item::Inspect(item, _)
            | Item::Cycle(item, _)
            | Item::Filter(item, _)
            | Item::FilterMap(item, _)
            | Item::TakeWhile(item, _)
            | Item::MapWhile(item, _)
            | Item::SkipWhile(item, ..)
            | Item::Scan(item, ..)
            | Item::Flat(item, _)
            | Item::Numbered(item, _)
            | Item::Limited(item, ..)
            | Item::Behind(item, ..) => vec![item],
        }
    }

    /// The closures keep what names mean now: they are called where names may mean something else.
    pub(super) fn keep_names(&mut self, names: &Names) {
        match self {
            Item::Map(_, f, _)
            | Item::Inspect(_, f)
            | Item::Filter(_, f)
            | Item::FilterMap(_, f)
            | Item::TakeWhile(_, f)
            | Item::MapWhile(_, f)
            | Item::SkipWhile(_, f, _)
            | Item::Scan(_, f, _)
            | Item::Flat(_, Some(f))
            | Item::Successors(f, _)
            | Item::FromFn(f) => {
                f.names.get_or_insert_with(|| names.clone());
            }
            Item::Number
            | Item::Element { .. }
            | Item::Part { .. }
            | Item::Host(_)
            | Item::Given(_)
            | Item::Pair(..)
            | Item::Chain { .. }
            | Item::Moved { .. }
            | Item::Copied(_)
            | Item::Cycle(..)
            | Item::Flat(_, None)
            | Item::Numbered(..)
            | Item::Limited(..)
            | Item::Behind(..) => (),
        }
        self.inner_mut()
            .into_iter()
            .for_each(|item| item.keep_names(names));
    }

    /// Where the first chain inside changes from its first part to its second, if the numbers are still its own.
    pub(super) fn seam(&self) -> Option<Seam> {
        match self {
            Item::Chain { seam, .. } => Some(*seam),
            // Other numbers than the chain's.
            Item::Moved { .. } | Item::Cycle(..) => None,
            other => {
                let mut copy = other.clone();
                copy.inner_mut().into_iter().find_map(|item| item.seam())
            }
        }
    }

    /// The items below `seam`, and those from there on numbered from zero again.
    pub(super) fn halves(&self, seam: ValueId) -> (Item, Item) {
        match self {
            Item::Chain {
                first,
                seam: own,
                second,
            } if own.at == seam => ((**first).clone(), (**second).clone()),
            Item::Given(_) => (self.clone(), self.clone()),
            Item::Number
            | Item::Element { .. }
            | Item::Part { .. }
            | Item::Host(_)
            | Item::Chain { .. }
            | Item::Moved { .. }
            | Item::Cycle(..) => {
                let moved = Item::Moved {
                    item: Box::new(self.clone()),
                    first: seam,
                    step: None,
                    down: false,
                    ty: Int::Usize,
                };
                (self.clone(), moved)
            }
            other => {
                let (mut low, mut high) = (other.clone(), other.clone());
                for (low, high) in low.inner_mut().into_iter().zip(high.inner_mut()) {
                    (*low, *high) = low.halves(seam);
                }
                (low, high)
            }
        }
    }
}

impl Walk {
    /// Says what the items are wanted as.
    pub(super) fn wanted(&mut self, ty: &Type) {
        let mut item = &mut self.item;
        loop {
            match item {
                Item::Map(_, _, want) => {
                    *want = Some(ty.clone());
                    return;
                }
                Item::Copied(inner)
                | Item::Inspect(inner, _)
                | Item::Filter(inner, _)
                | Item::TakeWhile(inner, _)
                | Item::SkipWhile(inner, ..)
                | Item::Limited(inner, ..)
                | Item::Behind(inner, ..)
                | Item::Moved { item: inner, .. } => {
                    item = inner;
                }
                Item::Number
                | Item::Element { .. }
                | Item::Part { .. }
                | Item::Host(_)
                | Item::Given(_)
                | Item::Pair(..)
                | Item::Chain { .. }
                | Item::Cycle(..)
                | Item::FilterMap(..)
                | Item::MapWhile(..)
                | Item::Scan(..)
                | Item::Flat(..)
                | Item::Numbered(..)
                | Item::Successors(..)
                | Item::FromFn(_) => return,
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
    "drain",
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
    "map_while",
    "cycle",
    "flatten",
    "fuse",
];

/// Whether the method makes an iterator of another.
pub(super) fn is_adaptor(name: &str) -> bool {
    ADAPTORS.contains(&name)
}

/// Functions of `std::iter` that make an iterator.
const MAKERS: &[&str] = &[
    "once",
    "repeat",
    "repeat_n",
    "successors",
    "from_fn",
    "empty",
    "zip",
];

/// `once` in `std::iter::once(x)`, `iter::once(x)`.
pub(super) fn maker(func: &syn::Expr) -> Option<String> {
    let syn::Expr::Path(it) = inner(func) else {
        return None;
    };
    let mut names = it
        .path
        .segments
        .iter()
        .rev()
        .map(|segment| segment.ident.to_string());
    let (last, before) = (names.next()?, names.next()?);
    (before == "iter" && MAKERS.contains(&&*last)).then_some(last)
}

/// Whether `expr` is an iterator by its tokens: adaptors and sources over a list, or a range.
pub(super) fn is_walk(expr: &syn::Expr) -> bool {
    match inner(expr) {
        syn::Expr::Range(_) => true,
        syn::Expr::Call(it) => maker(&it.func).is_some(),
        syn::Expr::MethodCall(it) => {
            let name = it.method.to_string();
            SOURCES.contains(&&*name) || (ADAPTORS.contains(&&*name) && is_walk(&it.receiver))
        }
        _ => false,
    }
}
