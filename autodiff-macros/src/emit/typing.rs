//! Where rustc needs to be told a type. A literal takes its type from what it meets, but a method cannot be called on
//! a number whose type is still open, and an integer that meets nothing becomes an `i32`.

use super::folds::Folds;
use super::outline::{NodeNo, Outline, RegionNo};
use super::variables::{Variables, carried};
use crate::ir::{Float, Init, Instr, Int, Len, Loop, LoopKind, PlaceId, PlaceRef, Stmt, Type, ValueId};
use std::collections::BTreeSet;

pub(super) struct Typing {
    /// Variables whose declaration spells the type, by [`ValueId`] of the variable.
    values: BTreeSet<ValueId>,
    /// Places whose declaration does.
    places: BTreeSet<PlaceId>,
    open: Open,
}

/// What rustc does not know from its initialiser alone.
struct Open {
    values: Vec<bool>,
    places: Vec<bool>,
}

impl Typing {
    pub(super) fn of(outline: &Outline<'_>, folds: &Folds, variables: &Variables) -> Self {
        let mut typing = Typing {
            values: BTreeSet::new(),
            places: BTreeSet::new(),
            open: open(outline),
        };
        for (k, node) in outline.nodes.iter().enumerate() {
            if folds.dead[k] {
                continue;
            }
            match &node.stmt.instr {
                Instr::Math { args, .. } => typing.settle(outline, folds, variables, args[0]),
                Instr::Cast { value, .. } if is_int(outline, *value) => {
                    typing.settle(outline, folds, variables, *value);
                }
                _ => (),
            }
        }
        typing
    }

    /// Whether the type of the expression `id` is open until something else is met.
    pub(super) fn is_open(&self, id: ValueId) -> bool {
        self.open.values[id.0 as usize]
    }

    pub(super) fn spells(&self, variable: ValueId) -> bool {
        self.values.contains(&variable)
    }

    pub(super) fn spells_place(&self, place: PlaceId) -> bool {
        self.places.contains(&place)
    }

    /// Lets the declarations that `id` takes its type from spell it.
    fn settle(&mut self, outline: &Outline<'_>, folds: &Folds, variables: &Variables, id: ValueId) {
        if !self.is_open(id) {
            return;
        }
        if !folds.is_inline(id) {
            self.values.insert(variables.of_value(id));
            return;
        }
        let Some(stmt) = outline.stmt_of(id) else { return };
        match &stmt.instr {
            Instr::Unary(_, a) => self.settle(outline, folds, variables, *a),
            Instr::Binary(_, a, b) => {
                self.settle(outline, folds, variables, *a);
                self.settle(outline, folds, variables, *b);
            }
            Instr::Select { then, otherwise, .. } => {
                self.settle(outline, folds, variables, *then);
                self.settle(outline, folds, variables, *otherwise);
            }
            Instr::If { then, otherwise, .. } => {
                for region in [then, otherwise] {
                    for id in &region.yields {
                        self.settle(outline, folds, variables, *id);
                    }
                }
            }
            Instr::Load(from) => {
                self.places.insert(from.root);
            }
            _ => (),
        }
    }
}

fn is_int(outline: &Outline<'_>, id: ValueId) -> bool {
    matches!(outline.body.ty(id), Type::Int(int) if *int != Int::Inferred)
}

/// From the first statement to the last: what has a type from where it comes from.
fn open(outline: &Outline<'_>) -> Open {
    let body = outline.body;
    let mut open = Open {
        values: vec![false; body.values.len()],
        places: vec![false; body.places.len()],
    };
    open.region(outline, 0);
    if let Some(closure) = outline.closure {
        open.region(outline, closure);
    }
    open
}

impl Open {
    fn value(&self, id: ValueId) -> bool {
        self.values[id.0 as usize]
    }

    fn place(&self, at: &PlaceRef) -> bool {
        self.places[at.root.0 as usize]
    }

    fn set(&mut self, ids: &[ValueId], open: bool) {
        for id in ids {
            self.values[id.0 as usize] = open;
        }
    }

