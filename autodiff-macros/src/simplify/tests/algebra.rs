//! Each rule: what it makes, and that it keeps its law for random and for awkward operands.

use super::{expression, formula, simple, simple_without, size, value_at};
use crate::ir::sample::Sample;
use crate::ir::{CompareOp, Int, Origin, ValueId};

/// How much a rule may change.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Law {
    /// Nothing.
    Exact,
    /// The sign of a zero.
    Zero,
    /// The last digits, where everything is finite.
    Factor,
    /// What is not a number because a branch that did not run has an infinite slope.
    Absent,
}

const AWKWARD: [f64; 12] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    3.0,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
    -1e-3,
    1e5,
    -7.25,
];

pub(super) fn check(
    law: Law,
    expected: &str,
    build: impl FnOnce(&mut Sample, ValueId, ValueId, ValueId) -> ValueId,
) {
    let before = expression(build);
    let after = simple(&before);
    assert_eq!(formula(&after), expected, "from {}", formula(&before));
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        (random >> 11) as f64 / (1_u64 << 53) as f64 * 8.0 - 4.0
    };
    let some: Vec<[f64; 3]> = (0..200).map(|_| [next(), next(), next()]).collect();
    let all = AWKWARD.iter().flat_map(|x| {
        AWKWARD
            .iter()
            .flat_map(move |y| AWKWARD.iter().map(move |z| [*x, *y, *z]))
    });
    for at in all.chain(some) {
        let (old, new) = (value_at(&before, at), value_at(&after, at));
        let kept = match law {
            Law::Exact => old.to_bits() == new.to_bits(),
            Law::Zero => old == new,
            Law::Absent => old == new || old.is_nan(),
            // Terms may cancel, so that their own size is what counts.
            Law::Factor => {
                let size = at.iter().fold(1.0_f64, |size, x| size.max(x * x));
                !old.is_finite() || (old - new).abs() <= 1e-14 * old.abs().max(size)
            }
        };
        let undefined = old.is_nan() && new.is_nan();
        assert!(kept || undefined, "{expected} at {at:?}: {old} became {new}");
    }
}

#[test]
fn ones_and_signs_vanish() {
    check(Law::Exact, "x", |f, x, _, _| {
        let one = f.b.float(1.0);
        f.b.mul(one, x)
    });
    check(Law::Exact, "x", |f, x, _, _| {
        let one = f.b.float(1.0);
        let product = f.b.mul(x, one);
        f.b.div(product, one)
    });
    check(Law::Exact, "-x", |f, x, _, _| {
        let one = f.b.float(-1.0);
        f.b.mul(x, one)
    });
    check(Law::Exact, "-x", |f, x, _, _| {
        let one = f.b.float(-1.0);
        f.b.div(x, one)
    });
    check(Law::Exact, "x", |f, x, _, _| {
        let a = f.b.neg(x);
        f.b.neg(a)
    });
    check(Law::Exact, "x - y", |f, x, y, _| {
        let b = f.b.neg(y);
        f.b.add(x, b)
    });
    check(Law::Exact, "y - x", |f, x, y, _| {
        let a = f.b.neg(x);
        f.b.add(a, y)
    });
    check(Law::Exact, "x + y", |f, x, y, _| {
        let b = f.b.neg(y);
        f.b.sub(x, b)
    });
    check(Law::Zero, "-(x + y)", |f, x, y, _| {
        let a = f.b.neg(x);
        f.b.sub(a, y)
    });
    check(Law::Exact, "x * y", |f, x, y, _| {
        let (a, b) = (f.b.neg(x), f.b.neg(y));
        f.b.mul(a, b)
    });
    check(Law::Exact, "x / y", |f, x, y, _| {
        let (a, b) = (f.b.neg(x), f.b.neg(y));
        f.b.div(a, b)
    });
    check(Law::Exact, "z - x * y", |f, x, y, z| {
        let a = f.b.neg(x);
        let product = f.b.mul(a, y);
        f.b.add(product, z)
    });
    check(Law::Exact, "z - x / y", |f, x, y, z| {
        let b = f.b.neg(y);
        let quotient = f.b.div(x, b);
        f.b.add(z, quotient)
    });
    check(Law::Zero, "y - x", |f, x, y, _| {
        let difference = f.b.sub(x, y);
        f.b.neg(difference)
    });
}

