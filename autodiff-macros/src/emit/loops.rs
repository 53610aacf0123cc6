//! Loops: what is carried is a variable that changes.

use super::body::Emit;
use super::control::Side;
use super::exprs::Level;
use super::literals::Suffix;
use super::outline::{NodeNo, RegionNo, loop_regions};
use super::variables::carried;
use crate::ir::{Const, Instr, Int, Loop, LoopKind, Type, UnaryOp, ValueId};
use proc_macro2::{TokenStream, TokenTree};
use quote::quote_spanned;

impl<'o, 'a> Emit<'o, 'a> {
    /// ```text
    /// let mut sum = 0.0;
    /// for i in 0..n {
    ///     sum += x[i];
    /// }
    /// ```
    pub(super) fn repeat(&mut self, node: NodeNo) -> TokenStream {
        let at = self.at;
        let facts = self.facts;
        let it = &facts.outline.nodes[node];
        let Instr::Loop(repeat) = &it.stmt.instr else {
            unreachable!("only loops are given")
        };
        let mut res = self.enter_loop(repeat);
        let mut count = TokenStream::new();
        if let (true, Some(trips)) = (repeat.trips, it.stmt.results.last())
            && facts.folds.is_used(*trips)
        {
            let (declared, used) = self.counter(*trips);
            res.extend(quote_spanned!(at=> let mut #declared = 0_usize;));
            count = quote_spanned!(at=> #used += 1;);
        }
        let (cond, body) = loop_regions(&repeat.kind, &it.inner);
        let looped = match (&repeat.kind, cond) {
            (LoopKind::Range { .. }, _) => {
                let range = self.range(repeat);
                let index = repeat.body.params[0];
                let local = self.variable(index);
                let pattern = self.locals.declared(local, at);
                let body = self.body(repeat, body);
                quote_spanned!(at=> for #pattern in #range { #count #body })
            }
            (LoopKind::While { .. }, Some(cond)) => {
                let again = facts.outline.regions[cond].region.yields[0];
                if self.live_nodes(cond).is_empty() {
                    let again = self.condition(again);
                    let body = self.body(repeat, body);
                    quote_spanned!(at=> while #again { #count #body })
                } else {
                    let body = self.nested(|emit| {
                        let mut res = emit.block(cond);
                        let stop = emit.not(again).at(Level::Or, at);
                        res.extend(quote_spanned!(at=> if #stop { break; } #count));
                        res.extend(emit.body(repeat, body));
                        res
                    });
                    quote_spanned!(at=> loop { #body })
                }
            }
            (LoopKind::While { .. }, None) => {
                let body = self.body(repeat, body);
                quote_spanned!(at=> loop { #count #body })
            }
        };
        res.extend(looped);
        res
    }

    fn counter(&mut self, trips: ValueId) -> (TokenStream, TokenStream) {
        let at = self.at;
        let pattern = self.declaration(trips);
        let local = self.variable(trips);
        let used = self.locals.used(local, at);
        // The declaration says `mut` already where something else shares the variable.
        let pattern = pattern
            .into_iter()
            .filter(|tree| !matches!(tree, TokenTree::Ident(word) if word == "mut"));
        (pattern.collect(), quote_spanned!(at=> #used))
    }

    /// The variables that the loop carries, with what it begins with.
    fn enter_loop(&mut self, it: &Loop) -> TokenStream {
        let at = self.at;
        let facts = self.facts;
        let (mut lets, mut moves) = (TokenStream::new(), Vec::new());
        for (param, init) in carried(it).iter().zip(&it.init) {
            let variable = facts.variables.of_value(*param);
            if self.is_declared(*param) {
                moves.push((*param, *init));
                continue;
            }
            if !self.is_variable_used(variable) {
                continue;
            }
            let int = matches!(facts.outline.body.ty(*param), Type::Int(int) if *int != Int::Inferred);
            let literal = facts.outline.body.value(*init).constant.is_some();
            let value = match literal && int {
                true => self.typed(*init).tokens,
                false => self.tokens(*init),
            };
            let ty = if int { None } else { self.spelled(&[*param]) };
            let pattern = self.declaration(*param);
            lets.extend(quote_spanned!(at=> let #pattern #ty = #value;));
        }
        lets.extend(self.assign(moves));
        lets
    }

    /// `a..b`, `(a..b).step_by(s).rev()`
    fn range(&mut self, it: &Loop) -> TokenStream {
        let at = self.at;
        let LoopKind::Range {
            start,
            end,
            step,
            reversed,
        } = it.kind
        else {
            unreachable!("only counted loops are given")
        };
        let body = self.facts.outline.body;
        let literal = |id: ValueId| matches!(body.value(id).constant, Some(Const::Int(_)));
        let ty = body.ty(it.body.params[0]).clone();
        let told = matches!(ty, Type::Int(Int::Usize | Int::I32 | Int::Inferred));
        let from = self.value(start).at(Level::Or, at);
        let before = self.suffix;
        if literal(start) && literal(end) && !told {
            self.suffix = Suffix::Always;
        }
        let to = self.value(end).at(Level::Or, at);
        self.suffix = before;
        let range = quote_spanned!(at=> #from..#to);
        match (step, reversed) {
            (None, false) => range,
            (None, true) => quote_spanned!(at=> (#range).rev()),
            (Some(step), false) => {
                let step = self.tokens(step);
                quote_spanned!(at=> (#range).step_by(#step))
            }
            (Some(step), true) => {
                let step = self.tokens(step);
                let stepped = quote_spanned!(at=> (#range).step_by(#step));
                match ty {
                    // std cannot tell how many steps a range of these takes.
                    Type::Int(Int::U64 | Int::I64 | Int::U128 | Int::I128) => {
                        let vec = crate::names::vec_type(at);
                        quote_spanned!(at=> #stepped.collect::<#vec<_>>().into_iter().rev())
                    }
                    _ => quote_spanned!(at=> #stepped.rev()),
                }
            }
        }
    }

    /// One iteration: statements, and what is handed to the next one.
    fn body(&mut self, it: &Loop, region: RegionNo) -> TokenStream {
        let next = &it.body.yields[usize::from(it.breaks)..];
        let moves: Vec<_> = carried(it).iter().copied().zip(next.iter().copied()).collect();
        self.nested(|emit| {
            if !it.breaks {
                let mut res = emit.block(region);
                res.extend(emit.assign(moves));
                return res;
            }
            emit.iteration(region, it.body.yields[0], moves).stmts
        })
    }

    /// An iteration, or its end, that goes on only if `again`.
    fn iteration(&mut self, region: RegionNo, again: ValueId, moves: Vec<(ValueId, ValueId)>) -> Side {
        let at = self.at;
        let nodes = self.live_nodes(region);
        let stop = quote_spanned!(at=> break;);
        if let Some((last, before)) = nodes.split_last()
            && let (true, Some(flag)) = (self.assigns_nothing(&moves), self.flag_of(*last, again))
        {
            let mut stmts = self.nodes(before);
            let node = &self.facts.outline.nodes[*last];
            let mut sides = Vec::new();
            for (k, inner) in node.inner.iter().enumerate() {
                let mut moves = self.old_moves(*last, k, &[]);
                moves.retain(|(to, _)| *to != again);
                let flag = self.facts.outline.regions[*inner].region.yields[flag];
                sides.push(self.nested(|emit| emit.iteration(*inner, flag, moves)));
            }
            let otherwise = sides.pop().expect("an `if` has two sides");
            let then = sides.pop().expect("an `if` has two sides");
            let diverges = then.diverges && otherwise.diverges;
            stmts.extend(self.if_statement(node.stmt, then, otherwise));
            return Side { stmts, diverges };
        }
        if let Some((last, before)) = nodes.split_last()
            && let (true, Some(side)) = (self.assigns_nothing(&moves), self.stops_in(*last, again))
        {
            let mut stmts = self.nodes(before);
            let (mut then, mut otherwise) = (self.side(*last, 0), self.side(*last, 1));
            let stopped = if side == 0 { &mut then } else { &mut otherwise };
            stopped.stmts.extend(stop);
            stopped.diverges = true;
            let stmt = self.facts.outline.nodes[*last].stmt;
            stmts.extend(self.if_statement(stmt, then, otherwise));
            return Side {
                stmts,
                diverges: false,
            };
        }
        let mut stmts = self.nodes(&nodes);
        match self.facts.outline.body.value(again).constant {
            Some(Const::Bool(true)) => {
                stmts.extend(self.assign(moves));
                return Side {
                    stmts,
                    diverges: false,
                };
            }
            Some(Const::Bool(false)) => {
                stmts.extend(self.assign(moves));
                stmts.extend(stop);
                return Side {
                    stmts,
                    diverges: true,
                };
            }
            _ => (),
        }
        // The flag is read before the variables change.
        if moves.iter().any(|(to, _)| self.reads_target(again, *to)) {
            let value = self.tokens(again);
            let (declared, used) = self.temporary("again");
            stmts.extend(quote_spanned!(at=> let #declared = #value;));
            stmts.extend(self.assign(moves));
            stmts.extend(quote_spanned!(at=> if !#used { #stop }));
        } else {
            stmts.extend(self.assign(moves));
            let cond = self.not(again).at(Level::Or, at);
            stmts.extend(quote_spanned!(at=> if #cond { #stop }));
        }
        Side {
            stmts,
            diverges: false,
        }
    }

    /// The side of the branch `node` in which `again` is surely false, if it is the branch's own condition or the
    /// opposite, and nothing new leaves the branch.
    fn stops_in(&self, node: NodeNo, again: ValueId) -> Option<usize> {
        let Instr::If { cond, .. } = self.facts.outline.nodes[node].stmt.instr else {
            return None;
        };
        let side = match self.inline_instr(again) {
            Some(Instr::Unary(UnaryOp::Not, of)) if *of == cond => 0,
            _ if again == cond => 1,
            _ => return None,
        };
        self.new_results(node).is_empty().then_some(side)
    }

    /// Which result of the branch `node` the flag is, if only the flag and variables from around it leave the branch.
    fn flag_of(&self, node: NodeNo, again: ValueId) -> Option<usize> {
        let stmt = self.facts.outline.nodes[node].stmt;
        if !matches!(stmt.instr, Instr::If { .. }) || self.facts.folds.uses[again.0 as usize].len() != 1 {
            return None;
        }
        let flag = stmt.results.iter().position(|id| *id == again)?;
        (self.new_results(node) == [flag]).then_some(flag)
    }
}
