//! What generated code calls. Not part of the public interface: it changes with the macro, in any release.

pub use crate::aggregate::{Accumulate, CopyFrom, FillZero, ZerosLike};
pub use crate::cost::Cost;
pub use crate::entries::Entries;
pub use crate::fallible::Fallible;
pub use crate::inactive::{FloatTangent, Inactive, NoDot, OtherTangent, no_dot};
#[cfg(feature = "nalgebra")]
pub use crate::linalg;
pub use crate::order::{order_by, order_by_key};
pub use crate::plain::{List, Plain};
pub use crate::record::{Record, record};
pub use crate::scalar::{Scalar, lit};
pub use crate::tangent::{Blank, Differentiable, Itself, NoTangent, Scale, is_constant, is_float};
/// Functions of std for a float that is a type parameter.
pub mod scalar {
    pub use crate::scalar::*;
}
#[cfg(feature = "nalgebra")]
pub use nalgebra;
use std::ops::{Add, Mul};

/// Zeros in the shape of `x`: `f64` of `f64`, `[T; N]` of `[T; N]`, `Vec<T>` of `[T]` and `Vec<T>`.
#[inline]
pub fn zeros_like<T: ZerosLike + ?Sized>(x: &T) -> T::Owned {
    x.zeros_like()
}

/// A number of unknown type, read through the references in front of it.
#[inline]
pub fn plain<T: Plain>(x: T) -> T::Number {
    x.plain()
}

/// The elements of a list of unknown type.
#[inline]
pub fn list<L: List + ?Sized>(list: &L) -> &[L::Item] {
    list.list()
}

/// Sets every float inside `to` to zero.
#[inline]
pub fn fill_zero<T: FillZero + ?Sized>(to: &mut T) {
    to.fill_zero();
}

/// `to += from`, entry by entry, of equal shapes.
#[inline]
#[track_caller]
pub fn accumulate<T: Accumulate<F> + ?Sized, F: ?Sized>(to: &mut T, from: &F) {
    to.accumulate(from);
}

/// `to = from`, entry by entry, of equal shapes; allocates nothing.
#[inline]
#[track_caller]
pub fn copy<T: CopyFrom<F> + ?Sized, F: ?Sized>(to: &mut T, from: &F) {
    to.copy_from(from);
}

/// `Σ aₖ·bₖ` over the entries of two equal shapes.
#[inline]
#[track_caller]
pub fn dot<A, B>(a: &A, b: &B) -> A::Scalar
where
    A: Entries<Scalar: Default + Add<Output = A::Scalar> + Mul<Output = A::Scalar>> + ?Sized,
    B: Entries<Scalar = A::Scalar> + ?Sized,
{
    check_len("the tangent", b.entries(), a.entries());
    let mut left = Vec::with_capacity(a.entries());
    a.for_each_entry(&mut |entry| left.push(entry));
    let (mut left, mut sum) = (left.into_iter(), A::Scalar::default());
    b.for_each_entry(&mut |right| {
        if let Some(left) = left.next() {
            sum = sum + left * right;
        }
    });
    sum
}

/// The tangent `dot` of `x`; where it is empty and `x` is not, zeros, kept in `scratch`.
#[inline]
#[track_caller]
pub fn or_zeros<'a, X: ZerosLike>(
    dot: &'a [X::Owned],
    x: &[X],
    scratch: &'a mut Vec<X::Owned>,
) -> &'a [X::Owned] {
    if dot.is_empty() && !x.is_empty() {
        *scratch = x.zeros_like();
        return scratch;
    }
    check_len("the tangent", dot.len(), x.len());
    dot
}

/// The cotangent `bar` of `x`, to be accumulated into; where it is empty and `x` is not, zeros in `scratch` that
/// nobody reads afterwards.
#[inline]
#[track_caller]
pub fn or_zeros_mut<'a, X: ZerosLike>(
    bar: &'a mut [X::Owned],
    x: &[X],
    scratch: &'a mut Vec<X::Owned>,
) -> &'a mut [X::Owned] {
    if bar.is_empty() && !x.is_empty() {
        *scratch = x.zeros_like();
        return scratch;
    }
    check_len("the cotangent", bar.len(), x.len());
    bar
}

