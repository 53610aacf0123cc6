//! Shapes made of floats: zeros, sums and copies of nested arrays, slices, `Vec`s and tuples.
//!
//! Generated code calls these where a loop in the text would only say "and so on, for each entry". Integers and
//! booleans inside such a shape carry no derivative: their zero is their default, and a sum leaves them alone.
//! Two operands of different lengths are a panic, never a shorter sum.

/// A value that knows the zero of its own shape.
///
/// The `Owned` form of a slice is a `Vec`; of everything else, its own type.
pub trait ZerosLike {
    /// What owns the zeros.
    type Owned;

    /// Zeros in the shape of `self`.
    fn zeros_like(&self) -> Self::Owned;
}

/// A value that can be set to zero where it stands, keeping its shape.
pub trait FillZero {
    /// Sets every float inside to `0.0`.
    fn fill_zero(&mut self);
}

/// A value that `F`, of equal shape, can be added to.
pub trait Accumulate<F: ?Sized> {
    /// `self += from`, entry by entry.
    fn accumulate(&mut self, from: &F);
}

/// A value that `F`, of equal shape, can be copied into without a new allocation.
pub trait CopyFrom<F: ?Sized> {
    /// `self = from`, entry by entry.
    fn copy_from(&mut self, from: &F);
}

macro_rules! floats {
    ($($float:ty)*) => {$(
        impl ZerosLike for $float {
            type Owned = $float;

            #[inline]
            fn zeros_like(&self) -> $float {
                0.0
            }
        }

        impl FillZero for $float {
            #[inline]
            fn fill_zero(&mut self) {
                *self = 0.0;
            }
        }

        impl Accumulate<$float> for $float {
            #[inline]
            fn accumulate(&mut self, from: &$float) {
                *self += *from;
            }
        }

        impl CopyFrom<$float> for $float {
            #[inline]
            fn copy_from(&mut self, from: &$float) {
                *self = *from;
            }
        }
    )*};
}

floats!(f64 f32);

macro_rules! without_derivative {
    ($($plain:ty)*) => {$(
        impl ZerosLike for $plain {
            type Owned = $plain;

            #[inline]
            fn zeros_like(&self) -> $plain {
                <$plain>::default()
            }
        }

        impl FillZero for $plain {
            #[inline]
            fn fill_zero(&mut self) {}
        }

        impl Accumulate<$plain> for $plain {
            #[inline]
            fn accumulate(&mut self, _from: &$plain) {}
        }

        impl CopyFrom<$plain> for $plain {
            #[inline]
            fn copy_from(&mut self, from: &$plain) {
                *self = *from;
            }
        }
    )*};
}

without_derivative!(() usize isize u8 u16 u32 u64 u128 i8 i16 i32 i64 i128 bool char);

impl<T: ZerosLike + ?Sized> ZerosLike for &T {
    type Owned = T::Owned;

    #[inline]
    fn zeros_like(&self) -> T::Owned {
        (**self).zeros_like()
    }
}

impl<T: ZerosLike + ?Sized> ZerosLike for &mut T {
    type Owned = T::Owned;

    #[inline]
    fn zeros_like(&self) -> T::Owned {
        (**self).zeros_like()
    }
}

impl<T: ZerosLike> ZerosLike for [T] {
    type Owned = Vec<T::Owned>;

    #[inline]
    fn zeros_like(&self) -> Vec<T::Owned> {
        self.iter().map(T::zeros_like).collect()
    }
}

impl<T: ZerosLike> ZerosLike for Vec<T> {
    type Owned = Vec<T::Owned>;

    #[inline]
    fn zeros_like(&self) -> Vec<T::Owned> {
        self.as_slice().zeros_like()
    }
}

impl<T: ZerosLike, const N: usize> ZerosLike for [T; N] {
    type Owned = [T::Owned; N];

    #[inline]
    fn zeros_like(&self) -> [T::Owned; N] {
        self.each_ref().map(T::zeros_like)
    }
}

impl<T: FillZero> FillZero for [T] {
    #[inline]
    fn fill_zero(&mut self) {
        self.iter_mut().for_each(T::fill_zero);
    }
}

impl<T: FillZero> FillZero for Vec<T> {
    #[inline]
    fn fill_zero(&mut self) {
        self.as_mut_slice().fill_zero();
    }
}

impl<T: FillZero, const N: usize> FillZero for [T; N] {
    #[inline]
    fn fill_zero(&mut self) {
        self.as_mut_slice().fill_zero();
    }
}

