//! Straight-line formulas: sharing, cancellation, unused inputs, tuples and arrays as results, integers beside floats.

use crate::check::{check, check_hessian, check_jacobian, check_map};
use differentiable::differentiable;

#[differentiable]
fn quickstart(x: f64) -> f64 {
    x * x + 2.0 * x + 1.0
}

#[test]
fn the_first_function_of_the_readme() {
    assert_eq!(quickstart(3.0), 16.0);
    assert_eq!(quickstart::grad(3.0), 8.0);
    assert_eq!(quickstart::value_and_grad(3.0), (16.0, 8.0));
    assert_eq!(quickstart::hvp(3.0, 0.5), 1.0);
    assert_eq!(quickstart::hessian(3.0), 2.0);
    assert_eq!(quickstart::jvp(3.0, 0.5), (16.0, 4.0));
    let (value, pullback) = quickstart::vjp(3.0);
    assert_eq!((value, pullback(0.25)), (16.0, 2.0));
    check_hessian!(quickstart(-0.7));
}

#[differentiable]
fn identity(x: f64) -> f64 {
    x
}

#[differentiable]
fn negated(x: f64) -> f64 {
    -x
}

#[differentiable]
fn second_of_three(_a: f64, b: f64, _c: f64) -> f64 {
    b
}

#[differentiable]
fn without_the_middle(a: f64, b: f64, c: f64) -> f64 {
    let _unused = b.exp() * c;
    a * c
}

#[test]
fn inputs_that_pass_through_or_do_not_matter() {
    check_hessian!(identity(0.3));
    check_hessian!(negated(0.3));
    check_hessian!(second_of_three(0.1, 0.2, 0.3));
    check_hessian!(without_the_middle(0.5, 0.6, 0.7));
    assert_eq!(second_of_three::grad(1.0, 2.0, 3.0), (0.0, 1.0, 0.0));
}

/// Distance of two points on the sphere (haversine).
#[differentiable]
fn great_circle(lat0: f64, lon0: f64, lat1: f64, lon1: f64) -> f64 {
    let sin_lat = ((lat1 - lat0) / 2.0).sin();
    let sin_lon = ((lon1 - lon0) / 2.0).sin();
    let a = sin_lat * sin_lat + lat0.cos() * lat1.cos() * sin_lon * sin_lon;
    2.0 * 6371.0e-3 * a.sqrt().asin()
}

/// Van der Waals equation of state.
#[differentiable]
fn pressure(volume: f64, temperature: f64) -> f64 {
    const R: f64 = 8.314_462_618;
    let (a, b) = (1.37, 0.387);
    R * temperature / (volume - b) - a / (volume * volume)
}

#[differentiable]
fn lens(n: f64, r1: f64, r2: f64, d: f64) -> f64 {
    1.0 / ((n - 1.0) * (1.0 / r1 - 1.0 / r2 + (n - 1.0) * d / (n * r1 * r2)))
}

#[differentiable]
fn triangle_area(a: f64, b: f64, c: f64) -> f64 {
    let s = (a + b + c) / 2.0;
    (s * (s - a) * (s - b) * (s - c)).sqrt()
}

#[test]
fn formulas_of_a_handbook() {
    check_hessian!(great_circle(0.84, 0.04, 0.91, 0.23));
    check_hessian!(pressure(2.2, 3.0));
    check_hessian!(lens(1.5, 2.0, -3.0, 0.2));
    check_hessian!(triangle_area(3.0, 4.0, 4.5));
}

/// Each value is used several times, in both operands too.
#[differentiable]
fn shared(x: f64, y: f64) -> f64 {
    let a = x * y;
    let b = a * a + a;
    let c = b / (a + 3.0) - b * x;
    c * c - c / c + a - a + (c - b) * (c + b)
}

/// A chain as deep as it is thin.
#[differentiable]
fn deep(x: f64) -> f64 {
    let y = x * x;
    let y = y * y - 0.5 * y;
    let y = y * y - 0.5 * y * x;
    let y = y * y + 0.25;
    let y = y / (1.0 + y);
    y * y * y
}

#[differentiable]
fn cancelling(x: f64, y: f64) -> f64 {
    x - x + y / y + (x + y) - (y + x) + 0.0 * x
}

