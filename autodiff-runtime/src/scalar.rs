//! The float that a type parameter stands for, as generated code sees it: whatever the user bounds the parameter by,
//! derivatives need literals of it and functions of std.

use crate::__private::NoSeed;
use crate::aggregate::{Accumulate, CopyFrom, FillZero, ZerosLike};
use crate::entries::Entries;
use std::fmt::Debug;
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Rem, RemAssign, Sub, SubAssign};

/// Declares the trait, implements it, and gives its functions as functions: `sin(x)`.
macro_rules! functions {
    ($($name:ident $hidden:ident($x:ident $(, $arg:ident)*);)*) => {
        /// `f64` and `f32`. A type parameter of an annotated function is one of the two when a derivative is asked for.
        ///
        /// What stands here has names that no trait of the user's has, since both are bounds of one parameter.
        #[diagnostic::on_unimplemented(
            message = "cannot differentiate with respect to `{Self}`",
            label = "not a float",
            note = "help: call the function with `f64` or `f32`, or mark the parameter `#[constant]`"
        )]
        pub trait Scalar:
            Copy
            + Debug
            + Default
            + PartialOrd
            + Neg<Output = Self>
            + Add<Output = Self>
            + Sub<Output = Self>
            + Mul<Output = Self>
            + Div<Output = Self>
            + Rem<Output = Self>
            + AddAssign
            + SubAssign
            + MulAssign
            + DivAssign
            + RemAssign
            + Entries<Scalar = Self>
            + ZerosLike<Owned = Self>
            + FillZero
            + Accumulate<Self>
            + CopyFrom<Self>
            + NoSeed
            + 'static
        {
            #[doc(hidden)]
            fn __lit(x: f64) -> Self;
            #[doc(hidden)]
            fn __powi(self, n: i32) -> Self;
            $(#[doc(hidden)]
            fn $hidden(self $(, $arg: Self)*) -> Self;)*
        }

        functions!(@float f64 $($name $hidden($x $(, $arg)*);)*);
        functions!(@float f32 $($name $hidden($x $(, $arg)*);)*);

        $(
            #[doc = concat!("`", stringify!($name), "` of std.")]
            #[inline]
            pub fn $name<T: Scalar>($x: T $(, $arg: T)*) -> T {
                $x.$hidden($($arg),*)
            }
        )*
    };
    (@float $float:ident $($name:ident $hidden:ident($x:ident $(, $arg:ident)*);)*) => {
        impl Scalar for $float {
            #[inline]
            fn __lit(x: f64) -> $float {
                x as $float
            }

            #[inline]
            fn __powi(self, n: i32) -> $float {
                self.powi(n)
            }

            $(#[inline]
            fn $hidden(self $(, $arg: $float)*) -> $float {
                <$float>::$name(self $(, $arg)*)
            })*
        }
    };
}

/// A literal of the float that is asked for.
#[inline]
pub fn lit<T: Scalar>(x: f64) -> T {
    T::__lit(x)
}

/// `powi` of std.
#[inline]
pub fn powi<T: Scalar>(x: T, n: i32) -> T {
    x.__powi(n)
}

functions! {
    sqrt __sqrt(x);
    cbrt __cbrt(x);
    exp __exp(x);
    exp2 __exp2(x);
    exp_m1 __exp_m1(x);
    ln __ln(x);
    ln_1p __ln_1p(x);
    log2 __log2(x);
    log10 __log10(x);
    sin __sin(x);
    cos __cos(x);
    tan __tan(x);
    asin __asin(x);
    acos __acos(x);
    atan __atan(x);
    sinh __sinh(x);
    cosh __cosh(x);
    tanh __tanh(x);
    asinh __asinh(x);
    acosh __acosh(x);
    atanh __atanh(x);
    recip __recip(x);
    to_degrees __to_degrees(x);
    to_radians __to_radians(x);
    abs __abs(x);
    signum __signum(x);
    floor __floor(x);
    ceil __ceil(x);
    round __round(x);
    round_ties_even __round_ties_even(x);
    trunc __trunc(x);
    fract __fract(x);
    log __log(x, y);
    atan2 __atan2(x, y);
    hypot __hypot(x, y);
    midpoint __midpoint(x, y);
    powf __powf(x, y);
    max __max(x, y);
    min __min(x, y);
    copysign __copysign(x, y);
    rem_euclid __rem_euclid(x, y);
    div_euclid __div_euclid(x, y);
    clamp __clamp(x, y, z);
    mul_add __mul_add(x, y, z);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_literal_is_the_nearest_float() {
        assert_eq!(lit::<f64>(0.1), 0.1);
        assert_eq!(lit::<f32>(0.1), 0.1_f32);
    }

    #[test]
    fn functions_are_those_of_std() {
        assert_eq!(sin(0.5_f64), 0.5_f64.sin());
        assert_eq!(powi(1.5_f32, 3), 1.5_f32.powi(3));
        assert_eq!(clamp(2.0_f64, 0.0, 1.0), 1.0);
    }
}
