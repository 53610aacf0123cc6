//! Programs on which other tools crash, refuse, or are wrong in silence.

use crate::check::{check, check_hessian, check_into, check_jacobian, check_map};
use crate::harness::assert_near;
use differentiable::differentiable;

/// Solves `a·x = b` by elimination with partial pivoting; rows are swapped in memory.
#[differentiable]
fn solve_flat(a: &[f64], b: &[f64]) -> Vec<f64> {
    let n = b.len();
    let mut a = a.to_vec();
    let mut x = b.to_vec();
    for col in 0..n {
        let mut pivot = col;
        for row in col + 1..n {
            if a[row * n + col].abs() > a[pivot * n + col].abs() {
                pivot = row;
            }
        }
        if pivot != col {
            for k in 0..n {
                a.swap(col * n + k, pivot * n + k);
            }
            x.swap(col, pivot);
        }
        for row in col + 1..n {
            let factor = a[row * n + col] / a[col * n + col];
            for k in col..n {
                a[row * n + k] -= factor * a[col * n + k];
            }
            x[row] -= factor * x[col];
        }
    }
    for row in (0..n).rev() {
        for k in row + 1..n {
            x[row] -= a[row * n + k] * x[k];
        }
        x[row] /= a[row * n + row];
    }
    x
}

/// The determinant of a matrix of rows: whole rows are swapped.
#[differentiable]
fn determinant(a: &[[f64; 3]; 3]) -> f64 {
    let mut m = *a;
    let mut res = 1.0;
    for col in 0..3 {
        let mut pivot = col;
        for row in col + 1..3 {
            if m[row][col].abs() > m[pivot][col].abs() {
                pivot = row;
            }
        }
        if pivot != col {
            m.swap(pivot, col);
            res = -res;
        }
        res *= m[col][col];
        for row in col + 1..3 {
            let factor = m[row][col] / m[col][col];
            for k in col..3 {
                m[row][k] -= factor * m[col][k];
            }
        }
    }
    res
}

#[test]
fn elimination_with_a_pivot_that_really_swaps() {
    let a = vec![0.1, 2.0, 0.7, 1.5, -0.3, 0.2, -0.4, 0.9, 3.0];
    check_map!(solve_flat(&a, &vec![0.3, -0.7, 1.1]));
    check_map!(solve_flat(&vec![], &vec![]));
    check!(determinant(&[
        [0.1, 2.0, 0.7],
        [1.5, -0.3, 0.2],
        [-0.4, 0.9, 3.0]
    ]));
}

/// A diagonal pivot of zero: only with the swap is there a derivative at all.
#[test]
fn a_zero_pivot_is_swapped_away() {
    let (_, pullback) = solve_flat::vjp(&[0.0, 2.0, 4.0, 0.0], &[1.0, 2.0]);
    let (a_bar, b_bar) = pullback(vec![1.0, 1.0]);
    assert_near("b_bar", &b_bar, &[0.5, 0.25], 1e-15);
    assert_near("a_bar", &a_bar, &[-0.25, -0.25, -0.125, -0.125], 1e-15);
}

/// Heat equation: two buffers that change places in every step.
#[differentiable]
fn two_buffers(start: &[f64], rate: f64, #[constant] steps: usize) -> f64 {
    let n = start.len();
    let mut now = start.to_vec();
    let mut next = vec![0.0; n];
    for _ in 0..steps {
        for k in 1..n - 1 {
            next[k] = now[k] + rate * (now[k - 1] - 2.0 * now[k] + now[k + 1]);
        }
        next[0] = now[0];
        next[n - 1] = now[n - 1];
        std::mem::swap(&mut now, &mut next);
    }
    let mut res = 0.0;
    for k in 0..n {
        res += now[k] * now[k] * (k + 1) as f64;
    }
    res + next[1]
}

#[differentiable]
fn swapped_arrays(x: f64, y: f64) -> f64 {
    let mut a = [x, y, 1.0];
    let mut b = [y * y; 3];
    for k in 0..3 {
        core::mem::swap(&mut a, &mut b);
        a[k] *= x;
        b.swap(0, k);
    }
    a[0] * b[1] + a[2] * b[2] - a[1] * b[0]
}

#[test]
fn buffers_that_change_places() {
    for steps in 0..4 {
        check!(two_buffers(&vec![0.3, -0.7, 1.1, 0.4, 0.9], 0.2, const steps));
    }
    check_into!(two_buffers(&vec![0.3, -0.7, 1.1, 0.4], 0.2, const 3));
    check_hessian!(swapped_arrays(0.3, 0.7));
}

