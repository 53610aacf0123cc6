//! What the companion takes and gives, for each shape of parameters and results: the types are written out.

use crate::check::{check, check_hessian, check_into, check_jacobian, check_map};
use differentiable::differentiable;
use nalgebra::{DMatrix, SMatrix};

/// One function a row, the same computation on each shape: `Σ k·x_k²` over the floats inside.
macro_rules! weighted_squares {
    ($($name:ident($x:ident: $ty:ty) = $body:expr;)*) => {$(
        #[differentiable]
        fn $name($x: $ty) -> f64 {
            $body
        }
    )*};
}

weighted_squares! {
    scalar(x: f64) = x * x;
    reference(x: &f64) = x * x;
    array(x: [f64; 2]) = x[0] * x[0] + 2.0 * x[1] * x[1];
    array_ref(x: &[f64; 2]) = x[0] * x[0] + 2.0 * x[1] * x[1];
    slice(x: &[f64]) = x[0] * x[0] + 2.0 * x[1] * x[1];
    vector(x: Vec<f64>) = x[0] * x[0] + 2.0 * x[1] * x[1];
    vector_ref(x: &Vec<f64>) = x[0] * x[0] + 2.0 * x[1] * x[1];
    rows(x: &[[f64; 2]]) = x[0][0] * x[0][0] + 2.0 * x[0][1] * x[0][1];
    matrix(x: [[f64; 2]; 1]) = x[0][0] * x[0][0] + 2.0 * x[0][1] * x[0][1];
    matrix_ref(x: &[[f64; 2]; 1]) = x[0][0] * x[0][0] + 2.0 * x[0][1] * x[0][1];
    vectors(x: Vec<Vec<f64>>) = x[0][0] * x[0][0] + 2.0 * x[0][1] * x[0][1];
    vectors_ref(x: &[Vec<f64>]) = x[0][0] * x[0][0] + 2.0 * x[0][1] * x[0][1];
    rows_of_vector(x: &Vec<[f64; 2]>) = x[0][0] * x[0][0] + 2.0 * x[0][1] * x[0][1];
    pair(x: (f64, f64)) = x.0 * x.0 + 2.0 * x.1 * x.1;
    nested(x: (f64, [f64; 1])) = x.0 * x.0 + 2.0 * x.1[0] * x.1[0];
    pairs(x: &[(f64, f64)]) = x[0].0 * x[0].0 + 2.0 * x[0].1 * x[0].1;
}

#[test]
fn a_gradient_is_the_owned_shape_of_its_parameter() {
    let _: f64 = scalar::grad(3.0);
    let _: f64 = reference::grad(&3.0);
    let grad: [f64; 2] = array::grad([3.0, 4.0]);
    assert_eq!(grad, [6.0, 16.0]);
    let grad: [f64; 2] = array_ref::grad(&[3.0, 4.0]);
    assert_eq!(grad, [6.0, 16.0]);
    let grad: Vec<f64> = slice::grad(&[3.0, 4.0]);
    assert_eq!(grad, [6.0, 16.0]);
    let grad: Vec<f64> = vector::grad(vec![3.0, 4.0]);
    assert_eq!(grad, [6.0, 16.0]);
    let grad: Vec<f64> = vector_ref::grad(&vec![3.0, 4.0]);
    assert_eq!(grad, [6.0, 16.0]);
    let grad: Vec<[f64; 2]> = rows::grad(&[[3.0, 4.0]]);
    assert_eq!(grad, [[6.0, 16.0]]);
    let grad: [[f64; 2]; 1] = matrix::grad([[3.0, 4.0]]);
    assert_eq!(grad, [[6.0, 16.0]]);
    let grad: [[f64; 2]; 1] = matrix_ref::grad(&[[3.0, 4.0]]);
    assert_eq!(grad, [[6.0, 16.0]]);
    let grad: Vec<Vec<f64>> = vectors::grad(vec![vec![3.0, 4.0]]);
    assert_eq!(grad, [[6.0, 16.0]]);
    let grad: Vec<Vec<f64>> = vectors_ref::grad(&[vec![3.0, 4.0]]);
    assert_eq!(grad, [[6.0, 16.0]]);
    let grad: Vec<[f64; 2]> = rows_of_vector::grad(&vec![[3.0, 4.0]]);
    assert_eq!(grad, [[6.0, 16.0]]);
    let grad: (f64, f64) = pair::grad((3.0, 4.0));
    assert_eq!(grad, (6.0, 16.0));
    let grad: (f64, [f64; 1]) = nested::grad((3.0, [4.0]));
    assert_eq!(grad, (6.0, [16.0]));
    let grad: Vec<(f64, f64)> = pairs::grad(&[(3.0, 4.0)]);
    assert_eq!(grad, [(6.0, 16.0)]);
}

#[test]
fn every_call_takes_every_shape() {
    check_hessian!(scalar(0.3));
    check!(reference(&0.3));
    check_hessian!(array([0.3, 0.7]));
    check_hessian!(array_ref(&[0.3, 0.7]));
    check_hessian!(slice(&vec![0.3, 0.7]));
    check!(vector(vec![0.3, 0.7]));
    check!(vector_ref(&vec![0.3, 0.7]));
    check!(rows(&vec![[0.3, 0.7]]));
    check!(matrix([[0.3, 0.7]]));
    check!(matrix_ref(&[[0.3, 0.7]]));
    check!(vectors(vec![vec![0.3, 0.7]]));
    check!(vectors_ref(&vec![vec![0.3, 0.7]]));
    check!(rows_of_vector(&vec![[0.3, 0.7]]));
    check!(pair((0.3, 0.7)));
    check!(nested((0.3, [0.7])));
    check!(pairs(&vec![(0.3, 0.7)]));
    check_into!(array([0.3, 0.7]));
    check_into!(array_ref(&[0.3, 0.7]));
    check_into!(slice(&vec![0.3, 0.7, 0.9]));
    check_into!(vector(vec![0.3, 0.7]));
    check_into!(rows(&vec![[0.3, 0.7], [0.1, 0.2]]));
    check_into!(matrix([[0.3, 0.7]]));
    check_into!(vectors_ref(&vec![vec![0.3, 0.7], vec![], vec![0.1]]));
    check_into!(pairs(&vec![(0.3, 0.7), (0.1, 0.2)]));
}

