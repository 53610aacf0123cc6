//! The methods of vectors and matrices on a tape. Names are nalgebra's.

use super::float::Float;
use super::handle::Handle;
use super::matrix::MatrixOperand;
use super::op::{Op, Shape, Side};
use super::operators::Operand;
use super::rules::identity;
use super::value::Aggregate;
use super::var::Var;
use nalgebra::allocator::Allocator;
use nalgebra::{Const, DefaultAllocator, Dim, Dyn, OMatrix};

/// A place in a value: `i` of a vector, `(i, j)` of a matrix.
pub trait Place {
    #[doc(hidden)]
    fn place(self, shape: Shape) -> [usize; 2];
}

impl Place for usize {
    fn place(self, shape: Shape) -> [usize; 2] {
        assert!(
            self < shape.len(),
            "entry {self} of a value that has {} of them",
            shape.len()
        );
        [self % shape.rows, self / shape.rows]
    }
}

impl Place for (usize, usize) {
    fn place(self, _: Shape) -> [usize; 2] {
        [self.0, self.1]
    }
}

/// What every vector, matrix, array and `Vec` has.
impl<'t, T: Aggregate> Var<'t, T> {
    /// How many entries there are.
    #[must_use]
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        self.handle().shape().len()
    }

    /// Entry `i`, counted column after column, or `(i, j)`.
    ///
    /// Its cotangent is added to that entry in place: reading all `n` entries costs `O(n)` in the gradient.
    ///
    /// # Panics
    ///
    /// If there is no such entry.
    ///
    /// ```
    /// use autodiff_runtime::tape::Tape;
    /// use nalgebra::Vector2;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Vector2::new(3.0, 4.0));
    /// let y = x.at(0) * x.at(1);
    /// assert_eq!(tape.gradient(&y, &x), Some(Vector2::new(4.0, 3.0)));
    /// ```
    #[track_caller]
    #[must_use]
    pub fn at(&self, place: impl Place) -> Var<'t, T::Scalar> {
        let handle = self.handle();
        Var::of(handle.block(place.place(handle.shape()), Shape::SCALAR))
    }

    /// `Σ xᵢ`; each slope is 1.
    #[must_use]
    pub fn sum(&self) -> Var<'t, T::Scalar> {
        Var::of(self.handle().sum())
    }

    /// `Σ xᵢ / n`.
    #[must_use]
    pub fn mean(&self) -> Var<'t, T::Scalar> {
        let handle = self.handle();
        Var::of(handle.sum() / handle.shape().len() as f64)
    }

    /// `√Σ xᵢ²`; the gradient is `x / ‖x‖`, and 0 at the origin, where the norm has none.
    #[must_use]
    pub fn norm(&self) -> Var<'t, T::Scalar> {
        Var::of(self.handle().norm())
    }

    /// `Σ xᵢ²`.
    #[must_use]
    pub fn norm_squared(&self) -> Var<'t, T::Scalar> {
        let handle = self.handle();
        Var::of(handle.dot(handle))
    }

    /// `f` of each entry. The closure is called once, with a variable that stands for every entry.
    ///
    /// # Panics
    ///
    /// If the closure asks its variable for a value or compares it: there is not one value. Use [`Var::max`] and the like.
    ///
    /// ```
    /// use autodiff_runtime::tape::Tape;
    /// use nalgebra::Vector2;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Vector2::new(0.0, 1.0));
    /// let y = x.map(|xi| (xi * 2.0).exp());
    /// assert_eq!(tape.gradient(&y, &x), Some(Vector2::new(2.0, 2.0 * 2.0_f64.exp())));
    /// ```
    #[track_caller]
    #[must_use]
    pub fn map(&self, f: impl FnOnce(Var<'t, T::Scalar>) -> Var<'t, T::Scalar>) -> Self {
        let handle = self.handle();
        let res = f(Var::of(handle)).handle();
        Var::of(spread(res, handle.shape()))
    }

    /// `f` of each entry and the one at the same place of `other`; else as [`map`](Var::map).
    ///
    /// # Panics
    ///
    /// If shapes differ, or as [`map`](Var::map).
    #[track_caller]
    #[must_use]
    pub fn zip_map(
        &self,
        other: &Self,
        f: impl FnOnce(Var<'t, T::Scalar>, Var<'t, T::Scalar>) -> Var<'t, T::Scalar>,
    ) -> Self {
        let (a, b) = (self.handle(), other.handle());
        a.assert_same_shape(b);
        Var::of(spread(f(Var::of(a), Var::of(b)).handle(), a.shape()))
    }
}

