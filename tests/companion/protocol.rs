//! What companions pass to each other: every way of passing, with and without a derivative, in all modes.

use differentiable::{check_grad, differentiable};

/// Everything by reference.
#[differentiable]
fn by_reference(
    s: &f64,
    xs: &[f64],
    a: &[f64; 2],
    v: &Vec<f64>,
    m: &[[f64; 2]],
    #[constant] n: &usize,
) -> f64 {
    s * xs[*n] * a[1] + v[0] * m[1][0] * s + a[0] * xs[0]
}

/// Everything by value.
#[differentiable]
fn by_value(
    s: f64,
    a: [f64; 2],
    v: Vec<f64>,
    t: (f64, [f64; 2]),
    #[constant] k: f64,
    #[constant] w: Vec<f64>,
) -> f64 {
    s * a[0] * v[1] + t.0 * t.1[1] * k + w[0] * s * s + a[1] * t.1[0]
}

/// Everything written to.
#[differentiable]
fn by_buffer(s: &mut f64, xs: &mut [f64], a: &mut [f64; 2], v: &mut Vec<f64>, x: f64) {
    *s *= x;
    xs[0] += *s * a[0];
    a[1] *= xs[0];
    let last = v[v.len() - 1];
    v.push(last * x);
    v[0] += a[1];
}

#[differentiable]
fn all_active(x: f64, y: f64) -> f64 {
    let (xs, a, m) = ([x, y, x * y], [y, x], [[x, y], [y * y, x]]);
    let v = vec![x * x, y];
    let first = by_reference(&y, &xs, &a, &v, &m, &2);
    let second = by_value(x, a, v.clone(), (y, [x, y]), 3.0, vec![2.0]);
    first * second
}

#[differentiable]
fn nothing_but_one(x: f64, y: f64) -> f64 {
    let (xs, a, m) = ([1.0, 2.0, 3.0], [4.0, 5.0], [[6.0, 7.0], [8.0, 9.0]]);
    let v = vec![10.0, 11.0];
    let ys = [x, y, x + y];
    let mut sum = by_reference(&x, &xs, &a, &v, &m, &1);
    sum += by_reference(&2.0, &ys, &a, &v, &m, &1);
    sum += by_reference(&2.0, &xs, &[y, x], &v, &m, &1);
    sum += by_reference(&2.0, &xs, &a, &vec![x * y], &m, &1);
    sum += by_reference(&2.0, &xs, &a, &v, &[[x, x], [y, y]], &1);
    sum += by_value(x * y, a, v.clone(), (1.0, [2.0, 3.0]), 3.0, vec![2.0]);
    sum += by_value(1.0, [x * y, y], v.clone(), (1.0, [2.0, 3.0]), 3.0, vec![2.0]);
    sum += by_value(1.0, a, vec![x, y * y], (1.0, [2.0, 3.0]), 3.0, vec![2.0]);
    sum += by_value(1.0, a, v, (y * x, [2.0, x * x]), 3.0, vec![2.0]);
    sum * sum
}

#[differentiable]
fn buffers(x: f64, y: f64) -> f64 {
    let (mut s, mut xs, mut a, mut v) = (y, [x, y], [x * y, 2.0], vec![x]);
    by_buffer(&mut s, &mut xs, &mut a, &mut v, y);
    by_buffer(&mut s, &mut xs, &mut a, &mut v, x);
    s + xs[0] * a[1] + v[2] * v[0] * v[1]
}

#[differentiable]
fn some_buffers(x: f64, y: f64) -> f64 {
    let (mut s, mut xs, mut a, mut v) = (1.0, [2.0, 3.0], [4.0, 5.0], vec![6.0]);
    by_buffer(&mut s, &mut xs, &mut a, &mut v, 7.0);
    by_buffer(&mut s, &mut xs, &mut a, &mut v, x);
    let mut other = vec![y];
    by_buffer(&mut s, &mut xs, &mut a, &mut other, 0.5);
    s * xs[0] * a[1] * 1e-4 + v[2] * other[1]
}

