//! Reverse mode: a forward sweep that records what is needed, and a sweep that carries cotangents back.
//!
//! The reverse sweep is built first, statement by statement from the last to the first; what it asks for of the
//! primal's values decides what the forward sweep records ([`record`]). A *sweep* is a region whose forward and
//! reverse parts stand in one scope: the function, or the body of a fused loop ([`fuse`]).

mod calls;
mod control;
mod fuse;
mod matrices;
mod memory;
mod places;
mod plan;
mod recompute;
mod record;
mod rows;
mod scalars;
mod shadows;
mod sink;

use super::products::sum;
use crate::analyse::{Activity, Layout, RegionId, StmtKey, active, read_back};
use crate::ir::{
    Body, Builder, Float, Name, Origin, Param, Passing, Place, PlaceId, PlaceRef, Pullback, Region, Role,
    Tree, Type, ValueId,
};
use crate::pipeline::Switches;
use plan::Plan;
pub(super) use rows::rows;
use std::collections::{BTreeMap, BTreeSet};

/// A gradient, and whether its forward sweep had to keep anything for the reverse sweep.
pub(super) struct Gradient {
    pub(super) body: Body,
    pub(super) records: bool,
}

/// See [`super::gradient`].
pub(super) fn gradient(primal: &Body, switches: &Switches) -> Option<Gradient> {
    let Tree::Value(result) = &primal.result else {
        return None;
    };
    let buffers = primal.params.iter().flat_map(|param| param.tree.places());
    if !primal.is_float(*result)
        || buffers
            .clone()
            .any(|id| primal.place(id).param == Some(Passing::RefMut))
    {
        return None;
    }
    let layout = Layout::of(primal);
    let mut reverse = Reverse::new(primal, &layout, switches, true);
    let cotangents = reverse.cotangent_params();
    reverse.b.begin();
    reverse.enter(RegionId(0));
    let one = reverse.b.float_like(1.0, *result);
    if reverse.active.values.contains(result) {
        reverse.bars.insert(*result, one);
    }
    reverse.sweep_back(&primal.region);
    let tree = reverse.cotangent_result();
    let back = reverse.b.end();
    reverse.frames.pop();
    let mut stmts = reverse.forward_sweep(&primal.region, RegionId(0));
    stmts.extend(back.stmts);
    let mut params = primal.params.clone();
    params.extend(cotangents);
    let region = Region {
        stmts,
        ..Region::default()
    };
    let result = Tree::Tuple(vec![primal.result.clone(), tree]);
    let records = !reverse.records.is_empty() || !reverse.kept.is_empty();
    let body = Body {
        params,
        region,
        result,
        pullback: None,
        ..reverse.b.body
    };
    Some(Gradient { body, records })
}

/// See [`super::pullback`].
pub(super) fn pullback(primal: &Body, switches: &Switches) -> Body {
    let layout = Layout::of(primal);
    let mut reverse = Reverse::new(primal, &layout, switches, false);
    let mut params = Vec::new();
    reverse.b.begin();
    reverse.enter(RegionId(0));
    let seeds = reverse.seed_tree(&primal.result);
    params.push(Param {
        index: 0,
        role: Role::Seed,
        tree: seeds,
    });
    params.extend(reverse.again_params());
    params.extend(reverse.cotangent_params());
    reverse.sweep_back(&primal.region);
    let tree = reverse.cotangent_result();
    let back = reverse.b.end();
    reverse.frames.pop();
    let stmts = reverse.forward_sweep(&primal.region, RegionId(0));
    let region = Region {
        stmts,
        ..Region::default()
    };
    let pullback = Some(Pullback {
        params,
        region: back,
        result: tree,
    });
    Body {
        params: primal.params.clone(),
        region,
        result: primal.result.clone(),
        pullback,
        ..reverse.b.body
    }
}

struct Reverse<'a> {
    b: Builder,
    primal: &'a Body,
    layout: &'a Layout<'a>,
    active: Activity,
    /// What adjoints will read of the primal.
    read_back: BTreeSet<ValueId>,
    uses: BTreeMap<ValueId, Vec<sink::Use>>,
    /// What the primal computes by a function of the rule table.
    twins: BTreeMap<(&'static str, Vec<ValueId>), ValueId>,
    switches: &'a Switches,
    /// The seed is known and forward and reverse sweep share a scope.
    gradient: bool,
    /// A loop may run forward and backward at once: there is one sweep back only.
    fuses: bool,
    /// The cotangent of each value so far, in the region that is being built; absent means zero.
    bars: BTreeMap<ValueId, ValueId>,
    shadows: BTreeMap<PlaceId, PlaceId>,
    /// The buffer that the caller gave for a parameter's cotangent.
    buffers: BTreeMap<PlaceId, PlaceId>,
    /// Seeds of returned places, copied into their shadows at the start.
    seeds: Vec<(PlaceId, PlaceId)>,
    /// The reverse regions that are being built, from the outermost sweep inwards.
    frames: Vec<Frame>,
    /// What the forward sweep has to do beyond the primal.
    plan: Plan,
    /// Parameters that are passed again to the pullback.
    again: BTreeMap<PlaceId, PlaceId>,
    /// Values recorded already, and where.
    records: BTreeMap<ValueId, record::Record>,
    kept: BTreeMap<PlaceId, places::Kept>,
    /// Places whose shadow a fused loop has begun in the forward sweep.
    early: BTreeMap<PlaceId, StmtKey>,
    /// Derivative values from around the fused loop that is being built.
    outer_seeds: BTreeSet<ValueId>,
}

