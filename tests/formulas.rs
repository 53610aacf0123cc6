//! `f::FORMULA` reads as people write it.

use differentiable::differentiable;

#[differentiable]
fn f(x: f64) -> f64 {
    x * x + 2.0 * x + 1.0
}

#[differentiable]
fn product(x: f64, y: f64) -> f64 {
    x * y.sin()
}

#[differentiable]
fn radius(x: f64, y: f64) -> f64 {
    (x * x + y * y).sqrt()
}

#[differentiable]
fn gauss(x: f64, mu: f64, sigma: f64) -> f64 {
    let z = (x - mu) / sigma;
    (-0.5 * z * z).exp() / sigma
}

#[differentiable]
fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

#[differentiable]
fn powers(x: f64) -> f64 {
    x.powi(5) + x.powf(1.5) - 3.0 / x
}

#[differentiable]
fn size(x: f64) -> f64 {
    x.abs()
}

#[differentiable]
fn norm(v: [f64; 3]) -> f64 {
    v[0] * v[0] + v[1] * v[1] + v[2] * v[2]
}

#[differentiable]
fn polar(r: f64, phi: f64) -> [f64; 2] {
    [r * phi.cos(), r * phi.sin()]
}

#[differentiable]
fn with_data(x: f64, #[constant] k: f64) -> f64 {
    (k * x).exp()
}

#[track_caller]
fn check(found: &str, lines: &[&str]) {
    assert_eq!(found.lines().collect::<Vec<_>>(), lines);
}

#[test]
fn a_polynomial() {
    check(f::FORMULA, &["∂f/∂x = 2x + 2"]);
}

#[test]
fn one_equation_for_each_parameter() {
    check(
        product::FORMULA,
        &["∂product/∂x = sin(y)", "∂product/∂y = x·cos(y)"],
    );
    check(
        norm::FORMULA,
        &[
            "∂norm/∂v[0] = 2v[0]",
            "∂norm/∂v[1] = 2v[1]",
            "∂norm/∂v[2] = 2v[2]",
        ],
    );
}

#[test]
fn what_is_used_twice_has_a_name() {
    check(
        radius::FORMULA,
        &[
            "∂radius/∂x = t1·x",
            "∂radius/∂y = t1·y",
            "where t1 = 1/√(x² + y²)",
        ],
    );
    check(
        gauss::FORMULA,
        &[
            "∂gauss/∂x = -t1·z",
            "∂gauss/∂mu = t1·z",
            "∂gauss/∂sigma = t1·z² - t1",
            "where z = (x - mu)/sigma",
            "      t1 = exp(-0.5z²)/sigma²",
        ],
    );
}

#[test]
fn fractions_and_powers() {
    check(logistic::FORMULA, &["∂logistic/∂x = exp(-x)/(1 + exp(-x))²"]);
    check(powers::FORMULA, &["∂powers/∂x = 3/x² + 1.5√x + 5x⁴"]);
}

#[test]
fn choices_say_what_they_depend_on() {
    check(
        size::FORMULA,
        &["∂size/∂x = 1 if x > 0, else -1 if x < 0, else 0"],
    );
}

#[cfg(feature = "nalgebra")]
#[test]
fn a_jacobian_row_by_row() {
    check(
        polar::FORMULA,
        &[
            "∂polar[0]/∂r = cos(phi)",
            "∂polar[0]/∂phi = -r·sin(phi)",
            "∂polar[1]/∂r = sin(phi)",
            "∂polar[1]/∂phi = r·cos(phi)",
        ],
    );
}

#[test]
fn names_and_constants_are_the_users() {
    check(with_data::FORMULA, &["∂with_data/∂x = k·exp(k·x)"]);
}
