//! Matrices and vectors of nalgebra: products, norms and the other operations on whole matrices.

use crate::check::{check, check_hessian, check_into, check_jacobian, check_map};
use crate::harness::direction;
use differentiable::differentiable;
use nalgebra::{DMatrix, DVector, Matrix2x3, Matrix3, SMatrix, SVector, Vector3};

/// A matrix without a pattern.
pub(super) fn matrix(rows: usize, columns: usize, salt: u32) -> DMatrix<f64> {
    DMatrix::from_vec(rows, columns, direction(rows * columns, salt))
}

pub(super) fn vector(len: usize, salt: u32) -> DVector<f64> {
    DVector::from_vec(direction(len, salt))
}

/// Where the size makes a difference to a kernel.
pub(super) const SIZES: [usize; 4] = [1, 2, 3, 7];

#[differentiable]
fn image_norm(a: &DMatrix<f64>, x: &DVector<f64>) -> f64 {
    (a * x).norm()
}

#[differentiable]
fn image_sum(a: &DMatrix<f64>, x: &DVector<f64>) -> f64 {
    (a * x).sum()
}

#[differentiable]
fn static_image(a: &SMatrix<f64, 3, 3>, x: &Vector3<f64>) -> f64 {
    let b = a * x;
    b.norm()
}

#[differentiable]
fn owned_image(a: Matrix2x3<f64>, x: Vector3<f64>) -> f64 {
    (a * x).norm_squared()
}

#[differentiable]
fn single(a: &DMatrix<f32>, x: &DVector<f32>) -> f32 {
    (a * x).norm()
}

#[differentiable]
fn of_any_size<const N: usize>(a: &SMatrix<f64, N, N>, x: &SVector<f64, N>) -> f64 {
    (a * x).dot(x)
}

#[test]
fn a_matrix_times_a_vector() {
    for n in SIZES {
        let (a, x) = (matrix(n, n, 1), vector(n, 2));
        check!(image_norm(&a, &x));
        check_into!(image_sum(&a, &x));
    }
    check!(image_norm(&matrix(3, 5, 1), &vector(5, 2)));
    check!(static_image(
        &Matrix3::from_vec(direction(9, 3)),
        &Vector3::from_vec(direction(3, 4))
    ));
    check!(owned_image(
        Matrix2x3::from_vec(direction(6, 3)),
        Vector3::from_vec(direction(3, 4))
    ));
    check!(single(
        &matrix(2, 2, 5).map(|x| x as f32),
        &vector(2, 6).map(|x| x as f32)
    ));
    check!(of_any_size(
        &Matrix3::from_vec(direction(9, 3)),
        &Vector3::from_vec(direction(3, 4))
    ));
}

#[test]
fn the_first_lesson() {
    let a = DMatrix::from_row_slice(3, 3, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]);
    let x = DVector::from_vec(vec![100.0, 200.0, 300.0]);
    let (value, (a_bar, x_bar)) = image_norm::value_and_grad(&a, &x);
    assert!((value - 6099.18017578).abs() < 1e-3);
    assert!((a_bar[(1, 2)] - 157.398193).abs() < 1e-4);
    assert!((x_bar[2] - 11.214622).abs() < 1e-6);
    let (a_bar, x_bar) = image_sum::grad(&a, &x);
    assert_eq!(x_bar.as_slice(), [12.0, 15.0, 18.0]);
    assert_eq!(a_bar.row(2).transpose().as_slice(), [100.0, 200.0, 300.0]);
}

/// The norm has no gradient at zero; ours is zero there, and its derivatives are.
#[test]
fn the_norm_at_zero() {
    let (a, x) = (DMatrix::zeros(2, 2), vector(2, 1));
    let (a_bar, x_bar) = image_norm::grad(&a, &x);
    assert!(a_bar.iter().chain(&x_bar).all(|entry| *entry == 0.0));
    let (value, dot) = image_norm::jvp(&a, &x, (&matrix(2, 2, 3), &x));
    assert_eq!((value, dot), (0.0, 0.0));
    let (a_bar, x_bar) = image_norm::hvp(&a, &x, (&matrix(2, 2, 3), &x));
    assert!(a_bar.iter().chain(&x_bar).all(|entry| *entry == 0.0));
}

#[differentiable]
fn affine(w: &DMatrix<f64>, x: &DVector<f64>, b: &DVector<f64>) -> DVector<f64> {
    w * x + b
}

