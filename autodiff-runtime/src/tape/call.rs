//! `tape.call`: a function with its own pullback, such as `f::vjp` of an annotated `f`, as one node.

use super::float::Float;
use super::graph::Graph;
use super::handle::Handle;
use super::op::{Arguments, NodeId, Op, Shape};
use super::rules::{Contribution, Receiver};
use super::value::Value;
use super::var::Var;
use crate::passing::{AsSlice, ByReference, ByValue};
use std::marker::PhantomData;

/// What [`Tape::call`](super::Tape::call) passes: a reference to a [`Var`], or a tuple of such references.
pub trait Parameters<'t>: sealed::Sealed {
    /// The float that they are made of.
    type Scalar: Float;
    /// Their values.
    #[doc(hidden)]
    type Values: Values<Scalar = Self::Scalar>;

    #[doc(hidden)]
    fn for_each(&self, f: &mut dyn FnMut(Handle<'t, Self::Scalar>));
}

/// A tuple of values of one kind of float.
#[doc(hidden)]
pub trait Values: Sized + 'static {
    type Scalar: Float;

    /// One after the other.
    fn read(parts: &mut dyn Iterator<Item = (Shape, &[Self::Scalar])>) -> Self;
}

/// What a pullback returns: the cotangent of the only parameter, or a tuple of them.
#[doc(hidden)]
pub trait Cotangents {
    type Scalar;

    /// Appends the entries of each, which must be as many as its parameter has.
    fn write(&self, parameters: &mut dyn Iterator<Item = Shape>, to: &mut Vec<Self::Scalar>);
}

impl<T: Value> Cotangents for T {
    type Scalar = T::Scalar;

    fn write(&self, parameters: &mut dyn Iterator<Item = Shape>, to: &mut Vec<T::Scalar>) {
        let (found, expected) = (self.shape().len(), parameters.next().map(Shape::len));
        assert_eq!(
            Some(found),
            expected,
            "a pullback gave a cotangent of another length than its parameter's"
        );
        Value::write(self, to);
    }
}

/// A function that takes the values `V` in one of the ways that Rust has – by value, by reference, as a slice – and returns
/// its value and its pullback. `How` is found by the compiler.
#[diagnostic::on_unimplemented(
    message = "this function cannot be called with these values of the tape",
    label = "takes other parameters, or does not return `(value, pullback)`",
    note = "pass `f::vjp` of an annotated function, and a `&Var` or a tuple of them of the types it takes"
)]
pub trait Callable<V, How>: Send + 'static {
    /// What the function gives.
    type Value: Value;

    #[doc(hidden)]
    fn value(&self, values: &V) -> Self::Value;

    #[doc(hidden)]
    fn pull(
        &self,
        values: &V,
        seed: Self::Value,
        parameters: &mut dyn Iterator<Item = Shape>,
        to: &mut Vec<<Self::Value as Value>::Scalar>,
    );
}

/// The same for one way of passing, whatever the lifetime of the references.
#[doc(hidden)]
pub trait Function<A> {
    type Value: Value;
    type Bars: Cotangents<Scalar = <Self::Value as Value>::Scalar>;

    fn value(&self, arguments: A) -> Self::Value;
    fn pull(&self, arguments: A, seed: Self::Value) -> Self::Bars;
}

macro_rules! arities {
    ($([$($T:ident $a:ident $k:tt)*];)*) => {$(
        impl<'t, S: Float, $($T: Value<Scalar = S>),*> Parameters<'t> for ($(&Var<'t, $T>,)*) {
            type Scalar = S;
            type Values = ($($T,)*);

            fn for_each(&self, f: &mut dyn FnMut(Handle<'t, S>)) {
                $(f(self.$k.handle());)*
            }
        }

        impl<'t, $($T: Value),*> sealed::Sealed for ($(&Var<'t, $T>,)*) {}

        impl<S: Float, $($T: Value<Scalar = S>),*> Values for ($($T,)*) {
            type Scalar = S;

            fn read(parts: &mut dyn Iterator<Item = (Shape, &[S])>) -> Self {
                ($({
                    let (shape, entries) = parts.next().expect("one node for each parameter");
                    $T::read(shape, entries)
                },)*)
            }
        }

        impl<S: Float, $($T: Value<Scalar = S>),*> Cotangents for ($($T,)*) {
            type Scalar = S;

            fn write(&self, parameters: &mut dyn Iterator<Item = Shape>, to: &mut Vec<S>) {
                $(Cotangents::write(&self.$k, parameters, to);)*
            }
        }

        impl<Fun, $($T,)* Y: Value, Pull, Bars> Function<($($T,)*)> for Fun
        where
            Fun: Fn($($T),*) -> (Y, Pull),
            Pull: FnOnce(Y) -> Bars,
            Bars: Cotangents<Scalar = Y::Scalar>,
        {
            type Value = Y;
            type Bars = Bars;

            fn value(&self, ($($a,)*): ($($T,)*)) -> Y {
                self($($a),*).0
            }

            fn pull(&self, ($($a,)*): ($($T,)*), seed: Y) -> Bars {
                self($($a),*).1(seed)
            }
        }

        ways! { [] [$($T $a $k)*] }
    )*};
}

