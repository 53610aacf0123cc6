//! Matrices: determinants, inverses, solves and factorisations.

use crate::check::{check, check_map};
use crate::matrices::{SIZES, matrix, vector};
use differentiable::differentiable;
use nalgebra::{DMatrix, DVector, Matrix3, Vector3};

/// A matrix that is far from singular, with rows that have to change places.
fn regular(n: usize, salt: u32) -> DMatrix<f64> {
    let mut res = matrix(n, n, salt);
    for k in 0..n {
        res[(k, (k + 1) % n)] += 2.0 + 0.1 * k as f64;
    }
    res
}

/// A symmetric positive definite matrix.
fn positive(n: usize, salt: u32) -> DMatrix<f64> {
    let m = matrix(n, n, salt);
    &m * m.transpose() + DMatrix::identity(n, n) * 2.0
}

#[differentiable]
fn determinant(a: &DMatrix<f64>) -> f64 {
    a.determinant()
}

#[differentiable]
fn static_determinant(a: Matrix3<f64>) -> f64 {
    a.determinant().sin()
}

#[differentiable]
fn inverse(a: &DMatrix<f64>) -> DMatrix<f64> {
    a.clone().try_inverse().unwrap()
}

#[differentiable]
fn inverse_norm(a: &DMatrix<f64>) -> f64 {
    let inverse = a.clone().try_inverse().expect("regular");
    inverse.norm_squared()
}

#[test]
fn determinants_and_inverses() {
    for n in [1, 2, 3, 4, 5] {
        check!(determinant(&regular(n, 1)));
        check_map!(inverse(&regular(n, 2)));
        check!(inverse_norm(&regular(n, 3)));
    }
    check!(static_determinant(Matrix3::new(
        0.3, 1.2, -0.4, 2.0, 0.1, 0.7, -0.5, 0.6, 1.1
    )));
}

/// The determinant of a singular matrix has a gradient, and a Hessian.
#[test]
fn singular_determinants() {
    let a = DMatrix::from_row_slice(3, 3, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]);
    check!(determinant(&a));
    check!(determinant(&DMatrix::zeros(2, 2)));
    let mut rows = regular(5, 4);
    let first = rows.row(0).clone_owned();
    rows.set_row(3, &first);
    let gradient = determinant::grad(&rows);
    assert!(gradient.iter().any(|entry| entry.abs() > 0.1));
}

#[differentiable]
fn solve(a: &DMatrix<f64>, b: &DVector<f64>) -> DVector<f64> {
    a.clone().lu().solve(b).unwrap()
}

#[differentiable]
fn solve_norm(a: &DMatrix<f64>, b: &DVector<f64>) -> f64 {
    let lu = a.clone().lu();
    let x = lu.solve(b).unwrap();
    x.norm() + lu.determinant() * 0.1
}

#[differentiable]
fn static_solve(a: &Matrix3<f64>, b: &Vector3<f64>) -> f64 {
    let x = a.lu().solve(b).unwrap();
    x.dot(b)
}

#[test]
fn solves_with_pivoting() {
    for n in SIZES {
        check_map!(solve(&regular(n, 1), &vector(n, 2)));
        check!(solve_norm(&regular(n, 1), &vector(n, 2)));
    }
    // Without an exchange of rows the first pivot would be zero.
    let a = Matrix3::new(0.0, 1.2, -0.4, 2.0, 0.0, 0.7, -0.5, 0.6, 0.0);
    check!(static_solve(&a, &Vector3::new(0.3, -0.2, 0.9)));
}

#[differentiable]
fn log_likelihood(a: &DMatrix<f64>, x: &DVector<f64>) -> f64 {
    let cholesky = a.clone().cholesky().unwrap();
    -0.5 * (x.dot(&cholesky.solve(x)) + cholesky.ln_determinant())
}

#[differentiable]
fn factor(a: &DMatrix<f64>) -> DMatrix<f64> {
    a.clone().cholesky().unwrap().l()
}

#[differentiable]
fn by_cholesky(a: &DMatrix<f64>) -> f64 {
    let cholesky = a.clone().cholesky().unwrap();
    cholesky.inverse().norm_squared() + cholesky.determinant().ln()
}

#[test]
fn cholesky_factors() {
    for n in SIZES {
        check!(log_likelihood(&positive(n, 1), &vector(n, 2)));
        check_map!(factor(&positive(n, 1)));
    }
    for n in [1, 2, 3] {
        check!(by_cholesky(&positive(n, 3)));
    }
}

#[differentiable]
fn exponential(a: &DMatrix<f64>, x: &DVector<f64>) -> f64 {
    (a.exp() * x).norm()
}

#[test]
fn exponentials() {
    for n in [1, 2, 3] {
        check!(exponential(&matrix(n, n, 1), &vector(n, 2)));
    }
}

/// `seed · ∂f·dot` by both modes, where finite differences would take long.
#[track_caller]
fn agree(forward: f64, backward: &[f64]) {
    let backward: f64 = backward.iter().sum();
    let size = forward.abs().max(1.0);
    assert!(
        (forward - backward).abs() < 1e-9 * size,
        "{forward} is {backward}"
    );
}

#[test]
fn large_matrices_agree_in_both_modes() {
    let n = 40;
    let (a, a_dot, seed) = (regular(n, 1), matrix(n, n, 2), matrix(n, n, 3));
    let (b, b_dot, b_seed) = (vector(n, 4), vector(n, 5), vector(n, 6));

    let (_, y_dot) = solve::jvp(&a, &b, (&a_dot, &b_dot));
    let (by_a, by_b) = solve::vjp(&a, &b).1(b_seed.clone());
    agree(b_seed.dot(&y_dot), &[by_a.dot(&a_dot), by_b.dot(&b_dot)]);

    let (_, y_dot) = inverse::jvp(&a, &a_dot);
    agree(seed.dot(&y_dot), &[inverse::vjp(&a).1(seed.clone()).dot(&a_dot)]);

    let positive = positive(n, 7);
    let (_, y_dot) = factor::jvp(&positive, &a_dot);
    agree(
        seed.dot(&y_dot),
        &[factor::vjp(&positive).1(seed.clone()).dot(&a_dot)],
    );

    let (_, y_dot) = log_likelihood::jvp(&positive, &b, (&a_dot, &b_dot));
    let (by_a, by_b) = log_likelihood::grad(&positive, &b);
    agree(y_dot, &[by_a.dot(&a_dot), by_b.dot(&b_dot)]);
}