#[differentiable]
fn both_sides(a: &DMatrix<f64>, b: &DMatrix<f64>, s: f64) -> DMatrix<f64> {
    let product = a * b;
    -(&product - a.transpose() * s) / (s * s) + 0.5 * product.component_mul(b)
}

#[differentiable]
fn by_transposes(a: &DMatrix<f64>, b: &DMatrix<f64>) -> DMatrix<f64> {
    a.tr_mul(b)
        - b.component_div(&a.map(|x| x * x + 2.0))
            .zip_map(a, |x, y| x * y.sin())
}

#[test]
fn matrices_as_results() {
    for n in SIZES {
        check_map!(affine(&matrix(n, n, 1), &vector(n, 2), &vector(n, 3)));
        check_map!(both_sides(&matrix(n, n, 1), &matrix(n, n, 2), 1.5));
        check_map!(by_transposes(&matrix(n, n, 1), &matrix(n, n, 2)));
    }
    check_map!(affine(&matrix(2, 3, 1), &vector(3, 2), &vector(2, 3)));
}

#[differentiable]
fn numbers(a: &DMatrix<f64>, x: &DVector<f64>) -> f64 {
    a.trace() * x.mean() + x.normalize().dot(&(a * x)) - a.norm_squared() * x.magnitude()
}

#[differentiable]
fn crossed(u: &Vector3<f64>, v: &Vector3<f64>) -> f64 {
    let w = u.cross(v).cross(&(u + v));
    w.x * w.y - w.z
}

#[test]
fn numbers_out_of_matrices() {
    for n in SIZES {
        check!(numbers(&matrix(n, n, 1), &vector(n, 2)));
    }
    let (u, v) = (Vector3::new(0.3, -0.7, 1.1), Vector3::new(-0.2, 0.9, 0.4));
    check!(crossed(&u, &v));
}

#[differentiable]
fn entries(a: &DMatrix<f64>, x: &DVector<f64>) -> f64 {
    let mut y = DVector::<f64>::zeros(a.nrows());
    for i in 0..a.nrows() {
        for j in 0..a.ncols() {
            y[i] += a[(i, j)] * x[j].sin();
        }
    }
    let mut sum = 0.0;
    for (k, entry) in y.iter().enumerate() {
        sum += entry * entry * (k as f64 + 1.0);
    }
    sum + y.iter().sum::<f64>()
}

#[differentiable]
fn steps(a: &DMatrix<f64>, x: &DVector<f64>, #[constant] n: usize) -> f64 {
    let mut y = x.clone();
    for _ in 0..n {
        let z = a * &y;
        y += &z * 0.5;
        y *= 0.9;
        if y[0] > 0.3 {
            y -= z;
        }
    }
    y.norm()
}

#[differentiable]
fn changing_sizes(a: &DMatrix<f64>, b: &DMatrix<f64>, x: &DVector<f64>) -> f64 {
    let mut y = x.clone();
    for _ in 0..3 {
        y = a * &y;
        y = b * y.map(|entry| entry.tanh());
    }
    y.sum()
}

#[differentiable]
fn chosen(a: &DMatrix<f64>, x: &DVector<f64>, t: f64) -> f64 {
    let y = if t > 0.0 { a * x } else { x * t };
    (y * t).dot(x)
}

#[test]
fn entries_loops_and_branches() {
    check!(entries(&matrix(2, 3, 1), &vector(3, 2)));
    for n in 0..4 {
        check!(steps(&matrix(3, 3, 1), &vector(3, 2), const n));
    }
    check!(changing_sizes(&matrix(2, 3, 1), &matrix(3, 2, 2), &vector(3, 3)));
    check!(chosen(&matrix(3, 3, 1), &vector(3, 2), 0.7));
    check!(chosen(&matrix(3, 3, 1), &vector(3, 2), -0.7));
}

#[differentiable]
fn layer(w: &DMatrix<f64>, x: &DVector<f64>) -> DVector<f64> {
    (w * x).map(|entry| entry.tanh())
}

#[differentiable]
fn network(w: &DMatrix<f64>, v: &DMatrix<f64>, #[constant] x: &DVector<f64>) -> f64 {
    let hidden: DVector<f64> = layer(w, x);
    let out = layer(v, &hidden);
    out.norm_squared()
}

#[differentiable]
fn constant_factor(x: &DVector<f64>, #[constant] a: &DMatrix<f64>) -> f64 {
    image_norm(a, x) + image_sum(a, &(x * 2.0))
}

