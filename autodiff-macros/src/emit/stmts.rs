//! Statements, and what binds their results.

use super::body::{Emit, tuple};
use super::exprs::Level;
use super::outline::{NodeNo, RegionNo};
use super::types;
use super::typing::is_spellable;
use crate::ir::{Instr, PlaceId, PlaceRef, Tree, ValueId};
use crate::names::site;
use proc_macro2::TokenStream;
use quote::quote_spanned;
use std::collections::BTreeSet;

/// What takes the parts of an expression apart.
#[derive(Clone, Debug)]
pub(super) enum Pattern {
    Value(ValueId),
    /// A place begins.
    Place(PlaceId),
    /// Is added to what lies there.
    AddTo(PlaceRef),
    Skip,
    Tuple(Vec<Pattern>),
}

impl Pattern {
    pub(super) fn of(tree: &Tree) -> Self {
        match tree {
            Tree::Value(id) => Pattern::Value(*id),
            Tree::Place(id) => Pattern::Place(*id),
            Tree::Tuple(parts) => Pattern::Tuple(parts.iter().map(Pattern::of).collect()),
        }
    }
}

impl<'o, 'a> Emit<'o, 'a> {
    /// The statements of a function and its result. A branch at its end gives the result itself.
    pub(super) fn function_block(&mut self, region: RegionNo, result: &Tree) -> (TokenStream, TokenStream) {
        let tail = match result {
            // A branch gives a tuple of several values, or one value.
            Tree::Tuple(parts) if parts.len() == 1 => None,
            Tree::Tuple(parts) => parts.iter().map(leaf).collect::<Option<Vec<_>>>(),
            other => leaf(other).map(|id| vec![id]),
        };
        let (stmts, result_here) = self.block_with_tail(region, tail.as_deref());
        if let Some(result) = result_here {
            return (stmts, result);
        }
        let pos = self.facts.outline.regions[region].end;
        (stmts, self.tree(result, pos))
    }

    /// All statements of a region; if the last of them is a branch that gives `tail`, that one stands apart.
    pub(super) fn block_with_tail(
        &mut self,
        region: RegionNo,
        tail: Option<&[ValueId]>,
    ) -> (TokenStream, Option<TokenStream>) {
        let nodes = self.live_nodes(region);
        let Some((last, before)) = nodes.split_last() else {
            return (TokenStream::new(), None);
        };
        let mut stmts = self.nodes(before);
        // Which of its results live in variables that exist already is only known behind what stands before it.
        if tail.and_then(|tail| self.tail_branch(region, tail)) == Some(*last) {
            let result = self.branch_with_results(*last);
            return (stmts, Some(result));
        }
        stmts.extend(self.node(*last));
        (stmts, None)
    }

    /// All statements of a region, without what it yields.
    pub(super) fn block(&mut self, region: RegionNo) -> TokenStream {
        let nodes = self.live_nodes(region);
        self.nodes(&nodes)
    }

    /// The statements that are written where they stand.
    pub(super) fn live_nodes(&self, region: RegionNo) -> Vec<NodeNo> {
        let facts = self.facts;
        let nodes = facts.outline.regions[region].nodes.iter().copied();
        let written = |node: &NodeNo| {
            let stmt = facts.outline.nodes[*node].stmt;
            let moved = match &stmt.instr {
                Instr::Alloc { place, .. } => facts.folds.inline_places.contains(place),
                _ => stmt.results.len() == 1 && facts.folds.is_inline(stmt.results[0]),
            };
            !facts.folds.dead[*node] && !moved
        };
        nodes.filter(written).collect()
    }

    pub(super) fn nodes(&mut self, nodes: &[NodeNo]) -> TokenStream {
        nodes.iter().map(|node| self.node(*node)).collect()
    }

    /// Runs `write` for a nested block: what begins in there ends there.
    pub(super) fn nested<T>(&mut self, write: impl FnOnce(&mut Self) -> T) -> T {
        let begun: BTreeSet<PlaceId> = self.begun.clone();
        let res = write(self);
        self.begun = begun;
        res
    }

