//! Descent as a user meets it: every shape of parameters, every method, every reason to stop.

use differentiable::descent::{
    Adam, AdamW, Descent, GradientDescent, Method, Momentum, Nesterov, Number, Report, RmsProp, Schedule,
    Stopped,
};
use differentiable::nalgebra::{DVector, Matrix2, Vector2};
use differentiable::{Differentiable, differentiable};
use std::ops::ControlFlow;
use std::time::Duration;

#[differentiable]
fn parabola(x: f64) -> f64 {
    (x - 3.0) * (x - 3.0)
}

#[differentiable]
fn valley(x: [f64; 2]) -> f64 {
    let (a, b) = (1.0 - x[0], x[1] - x[0] * x[0]);
    a * a + 100.0 * b * b
}

#[differentiable]
fn bowl(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for (i, x) in x.iter().enumerate() {
        let r = x - i as f64;
        sum += r * r;
    }
    sum
}

/// Mean squared error of a line through points.
#[differentiable]
fn line(w: &[f64], #[constant] xs: &[f64], #[constant] ys: &[f64]) -> f64 {
    let mut sum = 0.0;
    for (x, y) in xs.iter().zip(ys) {
        let r = w[0] + w[1] * x - y;
        sum += r * r;
    }
    sum / xs.len() as f64
}

#[differentiable]
fn two(x: f64, y: f64) -> f64 {
    (x - 1.0) * (x - 1.0) + (y + 2.0) * (y + 2.0)
}

#[differentiable]
fn mixed(scale: f64, shift: &[f64]) -> f64 {
    let mut sum = (scale - 2.0) * (scale - 2.0);
    for s in shift {
        sum += (s - 1.0) * (s - 1.0);
    }
    sum
}

#[differentiable]
fn single(x: [f32; 2]) -> f32 {
    x[0] * x[0] + (x[1] - 1.0) * (x[1] - 1.0)
}

#[differentiable]
fn matrix(a: &Matrix2<f64>) -> f64 {
    (a - Matrix2::new(1.0, 2.0, 3.0, 4.0)).norm_squared()
}

#[derive(Clone, Debug, Differentiable)]
struct Model {
    weights: Vec<f64>,
    bias: f64,
}

#[differentiable]
fn model_loss(model: &Model) -> f64 {
    let mut sum = (model.bias - 5.0) * (model.bias - 5.0);
    for w in &model.weights {
        sum += (w - 2.0) * (w - 2.0);
    }
    sum
}

#[track_caller]
fn assert_near(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-6, "{found} instead of {expected}");
}

#[test]
fn parameters_of_every_shape() {
    let method = || GradientDescent::new(0.2);
    assert_near(method().minimize(parabola::value_and_grad, 0.0).parameters, 3.0);
    let report = method().minimize(bowl::value_and_grad, vec![9.0, 9.0, 9.0]);
    assert_near(report.parameters[2], 2.0);
    let report = method().minimize(bowl::value_and_grad, [9.0, 9.0]);
    assert_near(report.parameters[1], 1.0);
    let report = method().minimize(bowl::value_and_grad, DVector::from_element(4, 9.0));
    assert_near(report.parameters[3], 3.0);
    let report = method().minimize(two::value_and_grad, (5.0, 5.0));
    assert_near(report.parameters.1, -2.0);
    let report = method().minimize(mixed::value_and_grad, (5.0, vec![0.0, 7.0]));
    assert_near(report.parameters.1[1], 1.0);
    let report = method().minimize(matrix::value_and_grad, Matrix2::zeros());
    assert_near(report.parameters[(1, 0)], 3.0);
    let start = Model {
        weights: vec![0.0; 2],
        bias: 0.0,
    };
    let report = method().minimize(model_loss::value_and_grad, start);
    assert_near(report.parameters.bias, 5.0);
    assert_near(report.parameters.weights[1], 2.0);
    let report = method()
        .gradient_tolerance(1e-6)
        .minimize(single::value_and_grad, [4.0, 4.0]);
    assert!((report.parameters[1] - 1.0).abs() < 1e-6 && report.stopped.is_success());
}

#[test]
fn a_closure_binds_the_data() {
    let (xs, ys) = ([0.0, 1.0, 2.0], [1.0, 3.0, 5.0]);
    let report =
        GradientDescent::new(0.2).minimize(|w: &[f64]| line::value_and_grad(w, &xs, &ys), vec![0.0, 0.0]);
    assert_near(report.parameters[0], 1.0);
    assert_near(report.parameters[1], 2.0);
    let report = GradientDescent::new(0.2).minimize(|x| parabola::value_and_grad(x / 1.0), 0.0);
    assert_near(report.parameters, 3.0);
}

#[track_caller]
fn assert_solves(report: Report<[f64; 2]>) {
    assert!(report.stopped.is_success(), "{report}");
    assert!((report.parameters[0] - 1.0).abs() < 1e-2, "{report}");
    assert_eq!(report.history.len(), report.iterations + 1);
}

