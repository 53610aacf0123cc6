//! `hvp` and `hessian` are forward over reverse of the same function: through loops, branches, arrays and calls.

use crate::check::{check, check_hessian, check_into};
use crate::harness::assert_near;
use differentiable::differentiable;

#[differentiable]
fn quadratic(x: &[f64; 3]) -> f64 {
    const A: [[f64; 3]; 3] = [[2.0, -1.0, 0.5], [-1.0, 3.0, 0.25], [0.5, 0.25, 1.0]];
    let mut res = 0.0;
    for i in 0..3 {
        for j in 0..3 {
            res += 0.5 * x[i] * A[i][j] * x[j];
        }
    }
    res
}

#[test]
fn the_hessian_of_a_quadratic_form_is_its_matrix() {
    let hessian = quadratic::hessian(&[0.3, -0.7, 1.1]);
    let entries: Vec<f64> = (0..9).map(|k| hessian[(k / 3, k % 3)]).collect();
    assert_near(
        "quadratic::hessian",
        &entries,
        &[2.0, -1.0, 0.5, -1.0, 3.0, 0.25, 0.5, 0.25, 1.0],
        1e-15,
    );
    check_hessian!(quadratic(&[0.3, -0.7, 1.1]));
}

#[differentiable]
fn cross_terms(x: f64, y: f64, z: f64) -> f64 {
    (x * y).sin() * z.exp() + x / (y * y + z * z)
}

#[differentiable]
fn linear(xs: &[f64]) -> f64 {
    let mut res = 0.0;
    for k in 0..xs.len() {
        res += k as f64 * xs[k];
    }
    res
}

#[test]
fn hessians_are_symmetric_and_zero_where_the_function_is_linear() {
    check_hessian!(cross_terms(0.3, 0.8, -0.4));
    check_hessian!(linear(&vec![0.3, 0.8, -0.4]));
    let hessian = linear::hessian(&[0.3, 0.8]);
    assert!(hessian.iter().all(|entry| *entry == 0.0), "{hessian}");
    assert_eq!(linear::hvp(&[0.3, 0.8], &[1.0, 1.0]), vec![0.0, 0.0]);
}

/// A product of all entries: every cross derivative is there, and the loop carries a dependence.
#[differentiable]
fn product(xs: &[f64]) -> f64 {
    let mut res = 1.0;
    for x in xs {
        res *= x;
    }
    res
}

#[differentiable]
fn logistic_map(x: f64, r: f64) -> f64 {
    let mut x = x;
    for _ in 0..6 {
        x = r * x * (1.0 - x);
    }
    x
}

#[differentiable]
fn newton_step_count_depends_on_the_input(a: f64) -> f64 {
    let mut y = a;
    while (y * y - a).abs() > 1e-13 {
        y -= (y * y - a) / (2.0 * y);
    }
    y
}

#[test]
fn through_loops() {
    check_hessian!(product(&vec![0.3, 0.8, -0.4, 1.2]));
    check_hessian!(logistic_map(0.3, 2.9));
    check_hessian!(newton_step_count_depends_on_the_input(2.0));
    let second = newton_step_count_depends_on_the_input::hessian(2.0);
    assert_near("(√a)''", &[second], &[-0.25 * 2.0_f64.powf(-1.5)], 1e-12);
}

#[differentiable]
fn piecewise(x: f64, y: f64) -> f64 {
    let mut res = x * y * y;
    if x > y {
        res *= x;
    } else if y > 1.0 {
        return y.powi(4) * x;
    }
    match res {
        r if r > 0.5 => r.ln(),
        r => r * r,
    }
}

#[test]
fn through_branches() {
    for (x, y) in [(1.3, 0.8), (0.4, 0.3), (0.3, 0.8), (0.3, 1.4)] {
        check_hessian!(piecewise(x, y));
    }
}

/// Prefix sums overwrite the array, then a product reads it.
#[differentiable]
fn prefix_sums(xs: [f64; 4]) -> f64 {
    let mut a = xs;
    for k in 1..4 {
        a[k] += a[k - 1] * a[k];
    }
    a[3] * a[1] + a[2]
}

#[differentiable]
fn through_a_vector(x: f64, #[constant] n: usize) -> f64 {
    let mut terms = Vec::with_capacity(n);
    for k in 0..n {
        terms.push((x * k as f64).sin());
    }
    let mut sum = 0.0;
    for (k, term) in terms.iter().enumerate() {
        sum += term * terms[n - 1 - k] * x;
    }
    sum
}

#[differentiable]
fn matrix_power(m: &[[f64; 2]; 2], #[constant] n: usize) -> f64 {
    let mut p = [[1.0, 0.0], [0.0, 1.0]];
    for _ in 0..n {
        let mut next = [[0.0; 2]; 2];
        for i in 0..2 {
            for j in 0..2 {
                for k in 0..2 {
                    next[i][j] += p[i][k] * m[k][j];
                }
            }
        }
        p = next;
    }
    p[0][0] + 2.0 * p[0][1] * p[1][0]
}

#[test]
fn through_arrays() {
    check_hessian!(prefix_sums([0.3, 0.8, -0.4, 1.2]));
    check_hessian!(through_a_vector(0.7, const 4));
    check!(matrix_power(&[[0.3, 0.8], [-0.4, 1.2]], const 3));
    check_into!(matrix_power(&[[0.3, 0.8], [-0.4, 1.2]], const 0));
}

#[differentiable]
fn squared_norm(xs: &[f64]) -> f64 {
    let mut res = 0.0;
    for x in xs.iter() {
        res += x * x;
    }
    res
}

#[differentiable]
fn scale_in_place(xs: &mut [f64], by: f64) {
    for k in 0..xs.len() {
        xs[k] *= by * xs[k];
    }
}

#[differentiable]
fn composed(xs: &[f64], y: f64) -> f64 {
    let mut scaled = xs.to_vec();
    let size = squared_norm(xs);
    scale_in_place(&mut scaled, y * size);
    scale_in_place(&mut scaled[1..], size);
    squared_norm(&scaled).ln() * logistic_map(y, size)
}

#[differentiable]
fn calls_in_a_loop(x: f64, #[constant] n: usize) -> f64 {
    let mut y = x;
    for k in 0..n {
        y = if k % 2 == 0 {
            cross_terms(x, y, 1.0)
        } else {
            piecewise(y, x)
        };
    }
    y
}

#[test]
fn through_calls() {
    check!(composed(&vec![0.3, 0.8, -0.4], 0.6));
    check_into!(composed(&vec![0.3, 0.8], 0.6));
    for n in 0..4 {
        check_hessian!(calls_in_a_loop(0.7, const n));
    }
}
