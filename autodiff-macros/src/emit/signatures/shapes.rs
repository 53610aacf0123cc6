//! What a shape is made of: how many floats, of which kind, in how many parts.

use crate::emit::types::tokens;
use crate::ir::{Len, Type};
use proc_macro2::{Ident, Literal, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};

/// How many floats something is made of.
#[derive(Clone, Debug)]
pub(in crate::emit) enum Count {
    Known(usize),
    /// An expression that may stand in a type.
    Expr(TokenStream),
    /// Only the running program knows, or the type cannot say: stable Rust has no `{ N + 1 }` of a const parameter.
    Dynamic,
}

impl Count {
    pub(in crate::emit) fn plus(self, other: Count) -> Count {
        match (self, other) {
            (Count::Known(a), Count::Known(b)) => Count::Known(a + b),
            (Count::Known(0), b) => b,
            (a, Count::Known(0)) => a,
            (a, b) => combine(a, b, quote!(+)),
        }
    }

    fn times(self, other: Count) -> Count {
        match (self, other) {
            (Count::Known(a), Count::Known(b)) => Count::Known(a * b),
            (Count::Known(1), b) => b,
            (a, Count::Known(1)) => a,
            (a, b) => combine(a, b, quote!(*)),
        }
    }

    /// As an argument of a type; `None` if it is not in the type.
    pub(in crate::emit) fn tokens(&self) -> Option<TokenStream> {
        match self {
            Count::Known(n) => Some(Literal::usize_unsuffixed(*n).to_token_stream()),
            Count::Expr(expr) => Some(quote!({ #expr })),
            Count::Dynamic => None,
        }
    }
}

fn combine(a: Count, b: Count, op: TokenStream) -> Count {
    match (a.tokens(), b.tokens()) {
        (Some(a), Some(b)) => Count::Expr(quote!((#a) #op (#b))),
        _ => Count::Dynamic,
    }
}

/// The number of floats in `ty`. `generic` are the const parameters.
pub(super) fn count(ty: &Type, generic: &[&Ident]) -> Count {
    match ty {
        Type::Float(_) => Count::Known(1),
        Type::Array(element, len) => no_arithmetic(side(len).times(count(element, generic)), generic),
        Type::Tuple(parts) => total(parts.iter(), generic),
        Type::Matrix(it) => {
            let sides = [&it.rows, &it.columns].map(side);
            let [rows, columns] = sides;
            no_arithmetic(rows.times(columns), generic)
        }
        Type::Slice(_) | Type::Vec(_) | Type::Aggregate(_) | Type::Struct(_) => Count::Dynamic,
        Type::Int(_) | Type::Bool | Type::Host | Type::Pullback => Count::Known(0),
    }
}

fn side(len: &Len) -> Count {
    match len {
        Len::Known(n) => Count::Known(*n),
        Len::Expr(expr) => Count::Expr(expr.clone()),
        Len::Inferred => Count::Dynamic,
    }
}

/// The number of floats in all of `types`.
pub(super) fn total<'t>(types: impl Iterator<Item = &'t Type>, generic: &[&Ident]) -> Count {
    let sum = |sum: Count, ty| no_arithmetic(sum.plus(count(ty, generic)), generic);
    types.fold(Count::Known(0), sum)
}

/// Gives up on an expression of const parameters, unless it is one of them alone.
fn no_arithmetic(count: Count, generic: &[&Ident]) -> Count {
    let Count::Expr(expr) = &count else {
        return count;
    };
    let bare = expr.clone().into_iter().count() == 1;
    if !bare && mentions(expr.clone(), generic) {
        return Count::Dynamic;
    }
    count
}

fn mentions(expr: TokenStream, names: &[&Ident]) -> bool {
    expr.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => names.contains(&&ident),
        TokenTree::Group(group) => mentions(group.stream(), names),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

/// The one kind of float in all of `types`.
pub(in crate::emit) fn single_float<'t>(types: impl Iterator<Item = &'t Type>) -> Option<TokenStream> {
    let mut all: Vec<TokenStream> = Vec::new();
    for ty in types {
        floats(ty, &mut all);
    }
    let first = all.first()?.to_string();
    let same = all.iter().all(|float| float.to_string() == first);
    same.then(|| all.swap_remove(0))
}

fn floats(ty: &Type, to: &mut Vec<TokenStream>) {
    match ty {
        Type::Float(_) => to.push(tokens(ty, Span::call_site())),
        Type::Array(element, _) | Type::Slice(element) | Type::Vec(element) | Type::Aggregate(element) => {
            floats(element, to);
        }
        Type::Matrix(it) => floats(&it.element, to),
        Type::Tuple(parts) => parts.iter().for_each(|part| floats(part, to)),
        Type::Struct(_) | Type::Int(_) | Type::Bool | Type::Host | Type::Pullback => (),
    }
}

/// The matrices inside of `types`, as they are written.
pub(super) fn matrices<'t>(types: impl Iterator<Item = &'t Type>) -> Vec<TokenStream> {
    fn inside(ty: &Type, all: &mut Vec<TokenStream>) {
        match ty {
            Type::Matrix(it) => all.extend(it.written.clone()),
            Type::Tuple(parts) => parts.iter().for_each(|part| inside(part, all)),
            Type::Array(element, _)
            | Type::Slice(element)
            | Type::Vec(element)
            | Type::Aggregate(element) => {
                inside(element, all);
            }
            Type::Struct(_) | Type::Float(_) | Type::Int(_) | Type::Bool | Type::Host | Type::Pullback => (),
        }
    }
    let mut all = Vec::new();
    types.for_each(|ty| inside(ty, &mut all));
    all
}

/// Whether a value of this type can be passed again without a clone.
pub(in crate::emit) fn is_copy(ty: &Type) -> bool {
    match ty {
        Type::Float(_) | Type::Int(_) | Type::Bool => true,
        Type::Array(element, _) => is_copy(element),
        Type::Tuple(parts) => parts.iter().all(is_copy),
        Type::Slice(_)
        | Type::Vec(_)
        | Type::Aggregate(_)
        | Type::Matrix(_)
        | Type::Struct(_)
        | Type::Host
        | Type::Pullback => false,
    }
}

/// A float, or a tuple of such.
pub(super) fn is_scalars(ty: &Type) -> bool {
    match ty {
        Type::Float(_) => true,
        Type::Tuple(parts) => parts.iter().all(is_scalars),
        Type::Array(..)
        | Type::Slice(_)
        | Type::Vec(_)
        | Type::Aggregate(_)
        | Type::Matrix(_)
        | Type::Struct(_) => false,
        Type::Int(_) | Type::Bool | Type::Host | Type::Pullback => false,
    }
}

/// The floats of a value that are not elements of an array.
pub(super) fn scalar_leaves(ty: &Type) -> Vec<&Type> {
    match ty {
        Type::Float(_) => vec![ty],
        Type::Tuple(parts) => parts.iter().flat_map(scalar_leaves).collect(),
        Type::Array(..)
        | Type::Slice(_)
        | Type::Vec(_)
        | Type::Aggregate(_)
        | Type::Matrix(_)
        | Type::Struct(_) => Vec::new(),
        Type::Int(_) | Type::Bool | Type::Host | Type::Pullback => Vec::new(),
    }
}

/// Whether a struct is in it, whose tangent may be of another type.
pub(in crate::emit) fn has_struct(ty: &Type) -> bool {
    match ty {
        Type::Struct(_) => true,
        Type::Array(element, _) | Type::Slice(element) | Type::Vec(element) | Type::Aggregate(element) => {
            has_struct(element)
        }
        Type::Tuple(parts) => parts.iter().any(has_struct),
        Type::Matrix(_) | Type::Float(_) | Type::Int(_) | Type::Bool | Type::Host | Type::Pullback => false,
    }
}
