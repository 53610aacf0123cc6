//! Memory: places, paths into them, and how they begin.

use super::{Name, Origin, Type, ValueId};
use proc_macro2::TokenStream;

/// Names one place of a [`super::Body`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct PlaceId(pub(crate) u32);

/// A variable that lives in memory: an aggregate, a scalar behind `&mut`, or mutable host state.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) ty: Type,
    pub(crate) name: Option<Name>,
    pub(crate) origin: Origin,
    /// How the parameter is passed if the place is one; `None` for a local.
    pub(crate) param: Option<super::Passing>,
}

/// A path into a place: `root[i][a..b].0`. A reborrow such as `let row = &mut m[a..b]` is lowered to a path, with the
/// indices evaluated where the reborrow stood.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct PlaceRef {
    pub(crate) root: PlaceId,
    pub(crate) path: Vec<Proj>,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Proj {
    /// `[i]`
    Index(ValueId),
    /// `[start..end]`, either of them may be open. An inclusive end is lowered to `end + 1`.
    Range(Option<ValueId>, Option<ValueId>),
    /// `.0` of a tuple.
    Field(usize),
    /// `[(i, j)]` of a matrix.
    Entry(ValueId, ValueId),
    /// `.x` of a struct, `.0` of a tuple struct.
    Member(syn::Member),
}

/// How a local place begins, or begins anew.
#[derive(Clone, Debug)]
pub(crate) enum Init {
    /// `[value; len]`, `vec![value; len]`: arrays have their length in the type, and `len` is `None`.
    Repeat { value: ValueId, len: Option<ValueId> },
    /// `[a, b, c]`, `vec![a, b, c]` of scalars.
    List(Vec<ValueId>),
    /// `vec![row; n]` with a place for the row, also `[[0.0; 3]; 3]` with the inner array as the row.
    RepeatPlace { row: PlaceRef, len: Option<ValueId> },
    /// `[row0, row1]` with places for the rows.
    Rows(Vec<PlaceRef>),
    /// `src.to_vec()`, `src.clone()`, an array copied by value. If `moved`, `src` is dead afterwards.
    Copy { src: PlaceRef, moved: bool },
    /// `Vec::new()`, `Vec::with_capacity(n)`.
    Empty { capacity: Option<ValueId> },
    /// Zeros of the shape that `src` has now. Only the transforms make it.
    ZerosLike(PlaceRef),
    /// `len` zeros that are surely written before they are read, so a hoisted copy need not be cleared. Only the
    /// transforms make it: recording buffers.
    Scratch { len: ValueId },
    /// What an operation of linear algebra gives.
    Matrix(super::MatrixOp),
    /// Another name for a part of `of`, until the end of the region. Only the transforms make it: rows of a
    /// recording buffer, and what a loop reaches of a place. While it lives, `of` is reached through it only, unless
    /// both are only read. `lenient`: a part that is out of bounds is an empty view, not a panic; whoever reads an
    /// element of it panics then.
    View { of: PlaceRef, lenient: bool },
    /// `P { x: a, w: b }`: every field. What lies in memory is copied, or moved where nobody reads it afterwards.
    Struct {
        path: syn::Path,
        fields: Vec<(syn::Member, Content)>,
    },
    /// An expression that carries no derivative; see [`super::Instr::Host`] for the template.
    Host {
        template: TokenStream,
        args: Vec<super::HostArg>,
    },
}

/// What a field of a struct begins with.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    Value(ValueId),
    Place(PlaceRef),
}

impl PlaceRef {
    /// The whole of a place.
    pub(crate) fn whole(root: PlaceId) -> Self {
        PlaceRef {
            root,
            path: Vec::new(),
        }
    }

    /// One step further down.
    pub(crate) fn then(&self, proj: Proj) -> Self {
        let mut path = self.path.clone();
        path.push(proj);
        PlaceRef {
            root: self.root,
            path,
        }
    }

    /// The values that the path reads.
    pub(crate) fn indices(&self) -> Vec<ValueId> {
        let mut res = Vec::new();
        for proj in &self.path {
            match proj {
                Proj::Index(at) => res.push(*at),
                Proj::Entry(row, column) => res.extend([row, column]),
                Proj::Range(start, end) => res.extend(start.iter().chain(end)),
                Proj::Field(_) | Proj::Member(_) => (),
            }
        }
        res
    }
}
