//! Places and paths into them, as expressions and as borrows.

use super::body::Emit;
use super::exprs::{Expr, Level};
use crate::ir::{Len, PlaceId, PlaceRef, Proj, Type};
use proc_macro2::TokenStream;
use quote::quote_spanned;

/// What the variable of a place holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Held {
    /// The memory itself.
    Owned,
    /// A reference: a parameter, or a view.
    Ref,
    RefMut,
}

impl Emit<'_, '_> {
    pub(super) fn held(&self, place: PlaceId) -> Held {
        self.memory.held[place.0 as usize]
    }

    /// The variable of a place; a method call and an index follow references by themselves.
    pub(super) fn place_ident(&mut self, place: PlaceId) -> TokenStream {
        let at = self.at;
        let local = self.place_local(place);
        let ident = self.locals.used(local, at);
        quote_spanned!(at=> #ident)
    }

    /// The path where a dot or an index may follow.
    pub(super) fn path_base(&mut self, path: &PlaceRef) -> TokenStream {
        let at = self.at;
        let mut tokens = self.place_ident(path.root);
        for proj in &path.path {
            tokens = match proj {
                Proj::Index(index) => {
                    let index = self.tokens(*index);
                    quote_spanned!(at=> #tokens[#index])
                }
                Proj::Range(start, end) => {
                    let bounds = self.bounds(start.as_ref().copied(), end.as_ref().copied());
                    quote_spanned!(at=> #tokens[#bounds])
                }
                Proj::Entry(row, column) => {
                    let (row, column) = (self.tokens(*row), self.tokens(*column));
                    quote_spanned!(at=> #tokens[(#row, #column)])
                }
                Proj::Field(k) => {
                    let mut k = proc_macro2::Literal::usize_unsuffixed(*k);
                    k.set_span(at);
                    quote_spanned!(at=> #tokens.#k)
                }
                Proj::Member(member) => quote_spanned!(at=> #tokens.#member),
            };
        }
        tokens
    }

    pub(super) fn bounds(
        &mut self,
        start: Option<crate::ir::ValueId>,
        end: Option<crate::ir::ValueId>,
    ) -> TokenStream {
        let at = self.at;
        let start = start.map(|id| self.value(id).at(Level::Or, at));
        let end = end.map(|id| self.value(id).at(Level::Or, at));
        quote_spanned!(at=> #start..#end)
    }

    /// The memory at `path`, as a place that is read, written or moved.
    pub(super) fn path(&mut self, path: &PlaceRef) -> Expr {
        let at = self.at;
        let tokens = self.path_base(path);
        if path.path.is_empty() && self.held(path.root) != Held::Owned {
            return Expr::new(quote_spanned!(at=> *#tokens), Level::Unary);
        }
        Expr::tight(tokens)
    }

    /// What stands in a hole of the user's tokens: the variable as the user has it.
    pub(super) fn hole(&mut self, path: &PlaceRef) -> Expr {
        let at = self.at;
        let tokens = self.path_base(path);
        match (path.path.is_empty(), self.held(path.root)) {
            (true, Held::Ref | Held::RefMut) => Expr::tight(quote_spanned!(at=> (*#tokens))),
            _ => Expr::tight(tokens),
        }
    }

    /// A shared reference to the memory at `path`.
    pub(super) fn borrow(&mut self, path: &PlaceRef) -> TokenStream {
        let at = self.at;
        let tokens = self.path_base(path);
        match (path.path.is_empty(), self.held(path.root)) {
            (true, Held::Ref) => tokens,
            (true, Held::RefMut) => quote_spanned!(at=> &*#tokens),
            _ => quote_spanned!(at=> &#tokens),
        }
    }

    /// A mutable reference to the memory at `path`, where one is expected.
    pub(super) fn borrow_mut(&mut self, path: &PlaceRef) -> TokenStream {
        let at = self.at;
        let tokens = self.path_base(path);
        match (path.path.is_empty(), self.held(path.root)) {
            (true, Held::Ref | Held::RefMut) => tokens,
            _ => quote_spanned!(at=> &mut #tokens),
        }
    }

    /// The type of what a path leads to.
    pub(super) fn type_at(&self, path: &PlaceRef) -> Type {
        let mut ty = self.facts.outline.body.place(path.root).ty.clone();
        for proj in &path.path {
            ty = match (proj, ty) {
                (
                    Proj::Index(_),
                    Type::Array(element, _)
                    | Type::Slice(element)
                    | Type::Vec(element)
                    | Type::Aggregate(element),
                ) => *element,
                (Proj::Index(_) | Proj::Entry(..), Type::Matrix(it)) => it.element,
                (
                    Proj::Range(..),
                    Type::Array(element, _) | Type::Vec(element) | Type::Aggregate(element),
                ) => Type::Slice(element),
                (Proj::Field(k), Type::Tuple(mut parts)) if *k < parts.len() => parts.swap_remove(*k),
                (Proj::Member(member), ty) => ty.member(member).cloned().unwrap_or(Type::Host),
                (_, ty) => ty,
            };
        }
        ty
    }

    /// The type of the variable that holds a local place: slices of our own are vectors.
    pub(super) fn own_type(&self, place: PlaceId) -> Type {
        match &self.facts.outline.body.place(place).ty {
            Type::Slice(element) if self.held(place) == Held::Owned => Type::Vec(element.clone()),
            ty => ty.clone(),
        }
    }

    /// Whether two paths surely name the same memory.
    pub(super) fn same_path(&self, a: &PlaceRef, b: &PlaceRef) -> bool {
        let same = |pair: (&Proj, &Proj)| match pair {
            (Proj::Index(a), Proj::Index(b)) => self.same(*a, *b),
            (Proj::Entry(a, b), Proj::Entry(c, d)) => self.same(*a, *c) && self.same(*b, *d),
            (Proj::Field(a), Proj::Field(b)) => a == b,
            (a, b) => a == b,
        };
        a.root == b.root && a.path.len() == b.path.len() && a.path.iter().zip(&b.path).all(same)
    }
}

/// Whether values of the type are copied by naming them.
pub(super) fn is_copy(ty: &Type) -> bool {
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

/// Whether the type is a list of floats, of whatever length.
pub(super) fn is_flat(ty: &Type) -> bool {
    matches!(ty.element(), Some(Type::Float(_)))
}

/// Whether the length stands in the type, as a number.
pub(super) fn known_length(ty: &Type) -> Option<usize> {
    match ty {
        Type::Array(_, Len::Known(n)) => Some(*n),
        _ => None,
    }
}