/// Not all of a callee's results matter to its caller, and not all have a derivative.
#[differentiable]
fn several(x: f64, #[constant] n: usize) -> (f64, usize, [f64; 2], Vec<f64>, (f64, bool, [[f64; 2]; 1])) {
    (
        x * x,
        n,
        [x, 2.0 * x],
        vec![x; n],
        (x.exp(), n > 2, [[x, x.sin()]]),
    )
}

#[differentiable]
fn parts(x: f64, y: f64) -> f64 {
    let (a, _, b, v, (e, flag, _)) = several(x * y, 2);
    let (_, _, _, w, (_, other, m)) = several(y, 3);
    let sum = a * b[1] + v[1] * w[2] + 2.0 * e;
    let sum = if flag { sum * sum } else { sum * x };
    if other { sum + m[0][1] } else { 0.0 }
}

#[differentiable]
fn recursive(x: f64, xs: &[f64], #[constant] n: usize) -> f64 {
    if n == 0 {
        return x;
    }
    xs[n - 1] * recursive(x * xs[0], &xs[..n], n - 1) + x
}

#[differentiable]
fn even(x: f64, #[constant] n: u32) -> f64 {
    if n == 0 { x } else { x * odd(x, n - 1) }
}

#[differentiable]
fn odd(x: f64, #[constant] n: u32) -> f64 {
    if n == 0 {
        1.0
    } else {
        x.sin() + even(x * 0.5, n - 1)
    }
}

#[differentiable]
fn generic<const N: usize>(x: [f64; N], y: &[f64; N]) -> [f64; N] {
    let mut res = [0.0; N];
    for i in 0..N {
        res[i] = x[i] * y[N - 1 - i];
    }
    res
}

#[differentiable]
fn calls_generic(x: f64, y: f64) -> f64 {
    let a = generic([x, y], &[y, 2.0]);
    let b = generic::<3>([x, y, x * y], &[1.0, x, y]);
    a[0] * b[1] + a[1] * b[2]
}

macro_rules! check {
    ($($f:ident),*) => {$(
        check_grad($f, $f::grad, (1.3, 0.7)).expect(stringify!($f));
        for tangent in [(1.0, 0.0), (0.0, 1.0), (0.5, -2.0)] {
            let (value, dot) = $f::jvp(1.3, 0.7, tangent);
            assert_eq!(value, $f(1.3, 0.7), stringify!($f));
            let grad = $f::grad(1.3, 0.7);
            let wanted = grad.0 * tangent.0 + grad.1 * tangent.1;
            approx::assert_relative_eq!(dot, wanted, max_relative = 1e-12);
            let along = |h: f64| $f::grad(1.3 + h * tangent.0, 0.7 + h * tangent.1);
            let (up, down) = (along(1e-5), along(-1e-5));
            let found = $f::hvp(1.3, 0.7, tangent);
            approx::assert_relative_eq!(found.0, (up.0 - down.0) / 2e-5, max_relative = 1e-6, epsilon = 1e-6);
            approx::assert_relative_eq!(found.1, (up.1 - down.1) / 2e-5, max_relative = 1e-6, epsilon = 1e-6);
        }
        let (value, pullback) = $f::vjp(1.3, 0.7);
        assert_eq!(value, $f(1.3, 0.7), stringify!($f));
        let (grad, cotangents) = ($f::grad(1.3, 0.7), pullback(2.0));
        approx::assert_relative_eq!(cotangents.0, 2.0 * grad.0, max_relative = 1e-12);
        approx::assert_relative_eq!(cotangents.1, 2.0 * grad.1, max_relative = 1e-12);
    )*};
}

#[test]
fn every_way_of_passing() {
    check!(
        all_active,
        nothing_but_one,
        buffers,
        some_buffers,
        parts,
        calls_generic
    );
}

#[test]
fn recursion() {
    #[differentiable]
    fn direct(x: f64, y: f64) -> f64 {
        recursive(x, &[y, x, y * y], 3)
    }
    #[differentiable]
    fn mutual(x: f64, y: f64) -> f64 {
        even(x * y, 5) * y
    }
    check!(direct, mutual);
}
