//! The reverse sweep: from a target back to its sources, by recording the operations of the cotangents.
//!
//! A first-order sweep forgets them again when the results are read, and meanwhile sums in place; that of a nested tape
//! leaves them, for the outer tape to differentiate.

use super::float::Float;
use super::graph::Core;
use super::handle::Handle;
use super::op::{NodeId, Op};
use super::rules::{Contribution, Receiver, pull};
use super::sources::Sources;

/// What a sweep needs beside the graph; kept from one to the next.
#[derive(Default)]
pub(super) struct Workspace {
    /// Whether a node is a source or depends on one.
    reaches: Vec<bool>,
    bars: Vec<Option<Bar>>,
    sources: Vec<NodeId>,
}

/// The cotangent of a node so far.
#[derive(Clone, Copy)]
struct Bar {
    id: NodeId,
    /// Nothing else reads that node, so the next contribution can be added in place.
    owned: bool,
}

/// Whether the sweep's own operations are to be differentiated later.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    First,
    Higher,
}

/// The cotangents of the sources after a sweep, in their order.
pub(super) struct Cotangents<'t, 'w, S> {
    core: &'t Core<S>,
    workspace: &'w Workspace,
    at: usize,
}

impl<'t, S: Float> Cotangents<'t, '_, S> {
    /// That of the next source; `None` if the target does not depend on it.
    pub(super) fn next(&mut self) -> Option<Handle<'t, S>> {
        let source = self.workspace.sources[self.at];
        self.at += 1;
        let bar = self.workspace.bars.get(source as usize).copied().flatten()?;
        Some(Handle {
            core: self.core,
            id: bar.id,
        })
    }
}

/// A sweep from `target`, whose cotangent is `seed`, to the sources; `read` takes what it gave.
///
/// Nodes before `floor` count as given, not as computed.
pub(super) fn sweep<'t, S: Float, X: Sources<'t, Scalar = S>, R>(
    target: Handle<'t, S>,
    seed: Handle<'t, S>,
    sources: &X,
    (order, floor): (Order, NodeId),
    read: impl FnOnce(Cotangents<'t, '_, S>) -> R,
) -> R {
    let core = target.core;
    let mut workspace = core.workspace.take();
    workspace.sources.clear();
    sources.for_each(&mut |source| {
        core.assert_holds(source);
        workspace.sources.push(source.id);
    });
    workspace.reach(core, target.id, floor);
    workspace.bars.clear();
    workspace.bars.resize(target.id as usize + 1, None);
    workspace.bars[target.id as usize] = workspace.reaches[target.id as usize].then_some(Bar {
        id: seed.id,
        owned: false,
    });
    for id in (0..=target.id).rev() {
        let Some(bar) = workspace.bars[id as usize] else {
            continue;
        };
        let (node, fresh) = {
            let graph = core.graph.borrow();
            (graph.node(id), graph.nodes.len() as NodeId)
        };
        if id < floor && !matches!(node.op, Op::Version(_)) {
            continue;
        }
        let bar = Handle { core, id: bar.id };
        let mut sums = Sums {
            core,
            workspace: &mut workspace,
            order,
            fresh,
        };
        pull(Handle { core, id }, node, bar, &mut sums);
    }
    let res = read(Cotangents {
        core,
        workspace: &workspace,
        at: 0,
    });
    core.workspace.replace(workspace);
    res
}

impl Workspace {
    /// Marks the sources up to `target` and what depends on them.
    fn reach<S: Float>(&mut self, core: &Core<S>, target: NodeId, floor: NodeId) {
        let graph = core.graph.borrow();
        self.reaches.clear();
        self.reaches.resize(target as usize + 1, false);
        for &source in &self.sources {
            if source <= target && graph.node(source).active {
                self.reaches[source as usize] = true;
            }
        }
        for id in 0..=target as usize {
            let op = graph.nodes[id].op;
            if id < floor as usize && !matches!(op, Op::Version(_)) {
                continue;
            }
            let mut reaches = self.reaches[id];
            op.for_each_parent(&graph.arguments, |parent| {
                reaches |= self.reaches[parent as usize];
            });
            self.reaches[id] = reaches;
        }
    }
}

/// Sums the contributions to each cotangent.
struct Sums<'t, 'w, S> {
    core: &'t Core<S>,
    workspace: &'w mut Workspace,
    order: Order,
    /// Nodes from here on were made by the rule that is running.
    fresh: NodeId,
}

impl<'t, S: Float> Receiver<'t, S> for Sums<'t, '_, S> {
    fn wants(&self, node: NodeId) -> bool {
        self.workspace.reaches[node as usize]
    }

    fn receive(&mut self, node: NodeId, contribution: Contribution<'t, S>) {
        let so_far = self.workspace.bars[node as usize];
        let (part, at, whole) = match contribution {
            Contribution::Whole(part) => (part, [0, 0], true),
            Contribution::Block(part, at) => (part, at, false),
        };
        let in_place = so_far.filter(|bar| bar.owned && self.order == Order::First);
        if let Some(bar) = in_place {
            return self.core.graph.borrow_mut().add_in_place(bar.id, at, part.id);
        }
        let part = if whole {
            part
        } else {
            let shape = self.core.graph.borrow().shape(node);
            part.embed(at, shape)
        };
        let (sum, owned) = match so_far {
            None => (part, !whole || part.id >= self.fresh),
            Some(bar) => (
                Handle {
                    core: self.core,
                    id: bar.id,
                } + part,
                true,
            ),
        };
        self.workspace.bars[node as usize] = Some(Bar { id: sum.id, owned });
    }
}
