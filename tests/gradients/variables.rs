//! Patterns, shadowing, blocks as values, mutable scalars, compound assignment, tuples, names.

use crate::check::{check, check_hessian, check_map};
use differentiable::differentiable;

#[differentiable]
fn patterns(x: f64, y: f64) -> f64 {
    let (a, b) = (x + y, x * y);
    let ((c, _), d) = ((a * b, a), b - 1.0);
    let (e, f): (f64, f64) = (c, d);
    let (g, ..) = (e.sin(), f, 3.0);
    let (.., h) = (1.0, e, f * f);
    let [i, j] = [g, h];
    let [first, .., last] = [i * j, 0.0, y, i - j];
    let whole @ (left, _) = (first, last);
    left * whole.1 + whole.0
}

#[differentiable]
fn pattern_in_the_signature((x, y): (f64, f64), [a, b]: [f64; 2], scale: f64) -> f64 {
    scale * (x * a - y * b)
}

#[differentiable]
fn declared_first(x: f64) -> f64 {
    let y;
    let (mut a, b);
    if x > 0.5 {
        y = x * x;
    } else {
        y = -x;
    }
    (a, b) = (y, x);
    a += b;
    a * y
}

#[test]
fn let_takes_patterns() {
    check_hessian!(patterns(0.7, 1.2));
    check!(pattern_in_the_signature((0.7, 1.2), [0.3, -0.4], 2.0));
    check_hessian!(declared_first(0.7));
    check_hessian!(declared_first(0.2));
}

#[differentiable]
fn shadowed(x: f64) -> f64 {
    let y = x * x;
    let x = x + y;
    let y = {
        let x = y.sin();
        let y = x * 2.0;
        x * y
    };
    let x = x * y;
    {
        let x = 100.0;
        let _ = x * y;
    }
    x - y
}

#[differentiable]
fn shadowed_by_another_type(x: f64) -> f64 {
    let n = x;
    let n = (n * n, 3_usize);
    let n = n.0 * n.1 as f64;
    let n = [n, n * x];
    n[0] - n[1]
}

#[test]
fn shadowing_starts_a_new_variable() {
    check_hessian!(shadowed(0.8));
    check_hessian!(shadowed_by_another_type(0.8));
}

#[differentiable]
fn blocks_as_values(x: f64) -> f64 {
    let a = {
        let t = x.exp();
        t / (1.0 + t)
    };
    let b = 2.0 * { a - 0.5 } + if x > 0.0 { x } else { -x } * { 3.0 };
    {
        let c = a * b;
        c + { x * { x + 1.0 } }
    }
}

#[differentiable]
fn labelled_block(x: f64) -> f64 {
    let y = 'found: {
        if x > 1.0 {
            break 'found x * x;
        }
        if x > 0.0 {
            break 'found x;
        }
        x.exp()
    };
    y * x
}

#[test]
fn blocks_are_values() {
    check_hessian!(blocks_as_values(0.6));
    check_hessian!(blocks_as_values(-0.6));
    check_hessian!(labelled_block(1.6));
    check_hessian!(labelled_block(0.6));
    check_hessian!(labelled_block(-0.6));
}

#[differentiable]
fn compound_assignment(x: f64, y: f64) -> f64 {
    let mut a = x;
    a += y;
    a *= a;
    a -= x / 2.0;
    a /= y;
    a %= 1.75;
    let mut b = 1.0;
    b -= a * 3.0;
    b *= b - y;
    b += { b / 3.0 };
    a * b
}

#[differentiable]
fn mutable_parameter(mut x: f64, mut y: f64) -> f64 {
    x *= 3.0;
    y = x - y;
    x = y * x;
    (x, y) = (y, x);
    x / y + x
}

#[differentiable]
fn assigned_in_blocks(x: f64) -> f64 {
    let mut y = x;
    {
        y *= x;
        {
            y += 1.0;
        }
        let y = 5.0 * x;
        let _ = y;
    }
    y = y * {
        y += x;
        y
    };
    y
}

#[test]
fn scalars_are_mutable() {
    check_hessian!(compound_assignment(0.8, 1.3));
    check_hessian!(mutable_parameter(0.8, 1.3));
    check_hessian!(assigned_in_blocks(0.8));
}

