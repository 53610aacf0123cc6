//! Tangents through branches and loops: what is yielded or carried takes its tangents along.

use super::Forward;
use crate::ir::{Instr, Loop, LoopKind, Region, Stmt, ValueId};

/// A tangent that leaves a region: which value it belongs to, in which direction.
#[derive(Clone, Copy)]
struct Extra {
    at: usize,
    k: usize,
}

impl Forward {
    pub(super) fn branch(&mut self, stmt: &Stmt, cond: ValueId, then: &Region, otherwise: &Region) {
        let extras = self.extras(stmt.results.len(), |forward, at, k| {
            forward.has_dot(at, stmt.results[k])
        });
        let mut side = |region: &Region| {
            self.b.begin();
            self.stmts(region);
            let dots = self.dots_of(&extras, &region.yields);
            let mut res = self.b.end();
            res.yields = region.yields.iter().copied().chain(dots).collect();
            res
        };
        let (then, otherwise) = (side(then), side(otherwise));
        let mut results = stmt.results.clone();
        results.extend(self.new_dots(&extras, &stmt.results));
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

    /// Whether `value` gets a tangent of its own in direction `at`.
    fn has_dot(&self, at: usize, value: ValueId) -> bool {
        self.b.body.is_float(value) && self.directions[at].varied.values.contains(&value)
    }

    fn extras(&self, count: usize, wanted: impl Fn(&Self, usize, usize) -> bool) -> Vec<Extra> {
        let all = (0..self.directions.len()).flat_map(|at| (0..count).map(move |k| Extra { at, k }));
        all.filter(|extra| wanted(self, extra.at, extra.k)).collect()
    }

    /// The tangents of some of `values`, zeros where there is none.
    fn dots_of(&mut self, extras: &[Extra], values: &[ValueId]) -> Vec<ValueId> {
        extras
            .iter()
            .map(|extra| {
                self.at = extra.at;
                self.dot_or_zero(values[extra.k])
            })
            .collect()
    }

    /// New values that are the tangents of some of `values` from now on.
    fn new_dots(&mut self, extras: &[Extra], values: &[ValueId]) -> Vec<ValueId> {
        extras
            .iter()
            .map(|extra| {
                self.at = extra.at;
                let dot = self.dot_value(values[extra.k]);
                self.here().dots.insert(values[extra.k], dot);
                dot
            })
            .collect()
    }

    pub(super) fn repeat(&mut self, stmt: &Stmt, it: &Loop) {
        let first = usize::from(matches!(it.kind, LoopKind::Range { .. }));
        let carried = &it.body.params[first..];
        let extras = self.extras(carried.len(), |forward, at, k| {
            forward.has_dot(at, carried[k]) || forward.has_dot(at, stmt.results[k])
        });
        let mut init = it.init.clone();
        init.extend(self.dots_of(&extras, &it.init));
        let kind = match &it.kind {
            LoopKind::While { cond: Some(cond) } => {
                // A condition has no tangent, but it takes what the body takes.
                let mut cond = cond.clone();
                let dots: Vec<_> = extras
                    .iter()
                    .map(|extra| {
                        self.at = extra.at;
                        self.dot_value(cond.params[extra.k])
                    })
                    .collect();
                cond.params.extend(dots);
                LoopKind::While { cond: Some(cond) }
            }
            other @ (LoopKind::Range { .. } | LoopKind::While { cond: None }) => other.clone(),
        };
        let mut params = it.body.params.clone();
        params.extend(self.new_dots(&extras, carried));
        self.b.begin();
        self.stmts(&it.body);
        let next = &it.body.yields[usize::from(it.breaks)..];
        let dots = self.dots_of(&extras, next);
        let mut body = self.b.end();
        body.params = params;
        body.yields = it.body.yields.iter().copied().chain(dots).collect();
        let split = it.init.len();
        let mut results = stmt.results[..split].to_vec();
        results.extend(self.new_dots(&extras, &stmt.results[..split]));
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
