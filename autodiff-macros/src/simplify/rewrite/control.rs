//! Branches and loops in the walk.

use super::Rewriter;
use crate::ir::{Const, Instr, Loop, LoopKind, Region, Stmt, Type, UnaryOp, ValueId};

impl Rewriter<'_> {
    pub(super) fn branch(&mut self, results: Vec<ValueId>, cond: ValueId, then: Region, otherwise: Region) {
        if let Some(taken) = self.bool_of(cond) {
            return self.inline(&results, if taken { then } else { otherwise });
        }
        let span = self.span;
        let before = self.loads.clone();
        self.known.push((cond, true));
        let then = self.region(then);
        self.known.pop();
        self.known.push((cond, false));
        self.loads = before.clone();
        let otherwise = self.region(otherwise);
        self.known.pop();
        self.loads = before;
        self.written_in(&then);
        self.written_in(&otherwise);
        self.span = span;
        self.join(results, cond, then, otherwise);
    }

    /// The statements of `region` here, in place of the instruction that held it.
    fn inline(&mut self, results: &[ValueId], region: Region) {
        self.changed = true;
        for stmt in region.stmts {
            self.stmt(stmt);
        }
        for (result, id) in results.iter().zip(region.yields) {
            let value = self.same(id);
            self.replace(*result, value);
        }
    }

    /// The results of a branch, as far as both sides do not agree on them.
    fn join(&mut self, results: Vec<ValueId>, cond: ValueId, mut then: Region, mut otherwise: Region) {
        let plain = then.stmts.is_empty() && otherwise.stmts.is_empty();
        let mut kept: Vec<(ValueId, ValueId, ValueId)> = Vec::new();
        for ((y, a), b) in results.iter().copied().zip(then.yields).zip(otherwise.yields) {
            let agreed = self.agreed(y, cond, a, b);
            let agreed = agreed.or_else(|| {
                let twin = kept.iter().find(|(_, l, r)| (*l, *r) == (a, b));
                twin.map(|(result, ..)| *result)
            });
            match agreed {
                Some(value) => {
                    self.replace(y, value);
                }
                // Nothing runs in either branch: it is a choice between two values.
                None if plain && is_choice(self.body.ty(y)) => {
                    self.changed = true;
                    self.define(Stmt {
                        results: vec![y],
                        instr: Instr::Select {
                            cond,
                            then: a,
                            otherwise: b,
                        },
                        span: self.span,
                    });
                }
                None => kept.push((y, a, b)),
            }
        }
        for (y, a, b) in &kept {
            self.defs[y.0 as usize].branch = Some((cond, *a, *b));
        }
        then.yields = kept.iter().map(|(_, a, _)| *a).collect();
        otherwise.yields = kept.iter().map(|(.., b)| *b).collect();
        let results: Vec<_> = kept.into_iter().map(|(y, ..)| y).collect();
        if plain && results.is_empty() {
            self.changed = true;
            return;
        }
        let instr = Instr::If {
            cond,
            then,
            otherwise,
        };
        let span = self.span;
        self.push(Stmt { results, instr, span });
    }

    /// What both branches yield, if that can be said in front of them.
    fn agreed(&mut self, y: ValueId, cond: ValueId, a: ValueId, b: ValueId) -> Option<ValueId> {
        if a == b {
            return Some(a);
        }
        let (known, other) = (
            self.body.value(a).constant.clone(),
            self.body.value(b).constant.clone(),
        );
        match (known, other) {
            (Some(Const::Bool(true)), Some(Const::Bool(false))) => Some(cond),
            (Some(Const::Bool(false)), Some(Const::Bool(true))) => {
                Some(self.emit(Instr::Unary(UnaryOp::Not, cond), Type::Bool))
            }
            (Some(known), Some(other)) if same_bits(&known, &other) => {
                let ty = self.body.ty(y).clone();
                Some(self.emit(Instr::Const(known), ty))
            }
            _ => None,
        }
    }

    pub(super) fn repeat(&mut self, mut results: Vec<ValueId>, mut it: Loop) {
        let span = self.span;
        if let LoopKind::Range { start, end, .. } = &it.kind
            && let (Some(start), Some(end), false) = (self.int_of(*start), self.int_of(*end), it.trips)
            && start >= end
        {
            self.changed = true;
            for (result, init) in results.iter().zip(&it.init) {
                self.replace(*result, *init);
            }
            return;
        }
        self.drop_invariant(&mut results, &mut it);
        if let LoopKind::While { cond: Some(cond) } = &it.kind {
            self.written_in(cond);
        }
        self.written_in(&it.body);
        let before = self.loads.clone();
        self.loops += 1;
        if let LoopKind::While { cond: Some(cond) } = &mut it.kind {
            *cond = self.region(std::mem::take(cond));
            // What the condition loaded is not in scope in the body.
            self.loads = before.clone();
        }
        it.body = self.region(std::mem::take(&mut it.body));
        self.loops -= 1;
        self.loads = before;
        self.span = span;
        self.push(Stmt {
            results,
            instr: Instr::Loop(Box::new(it)),
            span,
        });
    }

    /// What every iteration hands on as it got it is not carried; it is just there.
    fn drop_invariant(&mut self, results: &mut Vec<ValueId>, it: &mut Loop) {
        let first = usize::from(matches!(it.kind, LoopKind::Range { .. }));
        let skip = usize::from(it.breaks);
        for k in (0..it.init.len()).rev() {
            let (init, param, next) = (it.init[k], it.body.params[k + first], it.body.yields[k + skip]);
            let constants = (&self.body.value(init).constant, &self.body.value(next).constant);
            let constant = matches!(constants, (Some(a), Some(b)) if same_bits(a, b));
            if next != param && !constant && self.same(next) != init {
                continue;
            }
            it.init.remove(k);
            it.body.params.remove(k + first);
            it.body.yields.remove(k + skip);
            let result = results.remove(k);
            self.replace(param, init);
            self.replace(result, init);
            if let LoopKind::While { cond: Some(cond) } = &mut it.kind {
                let param = cond.params.remove(k);
                self.replace(param, init);
            }
        }
    }
}

fn same_bits(a: &Const, b: &Const) -> bool {
    match (a, b) {
        (Const::Float(a), Const::Float(b)) => a.to_bits() == b.to_bits(),
        (a, b) => a == b,
    }
}

/// Scalars that may be computed on both sides.
fn is_choice(ty: &Type) -> bool {
    match ty {
        Type::Float(_) | Type::Int(_) | Type::Bool => true,
        Type::Host
        | Type::Pullback
        | Type::Array(..)
        | Type::Slice(_)
        | Type::Vec(_)
        | Type::Aggregate(_)
        | Type::Matrix(_)
        | Type::Tuple(_)
        | Type::Struct(_) => false,
    }
}
