//! Descent: minimising a function by its gradient.
//!
//! A method is built, told when to stop, and run on any function from parameters to `(value, gradient)`, such as
//! `f::value_and_grad` of an annotated `f`. The report says what it found and why it stopped. First-order methods are here;
//! those with curvature and for least squares are glue to well-kept solvers, in `solvers` behind the feature of that name.
//!
//! ```
//! use autodiff_runtime::descent::GradientDescent;
//!
//! // What `#[differentiable] fn bowl(x: f64) -> f64 { (x - 3.0) * (x - 3.0) }` has as `bowl::value_and_grad`.
//! let bowl = |x: f64| ((x - 3.0) * (x - 3.0), 2.0 * (x - 3.0));
//!
//! let report = GradientDescent::new(0.1).minimize(bowl, 0.0);
//! assert!((report.parameters - 3.0).abs() < 1e-8 && report.stopped.is_success());
//! ```

mod methods;
mod objective;
#[cfg(feature = "progress")]
mod progress;
mod report;
mod schedule;
#[cfg(feature = "solvers")]
pub mod solvers;

pub use methods::{Adam, AdamW, GradientDescent, Method, Momentum, Nesterov, RmsProp, rules};
pub use objective::{Mapping, Parameters, Rows, ValueAndGradient};
pub use report::{Answer, Number, Record, Report, Step, Stopped};
pub use schedule::Schedule;

use crate::point::Real;
use std::fmt;
use std::time::{Duration, Instant};

/// A first-order method with its learning rate, stopping rules and observer. Made by the `new` of [`GradientDescent`],
/// [`Momentum`], [`Nesterov`], [`RmsProp`], [`Adam`] and [`AdamW`].
///
/// Without further notice it stops after 10 000 iterations, or when the gradient's norm is at most `1e-8`.
///
/// # Examples
///
/// ```
/// use autodiff_runtime::descent::{Adam, Schedule};
///
/// let valley = |[x, y]: [f64; 2]| {
///     let (a, b) = (1.0 - x, y - x * x);
///     (a * a + 100.0 * b * b, [-2.0 * a - 400.0 * b * x, 200.0 * b])
/// };
/// let report = Adam::new(0.05)
///     .schedule(Schedule::cosine(3000, 0.01))
///     .clip_norm(10.0)
///     .target(1e-6)
///     .minimize(valley, [-1.2, 1.0]);
/// assert!(report.stopped.is_success(), "{report}");
/// assert!((report.parameters[0] - 1.0).abs() < 0.01);
/// ```
pub struct Descent<'o, M> {
    method: M,
    rate: f64,
    schedule: Schedule,
    clip: Clip,
    stop: Stop,
    keep_history: bool,
    observers: Vec<Observer<'o>>,
}

/// Says whether the run goes on.
type Observer<'o> = Box<dyn FnMut(&Step<'_>) -> bool + 'o>;

#[derive(Clone, Copy, Debug)]
enum Clip {
    No,
    Norm(f64),
    Value(f64),
}

#[derive(Clone, Copy, Debug)]
struct Stop {
    iterations: usize,
    gradient: f64,
    change: Option<f64>,
    target: Option<f64>,
    time: Option<Duration>,
}

impl<M: fmt::Debug> fmt::Debug for Descent<'_, M> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Descent")
            .field("method", &self.method)
            .field("rate", &self.rate)
            .field("schedule", &self.schedule)
            .field("clip", &self.clip)
            .field("stop", &self.stop)
            .finish_non_exhaustive()
    }
}

impl<'o, M: Method> Descent<'o, M> {
    /// Any method, with its learning rate.
    #[must_use]
    pub fn with(method: M, rate: f64) -> Self {
        Descent {
            method,
            rate,
            schedule: Schedule::constant(),
            clip: Clip::No,
            stop: Stop {
                iterations: 10_000,
                gradient: 1e-8,
                change: None,
                target: None,
                time: None,
            },
            keep_history: true,
            observers: Vec::new(),
        }
    }

    /// The learning rate is multiplied by the schedule's factor in each iteration.
    #[must_use]
    pub fn schedule(mut self, schedule: Schedule) -> Self {
        self.schedule = schedule;
        self
    }