#[test]
fn zeros_vanish_from_sums_only() {
    check(Law::Zero, "x", |f, x, _, _| {
        let zero = f.b.float(0.0);
        f.b.add(zero, x)
    });
    check(Law::Zero, "x", |f, x, _, _| {
        let zero = f.b.float(0.0);
        f.b.sub(x, zero)
    });
    check(Law::Zero, "-x", |f, x, _, _| {
        let zero = f.b.float(0.0);
        f.b.sub(zero, x)
    });
    check(Law::Exact, "0.0 * x", |f, x, _, _| {
        let zero = f.b.float(0.0);
        f.b.mul(x, zero)
    });
    check(Law::Exact, "x - x", |f, x, _, _| f.b.sub(x, x));
    check(Law::Exact, "x / x", |f, x, _, _| f.b.div(x, x));
}

#[test]
fn constants_meet() {
    check(Law::Exact, "6.0", |f, _, _, _| {
        let (two, three) = (f.b.float(2.0), f.b.float(3.0));
        f.b.mul(two, three)
    });
    check(Law::Factor, "6.0 * x", |f, x, _, _| {
        let (two, three) = (f.b.float(2.0), f.b.float(3.0));
        let double = f.b.mul(two, x);
        f.b.mul(double, three)
    });
    check(Law::Factor, "6.0 * (x * y)", |f, x, y, _| {
        let (two, three) = (f.b.float(2.0), f.b.float(3.0));
        let (l, r) = (f.b.mul(two, x), f.b.mul(y, three));
        f.b.mul(l, r)
    });
    check(Law::Exact, "-3.0 * x", |f, x, _, _| {
        let three = f.b.float(3.0);
        let a = f.b.neg(x);
        f.b.mul(a, three)
    });
    check(Law::Exact, "-3.0 * x", |f, x, _, _| {
        let three = f.b.float(3.0);
        let product = f.b.mul(x, three);
        f.b.neg(product)
    });
    check(Law::Factor, "1.5 / x", |f, x, _, _| {
        let (half, three) = (f.b.float(0.5), f.b.float(3.0));
        let quotient = f.b.div(half, x);
        f.b.mul(three, quotient)
    });
    check(Law::Exact, "-0.5 / x", |f, x, _, _| {
        let half = f.b.float(0.5);
        let quotient = f.b.div(half, x);
        f.b.neg(quotient)
    });
    check(Law::Exact, "0.25 * x", |f, x, _, _| {
        let four = f.b.float(4.0);
        f.b.div(x, four)
    });
    check(Law::Exact, "x / 3.0", |f, x, _, _| {
        let three = f.b.float(3.0);
        f.b.div(x, three)
    });
    check(Law::Factor, "y / x", |f, x, y, _| {
        let one = f.b.float(1.0);
        let inverse = f.b.div(one, x);
        f.b.mul(inverse, y)
    });
}

#[test]
fn constants_that_could_overflow_stay_apart() {
    check(Law::Exact, "1e200 * (1e200 * x)", |f, x, _, _| {
        let huge = f.b.float(1e200);
        let product = f.b.mul(huge, x);
        f.b.mul(huge, product)
    });
}

#[test]
fn like_terms_meet() {
    check(Law::Exact, "2.0 * x", |f, x, _, _| f.b.add(x, x));
    check(Law::Factor, "2.0 * x + 2.0", |f, x, _, _| {
        let two = f.b.float(2.0);
        let sum = f.b.add(two, x);
        f.b.add(sum, x)
    });
    check(Law::Factor, "5.0 * x", |f, x, _, _| {
        let (two, three) = (f.b.float(2.0), f.b.float(3.0));
        let (l, r) = (f.b.mul(two, x), f.b.mul(x, three));
        f.b.add(l, r)
    });
    check(Law::Factor, "2.0 * (x * x)", |f, x, _, _| {
        let (l, r) = (f.b.mul(x, x), f.b.mul(x, x));
        f.b.add(l, r)
    });
    check(Law::Factor, "y - 2.0 * x", |f, x, y, _| {
        let a = f.b.neg(x);
        let sum = f.b.add(y, a);
        f.b.sub(sum, x)
    });
    check(Law::Exact, "2.0 * x - x", |f, x, _, _| {
        let two = f.b.float(2.0);
        let double = f.b.mul(two, x);
        f.b.sub(double, x)
    });
    check(Law::Exact, "x + y + z", |f, x, y, z| {
        let sum = f.b.add(x, y);
        f.b.add(sum, z)
    });
}

