//! Every shape of parameters and results.

use differentiable::differentiable;
use nalgebra::{DMatrix, SMatrix};

#[differentiable]
fn square(x: f64) -> f64 {
    x * x
}

#[test]
fn one_scalar() {
    assert_eq!(square(3.0), 9.0);
    let grad: f64 = square::grad(3.0);
    assert_eq!(grad, 6.0);
    assert_eq!(square::value_and_grad(3.0), (9.0, 6.0));
    let mut into = 1.0;
    assert_eq!(square::grad_into(3.0, &mut into), 9.0);
    assert_eq!(into, 6.0);
    assert_eq!(square::jvp(3.0, 2.0), (9.0, 12.0));
    let (value, pullback) = square::vjp(3.0);
    assert_eq!((value, pullback(2.0)), (9.0, 12.0));
    assert_eq!(square::hvp(3.0, 2.0), 4.0);
    assert_eq!(square::hessian(3.0), 2.0);
}

#[differentiable]
fn product(x: f64, y: f64) -> f64 {
    x * x * y
}

#[test]
fn several_scalars() {
    let grad: (f64, f64) = product::grad(3.0, 2.0);
    assert_eq!(grad, (12.0, 9.0));
    let (mut x, mut y) = (0.0, 0.0);
    assert_eq!(product::grad_into(3.0, 2.0, &mut x, &mut y), 18.0);
    assert_eq!((x, y), (12.0, 9.0));
    assert_eq!(product::jvp(3.0, 2.0, (1.0, 10.0)), (18.0, 102.0));
    let (_, pullback) = product::vjp(3.0, 2.0);
    assert_eq!(pullback(2.0), (24.0, 18.0));
    assert_eq!(product::hvp(3.0, 2.0, (1.0, 0.0)), (4.0, 6.0));
    let hessian: SMatrix<f64, 2, 2> = product::hessian(3.0, 2.0);
    assert_eq!(hessian, SMatrix::<f64, 2, 2>::new(4.0, 6.0, 6.0, 0.0));
}

#[differentiable]
fn norm(x: [f64; 3]) -> f64 {
    x[0] * x[0] + x[1] * x[1] + x[2] * x[2]
}

#[test]
fn an_array_by_value() {
    let x = [1.0, 2.0, 3.0];
    let grad: [f64; 3] = norm::grad(x);
    assert_eq!(grad, [2.0, 4.0, 6.0]);
    let mut into = [9.0; 3];
    assert_eq!(norm::grad_into(x, &mut into), 14.0);
    assert_eq!(into, grad);
    assert_eq!(norm::jvp(x, [1.0, 0.0, 1.0]), (14.0, 8.0));
    let (_, pullback) = norm::vjp(x);
    assert_eq!(pullback(2.0), [4.0, 8.0, 12.0]);
    assert_eq!(norm::hvp(x, [1.0, 0.0, 1.0]), [2.0, 0.0, 2.0]);
    let hessian: SMatrix<f64, 3, 3> = norm::hessian(x);
    assert_eq!(hessian, SMatrix::<f64, 3, 3>::identity() * 2.0);
}

#[differentiable]
fn array_ref<const N: usize>(x: &[f64; N]) -> f64 {
    let mut res = 0.0;
    for i in 0..N {
        res += x[i] * x[i] * x[i];
    }
    res
}

#[test]
fn an_array_by_reference_of_any_length() {
    let x = [1.0, 2.0];
    let grad: [f64; 2] = array_ref::grad(&x);
    assert_eq!(grad, [3.0, 12.0]);
    let mut into = [9.0; 2];
    assert_eq!(array_ref::grad_into(&x, &mut into), 9.0);
    assert_eq!(into, grad);
    assert_eq!(array_ref::jvp(&x, &[1.0, 1.0]), (9.0, 15.0));
    let (_, pullback) = array_ref::vjp(&x);
    assert_eq!(pullback(2.0), [6.0, 24.0]);
    assert_eq!(array_ref::hvp(&x, &[1.0, 1.0]), [6.0, 12.0]);
    let hessian: SMatrix<f64, 2, 2> = array_ref::hessian(&x);
    assert_eq!(hessian, SMatrix::<f64, 2, 2>::new(6.0, 0.0, 0.0, 12.0));
}

