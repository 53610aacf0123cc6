//! Methods with curvature and for least squares, through the solvers of [`basin`].
//!
//! One crate for all of them: `basin` 3 is maintained (a release every few weeks), works on plain `Vec<f64>` and its own dense
//! matrix, so that no second version of nalgebra comes in, evaluates value and gradient in one call, and keeps its
//! workspaces from iteration to iteration. `argmin` 0.11 computes value and gradient in two calls and clones parameters in
//! each iteration, and has no Levenberg–Marquardt; `levenberg-marquardt` 0.15 is a faithful MINPACK, but stands on nalgebra 0.34.
//!
//! Parameters, and how functions take them, are as in [`Descent::minimize`](super::Descent::minimize). The functions below
//! run with the default limits of [`Solver`]; its methods of the same names with your own.
//!
//! ```
//! use autodiff_runtime::descent::solvers::lbfgs;
//!
//! // What an annotated `valley` has as `valley::value_and_grad`.
//! let value_and_grad = |[x, y]: [f64; 2]| {
//!     let (a, b) = (1.0 - x, y - x * x);
//!     (a * a + 100.0 * b * b, [-2.0 * a - 400.0 * b * x, 200.0 * b])
//! };
//! let report = lbfgs(value_and_grad, [-1.2, 1.0]);
//! assert!(report.stopped.is_success(), "{report}");
//! assert!((report.parameters[0] - 1.0).abs() < 1e-6);
//! ```

mod problems;

pub use problems::Dense;

use super::objective::{Mapping, Parameters, ValueAndGradient};
use super::report::{Record, Report};
use crate::entries::Entries;
use crate::point::Real;
use basin::{Executor, Lbfgs, LevenbergMarquardtQr, MoreSorensen, State, Steihaug, TrustRegion};
use problems::{LeastSquares, Smooth, entries};
use std::cell::RefCell;
use std::rc::Rc;

/// Limits of a solver's run.
///
/// ```
/// use autodiff_runtime::descent::solvers::Solver;
///
/// let bowl = |x: f64| ((x - 3.0) * (x - 3.0), 2.0 * (x - 3.0));
/// let report = Solver::new().iterations(5).gradient_tolerance(1e-12).lbfgs(bowl, 0.0);
/// assert_eq!(report.parameters, 3.0);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Solver {
    iterations: usize,
    gradient: f64,
}

impl Default for Solver {
    fn default() -> Self {
        Solver::new()
    }
}

/// [`Solver::lbfgs`] with the default limits.
pub fn lbfgs<P, F, How>(objective: F, start: P) -> Report<P>
where
    P: Parameters,
    F: Mapping<P, How, Output: ValueAndGradient>,
{
    Solver::new().lbfgs(objective, start)
}

/// [`Solver::newton_cg`] with the default limits.
pub fn newton_cg<P, F, H, HowF, HowH>(objective: F, hvp: H, start: P) -> Report<P>
where
    P: Parameters,
    F: Mapping<P, HowF, Output: ValueAndGradient>,
    H: Mapping<(P, P), HowH, Output: Entries<Scalar: Real>>,
{
    Solver::new().newton_cg(objective, hvp, start)
}

/// [`Solver::trust_region`] with the default limits.
pub fn trust_region<P, F, H, HowF, HowH>(objective: F, hessian: H, start: P) -> Report<P>
where
    P: Parameters,
    F: Mapping<P, HowF, Output: ValueAndGradient>,
    H: Mapping<P, HowH, Output: Dense>,
{
    Solver::new().trust_region(objective, hessian, start)
}

/// [`Solver::levenberg_marquardt`] with the default limits.
pub fn levenberg_marquardt<P, F, J, HowF, HowJ>(residuals: F, jacobian: J, start: P) -> Report<P>
where
    P: Parameters,
    F: Mapping<P, HowF, Output: Entries<Scalar: Real>>,
    J: Mapping<P, HowJ, Output: Dense>,
{
    Solver::new().levenberg_marquardt(residuals, jacobian, start)
}

/// Runs a solver and takes down its iterations. A macro, because each solver has another type of state.
macro_rules! run {
    ($limits:expr, $problem:expr, $solver:expr, $start:expr) => {{
        let history = Rc::new(RefCell::new(Vec::new()));
        let records = Rc::clone(&history);
        let run = Executor::from_start(&$problem, $solver, $start)
            .max_iter($limits.iterations as u64)
            .stop_when(move |state| {
                records.borrow_mut().push(Record {
                    value: state.cost(),
                    gradient_norm: f64::NAN,
                    rate: f64::NAN,
                });
                None
            });
        let Ok(result) = run.run();
        let why = result.report.termination.clone();
        (result.param().clone(), result.iter(), why, history.take())
    }};
}

impl Solver {
    /// At most 1000 iterations, and a gradient of `1e-8`.
    #[must_use]
    pub fn new() -> Self {
        Solver {
            iterations: 1000,
            gradient: 1e-8,
        }
    }

    /// Stops after so many iterations.
    #[must_use]
    pub fn iterations(mut self, most: usize) -> Self {
        self.iterations = most;
        self
    }

