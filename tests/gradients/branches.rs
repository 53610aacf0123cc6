//! `if`, `match`, `if let`, `let … else`, boolean logic: the derivative is that of the branch that ran.

use crate::check::{check, check_hessian, check_jacobian, check_map};
use differentiable::differentiable;

#[differentiable]
fn leaky_relu(x: f64) -> f64 {
    if x > 0.0 { x } else { 0.01 * x }
}

#[differentiable]
fn smooth_step(x: f64) -> f64 {
    if x <= 0.0 {
        0.0
    } else if x >= 1.0 {
        1.0
    } else {
        let t = x * x;
        t * (3.0 - 2.0 * x)
    }
}

/// Huber's loss.
#[differentiable]
fn huber(x: f64, delta: f64) -> f64 {
    let size = x.abs();
    if size < delta {
        0.5 * x * x
    } else {
        delta * (size - 0.5 * delta)
    }
}

#[differentiable]
fn nested(x: f64, y: f64) -> f64 {
    let z = if x > 0.0 {
        let w = if y > 0.0 { x * y } else { x - y };
        w * w
    } else {
        if y > x { y.exp() } else { 1.0 }
    };
    z + x
}

#[differentiable]
fn without_else(x: f64, y: f64) -> f64 {
    let mut res = x * y;
    if x > y {
        res += x * x;
        if x > 2.0 * y {
            res *= y;
        }
    }
    if res < 0.0 {
        res = -res;
    }
    res
}

#[differentiable]
fn both_sides_assign(x: f64) -> f64 {
    let mut a = x;
    let mut b = 1.0;
    if x > 1.0 {
        a *= 2.0;
        b = a;
    } else {
        b += a * a;
        a = 0.5;
    }
    a * b
}

#[test]
fn if_takes_the_branch_that_ran() {
    for x in [-0.7, 0.4, 1.6] {
        check_hessian!(leaky_relu(x));
        check_hessian!(smooth_step(x));
        check_hessian!(huber(x, 1.1));
        check_hessian!(both_sides_assign(x));
        for y in [-0.5, 0.15, 0.9] {
            check_hessian!(nested(x, y));
            check_hessian!(without_else(x, y));
        }
    }
}

#[differentiable]
fn logic(x: f64, y: f64) -> f64 {
    let inside = x * x + y * y < 1.0;
    let right = x > 0.0;
    let either = inside || (right && !(y < 0.0));
    let both = inside & right;
    let one = inside ^ right;
    let mut res = if either { x * y } else { x + y };
    if both {
        res *= 2.0;
    }
    if one != (y == x) {
        res += x;
    }
    if !inside && x.is_finite() && !y.is_nan() || x.is_sign_negative() {
        res -= y * y;
    }
    res
}

#[differentiable]
fn flags(x: f64, #[constant] square: bool, #[constant] shift: Option<i32>) -> f64 {
    let y = if square { x * x } else { x };
    if shift.is_some() && square {
        y + 1.0 / x
    } else {
        y.sin()
    }
}

#[differentiable]
fn conditions_that_compute(x: f64, y: f64) -> f64 {
    let too_far = {
        let d = x - y;
        d * d > 0.5
    };
    if too_far && (x * y).sin() > 0.0 || x.max(y) > 2.0 {
        x * y
    } else {
        x / y
    }
}

#[test]
fn boolean_logic_and_comparisons() {
    for (x, y) in [
        (0.3, 0.4),
        (-0.3, 0.4),
        (1.3, 0.4),
        (1.3, -0.4),
        (-1.3, -0.4),
        (2.5, 0.7),
    ] {
        check_hessian!(logic(x, y));
        check_hessian!(conditions_that_compute(x, y));
    }
    check_hessian!(flags(0.7, const true, const Some(3)));
    check_hessian!(flags(0.7, const true, const None));
    check_hessian!(flags(0.7, const false, const Some(3)));
}

#[differentiable]
fn by_integer(x: f64, #[constant] n: i32) -> f64 {
    match n {
        0 => x,
        1 | 2 => x * x,
        3..=5 => {
            let y = x.exp();
            y / f64::from(n)
        }
        i32::MIN..0 => 1.0 / x,
        even if even % 2 == 0 => x.sin() * f64::from(even),
        odd @ (7 | 9) => x.powi(odd),
        _ => 0.0,
    }
}

#[differentiable]
fn by_range_of_an_index(xs: &[f64]) -> f64 {
    let mut res = 0.0;
    for k in 0..xs.len() {
        res += match k {
            0 => xs[0] * xs[0],
            1..4 => xs[k] * xs[k - 1],
            _ if xs[k] > 0.0 => xs[k].sqrt(),
            _ => 1.0,
        };
    }
    res
}

#[derive(Clone, Copy, PartialEq)]
enum Activation {
    Relu,
    Leaky(f64),
    Elu { alpha: f64 },
    Power(i32, f64),
}

#[differentiable]
fn activate(x: f64, #[constant] by: Activation) -> f64 {
    match by {
        Activation::Relu if x < 0.0 => 0.0,
        Activation::Relu => x,
        Activation::Leaky(slope) => {
            if x > 0.0 {
                x
            } else {
                slope * x
            }
        }
        Activation::Elu { alpha } => {
            if x > 0.0 {
                x
            } else {
                alpha * x.exp_m1()
            }
        }
        Activation::Power(n, scale) if n > 0 => scale * x.powi(n),
        Activation::Power(..) => f64::NAN,
    }
}