/// As [`or_zeros_mut`], for a `Vec` that may be pushed to: `bar` itself becomes the zeros.
#[inline]
#[track_caller]
pub fn or_zeros_vec<X: ZerosLike>(bar: &mut Vec<X::Owned>, x: &[X]) {
    if bar.is_empty() && !x.is_empty() {
        *bar = x.zeros_like();
    }
    check_len("the cotangent", bar.len(), x.len());
}

/// As [`or_zeros_mut`], where the argument is `len` elements that were `zero`-shaped.
#[inline]
#[track_caller]
pub fn or_zeros_mut_len<'a, T: Clone>(
    bar: &'a mut [T],
    len: usize,
    zero: T,
    scratch: &'a mut Vec<T>,
) -> &'a mut [T] {
    if bar.is_empty() && len != 0 {
        *scratch = vec![zero; len];
        return scratch;
    }
    check_len("the cotangent", bar.len(), len);
    bar
}

/// As [`or_zeros_vec`], where the argument is `len` elements that were `zero`-shaped.
#[inline]
#[track_caller]
pub fn or_zeros_vec_len<T: Clone>(bar: &mut Vec<T>, len: usize, zero: T) {
    if bar.is_empty() {
        bar.resize(len, zero);
    }
    check_len("the cotangent", bar.len(), len);
}

/// As [`or_zeros`], for an array.
#[inline]
#[track_caller]
pub fn or_zeros_array<'a, X: ZerosLike, const N: usize>(
    dot: &'a [X::Owned],
    x: &[X; N],
    scratch: &'a mut Vec<X::Owned>,
) -> &'a [X::Owned; N] {
    match or_zeros(dot, x, scratch).try_into() {
        Ok(array) => array,
        Err(_) => wrong_len("the tangent", x.len(), N),
    }
}

/// As [`or_zeros_mut`], for the tangent of an array.
#[inline]
#[track_caller]
pub fn or_zeros_array_mut<'a, X: ZerosLike, const N: usize>(
    dot: &'a mut [X::Owned],
    x: &[X; N],
    scratch: &'a mut Vec<X::Owned>,
) -> &'a mut [X::Owned; N] {
    match or_zeros_mut(dot, x, scratch).try_into() {
        Ok(array) => array,
        Err(_) => wrong_len("the tangent", x.len(), N),
    }
}

/// A seed that is zero: what a caller passes for a result that it does not look at, whatever its type.
pub trait NoSeed {
    #[doc(hidden)]
    fn no_seed() -> Self;
}

macro_rules! no_seed {
    ($([$($param:tt)*] $seed:ty = $zero:expr;)*) => {$(
        impl<$($param)*> NoSeed for $seed {
            #[inline]
            fn no_seed() -> Self {
                $zero
            }
        }
    )*};
}

no_seed! {
    [] f64 = 0.0;
    [] f32 = 0.0;
    [] () = ();
    [T] &[T] = &[];
    [A: NoSeed] (A,) = (A::no_seed(),);
    [A: NoSeed, B: NoSeed] (A, B) = (A::no_seed(), B::no_seed());
    [A: NoSeed, B: NoSeed, C: NoSeed] (A, B, C) = (A::no_seed(), B::no_seed(), C::no_seed());
    [A: NoSeed, B: NoSeed, C: NoSeed, D: NoSeed] (A, B, C, D) =
        (A::no_seed(), B::no_seed(), C::no_seed(), D::no_seed());
}

/// See [`NoSeed`].
#[inline]
pub fn no_seed<S: NoSeed>() -> S {
    S::no_seed()
}

/// The seed of a result; where it is empty and the result is not, `zeros` in the result's shape.
#[inline]
#[track_caller]
pub fn seed_or<'a, T>(seed: &'a [T], zeros: &'a [T]) -> &'a [T] {
    if seed.is_empty() {
        return zeros;
    }
    check_seed(seed.len(), zeros.len());
    seed
}

