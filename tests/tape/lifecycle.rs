//! What is watched, what is recorded, how often a gradient may be taken.

use differentiable::nalgebra::{Matrix2, Vector2};
use differentiable::{Tape, Var};

#[test]
fn the_same_variable_twice_is_summed() {
    let tape = Tape::new();
    let x = tape.var(3.0);
    assert_eq!(tape.gradient(&(x * x + x), (&x, &x)), (Some(7.0), Some(7.0)));
}

#[test]
fn unconnected_sources_are_none_in_every_shape_of_sources() {
    let tape = Tape::persistent();
    let (x, z) = (tape.var(3.0), tape.var(5.0));
    let v = tape.var(Vector2::new(1.0, 2.0));
    let y = x * v.sum();
    assert_eq!(
        tape.gradient(&y, (&x, (&z, &v))),
        (Some(3.0), (None, Some(Vector2::new(3.0, 3.0))))
    );
    assert_eq!(tape.gradient(&y, [&z, &x]), [None, Some(3.0)]);
    assert_eq!(tape.gradient(&y, &vec![x, z]), [Some(3.0), None]);
    assert_eq!(tape.gradient(&y, &[z, x][..]), [None, Some(3.0)]);
    assert_eq!(tape.gradient(&x, &y), None);
}

#[test]
fn a_target_is_a_source_of_itself_and_so_are_results() {
    let tape = Tape::persistent();
    let x = tape.var(3.0);
    let y = x * x;
    let z = y * y;
    assert_eq!(tape.gradient(&x, &x), Some(1.0));
    assert_eq!(tape.gradient(&z, (&x, &y)), (Some(108.0), Some(18.0)));
}

#[test]
fn targets_that_are_not_scalars_are_summed_or_seeded() {
    let tape = Tape::persistent();
    let x = tape.var(Vector2::new(3.0, 4.0));
    let y = x.component_mul(x);
    assert_eq!(tape.gradient(&y, &x), Some(Vector2::new(6.0, 8.0)));
    let seed = Vector2::new(0.0, 10.0);
    assert_eq!(tape.gradient_with(&y, &x, &seed), Some(Vector2::new(0.0, 80.0)));
}

#[test]
fn a_jacobian_has_a_row_for_each_output() {
    let tape = Tape::persistent();
    let (a, x) = (
        tape.var(Matrix2::new(1.0, 2.0, 3.0, 4.0)),
        tape.var(Vector2::new(5.0, 6.0)),
    );
    let y = a * x;
    let by_x = tape.jacobian(&y, &x).unwrap();
    assert_eq!(by_x.as_slice(), [1.0, 3.0, 2.0, 4.0]);
    let by_a = tape.jacobian(&y, &a).unwrap();
    assert_eq!(
        by_a.row(0).iter().copied().collect::<Vec<_>>(),
        [5.0, 0.0, 6.0, 0.0]
    );
    assert_eq!(
        by_a.row(1).iter().copied().collect::<Vec<_>>(),
        [0.0, 5.0, 0.0, 6.0]
    );
    assert_eq!(tape.jacobian(&x, &y), None);
}

#[test]
#[should_panic(expected = "a tape that is not persistent gives one gradient only")]
fn a_second_gradient_on_a_one_shot_tape_is_refused() {
    let tape = Tape::new();
    let x = tape.var(3.0);
    let y = x * x;
    assert_eq!(tape.gradient(&y, &x), Some(6.0));
    tape.gradient(&y, &x);
}

#[test]
fn constants_are_not_watched_until_they_are() {
    let tape = Tape::persistent();
    let c = tape.constant(3.0);
    let before = c * c;
    tape.watch(&c);
    let after = c * before;
    assert_eq!(tape.gradient(&before, &c), None);
    assert_eq!(tape.gradient(&after, &c), Some(9.0));
}

#[test]
fn what_is_not_recorded_is_constant_also_after_a_panic() {
    let tape = Tape::persistent();
    let x = tape.var(3.0);
    let y = tape.stop_recording(|| x * x);
    assert_eq!((y.value(), tape.gradient(&y, &x)), (9.0, None));
    assert_eq!(tape.gradient(&(y * x), &x), Some(9.0));
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        tape.stop_recording(|| panic!("in between"));
    }));
    assert!(caught.is_err());
    assert_eq!(tape.gradient(&(x * x), &x), Some(6.0));
}

#[test]
fn stop_gradient_cuts_one_use() {
    let tape = Tape::new();
    let x = tape.var(Vector2::new(3.0, 4.0));
    let y = x.stop_gradient().dot(x);
    assert_eq!(y.value(), 25.0);
    assert_eq!(tape.gradient(&y, &x), Some(Vector2::new(3.0, 4.0)));
}

#[test]
fn assignment_keeps_what_was_computed_before() {
    let tape = Tape::persistent();
    let x = tape.var(Vector2::new(1.0, 2.0));
    let before = x.norm_squared();
    x.assign_add(&Vector2::new(1.0, 1.0));
    let after = x.norm_squared();
    assert_eq!((before.value(), after.value()), (5.0, 13.0));
    assert_eq!(tape.gradient(&before, &x), Some(Vector2::new(2.0, 4.0)));
    assert_eq!(tape.gradient(&after, &x), Some(Vector2::new(4.0, 6.0)));
    assert_eq!(
        tape.gradient(&(before + after), &x),
        Some(Vector2::new(6.0, 10.0))
    );
    x.assign(&Vector2::new(0.0, 1.0));
    assert_eq!(x.value(), Vector2::new(0.0, 1.0));
    assert_eq!(
        tape.gradient(&(after * x.norm_squared()), &x),
        Some(Vector2::new(4.0, 32.0))
    );
}

#[test]
#[should_panic(expected = "only a variable can be assigned to")]
fn results_cannot_be_assigned_to() {
    let tape = Tape::new();
    let x = tape.var(3.0);
    (x * x).assign_add(&1.0);
}

#[test]
fn a_tape_goes_to_another_thread() {
    let tape = Tape::new();
    let grad = std::thread::spawn(move || {
        let x = tape.var(3.0);
        tape.gradient(&(x * x), &x)
    });
    assert_eq!(grad.join().unwrap(), Some(6.0));
}

#[test]
fn values_that_are_used_at_once_and_later_keep_apart() {
    // The cotangent of `b` is summed in place while that of `a`, which was the same node, must not move.
    let tape = Tape::new();
    let (a, b) = (tape.var(2.0), tape.var(5.0));
    let sum = a + b;
    let y = sum * 3.0 + b * b + b.sin() * 0.0 + a;
    assert_eq!(
        tape.gradient(&y, (&a, &b, &sum)),
        (Some(4.0), Some(13.0), Some(3.0))
    );
}

#[test]
fn a_function_over_any_tape_is_an_ordinary_function() {
    fn bowl<'t>(x: &Var<'t, f64>, y: &Var<'t, f64>) -> Var<'t, f64> {
        x * x + 2.0 * y * y
    }
    let tape = Tape::new();
    let (x, y) = (tape.var(3.0), tape.var(4.0));
    assert_eq!(tape.gradient(&bowl(&x, &y), (&x, &y)), (Some(6.0), Some(16.0)));
}