#[differentiable]
fn pushed(x: f64, #[constant] n: usize) -> f64 {
    let mut history = Vec::new();
    let mut y = x;
    for k in 0..n {
        history.push(y);
        y = y.sin() * x + k as f64;
        if k % 3 == 2 {
            history.push(x * x);
        }
    }
    let mut res = 0.0;
    for k in 0..history.len() {
        res += history[k] * history[history.len() - 1 - k];
    }
    res
}

#[differentiable]
fn stack(x: f64, y: f64) -> f64 {
    let mut stack = vec![x, y];
    stack.push(x * y);
    let c = stack.pop().unwrap();
    let b = stack.pop().expect("two were pushed");
    stack.push(b + c);
    stack.push(c);
    let mut product = 1.0;
    while let Some(top) = stack.pop() {
        product *= top;
    }
    product + stack.len() as f64
}

#[differentiable]
fn resized(xs: &[f64]) -> f64 {
    let mut a = xs.to_vec();
    a.resize(5, xs[0] * xs[0]);
    a[4] *= xs[1];
    a.truncate(4);
    a.resize(6, 2.0);
    a[5] += a[3] * a[4];
    let mut b = a.clone();
    a.clear();
    b.extend_from_slice(&xs[1..]);
    b.push(a.len() as f64);
    let mut res = 0.0;
    for (k, x) in b.iter().enumerate() {
        res += x * x * (k as f64 + 0.5);
    }
    res
}

#[test]
fn vectors_that_grow_and_shrink() {
    for n in [0, 1, 2, 5] {
        check_hessian!(pushed(0.8, const n));
    }
    check_hessian!(stack(0.8, 1.3));
    check!(resized(&vec![0.8, 1.3]));
    check_into!(resized(&vec![0.8, 1.3, -0.4]));
}

/// Pascal's triangle of a weight: rows of different lengths.
#[differentiable]
fn ragged(x: f64, y: f64, #[constant] n: usize) -> f64 {
    let mut rows: Vec<Vec<f64>> = Vec::new();
    for i in 0..n {
        let mut row = vec![x; i + 1];
        for j in 1..i {
            row[j] = x * rows[i - 1][j - 1] + y * rows[i - 1][j];
        }
        rows.push(row);
    }
    let mut res = 0.0;
    for row in &rows {
        for entry in row {
            res += entry * entry;
        }
    }
    res
}

#[differentiable]
fn table(xs: &Vec<Vec<f64>>, scale: f64) -> f64 {
    let mut sums = vec![vec![0.0; 2]; xs.len()];
    for i in 0..xs.len() {
        for j in 0..xs[i].len() {
            sums[i][j % 2] += scale * xs[i][j] * xs[i][j];
        }
    }
    let mut res = 1.0;
    for sum in sums.iter() {
        res *= 1.0 + sum[0] - sum[1];
    }
    res
}

#[test]
fn vectors_of_vectors() {
    for n in 0..5 {
        check_hessian!(ragged(0.8, 1.3, const n));
    }
    check!(table(&vec![vec![0.3, -0.7, 1.1], vec![], vec![0.4, 0.9]], 0.7));
}

#[differentiable]
fn by_value(p: (f64, f64), mut a: [f64; 3], mut v: Vec<f64>, m: [[f64; 2]; 2]) -> f64 {
    a[1] *= p.0;
    v.push(a[1] * p.1);
    v[0] += m[1][0];
    a[0] * v[v.len() - 1] + v[0] * m[0][1] + a[2]
}

#[differentiable]
fn by_value_through_calls(x: f64) -> f64 {
    let a = [x, x * x, 1.0];
    let v = vec![x.sin(); 2];
    by_value((x, 2.0), a, v, [[x, 0.5], [x * 3.0, 0.0]]) + a[1]
}

#[differentiable]
fn returned_by_value(x: f64, #[constant] n: usize) -> (Vec<f64>, [f64; 2]) {
    let mut v = vec![x; n];
    for k in 1..n {
        v[k] = v[k - 1] * x;
    }
    (v, [x * x, 1.0])
}

#[test]
fn tuples_arrays_and_vectors_by_value() {
    check!(by_value(
        (0.3, 0.8),
        [0.3, -0.7, 1.1],
        vec![0.4, 0.9],
        [[0.1, 0.2], [0.3, 0.4]]
    ));
    check_hessian!(by_value_through_calls(0.7));
    check_map!(returned_by_value(0.7, const 3));
    check_map!(returned_by_value(0.7, const 0));
}

#[differentiable]
fn moved_inside(a: &mut [f64]) {
    a.reverse();
    a.rotate_left(2);
    a.swap(0, 1);
}