    /// Stops when the gradient is at most this, by its largest entry or its norm, as the solver has it.
    #[must_use]
    pub fn gradient_tolerance(mut self, norm: f64) -> Self {
        self.gradient = norm;
        self
    }

    /// Limited-memory BFGS with the line search of Moré and Thuente (J. Nocedal, *Updating Quasi-Newton Matrices with Limited
    /// Storage*, 1980): `lbfgs(f::value_and_grad, x0)`.
    ///
    /// # Panics
    ///
    /// If the gradient has another number of entries than the parameters.
    pub fn lbfgs<P, F, How>(self, objective: F, start: P) -> Report<P>
    where
        P: Parameters,
        F: Mapping<P, How, Output: ValueAndGradient>,
    {
        let mut objective = objective;
        let problem = Smooth::new(
            start,
            move |at: &P| objective.call(at),
            |_: &P, _: &P| (),
            |_: &P| (),
        );
        let solver = Lbfgs::new()
            .with_absolute_projected_gradient_tolerance(self.gradient)
            .unbounded();
        let (x, iterations, why, history) = run!(self, problem, solver, problem.start());
        problem.report(&x, iterations, &why, history, self.gradient)
    }

    /// Newton's method by conjugate gradients within a trust region, which needs products with the Hessian only (T. Steihaug,
    /// *The Conjugate Gradient Method and Trust Regions in Large Scale Optimization*, 1983):
    /// `newton_cg(f::value_and_grad, f::hvp, x0)`.
    ///
    /// # Panics
    ///
    /// If gradient or product have another number of entries than the parameters.
    pub fn newton_cg<P, F, H, HowF, HowH>(self, objective: F, hvp: H, start: P) -> Report<P>
    where
        P: Parameters,
        F: Mapping<P, HowF, Output: ValueAndGradient>,
        H: Mapping<(P, P), HowH, Output: Entries<Scalar: Real>>,
    {
        let (mut objective, mut hvp) = (objective, hvp);
        let problem = Smooth::new(
            start,
            move |at: &P| objective.call(at),
            move |at: &P, v: &P| hvp.call(&(at.clone(), v.clone())),
            |_: &P| (),
        );
        let solver =
            TrustRegion::matrix_free_with(Steihaug::new()).with_absolute_gradient_tolerance(self.gradient);
        let (x, iterations, why, history) = run!(self, problem, solver, problem.start());
        problem.report(&x, iterations, &why, history, self.gradient)
    }

    /// Newton's method in a trust region, solved exactly with the Hessian's eigenvectors (J. Moré, D. Sorensen, *Computing a
    /// Trust Region Step*, 1983): `trust_region(f::value_and_grad, f::hessian, x0)`. For up to some hundred parameters.
    ///
    /// # Panics
    ///
    /// If the gradient has another number of entries than the parameters.
    pub fn trust_region<P, F, H, HowF, HowH>(self, objective: F, hessian: H, start: P) -> Report<P>
    where
        P: Parameters,
        F: Mapping<P, HowF, Output: ValueAndGradient>,
        H: Mapping<P, HowH, Output: Dense>,
    {
        let (mut objective, mut hessian) = (objective, hessian);
        let problem = Smooth::new(
            start,
            move |at: &P| objective.call(at),
            |_: &P, _: &P| (),
            move |at: &P| hessian.call(at),
        );
        let solver = TrustRegion::with_subproblem(MoreSorensen::default())
            .with_absolute_gradient_tolerance(self.gradient);
        let (x, iterations, why, history) = run!(self, problem, solver, problem.start());
        problem.report(&x, iterations, &why, history, self.gradient)
    }

    /// Least squares, `½ Σ rᵢ²`, by Levenberg and Marquardt with a pivoted QR decomposition in a scaled trust region
    /// (J. Moré, *The Levenberg–Marquardt Algorithm*, 1978): `levenberg_marquardt(r::…, r::jacobian, x0)` for an annotated
    /// `r` that returns the residuals. The report's value is `½ Σ rᵢ²`, and its gradient `Jᵀ r`.
    ///
    /// Stops where no step reduces the sum by more than rounding, whatever the gradient.
    ///
    /// # Panics
    ///
    /// If the Jacobian does not have a row for each residual and a column for each parameter.
    pub fn levenberg_marquardt<P, F, J, HowF, HowJ>(self, residuals: F, jacobian: J, start: P) -> Report<P>
    where
        P: Parameters,
        F: Mapping<P, HowF, Output: Entries<Scalar: Real>>,
        J: Mapping<P, HowJ, Output: Dense>,
    {
        let (mut residuals, mut jacobian) = (residuals, jacobian);
        let x = entries(&start);
        let functions = (
            start,
            move |at: &P| residuals.call(at),
            move |at: &P| jacobian.call(at),
        );
        let problem = LeastSquares {
            inner: RefCell::new(functions),
        };
        let solver = LevenbergMarquardtQr::new()
            .with_absolute_gradient_tolerance(self.gradient)
            .with_relative_model_reduction_tolerance(f64::EPSILON)
            .with_relative_step_tolerance(f64::EPSILON);
        let (x, iterations, why, history) = run!(self, problem, solver, x);
        problem.report(&x, iterations, &why, history, self.gradient)
    }
}
