//! A tape that is used again allocates nothing.

use allocation_counter::measure;
use differentiable::nalgebra::{Matrix3, Vector3};
use differentiable::{Tape, differentiable};
use std::hint::black_box;

#[differentiable]
fn bowl(x: f64) -> f64 {
    x * x.abs()
}

fn step(tape: &mut Tape) {
    tape.reset();
    let a = tape.var(Matrix3::from_diagonal_element(2.0));
    let x = tape.var(Vector3::new(1.0, 2.0, 3.0));
    let s = tape.var(0.5);
    let y = (a * x).norm() + (s * x.component_mul(x)).map(|x| x.abs().sin()).sum() + x.at(1) * x.at(2);
    let z = y.max(1.0).powf(s) + tape.call(bowl::vjp, &s);
    black_box(tape.gradient(&z, (&a, (&x, &s))));
}

#[test]
fn a_tape_that_is_reset_allocates_nothing_after_the_first_run() {
    let mut tape = Tape::new();
    step(&mut tape);
    let again = measure(|| {
        for _ in 0..3 {
            step(&mut tape);
        }
    });
    assert_eq!(again.count_total, 0);
}
