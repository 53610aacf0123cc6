//! Points where there is no derivative, or no finite one: which value we take, to the bit.

use crate::harness::assert_near;
use differentiable::differentiable;

/// Fails unless both are NaN or both the same number (zeros of either sign are the same).
#[track_caller]
fn assert_is(found: f64, wanted: f64) {
    assert!(
        found == wanted || found.is_nan() && wanted.is_nan(),
        "is {found:?}, should be {wanted:?}"
    );
}

#[track_caller]
fn assert_are(found: (f64, f64), wanted: (f64, f64)) {
    let same = |a: f64, b: f64| a == b || a.is_nan() && b.is_nan();
    assert!(
        same(found.0, wanted.0) && same(found.1, wanted.1),
        "is {found:?}, should be {wanted:?}"
    );
}

const INF: f64 = f64::INFINITY;
const NAN: f64 = f64::NAN;

/// One annotated function of one float for each row.
macro_rules! functions {
    ($($name:ident($($x:ident),+) = $body:expr;)*) => {$(
        #[differentiable]
        fn $name($($x: f64),+) -> f64 {
            $body
        }
    )*};
}

functions! {
    abs(x) = x.abs();
    max(x, y) = x.max(y);
    min(x, y) = x.min(y);
    max_of_itself(x) = x.max(x);
    relu(x) = x.max(0.0);
    relu_as_branch(x) = if x > 0.0 { x } else { 0.0 };
    clamp(x) = x.clamp(-1.0, 1.0);
    copysign(x, y) = x.copysign(y);
    hypot(x, y) = x.hypot(y);
    atan2(y, x) = y.atan2(x);
}

#[test]
fn the_slope_of_abs_at_zero_is_zero() {
    for zero in [0.0, -0.0] {
        assert_is(abs::grad(zero), 0.0);
        assert_is(abs::hvp(zero, 1.0), 0.0);
        assert_is(abs::jvp(zero, 1.0).1, 0.0);
    }
    assert_is(abs::grad(5e-324), 1.0);
    assert_is(abs::grad(-5e-324), -1.0);
    assert_is(abs::grad(INF), 1.0);
    assert_is(abs::grad(NAN), NAN);
}

#[test]
fn a_tie_of_max_and_min_is_split_evenly() {
    for at in [(1.5, 1.5), (0.0, -0.0), (INF, INF)] {
        assert_are(max::grad(at.0, at.1), (0.5, 0.5));
        assert_are(min::grad(at.0, at.1), (0.5, 0.5));
        assert_is(max::jvp(at.0, at.1, (1.0, 3.0)).1, 2.0);
    }
    assert_are(max::grad(2.0, 1.0), (1.0, 0.0));
    assert_are(min::grad(2.0, 1.0), (0.0, 1.0));
    assert_is(max_of_itself::grad(0.3), 1.0);
    assert_is(relu::grad(0.0), 0.5);
    assert_is(relu_as_branch::grad(0.0), 0.0);
}

#[test]
fn max_and_min_ignore_a_nan_and_so_does_their_slope() {
    assert_are(max::grad(NAN, 1.0), (0.0, 1.0));
    assert_are(max::grad(1.0, NAN), (1.0, 0.0));
    assert_are(min::grad(NAN, 1.0), (0.0, 1.0));
    assert_are(min::grad(1.0, NAN), (1.0, 0.0));
}

#[test]
fn a_bound_of_clamp_passes_half_of_the_slope() {
    assert_is(clamp::grad(1.0), 0.5);
    assert_is(clamp::grad(-1.0), 0.5);
    assert_is(clamp::grad(0.3), 1.0);
    assert_is(clamp::grad(1.3), 0.0);
    assert_is(clamp::grad(-INF), 0.0);
}

#[test]
fn signs_are_steps() {
    assert_are(copysign::grad(0.0, 1.0), (0.0, 0.0));
    assert_are(copysign::grad(2.0, -1.0), (-1.0, 0.0));
    assert_are(copysign::grad(-2.0, -0.0), (1.0, 0.0));
}

