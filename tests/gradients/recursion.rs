//! Functions that call themselves, and each other.

use crate::check::{check, check_hessian, check_into, check_jacobian};
use differentiable::differentiable;

#[differentiable]
fn power(x: f64, #[constant] n: u32) -> f64 {
    if n == 0 { 1.0 } else { x * power(x, n - 1) }
}

#[differentiable]
fn power_by_squaring(x: f64, #[constant] n: u32) -> f64 {
    match n {
        0 => 1.0,
        n if n % 2 == 0 => {
            let half = power_by_squaring(x, n / 2);
            half * half
        }
        n => power_by_squaring(x, n - 1) * x,
    }
}

/// Two calls of itself; also the recurrence of the Chebyshev polynomials.
#[differentiable]
fn chebyshev(x: f64, #[constant] n: u32) -> f64 {
    if n == 0 {
        return 1.0;
    }
    if n == 1 {
        return x;
    }
    2.0 * x * chebyshev(x, n - 1) - chebyshev(x, n - 2)
}

/// The depth depends on the active value.
#[differentiable]
fn reduced_sine(x: f64) -> f64 {
    if x.abs() < 0.05 {
        return x - x.powi(3) / 6.0 + x.powi(5) / 120.0;
    }
    let third = reduced_sine(x / 3.0);
    3.0 * third - 4.0 * third.powi(3)
}

#[test]
fn scalars_through_recursion() {
    for n in 0..5 {
        check_hessian!(power(1.2, const n));
        check_hessian!(power_by_squaring(-0.8, const n));
        check_hessian!(chebyshev(0.7, const n));
    }
    check_hessian!(reduced_sine(1.2));
    check_hessian!(reduced_sine(0.01));
}

/// Pairwise summation of squares.
#[differentiable]
fn pairwise(xs: &[f64]) -> f64 {
    if xs.len() <= 2 {
        let mut sum = 0.0;
        for k in 0..xs.len() {
            sum += xs[k] * xs[k];
        }
        return sum;
    }
    let (left, right) = xs.split_at(xs.len() / 2);
    pairwise(left) * 0.9 + pairwise(right)
}

#[differentiable]
fn continued_fraction(xs: &[f64]) -> f64 {
    if xs.len() == 1 {
        xs[0]
    } else {
        xs[0] + 1.0 / continued_fraction(&xs[1..])
    }
}

/// In-place Haar transform: the buffer is written at every depth.
#[differentiable]
fn haar(xs: &mut [f64], #[constant] n: usize) {
    if n < 2 {
        return;
    }
    let half = n / 2;
    let mut low = vec![0.0; half];
    let mut high = vec![0.0; half];
    for k in 0..half {
        low[k] = (xs[2 * k] + xs[2 * k + 1]) / 2.0;
        high[k] = xs[2 * k] * xs[2 * k + 1];
    }
    xs[..half].copy_from_slice(&low);
    xs[half..n].copy_from_slice(&high);
    haar(xs, half);
}

#[differentiable]
fn haar_energy(xs: &[f64]) -> f64 {
    let mut a = xs.to_vec();
    haar(&mut a, xs.len());
    let mut res = 0.0;
    for (k, x) in a.iter().enumerate() {
        res += (k + 1) as f64 * x * x;
    }
    res
}

#[differentiable]
fn rotate(p: [f64; 2], angle: f64, #[constant] n: usize) -> [f64; 2] {
    if n == 0 {
        return p;
    }
    let (sin, cos) = angle.sin_cos();
    rotate(
        [cos * p[0] - sin * p[1], sin * p[0] + cos * p[1]],
        angle * 0.5,
        n - 1,
    )
}

#[test]
fn slices_and_arrays_through_recursion() {
    check!(pairwise(&vec![0.3, 0.8, -0.4, 1.2, 0.5, -0.9, 0.1]));
    check_into!(pairwise(&vec![0.3]));
    check_hessian!(continued_fraction(&vec![0.3, 0.8, 1.4, 1.2]));
    check!(haar_energy(&vec![0.3, 0.8, -0.4, 1.2, 0.5, -0.9, 0.1, 0.7]));
    check_jacobian!(rotate_twice([0.3, 0.8]));
}

#[differentiable]
fn rotate_twice(p: [f64; 2]) -> [f64; 2] {
    rotate(p, p[0], 2)
}

/// Adaptive quadrature of a bump whose width is differentiated.
#[differentiable]
fn adaptive(a: f64, b: f64, width: f64, #[constant] depth: u32) -> f64 {
    let middle = 0.5 * (a + b);
    let coarse = simpson(a, b, width);
    let fine = simpson(a, middle, width) + simpson(middle, b, width);
    if depth == 0 || (coarse - fine).abs() < 1e-9 {
        return fine + (fine - coarse) / 15.0;
    }
    adaptive(a, middle, width, depth - 1) + adaptive(middle, b, width, depth - 1)
}

#[differentiable]
fn simpson(a: f64, b: f64, width: f64) -> f64 {
    (b - a) / 6.0 * (bump(a, width) + 4.0 * bump(0.5 * (a + b), width) + bump(b, width))
}

#[differentiable]
fn bump(x: f64, width: f64) -> f64 {
    (-(x / width).powi(2)).exp()
}

#[test]
fn recursion_with_calls_of_others() {
    check!(adaptive(-0.5, 1.5, 0.7, const 3));
}

#[differentiable]
fn even(x: f64, #[constant] n: u32) -> f64 {
    if n == 0 { x } else { odd(x * x, n - 1) + x }
}

#[differentiable]
fn odd(x: f64, #[constant] n: u32) -> f64 {
    if n == 0 { 1.0 } else { even(x.sin(), n - 1) * x }
}

mod expression {
    use differentiable::differentiable;

    /// Grammar of nested sums and products over a list of numbers: `sum = product { + product }`.
    #[differentiable]
    pub(super) fn sum(xs: &[f64], #[constant] depth: usize) -> f64 {
        let mut res = 0.0;
        for k in 0..xs.len() {
            res += self::product(&xs[k..], depth);
        }
        res
    }

    #[differentiable]
    pub(super) fn product(xs: &[f64], #[constant] depth: usize) -> f64 {
        let mut res = 1.0;
        for x in xs {
            res *= x + 1.0;
        }
        if depth > 0 && xs.len() > 1 {
            res *= super::expression::sum(&xs[1..], depth - 1);
        }
        res
    }
}

#[test]
fn functions_call_each_other() {
    for n in 0..5 {
        check_hessian!(even(0.8, const n));
        check_hessian!(odd(0.8, const n));
    }
    check!(expression::sum(&vec![0.3, -0.4, 0.7], const 2));
    check_into!(expression::product(&vec![0.3, -0.4, 0.7], const 1));
}
