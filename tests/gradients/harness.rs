//! Compares the derivatives of one annotated function with each other and with finite differences.
//! Takes closures that the macros of [`super::check`] write; panics with the function's name and the entry that is off.

use approx::relative_eq;
use std::fmt::Debug;

/// The floats inside a value, in order.
pub trait Leaves: Clone {
    fn push_leaves(&self, to: &mut Vec<f64>);

    /// A value of the same shape with other floats.
    fn with_leaves(&self, from: &mut dyn Iterator<Item = f64>) -> Self;

    /// Differs for any two values that are not the same to the bit.
    fn push_bits(&self, to: &mut Vec<u64>);

    fn leaves(&self) -> Vec<f64> {
        let mut res = Vec::new();
        self.push_leaves(&mut res);
        res
    }

    fn shaped(&self, from: &[f64]) -> Self {
        self.with_leaves(&mut from.iter().copied())
    }

    fn bits(&self) -> Vec<u64> {
        let mut res = Vec::new();
        self.push_bits(&mut res);
        res
    }
}

macro_rules! float_leaves {
    ($($float:ident)*) => {$(
        impl Leaves for $float {
            fn push_leaves(&self, to: &mut Vec<f64>) {
                to.push(f64::from(*self));
            }

            fn with_leaves(&self, from: &mut dyn Iterator<Item = f64>) -> Self {
                from.next().expect("as many numbers as leaves") as $float
            }

            fn push_bits(&self, to: &mut Vec<u64>) {
                to.push(u64::from(self.to_bits()));
            }
        }
    )*};
}

float_leaves!(f64 f32);

impl<T: Leaves, const N: usize> Leaves for [T; N] {
    fn push_leaves(&self, to: &mut Vec<f64>) {
        self.iter().for_each(|item| item.push_leaves(to));
    }

    fn with_leaves(&self, from: &mut dyn Iterator<Item = f64>) -> Self {
        self.each_ref().map(|item| item.with_leaves(from))
    }

    fn push_bits(&self, to: &mut Vec<u64>) {
        self.iter().for_each(|item| item.push_bits(to));
    }
}

impl<T: Leaves> Leaves for Vec<T> {
    fn push_leaves(&self, to: &mut Vec<f64>) {
        self.iter().for_each(|item| item.push_leaves(to));
    }

    fn with_leaves(&self, from: &mut dyn Iterator<Item = f64>) -> Self {
        self.iter().map(|item| item.with_leaves(from)).collect()
    }

    fn push_bits(&self, to: &mut Vec<u64>) {
        to.push(self.len() as u64);
        self.iter().for_each(|item| item.push_bits(to));
    }
}

impl<T, R, C> Leaves for nalgebra::OMatrix<T, R, C>
where
    T: Leaves + nalgebra::Scalar,
    R: nalgebra::Dim,
    C: nalgebra::Dim,
    nalgebra::DefaultAllocator: nalgebra::allocator::Allocator<R, C>,
{
    fn push_leaves(&self, to: &mut Vec<f64>) {
        self.iter().for_each(|item| item.push_leaves(to));
    }

    fn with_leaves(&self, from: &mut dyn Iterator<Item = f64>) -> Self {
        self.map(|item| item.with_leaves(from))
    }

    fn push_bits(&self, to: &mut Vec<u64>) {
        to.push(self.nrows() as u64);
        self.iter().for_each(|item| item.push_bits(to));
    }
}

macro_rules! tuple_leaves {
    ($($part:ident . $index:tt),+) => {
        impl<$($part: Leaves),+> Leaves for ($($part,)+) {
            fn push_leaves(&self, to: &mut Vec<f64>) {
                $(self.$index.push_leaves(to);)+
            }

            fn with_leaves(&self, from: &mut dyn Iterator<Item = f64>) -> Self {
                ($(self.$index.with_leaves(from),)+)
            }

            fn push_bits(&self, to: &mut Vec<u64>) {
                $(self.$index.push_bits(to);)+
            }
        }
    };
}

tuple_leaves!(A.0);
tuple_leaves!(A.0, B.1);
tuple_leaves!(A.0, B.1, C.2);
tuple_leaves!(A.0, B.1, C.2, D.3);
tuple_leaves!(A.0, B.1, C.2, D.3, E.4);
tuple_leaves!(A.0, B.1, C.2, D.3, E.4, F.5);

/// The result of a differentiated function: a float, or something made of floats of one kind.
pub trait Output: Leaves + Debug {
    /// Step of the finite differences, relative to the argument.
    const STEP: f64;
    /// Largest difference that passes, relative to the larger side and at least absolute.
    const TOLERANCE: f64;
}

impl Output for f64 {
    const STEP: f64 = 1e-3;
    const TOLERANCE: f64 = 2e-8;
}

