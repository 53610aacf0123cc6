//! Solves and factorisations: what their derivatives are made of.
//!
//! No derivative of a solve forms an inverse. A Cholesky factor reads the lower triangle of its matrix only, so that is
//! where the gradient goes: an entry below the diagonal takes both places of the symmetric matrix.

use super::Real;
use nalgebra::allocator::Allocator;
use nalgebra::storage::Storage;
use nalgebra::{DMatrix, DefaultAllocator, Dim, DimMin, Matrix, OMatrix};

type Square<T, D, S> = Matrix<T, D, D, S>;

/// `A⁻¹·b` by LU with partial pivoting, as `a.lu().solve(b)`.
#[inline]
#[track_caller]
pub fn lu_solve<T: Real, D: DimMin<D, Output = D>, C: Dim>(
    a: &Square<T, D, impl Storage<T, D, D>>,
    b: &Matrix<T, D, C, impl Storage<T, D, C>>,
) -> OMatrix<T, D, C>
where
    DefaultAllocator: Allocator<D, D> + Allocator<D> + Allocator<D, C>,
{
    a.clone_owned()
        .lu()
        .solve(b)
        .expect("the matrix of a solve is invertible")
}

/// `A⁻ᵀ·b`
#[inline]
#[track_caller]
pub fn lu_solve_tr<T: Real, D: DimMin<D, Output = D>, C: Dim>(
    a: &Square<T, D, impl Storage<T, D, D>>,
    b: &Matrix<T, D, C, impl Storage<T, D, C>>,
) -> OMatrix<T, D, C>
where
    DefaultAllocator: Allocator<D, D> + Allocator<D> + Allocator<D, C>,
{
    a.transpose()
        .lu()
        .solve(b)
        .expect("the matrix of a solve is invertible")
}

/// The inverse, as `a.lu().try_inverse()`.
#[inline]
#[track_caller]
pub fn lu_inverse<T: Real, D: DimMin<D, Output = D>>(
    a: &Square<T, D, impl Storage<T, D, D>>,
) -> OMatrix<T, D, D>
where
    DefaultAllocator: Allocator<D, D> + Allocator<D>,
{
    a.clone_owned()
        .lu()
        .try_inverse()
        .expect("the matrix is invertible")
}

/// The determinant, as `a.lu().determinant()`.
#[inline]
pub fn lu_determinant<T: Real, D: DimMin<D, Output = D>>(a: &Square<T, D, impl Storage<T, D, D>>) -> T
where
    DefaultAllocator: Allocator<D, D> + Allocator<D>,
{
    a.clone_owned().lu().determinant()
}

/// The inverse, as `a.try_inverse()`.
#[inline]
#[track_caller]
pub fn inverse<T: Real, D: Dim>(a: &Square<T, D, impl Storage<T, D, D>>) -> OMatrix<T, D, D>
where
    DefaultAllocator: Allocator<D, D>,
{
    a.clone_owned().try_inverse().expect("the matrix is invertible")
}

/// `L` with `L·Lᵀ = A`, of which the lower triangle is read.
#[inline]
#[track_caller]
pub fn cholesky<T: Real, D: Dim>(a: &Square<T, D, impl Storage<T, D, D>>) -> OMatrix<T, D, D>
where
    DefaultAllocator: Allocator<D, D>,
{
    a.clone_owned()
        .cholesky()
        .expect("the matrix is positive definite")
        .l()
}

/// `L⁻¹·b`
#[inline]
pub fn solve_lower<T: Real, D: Dim, C: Dim>(
    l: &Square<T, D, impl Storage<T, D, D>>,
    b: &Matrix<T, D, C, impl Storage<T, D, C>>,
) -> OMatrix<T, D, C>
where
    DefaultAllocator: Allocator<D, C>,
{
    let mut res = b.clone_owned();
    l.solve_lower_triangular_unchecked_mut(&mut res);
    res
}