    fn node(&mut self, node: NodeNo) -> TokenStream {
        let facts = self.facts;
        let it = &facts.outline.nodes[node];
        let stmt = it.stmt;
        let before = std::mem::replace(&mut self.at, site(stmt.span));
        let at = self.at;
        let pos = it.start;
        let res = match &stmt.instr {
            Instr::Const(_)
            | Instr::Unary(..)
            | Instr::Binary(..)
            | Instr::Compare(..)
            | Instr::Select { .. }
            | Instr::Math { .. }
            | Instr::Cast { .. }
            | Instr::Load(_)
            | Instr::Len(_)
            | Instr::Matrix(_)
            | Instr::SomePullback(_)
            | Instr::NoPullback => self.define(stmt.results[0], &stmt.instr),
            Instr::Host { template, args, .. } => {
                let tokens = self.host(template, args);
                match stmt.results.first() {
                    Some(result) => self.bind(Pattern::Value(*result), tokens),
                    None => statement(tokens, at),
                }
            }
            Instr::Opaque(it) => {
                let tokens = self.host(&it.template, &it.args);
                self.bind(Pattern::Value(stmt.results[0]), tokens)
            }
            Instr::Alloc { place, init } => self.alloc(*place, init, pos),
            Instr::Store { to, value } => self.store(to, *value),
            Instr::AddTo { to, value } => self.add_to(to, *value),
            Instr::Fill { to, value } => self.fill(to, *value),
            Instr::CopyTo { to, from } => self.copy_to(to, from),
            Instr::Accumulate { to, from } => self.accumulate(to, from),
            Instr::AddMatrix { to, op, negative } => self.add_matrix(to, op, *negative),
            Instr::Swap(a, b) => self.swap(a, b),
            Instr::Push { to, value } => self.push(to, *value),
            Instr::Pop { from } => {
                let popped = self.pop(from);
                self.bind(Pattern::Value(stmt.results[0]), popped)
            }
            Instr::PushRow { to, row } => self.push_row(to, *row, pos),
            Instr::PopRow { from, row } => self.pop_row(from, *row),
            Instr::Resize { to, len, value } => self.resize(to, *len, *value),
            Instr::Call(call) => self.call(stmt, call, pos),
            Instr::If { .. } => self.branch(node),
            Instr::Loop(_) => self.repeat(node),
        };
        self.at = before;
        res
    }

    /// `let x = …;`, or `x += …;` of a variable that lives already.
    fn define(&mut self, id: ValueId, instr: &Instr) -> TokenStream {
        let stmt = self
            .facts
            .outline
            .stmt_of(id)
            .expect("a statement defines its result");
        if !self.is_declared(id) {
            let value = self.computed(stmt).tokens;
            return self.bind(Pattern::Value(id), value);
        }
        if let Some(changed) = self.changed(id, instr) {
            return changed;
        }
        let value = self.computed(stmt).tokens;
        self.bind(Pattern::Value(id), value)
    }