#[test]
fn every_method_gets_through_the_valley() {
    fn run<M: Method>(method: Descent<'_, M>) -> Report<[f64; 2]> {
        method
            .iterations(100_000)
            .target(1e-6)
            .minimize(valley::value_and_grad, [-1.2, 1.0])
    }
    assert_solves(run(GradientDescent::new(0.001)));
    assert_solves(run(Momentum::new(0.0005, 0.9)));
    assert_solves(run(Nesterov::new(0.0005, 0.9)));
    assert_solves(run(RmsProp::new(0.01)
        .schedule(Schedule::exponential(0.999))
        .rho(0.95)));
    assert_solves(run(Adam::new(0.02).betas(0.9, 0.99)));
    assert_solves(run(AdamW::new(0.02, 0.0)));
}

#[test]
fn the_first_steps_are_those_of_the_papers() {
    let path = |method: &mut dyn FnMut(&mut Vec<f64>)| {
        let mut path = Vec::new();
        method(&mut path);
        path
    };
    let gradient = |x: f64| (2.0 * x, 2.0);
    let momentum = path(&mut |path| {
        Momentum::new(0.5, 0.5)
            .iterations(2)
            .observe(|step| path.push(step.parameters[0]))
            .minimize(gradient, 0.0);
    });
    assert_eq!(momentum, [0.0, -1.0, -2.5]);
    let nesterov = path(&mut |path| {
        Nesterov::new(0.5, 0.5)
            .iterations(2)
            .observe(|step| path.push(step.parameters[0]))
            .minimize(gradient, 0.0);
    });
    assert_eq!(nesterov, [0.0, -1.5, -3.25]);
    let adam = path(&mut |path| {
        Adam::new(0.5)
            .iterations(2)
            .observe(|step| path.push(step.parameters[0]))
            .minimize(gradient, 0.0);
    });
    assert_near(adam[1], -0.5);
    assert_near(adam[2], -1.0);
    let decayed = path(&mut |path| {
        AdamW::new(0.5, 0.1)
            .iterations(1)
            .observe(|step| path.push(step.parameters[0]))
            .minimize(gradient, 1.0);
    });
    assert_near(decayed[1], 0.95 - 0.5);
    let rms = path(&mut |path| {
        RmsProp::new(0.1)
            .iterations(1)
            .observe(|step| path.push(step.parameters[0]))
            .minimize(gradient, 1.0);
    });
    assert_near(rms[1], 1.0 - 0.1 / 0.1_f64.sqrt());
}

