//! Lists that are rearranged, grow and shrink: everything that a `Vec`, a slice and a `VecDeque` can do.

use crate::check::{check, check_jacobian};
use differentiable::differentiable;
use std::collections::VecDeque;

#[differentiable]
fn inserts(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    v.insert(1, x[0] * x[1]);
    let removed = v.remove(0);
    let swapped = v.swap_remove(1);
    v.insert(v.len(), removed * swapped);
    v.iter().enumerate().map(|(i, v)| v * v * (i + 1) as f64).sum()
}

#[differentiable]
fn drains(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    let taken: Vec<f64> = v.drain(1..3).collect();
    let mut sum = 0.0;
    for d in v.drain(..1) {
        sum += d * d;
    }
    let tail = v.split_off(1);
    sum * taken[0] * taken[1] + v[0] * tail[0]
}

#[differentiable]
fn retains(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    v.retain(|v| *v > 0.5);
    let mut w: Vec<f64> = x.iter().map(|v| v * 2.0).collect();
    v.append(&mut w);
    let n = v.len() as f64;
    v.iter().map(|v| v.sin()).sum::<f64>() * n + w.len() as f64 * x[0]
}

#[differentiable]
fn sorted(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    v.sort_unstable_by(|a, b| a.total_cmp(b));
    let mut w = x.to_vec();
    w.sort_by(|a, b| b.partial_cmp(a).unwrap());
    let mut u = x.to_vec();
    u.sort_by(|a, b| a.abs().total_cmp(&b.abs()));
    let median = v[v.len() / 2];
    v[0] * w[0] * 2.0 + median * u[1] + w[1].sin()
}

#[differentiable]
fn sorted_pairs(x: &[f64], y: &[f64]) -> f64 {
    let mut pairs: Vec<(f64, f64)> = x.iter().copied().zip(y.iter().copied()).collect();
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    pairs
        .windows(2)
        .map(|w| (w[1].0 - w[0].0) * (w[1].1 + w[0].1) * 0.5)
        .sum()
}

#[differentiable]
fn concatenated(x: &[f64], y: &[f64]) -> Vec<f64> {
    let rows = vec![x.to_vec(), y.to_vec()];
    let all = rows.concat();
    let both = [x, y].concat();
    let mut v = vec![0.0; 1];
    v.extend(x.iter().map(|a| a * a));
    v.extend_from_slice(y);
    v.extend([x[0], y[0]]);
    v.resize(9, y[1]);
    v.truncate(8);
    v.rotate_left(2);
    v.rotate_right(1);
    v.reverse();
    v.copy_within(0..2, 4);
    v[3] *= all[1] * both[3];
    v
}

#[differentiable]
fn parts(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    {
        let (a, b) = v.split_at_mut(2);
        a[0] *= b[0];
        b[1] += a[1];
    }
    for chunk in v.chunks_mut(2) {
        let first = chunk[0];
        for c in chunk.iter_mut() {
            *c *= first;
        }
    }
    for c in v.chunks_exact_mut(2) {
        c.swap(0, 1);
    }
    let (head, tail) = v.split_at(1);
    head[0] * tail.iter().product::<f64>()
}

#[differentiable]
fn queue(x: &[f64]) -> f64 {
    let mut queue: VecDeque<f64> = VecDeque::new();
    let mut sum = 0.0;
    for v in x {
        queue.push_back(v * v);
        if queue.len() > 2 {
            let old = queue.pop_front().unwrap();
            sum += old * v;
        }
        sum += queue.iter().sum::<f64>() * queue[0];
    }
    queue.push_front(sum);
    let last = queue.pop_back().unwrap();
    while let Some(v) = queue.pop_front() {
        sum += v * last;
    }
    sum
}

#[differentiable]
fn window(x: &[f64]) -> f64 {
    let mut last = VecDeque::with_capacity(2);
    let mut total = 0.0;
    for &v in x.iter() {
        if last.len() == 2 {
            last.pop_front();
        }
        last.push_back(v);
        let mean = last.iter().sum::<f64>() / last.len() as f64;
        total += (v - mean) * (v - mean) + last.back().unwrap() * last.front().unwrap();
    }
    total
}

#[differentiable]
fn elements(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    if let Some(first) = v.first_mut() {
        *first *= 2.0;
    }
    *v.last_mut().unwrap() += x[0];
    if let Some(second) = v.get_mut(1) {
        *second = second.sin();
    }
    v[..2].fill(x[2]);
    v.swap(0, 2);
    v[1..].reverse();
    v.iter().zip(x).map(|(a, b)| a * b).sum::<f64>() + v.iter().rev().step_by(2).sum::<f64>()
}

#[differentiable]
fn rows(m: &[[f64; 2]]) -> f64 {
    let mut rows: Vec<Vec<f64>> = m.iter().map(|row| row.to_vec()).collect();
    rows.insert(1, vec![m[0][0] * m[1][1], 2.0]);
    let gone = rows.remove(0);
    rows.reverse();
    rows.truncate(2);
    rows.swap(0, 1);
    let flat: Vec<f64> = rows.into_iter().flatten().collect();
    flat.iter().map(|v| v * v).sum::<f64>() * gone[0] * gone[1]
}

#[differentiable]
fn mapped(x: [f64; 3]) -> [f64; 3] {
    let y = x.map(|v| v * v);
    let z: [f64; 3] = std::array::from_fn(|i| y[i] * x[(i + 1) % 3]);
    let rows = x.map(|v| [v, v * v]);
    let grid: [[f64; 2]; 3] = std::array::from_fn(|i| [z[i], y[i]]);
    [rows[0][1] * grid[1][0], rows[2][0], grid[2][1]]
}

#[test]
fn lists_that_change() {
    check!(inserts(&vec![0.3, -0.7, 1.5]));
    check!(drains(&vec![0.3, -0.7, 1.5, 0.8, 1.1]));
    check!(retains(&vec![0.3, 0.7, 1.5]));
    check!(parts(&vec![0.3, 0.7, 1.5, 1.2]));
    check!(elements(&vec![0.3, 0.7, 1.5, 1.2]));
    check!(rows(&vec![[0.3, 0.7], [1.5, 1.2], [0.4, 0.9]]));
    check_jacobian!(concatenated(&vec![0.3, 0.7, 1.1], &vec![0.9, 1.5]));
    check_jacobian!(mapped([0.3, 0.7, 1.5]));
}

#[test]
fn sorts() {
    check!(sorted(&vec![0.3, -0.7, 1.5]));
    check!(sorted(&vec![1.3, 0.9, 0.5, -2.0]));
    check!(sorted_pairs(
        &vec![1.3, 0.9, 0.5, -2.0],
        &vec![0.1, 0.2, 0.3, 0.4]
    ));
}

#[test]
fn queues() {
    check!(queue(&vec![0.3, -0.7, 1.5, 0.6]));
    check!(window(&vec![0.3, -0.7, 1.5, 0.6]));
}