#[test]
fn values_used_several_times() {
    check_hessian!(shared(0.7, -0.4));
    check_hessian!(deep(0.7));
    check_hessian!(cancelling(0.7, -0.4));
    assert_eq!(cancelling::grad(2.0, 4.0), (0.0, 0.0));
}

#[differentiable]
fn in_single(x: f32, y: f32) -> f32 {
    (x * x + y * y).sqrt() / (1.0 + x * y) - 0.5 * y
}

#[test]
fn arithmetic_in_single_precision() {
    check!(in_single(0.7, 0.8));
    check!(in_single(1.7, -0.2));
}

/// Integer arithmetic of every kind on what carries no derivative, beside floats that do.
#[differentiable]
fn with_integers(x: f64, #[constant] n: usize, #[constant] k: i32) -> f64 {
    let half = n / 2;
    let odd = n % 2 == 1;
    let mask = (n << 3 | 5) & !2 ^ 1;
    let distance = k.abs().pow(2) - (k - 1).min(3) * -2;
    let bits = n.count_ones() as usize + usize::from(odd);
    x.powi(k) * half as f64 + (mask >> 1) as f64 * x - f64::from(distance) / x + bits as f64 * x * x
}

#[test]
fn integers_beside_floats() {
    check_hessian!(with_integers(1.3, const 7, const 3));
    check_hessian!(with_integers(0.8, const 12, const -2));
}

#[differentiable]
fn polar(r: f64, phi: f64) -> (f64, f64) {
    (r * phi.cos(), r * phi.sin())
}

#[differentiable]
fn spherical([r, theta, phi]: [f64; 3]) -> [f64; 3] {
    let (sin_theta, cos_theta) = theta.sin_cos();
    [
        r * sin_theta * phi.cos(),
        r * sin_theta * phi.sin(),
        r * cos_theta,
    ]
}

#[differentiable]
fn nested_result(x: f64, y: f64) -> ((f64, f64), f64) {
    let sum = x + y;
    ((sum * x, 2.0), sum.exp())
}

/// The same value twice, an input as it is, and a constant.
#[differentiable]
fn doubled_result(x: f64) -> [f64; 4] {
    let y = x.sin();
    [y, y, x, 0.5]
}

#[test]
fn several_results() {
    check_map!(polar(1.3, 0.4));
    check_jacobian!(spherical([1.3, 0.7, 0.4]));
    check_jacobian!(doubled_result(1.3));
    let (value, pullback) = nested_result::vjp(0.3, 0.4);
    assert_eq!(value, nested_result(0.3, 0.4));
    let (x_bar, y_bar) = pullback(((1.0, 5.0), 0.0));
    assert!(
        (x_bar - 1.0).abs() < 1e-15 && (y_bar - 0.3).abs() < 1e-15,
        "{x_bar}, {y_bar}"
    );
    let (_, ((first, second), third)) = nested_result::jvp(0.3, 0.4, (1.0, 0.0));
    assert!((first - 1.0).abs() < 1e-15 && second == 0.0 && (third - 0.7_f64.exp()).abs() < 1e-15);
}

/// Layout, comments and parentheses of all sorts do not matter.
#[differentiable]
#[rustfmt::skip]
fn oddly_written (  mut x:f64 ,)->f64{
    /* scale */ x*=2.; let y={x} ;
    // A comment.
    return(((y)*{ y+(1.0) }))/(2.0);
}

#[test]
fn layout_does_not_matter() {
    check_hessian!(oddly_written(0.3));
}

/// Taylor-like sum of many terms in one expression.
#[differentiable]
fn long_sum(x: f64) -> f64 {
    x + x * x / 2.0 + x * x * x / 6.0 - x.powi(4) / 24.0 + x.powi(5) / 120.0 - x.sin() + x.cos() * x
        - x.exp() / (1.0 + x.exp())
        + (1.0 + x * x).ln()
        + (x / (1.0 + x * x)).atan()
        - (x - 1.0) * (x + 1.0) * (x - 2.0) * (x + 2.0)
}

#[test]
fn a_long_expression() {
    check_hessian!(long_sum(0.35));
    check_hessian!(long_sum(-1.35));
}
