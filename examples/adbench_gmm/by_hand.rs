//! The gradient of the mixture as ADBench's "Manual" has it: the closed form, with a softmax weight for each term.

use crate::instance::Instance;

/// Overwrites the three buffers with the gradient. In two phases per point: all terms first, then what each
/// component's softmax weight scales.
pub fn gradient(of: &Instance, alphas_bar: &mut [f64], means_bar: &mut [f64], icf_bar: &mut [f64]) {
    let Instance {
        d,
        alphas,
        means,
        icf,
        x,
        gamma,
        m,
        ..
    } = of;
    let (d, k, n) = (*d, alphas.len(), x.len() / *d);
    let icf_size = d * (d + 1) / 2;
    let q_diag: Vec<f64> = icf
        .chunks_exact(icf_size)
        .flat_map(|row| row[..d].iter().map(|q| q.exp()))
        .collect();
    let sum_q: Vec<f64> = icf
        .chunks_exact(icf_size)
        .map(|row| row[..d].iter().sum())
        .collect();

    alphas_bar.fill(0.0);
    means_bar.fill(0.0);
    for (bar, (&l, i)) in icf_bar.iter_mut().zip(icf.iter().zip((0..icf_size).cycle())) {
        let square = if i < d { (2.0 * l).exp() } else { l };
        let log = if i < d { f64::from(*m) } else { 0.0 };
        *bar = gamma * gamma * square - log;
    }

    let mut weights = vec![0.0; k];
    let (mut centred, mut scaled) = (vec![0.0; k * d], vec![0.0; k * d]);
    for point in x.chunks_exact(d) {
        for c in 0..k {
            let centred = &mut centred[c * d..][..d];
            let scaled = &mut scaled[c * d..][..d];
            let (mean, diag) = (&means[c * d..][..d], &q_diag[c * d..][..d]);
            for i in 0..d {
                centred[i] = point[i] - mean[i];
                scaled[i] = diag[i] * centred[i];
            }
            let mut lower = &icf[c * icf_size + d..][..icf_size - d];
            for i in 0..d {
                let (column, rest) = lower.split_at(d - 1 - i);
                for (s, l) in scaled[i + 1..].iter_mut().zip(column) {
                    *s += l * centred[i];
                }
                lower = rest;
            }
            weights[c] = alphas[c] + sum_q[c] - 0.5 * scaled.iter().map(|s| s * s).sum::<f64>();
        }
        softmax(&mut weights);
        for c in 0..k {
            let w = weights[c];
            let (centred, scaled) = (&centred[c * d..][..d], &scaled[c * d..][..d]);
            let diag = &q_diag[c * d..][..d];
            let mean_bar = &mut means_bar[c * d..][..d];
            let (diag_bar, mut lower_bar) = icf_bar[c * icf_size..][..icf_size].split_at_mut(d);
            let mut lower = &icf[c * icf_size + d..][..icf_size - d];
            alphas_bar[c] += w;
            for i in 0..d {
                let (column, rest) = lower.split_at(d - 1 - i);
                let (column_bar, rest_bar) = lower_bar.split_at_mut(d - 1 - i);
                let (mut sum, weighted) = (diag[i] * scaled[i], w * centred[i]);
                for ((s, l), l_bar) in scaled[i + 1..].iter().zip(column).zip(column_bar) {
                    sum += l * s;
                    *l_bar -= weighted * s;
                }
                mean_bar[i] += w * sum;
                diag_bar[i] += w - weighted * diag[i] * scaled[i];
                (lower, lower_bar) = (rest, rest_bar);
            }
        }
    }

    weights.copy_from_slice(alphas);
    softmax(&mut weights);
    for (bar, w) in alphas_bar.iter_mut().zip(&weights) {
        *bar -= n as f64 * w;
    }
}

fn softmax(v: &mut [f64]) {
    let largest = v.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    v.iter_mut().for_each(|it| *it = (*it - largest).exp());
    let sum: f64 = v.iter().sum();
    v.iter_mut().for_each(|it| *it /= sum);
}
