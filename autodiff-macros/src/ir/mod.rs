//! The typed, structured SSA that every stage after `lower` takes and gives. Data only.
//!
//! Values are immutable scalars; control flow is nested [`Region`]s that take arguments and yield results.
//! Aggregates (arrays, slices, `Vec`) are [`Place`]s with explicit loads and stores. Rust's borrow rules make distinct
//! places alias-free: two different [`PlaceId`]s never share memory, except a view ([`Init::View`]) and what it views.
//! Tuples do not exist here: `lower` takes them apart. `break`, `continue`, `return` and `?` do not either: they are
//! structured exits (flags and nested `if`s) by the time a [`Body`] exists.

mod builder;
mod instr;
#[cfg(test)]
pub(crate) mod interpret;
mod place;
mod print;
#[cfg(test)]
pub(crate) mod sample;
mod types;
mod verify;
pub(crate) mod visit;

pub(crate) use builder::Builder;
pub(crate) use instr::{
    Arg, BinaryOp, Call, CallMode, Callee, CompareOp, Const, HostArg, Instr, Loop, LoopKind, MatrixArg,
    MatrixOp, Opaque, Passing, Stmt, UnaryOp,
};
pub(crate) use place::{Content, Init, Place, PlaceId, PlaceRef, Proj};
pub(crate) use print::print;
pub(crate) use types::{Factor, Float, Int, Len, Matrix, Named, Struct, Type};
pub(crate) use verify::verify;

use proc_macro2::{Span, TokenStream};
use std::collections::BTreeMap;

/// Names one immutable scalar of a [`Body`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct ValueId(pub(crate) u32);

/// What is known of a value besides the statement that defines it.
#[derive(Clone, Debug)]
pub(crate) struct Value {
    pub(crate) ty: Type,
    /// What a person would call it: the user's variable, or `x_bar`, `x_dot` after it. Not unique.
    pub(crate) name: Option<Name>,
    pub(crate) origin: Origin,
    /// The literal, if the value is one: a copy of what its defining [`Instr::Const`] says.
    pub(crate) constant: Option<Const>,
}

/// A name to show, with the token it came from.
#[derive(Clone, Debug)]
pub(crate) struct Name {
    pub(crate) text: String,
    pub(crate) span: Span,
}

/// Whether a value belongs to the user's function or to its derivative.
///
/// A primal value keeps its bits: `simplify` may drop it or share it, never rewrite the arithmetic behind it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Origin {
    Primal,
    Derivative,
}

/// One function: the user's, or a derivative of it.
#[derive(Clone, Debug)]
pub(crate) struct Body {
    pub(crate) name: String,
    /// Indexed by [`ValueId`].
    pub(crate) values: Vec<Value>,
    /// Indexed by [`PlaceId`].
    pub(crate) places: Vec<Place>,
    pub(crate) params: Vec<Param>,
    /// The whole function. Takes nothing and yields nothing: parameters and results stand in `params` and `result`.
    pub(crate) region: Region,
    /// What the function returns; leaves are in scope at the end of `region` (for a pullback: see there).
    pub(crate) result: Tree,
    /// Set by the reverse transform in pullback mode only.
    pub(crate) pullback: Option<Pullback>,
    /// The user's items inside of the function, which host code may name. They stand at the top of what is emitted.
    pub(crate) items: TokenStream,
}

/// The second half of a reverse sweep that waits for its seed.
///
/// `Body::region` is then the forward sweep and `Body::result` the primal value; the closure sees everything in scope
/// at the end of `region`.
#[derive(Clone, Debug)]
pub(crate) struct Pullback {
    /// In this order: the seeds of the result's leaves, the parameters that are passed again, their cotangents.
    pub(crate) params: Vec<Param>,
    pub(crate) region: Region,
    /// The cotangents of the scalar leaves of the differentiable parameters.
    pub(crate) result: Tree,
}

/// A parameter of a [`Body`].
#[derive(Clone, Debug)]
pub(crate) struct Param {
    /// Index of the user's parameter that this one is, or belongs to.
    pub(crate) index: usize,
    pub(crate) role: Role,
    pub(crate) tree: Tree,
}

/// What a parameter of a derivative is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Role {
    /// The user's own parameter, to be differentiated.
    Active,
    /// The user's own parameter, marked `#[constant]`.
    Constant,
    /// The tangent of user parameter `index`.
    Tangent,
    /// The cotangent of user parameter `index`, a buffer that is accumulated into. Of a gradient (in [`Body::params`], not
    /// among those of a pullback) it is all zeros when the function is called.
    Cotangent,
    /// The tangent of such a buffer.
    CotangentTangent,
    /// The cotangent of the result; `index` is unused.
    Seed,
    /// The tangent of that.
    SeedTangent,
}

