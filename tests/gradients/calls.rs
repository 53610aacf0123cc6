//! Calls of annotated functions: scalars, buffers, parts of buffers, results of every shape, recursion.

use crate::check::{check, check_hessian, check_jacobian};
use differentiable::differentiable;

#[differentiable]
fn square(x: f64) -> f64 {
    x * x
}

#[differentiable]
fn scaled_dot(a: f64, x: &[f64], y: &[f64]) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        s += x[i] * y[i];
    }
    a * s
}

#[differentiable]
fn axpy(a: f64, x: &[f64], y: &mut [f64]) {
    for i in 0..x.len() {
        y[i] += a * x[i];
    }
}

#[differentiable]
fn accumulate(x: f64, sum: &mut f64) {
    *sum += x * x * *sum;
}

#[differentiable]
fn normalised(v: [f64; 3]) -> [f64; 3] {
    let n = (v[0] * v[0] + v[1] * v[1] + v[2] * v[2]).sqrt();
    [v[0] / n, v[1] / n, v[2] / n]
}

#[differentiable]
fn cross(a: &[f64; 3], b: &[f64; 3]) -> [f64; 3] {
    [
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    ]
}

#[differentiable]
fn doubled(x: &[f64]) -> Vec<f64> {
    let mut y = Vec::with_capacity(x.len());
    for v in x {
        y.push(2.0 * v * v);
    }
    y
}

#[differentiable]
fn consumed(mut x: Vec<f64>) -> Vec<f64> {
    x[0] *= x[1];
    x
}

#[differentiable]
fn polar(x: f64, y: f64) -> (f64, f64) {
    (x.hypot(y), y.atan2(x))
}

#[differentiable]
fn powers(x: f64, #[constant] n: usize) -> f64 {
    let mut p = 1.0;
    for _ in 0..n {
        p *= x;
    }
    p
}

#[differentiable]
fn scalars(x: f64, y: f64) -> f64 {
    let a = square(x) * y;
    let b = square(square(y) + a);
    a * b + square(2.0)
}

#[differentiable]
fn with_constants(x: f64) -> f64 {
    powers(x, 3) + powers(x.sin(), 2) * powers(2.0, 4)
}

#[differentiable]
fn slices(x: &[f64], y: &Vec<f64>) -> f64 {
    scaled_dot(x[0], x, y) + scaled_dot(2.0, &x[1..3], &y[..2]) * scaled_dot(0.5, x, x)
}

#[differentiable]
fn buffers(x: &[f64], a: f64) -> f64 {
    let mut y = vec![1.0; x.len()];
    axpy(a, x, &mut y);
    axpy(a * a, x, &mut y);
    axpy(0.5, &x[1..3], &mut y[..2]);
    let mut z = [a; 2];
    axpy(y[0], &y[2..], &mut z);
    scaled_dot(1.0, &y, x) + z[0] * z[1]
}

#[differentiable]
fn scalar_buffer(x: &[f64]) -> f64 {
    let mut sum = 1.0;
    for v in x {
        accumulate(*v, &mut sum);
    }
    let mut sums = [sum, 2.0];
    accumulate(x[0], &mut sums[1]);
    sums[0] * sums[1]
}

#[differentiable]
fn arrays(a: [f64; 3], b: [f64; 3]) -> f64 {
    let n = normalised(a);
    let c = cross(&n, &b);
    let d = cross(&c, &normalised(b));
    c[0] * c[1] + d[2] * n[0] + cross(&a, &b)[1]
}

#[differentiable]
fn vectors(x: &[f64]) -> f64 {
    let y = doubled(x);
    let z = doubled(&y);
    let tail: Vec<f64> = doubled(&x[1..]);
    let w = consumed(tail);
    let mut s = 0.0;
    for v in &z {
        s += v;
    }
    s * y[0] + w[0] * w[1]
}

#[differentiable]
fn annotated_result(x: &[f64]) -> f64 {
    let y: Vec<f64> = doubled(x);
    let [a, b, _] = normalised([x[0], y[1], 1.0]);
    a * b + y.iter().sum::<f64>()
}

#[differentiable]
fn tuples(x: f64, y: f64) -> f64 {
    let (r, phi) = polar(x, y);
    let p = polar(r, phi);
    r * phi + p.0 * p.1 + polar(y, x).1
}

#[differentiable]
fn returns_a_call(x: &[f64]) -> Vec<f64> {
    doubled(&doubled(x))
}

#[differentiable]
fn returns_a_named_call(x: f64, y: f64) -> [f64; 3] {
    let v = normalised([x, y, x * y]);
    v
}

#[differentiable]
fn in_a_loop(x: f64, #[constant] n: usize) -> f64 {
    let mut s = x;
    for i in 0..n {
        s = square(s) - powers(x, i);
    }
    s
}

