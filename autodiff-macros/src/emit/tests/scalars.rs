//! Expressions and names.

use super::check;
use crate::ir::{BinaryOp, CompareOp, HostArg, Instr, Int, Type, UnaryOp, ValueId};
use quote::quote;

#[test]
fn parentheses_stand_where_rust_needs_them() {
    check(
        |s| {
            let (x, y) = (s.scalar("x", 1.0), s.scalar("y", 2.0));
            let sum = s.b.add(x, y);
            let product = s.b.mul(sum, x);
            let rest = s.b.sub(y, product);
            let power = s.math("sin", &[rest]);
            let quotient = s.b.div(power, sum);
            let less = s.b.sub(x, y);
            let difference = s.b.sub(quotient, less);
            s.b.neg(difference)
        },
        "let t = x + y; -((y - t * x).sin() / t - (x - y))",
    );
}

#[test]
fn a_minus_goes_where_a_person_puts_it() {
    check(
        |s| {
            let (x, y) = (s.scalar("x", 1.0), s.scalar("y", 2.0));
            let minus = s.b.neg(x);
            let product = s.b.mul(y, minus);
            let sum = s.b.add(y, product);
            let two = s.b.float_like(-2.0, x);
            let twice = s.b.mul(two, y);
            s.b.sub(sum, twice)
        },
        "y - y * x + 2.0 * y",
    );
}

#[test]
fn a_literal_says_its_type_where_a_method_is_called() {
    check(
        |s| {
            let x = s.scalar("x", 1.0);
            let (two, minus) = (s.b.float_like(2.0, x), s.b.float_like(-3.0, x));
            let (root, size) = (s.math("sqrt", &[two]), s.math("abs", &[minus]));
            let bound = s.math("max", &[x, size]);
            s.b.mul(root, bound)
        },
        "2.0_f64.sqrt() * x.max((-3.0_f64).abs())",
    );
}

#[test]
fn casts_and_comparisons_do_not_meet() {
    check(
        |s| {
            let (n, x) = (s.count("n", 3), s.scalar("x", 1.0));
            let float = s.b.cast(n, Type::F64);
            let less = s.b.compare(CompareOp::Lt, float, x);
            let (half, twice) = (s.b.mul(x, x), s.b.add(x, x));
            s.b.select(less, half, twice)
        },
        "if (n as f64) < x { x * x } else { x + x }",
    );
}

#[test]
fn a_value_that_is_needed_keeps_its_name() {
    check(
        |s| {
            let x = s.scalar("x", 1.0);
            let first = s.math("sin", &[x]);
            let second = s.math("cos", &[first]);
            s.b.name(first, "y");
            s.b.name(second, "y");
            let sum = s.b.add(first, second);
            s.b.mul(sum, second)
        },
        "let y = x.sin(); let y1 = y.cos(); (y + y1) * y1",
    );
    check(
        |s| {
            let x = s.scalar("x", 1.0);
            let first = s.math("sin", &[x]);
            let square = s.b.mul(first, first);
            s.b.name(first, "y");
            s.b.name(square, "y");
            s.b.mul(square, square)
        },
        "let y = x.sin(); let y = y * y; y * y",
    );
}

#[test]
fn what_the_user_wrote_stays_what_it_is() {
    check(
        |s| {
            let (x, n) = (s.scalar("x", 1.0), s.count("n", 3));
            let host = |template, args: &[ValueId]| Instr::Host {
                template,
                args: args.iter().map(|id| HostArg::Value(*id)).collect(),
                pure: false,
            };
            let twice = s.b.binary(BinaryOp::Add, n, n);
            s.b.effect(host(quote!(assert!(__h0 > limit(3))), &[twice]));
            let weight = s.b.one(host(quote!(weight(__h0, 2)), &[n]), Type::F64);
            s.b.mul(x, weight)
        },
        "let at = n + n; assert!(at > limit(3)); let t = weight(n, 2); x * t",
    );
}

#[test]
fn conditions_turn_around_only_if_nan_allows_it() {
    check(
        |s| {
            let (x, n) = (s.scalar("x", 1.0), s.count("n", 3));
            let three = s.b.usize(3);
            let (less, few) = (
                s.b.compare(CompareOp::Lt, x, x),
                s.b.compare(CompareOp::Lt, n, three),
            );
            let (less, few) = (s.b.unary(UnaryOp::Not, less), s.b.unary(UnaryOp::Not, few));
            let both = s.b.binary(BinaryOp::And, less, few);
            s.b.select(both, x, x)
        },
        "if !(x < x) && n >= 3 { x } else { x }",
    );
}

#[test]
fn an_integer_says_its_type_if_nothing_else_does() {
    check(
        |s| {
            let x = s.scalar("x", 1.0);
            let zero = s.b.int(0, Int::U64);
            let (start, end) = (s.b.usize(0), s.b.usize(9));
            let count = s.repeat((start, end), &[zero], |s, _, carried| {
                s.b.name(carried[0], "count");
                let one = s.b.int(1, Int::U64);
                vec![s.b.add(carried[0], one)]
            })[0];
            let float = s.b.cast(count, Type::F64);
            s.b.mul(x, float)
        },
        "let mut count = 0_u64; for _ in 0..9 { count += 1; } x * count as f64",
    );
}
