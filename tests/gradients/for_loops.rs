//! `for` over every range and iterator that lowering knows, and the iterator chains that end in a number.

use crate::check::{check, check_hessian, check_into};
use differentiable::differentiable;

#[differentiable]
fn ranges(x: &[f64], #[constant] from: usize, #[constant] to: usize) -> f64 {
    let mut s = 1.0;
    for i in from..to {
        s += s * x[i];
    }
    for i in (from..to).rev() {
        s = s * 0.5 + x[i] * x[i];
    }
    for i in from..=to {
        s = s.sin() + x[i];
    }
    s
}

#[differentiable]
fn steps(x: &[f64], #[constant] step: usize) -> f64 {
    let n = x.len();
    let mut s = 1.0;
    for i in (0..n).step_by(step) {
        s = s * x[i] + 1.0;
    }
    for i in (0..n).step_by(step).rev() {
        s = s * x[i] + 0.5;
    }
    for i in (0..n).rev().step_by(step) {
        s = s * x[i] + 0.25;
    }
    for i in (1..=n - 1).step_by(2) {
        s += x[i].exp() * s;
    }
    s
}

#[differentiable]
fn signed(x: f64, #[constant] n: i32) -> f64 {
    let mut s = 0.0;
    for k in -n..n {
        s += (k as f64 * x).sin();
    }
    for k in (-2..=2).rev() {
        s += s * x.powi(k);
    }
    for k in 1..=n {
        s = s * x + 1.0 / f64::from(k);
    }
    s
}

#[differentiable]
fn small_integers(x: f64, #[constant] n: u8) -> f64 {
    let mut s = 1.0;
    for k in 250..=n {
        s = s * x + f64::from(k) * 0.01;
    }
    s
}

#[differentiable]
fn by_reference(x: &[f64]) -> f64 {
    let mut s = 1.0;
    for v in x {
        s += s * v;
    }
    for &v in x.iter() {
        s *= 1.0 + v * v;
    }
    for v in x.iter().copied() {
        s += v.sin();
    }
    for v in x.iter().rev() {
        s = s * *v + 1.0;
    }
    s
}

#[differentiable]
fn by_value(x: [f64; 3], y: Vec<f64>) -> f64 {
    let mut s = 1.0;
    for v in x {
        s = s * v + 2.0;
    }
    for v in y {
        s = s * v + 1.0;
    }
    for v in [s, 2.0, s * s] {
        s += v * 0.1;
    }
    s
}

#[differentiable]
fn in_place(x: &[f64]) -> f64 {
    let mut a = x.to_vec();
    for v in a.iter_mut() {
        *v *= *v;
    }
    for v in &mut a {
        *v += 1.0;
    }
    for (i, v) in a.iter_mut().enumerate() {
        *v *= x[i] + i as f64;
    }
    for (v, w) in a.iter_mut().zip(x) {
        *v -= w * w;
    }
    let mut s = 0.0;
    for v in &a {
        s += v * v;
    }
    s
}

#[differentiable]
fn enumerated(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for (i, &v) in x.iter().enumerate() {
        s += v * v * (i + 1) as f64;
    }
    for (i, v) in x.iter().enumerate().rev() {
        s = s * 0.5 + v * i as f64;
    }
    for (i, v) in x.iter().rev().enumerate() {
        s = s * 0.5 + v * x[i];
    }
    for (i, v) in x.iter().enumerate().skip(1) {
        s += v * x[i - 1];
    }
    s
}

#[differentiable]
fn zipped(x: &[f64], y: &[f64], z: &Vec<f64>) -> f64 {
    let mut s = 0.0;
    for (a, b) in x.iter().zip(y) {
        s += a * b;
    }
    for (a, &b) in x.iter().zip(z.iter()) {
        s += s * a * b;
    }
    for ((a, b), c) in x.iter().zip(y.iter()).zip(z) {
        s += a * b * c;
    }
    for (i, (a, b)) in x.iter().zip(y).enumerate() {
        s += a * b * z[i];
    }
    for (i, b) in (1..).zip(y) {
        s += b * b * i as f64;
    }
    s
}

#[differentiable]
fn rows(points: &[[f64; 3]]) -> f64 {
    let mut s = 0.0;
    for p in points {
        s += p[0] * p[1] * p[2];
    }
    for (i, p) in points.iter().enumerate() {
        for q in &points[i + 1..] {
            s += (p[0] - q[0]) * (p[1] - q[1]);
        }
    }
    for [a, b, c] in points {
        s += a * b - c;
    }
    for row in points {
        for v in row {
            s += s * v;
        }
    }
    s
}

#[differentiable]
fn rows_in_place(points: &[[f64; 2]]) -> f64 {
    let mut p = points.to_vec();
    for row in p.iter_mut() {
        row[0] *= row[1];
        for v in row.iter_mut() {
            *v += 1.0;
        }
    }
    for row in &mut p {
        row.swap(0, 1);
        row[0] *= 0.5;
    }
    let mut s = 0.0;
    for row in p {
        s += row[0] * row[1];
    }
    s
}

#[differentiable]
fn chunked(x: &[f64], #[constant] width: usize) -> f64 {
    let mut s = 0.0;
    for c in x.chunks_exact(2) {
        s += c[0] * c[1];
    }
    for (i, c) in x.chunks(width).enumerate() {
        for v in c {
            s += s * v * (i + 1) as f64;
        }
    }
    for w in x.windows(2) {
        s += (w[1] - w[0]).powi(2);
    }
    s
}

