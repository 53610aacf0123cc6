//! The values of a tape: floats, `Vec`s and arrays of them, nalgebra's vectors and matrices.

use super::float::Float;
use super::op::Shape;
use nalgebra::allocator::Allocator;
use nalgebra::{DefaultAllocator, Dim, OMatrix};

/// What can be on a [`Tape`](super::Tape): a float; a vector or matrix of nalgebra; `[f64; N]` and `Vec<f64>`, as columns.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a value of a tape: only floats have a gradient",
    label = "write a float here: `3.0` instead of `3`",
    note = "a tape holds `f64`, `f32`, vectors and matrices of nalgebra, and arrays and `Vec`s of floats"
)]
pub trait Value: Clone + 'static {
    /// The float that it is made of.
    type Scalar: Float;

    #[doc(hidden)]
    fn shape(&self) -> Shape;

    /// Appends the entries, column after column.
    #[doc(hidden)]
    fn write(&self, to: &mut Vec<Self::Scalar>) {
        to.extend_from_slice(self.as_slice());
    }

    /// The entries where they lie.
    #[doc(hidden)]
    fn as_slice(&self) -> &[Self::Scalar];

    #[doc(hidden)]
    fn read(shape: Shape, entries: &[Self::Scalar]) -> Self;
}

/// The values with entries: vectors, matrices, arrays and `Vec`s.
pub trait Aggregate: Value {}

impl<S: Float> Aggregate for Vec<S> {}

impl<S: Float, const N: usize> Aggregate for [S; N] {}

impl<S: Float, R: Dim, C: Dim> Aggregate for OMatrix<S, R, C> where DefaultAllocator: Allocator<R, C> {}

macro_rules! floats {
    ($($float:ty)*) => {$(
        impl Value for $float {
            type Scalar = $float;

            fn shape(&self) -> Shape {
                Shape::SCALAR
            }

            fn as_slice(&self) -> &[$float] {
                std::slice::from_ref(self)
            }

            fn read(shape: Shape, entries: &[$float]) -> Self {
                assert_eq!(
                    shape,
                    Shape::SCALAR,
                    "inside `map` a variable stands for every entry: it has no single value"
                );
                entries[0]
            }
        }
    )*};
}

floats!(f64 f32);

impl<S: Float> Value for Vec<S> {
    type Scalar = S;

    fn shape(&self) -> Shape {
        Shape::new(self.len(), 1)
    }

    fn as_slice(&self) -> &[S] {
        self
    }

    fn read(_: Shape, entries: &[S]) -> Self {
        entries.to_vec()
    }
}

impl<S: Float, const N: usize> Value for [S; N] {
    type Scalar = S;

    fn shape(&self) -> Shape {
        Shape::new(N, 1)
    }

    fn as_slice(&self) -> &[S] {
        self
    }

    fn read(_: Shape, entries: &[S]) -> Self {
        entries.try_into().expect("a value keeps its length")
    }
}

impl<S: Float, R: Dim, C: Dim> Value for OMatrix<S, R, C>
where
    DefaultAllocator: Allocator<R, C>,
{
    type Scalar = S;

    fn shape(&self) -> Shape {
        Shape::new(self.nrows(), self.ncols())
    }

    fn as_slice(&self) -> &[S] {
        self.as_slice()
    }

    fn read(shape: Shape, entries: &[S]) -> Self {
        OMatrix::from_column_slice_generic(R::from_usize(shape.rows), C::from_usize(shape.columns), entries)
    }
}