/// One reverse region under construction.
#[derive(Debug)]
struct Frame {
    /// The primal region that it reverses.
    region: RegionId,
    /// Whether forward and reverse parts share a scope.
    sweep: bool,
    /// Number of open regions of the builder when this one is the innermost.
    depth: usize,
    /// Primal values that have been made available here.
    env: BTreeMap<ValueId, ValueId>,
    /// Primal places that have been made available here.
    places: BTreeMap<PlaceId, PlaceRef>,
    /// The flat number of the iteration, for indexed records.
    flat: Option<ValueId>,
}

impl<'a> Reverse<'a> {
    fn new(primal: &'a Body, layout: &'a Layout<'a>, switches: &'a Switches, gradient: bool) -> Self {
        let shell = Body {
            region: Region::default(),
            ..primal.clone()
        };
        let active = active(primal);
        Reverse {
            b: Builder::new(shell, Origin::Derivative),
            primal,
            layout,
            read_back: read_back(primal, &active),
            active,
            uses: Self::uses_of(layout),
            twins: Self::twins_of(layout),
            switches,
            gradient,
            fuses: gradient && switches.on("fuse"),
            bars: BTreeMap::new(),
            shadows: BTreeMap::new(),
            buffers: BTreeMap::new(),
            seeds: Vec::new(),
            frames: Vec::new(),
            plan: Plan::default(),
            again: BTreeMap::new(),
            records: BTreeMap::new(),
            kept: BTreeMap::new(),
            early: BTreeMap::new(),
            outer_seeds: BTreeSet::new(),
        }
    }

    /// Opens the frame of a sweep; the builder's innermost region is its reverse part.
    fn enter(&mut self, region: RegionId) {
        let frame = self.frame(region, true);
        self.frames.push(frame);
    }

    fn frame(&self, region: RegionId, sweep: bool) -> Frame {
        let depth = self.b.depth();
        Frame {
            region,
            sweep,
            depth,
            env: BTreeMap::new(),
            places: BTreeMap::new(),
            flat: None,
        }
    }

    /// The region of the innermost sweep.
    fn sweep(&self) -> RegionId {
        let frame = self.frames.iter().rev().find(|frame| frame.sweep);
        frame.expect("everything is reversed inside of a sweep").region
    }

    /// Reverses the statements of `region`, the last first, into the open region.
    fn sweep_back(&mut self, region: &'a Region) {
        let start = self.b.stmts().len();
        self.statements_back(region);
        // Only now it is known which shadows a fused loop has begun already.
        self.b.begin();
        self.begin_shadows(self.layout.id(region));
        let begun = self.b.end().stmts;
        self.b.stmts().splice(start..start, begun);
    }

    fn statements_back(&mut self, region: &'a Region) {
        for stmt in region.stmts.iter().rev() {
            self.b.span = stmt.span;
            self.back(stmt);
        }
        self.forget(region);
    }

    /// Cotangents of what `region` defines are of no use outside.
    fn forget(&mut self, region: &Region) {
        for id in region.stmts.iter().flat_map(|stmt| &stmt.results) {
            self.bars.remove(id);
        }
    }

    fn is_active(&self, value: ValueId) -> bool {
        self.active.values.contains(&value)
    }

    /// Adds `term` to the cotangent of `value`, if that wants one.
    fn add_bar(&mut self, value: ValueId, term: ValueId) {
        if !self.is_active(value) {
            return;
        }
        let so_far = self.bars.get(&value).copied();
        let bar = match (so_far, super::products::negated(&mut self.b, term)) {
            (Some(so_far), Some(positive)) => {
                super::products::difference(&mut self.b, Some(so_far), positive)
            }
            (so_far, _) => sum(&mut self.b, so_far, term),
        };
        self.name_bar(value, bar);
        self.bars.insert(value, bar);
    }

    fn name_bar(&mut self, of: ValueId, bar: ValueId) {
        if let Some(name) = &self.b.body.value(of).name {
            let text = format!("{}_bar", name.text);
            self.b.name(bar, text);
        }
    }

    fn zero_like(&mut self, value: ValueId) -> ValueId {
        self.b.float_like(0.0, value)
    }

    /// A parameter value that mirrors a float of the primal.
    fn mirror_value(&mut self, of: ValueId, suffix: &str) -> ValueId {
        let ty = self.b.body.ty(of).clone();
        let value = self.b.value(ty);
        if let Some(name) = &self.b.body.value(of).name {
            let text = format!("{}{suffix}", name.text);
            self.b.name(value, text);
        }
        value
    }