#[test]
fn small_powers_are_products() {
    let power = |n: i128| {
        move |f: &mut Sample, x: ValueId| {
            let n = f.b.int(n, Int::I32);
            f.math("powi", &[x, n])
        }
    };
    check(Law::Exact, "1.0", |f, x, _, _| power(0)(f, x));
    check(Law::Exact, "x", |f, x, _, _| power(1)(f, x));
    check(Law::Exact, "x * x", |f, x, _, _| power(2)(f, x));
    check(Law::Factor, "x * x * x", |f, x, _, _| power(3)(f, x));
    check(Law::Factor, "1.0 / (x * x)", |f, x, _, _| power(-2)(f, x));
    check(Law::Factor, "powi(x, 17)", |f, x, _, _| power(17)(f, x));
    let float = |p: f64| {
        move |f: &mut Sample, x: ValueId| {
            let p = f.b.float(p);
            f.math("powf", &[x, p])
        }
    };
    check(Law::Factor, "x * x", |f, x, _, _| float(2.0)(f, x));
    check(Law::Factor, "1.0 / x", |f, x, _, _| float(-1.0)(f, x));
    check(Law::Factor, "powf(x, 0.3)", |f, x, _, _| float(0.3)(f, x));
}

#[test]
fn what_the_user_computes_keeps_its_bits() {
    let mut f = Sample::new();
    let x = f.scalar("x", 0.0);
    let two = f.b.float(2.0);
    let three = f.b.float(3.0);
    let double = f.b.mul(two, x);
    let product = f.b.mul(double, three);
    let a = f.b.neg(product);
    let sum = f.b.add(a, x);
    let y = f.b.add(sum, x);
    let (body, _) = f.returning(y);
    assert_eq!(formula(&simple(&body)), "-(2.0 * x * 3.0) + x + x");
}

#[test]
fn a_value_that_the_user_reads_is_not_rewritten_after_it_was_shared() {
    let mut f = Sample::new();
    let x = f.scalar("x", 0.0);
    f.b.origin = Origin::Derivative;
    let ours = f.b.add(x, x);
    f.b.origin = Origin::Primal;
    let theirs = f.b.add(x, x);
    let res = f.b.mul(ours, theirs);
    let (body, _) = f.returning(res);
    let shared = simple_without(&body, &["algebra"]);
    assert_eq!(size(&shared), 2);
    assert_eq!(formula(&simple(&shared)), "(x + x) * (x + x)");
}

#[test]
fn what_terms_share_is_taken_out() {
    check(Law::Factor, "x * (y + z)", |f, x, y, z| {
        let (l, r) = (f.b.mul(x, y), f.b.mul(z, x));
        f.b.add(l, r)
    });
    check(Law::Factor, "x * (y - 3.0)", |f, x, y, _| {
        let three = f.b.float(3.0);
        let (l, r) = (f.b.mul(x, y), f.b.mul(three, x));
        f.b.sub(l, r)
    });
    check(Law::Exact, "x * y + x", |f, x, y, _| {
        let product = f.b.mul(x, y);
        f.b.add(product, x)
    });
    check(Law::Factor, "(x - y) / z", |f, x, y, z| {
        let (l, r) = (f.b.div(x, z), f.b.div(y, z));
        f.b.sub(l, r)
    });
    check(Law::Factor, "3.0 * (x + y) - z", |f, x, y, z| {
        let three = f.b.float(3.0);
        let (l, r) = (f.b.mul(three, x), f.b.mul(three, y));
        let rest = f.b.sub(l, z);
        f.b.add(rest, r)
    });
    check(Law::Factor, "x - y * (x + z)", |f, x, y, z| {
        let (l, r) = (f.b.mul(x, y), f.b.mul(z, y));
        let rest = f.b.sub(x, l);
        f.b.sub(rest, r)
    });
}

#[test]
fn divisions_by_one_denominator_share_a_reciprocal() {
    check(
        Law::Factor,
        "x * (1.0 / z) / (y * (1.0 / z) + 1.0)",
        |f, x, y, z| {
            let one = f.b.float(1.0);
            let (l, r) = (f.b.div(x, z), f.b.div(y, z));
            let r = f.b.add(r, one);
            f.b.div(l, r)
        },
    );
}

#[test]
fn a_constant_on_several_products_goes_to_what_they_share() {
    check(
        Law::Factor,
        "sin(3.0 * x * y) + cos(3.0 * x * z)",
        |f, x, y, z| {
            let three = f.b.float(3.0);
            let (l, r) = (f.b.mul(x, y), f.b.mul(x, z));
            let (l, r) = (f.b.mul(three, l), f.b.mul(three, r));
            let (l, r) = (f.math("sin", &[l]), f.math("cos", &[r]));
            f.b.add(l, r)
        },
    );
    check(Law::Factor, "y * x / z", |f, x, y, z| {
        let (two, half) = (f.b.float(2.0), f.b.float(0.5));
        let slope = f.b.div(half, z);
        let product = f.b.mul(y, x);
        let scaled = f.b.mul(product, slope);
        f.b.mul(two, scaled)
    });
}

