//! What a node of the graph computes, as data.
//!
//! The set is closed under differentiation: the cotangents of each operation are operations of this list again, which
//! is why gradients of gradients need no rule of their own. Only a called function is opaque to the second order.

use super::functions::Function;

/// The number of a node in its graph.
pub(super) type NodeId = u32;

/// How many rows and columns a value has; a scalar is 1×1.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Shape {
    pub(super) rows: usize,
    pub(super) columns: usize,
}

impl Shape {
    pub(super) const SCALAR: Shape = Shape { rows: 1, columns: 1 };

    pub(super) fn new(rows: usize, columns: usize) -> Self {
        Shape { rows, columns }
    }

    pub(super) fn len(self) -> usize {
        self.rows * self.columns
    }

    pub(super) fn transposed(self) -> Self {
        Shape::new(self.columns, self.rows)
    }
}

impl std::fmt::Display for Shape {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}×{}", self.rows, self.columns)
    }
}

/// Whether a factor is taken as it is or transposed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Side {
    Plain,
    Transposed,
}

impl Side {
    pub(super) fn flipped(self) -> Side {
        match self {
            Side::Plain => Side::Transposed,
            Side::Transposed => Side::Plain,
        }
    }

    pub(super) fn of(self, shape: Shape) -> Shape {
        match self {
            Side::Plain => shape,
            Side::Transposed => shape.transposed(),
        }
    }
}

/// A part of the list of arguments, for operations with any number of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Arguments {
    pub(super) first: usize,
    pub(super) len: usize,
}

/// An operation on nodes. Entry by entry, a 1×1 operand meets every entry of the other.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Op {
    /// A variable or a constant.
    Leaf,
    /// What a variable is after an assignment; its cotangent is one of the variable.
    Version(NodeId),
    Neg(NodeId),
    Add(NodeId, NodeId),
    Sub(NodeId, NodeId),
    Mul(NodeId, NodeId),
    Div(NodeId, NodeId),
    /// A function of floats, entry by entry; arguments that it does not have are its first.
    Apply(Function, [NodeId; 3]),
    Powi(NodeId, i32),
    /// `a` where `mask` is not zero, elsewhere the literal.
    Where {
        mask: NodeId,
        a: NodeId,
        otherwise: f64,
    },
    MatMul {
        a: NodeId,
        b: NodeId,
        sides: [Side; 2],
    },
    Transpose(NodeId),
    Sum(NodeId),
    /// A scalar in every entry of a shape: the transpose of `Sum`.
    Fill(NodeId),
    Dot(NodeId, NodeId),
    Norm(NodeId),
    /// A block of a matrix that begins at `at`.
    Block {
        a: NodeId,
        at: [usize; 2],
    },
    /// A matrix as a block of zeros: the transpose of `Block`.
    Embed {
        a: NodeId,
        at: [usize; 2],
    },
    /// The solution of `a x = b`.
    Solve {
        a: NodeId,
        side: Side,
        b: NodeId,
    },
    Determinant(NodeId),
    /// Scalars, in the order of the entries.
    Stack(Arguments),
    /// A function with its own pullback.
    Call {
        callee: usize,
        arguments: Arguments,
    },
    /// A cotangent of a call: it depends on these nodes, but not in a way that the tape knows.
    Pulled(Arguments),
}

impl Op {
    /// Calls `f` with every node that the operation reads.
    pub(super) fn for_each_parent(self, arguments: &[NodeId], mut f: impl FnMut(NodeId)) {
        match self {
            Op::Leaf => (),
            Op::Version(a)
            | Op::Neg(a)
            | Op::Powi(a, _)
            | Op::Transpose(a)
            | Op::Sum(a)
            | Op::Fill(a)
            | Op::Norm(a)
            | Op::Determinant(a)
            | Op::Block { a, .. }
            | Op::Embed { a, .. } => f(a),
            // The mask is a step: nothing flows through it.
            Op::Where { a, .. } => f(a),
            Op::Add(a, b)
            | Op::Sub(a, b)
            | Op::Mul(a, b)
            | Op::Div(a, b)
            | Op::Dot(a, b)
            | Op::MatMul { a, b, .. }
            | Op::Solve { a, b, .. } => {
                f(a);
                f(b);
            }
            Op::Apply(function, operands) => operands[..function.arity()].iter().copied().for_each(f),
            Op::Stack(of) | Op::Call { arguments: of, .. } | Op::Pulled(of) => {
                arguments[of.first..of.first + of.len].iter().copied().for_each(f);
            }
        }
    }
}
