//! The cotangents of each operation, as operations.

use super::float::Float;
use super::functions::Partial;
use super::graph::Node;
use super::handle::Handle;
use super::op::{NodeId, Op, Shape, Side};

/// What a rule gives to one of the nodes that were read.
pub(super) enum Contribution<'t, S> {
    Whole(Handle<'t, S>),
    /// Zero outside of the block that begins there.
    Block(Handle<'t, S>, [usize; 2]),
}

/// Where a rule's results go.
pub(super) trait Receiver<'t, S> {
    /// Whether the cotangent of this node is asked for. What is not need not be computed.
    fn wants(&self, node: NodeId) -> bool;

    fn receive(&mut self, node: NodeId, contribution: Contribution<'t, S>);
}

/// Gives every node that `y` was computed from its share of `bar`, the cotangent of `y`.
///
/// No result is given twice: the receiver may write to it.
pub(super) fn pull<'t, S: Float>(
    y: Handle<'t, S>,
    node: Node,
    bar: Handle<'t, S>,
    to: &mut impl Receiver<'t, S>,
) {
    let at = |id| Handle { id, ..y };
    let mut give = |id: NodeId, cotangent: &dyn Fn() -> Handle<'t, S>| {
        if to.wants(id) {
            to.receive(id, Contribution::Whole(cotangent()));
        }
    };
    match node.op {
        Op::Leaf => (),
        Op::Version(a) => give(a, &|| bar),
        Op::Neg(a) => give(a, &|| -bar),
        Op::Add(a, b) => {
            give(a, &|| reduced(bar, at(a)));
            give(b, &|| reduced(bar, at(b)));
        }
        Op::Sub(a, b) => {
            give(a, &|| reduced(bar, at(a)));
            give(b, &|| -reduced(bar, at(b)));
        }
        Op::Mul(a, b) => {
            give(a, &|| times(bar, at(b), at(a)));
            give(b, &|| times(bar, at(a), at(b)));
        }
        Op::Div(a, b) => {
            give(a, &|| reduced(bar / at(b), at(a)));
            give(b, &|| -times(bar / at(b), y, at(b)));
        }
        Op::Powi(a, n) => give(a, &|| match n {
            0 => at(a).zeros(),
            1 => reduced(bar, at(a)),
            _ => bar * (f64::from(n) * at(a).powi(n.saturating_sub(1))),
        }),
        Op::Apply(function, operands) => {
            for which in 0..function.arity() {
                let a = operands[which];
                let partial = || function.partial(which, operands.map(at), y);
                give(a, &|| match partial() {
                    Partial::Zero => at(a).zeros(),
                    Partial::One => reduced(bar, at(a)),
                    Partial::By(partial) => times(bar, partial, at(a)),
                    Partial::Constant(partial) => reduced(bar * partial, at(a)),
                });
            }
        }
        Op::Where { mask, a, .. } => give(a, &|| reduced(bar.where_not(at(mask), 0.0), at(a))),
        Op::MatMul { a, b, sides } => matrix_product(y, bar, [a, b], sides, &mut give),
        Op::Transpose(a) => give(a, &|| bar.transpose()),
        Op::Sum(a) => give(a, &|| bar.fill(at(a).shape())),
        Op::Fill(a) => give(a, &|| bar.sum()),
        Op::Dot(a, b) => {
            give(a, &|| at(b) * bar);
            give(b, &|| at(a) * bar);
        }
        Op::Norm(a) => give(a, &|| {
            // At the origin the norm has no derivative: we take 0, the middle of all its slopes.
            let regular = y.steps([y; 2], |[y, ..]| f64::from(y != 0.0));
            at(a) * (bar / y.where_not(regular, 1.0))
        }),
        Op::Block { a, at } => {
            if to.wants(a) {
                to.receive(a, Contribution::Block(bar, at));
            }
        }
        Op::Embed { a, at: corner } => give(a, &|| bar.block(corner, at(a).shape())),
        Op::Solve { a, side, b } => {
            // x = A⁻¹ b: b̄ = A⁻ᵀ x̄ and Ā = −b̄ xᵀ. No inverse is formed.
            let solved = || at(a).solve(side.flipped(), bar);
            give(b, &solved);
            give(a, &|| match side {
                Side::Plain => -solved().matrix_product([Side::Plain, Side::Transposed], y),
                Side::Transposed => -y.matrix_product([Side::Plain, Side::Transposed], solved()),
            });
        }
        Op::Determinant(a) => give(a, &|| {
            let rows = at(a).shape().rows;
            let identity = identity(y, rows);
            at(a).solve(Side::Transposed, identity) * (bar * y)
        }),
        Op::Stack(of) => {
            for k in 0..of.len {
                let a = y.core.graph.borrow().arguments[of.first + k];
                let column = node.shape.rows;
                give(a, &|| bar.block([k % column, k / column], Shape::SCALAR));
            }
        }
        Op::Call { callee, arguments } => {
            super::call::pull(bar, callee, arguments, to);
        }
        Op::Pulled(_) => panic!(
            "the gradient of a function called by `tape.call` cannot be differentiated once more: \
             write it with the tape's own operations, or take `f::hvp` or `f::hessian` of it"
        ),
    }
}

/// `y = a b`: `ā = ȳ bᵀ`, `b̄ = aᵀ ȳ`, each transposed as its factor was.
fn matrix_product<'t, S: Float>(
    y: Handle<'t, S>,
    bar: Handle<'t, S>,
    [a, b]: [NodeId; 2],
    sides: [Side; 2],
    give: &mut impl FnMut(NodeId, &dyn Fn() -> Handle<'t, S>),
) {
    let at = |id| Handle { id, ..y };
    let [left, right] = sides;
    give(a, &|| match left {
        Side::Plain => bar.matrix_product([Side::Plain, right.flipped()], at(b)),
        Side::Transposed => at(b).matrix_product([right, Side::Transposed], bar),
    });
    give(b, &|| match right {
        Side::Plain => at(a).matrix_product([left.flipped(), Side::Plain], bar),
        Side::Transposed => bar.matrix_product([Side::Transposed, left], at(a)),
    });
}

/// `factor · bar`, summed where `of` is a scalar that met every entry.
fn times<'t, S: Float>(bar: Handle<'t, S>, factor: Handle<'t, S>, of: Handle<'t, S>) -> Handle<'t, S> {
    if of.shape() == Shape::SCALAR && bar.shape() != Shape::SCALAR && factor.shape() == bar.shape() {
        bar.dot(factor)
    } else {
        reduced(bar * factor, of)
    }
}

/// Summed where `of` is a scalar that met every entry.
fn reduced<'t, S: Float>(bar: Handle<'t, S>, of: Handle<'t, S>) -> Handle<'t, S> {
    if of.shape() == Shape::SCALAR && bar.shape() != Shape::SCALAR {
        bar.sum()
    } else {
        bar
    }
}

pub(super) fn identity<'t, S: Float>(on: Handle<'t, S>, rows: usize) -> Handle<'t, S> {
    let shape = Shape::new(rows, rows);
    let id = on.core.push_value(Op::Leaf, shape, false, |values| {
        values.extend((0..rows * rows).map(|k| if k % (rows + 1) == 0 { S::one() } else { S::zero() }));
    });
    Handle { id, ..on }
}
