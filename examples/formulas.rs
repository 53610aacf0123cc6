//! Ten classical functions and their derivatives, as the macro finds them.
//!
//! `cargo run --example formulas`

use differentiable::differentiable;

/// The standard normal density.
#[differentiable]
fn bell(x: f64) -> f64 {
    0.3989422804014327 * (-0.5 * x * x).exp()
}

/// The logistic curve.
#[differentiable]
fn sigma(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// Planck's law in natural units.
#[differentiable]
fn planck(x: f64) -> f64 {
    x * x * x / (x.exp() - 1.0)
}

/// The distance from the origin.
#[differentiable]
fn r(x: f64, y: f64) -> f64 {
    (x * x + y * y).sqrt()
}

/// The angle from the first axis.
#[differentiable]
fn phi(x: f64, y: f64) -> f64 {
    y.atan2(x)
}

/// The energy of a pendulum.
#[differentiable]
fn h(theta: f64, p: f64) -> f64 {
    p * p / 2.0 - theta.cos()
}

/// Two atoms after Lennard-Jones.
#[differentiable]
fn v(r: f64) -> f64 {
    let s = (1.0 / r).powi(6);
    4.0 * (s * s - s)
}

/// Kepler's equation.
#[differentiable]
fn kepler(anomaly: f64, e: f64) -> f64 {
    anomaly - e * anomaly.sin()
}

/// Rosenbrock's valley.
#[differentiable]
fn rosenbrock(x: f64, y: f64) -> f64 {
    (1.0 - x) * (1.0 - x) + 100.0 * (y - x * x) * (y - x * x)
}

/// Polar coordinates.
#[differentiable]
fn polar(r: f64, phi: f64) -> [f64; 2] {
    [r * phi.cos(), r * phi.sin()]
}

fn main() {
    let table = [
        ("e^(-x²/2)/√(2π)", bell::FORMULA, bell::COST),
        ("1/(1 + e^-x)", sigma::FORMULA, sigma::COST),
        ("x³/(eˣ - 1)", planck::FORMULA, planck::COST),
        ("√(x² + y²)", r::FORMULA, r::COST),
        ("atan2(y, x)", phi::FORMULA, phi::COST),
        ("p²/2 - cos θ", h::FORMULA, h::COST),
        ("4(r⁻¹² - r⁻⁶)", v::FORMULA, v::COST),
        ("E - e·sin E", kepler::FORMULA, kepler::COST),
        ("(1 - x)² + 100(y - x²)²", rosenbrock::FORMULA, rosenbrock::COST),
        ("(r·cos φ, r·sin φ)", polar::FORMULA, polar::COST),
    ];
    println!("{:24}  {:>3}  derivative", "function", "ops");
    for (function, formula, cost) in table {
        let mut name = function;
        let mut count = cost.total().to_string();
        for line in formula.lines() {
            println!("{name:24}  {count:>3}  {line}");
            name = "";
            count.clear();
        }
    }
    println!("\nops: operations of value and derivative together.");
}
