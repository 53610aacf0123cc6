//! Copies and moves, reborrows, exchanges of one with itself: where it is easy to get the memory wrong.

use crate::check::check;
use differentiable::differentiable;

#[differentiable]
fn copies(x: f64, y: f64) -> f64 {
    let mut arr = [x, y, x * y];
    let mut s = 0.0;
    for v in arr {
        arr[2] = 3.0 * v;
        s += v * arr[2];
    }
    let mut m = [[x, y], [y, 1.0]];
    let row = m[0];
    m[0][0] = 5.0;
    let mut v = vec![x, y];
    let (a, b) = (v[0], v[1]);
    v[0] = b * 2.0;
    v[1] = a;
    let t = (v[0], 1.0);
    v[0] = 9.0;
    let mut k = x;
    let f = move |t: f64| t * k;
    k = 2.0 * y;
    s + row[0] * m[0][1] + v[1] * t.0 + f(3.0) * k
}

#[differentiable]
fn same_row(x: f64, y: f64, #[constant] i: usize, #[constant] j: usize) -> f64 {
    let mut m = [[x, y], [y, x * y], [1.0, x]];
    m[i] = m[j];
    m[j][0] *= 2.0;
    m.swap(i, j);
    let mut v = [x, y, x + y];
    v[i] = v[j];
    v[j] *= v[i];
    v.swap(j, i);
    let mut w = vec![vec![x], vec![y, x], vec![x; 3]];
    w.swap(i, j);
    w[j][0] *= 3.0;
    m[0][0] * m[1][1] + m[2][0] + v[0] * v[1] * v[2] + w[0][0] * w[1][0] + w[2][0]
}

#[differentiable]
fn self_assignment(x: f64, y: f64) -> f64 {
    let mut a = [x, y, x * y];
    a = [a[1], a[2], a[0]];
    let mut m = [[x, y], [1.0, y]];
    m = [m[1], m[0]];
    m = [[m[0][1], m[1][0]], m[0]];
    a[0] * a[1] + m[0][0] * m[0][1] + m[1][0] * m[1][1] * a[2]
}

#[differentiable]
fn rows_replaced(x: f64, y: f64) -> f64 {
    let mut rows = vec![vec![x, y], vec![y]];
    let first = rows[0][0] * rows[1][0];
    rows[0] = vec![x; 5];
    rows[1] = rows[0].clone();
    rows[1].push(y);
    rows[0][4] *= first;
    rows[0][4] * rows[1][5] + rows[1][0]
}

#[differentiable]
fn reborrows(x: f64, y: f64) -> f64 {
    let mut v = vec![x];
    let r = &mut v;
    r.push(y);
    r[0] *= 2.0;
    let n = v.len();
    let mut b = x * y;
    std::mem::swap(&mut v[0], &mut b);
    let mut m = [[x, 1.0], [2.0, y]];
    let r = &mut m[1];
    let s = &mut r[0];
    *s += x;
    *s *= 2.0;
    r[1] *= 3.0;
    if let Some(last) = v.last_mut() {
        *last *= x;
    }
    if let Some(first) = v.first_mut() {
        *first += y;
    }
    v[0] * b * n as f64 + v[1] + m[1][0] * m[1][1]
}

#[differentiable]
fn clip(xs: &mut [f64], limit: f64) -> f64 {
    let mut sum = 0.0;
    for x in xs.iter_mut() {
        if *x > limit {
            *x = limit * 0.5;
            return sum;
        }
        sum += *x;
        *x *= 2.0;
    }
    sum * limit
}

#[differentiable]
fn uses_clip(x: &[f64]) -> f64 {
    let mut y = x.to_vec();
    let a = clip(&mut y, x[2]);
    let b = clip(&mut y[..2], 10.0);
    let mut t = 0.0;
    for v in y.iter_mut() {
        *v *= x[0];
        if *v > 1.0 {
            break;
        }
        t += *v;
    }
    a * b + t + y[0] * y[3]
}

#[differentiable]
fn step(mut y: Vec<f64>, a: f64) -> Vec<f64> {
    for i in 1..y.len() {
        y[i] += a * y[i - 1];
    }
    y
}

