//! The strictest crate there is takes generated code without a warning.
#![deny(
    warnings,
    unused,
    nonstandard_style,
    future_incompatible,
    missing_docs,
    unreachable_pub
)]
#![deny(
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    unused_qualifications,
    elided_lifetimes_in_paths
)]
#![deny(
    missing_debug_implementations,
    missing_copy_implementations,
    unused_results,
    let_underscore_drop
)]
#![deny(unused_lifetimes, variant_size_differences, explicit_outlives_requirements)]
#![deny(clippy::all, clippy::pedantic, clippy::nursery)]
#![forbid(unsafe_code)]

use differentiable::differentiable;

/// Public, so its companion is seen from outside.
pub mod models {
    use differentiable::differentiable;

    /// Sum of squared residuals.
    #[differentiable]
    pub fn loss(w: &[f64], #[constant] x: &[f64], #[constant] y: &[f64]) -> f64 {
        let mut sum = 0.0;
        for i in 0..x.len() {
            let residual = w[0] + w[1] * x[i] - y[i];
            sum += residual * residual;
        }
        sum
    }

    /// Writes through a reference.
    #[differentiable]
    pub fn scale(xs: &mut [f64], by: f64) {
        for x in xs.iter_mut() {
            *x *= by;
        }
    }

    /// Several results, recursion, and a branch.
    #[differentiable]
    pub fn tower(x: f64, y: f64, #[constant] n: u32) -> (f64, [f64; 2]) {
        if n == 0 {
            return (x, [y, x * y]);
        }
        let (a, [b, c]) = tower(x * y, y, n - 1);
        (a + b, [b * c, a])
    }
}

#[differentiable]
fn private(x: f64) -> f64 {
    x.sin() * 2.0
}

#[differentiable]
const fn constant(x: f64) -> f64 {
    x * x
}

#[differentiable]
#[must_use]
#[inline(always)]
pub(crate) fn with_attributes(mut x: f64, _unused: f64) -> f64 {
    x *= 3.0;
    x
}

fn main() {
    const NINE: f64 = constant(3.0);
    assert!((private::grad(0.0) - 2.0).abs() < 1e-15);
    assert!((constant::grad(3.0) - 6.0).abs() < 1e-15 && NINE > 8.0);
    assert_eq!(with_attributes::grad(1.0, 2.0), (3.0, 0.0));
    let (value, gradient) = models::loss::value_and_grad(&[1.0, 1.0], &[1.0, 2.0], &[2.0, 4.0]);
    assert_eq!((value, gradient), (1.0, vec![-2.0, -4.0]));
    let (_, (x_dot, _)) = models::tower::jvp(1.0, 2.0, 0, (1.0, 0.0));
    assert!((x_dot - 1.0).abs() < 1e-15);
}
