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

use super::objective::{Mapping, Parameters, ValueAndGradient};
use super::report::{Number, Record, Report, Stopped};
use super::{norm, write};
use crate::entries::Entries;
use crate::point::Real;
use basin::{
    CostFunction, DenseMatrix, Executor, Gradient, Hessian, HessianProduct, Jacobian, Lbfgs,
    LevenbergMarquardtQr, MoreSorensen, Residual, State, Steihaug, Termination, TrustRegion,
};
use std::cell::RefCell;
use std::convert::Infallible;
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

/// A matrix of floats, as `f::jacobian` and `f::hessian` give it.
pub trait Dense {
    /// The number of rows and of columns.
    fn shape(&self) -> (usize, usize);

    /// The entry in row `i` and column `j`.
    fn entry(&self, i: usize, j: usize) -> f64;
}

macro_rules! scalars {
    ($($float:ty)*) => {$(
        impl Dense for $float {
            fn shape(&self) -> (usize, usize) {
                (1, 1)
            }

            fn entry(&self, _: usize, _: usize) -> f64 {
                self.to_f64()
            }
        }
    )*};
}

scalars!(f64 f32);

#[cfg(feature = "nalgebra")]
impl<T, R, C, S> Dense for nalgebra::Matrix<T, R, C, S>
where
    T: nalgebra::Scalar + Real,
    R: nalgebra::Dim,
    C: nalgebra::Dim,
    S: nalgebra::RawStorage<T, R, C>,
{
    fn shape(&self) -> (usize, usize) {
        self.shape()
    }

    fn entry(&self, i: usize, j: usize) -> f64 {
        self[(i, j)].to_f64()
    }
}

fn dense(matrix: &impl Dense, expected: (usize, usize)) -> DenseMatrix {
    let (rows, columns) = matrix.shape();
    assert_eq!(
        (rows, columns),
        expected,
        "a matrix has a row for each output and a column for each parameter"
    );
    DenseMatrix::from_fn(rows, columns, |i, j| matrix.entry(i, j))
}

fn entries(of: &impl Entries<Scalar: Real>) -> Vec<f64> {
    let mut res = Vec::with_capacity(of.entries());
    of.for_each_entry(&mut |entry| res.push(entry.to_f64()));
    res
}

/// A smooth function as `basin` asks for it. Value and gradient of the last point are kept, because line searches ask for
/// them one after the other.
struct Smooth<P, F, V, H> {
    inner: RefCell<Evaluations<P, F>>,
    hvp: RefCell<V>,
    hessian: RefCell<H>,
}

struct Evaluations<P, F> {
    point: P,
    objective: F,
    x: Vec<f64>,
    value: f64,
    gradient: Vec<f64>,
}

impl<P: Parameters, F, V, H> Smooth<P, F, V, H> {
    fn new(start: P, objective: F, hvp: V, hessian: H) -> Self {
        let inner = Evaluations {
            point: start,
            objective,
            x: Vec::new(),
            value: f64::NAN,
            gradient: Vec::new(),
        };
        Smooth {
            inner: RefCell::new(inner),
            hvp: RefCell::new(hvp),
            hessian: RefCell::new(hessian),
        }
    }

    fn start(&self) -> Vec<f64> {
        entries(&self.inner.borrow().point)
    }

    /// The point `x` in the user's type.
    fn point(&self, x: &[f64]) -> P {
        let mut res = self.inner.borrow().point.clone();
        write(x, &mut res);
        res
    }
}

impl<P, F, R> Evaluations<P, F>
where
    P: Parameters,
    F: FnMut(&P) -> R,
    R: ValueAndGradient,
{
    fn at(&mut self, x: &[f64]) -> &mut Self {
        if self.x != x {
            write(x, &mut self.point);
            let result = (self.objective)(&self.point);
            self.value = result.value();
            self.gradient.clear();
            result.write_gradient(&mut self.gradient);
            assert_eq!(
                self.gradient.len(),
                x.len(),
                "a gradient has as many entries as the parameters"
            );
            self.x.clear();
            self.x.extend_from_slice(x);
        }
        self
    }
}

impl<P, F, R, V, H> Smooth<P, F, V, H>
where
    P: Parameters,
    F: FnMut(&P) -> R,
    R: ValueAndGradient,
{
    fn report(
        self,
        x: &[f64],
        iterations: u64,
        why: &Termination,
        history: Vec<Record>,
        tolerance: f64,
    ) -> Report<P> {
        let mut inner = self.inner.into_inner();
        inner.at(x);
        write(x, &mut inner.point);
        let not_finite = not_finite(inner.value, &inner.gradient);
        let gradient_norm = norm(&inner.gradient);
        Report {
            parameters: inner.point,
            value: inner.value,
            gradient_norm,
            iterations: iterations as usize,
            stopped: stopped(why, iterations as usize, not_finite, gradient_norm <= tolerance),
            history,
        }
    }
}

fn not_finite(value: f64, gradient: &[f64]) -> Option<Number> {
    if !value.is_finite() {
        return Some(Number::Value);
    }
    let entry = gradient.iter().position(|it| !it.is_finite());
    entry.map(Number::Gradient)
}

