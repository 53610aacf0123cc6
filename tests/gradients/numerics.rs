//! Small programs of numerical analysis, as people write them: iterations, integrators, series, filters.

use crate::check::{check, check_hessian, check_into, check_jacobian};
use crate::harness::assert_near;
use differentiable::differentiable;

#[differentiable]
fn newton_sqrt(a: f64) -> f64 {
    let mut x = if a > 1.0 { a } else { 1.0 };
    while (x * x - a).abs() > 1e-14 * a {
        x = 0.5 * (x + a / x);
    }
    x
}

/// Eccentric anomaly by Newton's method on Kepler's equation, then the distance.
#[differentiable]
fn kepler(mean_anomaly: f64, eccentricity: f64) -> f64 {
    let mut e = mean_anomaly;
    let mut steps = 0;
    loop {
        let delta = (e - eccentricity * e.sin() - mean_anomaly) / (1.0 - eccentricity * e.cos());
        e -= delta;
        steps += 1;
        if delta.abs() < 1e-14 || steps > 30 {
            break;
        }
    }
    1.0 - eccentricity * e.cos()
}

#[differentiable]
fn bisection(c: f64) -> f64 {
    let (mut lo, mut hi) = (0.0, 2.0);
    for _ in 0..30 {
        let middle: f64 = 0.5 * (lo + hi);
        if middle * middle * middle < c {
            lo = middle;
        } else {
            hi = middle;
        }
    }
    // One Newton step turns the constant into a function of `c`.
    let x = 0.5 * (lo + hi);
    x - (x * x * x - c) / (3.0 * x * x)
}

#[test]
fn iterations() {
    check_hessian!(newton_sqrt(2.0));
    check_hessian!(newton_sqrt(0.3));
    assert_near(
        "newton_sqrt::grad",
        &[newton_sqrt::grad(2.0)],
        &[0.125_f64.sqrt()],
        1e-15,
    );
    check_hessian!(kepler(0.8, 0.3));
    check_hessian!(kepler(2.4, 0.7));
    assert_near(
        "bisection::grad",
        &[bisection::grad(1.5)],
        &[1.5_f64.powf(-2.0 / 3.0) / 3.0],
        1e-9,
    );
}

/// Angle of a pendulum with friction after `steps` steps of the classical Runge–Kutta method.
#[differentiable]
fn pendulum(angle: f64, speed: f64, length: f64, #[constant] steps: usize) -> f64 {
    const GRAVITY: f64 = 9.81;
    let dt = 0.02;
    let (mut q, mut p) = (angle, speed);
    for _ in 0..steps {
        let (k1q, k1p) = (p, -GRAVITY / length * q.sin() - 0.1 * p);
        let (q2, p2) = (q + 0.5 * dt * k1q, p + 0.5 * dt * k1p);
        let (k2q, k2p) = (p2, -GRAVITY / length * q2.sin() - 0.1 * p2);
        let (q3, p3) = (q + 0.5 * dt * k2q, p + 0.5 * dt * k2p);
        let (k3q, k3p) = (p3, -GRAVITY / length * q3.sin() - 0.1 * p3);
        let (q4, p4) = (q + dt * k3q, p + dt * k3p);
        let (k4q, k4p) = (p4, -GRAVITY / length * q4.sin() - 0.1 * p4);
        q += dt / 6.0 * (k1q + 2.0 * k2q + 2.0 * k3q + k4q);
        p += dt / 6.0 * (k1p + 2.0 * k2p + 2.0 * k3p + k4p);
    }
    q
}

#[differentiable]
fn lorenz(state: [f64; 3], sigma: f64, rho: f64) -> [f64; 3] {
    [
        sigma * (state[1] - state[0]),
        state[0] * (rho - state[2]) - state[1],
        state[0] * state[1] - 8.0 / 3.0 * state[2],
    ]
}

/// Runge–Kutta on an array, with the right-hand side as a function of its own.
#[differentiable]
fn attractor(start: [f64; 3], rho: f64, #[constant] steps: usize) -> [f64; 3] {
    let h = 0.01;
    let mut y = start;
    for _ in 0..steps {
        let k1 = lorenz(y, 10.0, rho);
        let mut stage = y;
        for i in 0..3 {
            stage[i] += 0.5 * h * k1[i];
        }
        let k2 = lorenz(stage, 10.0, rho);
        for i in 0..3 {
            y[i] += h * k2[i];
        }
    }
    y
}

/// Explicit steps of the heat equation with a source, the temperature of the middle.
#[differentiable]
fn heat(initial: &[f64], conductivity: f64, source: f64, #[constant] steps: usize) -> f64 {
    let n = initial.len();
    let mut u = initial.to_vec();
    for step in 0..steps {
        let old = u.clone();
        for i in 1..n - 1 {
            let flux = old[i - 1] - 2.0 * old[i] + old[i + 1];
            u[i] = old[i] + conductivity * flux;
        }
        u[n / 2] += source * (step as f64 * 0.1).cos();
        u[0] = u[1];
        u[n - 1] = 0.0;
    }
    u[n / 2]
}

