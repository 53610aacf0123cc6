//! Every function and operator of std's floats: as method, as path call, on references, at `f64` and `f32`.

use crate::check::{check, check_hessian, check_into};
use differentiable::differentiable;

/// One module a function: every way to write its call, at both floats. The literals are points inside its domain.
macro_rules! unary {
    ($($name:ident at $($at:literal),+;)*) => {$(
        mod $name {
            use crate::check::{check, check_hessian};
            use differentiable::differentiable;

            #[differentiable]
            fn method(x: f64) -> f64 {
                x.$name()
            }

            #[differentiable]
            fn path(x: f64) -> f64 {
                2.0 * f64::$name(x)
            }

            #[differentiable]
            fn reference(x: f64) -> f64 {
                let x = &x;
                x.$name() * *x
            }

            #[differentiable]
            fn single(x: f32) -> f32 {
                x.$name()
            }

            #[differentiable]
            fn single_path(x: f32, scale: f32) -> f32 {
                scale * f32::$name(x)
            }

            #[test]
            fn agrees() {
                $(
                    check_hessian!(method($at));
                    check_hessian!(path($at));
                    check_hessian!(reference($at));
                    check!(single($at));
                    check!(single_path($at, 0.5));
                )+
            }
        }
    )*};
}

/// As `unary!`, for functions of two floats.
macro_rules! binary {
    ($($name:ident at $(($x:literal, $y:literal)),+;)*) => {$(
        mod $name {
            use crate::check::{check, check_hessian};
            use differentiable::differentiable;

            #[differentiable]
            fn method(x: f64, y: f64) -> f64 {
                x.$name(y)
            }

            #[differentiable]
            fn path(x: f64, y: f64) -> f64 {
                f64::$name(x, y) * y
            }

            #[differentiable]
            fn references(x: f64, y: f64) -> f64 {
                let (x, y) = (&x, &y);
                x.$name(*y)
            }

            #[differentiable]
            fn by_first(x: f64, #[constant] y: f64) -> f64 {
                x.$name(y)
            }

            #[differentiable]
            fn by_second(#[constant] x: f64, y: f64) -> f64 {
                x.$name(y)
            }

            #[differentiable]
            fn single(x: f32, y: f32) -> f32 {
                x.$name(y) + f32::$name(x, y)
            }

            #[test]
            fn agrees() {
                $(
                    check_hessian!(method($x, $y));
                    check_hessian!(path($x, $y));
                    check_hessian!(references($x, $y));
                    check!(by_first($x, const $y));
                    check!(by_second(const $x, $y));
                    check!(single($x, $y));
                )+
            }
        }
    )*};
}

mod one_argument {
    unary! {
        sqrt at 0.4, 3.0;
        cbrt at -1.5, 2.0;
        exp at -1.0, 0.7;
        exp2 at -1.0, 0.7;
        exp_m1 at -0.5, 0.001;
        ln at 0.6, 3.0;
        ln_1p at -0.3, 0.001, 2.0;
        log2 at 0.6, 3.0;
        log10 at 0.6, 3.0;
        sin at -1.2, 0.0, 2.5;
        cos at -1.2, 0.0, 2.5;
        tan at -0.8, 0.3;
        asin at -0.6, 0.3;
        acos at -0.6, 0.3;
        atan at -1.2, 0.3;
        sinh at -1.2, 0.3;
        cosh at -1.2, 0.3;
        tanh at -1.2, 0.3;
        asinh at -1.2, 0.3;
        acosh at 1.5, 3.0;
        atanh at -0.5, 0.3;
        abs at -1.2, 0.3;
        recip at -1.2, 0.6;
        to_degrees at -1.2, 0.3;
        to_radians at -1.2, 0.3;
        fract at -1.3, 2.4;
        signum at -1.2, 0.3;
        floor at -1.3, 2.4;
        ceil at -1.3, 2.4;
        round at -1.3, 2.4;
        round_ties_even at -1.3, 2.4;
        trunc at -1.3, 2.4;
    }
}

mod two_arguments {
    binary! {
        powf at (0.7, 1.5), (2.0, -0.5), (1.3, 3.0);
        log at (0.8, 2.5), (3.0, 0.4);
        atan2 at (0.7, 1.5), (-0.8, -1.1), (1.2, -0.6);
        hypot at (0.7, 1.5), (-0.8, 1.1);
        max at (0.7, 1.5), (1.4, -0.3);
        min at (0.7, 1.5), (1.4, -0.3);
        copysign at (0.7, 1.5), (0.7, -1.5), (-0.7, 1.5);
        rem_euclid at (2.4, 0.9), (-2.4, 0.9);
        div_euclid at (2.4, 0.9), (-2.4, 0.9);
    }
}

#[differentiable]
fn sine_and_cosine(x: f64) -> f64 {
    let (sin, cos) = x.sin_cos();
    sin * sin * cos
}

#[differentiable]
fn sine_and_cosine_by_path(x: f32) -> f32 {
    let (sin, cos) = f32::sin_cos(x);
    sin - 2.0 * cos
}

#[differentiable]
fn only_the_cosine(x: f64) -> f64 {
    x.sin_cos().1 * x
}

#[test]
fn sin_cos_gives_two_values() {
    check_hessian!(sine_and_cosine(0.8));
    check!(sine_and_cosine_by_path(0.8));
    check_hessian!(only_the_cosine(-2.1));
}

