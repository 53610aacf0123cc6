//! Forward mode: carries the tangent of every varied value and place beside it.
//!
//! Accepts what the reverse transform gives, so second order needs no code of its own.

mod calls;

use super::products::{scaled, sum};
use crate::analyse::{Activity, varied};
use crate::ir::visit::Access;
use crate::ir::{
    BinaryOp, Body, Builder, Init, Instr, Loop, LoopKind, Origin, Param, PlaceId, PlaceRef, Pullback, Region,
    Role, Stmt, Tree, UnaryOp, ValueId,
};
use crate::rules;
use std::collections::BTreeMap;

/// See [`super::forward`].
pub(super) fn forward(body: &Body) -> Body {
    let activity = varied(body);
    let mut shell = body.clone();
    shell.region = Region::default();
    shell.pullback = None;
    let b = Builder::new(shell, Origin::Derivative);
    let mut forward = Forward {
        b,
        activity,
        dots: BTreeMap::new(),
        shadows: BTreeMap::new(),
    };
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
    activity: Activity,
    /// The tangent of each value that has one; absent means zero.
    dots: BTreeMap<ValueId, ValueId>,
    shadows: BTreeMap<PlaceId, PlaceId>,
}

impl Forward {
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
                    self.dots.insert(*id, dot);
                }
                Tree::Value(dot)
            }
            Tree::Place(id) => {
                let shadow = self.shadow_place(*id);
                if self.b.body.place(*id).ty.has_floats() {
                    self.shadows.insert(*id, shadow);
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
            let text = format!("{}_dot", name.text);
            self.b.name(dot, text);
        }
    }

    /// A place for the tangent of `of`.
    fn shadow_place(&mut self, of: PlaceId) -> PlaceId {
        let mut place = self.b.body.place(of).clone();
        place.origin = Origin::Derivative;
        if let Some(name) = &mut place.name {
            name.text = format!("{}_dot", name.text);
        }
        self.b.body.fresh_place(place)
    }

    /// `(result, tangent of the result)`
    fn both(&mut self, result: &Tree) -> Tree {
        let dot = self.tangent_tree(result);
        Tree::Tuple(vec![result.clone(), dot])
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
        self.dots.get(&of).copied()
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
        let root = *self.shadows.get(&of.root)?;
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
        self.activity.places.contains(&place)
    }

    /// The shadow of a varied place that begins here.
    fn begin_shadow(&mut self, place: PlaceId) -> Option<PlaceId> {
        if !self.is_varied(place) {
            return None;
        }
        if let Some(shadow) = self.shadows.get(&place) {
            return Some(*shadow);
        }
        let shadow = self.shadow_place(place);
        self.shadows.insert(place, shadow);
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
        let dot = match (&stmt.instr, stmt.results.first()) {
            (Instr::Load(from), Some(result)) if self.b.body.is_float(*result) => self.load(from, *result),
            (instr, Some(result)) if self.b.body.is_float(*result) => self.scalar(instr, *result),
            (instr, _) => {
                self.effect(instr);
                None
            }
        };
        if let (Some(dot), Some(result)) = (dot, stmt.results.first()) {
            self.name_after(*result, dot);
            self.dots.insert(*result, dot);
        }
    }

    fn load(&mut self, from: &PlaceRef, result: ValueId) -> Option<ValueId> {
        let shadow = self.shadow(from)?;
        let ty = self.b.body.ty(result).clone();
        Some(self.b.load(shadow, ty))
    }

    /// The tangent of an arithmetic instruction.
    fn scalar(&mut self, instr: &Instr, y: ValueId) -> Option<ValueId> {
        match instr {
            Instr::Unary(UnaryOp::Neg, a) => {
                let dot = self.dot(*a)?;
                Some(self.b.neg(dot))
            }
            Instr::Binary(op, l, r) => self.binary(*op, *l, *r, y),
            Instr::Select {
                cond,
                then,
                otherwise,
            } => {
                if self.dot(*then).is_none() && self.dot(*otherwise).is_none() {
                    return None;
                }
                let (then, otherwise) = (self.dot_or_zero(*then), self.dot_or_zero(*otherwise));
                Some(self.b.select(*cond, then, otherwise))
            }
            Instr::Math { rule, args } => {
                let mut dot = None;
                for (k, arg) in args.iter().enumerate() {
                    let Some(arg_dot) = self.dot(*arg) else { continue };
                    let Some(partial) = rules::partial(&mut self.b, rule, k, args, y) else {
                        continue;
                    };
                    let term = scaled(&mut self.b, arg_dot, partial);
                    dot = Some(sum(&mut self.b, dot, term));
                }
                dot
            }
            Instr::Cast { value, to } => {
                let dot = self.dot(*value)?;
                Some(self.b.cast(dot, to.clone()))
            }
            Instr::Pop { from } => {
                let from = self.shadow(from)?;
                let ty = self.b.body.ty(y).clone();
                Some(self.b.one(Instr::Pop { from }, ty))
            }
            _ => None,
        }
    }

    fn binary(&mut self, op: BinaryOp, l: ValueId, r: ValueId, y: ValueId) -> Option<ValueId> {
        let (dl, dr) = (self.dot(l), self.dot(r));
        if dl.is_none() && dr.is_none() {
            return None;
        }
        let b = &mut self.b;
        match op {
            BinaryOp::Add => match (dl, dr) {
                (Some(dl), Some(dr)) => Some(b.add(dl, dr)),
                (one, other) => one.or(other),
            },
            BinaryOp::Sub => match (dl, dr) {
                (Some(dl), Some(dr)) => Some(b.sub(dl, dr)),
                (Some(dl), None) => Some(dl),
                (None, dr) => dr.map(|dr| b.neg(dr)),
            },
            BinaryOp::Mul => {
                let left = dl.map(|dl| scaled(b, dl, r));
                match dr {
                    Some(dr) => {
                        let right = scaled(b, dr, l);
                        Some(sum(b, left, right))
                    }
                    None => left,
                }
            }
            // (l/r)' = (l' - y r') / r
            BinaryOp::Div => {
                let rise = match dr {
                    None => dl?,
                    Some(dr) => {
                        let fall = b.mul(y, dr);
                        match dl {
                            Some(dl) => b.sub(dl, fall),
                            None => b.neg(fall),
                        }
                    }
                };
                Some(b.div(rise, r))
            }
            // l % r = l - r·trunc(l/r), and the quotient is constant between the jumps.
            BinaryOp::Rem => match dr {
                None => dl,
                Some(dr) => {
                    let quotient = super::products::whole_quotient(b, l, r);
                    let fall = b.mul(quotient, dr);
                    Some(match dl {
                        Some(dl) => b.sub(dl, fall),
                        None => b.neg(fall),
                    })
                }
            },
            BinaryOp::And | BinaryOp::Or | BinaryOp::Xor | BinaryOp::Shl | BinaryOp::Shr => None,
        }
    }

    /// The tangent of an instruction that only writes.
    fn effect(&mut self, instr: &Instr) {
        match instr {
            Instr::Store { to, value } => {
                if let Some(to) = self.shadow(to) {
                    let value = self.dot_or_zero(*value);
                    self.b.store(to, value);
                }
            }
            Instr::AddTo { to, value } => {
                if let (Some(to), Some(value)) = (self.shadow(to), self.dot(*value)) {
                    self.b.add_to(to, value);
                }
            }
            Instr::Fill { to, value } => {
                if let Some(to) = self.shadow(to) {
                    let value = self.dot_or_zero(*value);
                    self.b.effect(Instr::Fill { to, value });
                }
            }
            Instr::CopyTo { to, from } => {
                if let Some(to) = self.shadow(to) {
                    let from = self.shadow_or_zeros(from);
                    self.b.effect(Instr::CopyTo { to, from });
                }
            }
            Instr::Accumulate { to, from } => {
                if let (Some(to), Some(from)) = (self.shadow(to), self.shadow(from)) {
                    self.b.effect(Instr::Accumulate { to, from });
                }
            }
            Instr::Swap(l, r) => {
                if let (Some(l), Some(r)) = (self.shadow(l), self.shadow(r)) {
                    self.b.effect(Instr::Swap(l, r));
                }
            }
            Instr::Push { to, value } => {
                if let Some(to) = self.shadow(to) {
                    let value = self.dot_or_zero(*value);
                    self.b.effect(Instr::Push { to, value });
                }
            }
            Instr::PushRow { to, row } => {
                if let Some(to) = self.shadow(to) {
                    let row = self.shadow_or_zeros(&PlaceRef::whole(*row)).root;
                    self.b.effect(Instr::PushRow { to, row });
                }
            }
            Instr::PopRow { from, row } => {
                if let (Some(from), Some(row)) = (self.shadow(from), self.begin_shadow(*row)) {
                    self.b.effect(Instr::PopRow { from, row });
                }
            }
            Instr::Resize { to, len, value } => {
                if let Some(to) = self.shadow(to) {
                    let value = self.dot_or_zero(*value);
                    self.b.effect(Instr::Resize { to, len: *len, value });
                }
            }
            _ => (),
        }
        debug_assert!(
            crate::ir::visit::places(instr)
                .iter()
                .all(|(_, access)| *access != Access::Begin)
                || matches!(instr, Instr::PopRow { .. })
        );
    }

    fn alloc(&mut self, stmt: &Stmt, place: PlaceId, init: &Init) {
        let Some(shadow) = self.begin_shadow(place) else {
            return self.keep(stmt);
        };
        let zero = |forward: &mut Self, value: ValueId| forward.dot_or_zero(value);
        let init_dot = match init {
            Init::Repeat { value, len } => {
                let value = zero(self, *value);
                Some(Init::Repeat { value, len: *len })
            }
            Init::List(values) => Some(Init::List(
                values.iter().map(|value| zero(self, *value)).collect(),
            )),
            Init::RepeatPlace { row, len } => {
                let row = self.shadow_or_zeros(row);
                Some(Init::RepeatPlace { row, len: *len })
            }
            Init::Rows(rows) => {
                let rows = rows.iter().map(|row| self.shadow_or_zeros(row)).collect();
                Some(Init::Rows(rows))
            }
            Init::Copy { src, moved } => self.shadow(src).map(|src| Init::Copy { src, moved: *moved }),
            Init::Empty { capacity } => Some(Init::Empty { capacity: *capacity }),
            Init::ZerosLike(of) => Some(Init::ZerosLike(of.clone())),
            Init::Scratch { len } => Some(Init::Scratch { len: *len }),
            Init::View { of } => self.shadow(of).map(|of| Init::View { of }),
            Init::Host { .. } => None,
        };
        // A tangent is moved before its primal is, while the shape can still be asked for.
        match init_dot {
            Some(init_dot) => {
                self.b.alloc(shadow, init_dot);
                self.keep(stmt);
            }
            None => {
                self.keep(stmt);
                self.b.alloc(shadow, Init::ZerosLike(PlaceRef::whole(place)));
            }
        }
    }

    fn branch(&mut self, stmt: &Stmt, cond: ValueId, then: &Region, otherwise: &Region) {
        let varied: Vec<usize> = (0..stmt.results.len())
            .filter(|k| self.has_dot(stmt.results[*k]))
            .collect();
        let mut side = |region: &Region| {
            self.b.begin();
            self.stmts(region);
            let dots: Vec<_> = varied
                .iter()
                .map(|k| self.dot_or_zero(region.yields[*k]))
                .collect();
            let mut res = self.b.end();
            res.yields = region.yields.iter().copied().chain(dots).collect();
            res
        };
        let (then, otherwise) = (side(then), side(otherwise));
        let mut results = stmt.results.clone();
        for k in &varied {
            let dot = self.dot_value(stmt.results[*k]);
            self.dots.insert(stmt.results[*k], dot);
            results.push(dot);
        }
        self.b.stmts().push(Stmt {
            results,
            instr: Instr::If {
                cond,
                then,
                otherwise,
            },
            span: stmt.span,
        });
    }

    /// Whether `value` gets a tangent of its own.
    fn has_dot(&self, value: ValueId) -> bool {
        self.b.body.is_float(value) && self.activity.values.contains(&value)
    }

    fn repeat(&mut self, stmt: &Stmt, it: &Loop) {
        let first = usize::from(matches!(it.kind, LoopKind::Range { .. }));
        let carried = &it.body.params[first..];
        let varied: Vec<usize> = (0..carried.len())
            .filter(|k| self.has_dot(carried[*k]) || self.has_dot(stmt.results[*k]))
            .collect();
        let mut init = it.init.clone();
        init.extend(
            varied
                .iter()
                .map(|k| self.dot_or_zero(it.init[*k]))
                .collect::<Vec<_>>(),
        );
        let kind = match &it.kind {
            LoopKind::While { cond: Some(cond) } => {
                // A condition has no tangent, but it takes what the body takes.
                let mut cond = cond.clone();
                let dots: Vec<_> = varied.iter().map(|k| self.dot_value(cond.params[*k])).collect();
                cond.params.extend(dots);
                LoopKind::While { cond: Some(cond) }
            }
            other => other.clone(),
        };
        let mut params = it.body.params.clone();
        for k in &varied {
            let dot = self.dot_value(carried[*k]);
            self.dots.insert(carried[*k], dot);
            params.push(dot);
        }
        self.b.begin();
        self.stmts(&it.body);
        let next = &it.body.yields[usize::from(it.breaks)..];
        let dots: Vec<_> = varied.iter().map(|k| self.dot_or_zero(next[*k])).collect();
        let mut body = self.b.end();
        body.params = params;
        body.yields = it.body.yields.iter().copied().chain(dots).collect();
        let split = it.init.len();
        let mut results = stmt.results[..split].to_vec();
        for k in &varied {
            let dot = self.dot_value(stmt.results[*k]);
            self.dots.insert(stmt.results[*k], dot);
            results.push(dot);
        }
        // The count of iterations stays the last result.
        results.extend(&stmt.results[split..]);
        let instr = Instr::Loop(Box::new(Loop {
            kind,
            init,
            body,
            breaks: it.breaks,
            trips: it.trips,
        }));
        self.b.stmts().push(Stmt {
            results,
            instr,
            span: stmt.span,
        });
    }
}
