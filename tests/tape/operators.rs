//! Scalars: operators in every combination, functions of floats, kinks, branches by value.

use crate::support::check;
use differentiable::{Tape, differentiable};

#[test]
fn operators_take_floats_variables_and_references_on_both_sides() {
    check(
        |x| (x.at(0) + x.at(1)) * (x.at(0) - x.at(1)) / x.at(1),
        &[1.5, -0.7],
    );
    check(
        |x| {
            let (a, b) = (x.at(0), x.at(1));
            &a + &b + (&a - b) * (a - &b) / &b - &a / 2.0 + 3.0 * &b - -&a + 1.0 / b - (2.0 - &a) + (5.0 + a)
        },
        &[1.5, -0.7],
    );
    check(
        |x| {
            let mut sum = x.at(0) * 1.0;
            sum += x.at(1);
            sum *= sum;
            sum -= 2.0;
            sum /= &x.at(1);
            sum
        },
        &[1.5, -0.7],
    );
}

#[test]
fn powers_of_integers() {
    check(|x| x.at(0).powi(3), &[1.5]);
    check(|x| x.at(0).powi(-2), &[1.5]);
    check(|x| x.at(0).powi(0) * x.at(0), &[1.5]);
    check(|x| x.at(0).powi(1) * x.at(0).powi(2), &[-1.5]);
}

#[differentiable]
fn mixture(x: f64, y: f64) -> f64 {
    let a = (x * y).sin().hypot(y) + x.exp().ln_1p() * y.abs();
    let b = x.mul_add(y, 2.0).sqrt().powf(x) + y.atan2(x).max(0.3 * x);
    a / b + x.clamp(0.0, 1.0) + y.rem_euclid(0.7).cbrt() + (x - y).tanh().powi(3)
}

#[test]
fn a_long_formula_agrees_with_its_annotated_function_bit_for_bit_in_value() {
    for (x, y) in [(1.5, 0.4), (0.3, 2.2), (2.0, -0.5)] {
        let tape = Tape::new();
        let (a, b) = (tape.var(x), tape.var(y));
        let first = (a * b).sin().hypot(b) + a.exp().ln_1p() * b.abs();
        let second = a.mul_add(b, 2.0).sqrt().powf(a) + b.atan2(a).max(0.3_f64 * a);
        let z = first / second + a.clamp(0.0, 1.0) + b.rem_euclid(0.7).cbrt() + (a - b).tanh().powi(3);
        let (value, grad) = mixture::value_and_grad(x, y);
        assert_eq!(z.value().to_bits(), value.to_bits());
        let (dx, dy) = tape.gradient(&z, (&a, &b));
        assert!((dx.unwrap() - grad.0).abs() < 1e-13 * grad.0.abs().max(1.0));
        assert!((dy.unwrap() - grad.1).abs() < 1e-13 * grad.1.abs().max(1.0));
    }
}

#[differentiable]
fn kinks(x: f64, y: f64) -> f64 {
    x.abs() + 2.0 * x.max(y) + 4.0 * x.min(y) + 8.0 * x.clamp(y, 2.0) + x.hypot(y) + 16.0 * x.copysign(y)
}

#[test]
fn kinks_are_taken_as_by_annotated_functions() {
    for (x, y) in [
        (0.0, 0.0),
        (1.0, 1.0),
        (2.0, 1.0),
        (-1.0, 1.0),
        (3.0, -1.0),
        (-0.0, -2.0),
    ] {
        let tape = Tape::new();
        let (a, b) = (tape.var(x), tape.var(y));
        let z = a.abs()
            + 2.0 * a.max(b)
            + 4.0 * a.min(b)
            + 8.0 * a.clamp(b, 2.0)
            + a.hypot(b)
            + 16.0 * a.copysign(b);
        let (dx, dy) = kinks::grad(x, y);
        assert_eq!(tape.gradient(&z, (&a, &b)), (Some(dx), Some(dy)), "at ({x}, {y})");
    }
}

#[differentiable]
fn power(x: f64, p: f64) -> f64 {
    x.powf(p)
}

#[test]
fn powers_at_zero_are_taken_as_by_annotated_functions() {
    for (x, p) in [(0.0, 0.0), (0.0, 2.0), (2.0, 0.0), (0.0, 1.0), (-1.5, 0.0)] {
        let tape = Tape::new();
        let (a, b) = (tape.var(x), tape.var(p));
        let (dx, dp) = tape.gradient(&a.powf(b), (&a, &b));
        let (want_dx, want_dp) = power::grad(x, p);
        assert_eq!(dx, Some(want_dx), "at ({x}, {p})");
        let dp = dp.unwrap();
        assert!(
            dp == want_dp || dp.is_nan() && want_dp.is_nan(),
            "at ({x}, {p}): {dp} {want_dp}"
        );
    }
}

#[test]
fn a_program_branches_by_value() {
    let collatz = |start: f64| {
        let tape = Tape::new();
        let x = tape.var(start);
        let mut y = x * 1.0;
        while y < 100.0 {
            y = if y.value() as i64 % 2 == 0 {
                y * 0.75
            } else {
                3.0 * y + 1.0
            };
        }
        tape.gradient(&y, &x)
    };
    // 11 → 34 → 25.5 → 77.5 → 233.5
    assert_eq!(collatz(11.0), Some(3.0 * 0.75 * 3.0 * 3.0));
}

#[test]
fn single_precision_stays_single() {
    let tape = Tape::new();
    let x = tape.var(0.3_f32);
    let y = (2.0 * x).exp() / 3.0 + x.sin();
    let want = 2.0 * (0.6_f32).exp() / 3.0 + 0.3_f32.cos();
    assert!((tape.gradient(&y, &x).unwrap() - want).abs() < 1e-6);
    assert_eq!(y.value(), (2.0_f32 * 0.3).exp() / 3.0 + 0.3_f32.sin());
}

#[test]
fn a_variable_prints_as_its_value() {
    let tape = Tape::new();
    let x = tape.var(1.5);
    assert_eq!(format!("{x} {x:?} {x:.3}"), "1.5 Var(1.5) 1.500");
}
