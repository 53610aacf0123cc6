//! Adjoints of scalar instructions.

use super::Reverse;
use super::matrices::Home;
use crate::analyse::Layout;
use crate::differentiate::products::{scaled, sum, whole_quotient};
use crate::ir::visit::rename;
use crate::ir::{BinaryOp, Builder, Instr, Stmt, UnaryOp, ValueId};
use crate::rules;
use crate::rules::linalg::Term;
use std::collections::BTreeMap;

impl<'a> Reverse<'a> {
    /// Reverses one statement.
    pub(super) fn back(&mut self, stmt: &'a Stmt) {
        match &stmt.instr {
            Instr::If {
                cond,
                then,
                otherwise,
            } => self.back_if(stmt, *cond, then, otherwise),
            Instr::Loop(it) => self.back_loop(stmt, it),
            Instr::Call(call) => self.back_call(stmt, call),
            _ => match stmt.results.first() {
                Some(y) if self.primal.is_float(*y) => {
                    let pop = matches!(stmt.instr, Instr::Pop { .. });
                    let bar = self.bars.remove(y);
                    match bar {
                        Some(bar) => match &stmt.instr {
                            Instr::Matrix(op) => {
                                let (result, bar) = (Some(Home::Value(*y)), Term::Scalar(bar));
                                self.back_matrix(stmt, op, result, bar, false);
                            }
                            instr => self.back_scalar(instr, *y, bar),
                        },
                        // The shadow gets back the element that the primal gave away.
                        None if pop => self.back_pop(&stmt.instr, *y, None),
                        None => (),
                    }
                }
                _ => self.back_effect(stmt),
            },
        }
    }

    fn back_scalar(&mut self, instr: &'a Instr, y: ValueId, bar: ValueId) {
        match instr {
            Instr::Unary(UnaryOp::Neg, a) if self.is_active(*a) => {
                let term = self.b.neg(bar);
                self.add_bar(*a, term);
            }
            Instr::Binary(op, l, r) => self.back_binary(*op, *l, *r, y, bar),
            Instr::Select {
                cond,
                then,
                otherwise,
            } => {
                for (value, taken) in [(*then, true), (*otherwise, false)] {
                    if !self.is_active(value) {
                        continue;
                    }
                    let term = self.with_primal(|b| {
                        let zero = b.float_like(0.0, bar);
                        Some(if taken {
                            b.select(*cond, bar, zero)
                        } else {
                            b.select(*cond, zero, bar)
                        })
                    });
                    if let Some(term) = term {
                        self.add_bar(value, term);
                    }
                }
            }
            Instr::Math { rule, args } => {
                for (k, arg) in args.iter().enumerate() {
                    if !self.is_active(*arg) {
                        continue;
                    }
                    let term = self.with_primal(|b| {
                        let partial = rules::partial(b, rule, k, args, y)?;
                        Some(scaled(b, bar, partial))
                    });
                    if let Some(term) = term {
                        self.add_bar(*arg, term);
                    }
                }
            }
            Instr::Opaque(it) => {
                let mut all = it.inputs.clone();
                all.push(y);
                for (input, partial) in it.inputs.iter().zip(&it.partials) {
                    let Some(partial) = partial.as_ref().filter(|_| self.is_active(*input)) else {
                        continue;
                    };
                    self.add_primal(*input, |b| {
                        let slope = *b.inline(partial, &all).first()?;
                        Some(scaled(b, bar, slope))
                    });
                }
            }
            Instr::Cast { value, to: _ } if self.is_active(*value) => {
                let ty = self.primal.ty(*value).clone();
                let term = self.b.cast(bar, ty);
                self.add_bar(*value, term);
            }
            Instr::Load(from) => {
                if let Some(to) = self.shadow_ref(from) {
                    self.b.add_to(to, bar);
                }
            }
            Instr::Pop { .. } => self.back_pop(instr, y, Some(bar)),
            // Constants, lengths and host code have no operands with a derivative.
            _ => (),
        }
    }

