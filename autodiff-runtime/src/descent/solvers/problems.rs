//! Functions of the user in the form in which `basin` asks for them.

use super::super::objective::{Parameters, ValueAndGradient};
use super::super::report::{Number, Record, Report, Stopped};
use super::super::{norm, write};
use crate::entries::Entries;
use crate::point::Real;
use basin::{CostFunction, DenseMatrix, Gradient, Hessian, HessianProduct, Jacobian, Residual, Termination};
use std::cell::RefCell;
use std::convert::Infallible;

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

pub(super) fn entries(of: &impl Entries<Scalar: Real>) -> Vec<f64> {
    let mut res = Vec::with_capacity(of.entries());
    of.for_each_entry(&mut |entry| res.push(entry.to_f64()));
    res
}

/// A smooth function as `basin` asks for it. Value and gradient of the last point are kept, because line searches ask for
/// them one after the other.
pub(super) struct Smooth<P, F, V, H> {
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
    pub(super) fn new(start: P, objective: F, hvp: V, hessian: H) -> Self {
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

    pub(super) fn start(&self) -> Vec<f64> {
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
    pub(super) fn report(
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
pub(super) struct LeastSquares<P, F, J> {
    pub(super) inner: RefCell<(P, F, J)>,
}

impl<P, F, R, J, M> LeastSquares<P, F, J>
where
    P: Parameters,
    F: FnMut(&P) -> R,
    R: Entries<Scalar: Real>,
    J: FnMut(&P) -> M,
    M: Dense,
{
    pub(super) fn report(
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
