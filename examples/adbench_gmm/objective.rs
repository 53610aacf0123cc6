//! The Gaussian mixture of ADBench, as one would write it without a thought of derivatives.

use differentiable::differentiable;

/// Minus nothing, plus a prior: the log-likelihood of `x` (rows of `d`) under a mixture of `alphas.len()` Gaussians.
///
/// `icf` holds, for each component, the logarithm of the diagonal and then, column by column, the strictly lower
/// triangle of a square root of its inverse covariance.
#[differentiable]
pub fn gmm(
    alphas: &[f64],
    means: &[f64],
    icf: &[f64],
    #[constant] x: &[f64],
    #[constant] d: usize,
    #[constant] gamma: f64,
    #[constant] m: i32,
) -> f64 {
    let k = alphas.len();
    let n = x.len() / d;
    let icf_size = d * (d + 1) / 2;

    let mut sum_q = vec![0.0; k];
    let mut q_diag = vec![0.0; k * d];
    for c in 0..k {
        for i in 0..d {
            let q = icf[c * icf_size + i];
            sum_q[c] += q;
            q_diag[c * d + i] = q.exp();
        }
    }

    let mut likelihood = 0.0;
    for p in 0..n {
        let point = &x[p * d..(p + 1) * d];
        let mut terms = vec![0.0; k];
        for c in 0..k {
            let mean = &means[c * d..(c + 1) * d];
            let diag = &q_diag[c * d..(c + 1) * d];
            let lower = &icf[c * icf_size + d..(c + 1) * icf_size];
            let mut centred = vec![0.0; d];
            for i in 0..d {
                centred[i] = point[i] - mean[i];
            }
            let mut scaled = vec![0.0; d];
            for i in 0..d {
                scaled[i] = diag[i] * centred[i];
            }
            let mut at = 0;
            for i in 0..d {
                for j in i + 1..d {
                    scaled[j] += lower[at] * centred[i];
                    at += 1;
                }
            }
            let mut square = 0.0;
            for i in 0..d {
                square += scaled[i] * scaled[i];
            }
            terms[c] = alphas[c] + sum_q[c] - 0.5 * square;
        }
        likelihood += log_sum_exp(&terms);
    }

    let mut squares = 0.0;
    let mut logs = 0.0;
    for c in 0..k {
        for i in 0..d {
            squares += q_diag[c * d + i] * q_diag[c * d + i];
        }
        for l in &icf[c * icf_size + d..(c + 1) * icf_size] {
            squares += l * l;
        }
        logs += sum_q[c];
    }
    let prior =
        0.5 * gamma * gamma * squares - f64::from(m) * logs - k as f64 * log_wishart_constant(d, gamma, m);

    -0.5 * (n * d) as f64 * LOG_2_PI + likelihood - n as f64 * log_sum_exp(alphas) + prior
}

/// `ln Σ exp(vᵢ)`, safe from overflow.
#[differentiable]
pub fn log_sum_exp(v: &[f64]) -> f64 {
    let mut largest = v[0];
    for &it in v {
        largest = largest.max(it);
    }
    let mut sum = 0.0;
    for &it in v {
        sum += (it - largest).exp();
    }
    sum.ln() + largest
}

/// ADBench rounds π in this way, and its reference values depend on it.
#[allow(clippy::approx_constant)]
const PI: f64 = 3.14159265359;

/// `ln(2 π)` with that π.
const LOG_2_PI: f64 = 1.837_877_066_409_411_3;

/// Normalises the Wishart prior; the parameters of the mixture do not enter.
fn log_wishart_constant(d: usize, gamma: f64, m: i32) -> f64 {
    let freedom = f64::from(m) + d as f64 + 1.0;
    freedom * d as f64 * (gamma.ln() - 0.5 * 2.0_f64.ln()) - log_gamma_of(0.5 * freedom, d)
}

/// The multivariate gamma function's logarithm.
fn log_gamma_of(a: f64, p: usize) -> f64 {
    let size = p as f64;
    let terms: f64 = (1..=p).map(|j| libm::lgamma(a + 0.5 * (1.0 - j as f64))).sum();
    0.25 * size * (size - 1.0) * PI.ln() + terms
}
