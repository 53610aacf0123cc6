//! `Vec`: growing, shrinking, nesting, moving, returning.

use crate::check::{check, check_hessian, check_into, check_jacobian, check_map};
use differentiable::differentiable;

#[differentiable]
fn filled_by_index(x: &[f64]) -> f64 {
    let n = x.len();
    let mut y = vec![0.0; n];
    for i in 0..n {
        y[i] = x[i] * x[n - 1 - i];
    }
    let mut sum = 0.0;
    for i in 0..n {
        sum += y[i] * y[i];
    }
    sum
}

#[differentiable]
fn pushed(x: &[f64]) -> f64 {
    let mut y = Vec::new();
    for i in 0..x.len() {
        y.push(x[i] * x[i]);
    }
    y.push(3.0);
    y.push(x[0]);
    y[1] * y[y.len() - 1] + y[y.len() - 2] * y[0]
}

#[differentiable]
fn pushed_with_capacity(x: &[f64]) -> f64 {
    let mut y: Vec<f64> = Vec::with_capacity(x.len());
    for i in 0..x.len() {
        let last = if i > 0 { y[i - 1] } else { 1.0 };
        y.push(last * x[i]);
    }
    y[x.len() - 1] + y[0]
}

#[differentiable]
fn pushed_sometimes(x: &[f64]) -> f64 {
    let mut kept = Vec::new();
    for i in 0..x.len() {
        if x[i] > 0.0 {
            kept.push(x[i] * x[0]);
        }
    }
    let mut sum = 0.0;
    for i in 0..kept.len() {
        sum += kept[i] * kept[i] * (i as f64 + 0.5);
    }
    sum
}

#[differentiable]
fn popped(x: &[f64]) -> f64 {
    let mut y = x.to_vec();
    let last = y.pop().unwrap();
    y[0] *= last;
    let before = y.pop().expect("four numbers");
    y.push(before * last);
    y[0] * y[y.len() - 1] + last
}

#[differentiable]
fn stack_machine(x: &[f64]) -> f64 {
    let mut stack = Vec::new();
    for i in 0..x.len() {
        stack.push(x[i]);
        if i % 2 == 1 {
            let b = stack.pop().unwrap();
            let a = stack.pop().unwrap();
            stack.push(a * b + 1.0);
        }
    }
    let mut res = 1.0;
    while let Some(top) = stack.pop() {
        res *= top;
    }
    res
}

#[differentiable]
fn literal(x: f64, y: f64) -> f64 {
    let v = vec![x, x * y, 2.0, y];
    let mut w = vec![y; 3];
    w[1] = v[1] * v[0];
    w[0] * w[1] + w[2] * v[3]
}

#[differentiable]
fn cloned(x: &[f64]) -> f64 {
    let a = x.to_vec();
    let mut b = a.clone();
    b[0] = a[1] * a[2];
    let c = b;
    a[0] * c[0] + c[1]
}

#[differentiable]
fn moved_twice(x: &[f64]) -> f64 {
    let mut a = vec![1.0; x.len()];
    for i in 0..x.len() {
        a[i] = x[i] * x[i];
    }
    let mut b = a;
    b[1] *= b[0];
    let mut c = b;
    c[2] += c[1] * c[1];
    c[0] + c[1] * c[2]
}

#[differentiable]
fn replaced(x: &[f64]) -> f64 {
    let mut a = vec![x[0]; 2];
    for i in 0..x.len() {
        let next = vec![a[1] * x[i], a[0] + x[i]];
        a = next;
    }
    a[0] * a[1]
}

#[differentiable]
fn resized(x: &[f64]) -> f64 {
    let mut a = x.to_vec();
    a.resize(6, x[1]);
    a[5] *= x[0];
    let s = a[4] * a[5];
    a.truncate(3);
    a.resize(4, 2.0);
    a[0] * a[3] + a[2] * s
}

#[differentiable]
fn cleared(x: &[f64]) -> f64 {
    let mut a = x.to_vec();
    let s = a[0] * a[1];
    a.clear();
    a.push(s * x[2]);
    a.extend_from_slice(&x[1..3]);
    a[0] * a[1] + a[2]
}

#[differentiable]
fn owned(mut x: Vec<f64>) -> f64 {
    x[0] *= x[1];
    x.push(2.0);
    let n = x.len();
    x[n - 1] *= x[0];
    x[n - 1] + x[1]
}

#[differentiable]
fn by_reference(x: &Vec<f64>, y: &Vec<f64>) -> f64 {
    let mut dot = 0.0;
    for i in 0..x.len() {
        dot += x[i] * y[i];
    }
    dot * dot
}

#[differentiable]
fn returns_vector(x: &[f64], a: f64) -> Vec<f64> {
    let mut y = Vec::new();
    for i in 0..x.len() {
        y.push(a * x[i] * x[i]);
    }
    y
}

#[differentiable]
fn returns_filled(x: &[f64]) -> Vec<f64> {
    let mut y = vec![0.0; x.len() + 1];
    for i in 0..x.len() {
        y[i] += x[i] * x[0];
        y[i + 1] -= x[i];
    }
    y
}

