//! The floats of a tape, `f64` and `f32`: each has its own graph there.

use super::Tape;
use super::functions::Function;
use super::graph::Core;
use super::value::Value;
use nalgebra::RealField;
use std::fmt;

/// A float that a [`Tape`] can record: `f64` or `f32`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no gradient: only floats have",
    label = "write a float here: `3.0` instead of `3`"
)]
pub trait Float: RealField + Copy + fmt::Display + Value<Scalar = Self> + sealed::Sealed {
    #[doc(hidden)]
    fn of_f64(x: f64) -> Self;

    #[doc(hidden)]
    fn to_f64(self) -> f64;

    /// The function's value; it reads as many arguments as it has.
    #[doc(hidden)]
    fn apply(function: Function, arguments: [Self; 3]) -> Self;

    /// `self` to the power of an integer, by std.
    #[doc(hidden)]
    fn integer_power(self, n: i32) -> Self;

    /// Its part of a pair.
    #[doc(hidden)]
    fn pick<T>(pair: (T, T)) -> T;

    /// The part of `tape` that holds values of this float.
    #[doc(hidden)]
    fn core(tape: &Tape) -> &Core<Self>;
}

macro_rules! floats {
    ($($float:ident $core:ident $at:tt)*) => {$(
        impl Float for $float {
            fn of_f64(x: f64) -> Self {
                x as $float
            }

            fn to_f64(self) -> f64 {
                self.into()
            }

            fn apply(function: Function, arguments: [Self; 3]) -> Self {
                function.$float(arguments)
            }

            fn integer_power(self, n: i32) -> Self {
                self.powi(n)
            }

            fn pick<T>(pair: (T, T)) -> T {
                pair.$at
            }

            fn core(tape: &Tape) -> &Core<Self> {
                &tape.$core
            }
        }

        impl sealed::Sealed for $float {}
    )*};
}

floats! {
    f64 doubles 0
    f32 singles 1
}

mod sealed {
    pub trait Sealed {}
}
