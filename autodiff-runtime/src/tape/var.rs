//! `Var`: one value on a tape.

use super::float::Float;
use super::graph::Core;
use super::handle::Handle;
use super::op::{NodeId, Op};
use super::operators::Operand;
use super::value::Value;
use std::cmp::Ordering;
use std::fmt;
use std::marker::PhantomData;

/// A value on a [`Tape`](super::Tape). Copies are the same value.
///
/// Operators and methods record what they compute and compute it at once: [`value`](Var::value) is there immediately.
/// They take floats and matrices, other `Var`s of the same tape, and references to them, on both sides.
///
/// A result that begins with a bare literal has no type of its own until `f64` or `f32` is known: write
/// `(2.0_f64 * x).sin()`, or `(x * 2.0).sin()`.
///
/// # Panics
///
/// Every operation panics if its operands belong to two tapes, and names both; and if shapes do not fit, with the shapes.
///
/// # Examples
///
/// ```
/// use autodiff_runtime::tape::Tape;
///
/// let tape = Tape::new();
/// let x = tape.var(3.0);
/// let y = (x * x - 1.0).sqrt() / x;
/// assert_eq!(y.value(), 8.0_f64.sqrt() / 3.0);
/// ```
pub struct Var<'t, T: Value> {
    core: &'t Core<T::Scalar>,
    id: NodeId,
    of: PhantomData<fn() -> T>,
}

impl<T: Value> Clone for Var<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Value> Copy for Var<'_, T> {}

impl<'t, T: Value> Var<'t, T> {
    pub(super) fn of(handle: Handle<'t, T::Scalar>) -> Self {
        Var {
            core: handle.core,
            id: handle.id,
            of: PhantomData,
        }
    }

    pub(super) fn core(&self) -> &'t Core<T::Scalar> {
        self.core
    }

    /// What it is now, after assignments.
    pub(super) fn handle(&self) -> Handle<'t, T::Scalar> {
        Handle {
            core: self.core,
            id: self.core.graph.borrow().nodes[self.id as usize].latest,
        }
    }

    /// The variable itself, whatever was assigned to it.
    pub(super) fn root(&self) -> Handle<'t, T::Scalar> {
        Handle {
            core: self.core,
            id: self.id,
        }
    }

    /// The value, which was computed when it was recorded. Copies it.
    #[must_use]
    pub fn value(&self) -> T {
        let id = self.handle().id;
        let graph = self.core.graph.borrow();
        T::read(graph.shape(id), graph.value(id))
    }

    /// The same value as a constant: no gradient flows through it.
    ///
    /// `y = x`, `dy/dx = 0`. Copies and allocates nothing.
    ///
    /// ```
    /// use autodiff_runtime::tape::Tape;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(3.0);
    /// let y = x * x.stop_gradient();
    /// assert_eq!(tape.gradient(&y, &x), Some(3.0));
    /// ```
    #[must_use]
    pub fn stop_gradient(self) -> Self {
        let handle = self.handle();
        let id = handle.core.push_constant_of(handle.id);
        Var::of(Handle { id, ..handle })
    }

    /// Sets the variable to `x + delta` from here on.
    ///
    /// What was computed from it before keeps its value and its derivative. A gradient with respect to the variable sums
    /// over all that read it, before and after.
    ///
    /// # Panics
    ///
    /// If `self` is a result of an operation, not a variable or constant; if shapes differ.
    ///
    /// ```
    /// use autodiff_runtime::tape::Tape;
    ///
    /// let tape = Tape::persistent();
    /// let x = tape.var(3.0);
    /// let before = x * x;
    /// x.assign_add(&1.0);
    /// let after = x * x;
    /// assert_eq!((before.value(), after.value()), (9.0, 16.0));
    /// assert_eq!(tape.gradient(&before, &x), Some(6.0));
    /// assert_eq!(tape.gradient(&(before + after), &x), Some(14.0));
    /// ```
    #[track_caller]
    pub fn assign_add(&self, delta: &T) {
        let mut entries = Vec::with_capacity(self.handle().shape().len());
        self.value().write(&mut entries);
        let mut deltas = Vec::with_capacity(entries.len());
        delta.write(&mut deltas);
        for (entry, delta) in entries.iter_mut().zip(&deltas) {
            *entry += *delta;
        }
        self.assign_entries(&entries, delta);
    }

    /// Sets the variable to `value` from here on; else as [`assign_add`](Var::assign_add).
    ///
    /// # Panics
    ///
    /// As [`assign_add`](Var::assign_add).
    #[track_caller]
    pub fn assign(&self, value: &T) {
        let mut entries = Vec::new();
        value.write(&mut entries);
        self.assign_entries(&entries, value);
    }

    #[track_caller]
    fn assign_entries(&self, entries: &[T::Scalar], like: &T) {
        let node = self.core.graph.borrow().node(self.id);
        assert!(
            matches!(node.op, Op::Leaf),
            "only a variable can be assigned to, not the result of an operation"
        );
        assert_eq!(
            node.shape,
            like.shape(),
            "a variable keeps its shape: it has {}, the assigned value {}",
            node.shape,
            like.shape()
        );
        let push = |values: &mut Vec<_>| values.extend_from_slice(entries);
        let version = self
            .core
            .push_value(Op::Version(self.id), node.shape, node.active, push);
        self.core.assign(self.id, version);
    }
}

impl<S: Float> Var<'_, S> {
    /// `xⁿ` by std's `powi`; the slope is `n xⁿ⁻¹`.
    #[must_use]
    pub fn powi(self, n: i32) -> Self {
        Var::of(self.handle().powi(n))
    }

    /// `(sin x, cos x)`.
    #[must_use]
    pub fn sin_cos(self) -> (Self, Self) {
        (self.sin(), self.cos())
    }
}

impl<T: Value + fmt::Debug> fmt::Debug for Var<'_, T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("Var").field(&self.value()).finish()
    }
}

impl<T: Value + fmt::Display> fmt::Display for Var<'_, T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value().fmt(out)
    }
}

/// By value: a branch that asks decides by the number, as in a function.
impl<'t, S: Float, R: Operand<'t, S> + Copy> PartialEq<R> for Var<'t, S> {
    fn eq(&self, other: &R) -> bool {
        self.value() == other.number()
    }
}

impl<'t, S: Float, R: Operand<'t, S> + Copy> PartialOrd<R> for Var<'t, S> {
    fn partial_cmp(&self, other: &R) -> Option<Ordering> {
        PartialOrd::partial_cmp(&self.value(), &other.number())
    }
}
