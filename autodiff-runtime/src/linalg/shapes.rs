//! A matrix is a shape made of floats like any other.

use crate::aggregate::{Accumulate, CopyFrom, FillZero, ZerosLike};
use crate::entries::Entries;
use crate::tangent::{Blank, Differentiable, Scale};
use nalgebra::allocator::Allocator;
use nalgebra::storage::{Storage, StorageMut};
use nalgebra::{DefaultAllocator, Dim, Matrix, OMatrix, RealField};

impl<T: RealField + Copy, R: Dim, C: Dim, S: Storage<T, R, C>> ZerosLike for Matrix<T, R, C, S>
where
    DefaultAllocator: Allocator<R, C>,
{
    type Owned = OMatrix<T, R, C>;

    #[inline]
    fn zeros_like(&self) -> OMatrix<T, R, C> {
        let (rows, columns) = self.shape_generic();
        OMatrix::zeros_generic(rows, columns)
    }
}

impl<T: RealField + Copy, R: Dim, C: Dim, S: StorageMut<T, R, C>> FillZero for Matrix<T, R, C, S> {
    #[inline]
    fn fill_zero(&mut self) {
        self.fill(T::zero());
    }
}

impl<T, R, C, S, Z> Accumulate<Matrix<T, R, C, Z>> for Matrix<T, R, C, S>
where
    T: RealField + Copy,
    R: Dim,
    C: Dim,
    S: StorageMut<T, R, C>,
    Z: Storage<T, R, C>,
{
    #[inline]
    #[track_caller]
    fn accumulate(&mut self, from: &Matrix<T, R, C, Z>) {
        self.zip_apply(from, |to, from| *to += from);
    }
}

impl<T, R, C, S, Z> CopyFrom<Matrix<T, R, C, Z>> for Matrix<T, R, C, S>
where
    T: RealField + Copy,
    R: Dim,
    C: Dim,
    S: StorageMut<T, R, C>,
    Z: Storage<T, R, C>,
{
    #[inline]
    #[track_caller]
    fn copy_from(&mut self, from: &Matrix<T, R, C, Z>) {
        Matrix::copy_from(self, from);
    }
}

/// Entries are numbered column by column, as nalgebra stores them.
impl<T: RealField + Copy, R: Dim, C: Dim, S: StorageMut<T, R, C>> Entries for Matrix<T, R, C, S> {
    type Scalar = T;

    #[inline]
    fn entries(&self) -> usize {
        self.len()
    }

    #[inline]
    fn for_each_entry(&self, f: &mut dyn FnMut(T)) {
        self.iter().for_each(|entry| f(*entry));
    }

    #[inline]
    fn for_each_entry_mut(&mut self, f: &mut dyn FnMut(&mut T)) {
        self.iter_mut().for_each(f);
    }
}

/// The tangent of a matrix is a matrix of the same size.
impl<T: RealField + Copy, R: Dim, C: Dim> Differentiable for OMatrix<T, R, C>
where
    DefaultAllocator: Allocator<R, C>,
    OMatrix<T, R, C>: Scale,
{
    type Tangent = OMatrix<T, R, C>;
}

impl<T: RealField + Copy, R: Dim, C: Dim, S: StorageMut<T, R, C>> Scale for Matrix<T, R, C, S> {
    #[inline]
    fn scale(&mut self, by: f64) {
        *self *= nalgebra::convert::<f64, T>(by);
    }
}

impl<T: RealField + Copy, R: Dim, C: Dim> Blank for OMatrix<T, R, C>
where
    DefaultAllocator: Allocator<R, C>,
{
    #[inline]
    fn blank() -> Self {
        super::blank()
    }
}
