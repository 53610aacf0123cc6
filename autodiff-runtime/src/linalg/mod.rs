//! Matrices of nalgebra in derivatives: what generated code calls where nalgebra has no method for it.
//!
//! The kernels are nalgebra's. `add_…(to, sign, …)` is `to += sign · …` without a temporary.

mod factors;
mod parts;
mod shapes;

pub use factors::*;
pub use parts::*;

use nalgebra::allocator::Allocator;
use nalgebra::constraint::{DimEq, ShapeConstraint};
use nalgebra::storage::{IsContiguous, Storage, StorageMut};
use nalgebra::{DefaultAllocator, Dim, Matrix, OMatrix, RealField};

/// A float that matrices are made of.
pub trait Real: RealField + Copy {}

impl<T: RealField + Copy> Real for T {}

/// A matrix of nalgebra: what the names `DMatrix`, `Vector3`, … are taken for.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is taken for a matrix of nalgebra, because of its name",
    label = "not a matrix of nalgebra",
    note = "help: give the type another name, or mark the parameter `#[constant]`"
)]
pub trait IsMatrix {}

impl<T, R, C, S> IsMatrix for Matrix<T, R, C, S> {}

/// Compiles only for a matrix of nalgebra.
#[inline]
pub const fn assert_matrix<M: IsMatrix>() {}

/// The matrix itself, which must be one of nalgebra.
#[inline]
pub fn matrix<M: IsMatrix>(m: M) -> M {
    m
}

/// Panics with both sizes unless they are equal.
#[inline]
#[track_caller]
pub fn check_size<T, R: Dim, C: Dim, S, Z>(
    what: &str,
    found: &Matrix<T, R, C, S>,
    wanted: &Matrix<T, R, C, Z>,
) where
    S: nalgebra::RawStorage<T, R, C>,
    Z: nalgebra::RawStorage<T, R, C>,
{
    let (found, wanted) = (found.shape(), wanted.shape());
    assert!(
        found == wanted,
        "{what} is {} x {}, but its argument is {} x {}",
        found.0,
        found.1,
        wanted.0,
        wanted.1
    );
}

/// `to += sign · a·b`
#[inline]
pub fn add_mul<T: Real, R: Dim, K: Dim, C: Dim>(
    to: &mut Matrix<T, R, C, impl StorageMut<T, R, C>>,
    sign: T,
    a: &Matrix<T, R, K, impl Storage<T, R, K>>,
    b: &Matrix<T, K, C, impl Storage<T, K, C>>,
) where
    ShapeConstraint: DimEq<K, K>,
{
    to.gemm(sign, a, b, T::one());
}

/// Beyond so many columns nalgebra's product of matrices is faster than one of its vectors after the other.
const FEW: usize = 4;

/// `to += sign · aᵀ·b`; of vectors, one pass over `a`.
#[inline]
pub fn add_tr_mul<T: Real, R: Dim, K: Dim, C: Dim>(
    to: &mut Matrix<T, R, C, impl StorageMut<T, R, C>>,
    sign: T,
    a: &Matrix<T, K, R, impl Storage<T, K, R> + IsContiguous>,
    b: &Matrix<T, K, C, impl Storage<T, K, C> + IsContiguous>,
) where
    DefaultAllocator: Allocator<R, K>,
{
    if b.ncols() > FEW {
        to.gemm(sign, &a.transpose(), b, T::one());
        return;
    }
    let k = a.nrows();
    assert!(
        b.nrows() == k && to.shape() == (a.ncols(), b.ncols()),
        "two parts of a derivative differ in size"
    );
    for column in 0..b.ncols() {
        let b = &b.as_slice()[column * k..(column + 1) * k];
        for row in 0..a.ncols() {
            to[(row, column)] += sign * dot(&a.as_slice()[row * k..(row + 1) * k], b);
        }
    }
}

