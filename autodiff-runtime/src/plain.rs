//! Numbers and lists of types that the macro does not see, also behind references.

/// A number, a boolean, or a reference to one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is used as a number, and is none",
    note = "code that carries no derivative gives this value; convert it there"
)]
pub trait Plain {
    /// The number itself.
    type Number;

    /// Reads the number.
    fn plain(self) -> Self::Number;
}

impl<T: Plain + Copy> Plain for &T {
    type Number = T::Number;

    #[inline]
    fn plain(self) -> T::Number {
        (*self).plain()
    }
}

impl<T: Plain + Copy> Plain for &mut T {
    type Number = T::Number;

    #[inline]
    fn plain(self) -> T::Number {
        (*self).plain()
    }
}

macro_rules! plain {
    ($($number:ty)*) => {$(
        impl Plain for $number {
            type Number = $number;

            #[inline]
            fn plain(self) -> $number {
                self
            }
        }
    )*};
}

plain!(f64 f32 usize isize u8 u16 u32 u64 u128 i8 i16 i32 i64 i128 bool);

/// What a loop over `list.iter()` or `&list` runs through.
#[diagnostic::on_unimplemented(
    message = "a differentiated function cannot loop over `{Self}` itself",
    note = "collect it into a `Vec` first: `for x in &items.iter().collect::<Vec<_>>()`"
)]
pub trait List {
    /// Its elements.
    type Item;

    /// All of them.
    fn list(&self) -> &[Self::Item];
}

impl<T> List for [T] {
    type Item = T;

    #[inline]
    fn list(&self) -> &[T] {
        self
    }
}

impl<T, const N: usize> List for [T; N] {
    type Item = T;

    #[inline]
    fn list(&self) -> &[T] {
        self
    }
}

impl<T> List for Vec<T> {
    type Item = T;

    #[inline]
    fn list(&self) -> &[T] {
        self
    }
}

impl<L: List + ?Sized> List for &L {
    type Item = L::Item;

    #[inline]
    fn list(&self) -> &[L::Item] {
        (**self).list()
    }
}

impl<L: List + ?Sized> List for &mut L {
    type Item = L::Item;

    #[inline]
    fn list(&self) -> &[L::Item] {
        (**self).list()
    }
}

#[cfg(test)]
mod tests {
    use super::Plain;

    #[test]
    fn numbers_are_read_through_any_number_of_references() {
        assert_eq!(2.5.plain(), 2.5);
        assert_eq!((&&&3_usize).plain(), 3);
        assert!((&true).plain());
    }
}
