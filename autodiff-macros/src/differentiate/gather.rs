//! Sums that a loop keeps in a register: what it adds to one and the same element, and what it adds to `g[i + 1]` where
//! the next iteration adds to it again.
//!
//! Adding to the same memory in two iterations in a row waits each time for the store to come back as a load. With the
//! pending sums carried, an iteration adds to one element of a row only; what is left is added behind the loop.

use crate::ir::visit::{places, regions, regions_mut};
use crate::ir::{
    BinaryOp, Body, CompareOp, Const, Instr, Len, Loop, LoopKind, Origin, PlaceId, PlaceRef, Proj, Region,
    Stmt, Type, Value, ValueId,
};
use proc_macro2::Span;
use std::collections::BTreeMap;

/// Carrying more than this costs more registers than it saves stores.
const WIDEST: i128 = 3;

/// Rewrites all loops of `body`, the inner ones first; says whether anything changed.
pub(super) fn gather(body: &mut Body) -> bool {
    let mut region = std::mem::take(&mut body.region);
    let mut changed = rewrite(body, &mut region);
    body.region = region;
    if let Some(mut pullback) = body.pullback.take() {
        changed |= rewrite(body, &mut pullback.region);
        body.pullback = Some(pullback);
    }
    changed
}

fn rewrite(body: &mut Body, region: &mut Region) -> bool {
    let mut changed = false;
    let mut stmts = Vec::with_capacity(region.stmts.len());
    for mut stmt in std::mem::take(&mut region.stmts) {
        for inner in regions_mut(&mut stmt.instr) {
            changed |= rewrite(body, inner);
        }
        let span = stmt.span;
        let mut behind = Vec::new();
        if let Instr::Loop(it) = &mut stmt.instr {
            for sum in fixed(body, it) {
                changed = true;
                let ty = body.ty(sum.values[0].1).clone();
                let zero = fresh(body, &ty);
                body.values[zero.0 as usize].constant = Some(Const::Float(0.0));
                stmts.push(plain(vec![zero], Instr::Const(Const::Float(0.0)), span));
                behind.extend(sum.apply(body, it, zero, &mut stmt.results, span));
            }
            for group in groups(body, it) {
                let Some(carry) = Carry::new(body, it, &group) else {
                    continue;
                };
                changed = true;
                let zero = fresh(body, &carry.ty);
                body.values[zero.0 as usize].constant = Some(Const::Float(0.0));
                stmts.push(plain(vec![zero], Instr::Const(Const::Float(0.0)), span));
                behind.extend(carry.apply(body, it, zero, &mut stmt.results, span));
            }
        }
        stmts.push(stmt);
        stmts.extend(behind);
    }
    region.stmts = stmts;
    changed
}

/// All that a loop adds to one element, the same in every iteration: statements and values.
struct Fixed {
    to: PlaceRef,
    values: Vec<(usize, ValueId)>,
    /// The element is there even if the loop does not run.
    exists: bool,
}

/// Elements that the loop does nothing with but add to, and whose place it does not touch otherwise.
fn fixed(body: &Body, it: &Loop) -> Vec<Fixed> {
    let mut found: BTreeMap<PlaceId, Option<Fixed>> = BTreeMap::new();
    for (at, stmt) in it.body.stmts.iter().enumerate() {
        if let Instr::AddTo { to, value } = &stmt.instr {
            let own = body.place(to.root).origin == Origin::Primal;
            let moves = to.indices().iter().any(|id| is_inside(it, *id));
            let sum = (!own && !moves).then(|| Fixed {
                to: to.clone(),
                values: Vec::new(),
                exists: exists(body, to),
            });
            match found.entry(to.root).or_insert(sum) {
                Some(sum) if sum.to == *to => sum.values.push((at, *value)),
                other => *other = None,
            }
        } else {
            for (place, _) in places(&stmt.instr) {
                found.insert(place.root, None);
            }
        }
        for inner in regions(&stmt.instr) {
            crate::ir::visit::each(inner, &mut |stmt| {
                for (place, _) in places(&stmt.instr) {
                    found.insert(place.root, None);
                }
            });
        }
    }
    let counted = matches!(it.kind, LoopKind::Range { .. });
    let sums = found.into_values().flatten();
    sums.filter(|sum| counted || sum.exists).collect()
}

