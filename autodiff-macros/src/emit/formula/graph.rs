//! What a straight-line body computes, as a graph of expressions: memory is gone, each entry of an array is a node.

use crate::ir::{
    BinaryOp, Body, CompareOp, Const, Init, Instr, PlaceId, PlaceRef, Proj, Stmt, Tree, UnaryOp, ValueId,
};
use std::collections::HashMap;

/// A node by its number; operands come before what is made of them.
pub(super) type Id = usize;

#[derive(Clone, PartialEq, Debug)]
pub(super) enum Node {
    Number(f64),
    /// A parameter, an entry of one, a constant of std.
    Name(String),
    Neg(Id),
    Add(Id, Id),
    Sub(Id, Id),
    Mul(Id, Id),
    Div(Id, Id),
    /// `x^n` for a literal `n`.
    Power(Id, f64),
    Call(&'static str, Vec<Id>),
    Relation(&'static str, Id, Id),
    Not(Id),
    Choice(Id, Id, Id),
}

#[derive(Default)]
pub(super) struct Graph {
    pub(super) nodes: Vec<Node>,
    /// What the user calls a node.
    pub(super) names: HashMap<Id, String>,
    values: HashMap<ValueId, Id>,
    entries: HashMap<(PlaceId, Vec<usize>), Id>,
    /// What stands in the entries of a place that are not written to one by one.
    rest: HashMap<PlaceId, Id>,
    /// Names and numbers by how they are written.
    atoms: HashMap<String, Id>,
}

impl Graph {
    /// `None` if `body` is no formula: it has loops or branches, calls, or the user's own code in it.
    ///
    /// Buffers for cotangents begin with zeros.
    pub(super) fn of(body: &Body) -> Option<Graph> {
        let mut graph = Graph::default();
        for param in &body.params {
            for id in param.tree.values() {
                let node = graph.push(Node::Name(value_name(body, id)?));
                graph.values.insert(id, node);
            }
            if matches!(
                param.role,
                crate::ir::Role::Cotangent | crate::ir::Role::CotangentTangent
            ) {
                for id in param.tree.places() {
                    let zero = graph.push(Node::Number(0.0));
                    graph.rest.insert(id, zero);
                }
            }
        }
        for stmt in &body.region.stmts {
            graph.stmt(body, stmt)?;
        }
        Some(graph)
    }

    pub(super) fn push(&mut self, node: Node) -> Id {
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    /// The scalars of a result with the paths to them: `[2][0]`.
    pub(super) fn leaves(&self, body: &Body, tree: &Tree) -> Option<Vec<(String, Id)>> {
        match tree {
            Tree::Value(id) => Some(vec![(String::new(), *self.values.get(id)?)]),
            Tree::Place(place) => {
                let shape = super::shape(&body.place(*place).ty)?;
                let mut res = Vec::new();
                for path in paths(&shape) {
                    let text: String = path.iter().map(|k| format!("[{k}]")).collect();
                    res.push((text, self.entry(*place, &path)?));
                }
                Some(res)
            }
            Tree::Tuple(parts) => {
                let mut res = Vec::new();
                for part in parts {
                    res.extend(self.leaves(body, part)?);
                }
                Some(res)
            }
        }
    }

    fn entry(&self, place: PlaceId, path: &[usize]) -> Option<Id> {
        let known = self.entries.get(&(place, path.to_vec()));
        known.or_else(|| self.rest.get(&place)).copied()
    }

    fn value(&self, id: ValueId) -> Option<Id> {
        self.values.get(&id).copied()
    }

    fn stmt(&mut self, body: &Body, stmt: &Stmt) -> Option<()> {
        match &stmt.instr {
            Instr::Alloc { place, init } => return self.begin(*place, init),
            Instr::Store { to, value } => {
                let (path, value) = (literal(body, to)?, self.value(*value)?);
                self.entries.insert((to.root, path), value);
                return Some(());
            }
            Instr::AddTo { to, value } => {
                let (path, value) = (literal(body, to)?, self.value(*value)?);
                let before = self.entry(to.root, &path)?;
                let sum = match self.nodes[before] {
                    Node::Number(0.0) => value,
                    _ => self.push(Node::Add(before, value)),
                };
                self.entries.insert((to.root, path), sum);
                return Some(());
            }
            _ => (),
        }
        let [y] = stmt.results.as_slice() else { return None };
        let node = self.instr(body, &stmt.instr)?;
        let id = match node {
            Made::Old(id) => id,
            Made::New(node) => self.push(node),
        };
        self.values.insert(*y, id);
        let value = body.value(*y);
        if let (crate::ir::Origin::Primal, Some(name)) = (value.origin, &value.name) {
            self.names.entry(id).or_insert_with(|| name.text.clone());
        }
        Some(())
    }

    fn begin(&mut self, place: PlaceId, init: &Init) -> Option<()> {
        match init {
            Init::Repeat { value, .. } => {
                let value = self.value(*value)?;
                self.entries.retain(|(of, _), _| *of != place);
                self.rest.insert(place, value);
            }
            Init::List(values) => {
                for (k, value) in values.iter().enumerate() {
                    let value = self.value(*value)?;
                    self.entries.insert((place, vec![k]), value);
                }
            }
            Init::ZerosLike(_) => {
                let zero = self.push(Node::Number(0.0));
                self.entries.retain(|(of, _), _| *of != place);
                self.rest.insert(place, zero);
            }
            Init::Struct { .. }
            | Init::RepeatPlace { .. }
            | Init::Rows(_)
            | Init::Copy { .. }
            | Init::Empty { .. }
            | Init::Scratch { .. }
            | Init::Matrix(_)
            | Init::View { .. }
            | Init::Host { .. } => return None,
        }
        Some(())
    }

    fn instr(&mut self, body: &Body, instr: &Instr) -> Option<Made> {
        let node = match instr {
            Instr::Const(Const::Float(x)) => Node::Number(*x),
            Instr::Const(Const::Int(n)) => Node::Number(*n as f64),
            Instr::Const(Const::Bool(b)) => Node::Name(b.to_string()),
            Instr::Unary(UnaryOp::Neg, a) => Node::Neg(self.value(*a)?),
            Instr::Unary(UnaryOp::Not, a) => Node::Not(self.value(*a)?),
            Instr::Binary(op, a, b) => {
                let (a, b) = (self.value(*a)?, self.value(*b)?);
                match op {
                    BinaryOp::Add => Node::Add(a, b),
                    BinaryOp::Sub => Node::Sub(a, b),
                    BinaryOp::Mul => Node::Mul(a, b),
                    BinaryOp::Div => Node::Div(a, b),
                    BinaryOp::Rem => Node::Call("rem", vec![a, b]),
                    BinaryOp::And => Node::Relation("and", a, b),
                    BinaryOp::Or => Node::Relation("or", a, b),
                    BinaryOp::Xor | BinaryOp::Shl | BinaryOp::Shr => return None,
                }
            }
            Instr::Compare(op, a, b) => {
                let sign = match op {
                    CompareOp::Eq => "=",
                    CompareOp::Ne => "≠",
                    CompareOp::Lt => "<",
                    CompareOp::Le => "≤",
                    CompareOp::Gt => ">",
                    CompareOp::Ge => "≥",
                };
                Node::Relation(sign, self.value(*a)?, self.value(*b)?)
            }
            Instr::Select {
                cond,
                then,
                otherwise,
            } => Node::Choice(self.value(*cond)?, self.value(*then)?, self.value(*otherwise)?),
            Instr::Math { rule, args } => {
                let args: Vec<_> = args.iter().map(|id| self.value(*id)).collect::<Option<_>>()?;
                match (rule.name, args.as_slice()) {
                    ("powi" | "powf", [x, n]) => match self.nodes[*n] {
                        Node::Number(n) => Node::Power(*x, n),
                        _ => Node::Call("pow", args),
                    },
                    ("recip", [x]) => Node::Power(*x, -1.0),
                    _ => Node::Call(rule.word(), args),
                }
            }
            Instr::Cast { value, .. } => return self.value(*value).map(Made::Old),
            Instr::Load(at) => {
                let path = literal(body, at)?;
                if let Some(known) = self.entry(at.root, &path) {
                    return Some(Made::Old(known));
                }
                let place = body.place(at.root);
                let name = place.name.as_ref().filter(|_| place.param.is_some())?;
                let path: String = path.iter().map(|k| format!("[{k}]")).collect();
                Node::Name(format!("{}{path}", name.text))
            }
            Instr::Len(at) => {
                let name = body.place(at.root).name.as_ref()?;
                Node::Name(format!("len({})", name.text))
            }
            // A constant by its last word.
            Instr::Host { template, args, .. } if args.is_empty() => {
                let text = template.to_string();
                let last = text.rsplit("::").next()?.trim();
                let word = last.chars().all(|c| c.is_alphanumeric() || c == '_');
                Node::Name(word.then(|| last.to_owned())?)
            }
            _ => return None,
        };
        // Entries of parameters that are read twice are one node.
        let key = match &node {
            Node::Name(name) => name.clone(),
            Node::Number(x) => format!("{x:?}"),
            _ => return Some(Made::New(node)),
        };
        let next = self.nodes.len();
        let id = *self.atoms.entry(key).or_insert(next);
        Some(if id == next {
            Made::New(node)
        } else {
            Made::Old(id)
        })
    }
}

enum Made {
    Old(Id),
    New(Node),
}

fn value_name(body: &Body, id: ValueId) -> Option<String> {
    body.value(id).name.as_ref().map(|name| name.text.clone())
}

/// A path of literals.
fn literal(body: &Body, at: &PlaceRef) -> Option<Vec<usize>> {
    let step = |proj: &Proj| match proj {
        Proj::Index(index) => match body.value(*index).constant {
            Some(Const::Int(n)) => usize::try_from(n).ok(),
            Some(Const::Float(_) | Const::Bool(_)) | None => None,
        },
        Proj::Field(_) | Proj::Range(..) | Proj::Entry(..) | Proj::Member(_) => None,
    };
    at.path.iter().map(step).collect()
}

/// All paths into an array of this shape, in order.
pub(super) fn paths(shape: &[usize]) -> Vec<Vec<usize>> {
    let mut res = vec![Vec::new()];
    for len in shape {
        let longer = |path: &Vec<usize>| {
            (0..*len)
                .map(|k| [path.as_slice(), &[k]].concat())
                .collect::<Vec<_>>()
        };
        res = res.iter().flat_map(longer).collect();
    }
    res
}