    /// A gradient whose Euclidean norm is larger is scaled down to this norm.
    #[must_use]
    pub fn clip_norm(mut self, norm: f64) -> Self {
        self.clip = Clip::Norm(norm);
        self
    }

    /// Every entry of the gradient is held between `-bound` and `bound`.
    #[must_use]
    pub fn clip_value(mut self, bound: f64) -> Self {
        self.clip = Clip::Value(bound);
        self
    }

    /// Stops after so many steps.
    #[must_use]
    pub fn iterations(mut self, most: usize) -> Self {
        self.stop.iterations = most;
        self
    }

    /// Stops when the Euclidean norm of the gradient is at most this.
    #[must_use]
    pub fn gradient_tolerance(mut self, norm: f64) -> Self {
        self.stop.gradient = norm;
        self
    }

    /// Stops when a step has changed the value by at most `change · max(|value|, 1)`.
    #[must_use]
    pub fn value_tolerance(mut self, change: f64) -> Self {
        self.stop.change = Some(change);
        self
    }

    /// Stops when the value is at most this.
    #[must_use]
    pub fn target(mut self, value: f64) -> Self {
        self.stop.target = Some(value);
        self
    }

    /// Stops after the first iteration that ends later than this.
    #[must_use]
    pub fn time_limit(mut self, time: Duration) -> Self {
        self.stop.time = Some(time);
        self
    }

    /// Keeps no history: the run allocates nothing per iteration, but what the function does.
    #[must_use]
    pub fn without_history(mut self) -> Self {
        self.keep_history = false;
        self
    }

    /// Calls `observer` in every iteration, before the step. It may answer with a [`ControlFlow`](std::ops::ControlFlow) and break off.
    ///
    /// ```
    /// use autodiff_runtime::descent::GradientDescent;
    ///
    /// let mut path = Vec::new();
    /// GradientDescent::new(0.25)
    ///     .iterations(3)
    ///     .observe(|step| path.push(step.parameters[0]))
    ///     .minimize(|x: f64| (x * x, 2.0 * x), 8.0);
    /// assert_eq!(path, [8.0, 4.0, 2.0, 1.0]);
    /// ```
    #[must_use]
    pub fn observe<A: Answer>(mut self, mut observer: impl FnMut(&Step<'_>) -> A + 'o) -> Self {
        self.observers
            .push(Box::new(move |step| observer(step).goes_on()));
        self
    }

    /// Runs from `start` on `objective`, which gives `(value, gradient)`.
    ///
    /// Costs one call of the objective for each iteration. Parameters in single precision are kept in double precision
    /// between steps. A value or gradient that is not finite ends the run, and the report names it.
    ///
    /// # Panics
    ///
    /// If the gradient has another number of entries than the parameters.
    pub fn minimize<P, F, How>(mut self, mut objective: F, start: P) -> Report<P>
    where
        P: Parameters,
        F: Mapping<P, How, Output: ValueAndGradient>,
    {
        let begin = Instant::now();
        let mut run = Run::new(start);
        self.method.start(run.x.len());
        let mut history = Vec::new();
        for iteration in 0.. {
            let now = match run.evaluate(&mut objective) {
                Ok(now) => now,
                Err(number) => {
                    return run.end(iteration, Stopped::NotFinite { iteration, number }, history);
                }
            };
            let rate = self.rate * self.schedule.factor(iteration);
            if self.keep_history {
                history.push(Record {
                    value: now.value,
                    gradient_norm: now.gradient_norm,
                    rate,
                });
            }
            let step = Step {
                iteration,
                value: now.value,
                gradient_norm: now.gradient_norm,
                rate,
                parameters: &run.x,
                gradient: &run.gradient,
            };
            let mut goes_on = true;
            for observer in &mut self.observers {
                goes_on &= observer(&step);
            }
            let stopped = if goes_on {
                self.stop.because(&step, run.before.as_ref(), begin)
            } else {
                Some(Stopped::Observer)
            };
            run.before = Some(now);
            if let Some(stopped) = stopped {
                return run.end(iteration, stopped, history);
            }
            self.clip.apply(&mut run.gradient, now.gradient_norm);
            self.method.step(iteration, rate, &mut run.x, &run.gradient);
        }
        unreachable!("the number of iterations is limited")
    }
}

impl Stop {
    fn because(&self, step: &Step<'_>, before: Option<&Evaluated>, begin: Instant) -> Option<Stopped> {
        let changed = |by: f64| {
            before.is_none_or(|before| (before.value - step.value).abs() > by * step.value.abs().max(1.0))
        };
        if self.target.is_some_and(|target| step.value <= target) {
            Some(Stopped::Target)
        } else if step.gradient_norm <= self.gradient {
            Some(Stopped::Converged)
        } else if self.change.is_some_and(|by| !changed(by)) {
            Some(Stopped::Unchanged)
        } else if step.iteration >= self.iterations {
            Some(Stopped::Iterations)
        } else if self.time.is_some_and(|limit| begin.elapsed() >= limit) {
            Some(Stopped::Time)
        } else {
            None
        }
    }
}

impl Clip {
    fn apply(self, gradient: &mut [f64], norm: f64) {
        match self {
            Clip::No => (),
            Clip::Norm(most) if norm > most => gradient.iter_mut().for_each(|g| *g *= most / norm),
            Clip::Norm(_) => (),
            Clip::Value(bound) => gradient.iter_mut().for_each(|g| *g = g.clamp(-bound, bound)),
        }
    }
}

/// Value and gradient norm of one point.
#[derive(Clone, Copy)]
struct Evaluated {
    value: f64,
    gradient_norm: f64,
}

/// The point of a run, as the user's type and as numbers.
struct Run<P> {
    point: P,
    x: Vec<f64>,
    gradient: Vec<f64>,
    /// The last point whose value and gradient were finite.
    good: Vec<f64>,
    before: Option<Evaluated>,
}

impl<P: Parameters> Run<P> {
    fn new(start: P) -> Self {
        let mut x = Vec::with_capacity(start.entries());
        start.for_each_entry(&mut |entry| x.push(entry.to_f64()));
        Run {
            point: start,
            good: x.clone(),
            gradient: Vec::with_capacity(x.len()),
            x,
            before: None,
        }
    }

