//! The tangent of an argument that carries none, where the macro does not know what the argument is.

use crate::aggregate::ZerosLike;

/// An argument without a tangent: `(&Inactive(&x)).zero_tangent()` is zeros if `x` is made of floats, else `()`.
pub struct Inactive<'x, T: ?Sized>(pub &'x T);

/// Found first, without a further reference.
pub trait FloatTangent {
    /// Zeros of the argument's shape.
    type Tangent;

    /// The zeros.
    fn zero_tangent(&self) -> Self::Tangent;
}

impl<T: ZerosLike + ?Sized> FloatTangent for Inactive<'_, T> {
    type Tangent = T::Owned;

    #[inline]
    fn zero_tangent(&self) -> T::Owned {
        self.0.zeros_like()
    }
}

/// Found if the other does not fit.
pub trait OtherTangent {
    /// Nothing.
    fn zero_tangent(&self) {}
}

impl<T: ?Sized> OtherTangent for &Inactive<'_, T> {}

/// The tangent that a callee wants for an argument `Of`, which has none. Where it is no struct, it is empty.
pub trait NoDot<Of: ?Sized> {
    /// Zeros in the shape of `of`, or what stands for them.
    fn no_dot(of: &Of) -> Box<Self>;
}

impl<Of: ?Sized> NoDot<Of> for [(); 0] {
    #[inline]
    fn no_dot(_of: &Of) -> Box<Self> {
        Box::new([])
    }
}

impl<Of: ?Sized, T> NoDot<Of> for [T] {
    #[inline]
    fn no_dot(_of: &Of) -> Box<Self> {
        Box::new([])
    }
}

impl<Of: ?Sized, T> NoDot<Of> for Vec<T> {
    #[inline]
    fn no_dot(_of: &Of) -> Box<Self> {
        Box::new(Vec::new())
    }
}

impl<Of: ?Sized> NoDot<Of> for f64 {
    #[inline]
    fn no_dot(_of: &Of) -> Box<Self> {
        Box::new(0.0)
    }
}

impl<Of: ?Sized> NoDot<Of> for f32 {
    #[inline]
    fn no_dot(_of: &Of) -> Box<Self> {
        Box::new(0.0)
    }
}

/// See [`NoDot`].
#[inline]
pub fn no_dot<Of: ?Sized, T: NoDot<Of> + ?Sized>(of: &Of) -> Box<T> {
    T::no_dot(of)
}

#[cfg(test)]
mod tests {
    use super::{FloatTangent as _, Inactive, OtherTangent as _};

    // The reference is what generated code writes: it makes the choice between the traits.
    #[allow(clippy::needless_borrow)]
    #[test]
    fn what_is_made_of_floats_has_zeros_and_all_else_has_nothing() {
        assert_eq!((&Inactive(&2.5)).zero_tangent(), 0.0);
        assert_eq!((&Inactive(&vec![1.0, 2.0])).zero_tangent(), vec![0.0, 0.0]);
        let () = (&Inactive("text")).zero_tangent();
        let () = (&Inactive(&|x: f64| x)).zero_tangent();
    }
}
