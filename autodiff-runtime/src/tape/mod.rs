//! The tape: gradients of programs that are only known at run time, as TensorFlow's `GradientTape`.
//!
//! A [`Tape`] watches [`Var`]s. What is computed from them is computed at once and recorded; `gradient` then goes back
//! through the record. Where a function is known at compile time, `#[differentiable]` is faster by far, and
//! [`Tape::call`] puts it on a tape as one node.
//!
//! ```
//! use autodiff_runtime::tape::Tape;
//!
//! let tape = Tape::new();
//! let x = tape.var(3.0);
//! let y = x.powi(2) + 2.0 * x + 1.0;
//! assert_eq!(y.value(), 16.0);
//! assert_eq!(tape.gradient(&y, &x), Some(8.0));
//! ```

mod call;
mod evaluate;
mod float;
mod functions;
mod graph;
mod handle;
mod matrix;
mod methods;
mod nested;
mod op;
mod operators;
mod rules;
mod sources;
mod sweep;
mod value;
mod var;

pub use call::{Callable, Parameters};
pub use float::Float;
pub use matrix::MatrixOperand;
pub use methods::Place;
pub use nested::Nested;
pub use operators::{Factor, Operand};
pub use sources::Sources;
pub use value::{Aggregate, Value};
pub use var::Var;

use graph::Core;
use handle::Handle;
use nalgebra::{DMatrix, DVector};
use op::{NodeId, Op, Shape};
use std::cell::Cell;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use sweep::{Order, sweep};

/// A record of what was computed from the variables it watches.
///
/// A [new](Tape::new) tape gives one gradient, a [persistent](Tape::persistent) one as many as you ask for. Values are
/// computed when they are recorded. [`reset`](Tape::reset) keeps the memory: a program that records the same again
/// allocates nothing but what its results and called functions do. `Send`, not `Sync`: a tape belongs to one thread at a time.
pub struct Tape {
    doubles: Core<f64>,
    singles: Core<f32>,
    uses: Uses,
}

/// Whether a gradient may still be taken.
pub(crate) struct Uses {
    persistent: bool,
    spent: Cell<bool>,
}

impl Uses {
    fn new(persistent: bool) -> Self {
        Uses {
            persistent,
            spent: Cell::new(false),
        }
    }

    #[track_caller]
    fn take(&self) {
        assert!(
            !self.spent.replace(!self.persistent),
            "a tape that is not persistent gives one gradient only: ask for all sources at once, \
             `tape.gradient(&y, (&a, &b))`, or make it by `Tape::persistent()`"
        );
    }
}

impl Default for Tape {
    fn default() -> Self {
        Tape::new()
    }
}

impl fmt::Debug for Tape {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Tape")
            .field("number", &self.doubles.tape)
            .field("persistent", &self.uses.persistent)
            .finish_non_exhaustive()
    }
}

