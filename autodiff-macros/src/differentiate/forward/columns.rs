//! Several tangents in one sweep, one for each scalar that a function takes: its Jacobian, column by column.

use super::{Direction, Forward};
use crate::analyse::varied_from;
use crate::ir::visit::{begun, each, places};
use crate::ir::{Body, Const, Float, Init, Instr, Len, Param, PlaceId, Role, Tree, Type, ValueId};
use std::collections::BTreeMap;

/// More tangents than this cost more than going back, and more registers than there are.
const FEW: usize = 8;

/// More statements than this, all columns together, are not worth their compile time.
const LONG: usize = 600;

/// One scalar that the function takes.
#[derive(Clone, Debug)]
enum Input {
    Value(ValueId),
    /// Element `k` of an array of `len` floats.
    Element {
        of: PlaceId,
        k: usize,
        len: usize,
    },
}

/// The tangents of `of` (a part of the result) along each scalar of the differentiable parameters, in one sweep:
/// `(column, column, …)`, each a mirror of `of`. Buffers for cotangents become locals that begin with zeros.
///
/// `None` where there are many inputs or their number is not known, or a call would have to carry several tangents.
pub(in crate::differentiate) fn columns(body: &Body, of: &Tree) -> Option<Body> {
    let inputs = inputs(body)?;
    let mut stmts = 0;
    each(&body.region, &mut |_| stmts += inputs.len());
    if stmts > LONG {
        return None;
    }
    let mut forward = seeded(body, &inputs);
    let columns = forward.columns_of(&inputs, of);
    let mut params = body.params.clone();
    params.retain(|param| param.role != Role::Cotangent);
    Some(forward.finish(params, Tree::Tuple(columns)))
}

/// The gradient, in the shape of [`crate::differentiate::gradient`], for functions of scalars.
pub(in crate::differentiate) fn gradient(body: &Body) -> Option<Body> {
    let inputs = inputs(body)?;
    let mut forward = seeded(body, &inputs);
    let slopes = forward.columns_of(&inputs, &body.result);
    let mut by = BTreeMap::new();
    for (input, slope) in inputs.iter().zip(slopes) {
        match input {
            Input::Value(id) => by.insert(*id, slope),
            Input::Element { .. } => return None,
        };
    }
    let active = body.params.iter().filter(|param| param.role == Role::Active);
    let cotangents = active.map(|param| mirror(&param.tree, &by)).collect();
    let result = Tree::Tuple(vec![body.result.clone(), Tree::Tuple(cotangents)]);
    Some(forward.finish(body.params.clone(), result))
}

/// `tree` with its values replaced.
fn mirror(tree: &Tree, by: &BTreeMap<ValueId, Tree>) -> Tree {
    match tree {
        Tree::Value(id) => by.get(id).cloned().unwrap_or(Tree::Tuple(Vec::new())),
        Tree::Place(_) => Tree::Tuple(Vec::new()),
        Tree::Tuple(parts) => Tree::Tuple(parts.iter().map(|part| mirror(part, by)).collect()),
    }
}

/// All scalars of the differentiable parameters, from left to right.
fn inputs(body: &Body) -> Option<Vec<Input>> {
    let mut calls = body.pullback.is_some();
    each(&body.region, &mut |stmt| {
        calls |= matches!(stmt.instr, Instr::Call(_));
    });
    if calls {
        return None;
    }
    let mut res = Vec::new();
    for param in body.params.iter().filter(|param| param.role == Role::Active) {
        for leaf in param.tree.leaves() {
            match leaf {
                Tree::Value(id) if body.is_float(*id) => res.push(Input::Value(*id)),
                Tree::Value(_) | Tree::Tuple(_) => (),
                Tree::Place(of) => {
                    let Type::Array(element, Len::Known(len)) = &body.place(*of).ty else {
                        return None;
                    };
                    if !matches!(**element, Type::Float(_)) {
                        return None;
                    }
                    res.extend((0..*len).map(|k| Input::Element {
                        of: *of,
                        k,
                        len: *len,
                    }));
                }
            }
            if res.len() > FEW {
                return None;
            }
        }
    }
    Some(res)
}