/// `Σ aₖ·bₖ` in eight sums, which the processor adds at once.
#[inline]
fn dot<T: Real>(a: &[T], b: &[T]) -> T {
    let (a_parts, b_parts) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest = a_parts.remainder().iter().zip(b_parts.remainder());
    let rest = rest.fold(T::zero(), |sum, (a, b)| sum + *a * *b);
    let mut sums = [T::zero(); 8];
    for (a, b) in a_parts.zip(b_parts) {
        for k in 0..8 {
            sums[k] += a[k] * b[k];
        }
    }
    sums.into_iter().fold(rest, |sum, part| sum + part)
}

/// `to += sign · a·bᵀ`; of vectors, one pass over `to`.
#[inline]
pub fn add_mul_tr<T: Real, R: Dim, K: Dim, C: Dim>(
    to: &mut Matrix<T, R, C, impl StorageMut<T, R, C> + IsContiguous>,
    sign: T,
    a: &Matrix<T, R, K, impl Storage<T, R, K> + IsContiguous>,
    b: &Matrix<T, C, K, impl Storage<T, C, K>>,
) where
    DefaultAllocator: Allocator<K, C>,
{
    if b.ncols() > FEW {
        to.gemm(sign, a, &b.transpose(), T::one());
        return;
    }
    let rows = to.nrows();
    assert!(
        a.shape() == (rows, b.ncols()) && b.nrows() == to.ncols(),
        "two parts of a derivative differ in size"
    );
    for k in 0..b.ncols() {
        let a = &a.as_slice()[k * rows..(k + 1) * rows];
        for column in 0..to.ncols() {
            let s = sign * b[(column, k)];
            let to = &mut to.as_mut_slice()[column * rows..(column + 1) * rows];
            to.iter_mut().zip(a).for_each(|(to, a)| *to += s * *a);
        }
    }
}

/// `a·bᵀ`
#[inline]
pub fn mul_tr<T: Real, R: Dim, K: Dim, C: Dim>(
    a: &Matrix<T, R, K, impl Storage<T, R, K> + IsContiguous>,
    b: &Matrix<T, C, K, impl Storage<T, C, K>>,
) -> OMatrix<T, R, C>
where
    DefaultAllocator: Allocator<R, C, Buffer<T>: IsContiguous> + Allocator<K, C>,
{
    let (rows, columns) = (a.shape_generic().0, b.shape_generic().0);
    let mut res = OMatrix::zeros_generic(rows, columns);
    add_mul_tr(&mut res, T::one(), a, b);
    res
}

/// `to += sign · s·a`
#[inline]
#[track_caller]
pub fn add_scaled<T: Real, R: Dim, C: Dim>(
    to: &mut Matrix<T, R, C, impl StorageMut<T, R, C>>,
    sign: T,
    a: &Matrix<T, R, C, impl Storage<T, R, C>>,
    s: T,
) {
    let s = sign * s;
    to.zip_apply(a, |to, a| *to += s * a);
}

/// `to += sign · a/s`
#[inline]
#[track_caller]
pub fn add_unscaled<T: Real, R: Dim, C: Dim>(
    to: &mut Matrix<T, R, C, impl StorageMut<T, R, C>>,
    sign: T,
    a: &Matrix<T, R, C, impl Storage<T, R, C>>,
    s: T,
) {
    add_scaled(to, sign, a, T::one() / s);
}

/// `to += sign · a∘b`, entry by entry.
#[inline]
#[track_caller]
pub fn add_component_mul<T: Real, R: Dim, C: Dim>(
    to: &mut Matrix<T, R, C, impl StorageMut<T, R, C>>,
    sign: T,
    a: &Matrix<T, R, C, impl Storage<T, R, C>>,
    b: &Matrix<T, R, C, impl Storage<T, R, C>>,
) {
    to.zip_zip_apply(a, b, |to, a, b| *to += sign * (a * b));
}

