//! Types that derivatives are taken with respect to, and the types of their tangents and cotangents.

use crate::aggregate::{Accumulate, CopyFrom, FillZero, ZerosLike};

/// A type whose values can be differentiated with respect to: floats, and what is made of them.
///
/// Derive it for a struct. Where every field is differentiable the tangent is the struct itself; where a field is
/// marked `#[constant]`, or the struct `#[tangent(separate)]`, it is a struct `NameTangent` with the same field names, in
/// which a constant has the zero-sized [`NoTangent`].
///
/// The tangent of a struct can be added, subtracted, negated and scaled, so that a step of descent is one line. Who has
/// operators of his own on the struct writes `#[tangent(no_operators)]`.
///
/// # Examples
///
/// ```
/// use autodiff_runtime::Differentiable;
///
/// let weights = vec![1.0, 2.0];
/// assert_eq!(weights.zero_tangent(), [0.0, 0.0]);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` carries no derivative",
    label = "not a float, and not made of floats",
    note = "help: mark it `#[constant]`, or write `#[derive(Clone, Differentiable)]` on the type"
)]
pub trait Differentiable: Clone + ZerosLike<Owned = Self::Tangent> {
    /// What a small change of a value is: has a place for each float, and for nothing else.
    type Tangent: Itself;

    /// The change that changes nothing, in the shape of `self`.
    #[inline]
    fn zero_tangent(&self) -> Self::Tangent {
        self.zeros_like()
    }
}

/// A type that is its own tangent.
#[diagnostic::on_unimplemented(
    message = "the tangent of `{Self}` is a type of its own",
    label = "some field in it is constant",
    note = "help: write `#[tangent(separate)]` on the struct that contains it"
)]
pub trait Itself:
    Differentiable<Tangent = Self>
    + ZerosLike<Owned = Self>
    + FillZero
    + Accumulate<Self>
    + CopyFrom<Self>
    + Scale
    + Sized
{
}

impl<T> Itself for T where
    T: Differentiable<Tangent = T> + ZerosLike<Owned = T> + FillZero + Accumulate<T> + CopyFrom<T> + Scale
{
}

/// A value whose floats can be multiplied by a number.
pub trait Scale {
    /// Multiplies every float inside by `by`.
    fn scale(&mut self, by: f64);
}

/// The tangent of what carries no derivative. Takes no memory.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct NoTangent;

impl Differentiable for NoTangent {
    type Tangent = NoTangent;
}

impl ZerosLike for NoTangent {
    type Owned = NoTangent;

    #[inline]
    fn zeros_like(&self) -> NoTangent {
        NoTangent
    }
}

impl FillZero for NoTangent {
    #[inline]
    fn fill_zero(&mut self) {}
}

impl Accumulate<NoTangent> for NoTangent {
    #[inline]
    fn accumulate(&mut self, _from: &NoTangent) {}
}

impl CopyFrom<NoTangent> for NoTangent {
    #[inline]
    fn copy_from(&mut self, _from: &NoTangent) {}
}

impl Scale for NoTangent {
    #[inline]
    fn scale(&mut self, _by: f64) {}
}

impl Differentiable for f64 {
    type Tangent = f64;
}

impl Scale for f64 {
    #[inline]
    fn scale(&mut self, by: f64) {
        *self *= by;
    }
}

impl Differentiable for f32 {
    type Tangent = f32;
}

impl Scale for f32 {
    #[inline]
    fn scale(&mut self, by: f64) {
        *self *= by as f32;
    }
}

impl<T: Differentiable, const N: usize> Differentiable for [T; N] {
    type Tangent = [T::Tangent; N];
}

impl<T: Scale, const N: usize> Scale for [T; N] {
    #[inline]
    fn scale(&mut self, by: f64) {
        self.iter_mut().for_each(|item| item.scale(by));
    }
}

impl<T: Differentiable> Differentiable for Vec<T> {
    type Tangent = Vec<T::Tangent>;
}

impl<T: Scale> Scale for Vec<T> {
    #[inline]
    fn scale(&mut self, by: f64) {
        self.iter_mut().for_each(|item| item.scale(by));
    }
}

macro_rules! tuples {
    ($($part:ident $index:tt),*) => {
        impl<$($part: Blank),*> Blank for ($($part,)*) {
            #[inline]
            fn blank() -> Self {
                ($($part::blank(),)*)
            }
        }

        impl<$($part: Differentiable),*> Differentiable for ($($part,)*) {
            type Tangent = ($($part::Tangent,)*);
        }

        impl<$($part: Scale),*> Scale for ($($part,)*) {
            #[inline]
            fn scale(&mut self, by: f64) {
                $(self.$index.scale(by);)*
            }
        }
    };
}

tuples!(A 0);
tuples!(A 0, B 1);
tuples!(A 0, B 1, C 2);
tuples!(A 0, B 1, C 2, D 3);
tuples!(A 0, B 1, C 2, D 3, E 4);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5, G 6);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);

impl Differentiable for () {
    type Tangent = ();
}

impl Blank for () {
    #[inline]
    fn blank() {}
}

impl Scale for () {
    #[inline]
    fn scale(&mut self, _by: f64) {}
}

/// Something to begin with, of a type that nothing is known of: what is read is written before.
#[diagnostic::on_unimplemented(
    message = "a value of `{Self}` cannot be chosen here",
    note = "help: let the type of its `#[constant]` fields implement `Default`, or choose between their parts"
)]
pub trait Blank {
    /// Any value at all.
    fn blank() -> Self;
}

macro_rules! blank {
    ($($plain:ty)*) => {$(
        impl Blank for $plain {
            #[inline]
            fn blank() -> Self {
                Self::default()
            }
        }
    )*};
}

blank!(f64 f32 NoTangent);

impl<T> Blank for Vec<T> {
    #[inline]
    fn blank() -> Self {
        Vec::new()
    }
}

impl<T: Blank, const N: usize> Blank for [T; N] {
    #[inline]
    fn blank() -> Self {
        std::array::from_fn(|_| T::blank())
    }
}

/// Compiles only for a float: what generated code claims of a field that is used like one.
#[inline]
pub fn is_float<T: FloatField>(_field: &T) {}

/// Compiles only for the tangent of a constant: what generated code claims of a field that is used without a derivative.
#[inline]
pub fn is_constant<T: ConstantField>(_tangent: &T) {}

/// See [`is_float`].
#[diagnostic::on_unimplemented(
    message = "this is used like a float, and is `{Self}`",
    label = "not a float",
    note = "help: write its type where it is read: `let n: usize = p.n;`"
)]
pub trait FloatField {}

/// See [`is_constant`].
#[diagnostic::on_unimplemented(
    message = "this is used without its derivative, and carries one",
    label = "its tangent is `{Self}`",
    note = "help: write its type where it is read: `let x: f64 = p.x;`"
)]
pub trait ConstantField {}

impl ConstantField for NoTangent {}

impl FloatField for f64 {}

impl FloatField for f32 {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_shapes_have_nested_tangents() {
        let x = (vec![[1.0, 2.0]], 3.0_f32);
        assert_eq!(x.zero_tangent(), (vec![[0.0, 0.0]], 0.0));
        let mut t = x;
        t.scale(-0.5);
        assert_eq!(t, (vec![[-0.5, -1.0]], -1.5));
    }
}