impl Output for f32 {
    const STEP: f64 = 0.04;
    const TOLERANCE: f64 = 4e-3;
}

impl<T: Output, const N: usize> Output for [T; N] {
    const STEP: f64 = T::STEP;
    const TOLERANCE: f64 = T::TOLERANCE;
}

impl<T: Output> Output for Vec<T> {
    const STEP: f64 = T::STEP;
    const TOLERANCE: f64 = T::TOLERANCE;
}

impl<T, R, C> Output for nalgebra::OMatrix<T, R, C>
where
    T: Output + nalgebra::Scalar,
    R: nalgebra::Dim,
    C: nalgebra::Dim,
    nalgebra::DefaultAllocator: nalgebra::allocator::Allocator<R, C>,
{
    const STEP: f64 = T::STEP;
    const TOLERANCE: f64 = T::TOLERANCE;
}

impl<A: Output, B: Output> Output for (A, B) {
    const STEP: f64 = A::STEP;
    const TOLERANCE: f64 = A::TOLERANCE;
}

impl<A: Output, B: Output, C: Output> Output for (A, B, C) {
    const STEP: f64 = A::STEP;
    const TOLERANCE: f64 = A::TOLERANCE;
}

/// Fails unless every entry of `found` is near that of `wanted`.
#[track_caller]
pub fn assert_near(what: &str, found: &[f64], wanted: &[f64], tolerance: f64) {
    assert_eq!(found.len(), wanted.len(), "{what}: number of entries");
    for (k, (found, wanted)) in found.iter().zip(wanted).enumerate() {
        assert!(
            relative_eq!(found, wanted, epsilon = tolerance, max_relative = tolerance),
            "{what}, entry {k}: is {found:e}, should be {wanted:e}"
        );
    }
}

#[track_caller]
pub fn assert_same_bits<T: Leaves + Debug>(what: &str, found: &T, wanted: &T) {
    assert!(
        found.bits() == wanted.bits(),
        "{what}: the value is {found:?}, and the function's is {wanted:?}"
    );
}

/// Numbers between -1 and 1 without a pattern, the same in each run.
pub fn direction(len: usize, salt: u32) -> Vec<f64> {
    (0..len)
        .map(|k| (1.0 + 12.9898 * k as f64 + 4.1414 * f64::from(salt)).sin())
        .collect()
}

pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len(), "vectors of one length");
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// `∂f/∂x_k` at `at`, by central differences of two widths extrapolated to width zero (Richardson).
fn difference<P: Leaves>(f: &dyn Fn(&P) -> Vec<f64>, at: &P, k: usize, step: f64) -> Vec<f64> {
    let x = at.leaves();
    let width = step * x[k].abs().max(1.0);
    let central = |h: f64| {
        let shifted = |by: f64| {
            let mut x = x.clone();
            x[k] += by;
            at.shaped(&x)
        };
        let (up, down) = (shifted(h), shifted(-h));
        // What was really added: an `f32` cannot take the width as it is.
        let apart = up.leaves()[k] - down.leaves()[k];
        let (up, down) = (f(&up), f(&down));
        assert_eq!(up.len(), down.len(), "the result's length depends on the point");
        up.iter()
            .zip(&down)
            .map(|(up, down)| (up - down) / apart)
            .collect::<Vec<f64>>()
    };
    let (wide, narrow) = (central(width), central(0.5 * width));
    wide.iter()
        .zip(&narrow)
        .map(|(wide, narrow)| (4.0 * narrow - wide) / 3.0)
        .collect()
}

/// The Jacobian by finite differences, one column for each leaf of `at`.
pub fn columns<P: Leaves>(f: &dyn Fn(&P) -> Vec<f64>, at: &P, step: f64) -> Vec<Vec<f64>> {
    (0..at.leaves().len())
        .map(|k| difference(f, at, k, step))
        .collect()
}

type Of<'a, P, T> = &'a dyn Fn(&P) -> T;
type OfTwo<'a, P, Q, T> = &'a dyn Fn(&P, &Q) -> T;

/// A function with a float result. `P` are its differentiable arguments (owned), `G` the shape of its gradient.
pub struct Scalar<'a, P, R, G> {
    pub name: &'a str,
    pub at: P,
    pub value: Of<'a, P, R>,
    pub grad: Of<'a, P, G>,
    pub value_and_grad: Of<'a, P, (R, G)>,
    pub jvp: OfTwo<'a, P, P, (R, R)>,
    pub vjp: OfTwo<'a, P, R, (R, G)>,
}