#[differentiable]
fn cubes<'a>(x: &'a [f64]) -> f64 {
    let mut res = 0.0;
    for v in x {
        res += v * v * v;
    }
    res
}

#[test]
fn a_slice() {
    let x = vec![1.0, 2.0, 3.0];
    let grad: Vec<f64> = cubes::grad(&x);
    assert_eq!(grad, [3.0, 12.0, 27.0]);
    let mut into = vec![9.0; 3];
    assert_eq!(cubes::grad_into(&x, &mut into), 36.0);
    assert_eq!(into, grad);
    assert_eq!(cubes::jvp(&x, &[1.0, 1.0, 0.0]), (36.0, 15.0));
    let (_, pullback) = cubes::vjp(&x);
    assert_eq!(pullback(2.0), [6.0, 24.0, 54.0]);
    assert_eq!(cubes::hvp(&x, &[1.0, 1.0, 0.0]), [6.0, 12.0, 0.0]);
    let hessian: DMatrix<f64> = cubes::hessian(&x);
    assert_eq!(
        hessian,
        DMatrix::from_diagonal(&nalgebra::dvector![6.0, 12.0, 18.0])
    );
}

#[test]
#[should_panic(expected = "the gradient has length 2, but its argument has length 3")]
fn a_gradient_that_is_too_short_is_a_panic() {
    cubes::grad_into(&[1.0, 2.0, 3.0], &mut [0.0; 2]);
}

#[test]
#[should_panic(expected = "the tangent has length 4, but its argument has length 3")]
fn a_tangent_that_is_too_long_is_a_panic() {
    cubes::jvp(&[1.0, 2.0, 3.0], &[0.0; 4]);
}

#[test]
fn an_empty_slice() {
    assert_eq!(cubes::value_and_grad(&[]), (0.0, vec![]));
    assert_eq!(cubes::hessian(&[]).shape(), (0, 0));
}

#[differentiable]
fn vec_by_value(v: Vec<f64>) -> f64 {
    let mut v = v;
    v[0] *= v[1];
    v[0] * v[1]
}

#[differentiable]
fn vec_by_reference(v: &Vec<f64>) -> f64 {
    v[0] * v[1] * v[1]
}

#[test]
fn vectors() {
    let v = vec![2.0, 3.0];
    assert_eq!(vec_by_value::value_and_grad(v.clone()), (18.0, vec![9.0, 12.0]));
    assert_eq!(vec_by_reference::value_and_grad(&v), (18.0, vec![9.0, 12.0]));
    let (_, pullback) = vec_by_value::vjp(v.clone());
    assert_eq!(pullback(1.0), [9.0, 12.0]);
    let (_, pullback) = vec_by_reference::vjp(&v);
    assert_eq!(pullback(1.0), [9.0, 12.0]);
    assert_eq!(vec_by_value::jvp(v.clone(), vec![1.0, 0.0]), (18.0, 9.0));
    assert_eq!(vec_by_reference::jvp(&v, &vec![1.0, 0.0]), (18.0, 9.0));
    assert_eq!(vec_by_value::hvp(v.clone(), vec![1.0, 0.0]), [0.0, 6.0]);
    assert_eq!(vec_by_reference::hvp(&v, &[1.0, 0.0]), [0.0, 6.0]);
    assert_eq!(vec_by_value::hessian(v.clone()), vec_by_reference::hessian(&v));
    let mut into = [7.0; 2];
    assert_eq!(vec_by_value::grad_into(v, &mut into), 18.0);
    assert_eq!(into, [9.0, 12.0]);
}

#[differentiable]
fn mixed(x: f64, xs: &[f64], #[constant] n: usize, s: &f64, m: &[[f64; 2]]) -> f64 {
    x * xs[n] * s + m[1][0] * m[1][1]
}

