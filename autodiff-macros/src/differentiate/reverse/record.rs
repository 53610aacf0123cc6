//! Values of the primal that the forward sweep records, because nothing else gives them again in the reverse sweep.
//!
//! Two classes of records. *Indexed*: the trip counts of all loops around the value are known in front of them, so
//! one flat buffer holds a value per iteration. *Stack*: they are not, so the forward sweep pushes and the reverse
//! sweep, which runs the same iterations backwards, pops. A value behind branches only leaves them as a result.

use super::Reverse;
use super::plan::Export;
use crate::analyse::{RegionId, StmtKey};
use crate::ir::{
    BinaryOp, Const, Init, Instr, Int, Len, LoopKind, Name, PlaceId, PlaceRef, Proj, Stmt, Type, ValueId,
};
use crate::rules::Rule;

/// Where the forward sweep keeps a value.
#[derive(Clone, Copy, Debug)]
pub(super) enum Record {
    Indexed(PlaceId),
    Stack(PlaceId),
}

/// Where the forward sweep defines a value, and can record it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Slot {
    Head(RegionId),
    Before(StmtKey),
    After(StmtKey),
    Tail(RegionId),
}

impl<'a> Reverse<'a> {
    /// As [`Reverse::available`], of a value that the forward sweep computes in `home` on our behalf.
    pub(super) fn extra(&mut self, id: ValueId, home: RegionId, slot: Slot) -> ValueId {
        if self.in_scope(home) {
            return id;
        }
        let frame = self.frame_of(home);
        if let Some(here) = self.frames[frame].env.get(&id) {
            return *here;
        }
        let here = self.fetch(frame, id, home, slot);
        self.frames[frame].env.insert(id, here);
        here
    }

    /// Whether what `home` defines is in scope in the reverse part of the current sweep as it is.
    pub(super) fn in_scope(&self, home: RegionId) -> bool {
        self.layout.is_inside(self.sweep(), home)
    }

    pub(super) fn frame_of(&self, home: RegionId) -> usize {
        let found = self.frames.iter().rposition(|frame| frame.region == home);
        found.expect("the reverse of a region asks only for values of that region and those around it")
    }

    /// The value that a vector's length was given by, if it kept it.
    pub(super) fn begun_length(&self, at: &PlaceRef) -> Option<ValueId> {
        if !at.path.is_empty() || !self.layout.keeps_shape(at.root) {
            return None;
        }
        match &self.layout.begun(at.root)?.instr {
            Instr::Alloc {
                init: Init::Repeat { len, .. } | Init::RepeatPlace { len, .. },
                ..
            } => *len,
            _ => None,
        }
    }

    /// Appends `instr` to the reverse region of `frame`, as a copy of `id`.
    pub(super) fn build_at(&mut self, frame: usize, id: ValueId, instr: Instr) -> ValueId {
        let depth = self.frames[frame].depth;
        let ty = self.b.body.ty(id).clone();
        let name = self.b.body.value(id).name.clone();
        self.b.at_depth(depth, |b| {
            let value = b.one(instr, ty);
            if let Some(name) = name {
                b.name(value, name.text);
            }
            value
        })
    }

    /// Has the forward sweep keep `id`, and gives it back in the reverse of its region.
    pub(super) fn fetch(&mut self, frame: usize, id: ValueId, home: RegionId, slot: Slot) -> ValueId {
        let loops = self.loops_around(home);
        if loops.is_empty() {
            return self.export(id, home);
        }
        let record = match self.records.get(&id) {
            Some(record) => *record,
            None => self.record(id, home, &loops, slot),
        };
        let instr = match record {
            Record::Indexed(place) => {
                let flat = self.flat_back(home);
                Instr::Load(PlaceRef::whole(place).then(Proj::Index(flat)))
            }
            Record::Stack(place) => Instr::Pop {
                from: PlaceRef::whole(place),
            },
        };
        self.build_at(frame, id, instr)
    }

    /// The bodies of the loops around `home` inside of the sweep, the innermost first.
    pub(super) fn loops_around(&self, home: RegionId) -> Vec<RegionId> {
        let sweep = self.sweep();
        let inside = self.layout.path(home).into_iter().take_while(|id| *id != sweep);
        inside.filter(|id| self.layout.loop_of(*id).is_some()).collect()
    }

