//! What a method can call: a function of the parameters, however it takes them.

use crate::entries::Entries;
use crate::passing::{AsSlice, ByReference, ByValue};
use crate::point::Real;

/// A point that a descent can move: a float, a `Vec`, an array, a type of nalgebra, a struct that derives `Differentiable`, or a
/// tuple or nesting of them.
pub trait Parameters: Entries<Scalar: Real> + Clone {}

impl<P: Entries<Scalar: Real> + Clone> Parameters for P {}

/// A function of the parameters `P`, such as `f::value_and_grad`, or a closure around it.
///
/// It takes `P` by value or by reference; `&[f64]` where `P` is `Vec<f64>`, `DVector` or an array; and where `P` is a tuple, its parts as
/// several arguments. `How` is found by the compiler. A closure that takes a reference names the type:
/// `|w: &[f64]| loss::value_and_grad(w, &data)`.
#[diagnostic::on_unimplemented(
    message = "this function does not take the parameters `{P}`",
    label = "takes something else",
    note = "pass `f::value_and_grad`; a closure that takes a reference needs its type: `|x: &[f64]| …`"
)]
pub trait Mapping<P, How> {
    /// What it gives.
    type Output;

    #[doc(hidden)]
    fn call(&mut self, at: &P) -> Self::Output;
}

/// What `f::value_and_grad` gives: a float, and a gradient with as many entries as the parameters have.
pub trait ValueAndGradient {
    #[doc(hidden)]
    fn value(&self) -> f64;

    /// Appends the entries of the gradient.
    #[doc(hidden)]
    fn write_gradient(&self, to: &mut Vec<f64>);
}

impl<V: Real, G: Entries<Scalar: Real>> ValueAndGradient for (V, G) {
    fn value(&self) -> f64 {
        self.0.to_f64()
    }

    fn write_gradient(&self, to: &mut Vec<f64>) {
        self.1.for_each_entry(&mut |entry| to.push(entry.to_f64()));
    }
}

/// What can be lent as a slice.
pub trait Rows {
    /// An entry of the slice.
    type Row;

    /// The entries where they lie.
    fn rows(&self) -> &[Self::Row];
}

impl<T> Rows for Vec<T> {
    type Row = T;

    fn rows(&self) -> &[T] {
        self
    }
}

impl<T, const N: usize> Rows for [T; N] {
    type Row = T;

    fn rows(&self) -> &[T] {
        self
    }
}

#[cfg(feature = "nalgebra")]
impl<T: nalgebra::Scalar> Rows for nalgebra::DVector<T> {
    type Row = T;

    fn rows(&self) -> &[T] {
        self.as_slice()
    }
}

/// Every combination of ways to pass the parts of a tuple.
macro_rules! parts {
    ($([$($P:ident $p:ident)*];)*) => {$(
        parts! { [] $($P $p)* }
    )*};
    ([$($done:tt)*] $P:ident $p:ident $($rest:tt)*) => {
        parts! { [$($done)* {$P $p [] ByValue, $P, $p.clone()}] $($rest)* }
        parts! { [$($done)* {$P $p [] ByReference, &'a $P, $p}] $($rest)* }
        parts! { [$($done)* {$P $p [+ Rows] AsSlice, &'a [$P::Row], $p.rows()}] $($rest)* }
    };
    ([$({$P:ident $p:ident [$($bound:tt)*] $How:ident, $Type:ty, $pass:expr})*]) => {
        impl<Fun, Output, $($P),*> Mapping<($($P,)*), ($($How,)*)> for Fun
        where
            $($P: Clone $($bound)*,)*
            Fun: for<'a> FnMut($($Type),*) -> Output,
        {
            type Output = Output;

            fn call(&mut self, ($($p,)*): &($($P,)*)) -> Output {
                self($($pass),*)
            }
        }
    };
}

parts! {
    [A a B b];
    [A a B b C c];
    [A a B b C c D d];
}

macro_rules! whole {
    ($($How:ident [$($bound:tt)*] $Type:ty, $p:ident => $pass:expr;)*) => {$(
        impl<Fun, Output, P> Mapping<P, $How> for Fun
        where
            P: Clone $($bound)*,
            Fun: for<'a> FnMut($Type) -> Output,
        {
            type Output = Output;

            fn call(&mut self, $p: &P) -> Output {
                self($pass)
            }
        }
    )*};
}

whole! {
    ByValue [] P, p => p.clone();
    ByReference [] &'a P, p => p;
    AsSlice [+ Rows] &'a [P::Row], p => p.rows();
}
