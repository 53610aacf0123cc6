//! Arrays, slices and nested arrays: every way to index, borrow, copy and overwrite them.

use crate::check::{check, check_hessian, check_into, check_jacobian, check_map};
use differentiable::differentiable;

#[differentiable]
fn elements(x: &[f64]) -> f64 {
    x[0] * x[1] + x[2].sin() * x[0]
}

#[differentiable]
fn by_index_expression(x: &[f64], #[constant] k: usize) -> f64 {
    let n = x.len();
    x[k] * x[n - 1 - k] + x[(3 * k + 1) % n] + x[k * k] * x[n / 2]
}

#[differentiable]
fn by_index_table(x: &[f64], #[constant] table: &[usize]) -> f64 {
    let mut sum = 0.0;
    for i in 0..table.len() {
        sum += x[table[i]] * x[table[table.len() - 1 - i]];
    }
    sum
}

#[differentiable]
fn literal_array(x: f64, y: f64) -> f64 {
    let a = [x * y, x + y, 2.0];
    let [first, second, third] = a;
    a[0] * a[1] + first * second * third
}

#[differentiable]
fn repeated_array(x: f64) -> f64 {
    let mut a = [x; 4];
    a[2] = 3.0 * x;
    a[0] * a[1] * a[2] + a[3]
}

#[differentiable]
fn overwrites(x: f64, y: f64) -> f64 {
    let mut a = [0.0; 3];
    a[0] = x;
    a[1] = a[0] * y;
    a[0] = a[1] * a[1];
    a[2] = a[0] + a[1];
    a[1] = 7.0;
    a[2] * a[1] + a[0]
}

#[differentiable]
fn compound(x: f64, y: f64) -> f64 {
    let mut a = [1.0, x, y];
    a[0] += x * y;
    a[1] -= y;
    a[2] *= x;
    a[0] /= 1.5 + a[1] * a[1];
    a[0] -= a[2];
    a[1] *= a[1];
    a[0] * a[1] + a[2]
}

#[differentiable]
fn nested(m: [[f64; 3]; 2]) -> f64 {
    let mut sum = 0.0;
    for i in 0..2 {
        for j in 0..3 {
            sum += m[i][j] * m[1 - i][2 - j] * (j as f64 + 1.0);
        }
    }
    sum
}

#[differentiable]
fn nested_local(x: f64, y: f64) -> f64 {
    let mut m = [[0.0; 2]; 2];
    m[0][0] = x;
    m[0][1] = y;
    m[1] = m[0];
    m[1][0] *= 3.0;
    let row = m[1];
    m[0][0] * row[0] + m[1][1] * row[1]
}

#[differentiable]
fn nested_literal(x: f64, y: f64) -> f64 {
    let r = [[x.cos(), -x.sin()], [x.sin(), x.cos()]];
    let v = [y, 1.0];
    let w = [r[0][0] * v[0] + r[0][1] * v[1], r[1][0] * v[0] + r[1][1] * v[1]];
    w[0] * w[1] + w[0]
}