/// The sweep through the whole body, each direction with its seed.
fn seeded(body: &Body, inputs: &[Input]) -> Forward {
    let mut forward = Forward::new(body, inputs.iter().map(|input| direction(body, input)).collect());
    forward.b.begin();
    let buffers = body.params.iter().filter(|param| param.role == Role::Cotangent);
    for buffer in buffers.flat_map(|param| param.tree.places()) {
        forward.own(buffer);
    }
    for (at, input) in inputs.iter().enumerate() {
        forward.at = at;
        match input {
            Input::Value(id) => {
                let one = forward.b.float_like(1.0, *id);
                forward.here().dots.insert(*id, one);
            }
            Input::Element { of, k, len } => {
                forward.unit(*of, *k, *len);
                if !is_written(body, *of) {
                    forward.here().units.insert(*of, *k);
                }
            }
        }
    }
    forward.stmts(&body.region);
    forward
}

fn is_written(body: &Body, place: PlaceId) -> bool {
    let mut written = false;
    each(&body.region, &mut |stmt| {
        written |= begun(&stmt.instr).contains(&place)
            || places(&stmt.instr)
                .iter()
                .any(|(at, access)| at.root == place && access.writes());
    });
    written
}

fn direction(body: &Body, input: &Input) -> Direction {
    let (name, tree) = match input {
        Input::Value(id) => (&body.value(*id).name, Tree::Value(*id)),
        Input::Element { of, .. } => (&body.place(*of).name, Tree::Place(*of)),
    };
    let mut suffix = name.as_ref().map_or("_dot".to_owned(), |name| {
        format!("_by_{}", name.text.trim_start_matches("r#"))
    });
    if let Input::Element { k, .. } = input {
        suffix.push_str(&k.to_string());
    }
    Direction::new(suffix, varied_from(body, &tree))
}

impl Forward {
    /// Makes a buffer for cotangents a local that begins with zeros, and so its shadows.
    fn own(&mut self, buffer: PlaceId) {
        self.b.body.places[buffer.0 as usize].param = None;
        self.zeros(buffer);
        self.each_direction(|forward| {
            if let Some(shadow) = forward.begin_shadow(buffer) {
                forward.zeros(shadow);
            }
        });
    }

    fn zeros(&mut self, place: PlaceId) {
        let float = match self.b.body.place(place).ty.element() {
            Some(Type::Float(float)) => float.clone(),
            _ => Float::Inferred,
        };
        let value = self.b.one(Instr::Const(Const::Float(0.0)), Type::Float(float));
        self.b.alloc(place, Init::Repeat { value, len: None });
    }

    /// The shadow of an array whose element `k` is 1 and all others 0.
    fn unit(&mut self, of: PlaceId, k: usize, len: usize) {
        let float = match self.b.body.place(of).ty.element() {
            Some(Type::Float(float)) => float.clone(),
            _ => Float::Inferred,
        };
        let values = (0..len)
            .map(|at| {
                let entry = if at == k { 1.0 } else { 0.0 };
                let ty = Type::Float(float.clone());
                self.b.one(Instr::Const(Const::Float(entry)), ty)
            })
            .collect();
        let shadow = self.shadow_place(of);
        self.b.body.places[shadow.0 as usize].param = None;
        self.here().shadows.insert(of, shadow);
        self.b.alloc(shadow, Init::List(values));
    }

    fn columns_of(&mut self, inputs: &[Input], of: &Tree) -> Vec<Tree> {
        (0..inputs.len())
            .map(|at| {
                self.at = at;
                self.tangent_tree(of)
            })
            .collect()
    }

    fn finish(mut self, params: Vec<Param>, result: Tree) -> Body {
        let region = self.b.end();
        Body {
            params,
            region,
            result,
            ..self.b.body
        }
    }
}
