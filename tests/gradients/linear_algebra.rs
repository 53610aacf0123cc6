//! Loops over matrices, tables and particles: factorisations, transforms, splines, forces.

use crate::check::{check, check_hessian, check_into, check_jacobian, check_map};
use differentiable::differentiable;

#[differentiable]
fn lennard_jones(positions: &[[f64; 3]]) -> f64 {
    let mut energy = 0.0;
    for i in 0..positions.len() {
        for j in i + 1..positions.len() {
            let mut r2 = 0.0;
            for k in 0..3 {
                let d = positions[i][k] - positions[j][k];
                r2 += d * d;
            }
            let s6 = 1.0 / (r2 * r2 * r2);
            energy += 4.0 * (s6 * s6 - s6);
        }
    }
    energy
}

/// Pairs beyond the cutoff are skipped.
#[differentiable]
fn with_cutoff(positions: &[[f64; 3]], charge: f64) -> f64 {
    let mut energy = 0.0;
    for (i, a) in positions.iter().enumerate() {
        for b in &positions[..i] {
            let (dx, dy, dz) = (a[0] - b[0], a[1] - b[1], a[2] - b[2]);
            let r = (dx * dx + dy * dy + dz * dz).sqrt();
            if r > 1.5 {
                continue;
            }
            energy += charge * charge / r - 0.5 * (1.5 - r).powi(2);
        }
    }
    energy
}

#[test]
fn clusters_of_particles() {
    let cluster = vec![
        [0.0, 0.1, -0.1],
        [1.1, 0.0, 0.2],
        [0.3, 1.0, 0.1],
        [0.4, 0.2, 1.2],
    ];
    check!(lennard_jones(&cluster));
    check_into!(lennard_jones(&cluster));
    check!(with_cutoff(&cluster, 0.7));
    check!(lennard_jones(&vec![]));
    assert_eq!(lennard_jones::grad(&[[0.5; 3]]), vec![[0.0; 3]]);
}

/// `ln det A` of a symmetric positive definite matrix by its Cholesky factor.
#[differentiable]
fn log_determinant(a: &[f64], #[constant] n: usize) -> f64 {
    let mut l = vec![0.0; n * n];
    let mut res = 0.0;
    for j in 0..n {
        let mut diagonal = a[j * n + j];
        for k in 0..j {
            diagonal -= l[j * n + k] * l[j * n + k];
        }
        l[j * n + j] = diagonal.sqrt();
        for i in j + 1..n {
            let mut entry = a[i * n + j];
            for k in 0..j {
                entry -= l[i * n + k] * l[j * n + k];
            }
            l[i * n + j] = entry / l[j * n + j];
        }
        res += 2.0 * l[j * n + j].ln();
    }
    res
}

/// Elimination on a matrix of fixed size, the right-hand side as a column of its own, no pivot.
#[differentiable]
fn solve(a: [[f64; 3]; 3], b: [f64; 3]) -> [f64; 3] {
    let mut a = a;
    let mut x = b;
    for col in 0..3 {
        let pivot = a[col];
        for row in col + 1..3 {
            let factor = a[row][col] / pivot[col];
            for k in col..3 {
                a[row][k] -= factor * pivot[k];
            }
            x[row] -= factor * x[col];
        }
    }
    for row in (0..3).rev() {
        let mut rest = x[row];
        for k in row + 1..3 {
            rest -= a[row][k] * x[k];
        }
        x[row] = rest / a[row][row];
    }
    x
}

/// Thomas's algorithm for a tridiagonal system.
#[differentiable]
fn tridiagonal(lower: &[f64], diagonal: &[f64], upper: &[f64], rhs: &[f64]) -> Vec<f64> {
    let n = diagonal.len();
    let mut c = vec![0.0; n];
    let mut d = vec![0.0; n];
    c[0] = upper[0] / diagonal[0];
    d[0] = rhs[0] / diagonal[0];
    for i in 1..n {
        let m = diagonal[i] - lower[i - 1] * c[i - 1];
        if i < n - 1 {
            c[i] = upper[i] / m;
        }
        d[i] = (rhs[i] - lower[i - 1] * d[i - 1]) / m;
    }
    for i in (0..n - 1).rev() {
        d[i] -= c[i] * d[i + 1];
    }
    d
}

