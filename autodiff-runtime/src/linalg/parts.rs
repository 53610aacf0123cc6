//! Rows, columns and diagonals.

use super::Real;
use nalgebra::allocator::Allocator;
use nalgebra::storage::{Storage, StorageMut};
use nalgebra::{DefaultAllocator, Dim, DimMin, DimMinimum, Matrix, OMatrix, OVector, U1, Vector};

/// Row `i`, as a matrix of one row.
#[inline]
#[track_caller]
pub fn row<T: Real, R: Dim, C: Dim>(a: &Matrix<T, R, C, impl Storage<T, R, C>>, i: usize) -> OMatrix<T, U1, C>
where
    DefaultAllocator: Allocator<U1, C>,
{
    a.row(i).clone_owned()
}

/// Column `i`.
#[inline]
#[track_caller]
pub fn column<T: Real, R: Dim, C: Dim>(a: &Matrix<T, R, C, impl Storage<T, R, C>>, i: usize) -> OVector<T, R>
where
    DefaultAllocator: Allocator<R>,
{
    a.column(i).clone_owned()
}

/// Zeros in the size of `a`, and `v` as row `i`.
#[inline]
pub fn in_row<T: Real, R: Dim, C: Dim>(
    a: &Matrix<T, R, C, impl Storage<T, R, C>>,
    i: usize,
    v: &Matrix<T, U1, C, impl Storage<T, U1, C>>,
) -> OMatrix<T, R, C>
where
    DefaultAllocator: Allocator<R, C>,
{
    let (rows, columns) = a.shape_generic();
    let mut res = OMatrix::zeros_generic(rows, columns);
    res.row_mut(i).copy_from(v);
    res
}

/// Row `i` of `to` takes `sign · v`.
#[inline]
pub fn add_in_row<T: Real, R: Dim, C: Dim>(
    to: &mut Matrix<T, R, C, impl StorageMut<T, R, C>>,
    sign: T,
    i: usize,
    v: &Matrix<T, U1, C, impl Storage<T, U1, C>>,
) {
    to.row_mut(i).zip_apply(v, |to, v| *to += sign * v);
}

/// Zeros in the size of `a`, and `v` as column `i`.
#[inline]
pub fn in_column<T: Real, R: Dim, C: Dim>(
    a: &Matrix<T, R, C, impl Storage<T, R, C>>,
    i: usize,
    v: &Vector<T, R, impl Storage<T, R, U1>>,
) -> OMatrix<T, R, C>
where
    DefaultAllocator: Allocator<R, C>,
{
    let (rows, columns) = a.shape_generic();
    let mut res = OMatrix::zeros_generic(rows, columns);
    res.column_mut(i).copy_from(v);
    res
}

/// Column `i` of `to` takes `sign · v`.
#[inline]
pub fn add_in_column<T: Real, R: Dim, C: Dim>(
    to: &mut Matrix<T, R, C, impl StorageMut<T, R, C>>,
    sign: T,
    i: usize,
    v: &Vector<T, R, impl Storage<T, R, U1>>,
) {
    to.column_mut(i).zip_apply(v, |to, v| *to += sign * v);
}

/// A square matrix with `v` on its diagonal.
#[inline]
pub fn from_diagonal<T: Real, D: Dim>(v: &Vector<T, D, impl Storage<T, D, U1>>) -> OMatrix<T, D, D>
where
    DefaultAllocator: Allocator<D, D>,
{
    OMatrix::from_diagonal(v)
}

/// Zeros in the size of `a`, and `v` on the diagonal.
#[inline]
pub fn on_diagonal<T: Real, R: DimMin<C>, C: Dim>(
    a: &Matrix<T, R, C, impl Storage<T, R, C>>,
    v: &Vector<T, DimMinimum<R, C>, impl Storage<T, DimMinimum<R, C>, U1>>,
) -> OMatrix<T, R, C>
where
    DefaultAllocator: Allocator<R, C>,
{
    let (rows, columns) = a.shape_generic();
    let mut res = OMatrix::zeros_generic(rows, columns);
    add_on_diagonal(&mut res, T::one(), v);
    res
}

/// The diagonal of `to` takes `sign · v`.
#[inline]
pub fn add_on_diagonal<T: Real, R: Dim, C: Dim, D: Dim>(
    to: &mut Matrix<T, R, C, impl StorageMut<T, R, C>>,
    sign: T,
    v: &Vector<T, D, impl Storage<T, D, U1>>,
) {
    for k in 0..v.len() {
        to[(k, k)] += sign * v[k];
    }
}