impl<P: Leaves, R: Output, G: Leaves> Scalar<'_, P, R, G> {
    /// Finite differences, forward against reverse, and the value's bits in every call.
    #[track_caller]
    pub fn check(&self) {
        let Self { name, at, .. } = self;
        let value = (self.value)(at);
        let by_differences: Vec<f64> = columns(&|at: &P| (self.value)(at).leaves(), at, R::STEP).concat();
        let (in_one_sweep, grad) = (self.value_and_grad)(at);
        let grad = grad.leaves();
        assert_same_bits(&format!("{name}::value_and_grad"), &in_one_sweep, &value);
        assert_near(
            &format!("{name}::value_and_grad"),
            &grad,
            &by_differences,
            R::TOLERANCE,
        );
        let exact = R::TOLERANCE * 1e-3;
        assert_near(&format!("{name}::grad"), &(self.grad)(at).leaves(), &grad, exact);

        let seed = 0.75;
        let (value_of_vjp, cotangents) = (self.vjp)(at, &value.shaped(&[seed]));
        let scaled: Vec<f64> = grad.iter().map(|g| seed * g).collect();
        assert_same_bits(&format!("{name}::vjp"), &value_of_vjp, &value);
        assert_near(&format!("{name}::vjp"), &cotangents.leaves(), &scaled, exact);

        for salt in 0..2 {
            let tangent = direction(grad.len(), salt);
            let (value_of_jvp, tangent_of_value) = (self.jvp)(at, &at.shaped(&tangent));
            // The function of `f32` sees a rounded tangent.
            let tangent = at.shaped(&tangent).leaves();
            assert_same_bits(&format!("{name}::jvp"), &value_of_jvp, &value);
            let size = grad.iter().zip(&tangent).map(|(g, t)| (g * t).abs()).sum::<f64>();
            let wanted = [dot(&grad, &tangent)];
            assert_near(
                &format!("{name}::jvp"),
                &tangent_of_value.leaves(),
                &wanted,
                exact * size.max(1.0),
            );
        }
    }

    /// `hvp` against finite differences of `grad`.
    #[track_caller]
    pub fn check_second(&self, hvp: OfTwo<'_, P, P, G>) {
        let Self { name, at, .. } = self;
        let rows = columns(&|at: &P| (self.grad)(at).leaves(), at, R::STEP);
        for salt in 0..2 {
            let tangent = at.shaped(&direction(rows.len(), salt));
            let wanted = combine(&rows, &tangent.leaves());
            let found = hvp(at, &tangent).leaves();
            assert_near(&format!("{name}::hvp"), &found, &wanted, 4.0 * R::TOLERANCE);
        }
    }

    /// The rows of `hessian` against `hvp`; and its symmetry.
    #[track_caller]
    pub fn check_hessian<H: Matrix>(&self, hvp: OfTwo<'_, P, P, G>, hessian: Of<'_, P, H>) {
        let Self { name, at, .. } = self;
        let found = hessian(at);
        let n = at.leaves().len();
        assert_eq!(found.shape(), (n, n), "{name}::hessian: shape");
        for col in 0..n {
            let mut unit = vec![0.0; n];
            unit[col] = 1.0;
            let wanted = hvp(at, &at.shaped(&unit)).leaves();
            let column: Vec<f64> = (0..n).map(|row| found.entry(row, col)).collect();
            let what = format!("{name}::hessian, column {col}");
            assert_near(&what, &column, &wanted, R::TOLERANCE * 1e-3);
            for row in 0..col {
                let (above, below) = (found.entry(row, col), found.entry(col, row));
                assert!(
                    above.to_bits() == below.to_bits(),
                    "{what}: {above:e} is not {below:e}"
                );
            }
        }
    }

    /// `grad_into` overwrites what is there with the gradient.
    #[track_caller]
    pub fn check_into(&self, grad_into: &dyn Fn(&P, &mut G) -> R) {
        let Self { name, at, .. } = self;
        let (value, grad) = (self.value_and_grad)(at);
        let wanted = grad.leaves();
        let mut found = grad.shaped(&direction(wanted.len(), 7));
        assert_same_bits(&format!("{name}::grad_into"), &grad_into(at, &mut found), &value);
        assert_near(
            &format!("{name}::grad_into"),
            &found.leaves(),
            &wanted,
            R::TOLERANCE * 1e-3,
        );
    }
}

/// `Σ weights_k · columns_k`
pub fn combine(columns: &[Vec<f64>], weights: &[f64]) -> Vec<f64> {
    let rows = columns.first().map_or(0, Vec::len);
    (0..rows)
        .map(|row| columns.iter().zip(weights).map(|(col, w)| w * col[row]).sum())
        .collect()
}

/// A function with several results.
pub struct Map<'a, P, R, G> {
    pub name: &'a str,
    pub at: P,
    pub value: Of<'a, P, R>,
    pub jvp: OfTwo<'a, P, P, (R, R)>,
    pub vjp: OfTwo<'a, P, R, (R, G)>,
}

