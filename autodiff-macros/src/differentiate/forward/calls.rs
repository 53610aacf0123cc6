//! Tangents of calls: each mode of the protocol to the mode that carries tangents along.

use super::Forward;
use crate::ir::{Arg, Call, CallMode, Init, Instr, Passing, PlaceId, PlaceRef, Stmt, Tree, ValueId};

impl Forward {
    pub(super) fn call(&mut self, stmt: &Stmt, call: &Call) {
        debug_assert!(self.directions.len() == 1, "a call takes one tangent");
        self.at = 0;
        let span = stmt.span;
        let mut results = stmt.results.clone();
        let mut next = call.clone();
        next.mode = match &call.mode {
            CallMode::Primal => {
                let Some(tangents) = self.tangents(&call.args) else {
                    self.keep(stmt);
                    // What is written into the result afterwards may move.
                    for place in call.result.places() {
                        if let Some(shadow) = self.begin_shadow(place) {
                            self.b.alloc(shadow, Init::ZerosLike(PlaceRef::whole(place)));
                        }
                    }
                    return;
                };
                let result_dot = self.result_dots(&call.result, &mut results);
                CallMode::Pushforward { tangents, result_dot }
            }
            CallMode::Forward { active, boxed } => {
                let tangents = self
                    .tangents(&call.args)
                    .unwrap_or_else(|| vec![None; call.args.len()]);
                // The pullback stays the last result.
                let pullback = results.pop();
                let result_dot = self.result_dots(&call.result, &mut results);
                results.extend(pullback);
                CallMode::ForwardTangent {
                    active: active.clone(),
                    boxed: *boxed,
                    tangents,
                    result_dot,
                }
            }
            CallMode::Pullback {
                pullback,
                optional,
                seeds,
                cotangents,
            } => {
                let tangents = self
                    .tangents(&call.args)
                    .unwrap_or_else(|| vec![None; call.args.len()]);
                let seeds_dot = self.tangent_tree(seeds);
                let cotangents_dot = cotangents
                    .iter()
                    .map(|arg| self.cotangent_dot(arg.as_ref(), &mut results));
                let cotangents_dot = cotangents_dot.collect();
                CallMode::PullbackTangent {
                    pullback: *pullback,
                    optional: *optional,
                    seeds: seeds.clone(),
                    seeds_dot,
                    tangents,
                    cotangents: cotangents.clone(),
                    cotangents_dot,
                }
            }
            // Third order goes through the companion of a companion, not through this transform.
            CallMode::Pushforward { .. }
            | CallMode::ForwardTangent { .. }
            | CallMode::PullbackTangent { .. } => {
                return self.keep(stmt);
            }
        };
        self.b.stmts().push(Stmt {
            results,
            instr: Instr::Call(Box::new(next)),
            span,
        });
    }

    /// The tangent of each argument; `None` if there is not one among all of them.
    fn tangents(&mut self, args: &[Arg]) -> Option<Vec<Option<Arg>>> {
        let all: Vec<_> = args.iter().map(|arg| self.tangent_arg(arg)).collect();
        all.iter().any(Option::is_some).then_some(all)
    }

    fn tangent_arg(&mut self, arg: &Arg) -> Option<Arg> {
        let operand_varies = arg
            .operand
            .values()
            .iter()
            .any(|id| self.directions[self.at].dots.contains_key(id));
        let place_varies = arg
            .place
            .as_ref()
            .is_some_and(|at| self.directions[self.at].shadows.contains_key(&at.root))
            || arg
                .operand
                .places()
                .iter()
                .any(|id| self.directions[self.at].shadows.contains_key(id));
        if !operand_varies && !place_varies {
            return None;
        }
        let place = arg.place.as_ref().map(|at| self.shadow_or_zeros(at));
        let operand = match (&place, &arg.operand) {
            (Some(place), Tree::Place(_)) => Tree::Place(place.root),
            (_, tree) => self.tangent_tree(tree),
        };
        Some(Arg {
            operand,
            place,
            passing: arg.passing,
            span: arg.span,
        })
    }

    /// The tangent of a buffer that is accumulated into, or of a contribution that the call gives.
    fn cotangent_dot(&mut self, arg: Option<&Arg>, results: &mut Vec<ValueId>) -> Option<Arg> {
        let arg = arg?;
        let place = arg.place.as_ref().map(|at| self.shadow_or_zeros(at));
        let operand = match (&place, &arg.operand) {
            (Some(place), _) => Tree::Place(place.root),
            (None, tree) => self.contribution_dots(tree, results),
        };
        Some(Arg {
            operand,
            place,
            passing: Passing::RefMut,
            span: arg.span,
        })
    }

    /// As [`Forward::result_dots`], of contributions: aggregates among them are buffers that live already.
    fn contribution_dots(&mut self, tree: &Tree, results: &mut Vec<ValueId>) -> Tree {
        match tree {
            Tree::Value(_) => self.result_dots(tree, results),
            Tree::Place(id) => Tree::Place(self.shadow_or_zeros(&PlaceRef::whole(*id)).root),
            Tree::Tuple(parts) => {
                let parts = parts.iter().map(|part| self.contribution_dots(part, results));
                Tree::Tuple(parts.collect())
            }
        }
    }

    /// Tangents that the call gives: values become results of the statement, places are begun by it.
    fn result_dots(&mut self, tree: &Tree, results: &mut Vec<ValueId>) -> Tree {
        match tree {
            Tree::Value(id) => {
                let dot = self.dot_value(*id);
                if self.b.body.is_float(*id) {
                    self.here().dots.insert(*id, dot);
                }
                results.push(dot);
                Tree::Value(dot)
            }
            Tree::Place(id) => Tree::Place(self.result_shadow(*id)),
            Tree::Tuple(parts) => {
                Tree::Tuple(parts.iter().map(|part| self.result_dots(part, results)).collect())
            }
        }
    }

    fn result_shadow(&mut self, id: PlaceId) -> PlaceId {
        let shadow = self.shadow_place(id);
        if self.b.body.place(id).ty.has_floats() {
            self.here().shadows.insert(id, shadow);
        }
        debug_assert!(self.shadow(&PlaceRef::whole(id)).is_some() || !self.b.body.place(id).ty.has_floats());
        shadow
    }
}