/// A tuple of things, taken apart. `Tuple(vec![])` is the unit.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Tree {
    Value(ValueId),
    Place(PlaceId),
    Tuple(Vec<Tree>),
}

/// Straight-line statements with arguments and results: a function's body, a branch, a loop's body.
#[derive(Clone, Default, Debug)]
pub(crate) struct Region {
    /// Defined on entry. Of a loop: the induction variable (counted loops only), then the carried values.
    pub(crate) params: Vec<ValueId>,
    pub(crate) stmts: Vec<Stmt>,
    pub(crate) yields: Vec<ValueId>,
}

impl Tree {
    /// The same shape with other values.
    pub(crate) fn renamed(&self, map: &BTreeMap<ValueId, ValueId>) -> Tree {
        match self {
            Tree::Value(id) => Tree::Value(map.get(id).copied().unwrap_or(*id)),
            Tree::Place(id) => Tree::Place(*id),
            Tree::Tuple(parts) => Tree::Tuple(parts.iter().map(|part| part.renamed(map)).collect()),
        }
    }

    /// The leaves from left to right.
    pub(crate) fn leaves(&self) -> Vec<&Tree> {
        match self {
            Tree::Value(_) | Tree::Place(_) => vec![self],
            Tree::Tuple(parts) => parts.iter().flat_map(Tree::leaves).collect(),
        }
    }

    /// The scalar leaves from left to right.
    pub(crate) fn values(&self) -> Vec<ValueId> {
        let value = |leaf: &Tree| match leaf {
            Tree::Value(id) => Some(*id),
            Tree::Place(_) | Tree::Tuple(_) => None,
        };
        self.leaves().into_iter().filter_map(value).collect()
    }

    /// The aggregate leaves from left to right.
    pub(crate) fn places(&self) -> Vec<PlaceId> {
        let place = |leaf: &Tree| match leaf {
            Tree::Place(id) => Some(*id),
            Tree::Value(_) | Tree::Tuple(_) => None,
        };
        self.leaves().into_iter().filter_map(place).collect()
    }
}

impl Body {
    /// A function that does nothing.
    pub(crate) fn empty(name: &str) -> Self {
        Body {
            name: name.to_owned(),
            values: Vec::new(),
            places: Vec::new(),
            params: Vec::new(),
            region: Region::default(),
            result: Tree::Tuple(Vec::new()),
            pullback: None,
            items: TokenStream::new(),
        }
    }

    pub(crate) fn value(&self, id: ValueId) -> &Value {
        &self.values[id.0 as usize]
    }

    pub(crate) fn place(&self, id: PlaceId) -> &Place {
        &self.places[id.0 as usize]
    }

    pub(crate) fn ty(&self, id: ValueId) -> &Type {
        &self.value(id).ty
    }

    pub(crate) fn is_float(&self, id: ValueId) -> bool {
        matches!(self.ty(id), Type::Float(_))
    }

    /// Whether the path leads into a field of a struct that carries no derivative: its shadow has nothing there.
    pub(crate) fn is_constant_member(&self, at: &PlaceRef) -> bool {
        if !at.path.iter().any(|proj| matches!(proj, Proj::Member(_))) {
            return false;
        }
        let mut ty = &self.place(at.root).ty;
        for proj in &at.path {
            let inner = match (proj, ty) {
                (Proj::Member(member), ty) => ty.member(member),
                (Proj::Field(k), Type::Tuple(parts)) => parts.get(*k),
                (Proj::Field(_), _) => None,
                (Proj::Index(_) | Proj::Entry(..), ty) => ty.element(),
                (Proj::Range(..), ty) => Some(ty),
            };
            match inner {
                Some(inner) => ty = inner,
                None => return false,
            }
        }
        !ty.has_floats()
    }

    /// A new value that nothing defines yet.
    pub(crate) fn fresh(&mut self, value: Value) -> ValueId {
        let id = ValueId(u32::try_from(self.values.len()).expect("a function has fewer than 2^32 values"));
        self.values.push(value);
        id
    }

    /// A new place that nothing allocates yet.
    pub(crate) fn fresh_place(&mut self, place: Place) -> PlaceId {
        let id = PlaceId(u32::try_from(self.places.len()).expect("a function has fewer than 2^32 places"));
        self.places.push(place);
        id
    }
}
