//! Forward mode: carries the tangent of every varied value and place beside it.
//!
//! Accepts what the reverse transform gives, so second order needs no code of its own. Several tangents can be carried
//! in one sweep: with one direction for each scalar parameter, that is a gradient.

mod calls;
mod columns;
mod control;
mod matrices;
mod memory;
mod scalars;

pub(super) use columns::{columns, gradient};

use crate::analyse::{Activity, varied};
use crate::ir::{
    Body, Builder, Init, Instr, Origin, Param, PlaceId, PlaceRef, Pullback, Region, Role, Stmt, Tree, Type,
    ValueId,
};
use std::collections::BTreeMap;

/// See [`super::forward`].
pub(super) fn forward(body: &Body) -> Body {
    let mut forward = Forward::new(body, vec![Direction::new("_dot".to_owned(), varied(body))]);
    let params = forward.params(&body.params);
    forward.b.begin();
    forward.stmts(&body.region);
    let (result, pullback) = match &body.pullback {
        None => (forward.both(&body.result), None),
        Some(it) => {
            let result = forward.both(&body.result);
            let params = forward.params(&it.params);
            forward.b.begin();
            forward.stmts(&it.region);
            let dots = forward.both(&it.result);
            let region = forward.b.end();
            (
                result,
                Some(Pullback {
                    params,
                    region,
                    result: dots,
                }),
            )
        }
    };
    let region = forward.b.end();
    Body {
        params,
        region,
        result,
        pullback,
        ..forward.b.body
    }
}

struct Forward {
    b: Builder,
    directions: Vec<Direction>,
    /// The direction that is being built.
    at: usize,
}

/// One tangent of everything.
struct Direction {
    /// What names of tangents end in.
    suffix: String,
    /// What moves along it.
    varied: Activity,
    /// The tangent of each value that has one; absent means zero.
    dots: BTreeMap<ValueId, ValueId>,
    shadows: BTreeMap<PlaceId, PlaceId>,
    /// Arrays of which one element moves, with slope 1, and which are never written to.
    units: BTreeMap<PlaceId, usize>,
}

impl Direction {
    fn new(suffix: String, varied: Activity) -> Self {
        Direction {
            suffix,
            varied,
            dots: BTreeMap::new(),
            shadows: BTreeMap::new(),
            units: BTreeMap::new(),
        }
    }
}

impl Forward {
    fn new(body: &Body, directions: Vec<Direction>) -> Self {
        let mut shell = body.clone();
        shell.region = Region::default();
        shell.pullback = None;
        Forward {
            b: Builder::new(shell, Origin::Derivative),
            directions,
            at: 0,
        }
    }

    fn here(&mut self) -> &mut Direction {
        &mut self.directions[self.at]
    }

    /// Calls `build` once for each direction.
    fn each_direction(&mut self, mut build: impl FnMut(&mut Self)) {
        for at in 0..self.directions.len() {
            self.at = at;
            build(self);
        }
    }

    fn params(&mut self, params: &[Param]) -> Vec<Param> {
        let mut res = Vec::new();
        for param in params {
            res.push(param.clone());
            let role = match param.role {
                Role::Active => Role::Tangent,
                Role::Cotangent => Role::CotangentTangent,
                Role::Seed => Role::SeedTangent,
                Role::Constant | Role::Tangent | Role::CotangentTangent | Role::SeedTangent => continue,
            };
            let tree = self.tangent_param(&param.tree);
            res.push(Param {
                index: param.index,
                role,
                tree,
            });
        }
        res
    }

    fn tangent_param(&mut self, tree: &Tree) -> Tree {
        match tree {
            Tree::Value(id) => {
                let dot = self.dot_value(*id);
                if self.b.body.is_float(*id) {
                    self.here().dots.insert(*id, dot);
                }
                Tree::Value(dot)
            }
            Tree::Place(id) => {
                let shadow = self.shadow_place(*id);
                if self.b.body.place(*id).ty.has_floats() {
                    self.here().shadows.insert(*id, shadow);
                }
                Tree::Place(shadow)
            }
            Tree::Tuple(parts) => Tree::Tuple(parts.iter().map(|part| self.tangent_param(part)).collect()),
        }
    }

    /// A value for the tangent of `of`, defined by the caller.
    fn dot_value(&mut self, of: ValueId) -> ValueId {
        let ty = self.b.body.ty(of).clone();
        let dot = self.b.value(ty);
        self.name_after(of, dot);
        dot
    }

    fn name_after(&mut self, of: ValueId, dot: ValueId) {
        if let Some(name) = &self.b.body.value(of).name {
            let text = format!("{}{}", name.text, self.directions[self.at].suffix);
            self.b.name(dot, text);
        }
    }

    /// A place for the tangent of `of`.
    fn shadow_place(&mut self, of: PlaceId) -> PlaceId {
        let mut place = self.b.body.place(of).clone();
        place.origin = Origin::Derivative;
        if let Some(name) = &mut place.name {
            name.text.push_str(&self.directions[self.at].suffix);
        }
        self.b.body.fresh_place(place)
    }