#[differentiable]
fn in_a_branch(x: f64) -> f64 {
    let y = if x > 1.0 { square(x) } else { powers(x, 5) };
    if y > 10.0 {
        return square(y);
    }
    y + x
}

#[differentiable]
fn in_a_while(x: f64) -> f64 {
    let mut s = x;
    while s < 20.0 {
        s = square(s) + 1.0;
    }
    s
}

#[differentiable]
fn buffer_in_a_loop(x: &[f64], #[constant] n: usize) -> f64 {
    let mut y = x.to_vec();
    for _ in 0..n {
        let z = y.clone();
        axpy(0.1 * y[0], &z, &mut y);
    }
    y[0] * y[1]
}

#[differentiable]
fn factorial_like(x: f64, #[constant] n: usize) -> f64 {
    if n == 0 {
        1.0
    } else {
        (x + n as f64) * factorial_like(x, n - 1)
    }
}

#[differentiable]
fn tree_sum(x: &[f64]) -> f64 {
    if x.len() == 1 {
        return x[0] * x[0];
    }
    let half = x.len() / 2;
    tree_sum(&x[..half]) * 0.5 + tree_sum(&x[half..]) * x[0]
}

#[differentiable]
fn even_part(x: f64, #[constant] n: usize) -> f64 {
    if n == 0 { x } else { odd_part(x * x, n - 1) + 1.0 }
}

#[differentiable]
fn odd_part(x: f64, #[constant] n: usize) -> f64 {
    if n == 0 {
        x.sin()
    } else {
        even_part(x.cos(), n - 1) * x
    }
}

mod elsewhere {
    use differentiable::differentiable;

    #[differentiable]
    pub fn cube(x: f64) -> f64 {
        x * x * x
    }

    pub mod deeper {
        use differentiable::differentiable;

        #[differentiable]
        pub fn quad(x: f64) -> f64 {
            super::cube(x) * x
        }
    }
}

#[differentiable]
fn by_path(x: f64) -> f64 {
    use elsewhere::cube;
    elsewhere::cube(x) + elsewhere::deeper::quad(x) + cube(x * 2.0) + self::square(x)
}

fn not_annotated(n: usize) -> f64 {
    n as f64 * 0.5
}

#[differentiable]
fn calls_anything_on_constants(x: f64, #[constant] n: usize) -> f64 {
    x * not_annotated(n) + f64::from(u8::try_from(n).unwrap()) * x * x
}

#[differentiable]
fn swapped_scalars(x: f64, y: f64) -> f64 {
    let (mut a, mut b) = (x * y, x + y);
    std::mem::swap(&mut a, &mut b);
    let c = std::mem::replace(&mut a, x);
    let d = core::mem::take(&mut b);
    a * b + c * c * d
}

const P: [f64; 4] = [0.6, -1.3, 0.9, 1.7];

#[test]
fn scalars_go_in_and_out() {
    check_hessian!(scalars(0.7, 1.2));
    check_hessian!(with_constants(0.7));
    check!(swapped_scalars(0.7, 1.2));
    check!(calls_anything_on_constants(0.7, const 3));
}

#[test]
fn buffers_go_in_by_reference() {
    check!(slices(&P.to_vec(), &vec![0.3, -0.5, 1.1, 0.8]));
    check!(buffers(&P.to_vec(), 0.4));
    check!(scalar_buffer(&P.to_vec()));
}

#[test]
fn aggregates_come_out() {
    check!(arrays([0.6, -1.3, 0.9], [1.7, 0.4, -0.2]));
    check!(vectors(&P.to_vec()));
    check!(annotated_result(&P.to_vec()));
    check!(tuples(0.7, 1.2));
    check_jacobian!(returns_a_call(&P.to_vec()));
    check_jacobian!(returns_a_named_call(0.7, 1.2));
}

#[test]
fn calls_stand_anywhere() {
    check!(in_a_loop(0.7, const 0));
    check!(in_a_loop(0.7, const 4));
    check!(in_a_branch(0.7));
    check!(in_a_branch(1.7));
    check!(in_a_branch(4.7));
    check!(in_a_while(0.7));
    check!(buffer_in_a_loop(&P.to_vec(), const 3));
}

#[test]
fn functions_call_themselves_and_each_other() {
    check!(factorial_like(0.7, const 0));
    check!(factorial_like(0.7, const 4));
    check!(tree_sum(&P.to_vec()));
    check!(tree_sum(&P[..3].to_vec()));
    check!(even_part(0.7, const 0));
    check!(even_part(0.7, const 5));
}

#[test]
fn functions_are_called_by_any_path() {
    check!(by_path(0.7));
}
