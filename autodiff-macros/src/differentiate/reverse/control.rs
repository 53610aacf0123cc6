//! Adjoints of branches and loops.

use super::Reverse;
use super::record::Slot;
use crate::analyse::StmtKey;
use crate::ir::visit::{each, free_values, places};
use crate::ir::{BinaryOp, Const, Instr, Int, Loop, LoopKind, Region, Stmt, Type, ValueId};
use std::collections::{BTreeMap, BTreeSet};

impl<'a> Reverse<'a> {
    /// Whether anything in `stmt` has an adjoint.
    pub(super) fn has_adjoint(&self, stmt: &Stmt) -> bool {
        if self.has_own_adjoint(stmt) {
            return true;
        }
        let mut found = false;
        for region in crate::ir::visit::regions(&stmt.instr) {
            each(region, &mut |inner| found |= self.has_own_adjoint(inner));
        }
        found
    }

    /// Whether `stmt` has an adjoint, its regions aside.
    pub(super) fn has_own_adjoint(&self, stmt: &Stmt) -> bool {
        stmt.results.iter().any(|id| self.is_active(*id))
            || places(&stmt.instr)
                .iter()
                .any(|(at, access)| access.writes() && self.active.places.contains(&at.root))
            || matches!(&stmt.instr, Instr::Call(call)
                if call.result.places().iter().any(|id| self.active.places.contains(id)))
    }

    pub(super) fn back_if(&mut self, stmt: &'a Stmt, cond: ValueId, then: &'a Region, otherwise: &'a Region) {
        if !self.has_adjoint(stmt) {
            return;
        }
        let seeds: Vec<_> = stmt
            .results
            .iter()
            .map(|result| self.bars.remove(result))
            .collect();
        let before = self.bars.clone();
        let mut sides = Vec::new();
        for region in [then, otherwise] {
            self.bars = before.clone();
            self.b.begin();
            let frame = self.frame(self.layout.id(region), false);
            self.frames.push(frame);
            self.begin_shadows(self.layout.id(region));
            for (value, seed) in region.yields.iter().zip(&seeds) {
                if let Some(seed) = seed {
                    self.add_bar(*value, *seed);
                }
            }
            self.statements_back(region);
            self.sink(self.layout.id(region), &before);
            self.frames.pop();
            sides.push((self.b.end(), std::mem::take(&mut self.bars)));
        }
        let (otherwise, other_bars) = sides.pop().expect("two sides");
        let (then, then_bars) = sides.pop().expect("two sides");
        let changed: BTreeSet<ValueId> = then_bars
            .iter()
            .chain(&other_bars)
            .filter(|(id, bar)| before.get(id) != Some(bar))
            .map(|(id, _)| *id)
            .collect();
        self.bars = before;
        if then.stmts.is_empty() && otherwise.stmts.is_empty() && changed.is_empty() {
            return;
        }
        let cond = self.available(cond);
        let then = self.close_side(then, &changed, &then_bars);
        let otherwise = self.close_side(otherwise, &changed, &other_bars);
        let results = self.b.branch(cond, then, otherwise);
        for (id, bar) in changed.into_iter().zip(results) {
            self.name_bar(id, bar);
            self.bars.insert(id, bar);
        }
    }

    /// Yields the cotangents that either side changed.
    fn close_side(
        &mut self,
        mut region: Region,
        changed: &BTreeSet<ValueId>,
        bars: &BTreeMap<ValueId, ValueId>,
    ) -> Region {
        for id in changed {
            let bar = match bars.get(id).or_else(|| self.bars.get(id)) {
                Some(bar) => *bar,
                None => self.zero_in(&mut region, *id),
            };
            region.yields.push(bar);
        }
        region
    }

    /// A zero at the end of a region that is closed already.
    fn zero_in(&mut self, region: &mut Region, like: ValueId) -> ValueId {
        self.b.begin();
        let zero = self.zero_like(like);
        region.stmts.extend(self.b.end().stmts);
        zero
    }

