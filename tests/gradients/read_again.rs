//! Memory that the reverse sweep reads again instead of recording what was read: tables, trajectories; and what
//! looks like them, but is overwritten.

use crate::check::{check, check_hessian};
use differentiable::differentiable;

/// A table filled from its upper left neighbours.
#[differentiable]
fn table(a: &[f64], b: &[f64]) -> f64 {
    let (n, m) = (a.len(), b.len());
    let mut d = vec![vec![1.0; m + 1]; n + 1];
    for i in 1..=n {
        for j in 1..=m {
            d[i][j] = d[i - 1][j] * d[i][j - 1] + d[i - 1][j - 1] * a[i - 1] * b[j - 1];
        }
    }
    d[n][m]
}

/// The same from the lower right, backwards.
#[differentiable]
fn table_backwards(a: &[f64], b: &[f64]) -> f64 {
    let (n, m) = (a.len(), b.len());
    let mut d = vec![vec![1.0; m + 1]; n + 1];
    for i in (0..n).rev() {
        for j in (0..m).rev() {
            d[i][j] = d[i + 1][j] * d[i][j + 1] + d[i + 1][j + 1] * a[i] * b[j];
        }
    }
    d[0][0]
}

/// Backwards over a table whose neighbours are still to be overwritten.
#[differentiable]
fn stale_neighbours(a: &[f64]) -> f64 {
    let n = a.len();
    let mut d = a.to_vec();
    for i in (1..n).rev() {
        d[i] = d[i - 1] * d[i];
    }
    let mut product = 1.0;
    for x in &d {
        product *= x;
    }
    product
}

/// One row that is used again for each step: `row[j - 1]` is overwritten in the next step.
#[differentiable]
fn rolling_row(a: &[f64], #[constant] steps: usize) -> f64 {
    let mut row = a.to_vec();
    for _ in 0..steps {
        for j in 1..row.len() {
            row[j] = row[j] * row[j - 1] + 0.1;
        }
    }
    row[row.len() - 1]
}

/// A trajectory that is kept.
#[differentiable]
fn trajectory(start: f64, rate: &[f64]) -> f64 {
    let n = rate.len();
    let mut x = vec![0.0; n + 1];
    x[0] = start;
    for t in 0..n {
        x[t + 1] = x[t] + rate[t] * x[t] * (1.0 - x[t]);
    }
    x[n]
}

/// A trajectory that is written once more afterwards.
#[differentiable]
fn trajectory_overwritten(start: f64, rate: &[f64]) -> f64 {
    let n = rate.len();
    let mut x = vec![0.0; n + 1];
    x[0] = start;
    for t in 0..n {
        x[t + 1] = x[t] + rate[t] * x[t] * (1.0 - x[t]);
    }
    for t in 0..=n {
        x[t] = x[t] * x[t];
    }
    x[n] * x[0]
}

/// Writes two ahead: an element is written twice, and read between.
#[differentiable]
fn written_twice(start: f64, rate: &[f64]) -> f64 {
    let n = rate.len();
    let mut x = vec![start; n + 2];
    for t in 0..n {
        x[t + 2] = x[t] * rate[t];
        x[t + 1] = x[t + 1] * x[t] + x[t + 2] * x[t + 2];
    }
    x[n] + x[n + 1]
}

/// The Cholesky factor of `a aᵀ + I`, row by row: `l[j][k]` lies above or in the row that is being filled.
#[differentiable]
fn cholesky(a: &[f64]) -> f64 {
    let n = a.len();
    let mut l = vec![vec![0.0; n]; n];
    for i in 0..n {
        for j in 0..=i {
            let mut s = a[i] * a[j];
            if i == j {
                s += 1.0;
            }
            for k in 0..j {
                s -= l[i][k] * l[j][k];
            }
            l[i][j] = if i == j { s.sqrt() } else { s / l[j][j] };
        }
    }
    let mut res = 0.0;
    for i in 0..n {
        res += l[i][i].ln() + l[n - 1][i];
    }
    res
}

/// In place: elimination without pivots overwrites what it reads.
#[differentiable]
fn elimination(a: &[f64]) -> f64 {
    let n = 3;
    let mut m = a.to_vec();
    for k in 0..n {
        for i in k + 1..n {
            let f = m[i * n + k] / m[k * n + k];
            for j in k..n {
                m[i * n + j] -= f * m[k * n + j];
            }
        }
    }
    m[0] * m[4] * m[8]
}

/// One element that every iteration overwrites, beside one that none does.
#[differentiable]
fn fixed_elements(a: &[f64]) -> f64 {
    let mut x = a.to_vec();
    for t in 0..a.len() {
        x[0] = x[0] * x[1] * a[t];
    }
    x[0] * x[1]
}

/// The subscript of the write is always one more than that of the read, and yet comes back to what was read.
#[differentiable]
fn subscripts_that_wander(a: &[f64]) -> f64 {
    let mut x = a.to_vec();
    let mut s = 1;
    for t in 0..a.len() {
        x[s] = x[s - 1] * x[s] + a[t];
        s = 3 - s;
    }
    x[1] * x[2]
}

/// The element that is read is written later in the same iteration, or never, by the distance given at run time.
#[differentiable]
fn by_a_constant_distance(a: &[f64], #[constant] by: usize) -> f64 {
    let mut x = a.to_vec();
    for t in 0..a.len() - by {
        x[t + by] = x[t] * x[t + by];
    }
    x[a.len() - 1]
}

#[test]
fn tables_and_trajectories() {
    check!(table(&[0.5, -0.7, 1.2], &[0.3, 0.9]));
    check!(table(&[], &[0.3, 0.9]));
    check!(table_backwards(&[0.5, -0.7, 1.2], &[0.3, 0.9]));
    check!(trajectory(0.3, &[1.5, 2.0, 0.4]));
    check!(cholesky(&[0.5, -0.7, 1.2, 0.8]));
    check_hessian!(trajectory(0.3, &[1.5, 2.0, 0.4]));
}

#[test]
fn what_is_overwritten_is_recorded() {
    check!(stale_neighbours(&[0.5, -0.7, 1.2, 2.0]));
    check!(rolling_row(&[0.5, -0.7, 1.2], const 3));
    check!(trajectory_overwritten(0.3, &[1.5, 2.0, 0.4]));
    check!(fixed_elements(&[0.5, -0.7, 1.2]));
    check!(subscripts_that_wander(&[0.5, -0.7, 1.2, 0.4]));
    check!(written_twice(0.3, &[1.5, 2.0, 0.4, 0.9]));
    check!(elimination(&[2.0, 0.3, -0.5, 0.7, 3.0, 0.2, 0.4, -0.6, 2.5]));
    check!(by_a_constant_distance(&[0.5, -0.7, 1.2, 2.0], const 0));
    check!(by_a_constant_distance(&[0.5, -0.7, 1.2, 2.0], const 1));
    check!(by_a_constant_distance(&[0.5, -0.7, 1.2, 2.0], const 3));
}