#[test]
fn every_reason_to_stop() {
    let run = |method: GradientDescent| method.minimize(parabola::value_and_grad, 0.0).stopped;
    let method = || GradientDescent::new(0.2);
    assert_eq!(run(method()), Stopped::Converged);
    assert_eq!(run(method().iterations(3)), Stopped::Iterations);
    assert_eq!(run(method().target(0.1)), Stopped::Target);
    assert_eq!(run(method().value_tolerance(1e-3)), Stopped::Unchanged);
    assert_eq!(run(method().time_limit(Duration::ZERO)), Stopped::Time);
    let report = method()
        .observe(|step| {
            if step.iteration == 4 {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })
        .minimize(parabola::value_and_grad, 0.0);
    assert_eq!((report.stopped, report.iterations), (Stopped::Observer, 4));
}

#[test]
fn limits_of_gradients_and_rates() {
    let steep = |x: [f64; 2]| (30.0 * x[0] + 40.0 * x[1], [30.0, 40.0]);
    let after_one = |method: GradientDescent| method.iterations(1).minimize(steep, [0.0, 0.0]).parameters;
    let clipped = after_one(GradientDescent::new(1.0).clip_norm(5.0));
    assert_near(clipped[0], -3.0);
    assert_near(clipped[1], -4.0);
    assert_eq!(
        after_one(GradientDescent::new(1.0).clip_value(35.0)),
        [-30.0, -35.0]
    );
    assert_eq!(
        after_one(GradientDescent::new(1.0).clip_norm(500.0)),
        [-30.0, -40.0]
    );
    let report = GradientDescent::new(1.0)
        .schedule(Schedule::step(2, 0.5))
        .iterations(4)
        .minimize(steep, [0.0, 0.0]);
    let rates: Vec<f64> = report.history.iter().map(|record| record.rate).collect();
    assert_eq!(rates, [1.0, 1.0, 0.5, 0.5, 0.25]);
}

#[test]
fn a_number_that_is_not_finite_ends_the_run_and_is_named() {
    #[differentiable]
    fn root(x: [f64; 2]) -> f64 {
        x[0] * x[0] + x[1].sqrt()
    }
    let report = GradientDescent::new(0.3).minimize(root::value_and_grad, [1.0, 1.0]);
    let Stopped::NotFinite { iteration, number } = report.stopped else {
        panic!("the root left its domain: {report}");
    };
    assert_eq!(number, Number::Value);
    assert_eq!(report.iterations, iteration);
    assert!(report.value.is_finite() && report.parameters.iter().all(|it| it.is_finite()));
    assert_eq!(
        Stopped::NotFinite { iteration, number }.to_string(),
        format!("the value is not finite in iteration {iteration}")
    );

    let report = GradientDescent::new(0.3).minimize(root::value_and_grad, [1.0, 0.0]);
    let number = Number::Gradient(1);
    assert_eq!(report.stopped, Stopped::NotFinite { iteration: 0, number });

    let report = GradientDescent::new(1e300).minimize(root::value_and_grad, [1e10, 1.0]);
    let number = Number::Parameter(0);
    assert_eq!(report.stopped, Stopped::NotFinite { iteration: 1, number });

    let report = GradientDescent::new(0.1).minimize(root::value_and_grad, [f64::NAN, 1.0]);
    let number = Number::Parameter(0);
    assert_eq!(report.stopped, Stopped::NotFinite { iteration: 0, number });
    assert_eq!(
        report.stopped.to_string(),
        "parameter 0 is not finite in iteration 0"
    );
}

#[test]
fn a_run_without_history_allocates_nothing_per_iteration() {
    let count = |iterations: usize| {
        allocation_counter::measure(|| {
            Adam::new(1e-4)
                .iterations(iterations)
                .without_history()
                .minimize(valley::value_and_grad, [-1.2, 1.0]);
        })
        .count_total
    };
    assert_eq!(count(10), count(1000));
}

#[test]
fn the_tape_can_be_minimised_too() {
    let mut tape = differentiable::Tape::new();
    let report = GradientDescent::new(0.1).minimize(
        |at: Vector2<f64>| {
            tape.reset();
            let x = tape.var(at);
            let y = (x - Vector2::new(1.0, 2.0)).norm_squared();
            (y.value(), tape.gradient(&y, &x).expect("y depends on x"))
        },
        Vector2::new(0.0, 0.0),
    );
    assert_near(report.parameters[1], 2.0);
}

#[cfg(feature = "solvers")]
mod solvers {
    use super::*;
    use differentiable::descent::solvers::{Solver, lbfgs, levenberg_marquardt, newton_cg, trust_region};

    #[differentiable]
    fn rosenbrock(x: &[f64]) -> f64 {
        let mut sum = 0.0;
        for i in 0..x.len() - 1 {
            let (a, b) = (1.0 - x[i], x[i + 1] - x[i] * x[i]);
            sum += a * a + 100.0 * b * b;
        }
        sum
    }

    #[differentiable]
    fn residuals(x: [f64; 2]) -> [f64; 2] {
        [1.0 - x[0], 10.0 * (x[1] - x[0] * x[0])]
    }

    #[track_caller]
    fn assert_all_ones(report: &Report<Vec<f64>>) {
        assert!(report.stopped.is_success(), "{report}");
        assert!(
            report.parameters.iter().all(|x| (x - 1.0).abs() < 1e-6),
            "{report}"
        );
        assert!(!report.history.is_empty() && report.gradient_norm < 1e-5);
    }

    #[test]
    fn each_is_one_line() {
        let start = || vec![0.5, 0.3, 0.9, 0.2, 0.5];
        assert_all_ones(&lbfgs(rosenbrock::value_and_grad, start()));
        assert_all_ones(&newton_cg(rosenbrock::value_and_grad, rosenbrock::hvp, start()));
        assert_all_ones(&trust_region(
            rosenbrock::value_and_grad,
            rosenbrock::hessian,
            start(),
        ));
        let report = levenberg_marquardt(residuals, residuals::jacobian, [-1.2, 1.0]);
        assert!(report.stopped.is_success() && report.value < 1e-20, "{report}");
    }

    #[test]
    fn scalars_tuples_and_static_sizes() {
        assert_near(lbfgs(parabola::value_and_grad, 0.0).parameters, 3.0);
        assert_near(
            trust_region(parabola::value_and_grad, parabola::hessian, 0.0).parameters,
            3.0,
        );
        assert_near(
            newton_cg(valley::value_and_grad, valley::hvp, [-1.2, 1.0]).parameters[1],
            1.0,
        );
        assert_near(
            trust_region(two::value_and_grad, two::hessian, (4.0, 4.0))
                .parameters
                .1,
            -2.0,
        );
    }

    #[test]
    fn limits_hold_and_numbers_that_are_not_finite_are_named() {
        let report = Solver::new()
            .iterations(3)
            .lbfgs(rosenbrock::value_and_grad, vec![-1.2, 1.0]);
        assert_eq!((report.stopped, report.iterations), (Stopped::Iterations, 3));
        let report = lbfgs(rosenbrock::value_and_grad, vec![f64::NAN, 1.0]);
        assert!(
            matches!(report.stopped, Stopped::NotFinite { iteration: 0, .. }),
            "{}",
            report.stopped
        );
    }
}
