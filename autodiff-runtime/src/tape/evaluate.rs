//! The value of each operation. Matrix kernels are nalgebra's.

use super::float::Float;
use super::graph::Node;
use super::op::{NodeId, Op, Shape, Side};
use nalgebra::{DMatrixView, DMatrixViewMut};

/// Writes the value of `op` to `new`; `old` has the values of all nodes before.
pub(super) fn evaluate<S: Float>(
    op: Op,
    nodes: &[Node],
    arguments: &[NodeId],
    old: &[S],
    new: &mut [S],
    shape: Shape,
) {
    let value = |id: NodeId| {
        let node = &nodes[id as usize];
        &old[node.at..node.at + node.shape.len()]
    };
    let view = |id: NodeId| {
        let shape = nodes[id as usize].shape;
        DMatrixView::from_slice(value(id), shape.rows, shape.columns)
    };
    match op {
        Op::Leaf | Op::Version(_) | Op::Call { .. } | Op::Pulled(_) => {
            unreachable!("comes with its value")
        }
        Op::Neg(a) => unary(new, value(a), |a| -a),
        Op::Add(a, b) => binary(new, value(a), value(b), |a, b| a + b),
        Op::Sub(a, b) => binary(new, value(a), value(b), |a, b| a - b),
        Op::Mul(a, b) => binary(new, value(a), value(b), |a, b| a * b),
        Op::Div(a, b) => binary(new, value(a), value(b), |a, b| a / b),
        Op::Powi(a, n) => unary(new, value(a), |a| a.integer_power(n)),
        Op::Apply(function, operands) => {
            let operands = operands.map(value);
            for (k, new) in new.iter_mut().enumerate() {
                *new = S::apply(function, operands.map(|it| entry(it, k)));
            }
        }
        Op::Where { mask, a, otherwise } => {
            let otherwise = S::of_f64(otherwise);
            let choose = |mask: S, a| if mask == S::zero() { otherwise } else { a };
            binary(new, value(mask), value(a), choose);
        }
        Op::MatMul { a, b, sides } => {
            let out = DMatrixViewMut::from_slice(new, shape.rows, shape.columns);
            matrix_product(out, &view(a), &view(b), sides);
        }
        Op::Transpose(a) => {
            view(a).transpose_to(&mut DMatrixViewMut::from_slice(new, shape.rows, shape.columns));
        }
        Op::Sum(a) => new[0] = value(a).iter().copied().fold(S::zero(), |sum, a| sum + a),
        Op::Fill(a) => new.fill(value(a)[0]),
        Op::Dot(a, b) => new[0] = view(a).dot(&view(b)),
        Op::Norm(a) => new[0] = view(a).norm(),
        Op::Block { a, at } => DMatrixViewMut::from_slice(new, shape.rows, shape.columns)
            .copy_from(&view(a).view((at[0], at[1]), (shape.rows, shape.columns))),
        Op::Embed { a, at } => {
            let inner = nodes[a as usize].shape;
            DMatrixViewMut::from_slice(new, shape.rows, shape.columns)
                .view_mut((at[0], at[1]), (inner.rows, inner.columns))
                .copy_from(&view(a));
        }
        Op::Solve { a, side, b } => {
            let lu = match side {
                Side::Plain => view(a).clone_owned(),
                Side::Transposed => view(a).transpose(),
            }
            .lu();
            let mut out = DMatrixViewMut::from_slice(new, shape.rows, shape.columns);
            out.copy_from(&view(b));
            if !lu.solve_mut(&mut out) {
                out.fill(S::of_f64(f64::NAN));
            }
        }
        Op::Determinant(a) => new[0] = view(a).determinant(),
        Op::Stack(of) => {
            for (new, &id) in new.iter_mut().zip(&arguments[of.first..]) {
                *new = value(id)[0];
            }
        }
    }
}

fn matrix_product<S: Float>(
    mut out: DMatrixViewMut<'_, S>,
    a: &DMatrixView<'_, S>,
    b: &DMatrixView<'_, S>,
    sides: [Side; 2],
) {
    match sides {
        [Side::Plain, Side::Plain] => out.gemm(S::one(), a, b, S::zero()),
        [Side::Transposed, Side::Plain] => out.gemm_tr(S::one(), a, b, S::zero()),
        // One product of a column with a row after the other: both lie in a row in memory.
        [Side::Plain, Side::Transposed] => {
            for (a, b) in a.column_iter().zip(b.column_iter()) {
                out.ger(S::one(), &a, &b, S::one());
            }
        }
        [Side::Transposed, Side::Transposed] => {
            for (i, a) in a.column_iter().enumerate() {
                for (k, &a) in a.iter().enumerate() {
                    for (j, &b) in b.column(k).iter().enumerate() {
                        out[(i, j)] += a * b;
                    }
                }
            }
        }
    }
}

fn unary<S: Float>(new: &mut [S], a: &[S], f: impl Fn(S) -> S) {
    for (new, &a) in new.iter_mut().zip(a) {
        *new = f(a);
    }
}

fn binary<S: Float>(new: &mut [S], a: &[S], b: &[S], f: impl Fn(S, S) -> S) {
    if a.len() == b.len() {
        for (new, (&a, &b)) in new.iter_mut().zip(a.iter().zip(b)) {
            *new = f(a, b);
        }
    } else {
        for (k, new) in new.iter_mut().enumerate() {
            *new = f(entry(a, k), entry(b, k));
        }
    }
}

/// Entry `k`; a scalar is the same in every place.
pub(super) fn entry<S: Float>(value: &[S], k: usize) -> S {
    if value.len() == 1 { value[0] } else { value[k] }
}
