//! Tapes inside a tape: gradients that are recorded, so that the outer tape can differentiate them.

use super::float::Float;
use super::op::NodeId;
use super::sources::Sources;
use super::sweep::{Order, sweep};
use super::value::Value;
use super::var::Var;
use super::{Tape, Uses, floor, ones};

/// A tape inside another: its gradients are variables of the outer tape.
///
/// It records what happens after its making; older values are given. Like [`Tape::new`] it gives one gradient, unless it is
/// [persistent](Tape::nested_persistent).
pub struct Nested<'t> {
    tape: &'t Tape,
    /// Where it began, for both floats.
    from: (NodeId, NodeId),
    uses: Uses,
}

impl Tape {
    /// An inner tape, for derivatives of derivatives.
    ///
    /// # Examples
    ///
    /// ```
    /// use autodiff_runtime::tape::Tape;
    ///
    /// let outer = Tape::new();
    /// let x = outer.var(1.0);
    /// let inner = outer.nested();
    /// let y = x * x * x;
    /// let dy_dx = inner.gradient(&y, &x).unwrap();
    /// assert_eq!(dy_dx.value(), 3.0);
    /// assert_eq!(outer.gradient(&dy_dx, &x), Some(6.0));
    /// ```
    #[must_use]
    pub fn nested(&self) -> Nested<'_> {
        Nested::new(self, false)
    }

    /// An inner tape that gives any number of gradients.
    #[must_use]
    pub fn nested_persistent(&self) -> Nested<'_> {
        Nested::new(self, true)
    }
}

impl<'t> Nested<'t> {
    fn new(tape: &'t Tape, persistent: bool) -> Self {
        Nested {
            tape,
            from: (floor::<f64>(tape), floor::<f32>(tape)),
            uses: Uses::new(persistent),
        }
    }

    /// A tape inside this one, for third derivatives and higher ones.
    #[must_use]
    pub fn nested(&self) -> Nested<'t> {
        self.tape.nested()
    }

    /// As [`Tape::gradient`], but recorded: each result is a variable of the outer tape.
    ///
    /// The recorded sweep stays on the tape until its reset: it costs the memory of about twice the inner computation.
    ///
    /// # Panics
    ///
    /// As [`Tape::gradient`].
    #[track_caller]
    pub fn gradient<Y, X>(&self, target: &Var<'t, Y>, sources: X) -> X::Recorded
    where
        Y: Value,
        X: Sources<'t, Scalar = Y::Scalar>,
    {
        self.uses.take();
        let core = Y::Scalar::core(self.tape);
        core.assert_holds(target.root());
        let target = target.handle();
        let how = (Order::Higher, Y::Scalar::pick(self.from));
        sweep(target, ones(target), &sources, how, |mut cotangents| {
            sources.record(&mut || cotangents.next())
        })
    }
}