/// Whether the type says that there is such an element.
fn exists(body: &Body, to: &PlaceRef) -> bool {
    let mut ty = &body.place(to.root).ty;
    for proj in &to.path {
        ty = match (proj, ty) {
            (Proj::Index(index), Type::Array(element, Len::Known(len))) => {
                match body.value(*index).constant {
                    Some(Const::Int(n)) if usize::try_from(n).is_ok_and(|n| n < *len) => element,
                    _ => return false,
                }
            }
            (Proj::Field(k), Type::Tuple(parts)) if *k < parts.len() => &parts[*k],
            (Proj::Member(member), ty) => match ty.member(member) {
                Some(ty) => ty,
                None => return false,
            },
            _ => return false,
        };
    }
    true
}

impl Fixed {
    /// Changes the loop; gives the statements behind it.
    fn apply(
        self,
        body: &mut Body,
        it: &mut Loop,
        zero: ValueId,
        results: &mut Vec<ValueId>,
        span: Span,
    ) -> Vec<Stmt> {
        let ty = body.ty(zero).clone();
        let param = fresh(body, &ty);
        let mut sum = param;
        for (at, value) in self.values {
            let next = fresh(body, &ty);
            it.body.stmts[at] = plain(vec![next], Instr::Binary(BinaryOp::Add, sum, value), span);
            sum = next;
        }
        carry(body, it, (zero, param, sum));
        let total = fresh(body, &ty);
        results.insert(results.len() - usize::from(it.trips), total);
        let add = plain(
            Vec::new(),
            Instr::AddTo {
                to: self.to,
                value: total,
            },
            span,
        );
        match it.kind {
            LoopKind::Range { start, end, .. } if !self.exists => ran(body, (start, end), vec![add], span),
            LoopKind::Range { .. } | LoopKind::While { .. } => vec![add],
        }
    }
}

/// One more carried value: what it begins with, its name in an iteration, what the iteration makes of it.
fn carry(body: &mut Body, it: &mut Loop, (init, param, next): (ValueId, ValueId, ValueId)) {
    it.init.push(init);
    it.body.params.push(param);
    it.body.yields.push(next);
    if let LoopKind::While { cond: Some(cond) } = &mut it.kind {
        let ty = body.ty(init).clone();
        cond.params.push(fresh(body, &ty));
    }
}

/// `if start < end { then }`
fn ran(body: &mut Body, (start, end): (ValueId, ValueId), then: Vec<Stmt>, span: Span) -> Vec<Stmt> {
    let ran = fresh(body, &Type::Bool);
    let then = Region {
        stmts: then,
        ..Region::default()
    };
    let branch = Instr::If {
        cond: ran,
        then,
        otherwise: Region::default(),
    };
    vec![
        plain(vec![ran], Instr::Compare(CompareOp::Lt, start, end), span),
        plain(Vec::new(), branch, span),
    ]
}

fn is_inside(it: &Loop, id: ValueId) -> bool {
    defined(it, id).is_some() || it.body.params.contains(&id)
}

/// The sums of one loop into one row: the statement and the offset from the number of the iteration.
struct Group {
    row: PlaceRef,
    sums: Vec<(usize, i128)>,
}

