//! Which values and places carry derivatives.
//!
//! Derivatives flow along edges from operands to results. *Varied* is what an input reaches; *useful* is what reaches
//! an output; *active* is both.

use crate::ir::visit::{each, regions};
use crate::ir::{
    Arg, Body, Call, CallMode, Content, Init, Instr, Loop, LoopKind, MatrixArg, MatrixOp, Passing, PlaceId,
    Region, Role, Stmt, Tree, Type, ValueId,
};
use std::collections::{BTreeMap, BTreeSet};

/// A set of values and places.
///
/// One too many costs statements that carry zeros; one too few is a wrong gradient.
#[derive(Clone, Default, Debug)]
pub(crate) struct Activity {
    pub(crate) values: BTreeSet<ValueId>,
    pub(crate) places: BTreeSet<PlaceId>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Node {
    Value(ValueId),
    Place(PlaceId),
}

/// What depends on a differentiable parameter.
pub(crate) fn varied(body: &Body) -> Activity {
    let params = body
        .params
        .iter()
        .chain(body.pullback.iter().flat_map(|it| &it.params));
    let from = params
        .filter(|param| match param.role {
            Role::Active | Role::Cotangent | Role::Seed => true,
            Role::Constant | Role::Tangent | Role::CotangentTangent | Role::SeedTangent => false,
        })
        .flat_map(|param| nodes(&param.tree));
    Flow::of(body).reached(from)
}

/// What depends on one parameter.
pub(crate) fn varied_from(body: &Body, input: &Tree) -> Activity {
    Flow::of(body).reached(nodes(input))
}

/// What lies on a path from a differentiable parameter to the result, or to a buffer that the caller reads.
pub(crate) fn active(body: &Body) -> Activity {
    let varied = varied(body);
    let buffers = body
        .params
        .iter()
        .filter(|param| param.role == Role::Active)
        .flat_map(|param| param.tree.places());
    let buffers = buffers
        .filter(|id| body.place(*id).param == Some(Passing::RefMut))
        .map(Node::Place);
    let useful = Flow::of(body)
        .reversed()
        .reached(nodes(&body.result).into_iter().chain(buffers));
    Activity {
        values: varied.values.intersection(&useful.values).copied().collect(),
        places: varied.places.intersection(&useful.places).copied().collect(),
    }
}

/// Edges along which a derivative flows.
struct Flow<'a> {
    body: &'a Body,
    edges: BTreeMap<Node, BTreeSet<Node>>,
}

impl<'a> Flow<'a> {
    fn of(body: &'a Body) -> Self {
        let mut flow = Flow {
            body,
            edges: BTreeMap::new(),
        };
        flow.region(&body.region);
        if let Some(pullback) = &body.pullback {
            flow.region(&pullback.region);
        }
        flow
    }

    fn reversed(self) -> Self {
        let mut edges: BTreeMap<Node, BTreeSet<Node>> = BTreeMap::new();
        for (from, all) in self.edges {
            for to in all {
                edges.entry(to).or_default().insert(from);
            }
        }
        Flow {
            body: self.body,
            edges,
        }
    }

    fn reached(&self, from: impl IntoIterator<Item = Node>) -> Activity {
        let mut open: Vec<Node> = from.into_iter().filter(|node| self.carries(*node)).collect();
        let mut res = Activity::default();
        while let Some(node) = open.pop() {
            let added = match node {
                Node::Value(id) => res.values.insert(id),
                Node::Place(id) => res.places.insert(id),
            };
            if added {
                open.extend(self.edges.get(&node).into_iter().flatten());
            }
        }
        res
    }

    /// Whether a derivative can be there at all.
    fn carries(&self, node: Node) -> bool {
        match node {
            Node::Value(id) => matches!(self.body.ty(id), Type::Float(_) | Type::Pullback),
            Node::Place(id) => {
                let ty = &self.body.place(id).ty;
                ty.has_floats() || matches!(ty.element(), Some(Type::Pullback))
            }
        }
    }