/// Leapfrog for two bodies; the energy's drift.
#[differentiable]
fn two_body(x: [f64; 2], v: [f64; 2], #[constant] steps: usize) -> f64 {
    let (mut x, mut v) = (x, v);
    let dt = 0.05;
    for _ in 0..steps {
        let r2 = x[0] * x[0] + x[1] * x[1];
        let pull = dt / (r2 * r2.sqrt());
        for (v, x) in v.iter_mut().zip(&x) {
            *v -= pull * x;
        }
        for k in 0..2 {
            x[k] += dt * v[k];
        }
    }
    0.5 * (v[0].powi(2) + v[1].powi(2)) - 1.0 / x[0].hypot(x[1])
}

#[test]
fn integrators() {
    for steps in [0, 1, 12] {
        check_hessian!(pendulum(0.8, -0.3, 1.2, const steps));
        check!(heat(&vec![0.3, 0.7, -0.2, 0.4, 0.9, 0.1], 0.2, 0.3, const steps));
        check!(two_body([1.0, 0.2], [-0.1, 0.9], const steps));
    }
    check_into!(heat(&vec![0.3, 0.7, -0.2, 0.4, 0.9], 0.2, 0.3, const 5));
    check_jacobian!(attractor_of_the_start([1.0, 0.5, 20.0]));
}

#[differentiable]
fn attractor_of_the_start(start: [f64; 3]) -> [f64; 3] {
    attractor(start, 28.0, 10)
}

#[differentiable]
fn horner(coefficients: &[f64], x: f64) -> f64 {
    let mut res = 0.0;
    for c in coefficients.iter().rev() {
        res = res * x + c;
    }
    res
}

/// The error function by its Taylor series, to convergence.
#[differentiable]
fn erf(x: f64) -> f64 {
    let mut term = x;
    let mut sum = x;
    let mut n = 0;
    while term.abs() > 1e-17 {
        n += 1;
        term *= -x * x / n as f64;
        sum += term / (2 * n + 1) as f64;
    }
    sum * std::f64::consts::FRAC_2_SQRT_PI
}

#[differentiable]
fn normal_cdf(x: f64) -> f64 {
    0.5 * (1.0 + erf(x * std::f64::consts::FRAC_1_SQRT_2))
}

#[differentiable]
fn black_scholes(
    spot: f64,
    strike: f64,
    rate: f64,
    volatility: f64,
    time: f64,
    #[constant] call: bool,
) -> f64 {
    let width = volatility * time.sqrt();
    let d1 = ((spot / strike).ln() + (rate + 0.5 * volatility.powi(2)) * time) / width;
    let d2 = d1 - width;
    let discounted = strike * (-rate * time).exp();
    if call {
        spot * normal_cdf(d1) - discounted * normal_cdf(d2)
    } else {
        discounted * normal_cdf(-d2) - spot * normal_cdf(-d1)
    }
}

/// Arithmetic–geometric mean; the perimeter of an ellipse follows from it.
#[differentiable]
fn agm(x: f64, y: f64) -> f64 {
    let (mut a, mut g) = (x, y);
    while (a - g).abs() > 1e-15 * a.abs() {
        (a, g) = (0.5 * (a + g), (a * g).sqrt());
    }
    a
}

/// Lanczos approximation of the gamma function's logarithm.
#[differentiable]
fn ln_gamma(x: f64) -> f64 {
    const COEFFICIENTS: [f64; 6] = [
        76.18009172947146,
        -86.50532032941678,
        24.01409824083091,
        -1.231739572450155,
        0.1208650973866179e-2,
        -0.5395239384953e-5,
    ];
    let t = x + 5.5;
    let mut sum = 1.000000000190015;
    for (k, c) in COEFFICIENTS.iter().enumerate() {
        sum += c / (x + 1.0 + k as f64);
    }
    (x + 0.5) * t.ln() - t + ((2.0 * std::f64::consts::PI).sqrt() * sum / x).ln()
}

#[test]
fn series_and_special_functions() {
    check!(horner(&vec![0.3, -0.7, 1.1, 0.4], 1.3));
    check_into!(horner(&vec![], 1.3));
    check_hessian!(erf(0.7));
    check_hessian!(erf(-1.6));
    check_hessian!(black_scholes(1.0, 1.1, 0.05, 0.3, 0.75, const true));
    check_hessian!(black_scholes(1.0, 1.1, 0.05, 0.3, 0.75, const false));
    check_hessian!(agm(0.7, 1.9));
    check_hessian!(ln_gamma(2.7));
    let delta = black_scholes::grad(1.0, 1.1, 0.05, 0.3, 0.75, true).0
        - black_scholes::grad(1.0, 1.1, 0.05, 0.3, 0.75, false).0;
    assert_near("put-call parity", &[delta], &[1.0], 1e-14);
}

