//! A derivative as people write it: `∂f/∂x = 2x + 2`, as text and as MathML, with the user's own names.
//!
//! For straight-line functions. What several places need, and what is long, gets a name: the user's own where there is
//! one.

mod graph;
mod mathml;
mod text;
mod tree;

use crate::ir::{Body, Len, Param, Role, Tree, Type};
use graph::{Graph, Id};
use tree::Trees;

/// More expressions than this are not a formula.
const LONG: usize = 600;

/// One or more equations.
pub(super) struct Formula {
    /// `∂f/∂x = 2x + 2`, an equation a line.
    pub(super) text: String,
    pub(super) mathml: String,
}

/// The left side of an equation.
pub(super) enum Left {
    /// `∂f/∂x`: of, by.
    First(String, String),
    /// `∂²f/∂x∂y`
    Second(String, String, String),
    Name(String),
}

/// The first derivatives of the function `f`, whose gradient is `body`.
pub(super) fn gradient(f: &str, body: &Body, cotangents: &Tree) -> Option<Formula> {
    let graph = Graph::of(body)?;
    let slopes = graph.leaves(body, cotangents)?;
    let inputs = inputs(body)?;
    let equations = inputs.into_iter().zip(slopes).map(|(x, (_, slope))| {
        let left = Left::First(f.to_owned(), x);
        (left, slope)
    });
    written(&graph, equations.collect())
}

/// The Jacobian of `f`: `by_rows` says whether the parts of `tree` are its rows or its columns.
pub(super) fn jacobian(f: &str, body: &Body, tree: &Tree, by_rows: bool) -> Option<Formula> {
    let Tree::Tuple(parts) = tree else { return None };
    let graph = Graph::of(body)?;
    let inputs = inputs(body)?;
    let mut rows: Vec<Vec<(usize, Id)>> = Vec::new();
    for (k, part) in parts.iter().enumerate() {
        for (at, (_, slope)) in graph.leaves(body, part)?.into_iter().enumerate() {
            let (row, column) = if by_rows { (k, at) } else { (at, k) };
            rows.resize_with(rows.len().max(row + 1), Vec::new);
            rows[row].push((column, slope));
        }
    }
    let mut equations = Vec::new();
    for (row, slopes) in rows.into_iter().enumerate() {
        for (column, slope) in slopes {
            let left = Left::First(format!("{f}[{row}]"), inputs.get(column)?.clone());
            equations.push((left, slope));
        }
    }
    written(&graph, equations)
}

/// The second derivatives of `f`, each pair once. `columns` are the parts of the result.
pub(super) fn hessian(f: &str, body: &Body, columns: &[Tree]) -> Option<Formula> {
    let graph = Graph::of(body)?;
    let inputs = inputs(body)?;
    let mut equations = Vec::new();
    for (column, tree) in columns.iter().enumerate() {
        for (row, (_, slope)) in graph.leaves(body, tree)?.into_iter().enumerate().skip(column) {
            let (x, y) = (inputs.get(column)?.clone(), inputs.get(row)?.clone());
            equations.push((Left::Second(f.to_owned(), x, y), slope));
        }
    }
    written(&graph, equations)
}

/// The tangent of `f`'s result.
pub(super) fn tangent(f: &str, body: &Body) -> Option<Formula> {
    let Tree::Tuple(parts) = &body.result else {
        return None;
    };
    let graph = Graph::of(body)?;
    let slopes = graph.leaves(body, parts.get(1)?)?;
    let equations = slopes
        .into_iter()
        .map(|(path, slope)| (Left::Name(format!("{f}_dot{path}")), slope));
    written(&graph, equations.collect())
}

fn written(graph: &Graph, equations: Vec<(Left, Id)>) -> Option<Formula> {
    if equations.is_empty() || graph.nodes.len() > LONG {
        return None;
    }
    let roots: Vec<Id> = equations.iter().map(|(_, id)| *id).collect();
    let trees = Trees::of(graph, &roots);
    let equations: Vec<_> = equations
        .into_iter()
        .map(|(left, id)| (left, trees.root(id)))
        .collect();
    let definitions = trees.definitions();
    Some(Formula {
        text: text::equations(&equations, &definitions),
        mathml: mathml::equations(&equations, &definitions),
    })
}

/// What the function is differentiated by, from left to right: `x`, `v[0]`, `v[1]`.
fn inputs(body: &Body) -> Option<Vec<String>> {
    let active = |param: &&Param| param.role == Role::Active;
    let mut res = Vec::new();
    for leaf in body
        .params
        .iter()
        .filter(active)
        .flat_map(|param| param.tree.leaves())
    {
        match leaf {
            Tree::Value(id) if body.is_float(*id) => res.push(body.value(*id).name.as_ref()?.text.clone()),
            Tree::Value(_) | Tree::Tuple(_) => (),
            Tree::Place(id) => {
                let place = body.place(*id);
                let name = &place.name.as_ref()?.text;
                let paths = graph::paths(&shape(&place.ty)?);
                res.extend(paths.into_iter().map(|path| {
                    let path: String = path.iter().map(|k| format!("[{k}]")).collect();
                    format!("{name}{path}")
                }));
            }
        }
    }
    Some(res)
}

/// The lengths of a nest of arrays of floats.
fn shape(ty: &Type) -> Option<Vec<usize>> {
    let (mut ty, mut res) = (ty, Vec::new());
    while let Type::Array(element, Len::Known(len)) = ty {
        res.push(*len);
        ty = element;
    }
    matches!(ty, Type::Float(_)).then_some(res)
}