    fn edge(&mut self, from: Node, to: Node) {
        if self.carries(from) && self.carries(to) {
            self.edges.entry(from).or_default().insert(to);
        }
    }

    fn edges(&mut self, from: &[Node], to: &[Node]) {
        for from in from {
            to.iter().for_each(|to| self.edge(*from, *to));
        }
    }

    fn values(&mut self, from: &[ValueId], to: &[ValueId]) {
        from.iter()
            .zip(to)
            .for_each(|(from, to)| self.edge(Node::Value(*from), Node::Value(*to)));
    }

    fn region(&mut self, region: &Region) {
        each(region, &mut |stmt| self.stmt(stmt));
    }

    fn stmt(&mut self, stmt: &Stmt) {
        let results: Vec<_> = stmt.results.iter().map(|id| Node::Value(*id)).collect();
        match &stmt.instr {
            Instr::Const(_) | Instr::Compare(..) | Instr::Len(_) | Instr::Host { .. } | Instr::NoPullback => {
            }
            Instr::Unary(_, a) | Instr::Cast { value: a, to: _ } | Instr::SomePullback(a) => {
                self.edges(&[Node::Value(*a)], &results);
            }
            Instr::Binary(_, a, b)
            | Instr::Select {
                cond: _,
                then: a,
                otherwise: b,
            } => {
                self.edges(&[Node::Value(*a), Node::Value(*b)], &results);
            }
            Instr::Math { rule: _, args } => {
                let args: Vec<_> = args.iter().map(|id| Node::Value(*id)).collect();
                self.edges(&args, &results);
            }
            Instr::Opaque(it) => {
                let inputs = it.inputs.iter().zip(&it.partials);
                let inputs: Vec<_> = inputs
                    .filter(|(_, partial)| partial.is_some())
                    .map(|(id, _)| Node::Value(*id))
                    .collect();
                self.edges(&inputs, &results);
            }
            Instr::Alloc { place, init } => self.init(Node::Place(*place), init),
            Instr::Load(from) | Instr::Pop { from } => self.edges(&[Node::Place(from.root)], &results),
            Instr::Store { to, value }
            | Instr::AddTo { to, value }
            | Instr::Fill { to, value }
            | Instr::Push { to, value }
            | Instr::Resize { to, len: _, value } => self.edge(Node::Value(*value), Node::Place(to.root)),
            Instr::CopyTo { to, from } | Instr::Accumulate { to, from } => {
                self.edge(Node::Place(from.root), Node::Place(to.root));
            }
            Instr::AddMatrix { to, op, negative: _ } => {
                self.edges(&matrix_nodes(op), &[Node::Place(to.root)]);
            }
            Instr::Matrix(op) => self.edges(&matrix_nodes(op), &results),
            Instr::Swap(a, b) => {
                self.edge(Node::Place(a.root), Node::Place(b.root));
                self.edge(Node::Place(b.root), Node::Place(a.root));
            }
            Instr::PushRow { to, row } => self.edge(Node::Place(*row), Node::Place(to.root)),
            Instr::PopRow { from, row } => {
                self.edge(Node::Place(from.root), Node::Place(*row));
                // Also a row that nobody reads goes back into the list of cotangents.
                self.edge(Node::Place(*row), Node::Place(from.root));
            }
            Instr::Call(call) => self.call(call, results),
            Instr::If {
                cond: _,
                then,
                otherwise,
            } => {
                self.values(&then.yields, &stmt.results);
                self.values(&otherwise.yields, &stmt.results);
            }
            Instr::Loop(it) => self.repeat(it, &stmt.results),
        }
        debug_assert!(regions(&stmt.instr).len() <= 2);
    }

