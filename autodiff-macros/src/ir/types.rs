//! Types as far as differentiation needs to know them.

use proc_macro2::TokenStream;

/// The type of a value or a place. Values are `Float`, `Int`, `Bool`, `Host` or `Pullback` only.
#[derive(Clone, Debug)]
pub(crate) enum Type {
    Float(Float),
    Int(Int),
    Bool,
    Array(Box<Type>, Len),
    /// An unsized `[T]`, behind a reference. Never the type of a local that owns its memory.
    Slice(Box<Type>),
    Vec(Box<Type>),
    /// An array or a `Vec` that another annotated function returned: only rustc knows which, so emit writes `_` for it
    /// (also inside of another type: `Vec<_>`). It can be indexed, borrowed as a slice, cloned, moved and returned.
    Aggregate(Box<Type>),
    /// A matrix or a vector of nalgebra, of any storage; reached by [`super::Proj::Index`] and [`super::Proj::Entry`].
    Matrix(Box<Matrix>),
    /// An element of an aggregate, such as in `Vec<(f64, f64)>`; reached by [`super::Proj::Field`].
    Tuple(Vec<Type>),
    /// A struct that derives `Differentiable`, or whatever is handed on without being looked into.
    Struct(Struct),
    /// Carries no derivative; only rustc knows what it is.
    Host,
    /// The closure that a call's forward sweep gives; see [`super::CallMode`].
    Pullback,
}

/// A matrix. Its size is rustc's business; what stands in the type is kept for signatures and for Jacobians.
#[derive(Clone, Debug)]
pub(crate) struct Matrix {
    /// A float.
    pub(crate) element: Type,
    /// The type as the user wrote it, without a reference; `None` of a local, whose type rustc infers.
    pub(crate) written: Option<TokenStream>,
    /// [`Len::Inferred`] where the type does not say it.
    pub(crate) rows: Len,
    pub(crate) columns: Len,
    /// Stands for a factorisation that the user has; `lower` knows its methods.
    pub(crate) factor: Option<Factor>,
    /// It is in an `Option`, which the user has not unwrapped yet.
    pub(crate) optional: bool,
}

/// A factorisation of nalgebra, and the matrix that stands for it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Factor {
    /// The matrix itself.
    Lu,
    /// Its lower factor.
    Cholesky,
}

/// What is known of a struct: only rustc sees its definition.
#[derive(Clone, Default, Debug)]
pub(crate) struct Struct {
    /// The type as the user wrote it, and its tangent's; `None` where only rustc knows.
    pub(crate) name: Option<Named>,
    /// The fields that the function uses, with the types that it uses them at.
    pub(crate) fields: Vec<(syn::Member, Type)>,
}

#[derive(Clone, Debug)]
pub(crate) struct Named {
    pub(crate) path: TokenStream,
    pub(crate) tangent: TokenStream,
}

impl Struct {
    pub(crate) fn field(&self, member: &syn::Member) -> Option<&Type> {
        let found = self.fields.iter().find(|(name, _)| name == member);
        found.map(|(_, ty)| ty)
    }
}

/// Which float. Literals are emitted untyped, so this matters for casts and for method calls on literals.
#[derive(Clone, Debug)]
pub(crate) enum Float {
    F64,
    F32,
    /// An alias of a float, as the user wrote it.
    Named(TokenStream),
    /// A type parameter, or an associated type of one: `f64` or `f32` when the function is called. A literal of it is
    /// converted, and its functions are called by the runtime's trait, whatever the user bounds it by.
    Generic(TokenStream),
    /// A literal that no typed operand has met. rustc decides.
    Inferred,
}

/// Which integer.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Int {
    Usize,
    Isize,
    U8,
    U16,
    U32,
    U64,
    U128,
    I8,
    I16,
    I32,
    I64,
    I128,
    /// A literal that no typed operand has met. rustc decides.
    Inferred,
}

/// The length in an array type.
#[derive(Clone, Debug)]
pub(crate) enum Len {
    Known(usize),
    /// A const parameter, a path to a constant, an expression.
    Expr(TokenStream),
    /// `[_; _]`: from an array expression whose length only rustc can count.
    Inferred,
}

impl Type {
    pub(crate) const F64: Type = Type::Float(Float::F64);
    pub(crate) const USIZE: Type = Type::Int(Int::Usize);

    /// `Option<payload>` and `Result<payload, _>`, as far as the IR knows them: whether there is a value, the value, and
    /// the error as an `Option`.
    pub(crate) fn optional(payload: Type) -> Type {
        Type::Tuple(vec![Type::Bool, payload, Type::Host])
    }

    /// The payload of what [`Type::optional`] made. Nothing else has this shape: a host value is never a part of a tuple.
    pub(crate) fn payload(&self) -> Option<&Type> {
        match self {
            Type::Tuple(parts) => match parts.as_slice() {
                [Type::Bool, payload, Type::Host] => Some(payload),
                _ => None,
            },
            _ => None,
        }
    }

