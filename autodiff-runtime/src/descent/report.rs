//! What a run tells: each step, and at the end what it found and why it stopped.

use std::fmt;
use std::ops::ControlFlow;

/// One iteration, before its step.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Step<'a> {
    /// Its number; the first is 0.
    pub iteration: usize,
    /// The value there.
    pub value: f64,
    /// The Euclidean norm of the gradient there, before clipping.
    pub gradient_norm: f64,
    /// The learning rate of the step that follows.
    pub rate: f64,
    /// The entries of the parameters, from the first to the last.
    pub parameters: &'a [f64],
    /// The entries of the gradient, before clipping.
    pub gradient: &'a [f64],
}

/// One iteration in the history of a run.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Record {
    /// The value there.
    pub value: f64,
    /// The Euclidean norm of the gradient there, before clipping; NaN where a solver does not tell.
    pub gradient_norm: f64,
    /// The learning rate of the step that followed; NaN where a solver has none.
    pub rate: f64,
}

/// What a run found.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct Report<P> {
    /// Where it ended; after a value that is not finite, the last point before it.
    pub parameters: P,
    /// The value there.
    pub value: f64,
    /// The Euclidean norm of the gradient there.
    pub gradient_norm: f64,
    /// How many steps were taken.
    pub iterations: usize,
    /// Why it stopped.
    pub stopped: Stopped,
    /// Every iteration, unless switched off.
    pub history: Vec<Record>,
}

/// Why a run stopped.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub enum Stopped {
    /// The gradient's norm fell to the tolerance, or the solver found it could not improve the point any more.
    Converged,
    /// The value changed by no more than the tolerance.
    Unchanged,
    /// The value fell to the target.
    Target,
    /// It took as many steps as it may.
    Iterations,
    /// Its time was over.
    Time,
    /// The observer broke it off.
    Observer,
    /// A number was NaN or infinite.
    NotFinite {
        /// The iteration; the first is 0.
        iteration: usize,
        /// Which number.
        number: Number,
    },
    /// The solver gave up; in its own words.
    Failed(String),
}

/// A number of a descent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Number {
    /// The function's value.
    Value,
    /// The parameter of this number, counted through all of them from left to right.
    Parameter(usize),
    /// The partial derivative by the parameter of this number.
    Gradient(usize),
}

impl Stopped {
    /// Whether a tolerance or the target was reached.
    #[must_use]
    pub fn is_success(&self) -> bool {
        match self {
            Stopped::Converged | Stopped::Unchanged | Stopped::Target => true,
            Stopped::Iterations
            | Stopped::Time
            | Stopped::Observer
            | Stopped::NotFinite { .. }
            | Stopped::Failed(_) => false,
        }
    }
}

impl fmt::Display for Stopped {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Stopped::Converged => write!(out, "converged"),
            Stopped::Unchanged => write!(out, "the value does not change any more"),
            Stopped::Target => write!(out, "reached the target"),
            Stopped::Iterations => write!(out, "took all its iterations"),
            Stopped::Time => write!(out, "its time was over"),
            Stopped::Observer => write!(out, "broken off by the observer"),
            Stopped::NotFinite { iteration, number } => {
                write!(out, "{number} is not finite in iteration {iteration}")
            }
            Stopped::Failed(why) => write!(out, "the solver failed: {why}"),
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Number::Value => write!(out, "the value"),
            Number::Parameter(k) => write!(out, "parameter {k}"),
            Number::Gradient(k) => write!(out, "the gradient by parameter {k}"),
        }
    }
}

impl<P: fmt::Debug> fmt::Display for Report<P> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{} after {} iterations: value {:e}, gradient norm {:.1e}, at {:?}",
            self.stopped, self.iterations, self.value, self.gradient_norm, self.parameters
        )
    }
}

/// What an observer may answer: nothing, or a [`ControlFlow`], which can break the run off.
pub trait Answer {
    #[doc(hidden)]
    fn goes_on(self) -> bool;
}

impl Answer for () {
    fn goes_on(self) -> bool {
        true
    }
}

impl Answer for ControlFlow<()> {
    fn goes_on(self) -> bool {
        self.is_continue()
    }
}