    /// `x += y;`, `if cond { x = y; }`, if that gives the variable of `to` the value of `instr`.
    fn changed(&mut self, to: ValueId, instr: &Instr) -> Option<TokenStream> {
        let at = self.at;
        let variable = self.facts.variables.of_value(to);
        if let Some(change) = self.change(instr, |emit, operand| emit.lives_in(operand, variable)) {
            let local = self.variable(to);
            let ident = self.locals.used(local, at);
            return Some(quote_spanned!(at=> #ident #change;));
        }
        let (cond, then, otherwise) = match instr {
            Instr::Select {
                cond,
                then,
                otherwise,
            } => (*cond, *then, *otherwise),
            Instr::If {
                cond,
                then,
                otherwise,
            } if then.yields.len() == 1 => (*cond, then.yields[0], otherwise.yields[0]),
            _ => return None,
        };
        match (self.lives_in(then, variable), self.lives_in(otherwise, variable)) {
            (false, true) => {
                let cond = self.condition(cond);
                let then = self.assign_one(to, then);
                Some(quote_spanned!(at=> if #cond { #then }))
            }
            (true, false) => {
                let cond = self.not(cond).at(Level::Or, at);
                let otherwise = self.assign_one(to, otherwise);
                Some(quote_spanned!(at=> if #cond { #otherwise }))
            }
            _ => None,
        }
    }

    /// Whether `id` is read from this variable.
    pub(super) fn lives_in(&self, id: ValueId, variable: ValueId) -> bool {
        !self.facts.folds.is_inline(id) && self.facts.variables.of_value(id) == variable
    }

    /// `let pattern = value;`, with assignments for what lives already.
    pub(super) fn bind(&mut self, pattern: Pattern, value: TokenStream) -> TokenStream {
        let at = self.at;
        if let Pattern::Value(id) = pattern
            && self.is_declared(id)
        {
            let local = self.variable(id);
            let ident = self.locals.used(local, at);
            return quote_spanned!(at=> #ident = #value;);
        }
        if self.skips(&pattern) {
            return statement(value, at);
        }
        let ty = match &pattern {
            Pattern::Value(id) => self.spelled(&[*id]),
            _ => None,
        };
        let mut after = TokenStream::new();
        let pattern = self.pattern(&pattern, &mut after);
        quote_spanned!(at=> let #pattern #ty = #value; #after)
    }

    /// `: f64`, `: (f64, _)`, where rustc has to be told.
    pub(super) fn spelled(&self, ids: &[ValueId]) -> Option<TokenStream> {
        let at = self.at;
        let facts = self.facts;
        let spells = |id: &ValueId| {
            let ty = facts.outline.body.ty(*id);
            facts.typing.spells(facts.variables.of_value(*id)) && is_spellable(ty)
        };
        if !ids.iter().any(spells) {
            return None;
        }
        let parts = ids.iter().map(|id| match spells(id) {
            true => types::tokens(facts.outline.body.ty(*id), at),
            false => quote_spanned!(at=> _),
        });
        let parts: Vec<_> = parts.collect();
        let ty = match parts.as_slice() {
            [one] => one.clone(),
            _ => tuple(&parts, at),
        };
        Some(quote_spanned!(at=> : #ty))
    }

    /// Whether nothing of the pattern is of use.
    fn skips(&self, pattern: &Pattern) -> bool {
        match pattern {
            Pattern::Skip => true,
            Pattern::Value(_) | Pattern::Place(_) | Pattern::AddTo(_) => false,
            Pattern::Tuple(parts) => parts.iter().all(|part| self.skips(part)),
        }
    }

    fn pattern(&mut self, pattern: &Pattern, after: &mut TokenStream) -> TokenStream {
        let at = self.at;
        match pattern {
            Pattern::Skip => quote_spanned!(at=> _),
            Pattern::Value(id) if !self.is_declared(*id) => self.declaration(*id),
            Pattern::Value(id) => {
                let wish = self.facts.wish(self.facts.variables.of_value(*id));
                let local = self.variable(*id);
                let to = self.locals.used(local, at);
                let (declared, used) = self.temporary(&wish);
                after.extend(quote_spanned!(at=> #to = #used;));
                declared
            }
            Pattern::Place(id) => {
                let param = self.facts.outline.body.place(*id).param.is_some();
                if !param && self.begun.insert(*id) {
                    return self.place_declaration(*id);
                }
                let wish = self.facts.place_wish(*id);
                let to = self.path(&PlaceRef::whole(*id)).tokens;
                let (declared, used) = self.temporary(&wish);
                after.extend(quote_spanned!(at=> #to = #used;));
                declared
            }
            Pattern::AddTo(to) => {
                let wish = format!("{}_term", self.facts.place_wish(to.root).trim_end_matches("_bar"));
                let (declared, used) = self.temporary(&wish);
                let added = self.accumulate_from(to, &quote_spanned!(at=> &#used));
                after.extend(added);
                declared
            }
            Pattern::Tuple(parts) => {
                let parts: Vec<_> = parts.iter().map(|part| self.pattern(part, after)).collect();
                tuple(&parts, at)
            }
        }
    }

    /// A variable of our own: how it is declared, and how it is used.
    pub(super) fn temporary(&mut self, wish: &str) -> (TokenStream, TokenStream) {
        let at = self.at;
        let local = self.locals.new_local(wish);
        let (declared, used) = (self.locals.declared(local, at), self.locals.used(local, at));
        (quote_spanned!(at=> #declared), quote_spanned!(at=> #used))
    }

    /// `to = value` for several variables at once: no variable is assigned to before all others have read it.
    pub(super) fn assign(&mut self, mut moves: Vec<(ValueId, ValueId)>) -> TokenStream {
        let at = self.at;
        let facts = self.facts;
        moves.retain(|(to, value)| {
            let variable = facts.variables.of_value(*to);
            !self.lives_in(*value, variable) && self.is_variable_used(variable)
        });
        let mut res = TokenStream::new();
        while !moves.is_empty() {
            let free = moves.iter().position(|(to, _)| {
                let variable = facts.variables.of_value(*to);
                let others = moves.iter().filter(|(other, _)| other != to);
                !others.into_iter().any(|(_, value)| self.reads(*value, variable))
            });
            match free {
                Some(free) => {
                    let (to, value) = moves.remove(free);
                    res.extend(self.assign_one(to, value));
                }
                None => {
                    // They need one another: all at once.
                    let values: Vec<_> = moves.iter().map(|(_, value)| self.tokens(*value)).collect();
                    let mut targets = Vec::new();
                    for (to, _) in &moves {
                        let local = self.variable(*to);
                        let ident = self.locals.used(local, at);
                        targets.push(quote_spanned!(at=> #ident));
                    }
                    let (targets, values) = (tuple(&targets, at), tuple(&values, at));
                    res.extend(quote_spanned!(at=> #targets = #values;));
                    moves.clear();
                }
            }
        }
        res
    }

    fn assign_one(&mut self, to: ValueId, value: ValueId) -> TokenStream {
        let at = self.at;
        let instr = self.inline_instr(value).cloned();
        if let Some(changed) = instr.and_then(|instr| self.changed(to, &instr)) {
            return changed;
        }
        let local = self.variable(to);
        let ident = self.locals.used(local, at);
        let value = self.tokens(value);
        quote_spanned!(at=> #ident = #value;)
    }

    /// Whether anything that lives in the variable is read.
    pub(super) fn is_variable_used(&self, variable: ValueId) -> bool {
        let members = self.facts.variables.members(variable);
        members.iter().any(|id| self.facts.folds.is_used(*id))
    }

    /// Whether the expression `id` reads the variable.
    pub(super) fn reads(&self, id: ValueId, variable: ValueId) -> bool {
        if self.facts.outline.body.value(id).constant.is_some() {
            return false;
        }
        if !self.facts.folds.is_inline(id) {
            return self.facts.variables.of_value(id) == variable;
        }
        let stmt = self.facts.outline.stmt_of(id);
        stmt.is_some_and(|stmt| self.stmt_reads(stmt, variable))
    }

    fn stmt_reads(&self, stmt: &crate::ir::Stmt, variable: ValueId) -> bool {
        let operands = super::outline::operands(stmt);
        let inner = crate::ir::visit::regions(&stmt.instr);
        operands.into_iter().any(|id| self.reads(id, variable))
            || inner
                .iter()
                .any(|region| region.yields.iter().any(|id| self.reads(*id, variable)))
    }
}

fn leaf(tree: &Tree) -> Option<ValueId> {
    match tree {
        Tree::Value(id) => Some(*id),
        Tree::Place(_) | Tree::Tuple(_) => None,
    }
}

/// `tokens` as a statement.
pub(super) fn statement(tokens: TokenStream, at: proc_macro2::Span) -> TokenStream {
    quote_spanned!(at=> #tokens;)
}