    fn init(&mut self, place: Node, init: &Init) {
        match init {
            Init::Repeat { value, len: _ } => self.edge(Node::Value(*value), place),
            Init::List(values) => values
                .iter()
                .for_each(|value| self.edge(Node::Value(*value), place)),
            Init::RepeatPlace { row, len: _ } | Init::Copy { src: row, moved: _ } => {
                self.edge(Node::Place(row.root), place);
            }
            Init::Rows(rows) => rows
                .iter()
                .for_each(|row| self.edge(Node::Place(row.root), place)),
            Init::Matrix(op) => self.edges(&matrix_nodes(op), &[place]),
            Init::Struct { path: _, fields } => fields.iter().for_each(|(_, content)| match content {
                Content::Value(value) => self.edge(Node::Value(*value), place),
                Content::Place(at) => self.edge(Node::Place(at.root), place),
            }),
            // A view is the memory that it views.
            Init::View { of, .. } => {
                self.edge(Node::Place(of.root), place);
                self.edge(place, Node::Place(of.root));
            }
            Init::Empty { .. } | Init::ZerosLike(_) | Init::Scratch { .. } | Init::Host { .. } => (),
        }
    }

    fn repeat(&mut self, it: &Loop, results: &[ValueId]) {
        let carried = match it.kind {
            LoopKind::Range { .. } => it.body.params.get(1..),
            LoopKind::While { .. } => it.body.params.get(..),
        };
        let carried = carried.expect("a counted loop's body takes the induction variable");
        let yields = &it.body.yields[usize::from(it.breaks)..];
        self.values(&it.init, carried);
        self.values(&it.init, results);
        self.values(yields, carried);
        self.values(yields, results);
        if let LoopKind::While { cond: Some(cond) } = &it.kind {
            self.values(&it.init, &cond.params);
            self.values(yields, &cond.params);
        }
    }

    /// Everything that goes in reaches everything that comes out.
    fn call(&mut self, call: &Call, results: Vec<Node>) {
        let (mut from, mut to) = (Vec::new(), results);
        to.extend(nodes(&call.result));
        let mut arg = |arg: &Arg| {
            let inside = arg.operand.places();
            let places = arg.place.iter().map(|place| place.root).chain(inside);
            let places: Vec<_> = places.map(Node::Place).collect();
            from.extend(nodes(&arg.operand));
            from.extend(places.iter().copied());
            // Also the buffers inside of a tuple of cotangents.
            if arg.passing == Passing::RefMut {
                to.extend(places);
            }
        };
        call.args.iter().for_each(&mut arg);
        match &call.mode {
            CallMode::Primal | CallMode::Forward { .. } => (),
            CallMode::Pushforward { tangents, result_dot }
            | CallMode::ForwardTangent {
                tangents, result_dot, ..
            } => {
                tangents.iter().flatten().for_each(arg);
                to.extend(nodes(result_dot));
            }
            CallMode::Pullback {
                pullback,
                optional: _,
                seeds,
                cotangents,
            } => {
                cotangents.iter().flatten().for_each(arg);
                from.push(Node::Value(*pullback));
                from.extend(nodes(seeds));
            }
            CallMode::PullbackTangent {
                pullback,
                seeds,
                seeds_dot,
                tangents,
                cotangents,
                cotangents_dot,
                ..
            } => {
                for list in [tangents, cotangents, cotangents_dot] {
                    list.iter().flatten().for_each(&mut arg);
                }
                from.push(Node::Value(*pullback));
                from.extend(nodes(seeds).into_iter().chain(nodes(seeds_dot)));
            }
        }
        self.edges(&from, &to);
    }
}

/// The operands by which the operation has a slope.
fn matrix_nodes(op: &MatrixOp) -> Vec<Node> {
    let sloping = (0..op.args.len()).filter(|k| op.rule.slope(*k).is_some());
    let node = |k| match &op.args[k] {
        MatrixArg::Value(id) => Node::Value(*id),
        MatrixArg::Place(at) => Node::Place(at.root),
    };
    sloping.map(node).collect()
}

fn nodes(tree: &Tree) -> Vec<Node> {
    let node = |leaf: &Tree| match leaf {
        Tree::Value(id) => Some(Node::Value(*id)),
        Tree::Place(id) => Some(Node::Place(*id)),
        Tree::Tuple(_) => None,
    };
    tree.leaves().into_iter().filter_map(node).collect()
}
