//! `+ - * /` and unary minus between scalars: variables, references to them, and floats on either side.

use super::float::Float;
use super::graph::Core;
use super::handle::Handle;
use super::var::Var;
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

/// What may stand beside a scalar [`Var`] of the float `S`: another one, a reference to one, or a float.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be combined with a scalar on a tape",
    label = "write a float, such as `2.0`, or a `Var` of the same float"
)]
pub trait Operand<'t, S: Float>: sealed::Sealed {
    #[doc(hidden)]
    fn on(self, core: &'t Core<S>) -> Handle<'t, S>;

    #[doc(hidden)]
    fn number(&self) -> S;
}

/// What a scalar [`Var`] can be multiplied with: all that it can be added to, and matrices.
#[diagnostic::on_unimplemented(
    message = "a scalar on a tape cannot be multiplied with `{Self}`",
    label = "write a float, such as `2.0`, a matrix, or a `Var` of the same float"
)]
pub trait Factor<'t, S: Float> {
    /// The type of the product.
    type Product;

    #[doc(hidden)]
    fn times(self, scalar: Handle<'t, S>) -> Self::Product;
}

impl<'t, S: Float> Operand<'t, S> for S {
    fn on(self, core: &'t Core<S>) -> Handle<'t, S> {
        core.scalar(self)
    }

    fn number(&self) -> S {
        *self
    }
}

impl<'t, S: Float> Operand<'t, S> for Var<'t, S> {
    fn on(self, _: &'t Core<S>) -> Handle<'t, S> {
        self.handle()
    }

    fn number(&self) -> S {
        self.value()
    }
}

impl<'t, S: Float> Operand<'t, S> for &Var<'t, S> {
    fn on(self, _: &'t Core<S>) -> Handle<'t, S> {
        self.handle()
    }

    fn number(&self) -> S {
        self.value()
    }
}

macro_rules! scalar_factors {
    ($($Type:ty)*) => {$(
        impl<'t, S: Float> Factor<'t, S> for $Type {
            type Product = Var<'t, S>;

            #[track_caller]
            fn times(self, scalar: Handle<'t, S>) -> Var<'t, S> {
                Var::of(scalar * self.on(scalar.core))
            }
        }
    )*};
}

scalar_factors! { S Var<'t, S> &Var<'t, S> }

macro_rules! floats {
    ($($float:ident)*) => {$(
        float_on_the_left! { $float Add add }
        float_on_the_left! { $float Sub sub }
        float_on_the_left! { $float Mul mul }
        float_on_the_left! { $float Div div }
    )*};
}

macro_rules! float_on_the_left {
    ($float:ident $Trait:ident $method:ident) => {
        impl<'t> $Trait<Var<'t, $float>> for $float {
            type Output = Var<'t, $float>;

            #[track_caller]
            fn $method(self, other: Var<'t, $float>) -> Var<'t, $float> {
                let other = other.handle();
                Var::of($Trait::$method(other.core.scalar(self), other))
            }
        }

        impl<'t> $Trait<&Var<'t, $float>> for $float {
            type Output = Var<'t, $float>;

            #[track_caller]
            fn $method(self, other: &Var<'t, $float>) -> Var<'t, $float> {
                $Trait::$method(self, *other)
            }
        }
    };
}

floats!(f64 f32);

macro_rules! operators {
    ($($Trait:ident $method:ident $Assign:ident $assign:ident)*) => {$(
        impl<'t, S: Float, B: Operand<'t, S>> $Trait<B> for Var<'t, S> {
            type Output = Var<'t, S>;

            #[track_caller]
            fn $method(self, other: B) -> Self {
                Var::of($Trait::$method(self.handle(), other.on(self.core())))
            }
        }

        impl<'t, S: Float, B: Operand<'t, S>> $Trait<B> for &Var<'t, S> {
            type Output = Var<'t, S>;

            #[track_caller]
            fn $method(self, other: B) -> Var<'t, S> {
                $Trait::$method(*self, other)
            }
        }

        impl<'t, S: Float, B: Operand<'t, S>> $Assign<B> for Var<'t, S> {
            /// Names the result as the variable did: not an assignment to a variable of the tape.
            #[track_caller]
            fn $assign(&mut self, other: B) {
                *self = $Trait::$method(*self, other);
            }
        }
    )*};
}

operators! {
    Add add AddAssign add_assign
    Sub sub SubAssign sub_assign
    Div div DivAssign div_assign
}

impl<'t, S: Float, B: Factor<'t, S>> Mul<B> for Var<'t, S> {
    type Output = B::Product;

    #[track_caller]
    fn mul(self, other: B) -> B::Product {
        other.times(self.handle())
    }
}

impl<'t, S: Float, B: Factor<'t, S>> Mul<B> for &Var<'t, S> {
    type Output = B::Product;

    #[track_caller]
    fn mul(self, other: B) -> B::Product {
        other.times(self.handle())
    }
}

impl<'t, S: Float, B: Operand<'t, S>> MulAssign<B> for Var<'t, S> {
    /// Names the result as the variable did: not an assignment to a variable of the tape.
    #[track_caller]
    fn mul_assign(&mut self, other: B) {
        *self = Var::of(self.handle() * other.on(self.core()));
    }
}

impl<S: Float> Neg for Var<'_, S> {
    type Output = Self;

    fn neg(self) -> Self {
        Var::of(-self.handle())
    }
}

impl<'t, S: Float> Neg for &Var<'t, S> {
    type Output = Var<'t, S>;

    fn neg(self) -> Var<'t, S> {
        -*self
    }
}

mod sealed {
    use super::{Float, Var};

    pub trait Sealed {}

    impl<S: Float> Sealed for S {}

    impl<S: Float> Sealed for Var<'_, S> {}

    impl<S: Float> Sealed for &Var<'_, S> {}
}
