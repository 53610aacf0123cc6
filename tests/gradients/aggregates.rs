//! Aggregates of aggregates, and small programs of linear algebra on them.

use crate::check::{check, check_map};
use differentiable::differentiable;

#[differentiable]
fn rows_of_vectors(m: &[Vec<f64>], x: &[f64]) -> Vec<f64> {
    let mut y = vec![0.0; m.len()];
    for (i, row) in m.iter().enumerate() {
        for (j, v) in row.iter().enumerate() {
            y[i] += v * x[j];
        }
    }
    y
}

#[differentiable]
fn pairs(points: &[(f64, f64)]) -> f64 {
    let mut s = 0.0;
    for &(x, y) in points {
        s += x * y;
    }
    for (x, y) in points.iter() {
        s += x * s - y;
    }
    for p in points {
        s += p.0 * p.1;
    }
    s + points[0].0
}

#[differentiable]
fn chosen(x: f64, y: f64) -> f64 {
    let v = if x > y { vec![x, y] } else { vec![y, x, x * y] };
    let w;
    if y > 0.0 {
        w = [x, 1.0];
    } else {
        w = [y, x];
    }
    v[0] * v[v.len() - 1] + w[0] * w[1]
}

#[differentiable]
fn matmul(a: &[[f64; 2]; 3], b: &[[f64; 3]; 2]) -> [[f64; 3]; 3] {
    let mut c = [[0.0; 3]; 3];
    for i in 0..3 {
        for j in 0..3 {
            for k in 0..2 {
                c[i][j] += a[i][k] * b[k][j];
            }
        }
    }
    c
}

#[differentiable]
fn cholesky(a: &[[f64; 3]; 3]) -> f64 {
    let mut l = [[0.0; 3]; 3];
    for i in 0..3 {
        for j in 0..=i {
            let mut sum = a[i][j];
            for k in 0..j {
                sum -= l[i][k] * l[j][k];
            }
            l[i][j] = if i == j { sum.sqrt() } else { sum / l[j][j] };
        }
    }
    let mut logdet = 0.0;
    for i in 0..3 {
        logdet += 2.0 * l[i][i].ln();
    }
    logdet
}

#[differentiable]
fn moved_in_branch(x: &[f64], #[constant] flag: bool) -> f64 {
    let mut a = x.to_vec();
    let mut b = vec![1.0; 3];
    if flag {
        b = a;
        a = vec![x[0]; 3];
    } else {
        a[0] *= 2.0;
    }
    a[0] * b[1] + a[2] * b[0]
}

#[differentiable]
fn history(x: f64, #[constant] n: usize) -> f64 {
    let mut states = vec![[x, 1.0]];
    for i in 0..n {
        let last = states[i];
        let next = [last[0] + 0.1 * last[1], last[1] - 0.1 * last[0] * last[0]];
        states.push(next);
    }
    let mut s = 0.0;
    for st in &states {
        s += st[0] * st[1];
    }
    s
}

#[differentiable]
fn filters(x: &[f64]) -> f64 {
    let positive: f64 = x.iter().filter(|v| **v > 0.0).map(|v| v * v).sum();
    let big: Vec<f64> = x.iter().copied().filter(|&v| v > 0.5).collect();
    let count = x.iter().filter(|v| **v > 0.0).count();
    let any = x.iter().any(|&v| v > 1.0);
    positive * big[0] + count as f64 * x[0] + if any { x[1] } else { 0.0 }
}

#[differentiable]
fn tuple_vec(x: &[f64]) -> f64 {
    let mut v = Vec::new();
    for i in 0..x.len() {
        v.push((x[i], x[i] * x[0]));
    }
    let mut s = 0.0;
    for (a, b) in &v {
        s += a * b;
    }
    let (p, q) = v.pop().unwrap();
    v[0].0 += p;
    s * q + v[0].0 * v[1].1
}

#[differentiable]
fn nested_tuples(t: (f64, [f64; 2])) -> f64 {
    let (a, b) = t;
    let mut u = (a * b[0], b);
    u.1[0] *= u.0;
    u.0 += 1.0;
    let (c, [d, e]) = u;
    c * d + e
}

const P: [f64; 4] = [0.6, -1.3, 0.9, 1.7];

#[test]
fn aggregates_nest_and_move() {
    check_map!(rows_of_vectors(
        &vec![vec![0.1, 0.2], vec![0.3, 0.4], vec![0.5]],
        &vec![0.7, 0.8]
    ));
    check!(pairs(&vec![(0.1, 0.2), (0.5, 0.7)]));
    check!(chosen(0.7, 1.2));
    check!(chosen(1.2, 0.7));
    check!(chosen(1.2, -0.7));
    check_map!(matmul(
        &[[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]],
        &[[0.1, 0.2, 0.7], [0.3, 0.4, 0.9]]
    ));
    check!(cholesky(&[[2.0, 0.1, 0.3], [0.1, 3.0, 0.5], [0.3, 0.5, 1.5]]));
    check!(moved_in_branch(&P.to_vec(), const true));
    check!(moved_in_branch(&P.to_vec(), const false));
    check!(history(0.7, const 0));
    check!(history(0.7, const 7));
    check!(filters(&P.to_vec()));
    check!(tuple_vec(&P.to_vec()));
    check!(nested_tuples((0.7, [0.3, 0.2])));
}