/// Rows that the loop does nothing with but add at constant distances from its number.
fn groups(body: &Body, it: &Loop) -> Vec<Group> {
    let LoopKind::Range { step: None, .. } = it.kind else {
        return Vec::new();
    };
    if it.breaks {
        return Vec::new();
    }
    let mut found: BTreeMap<PlaceId, Option<Group>> = BTreeMap::new();
    for (at, stmt) in it.body.stmts.iter().enumerate() {
        let sum = match &stmt.instr {
            Instr::AddTo { to, .. } => neighbour(body, it, to),
            _ => None,
        };
        for (place, _) in places(&stmt.instr) {
            let group = found.entry(place.root).or_insert_with(|| {
                let (row, _) = sum.clone()?;
                let sums = Vec::new();
                Some(Group { row, sums })
            });
            match (group.as_mut(), &sum) {
                (Some(group), Some((row, offset))) if group.row == *row => group.sums.push((at, *offset)),
                _ => *group = None,
            }
        }
        for inner in regions(&stmt.instr) {
            crate::ir::visit::each(inner, &mut |stmt| {
                for (place, _) in places(&stmt.instr) {
                    found.insert(place.root, None);
                }
            });
        }
    }
    found.into_values().flatten().collect()
}

/// The row of an element, and the element's distance from the number of the iteration.
fn neighbour(body: &Body, it: &Loop, to: &PlaceRef) -> Option<(PlaceRef, i128)> {
    let (Proj::Index(index), row) = to.path.split_last()? else {
        return None;
    };
    let row = PlaceRef {
        root: to.root,
        path: row.to_vec(),
    };
    let inside = |id: &ValueId| is_inside(it, *id);
    // The user's own sums keep their order, and with it their bits.
    let own = body.place(to.root).origin == Origin::Primal;
    if own || row.indices().iter().any(inside) {
        return None;
    }
    Some((row, distance(body, it, *index)?))
}

fn defined(it: &Loop, id: ValueId) -> Option<&Stmt> {
    it.body.stmts.iter().find(|stmt| stmt.results.contains(&id))
}

/// `c`, if `index` is the loop's number plus `c`.
fn distance(body: &Body, it: &Loop, index: ValueId) -> Option<i128> {
    let number = *it.body.params.first()?;
    if index == number {
        return Some(0);
    }
    let known = |id: ValueId| match body.value(id).constant {
        Some(Const::Int(n)) => Some(n),
        _ => None,
    };
    match defined(it, index)?.instr {
        Instr::Binary(BinaryOp::Add, l, r) if l == number => known(r),
        Instr::Binary(BinaryOp::Add, l, r) if r == number => known(l),
        Instr::Binary(BinaryOp::Sub, l, r) if l == number => known(r).map(|n| -n),
        _ => None,
    }
}

/// What a loop carries for one row.
struct Carry {
    row: PlaceRef,
    reversed: bool,
    start: ValueId,
    end: ValueId,
    lowest: i128,
    highest: i128,
    /// The statement that adds to the element which no later iteration adds to, and its index.
    last: usize,
    settled: ValueId,
    /// All sums of an iteration: statement, offset, value.
    sums: Vec<(usize, i128, ValueId)>,
    ty: Type,
}

impl Carry {
    fn new(body: &Body, it: &Loop, group: &Group) -> Option<Carry> {
        let LoopKind::Range {
            start, end, reversed, ..
        } = it.kind
        else {
            return None;
        };
        let offsets = || group.sums.iter().map(|(_, offset)| *offset);
        let (lowest, highest) = (offsets().min()?, offsets().max()?);
        if lowest == highest || highest - lowest > WIDEST {
            return None;
        }
        let mut sums = Vec::new();
        let mut settled = None;
        for (at, offset) in &group.sums {
            let Instr::AddTo { to, value } = &it.body.stmts[*at].instr else {
                return None;
            };
            sums.push((*at, *offset, *value));
            if *offset == if reversed { highest } else { lowest } {
                settled = to.indices().last().copied();
            }
        }
        let (last, _) = *group.sums.last()?;
        let ty = body.ty(sums.first()?.2).clone();
        Some(Carry {
            row: group.row.clone(),
            reversed,
            start,
            end,
            lowest,
            highest,
            last,
            settled: settled?,
            sums,
            ty,
        })
    }