/// The result of a closure that need not have read its variable.
#[track_caller]
fn spread<S: Float>(res: Handle<'_, S>, shape: Shape) -> Handle<'_, S> {
    let found = res.shape();
    if found == shape {
        return res;
    }
    assert_eq!(
        found,
        Shape::SCALAR,
        "a closure on entries gave a value of shape {found}"
    );
    res.fill(shape)
}

impl<'t, S: Float, R: Dim, C: Dim> Var<'t, OMatrix<S, R, C>>
where
    DefaultAllocator: Allocator<R, C>,
{
    /// The transpose.
    #[must_use]
    pub fn transpose(&self) -> Var<'t, OMatrix<S, C, R>>
    where
        DefaultAllocator: Allocator<C, R>,
    {
        Var::of(self.handle().transpose())
    }

    /// `Aᵀ B`, without forming the transpose.
    ///
    /// # Panics
    ///
    /// If the numbers of rows differ.
    #[track_caller]
    #[must_use]
    pub fn tr_mul<B>(&self, other: B) -> Var<'t, OMatrix<S, C, B::Columns>>
    where
        B: MatrixOperand<'t, Scalar = S, Rows = R>,
        DefaultAllocator: Allocator<C, B::Columns>,
    {
        let other = other.on(self.core());
        Var::of(
            self.handle()
                .matrix_product([Side::Transposed, Side::Plain], other),
        )
    }

    /// `Σ aᵢ bᵢ`.
    ///
    /// # Panics
    ///
    /// If shapes differ.
    #[track_caller]
    #[must_use]
    pub fn dot(&self, other: impl MatrixOperand<'t, Scalar = S, Rows = R, Columns = C>) -> Var<'t, S> {
        Var::of(self.handle().dot(other.on(self.core())))
    }

    /// `aᵢ bᵢ`, entry by entry.
    ///
    /// # Panics
    ///
    /// If shapes differ.
    #[track_caller]
    #[must_use]
    pub fn component_mul(&self, other: impl MatrixOperand<'t, Scalar = S, Rows = R, Columns = C>) -> Self {
        let (a, b) = (self.handle(), other.on(self.core()));
        a.assert_same_shape(b);
        Var::of(a * b)
    }

    /// `aᵢ / bᵢ`, entry by entry.
    ///
    /// # Panics
    ///
    /// If shapes differ.
    #[track_caller]
    #[must_use]
    pub fn component_div(&self, other: impl MatrixOperand<'t, Scalar = S, Rows = R, Columns = C>) -> Self {
        let (a, b) = (self.handle(), other.on(self.core()));
        a.assert_same_shape(b);
        Var::of(a / b)
    }

    /// `aᵢ + b`: a scalar added to every entry.
    #[track_caller]
    #[must_use]
    pub fn add_scalar(&self, other: impl Operand<'t, S>) -> Self {
        Var::of(self.handle() + other.on(self.core()))
    }

    /// `x / ‖x‖`; NaN at the origin.
    #[must_use]
    pub fn normalize(&self) -> Self {
        let handle = self.handle();
        Var::of(handle / handle.norm())
    }

    /// Row `i`.
    ///
    /// # Panics
    ///
    /// If there is no such row.
    #[track_caller]
    #[must_use]
    pub fn row(&self, i: usize) -> Var<'t, OMatrix<S, Const<1>, C>>
    where
        DefaultAllocator: Allocator<Const<1>, C>,
    {
        let handle = self.handle();
        Var::of(handle.block([i, 0], Shape::new(1, handle.shape().columns)))
    }

    /// Column `j`.
    ///
    /// # Panics
    ///
    /// If there is no such column.
    #[track_caller]
    #[must_use]
    pub fn column(&self, j: usize) -> Var<'t, OMatrix<S, R, Const<1>>>
    where
        DefaultAllocator: Allocator<R, Const<1>>,
    {
        let handle = self.handle();
        Var::of(handle.block([0, j], Shape::new(handle.shape().rows, 1)))
    }

    /// The block of `shape` that begins at `start`.
    ///
    /// # Panics
    ///
    /// If it leaves the matrix.
    #[track_caller]
    #[must_use]
    pub fn view(&self, start: (usize, usize), shape: (usize, usize)) -> Var<'t, OMatrix<S, Dyn, Dyn>>
    where
        DefaultAllocator: Allocator<Dyn, Dyn>,
    {
        let shape = Shape::new(shape.0, shape.1);
        Var::of(self.handle().block([start.0, start.1], shape))
    }

    /// The block of `M` rows and `N` columns that begins at `(i, j)`.
    ///
    /// # Panics
    ///
    /// If it leaves the matrix.
    #[track_caller]
    #[must_use]
    pub fn fixed_view<const M: usize, const N: usize>(
        &self,
        i: usize,
        j: usize,
    ) -> Var<'t, OMatrix<S, Const<M>, Const<N>>>
    where
        DefaultAllocator: Allocator<Const<M>, Const<N>>,
    {
        Var::of(self.handle().block([i, j], Shape::new(M, N)))
    }

    /// The cross product of two vectors with three entries.
    ///
    /// # Panics
    ///
    /// If one of them has another number of entries.
    #[track_caller]
    #[must_use]
    pub fn cross(&self, other: impl MatrixOperand<'t, Scalar = S, Rows = R, Columns = C>) -> Self {
        let other: Self = Var::of(other.on(self.core()));
        assert_eq!(
            (self.len(), other.len()),
            (3, 3),
            "a cross product is one of three entries"
        );
        let entry = |i, j| (self.at(i) * other.at(j) - self.at(j) * other.at(i)).handle();
        let shape = self.handle().shape();
        Var::of(stack(
            self.handle(),
            [entry(1, 2), entry(2, 0), entry(0, 1)],
            shape,
        ))
    }
}

/// Square matrices.
impl<'t, S: Float, D: Dim> Var<'t, OMatrix<S, D, D>>
where
    DefaultAllocator: Allocator<D, D>,
{
    /// The solution of `A x = b`, by LU decomposition with pivoting.
    ///
    /// `b̄ = A⁻ᵀ x̄`, `Ā = −b̄ xᵀ`: one more solve each, no inverse. NaN in every entry if `A` is singular. Allocates the
    /// decompositions.
    ///
    /// # Panics
    ///
    /// If `A` is not square, or `b` has another number of rows.
    ///
    /// ```
    /// use autodiff_runtime::tape::Tape;
    /// use nalgebra::{Matrix2, Vector2};
    ///
    /// let tape = Tape::new();
    /// let a = tape.var(Matrix2::new(2.0, 0.0, 0.0, 4.0));
    /// let x = a.solve(Vector2::new(2.0, 4.0));
    /// assert_eq!(x.value(), Vector2::new(1.0, 1.0));
    /// assert_eq!(tape.gradient(&x, &a), Some(Matrix2::new(-0.5, -0.5, -0.25, -0.25)));
    /// ```
    #[track_caller]
    #[must_use]
    pub fn solve<B>(&self, b: B) -> Var<'t, OMatrix<S, D, B::Columns>>
    where
        B: MatrixOperand<'t, Scalar = S, Rows = D>,
        DefaultAllocator: Allocator<D, B::Columns>,
    {
        Var::of(self.handle().solve(Side::Plain, b.on(self.core())))
    }

    /// The inverse, `None` if there is none. Costs and allocates a decomposition; a [`solve`](Var::solve) is cheaper.
    ///
    /// # Panics
    ///
    /// If the matrix is not square.
    #[track_caller]
    #[must_use]
    pub fn try_inverse(&self) -> Option<Self> {
        let handle = self.handle();
        let inverse: Self = Var::of(handle.solve(Side::Plain, identity(handle, handle.shape().rows)));
        let graph = self.core().graph.borrow();
        let singular = graph.value(inverse.root().id).iter().any(|it| !it.is_finite());
        (!singular).then_some(inverse)
    }

    /// The determinant; its slope is `det A · A⁻ᵀ`, which is NaN where `A` is singular.
    ///
    /// # Panics
    ///
    /// If the matrix is not square.
    #[track_caller]
    #[must_use]
    pub fn determinant(&self) -> Var<'t, S> {
        let handle = self.handle();
        let shape = handle.shape();
        assert_eq!(
            shape.rows, shape.columns,
            "a matrix of {shape} has no determinant"
        );
        Var::of(handle.push(Op::Determinant(handle.id), Shape::SCALAR))
    }

    /// The sum of the diagonal.
    ///
    /// # Panics
    ///
    /// If the matrix is not square.
    #[track_caller]
    #[must_use]
    pub fn trace(&self) -> Var<'t, S> {
        let handle = self.handle();
        let shape = handle.shape();
        assert_eq!(shape.rows, shape.columns, "a matrix of {shape} has no trace");
        Var::of(handle.dot(identity(handle, shape.rows)))
    }
}

/// Scalars, in the order of the entries of `shape`.
pub(super) fn stack<'t, S: Float>(
    on: Handle<'t, S>,
    entries: impl IntoIterator<Item = Handle<'t, S>>,
    shape: Shape,
) -> Handle<'t, S> {
    let ids = entries.into_iter().map(|it| {
        on.core.assert_holds(it);
        it.id
    });
    let ids: Vec<_> = ids.collect();
    assert_eq!(
        ids.len(),
        shape.len(),
        "{} entries do not fill {shape}",
        ids.len()
    );
    let arguments = on.core.graph.borrow_mut().list(ids);
    on.push(Op::Stack(arguments), shape)
}
