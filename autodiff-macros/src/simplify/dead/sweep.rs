//! Removes what is not wanted from a body.

use super::Wanted;
use crate::ir::visit::regions_mut;
use crate::ir::{Body, CallMode, Instr, Loop, LoopKind, Region, Stmt, ValueId};

/// Keeps what is wanted; says whether anything went.
pub(super) fn sweep(body: &mut Body, wanted: &Wanted) -> bool {
    let mut sweep = Sweep {
        wanted,
        next: 0,
        changed: false,
    };
    sweep.region(&mut body.region);
    if let Some(pullback) = &mut body.pullback {
        sweep.region(&mut pullback.region);
    }
    sweep.changed
}

struct Sweep<'a> {
    wanted: &'a Wanted,
    /// The number of the next statement.
    next: usize,
    changed: bool,
}

impl Sweep<'_> {
    fn region(&mut self, region: &mut Region) {
        let stmts = std::mem::take(&mut region.stmts);
        region.stmts.reserve(stmts.len());
        for mut stmt in stmts {
            let number = self.next;
            self.next += 1;
            for inner in regions_mut(&mut stmt.instr) {
                self.region(inner);
            }
            if !self.wanted.stmts[number] {
                self.changed = true;
                continue;
            }
            self.prune(&mut stmt, number);
            region.stmts.push(stmt);
        }
    }

    fn is_wanted(&self, id: ValueId) -> bool {
        self.wanted.values[id.0 as usize]
    }

    fn prune(&mut self, stmt: &mut Stmt, number: usize) {
        match &mut stmt.instr {
            Instr::If {
                cond: _,
                then,
                otherwise,
            } => {
                let keep: Vec<_> = stmt.results.iter().map(|id| self.is_wanted(*id)).collect();
                for list in [&mut stmt.results, &mut then.yields, &mut otherwise.yields] {
                    self.keep(list, 0, &keep);
                }
            }
            Instr::Loop(it) => self.prune_loop(it, &mut stmt.results, number),
            Instr::Call(call) => self.prune_call(&mut call.mode, &mut stmt.results),
            _ => (),
        }
    }

    fn prune_loop(&mut self, it: &mut Loop, results: &mut Vec<ValueId>, number: usize) {
        if it.trips && !results.last().is_some_and(|trips| self.is_wanted(*trips)) {
            it.trips = false;
            results.pop();
            self.changed = true;
        }
        let keep = &self.wanted.carried[number];
        let mut induction = 0;
        match &mut it.kind {
            LoopKind::Range { .. } => induction = 1,
            LoopKind::While { cond: Some(cond) } => self.keep(&mut cond.params, 0, keep),
            LoopKind::While { cond: None } => (),
        }
        self.keep(&mut it.init, 0, keep);
        self.keep(results, 0, keep);
        self.keep(&mut it.body.params, induction, keep);
        self.keep(&mut it.body.yields, usize::from(it.breaks), keep);
    }

    /// A forward sweep whose pullback nobody calls is a plain call.
    fn prune_call(&mut self, mode: &mut CallMode, results: &mut Vec<ValueId>) {
        let plain = match mode {
            CallMode::Forward { .. } => CallMode::Primal,
            CallMode::ForwardTangent {
                tangents, result_dot, ..
            } => CallMode::Pushforward {
                tangents: tangents.clone(),
                result_dot: result_dot.clone(),
            },
            CallMode::Primal
            | CallMode::Pushforward { .. }
            | CallMode::Pullback { .. }
            | CallMode::PullbackTangent { .. } => return,
        };
        if !results.last().is_some_and(|pullback| self.is_wanted(*pullback)) {
            results.pop();
            *mode = plain;
            self.changed = true;
        }
    }

    /// Keeps the entries of `list` behind the first `skip` that `keep` names.
    fn keep(&mut self, list: &mut Vec<ValueId>, skip: usize, keep: &[bool]) {
        let before = list.len();
        let mut at = 0;
        list.retain(|_| {
            at += 1;
            at <= skip || keep.get(at - 1 - skip).copied().unwrap_or(true)
        });
        self.changed |= list.len() != before;
    }
}
