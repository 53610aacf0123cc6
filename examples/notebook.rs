//! The first lesson of TensorFlow's `GradientTape`, in Rust: with annotated functions and with the tape, in double and in
//! single precision. Prints the values, compares them with TensorFlow's, and tells what each computation costs.
//!
//! `cargo run --release --example notebook`

use differentiable::nalgebra::{Matrix3, Vector3};
use differentiable::{Tape, differentiable};
use std::hint::black_box;
use std::time::Instant;

/// What TensorFlow 2.21 prints, in single precision.
mod expected {
    pub const B: [f64; 3] = [1400.0, 3200.0, 5000.0];
    pub const DSUM_DX: [f64; 3] = [12.0, 15.0, 18.0];
    pub const DSUM_DA: [f64; 9] = [100.0, 200.0, 300.0, 100.0, 200.0, 300.0, 100.0, 200.0, 300.0];
    pub const J: f64 = 6099.18017578;
    pub const DJ_DA: [f64; 9] = [
        22.953903, 45.907806, 68.861710, 52.466064, 104.932129, 157.398193, 81.978233, 163.956467, 245.934692,
    ];
    pub const DJ_DX: [f64; 3] = [8.066658, 9.640640, 11.214622];
    pub const A_AFTER: [f64; 9] = [
        0.9770461, 1.9540921, 2.9311383, 3.9475339, 4.8950677, 5.8426016, 6.9180217, 7.8360434, 8.7540655,
    ];
}

/// The lesson for one float. The same text twice: `f64` and `f32`.
macro_rules! lesson {
    ($module:ident, $float:ident) => {
        mod $module {
            use super::*;

            #[differentiable]
            pub fn square(x: $float) -> $float {
                x * x
            }

            #[differentiable]
            pub fn parabola(x: $float) -> $float {
                x * x + 2.0 * x + 1.0
            }

            #[differentiable]
            pub fn sum(x: &Vector3<$float>, a: &Matrix3<$float>) -> $float {
                (a * x).sum()
            }

            #[differentiable]
            pub fn norm(x: &Vector3<$float>, a: &Matrix3<$float>) -> $float {
                (a * x).norm()
            }

            pub fn start() -> (Vector3<$float>, Matrix3<$float>) {
                (
                    Vector3::new(100.0, 200.0, 300.0),
                    Matrix3::new(1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0),
                )
            }

            /// By annotated functions: gradients are functions.
            pub fn annotated() -> Lesson {
                let (x, a) = start();
                let (dsum_dx, dsum_da) = sum::grad(&x, &a);
                let (j, (dj_dx, dj_da)) = norm::value_and_grad(&x, &a);
                Lesson {
                    square: square(10.0).into(),
                    parabola: parabola::value_and_grad(3.0).0.into(),
                    slope: parabola::grad(3.0).into(),
                    b: rows(&(a * x)),
                    dsum_dx: rows(&dsum_dx),
                    dsum_da: rows(&dsum_da.transpose()),
                    j: j.into(),
                    dj_da: rows(&dj_da.transpose()),
                    dj_dx: rows(&dj_dx),
                    a_after: rows(&(a - dj_da * 0.001).transpose()),
                }
            }

            /// By the tape, as in the notebook.
            pub fn taped() -> Lesson {
                let tape = Tape::persistent();
                let square = tape.var(10.0 as $float).powi(2);

                let x = tape.var(3.0 as $float);
                let y = x.powi(2) + 2.0 * x + 1.0;
                let slope = tape.gradient(&y, &x).expect("y depends on x");

                let (x, a) = start();
                let (x, a) = (tape.var(x), tape.var(a));
                let b = a * x;
                let (dsum_dx, dsum_da) = tape.gradient(&b, (&x, &a));

                let j = b.norm();
                let (dj_dx, dj_da) = tape.gradient(&j, (&x, &a));
                let (dj_dx, dj_da) = (dj_dx.expect("by x"), dj_da.expect("by A"));
                a.assign_add(&(dj_da * -0.001));

                Lesson {
                    square: square.value().into(),
                    parabola: y.value().into(),
                    slope: slope.into(),
                    b: rows(&b.value()),
                    dsum_dx: rows(&dsum_dx.expect("by x")),
                    dsum_da: rows(&dsum_da.expect("by A").transpose()),
                    j: j.value().into(),
                    dj_da: rows(&dj_da.transpose()),
                    dj_dx: rows(&dj_dx),
                    a_after: rows(&a.value().transpose()),
                }
            }

            /// The entries, column after column: a matrix comes transposed.
            fn rows<'a>(entries: impl IntoIterator<Item = &'a $float>) -> Vec<f64> {
                entries.into_iter().map(|&entry| entry.into()).collect()
            }
        }
    };
}

lesson!(double, f64);
lesson!(single, f32);