impl<P: Leaves, R: Output, G: Leaves> Map<'_, P, R, G> {
    /// Finite differences against forward mode, forward mode against reverse.
    #[track_caller]
    pub fn check(&self) {
        let Self { name, at, .. } = self;
        let value = (self.value)(at);
        let jacobian = columns(&|at: &P| (self.value)(at).leaves(), at, R::STEP);
        for salt in 0..3 {
            let tangent = at.shaped(&direction(jacobian.len(), salt));
            let (value_of_jvp, result_dot) = (self.jvp)(at, &tangent);
            assert_same_bits(&format!("{name}::jvp"), &value_of_jvp, &value);
            let result_dot = result_dot.leaves();
            let wanted = combine(&jacobian, &tangent.leaves());
            assert_near(&format!("{name}::jvp"), &result_dot, &wanted, R::TOLERANCE);

            let seed = value.shaped(&direction(result_dot.len(), salt + 5));
            let (value_of_vjp, cotangents) = (self.vjp)(at, &seed);
            assert_same_bits(&format!("{name}::vjp"), &value_of_vjp, &value);
            let (seed, cotangents) = (seed.leaves(), cotangents.leaves());
            let wanted: Vec<f64> = jacobian.iter().map(|column| dot(column, &seed)).collect();
            assert_near(&format!("{name}::vjp"), &cotangents, &wanted, R::TOLERANCE);
            let (forward, reverse) = (dot(&result_dot, &seed), dot(&cotangents, &tangent.leaves()));
            let what = format!("{name}: forward against reverse");
            assert_near(&what, &[forward], &[reverse], R::TOLERANCE * 1e-2);
        }
    }

    #[track_caller]
    pub fn check_jacobian<M: Matrix>(&self, jacobian: Of<'_, P, M>) {
        let Self { name, at, .. } = self;
        let found = jacobian(at);
        let wanted = columns(&|at: &P| (self.value)(at).leaves(), at, R::STEP);
        let rows = (self.value)(at).leaves().len();
        assert_eq!(found.shape(), (rows, wanted.len()), "{name}::jacobian: shape");
        for (col, wanted) in wanted.iter().enumerate() {
            let column: Vec<f64> = (0..rows).map(|row| found.entry(row, col)).collect();
            assert_near(
                &format!("{name}::jacobian, column {col}"),
                &column,
                wanted,
                R::TOLERANCE,
            );
        }
    }
}

/// What `hessian` and `jacobian` may return.
pub trait Matrix {
    fn shape(&self) -> (usize, usize);
    fn entry(&self, row: usize, col: usize) -> f64;
}

impl Matrix for f64 {
    fn shape(&self) -> (usize, usize) {
        (1, 1)
    }

    fn entry(&self, _row: usize, _col: usize) -> f64 {
        *self
    }
}

impl<const M: usize, const N: usize> Matrix for nalgebra::SMatrix<f64, M, N> {
    fn shape(&self) -> (usize, usize) {
        (M, N)
    }

    fn entry(&self, row: usize, col: usize) -> f64 {
        self[(row, col)]
    }
}

impl Matrix for nalgebra::DMatrix<f64> {
    fn shape(&self) -> (usize, usize) {
        (self.nrows(), self.ncols())
    }

    fn entry(&self, row: usize, col: usize) -> f64 {
        self[(row, col)]
    }
}

/// A hand-made companion: the harness itself must accept what is right and catch what is wrong.
#[cfg(test)]
mod tests {
    use super::*;

    fn product(wrong: f64) -> Scalar<'static, (f64, f64), f64, (f64, f64)> {
        Scalar {
            name: "product",
            at: (2.0, 3.0),
            value: &|(x, y)| x * y,
            grad: &|(x, y)| (*y, *x),
            value_and_grad: if wrong == 0.0 {
                &|(x, y)| (x * y, (*y, *x))
            } else {
                &|(x, y)| (x * y, (*y, x + 1e-6))
            },
            jvp: &|(x, y), (x_dot, y_dot)| (x * y, x_dot * y + x * y_dot),
            vjp: &|(x, y), seed| (x * y, (seed * y, seed * x)),
        }
    }

    #[test]
    fn a_right_derivative_passes() {
        product(0.0).check();
        product(0.0).check_second(&|_, (x_dot, y_dot)| (*y_dot, *x_dot));
        product(0.0).check_hessian(&|_, (x_dot, y_dot)| (*y_dot, *x_dot), &|_| {
            nalgebra::SMatrix::<f64, 2, 2>::new(0.0, 1.0, 1.0, 0.0)
        });
    }

    #[test]
    #[should_panic(expected = "product::value_and_grad, entry 1")]
    fn a_derivative_that_is_off_is_caught() {
        product(1.0).check();
    }

    #[test]
    #[should_panic(expected = "product::hvp, entry 0")]
    fn a_second_derivative_that_is_off_is_caught() {
        product(0.0).check_second(&|_, (x_dot, _)| (*x_dot, *x_dot));
    }
}
