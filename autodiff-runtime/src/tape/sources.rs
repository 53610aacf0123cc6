//! What a gradient is taken with respect to: one variable, or several at once.

use super::float::Float;
use super::handle::Handle;
use super::value::Value;
use super::var::Var;

/// A `&Var`, or a tuple, array, slice or `Vec` of them, nested as you like.
pub trait Sources<'t> {
    /// The float that they are made of.
    type Scalar: Float;
    /// One `Option` for each, shaped as the sources are.
    type Gradient;
    /// The same with variables instead of values.
    type Recorded;

    #[doc(hidden)]
    fn for_each(&self, f: &mut dyn FnMut(Handle<'t, Self::Scalar>));

    #[doc(hidden)]
    fn read(&self, next: &mut dyn FnMut() -> Option<Handle<'t, Self::Scalar>>) -> Self::Gradient;

    #[doc(hidden)]
    fn record(&self, next: &mut dyn FnMut() -> Option<Handle<'t, Self::Scalar>>) -> Self::Recorded;
}

impl<'t, T: Value> Sources<'t> for &Var<'t, T> {
    type Scalar = T::Scalar;
    type Gradient = Option<T>;
    type Recorded = Option<Var<'t, T>>;

    fn for_each(&self, f: &mut dyn FnMut(Handle<'t, T::Scalar>)) {
        f(self.root());
    }

    fn read(&self, next: &mut dyn FnMut() -> Option<Handle<'t, T::Scalar>>) -> Option<T> {
        next().map(|it| Var::of(it).value())
    }

    fn record(&self, next: &mut dyn FnMut() -> Option<Handle<'t, T::Scalar>>) -> Option<Var<'t, T>> {
        next().map(Var::of)
    }
}

macro_rules! tuples {
    ($([$($X:ident $k:tt)*];)*) => {$(
        impl<'t, S: Float, $($X: Sources<'t, Scalar = S>),*> Sources<'t> for ($($X,)*) {
            type Scalar = S;
            type Gradient = ($($X::Gradient,)*);
            type Recorded = ($($X::Recorded,)*);

            fn for_each(&self, f: &mut dyn FnMut(Handle<'t, S>)) {
                $(self.$k.for_each(f);)*
            }

            fn read(&self, next: &mut dyn FnMut() -> Option<Handle<'t, S>>) -> Self::Gradient {
                ($(self.$k.read(next),)*)
            }

            fn record(&self, next: &mut dyn FnMut() -> Option<Handle<'t, S>>) -> Self::Recorded {
                ($(self.$k.record(next),)*)
            }
        }
    )*};
}

tuples! {
    [A 0];
    [A 0 B 1];
    [A 0 B 1 C 2];
    [A 0 B 1 C 2 D 3];
    [A 0 B 1 C 2 D 3 E 4];
    [A 0 B 1 C 2 D 3 E 4 F 5];
    [A 0 B 1 C 2 D 3 E 4 F 5 G 6];
    [A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7];
}

impl<'t, X: Sources<'t>, const N: usize> Sources<'t> for [X; N] {
    type Scalar = X::Scalar;
    type Gradient = [X::Gradient; N];
    type Recorded = [X::Recorded; N];

    fn for_each(&self, f: &mut dyn FnMut(Handle<'t, X::Scalar>)) {
        self.iter().for_each(|it| it.for_each(f));
    }

    fn read(&self, next: &mut dyn FnMut() -> Option<Handle<'t, X::Scalar>>) -> Self::Gradient {
        self.each_ref().map(|it| it.read(next))
    }

    fn record(&self, next: &mut dyn FnMut() -> Option<Handle<'t, X::Scalar>>) -> Self::Recorded {
        self.each_ref().map(|it| it.record(next))
    }
}

/// Sources in a row whose number is known at run time only: `&[Var]` and `&Vec<Var>`.
macro_rules! rows {
    ($([$($param:tt)*] $Row:ty;)*) => {$(
        impl<'t, T: Value, $($param)*> Sources<'t> for &$Row {
            type Scalar = T::Scalar;
            type Gradient = Vec<Option<T>>;
            type Recorded = Vec<Option<Var<'t, T>>>;

            fn for_each(&self, f: &mut dyn FnMut(Handle<'t, T::Scalar>)) {
                self.iter().for_each(|it| it.for_each(f));
            }

            fn read(&self, next: &mut dyn FnMut() -> Option<Handle<'t, T::Scalar>>) -> Self::Gradient {
                self.iter().map(|it| it.read(next)).collect()
            }

            fn record(&self, next: &mut dyn FnMut() -> Option<Handle<'t, T::Scalar>>) -> Self::Recorded {
                self.iter().map(|it| it.record(next)).collect()
            }
        }
    )*};
}

rows! {
    [] [Var<'t, T>];
    [] Vec<Var<'t, T>>;
    [const N: usize] [Var<'t, T>; N];
}
