//! Iterator chains: adaptors, closures, and everything that they may end in.

use crate::check::{check, check_jacobian};
use differentiable::differentiable;

#[differentiable]
fn nested_chains(x: &[f64]) -> f64 {
    let n = x.len();
    let total = (0..n)
        .map(|i| (0..n).map(|j| x[i] * x[j] * (i + 2 * j) as f64).sum::<f64>())
        .sum::<f64>();
    let (a, b) = x.iter().rev().fold((0.0, 1.0), |(a, b), v| (a + v * b, b * v));
    let mean = x.iter().sum::<f64>() / n as f64;
    let var = x.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1) as f64;
    total + a * b + var.sqrt()
}

#[differentiable]
fn softmax(x: &[f64]) -> Vec<f64> {
    let m = x.iter().cloned().fold(f64::NEG_INFINITY, f64::max);
    let e: Vec<f64> = x.iter().map(|v| (v - m).exp()).collect();
    let z: f64 = e.iter().sum();
    e.iter().map(|v| v / z).collect()
}

#[differentiable]
fn distance(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
}

#[differentiable]
fn in_place(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    v.iter_mut().for_each(|x| *x *= 2.0);
    v.iter_mut().enumerate().for_each(|(i, x)| *x += i as f64 * *x);
    let mut total = 0.0;
    v.iter().for_each(|x| total += x * x);
    total
}

#[differentiable]
fn columns(m: &[[f64; 3]]) -> f64 {
    let col: Vec<f64> = m.iter().map(|row| row[1]).collect();
    let sums: Vec<f64> = m.iter().map(|row| row.iter().sum::<f64>()).collect();
    let t: Vec<Vec<f64>> = (0..3)
        .map(|j| m.iter().map(|row| row[j] * row[0]).collect())
        .collect();
    let pairs: Vec<[f64; 2]> = m.iter().map(|row| [row[0], row[1] * row[2]]).collect();
    col[0] * sums[1] + t[2][0] * t[1][1] + pairs[0][1] * pairs[1][0]
}

#[differentiable]
fn chunk_chains(x: &[f64]) -> f64 {
    let a = x.chunks(2).map(|c| c[0] * c[c.len() - 1]).sum::<f64>();
    let b: f64 = x.windows(2).map(|w| (w[1] - w[0]) * w[0]).product();
    let sorted = x.windows(2).all(|w| w[0] <= w[1]);
    let c: f64 = x.iter().step_by(2).skip(1).take(1).map(|v| v * v).sum();
    let d: f64 = x
        .iter()
        .enumerate()
        .filter(|(i, _)| i % 2 == 0)
        .map(|(_, v)| v.sin())
        .sum();
    if sorted { a } else { a * b + c * d }
}

#[differentiable]
fn maps_arrays(x: [f64; 3]) -> f64 {
    let y = x.map(|v| v * v);
    let z: [f64; 3] = std::array::from_fn(|i| y[i] * x[2 - i]);
    let w = z.map(f64::sin);
    y[0] * z[1] + w[2]
}

#[differentiable]
fn extremes(x: &[f64]) -> f64 {
    let largest = x.iter().copied().max_by(|a, b| a.total_cmp(b)).unwrap();
    let smallest = x.iter().min_by(|a, b| a.partial_cmp(b).unwrap()).unwrap();
    let at = x.iter().position(|&v| v > 0.5).unwrap();
    let last = x.iter().rev().map(|v| v * 2.0).last().unwrap();
    largest * smallest + x[at] * last
}

#[differentiable]
fn with_closures(x: &[f64], a: f64) -> f64 {
    let square = |t: f64| a * t * t;
    let scale = 2.0;
    let weigh = |i: usize, v: f64| {
        let w = scale * (i as f64 + 1.0);
        w * v
    };
    let mut s = 0.0;
    for (i, v) in x.iter().enumerate() {
        s += square(*v) + weigh(i, *v);
    }
    s * square(2.0)
}

const P: [f64; 4] = [0.6, -1.3, 0.9, 1.7];

#[test]
fn chains_are_the_loops_that_they_stand_for() {
    check!(nested_chains(&P.to_vec()));
    check_jacobian!(softmax(&P.to_vec()));
    check!(distance(&P.to_vec(), &vec![0.1, 0.2, 0.3, 0.4]));
    check!(in_place(&P.to_vec()));
    check!(columns(&vec![
        [0.1, 0.2, 0.3],
        [1.1, -0.4, 0.9],
        [-0.8, 1.5, 0.4]
    ]));
    check!(chunk_chains(&P.to_vec()));
    check!(maps_arrays([0.6, -1.3, 0.9]));
    check!(extremes(&P.to_vec()));
    check!(with_closures(&P.to_vec(), 0.4));
}
