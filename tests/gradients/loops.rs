//! Ranges of all sorts, `while`, `loop`, labels, early returns, zero trip counts.

use crate::check::{check, check_hessian, check_into, check_jacobian};
use differentiable::differentiable;

#[differentiable]
fn power_by_a_loop(x: f64, #[constant] n: usize) -> f64 {
    let mut res = 1.0;
    for _ in 0..n {
        res *= x;
    }
    res
}

#[differentiable]
fn series(x: f64, #[constant] n: i32) -> f64 {
    let mut term = 1.0;
    let mut sum = term;
    for k in 1..=n {
        term *= x / f64::from(k);
        sum += term;
    }
    sum
}

#[differentiable]
fn odd_terms(x: f64, #[constant] n: usize) -> f64 {
    let mut sum = 0.0;
    for k in (1..n).step_by(2) {
        sum += x.powi(k as i32) / k as f64;
    }
    sum
}

#[differentiable]
fn backwards(coefficients: &[f64], x: f64) -> f64 {
    let mut res = 0.0;
    for k in (0..coefficients.len()).rev() {
        res = res * x + coefficients[k];
    }
    res
}

/// All the ways to run over a range backwards or in steps, each sensitive to the order.
#[differentiable]
fn orders(x: f64, #[constant] n: u32) -> f64 {
    let mut a = x;
    for k in (0..n).rev() {
        a = a * 0.5 + k as f64 * x;
    }
    let mut b = x;
    for k in (0..=n).rev() {
        b = (b + f64::from(k)).sin();
    }
    let mut c = x;
    for k in (0..n).step_by(3) {
        c += f64::from(k) * c * c * 0.01;
    }
    let mut d = x;
    for k in (0..n).rev().step_by(2) {
        d = d.cos() + f64::from(k);
    }
    let mut e = x;
    for k in (0..n).step_by(2).rev() {
        e = e.cos() * f64::from(k);
    }
    a + b * c + d * e
}

#[test]
fn for_over_ranges() {
    for n in 0..6 {
        check_hessian!(power_by_a_loop(1.2, const n));
        check_hessian!(odd_terms(0.7, const n));
    }
    for n in -1..5 {
        check_hessian!(series(0.7, const n));
    }
    for n in [0, 1, 2, 5, 6] {
        check_hessian!(orders(0.7, const n));
    }
    check!(backwards(&vec![0.3, -0.7, 1.1, 0.4], 1.3));
    check_into!(backwards(&vec![0.3, -0.7, 1.1], 0.3));
    check!(backwards(&vec![], 1.3));
}

/// A range whose end lies before its start is empty.
#[differentiable]
fn reversed_bounds(x: f64, #[constant] from: i32, #[constant] to: i32) -> f64 {
    let mut res = x;
    for k in from..to {
        res *= x + f64::from(k);
    }
    for _ in (from..=to).rev() {
        res += x;
    }
    for k in (from..to).step_by(2) {
        res += f64::from(k) * x * x;
    }
    res
}

#[differentiable]
fn ranges_of_the_end(x: f64, #[constant] n: u8) -> f64 {
    let mut res = 0.0;
    for k in 250..=u8::MAX {
        res += x / f64::from(k - n);
    }
    for k in (0..=n).rev() {
        res = res * x + f64::from(k);
    }
    res
}

#[test]
fn empty_ranges_and_ranges_to_the_last_integer() {
    check_hessian!(reversed_bounds(0.8, const 3, const -2));
    check_hessian!(reversed_bounds(0.8, const 3, const 3));
    check_hessian!(reversed_bounds(0.8, const -2, const 3));
    check_hessian!(ranges_of_the_end(0.8, const 3));
}

/// The bounds depend on an outer index, and the inner loop carries its own state.
#[differentiable]
fn triangle(x: f64, #[constant] n: usize) -> f64 {
    let mut total = 0.0;
    for i in 0..n {
        let mut row = x;
        for j in i..n {
            row = row * x + (i * j) as f64;
            total += row / (j + 1) as f64;
        }
        total *= 0.5;
    }
    total
}

