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