/// The largest eigenvalue by power iteration with a Rayleigh quotient.
#[differentiable]
fn largest_eigenvalue(a: &[[f64; 3]; 3]) -> f64 {
    let mut v = [1.0, 0.5, -0.3];
    let mut value = 0.0;
    for _ in 0..25 {
        let mut w = [0.0; 3];
        for i in 0..3 {
            for j in 0..3 {
                w[i] += a[i][j] * v[j];
            }
        }
        let mut norm = 0.0;
        value = 0.0;
        for i in 0..3 {
            norm += w[i] * w[i];
            value += w[i] * v[i];
        }
        let norm = norm.sqrt();
        for i in 0..3 {
            v[i] = w[i] / norm;
        }
    }
    value
}

#[test]
fn factorisations() {
    let spd = vec![2.0, 0.3, -0.4, 0.3, 1.5, 0.2, -0.4, 0.2, 1.1];
    check!(log_determinant(&spd, const 3));
    check_into!(log_determinant(&vec![1.7], const 1));
    check!(log_determinant(&vec![], const 0));
    check_map!(solve(
        [[2.0, 0.3, -0.4], [0.5, 1.5, 0.2], [-0.1, 0.6, 1.1]],
        [0.3, -0.7, 1.1]
    ));
    let (off, diagonal) = (vec![0.3, -0.2, 0.4], vec![2.0, 1.5, 1.8, 2.2]);
    check_map!(tridiagonal(&off, &diagonal, &off, &vec![0.3, 0.7, -0.2, 0.5]));
    check!(largest_eigenvalue(&[
        [2.0, 0.3, -0.4],
        [0.3, 0.8, 0.2],
        [-0.4, 0.2, 0.5]
    ]));
}

/// Natural cubic spline through given values: second derivatives by elimination, then evaluation.
#[differentiable]
fn spline(x: f64, ys: &[f64]) -> f64 {
    let n = ys.len();
    let mut second = vec![0.0; n];
    let mut u = vec![0.0; n];
    for i in 1..n - 1 {
        let p = 0.5 * second[i - 1] + 2.0;
        second[i] = -0.5 / p;
        let bend = ys[i + 1] - 2.0 * ys[i] + ys[i - 1];
        u[i] = (3.0 * bend - 0.5 * u[i - 1]) / p;
    }
    for i in (0..n - 1).rev() {
        second[i] = second[i] * second[i + 1] + u[i];
    }
    let at = (x.floor() as usize).min(n - 2);
    let b = x - at as f64;
    let a = 1.0 - b;
    a * ys[at] + b * ys[at + 1] + ((a.powi(3) - a) * second[at] + (b.powi(3) - b) * second[at + 1]) / 6.0
}

/// Linear interpolation between knots that are differentiated, too: the interval is searched.
#[differentiable]
fn interpolate(x: f64, knots: &[f64], values: &[f64]) -> f64 {
    let (mut lo, mut hi) = (0, knots.len() - 1);
    while hi - lo > 1 {
        let middle = (lo + hi) / 2;
        if knots[middle] > x {
            hi = middle;
        } else {
            lo = middle;
        }
    }
    let t = (x - knots[lo]) / (knots[hi] - knots[lo]);
    values[lo] + t * (values[hi] - values[lo])
}

#[differentiable]
fn bezier(points: &[[f64; 2]], t: f64) -> (f64, f64) {
    let mut p = points.to_vec();
    for level in 1..p.len() {
        for i in 0..p.len() - level {
            for k in 0..2 {
                p[i][k] = (1.0 - t) * p[i][k] + t * p[i + 1][k];
            }
        }
    }
    (p[0][0], p[0][1])
}

#[test]
fn splines_and_tables() {
    for x in [0.3, 1.7, 2.9] {
        check!(spline(x, &vec![0.3, -0.7, 1.1, 0.4]));
    }
    check!(interpolate(
        0.8,
        &vec![0.0, 0.5, 1.3, 2.0],
        &vec![0.3, -0.7, 1.1, 0.4]
    ));
    check_map!(bezier(&vec![[0.0, 0.1], [0.4, 0.9], [1.1, -0.3]], 0.3));
}

#[differentiable]
fn cosine_transform(xs: &[f64]) -> Vec<f64> {
    let n = xs.len();
    let mut res = vec![0.0; n];
    for k in 0..n {
        for i in 0..n {
            res[k] += xs[i] * (std::f64::consts::PI / n as f64 * (i as f64 + 0.5) * k as f64).cos();
        }
    }
    res
}

