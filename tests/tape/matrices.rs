//! Every operation of vectors and matrices, to the first and the second order.

use crate::support::{check, check_first_order};
use differentiable::nalgebra::{DMatrix, DVector, Dyn, Matrix2, Matrix3, Vector2, Vector3};
use differentiable::{Tape, Var};

type V<'t> = Var<'t, DVector<f64>>;
type M<'t> = Var<'t, DMatrix<f64>>;

const X: [f64; 9] = [0.7, -1.3, 2.1, 0.4, 1.9, -0.6, 1.1, 0.8, -2.2];

/// Nine entries as a matrix: three columns side by side.
fn square(x: V<'_>) -> Var<'_, Matrix3<f64>> {
    let rows = [0, 1, 2].map(|k| x.fixed_view::<3, 1>(3 * k, 0));
    let unit = |k: usize| Vector3::ith(k, 1.0).transpose();
    rows[0] * unit(0) + rows[1] * unit(1) + rows[2] * unit(2)
}

fn curved(x: V<'_>) -> V<'_> {
    x.map(|x| x.sin() + x * x)
}

#[test]
fn products_of_matrices() {
    check(|x| (square(x) * square(x)).sum(), &X);
    check(|x| (square(x) * x.fixed_view::<3, 1>(2, 0)).norm(), &X);
    check(|x| (square(x).transpose() * square(x)).norm_squared(), &X);
    check(|x| square(x).tr_mul(square(curved(x))).norm(), &X);
    check(
        |x| (Matrix3::from_fn(|i, j| (i + 2 * j) as f64) * square(x)).norm(),
        &X,
    );
    check(
        |x| (square(x) * &Matrix3::from_fn(|i, j| (i * j) as f64 - 1.0)).norm(),
        &X,
    );
}

#[test]
fn products_of_matrices_that_are_not_square() {
    fn sides(x: V<'_>) -> (M<'_>, M<'_>) {
        let left: M = x.view((0, 0), (6, 1));
        (left, x.view((3, 0), (1, 1)))
    }
    check(
        |x| {
            let (left, right) = sides(x);
            (left * right).norm()
        },
        &X,
    );
    check(
        |x| {
            let (left, _) = sides(curved(x));
            (left.transpose() * &left).sum() + left.tr_mul(&DMatrix::from_element(6, 2, 0.5)).norm()
        },
        &X,
    );
}

#[test]
fn reductions() {
    check(|x| curved(x).sum(), &X);
    check(|x| curved(x).mean(), &X);
    check(|x| x.norm(), &X);
    check(|x| x.norm_squared(), &X);
    check(|x| curved(x).dot(x), &X);
    check(|x| x.dot(DVector::from_element(9, 2.0)) * x.sum(), &X);
    check(|x| square(x).trace() * square(x).sum(), &X);
}

#[test]
fn entry_by_entry() {
    check(|x| (x + curved(x)).norm(), &X);
    check(|x| (DVector::from_element(9, 1.0) - x).norm(), &X);
    check(|x| (x - &DVector::from_element(9, 1.0)).norm(), &X);
    check(|x| x.component_mul(curved(x)).norm(), &X);
    check(|x| curved(x).component_div(x).sum(), &X);
    check(|x| (-x).component_mul(&-&x).sum(), &X);
    check(|x| x.add_scalar(x.sum()).norm(), &X);
    check(|x| x.map(|x| (x * x + 1.0).ln() / 2.0).sum(), &X);
    check(|x| x.zip_map(&curved(x), |a, b| (a * b).tanh()).sum(), &X);
}

#[test]
fn scalars_and_matrices() {
    check(|x| (x.at(0) * curved(x)).norm(), &X);
    check(|x| (curved(x) * x.sum()).norm(), &X);
    check(|x| (curved(x) / x.at(2)).sum(), &X);
    check(|x| (2.0 * curved(x) / 3.0 * 4.0).norm(), &X);
    check(|x| (x.at(1) * DVector::from_element(2, 3.0)).norm_squared(), &X);
    check(|x| x.normalize().at(3), &X);
}

#[test]
fn parts_and_what_is_put_together() {
    check(|x| x.at(2) * x.at(2) * x.at(7), &X);
    check(|x| square(x).at((1, 2)) * square(x).at(3), &X);
    check(|x| square(x).row(1).norm() * square(x).column(2).sum(), &X);
    check(
        |x| square(x).fixed_view::<2, 2>(1, 0).determinant() * x.view((1, 0), (3, 1)).norm(),
        &X,
    );
    check(
        |x| {
            x.fixed_view::<3, 1>(0, 0)
                .cross(x.fixed_view::<3, 1>(4, 0))
                .norm()
        },
        &X,
    );
}

#[test]
fn linear_systems() {
    check(|x| square(x).determinant(), &X);
    check(|x| square(x).solve(x.fixed_view::<3, 1>(1, 0)).norm(), &X);
    check(
        |x| {
            square(x)
                .transpose()
                .solve(Matrix3::from_fn(|i, j| (i + j) as f64))
                .sum()
        },
        &X,
    );
    check(|x| square(x).try_inverse().expect("regular").norm(), &X);
}

#[test]
fn pivoting_is_differentiated_right() {
    check(
        |x| {
            let flipped = Matrix2::new(0.0, 1.0, 1.0, 0.0);
            (x.fixed_view::<2, 1>(0, 0) * x.fixed_view::<2, 1>(2, 0).transpose() * 1e-3 + flipped)
                .solve(x.fixed_view::<2, 1>(4, 0))
                .norm()
        },
        &X,
    );
}

#[test]
fn sizes_from_one_to_forty() {
    for len in [1, 2, 3, 7, 40] {
        let x: Vec<f64> = (0..len).map(|k| (1.0 + k as f64).sin() + 1.5).collect();
        let check = if len < 10 { check } else { check_first_order };
        check(|x| (x * x.transpose() * curved(x)).norm(), &x);
        check(|x| outer(x).solve(curved(x)).sum(), &x);
        check(
            |x| (0..x.len()).fold(x.at(0), |sum, k| sum + x.at(k) * x.at(k)),
            &x,
        );
    }
    fn outer(x: V<'_>) -> Var<'_, differentiable::nalgebra::OMatrix<f64, Dyn, Dyn>> {
        let x = x.view((0, 0), (x.len(), 1));
        x * x.transpose() + DMatrix::identity(x.len(), x.len()) * 3.0
    }
}

#[test]
fn the_norm_has_the_gradient_zero_at_the_origin() {
    let tape = Tape::new();
    let x = tape.var(Vector2::new(0.0, 0.0));
    assert_eq!(tape.gradient(&x.norm(), &x), Some(Vector2::zeros()));
}

#[test]
fn a_singular_system_gives_nan_and_no_inverse() {
    let tape = Tape::new();
    let a = tape.var(Matrix2::new(1.0, 2.0, 2.0, 4.0));
    assert!(
        a.solve(Vector2::new(1.0, 1.0))
            .value()
            .iter()
            .all(|it: &f64| it.is_nan())
    );
    assert!(a.try_inverse().is_none());
}

#[test]
#[should_panic(expected = "values of the shapes 2×1 and 3×1 do not go together")]
fn dynamic_shapes_that_differ_are_named() {
    let tape = Tape::new();
    let (a, b) = (
        tape.var(DVector::from_element(2, 1.0)),
        tape.var(DVector::from_element(3, 1.0)),
    );
    let _ = a + b;
}

#[test]
#[should_panic(expected = "a matrix of 2×3 cannot be multiplied with one of 2×3")]
fn products_of_shapes_that_do_not_fit_are_named() {
    let tape = Tape::new();
    let a = tape.var(DMatrix::from_element(2, 3, 1.0));
    let _ = a * a;
}

#[test]
#[should_panic(expected = "it has no single value")]
fn a_closure_on_entries_cannot_ask_for_one_value() {
    let tape = Tape::new();
    let x = tape.var(Vector2::new(1.0, 2.0));
    let _ = x.map(|x| if x > 0.0 { x } else { -x });
}