#[test]
fn several_parameters_of_different_shapes() {
    let (xs, m) = ([1.0, 2.0], [[0.0, 0.0], [3.0, 4.0]]);
    let (value, (x, v, s, rows)): (f64, (f64, Vec<f64>, f64, Vec<[f64; 2]>)) =
        mixed::value_and_grad(5.0, &xs, 1, &10.0, &m);
    assert_eq!(value, 112.0);
    assert_eq!(
        (x, v, s, rows),
        (20.0, vec![0.0, 50.0], 10.0, vec![[0.0, 0.0], [4.0, 3.0]])
    );
    let (mut x, mut v, mut s, mut rows) = (1.0, [1.0; 2], 1.0, [[1.0; 2]; 2]);
    let value = mixed::grad_into(5.0, &xs, 1, &10.0, &m, &mut x, &mut v, &mut s, &mut rows);
    assert_eq!(value, 112.0);
    assert_eq!(
        (x, v, s, rows),
        (20.0, [0.0, 50.0], 10.0, [[0.0, 0.0], [4.0, 3.0]])
    );
    let tangent = (1.0, &[0.0, 1.0][..], &0.0, &[[0.0, 0.0], [1.0, 0.0]][..]);
    assert_eq!(mixed::jvp(5.0, &xs, 1, &10.0, &m, tangent), (112.0, 74.0));
    let (_, pullback) = mixed::vjp(5.0, &xs, 1, &10.0, &m);
    assert_eq!(
        pullback(1.0),
        (20.0, vec![0.0, 50.0], 10.0, vec![[0.0, 0.0], [4.0, 3.0]])
    );
    let hvp = mixed::hvp(5.0, &xs, 1, &10.0, &m, tangent);
    assert_eq!(hvp, (10.0, vec![0.0, 10.0], 7.0, vec![[0.0, 0.0], [0.0, 1.0]]));
    let hessian: DMatrix<f64> = mixed::hessian(5.0, &xs, 1, &10.0, &m);
    assert_eq!(hessian.shape(), (8, 8));
    assert_eq!(
        (hessian[(0, 2)], hessian[(2, 0)], hessian[(6, 7)]),
        (10.0, 10.0, 1.0)
    );
}

#[differentiable]
fn tuples((a, b): (f64, [f64; 2]), c: (f64, f64)) -> (f64, usize, [f64; 2]) {
    (a * c.0, 7, [b[0] * c.1, b[1] * b[1]])
}

#[test]
fn tuples_in_and_out() {
    let (p, c) = ((2.0, [3.0, 4.0]), (5.0, 6.0));
    assert_eq!(tuples(p, c), (10.0, 7, [18.0, 16.0]));
    let (_, dot) = tuples::jvp(p, c, ((1.0, [0.0, 1.0]), (0.0, 1.0)));
    assert_eq!((dot.0, dot.2), (5.0, [3.0, 8.0]));
    let (_, pullback) = tuples::vjp(p, c);
    assert_eq!(
        pullback((1.0, 0, [10.0, 100.0])),
        ((5.0, [60.0, 800.0]), (2.0, 30.0))
    );
}

#[differentiable]
fn tuple_to_scalar(p: (f64, [f64; 2]), q: (f64, f64)) -> f64 {
    p.0 * p.1[0] * q.1 + p.1[1] * q.0
}

#[test]
fn a_gradient_of_tuples() {
    let (p, q) = ((2.0, [3.0, 4.0]), (5.0, 6.0));
    let wanted = ((18.0, [12.0, 5.0]), (4.0, 6.0));
    assert_eq!(tuple_to_scalar::value_and_grad(p, q), (56.0, wanted));
    let mut into = ((0.5, [0.5, 0.5]), (0.5, 0.5));
    assert_eq!(tuple_to_scalar::grad_into(p, q, &mut into.0, &mut into.1), 56.0);
    assert_eq!(into, wanted);
    let tangent = ((1.0, [0.0, 0.0]), (0.0, 0.0));
    assert_eq!(
        tuple_to_scalar::hvp(p, q, tangent),
        ((0.0, [6.0, 0.0]), (0.0, 3.0))
    );
    assert_eq!(tuple_to_scalar::hessian(p, q)[(1, 0)], 6.0);
}

#[differentiable]
fn polar(r: f64, t: f64) -> [f64; 2] {
    [r * t, r + t]
}

#[differentiable]
fn scaled<const N: usize>(x: [f64; N], s: f64) -> [f64; N] {
    let mut res = x;
    for i in 0..N {
        res[i] = x[i] * s;
    }
    res
}

