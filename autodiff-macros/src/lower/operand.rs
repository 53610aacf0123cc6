//! What an expression evaluates to, and the way out when it does not.

use super::Lowerer;
use super::scope::VarId;
use crate::ir::{PlaceRef, Proj, Struct, Type, ValueId};

/// The result of lowering: an error stands in `diags` already, and a diverging expression has no value.
pub(super) type Lowered<T> = Result<T, Halt>;

/// Why there is no result. `?` hands it on to the statement, which goes on with the next one after an error, and ends
/// the block after a divergence.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Halt {
    /// A diagnostic has been given.
    Error,
    /// Control never comes here: `return`, `break`, `panic!`.
    Never,
}

/// What an expression evaluates to, and what a variable is bound to.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Operand {
    /// A scalar: float, integer, boolean, or a host value.
    Value(ValueId),
    /// An aggregate in memory, a reference to it, or `&mut` of a scalar in memory.
    Place {
        at: PlaceRef,
        by: By,
    },
    /// A shared reference to what is not in memory: `&x` of a scalar or a tuple. Nothing changes while it lives, so
    /// this is the content; the layer is kept because the user's tokens expect one.
    Ref(Box<Operand>),
    /// `&mut x` of a local that is not in memory.
    Alias(VarPath),
    Tuple(Vec<Operand>),
    /// `Some(value)` or `Ok(value)` if `some`. `error` is the `E` of a `Result`, as an `Option<E>` that only rustc
    /// understands; an `Option` has none.
    Option {
        some: ValueId,
        value: Box<Operand>,
        error: Option<ValueId>,
    },
    /// A variable that is declared and has no content yet.
    Unset,
    /// A reference to memory that depends on which way control went. Reading it is an error.
    Lost,
    /// A variable whose initialiser was in error. Reading it is not one more mistake.
    Poison,
}

/// How a place is had.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum By {
    /// By value, and no variable names it: who binds it takes it over.
    Temp,
    /// By value, and a variable names it: who binds it copies (arrays) or moves (`Vec`).
    Owned,
    Ref,
    RefMut,
}

/// A variable that is not in memory, or a component of its tuple.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct VarPath {
    pub(super) var: VarId,
    pub(super) path: Vec<usize>,
}

/// What can be assigned to.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Target {
    Var(VarPath),
    Place(PlaceRef),
    /// `_`
    Nothing,
    Tuple(Vec<Target>),
}

impl Operand {
    pub(super) const UNIT: Operand = Operand::Tuple(Vec::new());

    /// Without the shared references around it.
    pub(super) fn peel(&self) -> &Operand {
        match self {
            Operand::Ref(inner) => inner.peel(),
            other => other,
        }
    }

    /// One shared reference more.
    pub(super) fn borrowed(self) -> Operand {
        match self {
            Operand::Place {
                at,
                by: By::Temp | By::Owned | By::RefMut,
            } => Operand::Place { at, by: By::Ref },
            other => Operand::Ref(Box::new(other)),
        }
    }

    /// Every value inside, indices of paths included, from left to right.
    pub(super) fn values(&self) -> Vec<ValueId> {
        let mut all = Vec::new();
        self.clone().each_value(&mut |id| all.push(*id));
        all
    }

    /// Shows every value inside to `f`, in the order of [`Operand::values`].
    pub(super) fn each_value(&mut self, f: &mut impl FnMut(&mut ValueId)) {
        match self {
            Operand::Value(id) => f(id),
            Operand::Place { at, by: _ } => each_index(at, f),
            Operand::Ref(inner) => inner.each_value(f),
            Operand::Tuple(parts) => parts.iter_mut().for_each(|part| part.each_value(f)),
            Operand::Option { some, value, error } => {
                f(some);
                value.each_value(f);
                error.iter_mut().for_each(f);
            }
            Operand::Alias(_) | Operand::Unset | Operand::Lost | Operand::Poison => (),
        }
    }

