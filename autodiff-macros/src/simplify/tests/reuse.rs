//! Derivative code that reuses what the user's function computes, and what other slopes do. Each rule with random and
//! with awkward operands.

use super::algebra::{Law, check};
use crate::ir::{Int, Origin};

#[test]
fn a_slope_of_tanh_reuses_the_value() {
    // p(1 - h²) = p - (ph)h
    check(Law::Factor, "sin(x * y) + (x - x * y * y)", |f, x, y, _| {
        f.b.origin = Origin::Primal;
        let value = f.b.mul(x, y);
        let used = f.math("sin", &[value]);
        f.b.origin = Origin::Derivative;
        let (one, square) = (f.b.float(1.0), f.b.mul(y, y));
        let partial = f.b.sub(one, square);
        let slope = f.b.mul(x, partial);
        f.b.add(used, slope)
    });
    // Not where the product is not there.
    check(Law::Factor, "x * (1.0 - y * y)", |f, x, y, _| {
        let (one, square) = (f.b.float(1.0), f.b.mul(y, y));
        let partial = f.b.sub(one, square);
        f.b.mul(x, partial)
    });
}

#[test]
fn a_product_reuses_a_power() {
    check(Law::Factor, "sin(powi(x, 3)) + powi(x, 3) * y", |f, x, y, _| {
        f.b.origin = Origin::Primal;
        let n = f.b.int(3, Int::I32);
        let cube = f.math("powi", &[x, n]);
        let used = f.math("sin", &[cube]);
        f.b.origin = Origin::Derivative;
        let (square, rest) = (f.b.mul(x, x), f.b.mul(x, y));
        let product = f.b.mul(square, rest);
        f.b.add(used, product)
    });
}

#[test]
fn products_of_the_same_factors_are_one() {
    check(
        Law::Factor,
        "sin(2.0 * x) + cos(2.0 * y) + 2.0 * y * (2.0 * x)",
        |f, x, y, _| {
            let two = f.b.float(2.0);
            let (a, b) = (f.b.mul(two, x), f.b.mul(two, y));
            let (p, q) = (f.b.mul(a, y), f.b.mul(b, x));
            let (s, c) = (f.math("sin", &[a]), f.math("cos", &[b]));
            let (left, right) = (f.b.add(s, c), f.b.add(p, q));
            f.b.add(left, right)
        },
    );
}

#[test]
fn a_quotient_of_a_quotient_loses_what_cancels() {
    check(Law::Factor, "sin(x / y) + z / x", |f, x, y, z| {
        f.b.origin = Origin::Primal;
        let q = f.b.div(x, y);
        let used = f.math("sin", &[q]);
        f.b.origin = Origin::Derivative;
        let inner = f.b.div(z, q);
        let slope = f.b.div(inner, y);
        f.b.add(used, slope)
    });
}

#[test]
fn both_signs_of_a_constant_share() {
    check(
        Law::Factor,
        "cos(2.0 * x * y) + exp(-(2.0 * x * z))",
        |f, x, y, z| {
            let (two, minus) = (f.b.float(2.0), f.b.float(-2.0));
            let (a, b) = (f.b.mul(two, x), f.b.mul(minus, x));
            let (p, q) = (f.b.mul(a, y), f.b.mul(b, z));
            let (p, q) = (f.math("cos", &[p]), f.math("exp", &[q]));
            f.b.add(p, q)
        },
    );
}

#[test]
fn multiples_that_others_read_merge() {
    check(Law::Factor, "sin(-0.5 * x) - x", |f, x, _, _| {
        f.b.origin = Origin::Primal;
        let c = f.b.float(-0.5);
        let half = f.b.mul(c, x);
        let used = f.math("sin", &[half]);
        f.b.origin = Origin::Derivative;
        let other = f.b.mul(c, x);
        let slope = f.b.add(half, other);
        f.b.add(used, slope)
    });
    // Opposite signs stay: x - x is not 0 for infinities.
    check(Law::Exact, "sin(0.5 * x) + 0.5 * x - x", |f, x, _, _| {
        f.b.origin = Origin::Primal;
        let c = f.b.float(0.5);
        let half = f.b.mul(c, x);
        let used = f.math("sin", &[half]);
        f.b.origin = Origin::Derivative;
        let sum = f.b.add(used, half);
        f.b.sub(sum, x)
    });
}