#[differentiable]
fn permuted(xs: &[f64; 5]) -> f64 {
    let mut a = [0.0; 5];
    a.copy_from_slice(xs);
    moved_inside(&mut a);
    a.reverse();
    a[0] * a[1] - a[2] * a[3] + a[4] * xs[0]
}

#[test]
fn elements_that_move_within_an_array() {
    check!(permuted(&[0.3, -0.7, 1.1, 0.4, 0.9]));
}

/// Nothing is written, nothing is read, and the result does not depend on the input.
#[differentiable]
fn empty_loops(xs: &[f64], y: f64) -> f64 {
    let mut best = f64::NEG_INFINITY;
    let mut sum = 0.0;
    for x in xs {
        best = best.max(x * y);
        sum += (x - best).exp();
    }
    for k in 5..xs.len() {
        sum *= xs[k];
    }
    if xs.is_empty() { 0.0 } else { best + sum.ln() }
}

#[test]
fn empty_input() {
    assert_eq!(empty_loops::value_and_grad(&[], 2.0), (0.0, (vec![], 0.0)));
    check!(empty_loops(&vec![], 2.0));
    check!(empty_loops(&vec![0.3, 0.8, -0.4], 2.0));
    check!(empty_loops(&vec![0.3, 0.8, -0.4, 0.1, 0.2, 0.7, 1.1], 0.5));
}

/// `0·∞` must not leak from an entry that is not selected.
#[differentiable]
fn masked_log(xs: &[f64], #[constant] mask: &[bool]) -> f64 {
    let mut res = 0.0;
    for k in 0..xs.len() {
        let term = xs[k].ln() / xs[k];
        if mask[k] {
            res += term;
        }
    }
    res
}

#[differentiable]
fn normalised(xs: &[f64]) -> Vec<f64> {
    let mut norm = 0.0;
    for x in xs {
        norm += x * x;
    }
    if norm == 0.0 {
        return vec![0.0; xs.len()];
    }
    let norm = norm.sqrt();
    let mut res = Vec::with_capacity(xs.len());
    for x in xs {
        res.push(x / norm);
    }
    res
}

#[test]
fn zero_times_infinity_stays_out() {
    assert_eq!(masked_log::grad(&[0.0, 1.0], &[false, true]), vec![0.0, 1.0]);
    let (value, pullback) = normalised::vjp(&[0.0, 0.0]);
    assert_eq!((value, pullback(vec![1.0, 1.0])), (vec![0.0; 2], vec![0.0; 2]));
    check_map!(normalised(&vec![0.3, -0.7, 1.1]));
}

/// The result of an early return is `0`, and the buffer's cotangent stays empty.
#[differentiable]
fn early_return(xs: &[f64], out: &mut [f64]) -> f64 {
    if xs[0] < 0.0 {
        return 0.0;
    }
    for k in 0..xs.len() {
        if xs[k] > 10.0 {
            return out[0];
        }
        out[k] = xs[k] * xs[k];
    }
    out[xs.len() - 1]
}

#[differentiable]
fn caller_of_early_return(xs: &[f64]) -> [f64; 2] {
    let mut out = vec![xs[1]; xs.len()];
    let value = early_return(xs, &mut out);
    [value, out[0] * out[1]]
}

#[test]
fn return_before_and_between_writes() {
    check_jacobian!(caller_of_early_return(&vec![-0.3, 0.7]));
    check_jacobian!(caller_of_early_return(&vec![0.3, 0.7]));
    check_jacobian!(caller_of_early_return(&vec![0.3, 17.0, 0.5]));
}

/// The same vector in two places of a call, and a value added to itself.
#[differentiable]
fn inner_product(xs: &[f64], ys: &[f64]) -> f64 {
    let mut sum = 0.0;
    for (x, y) in xs.iter().zip(ys) {
        sum += x * y;
    }
    sum
}

#[differentiable]
fn with_its_own_clone(xs: &[f64]) -> f64 {
    let copy = xs.to_vec();
    let other = copy.clone();
    inner_product(xs, xs) + 2.0 * inner_product(&copy, &other) + inner_product(&xs[1..], &xs[..xs.len() - 1])
}

#[test]
fn a_vector_times_itself() {
    check!(with_its_own_clone(&vec![0.3, -0.7, 1.1]));
    check_hessian!(with_its_own_clone(&vec![0.3, -0.7]));
    assert_eq!(
        inner_product::grad(&[1.0, 2.0], &[3.0, 4.0]),
        (vec![3.0, 4.0], vec![1.0, 2.0])
    );
}