/// `L⁻ᵀ·b`
#[inline]
pub fn solve_lower_tr<T: Real, D: Dim, C: Dim>(
    l: &Square<T, D, impl Storage<T, D, D>>,
    b: &Matrix<T, D, C, impl Storage<T, D, C>>,
) -> OMatrix<T, D, C>
where
    DefaultAllocator: Allocator<D, C>,
{
    let mut res = b.clone_owned();
    l.ad_solve_lower_triangular_unchecked_mut(&mut res);
    res
}

/// `(L·Lᵀ)⁻¹`
#[inline]
pub fn cholesky_inverse<T: Real, D: Dim>(l: &Square<T, D, impl Storage<T, D, D>>) -> OMatrix<T, D, D>
where
    DefaultAllocator: Allocator<D, D>,
{
    let (rows, columns) = l.shape_generic();
    let mut res = OMatrix::identity_generic(rows, columns);
    l.solve_lower_triangular_unchecked_mut(&mut res);
    l.ad_solve_lower_triangular_unchecked_mut(&mut res);
    res
}

/// `det(L·Lᵀ)`
#[inline]
pub fn cholesky_determinant<T: Real, D: Dim>(l: &Square<T, D, impl Storage<T, D, D>>) -> T {
    let product = (0..l.nrows()).fold(T::one(), |product, k| product * l[(k, k)]);
    product * product
}

/// `ln det(L·Lᵀ)`
#[inline]
pub fn cholesky_ln_determinant<T: Real, D: Dim>(l: &Square<T, D, impl Storage<T, D, D>>) -> T {
    (0..l.nrows()).fold(T::zero(), |sum, k| sum + (l[(k, k)] * l[(k, k)]).ln())
}

/// The lower triangle, zeros above it.
#[inline]
pub fn lower<T: Real, D: Dim>(m: &Square<T, D, impl Storage<T, D, D>>) -> OMatrix<T, D, D>
where
    DefaultAllocator: Allocator<D, D>,
{
    m.lower_triangle()
}

/// The lower triangle with half the diagonal, zeros above it.
#[inline]
pub fn halved<T: Real, D: Dim>(m: &Square<T, D, impl Storage<T, D, D>>) -> OMatrix<T, D, D>
where
    DefaultAllocator: Allocator<D, D>,
{
    let mut res = m.lower_triangle();
    let half = nalgebra::convert(0.5);
    for k in 0..res.nrows() {
        res[(k, k)] *= half;
    }
    res
}

/// The symmetric matrix with this lower triangle.
#[inline]
pub fn from_lower<T: Real, D: Dim>(m: &Square<T, D, impl Storage<T, D, D>>) -> OMatrix<T, D, D>
where
    DefaultAllocator: Allocator<D, D>,
{
    let mut res = m.clone_owned();
    res.fill_upper_triangle_with_lower_triangle();
    res
}

/// What lies above the diagonal added to its mirror image, zeros above: the adjoint of [`from_lower`].
#[inline]
pub fn fold_lower<T: Real, D: Dim>(m: &Square<T, D, impl Storage<T, D, D>>) -> OMatrix<T, D, D>
where
    DefaultAllocator: Allocator<D, D>,
{
    let mut res = m.lower_triangle();
    for column in 0..res.ncols() {
        for row in column + 1..res.nrows() {
            res[(row, column)] += m[(column, row)];
        }
    }
    res
}

/// The derivative of the determinant by each entry: finite and right for a singular matrix, too.
pub fn cofactors<T: Real, D: DimMin<D, Output = D>>(
    a: &Square<T, D, impl Storage<T, D, D>>,
) -> OMatrix<T, D, D>
where
    DefaultAllocator: Allocator<D, D> + Allocator<D>,
{
    if a.nrows() > SMALL {
        let lu = a.clone_owned().lu();
        let det = lu.determinant();
        if let (true, Some(inverse)) = (det != T::zero(), lu.try_inverse()) {
            return inverse.transpose() * det;
        }
    }
    by_minors(a, |minor, _| minor.determinant())
}

