//! One walk over a body, from the first statement to the last, that makes each value as cheap as it can be: a value
//! that exists already, a constant, or a simpler instruction.
//!
//! The walk knows what stands in scope: definitions, values by what computes them, and what was last seen in memory.

mod ask;
mod common;
mod control;
mod counts;
mod loads;

use super::{Phase, absent, algebra, constants, exact, products, sums};
use crate::ir::visit::{Parts, walk};
use crate::ir::{
    BinaryOp, Body, Const, Float, Instr, Int, Origin, PlaceId, Region, Stmt, Tree, Type, UnaryOp, Value,
    ValueId,
};
use crate::pipeline::Switches;
use proc_macro2::Span;

/// Walks once; says whether anything changed.
pub(super) fn rewrite(body: &mut Body, switches: &Switches, phase: Phase) -> bool {
    let mut region = std::mem::take(&mut body.region);
    let mut pullback = body.pullback.take();
    let tops: Vec<&Region> = [&region]
        .into_iter()
        .chain(pullback.as_ref().map(|it| &it.region))
        .collect();
    let trees = [Some(&body.result), pullback.as_ref().map(|it| &it.result)];
    let defs = counts::count(body, &tops, &trees);
    let memory = super::dead::memory(&tops, body.places.len());
    let mut rewriter = Rewriter {
        on: On {
            algebra: switches.on("algebra"),
            signs: phase == Phase::First,
            common: switches.on("common"),
            scalars: switches.on("scalars"),
        },
        same: (0..body.values.len()).map(|k| ValueId(k as u32)).collect(),
        body,
        defs,
        table: common::Table::new(),
        loads: loads::Loads::default(),
        memory,
        known: Vec::new(),
        open: Vec::new(),
        regions: 0,
        loops: 0,
        span: Span::call_site(),
        changed: false,
        budget: 0,
    };
    rewriter.budget = 1000 + 8 * rewriter.body.values.len();
    // Values of the forward sweep stay in scope for the pullback.
    rewriter.open();
    region.stmts.into_iter().for_each(|stmt| rewriter.stmt(stmt));
    if let Some(it) = &mut pullback {
        rewriter.open();
        let stmts = std::mem::take(&mut it.region.stmts);
        stmts.into_iter().for_each(|stmt| rewriter.stmt(stmt));
        it.region.stmts = rewriter.close();
        rewriter.tree(&mut it.result);
    }
    region.stmts = rewriter.close();
    let mut result = std::mem::replace(&mut rewriter.body.result, Tree::Tuple(Vec::new()));
    rewriter.tree(&mut result);
    let changed = rewriter.changed;
    debug_assert!(!cfg!(test) || rewriter.budget > 0, "two rules undo each other");
    body.result = result;
    body.region = region;
    body.pullback = pullback;
    changed
}

#[derive(Clone, Copy)]
pub(super) struct On {
    pub(super) algebra: bool,
    /// Signs go outwards even where that makes more of them, since most end in a subtraction.
    pub(super) signs: bool,
    pub(super) common: bool,
    pub(super) scalars: bool,
}

pub(super) struct Rewriter<'a> {
    pub(super) body: &'a mut Body,
    pub(super) on: On,
    /// What stands for each value now.
    same: Vec<ValueId>,
    defs: Vec<Def>,
    table: common::Table,
    loads: loads::Loads,
    /// The place whose memory each place is.
    memory: Vec<PlaceId>,
    /// Conditions whose outcome is known in the branch that the walk is in.
    known: Vec<(ValueId, bool)>,
    open: Vec<Open>,
    regions: u32,
    /// How many loops the walk is in.
    loops: u32,
    pub(super) span: Span,
    changed: bool,
    /// How many more times rules for derivatives are tried in this walk: a bound on what two rules cost that undo each
    /// other, far above what a walk needs.
    budget: usize,
}

/// What is known of a value's definition.
#[derive(Clone, Default)]
struct Def {
    /// The instruction, of scalar ones without effects.
    instr: Option<Instr>,
    /// The region in the order of the walk; 0 before the walk has been there.
    region: u32,
    /// How many of the loops around the walk it changes with: those outside of that do not change it.
    level: u32,
    /// How often it is read; a guide for what pays, never for what is right.
    uses: u32,
    /// Read once, by a sum in the same region.
    in_sum: bool,
    /// Read only where these conditions have these outcomes, and something else is taken otherwise.
    guards: Vec<(ValueId, bool)>,
    /// Nobody reads it in the end.
    unread: bool,
    /// Of a result of a branch: the condition, and what the two sides yield.
    branch: Option<(ValueId, ValueId, ValueId)>,
}