#[differentiable]
fn count_from_a_comparison(x: f64) -> f64 {
    let steps = if x > 1.0 { 5 } else { 2 };
    let mut y = x;
    for k in 0..steps + 1 {
        y = y * y * 0.3 + f64::from(k);
    }
    y
}

#[test]
fn nested_loops() {
    for n in 0..5 {
        check_hessian!(triangle(0.6, const n));
    }
    check_hessian!(count_from_a_comparison(1.2));
    check_hessian!(count_from_a_comparison(0.4));
}

/// The number of iterations depends on the value.
#[differentiable]
fn halvings(x: f64) -> f64 {
    let mut y = x;
    let mut weight = 1.0;
    while y > 1.0 {
        y *= 0.5;
        weight += y * x;
    }
    weight * y
}

#[differentiable]
fn two_pointers(xs: &[f64]) -> f64 {
    let (mut i, mut j) = (0, xs.len());
    let mut res = 1.0;
    while i + 1 < j {
        j -= 1;
        res += xs[i] * xs[j];
        i += 1;
    }
    res * res
}

#[differentiable]
fn while_with_a_compound_condition(x: f64) -> f64 {
    let mut y = x;
    let mut k = 0;
    while k < 8 && y * y < 10.0 {
        y = y * 1.5 + 0.1;
        k += 1;
    }
    y / (k + 1) as f64
}

#[test]
fn while_runs_until_the_values_say_so() {
    check_hessian!(halvings(0.7));
    check_hessian!(halvings(13.0));
    check!(two_pointers(&vec![0.3, 0.7, -0.2, 0.4, 0.9]));
    check!(two_pointers(&vec![0.3]));
    check_hessian!(while_with_a_compound_condition(0.3));
    check_hessian!(while_with_a_compound_condition(1e-3));
    check_hessian!(while_with_a_compound_condition(5.0));
}

#[differentiable]
fn break_with_a_value(x: f64) -> f64 {
    let mut y = x;
    let mut steps = 0;
    let root = loop {
        let next = 0.5 * (y + x / y);
        steps += 1;
        if (next - y).abs() < 1e-12 {
            break next;
        }
        if steps == 50 {
            break y;
        }
        y = next;
    };
    root * x
}

#[differentiable]
fn break_of_each_kind(x: f64, #[constant] limit: f64) -> f64 {
    let mut sum = 0.0;
    for k in 0..10 {
        let term = x.powi(k);
        if term > limit {
            sum -= term;
            break;
        }
        sum += term;
    }
    let mut y = x;
    while y < 100.0 {
        y = y * y + 1.0;
        if y > 3.0 * limit {
            break;
        }
        y += x;
    }
    let z = loop {
        if y < 0.1 {
            break y;
        }
        y *= 0.5;
    };
    sum * z
}

#[differentiable]
fn continues(xs: &[f64]) -> f64 {
    let mut res = 0.0;
    for k in 0..xs.len() {
        if xs[k] < 0.0 {
            continue;
        }
        let mut y = xs[k];
        let mut n = 0;
        while n < k {
            n += 1;
            if n % 2 == 0 {
                continue;
            }
            y = y.sin() + xs[k - n];
        }
        res += y * y;
    }
    res
}

#[test]
fn break_and_continue() {
    check_hessian!(break_with_a_value(2.0));
    check_hessian!(break_of_each_kind(1.3, const 2.0));
    check_hessian!(break_of_each_kind(0.3, const 2.0));
    check_hessian!(break_of_each_kind(2.5, const 0.5));
    check!(continues(&vec![0.4, -0.3, 0.8, 0.2, 0.9]));
    check!(continues(&vec![]));
}

#[differentiable]
fn labels(x: f64, #[constant] n: usize) -> f64 {
    let mut res = x;
    'rows: for i in 0..n {
        let mut row = 1.0;
        for j in 0..n {
            if j > i {
                continue 'rows;
            }
            row *= x + j as f64;
            if row > 50.0 {
                break 'rows;
            }
            if i + j == 3 {
                break;
            }
            res += row;
        }
        res *= 0.9;
    }
    res
}

