//! Programs over matrices: loops, branches, closures, calls, tuples and lists of them.

use crate::check::{check, check_hessian, check_map};
use crate::harness::direction;
use crate::matrices::{matrix, vector};
use differentiable::differentiable;
use nalgebra::{DMatrix, DVector, Matrix2, Matrix3, SMatrix, SVector, Vector2};

#[differentiable]
fn deep(ws: &[DMatrix<f64>], x: &DVector<f64>) -> f64 {
    let mut h = x.clone();
    for w in ws {
        h = (w * &h).map(|v| v.tanh());
    }
    h.norm_squared()
}

#[differentiable]
fn pair(ab: (DMatrix<f64>, DVector<f64>)) -> f64 {
    let (a, b) = ab;
    (&a * &b).norm() + b.sum()
}

#[differentiable]
fn two(a: &DMatrix<f64>, x: &DVector<f64>) -> (DVector<f64>, f64) {
    let y = a * x;
    let n = y.norm();
    (y, n)
}

#[differentiable]
fn uses_two(a: &DMatrix<f64>, x: &DVector<f64>) -> f64 {
    let (y, n): (DVector<f64>, f64) = two(a, x);
    let z: DVector<f64> = y;
    z.dot(x) * n
}

#[differentiable]
fn closure(a: &DMatrix<f64>, x: &DVector<f64>) -> f64 {
    let scale = 2.0;
    let f = |v: &DVector<f64>| (a * v).norm() * scale;
    f(x) + f(&(x * 0.5))
}

#[differentiable]
fn copied(a: Matrix3<f64>) -> f64 {
    let b = a;
    let mut c = b;
    c[(0, 0)] += a[(1, 1)] * b[(2, 2)];
    (a * b * c).trace()
}

#[differentiable]
fn swapped(mut a: DVector<f64>, b: DVector<f64>, t: f64) -> f64 {
    let mut b = b;
    std::mem::swap(&mut a, &mut b);
    a *= t;
    a.dot(&b) + a[0]
}

#[differentiable]
fn power(a: &DMatrix<f64>, x: &DVector<f64>, #[constant] n: usize) -> f64 {
    let mut v = x.normalize();
    for _ in 0..n {
        v = (a * v).normalize();
    }
    v.dot(&(a * &v))
}

#[differentiable]
fn early(a: &DMatrix<f64>, x: &DVector<f64>) -> f64 {
    let y = a * x;
    if y.norm() > 100.0 {
        return 0.0;
    }
    let mut k = 0;
    let mut z = y.clone();
    while z.norm() > 0.1 && k < 5 {
        z = &z * 0.5 - &y * 0.01;
        k += 1;
    }
    z.sum()
}

#[differentiable]
fn quadratic(
    x: &SVector<f64, 4>,
    #[constant] q: &SMatrix<f64, 4, 4>,
    #[constant] c: &SVector<f64, 4>,
) -> f64 {
    0.5 * x.dot(&(q * x)) - c.dot(x)
}

#[differentiable]
fn while_matrix(x: &Vector2<f64>, #[constant] n: usize) -> Vector2<f64> {
    let mut s = *x;
    for k in 0..n {
        let m = Matrix2::new(1.0, 0.1, -0.1 * s.x, 1.0);
        s = m * s;
        if k % 2 == 0 {
            s.y += s.x.sin();
        }
    }
    s
}

#[test]
fn programs_over_matrices() {
    let ws = vec![matrix(3, 2, 1), matrix(2, 3, 2), matrix(4, 2, 3)];
    check!(deep(&ws, &vector(2, 4)));
    check!(pair((matrix(2, 2, 1), vector(2, 2))));
    check_map!(two(&matrix(2, 3, 1), &vector(3, 2)));
    check!(uses_two(&matrix(3, 3, 1), &vector(3, 2)));
    check!(closure(&matrix(3, 3, 1), &vector(3, 2)));
    check!(copied(Matrix3::from_vec(direction(9, 1))));
    check!(swapped(vector(3, 1), vector(3, 2), 0.7));
    check!(power(&(matrix(3, 3, 1) + DMatrix::identity(3, 3)), &vector(3, 2), const 3));
    check!(early(&matrix(3, 3, 1), &vector(3, 2)));
    check_map!(while_matrix(&Vector2::new(0.3, 0.8), const 4));
    let (q, c) = (
        SMatrix::<f64, 4, 4>::from_vec(direction(16, 1)),
        SVector::<f64, 4>::from_vec(direction(4, 3)),
    );
    check_hessian!(quadratic(&SVector::<f64, 4>::from_vec(direction(4, 1)), const &q, const &c));
}