/// The derivative of [`cofactors`] along `h`.
pub fn cofactors_along<T: Real, D: DimMin<D, Output = D>>(
    a: &Square<T, D, impl Storage<T, D, D>>,
    h: &Square<T, D, impl Storage<T, D, D>>,
) -> OMatrix<T, D, D>
where
    DefaultAllocator: Allocator<D, D> + Allocator<D>,
{
    if a.nrows() > SMALL {
        let det = a.determinant();
        if det != T::zero() {
            let c = cofactors(a);
            return (&c * c.dot(h) - &c * h.transpose() * &c) / det;
        }
    }
    by_minors(a, |minor, (row, column)| {
        let along = DMatrix::from_fn(h.nrows(), h.ncols(), |i, j| h[(i, j)]);
        dynamic::dot_of_cofactors(&minor, &along.remove_row(row).remove_column(column))
    })
}

/// Up to here minors cost no more than a factorisation.
const SMALL: usize = 3;

/// `± f(minor)` in each place, where the minor lacks the row and the column of the place.
fn by_minors<T: Real, D: Dim>(
    a: &Square<T, D, impl Storage<T, D, D>>,
    f: impl Fn(DMatrix<T>, (usize, usize)) -> T,
) -> OMatrix<T, D, D>
where
    DefaultAllocator: Allocator<D, D>,
{
    let whole = DMatrix::from_fn(a.nrows(), a.ncols(), |i, j| a[(i, j)]);
    let (rows, columns) = a.shape_generic();
    OMatrix::from_fn_generic(rows, columns, |i, j| {
        let minor = whole.clone().remove_row(i).remove_column(j);
        let value = f(minor, (i, j));
        if (i + j) % 2 == 0 { value } else { -value }
    })
}

/// `exp(A)` along `h`: the upper right of the exponential of `[[A, H], [0, A]]` (Mathias 1996, A chain rule for matrix
/// functions).
pub fn exp_along<T: Real, D: Dim>(
    a: &Square<T, D, impl Storage<T, D, D>>,
    h: &Square<T, D, impl Storage<T, D, D>>,
) -> OMatrix<T, D, D>
where
    DefaultAllocator: Allocator<D, D>,
{
    let n = a.nrows();
    let whole = DMatrix::from_fn(2 * n, 2 * n, |i, j| match (i < n, j < n) {
        (true, true) => a[(i, j)],
        (true, false) => h[(i, j - n)],
        (false, false) => a[(i - n, j - n)],
        (false, true) => T::zero(),
    });
    let whole = dynamic::exp(&whole);
    let (rows, columns) = a.shape_generic();
    OMatrix::from_fn_generic(rows, columns, |i, j| whole[(i, j + n)])
}

/// The derivative of [`exp_along`] along `k`, by the same theorem once more.
pub fn exp_along_along<T: Real, D: Dim>(
    a: &Square<T, D, impl Storage<T, D, D>>,
    h: &Square<T, D, impl Storage<T, D, D>>,
    k: &Square<T, D, impl Storage<T, D, D>>,
) -> OMatrix<T, D, D>
where
    DefaultAllocator: Allocator<D, D>,
{
    let n = a.nrows();
    let block = |i: usize, j: usize, r: usize, c: usize| match (i, j) {
        _ if i == j => a[(r, c)],
        (0, 1) | (2, 3) => h[(r, c)],
        (0, 2) | (1, 3) => k[(r, c)],
        _ => T::zero(),
    };
    let whole = DMatrix::from_fn(4 * n, 4 * n, |i, j| block(i / n, j / n, i % n, j % n));
    let whole = dynamic::exp(&whole);
    let (rows, columns) = a.shape_generic();
    OMatrix::from_fn_generic(rows, columns, |i, j| whole[(i, j + 3 * n)])
}

/// Apart from the functions above, whose bounds on sizes rustc would take for these.
mod dynamic {
    use super::Real;
    use nalgebra::DMatrix;

    pub(super) fn dot_of_cofactors<T: Real>(a: &DMatrix<T>, h: &DMatrix<T>) -> T {
        super::cofactors(a).dot(h)
    }

    pub(super) fn exp<T: Real>(a: &DMatrix<T>) -> DMatrix<T> {
        a.exp()
    }
}