    pub(super) fn back_loop(&mut self, stmt: &'a Stmt, it: &'a Loop) {
        if !self.has_adjoint(stmt) {
            return;
        }
        if self.fused(stmt, it) {
            return;
        }
        let key = self.layout.key(stmt);
        let carried = crate::analyse::carried(it);
        let next = &it.body.yields[usize::from(it.breaks)..];
        let active: Vec<usize> = (0..carried.len())
            .filter(|k| {
                [carried[*k], next[*k], stmt.results[*k]]
                    .iter()
                    .any(|id| self.is_active(*id))
            })
            .collect();
        let kind = self.reversed_kind(stmt, it, key);
        // Integers that the body only counts up or down are counted back from where they ended, instead of recorded.
        let counted: Vec<usize> = (0..carried.len()).filter(|k| self.counts(it, *k)).collect();

        let mut init = Vec::new();
        let mut params = vec![self.b.value(induction_type(self, it))];
        if self.numbers_alike(it)
            && let Some(name) = self.primal.value(it.body.params[0]).name.clone()
        {
            self.b.name(params[0], name.text);
        }
        let mut bars = BTreeMap::new();
        for k in &active {
            let bar = self.bars.remove(&stmt.results[*k]);
            init.push(bar.unwrap_or_else(|| self.zero_like(carried[*k])));
            params.push(self.mirror_value(carried[*k], "_bar"));
            bars.insert(*k, *params.last().expect("just pushed"));
        }
        let outer = self.outer_active(&it.body);
        let before = self.bars.clone();
        let mut accumulators = Vec::new();
        for id in &outer {
            let param = self.mirror_value(*id, "_bar");
            accumulators.push((*id, param));
            self.bars.insert(*id, param);
        }
        let mut back = Vec::new();
        for k in &counted {
            let end = self.available(stmt.results[*k]);
            let ty = self.primal.ty(carried[*k]).clone();
            back.push((*k, end, self.b.value(ty)));
        }

        self.b.begin();
        let frame = self.frame(self.layout.id(&it.body), false);
        self.frames.push(frame);
        self.begin_iteration(it, params[0]);
        for (k, _, param) in &back {
            self.uncount(&it.body, next[*k], *param);
        }
        self.begin_shadows(self.layout.id(&it.body));
        for k in &active {
            self.add_bar(next[*k], bars[k]);
        }
        self.statements_back(&it.body);
        let mut yields = Vec::new();
        for k in &active {
            let bar = self.bars.remove(&carried[*k]);
            yields.push(bar.unwrap_or_else(|| self.zero_like(carried[*k])));
        }
        let mut kept = Vec::new();
        for (id, param) in accumulators {
            let bar = self.bars[&id];
            if bar == param {
                continue;
            }
            kept.push(id);
            params.push(param);
            yields.push(bar);
        }
        for (k, _, param) in &back {
            let start = self.available(carried[*k]);
            params.push(*param);
            yields.push(start);
        }
        self.frames.pop();
        let mut body = self.b.end();
        body.params = params;
        body.yields = yields;
        self.bars = before;
        for id in &kept {
            let bar = self.bars.get(id).copied();
            init.push(bar.unwrap_or_else(|| self.zero_like(*id)));
        }
        init.extend(back.iter().map(|(_, end, _)| *end));
        let types: Vec<_> = init.iter().map(|id| self.b.body.ty(*id).clone()).collect();
        let repeat = Loop {
            kind,
            init,
            body,
            breaks: false,
            trips: false,
        };
        let results = self.b.push(Instr::Loop(Box::new(repeat)), types);
        // What was accumulated holds the cotangent from before the loop, so it goes first: what enters the loop may be
        // read inside of it, too.
        let (starts, rest) = results.split_at(active.len());
        for (id, result) in kept.iter().zip(rest) {
            self.name_bar(*id, *result);
            self.bars.insert(*id, *result);
        }
        for (k, start) in active.iter().zip(starts) {
            self.add_bar(it.init[*k], *start);
        }
        let results = rest[kept.len()..].iter().copied();
        for ((k, ..), result) in back.iter().zip(results) {
            self.counted_back(it.init[*k], result);
        }
    }

    /// Whether the reverse loop numbers its iterations as the primal one does.
    fn numbers_alike(&self, it: &Loop) -> bool {
        match &it.kind {
            LoopKind::Range {
                start,
                step,
                reversed,
                ..
            } => {
                let from_zero = self.primal.value(*start).constant == Some(Const::Int(0));
                !it.breaks || (from_zero && step.is_none() && !reversed)
            }
            LoopKind::While { .. } => false,
        }
    }

    /// Active values from outside that the body reads.
    pub(super) fn outer_active(&self, body: &Region) -> Vec<ValueId> {
        free_values(body)
            .into_iter()
            .filter(|id| self.is_active(*id) && self.primal.is_float(*id))
            .collect()
    }

    /// The same iterations from the last to the first.
    fn reversed_kind(&mut self, stmt: &'a Stmt, it: &Loop, key: StmtKey) -> LoopKind {
        if let (
            LoopKind::Range {
                start,
                end,
                step,
                reversed,
            },
            false,
        ) = (&it.kind, it.breaks)
        {
            let (start, end) = (self.available(*start), self.available(*end));
            let step = step.map(|step| self.available(step));
            return LoopKind::Range {
                start,
                end,
                step,
                reversed: !reversed,
            };
        }
        let trips = self.trips(stmt, it, key);
        let start = self.b.usize(0);
        LoopKind::Range {
            start,
            end: trips,
            step: None,
            reversed: true,
        }
    }

