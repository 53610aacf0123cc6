//! Expressions as they are printed: sums of terms, products over products, powers, names for what is used twice.

use super::graph::{Graph, Id, Node};
use std::collections::{HashMap, HashSet};

#[derive(Clone, Debug)]
pub(super) enum Tree {
    /// Not negative: signs stand in products and sums.
    Number(f64),
    Name(String),
    /// Terms, and whether each is subtracted.
    Sum(Vec<(bool, Tree)>),
    Product(Product),
    /// Of an exponent that is positive and not 1.
    Power(Box<Tree>, f64),
    Call(&'static str, Vec<Tree>),
    Relation(&'static str, Box<Tree>, Box<Tree>),
    Not(Box<Tree>),
    /// If, then, otherwise.
    Choice(Box<Tree>, Box<Tree>, Box<Tree>),
}

/// `-2x·y/z`
#[derive(Clone, Debug)]
pub(super) struct Product {
    pub(super) negative: bool,
    /// Not negative.
    pub(super) coefficient: f64,
    pub(super) over: Vec<Tree>,
    pub(super) under: Vec<Tree>,
}

/// What is printed of a graph.
pub(super) struct Trees<'g> {
    graph: &'g Graph,
    names: HashMap<Id, String>,
}

/// Leaves of an expression from which on it is split, even if it is used once.
const WIDE: usize = 24;

impl<'g> Trees<'g> {
    pub(super) fn of(graph: &'g Graph, roots: &[Id]) -> Self {
        let mut trees = Trees {
            graph,
            names: HashMap::new(),
        };
        let uses = uses(graph, roots);
        let mut taken: HashSet<String> = graph
            .nodes
            .iter()
            .filter_map(|node| match node {
                Node::Name(name) => Some(name.split('[').next().unwrap_or(name).to_owned()),
                _ => None,
            })
            .collect();
        let mut weights = vec![0; graph.nodes.len()];
        let mut count = 0;
        for (id, node) in graph.nodes.iter().enumerate() {
            let parts: usize = operands(node).iter().map(|part| weights[*part]).sum();
            let weight = match node {
                Node::Number(_) | Node::Name(_) => 1,
                Node::Call(..) => parts + 1,
                _ => parts,
            };
            weights[id] = weight;
            let own = graph.names.get(&id).filter(|name| !taken.contains(*name));
            let enough = match (uses[id], own) {
                (0, _) => false,
                (1, _) => weight > WIDE && !roots.contains(&id),
                (_, Some(_)) => weight >= 2,
                (2, None) => weight >= 4,
                (_, None) => weight >= 3,
            };
            if !enough || matches!(node, Node::Neg(_) | Node::Number(_) | Node::Name(_)) {
                continue;
            }
            let name = own.cloned().unwrap_or_else(|| {
                loop {
                    count += 1;
                    let name = format!("t{count}");
                    if !taken.contains(&name) {
                        return name;
                    }
                }
            });
            taken.insert(name.clone());
            trees.names.insert(id, name);
            weights[id] = 1;
        }
        trees
    }

    /// The right side of an equation.
    pub(super) fn root(&self, id: Id) -> Tree {
        self.tree(id)
    }

    /// The named expressions, each behind those it is made of.
    pub(super) fn definitions(&self) -> Vec<(String, Tree)> {
        let mut ids: Vec<_> = self.names.keys().copied().collect();
        ids.sort_unstable();
        ids.into_iter()
            .map(|id| (self.names[&id].clone(), self.opened(id)))
            .collect()
    }

    fn tree(&self, id: Id) -> Tree {
        match self.names.get(&id) {
            Some(name) => Tree::Name(name.clone()),
            None => self.opened(id),
        }
    }

    fn boxed(&self, id: Id) -> Box<Tree> {
        Box::new(self.tree(id))
    }

    fn opened(&self, id: Id) -> Tree {
        match &self.graph.nodes[id] {
            Node::Number(x) if x.is_sign_negative() && *x != 0.0 => Tree::Product(Product {
                negative: true,
                coefficient: -x,
                over: Vec::new(),
                under: Vec::new(),
            }),
            Node::Number(x) => Tree::Number(x.abs()),
            Node::Name(name) => Tree::Name(name.clone()),
            Node::Add(..) | Node::Sub(..) => {
                let mut terms = Vec::new();
                self.terms(id, true, false, &mut terms);
                sum(terms)
            }
            // -(a - b) = b - a
            Node::Neg(a) if self.is_sum(*a) => {
                let mut terms = Vec::new();
                self.terms(*a, false, true, &mut terms);
                sum(terms)
            }
            Node::Neg(_) | Node::Mul(..) | Node::Div(..) | Node::Power(..) => {
                let mut factors = Factors {
                    over: 1.0,
                    under: 1.0,
                    all: Vec::new(),
                };
                self.factors(id, true, 1.0, &mut factors);
                self.product(factors)
            }
            Node::Call(name, args) => Tree::Call(name, args.iter().map(|arg| self.tree(*arg)).collect()),
            Node::Relation(sign, a, b) => Tree::Relation(sign, self.boxed(*a), self.boxed(*b)),
            Node::Not(a) => Tree::Not(self.boxed(*a)),
            // What only a NaN would be asked, a formula does not say.
            Node::Choice(cond, _, otherwise) if self.is_never(*cond) => self.tree(*otherwise),
            Node::Choice(cond, then, otherwise) => {
                Tree::Choice(self.boxed(*cond), self.boxed(*then), self.boxed(*otherwise))
            }
        }
    }

    fn is_sum(&self, id: Id) -> bool {
        let sum = matches!(self.graph.nodes[id], Node::Add(..) | Node::Sub(..));
        sum && !self.names.contains_key(&id)
    }