    fn evaluate<How>(
        &mut self,
        objective: &mut impl Mapping<P, How, Output: ValueAndGradient>,
    ) -> Result<Evaluated, Number> {
        if let Some(k) = self.x.iter().position(|it| !it.is_finite()) {
            return Err(Number::Parameter(k));
        }
        write(&self.x, &mut self.point);
        let result = objective.call(&self.point);
        let value = result.value();
        self.gradient.clear();
        result.write_gradient(&mut self.gradient);
        assert_eq!(
            self.gradient.len(),
            self.x.len(),
            "a gradient has as many entries as the parameters"
        );
        if !value.is_finite() {
            return Err(Number::Value);
        }
        if let Some(k) = self.gradient.iter().position(|it| !it.is_finite()) {
            return Err(Number::Gradient(k));
        }
        self.good.clone_from(&self.x);
        let gradient_norm = norm(&self.gradient);
        Ok(Evaluated { value, gradient_norm })
    }

    fn end(mut self, iterations: usize, stopped: Stopped, history: Vec<Record>) -> Report<P> {
        write(&self.good, &mut self.point);
        let nothing = Evaluated {
            value: f64::NAN,
            gradient_norm: f64::NAN,
        };
        let last = self.before.unwrap_or(nothing);
        Report {
            parameters: self.point,
            value: last.value,
            gradient_norm: last.gradient_norm,
            iterations,
            stopped,
            history,
        }
    }
}

fn write<P: Parameters>(x: &[f64], to: &mut P) {
    let mut x = x.iter();
    to.for_each_entry_mut(&mut |entry| {
        let &x = x.next().expect("a point keeps its number of entries");
        *entry = Real::from_f64(x);
    });
}

/// The Euclidean norm, also where squares would overflow.
fn norm(x: &[f64]) -> f64 {
    let largest = x.iter().fold(0.0_f64, |largest, x| largest.max(x.abs()));
    if largest == 0.0 {
        return 0.0;
    }
    largest * x.iter().map(|x| (x / largest).powi(2)).sum::<f64>().sqrt()
}