/// Energy of the transform without its mean: the transform is a call.
#[differentiable]
fn high_frequencies(xs: &[f64]) -> f64 {
    let coefficients = cosine_transform(xs);
    let mut res = 0.0;
    for k in 1..coefficients.len() {
        res += k as f64 * coefficients[k].powi(2);
    }
    res
}

#[differentiable]
fn convolution(signal: &[f64], kernel: &[f64; 3]) -> Vec<f64> {
    let mut res = Vec::with_capacity(signal.len());
    for i in 0..signal.len() {
        let mut sum = 0.0;
        for j in 0..3 {
            if i + j >= 1 && i + j - 1 < signal.len() {
                sum += kernel[j] * signal[i + j - 1];
            }
        }
        res.push(sum);
    }
    res
}

/// Radix-2 transform in place, with bit reversal by swaps: power of one frequency.
#[differentiable]
fn fourier(xs: &[f64]) -> f64 {
    let n = xs.len();
    let mut re = xs.to_vec();
    let mut im = vec![0.0; n];
    let mut j = 0;
    for i in 1..n {
        let mut bit = n >> 1;
        while j & bit != 0 {
            j ^= bit;
            bit >>= 1;
        }
        j |= bit;
        if i < j {
            re.swap(i, j);
        }
    }
    let mut size = 2;
    while size <= n {
        let angle = -std::f64::consts::TAU / size as f64;
        for start in (0..n).step_by(size) {
            for k in 0..size / 2 {
                let (sin, cos) = (angle * k as f64).sin_cos();
                let (a, b) = (start + k, start + k + size / 2);
                let (x, y) = (re[b] * cos - im[b] * sin, re[b] * sin + im[b] * cos);
                re[b] = re[a] - x;
                im[b] = im[a] - y;
                re[a] += x;
                im[a] += y;
            }
        }
        size *= 2;
    }
    re[1] * re[1] + im[1] * im[1] + re[3] * im[2]
}

#[test]
fn transforms() {
    let xs = vec![0.3, -0.7, 1.1, 0.4, 0.9, -0.2, 0.6, 0.8];
    check_jacobian!(cosine_transform(&xs));
    check_hessian!(high_frequencies(&vec![0.3, -0.7, 1.1]));
    check_map!(convolution(&xs, &[0.25, 0.5, 0.3]));
    check_hessian!(fourier(&xs));
}

/// Floyd–Warshall: shortest paths through minima, differentiated by the lengths of the edges.
#[differentiable]
fn shortest_path(lengths: &[[f64; 4]; 4]) -> f64 {
    let mut d = *lengths;
    for k in 0..4 {
        for i in 0..4 {
            for j in 0..4 {
                d[i][j] = d[i][j].min(d[i][k] + d[k][j]);
            }
        }
    }
    d[0][3]
}

/// Edit distance with real costs: three-way minimum by branches.
#[differentiable]
fn alignment(a: &[f64], b: &[f64], gap: f64) -> f64 {
    let (n, m) = (a.len(), b.len());
    let mut cost = vec![vec![0.0; m + 1]; n + 1];
    for i in 0..=n {
        cost[i][0] = gap * i as f64;
    }
    for j in 0..=m {
        cost[0][j] = gap * j as f64;
    }
    for i in 1..=n {
        for j in 1..=m {
            let mut best = cost[i - 1][j - 1] + (a[i - 1] - b[j - 1]).powi(2);
            let down = cost[i - 1][j] + gap;
            let right = cost[i][j - 1] + gap;
            if down < best {
                best = down;
            }
            if right < best {
                best = right;
            }
            cost[i][j] = best;
        }
    }
    cost[n][m]
}

#[test]
fn dynamic_programming() {
    let far = 9.0;
    check!(shortest_path(&[
        [0.2, 1.1, 4.3, far],
        [1.1, 0.3, 1.7, 5.2],
        [4.3, 1.7, 0.4, 0.9],
        [far, 5.2, 0.9, 0.1],
    ]));
    check!(alignment(&vec![0.3, 1.4, 0.2], &vec![0.4, 0.1], 0.5));
    check_into!(alignment(&vec![], &vec![0.4, 0.1], 0.5));
}