#[differentiable]
fn mixed(a: f64, xs: &[f64], b: f32, m: &[[f64; 2]; 2]) -> f64 {
    a * xs[0] * b as f64 + m[1][0] * xs[1] + m[0][1] * a
}

#[differentiable]
fn in_single(xs: &[f32], a: [f32; 2]) -> f32 {
    xs[0] * a[0] + xs[1] * xs[1] * a[1]
}

#[test]
fn several_parameters_give_a_tuple() {
    let grad: (f64, Vec<f64>, f32, [[f64; 2]; 2]) =
        mixed::grad(2.0, &[3.0, 4.0], 0.5, &[[1.0, 2.0], [3.0, 4.0]]);
    assert_eq!(grad, (3.5, vec![1.0, 3.0], 6.0, [[0.0, 2.0], [4.0, 0.0]]));
    let (mut a, mut xs, mut b, mut m) = (9.0, [9.0; 2], 9.0, [[9.0; 2]; 2]);
    let value = mixed::grad_into(
        2.0,
        &[3.0, 4.0],
        0.5,
        &[[1.0, 2.0], [3.0, 4.0]],
        &mut a,
        &mut xs,
        &mut b,
        &mut m,
    );
    assert_eq!(value, mixed(2.0, &[3.0, 4.0], 0.5, &[[1.0, 2.0], [3.0, 4.0]]));
    assert_eq!((a, xs.to_vec(), b, m), grad);
    check!(in_single(&vec![0.3, 0.7], [0.4, 0.9]));
    check_into!(in_single(&vec![0.3, 0.7], [0.4, 0.9]));
}

#[test]
#[should_panic(expected = "3")]
fn a_length_that_does_not_fit_is_refused() {
    slice::grad_into(&[0.3, 0.7], &mut [0.0; 3]);
}

#[differentiable]
fn to_array(x: [f64; 3]) -> [f64; 2] {
    [x[0] * x[1], x[2].sin() * x[0]]
}

#[differentiable]
fn to_vector(xs: &[f64]) -> Vec<f64> {
    let mut res = vec![0.0; xs.len() + 1];
    for k in 0..xs.len() {
        res[k] += xs[k] * xs[k];
        res[k + 1] = xs[k] * 3.0;
    }
    res
}

#[differentiable]
fn to_matrix(x: f64, y: f64) -> [[f64; 2]; 2] {
    [[x * y, x], [y.exp(), 2.0]]
}

#[differentiable]
fn to_vectors(x: f64, #[constant] n: usize) -> Vec<Vec<f64>> {
    let mut res = Vec::new();
    for k in 0..n {
        res.push(vec![x.powi(k as i32); k]);
    }
    res
}

#[differentiable]
fn to_parts(xs: &[f64], y: f64) -> (f64, [f64; 2], Vec<f64>) {
    (xs[0] * y, [y, y * y], vec![xs[1]; 2])
}

#[differentiable]
fn to_two_scalars(x: f64, y: f64) -> [f64; 2] {
    [x * y, x - y]
}

#[test]
fn results_of_each_shape() {
    check_jacobian!(to_array([0.3, 0.7, 1.1]));
    check_jacobian!(to_vector(&vec![0.3, 0.7, 1.1]));
    check_map!(to_matrix(0.3, 0.7));
    check_map!(to_vectors(0.7, const 3));
    check_map!(to_parts(&vec![0.3, 0.7], 1.1));
    check_jacobian!(to_two_scalars(0.3, 0.7));
    let jacobian: SMatrix<f64, 2, 3> = to_array::jacobian([2.0, 3.0, 0.0]);
    assert_eq!(jacobian, SMatrix::<f64, 2, 3>::new(3.0, 2.0, 0.0, 0.0, 0.0, 2.0));
    let jacobian: DMatrix<f64> = to_vector::jacobian(&[2.0]);
    assert_eq!(jacobian, DMatrix::from_row_slice(2, 1, &[4.0, 3.0]));
    let hessian: SMatrix<f64, 2, 2> = array::hessian([3.0, 4.0]);
    assert_eq!(hessian, SMatrix::<f64, 2, 2>::new(2.0, 0.0, 0.0, 4.0));
    let hessian: DMatrix<f64> = slice::hessian(&[3.0, 4.0]);
    assert_eq!(hessian, DMatrix::from_row_slice(2, 2, &[2.0, 0.0, 0.0, 4.0]));
}

/// A closure from `vjp` may be called once, and outlives the call that made it.
#[test]
fn a_pullback_waits_for_its_seed() {
    let xs = vec![3.0, 4.0];
    let pullbacks: Vec<_> = (0..2).map(|_| slice::vjp(&xs)).collect();
    let sums: Vec<f64> = pullbacks
        .into_iter()
        .map(|(value, pullback)| value + pullback(2.0).iter().sum::<f64>())
        .collect();
    assert_eq!(sums, [41.0 + 44.0; 2]);
}