#[test]
fn the_tip_of_the_cone() {
    assert_are(hypot::grad(0.0, 0.0), (0.0, 0.0));
    assert_are(hypot::grad(0.0, -2.0), (0.0, -1.0));
    assert_are(atan2::grad(0.0, 0.0), (NAN, NAN));
    assert_are(atan2::grad(0.0, -1.0), (-1.0, 0.0));
}

functions! {
    signum(x) = x.signum();
    floor(x) = x.floor();
    ceil(x) = x.ceil();
    round(x) = x.round();
    trunc(x) = x.trunc();
    as_integer(x) = x as i64 as f64;
    fract(x) = x.fract();
    remainder(x, y) = x % y;
    rem_euclid(x, y) = x.rem_euclid(y);
}

#[test]
fn steps_are_flat_everywhere() {
    for x in [0.0, -0.0, 1.0, -3.0, 2.5, INF, -INF, NAN] {
        assert_is(signum::grad(x), 0.0);
        assert_is(floor::grad(x), 0.0);
        assert_is(ceil::grad(x), 0.0);
        assert_is(round::grad(x), 0.0);
        assert_is(trunc::grad(x), 0.0);
        assert_is(as_integer::grad(x), 0.0);
        assert_is(floor::hvp(x, 1.0), 0.0);
        assert_is(as_integer::jvp(x, 1.0).1, 0.0);
    }
}

#[test]
fn sawteeth_rise_with_slope_one_also_at_the_jump() {
    for x in [0.0, 1.0, -2.0, 0.3] {
        assert_is(fract::grad(x), 1.0);
    }
    assert_are(remainder::grad(6.0, 3.0), (1.0, -2.0));
    assert_are(remainder::grad(-7.0, 3.0), (1.0, 2.0));
    assert_are(rem_euclid::grad(-7.0, 3.0), (1.0, 3.0));
    assert_are(rem_euclid::grad(7.0, 3.0), (1.0, -2.0));
}

functions! {
    sqrt(x) = x.sqrt();
    cbrt(x) = x.cbrt();
    ln(x) = x.ln();
    recip(x) = 1.0 / x;
    asin(x) = x.asin();
    acosh(x) = x.acosh();
    power(x, p) = x.powf(p);
    power_zero(x) = x.powf(0.0);
    power_one(x) = x.powf(1.0);
    power_half(x) = x.powf(0.5);
    power_two(x) = x.powf(2.0);
    powi_zero(x) = x.powi(0);
    powi_one(x) = x.powi(1);
    powi_two(x) = x.powi(2);
}

#[test]
fn an_infinite_slope_is_infinite() {
    assert_is(sqrt::grad(0.0), INF);
    assert_is(cbrt::grad(0.0), INF);
    assert_is(ln::grad(0.0), INF);
    assert_is(recip::grad(0.0), -INF);
    assert_is(asin::grad(1.0), INF);
    assert_is(acosh::grad(1.0), INF);
    assert_is(power_half::grad(0.0), INF);
    assert_is(sqrt::grad(INF), 0.0);
    assert_is(ln::grad(INF), 0.0);
}

#[test]
fn outside_of_the_domain_the_slope_is_nan() {
    assert_is(sqrt::grad(-1.0), NAN);
    assert_is(asin::grad(1.5), NAN);
    assert_is(acosh::grad(-2.0), NAN);
    assert_is(power_half::grad(-1.0), NAN);
}