/// A row may be a slice on one side and a `Vec` or an array on the other.
macro_rules! rows {
    ($([$($param:tt)*] $to:ty, $from:ty;)*) => {$(
        impl<T: Accumulate<F>, F, $($param)*> Accumulate<$from> for $to {
            #[inline]
            #[track_caller]
            fn accumulate(&mut self, from: &$from) {
                same_length(self.len(), from.len());
                for (to, from) in self.iter_mut().zip(from) {
                    to.accumulate(from);
                }
            }
        }

        impl<T: CopyFrom<F>, F, $($param)*> CopyFrom<$from> for $to {
            #[inline]
            #[track_caller]
            fn copy_from(&mut self, from: &$from) {
                same_length(self.len(), from.len());
                for (to, from) in self.iter_mut().zip(from) {
                    to.copy_from(from);
                }
            }
        }
    )*};
}

rows! {
    [] [T], [F];
    [] [T], Vec<F>;
    [const N: usize] [T], [F; N];
    [] Vec<T>, [F];
    [] Vec<T>, Vec<F>;
    [const N: usize] Vec<T>, [F; N];
    [const N: usize] [T; N], [F];
    [const N: usize] [T; N], Vec<F>;
    [const N: usize] [T; N], [F; N];
}

#[inline]
#[track_caller]
fn same_length(to: usize, from: usize) {
    if to != from {
        lengths_differ(to, from);
    }
}

#[cold]
#[inline(never)]
#[track_caller]
fn lengths_differ(to: usize, from: usize) -> ! {
    panic!("two parts of a derivative differ in length: {to} and {from}");
}

macro_rules! tuples {
    ($($part:ident $from:ident $index:tt),+) => {
        impl<$($part: ZerosLike),+> ZerosLike for ($($part,)+) {
            type Owned = ($($part::Owned,)+);

            #[inline]
            fn zeros_like(&self) -> Self::Owned {
                ($(self.$index.zeros_like(),)+)
            }
        }

        impl<$($part: FillZero),+> FillZero for ($($part,)+) {
            #[inline]
            fn fill_zero(&mut self) {
                $(self.$index.fill_zero();)+
            }
        }

        impl<$($part: Accumulate<$from>, $from),+> Accumulate<($($from,)+)> for ($($part,)+) {
            #[inline]
            #[track_caller]
            fn accumulate(&mut self, from: &($($from,)+)) {
                $(self.$index.accumulate(&from.$index);)+
            }
        }

        impl<$($part: CopyFrom<$from>, $from),+> CopyFrom<($($from,)+)> for ($($part,)+) {
            #[inline]
            #[track_caller]
            fn copy_from(&mut self, from: &($($from,)+)) {
                $(self.$index.copy_from(&from.$index);)+
            }
        }
    };
}

tuples!(A FA 0);
tuples!(A FA 0, B FB 1);
tuples!(A FA 0, B FB 1, C FC 2);
tuples!(A FA 0, B FB 1, C FC 2, D FD 3);
tuples!(A FA 0, B FB 1, C FC 2, D FD 3, E FE 4);
tuples!(A FA 0, B FB 1, C FC 2, D FD 3, E FE 4, G FG 5);
tuples!(A FA 0, B FB 1, C FC 2, D FD 3, E FE 4, G FG 5, H FH 6);
tuples!(A FA 0, B FB 1, C FC 2, D FD 3, E FE 4, G FG 5, H FH 6, I FI 7);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_have_the_shape_of_what_they_stand_for() {
        assert_eq!(1.5_f32.zeros_like(), 0.0);
        assert_eq!([[1.0, 2.0]; 2].zeros_like(), [[0.0, 0.0]; 2]);
        assert_eq!([1.0, 2.0][..].zeros_like(), vec![0.0, 0.0]);
        assert_eq!(vec![vec![1.0], vec![]].zeros_like(), vec![vec![0.0], vec![]]);
        assert_eq!([(1.0, 7_usize)][..].zeros_like(), vec![(0.0, 0)]);
    }

    #[test]
    fn a_sum_reaches_every_float_and_no_integer() {
        let mut to = vec![(1.0, 7_usize), (2.0, 8)];
        to.accumulate(&[(0.5, 1_usize), (0.25, 1)]);
        assert_eq!(to, [(1.5, 7), (2.25, 8)]);
    }

    #[test]
    fn rows_of_different_kinds_meet() {
        let mut to = [[1.0, 2.0], [3.0, 4.0]];
        to.accumulate(&vec![vec![1.0, 1.0], vec![1.0, 1.0]]);
        to[..].accumulate(&[[1.0, 1.0], [1.0, 1.0]]);
        assert_eq!(to, [[3.0, 4.0], [5.0, 6.0]]);
        to.copy_from(&vec![[7.0, 8.0], [9.0, 10.0]]);
        assert_eq!(to, [[7.0, 8.0], [9.0, 10.0]]);
        to.fill_zero();
        assert_eq!(to, [[0.0; 2]; 2]);
    }

    #[test]
    #[should_panic(expected = "differ in length: 2 and 1")]
    fn a_shorter_operand_is_a_panic() {
        vec![1.0, 2.0].accumulate(&[1.0]);
    }
}