    fn record(&mut self, id: ValueId, home: RegionId, loops: &[RegionId], slot: Slot) -> Record {
        let ty = Type::Vec(Box::new(self.b.body.ty(id).clone()));
        let text = self
            .b
            .body
            .value(id)
            .name
            .as_ref()
            .map_or("values", |name| name.text.as_str());
        let text = format!("recorded_{}", text.trim_start_matches('_'));
        let place = self.new_place(ty, None, None);
        self.b.body.places[place.0 as usize].name = Some(Name {
            text,
            span: self.b.span,
        });
        let anchor = self.anchor(home);
        let pullback = matches!(self.b.body.ty(id), Type::Pullback);
        let size = if pullback {
            None
        } else {
            self.iterations(loops, anchor)
        };
        let (init, keep, record) = match size {
            Some(len) => {
                let flat = self.flat_forward(home);
                let to = PlaceRef::whole(place).then(Proj::Index(flat));
                (
                    Init::Scratch { len },
                    Instr::Store { to, value: id },
                    Record::Indexed(place),
                )
            }
            None => {
                let to = PlaceRef::whole(place);
                (
                    Init::Empty { capacity: None },
                    Instr::Push { to, value: id },
                    Record::Stack(place),
                )
            }
        };
        let span = self.b.span;
        let stmt = |instr| Stmt {
            results: Vec::new(),
            instr,
            span,
        };
        self.plan
            .before
            .entry(anchor)
            .or_default()
            .push(stmt(Instr::Alloc { place, init }));
        let list = match slot {
            Slot::Head(region) => self.plan.head.entry(region).or_default(),
            Slot::Before(key) => self.plan.before.entry(key).or_default(),
            Slot::After(key) => self.plan.after.entry(key).or_default(),
            Slot::Tail(region) => self.plan.tail.entry(region).or_default(),
        };
        list.push(stmt(keep));
        self.records.insert(id, record);
        record
    }

    /// The statement of the sweep's region that `home` lies in.
    pub(super) fn anchor(&self, home: RegionId) -> StmtKey {
        let sweep = self.sweep();
        let child = self
            .layout
            .path(home)
            .into_iter()
            .take_while(|id| *id != sweep)
            .last();
        let child = child.expect("what the sweep's own region defines needs no record");
        self.layout.regions[child.0]
            .owner
            .expect("a region inside of another has an owner")
            .0
    }

    /// Carries a value out of the branches that it is defined in.
    fn export(&mut self, id: ValueId, home: RegionId) -> ValueId {
        let sweep = self.sweep();
        let ty = self.b.body.ty(id).clone();
        let (mut value, mut at) = (id, home);
        while at != sweep {
            let (key, outer) = self.layout.regions[at.0]
                .owner
                .expect("a sweep is around what it sweeps");
            let Instr::If { then, .. } = &self.layout.stmt(key).instr else {
                unreachable!("a value inside of a loop is recorded")
            };
            let branch = usize::from(self.layout.id(then) != at);
            self.b.begin();
            let dummy = match &ty {
                Type::Int(int) => self.b.int(0, *int),
                Type::Bool => self.b.bool(false),
                Type::Pullback => self.b.one(Instr::NoPullback, Type::Pullback),
                _ => self.b.one(Instr::Const(Const::Float(0.0)), ty.clone()),
            };
            let dummy = (self.b.end().stmts, dummy);
            self.b.begin();
            // A pullback becomes an option on its first way out and stays one.
            let given = match &ty {
                Type::Pullback if at == home => self.b.one(Instr::SomePullback(value), Type::Pullback),
                _ => value,
            };
            let given = (self.b.end().stmts, given);
            let result = self.b.value(ty.clone());
            if let Some(name) = &self.b.body.value(id).name {
                let text = name.text.clone();
                self.b.name(result, text);
            }
            let export = Export {
                result,
                branch,
                value: given,
                dummy,
            };
            self.plan.exports.entry(key).or_default().push(export);
            value = result;
            at = outer;
        }
        value
    }

    /// The flat number of the iteration that `region` is in, in the forward sweep.
    pub(super) fn flat_forward(&mut self, region: RegionId) -> ValueId {
        let body = self.loops_around(region)[0];
        if let Some(flat) = self.plan.flats.get(&body) {
            return *flat;
        }
        let outer = self
            .loops_around(body)
            .get(1)
            .map(|outer| self.flat_forward(*outer));
        self.b.begin();
        let param = self.layout.regions[body.0].region.params[0];
        let flat = self.flat_number(body, param, outer, |_, id| id);
        let stmts = self.b.end().stmts;
        self.plan.head.entry(body).or_default().extend(stmts);
        self.plan.flats.insert(body, flat);
        flat
    }

