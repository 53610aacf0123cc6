//! A node without the type of its value: what rules compute with.
//!
//! Operators are entry by entry, where a 1×1 operand meets every entry of the other; a literal is a constant.

use super::float::Float;
use super::functions::Function;
use super::graph::Core;
use super::op::{NodeId, Op, Shape, Side};
use std::ops::{Add, Div, Mul, Neg, Sub};

#[derive(Clone, Copy)]
pub struct Handle<'t, S> {
    pub(super) core: &'t Core<S>,
    pub(super) id: NodeId,
}

impl<'t, S: Float> Handle<'t, S> {
    pub(super) fn push(self, op: Op, shape: Shape) -> Self {
        let id = self.core.push(op, shape);
        Handle { id, ..self }
    }

    pub(super) fn shape(self) -> Shape {
        self.core.graph.borrow().shape(self.id)
    }

    /// The number of `other`, which must be of the same tape.
    #[track_caller]
    fn with(self, other: Handle<'_, S>) -> NodeId {
        self.core.assert_holds(other);
        other.id
    }

    /// The shape of a result that is computed entry by entry.
    #[track_caller]
    fn joined(self, other: Handle<'_, S>) -> Shape {
        let (a, b) = (self.shape(), other.shape());
        if b == Shape::SCALAR {
            return a;
        }
        assert!(
            a == b || a == Shape::SCALAR,
            "a value of shape {a} cannot meet one of shape {b} entry by entry"
        );
        b
    }

    #[track_caller]
    fn entrywise(self, other: Handle<'_, S>, op: fn(NodeId, NodeId) -> Op) -> Self {
        let op = op(self.id, self.with(other));
        self.push(op, self.joined(other))
    }

