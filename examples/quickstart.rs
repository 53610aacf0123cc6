//! From a parabola to a fit of real data.
//!
//! `cargo run --release --example quickstart`

use differentiable::differentiable;
use differentiable::nalgebra::{Matrix2, SVector, Vector2};

#[differentiable]
fn f(x: f64) -> f64 {
    x * x + 2.0 * x + 1.0
}

fn main() {
    println!("f(x) = x*x + 2.0*x + 1.0");
    println!("f(3.0)                 = {}", f(3.0));
    println!("f::grad(3.0)           = {}", f::grad(3.0));
    println!("f::value_and_grad(3.0) = {:?}", f::value_and_grad(3.0));
    assert_eq!(f(3.0), 16.0);
    assert_eq!(f::grad(3.0), 8.0);
    assert_eq!(f::value_and_grad(3.0), (16.0, 8.0));

    println!("\nNIST StRD, Misra1a: y = b1 * (1 - exp(-b2 * x)), 14 observations");
    for (number, start) in STARTS.into_iter().enumerate() {
        let fit = levenberg_marquardt(start);
        println!(
            "\nfrom start {}, b = {start:?}, in {} steps",
            number + 1,
            fit.steps
        );
        println!("           certified          found              digits");
        for (k, (certified, found)) in CERTIFIED.into_iter().zip(fit.b).enumerate() {
            report(&format!("b{}", k + 1), certified, found);
        }
        report("sum r^2", CERTIFIED_SUM_OF_SQUARES, sum_of_squares(fit.b));
        let grad = sum_of_squares::grad(fit.b);
        println!("gradient there: [{:.1e}, {:.1e}]", grad[0], grad[1]);
    }
}

/// Adsorbed volume, the observations of Misra1a (D. Misra, NIST, 1978; public domain).
const VOLUME: [f64; 14] = [
    10.07, 14.73, 17.94, 23.93, 29.61, 35.18, 40.02, 44.82, 50.76, 55.05, 61.01, 66.40, 75.47, 81.78,
];

/// The pressure at which each volume was measured.
const PRESSURE: [f64; 14] = [
    77.6, 114.9, 141.1, 190.8, 239.9, 289.0, 332.8, 378.4, 434.8, 477.3, 536.8, 593.1, 689.1, 760.0,
];

const STARTS: [[f64; 2]; 2] = [[500.0, 0.0001], [250.0, 0.0005]];

const CERTIFIED: [f64; 2] = [2.3894212918E+02, 5.5015643181E-04];

const CERTIFIED_SUM_OF_SQUARES: f64 = 1.2455138894E-01;

#[differentiable]
fn model(b: [f64; 2], #[constant] x: f64) -> f64 {
    b[0] * (1.0 - (-b[1] * x).exp())
}

#[differentiable]
fn residuals(b: [f64; 2]) -> [f64; 14] {
    let mut r = [0.0; 14];
    for i in 0..14 {
        r[i] = VOLUME[i] - model(b, PRESSURE[i]);
    }
    r
}

#[differentiable]
fn sum_of_squares(b: [f64; 2]) -> f64 {
    let mut sum = 0.0;
    for i in 0..14 {
        let r = VOLUME[i] - model(b, PRESSURE[i]);
        sum += r * r;
    }
    sum
}

struct Fit {
    b: [f64; 2],
    steps: usize,
}

/// Solves `(JᵀJ + λ diag JᵀJ) δ = −Jᵀr` for the step `δ`; `λ` shrinks where the step helped and grows where it did not
/// (D. Marquardt, *An Algorithm for Least-Squares Estimation of Nonlinear Parameters*, 1963).
fn levenberg_marquardt(start: [f64; 2]) -> Fit {
    let mut b = start;
    let mut lambda = 1e-3;
    for steps in 1..=200 {
        let jacobian = residuals::jacobian(b);
        let r = SVector::from(residuals(b));
        let normal = jacobian.transpose() * jacobian;
        let damped = normal + lambda * Matrix2::from_diagonal(&normal.diagonal());
        let step = damped
            .cholesky()
            .expect("JᵀJ is positive definite: the columns of J are independent")
            .solve(&-(jacobian.transpose() * r));
        let trial = Vector2::from(b) + step;
        let trial = [trial[0], trial[1]];
        let better = sum_of_squares(trial) <= sum_of_squares(b);
        if better {
            b = trial;
        }
        if (0..2).all(|k| step[k].abs() <= 1e-10 * b[k].abs()) {
            return Fit { b, steps };
        }
        lambda *= if better { 0.2 } else { 2.0 };
    }
    panic!("no convergence from {start:?}");
}

/// Prints both numbers and the digits in which they agree; fewer than six end the program.
fn report(name: &str, certified: f64, found: f64) {
    let digits = -((found - certified) / certified).abs().max(1e-16).log10();
    println!("{name:<8}   {certified:<16.10e}   {found:<16.10e}   {digits:.1}");
    assert!(
        digits >= 6.0,
        "{name} agrees with NIST in {digits:.1} digits only"
    );
}
