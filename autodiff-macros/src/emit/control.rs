//! Branches and loops.

use super::body::{Emit, tuple};
use super::exprs::{Expr, Level};
use super::literals::Suffix;
use super::outline::{NodeNo, RegionNo, loop_regions};
use super::variables::carried;
use crate::ir::{Const, Instr, Int, Loop, LoopKind, Stmt, Type, UnaryOp, ValueId};
use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::quote_spanned;

/// One side of an `if` that is written as a statement.
struct Side {
    stmts: TokenStream,
    /// Control does not come out of it.
    diverges: bool,
}

impl<'o, 'a> Emit<'o, 'a> {
    /// An `if` as a statement, with a `let` for results that are new.
    pub(super) fn branch(&mut self, node: NodeNo) -> TokenStream {
        let facts = self.facts;
        let stmt = facts.outline.nodes[node].stmt;
        let new = self.new_results(node);
        if new.is_empty() {
            let (then, otherwise) = (self.side(node, 0), self.side(node, 1));
            return self.if_statement(stmt, then, otherwise);
        }
        let at = self.at;
        let value = self.branch_with_results(node);
        let ids: Vec<_> = new.iter().map(|k| stmt.results[*k]).collect();
        let ty = self.spelled(&ids);
        let patterns: Vec<_> = ids.iter().map(|id| self.declaration(*id)).collect();
        let pattern = one_or_tuple(&patterns, at);
        quote_spanned!(at=> let #pattern #ty = #value;)
    }

    /// The results that are read, and live in variables that do not exist yet.
    fn new_results(&self, node: NodeNo) -> Vec<usize> {
        let it = &self.facts.outline.nodes[node];
        let stmt = it.stmt;
        let new = |k: &usize| {
            let id = stmt.results[*k];
            let variable = self.facts.variables.of_value(id);
            self.facts.folds.is_used(id) && !self.facts.variables.is_older(variable, it.start)
        };
        (0..stmt.results.len()).filter(new).collect()
    }

    /// `if cond { …; (a, b) } else { …; (c, d) }` with the results that are new.
    pub(super) fn branch_with_results(&mut self, node: NodeNo) -> TokenStream {
        let at = self.at;
        let stmt = self.facts.outline.nodes[node].stmt;
        let new = self.new_results(node);
        let cond = self.condition(condition(stmt));
        let then = self.arm(node, 0, &new);
        let otherwise = self.arm(node, 1, &new);
        let otherwise = as_else(otherwise).unwrap_or_else(|block| quote_spanned!(at=> { #block }));
        quote_spanned!(at=> if #cond { #then } else #otherwise)
    }

    /// The inside of a branch: statements, assignments to what lives already, and the new results.
    fn arm(&mut self, node: NodeNo, side: usize, new: &[usize]) -> TokenStream {
        let region = self.facts.outline.nodes[node].inner[side];
        let yields = &self.facts.outline.regions[region].region.yields;
        let tail: Vec<ValueId> = new.iter().map(|k| yields[*k]).collect();
        let old = self.old_moves(node, side, new);
        self.nested(|emit| {
            let at = emit.at;
            let wanted = emit.assigns_nothing(&old).then_some(tail.as_slice());
            let (mut res, result) = emit.block_with_tail(region, wanted);
            if let Some(result) = result {
                res.extend(result);
                return res;
            }
            // The results are read before anything is assigned to.
            let clash = tail
                .iter()
                .any(|id| old.iter().any(|(to, _)| emit.reads_target(*id, *to)));
            if clash {
                let values: Vec<_> = tail.iter().map(|id| emit.tokens(*id)).collect();
                let (mut declared, mut used) = (Vec::new(), Vec::new());
                for id in &tail {
                    let wish = emit.facts.wish(emit.facts.variables.of_value(*id));
                    let (pattern, value) = emit.temporary(&wish);
                    declared.push(pattern);
                    used.push(value);
                }
                let (declared, values) = (tuple(&declared, at), tuple(&values, at));
                res.extend(quote_spanned!(at=> let #declared = #values;));
                res.extend(emit.assign(old));
                res.extend(one_or_tuple(&used, at));
                return res;
            }
            res.extend(emit.assign(old));
            let values: Vec<_> = tail.iter().map(|id| emit.tokens(*id)).collect();
            res.extend(one_or_tuple(&values, at));
            res
        })
    }

    fn reads_target(&self, id: ValueId, to: ValueId) -> bool {
        self.reads(id, self.facts.variables.of_value(to))
    }

    /// What a branch assigns to variables from around it.
    fn old_moves(&self, node: NodeNo, side: usize, new: &[usize]) -> Vec<(ValueId, ValueId)> {
        let it = &self.facts.outline.nodes[node];
        let yields = &self.facts.outline.regions[it.inner[side]].region.yields;
        let used = |k: &usize| self.facts.folds.is_used(it.stmt.results[*k]) && !new.contains(k);
        let all = (0..yields.len()).filter(used);
        all.map(|k| (it.stmt.results[k], yields[k])).collect()
    }

    fn assigns_nothing(&self, moves: &[(ValueId, ValueId)]) -> bool {
        let stays = |(to, value): &(ValueId, ValueId)| {
            let variable = self.facts.variables.of_value(*to);
            self.lives_in(*value, variable) || !self.is_variable_used(variable)
        };
        moves.iter().all(stays)
    }

    /// The branch at the end of a region, if its new results are exactly `tail` and nothing else reads them.
    pub(super) fn tail_branch(&self, region: RegionNo, tail: &[ValueId]) -> Option<NodeNo> {
        let last = *self.live_nodes(region).last()?;
        let stmt = self.facts.outline.nodes[last].stmt;
        if !matches!(stmt.instr, Instr::If { .. }) || tail.is_empty() {
            return None;
        }
        let new: Vec<ValueId> = self
            .new_results(last)
            .into_iter()
            .map(|k| stmt.results[k])
            .collect();
        let once = |id: &ValueId| self.facts.folds.uses[id.0 as usize].len() == 1;
        (new == tail && tail.iter().all(once)).then_some(last)
    }

    fn side(&mut self, node: NodeNo, side: usize) -> Side {
        let region = self.facts.outline.nodes[node].inner[side];
        let moves = self.old_moves(node, side, &[]);
        let stmts = self.nested(|emit| {
            let mut res = emit.block(region);
            res.extend(emit.assign(moves));
            res
        });
        Side {
            stmts,
            diverges: false,
        }
    }

    fn if_statement(&mut self, stmt: &Stmt, then: Side, otherwise: Side) -> TokenStream {
        let at = self.at;
        let cond = condition(stmt);
        let (then_stmts, else_stmts) = (&then.stmts, &otherwise.stmts);
        match (then_stmts.is_empty(), else_stmts.is_empty()) {
            (true, true) => TokenStream::new(),
            (false, true) => {
                let cond = self.condition(cond);
                quote_spanned!(at=> if #cond { #then_stmts })
            }
            (true, false) => {
                let cond = self.not(cond).at(Level::Or, at);
                quote_spanned!(at=> if #cond { #else_stmts })
            }
            // What leaves needs no `else` behind it.
            (false, false) if then.diverges => {
                let cond = self.condition(cond);
                quote_spanned!(at=> if #cond { #then_stmts } #else_stmts)
            }
            (false, false) if otherwise.diverges => {
                let cond = self.not(cond).at(Level::Or, at);
                quote_spanned!(at=> if #cond { #else_stmts } #then_stmts)
            }
            (false, false) => {
                let cond = self.condition(cond);
                let otherwise = as_else(otherwise.stmts);
                let otherwise = otherwise.unwrap_or_else(|block| quote_spanned!(at=> { #block }));
                quote_spanned!(at=> if #cond { #then_stmts } else #otherwise)
            }
        }
    }

    /// An `if` without statements inside, as an expression.
    pub(super) fn branch_expr(&mut self, stmt: &Stmt) -> Expr {
        let Instr::If {
            cond,
            then,
            otherwise,
        } = &stmt.instr
        else {
            unreachable!("only branches are given")
        };
        let at = self.at;
        let (cond, then) = (self.condition(*cond), self.tokens(then.yields[0]));
        let otherwise = self.value(otherwise.yields[0]).arm(at);
        Expr::new(
            quote_spanned!(at=> if #cond { #then } else #otherwise),
            Level::Loose,
        )
    }

    pub(super) fn repeat(&mut self, node: NodeNo) -> TokenStream {
        let at = self.at;
        let facts = self.facts;
        let it = &facts.outline.nodes[node];
        let Instr::Loop(repeat) = &it.stmt.instr else {
            unreachable!("only loops are given")
        };
        let mut res = self.enter_loop(repeat);
        let mut count = TokenStream::new();
        if let (true, Some(trips)) = (repeat.trips, it.stmt.results.last()) {
            if facts.folds.is_used(*trips) {
                let (declared, used) = self.counter(*trips);
                res.extend(quote_spanned!(at=> let mut #declared = 0_usize;));
                count = quote_spanned!(at=> #used += 1;);
            }
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
        if let Some((last, before)) = nodes.split_last() {
            if let (true, Some(flag)) = (self.assigns_nothing(&moves), self.flag_of(*last, again)) {
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
        }
        if let Some((last, before)) = nodes.split_last() {
            if let (true, Some(side)) = (self.assigns_nothing(&moves), self.stops_in(*last, again)) {
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

fn condition(stmt: &Stmt) -> ValueId {
    match &stmt.instr {
        Instr::If { cond, .. } => *cond,
        _ => unreachable!("only branches are given"),
    }
}

fn one_or_tuple(values: &[TokenStream], at: proc_macro2::Span) -> TokenStream {
    match values {
        [one] => one.clone(),
        _ => tuple(values, at),
    }
}

/// A block that is nothing but an `if` needs no braces behind `else`.
fn as_else(block: TokenStream) -> Result<TokenStream, TokenStream> {
    let is = |tree: Option<&TokenTree>, word: &str| matches!(tree, Some(TokenTree::Ident(ident)) if is_word(ident, word));
    let trees: Vec<TokenTree> = block.clone().into_iter().collect();
    if !is(trees.first(), "if") {
        return Err(block);
    }
    // `if cond { … } else if cond { … } else { … }` and nothing behind it.
    let mut at = 1;
    loop {
        while at < trees.len() && !is_block(&trees[at]) {
            at += 1;
        }
        at += 1;
        if !is(trees.get(at), "else") {
            break;
        }
        at += 1;
    }
    if at == trees.len() { Ok(block) } else { Err(block) }
}

fn is_word(ident: &Ident, word: &str) -> bool {
    ident == word
}

fn is_block(tree: &TokenTree) -> bool {
    matches!(tree, TokenTree::Group(group) if group.delimiter() == proc_macro2::Delimiter::Brace)
}
