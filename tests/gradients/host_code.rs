//! Code around the derivative: configurations, maps, texts, sorted lists, functions of the user's own. None of it carries
//! a derivative, so it may be anything.

use crate::check::{check, check_hessian};
use differentiable::differentiable;
use std::collections::{BTreeMap, HashMap};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Mode {
    Fast,
    Slow,
}

#[derive(Clone)]
struct Config {
    rate: f64,
    weights: Vec<f64>,
    table: [[f64; 2]; 2],
    mode: Mode,
    name: String,
}

impl Config {
    fn scale(&self, k: usize) -> f64 {
        self.rate * k as f64
    }
}

fn config(mode: Mode) -> Config {
    Config {
        rate: 0.7,
        weights: vec![0.3, 0.8, 1.1],
        table: [[1.0, 0.2], [0.4, 0.5]],
        mode,
        name: "slow and steady".to_owned(),
    }
}

#[differentiable]
fn fields(x: f64, #[constant] config: &Config) -> f64 {
    let mut sum = config.rate * x;
    for (i, w) in config.weights.iter().enumerate() {
        sum += w * x.powi(i as i32) + config.scale(i);
    }
    for i in 0..2 {
        sum *= config.weights[i] + config.table[i][1] * x;
    }
    match config.mode {
        Mode::Fast => sum,
        Mode::Slow if config.name.len() > 20 => sum * x,
        Mode::Slow => -sum,
    }
}

#[differentiable]
fn taken_apart(x: f64, #[constant] config: Config) -> f64 {
    let Config { rate, weights, .. } = &config;
    let slow = config.mode == Mode::Slow;
    x * rate + weights[0] * x * x + if slow { 1.0 } else { x }
}

#[test]
fn a_configuration_is_read() {
    for mode in [Mode::Fast, Mode::Slow] {
        let config = config(mode);
        check_hessian!(fields(0.7, const &config));
        check_hessian!(taken_apart(0.7, const config.clone()));
    }
}

#[differentiable]
fn functions(
    x: f64,
    #[constant] f: &dyn Fn(f64) -> f64,
    #[constant] g: impl Fn(usize) -> f64,
    #[constant] h: fn(i32) -> f64,
) -> f64 {
    let mut res = x * f(2.0);
    for k in 0..3 {
        res = res * x + g(k) - h(-(k as i32));
    }
    res
}

#[differentiable]
fn maps(
    x: f64,
    #[constant] by_name: &HashMap<String, f64>,
    #[constant] mut counts: BTreeMap<u32, usize>,
) -> f64 {
    let mut res = x;
    if let Some(found) = by_name.get("a") {
        res *= found + x;
    }
    *counts.entry(3).or_insert(0) += 2;
    let mut keys: Vec<_> = by_name.keys().collect();
    keys.sort();
    for key in &keys {
        res += by_name[*key] * x.sin() + key.len() as f64;
    }
    let counts: Vec<(u32, usize)> = counts.into_iter().collect();
    for (k, n) in &counts {
        res += x.powi(*k as i32) * *n as f64;
    }
    res
}

#[differentiable]
fn words(x: f64, #[constant] text: &str) -> f64 {
    let mut words: Vec<&str> = text.split(' ').collect();
    words.sort_by_key(|word| word.len());
    let mut res = x;
    for word in &words {
        res = res * x + word.len() as f64;
    }
    let total: usize = words.iter().map(|word| word.len()).sum();
    let dashed = words.join("-");
    res / total as f64 + if dashed.starts_with('a') { x } else { 0.0 }
}

#[test]
fn functions_maps_and_texts() {
    check_hessian!(functions(0.7, const &|t| t * t, const |n| n as f64, const f64::from));
    let by_name = HashMap::from([("a".to_owned(), 0.3), ("long".to_owned(), 1.3)]);
    check_hessian!(maps(0.7, const &by_name, const BTreeMap::from([(2, 1), (3, 5)])));
    check_hessian!(words(0.7, const "some words and more"));
}

#[differentiable]
fn sorted(x: f64, #[constant] weights: &[f64], #[constant] extra: Option<&[f64]>) -> f64 {
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by(|a, b| weights[*b].total_cmp(&weights[*a]));
    let mut sorted = weights.to_vec();
    sorted.sort_by(f64::total_cmp);
    let mut res = sorted.iter().copied().fold(0.0, f64::max) * x;
    for (k, i) in order.iter().enumerate() {
        res += x.powi(k as i32) * weights[*i] + sorted[k] * x;
    }
    if order.contains(&2) {
        res *= x;
    }
    if let Some(extra) = extra {
        for w in extra {
            res += w * x;
        }
    }
    let above = sorted
        .binary_search_by(|w| w.total_cmp(&0.4))
        .unwrap_or_else(|at| at);
    order.insert(0, 7);
    let first = order.remove(0);
    order.retain(|k| *k > 0);
    res + above as f64 * x + first as f64 * x * x + order.len() as f64 / x
}

#[differentiable]
fn labelled(x: f64, #[constant] data: &[(f64, f64)], #[constant] labels: &[(usize, Mode)]) -> f64 {
    let mut res = 0.0;
    for &(t, y) in data {
        res += (x * t - y).powi(2);
    }
    for (t, y) in data.iter() {
        res += x * t * y;
    }
    for (k, mode) in labels {
        if *mode == Mode::Fast {
            res *= data[*k].0 + x;
        }
    }
    res
}

#[test]
fn lists_are_sorted_and_searched() {
    check_hessian!(sorted(0.7, const &[0.3, 0.9, 0.5], const Some(&[0.4, 0.1])));
    check_hessian!(sorted(0.7, const &[0.9, 0.5], const None));
    let labels = [(0, Mode::Fast), (1, Mode::Slow), (1, Mode::Fast)];
    check_hessian!(labelled(0.7, const &[(0.3, 0.4), (1.2, 0.1)], const &labels));
}

#[differentiable]
fn integers(x: f64, #[constant] n: usize, #[constant] k: i64) -> f64 {
    let a = n.checked_sub(3).unwrap_or(1) + n.saturating_sub(10) + n.pow(2) % 7;
    let b = k.rem_euclid(3).unsigned_abs() as usize;
    let c = (n as f64).sqrt().floor() as usize + (n..n + 3).sum::<usize>();
    let even = n % 2 == 0;
    let range = 1..n;
    let mut res = x * a as f64 + (b + c) as f64 * x.sin() * k.signum() as f64 + f64::from(even) * x * x;
    for i in range.clone() {
        res *= x + i as f64;
    }
    res + range.len() as f64 * x + range.end as f64 + f64::from(u8::try_from(n).unwrap_or(u8::MAX))
}

#[test]
fn integers_of_all_sorts() {
    check!(integers(0.7, const 12, const -4));
    check!(integers(0.7, const 1, const 5));
}