/// `basin`'s reason in our words.
fn stopped(why: &Termination, iteration: usize, not_finite: Option<Number>, flat: bool) -> Stopped {
    if let Some(number) = not_finite {
        return Stopped::NotFinite { iteration, number };
    }
    match why {
        // A line search in rounding errors finds no step: there is none left to find.
        Termination::Failed(_) if flat => Stopped::Converged,
        Termination::Converged(_) => Stopped::Converged,
        Termination::Limit(_) => Stopped::Iterations,
        Termination::Target { .. } => Stopped::Target,
        Termination::Stalled(_) => Stopped::Unchanged,
        other => Stopped::Failed(format!("{other:?}")),
    }
}

impl<P, F, R, V, H> CostFunction for &Smooth<P, F, V, H>
where
    P: Parameters,
    F: FnMut(&P) -> R,
    R: ValueAndGradient,
{
    type Param = Vec<f64>;
    type Output = f64;
    type Error = Infallible;

    fn cost(&self, x: &Vec<f64>) -> Result<f64, Infallible> {
        Ok(self.inner.borrow_mut().at(x).value)
    }
}

impl<P, F, R, V, H> Gradient for &Smooth<P, F, V, H>
where
    P: Parameters,
    F: FnMut(&P) -> R,
    R: ValueAndGradient,
{
    type Gradient = Vec<f64>;

    fn gradient(&self, x: &Vec<f64>) -> Result<Vec<f64>, Infallible> {
        Ok(self.inner.borrow_mut().at(x).gradient.clone())
    }

    fn gradient_into(&self, x: &Vec<f64>, to: &mut Vec<f64>) -> Result<(), Infallible> {
        to.clone_from(&self.inner.borrow_mut().at(x).gradient);
        Ok(())
    }

    fn cost_and_gradient_into(&self, x: &Vec<f64>, to: &mut Vec<f64>) -> Result<f64, Infallible> {
        self.gradient_into(x, to)?;
        self.cost(x)
    }
}

impl<P, F, R, V, G, H> HessianProduct for &Smooth<P, F, V, H>
where
    P: Parameters,
    F: FnMut(&P) -> R,
    R: ValueAndGradient,
    V: FnMut(&P, &P) -> G,
    G: Entries<Scalar: Real>,
{
    fn hessian_product(&self, x: &Vec<f64>, v: &Vec<f64>) -> Result<Vec<f64>, Infallible> {
        let product = (self.hvp.borrow_mut())(&self.point(x), &self.point(v));
        let product = entries(&product);
        assert_eq!(
            product.len(),
            x.len(),
            "a product has as many entries as the parameters"
        );
        Ok(product)
    }
}

impl<P, F, R, V, H, M> Hessian for &Smooth<P, F, V, H>
where
    P: Parameters,
    F: FnMut(&P) -> R,
    R: ValueAndGradient,
    H: FnMut(&P) -> M,
    M: Dense,
{
    type Hessian = DenseMatrix;

    fn hessian(&self, x: &Vec<f64>) -> Result<DenseMatrix, Infallible> {
        let hessian = (self.hessian.borrow_mut())(&self.point(x));
        Ok(dense(&hessian, (x.len(), x.len())))
    }
}

/// Residuals and their Jacobian as `basin` asks for them.
struct LeastSquares<P, F, J> {
    inner: RefCell<(P, F, J)>,
}

impl<P, F, R, J, M> LeastSquares<P, F, J>
where
    P: Parameters,
    F: FnMut(&P) -> R,
    R: Entries<Scalar: Real>,
    J: FnMut(&P) -> M,
    M: Dense,
{
    fn report(
        self,
        x: &[f64],
        iterations: u64,
        why: &Termination,
        history: Vec<Record>,
        tolerance: f64,
    ) -> Report<P> {
        let (mut point, mut residuals, mut jacobian) = self.inner.into_inner();
        write(x, &mut point);
        let r = entries(&residuals(&point));
        let jacobian = jacobian(&point);
        let column = |j| (0..r.len()).map(|i| jacobian.entry(i, j) * r[i]).sum();
        let gradient: Vec<f64> = (0..x.len()).map(column).collect();
        let value = 0.5 * r.iter().map(|r| r * r).sum::<f64>();
        let not_finite = not_finite(value, &gradient);
        let gradient_norm = norm(&gradient);
        Report {
            parameters: point,
            value,
            gradient_norm,
            iterations: iterations as usize,
            stopped: stopped(why, iterations as usize, not_finite, gradient_norm <= tolerance),
            history,
        }
    }
}

impl<P, F, R, J> Residual for &LeastSquares<P, F, J>
where
    P: Parameters,
    F: FnMut(&P) -> R,
    R: Entries<Scalar: Real>,
{
    type Param = Vec<f64>;
    type Output = Vec<f64>;
    type Error = Infallible;

    fn residual(&self, x: &Vec<f64>) -> Result<Vec<f64>, Infallible> {
        let (point, residuals, _) = &mut *self.inner.borrow_mut();
        write(x, point);
        Ok(entries(&residuals(point)))
    }
}

impl<P, F, R, J, M> Jacobian for &LeastSquares<P, F, J>
where
    P: Parameters,
    F: FnMut(&P) -> R,
    R: Entries<Scalar: Real>,
    J: FnMut(&P) -> M,
    M: Dense,
{
    type Jacobian = DenseMatrix;

    fn jacobian(&self, x: &Vec<f64>) -> Result<DenseMatrix, Infallible> {
        let (point, _, jacobian) = &mut *self.inner.borrow_mut();
        write(x, point);
        let matrix = jacobian(point);
        let rows = matrix.shape().0;
        Ok(dense(&matrix, (rows, x.len())))
    }
}