    fn new_place(&mut self, ty: Type, name: Option<(&Name, &str)>, param: Option<Passing>) -> PlaceId {
        let name = name.map(|(name, suffix)| Name {
            text: format!("{}{suffix}", name.text),
            span: name.span,
        });
        self.b.body.fresh_place(Place {
            ty,
            name,
            origin: Origin::Derivative,
            param,
        })
    }

    /// The buffers that cotangents of aggregates are accumulated into.
    fn cotangent_params(&mut self) -> Vec<Param> {
        let mut res = Vec::new();
        for param in self
            .primal
            .params
            .iter()
            .filter(|param| param.role == Role::Active)
        {
            if param.tree.places().is_empty() {
                continue;
            }
            let tree = self.cotangent_param(&param.tree);
            res.push(Param {
                index: param.index,
                role: Role::Cotangent,
                tree,
            });
        }
        res
    }

    fn cotangent_param(&mut self, tree: &Tree) -> Tree {
        match tree {
            Tree::Value(_) => Tree::Tuple(Vec::new()),
            Tree::Place(id) => {
                let place = self.primal.place(*id).clone();
                let ty = self.bar_type(&place);
                let name = place.name.as_ref().map(|name| (name, "_bar"));
                let bar = self.new_place(ty, name, Some(Passing::RefMut));
                self.buffers.insert(*id, bar);
                if self.shadow_is_buffer(*id) {
                    self.shadows.insert(*id, bar);
                }
                Tree::Place(bar)
            }
            Tree::Tuple(parts) => Tree::Tuple(parts.iter().map(|part| self.cotangent_param(part)).collect()),
        }
    }

    /// The type of the buffer for a parameter's cotangent. Callers of a pullback see slices, because they do not know
    /// the callee's signature; memory that the callee owns, or may resize, keeps its type.
    fn bar_type(&self, param: &Place) -> Type {
        match (&param.ty, param.param) {
            (Type::Array(element, _), Some(Passing::Ref | Passing::RefMut)) if !self.gradient => {
                Type::Slice(element.clone())
            }
            (Type::Vec(element), Some(Passing::Ref)) => Type::Slice(element.clone()),
            (Type::Vec(element), Some(Passing::Value)) if self.gradient => Type::Slice(element.clone()),
            (ty, _) => ty.clone(),
        }
    }

    /// What a pullback is called with, in the shape of the result.
    fn seed_tree(&mut self, result: &Tree) -> Tree {
        match result {
            Tree::Value(id) if self.primal.is_float(*id) => {
                let seed = self.mirror_value(*id, "_bar");
                if self.b.body.value(seed).name.is_none() {
                    self.b.name(seed, "seed");
                }
                self.add_bar(*id, seed);
                Tree::Value(seed)
            }
            Tree::Place(id) if self.primal.place(*id).ty.has_floats() => {
                let place = self.primal.place(*id).clone();
                let ty = match &place.ty {
                    matrix @ Type::Matrix(_) => matrix.clone(),
                    list => {
                        let element = list.element().cloned().unwrap_or(Type::Float(Float::F64));
                        Type::Slice(Box::new(element))
                    }
                };
                let seed = self.new_place(ty, None, Some(Passing::Ref));
                self.b.body.places[seed.0 as usize].name = Some(Name {
                    text: "seed".to_owned(),
                    span: self.b.span,
                });
                self.seeds.push((*id, seed));
                Tree::Place(seed)
            }
            Tree::Value(_) | Tree::Place(_) => Tree::Tuple(Vec::new()),
            Tree::Tuple(parts) => Tree::Tuple(parts.iter().map(|part| self.seed_tree(part)).collect()),
        }
    }

    /// References to aggregates are passed again, so that the closure never borrows the caller's memory.
    fn again_params(&mut self) -> Vec<Param> {
        let mut res = Vec::new();
        for param in &self.primal.params {
            let Tree::Place(id) = param.tree else { continue };
            let place = self.primal.place(id).clone();
            if place.param != Some(Passing::Ref) {
                continue;
            }
            let again = self.b.body.fresh_place(place);
            self.again.insert(id, again);
            res.push(Param {
                index: param.index,
                role: param.role,
                tree: Tree::Place(again),
            });
        }
        res
    }

    /// The cotangents of the differentiable parameters, in their order and shape.
    fn cotangent_result(&mut self) -> Tree {
        self.return_owned_shadows();
        let active = self
            .primal
            .params
            .iter()
            .filter(|param| param.role == Role::Active);
        let parts = active.map(|param| self.cotangent_tree(&param.tree)).collect();
        Tree::Tuple(parts)
    }

    fn cotangent_tree(&mut self, tree: &Tree) -> Tree {
        match tree {
            Tree::Value(id) => Tree::Value(match self.bars.get(id) {
                Some(bar) => *bar,
                None => self.zero_like(*id),
            }),
            Tree::Place(id) => Tree::Place(self.buffers[id]),
            Tree::Tuple(parts) => Tree::Tuple(parts.iter().map(|part| self.cotangent_tree(part)).collect()),
        }
    }
}