#[differentiable]
fn chunks_in_place(x: &[f64]) -> f64 {
    let mut a = x.to_vec();
    for (i, c) in a.chunks_exact_mut(2).enumerate() {
        c[0] *= c[1];
        c[1] += c[0] * i as f64;
    }
    a[0] * a[1] + a[2] * a[3]
}

#[differentiable]
fn sums(x: &[f64], y: &[f64]) -> f64 {
    let total: f64 = x.iter().sum();
    let squares = x.iter().map(|v| v * v).sum::<f64>();
    let dot: f64 = x.iter().zip(y).map(|(a, b)| a * b).sum();
    let product: f64 = x.iter().product();
    let copied: f64 = y.iter().copied().sum();
    let indexed: f64 = (0..x.len()).map(|i| x[i] * y[x.len() - 1 - i]).sum();
    let weighted: f64 = x.iter().enumerate().map(|(i, v)| v * (i as f64 + 1.0)).sum();
    total * squares + dot * product + copied * indexed + weighted
}

#[differentiable]
fn folds(x: &[f64]) -> f64 {
    let horner = x.iter().fold(0.0, |acc, v| acc * 0.5 + v);
    let largest = x.iter().fold(f64::NEG_INFINITY, |a, &b| a.max(b));
    let largest_too = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let total: f64 = x.iter().map(|v| (v - largest).exp()).sum();
    largest_too + total.ln() + horner * horner
}

#[differentiable]
fn collected(x: &[f64]) -> f64 {
    let squares: Vec<f64> = x.iter().map(|v| v * v).collect();
    let shifted = squares.iter().map(|v| v + x[0]).collect::<Vec<_>>();
    squares[0] * shifted[1] + shifted[0] * squares[2]
}

#[differentiable]
fn leaves_early(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for (i, &v) in x.iter().enumerate() {
        if v < 0.0 {
            continue;
        }
        s += v * v * (i as f64 + 1.0);
        if s > 2.0 {
            break;
        }
    }
    for v in x.iter().rev() {
        if *v > 1.5 {
            return s * v;
        }
        s += v;
    }
    s
}

#[differentiable]
fn nested_breaks(x: &[f64]) -> f64 {
    let mut s = 1.0;
    'outer: for a in x {
        for b in x {
            if a * b < -1.0 {
                continue 'outer;
            }
            s += a * b * s * 0.1;
            if s > 1.8 {
                break 'outer;
            }
        }
    }
    s
}

#[differentiable]
fn first_and_rest(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for v in x.iter().skip(1).take(2) {
        s += v * v;
    }
    for v in &x[1..] {
        s += v * x[0];
    }
    for v in x.iter().step_by(2) {
        s += s * v;
    }
    s
}

#[differentiable]
fn shadowed(x: &[f64]) -> f64 {
    let s = 2.0;
    let mut t = 0.0;
    for s in x {
        let s = s * s;
        t += s;
    }
    let x = t * s;
    for t in 0..3 {
        let _ = t;
    }
    x * t
}

const P: [f64; 4] = [0.6, -1.3, 0.9, 1.7];
const Q: [f64; 6] = [0.6, -1.3, 0.9, 1.7, -0.4, 1.1];

#[test]
fn ranges_run_as_in_rust() {
    check!(ranges(&Q.to_vec(), const 1, const 4));
    check!(ranges(&Q.to_vec(), const 2, const 2));
    check!(ranges(&Q.to_vec(), const 3, const 1));
    check!(steps(&Q.to_vec(), const 1));
    check!(steps(&Q.to_vec(), const 4));
    check!(steps(&P.to_vec(), const 3));
    check_hessian!(signed(0.7, const 3));
    check!(signed(0.7, const -1));
    check!(small_integers(0.7, const 255));
    check!(small_integers(0.7, const 252));
    check!(small_integers(0.7, const 9));
}

#[test]
fn slices_are_walked() {
    check_into!(by_reference(&P.to_vec()));
    check!(by_reference(&Vec::<f64>::new()));
    check!(by_value([0.6, -1.3, 0.9], P.to_vec()));
    check!(in_place(&P.to_vec()));
    check!(enumerated(&P.to_vec()));
    check!(zipped(&P.to_vec(), &Q[..5].to_vec(), &Q.to_vec()));
    check!(shadowed(&P.to_vec()));
    check!(first_and_rest(&Q.to_vec()));
}

#[test]
fn rows_are_walked() {
    check!(rows(&vec![[0.1, 0.2, 0.3], [1.1, -0.4, 0.9], [-0.8, 1.5, 0.4]]));
    check!(rows_in_place(&vec![[0.1, 0.2], [1.1, -0.4], [-0.8, 1.5]]));
    check!(chunked(&Q.to_vec(), const 4));
    check!(chunked(&Q[..5].to_vec(), const 2));
    check!(chunks_in_place(&Q[..5].to_vec()));
}

#[test]
fn chains_end_in_a_number() {
    check!(sums(&P.to_vec(), &Q[..4].to_vec()));
    check!(folds(&P.to_vec()));
    check!(collected(&P.to_vec()));
}

#[test]
fn loops_are_left_early() {
    check!(leaves_early(&P.to_vec()));
    check!(leaves_early(&vec![0.3, 0.2, -0.5, 1.1]));
    check!(nested_breaks(&P.to_vec()));
    check!(nested_breaks(&vec![0.3, 0.2]));
}
