//! What a tape has recorded: nodes, and their values one after the other in one buffer.
//!
//! Clearing keeps the buffers, so a program that records again as much as before allocates nothing.

use super::call::Callee;
use super::evaluate::{entry, evaluate};
use super::float::Float;
use super::op::{Arguments, NodeId, Op, Shape};
use super::sweep::Workspace;
use std::cell::{Cell, RefCell};

/// One value and where it came from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    /// `Leaf` where nothing watched went in.
    pub(super) op: Op,
    /// Where its entries begin; column after column.
    pub(super) at: usize,
    pub(super) shape: Shape,
    /// Whether a watched value went in.
    pub(super) active: bool,
    /// What the variable is now: itself until it is assigned to.
    pub(super) latest: NodeId,
}

/// The nodes in the order of their computation: a node reads only earlier ones.
pub(super) struct Graph<S> {
    pub(super) nodes: Vec<Node>,
    pub(super) values: Vec<S>,
    pub(super) arguments: Vec<NodeId>,
    pub(super) callees: Vec<Box<dyn Callee<S>>>,
}

/// How far a graph had come.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    nodes: usize,
    values: usize,
    arguments: usize,
    callees: usize,
}

impl<S: Float> Graph<S> {
    pub(super) fn value(&self, id: NodeId) -> &[S] {
        let node = &self.nodes[id as usize];
        &self.values[node.at..node.at + node.shape.len()]
    }

    pub(super) fn shape(&self, id: NodeId) -> Shape {
        self.nodes[id as usize].shape
    }

    pub(super) fn node(&self, id: NodeId) -> Node {
        self.nodes[id as usize]
    }

    /// A node for the last entries of `values`.
    fn node_at(&mut self, op: Op, at: usize, shape: Shape, active: bool) -> NodeId {
        let id = NodeId::try_from(self.nodes.len()).expect("a tape has fewer than 2³² nodes");
        self.nodes.push(Node {
            op,
            at,
            shape,
            active,
            latest: id,
        });
        id
    }

    pub(super) fn list(&mut self, nodes: impl IntoIterator<Item = NodeId>) -> Arguments {
        let first = self.arguments.len();
        self.arguments.extend(nodes);
        Arguments {
            first,
            len: self.arguments.len() - first,
        }
    }

    /// The operation of a cotangent of a call: it depends on the call's arguments and on the seed.
    pub(super) fn dependence(&mut self, arguments: Arguments, seed: NodeId) -> Op {
        let first = self.arguments.len();
        let of = arguments.first..arguments.first + arguments.len;
        self.arguments.extend_from_within(of);
        self.arguments.push(seed);
        let len = arguments.len + 1;
        Op::Pulled(Arguments { first, len })
    }

    /// Adds the entries of `b` to those of `a`, where the latter lie as a block that begins at `at`.
    pub(super) fn add_in_place(&mut self, a: NodeId, at: [usize; 2], b: NodeId) {
        let (a, b) = (self.node(a), self.node(b));
        let [row, column] = at;
        let (old, new) = if a.at < b.at {
            let (left, right) = self.values.split_at_mut(b.at);
            (&mut left[a.at..], &right[..b.shape.len()])
        } else {
            let (left, right) = self.values.split_at_mut(a.at);
            (right, &left[b.at..b.at + b.shape.len()])
        };
        for (j, entries) in new.chunks_exact(b.shape.rows.max(1)).enumerate() {
            let first = (column + j) * a.shape.rows + row;
            for (sum, &entry) in old[first..].iter_mut().zip(entries) {
                *sum += entry;
            }
        }
    }

    pub(super) fn mark(&self) -> Mark {
        Mark {
            nodes: self.nodes.len(),
            values: self.values.len(),
            arguments: self.arguments.len(),
            callees: self.callees.len(),
        }
    }

    /// Forgets what was recorded after the mark.
    pub(super) fn rewind(&mut self, mark: Mark) {
        self.nodes.truncate(mark.nodes);
        self.values.truncate(mark.values);
        self.arguments.truncate(mark.arguments);
        self.callees.truncate(mark.callees);
    }
}

/// A graph that can be recorded through a shared reference.
pub struct Core<S> {
    /// The number of its tape, for messages.
    pub(super) tape: u64,
    pub(super) recording: Cell<bool>,
    pub(super) graph: RefCell<Graph<S>>,
    pub(super) workspace: RefCell<Workspace>,
    /// Where a called function's cotangents lie until they are nodes.
    pub(super) scratch: RefCell<Vec<S>>,
}

impl<S: Float> Core<S> {
    pub(super) fn new(tape: u64) -> Self {
        Core {
            tape,
            recording: Cell::new(true),
            graph: RefCell::new(Graph {
                nodes: Vec::new(),
                values: Vec::new(),
                arguments: Vec::new(),
                callees: Vec::new(),
            }),
            workspace: RefCell::default(),
            scratch: RefCell::default(),
        }
    }

    /// Records `op` and computes its value.
    pub(super) fn push(&self, op: Op, shape: Shape) -> NodeId {
        let graph = &mut *self.graph.borrow_mut();
        let mut active = false;
        if self.recording.get() {
            op.for_each_parent(&graph.arguments, |parent| {
                active |= graph.nodes[parent as usize].active;
            });
        }
        let at = graph.values.len();
        graph.values.resize(at + shape.len(), S::zero());
        let (old, new) = graph.values.split_at_mut(at);
        evaluate(op, &graph.nodes, &graph.arguments, old, new, shape);
        let op = if active { op } else { Op::Leaf };
        graph.node_at(op, at, shape, active)
    }

    /// A node with a value that the tape does not compute itself.
    pub(super) fn push_value(
        &self,
        op: Op,
        shape: Shape,
        active: bool,
        write: impl FnOnce(&mut Vec<S>),
    ) -> NodeId {
        let graph = &mut *self.graph.borrow_mut();
        let at = graph.values.len();
        write(&mut graph.values);
        assert_eq!(graph.values.len(), at + shape.len(), "a value fills its shape");
        graph.node_at(op, at, shape, active)
    }

    /// A constant, computed from other values entry by entry.
    pub(super) fn push_steps(
        &self,
        operands: [NodeId; 3],
        shape: Shape,
        f: impl Fn([f64; 3]) -> f64,
    ) -> NodeId {
        let graph = &mut *self.graph.borrow_mut();
        let at = graph.values.len();
        graph.values.resize(at + shape.len(), S::zero());
        let (old, new) = graph.values.split_at_mut(at);
        let operands = operands.map(|id| {
            let node = &graph.nodes[id as usize];
            &old[node.at..node.at + node.shape.len()]
        });
        for (k, new) in new.iter_mut().enumerate() {
            *new = S::of_f64(f(operands.map(|it| entry(it, k).to_f64())));
        }
        graph.node_at(Op::Leaf, at, shape, false)
    }

    /// The value of `id` once more, as a constant, without copying it.
    pub(super) fn push_constant_of(&self, id: NodeId) -> NodeId {
        let graph = &mut *self.graph.borrow_mut();
        let node = graph.node(id);
        graph.node_at(Op::Leaf, node.at, node.shape, false)
    }

    /// The variable `root` gets the value that was just pushed as `version`.
    pub(super) fn assign(&self, root: NodeId, version: NodeId) {
        self.graph.borrow_mut().nodes[root as usize].latest = version;
    }

    pub(super) fn clear(&mut self) {
        let graph = self.graph.get_mut();
        graph.nodes.clear();
        graph.values.clear();
        graph.arguments.clear();
        graph.callees.clear();
    }
}