#[differentiable]
fn rows_of_a_slice(points: &[[f64; 3]]) -> f64 {
    let mut energy = 0.0;
    for i in 0..points.len() {
        for j in 0..i {
            let a = points[i];
            let b = &points[j];
            let d = [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
            energy += 1.0 / (d[0] * d[0] + d[1] * d[1] + d[2] * d[2]).sqrt();
        }
    }
    energy
}

#[differentiable]
fn array_by_value_is_a_copy(mut a: [f64; 3]) -> f64 {
    let before = a;
    a[0] = a[1] * a[2];
    a[1] += before[0];
    a[0] * a[1] + before[0] * before[0]
}

#[differentiable]
fn array_moved_into_mutable(a: [f64; 3]) -> f64 {
    let mut b = a;
    b[0] *= b[1];
    b[2] += b[0];
    a[0] * b[0] + b[2]
}

#[differentiable]
fn subslices(x: &[f64], #[constant] cut: usize) -> f64 {
    let head = &x[..cut];
    let tail = &x[cut..];
    let middle = &x[1..=cut];
    let all = &x[..];
    let mut sum = 0.0;
    for i in 0..head.len().min(tail.len()) {
        sum += head[i] * tail[i];
    }
    for i in 0..middle.len() {
        sum += middle[i] * all[i];
    }
    let inner = &tail[1..3];
    sum + inner[0] * inner[1]
}

#[differentiable]
fn mutable_subslices(x: &[f64]) -> f64 {
    let mut a = [0.0; 6];
    for i in 0..6 {
        a[i] = x[i] * x[i];
    }
    let part = &mut a[2..5];
    part[0] *= 2.0;
    part[2] = part[0] * part[1];
    let inner = &mut part[1..];
    inner[0] += 1.0;
    a[2] * a[3] + a[4] * a[5] + a[0]
}

#[differentiable]
fn split(x: &[f64]) -> f64 {
    let (left, right) = x.split_at(2);
    let mut a = [0.0; 4];
    a.copy_from_slice(&x[..4]);
    let (low, high) = a.split_at_mut(2);
    low[0] *= high[1];
    high[0] += low[0] * low[1];
    left[0] * right[0] + a[0] * a[2] + a[3]
}

#[differentiable]
fn swaps(x: &[f64]) -> f64 {
    let mut a = [0.0; 4];
    a.copy_from_slice(x);
    a.swap(0, 3);
    a[0] *= 2.0;
    a.swap(1, 0);
    a.swap(2, 2);
    a[0] * a[3] + a[1] * a[1] * a[2]
}

#[differentiable]
fn reversed(x: &[f64]) -> f64 {
    let mut a = x.to_vec();
    a.reverse();
    a[0] *= a[1];
    a.reverse();
    let mut weighted = 0.0;
    for i in 0..a.len() {
        weighted += a[i] * a[i] * (i as f64 + 1.0);
    }
    weighted
}

#[differentiable]
fn rotated(x: &[f64]) -> f64 {
    let mut a = x.to_vec();
    a.rotate_left(2);
    a[0] *= 3.0;
    a.rotate_right(1);
    a[0] * a[1] * a[1] + a[2] + a[3] * a[0]
}

#[differentiable]
fn filled(x: f64, y: f64) -> f64 {
    let mut a = [x; 4];
    a[1] = y;
    let s = a[1] * a[0];
    a.fill(s);
    a[2] = y;
    a[1..3].fill(x * y);
    a[0] * a[1] + a[2] * a[3]
}

#[differentiable]
fn copies_of_parts(x: &[f64]) -> f64 {
    let mut a = [1.0; 6];
    a[1..4].copy_from_slice(&x[..3]);
    a[4..].clone_from_slice(&x[1..3]);
    a[2] *= a[4];
    let mut b = [0.0; 2];
    b.copy_from_slice(&a[2..4]);
    b[0] * b[1] + a[5] * a[1] + a[0]
}

#[differentiable]
fn ends(x: &[f64]) -> f64 {
    let first = x.first().unwrap();
    let last = x.last().copied().unwrap();
    let third = *x.get(2).expect("four numbers");
    let beyond = x.get(9).copied().unwrap_or(0.5);
    first * last + third * beyond
}

#[differentiable]
fn maybe(x: &[f64], #[constant] k: usize) -> f64 {
    if let Some(&v) = x.get(k) {
        v * x[0]
    } else {
        x[0] * x[0]
    }
}

#[differentiable]
fn is_empty_or_not(x: &[f64]) -> f64 {
    if x.is_empty() { 0.0 } else { x[0] * x[x.len() - 1] }
}

#[differentiable]
fn whole_assignment(x: f64, y: f64) -> f64 {
    let mut a = [x, y];
    let first = a[0] * a[1];
    a = [a[1], first];
    let b = a;
    a = [b[1] * x, b[0]];
    a[0] * a[1] + b[0]
}

#[differentiable]
fn row_assignment(x: f64, y: f64) -> f64 {
    let mut m = [[x, y], [y, 1.0], [0.0, 0.0]];
    m[2] = m[0];
    m[0] = [m[1][0] * x, m[2][1]];
    m[1] = m[0];
    m[1][1] *= x;
    m[0][0] * m[1][1] + m[2][0] * m[2][1] + m[1][0]
}

#[differentiable]
fn in_a_branch(x: f64, y: f64) -> f64 {
    let mut a = [x, y, x * y];
    if x > y {
        a[0] = a[2] * y;
        a.swap(1, 2);
    } else {
        a[1] *= x;
        a = [a[1], a[2], a[0]];
    }
    a[0] * a[1] + a[2]
}

#[differentiable]
fn tuple_of_arrays(x: f64, y: f64) -> f64 {
    let pair = ([x, y], [x * y, 2.0]);
    let (mut a, b) = pair;
    a[0] *= b[0];
    a[0] * a[1] + pair.1[0] * pair.0[1]
}

#[differentiable]
fn array_of_tuples(x: f64, y: f64) -> f64 {
    let pairs = [(x, 2.0 * y), (y, x * y)];
    let mut sum = 0.0;
    for i in 0..2 {
        sum += pairs[i].0 * pairs[i].1;
    }
    let (a, b) = pairs[1];
    sum + a * b
}

#[differentiable]
fn returns_array(x: f64, y: f64) -> [f64; 3] {
    let mut a = [x, y, x * y];
    a[2] *= a[0];
    a
}

#[differentiable]
fn returns_its_argument_changed(mut a: [f64; 2]) -> [f64; 2] {
    a[0] *= a[1];
    a
}

#[differentiable]
fn returns_rows(x: &[f64]) -> [[f64; 2]; 2] {
    [[x[0] * x[1], x[1]], [x[0].sin(), 1.0]]
}

#[differentiable]
fn returns_early(x: &[f64]) -> [f64; 2] {
    if x[0] > 1.0 {
        return [x[0] * x[1], x[1]];
    }
    let mut a = [x[1]; 2];
    a[0] *= x[0];
    a
}

#[differentiable]
fn gauss(m: &[[f64; 3]; 3], b: &[f64; 3]) -> [f64; 3] {
    let mut m = *m;
    let mut b = *b;
    for k in 0..3 {
        let mut pivot = k;
        for i in k + 1..3 {
            if m[i][k].abs() > m[pivot][k].abs() {
                pivot = i;
            }
        }
        m.swap(k, pivot);
        b.swap(k, pivot);
        for i in k + 1..3 {
            let factor = m[i][k] / m[k][k];
            for j in k..3 {
                m[i][j] -= factor * m[k][j];
            }
            b[i] -= factor * b[k];
        }
    }
    let mut x = [0.0; 3];
    for i in (0..3).rev() {
        let mut sum = b[i];
        for j in i + 1..3 {
            sum -= m[i][j] * x[j];
        }
        x[i] = sum / m[i][i];
    }
    x
}

#[differentiable]
fn heat(x: &[f64], #[constant] steps: usize) -> f64 {
    let mut now = x.to_vec();
    let mut next = vec![0.0; x.len()];
    for _ in 0..steps {
        next[0] = now[0];
        next[x.len() - 1] = now[x.len() - 1];
        for i in 1..x.len() - 1 {
            next[i] = now[i] + 0.1 * now[i] * (now[i - 1] - 2.0 * now[i] + now[i + 1]);
        }
        std::mem::swap(&mut now, &mut next);
    }
    let mut sum = 0.0;
    for i in 0..now.len() {
        sum += now[i] * now[i];
    }
    sum
}

#[differentiable]
fn two_rows_swapped(x: f64, y: f64) -> f64 {
    let mut m = [[x, y], [x * y, 1.0], [y, y * y]];
    m.swap(0, 2);
    m[0][1] *= x;
    let (a, b) = m.split_at_mut(1);
    std::mem::swap(&mut a[0], &mut b[0]);
    m[0][0] * m[1][0] + m[0][1] * m[2][0]
}

#[differentiable]
fn single(x: f32, y: f32) -> f32 {
    let mut a = [x, y, 0.5];
    a[2] *= a[0] * a[1];
    a[0] += a[2];
    a[0] * a[2]
}

#[differentiable]
fn scratch_in_a_loop(x: &[f64]) -> f64 {
    let mut total = 0.0;
    for i in 0..x.len() {
        let mut powers = [0.0; 4];
        powers[0] = 1.0;
        for k in 1..4 {
            powers[k] = powers[k - 1] * x[i];
        }
        total += powers[3] + powers[1] * powers[2];
    }
    total
}

const P: [f64; 4] = [0.6, -1.3, 0.9, 1.7];
const Q: [f64; 6] = [0.6, -1.3, 0.9, 1.7, -0.4, 1.1];

#[test]
fn elements_are_read_by_any_index() {
    check_into!(elements(&P.to_vec()));
    check_hessian!(elements(&P.to_vec()));
    check!(by_index_expression(&Q.to_vec(), const 1));
    check!(by_index_expression(&Q.to_vec(), const 2));
    check!(by_index_table(&P.to_vec(), const &[3, 0, 0, 2, 1]));
    check!(by_index_table(&P.to_vec(), const &[]));
}

#[test]
fn arrays_begin_and_are_overwritten() {
    check_hessian!(literal_array(0.7, 1.2));
    check_hessian!(repeated_array(0.7));
    check_hessian!(overwrites(0.7, 1.2));
    check_hessian!(compound(0.7, 1.2));
    check!(whole_assignment(0.7, 1.2));
    check!(single(0.7, 1.2));
}

#[test]
fn arrays_nest() {
    check!(nested([[0.3, -0.5, 1.1], [0.8, 0.2, -1.4]]));
    check!(nested_local(0.7, 1.2));
    check!(nested_literal(0.7, 1.2));
    check!(row_assignment(0.7, 1.2));
    check!(rows_of_a_slice(&vec![
        [0.1, 0.2, 0.3],
        [1.1, -0.4, 0.9],
        [-0.8, 1.5, 0.4]
    ]));
    check!(rows_of_a_slice(&Vec::<[f64; 3]>::new()));
}

#[test]
fn arrays_are_copied_by_value() {
    check_hessian!(array_by_value_is_a_copy([0.6, -1.3, 0.9]));
    check!(array_moved_into_mutable([0.6, -1.3, 0.9]));
    check!(tuple_of_arrays(0.7, 1.2));
    check!(array_of_tuples(0.7, 1.2));
}

#[test]
fn parts_are_borrowed() {
    check!(subslices(&Q.to_vec(), const 2));
    check!(subslices(&Q.to_vec(), const 3));
    check!(mutable_subslices(&Q.to_vec()));
    check!(split(&P.to_vec()));
}

#[test]
fn elements_change_places() {
    check!(swaps(&P.to_vec()));
    check!(reversed(&P.to_vec()));
    check!(reversed(&Q[..5].to_vec()));
    check!(rotated(&P.to_vec()));
    check!(rotated(&Q.to_vec()));
    check!(two_rows_swapped(0.7, 1.2));
}

#[test]
fn parts_are_filled_and_copied() {
    check!(filled(0.7, 1.2));
    check!(copies_of_parts(&P.to_vec()));
}

#[test]
fn an_element_that_may_be_missing() {
    check!(ends(&P.to_vec()));
    check!(maybe(&P.to_vec(), const 2));
    check!(maybe(&P.to_vec(), const 7));
    check!(is_empty_or_not(&P.to_vec()));
    check!(is_empty_or_not(&Vec::<f64>::new()));
}

#[test]
fn branches_write_to_arrays() {
    check!(in_a_branch(0.7, 1.2));
    check!(in_a_branch(1.2, 0.7));
}

#[test]
fn arrays_are_returned() {
    check_jacobian!(returns_array(0.7, 1.2));
    check_jacobian!(returns_its_argument_changed([0.7, 1.2]));
    check_map!(returns_rows(&P.to_vec()));
    check_jacobian!(returns_early(&P.to_vec()));
    check_jacobian!(returns_early(&vec![1.3, 0.4]));
}

#[test]
fn algorithms_on_buffers() {
    check_map!(gauss(
        &[[0.1, 1.0, 0.4], [2.0, 0.3, -0.7], [0.5, 1.5, 3.0]],
        &[1.0, 2.0, -0.5]
    ));
    check_map!(gauss(
        &[[3.0, 0.1, 0.4], [0.2, 2.3, -0.7], [0.5, 0.5, 3.0]],
        &[1.0, 2.0, -0.5]
    ));
    check!(heat(&Q.to_vec(), const 0));
    check!(heat(&Q.to_vec(), const 1));
    check!(heat(&Q.to_vec(), const 6));
    check!(scratch_in_a_loop(&P.to_vec()));
}