/// Every combination of ways to pass the parameters.
macro_rules! ways {
    ([$($done:tt)*] [$T:ident $a:ident $k:tt $($rest:tt)*]) => {
        ways! { [$($done)* {$T $a $k ByValue, $T, $a.clone()}] [$($rest)*] }
        ways! { [$($done)* {$T $a $k ByReference, &'a $T, $a}] [$($rest)*] }
        ways! { [$($done)* {$T $a $k AsSlice, &'a [$T::Scalar], $a.as_slice()}] [$($rest)*] }
    };
    ([$({$T:ident $a:ident $k:tt $How:ident, $Type:ty, $pass:expr})*] []) => {
        impl<Fun, $($T: Value,)* Y: Value, Bars> Callable<($($T,)*), ($($How,)*)> for Fun
        where
            Fun: for<'a> Function<($($Type,)*), Value = Y, Bars = Bars> + Send + 'static,
            Bars: Cotangents<Scalar = Y::Scalar>,
        {
            type Value = Y;

            fn value(&self, ($($a,)*): &($($T,)*)) -> Y {
                Function::value(self, ($($pass,)*))
            }

            fn pull(
                &self,
                ($($a,)*): &($($T,)*),
                seed: Y,
                parameters: &mut dyn Iterator<Item = Shape>,
                to: &mut Vec<Y::Scalar>,
            ) {
                Function::pull(self, ($($pass,)*), seed).write(parameters, to);
            }
        }
    };
}

arities! {
    [A a 0];
    [A a 0 B b 1];
    [A a 0 B b 1 C c 2];
    [A a 0 B b 1 C c 2 D d 3];
}

impl<'t, T: Value> Parameters<'t> for &Var<'t, T> {
    type Scalar = T::Scalar;
    type Values = (T,);

    fn for_each(&self, f: &mut dyn FnMut(Handle<'t, T::Scalar>)) {
        f(self.handle());
    }
}

impl<T: Value> sealed::Sealed for &Var<'_, T> {}

/// A call on a tape, without the types of the function.
pub(super) trait Callee<S>: Send {
    /// Appends the cotangent of each parameter, in their order.
    fn pull(&self, graph: &Graph<S>, arguments: Arguments, bar: NodeId, to: &mut Vec<S>);
}

struct Called<Fun, V, How> {
    function: Fun,
    takes: PhantomData<fn(V, How)>,
}

impl<S, Fun, V, How> Callee<S> for Called<Fun, V, How>
where
    S: Float,
    V: Values<Scalar = S>,
    Fun: Callable<V, How>,
    Fun::Value: Value<Scalar = S>,
    How: 'static,
{
    fn pull(&self, graph: &Graph<S>, arguments: Arguments, bar: NodeId, to: &mut Vec<S>) {
        let values: V = read(graph, arguments);
        let seed = Fun::Value::read(graph.shape(bar), graph.value(bar));
        let shapes = &mut nodes(graph, arguments).map(|id| graph.shape(id));
        self.function.pull(&values, seed, shapes, to);
    }
}

fn read<S: Float, V: Values<Scalar = S>>(graph: &Graph<S>, arguments: Arguments) -> V {
    V::read(&mut nodes(graph, arguments).map(|id| (graph.shape(id), graph.value(id))))
}

fn nodes<S>(graph: &Graph<S>, arguments: Arguments) -> impl Iterator<Item = NodeId> {
    graph.arguments[arguments.first..][..arguments.len]
        .iter()
        .copied()
}

/// Records `function` of `parameters`.
pub(super) fn call<'t, P, Fun, How>(
    core: &'t super::graph::Core<P::Scalar>,
    function: Fun,
    parameters: &P,
) -> Var<'t, Fun::Value>
where
    P: Parameters<'t>,
    Fun: Callable<P::Values, How>,
    Fun::Value: Value<Scalar = P::Scalar>,
    How: 'static,
{
    parameters.for_each(&mut |it| core.assert_holds(it));
    let first = core.graph.borrow().arguments.len();
    let mut active = false;
    parameters.for_each(&mut |it| {
        let graph = &mut *core.graph.borrow_mut();
        active |= graph.node(it.id).active;
        graph.arguments.push(it.id);
    });
    let len = core.graph.borrow().arguments.len() - first;
    let arguments = Arguments { first, len };
    let value = {
        let values: P::Values = read(&core.graph.borrow(), arguments);
        function.value(&values)
    };
    let write = |to: &mut Vec<_>| Value::write(&value, to);
    let id = if active && core.recording.get() {
        let callee = core.graph.borrow().callees.len();
        let takes = PhantomData;
        let called: Box<dyn Callee<P::Scalar>> = Box::new(Called { function, takes });
        core.graph.borrow_mut().callees.push(called);
        core.push_value(Op::Call { callee, arguments }, value.shape(), true, write)
    } else {
        core.push_value(Op::Leaf, value.shape(), false, write)
    };
    Var::of(Handle { core, id })
}

/// The cotangents of a call, each as a node that cannot be differentiated again.
pub(super) fn pull<'t, S: Float>(
    bar: Handle<'t, S>,
    callee: usize,
    arguments: Arguments,
    to: &mut impl Receiver<'t, S>,
) {
    let core = bar.core;
    let mut cotangents = core.scratch.take();
    cotangents.clear();
    let graph = core.graph.borrow();
    graph.callees[callee].pull(&graph, arguments, bar.id, &mut cotangents);
    drop(graph);
    let mut at = 0;
    for k in 0..arguments.len {
        let (id, shape, op) = {
            let graph = &mut *core.graph.borrow_mut();
            let id = graph.arguments[arguments.first + k];
            let op = if core.recording.get() {
                graph.dependence(arguments, bar.id)
            } else {
                Op::Leaf
            };
            (id, graph.shape(id), op)
        };
        let entries = &cotangents[at..at + shape.len()];
        at += shape.len();
        if to.wants(id) {
            let write = |values: &mut Vec<S>| values.extend_from_slice(entries);
            let active = op != Op::Leaf;
            let cotangent = core.push_value(op, shape, active, write);
            to.receive(id, Contribution::Whole(Handle { core, id: cotangent }));
        }
    }
    core.scratch.replace(cotangents);
}

mod sealed {
    pub trait Sealed {}
}
