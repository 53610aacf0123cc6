//! Slices taken apart, reborrowed and handed to helpers that write through them.

use crate::check::check;
use differentiable::differentiable;

#[differentiable]
fn scale_in_place(a: f64, xs: &mut [f64]) {
    for x in xs.iter_mut() {
        *x *= a;
    }
}

#[differentiable]
fn scale_by_reference(a: f64, xs: &mut Vec<f64>) {
    for x in xs {
        *x = *x * a + 1.0;
    }
}

#[differentiable]
fn grow(a: f64, xs: &mut Vec<f64>) {
    xs.push(a * xs[0]);
    let last = xs.len() - 1;
    xs.swap(0, last);
}

#[differentiable]
fn helpers(x: &[f64]) -> f64 {
    let mut y = x.to_vec();
    scale_in_place(x[0], &mut y);
    scale_in_place(x[1], &mut y[1..]);
    scale_by_reference(2.0, &mut y);
    grow(x[2], &mut y);
    let (l, r) = y.split_at_mut(2);
    scale_in_place(l[0], r);
    let mut s = 0.0;
    for v in &y {
        s += v * v;
    }
    s
}

#[differentiable]
fn zips(x: &[f64]) -> f64 {
    let mut a = vec![1.0; x.len()];
    for (v, w) in x.iter().zip(a.iter_mut()) {
        *w += v * v;
    }
    let (l, r) = a.split_at_mut(2);
    for (v, w) in l.iter_mut().zip(r.iter()) {
        *v *= w;
    }
    for (v, w) in l.iter_mut().zip(r.iter_mut()) {
        std::mem::swap(v, w);
    }
    a[0] * a[3] + a[1]
}

#[differentiable]
fn patterns(xs: &[f64]) -> f64 {
    match xs {
        [] => 0.0,
        [x] => x * x,
        [first, .., last] => first * last,
    }
}

#[differentiable]
fn patterns2(xs: &[f64]) -> f64 {
    let mut s = 0.0;
    if let [a, b, rest @ ..] = xs {
        s += a * b;
        for r in rest {
            s += r * a;
        }
    }
    let [p, q] = [s, s * s];
    p * q
}

#[differentiable]
fn row_views(x: &[f64]) -> f64 {
    let n = 3;
    let mut m = vec![0.0; n * n];
    for i in 0..n {
        let row = &mut m[i * n..(i + 1) * n];
        for j in 0..n {
            row[j] = x[i] * x[j];
        }
        row[i] += 1.0;
    }
    for i in 1..n {
        let (above, below) = m.split_at_mut(i * n);
        let prev = &above[(i - 1) * n..];
        let this = &mut below[..n];
        for (t, p) in this.iter_mut().zip(prev) {
            *t += 0.5 * p;
        }
    }
    let mut s = 0.0;
    for row in m.chunks(n) {
        s += row.iter().sum::<f64>() * row[0];
    }
    s
}

#[differentiable]
fn sorted_by_hand(x: &[f64]) -> f64 {
    let mut a = x.to_vec();
    let n = a.len();
    for i in 0..n {
        for j in 0..n - 1 - i {
            if a[j] > a[j + 1] {
                a.swap(j, j + 1);
            }
        }
    }
    let mut s = 0.0;
    for (i, v) in a.iter().enumerate() {
        s += v * v * (i + 1) as f64;
    }
    s
}

#[differentiable]
fn takes_slices(x: [f64; 4]) -> f64 {
    let s = &x[1..];
    let t = s;
    let u = &t[1..];
    let mut buf = [0.0; 4];
    buf[..2].copy_from_slice(u);
    buf[2..].copy_from_slice(&x[..2]);
    buf.iter().zip(&x).map(|(a, b)| a * b).sum::<f64>() + t[0]
}

const P: [f64; 4] = [0.6, -1.3, 0.9, 1.7];

#[test]
fn slices_are_taken_apart_and_written_through() {
    check!(helpers(&P.to_vec()));
    check!(zips(&P.to_vec()));
    check!(patterns(&P.to_vec()));
    check!(patterns(&vec![0.4]));
    check!(patterns2(&P.to_vec()));
    check!(patterns2(&vec![0.4]));
    check!(row_views(&P.to_vec()));
    check!(sorted_by_hand(&P.to_vec()));
    check!(takes_slices(P));
}