    /// `(result, tangent of the result)`
    fn both(&mut self, result: &Tree) -> Tree {
        let dot = self.tangent_of_result(result);
        Tree::Tuple(vec![result.clone(), dot])
    }

    /// As [`Forward::tangent_tree`]; an error is not handed over twice.
    fn tangent_of_result(&mut self, tree: &Tree) -> Tree {
        match tree {
            Tree::Value(id) if matches!(self.b.body.ty(*id), Type::Host) => {
                let nothing = Instr::Host {
                    template: quote::quote!(::core::default::Default::default()),
                    args: Vec::new(),
                    pure: true,
                };
                Tree::Value(self.b.one(nothing, Type::Host))
            }
            Tree::Value(_) | Tree::Place(_) => self.tangent_tree(tree),
            Tree::Tuple(parts) => {
                Tree::Tuple(parts.iter().map(|part| self.tangent_of_result(part)).collect())
            }
        }
    }

    /// The tangent of a tree, zeros where there is none.
    fn tangent_tree(&mut self, tree: &Tree) -> Tree {
        match tree {
            Tree::Value(id) => Tree::Value(self.dot_or_zero(*id)),
            Tree::Place(id) => Tree::Place(self.shadow_or_zeros(&PlaceRef::whole(*id)).root),
            Tree::Tuple(parts) => Tree::Tuple(parts.iter().map(|part| self.tangent_tree(part)).collect()),
        }
    }

    fn dot(&self, of: ValueId) -> Option<ValueId> {
        self.directions[self.at].dots.get(&of).copied()
    }

    /// The tangent; what has none (also integers, which carry themselves along) gives a zero.
    fn dot_or_zero(&mut self, of: ValueId) -> ValueId {
        match self.dot(of) {
            Some(dot) => dot,
            None if self.b.body.is_float(of) => self.b.float_like(0.0, of),
            None => of,
        }
    }

    fn shadow(&self, of: &PlaceRef) -> Option<PlaceRef> {
        if self.b.body.is_constant_member(of) {
            return None;
        }
        let root = *self.directions[self.at].shadows.get(&of.root)?;
        Some(PlaceRef {
            root,
            path: of.path.clone(),
        })
    }

    /// The shadow of `of`, or zeros of its shape.
    fn shadow_or_zeros(&mut self, of: &PlaceRef) -> PlaceRef {
        if let Some(shadow) = self.shadow(of) {
            return shadow;
        }
        let zeros = self.shadow_place(of.root);
        self.b.body.places[zeros.0 as usize].param = None;
        self.b.alloc(zeros, Init::ZerosLike(PlaceRef::whole(of.root)));
        PlaceRef {
            root: zeros,
            path: of.path.clone(),
        }
    }

    fn is_varied(&self, place: PlaceId) -> bool {
        // Pullbacks carry the tangents of what they close over; a list of them has no shadow.
        self.directions[self.at].varied.places.contains(&place) && self.b.body.place(place).ty.has_floats()
    }

    /// The shadow of a varied place that begins here.
    fn begin_shadow(&mut self, place: PlaceId) -> Option<PlaceId> {
        if !self.is_varied(place) {
            return None;
        }
        if let Some(shadow) = self.directions[self.at].shadows.get(&place) {
            return Some(*shadow);
        }
        let shadow = self.shadow_place(place);
        self.here().shadows.insert(place, shadow);
        Some(shadow)
    }

    fn stmts(&mut self, region: &Region) {
        for stmt in &region.stmts {
            self.b.span = stmt.span;
            self.stmt(stmt);
        }
    }

    /// The statement itself, unchanged.
    fn keep(&mut self, stmt: &Stmt) {
        self.b.stmts().push(stmt.clone());
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match &stmt.instr {
            Instr::If {
                cond,
                then,
                otherwise,
            } => return self.branch(stmt, *cond, then, otherwise),
            Instr::Loop(it) => return self.repeat(stmt, it),
            Instr::Call(call) => return self.call(stmt, call),
            // Their tangents move first what the primal will move.
            Instr::Alloc { place, init } => return self.alloc(stmt, *place, init),
            _ => self.keep(stmt),
        }
        self.each_direction(|forward| forward.tangent(stmt));
    }

    /// The tangent of an instruction without regions, in one direction.
    fn tangent(&mut self, stmt: &Stmt) {
        let dot = match (&stmt.instr, stmt.results.first()) {
            (Instr::Load(from), Some(result)) if self.b.body.is_float(*result) => self.load(from, *result),
            (Instr::Matrix(op), Some(result)) => self.matrix_scalar(op, *result),
            (instr, Some(result)) if self.b.body.is_float(*result) => self.scalar(instr, *result),
            (instr, _) => {
                self.effect(instr);
                None
            }
        };
        if let (Some(dot), Some(result)) = (dot, stmt.results.first()) {
            self.name_after(*result, dot);
            self.here().dots.insert(*result, dot);
        }
    }
}