#[test]
fn a_product_that_exists_takes_the_place_of_its_factors() {
    let mut f = Sample::new();
    let (x, y, z) = (f.scalar("x", 0.5), f.scalar("y", 0.25), f.scalar("z", 2.0));
    let value = f.b.mul(y, z);
    f.b.origin = Origin::Derivative;
    let slope = f.b.mul(y, x);
    let slope = f.b.mul(slope, z);
    let res = f.b.div(value, slope);
    let (body, _) = f.returning(res);
    assert_eq!(size(&simple(&body)), 3);
}

#[test]
fn what_several_products_contain_is_multiplied_once() {
    let body = expression(|f, x, y, z| {
        let (l, r) = (f.b.mul(x, y), f.b.mul(x, z));
        let s = f.math("sin", &[z]);
        let (l, r) = (f.b.mul(l, s), f.b.mul(r, s));
        let r = f.math("exp", &[r]);
        f.b.div(l, r)
    });
    // sin, x·s, ·y, ·z, exp, /
    assert_eq!(size(&simple(&body)), 6);
}

#[test]
fn signs_end_in_a_subtraction_or_at_a_common_factor() {
    check(Law::Exact, "z - x * y - x", |f, x, y, z| {
        let a = f.b.neg(x);
        let product = f.b.mul(a, y);
        let sum = f.b.add(z, product);
        f.b.add(sum, a)
    });
    check(Law::Exact, "sin(-x * y) + cos(-x * z)", |f, x, y, z| {
        let a = f.b.neg(x);
        let (l, r) = (f.b.mul(a, y), f.b.mul(a, z));
        let (l, r) = (f.math("sin", &[l]), f.math("cos", &[r]));
        f.b.add(l, r)
    });
}

#[test]
fn a_sign_stays_with_its_product() {
    check(
        Law::Factor,
        "atan(-(x / z * y)) + tanh(x / z * x)",
        |f, x, y, z| {
            let (l, r) = (f.b.mul(x, y), f.b.mul(x, x));
            let (l, r) = (f.b.div(l, z), f.b.div(r, z));
            let l = f.b.neg(l);
            let (l, r) = (f.math("atan", &[l]), f.math("tanh", &[r]));
            f.b.add(l, r)
        },
    );
}

#[test]
fn what_did_not_run_is_not_multiplied() {
    let choice = |f: &mut Sample, x: ValueId, y: ValueId| {
        let zero = f.b.float(0.0);
        let cond = f.b.compare(CompareOp::Gt, x, zero);
        f.b.select(cond, y, zero)
    };
    check(Law::Absent, "select(x > 0.0, y / z, 0.0)", |f, x, y, z| {
        let bar = choice(f, x, y);
        f.b.div(bar, z)
    });
    check(
        Law::Absent,
        "select(x > 0.0, sqrt(z) * y * z, 0.0)",
        |f, x, y, z| {
            let bar = choice(f, x, y);
            let s = f.math("sqrt", &[z]);
            let product = f.b.mul(s, bar);
            f.b.mul(product, z)
        },
    );
    check(Law::Absent, "select(x > 0.0, y * z - y, 0.0)", |f, x, y, z| {
        let bar = choice(f, x, y);
        let product = f.b.mul(bar, z);
        f.b.sub(product, bar)
    });
}

#[test]
fn what_a_branch_did_not_give_is_not_multiplied() {
    let body = expression(|f, x, y, z| {
        let zero = f.b.float(0.0);
        let cond = f.b.compare(CompareOp::Gt, x, zero);
        let all = f.branch(cond, |f| vec![f.math("exp", &[y])], |_| vec![zero]);
        let product = f.b.mul(all[0], z);
        f.b.mul(product, product)
    });
    let after = simple(&body);
    assert!(value_at(&body, [-1.0, 2.0, f64::INFINITY]).is_nan());
    assert_eq!(value_at(&after, [-1.0, 2.0, f64::INFINITY]), 0.0);
    assert_eq!(
        value_at(&after, [1.0, 2.0, 3.0]),
        value_at(&body, [1.0, 2.0, 3.0])
    );
}