#[differentiable]
fn returns_owned(mut x: Vec<f64>) -> Vec<f64> {
    for i in 1..x.len() {
        x[i] *= x[i - 1];
    }
    x
}

#[differentiable]
fn returns_pair(x: &[f64]) -> (f64, Vec<f64>) {
    let mut y = x.to_vec();
    y[0] *= 2.0;
    (y[0] * y[1], y)
}

#[differentiable]
fn vector_of_rows(x: &[f64]) -> f64 {
    let mut rows = Vec::new();
    for i in 0..x.len() {
        rows.push([x[i], x[i] * x[0]]);
    }
    let mut sum = 0.0;
    for i in 0..rows.len() {
        sum += rows[i][0] * rows[i][1];
    }
    sum
}

#[differentiable]
fn vector_of_vectors(x: &[f64]) -> f64 {
    let mut rows: Vec<Vec<f64>> = Vec::new();
    for i in 0..x.len() {
        let mut row = Vec::new();
        for j in 0..=i {
            row.push(x[i] * x[j]);
        }
        rows.push(row);
    }
    let mut sum = 0.0;
    for i in 0..rows.len() {
        for j in 0..rows[i].len() {
            sum += rows[i][j] * rows[i][0];
        }
    }
    sum
}

#[differentiable]
fn matrix_of_vectors(x: &[f64]) -> f64 {
    let n = x.len();
    let mut m = vec![vec![0.0; n]; n];
    for i in 0..n {
        for j in 0..n {
            m[i][j] = x[i] * x[j] + if i == j { 1.0 } else { 0.0 };
        }
    }
    let mut trace = 0.0;
    for i in 0..n {
        for k in 0..n {
            trace += m[i][k] * m[k][i];
        }
    }
    trace
}

#[differentiable]
fn matrix_of_arrays(x: &[f64]) -> f64 {
    let mut m = vec![[0.0; 2]; x.len()];
    for i in 0..x.len() {
        m[i][0] = x[i];
        m[i][1] = x[i] * x[i];
    }
    let mut sum = 0.0;
    for row in &m {
        sum += row[0] * row[1];
    }
    sum
}

#[differentiable]
fn taken(x: &[f64]) -> f64 {
    let mut a = x.to_vec();
    let b = std::mem::take(&mut a);
    a.push(b[0] * b[1]);
    let c = std::mem::replace(&mut a, vec![b[2]; 2]);
    c[0] * a[0] + a[1] * a[1]
}

#[differentiable]
fn scratch_in_a_loop(x: &[f64], #[constant] d: usize) -> f64 {
    let mut total = 0.0;
    for i in 0..x.len() / d {
        let mut part = vec![0.0; d];
        for k in 0..d {
            part[k] = x[i * d + k] * x[k];
        }
        let mut sum = 0.0;
        for k in 0..d {
            sum += part[k].exp();
        }
        total += sum.ln();
    }
    total
}

const P: [f64; 4] = [0.6, -1.3, 0.9, 1.7];
const Q: [f64; 6] = [0.6, -1.3, 0.9, 1.7, -0.4, 1.1];

#[test]
fn vectors_are_filled() {
    check_into!(filled_by_index(&P.to_vec()));
    check_hessian!(filled_by_index(&P.to_vec()));
    check!(literal(0.7, 1.2));
    check!(scratch_in_a_loop(&Q.to_vec(), const 2));
    check!(scratch_in_a_loop(&Q.to_vec(), const 3));
}

#[test]
fn vectors_grow() {
    check!(pushed(&P.to_vec()));
    check!(pushed_with_capacity(&P.to_vec()));
    check!(pushed_sometimes(&Q.to_vec()));
    check!(resized(&P.to_vec()));
    check!(cleared(&P.to_vec()));
}

#[test]
fn vectors_shrink() {
    check!(popped(&P.to_vec()));
    check!(stack_machine(&P.to_vec()));
    check!(stack_machine(&Q.to_vec()));
}

#[test]
fn vectors_are_cloned_moved_and_replaced() {
    check!(cloned(&P.to_vec()));
    check!(moved_twice(&P.to_vec()));
    check!(replaced(&P.to_vec()));
    check!(taken(&P.to_vec()));
}

#[test]
fn vectors_are_parameters() {
    check!(owned(P.to_vec()));
    check_into!(by_reference(&P.to_vec(), &vec![0.4, 0.1, -0.8, 1.6]));
}

#[test]
fn vectors_are_returned() {
    check_jacobian!(returns_vector(&P.to_vec(), 0.7));
    check_jacobian!(returns_filled(&P.to_vec()));
    check_jacobian!(returns_owned(P.to_vec()));
    check_map!(returns_pair(&P.to_vec()));
}

#[test]
fn vectors_nest() {
    check!(vector_of_rows(&P.to_vec()));
    check!(vector_of_vectors(&P.to_vec()));
    check!(matrix_of_vectors(&P[..3].to_vec()));
    check!(matrix_of_arrays(&P.to_vec()));
}