    /// Whether the two differ in nothing but the values inside, so that a branch or a loop can yield those.
    pub(super) fn same_shape(&self, other: &Operand) -> bool {
        match (self, other) {
            (Operand::Value(_), Operand::Value(_)) => true,
            (Operand::Place { at: a, by: x }, Operand::Place { at: b, by: y }) => {
                a.root == b.root
                    && x == y
                    && a.path.len() == b.path.len()
                    && a.path.iter().zip(&b.path).all(|(a, b)| same_proj(a, b))
            }
            (Operand::Ref(a), Operand::Ref(b)) => a.same_shape(b),
            (Operand::Alias(a), Operand::Alias(b)) => a == b,
            (Operand::Tuple(a), Operand::Tuple(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.same_shape(b))
            }
            (
                Operand::Option {
                    value: a, error: e, ..
                },
                Operand::Option {
                    value: b, error: f, ..
                },
            ) => a.same_shape(b) && e.is_some() == f.is_some(),
            (Operand::Unset, Operand::Unset)
            | (Operand::Lost, Operand::Lost)
            | (Operand::Poison, Operand::Poison) => true,
            (
                Operand::Value(_)
                | Operand::Place { .. }
                | Operand::Ref(_)
                | Operand::Alias(_)
                | Operand::Tuple(_)
                | Operand::Option { .. }
                | Operand::Unset
                | Operand::Lost
                | Operand::Poison,
                _,
            ) => false,
        }
    }
}

fn each_index(at: &mut PlaceRef, f: &mut impl FnMut(&mut ValueId)) {
    for proj in &mut at.path {
        match proj {
            Proj::Index(index) => f(index),
            Proj::Range(start, end) => start.iter_mut().chain(end).for_each(&mut *f),
            Proj::Entry(row, column) => {
                f(row);
                f(column);
            }
            Proj::Field(_) | Proj::Member(_) => (),
        }
    }
}

fn same_proj(a: &Proj, b: &Proj) -> bool {
    match (a, b) {
        (Proj::Index(_), Proj::Index(_)) | (Proj::Entry(..), Proj::Entry(..)) => true,
        (Proj::Range(a, b), Proj::Range(c, d)) => a.is_some() == c.is_some() && b.is_some() == d.is_some(),
        (Proj::Field(a), Proj::Field(b)) => a == b,
        (Proj::Member(a), Proj::Member(b)) => a == b,
        (Proj::Index(_) | Proj::Entry(..) | Proj::Range(..) | Proj::Field(_) | Proj::Member(_), _) => false,
    }
}

impl Lowerer<'_> {
    /// The type at the end of a path. `Type::Host` behind a path that only rustc understands.
    pub(super) fn type_at(&self, at: &PlaceRef) -> Type {
        let mut ty = self.b.body.place(at.root).ty.clone();
        for proj in &at.path {
            ty = match (proj, ty) {
                (
                    Proj::Index(_),
                    Type::Array(element, _)
                    | Type::Slice(element)
                    | Type::Vec(element)
                    | Type::Aggregate(element),
                ) => *element,
                (
                    Proj::Range(..),
                    Type::Array(element, _)
                    | Type::Slice(element)
                    | Type::Vec(element)
                    | Type::Aggregate(element),
                ) => Type::Slice(element),
                (Proj::Field(k), Type::Tuple(mut parts)) if *k < parts.len() => parts.swap_remove(*k),
                (Proj::Index(_) | Proj::Entry(..), Type::Matrix(it)) => it.element,
                (Proj::Member(member), ty @ Type::Struct(_)) => {
                    let known = ty.member(member).cloned();
                    known.unwrap_or_else(|| Type::Struct(Struct::default()))
                }
                (
                    Proj::Index(_) | Proj::Entry(..) | Proj::Range(..) | Proj::Field(_) | Proj::Member(_),
                    _,
                ) => Type::Host,
            };
        }
        ty
    }

    /// The scalar that `operand` is, loaded if it lies in memory; `None` if it is no scalar.
    pub(super) fn scalar(&mut self, operand: &Operand) -> Option<ValueId> {
        match operand {
            Operand::Value(id) => Some(*id),
            Operand::Ref(inner) => self.scalar(inner),
            Operand::Alias(path) => {
                let content = self.scopes.get(path).clone();
                self.scalar(&content)
            }
            Operand::Place { at, by: _ } => {
                let ty = self.type_at(at);
                is_scalar(&ty).then(|| self.load(at.clone(), ty))
            }
            Operand::Tuple(_) | Operand::Option { .. } | Operand::Unset | Operand::Lost | Operand::Poison => {
                None
            }
        }
    }
}

/// Whether a load of this type gives a value.
pub(super) fn is_scalar(ty: &Type) -> bool {
    match ty {
        Type::Float(_) | Type::Int(_) | Type::Bool | Type::Host | Type::Pullback => true,
        Type::Array(..)
        | Type::Slice(_)
        | Type::Vec(_)
        | Type::Aggregate(_)
        | Type::Matrix(_)
        | Type::Tuple(_)
        | Type::Struct(_) => false,
    }
}