#[differentiable]
fn log_sum_exp(xs: &[f64]) -> f64 {
    let mut max = f64::NEG_INFINITY;
    for &x in xs {
        if x > max {
            max = x;
        }
    }
    let mut sum = 0.0;
    for &x in xs {
        sum += (x - max).exp();
    }
    max + sum.ln()
}

#[differentiable]
fn softmax_cross_entropy(logits: &[f64], #[constant] label: usize, temperature: f64) -> f64 {
    let mut scaled = vec![0.0; logits.len()];
    for i in 0..logits.len() {
        scaled[i] = logits[i] / temperature;
    }
    log_sum_exp(&scaled) - scaled[label]
}

/// Two layers with tanh between; weights in one flat slice each.
#[differentiable]
fn perceptron(
    w1: &[f64],
    b1: &[f64],
    w2: &[f64],
    #[constant] inputs: &[[f64; 2]],
    #[constant] targets: &[f64],
) -> f64 {
    let hidden = b1.len();
    let mut loss = 0.0;
    for (x, target) in inputs.iter().zip(targets) {
        let mut h = vec![0.0; hidden];
        for i in 0..hidden {
            let mut z = b1[i];
            for j in 0..2 {
                z += w1[2 * i + j] * x[j];
            }
            h[i] = z.tanh();
        }
        let mut y = 0.0;
        for (w, h) in w2.iter().zip(&h) {
            y += w * h;
        }
        loss += (y - target).powi(2);
    }
    loss / inputs.len() as f64
}

/// One-dimensional Kalman filter: negative log-likelihood of the observations.
#[differentiable]
fn kalman(process: f64, noise: f64, start: f64, #[constant] observations: &[Option<f64>]) -> f64 {
    let mut mean = start;
    let mut variance = 1.0;
    let mut loss = 0.0;
    for k in 0..observations.len() {
        variance += process;
        let Some(seen) = observations[k] else { continue };
        let innovation = seen - mean;
        let total = variance + noise;
        let gain = variance / total;
        mean += gain * innovation;
        variance *= 1.0 - gain;
        loss += 0.5 * (total.ln() + innovation * innovation / total);
    }
    loss
}

#[differentiable]
fn logistic_regression(
    w: &[f64],
    #[constant] rows: &[[f64; 3]],
    #[constant] labels: &[bool],
    decay: f64,
) -> f64 {
    let mut loss = 0.0;
    for i in 0..rows.len() {
        let mut z = 0.0;
        for j in 0..3 {
            z += w[j] * rows[i][j];
        }
        let margin = if labels[i] { z } else { -z };
        loss += if margin > 0.0 {
            (-margin).exp().ln_1p()
        } else {
            margin.exp().ln_1p() - margin
        };
    }
    let mut penalty = 0.0;
    for w in w {
        penalty += w * w;
    }
    loss / rows.len() as f64 + 0.5 * decay * penalty
}

#[test]
fn losses() {
    check_hessian!(log_sum_exp(&vec![0.3, -0.7, 1.1]));
    check!(softmax_cross_entropy(&vec![0.3, -0.7, 1.1], const 1, 0.8));
    let (inputs, targets) = ([[0.3, -0.7], [1.1, 0.4], [-0.2, 0.9]], [0.5, -1.0, 0.3]);
    let (w1, b1, w2) = (vec![0.2, -0.5, 0.9, 0.4], vec![0.1, -0.3], vec![0.7, -0.6]);
    check!(perceptron(&w1, &b1, &w2, const &inputs, const &targets));
    check_into!(perceptron(&w1, &b1, &w2, const &inputs, const &targets));
    check_hessian!(kalman(0.1, 0.4, 0.3, const &[Some(0.5), None, Some(0.9), Some(-0.2)]));
    let rows = [[1.0, 0.3, -0.7], [1.0, 1.1, 0.4], [1.0, -0.2, 0.9]];
    check!(logistic_regression(&vec![0.2, -0.5, 0.9], const &rows, const &[true, false, true], 0.1));
    // Far off, where a naive softmax overflows.
    assert_eq!(log_sum_exp::grad(&[1000.0, 0.0]), vec![1.0, 0.0]);
}

#[differentiable]
fn rosenbrock(xs: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..xs.len() - 1 {
        sum += 100.0 * (xs[i + 1] - xs[i] * xs[i]).powi(2) + (1.0 - xs[i]).powi(2);
    }
    sum
}

#[differentiable]
fn rastrigin(xs: &[f64]) -> f64 {
    let mut sum = 10.0 * xs.len() as f64;
    for x in xs {
        sum += x * x - 10.0 * (2.0 * std::f64::consts::PI * x).cos();
    }
    sum
}

#[test]
fn test_functions_of_optimisation() {
    check_hessian!(rosenbrock(&vec![0.3, -0.7, 1.1, 0.4]));
    check_into!(rosenbrock(&vec![0.3, -0.7, 1.1]));
    check!(rosenbrock(&vec![0.3]));
    assert_eq!(rosenbrock::grad(&[1.0; 5]), vec![0.0; 5]);
    check_hessian!(rastrigin(&vec![0.13, -0.07]));
}