    /// The same number in the reverse sweep.
    pub(super) fn flat_back(&mut self, region: RegionId) -> ValueId {
        let body = self.loops_around(region)[0];
        let frame = self.frame_of(body);
        if let Some(flat) = self.frames[frame].flat {
            return flat;
        }
        let outer = self.loops_around(body).get(1).map(|outer| self.flat_back(*outer));
        let param = self.layout.regions[body.0].region.params[0];
        let param = self.available(param);
        if let Some(it) = self.layout.loop_of(body) {
            // Bounds first: they are made available in frames further out.
            if let LoopKind::Range { start, step, .. } = &it.kind {
                self.available(*start);
                step.map(|step| self.available(step));
            }
        }
        self.b.begin();
        let flat = self.flat_number(body, param, outer, |reverse, id| reverse.available(id));
        let stmts = self.b.end().stmts;
        let depth = self.frames[frame].depth;
        self.b.at_depth(depth, |b| b.stmts().extend(stmts));
        self.frames[frame].flat = Some(flat);
        flat
    }

    /// `outer · trips + (i - start) / step`
    fn flat_number(
        &mut self,
        body: RegionId,
        param: ValueId,
        outer: Option<ValueId>,
        mut here: impl FnMut(&mut Self, ValueId) -> ValueId,
    ) -> ValueId {
        let it = self
            .layout
            .loop_of(body)
            .expect("loops_around gives bodies of loops");
        let LoopKind::Range { start, step, .. } = it.kind else {
            unreachable!("only counted loops have indexed records")
        };
        let mut number = param;
        if self.primal.value(start).constant != Some(Const::Int(0)) {
            let start = here(self, start);
            number = self.b.sub(number, start);
        }
        if let Some(step) = step {
            let ty = self.b.body.ty(number).clone();
            let step = here(self, step);
            let step = match ty {
                Type::Int(Int::Usize | Int::Inferred) => step,
                ty => self.b.cast(step, ty),
            };
            number = self.b.div(number, step);
        }
        if !matches!(self.b.body.ty(number), Type::Int(Int::Usize)) {
            number = self.b.cast(number, Type::USIZE);
        }
        match outer {
            None => number,
            Some(outer) => {
                let trips = self.plan.trip_bounds[&body];
                let row = self.b.mul(outer, trips);
                self.b.add(row, number)
            }
        }
    }

    /// An upper bound of the number of iterations of all `loops` together, computed in front of `anchor`.
    pub(super) fn iterations(&mut self, loops: &[RegionId], anchor: StmtKey) -> Option<ValueId> {
        self.b.begin();
        let mut product = None;
        let mut new = Vec::new();
        for body in loops.iter().rev() {
            let trips = match self.plan.trip_bounds.get(body) {
                Some(trips) => Some(*trips),
                None => self.trip_bound(*body),
            };
            let Some(trips) = trips else {
                self.b.end();
                return None;
            };
            new.push((*body, trips));
            product = Some(match product {
                None => trips,
                Some(product) => self.b.mul(product, trips),
            });
        }
        let stmts = self.b.end().stmts;
        self.plan.before.entry(anchor).or_default().extend(stmts);
        self.plan.trip_bounds.extend(new);
        product
    }

    fn trip_bound(&mut self, body: RegionId) -> Option<ValueId> {
        let it = self.layout.loop_of(body)?;
        let LoopKind::Range { start, end, step, .. } = &it.kind else {
            return None;
        };
        let known = |id: &ValueId| match self.primal.value(*id).constant {
            Some(Const::Int(n)) => Some(n),
            _ => None,
        };
        if let (Some(lo), Some(hi)) = (known(start), known(end)) {
            return Some(self.b.usize(usize::try_from((hi - lo).max(0)).ok()?));
        }
        let (zero, step) = (
            known(start) == Some(0),
            step.as_ref().and_then(known).filter(|step| *step > 1),
        );
        let hi = self.bound(*end, true)?;
        let span = if zero {
            hi
        } else {
            let lo = self.bound(*start, false)?;
            self.saturating_sub(hi, lo)
        };
        let Some(step) = step else { return Some(span) };
        let (step, one) = (self.b.usize(usize::try_from(step).ok()?), self.b.usize(1));
        let whole = self.b.div(span, step);
        Some(self.b.add(whole, one))
    }

