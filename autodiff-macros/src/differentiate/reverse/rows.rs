//! Several sweeps back behind one forward sweep, one for each scalar that a function gives: its Jacobian, row by row.

use super::places::Kept;
use super::record::Record;
use super::{Reverse, Role};
use crate::analyse::{Layout, RegionId};
use crate::ir::visit::{begun, each, places};
use crate::ir::{Body, Const, Float, Init, Instr, Len, Passing, PlaceId, Region, Tree, Type, ValueId};
use crate::pipeline::Switches;
use std::collections::{BTreeMap, BTreeSet};

/// More rows than this are not worth their compile time.
const FEW: usize = 8;

/// One scalar that the function gives.
#[derive(Clone, Copy, Debug)]
enum Output {
    Value(ValueId),
    /// Element `k` of an array of `len` floats.
    Element {
        of: PlaceId,
        k: usize,
        len: usize,
    },
}

/// See [`crate::differentiate::rows`].
pub(in crate::differentiate) fn rows(primal: &Body, switches: &Switches) -> Option<Body> {
    let primal = &listed(primal);
    let outputs = outputs(primal)?;
    if !takes_static(primal) {
        return None;
    }
    let layout = Layout::of(primal);
    let mut reverse = Reverse::new(primal, &layout, switches, true);
    reverse.fuses = false;
    let (mut rows, mut back) = (Vec::new(), Vec::new());
    for output in outputs {
        reverse.b.begin();
        reverse.begin_row();
        reverse.enter(RegionId(0));
        reverse.seed(output);
        reverse.sweep_back(&primal.region);
        rows.push(reverse.cotangent_result());
        reverse.frames.pop();
        back.extend(reverse.b.end().stmts);
    }
    // What was pushed can be popped once only.
    let stacks = reverse
        .records
        .values()
        .any(|record| matches!(record, Record::Stack(_)))
        || reverse.kept.values().any(|kept| matches!(kept, Kept::Stack(_)));
    if stacks {
        return None;
    }
    let mut stmts = reverse.forward_sweep(&primal.region, RegionId(0));
    stmts.extend(back);
    let region = Region {
        stmts,
        ..Region::default()
    };
    Some(Body {
        params: primal.params.clone(),
        region,
        result: Tree::Tuple(rows),
        pullback: None,
        ..reverse.b.body
    })
}

/// The same function with the elements of arrays that are nothing but a list, `[a, b]`, for results: then nothing is
/// known to be zero only at run time.
fn listed(primal: &Body) -> Body {
    let mut res = primal.clone();
    let mut lists: BTreeMap<PlaceId, Vec<ValueId>> = BTreeMap::new();
    for stmt in &primal.region.stmts {
        if let Instr::Alloc {
            place,
            init: Init::List(values),
        } = &stmt.instr
        {
            lists.insert(*place, values.clone());
        }
    }
    let mut mentions: BTreeMap<PlaceId, usize> = BTreeMap::new();
    each(&primal.region, &mut |stmt| {
        let named = places(&stmt.instr).into_iter().map(|(at, _)| at.root);
        let named: BTreeSet<_> = named.chain(begun(&stmt.instr)).collect();
        for place in named {
            *mentions.entry(place).or_default() += 1;
        }
    });
    lists.retain(|place, _| mentions.get(place) == Some(&1));
    res.result = opened(&primal.result, &lists);
    res
}

fn opened(tree: &Tree, lists: &BTreeMap<PlaceId, Vec<ValueId>>) -> Tree {
    match tree {
        Tree::Value(id) => Tree::Value(*id),
        Tree::Place(id) => match lists.get(id) {
            Some(values) => Tree::Tuple(values.iter().copied().map(Tree::Value).collect()),
            None => Tree::Place(*id),
        },
        Tree::Tuple(parts) => Tree::Tuple(parts.iter().map(|part| opened(part, lists)).collect()),
    }
}

/// All scalars of the result, from left to right.
fn outputs(primal: &Body) -> Option<Vec<Output>> {
    let mut res = Vec::new();
    for leaf in primal.result.leaves() {
        match leaf {
            Tree::Value(id) if primal.is_float(*id) => res.push(Output::Value(*id)),
            Tree::Place(of) => {
                let len = floats(primal, *of)?;
                res.extend((0..len).map(|k| Output::Element { of: *of, k, len }));
            }
            Tree::Value(_) | Tree::Tuple(_) => return None,
        }
        if res.len() > FEW {
            return None;
        }
    }
    Some(res)
}

/// The length of an array of floats.
fn floats(body: &Body, place: PlaceId) -> Option<usize> {
    match &body.place(place).ty {
        Type::Array(element, Len::Known(len)) if matches!(**element, Type::Float(_)) => Some(*len),
        _ => None,
    }
}

/// Whether all differentiable parameters are scalars and arrays of known lengths, and no pullback is called twice.
fn takes_static(primal: &Body) -> bool {
    let mut calls = false;
    each(&primal.region, &mut |stmt| {
        calls |= matches!(stmt.instr, Instr::Call(_));
    });
    let mut active = primal.params.iter().filter(|param| param.role == Role::Active);
    let fixed = |id: PlaceId| floats(primal, id).is_some() && primal.place(id).param != Some(Passing::RefMut);
    !calls && active.all(|param| param.tree.places().into_iter().all(fixed))
}

impl Reverse<'_> {
    /// Forgets the cotangents of the row before; those of this one go into new arrays.
    fn begin_row(&mut self) {
        self.bars.clear();
        self.shadows.clear();
        self.buffers.clear();
        self.seeds.clear();
        self.cotangent_params();
        for (param, buffer) in self.buffers.clone() {
            self.b.body.places[buffer.0 as usize].param = None;
            // A buffer that is the shadow itself begins with the other shadows.
            if self.shadows.contains_key(&param) && self.active.places.contains(&param) {
                continue;
            }
            let value = self.entry(buffer, 0.0);
            self.b.alloc(buffer, Init::Repeat { value, len: None });
        }
    }

    fn seed(&mut self, output: Output) {
        match output {
            Output::Value(id) => {
                let one = self.b.float_like(1.0, id);
                self.add_bar(id, one);
            }
            Output::Element { of, k, len } => {
                let ty = self.primal.place(of).ty.clone();
                let unit = self.new_place(ty, None, None);
                let entries = (0..len)
                    .map(|at| self.entry(unit, if at == k { 1.0 } else { 0.0 }))
                    .collect();
                self.b.alloc(unit, Init::List(entries));
                self.seeds.push((of, unit));
            }
        }
    }

    /// A literal of the kind that `array` is made of.
    fn entry(&mut self, array: PlaceId, x: f64) -> ValueId {
        let float = match self.b.body.place(array).ty.element() {
            Some(Type::Float(float)) => float.clone(),
            _ => Float::Inferred,
        };
        self.b.one(Instr::Const(Const::Float(x)), Type::Float(float))
    }
}