#[test]
fn powers_of_zero_and_to_zero() {
    assert_is(power_zero::grad(0.0), 0.0);
    assert_is(powi_zero::grad(0.0), 0.0);
    assert_is(power_one::grad(0.0), 1.0);
    assert_is(powi_one::grad(0.0), 1.0);
    assert_is(power_two::grad(0.0), 0.0);
    assert_is(powi_two::grad(0.0), 0.0);
    assert_is(power_two::hvp(0.0, 1.0), 2.0);
    assert_is(powi_two::hvp(0.0, 1.0), 2.0);
    assert_is(powi_one::hvp(0.0, 1.0), 0.0);
    assert_are(power::grad(0.0, 0.0), (0.0, 0.0));
    assert_are(power::grad(0.0, 1.0), (1.0, 0.0));
    assert_are(power::grad(0.0, 2.0), (0.0, 0.0));
    assert_are(power::grad(1.0, 0.0), (0.0, 0.0));
    assert_are(power::grad(2.0, 0.0), (0.0, 2.0_f64.ln()));
    assert_is(power::grad(-2.0, 3.0).0, 12.0);
}

functions! {
    // The root's slope is infinite at 0, but the branch that has it did not run.
    guarded_root(x) = if x > 0.0 { x.sqrt() } else { 0.0 };
    guarded_quotient(x, y) = if y == 0.0 { x } else { x / y };
    // sin(x)/x with the limit at 0.
    sinc(x) = if x == 0.0 { 1.0 } else { x.sin() / x };
    entropy(x) = if x > 0.0 { -x * x.ln() } else { 0.0 };
    selected(x) = { let safe = if x > 0.0 { x } else { 1.0 }; let root = safe.sqrt(); if x > 0.0 { root } else { 0.0 } };
    // What the unused value's slope is must not matter.
    unused_root(x) = { let root = x.sqrt(); let _ = root; x };
    unused_in_one_branch(x, y) = { let angle = y.acos(); if x > 2.0 { angle } else { x * x } };
}

#[test]
fn what_did_not_run_does_not_poison_the_gradient() {
    assert_is(guarded_root::grad(0.0), 0.0);
    assert_is(guarded_root::hvp(0.0, 1.0), 0.0);
    assert_are(guarded_quotient::grad(3.0, 0.0), (1.0, 0.0));
    assert_is(sinc::grad(0.0), 0.0);
    assert_is(entropy::grad(0.0), 0.0);
    assert_is(selected::grad(0.0), 0.0);
    assert_is(selected::grad(-4.0), 0.0);
    assert_is(unused_root::grad(0.0), 1.0);
    assert_is(unused_root::grad(-1.0), 1.0);
    assert_are(unused_in_one_branch::grad(1.5, 1.0), (3.0, 0.0));
    assert_are(unused_in_one_branch::grad(1.5, 7.0), (3.0, 0.0));
}

functions! {
    // The guard itself reads the root, and so does one side of the branch.
    guard_after_the_root(x, y) = { let r = (x * x + y * y).sqrt(); if r == 0.0 { 0.0 } else { x / r } };
    guard_by_return(x) = { let r = x.sqrt(); if r == 0.0 { return 2.0; } let s = r.ln(); if s > 5.0 { return s; } s * r };
    // Both the root and what is made of it belong to the inner side.
    nested_guards(x, y) = {
        let r = x.sqrt();
        let q = 1.0 / r;
        if x > 0.0 { if y > 0.0 { q * y } else { 1.0 } } else { y }
    };
}

/// In a loop, each iteration has its own guard.
#[differentiable]
fn guard_in_a_loop(xs: &[f64]) -> f64 {
    let mut sum = 0.0;
    for x in xs {
        let root = x.sqrt();
        if *x > 4.0 {
            continue;
        }
        let quotient = root / x;
        if root > 0.0 {
            sum += quotient;
        }
    }
    sum
}

#[test]
fn a_guard_protects_what_was_computed_before_it() {
    assert_are(guard_after_the_root::grad(0.0, 0.0), (0.0, 0.0));
    assert_are(guard_after_the_root::grad(0.0, 2.0), (0.5, 0.0));
    assert_are(guard_after_the_root::hvp(0.0, 0.0, (1.0, 1.0)), (0.0, 0.0));
    assert_is(guard_by_return::grad(0.0), 0.0);
    assert_are(nested_guards::grad(0.0, 3.0), (0.0, 1.0));
    assert_are(nested_guards::grad(4.0, -3.0), (0.0, 0.0));
    assert_are(nested_guards::grad(4.0, 1.0), (-0.0625, 0.5));
    assert_eq!(
        guard_in_a_loop::grad(&[0.0, 1.0, 9.0, 4.0]),
        [0.0, -0.5, 0.0, -0.0625]
    );
}