    fn region(&mut self, outline: &Outline<'_>, region: RegionNo) {
        for node in &outline.regions[region].nodes {
            self.node(outline, *node);
        }
    }

    fn node(&mut self, outline: &Outline<'_>, node: NodeNo) {
        let stmt = outline.nodes[node].stmt;
        let inner = &outline.nodes[node].inner;
        let open = match &stmt.instr {
            Instr::Const(_) => true,
            Instr::Unary(_, a) => self.value(*a),
            Instr::Binary(_, a, b) => self.value(*a) && self.value(*b),
            Instr::Select { then, otherwise, .. } => self.value(*then) && self.value(*otherwise),
            Instr::Load(from) | Instr::Pop { from } => self.place(from),
            Instr::Alloc { place, init } => {
                self.places[place.0 as usize] = self.init(outline, init);
                false
            }
            Instr::PopRow { from, row } => {
                self.places[row.0 as usize] = self.place(from);
                false
            }
            Instr::Store { to, value } | Instr::AddTo { to, value } | Instr::Push { to, value } => {
                self.places[to.root.0 as usize] &= self.value(*value);
                false
            }
            Instr::If { then, otherwise, .. } => {
                inner.iter().for_each(|region| self.region(outline, *region));
                for (k, result) in stmt.results.iter().enumerate() {
                    let both = self.value(then.yields[k]) && self.value(otherwise.yields[k]);
                    self.set(&[*result], both);
                }
                return;
            }
            Instr::Loop(it) => return self.repeat(outline, stmt, it, inner),
            _ => false,
        };
        self.set(&stmt.results, open);
    }

    fn repeat(&mut self, outline: &Outline<'_>, stmt: &Stmt, it: &Loop, inner: &[RegionNo]) {
        for (k, param) in carried(it).iter().enumerate() {
            let open = self.value(it.init[k]);
            self.set(&[*param, stmt.results[k]], open);
            if let LoopKind::While { cond: Some(cond) } = &it.kind {
                self.set(&[cond.params[k]], open);
            }
        }
        if let LoopKind::Range { start, end, .. } = &it.kind {
            let open = self.value(*start) && self.value(*end);
            self.set(&it.body.params[..1], open);
        }
        inner.iter().for_each(|region| self.region(outline, *region));
        // Behind the loop the variable has met what the body assigned to it.
        let next = &it.body.yields[usize::from(it.breaks)..];
        for (k, next) in next.iter().enumerate() {
            let open = self.value(stmt.results[k]) && self.value(*next);
            self.set(&[stmt.results[k]], open);
        }
    }

    fn init(&self, outline: &Outline<'_>, init: &Init) -> bool {
        match init {
            Init::Repeat { value, .. } => self.value(*value),
            Init::List(values) => values.iter().all(|id| self.value(*id)),
            Init::RepeatPlace { row, .. } => self.place(row),
            Init::Rows(rows) => rows.iter().all(|row| self.place(row)),
            Init::Copy { src, .. } => self.place(src),
            Init::View { of, .. } => self.place(of),
            // Written as zeros, or as a call that knows the type.
            Init::ZerosLike(of) => {
                let element = outline.body.place(of.root).ty.element();
                element.is_none_or(|element| matches!(element, Type::Float(_)))
            }
            Init::Empty { .. }
            | Init::Scratch { .. }
            | Init::Matrix(_)
            | Init::Host { .. }
            | Init::Struct { .. } => false,
        }
    }
}

/// Whether the type can be written down in full.
pub(super) fn is_spellable(ty: &Type) -> bool {
    match ty {
        Type::Float(float) => !matches!(float, Float::Inferred),
        Type::Int(int) => *int != Int::Inferred,
        Type::Bool => true,
        Type::Array(element, len) => !matches!(len, Len::Inferred) && is_spellable(element),
        Type::Slice(element) | Type::Vec(element) => is_spellable(element),
        Type::Tuple(parts) => parts.iter().all(is_spellable),
        Type::Aggregate(_) | Type::Matrix(_) | Type::Host | Type::Pullback | Type::Struct(_) => false,
    }
}
