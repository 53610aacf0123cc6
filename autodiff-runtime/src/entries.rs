//! The floats of a shape, numbered from first to last: what Jacobians, Hessians and [`crate::check_grad`] count by.

/// A float, or a nesting of arrays, slices, `Vec`s and tuples of floats of one kind.
///
/// Entries are numbered from left to right, depth first.
pub trait Entries {
    /// The float that it is made of.
    type Scalar: Copy;

    /// How many there are.
    fn entries(&self) -> usize;

    /// Calls `f` with each in order.
    fn for_each_entry(&self, f: &mut dyn FnMut(Self::Scalar));

    /// Calls `f` with each in order, to change it.
    fn for_each_entry_mut(&mut self, f: &mut dyn FnMut(&mut Self::Scalar));

    /// The floats in order, by value.
    fn floats(&self) -> std::vec::IntoIter<Self::Scalar> {
        let mut all = Vec::with_capacity(self.entries());
        self.for_each_entry(&mut |entry| all.push(entry));
        all.into_iter()
    }

    /// Sets entry number `at`; nothing happens if there are not so many.
    fn set_entry(&mut self, at: usize, value: Self::Scalar) {
        let mut k = 0;
        self.for_each_entry_mut(&mut |entry| {
            if k == at {
                *entry = value;
            }
            k += 1;
        });
    }
}

macro_rules! floats {
    ($($float:ty)*) => {$(
        impl Entries for $float {
            type Scalar = $float;

            #[inline]
            fn entries(&self) -> usize {
                1
            }

            #[inline]
            fn for_each_entry(&self, f: &mut dyn FnMut($float)) {
                f(*self);
            }

            #[inline]
            fn for_each_entry_mut(&mut self, f: &mut dyn FnMut(&mut $float)) {
                f(self);
            }
        }
    )*};
}

floats!(f64 f32);

macro_rules! rows {
    ($([$($param:tt)*] $row:ty;)*) => {$(
        impl<T: Entries, $($param)*> Entries for $row {
            type Scalar = T::Scalar;

            #[inline]
            fn entries(&self) -> usize {
                self.iter().map(T::entries).sum()
            }

            #[inline]
            fn for_each_entry(&self, f: &mut dyn FnMut(T::Scalar)) {
                self.iter().for_each(|item| item.for_each_entry(f));
            }

            #[inline]
            fn for_each_entry_mut(&mut self, f: &mut dyn FnMut(&mut T::Scalar)) {
                self.iter_mut().for_each(|item| item.for_each_entry_mut(f));
            }
        }
    )*};
}

rows! {
    [] [T];
    [] Vec<T>;
    [const N: usize] [T; N];
}

macro_rules! tuples {
    ($first:ident 0 $(, $part:ident $index:tt)*) => {
        impl<$first: Entries, $($part: Entries<Scalar = $first::Scalar>),*> Entries for ($first, $($part,)*) {
            type Scalar = $first::Scalar;

            #[inline]
            fn entries(&self) -> usize {
                self.0.entries() $(+ self.$index.entries())*
            }

            #[inline]
            fn for_each_entry(&self, f: &mut dyn FnMut($first::Scalar)) {
                self.0.for_each_entry(f);
                $(self.$index.for_each_entry(f);)*
            }

            #[inline]
            fn for_each_entry_mut(&mut self, f: &mut dyn FnMut(&mut $first::Scalar)) {
                self.0.for_each_entry_mut(f);
                $(self.$index.for_each_entry_mut(f);)*
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_numbered_depth_first() {
        let mut x = (1.0, [[2.0, 3.0], [4.0, 5.0]], vec![6.0]);
        x.set_entry(3, -4.0);
        let mut seen = Vec::new();
        x.for_each_entry(&mut |entry| seen.push(entry));
        assert_eq!(x.entries(), 6);
        assert_eq!(seen, [1.0, 2.0, 3.0, -4.0, 5.0, 6.0]);
    }
}