#[differentiable]
fn iterated(x: &[f64], a: f64) -> f64 {
    let mut y = x.to_vec();
    for _ in 0..3 {
        y = step(y, a);
    }
    let y = step(y, 0.5);
    let z = step(y.clone(), y[0]);
    y[1] * z[2] + z[3]
}

#[differentiable]
fn grows(x: f64, #[constant] n: usize) -> f64 {
    let mut v = vec![1.0, x];
    while v.len() < n {
        let s = v[v.len() - 1] * x + v[v.len() - 2];
        v.push(s);
        if v.len() % 3 == 0 {
            v.truncate(v.len() - 1);
            v[0] += s;
            v.push(x);
        }
    }
    let k = v.len();
    v.push(v[0]);
    let mut t = 0.0;
    for i in 0..k {
        t += v[i] * v[k] * (i as f64);
    }
    t
}

#[differentiable]
fn data_dependent(x: &[f64], y: f64) -> f64 {
    let k = (y * 3.0) as usize;
    let mut hist = [0.0; 4];
    for v in x {
        let bin = ((v + 2.0) as usize).min(3);
        hist[bin] += v * v;
    }
    hist[k] * hist[3] + x[k] * y + hist[2]
}

#[differentiable]
fn two_buffers(x: &[f64]) -> f64 {
    let n = x.len();
    let mut u = [x.to_vec(), vec![0.0; n]];
    let mut cur = 0;
    for _ in 0..5 {
        let next = 1 - cur;
        for i in 0..n {
            let left = if i == 0 { u[cur][n - 1] } else { u[cur][i - 1] };
            u[next][i] = 0.9 * u[cur][i] + 0.1 * left * left;
        }
        cur = next;
    }
    u[cur].iter().map(|v| v * v).sum()
}

#[differentiable]
fn fnmut(x: &[f64]) -> f64 {
    let mut total = 0.0;
    let mut count = 0;
    let mut add = |v: f64| {
        total += v * v;
        count += 1;
    };
    for v in x {
        add(*v);
    }
    add(2.0 * x[0]);
    let mut v = vec![0.0; 2];
    let mut put = |i: usize, a: f64| v[i] += a * total;
    put(0, x[1]);
    put(1, x[2]);
    total * count as f64 + v[0] * v[1]
}

#[differentiable]
fn rows_of_other_lengths_change_places(x: &[f64]) -> f64 {
    let mut rows = vec![vec![x[0], x[1]], vec![x[2]], vec![x[3], x[0] * x[1], 1.0]];
    let mut s = 0.0;
    for i in 0..4 {
        rows.swap(i % 2, 2);
        let ends: f64 = rows.iter().map(|row| row[0] * row[row.len() - 1]).sum();
        s = (s + ends * x[i]).sin();
        rows[i % 3][0] += s;
    }
    s
}

#[differentiable]
fn grows_behind_a_reference(xs: &mut Vec<f64>, a: f64) -> f64 {
    xs.push(a * xs[0]);
    if xs.len() > 4 {
        let last = xs.pop().unwrap();
        xs[1] = (xs[1] + last).sin();
    }
    xs[xs.len() - 1]
}

#[differentiable]
fn uses_what_grows(x: &[f64]) -> f64 {
    let mut v = x[..3].to_vec();
    let a = grows_behind_a_reference(&mut v, x[3]);
    let b = grows_behind_a_reference(&mut v, a);
    v[1] * b + a
}

const P: [f64; 4] = [0.6, -1.3, 0.9, 1.7];

#[test]
fn memory_is_what_rust_says_it_is() {
    check!(copies(0.7, 1.2));
    check!(same_row(0.7, 1.2, const 0, const 1));
    check!(same_row(0.7, 1.2, const 2, const 2));
    check!(self_assignment(0.7, 1.2));
    check!(rows_replaced(0.7, 1.2));
    check!(reborrows(0.7, 1.2));
    check!(uses_clip(&P.to_vec()));
    check!(iterated(&P.to_vec(), 0.3));
    check!(grows(0.7, const 2));
    check!(grows(0.7, const 9));
    check!(data_dependent(&P.to_vec(), 0.7));
    check!(two_buffers(&P.to_vec()));
    check!(fnmut(&P.to_vec()));
    check!(rows_of_other_lengths_change_places(&P.to_vec()));
    check!(uses_what_grows(&P.to_vec()));
}