impl Tape {
    /// A tape that gives one gradient.
    ///
    /// ```should_panic
    /// use autodiff_runtime::tape::Tape;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(3.0);
    /// let y = x * x;
    /// tape.gradient(&y, &x);
    /// tape.gradient(&y, &x); // panics, as TensorFlow's raises
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Tape::with(Uses::new(false))
    }

    /// A tape that gives any number of gradients.
    ///
    /// ```
    /// use autodiff_runtime::tape::Tape;
    ///
    /// let tape = Tape::persistent();
    /// let x = tape.var(3.0);
    /// let (y, z) = (x * x, x.powi(3));
    /// assert_eq!(tape.gradient(&y, &x), Some(6.0));
    /// assert_eq!(tape.gradient(&z, &x), Some(27.0));
    /// ```
    #[must_use]
    pub fn persistent() -> Self {
        Tape::with(Uses::new(true))
    }

    fn with(uses: Uses) -> Self {
        static TAPES: AtomicU64 = AtomicU64::new(1);
        let number = TAPES.fetch_add(1, Ordering::Relaxed);
        Tape {
            doubles: Core::new(number),
            singles: Core::new(number),
            uses,
        }
    }

    /// A watched variable: a float, a vector or matrix of nalgebra, an array or a `Vec` of floats.
    ///
    /// An integer is none: `tape.var(3)` does not compile.
    pub fn var<T: Value>(&self, value: T) -> Var<'_, T> {
        self.leaf(&value, true)
    }

    /// A value that is not watched: its gradient is `None`.
    ///
    /// ```
    /// use autodiff_runtime::tape::Tape;
    ///
    /// let tape = Tape::new();
    /// let (x, c) = (tape.var(3.0), tape.constant(2.0));
    /// assert_eq!(tape.gradient(&(c * x), (&x, &c)), (Some(2.0), None));
    /// ```
    pub fn constant<T: Value>(&self, value: T) -> Var<'_, T> {
        self.leaf(&value, false)
    }

    fn leaf<T: Value>(&self, value: &T, active: bool) -> Var<'_, T> {
        let core = T::Scalar::core(self);
        let id = core.push_value(Op::Leaf, value.shape(), active, |values| value.write(values));
        Var::of(Handle { core, id })
    }

    /// Scalars as one vector, in their order.
    ///
    /// # Panics
    ///
    /// If they are of another tape.
    ///
    /// ```
    /// use autodiff_runtime::tape::Tape;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(3.0);
    /// let y = tape.stack(&[x * x, 4.0 * x]).norm();
    /// assert_eq!(y.value(), 15.0);
    /// assert_eq!(tape.gradient(&y, &x), Some(6.8));
    /// ```
    #[track_caller]
    pub fn stack<'t, S: Float>(&'t self, entries: &[Var<'t, S>]) -> Var<'t, DVector<S>> {
        let shape = Shape::new(entries.len(), 1);
        let on = Handle {
            core: S::core(self),
            id: 0,
        };
        Var::of(methods::stack(on, entries.iter().map(Var::handle), shape))
    }

    /// Watches a constant, or the result of an operation on constants, from here on.
    ///
    /// What was computed from it before stays constant.
    ///
    /// # Panics
    ///
    /// If `var` is of another tape.
    ///
    /// ```
    /// use autodiff_runtime::tape::Tape;
    ///
    /// let tape = Tape::new();
    /// let x = tape.constant(3.0);
    /// tape.watch(&x);
    /// assert_eq!(tape.gradient(&(x * x), &x), Some(6.0));
    /// ```
    #[track_caller]
    pub fn watch<T: Value>(&self, var: &Var<'_, T>) {
        let core = T::Scalar::core(self);
        core.assert_holds(var.root());
        let (root, latest) = (var.root().id, var.handle().id);
        let graph = &mut *core.graph.borrow_mut();
        graph.nodes[root as usize].active = true;
        graph.nodes[latest as usize].active = true;
    }

    /// Runs `f` without recording: what it computes is constant.
    ///
    /// ```
    /// use autodiff_runtime::tape::Tape;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(3.0);
    /// let scale = tape.stop_recording(|| x * x);
    /// assert_eq!(tape.gradient(&(scale * x), &x), Some(9.0));
    /// ```
    pub fn stop_recording<R>(&self, f: impl FnOnce() -> R) -> R {
        let _paused = (
            Paused::new(&self.doubles.recording),
            Paused::new(&self.singles.recording),
        );
        f()
    }

    /// The gradient of `target` with respect to each source; `None` where the target does not depend on it.
    ///
    /// One reverse sweep, `x̄ = Σ (∂y/∂x)ᵀ ȳ`, whatever the number of sources. The entries of a target that is not a scalar
    /// are summed: every `ȳ` is 1. Costs a small multiple of the recorded computation; allocates nothing once the tape
    /// has grown, but the results.
    ///
    /// # Panics
    ///
    /// On the second call if the tape is not [persistent](Tape::persistent); if a value belongs to another tape.
    ///
    /// # Examples
    ///
    /// ```
    /// use autodiff_runtime::tape::Tape;
    /// use nalgebra::{Matrix2, Vector2};
    ///
    /// let tape = Tape::new();
    /// let a = tape.var(Matrix2::new(1.0, 2.0, 3.0, 4.0));
    /// let x = tape.var(Vector2::new(10.0, 20.0));
    /// let b = a * x;
    /// let (db_da, db_dx) = tape.gradient(&b, (&a, &x));
    /// assert_eq!(db_da, Some(Matrix2::new(10.0, 20.0, 10.0, 20.0)));
    /// assert_eq!(db_dx, Some(Vector2::new(4.0, 6.0)));
    /// ```
    #[track_caller]
    pub fn gradient<'t, Y, X>(&'t self, target: &Var<'t, Y>, sources: X) -> X::Gradient
    where
        Y: Value,
        X: Sources<'t, Scalar = Y::Scalar>,
    {
        self.uses.take();
        let core = Y::Scalar::core(self);
        core.assert_holds(target.root());
        let target = target.handle();
        first_order(
            target,
            &sources,
            || ones(target),
            |mut next| sources.read(&mut next),
        )
    }

    /// As [`gradient`](Tape::gradient), with a cotangent of the target instead of ones: `x̄ = (∂y/∂x)ᵀ ȳ`.
    ///
    /// # Panics
    ///
    /// As [`gradient`](Tape::gradient), and if the seed has another shape than the target.
    ///
    /// ```
    /// use autodiff_runtime::tape::Tape;
    /// use nalgebra::Vector2;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Vector2::new(3.0, 4.0));
    /// let y = x.component_mul(x);
    /// let grad = tape.gradient_with(&y, &x, &Vector2::new(1.0, 10.0));
    /// assert_eq!(grad, Some(Vector2::new(6.0, 80.0)));
    /// ```
    #[track_caller]
    pub fn gradient_with<'t, Y, X>(
        &'t self,
        target: &Var<'t, Y>,
        sources: X,
        output_gradients: &Y,
    ) -> X::Gradient
    where
        Y: Value,
        X: Sources<'t, Scalar = Y::Scalar>,
    {
        self.uses.take();
        let core = Y::Scalar::core(self);
        core.assert_holds(target.root());
        let target = target.handle();
        let (shape, of_seed) = (target.shape(), output_gradients.shape());
        assert_eq!(
            shape, of_seed,
            "a target of {shape} cannot have a seed of {of_seed}"
        );
        let seed = || core.constant_value(output_gradients);
        first_order(target, &sources, seed, |mut next| sources.read(&mut next))
    }

    /// The Jacobian: row `i` is the gradient of entry `i` of the target, column `j` belongs to entry `j` of the source.
    ///
    /// Entries of a matrix count column after column. `None` if the target does not depend on the source. One reverse sweep
    /// for each row.
    ///
    /// # Panics
    ///
    /// As [`gradient`](Tape::gradient).
    ///
    /// ```
    /// use autodiff_runtime::tape::Tape;
    /// use nalgebra::{DMatrix, Vector2};
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Vector2::new(3.0, 4.0));
    /// let y = tape.stack(&[x.at(0) * x.at(1), x.at(0), 2.0 * x.at(1)]);
    /// let jacobian = DMatrix::from_row_slice(3, 2, &[4.0, 3.0, 1.0, 0.0, 0.0, 2.0]);
    /// assert_eq!(tape.jacobian(&y, &x), Some(jacobian));
    /// ```
    #[track_caller]
    pub fn jacobian<'t, Y, X>(
        &'t self,
        target: &Var<'t, Y>,
        source: &Var<'t, X>,
    ) -> Option<DMatrix<Y::Scalar>>
    where
        Y: Value,
        X: Value<Scalar = Y::Scalar>,
    {
        self.uses.take();
        let core = Y::Scalar::core(self);
        core.assert_holds(target.root());
        let target = target.handle();
        let (rows, columns) = (target.shape().len(), source.root().shape().len());
        let mut res = DMatrix::zeros(rows, columns);
        for i in 0..rows {
            let seed = || {
                let id = core.push_value(Op::Leaf, target.shape(), false, |values| {
                    values.extend((0..rows).map(|k| Y::Scalar::of_f64(f64::from(k == i))));
                });
                Handle { core, id }
            };
            first_order(target, &source, seed, |next| {
                let row = next()?;
                let graph = core.graph.borrow();
                for (j, &entry) in graph.value(row.id).iter().enumerate() {
                    res[(i, j)] = entry;
                }
                Some(())
            })?;
        }
        Some(res)
    }

    /// A function with its own pullback, as one node: `tape.call(f::vjp, &x)`, or `tape.call(f::vjp, (&x, &a))`.
    ///
    /// `f` takes floats, nalgebra's types, arrays and `Vec`s by value or by reference, and slices; up to four of them.
    /// A closure fixes what is constant: `tape.call(move |x| f::vjp(x, 3), &x)`. Calls the function once now, for the
    /// value, and once in each gradient. Gradients of gradients through it panic.
    ///
    /// # Panics
    ///
    /// If a value belongs to another tape.
    ///
    /// ```
    /// use autodiff_runtime::tape::Tape;
    ///
    /// // What `#[differentiable] fn f(x: f64) -> f64 { x.sin() }` has as `f::vjp`.
    /// fn vjp(x: f64) -> (f64, impl FnOnce(f64) -> f64) {
    ///     (x.sin(), move |bar: f64| bar * x.cos())
    /// }
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(0.0);
    /// let y = tape.call(vjp, &(2.0 * x));
    /// assert_eq!(tape.gradient(&y, &x), Some(2.0));
    /// ```
    #[track_caller]
    pub fn call<'t, F, P, How>(&'t self, f: F, parameters: P) -> Var<'t, F::Value>
    where
        P: Parameters<'t>,
        F: Callable<P::Values, How>,
        F::Value: Value<Scalar = P::Scalar>,
        How: 'static,
    {
        call::call(P::Scalar::core(self), f, &parameters)
    }

    /// Forgets everything and keeps the memory: what is recorded next allocates only beyond it.
    ///
    /// ```
    /// use autodiff_runtime::tape::Tape;
    ///
    /// let mut tape = Tape::new();
    /// let mut w = 1.0_f64;
    /// for _ in 0..100 {
    ///     tape.reset();
    ///     let x = tape.var(w);
    ///     let loss = (x - 3.0).powi(2);
    ///     w -= 0.1 * tape.gradient(&loss, &x).unwrap();
    /// }
    /// assert!((w - 3.0).abs() < 1e-6);
    /// ```
    pub fn reset(&mut self) {
        self.doubles.clear();
        self.singles.clear();
        self.uses.spent.set(false);
    }
}