    /// A bound of an index in front of the loops it stands in: not less (`upper`), or not more.
    pub(super) fn bound(&mut self, id: ValueId, upper: bool) -> Option<ValueId> {
        let Type::Int(Int::Usize | Int::Inferred) = self.primal.ty(id) else {
            return None;
        };
        let home = self.layout.home(id)?;
        if self.in_scope(home) {
            return Some(id);
        }
        let Some((_, stmt)) = self.layout.def(id) else {
            // The number of an iteration lies between the loop's bounds; carried integers are anybody's guess.
            let LoopKind::Range { start, end, .. } = &self.layout.loop_of(home)?.kind else {
                return None;
            };
            let induction = self.layout.regions[home.0].region.params.first() == Some(&id);
            return if induction {
                self.bound(if upper { *end } else { *start }, upper)
            } else {
                None
            };
        };
        match &stmt.instr {
            Instr::Const(Const::Int(n)) => Some(self.b.usize(usize::try_from(*n).ok()?)),
            Instr::Binary(BinaryOp::Add, l, r) => {
                let (l, r) = (self.bound(*l, upper)?, self.bound(*r, upper)?);
                Some(self.b.add(l, r))
            }
            Instr::Binary(BinaryOp::Mul, l, r) => {
                let (l, r) = (self.bound(*l, upper)?, self.bound(*r, upper)?);
                Some(self.b.mul(l, r))
            }
            Instr::Binary(BinaryOp::Sub, l, r) => {
                let (l, r) = (self.bound(*l, upper)?, self.bound(*r, !upper)?);
                Some(self.saturating_sub(l, r))
            }
            Instr::Binary(BinaryOp::Div, l, r) if self.primal.value(*r).constant.is_some() => {
                let (l, r) = (self.bound(*l, upper)?, self.bound(*r, !upper)?);
                Some(self.b.div(l, r))
            }
            Instr::Binary(BinaryOp::Rem, _, r) => {
                if upper {
                    self.bound(*r, upper)
                } else {
                    Some(self.b.usize(0))
                }
            }
            // What counts the items of iterators: `zip` and the like.
            Instr::Math { rule, args } => match (rule.name, args.as_slice()) {
                ("min", [l, r]) => match (self.bound(*l, upper), self.bound(*r, upper)) {
                    (Some(l), Some(r)) => Some(self.b.math(rule, vec![l, r])),
                    (one, other) => one.or(other).filter(|_| upper),
                },
                ("saturating_sub", [l, r]) => {
                    let (l, r) = (self.bound(*l, upper)?, self.bound(*r, !upper)?);
                    Some(self.saturating_sub(l, r))
                }
                _ => None,
            },
            Instr::Len(at) => {
                if let Some(len) = self.begun_length(at) {
                    return self.bound(len, upper);
                }
                if let Some(len) = self.typed_length(at) {
                    return Some(self.b.usize(len));
                }
                let there = self.layout.keeps_shape(at.root) && at.path.is_empty();
                (there && self.in_scope(self.layout.place_home(at.root))).then(|| self.b.len(at.clone()))
            }
            _ => None,
        }
    }

    /// The length that the type gives.
    fn typed_length(&self, at: &PlaceRef) -> Option<usize> {
        let mut ty = &self.primal.place(at.root).ty;
        for proj in &at.path {
            match (proj, ty) {
                (Proj::Index(_), _) => ty = ty.element()?,
                (Proj::Field(k), Type::Tuple(parts)) => ty = parts.get(*k)?,
                (Proj::Member(member), _) => ty = ty.member(member)?,
                _ => return None,
            }
        }
        match ty {
            Type::Array(_, Len::Known(n)) => Some(*n),
            _ => None,
        }
    }

    /// Ranges may be empty; their length is never negative.
    fn saturating_sub(&mut self, l: ValueId, r: ValueId) -> ValueId {
        self.b.math(&SATURATING_SUB, vec![l, r])
    }
}

/// Not a row of the table: integers have no derivative.
static SATURATING_SUB: Rule = Rule {
    name: "saturating_sub",
    args: &["l", "r"],
    result: "y",
    partials: &[],
};