    /// The function of `self` and `rest`, entry by entry.
    #[track_caller]
    pub(super) fn apply(self, function: Function, rest: &[Handle<'t, S>]) -> Self {
        let (mut operands, mut shape) = ([self.id; 3], self.shape());
        for (operand, &other) in operands[1..].iter_mut().zip(rest) {
            *operand = self.with(other);
            let joined = self.joined(other);
            if joined != Shape::SCALAR {
                shape = joined;
            }
        }
        self.push(Op::Apply(function, operands), shape)
    }

    pub(super) fn powi(self, n: i32) -> Self {
        self.push(Op::Powi(self.id, n), self.shape())
    }

    pub(super) fn constant(self, value: f64) -> Self {
        self.core.constant(value)
    }

    /// What a step function gives of `self` and `rest`: a constant, because it is flat where it has a derivative.
    pub(super) fn steps(self, rest: [Handle<'t, S>; 2], f: impl Fn([f64; 3]) -> f64) -> Self {
        let shape = rest.into_iter().fold(self.shape(), |shape, it| {
            if it.shape() == Shape::SCALAR {
                shape
            } else {
                it.shape()
            }
        });
        let id = self
            .core
            .push_steps([self, rest[0], rest[1]].map(|it| it.id), shape, f);
        Handle { id, ..self }
    }

    /// `self` where `mask` is not zero, elsewhere `otherwise`.
    pub(super) fn where_not(self, mask: Handle<'t, S>, otherwise: f64) -> Self {
        let op = Op::Where {
            mask: mask.id,
            a: self.id,
            otherwise,
        };
        self.push(op, self.joined(mask))
    }

    pub(super) fn sum(self) -> Self {
        self.push(Op::Sum(self.id), Shape::SCALAR)
    }

    /// A constant of this shape with zeros.
    pub(super) fn zeros(self) -> Self {
        self.constant(0.0).fill(self.shape())
    }

    pub(super) fn fill(self, shape: Shape) -> Self {
        self.push(Op::Fill(self.id), shape)
    }

    #[track_caller]
    pub(super) fn dot(self, other: Handle<'_, S>) -> Self {
        let other_id = self.with(other);
        self.assert_same_shape(other);
        self.push(Op::Dot(self.id, other_id), Shape::SCALAR)
    }

    pub(super) fn norm(self) -> Self {
        self.push(Op::Norm(self.id), Shape::SCALAR)
    }

    pub(super) fn transpose(self) -> Self {
        self.push(Op::Transpose(self.id), self.shape().transposed())
    }

    /// The matrix product, each factor as it is or transposed.
    #[track_caller]
    pub(super) fn matrix_product(self, sides: [Side; 2], other: Handle<'_, S>) -> Self {
        let (a, b) = (sides[0].of(self.shape()), sides[1].of(other.shape()));
        assert_eq!(
            a.columns, b.rows,
            "a matrix of {a} cannot be multiplied with one of {b}"
        );
        let op = Op::MatMul {
            a: self.id,
            b: self.with(other),
            sides,
        };
        self.push(op, Shape::new(a.rows, b.columns))
    }

    /// The solution `x` of `self x = b`, or of `selfᵀ x = b`.
    #[track_caller]
    pub(super) fn solve(self, side: Side, b: Handle<'_, S>) -> Self {
        let (shape, of_b) = (self.shape(), b.shape());
        assert!(
            shape.rows == shape.columns && shape.rows == of_b.rows,
            "a system of {shape} has no solution for a right side of {of_b}"
        );
        let op = Op::Solve {
            a: self.id,
            side,
            b: self.with(b),
        };
        self.push(op, of_b)
    }

    #[track_caller]
    pub(super) fn block(self, at: [usize; 2], shape: Shape) -> Self {
        let of = self.shape();
        assert!(
            at[0] + shape.rows <= of.rows && at[1] + shape.columns <= of.columns,
            "a block of {shape} at ({}, {}) leaves a matrix of {of}",
            at[0],
            at[1]
        );
        self.push(Op::Block { a: self.id, at }, shape)
    }

    pub(super) fn embed(self, at: [usize; 2], shape: Shape) -> Self {
        self.push(Op::Embed { a: self.id, at }, shape)
    }

    #[track_caller]
    pub(super) fn assert_same_shape(self, other: Handle<'_, S>) {
        let (a, b) = (self.shape(), other.shape());
        assert_eq!(a, b, "values of the shapes {a} and {b} do not go together");
    }
}

impl<S: Float> Core<S> {
    /// Panics unless `other` is a value of this tape.
    #[track_caller]
    pub(super) fn assert_holds(&self, other: Handle<'_, S>) {
        assert!(
            std::ptr::eq(self, other.core),
            "values of two tapes mixed: one belongs to tape {}, the other to tape {}; \
             `tape.constant(other.value())` carries a value over, without its derivative",
            self.tape,
            other.core.tape
        );
    }

    pub(super) fn constant(&self, value: f64) -> Handle<'_, S> {
        self.scalar(S::of_f64(value))
    }

    pub(super) fn scalar(&self, value: S) -> Handle<'_, S> {
        let push = |values: &mut Vec<S>| values.push(value);
        let id = self.push_value(Op::Leaf, Shape::SCALAR, false, push);
        Handle { core: self, id }
    }
}

macro_rules! operators {
    ($($Trait:ident $method:ident)*) => {$(
        impl<'t, S: Float> $Trait for Handle<'t, S> {
            type Output = Handle<'t, S>;

            #[track_caller]
            fn $method(self, other: Self) -> Self {
                self.entrywise(other, Op::$Trait)
            }
        }

        impl<'t, S: Float> $Trait<f64> for Handle<'t, S> {
            type Output = Handle<'t, S>;

            fn $method(self, other: f64) -> Self {
                self.entrywise(self.constant(other), Op::$Trait)
            }
        }

        impl<'t, S: Float> $Trait<Handle<'t, S>> for f64 {
            type Output = Handle<'t, S>;

            fn $method(self, other: Handle<'t, S>) -> Handle<'t, S> {
                other.constant(self).entrywise(other, Op::$Trait)
            }
        }
    )*};
}

operators! {
    Add add
    Sub sub
    Mul mul
    Div div
}

impl<S: Float> Neg for Handle<'_, S> {
    type Output = Self;

    fn neg(self) -> Self {
        self.push(Op::Neg(self.id), self.shape())
    }
}