/// A region under construction.
struct Open {
    stmts: Vec<Stmt>,
    number: u32,
    mark: common::Mark,
}

/// What a rule makes of an instruction.
pub(super) enum Step {
    /// Its result is this value.
    Value(ValueId),
    /// It is better written like this.
    Instr(Instr),
}

/// How often one instruction is rewritten in a walk, in case two rules undo each other.
const FUEL: usize = 16;

impl Rewriter<'_> {
    fn open(&mut self) {
        self.regions += 1;
        let mark = self.table.mark();
        self.open.push(Open {
            stmts: Vec::new(),
            number: self.regions,
            mark,
        });
    }

    fn close(&mut self) -> Vec<Stmt> {
        let open = self.open.pop().expect("every `close` has its `open`");
        self.table.forget(open.mark);
        open.stmts
    }

    fn here(&self) -> u32 {
        self.open.last().expect("the walk is in a region").number
    }

    fn push(&mut self, stmt: Stmt) {
        let here = self.here();
        let scalar = is_scalar(&stmt.instr);
        let level = if scalar {
            let mut level = 0;
            each_operand(&stmt.instr, |id| level = level.max(self.level(id)));
            level
        } else {
            self.loops
        };
        for result in &stmt.results {
            let def = &mut self.defs[result.0 as usize];
            def.region = here;
            def.level = level;
            def.instr = (stmt.results.len() == 1 && scalar).then(|| stmt.instr.clone());
        }
        self.open
            .last_mut()
            .expect("the walk is in a region")
            .stmts
            .push(stmt);
    }

    /// A region with its parameters, in a scope of its own.
    fn region(&mut self, mut region: Region) -> Region {
        self.open();
        let here = self.here();
        for param in &region.params {
            let def = &mut self.defs[param.0 as usize];
            def.region = here;
            def.level = self.loops;
        }
        for stmt in std::mem::take(&mut region.stmts) {
            self.stmt(stmt);
        }
        region.stmts = self.close();
        for id in &mut region.yields {
            *id = self.same(*id);
        }
        region
    }

    fn tree(&mut self, tree: &mut Tree) {
        match tree {
            Tree::Value(id) => *id = self.same(*id),
            Tree::Place(_) => (),
            Tree::Tuple(parts) => parts.iter_mut().for_each(|part| self.tree(part)),
        }
    }

    fn stmt(&mut self, mut stmt: Stmt) {
        self.span = stmt.span;
        self.rename(&mut stmt.instr);
        match stmt.instr {
            Instr::If {
                cond,
                then,
                otherwise,
            } => self.branch(stmt.results, cond, then, otherwise),
            Instr::Loop(it) => self.repeat(stmt.results, *it),
            Instr::Load(_) | Instr::Len(_) => self.look(stmt),
            Instr::Host {
                ref args, pure: true, ..
            } if args.is_empty() && stmt.results.len() == 1 => {
                self.constant_of_std(stmt);
            }
            ref instr if is_scalar(instr) => {
                self.define(stmt);
            }
            _ => self.effect(stmt),
        }
    }

    fn rename(&mut self, instr: &mut Instr) {
        struct Rename<'a>(&'a [ValueId]);
        impl Parts for Rename<'_> {
            fn value(&mut self, value: &mut ValueId) {
                *value = self.0[value.0 as usize];
            }
        }
        walk(instr, &mut Rename(&self.same));
    }

    /// A scalar instruction: gives what stands for its result.
    fn define(&mut self, mut stmt: Stmt) -> ValueId {
        let y = stmt.results[0];
        for _ in 0..FUEL {
            match self.step(&stmt.instr, y) {
                None => break,
                Some(Step::Value(value)) => {
                    self.release(&stmt.instr);
                    return self.replace(y, value);
                }
                Some(Step::Instr(instr)) => {
                    self.changed = true;
                    self.acquire(&instr);
                    self.release(&stmt.instr);
                    if let Instr::Const(known) = &instr {
                        self.body.values[y.0 as usize].constant = Some(known.clone());
                    }
                    stmt.instr = instr;
                }
            }
        }
        if self.on.common {
            let key = common::key(self.body, &stmt.instr, y);
            if let Some(before) = self.table.get(&key) {
                self.release(&stmt.instr);
                return self.replace(y, before);
            }
            self.table.insert(key, y);
        }
        self.push(stmt);
        y
    }

    /// The first rule that applies.
    fn step(&mut self, instr: &Instr, y: ValueId) -> Option<Step> {
        if let Some(known) = constants::fold(self.body, instr, y) {
            return Some(Step::Instr(Instr::Const(known)));
        }
        if let Some(step) = exact::rule(self, instr, y) {
            return Some(step);
        }
        let derivative = self.is_derivative(y) && self.body.is_float(y);
        if !derivative || !self.on.algebra || self.budget == 0 {
            return None;
        }
        self.budget -= 1;
        absent::rule(self, instr, y)
            .or_else(|| algebra::rule(self, instr, y))
            .or_else(|| products::rule(self, instr))
            .or_else(|| sums::rule(self, instr, y))
    }

    /// `value` stands for `y` from now on.
    fn replace(&mut self, y: ValueId, value: ValueId) -> ValueId {
        if y == value {
            return y;
        }
        self.changed = true;
        let value = self.typed(value, y);
        let old = self.body.value(y).clone();
        let kept = &mut self.body.values[value.0 as usize];
        kept.name = kept.name.take().or(old.name);
        if old.origin == Origin::Primal {
            // Somebody of the user's function reads it now, so its bits are settled.
            kept.origin = Origin::Primal;
        }
        self.defs[value.0 as usize].uses += self.defs[y.0 as usize].uses;
        self.same[y.0 as usize] = value;
        value
    }

    /// A literal without a type must not stand where one is known: a method could not be called on it.
    fn typed(&mut self, value: ValueId, y: ValueId) -> ValueId {
        let ty = self.body.ty(y).clone();
        let untyped = matches!(
            self.body.ty(value),
            Type::Float(Float::Inferred) | Type::Int(Int::Inferred)
        );
        let known = !matches!(ty, Type::Float(Float::Inferred) | Type::Int(Int::Inferred));
        if !untyped || !known {
            return value;
        }
        match self.body.value(value).constant.clone() {
            Some(known) => self.emit(Instr::Const(known), ty),
            None => {
                self.body.values[value.0 as usize].ty = ty;
                value
            }
        }
    }

    /// What stands for `id`.
    fn same(&self, id: ValueId) -> ValueId {
        self.same[id.0 as usize]
    }

    fn acquire(&mut self, instr: &Instr) {
        each_operand(instr, |id| self.defs[id.0 as usize].uses += 1);
    }

    /// The instruction is not needed any more; neither is what only it needed.
    fn release(&mut self, instr: &Instr) {
        each_operand(instr, |id| {
            let def = &mut self.defs[id.0 as usize];
            if def.uses == 0 {
                return;
            }
            def.uses -= 1;
            if def.uses == 0
                && let Some(instr) = def.instr.clone()
            {
                self.release(&instr);
            }
        });
    }

    /// Anything that is not a scalar instruction.
    fn effect(&mut self, stmt: Stmt) {
        self.written(&stmt);
        self.push(stmt);
    }

    /// `std::f64::consts::PI`: code of nothing but words is the same wherever it stands.
    fn constant_of_std(&mut self, stmt: Stmt) {
        let y = stmt.results[0];
        // What is not a number may be moved where it is used.
        let number = matches!(self.body.ty(y), Type::Float(_) | Type::Int(_) | Type::Bool);
        if self.on.common && number {
            let key = common::key(self.body, &stmt.instr, y);
            if let Some(before) = self.table.get(&key) {
                self.replace(y, before);
                return;
            }
            self.table.insert(key, y);
        }
        self.effect(stmt);
    }

    /// Reads memory, or a length.
    fn look(&mut self, stmt: Stmt) {
        let y = stmt.results[0];
        if self.on.common {
            if let Some(before) = self.seen(&stmt.instr) {
                self.replace(y, before);
                return;
            }
            self.remember(&stmt.instr, y);
        }
        self.push(stmt);
    }
}

/// Pure, of one result, and not about memory.
fn is_scalar(instr: &Instr) -> bool {
    matches!(
        instr,
        Instr::Const(_)
            | Instr::Unary(..)
            | Instr::Binary(..)
            | Instr::Compare(..)
            | Instr::Select { .. }
            | Instr::Math { .. }
            | Instr::Cast { .. }
    )
}

/// Calls `f` with the values that a scalar instruction reads.
fn each_operand(instr: &Instr, mut f: impl FnMut(ValueId)) {
    match instr {
        Instr::Unary(_, a) | Instr::Cast { value: a, to: _ } => f(*a),
        Instr::Binary(_, a, b) | Instr::Compare(_, a, b) => {
            f(*a);
            f(*b);
        }
        Instr::Select {
            cond,
            then,
            otherwise,
        } => {
            f(*cond);
            f(*then);
            f(*otherwise);
        }
        Instr::Math { rule: _, args } => {
            for arg in args {
                f(*arg);
            }
        }
        _ => (),
    }
}