/// Recording stops until it is dropped, also by a panic.
struct Paused<'a> {
    recording: &'a Cell<bool>,
    before: bool,
}

impl<'a> Paused<'a> {
    fn new(recording: &'a Cell<bool>) -> Self {
        Paused {
            recording,
            before: recording.replace(false),
        }
    }
}

impl Drop for Paused<'_> {
    fn drop(&mut self) {
        self.recording.set(self.before);
    }
}

fn ones<S: Float>(target: Handle<'_, S>) -> Handle<'_, S> {
    target.constant(1.0).fill(target.shape())
}

/// A sweep whose operations are forgotten when `read` has taken their results.
fn first_order<'t, S, X, R>(
    target: Handle<'t, S>,
    sources: &X,
    seed: impl FnOnce() -> Handle<'t, S>,
    read: impl FnOnce(&mut dyn FnMut() -> Option<Handle<'t, S>>) -> R,
) -> R
where
    S: Float,
    X: Sources<'t, Scalar = S>,
{
    let core = target.core;
    let _paused = Paused::new(&core.recording);
    let mark = core.graph.borrow().mark();
    let seed = seed();
    let res = sweep(target, seed, sources, (Order::First, 0), |mut cotangents| {
        read(&mut || cotangents.next())
    });
    core.graph.borrow_mut().rewind(mark);
    res
}

/// Nodes before this one are not of a nested tape.
fn floor<S: Float>(tape: &Tape) -> NodeId {
    let graph = S::core(tape).graph.borrow();
    NodeId::try_from(graph.nodes.len()).expect("a tape has fewer than 2³² nodes")
}