    /// The number of iterations that ran, counted by the forward sweep.
    fn trips(&mut self, stmt: &'a Stmt, it: &Loop, key: StmtKey) -> ValueId {
        let trips = match (self.plan.trips.get(&key), it.trips, stmt.results.last()) {
            (Some(trips), ..) => *trips,
            (None, true, Some(trips)) => return self.available(*trips),
            _ => {
                let trips = self.b.value(Type::USIZE);
                self.plan.trips.insert(key, trips);
                trips
            }
        };
        self.extra(trips, self.layout.region_of(key), Slot::After(key))
    }

    /// Makes the induction variable available.
    fn begin_iteration(&mut self, it: &'a Loop, param: ValueId) {
        let LoopKind::Range {
            start,
            end,
            step,
            reversed,
        } = &it.kind
        else {
            return;
        };
        let primal = it.body.params[0];
        let frame = self.frames.len() - 1;
        if !it.breaks {
            self.frames[frame].env.insert(primal, param);
            return;
        }
        // i = start + t·step, or from the last iteration down for a loop that ran backwards.
        let ty = self.primal.ty(primal).clone();
        let (start, end) = (self.available(*start), self.available(*end));
        let step = step.map(|step| self.available(step));
        let cast = |reverse: &mut Self, id: ValueId| match &ty {
            Type::Int(Int::Usize | Int::Inferred) => id,
            other => reverse.b.cast(id, other.clone()),
        };
        let mut offset = cast(self, param);
        let step = step.map(|step| cast(self, step));
        if let Some(step) = step {
            offset = self.b.mul(offset, step);
        }
        let index = if *reversed {
            let one = self.b.one(Instr::Const(Const::Int(1)), ty.clone());
            let last = self.b.sub(end, one);
            let last = match step {
                None => last,
                Some(step) => {
                    let span = self.b.sub(last, start);
                    let beyond = self.b.binary(BinaryOp::Rem, span, step);
                    self.b.sub(last, beyond)
                }
            };
            self.b.sub(last, offset)
        } else {
            self.b.add(start, offset)
        };
        self.frames[frame].env.insert(primal, index);
    }

    /// Whether carried integer `k` only grows or shrinks by amounts that the reverse sweep has anyway.
    fn counts(&self, it: &Loop, k: usize) -> bool {
        let carried = crate::analyse::carried(it);
        let next = it.body.yields[k + usize::from(it.breaks)];
        matches!(self.primal.ty(carried[k]), Type::Int(_)) && self.chain(&it.body, next, carried[k])
    }

    /// Whether `to` is reached from `from` by additions and subtractions of constants, straight or in inner loops.
    fn chain(&self, region: &Region, to: ValueId, from: ValueId) -> bool {
        if to == from {
            return true;
        }
        let Some(stmt) = region.stmts.iter().find(|stmt| stmt.results.contains(&to)) else {
            return false;
        };
        match &stmt.instr {
            Instr::Binary(BinaryOp::Add | BinaryOp::Sub, l, r) => {
                matches!(self.primal.value(*r).constant, Some(Const::Int(_))) && self.chain(region, *l, from)
            }
            Instr::Loop(inner) => {
                let k = stmt.results.iter().position(|result| *result == to);
                k.is_some_and(|k| {
                    k < inner.init.len()
                        && self.has_adjoint(stmt)
                        && self.counts(inner, k)
                        && self.chain(region, inner.init[k], from)
                })
            }
            _ => false,
        }
    }

    /// At the head of an iteration: what the body yielded is `end`; earlier values follow by undoing.
    fn uncount(&mut self, body: &'a Region, mut to: ValueId, end: ValueId) {
        let frame = self.frames.len() - 1;
        let mut here = end;
        loop {
            self.frames[frame].env.insert(to, here);
            let Some(stmt) = body.stmts.iter().find(|stmt| stmt.results.contains(&to)) else {
                return;
            };
            let Instr::Binary(op, l, r) = &stmt.instr else {
                return;
            };
            let Some(constant) = self.primal.value(*r).constant.clone() else {
                return;
            };
            let ty = self.primal.ty(*r).clone();
            let amount = self.b.one(Instr::Const(constant), ty);
            here = match op {
                BinaryOp::Add => self.b.sub(here, amount),
                _ => self.b.add(here, amount),
            };
            to = *l;
        }
    }

    /// After the reverse of an inner loop: `init` of a counted integer is known, and what it was counted from.
    fn counted_back(&mut self, init: ValueId, result: ValueId) {
        let Some(home) = self.layout.home(init) else {
            return;
        };
        if self.in_scope(home) {
            return;
        }
        let Some(frame) = self.frames.iter().rposition(|frame| frame.region == home) else {
            return;
        };
        if frame + 1 != self.frames.len() || self.frames[frame].env.contains_key(&init) {
            return;
        }
        let region = self.layout.regions[home.0].region;
        self.uncount(region, init, result);
    }
}

fn induction_type(reverse: &Reverse<'_>, it: &Loop) -> Type {
    match (&it.kind, it.breaks) {
        (LoopKind::Range { .. }, false) => reverse.primal.ty(it.body.params[0]).clone(),
        _ => Type::USIZE,
    }
}