/// `to += sign · a/b`, entry by entry.
#[inline]
#[track_caller]
pub fn add_component_div<T: Real, R: Dim, C: Dim>(
    to: &mut Matrix<T, R, C, impl StorageMut<T, R, C>>,
    sign: T,
    a: &Matrix<T, R, C, impl Storage<T, R, C>>,
    b: &Matrix<T, R, C, impl Storage<T, R, C>>,
) {
    to.zip_zip_apply(a, b, |to, a, b| *to += sign * (a / b));
}

/// `to += sign · aᵀ`
#[inline]
#[track_caller]
pub fn add_transpose<T: Real, R: Dim, C: Dim>(
    to: &mut Matrix<T, R, C, impl StorageMut<T, R, C>>,
    sign: T,
    a: &Matrix<T, C, R, impl Storage<T, C, R>>,
) {
    assert!(
        to.nrows() == a.ncols() && to.ncols() == a.nrows(),
        "two parts of a derivative differ in size"
    );
    for column in 0..to.ncols() {
        for row in 0..to.nrows() {
            to[(row, column)] += sign * a[(column, row)];
        }
    }
}

/// `s` in every entry, in the size of `a`.
#[inline]
pub fn filled<T: Real, R: Dim, C: Dim>(a: &Matrix<T, R, C, impl Storage<T, R, C>>, s: T) -> OMatrix<T, R, C>
where
    DefaultAllocator: Allocator<R, C>,
{
    let (rows, columns) = a.shape_generic();
    OMatrix::repeat_generic(rows, columns, s)
}

/// `to += sign · s`, in every entry.
#[inline]
pub fn add_filled<T: Real, R: Dim, C: Dim>(
    to: &mut Matrix<T, R, C, impl StorageMut<T, R, C>>,
    sign: T,
    s: T,
) {
    to.add_scalar_mut(sign * s);
}

/// The number of entries.
#[inline]
pub fn count<T: Real, R: Dim, C: Dim>(a: &Matrix<T, R, C, impl Storage<T, R, C>>) -> T {
    let (rows, columns) = a.shape();
    nalgebra::convert((rows * columns) as f64)
}

/// `s · I` in the size of `a`.
#[inline]
pub fn scalar_matrix<T: Real, R: Dim, C: Dim>(
    a: &Matrix<T, R, C, impl Storage<T, R, C>>,
    s: T,
) -> OMatrix<T, R, C>
where
    DefaultAllocator: Allocator<R, C>,
{
    let (rows, columns) = a.shape_generic();
    OMatrix::from_diagonal_element_generic(rows, columns, s)
}

/// `to += sign · s · I`
#[inline]
pub fn add_to_diagonal<T: Real, R: Dim, C: Dim>(
    to: &mut Matrix<T, R, C, impl StorageMut<T, R, C>>,
    sign: T,
    s: T,
) {
    for k in 0..to.nrows().min(to.ncols()) {
        to[(k, k)] += sign * s;
    }
}

/// Zeros of a size that was kept.
#[inline]
pub fn zeros<T: Real, R: Dim, C: Dim>(rows: usize, columns: usize) -> OMatrix<T, R, C>
where
    DefaultAllocator: Allocator<R, C>,
{
    OMatrix::zeros_generic(R::from_usize(rows), C::from_usize(columns))
}

/// A matrix that nobody looks at: without rows and columns where the type lets it be, zeros otherwise.
#[inline]
pub fn blank<T: Real, R: Dim, C: Dim>() -> OMatrix<T, R, C>
where
    DefaultAllocator: Allocator<R, C>,
{
    zeros(R::try_to_usize().unwrap_or(0), C::try_to_usize().unwrap_or(0))
}

/// A matrix of nalgebra that is ours.
#[inline]
pub fn owned<T: Real, R: Dim, C: Dim>(m: &Matrix<T, R, C, impl Storage<T, R, C>>) -> OMatrix<T, R, C>
where
    DefaultAllocator: Allocator<R, C>,
{
    m.clone_owned()
}