/// What the lesson prints.
struct Lesson {
    square: f64,
    parabola: f64,
    slope: f64,
    b: Vec<f64>,
    dsum_dx: Vec<f64>,
    dsum_da: Vec<f64>,
    j: f64,
    dj_da: Vec<f64>,
    dj_dx: Vec<f64>,
    a_after: Vec<f64>,
}

fn main() {
    // TensorFlow's own numbers are single precision: they agree with exact ones in seven digits at best.
    for (name, lesson, tolerance) in [
        ("annotated functions, f64", double::annotated(), 1e-7),
        ("tape, f64", double::taped(), 1e-7),
        ("annotated functions, f32", single::annotated(), 1e-6),
        ("tape, f32", single::taped(), 1e-6),
    ] {
        println!("\n{name}");
        let check = |what: &str, found: &[f64], expected: &[f64]| {
            println!("  {what:<16} {found:?}");
            assert_eq!(found.len(), expected.len());
            for (found, expected) in found.iter().zip(expected) {
                let off = (found - expected).abs() / expected.abs();
                assert!(
                    off <= tolerance,
                    "{name}: {what} is {found} instead of {expected}"
                );
            }
        };
        check("x² at 10", &[lesson.square], &[100.0]);
        check("x² + 2x + 1 at 3", &[lesson.parabola], &[16.0]);
        check("its slope", &[lesson.slope], &[8.0]);
        check("b = A x", &lesson.b, &expected::B);
        check("dΣb/dx", &lesson.dsum_dx, &expected::DSUM_DX);
        check("dΣb/dA", &lesson.dsum_da, &expected::DSUM_DA);
        check("J = ‖A x‖", &[lesson.j], &[expected::J]);
        check("dJ/dA", &lesson.dj_da, &expected::DJ_DA);
        check("dJ/dx", &lesson.dj_dx, &expected::DJ_DX);
        check("A − 0.001 dJ/dA", &lesson.a_after, &expected::A_AFTER);
    }
    costs();
}

/// Prints the time of a call of each computation, in nanoseconds.
fn costs() {
    use double::{norm, parabola, square, start, sum};
    let (x, a) = start();
    let mut tape = Tape::new();
    println!("\nns per call              plain   annotated    tape");
    let row = |what: &str, plain: f64, annotated: f64, tape: f64| {
        println!("  {what:<20} {plain:>8.1} {annotated:>11.1} {tape:>7.0}");
    };
    row(
        "x²",
        time(|| square(black_box(10.0))),
        time(|| square::grad(black_box(10.0))),
        time(|| {
            tape.reset();
            let x = tape.var(black_box(10.0));
            tape.gradient(&x.powi(2), &x)
        }),
    );
    row(
        "x² + 2x + 1",
        time(|| parabola(black_box(3.0))),
        time(|| parabola::value_and_grad(black_box(3.0))),
        time(|| {
            tape.reset();
            let x = tape.var(black_box(3.0));
            tape.gradient(&(x.powi(2) + 2.0 * x + 1.0), &x)
        }),
    );
    row(
        "ΣA x by x and A",
        time(|| sum(black_box(&x), black_box(&a))),
        time(|| sum::value_and_grad(black_box(&x), black_box(&a))),
        time(|| {
            tape.reset();
            let (x, a) = (tape.var(black_box(x)), tape.var(black_box(a)));
            tape.gradient(&(a * x), (&x, &a))
        }),
    );
    row(
        "‖A x‖ by x and A",
        time(|| norm(black_box(&x), black_box(&a))),
        time(|| norm::value_and_grad(black_box(&x), black_box(&a))),
        time(|| {
            tape.reset();
            let (x, a) = (tape.var(black_box(x)), tape.var(black_box(a)));
            tape.gradient(&(a * x).norm(), (&x, &a))
        }),
    );
    row(
        "A ← A − 0.001 dJ/dA",
        time(|| norm(black_box(&x), &(black_box(a) * 0.999))),
        time(|| black_box(a) - norm::grad(black_box(&x), black_box(&a)).1 * 0.001),
        time(|| {
            tape.reset();
            let (x, a) = (tape.constant(black_box(x)), tape.var(black_box(a)));
            let grad = tape.gradient(&(a * x).norm(), &a);
            a.assign_add(&(grad.expect("J depends on A") * -0.001));
            a.value()
        }),
    );
}

/// The shortest of some runs, in nanoseconds per call.
fn time<R>(mut f: impl FnMut() -> R) -> f64 {
    const CALLS: u32 = 100_000;
    let mut run = || {
        let begin = Instant::now();
        for _ in 0..CALLS {
            black_box(f());
        }
        begin.elapsed().as_secs_f64() * 1e9 / f64::from(CALLS)
    };
    (0..7).map(|_| run()).fold(f64::INFINITY, f64::min)
}