    fn back_binary(&mut self, op: BinaryOp, l: ValueId, r: ValueId, y: ValueId, bar: ValueId) {
        let (left, right) = (self.is_active(l), self.is_active(r));
        match op {
            BinaryOp::Add => {
                self.add_bar(l, bar);
                self.add_bar(r, bar);
            }
            BinaryOp::Sub => {
                self.add_bar(l, bar);
                if right {
                    let term = self.b.neg(bar);
                    self.add_bar(r, term);
                }
            }
            BinaryOp::Mul => {
                if left {
                    self.add_primal(l, |b| Some(scaled(b, bar, r)));
                }
                if right {
                    self.add_primal(r, |b| Some(scaled(b, bar, l)));
                }
            }
            BinaryOp::Div => {
                // One division serves both: l̄ = ȳ/r, r̄ = -l̄·y.
                let quotient = self.with_primal(|b| Some(b.div(bar, r)));
                let Some(quotient) = quotient else { return };
                if left {
                    self.add_bar(l, quotient);
                }
                if right {
                    self.add_primal(r, |b| {
                        let product = b.mul(quotient, y);
                        Some(b.neg(product))
                    });
                }
            }
            BinaryOp::Rem => {
                self.add_bar(l, bar);
                if right {
                    self.add_primal(r, |b| {
                        let quotient = whole_quotient(b, l, r);
                        let product = b.mul(bar, quotient);
                        Some(b.neg(product))
                    });
                }
            }
            BinaryOp::And | BinaryOp::Or | BinaryOp::Xor | BinaryOp::Shl | BinaryOp::Shr => (),
        }
    }

    fn add_primal(&mut self, to: ValueId, build: impl FnOnce(&mut Builder) -> Option<ValueId>) {
        if let Some(term) = self.with_primal(build) {
            self.add_bar(to, term);
        }
    }

    /// Builds an expression that names values of the primal, and then makes those available here.
    pub(super) fn with_primal(
        &mut self,
        build: impl FnOnce(&mut Builder) -> Option<ValueId>,
    ) -> Option<ValueId> {
        self.b.begin();
        let res = build(&mut self.b);
        let region = self.b.end();
        let mut map = BTreeMap::new();
        for mut stmt in region.stmts {
            if let Some((twin, result)) = self.twin(&stmt.instr).zip(stmt.results.first()) {
                let here = self.available(twin);
                map.insert(*result, here);
                continue;
            }
            for id in crate::ir::visit::uses(&stmt.instr) {
                self.locate(id, &mut map);
            }
            rename(&mut stmt.instr, &map);
            self.b.stmts().push(stmt);
        }
        let res = res?;
        self.locate(res, &mut map);
        Some(map.get(&res).copied().unwrap_or(res))
    }

    /// The primal's own value of a function that a partial calls: `sin` beside the user's `cos` of the same angle.
    /// Reading it, if need be from a record, is cheaper than calling the function again.
    fn twin(&self, instr: &Instr) -> Option<ValueId> {
        let Instr::Math { rule, args } = instr else {
            return None;
        };
        let twin = *self.twins.get(&(rule.name, args.clone()))?;
        let (key, _) = self.layout.def(twin)?;
        let (home, sweep) = (self.layout.region_of(key), self.sweep());
        let reached = match self.in_scope(home) {
            // A fused loop runs backward before what stands behind it has run at all.
            true => {
                home == sweep
                    || self.layout.regions[sweep.0]
                        .owner
                        .is_some_and(|(owner, _)| key < owner)
            }
            false => self.frames.iter().any(|frame| frame.region == home),
        };
        reached.then_some(twin)
    }

    /// See [`Self::twin`]; of several equal ones the first.
    pub(super) fn twins_of(layout: &Layout<'_>) -> BTreeMap<(&'static str, Vec<ValueId>), ValueId> {
        let mut res = BTreeMap::new();
        for stmt in layout.regions.iter().flat_map(|info| &info.region.stmts) {
            if let (Instr::Math { rule, args }, Some(result)) = (&stmt.instr, stmt.results.first()) {
                res.entry((rule.name, args.clone())).or_insert(*result);
            }
        }
        res
    }

    fn locate(&mut self, id: ValueId, map: &mut BTreeMap<ValueId, ValueId>) {
        if self.layout.home(id).is_some() && !map.contains_key(&id) {
            let here = self.available(id);
            map.insert(id, here);
        }
    }

    /// `so_far + term` of two optional cotangents.
    pub(super) fn plus(&mut self, so_far: Option<ValueId>, term: ValueId) -> ValueId {
        sum(&mut self.b, so_far, term)
    }
}