#[differentiable]
fn running(x: &[f64]) -> Vec<f64> {
    let mut res = vec![0.0; x.len()];
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum += x[i];
        res[i] = sum * x[0];
    }
    res
}

#[differentiable]
fn two_of_many(x: [f64; 12]) -> [f64; 2] {
    let mut sum = 0.0;
    for v in x {
        sum += v;
    }
    [sum, x[0] * x[11]]
}

#[test]
fn jacobians() {
    let jacobian: SMatrix<f64, 2, 2> = polar::jacobian(2.0, 3.0);
    assert_eq!(jacobian, SMatrix::<f64, 2, 2>::new(3.0, 2.0, 1.0, 1.0));
    let jacobian: DMatrix<f64> = scaled::jacobian([1.0, 2.0], 3.0);
    assert_eq!(jacobian, nalgebra::dmatrix![3.0, 0.0, 1.0; 0.0, 3.0, 2.0]);
    let jacobian: DMatrix<f64> = running::jacobian(&[1.0, 2.0]);
    assert_eq!(jacobian, nalgebra::dmatrix![2.0, 0.0; 4.0, 1.0]);
    assert_eq!(running::jacobian(&[]).shape(), (0, 0));
    let mut x = [1.0; 12];
    x[11] = 5.0;
    let jacobian: SMatrix<f64, 2, 12> = two_of_many::jacobian(x);
    assert_eq!(
        (jacobian[(0, 7)], jacobian[(1, 0)], jacobian[(1, 7)]),
        (1.0, 5.0, 0.0)
    );
    let (_, pullback) = running::vjp(&[1.0, 2.0]);
    assert_eq!(pullback(vec![1.0, 10.0]), [42.0, 10.0]);
    let (_, pullback) = scaled::vjp([1.0, 2.0], 3.0);
    assert_eq!(pullback([1.0, 10.0]), ([3.0, 30.0], 21.0));
}

#[differentiable]
fn step(x: f64, state: &mut [f64], rest: &mut [f64; 2], sum: &mut f64) {
    state[0] *= x;
    rest[1] += state[0];
    *sum += x * rest[1];
}

#[test]
fn buffers_have_a_jvp() {
    let (mut state, mut rest, mut sum) = ([3.0], [0.0, 1.0], 2.0);
    let (mut state_dot, mut rest_dot, mut sum_dot) = ([0.0], [0.0; 2], 0.0);
    let tangent = (1.0, &mut state_dot[..], &mut rest_dot, &mut sum_dot);
    step::jvp(2.0, &mut state, &mut rest, &mut sum, tangent);
    assert_eq!((state, rest, sum), ([6.0], [0.0, 7.0], 16.0));
    assert_eq!((state_dot, rest_dot, sum_dot), ([3.0], [0.0, 3.0], 13.0));
}

#[differentiable]
fn with_buffers(x: f64, y: f64) -> f64 {
    let mut state = [x, y];
    let mut rest = [0.0, 1.0];
    let mut sum = 0.0;
    step(y, &mut state, &mut rest, &mut sum);
    step(x, &mut state[..1], &mut rest, &mut sum);
    sum * state[1] + rest[1]
}

#[test]
fn buffers_are_differentiated_through_calls() {
    differentiable::check_grad(with_buffers, with_buffers::grad, (1.3, 0.7)).expect("the gradient is right");
    let hessian = with_buffers::hessian(1.3, 0.7);
    let row = with_buffers::hvp(1.3, 0.7, (1.0, 0.0));
    assert_eq!((hessian[(0, 0)], hessian[(0, 1)]), row);
}

#[differentiable]
fn single(x: f32, xs: &[f32]) -> f32 {
    x * xs[0] * xs[0]
}

#[test]
fn floats_of_32_bits() {
    let grad: (f32, Vec<f32>) = single::grad(2.0, &[3.0]);
    assert_eq!(grad, (9.0, vec![12.0]));
    let hessian: DMatrix<f32> = single::hessian(2.0, &[3.0]);
    assert_eq!(hessian, nalgebra::dmatrix![0.0, 6.0; 6.0, 4.0]);
}
