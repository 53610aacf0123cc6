//! Constant data of every kind: tables, index lists, fields of structs that only rustc understands.

use crate::check::check;
use differentiable::differentiable;

#[differentiable]
fn permuted(x: &[f64]) -> f64 {
    let n = x.len();
    let mut perm: Vec<usize> = (0..n).collect();
    for i in 0..n / 2 {
        perm.swap(i, n - 1 - i);
    }
    let mut best = 0;
    for i in 1..n {
        if x[i] > x[best] {
            best = i;
        }
    }
    let mut s = 0.0;
    for (i, &p) in perm.iter().enumerate() {
        s += x[p] * x[p] * (i as f64 + 1.0);
    }
    s * x[best]
}

const W: [f64; 4] = [0.5, 0.25, 0.125, 2.0];
static RULE: [(f64, f64); 2] = [(0.5, -0.577), (0.5, 0.577)];

#[differentiable]
fn tables(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for i in 0..4 {
        s += W[i] * x[i] * x[i];
    }
    for (w, v) in W.iter().zip(x) {
        s += w * v;
    }
    for (w, at) in RULE.iter() {
        s += w * (at * x[0]).sin();
    }
    for (w, at) in [(1.0, 0.2), (2.0, 0.7)] {
        s += w * (at * x[1]).cos();
    }
    let knots = [0.1, 0.2, 0.3];
    for k in knots {
        s += k * x[2];
    }
    s
}

pub struct Config {
    weights: Vec<f64>,
    links: Vec<Vec<usize>>,
    scale: f64,
}

#[differentiable]
fn configured(x: &[f64], #[constant] cfg: &Config) -> f64 {
    let mut s = 0.0;
    for (i, w) in cfg.weights.iter().enumerate() {
        s += w * x[i] * cfg.scale;
    }
    for i in 0..x.len() {
        for &j in &cfg.links[i] {
            s += x[i] * x[j];
        }
    }
    s * cfg.weights[0]
}

#[differentiable]
fn adjacency(x: &[f64], #[constant] links: &[Vec<usize>]) -> f64 {
    let mut s = 0.0;
    for (i, list) in links.iter().enumerate() {
        for &j in list {
            s += x[i] * x[j] * x[j];
        }
    }
    s
}

fn one_more(n: usize) -> usize {
    n + 1
}

pub struct Named {
    n: usize,
    scale: f64,
    list: Vec<f64>,
    name: String,
}

#[differentiable]
fn first_scaled(x: &[f64], a: f64) -> f64 {
    x[0] * a
}

#[differentiable]
fn takes_constants(
    x: f64,
    #[constant] n: usize,
    #[constant] name: &str,
    #[constant] f: impl Fn(f64) -> f64,
) -> f64 {
    x * n as f64 * f(2.0) + name.len() as f64
}

#[differentiable]
fn hands_constants_on(a: f64, b: f64, #[constant] cfg: &Named) -> f64 {
    let weights = vec![cfg.scale, 2.0];
    let list = &cfg.list;
    let mut s =
        takes_constants(a, cfg.n, &cfg.name, |t| t * t) * takes_constants(b, one_more(2), "abc", f64::sin);
    for _ in 0..2 {
        s += first_scaled(&weights, a) + first_scaled(&weights[..1], cfg.scale) * a;
        s += first_scaled(&[a], cfg.scale) + first_scaled(&cfg.list, s) + first_scaled(list, b);
    }
    s
}

const P: [f64; 4] = [0.6, -1.3, 0.9, 1.7];

#[test]
fn constant_data_is_read() {
    check!(permuted(&P.to_vec()));
    check!(tables(&P.to_vec()));
    let cfg = Config {
        weights: vec![0.5, 1.5],
        links: vec![vec![1, 2], vec![], vec![3], vec![0]],
        scale: 2.0,
    };
    check!(configured(&P.to_vec(), const &cfg));
    check!(adjacency(&P.to_vec(), const &cfg.links));
    let named = Named {
        n: 3,
        scale: 0.4,
        list: vec![0.7, 0.1],
        name: "four".to_owned(),
    };
    check!(hands_constants_on(0.7, -0.4, const &named));
}
