//! Values of two tapes never give a number.

use differentiable::Tape;
use differentiable::nalgebra::{Matrix2, Vector2};
use std::panic::{AssertUnwindSafe, catch_unwind};

#[track_caller]
fn assert_names_both<R>(f: impl FnOnce() -> R) {
    let error = catch_unwind(AssertUnwindSafe(|| {
        f();
    }))
    .expect_err("values of two tapes were mixed");
    let text = error.downcast_ref::<String>().expect("a message");
    assert!(
        text.starts_with("values of two tapes mixed: one belongs to tape "),
        "{text}"
    );
    assert_eq!(text.matches("tape ").count(), 2, "{text}");
}

#[test]
fn every_meeting_of_two_tapes_is_refused() {
    let (one, two) = (Tape::persistent(), Tape::persistent());
    let (x, y) = (one.var(1.0), two.var(2.0));
    assert_names_both(|| x + y);
    assert_names_both(|| x.atan2(y));
    assert_names_both(|| x.clamp(0.0, y));
    assert_names_both(|| one.gradient(&y, &x));
    assert_names_both(|| one.gradient(&x, &y));
    assert_names_both(|| one.gradient(&x, (&x, &y)));
    assert_names_both(|| one.jacobian(&x, &y));
    assert_names_both(|| one.watch(&y));
    assert_names_both(|| one.stack(&[x, y]));
    assert_names_both(|| one.nested().gradient(&y, &y));
    let (a, v) = (one.var(Matrix2::identity()), two.var(Vector2::new(1.0, 2.0)));
    assert_names_both(|| a * v);
    assert_names_both(|| a.solve(v));
    assert_names_both(|| x * v);
    assert_names_both(|| a.map(|entry| entry * y));
    let w = one.var(Vector2::new(1.0, 2.0));
    assert_names_both(|| w.dot(v));
    assert_names_both(|| one.call(|x: f64| (x, |bar: f64| bar), &y));
}
