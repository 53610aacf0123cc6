//! Branches.

use super::body::{Emit, tuple};
use super::exprs::{Expr, Level};
use super::literals::Suffix;
use super::outline::{NodeNo, RegionNo, loop_regions};
use super::variables::carried;
use crate::ir::{Const, Instr, Int, Loop, LoopKind, Stmt, Type, UnaryOp, ValueId};
use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::quote_spanned;

/// One side of an `if` that is written as a statement.
pub(super) struct Side {
    pub(super) stmts: TokenStream,
    /// Control does not come out of it.
    pub(super) diverges: bool,
}

impl<'o, 'a> Emit<'o, 'a> {
    /// An `if` as a statement, with a `let` for results that are new.
    ///
    /// ```text
    /// let (y, z) = if x > 0.0 { sum += x; (x, 1.0) } else { (0.0, 2.0) };
    /// ```
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
    pub(super) fn new_results(&self, node: NodeNo) -> Vec<usize> {
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

    pub(super) fn reads_target(&self, id: ValueId, to: ValueId) -> bool {
        self.reads(id, self.facts.variables.of_value(to))
    }

    /// What a branch assigns to variables from around it.
    pub(super) fn old_moves(&self, node: NodeNo, side: usize, new: &[usize]) -> Vec<(ValueId, ValueId)> {
        let it = &self.facts.outline.nodes[node];
        let yields = &self.facts.outline.regions[it.inner[side]].region.yields;
        let used = |k: &usize| self.facts.folds.is_used(it.stmt.results[*k]) && !new.contains(k);
        let all = (0..yields.len()).filter(used);
        all.map(|k| (it.stmt.results[k], yields[k])).collect()
    }

    pub(super) fn assigns_nothing(&self, moves: &[(ValueId, ValueId)]) -> bool {
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

    pub(super) fn side(&mut self, node: NodeNo, side: usize) -> Side {
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

    pub(super) fn if_statement(&mut self, stmt: &Stmt, then: Side, otherwise: Side) -> TokenStream {
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