    /// The offsets that are pending from one iteration to the next, as the next one counts them.
    fn pending(&self) -> std::ops::Range<i128> {
        if self.reversed {
            self.lowest + 1..self.highest + 1
        } else {
            self.lowest..self.highest
        }
    }

    /// Changes the loop; gives the statements behind it.
    fn apply(
        self,
        body: &mut Body,
        it: &mut Loop,
        zero: ValueId,
        results: &mut Vec<ValueId>,
        span: Span,
    ) -> Vec<Stmt> {
        let mut total: BTreeMap<i128, ValueId> = BTreeMap::new();
        for offset in self.pending() {
            let carried = fresh(body, &self.ty);
            it.body.params.push(carried);
            total.insert(offset, carried);
        }
        // The body now ends in what was its last sum into the row, with all sums of the iteration known.
        let mut new = Vec::new();
        for (_, offset, value) in &self.sums {
            let sum = match total.get(offset) {
                None => *value,
                Some(so_far) => {
                    let sum = fresh(body, &self.ty);
                    new.push(plain(
                        vec![sum],
                        Instr::Binary(BinaryOp::Add, *so_far, *value),
                        span,
                    ));
                    sum
                }
            };
            total.insert(*offset, sum);
        }
        let done = if self.reversed { self.highest } else { self.lowest };
        new.push(plain(
            Vec::new(),
            Instr::AddTo {
                to: self.row.then(Proj::Index(self.settled)),
                value: total[&done],
            },
            span,
        ));
        let shift = if self.reversed { -1 } else { 1 };
        let mut left = Vec::new();
        let trips = it.trips.then(|| results.pop()).flatten();
        for offset in self.pending() {
            it.init.push(zero);
            it.body
                .yields
                .push(total.get(&(offset + shift)).copied().unwrap_or(zero));
            let result = fresh(body, &self.ty);
            results.push(result);
            left.push((offset, result));
        }
        results.extend(trips);
        let replaced: Vec<usize> = self.sums.iter().map(|(at, ..)| *at).collect();
        let old = std::mem::take(&mut it.body.stmts);
        for (at, old) in old.into_iter().enumerate() {
            if !replaced.contains(&at) {
                it.body.stmts.push(old);
            }
            if at == self.last {
                it.body.stmts.append(&mut new);
            }
        }
        self.settle(body, left, span)
    }

    /// Behind a loop that ran at all: what is still pending.
    fn settle(&self, body: &mut Body, left: Vec<(i128, ValueId)>, span: Span) -> Vec<Stmt> {
        let mut then = Vec::new();
        for (offset, value) in left {
            // The next iteration would have been number `end`, or `start - 1`.
            let (from, by) = if self.reversed {
                (self.start, offset - 1)
            } else {
                (self.end, offset)
            };
            let index = if by == 0 {
                from
            } else {
                let ty = body.ty(from).clone();
                let amount = fresh(body, &ty);
                body.values[amount.0 as usize].constant = Some(Const::Int(by.abs()));
                then.push(plain(vec![amount], Instr::Const(Const::Int(by.abs())), span));
                let index = fresh(body, &ty);
                let op = if by < 0 { BinaryOp::Sub } else { BinaryOp::Add };
                then.push(plain(vec![index], Instr::Binary(op, from, amount), span));
                index
            };
            let to = self.row.then(Proj::Index(index));
            then.push(plain(Vec::new(), Instr::AddTo { to, value }, span));
        }
        ran(body, (self.start, self.end), then, span)
    }
}

fn fresh(body: &mut Body, ty: &Type) -> ValueId {
    body.fresh(Value {
        ty: ty.clone(),
        name: None,
        origin: Origin::Derivative,
        constant: None,
    })
}

fn plain(results: Vec<ValueId>, instr: Instr, span: Span) -> Stmt {
    Stmt { results, instr, span }
}
