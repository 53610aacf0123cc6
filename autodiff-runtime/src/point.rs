//! The points that [`crate::check_grad`] can vary, and the functions that it can call there.
//!
//! A function that takes `&[f64]` takes it of any lifetime: that is why an argument has an owned form that is varied,
//! and a lent form that is passed.

use crate::entries::Entries;

/// What a function may be checked at: what it takes, or a tuple of that.
pub trait Point: sealed::Sealed {
    /// A copy that can be changed.
    #[doc(hidden)]
    type Owned: Entries<Scalar: Real> + Clone;

    #[doc(hidden)]
    fn owned(&self) -> Self::Owned;
}

/// One argument: a float or an aggregate, by value or by reference.
pub trait Argument: sealed::Sealed {
    #[doc(hidden)]
    type Owned: Entries<Scalar: Real> + Clone;

    /// The argument's own type, with the lifetime of another owner.
    #[doc(hidden)]
    type Lent<'a>;

    #[doc(hidden)]
    fn owned(&self) -> Self::Owned;

    #[doc(hidden)]
    fn lend(owned: &Self::Owned) -> Self::Lent<'_>;
}

/// A function or closure that takes exactly `X` (a tuple: its parts) and returns `R`.
#[diagnostic::on_unimplemented(
    message = "this function does not take what it is to be checked at",
    label = "takes another type than `{X}`",
    note = "give the point in the very type of the parameter: `&x[..]` for `&[f64]`, a tuple for several parameters",
    note = "a closure needs the type of its parameter: `|x: &[f64]| …`"
)]
pub trait Function<X: Point, R> {
    #[doc(hidden)]
    fn call(&self, at: &X::Owned) -> R;
}

/// `f64` and `f32`.
pub trait Real: Entries<Scalar = Self> + Copy + sealed::Sealed {
    #[doc(hidden)]
    const TOLERANCE: f64;
    /// The first width of the differences.
    #[doc(hidden)]
    const WIDTH: f64;

    #[doc(hidden)]
    fn to_f64(self) -> f64;

    #[doc(hidden)]
    fn from_f64(x: f64) -> Self;
}

impl Real for f64 {
    const TOLERANCE: f64 = 1e-6;
    const WIDTH: f64 = 0.02;

    fn to_f64(self) -> f64 {
        self
    }

    fn from_f64(x: f64) -> Self {
        x
    }
}

impl Real for f32 {
    const TOLERANCE: f64 = 1e-2;
    const WIDTH: f64 = 0.2;

    fn to_f64(self) -> f64 {
        f64::from(self)
    }

    fn from_f64(x: f64) -> Self {
        x as f32
    }
}

mod sealed {
    pub trait Sealed {}

    impl Sealed for f64 {}
    impl Sealed for f32 {}
    impl<T, const N: usize> Sealed for [T; N] {}
    impl<T> Sealed for Vec<T> {}
    impl<T: ?Sized> Sealed for &T {}
}

macro_rules! arguments {
    ($([$($param:tt)*] $argument:ty, $owned:ty, $lent:ty, $this:ident => $to_owned:expr, $owner:ident => $lend:expr;)*) => {$(
        impl<$($param)*> Argument for $argument {
            type Owned = $owned;
            type Lent<'a> = $lent;

            fn owned(&self) -> $owned {
                let $this = self;
                $to_owned
            }

            fn lend($owner: &$owned) -> Self::Lent<'_> {
                $lend
            }
        }
    )*};
}

arguments! {
    [] f64, f64, f64, it => *it, it => *it;
    [] f32, f32, f32, it => *it, it => *it;
    [T: Entries<Scalar: Real> + Clone, const N: usize] [T; N], [T; N], [T; N], it => it.clone(), it => it.clone();
    [T: Entries<Scalar: Real> + Clone] Vec<T>, Vec<T>, Vec<T>, it => it.clone(), it => it.clone();
    [T: Entries<Scalar: Real> + Clone + 'static] &[T], Vec<T>, &'a [T], it => it.to_vec(), it => it;
    [T: Entries<Scalar: Real> + Clone + 'static, const N: usize] &[T; N], [T; N], &'a [T; N], it => (*it).clone(), it => it;
    [T: Entries<Scalar: Real> + Clone + 'static] &Vec<T>, Vec<T>, &'a Vec<T>, it => (*it).clone(), it => it;
    [] &f64, f64, &'a f64, it => **it, it => it;
    [] &f32, f32, &'a f32, it => **it, it => it;
}

impl<A: Argument> Point for A {
    type Owned = A::Owned;

    fn owned(&self) -> A::Owned {
        Argument::owned(self)
    }
}

impl<A: Argument, R, F: for<'a> Fn(A::Lent<'a>) -> R> Function<A, R> for F {
    fn call(&self, at: &A::Owned) -> R {
        self(A::lend(at))
    }
}

macro_rules! several {
    ($($argument:ident $index:tt $life:lifetime),+) => {
        impl<$($argument),+> sealed::Sealed for ($($argument,)+) {}

        impl<$($argument: Argument),+> Point for ($($argument,)+)
        where
            ($($argument::Owned,)+): Entries<Scalar: Real> + Clone,
        {
            type Owned = ($($argument::Owned,)+);

            fn owned(&self) -> Self::Owned {
                ($(self.$index.owned(),)+)
            }
        }

        impl<$($argument: Argument,)+ R, Fun> Function<($($argument,)+), R> for Fun
        where
            ($($argument,)+): Point<Owned = ($($argument::Owned,)+)>,
            Fun: for<$($life),+> Fn($($argument::Lent<$life>),+) -> R,
        {
            fn call(&self, at: &($($argument::Owned,)+)) -> R {
                self($($argument::lend(&at.$index)),+)
            }
        }
    };
}

several!(A 0 'a, B 1 'b);
several!(A 0 'a, B 1 'b, C 2 'c);
several!(A 0 'a, B 1 'b, C 2 'c, D 3 'd);
several!(A 0 'a, B 1 'b, C 2 'c, D 3 'd, E 4 'e);
several!(A 0 'a, B 1 'b, C 2 'c, D 3 'd, E 4 'e, F 5 'f);