#[differentiable]
fn labelled_loop_value(x: f64) -> f64 {
    let mut y = x;
    let found = 'search: loop {
        for k in 0..5 {
            y += x * f64::from(k);
            while y > 1.0 {
                if y > 4.0 {
                    break 'search y * x;
                }
                y *= 1.7;
            }
        }
        if y < 0.0 {
            break y;
        }
    };
    found + y
}

#[test]
fn labels_leave_outer_loops() {
    for n in 0..6 {
        check_hessian!(labels(1.3, const n));
    }
    check_hessian!(labelled_loop_value(0.3));
    check_hessian!(labelled_loop_value(-0.3));
}

#[differentiable]
fn first_above(xs: &[f64], limit: f64) -> f64 {
    for k in 0..xs.len() {
        if xs[k] > limit {
            return xs[k] * xs[k] - limit;
        }
    }
    limit
}

#[differentiable]
fn return_from_nested_loops(x: f64, #[constant] n: i32) -> f64 {
    let mut y = x;
    for i in 0..n {
        let mut k = 0;
        loop {
            y = y * 1.1 + x * f64::from(i);
            if y > 5.0 {
                return y * x;
            }
            k += 1;
            if k > i {
                break;
            }
        }
        if y < -5.0 {
            return -y;
        }
        y -= 0.1;
    }
    y * y
}

#[differentiable]
fn return_an_array(x: f64, #[constant] n: i32) -> [f64; 2] {
    let mut a = [x, 1.0];
    for k in 0..n {
        if a[0] > 2.0 {
            return [a[1], a[0]];
        }
        a[0] *= 1.5;
        a[1] += a[0] * f64::from(k);
    }
    a
}

/// The result is there before anything has been written.
#[differentiable]
fn return_before_the_first_write(x: f64, #[constant] n: usize) -> f64 {
    if n == 0 {
        return 0.0;
    }
    let mut buffer = vec![0.0; n];
    for k in 0..n {
        if x < 0.0 {
            return x;
        }
        buffer[k] = x.powi(k as i32);
    }
    buffer[n - 1] * buffer[n / 2]
}

#[test]
fn return_from_anywhere() {
    check!(first_above(&vec![0.1, 0.7, 0.9], 0.5));
    check!(first_above(&vec![0.1, 0.7, 0.9], 1.5));
    check!(first_above(&vec![], 1.5));
    for n in 0..5 {
        check_hessian!(return_from_nested_loops(1.3, const n));
        check_hessian!(return_from_nested_loops(-2.3, const n));
        check_jacobian!(return_an_array(1.1, const n));
        check_hessian!(return_before_the_first_write(1.3, const n as usize));
        check_hessian!(return_before_the_first_write(-1.3, const n as usize));
    }
}

/// A loop with both a carried scalar and a carried integer and flag.
#[differentiable]
fn carried_integers(x: f64) -> f64 {
    let (mut a, mut b) = (0_usize, 1_usize);
    let mut up = true;
    let mut y = x;
    for _ in 0..7 {
        (a, b) = (b, a + b);
        if up {
            y += a as f64 * x;
        } else {
            y = y / b as f64 + x * y;
        }
        up = !up;
    }
    y
}

#[differentiable]
fn nothing_active_inside(x: f64) -> f64 {
    let mut n = 0;
    for k in 0..5 {
        n += k;
    }
    let mut scale = 1.0;
    while scale < 10.0 {
        scale *= 2.0;
    }
    x * f64::from(n) * scale
}

#[differentiable]
fn overwritten_in_each_iteration(x: f64) -> f64 {
    let mut last = 0.0;
    for k in 0..4 {
        last = x * f64::from(k);
    }
    last * last
}

#[test]
fn loops_carry_what_they_must() {
    check_hessian!(carried_integers(0.3));
    check_hessian!(nothing_active_inside(0.3));
    check_hessian!(overwritten_in_each_iteration(0.3));
}