#[differentiable]
fn integer_powers(x: f64) -> f64 {
    x.powi(0) + x.powi(1) + x.powi(2) - x.powi(3) + x.powi(4) + 0.25 * x.powi(7) + f64::powi(x, -2)
}

#[differentiable]
fn power_of_a_parameter(x: f64, #[constant] n: i32) -> f64 {
    x.powi(n) + x.powi(2 * n - 1)
}

#[differentiable]
fn power_of_an_index(x: f32, #[constant] degree: usize) -> f32 {
    let mut res = 0.0;
    for k in 0..=degree {
        res += x.powi(k as i32) / (k + 1) as f32;
    }
    res
}

#[test]
fn powi_takes_any_integer() {
    check_hessian!(integer_powers(1.3));
    check_hessian!(integer_powers(-0.8));
    for n in -3..=5 {
        check_hessian!(power_of_a_parameter(-1.2, const n));
    }
    check!(power_of_an_index(0.8, const 4));
    check!(power_of_an_index(0.8, const 0));
}

/// Exponents that a person would write as roots and products.
#[differentiable]
fn constant_powers(x: f64) -> f64 {
    x.powf(0.5) + x.powf(-0.5) + x.powf(1.5) + x.powf(2.0) - x.powf(-3.0) + x.powf(1.0 / 3.0) + x.powf(2.7)
}

#[differentiable]
fn power_of_a_constant(x: f64) -> f64 {
    2.0_f64.powf(x) + (0.3_f64).powf(2.0 * x) - f64::powf(1.5, -x)
}

#[differentiable]
fn power_of_itself(x: f64) -> f64 {
    x.powf(x)
}

#[test]
fn powf_in_both_arguments() {
    check_hessian!(constant_powers(1.7));
    check_hessian!(constant_powers(0.6));
    check_hessian!(power_of_a_constant(-0.4));
    check_hessian!(power_of_itself(1.4));
}

#[differentiable]
fn fused(a: f64, b: f64, c: f64) -> f64 {
    a.mul_add(b, c) * f64::mul_add(c, a, 1.0) + b.mul_add(b, b)
}

#[differentiable]
fn fused_single(a: f32, b: f32, c: f32) -> f32 {
    a.mul_add(b, -c) + 2.0_f32.mul_add(a, c)
}

#[test]
fn mul_add_has_three_slopes() {
    check_hessian!(fused(0.7, -1.2, 0.4));
    check!(fused_single(0.7, -1.2, 0.4));
}

#[differentiable]
fn clamped(x: f64, lo: f64, hi: f64) -> f64 {
    x * x.clamp(lo, hi) + f64::clamp(lo * hi, 0.0, 1.0)
}

#[differentiable]
fn clamped_to_literals(x: f32) -> f32 {
    x.clamp(-1.0, 1.0) * x
}

#[test]
fn clamp_inside_and_outside() {
    check_hessian!(clamped(0.5, 0.2, 1.5));
    check_hessian!(clamped(0.1, 0.2, 1.5));
    check_hessian!(clamped(1.9, 0.2, 1.5));
    check!(clamped_to_literals(0.4));
    check!(clamped_to_literals(2.4));
}

#[differentiable]
fn remainder(x: f64, y: f64) -> f64 {
    x % y + (3.0 * x) % 1.5 + 7.5 % y
}

#[differentiable]
fn remainder_single(x: f32, y: f32) -> f32 {
    x % y
}

#[test]
fn the_remainder_has_slope_one_and_minus_the_quotient() {
    check_hessian!(remainder(2.4, 0.7));
    check_hessian!(remainder(-2.4, 0.7));
    check_hessian!(remainder(2.4, -0.7));
    check!(remainder_single(-1.7, 0.7));
    assert_eq!(remainder_single::grad(7.5, 2.0), (1.0, -3.0));
    assert_eq!(remainder_single::grad(-7.5, 2.0), (1.0, 3.0));
}

#[differentiable]
fn midpoint(x: f64, y: f64) -> f64 {
    x.midpoint(y) * f64::midpoint(x, 1.0)
}

#[test]
fn the_midpoint_takes_half_of_each() {
    check_hessian!(midpoint(0.3, 1.7));
}

#[differentiable]
fn operators(x: f64, y: f64) -> f64 {
    -x + y - x * y / (1.0 + x * x) - (-(-y)) * 2.0 / y + 3.0 / x - -x
}

#[differentiable]
fn operators_on_references(xs: &[f64], y: &f64) -> f64 {
    let (a, b) = (&xs[0], &xs[1]);
    let sum = a + b;
    let product = a * *y - y * b;
    -a / &sum + &product * &product - 2.0 * b + b * 0.5
}

#[test]
fn operators_take_values_and_references() {
    check_hessian!(operators(1.2, -0.7));
    check!(operators_on_references(&vec![1.2, 0.4], &0.8));
    check_into!(operators_on_references(&vec![-0.3, 0.9], &1.1));
}

/// Methods of a literal and of an expression, chains, and functions of functions.
#[differentiable]
fn chains(x: f64) -> f64 {
    let softplus = (-x.abs()).exp().ln_1p() + x.max(0.0);
    (x.sin().cos().tanh() + 0.5).sqrt().recip() + softplus * f64::exp(-x.powi(2)) - 1.0_f64.atan2(x)
}

#[test]
fn calls_chain_and_nest() {
    check_hessian!(chains(0.7));
    check_hessian!(chains(-1.9));
}