/// As [`seed_or`], where the result is `len` elements that were `zero`-shaped.
#[inline]
#[track_caller]
pub fn seed_or_len<'a, T: Clone>(seed: &'a [T], len: usize, zero: T, scratch: &'a mut Vec<T>) -> &'a [T] {
    if seed.is_empty() && len != 0 {
        *scratch = vec![zero; len];
        return scratch;
    }
    check_seed(seed.len(), len);
    seed
}

#[inline]
#[track_caller]
fn check_seed(found: usize, wanted: usize) {
    if found != wanted {
        wrong_seed(found, wanted);
    }
}

#[cold]
#[inline(never)]
#[track_caller]
fn wrong_seed(found: usize, wanted: usize) -> ! {
    panic!("the seed has length {found}, but the value has length {wanted}");
}

/// Panics with both lengths unless they are equal. `what` is the thing whose length is `found`.
#[inline]
#[track_caller]
pub fn check_len(what: &str, found: usize, wanted: usize) {
    if found != wanted {
        wrong_len(what, found, wanted);
    }
}

#[cold]
#[inline(never)]
#[track_caller]
fn wrong_len(what: &str, found: usize, wanted: usize) -> ! {
    panic!("{what} has length {found}, but its argument has length {wanted}");
}

/// A method's parameter that is differentiated; see [`carries`].
#[derive(Clone, Copy, Debug)]
pub struct Carries;

/// A method's parameter that is `#[constant]`; see [`constant`].
#[derive(Clone, Copy, Debug)]
pub struct IsConstant;

/// The mark of a parameter that is differentiated.
#[diagnostic::on_unimplemented(
    message = "this argument carries a derivative, but the function marks its parameter `#[constant]`",
    label = "carries a derivative"
)]
pub trait Marked {}

impl Marked for Carries {}

/// Compiles only for the mark of a parameter that is differentiated.
#[inline]
pub fn carries<M: Marked>(_mark: M) {}

/// The mark of a parameter that is `#[constant]`.
#[diagnostic::on_unimplemented(
    message = "what is written here carries a derivative: say the type of the variable at its `let`",
    label = "the type of this is not seen"
)]
pub trait Unmarked {}

impl Unmarked for IsConstant {}

/// Compiles only for the mark of a parameter that is `#[constant]`.
#[inline]
pub fn constant<M: Unmarked>(_mark: M) {}

/// A float that derivatives are computed with. `assert_float` names the type where it is not one.
#[diagnostic::on_unimplemented(
    message = "cannot differentiate with respect to `{Self}`",
    label = "not a float",
    note = "help: mark the parameter `#[constant]`, or make it a float"
)]
pub trait Float: Copy {}

impl Float for f64 {}

impl Float for f32 {}

/// Compiles only for a float: generated code calls it for a type that it could not see through, such as an alias.
pub const fn assert_float<T: Float>() {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_tangent_stands_for_zeros() {
        let mut scratch = Vec::new();
        assert_eq!(or_zeros(&[], &[[1.0, 2.0]], &mut scratch), [[0.0, 0.0]]);
        assert_eq!(or_zeros(&[3.0], &[1.0], &mut Vec::new()), [3.0]);
        assert_eq!(or_zeros(&[], &[] as &[f64], &mut Vec::new()), [] as [f64; 0]);
    }

    #[test]
    fn an_empty_cotangent_is_thrown_away() {
        let (mut scratch, mut grown) = (Vec::new(), Vec::new());
        or_zeros_mut(&mut [], &[1.0, 2.0], &mut scratch)[1] += 1.0;
        or_zeros_vec(&mut grown, &[1.0, 2.0]);
        assert_eq!((scratch, grown), (vec![0.0, 1.0], vec![0.0, 0.0]));
    }

    #[test]
    #[should_panic(expected = "the tangent has length 1, but its argument has length 2")]
    fn a_tangent_of_another_length_is_a_panic() {
        or_zeros(&[1.0], &[1.0, 2.0], &mut Vec::new());
    }
}