    /// `a ≠ a`
    fn is_never(&self, cond: Id) -> bool {
        matches!(&self.graph.nodes[cond], Node::Relation("≠", a, b) if a == b)
    }

    /// The terms of a sum. `top`: the sum itself, which may have a name.
    fn terms(&self, id: Id, top: bool, negative: bool, out: &mut Vec<(bool, Tree)>) {
        let open = top || !self.names.contains_key(&id);
        match self.graph.nodes[id] {
            Node::Add(a, b) if open => {
                self.terms(a, false, negative, out);
                self.terms(b, false, negative, out);
            }
            Node::Sub(a, b) if open => {
                self.terms(a, false, negative, out);
                self.terms(b, false, !negative, out);
            }
            Node::Neg(a) if open => self.terms(a, false, !negative, out),
            _ => match self.tree(id) {
                Tree::Product(product) if product.negative => {
                    let product = Product {
                        negative: false,
                        ..product
                    };
                    out.push((!negative, product.simple()));
                }
                tree => out.push((negative, tree)),
            },
        }
    }

    fn factors(&self, id: Id, top: bool, exponent: f64, out: &mut Factors) {
        let open = top || !self.names.contains_key(&id);
        match self.graph.nodes[id] {
            Node::Number(x) if exponent == 1.0 => out.over *= x,
            Node::Number(x) if exponent == -1.0 => out.under *= x,
            Node::Neg(a) if open && exponent.abs() == 1.0 => {
                out.over = -out.over;
                self.factors(a, false, exponent, out);
            }
            Node::Mul(a, b) if open && exponent.abs() == 1.0 => {
                self.factors(a, false, exponent, out);
                self.factors(b, false, exponent, out);
            }
            Node::Div(a, b) if open && exponent.abs() == 1.0 => {
                self.factors(a, false, exponent, out);
                self.factors(b, false, -exponent, out);
            }
            Node::Power(a, n) if open => self.factors(a, false, exponent * n, out),
            _ => match out.all.iter_mut().find(|(known, _)| *known == id) {
                Some((_, sum)) => *sum += exponent,
                None => out.all.push((id, exponent)),
            },
        }
    }

    fn product(&self, factors: Factors) -> Tree {
        if factors.over == 0.0 {
            return Tree::Number(0.0);
        }
        let (mut over, mut under) = (Vec::new(), Vec::new());
        for (id, exponent) in factors.all {
            let base = self.tree(id);
            let power = match exponent.abs() {
                0.0 => continue,
                1.0 => base,
                n => Tree::Power(Box::new(base), n),
            };
            if exponent > 0.0 { &mut over } else { &mut under }.push(power);
        }
        // Names, then functions, then sums.
        over.sort_by_key(rank);
        under.sort_by_key(rank);
        let negative = (factors.over < 0.0) != (factors.under < 0.0);
        let (mut coefficient, divisor) = (factors.over.abs(), factors.under.abs());
        if divisor != 1.0 {
            if (coefficient / divisor).fract() == 0.0 {
                coefficient /= divisor;
            } else {
                under.insert(0, Tree::Number(divisor));
            }
        }
        let product = Product {
            negative,
            coefficient,
            over,
            under,
        };
        product.simple()
    }
}

impl Product {
    /// The factor itself, if it is only one.
    fn simple(mut self) -> Tree {
        if self.negative || !self.under.is_empty() {
            return Tree::Product(self);
        }
        match self.over.as_slice() {
            [] => Tree::Number(self.coefficient),
            [_] if self.coefficient == 1.0 => self.over.remove(0),
            _ => Tree::Product(self),
        }
    }
}

/// One that is added comes first, if there is any.
fn sum(mut terms: Vec<(bool, Tree)>) -> Tree {
    let first = terms.iter().position(|(negative, _)| !negative).unwrap_or(0);
    let first = terms.remove(first);
    terms.insert(0, first);
    Tree::Sum(terms)
}

/// Numbers, and everything else with its exponent.
struct Factors {
    over: f64,
    under: f64,
    all: Vec<(Id, f64)>,
}

fn rank(tree: &Tree) -> u8 {
    match tree {
        Tree::Number(_) => 0,
        Tree::Name(_) => 1,
        Tree::Power(base, _) => rank(base),
        Tree::Call(..) => 2,
        Tree::Sum(_) | Tree::Product(_) | Tree::Relation(..) | Tree::Not(_) | Tree::Choice(..) => 3,
    }
}

fn operands(node: &Node) -> Vec<Id> {
    match node {
        Node::Number(_) | Node::Name(_) => Vec::new(),
        Node::Neg(a) | Node::Not(a) | Node::Power(a, _) => vec![*a],
        Node::Add(a, b) | Node::Sub(a, b) | Node::Mul(a, b) | Node::Div(a, b) | Node::Relation(_, a, b) => {
            vec![*a, *b]
        }
        Node::Call(_, args) => args.clone(),
        Node::Choice(a, b, c) => vec![*a, *b, *c],
    }
}

/// How many places need each node. The operand of a negation is needed where that is.
fn uses(graph: &Graph, roots: &[Id]) -> Vec<usize> {
    let mut res = vec![0; graph.nodes.len()];
    for id in roots {
        res[*id] += 1;
    }
    for (id, node) in graph.nodes.iter().enumerate().rev() {
        if res[id] == 0 {
            continue;
        }
        let times = if let Node::Neg(_) = node { res[id] } else { 1 };
        let mut parts = operands(node);
        parts.sort_unstable();
        parts.dedup();
        for part in parts {
            res[part] += times;
        }
    }
    res
}
