//! The walk that replaces arrays.

use super::{Leaf, Replacer};
use crate::ir::visit::each;
use crate::ir::{Const, Float, Init, Instr, Int, Loop, LoopKind, PlaceRef, Region, Stmt, Type, ValueId};
use std::collections::{BTreeMap, BTreeSet};

impl Replacer<'_> {
    /// A region with its yields; what it leaves in the arrays stays known.
    pub(super) fn region(&mut self, mut region: Region) -> Region {
        let outer = std::mem::take(&mut self.out);
        for stmt in std::mem::take(&mut region.stmts) {
            self.stmt(stmt);
        }
        region.stmts = std::mem::replace(&mut self.out, outer);
        for id in &mut region.yields {
            *id = self.same[id.0 as usize];
        }
        region
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
            ref instr => {
                if !self.memory(instr, &stmt.results) {
                    self.out.push(stmt);
                }
            }
        }
    }

    /// An instruction on a replaced array; `false` if it is not one.
    fn memory(&mut self, instr: &Instr, results: &[ValueId]) -> bool {
        match instr {
            Instr::Alloc { place, init } if self.shapes.contains_key(place) => {
                let whole = PlaceRef::whole(*place);
                let values = self.init(&whole, init);
                self.set(&whole, values);
            }
            // The shape of a replaced array: it has the length that its type says.
            Instr::Alloc {
                place,
                init: Init::ZerosLike(of),
            } if self.shapes.contains_key(&of.root) => {
                let values = vec![self.zero(of); self.count(of)];
                let init = Init::List(values);
                self.push(Vec::new(), Instr::Alloc { place: *place, init });
            }
            Instr::Alloc {
                place,
                init: Init::Copy { src, .. },
            } if self.shapes.contains_key(&src.root) => {
                let (lengths, ty) = (self.lengths(src), self.leaf_type(src.root));
                let init = Init::List(self.read(src, &lengths, &ty));
                self.push(Vec::new(), Instr::Alloc { place: *place, init });
            }
            Instr::Load(at) => {
                let Some(leaves) = self.leaves(at) else {
                    return false;
                };
                let value = self.get((at.root, leaves.start));
                self.replace(results[0], value);
            }
            Instr::Len(at) if self.shapes.contains_key(&at.root) => {
                let len = self.shapes[&at.root].lengths[at.path.len()];
                let len = self.index(len);
                self.same[results[0].0 as usize] = len;
            }
            Instr::Store { to, value } if self.shapes.contains_key(&to.root) => self.set(to, vec![*value]),
            Instr::Fill { to, value } if self.shapes.contains_key(&to.root) => {
                let count = self.count(to);
                self.set(to, vec![*value; count]);
            }
            Instr::AddTo { to, value } => {
                let Some(leaves) = self.leaves(to) else {
                    return false;
                };
                let leaf = (to.root, leaves.start);
                let sum = self.add(self.get(leaf), *value, leaf);
                self.now.insert(leaf, sum);
            }
            Instr::CopyTo { to, from } if self.is_about(to, from) => {
                let (lengths, ty) = self.known_side(to, from);
                let values = self.read(from, &lengths, &ty);
                self.write(to, &lengths, values, false);
            }
            Instr::Accumulate { to, from } if self.is_about(to, from) => {
                let (lengths, ty) = self.known_side(to, from);
                let values = self.read(from, &lengths, &ty);
                self.write(to, &lengths, values, true);
            }
            Instr::Swap(a, b) if self.is_about(a, b) => {
                let (lengths, ty) = self.known_side(a, b);
                let (left, right) = (self.read(a, &lengths, &ty), self.read(b, &lengths, &ty));
                self.set(a, right);
                self.set(b, left);
            }
            _ => return false,
        }
        true
    }

    fn is_about(&self, a: &PlaceRef, b: &PlaceRef) -> bool {
        self.shapes.contains_key(&a.root) || self.shapes.contains_key(&b.root)
    }

    /// The lengths and the scalars of two equal sides, of which one is replaced.
    fn known_side(&self, a: &PlaceRef, b: &PlaceRef) -> (Vec<usize>, Type) {
        let known = if self.shapes.contains_key(&a.root) { a } else { b };
        (self.lengths(known), self.leaf_type(known.root))
    }

    fn count(&self, at: &PlaceRef) -> usize {
        self.leaves(at).map_or(0, |leaves| leaves.len())
    }

    fn zero(&mut self, like: &PlaceRef) -> ValueId {
        let ty = self.leaf_type(like.root);
        let known = match &ty {
            Type::Int(_) => Const::Int(0),
            Type::Bool => Const::Bool(false),
            _ => Const::Float(0.0),
        };
        self.constant(known, ty)
    }

    fn init(&mut self, whole: &PlaceRef, init: &Init) -> Vec<ValueId> {
        let count = self.count(whole);
        match init {
            Init::Repeat { value, .. } => vec![*value; count],
            Init::List(values) => values.clone(),
            Init::ZerosLike(_) => vec![self.zero(whole); count],
            Init::Copy { src, .. } => {
                let (lengths, ty) = (self.lengths(whole), self.leaf_type(whole.root));
                self.read(src, &lengths, &ty)
            }
            Init::RepeatPlace { row, .. } => {
                let (lengths, ty) = (self.lengths(whole), self.leaf_type(whole.root));
                let row = self.read(row, &lengths[1..], &ty);
                row.iter().copied().cycle().take(count).collect()
            }
            Init::Rows(rows) => {
                let (lengths, ty) = (self.lengths(whole), self.leaf_type(whole.root));
                let rows = rows.iter().map(|row| self.read(row, &lengths[1..], &ty));
                rows.flatten().collect()
            }
            Init::Struct { .. }
            | Init::Empty { .. }
            | Init::Scratch { .. }
            | Init::Matrix(_)
            | Init::View { .. }
            | Init::Host { .. } => {
                unreachable!("places that begin like this are not eligible")
            }
        }
    }

    fn set(&mut self, at: &PlaceRef, values: Vec<ValueId>) {
        let leaves = self.leaves(at).expect("only replaced arrays are set");
        for (k, value) in leaves.zip(values) {
            self.now.insert((at.root, k), value);
        }
    }

    /// Gives values to an array, or adds them, replaced or in memory.
    fn write(&mut self, to: &PlaceRef, lengths: &[usize], values: Vec<ValueId>, add: bool) {
        match self.leaves(to) {
            Some(leaves) => {
                for (k, value) in leaves.zip(values) {
                    let leaf = (to.root, k);
                    let value = if add {
                        self.add(self.get(leaf), value, leaf)
                    } else {
                        value
                    };
                    self.now.insert(leaf, value);
                }
            }
            None => {
                for (to, value) in self.paths(to, lengths).into_iter().zip(values) {
                    let instr = if add {
                        Instr::AddTo { to, value }
                    } else {
                        Instr::Store { to, value }
                    };
                    self.push(Vec::new(), instr);
                }
            }
        }
    }

    /// `value` stands for what was loaded as `y`, with the type that is known there.
    fn replace(&mut self, y: ValueId, value: ValueId) {
        let ty = self.body.ty(y).clone();
        let untyped = matches!(
            self.body.ty(value),
            Type::Float(Float::Inferred) | Type::Int(Int::Inferred)
        );
        let value = match self.body.value(value).constant.clone() {
            Some(known) if untyped => self.constant(known, ty),
            None if untyped => {
                self.body.values[value.0 as usize].ty = ty;
                value
            }
            Some(_) | None => value,
        };
        let name = self.body.value(y).name.clone();
        let kept = &mut self.body.values[value.0 as usize];
        kept.name = kept.name.take().or(name);
        self.same[y.0 as usize] = value;
    }

    fn branch(&mut self, mut results: Vec<ValueId>, cond: ValueId, then: Region, otherwise: Region) {
        let span = self.span;
        let before = self.now.clone();
        let mut then = self.region(then);
        let first = std::mem::replace(&mut self.now, before.clone());
        let mut otherwise = self.region(otherwise);
        let second = std::mem::replace(&mut self.now, before.clone());
        for (leaf, old) in before {
            let (a, b) = (first[&leaf], second[&leaf]);
            if a == old && b == old {
                continue;
            }
            then.yields.push(a);
            otherwise.yields.push(b);
            let result = self.leaf_value(leaf);
            results.push(result);
            self.now.insert(leaf, result);
        }
        self.span = span;
        self.push(
            results,
            Instr::If {
                cond,
                then,
                otherwise,
            },
        );
    }

    fn leaf_value(&mut self, leaf: Leaf) -> ValueId {
        let (ty, origin) = (self.leaf_type(leaf.0), self.body.place(leaf.0).origin);
        self.fresh(ty, origin, self.leaf_name(leaf), None)
    }

    fn repeat(&mut self, mut results: Vec<ValueId>, mut it: Loop) {
        let span = self.span;
        let changed: Vec<Leaf> = self
            .changed(&it.body)
            .into_iter()
            .filter(|leaf| self.now.contains_key(leaf))
            .collect();
        let before: BTreeMap<Leaf, ValueId> = changed.iter().map(|leaf| (*leaf, self.now[leaf])).collect();
        let known = self.now.clone();
        if let LoopKind::While { cond: Some(cond) } = &mut it.kind {
            for leaf in &changed {
                let param = self.leaf_value(*leaf);
                cond.params.push(param);
                self.now.insert(*leaf, param);
            }
            *cond = self.region(std::mem::take(cond));
        }
        self.now = known.clone();
        for leaf in &changed {
            let param = self.leaf_value(*leaf);
            it.body.params.push(param);
            self.now.insert(*leaf, param);
        }
        it.body = self.region(std::mem::take(&mut it.body));
        it.body.yields.extend(changed.iter().map(|leaf| self.now[leaf]));
        it.init.extend(before.values());
        self.now = known;
        let trips = if it.trips { results.pop() } else { None };
        for leaf in &changed {
            let result = self.leaf_value(*leaf);
            results.push(result);
            self.now.insert(*leaf, result);
        }
        results.extend(trips);
        self.span = span;
        self.push(results, Instr::Loop(Box::new(it)));
    }

    /// The leaves that a region may give another value, in their order.
    fn changed(&self, region: &Region) -> BTreeSet<Leaf> {
        let mut res = BTreeSet::new();
        each(region, &mut |stmt| {
            let mut all: Vec<PlaceRef> = Vec::new();
            match &stmt.instr {
                Instr::Alloc { place, .. } => all.push(PlaceRef::whole(*place)),
                Instr::Store { to, .. }
                | Instr::AddTo { to, .. }
                | Instr::Fill { to, .. }
                | Instr::CopyTo { to, .. }
                | Instr::Accumulate { to, .. } => all.push(to.clone()),
                Instr::Swap(a, b) => all.extend([a.clone(), b.clone()]),
                _ => (),
            }
            for at in all {
                if let Some(leaves) = self.leaves(&at) {
                    res.extend(leaves.map(|k| (at.root, k)));
                }
            }
        });
        res
    }
}