    /// A matrix of a size that only rustc knows.
    pub(crate) fn matrix(element: Type) -> Type {
        Type::Matrix(Box::new(Matrix {
            element,
            written: None,
            rows: Len::Inferred,
            columns: Len::Inferred,
            factor: None,
            optional: false,
        }))
    }

    /// A factorisation, or with `None` a matrix, in an `Option` or not.
    pub(crate) fn factor(element: Type, factor: Option<Factor>, optional: bool) -> Type {
        Type::Matrix(Box::new(Matrix {
            element,
            written: None,
            rows: Len::Inferred,
            columns: Len::Inferred,
            factor,
            optional,
        }))
    }

    pub(crate) fn is_matrix(&self) -> bool {
        matches!(self, Type::Matrix(_))
    }

    /// The type of an element, of an aggregate that has one.
    pub(crate) fn element(&self) -> Option<&Type> {
        match self {
            Type::Array(element, _)
            | Type::Slice(element)
            | Type::Vec(element)
            | Type::Aggregate(element) => Some(element),
            Type::Matrix(it) => Some(&it.element),
            Type::Float(_)
            | Type::Int(_)
            | Type::Bool
            | Type::Tuple(_)
            | Type::Struct(_)
            | Type::Host
            | Type::Pullback => None,
        }
    }

    /// What the innermost elements are.
    pub(crate) fn leaf(&self) -> &Type {
        self.element().map_or(self, Type::leaf)
    }

    /// Whether anything inside can carry a derivative.
    pub(crate) fn has_floats(&self) -> bool {
        match self {
            Type::Float(_) => true,
            Type::Array(element, _)
            | Type::Slice(element)
            | Type::Vec(element)
            | Type::Aggregate(element) => element.has_floats(),
            Type::Matrix(_) => true,
            Type::Tuple(parts) => parts.iter().any(Type::has_floats),
            Type::Struct(_) => true,
            Type::Int(_) | Type::Bool | Type::Host | Type::Pullback => false,
        }
    }

    /// What is at `member` of a struct.
    pub(crate) fn member(&self, member: &syn::Member) -> Option<&Type> {
        match self {
            Type::Struct(it) => it.field(member),
            Type::Float(_)
            | Type::Int(_)
            | Type::Bool
            | Type::Array(..)
            | Type::Slice(_)
            | Type::Vec(_)
            | Type::Aggregate(_)
            | Type::Matrix(_)
            | Type::Tuple(_)
            | Type::Host
            | Type::Pullback => None,
        }
    }

    /// Whether a value of this type may stand where `other` is expected. What only rustc knows fits everything of its
    /// kind.
    pub(crate) fn fits(&self, other: &Type) -> bool {
        match (self, other) {
            (Type::Float(Float::F64), Type::Float(Float::F32))
            | (Type::Float(Float::F32), Type::Float(Float::F64)) => false,
            (Type::Float(_), Type::Float(_)) => true,
            (Type::Int(Int::Inferred), Type::Int(_)) | (Type::Int(_), Type::Int(Int::Inferred)) => true,
            (Type::Int(a), Type::Int(b)) => a == b,
            (Type::Bool, Type::Bool) | (Type::Pullback, Type::Pullback) => true,
            (Type::Host, _) | (_, Type::Host) => true,
            (Type::Matrix(a), Type::Matrix(b)) => a.element.fits(&b.element),
            (Type::Matrix(_), _) | (_, Type::Matrix(_)) => false,
            (Type::Array(..) | Type::Slice(_) | Type::Vec(_) | Type::Aggregate(_), _) => {
                let elements = self.element().zip(other.element());
                elements.is_some_and(|(a, b)| a.fits(b))
            }
            (Type::Tuple(a), Type::Tuple(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.fits(b)),
            // Only rustc knows all of its fields.
            (Type::Struct(_), Type::Struct(_)) => true,
            // Two different kinds.
            (
                Type::Struct(_)
                | Type::Float(_)
                | Type::Int(_)
                | Type::Bool
                | Type::Tuple(_)
                | Type::Pullback,
                _,
            ) => false,
        }
    }

    /// Whether every leaf is a float.
    pub(crate) fn only_floats(&self) -> bool {
        match self {
            Type::Float(_) => true,
            Type::Array(element, _)
            | Type::Slice(element)
            | Type::Vec(element)
            | Type::Aggregate(element) => element.only_floats(),
            Type::Matrix(_) => true,
            Type::Tuple(parts) => parts.iter().all(Type::only_floats),
            Type::Struct(_) | Type::Int(_) | Type::Bool | Type::Host | Type::Pullback => false,
        }
    }
}