#[test]
fn calls_with_matrices() {
    let x = vector(2, 3);
    check!(network(&matrix(3, 2, 1), &matrix(2, 3, 2), const &x));
    let a = matrix(2, 3, 2);
    check!(constant_factor(&vector(3, 1), const &a));
}

#[differentiable]
fn curved(x: &Vector3<f64>) -> f64 {
    x.norm() * x.x + x.y.sin() * x.z
}

#[differentiable]
fn curved_anywhere(x: &DVector<f64>) -> f64 {
    x.norm() * x[0] + x.sum().sin()
}

#[differentiable]
fn turned(x: Vector3<f64>) -> Vector3<f64> {
    let s = x.norm_squared();
    Vector3::new(s * x.y, x.z.sin(), s - x.x)
}

#[differentiable]
fn narrowed(x: &SVector<f64, 5>) -> nalgebra::Vector2<f64> {
    nalgebra::Vector2::new(x.norm(), x[4] * x[0])
}

#[differentiable]
fn along_a_line(t: f64) -> Vector3<f64> {
    Vector3::new(1.0, 2.0, 0.5) * t.sin() + Vector3::repeat(t * t)
}

#[test]
fn jacobians_and_hessians() {
    check_hessian!(curved(&Vector3::new(0.3, -0.7, 1.1)));
    check_hessian!(curved_anywhere(&vector(4, 1)));
    check_jacobian!(turned(Vector3::new(0.3, -0.7, 1.1)));
    check_jacobian!(narrowed(&SVector::from_vec(direction(5, 1))));
    check_jacobian!(along_a_line(0.7));
    check_jacobian!(affine(&matrix(2, 3, 1), &vector(3, 2), &vector(2, 3)));
    let exact: SMatrix<f64, 3, 3> = turned::jacobian(Vector3::new(1.0, 0.0, 0.0));
    assert_eq!(exact[(0, 1)], 1.0);
    let hessian: SMatrix<f64, 3, 3> = curved::hessian(&Vector3::new(0.3, -0.7, 1.1));
    assert_eq!(hessian[(2, 1)], hessian[(1, 2)]);
}

#[differentiable]
fn made(x: f64, v: &[f64], w: &DVector<f64>) -> f64 {
    let a = DMatrix::from_fn(2, 3, |i, j| x.powi(i as i32 + 1) * w[j]);
    let b = DMatrix::from_row_slice(2, 2, v);
    let c = DVector::from_vec(vec![x, x * x]);
    let d = DMatrix::from_diagonal(&c);
    let e = SMatrix::<f64, 2, 2>::new(x, v[1], v[2], 1.0);
    let f = DVector::from_element(3, x);
    (b * d * a * f).norm() + e.determinant() + e.m12
}

#[differentiable]
fn parts(a: &DMatrix<f64>) -> f64 {
    let first = a.column(0);
    let last = a.row(a.nrows() - 1);
    first.dot(&a.column(1)) + last.norm_squared() * a.diagonal().sum() + last[0]
}

#[differentiable]
fn in_place(v: &mut DVector<f64>, x: f64) {
    v[0] *= x;
    *v *= x;
    *v += DVector::from_element(3, x);
    v[1] = v[0] * v[2];
}

#[differentiable]
fn uses_in_place(x: f64, v: &DVector<f64>) -> f64 {
    let mut w = v.clone();
    in_place(&mut w, x);
    w.norm()
}

#[differentiable]
fn list_of_vectors(points: &[Vector3<f64>], t: f64) -> f64 {
    let mut sum = Vector3::zeros();
    for point in points {
        sum += point * t;
    }
    let mut energy = 0.0;
    for i in 0..points.len() {
        for j in 0..i {
            let d = points[i] - points[j];
            energy += 1.0 / d.norm();
        }
    }
    energy + sum.norm_squared()
}

#[test]
fn constructors_parts_and_memory() {
    check!(made(0.7, &vec![0.3, -0.2, 0.9, 1.1], &vector(3, 1)));
    check!(parts(&matrix(3, 3, 1)));
    check!(uses_in_place(0.7, &vector(3, 1)));
    let points = vec![
        Vector3::new(0.1, 0.2, 0.3),
        Vector3::new(1.1, -0.2, 0.4),
        Vector3::new(-0.3, 0.9, 1.3),
    ];
    check!(list_of_vectors(&points, 0.8));
}