#[differentiable]
fn by_tuple(x: f64, y: f64, #[constant] n: usize) -> f64 {
    match (x > 0.0, y > 0.0, n) {
        (true, true, 0) => x * y,
        (true, _, 1..) => x - y * y,
        (false, true, _) => x / y,
        _ => x + y,
    }
}

#[differentiable]
fn several_values_from_a_match(x: f64, #[constant] kind: &str) -> f64 {
    let (scale, value) = match kind {
        "square" => (0.5, x * x),
        "exp" => (x, x.exp()),
        _ => (1.0, x),
    };
    scale * value
}

#[differentiable]
fn match_on_comparison(x: f64, y: f64) -> f64 {
    use std::cmp::Ordering;
    match x.partial_cmp(&y) {
        Some(Ordering::Less) => x * y,
        Some(Ordering::Greater) => x / y,
        Some(Ordering::Equal) | None => 0.0,
    }
}

#[test]
fn match_on_what_carries_no_derivative() {
    for n in -2..11 {
        check_hessian!(by_integer(0.7, const n));
    }
    check!(by_range_of_an_index(&vec![0.3, 0.7, -0.4, 1.2, 0.9, -0.2]));
    for x in [-0.7, 0.8] {
        check_hessian!(activate(x, const Activation::Relu));
        check_hessian!(activate(x, const Activation::Leaky(0.1)));
        check_hessian!(activate(x, const Activation::Elu { alpha: 1.3 }));
        check_hessian!(activate(x, const Activation::Power(3, 0.5)));
        for y in [-0.6, 0.9] {
            for n in 0..2 {
                check_hessian!(by_tuple(x, y, const n));
            }
            check_hessian!(match_on_comparison(x, y));
        }
        check_hessian!(several_values_from_a_match(x, const "square"));
        check_hessian!(several_values_from_a_match(x, const "exp"));
        check_hessian!(several_values_from_a_match(x, const "line"));
    }
}

/// Bindings of an active scrutinee, guards on active values.
#[differentiable]
fn bindings(x: f64) -> f64 {
    match x * x {
        small if small < 0.25 => small * x,
        y @ 0.25..=1.0 => y.sin(),
        y => {
            let z = y - 1.0;
            z * y
        }
    }
}

#[differentiable]
fn bound_pair(x: f64, y: f64) -> f64 {
    match (x + y, x * y) {
        (sum, product) if sum > product => sum * sum - product,
        (sum, _) if sum < 0.0 => sum,
        (_, product) => product.exp(),
    }
}

#[test]
fn match_on_active_values() {
    for x in [0.3, 0.8, -1.4] {
        check_hessian!(bindings(x));
        for y in [0.9, -0.4, 5.0] {
            check_hessian!(bound_pair(x, y));
        }
    }
}

#[differentiable]
fn if_let(x: f64, #[constant] shift: Option<f64>, #[constant] power: Result<i32, String>) -> f64 {
    let mut y = x;
    if let Some(shift) = shift {
        y -= shift;
    }
    if let Ok(n @ 2..=4) = power {
        y = y.powi(n);
    } else if let Err(text) = &power {
        y *= text.len() as f64;
    } else {
        y = y.exp();
    }
    y * x
}

#[differentiable]
fn let_else(x: f64, #[constant] shift: Option<f64>) -> f64 {
    let y = x * x;
    let Some(shift) = shift else {
        return y;
    };
    let (a, b) = (y - shift, x);
    a * b
}

#[differentiable]
fn let_chain(x: f64, #[constant] shift: Option<f64>) -> f64 {
    if let Some(shift) = shift
        && shift > x
    {
        return shift * x;
    }
    let positive = matches!(shift, Some(s) if s > 0.0);
    if positive { x * x } else { x }
}

#[test]
fn if_let_and_let_else() {
    for shift in [None, Some(0.3), Some(2.5)] {
        check_hessian!(if_let(0.8, const shift, const Ok(3)));
        check_hessian!(if_let(0.8, const shift, const Ok(7)));
        check_hessian!(if_let(0.8, const shift, const Err("four".to_owned())));
        check_hessian!(let_else(0.8, const shift));
        check_hessian!(let_chain(0.8, const shift));
    }
}

#[differentiable]
fn conditional_results(x: f64, y: f64) -> (f64, f64) {
    if x > y { (x * y, x) } else { (y, x * x) }
}

#[differentiable]
fn arrays_from_branches(x: f64, #[constant] up: bool) -> [f64; 3] {
    let mut a = if up { [x, x * x, 1.0] } else { [0.0; 3] };
    if !up {
        a[1] = x.sin();
        a[2] = a[1] * x;
    }
    a
}

#[differentiable]
fn early_return_in_a_branch(x: f64, y: f64) -> f64 {
    if x < 0.0 {
        return y * x;
    }
    let z = if y < 0.0 { return x } else { y * y };
    let w = match z {
        z if z > 4.0 => return z,
        z => z * x,
    };
    w + x
}

#[test]
fn branches_give_tuples_and_arrays() {
    check_map!(conditional_results(0.8, 0.3));
    check_map!(conditional_results(0.2, 0.3));
    check_jacobian!(arrays_from_branches(0.2, const true));
    check_jacobian!(arrays_from_branches(0.2, const false));
    for (x, y) in [(-0.5, 0.7), (0.5, -0.7), (0.5, 2.7), (0.5, 0.7)] {
        check_hessian!(early_return_in_a_branch(x, y));
    }
}
