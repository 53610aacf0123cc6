//! Operators between matrices on a tape: with other variables, constant matrices and scalars, on either side.

use super::float::Float;
use super::graph::Core;
use super::handle::Handle;
use super::op::{Op, Side};
use super::operators::{Factor, Operand};
use super::value::Value;
use super::var::Var;
use nalgebra::allocator::Allocator;
use nalgebra::{DefaultAllocator, Dim, OMatrix};
use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub, SubAssign};

/// What may stand beside a matrix [`Var`]: another one, or a constant matrix, or a reference to one of them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be combined with a matrix on a tape",
    label = "write a matrix of nalgebra, or a `Var` of one; scalars multiply and divide only"
)]
pub trait MatrixOperand<'t>: sealed::Sealed {
    /// The float that it is made of.
    type Scalar: Float;
    /// The number of rows, as nalgebra's type.
    type Rows: Dim;
    /// The number of columns, as nalgebra's type.
    type Columns: Dim;

    #[doc(hidden)]
    fn on(self, core: &'t Core<Self::Scalar>) -> Handle<'t, Self::Scalar>;
}

macro_rules! operands {
    ($([$($by:tt)*] $it:ident, $core:ident => $matrix:expr, $var:expr;)*) => {$(
        impl<'t, S: Float, R: Dim, C: Dim> MatrixOperand<'t> for $($by)* OMatrix<S, R, C>
        where
            DefaultAllocator: Allocator<R, C>,
        {
            type Scalar = S;
            type Rows = R;
            type Columns = C;

            fn on(self, $core: &'t Core<S>) -> Handle<'t, S> {
                let $it = self;
                $matrix
            }
        }

        impl<S: Float, R: Dim, C: Dim> sealed::Sealed for $($by)* OMatrix<S, R, C>
        where
            DefaultAllocator: Allocator<R, C>,
        {
        }

        impl<'t, S: Float, R: Dim, C: Dim> MatrixOperand<'t> for $($by)* Var<'t, OMatrix<S, R, C>>
        where
            DefaultAllocator: Allocator<R, C>,
        {
            type Scalar = S;
            type Rows = R;
            type Columns = C;

            fn on(self, _: &'t Core<S>) -> Handle<'t, S> {
                let $it = self;
                $var
            }
        }

        impl<'t, S: Float, R: Dim, C: Dim> Factor<'t, S> for $($by)* OMatrix<S, R, C>
        where
            DefaultAllocator: Allocator<R, C>,
        {
            type Product = Var<'t, OMatrix<S, R, C>>;

            fn times(self, scalar: Handle<'t, S>) -> Self::Product {
                Var::of(scalar * self.on(scalar.core))
            }
        }

        impl<'t, S: Float, R: Dim, C: Dim> Factor<'t, S> for $($by)* Var<'t, OMatrix<S, R, C>>
        where
            DefaultAllocator: Allocator<R, C>,
        {
            type Product = Var<'t, OMatrix<S, R, C>>;

            #[track_caller]
            fn times(self, scalar: Handle<'t, S>) -> Self::Product {
                Var::of(scalar * self.on(scalar.core))
            }
        }

        impl<S: Float, R: Dim, C: Dim> sealed::Sealed for $($by)* Var<'_, OMatrix<S, R, C>>
        where
            DefaultAllocator: Allocator<R, C>,
        {
        }
    )*};
}

operands! {
    [] it, core => core.constant_value(&it), it.handle();
    [&] it, core => core.constant_value(it), it.handle();
}

impl<S: Float> Core<S> {
    pub(super) fn constant_value<T: Value<Scalar = S>>(&self, value: &T) -> Handle<'_, S> {
        let id = self.push_value(Op::Leaf, value.shape(), false, |values| value.write(values));
        Handle { core: self, id }
    }
}

macro_rules! entrywise {
    ($($Trait:ident $method:ident $Assign:ident $assign:ident)*) => {$(
        entrywise! { impl [] $Trait $method }
        entrywise! { impl [&] $Trait $method }
        entrywise! { constant [] $Trait $method }
        entrywise! { constant [&] $Trait $method }

        impl<'t, S: Float, R: Dim, C: Dim, B> $Assign<B> for Var<'t, OMatrix<S, R, C>>
        where
            B: MatrixOperand<'t, Scalar = S, Rows = R, Columns = C>,
            DefaultAllocator: Allocator<R, C>,
        {
            /// Names the result as the variable did: not an assignment to a variable of the tape.
            #[track_caller]
            fn $assign(&mut self, other: B) {
                *self = $Trait::$method(*self, other);
            }
        }
    )*};
    (impl [$($by:tt)*] $Trait:ident $method:ident) => {
        impl<'t, S: Float, R: Dim, C: Dim, B> $Trait<B> for $($by)* Var<'t, OMatrix<S, R, C>>
        where
            B: MatrixOperand<'t, Scalar = S, Rows = R, Columns = C>,
            DefaultAllocator: Allocator<R, C>,
        {
            type Output = Var<'t, OMatrix<S, R, C>>;

            #[track_caller]
            fn $method(self, other: B) -> Self::Output {
                let (a, b) = (self.handle(), other.on(self.core()));
                a.assert_same_shape(b);
                Var::of($Trait::$method(a, b))
            }
        }
    };
    (constant [$($by:tt)*] $Trait:ident $method:ident) => {
        impl<'t, S: Float, R: Dim, C: Dim> $Trait<Var<'t, OMatrix<S, R, C>>> for $($by)* OMatrix<S, R, C>
        where
            DefaultAllocator: Allocator<R, C>,
        {
            type Output = Var<'t, OMatrix<S, R, C>>;

            #[track_caller]
            fn $method(self, other: Var<'t, OMatrix<S, R, C>>) -> Self::Output {
                let b = other.handle();
                let a = self.on(b.core);
                a.assert_same_shape(b);
                Var::of($Trait::$method(a, b))
            }
        }

        impl<'t, S: Float, R: Dim, C: Dim> $Trait<&Var<'t, OMatrix<S, R, C>>> for $($by)* OMatrix<S, R, C>
        where
            DefaultAllocator: Allocator<R, C>,
        {
            type Output = Var<'t, OMatrix<S, R, C>>;

            #[track_caller]
            fn $method(self, other: &Var<'t, OMatrix<S, R, C>>) -> Self::Output {
                $Trait::$method(self, *other)
            }
        }
    };
}

entrywise! {
    Add add AddAssign add_assign
    Sub sub SubAssign sub_assign
}

macro_rules! products {
    ($([$($by:tt)*])*) => {$(
        impl<'t, S: Float, R: Dim, C: Dim, B> Mul<B> for $($by)* Var<'t, OMatrix<S, R, C>>
        where
            B: MatrixOperand<'t, Scalar = S, Rows = C>,
            DefaultAllocator: Allocator<R, C> + Allocator<R, B::Columns>,
        {
            type Output = Var<'t, OMatrix<S, R, B::Columns>>;

            #[track_caller]
            fn mul(self, other: B) -> Self::Output {
                let (a, b) = (self.handle(), other.on(self.core()));
                Var::of(a.matrix_product([Side::Plain, Side::Plain], b))
            }
        }

        impl<'t, S: Float, R: Dim, C: Dim, D: Dim> Mul<Var<'t, OMatrix<S, C, D>>> for $($by)* OMatrix<S, R, C>
        where
            DefaultAllocator: Allocator<R, C> + Allocator<C, D> + Allocator<R, D>,
        {
            type Output = Var<'t, OMatrix<S, R, D>>;

            #[track_caller]
            fn mul(self, other: Var<'t, OMatrix<S, C, D>>) -> Self::Output {
                let b = other.handle();
                let a = self.on(b.core);
                Var::of(a.matrix_product([Side::Plain, Side::Plain], b))
            }
        }

        impl<'t, S: Float, R: Dim, C: Dim, D: Dim> Mul<&Var<'t, OMatrix<S, C, D>>> for $($by)* OMatrix<S, R, C>
        where
            DefaultAllocator: Allocator<R, C> + Allocator<C, D> + Allocator<R, D>,
        {
            type Output = Var<'t, OMatrix<S, R, D>>;

            #[track_caller]
            fn mul(self, other: &Var<'t, OMatrix<S, C, D>>) -> Self::Output {
                self * *other
            }
        }

        impl<'t, S: Float, R: Dim, C: Dim> Neg for $($by)* Var<'t, OMatrix<S, R, C>>
        where
            DefaultAllocator: Allocator<R, C>,
        {
            type Output = Var<'t, OMatrix<S, R, C>>;

            fn neg(self) -> Self::Output {
                Var::of(-self.handle())
            }
        }
    )*};
}

products! {
    []
    [&]
}

/// A scalar and a matrix, each by value or by reference.
macro_rules! scaled {
    ($([$($by:tt)*] [$($and:tt)*])*) => {$(
        scaled! { one [S: Float] Mul mul [$($by)* Var<'t, OMatrix<S, R, C>>] [$($and)* Var<'t, S>] S }
        scaled! { one [S: Float] Div div [$($by)* Var<'t, OMatrix<S, R, C>>] [$($and)* Var<'t, S>] S }
    )*};
    (floats $($float:ident)*) => {$(
        scaled! { one [] Mul mul [Var<'t, OMatrix<$float, R, C>>] [$float] $float }
        scaled! { one [] Mul mul [&Var<'t, OMatrix<$float, R, C>>] [$float] $float }
        scaled! { one [] Div div [Var<'t, OMatrix<$float, R, C>>] [$float] $float }
        scaled! { one [] Div div [&Var<'t, OMatrix<$float, R, C>>] [$float] $float }
        scaled! { left $float [Var<'t, OMatrix<$float, R, C>>] }
        scaled! { left $float [&Var<'t, OMatrix<$float, R, C>>] }
    )*};
    (one [$($param:tt)*] $Trait:ident $method:ident [$($left:tt)*] [$($right:tt)*] $float:ident) => {
        impl<'t, R: Dim, C: Dim, $($param)*> $Trait<$($right)*> for $($left)*
        where
            DefaultAllocator: Allocator<R, C>,
        {
            type Output = Var<'t, OMatrix<$float, R, C>>;

            #[track_caller]
            fn $method(self, other: $($right)*) -> Self::Output {
                let (a, b) = (self.handle(), other.on(self.core()));
                Var::of($Trait::$method(a, b))
            }
        }
    };
    (left $float:ident [$($right:tt)*]) => {
        impl<'t, R: Dim, C: Dim> Mul<$($right)*> for $float
        where
            DefaultAllocator: Allocator<R, C>,
        {
            type Output = Var<'t, OMatrix<$float, R, C>>;

            #[track_caller]
            fn mul(self, other: $($right)*) -> Self::Output {
                let b = other.handle();
                Var::of(b.core.scalar(self) * b)
            }
        }
    };
}

scaled! {
    [] []
    [] [&]
    [&] []
    [&] [&]
}

scaled! { floats f64 f32 }

mod sealed {
    pub trait Sealed {}
}
