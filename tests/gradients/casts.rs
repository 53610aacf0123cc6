//! Constants, constant expressions, and casts between numbers.

use crate::check::{check, check_hessian, check_into, check_map};
use differentiable::differentiable;
use std::f64::consts::{FRAC_1_SQRT_2, PI};

const GRAVITY: f64 = 9.81;
const WEIGHTS: [f64; 3] = [0.5, -1.5, 2.0];
static SCALES: [[f64; 2]; 2] = [[1.0, 0.25], [-0.5, 3.0]];
const DEGREE: usize = WEIGHTS.len();

const fn cubed(x: f64) -> f64 {
    x * x * x
}

/// Standard normal density, written as textbooks write it.
#[differentiable]
fn normal_density(x: f64, mean: f64, sigma: f64) -> f64 {
    let z = (x - mean) / sigma;
    (-0.5 * z * z).exp() / (sigma * (2.0 * PI).sqrt())
}

#[differentiable]
fn fall(t: f64) -> f64 {
    const HALF: f64 = 1.0 / 2.0;
    let drag = cubed(0.5) * f64::EPSILON.sqrt().max(1e-2);
    HALF * GRAVITY * t.powi(2) - drag * t.powi(3) * std::f64::consts::E / core::f64::consts::TAU
}

#[differentiable]
fn literals(x: f64) -> f64 {
    1.0 * x + 2. * x - 1e-3 * x * x + 1_000.5e-3 * x + 3f64 * x / 7.0_f64 - 0.1 + FRAC_1_SQRT_2 * x.sin()
}

#[differentiable]
fn polynomial_of_a_constant_table(x: f64) -> f64 {
    let mut res = 0.0;
    for k in 0..DEGREE {
        res += WEIGHTS[k] * x.powi(k as i32);
    }
    res + SCALES[1][0] * x - SCALES[0][1].sqrt() * x * x + WEIGHTS.len() as f64
}

/// The result of one branch is a constant.
#[differentiable]
fn capped(x: f64) -> f64 {
    if x > 2.0 { 4.0 } else { x * x }
}

#[differentiable]
fn only_a_constant(_x: f64) -> f64 {
    GRAVITY
}

#[test]
fn constants_have_no_derivative() {
    check_hessian!(normal_density(0.8, 0.3, 1.4));
    check_hessian!(fall(1.3));
    check_hessian!(literals(0.9));
    check_hessian!(polynomial_of_a_constant_table(1.1));
    check_hessian!(capped(1.5));
    check_hessian!(capped(2.5));
    check_hessian!(only_a_constant(2.5));
}

/// Arithmetic in `f64` on data of `f32`.
#[differentiable]
fn mean_in_double(xs: &[f32]) -> f32 {
    let mut sum = 0.0_f64;
    for x in xs {
        sum += (*x as f64) * (*x as f64);
    }
    (sum / xs.len() as f64).sqrt() as f32
}

#[differentiable]
fn widened(x: f32) -> f32 {
    let wide = f64::from(x);
    (wide.sin() * wide) as f32
}

#[differentiable]
fn narrowed(x: f64) -> f64 {
    let y = x as f32;
    3.0 * (y * y) as f64
}

#[differentiable]
fn both_kinds(x: f64, y: f32) -> f64 {
    x * y as f64 + f64::from(y * 2.0)
}

#[test]
fn casts_between_floats_keep_the_derivative() {
    check!(mean_in_double(&vec![0.5, -1.25, 0.75]));
    check_into!(mean_in_double(&vec![0.5, -1.25]));
    check!(widened(0.7));
    assert_eq!(narrowed::grad(1.5), 9.0);
    assert_eq!(narrowed::hvp(1.5, 2.0), 12.0);
    assert_eq!(both_kinds::grad(1.5, 0.25), (0.25, 3.5_f32));
    assert_eq!(both_kinds::value_and_grad(1.5, 0.25).0, both_kinds(1.5, 0.25));
}

/// A number of cells, a signed offset and a flag, all turned into floats.
#[differentiable]
fn integers_to_floats(x: f64, #[constant] n: usize, #[constant] k: i32, #[constant] flag: bool) -> f64 {
    let h = 1.0 / n as f64;
    let offset = f64::from(k) * h;
    (x + offset).powi(2) * h + (flag as u8) as f64 * x + u32::MAX as f64 * 1e-9 * x
}

/// `as i64` jumps, and is flat between the jumps; only the direct term has a slope.
#[differentiable]
fn cell_of(x: f64) -> f64 {
    let cell = x as i64;
    let inside = x - cell as f64;
    inside * inside + cell as f64
}

#[differentiable]
fn nearest_in_table(x: f64, table: &[f64]) -> f64 {
    let at = (x.max(0.0) as usize).min(table.len() - 2);
    let t = x - at as f64;
    table[at] * (1.0 - t) + table[at + 1] * t
}

#[test]
fn integers_carry_no_derivative() {
    check_hessian!(integers_to_floats(0.7, const 4, const -3, const true));
    check_hessian!(integers_to_floats(0.7, const 1, const 2, const false));
    check_hessian!(cell_of(2.3));
    check_hessian!(cell_of(-0.6));
    check!(nearest_in_table(1.4, &vec![0.2, 1.5, -0.3, 0.9]));
    check!(nearest_in_table(9.4, &vec![0.2, 1.5, -0.3, 0.9]));
}

#[differentiable]
fn single_pair(x: f32) -> (f32, f32) {
    (x.exp(), x as f32 * 2.0)
}

#[test]
fn casts_to_the_same_type() {
    check_map!(single_pair(0.3));
}

type Real = f64;

/// A float behind an alias.
#[differentiable]
fn alias(x: Real, weights: &[Real]) -> Real {
    let shift: Real = 0.5;
    weights[0] * (x - shift).powi(2) + weights[1] * Real::sin(x)
}

#[test]
fn a_float_behind_an_alias() {
    check!(alias(1.2, &vec![0.3, -0.8]));
    check_into!(alias(1.2, &vec![0.3, -0.8]));
}