/// The inverse cosine is out of its domain, but nothing that depends on an input flows through it.
#[differentiable]
fn inactive_acos(x: f64, #[constant] c: f64) -> f64 {
    let angle = c.acos();
    let bound = if angle.is_nan() { 1.0 } else { angle };
    bound * x * x
}

#[test]
fn an_inactive_nan_stays_where_it_is() {
    assert_is(inactive_acos::grad(3.0, 2.0), 6.0);
    assert_is(inactive_acos::hvp(3.0, 2.0, 1.0), 2.0);
}

functions! {
    root_of_square(x) = (x * x).sqrt();
    root_of_power(x) = x.powi(2).sqrt();
    norm(x, y) = (x * x + y * y).sqrt();
    log_of_exp(x) = x.exp().ln();
}

#[test]
fn the_root_of_a_square_is_the_absolute_value() {
    for (x, slope) in [(2.0, 1.0), (-2.0, -1.0), (-1e-3, -1.0)] {
        assert_is(root_of_square::grad(x), slope);
        assert_is(root_of_power::grad(x), slope);
    }
    assert_is(root_of_square(-3.0), 3.0);
    assert_are(norm::grad(0.0, -4.0), (0.0, -1.0));
    let (by_x, by_y) = norm::grad(3.0, -4.0);
    assert_near("norm::grad", &[by_x, by_y], &[0.6, -0.8], 1e-15);
    assert_near("log_of_exp::grad", &[log_of_exp::grad(1.0)], &[1.0], 1e-15);
}

functions! {
    product(x, y) = x * y;
    quotient(x, y) = x / y;
    zero_times(x) = 0.0 * x;
    difference_with_itself(x) = x - x;
    plus_zero(x) = x + 0.0;
    one_times(x) = 1.0 * x;
    negated(x) = -x;
    zero_minus(x) = 0.0 - x;
    sum_of_three(x, y) = x + 1e16 + y;
    divided_by_three(x) = x / 3.0;
    exponential(x) = x.exp();
}

#[test]
fn values_keep_their_bits_at_special_points() {
    for x in [0.0, -0.0, 1.0, INF, -INF, NAN, 5e-324, f64::MAX] {
        macro_rules! same_bits {
            ($($f:ident)*) => {$(
                assert_eq!($f::value_and_grad(x).0.to_bits(), $f(x).to_bits(), "{} at {x}", stringify!($f));
                assert_eq!($f::jvp(x, 1.0).0.to_bits(), $f(x).to_bits(), "{} at {x}", stringify!($f));
                assert_eq!($f::vjp(x).0.to_bits(), $f(x).to_bits(), "{} at {x}", stringify!($f));
            )*};
        }
        same_bits!(zero_times difference_with_itself plus_zero one_times negated zero_minus divided_by_three);
        same_bits!(abs root_of_square log_of_exp exponential sqrt relu clamp fract signum);
    }
    assert_eq!(sum_of_three::value_and_grad(1.0, 1.0).0, sum_of_three(1.0, 1.0));
}

#[test]
fn slopes_at_infinity() {
    assert_are(product::grad(INF, 0.0), (0.0, INF));
    assert_are(product::grad(NAN, 2.0), (2.0, NAN));
    assert_are(quotient::grad(1.0, INF), (0.0, 0.0));
    assert_is(zero_times::grad(INF), 0.0);
    assert_is(difference_with_itself::grad(INF), 0.0);
    assert_is(one_times::grad(NAN), 1.0);
    assert_is(exponential::grad(-INF), 0.0);
    assert_is(exponential::grad(1000.0), INF);
    assert_is(exponential::grad(NAN), NAN);
}