#[differentiable]
fn tuples(x: f64, y: f64) -> f64 {
    let mut p = (x, (y, 2.0));
    p.0 += p.1.0;
    p.1.1 *= x;
    p.1 = (p.0 * p.1.0, p.1.1);
    let q = p;
    p.0 = 0.25;
    q.0 * q.1.0 - q.1.1 + p.0 * p.1.0
}

#[differentiable]
fn tuple_by_value(p: (f64, f64), q: (f64, (f64, f64))) -> f64 {
    p.0 * q.0 + p.1 * q.1.0 * q.1.1
}

#[differentiable]
fn tuple_result(p: (f64, f64)) -> (f64, f64) {
    let (x, y) = p;
    let rotated = (y, -x);
    rotated
}

#[differentiable]
fn fibonacci_of_tuples(x: f64) -> f64 {
    let mut pair = (1.0, x);
    for _ in 0..6 {
        pair = (pair.1, pair.0 * x + pair.1);
    }
    pair.1
}

#[test]
fn tuples_are_taken_apart() {
    check_hessian!(tuples(0.8, 1.3));
    check!(tuple_by_value((0.8, 1.3), (0.4, (0.7, -0.2))));
    check_map!(tuple_result((0.8, 1.3)));
    check_hessian!(fibonacci_of_tuples(0.8));
}

#[differentiable]
fn references_to_scalars(x: f64) -> f64 {
    let mut sum = 0.0;
    let r = &x;
    {
        let s = &mut sum;
        *s += *r * *r;
        *s *= 2.0;
    }
    let t = &sum;
    t * r + **&t
}

#[differentiable]
fn swapped_scalars(x: f64, y: f64) -> f64 {
    let (mut a, mut b) = (x * y, x - y);
    std::mem::swap(&mut a, &mut b);
    let old = std::mem::replace(&mut a, b * 2.0);
    old * a + b
}

#[test]
fn references_to_locals() {
    check_hessian!(references_to_scalars(0.8));
    check_hessian!(swapped_scalars(0.8, 1.3));
}

/// Names that generated code, the prelude or the language use as well.
#[differentiable]
fn grad(value: f64, tape: f64, max: f64, r#type: f64, core: f64, seed: f64) -> f64 {
    let x_bar = value * tape;
    let result = x_bar + max;
    let pullback = result * r#type;
    let differentiable = pullback.max(core) * seed;
    let value = differentiable - value;
    value
}

#[differentiable]
fn hessian(x: f64, x_dot: f64) -> f64 {
    let (y_bar, y_dot, f64, std) = (x, x_dot, 2.0, 3.0);
    y_bar * y_dot * f64 + std * x_dot.powi(2)
}

#[test]
fn names_belong_to_the_user() {
    check!(grad(0.8, 1.3, 0.2, 0.7, 0.1, 1.1));
    check_hessian!(hessian(0.8, 1.3));
}

#[differentiable(name = companion_of_renamed)]
fn renamed(x: f64) -> f64 {
    x.sin()
}

#[allow(dead_code, non_camel_case_types)]
struct renamed {
    taken: bool,
}

macro_rules! power_function {
    ($name:ident, $exponent:expr, $t:ty) => {
        #[differentiable]
        fn $name(x: $t) -> $t {
            let y = $exponent * x;
            y.powi(3) + $exponent
        }
    };
}

power_function!(from_a_macro, 1.0 + 0.5, f64);

#[test]
fn functions_out_of_macros_and_inside_functions() {
    #[differentiable]
    fn local(x: f64) -> f64 {
        x.exp() * x
    }
    check_hessian!(local(0.3));
    check_hessian!(from_a_macro(0.7));
    assert_eq!(renamed(0.0), 0.0);
    assert_eq!(companion_of_renamed::grad(0.0), 1.0);
}

/// An item inside the body belongs to the function, and the derivative needs it as well.
#[differentiable]
fn with_items(x: f64) -> f64 {
    const RATE: f64 = 0.25;
    use std::f64::consts::LN_2;
    #[differentiable]
    fn inner(t: f64) -> f64 {
        RATE * t * t
    }
    fn scale(n: usize) -> f64 {
        1.0 + n as f64
    }
    inner(x) * scale(2) + LN_2 * inner(2.0)
}

#[test]
fn a_body_may_hold_items() {
    check_hessian!(with_items(0.7));
}
