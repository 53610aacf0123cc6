//! Loops: every variable that can change is carried, the body is lowered, and what it left alone is carried no more.

use super::Lowerer;
use super::exits::{Frame, FrameKind, Side};
use super::operand::{Halt, Lowered, Operand};
use super::scope::VarId;
use crate::ir::visit::{is_pure, regions, rename_region};
use crate::ir::{Init, Instr, Loop, LoopKind, PlaceId, PlaceRef, Region, Stmt, Type, UnaryOp, ValueId};
use std::collections::{BTreeMap, BTreeSet};

/// What makes a loop go round.
pub(super) enum Repeat<'k> {
    /// As in [`LoopKind::Range`].
    Range {
        start: ValueId,
        end: ValueId,
        step: Option<ValueId>,
        reversed: bool,
    },
    While(&'k syn::Expr),
    Forever,
}

/// The body of a loop. It may be lowered several times; the index is that of a counted loop.
pub(super) type LoopBody<'k, 'a> = dyn FnMut(&mut Lowerer<'a>, Option<ValueId>) -> Lowered<Operand> + 'k;

/// What is assumed of the variables at the head of an iteration, until the body proves it wrong.
#[derive(Default)]
struct Assumed {
    /// They carry a derivative: a variable and which of its values.
    varied: BTreeSet<(VarId, usize)>,
    places: BTreeSet<PlaceId>,
    /// They refer to other memory than before the loop.
    lost: BTreeSet<VarId>,
    /// They are `None` before the loop, and get a content of this type in it.
    filled: BTreeMap<VarId, Type>,
}

/// One value from before the loop, and what it is called inside.
struct Carried {
    var: VarId,
    leaf: usize,
    init: ValueId,
    param: ValueId,
    /// What the condition of a `while` calls it.
    cond_param: ValueId,
}

/// A loop's regions, lowered under some assumptions.
struct Attempt {
    carried: Vec<Carried>,
    index: Option<ValueId>,
    cond: Option<Region>,
    side: Side,
    /// The variables at the head of an iteration.
    head: Vec<Operand>,
}

impl<'a> Lowerer<'a> {
    /// Lowers a loop. The value is what `break` handed over.
    pub(super) fn repeated_body(
        &mut self,
        label: Option<&syn::Label>,
        kind: &Repeat<'_>,
        body: &mut LoopBody<'_, 'a>,
    ) -> Lowered<Operand> {
        let left = self.flag("left");
        let span = self.b.span;
        let value = self.scopes.hidden("value", span, Operand::Unset, true);
        let frame = Frame {
            kind: FrameKind::Loop,
            label: label.map(|label| label.name.ident.to_string()),
            left,
            next: None,
            value,
            want: None,
            inner: std::mem::take(&mut self.inner_loop),
            places: self.b.body.places.len(),
        };
        let mut assumed = Assumed::default();
        let mut start = self.snapshot();
        // Each round assumes more than the one before, and there is only so much to assume.
        loop {
            let attempt = match self.attempt(kind, &frame, &assumed, body) {
                Some(attempt) => attempt,
                None => {
                    // The condition has effects: it becomes a `break` at the head of the body.
                    self.restore(&start);
                    return self.repeat_with_head(label, kind, body);
                }
            };
            let found = self.learn(&attempt, &start);
            if found.filled.is_empty()
                && found.varied.is_subset(&assumed.varied)
                && found.places.is_subset(&assumed.places)
                && found.lost.is_subset(&assumed.lost)
            {
                return self.close_loop(kind, &frame, attempt);
            }
            if !found.filled.is_empty() {
                self.restore(&start);
                for (var, ty) in &found.filled {
                    if let Some(none) = self.blank_operand(ty) {
                        *self.scopes.slot_mut(*var) = none;
                    }
                }
                start = self.snapshot();
                continue;
            }
            assumed.varied.extend(found.varied);
            assumed.places.extend(found.places);
            assumed.lost.extend(found.lost);
            self.restore(&start);
        }
    }

    fn repeat_with_head(
        &mut self,
        label: Option<&syn::Label>,
        kind: &Repeat<'_>,
        body: &mut LoopBody<'_, 'a>,
    ) -> Lowered<Operand> {
        let Repeat::While(cond) = kind else {
            unreachable!("only a `while` has a condition")
        };
        self.repeated_body(label, &Repeat::Forever, &mut |lowerer, index| {
            let at = lowerer.frames.len() - 1;
            lowerer.scopes.open();
            let value = lowerer.if_chain(
                cond,
                |lowerer| body(lowerer, index),
                |lowerer| lowerer.leave(at, None),
            );
            lowerer.scopes.close();
            value
        })?;
        Ok(Operand::UNIT)
    }

    fn attempt(
        &mut self,
        kind: &Repeat<'_>,
        frame: &Frame,
        assumed: &Assumed,
        body: &mut LoopBody<'_, 'a>,
    ) -> Option<Attempt> {
        assumed.places.iter().for_each(|id| self.vary_place(*id));
        let entry = self.scopes.slots(self.scopes.len());
        let flags = self.flags();
        let mut carried = Vec::new();
        for var in self.scopes.ids() {
            if !self.scopes.var(var).mutable || flags.contains(&var) || var == frame.left {
                continue;
            }
            if assumed.lost.contains(&var) {
                *self.scopes.slot_mut(var) = Operand::Lost;
                continue;
            }
            for (leaf, init) in entry[var.0].values().into_iter().enumerate() {
                let param = self.carry(var, init, assumed.varied.contains(&(var, leaf)));
                let cond_param = self.carry(var, init, assumed.varied.contains(&(var, leaf)));
                carried.push(Carried {
                    var,
                    leaf,
                    init,
                    param,
                    cond_param,
                });
            }
        }
        let rename = |lowerer: &mut Self, to: &dyn Fn(&Carried) -> ValueId| {
            for (id, slot) in entry.iter().enumerate() {
                let id = VarId(id);
                let mut names = carried.iter().filter(|it| it.var == id).map(to);
                if carried.iter().any(|it| it.var == id) {
                    let mut slot = slot.clone();
                    slot.each_value(&mut |value| *value = names.next().expect("one for each leaf"));
                    *lowerer.scopes.slot_mut(id) = slot;
                }
            }
        };
        let mut cond_region = None;
        if let Repeat::While(cond) = kind {
            if has_let(cond) {
                return None;
            }
            rename(self, &|it| it.cond_param);
            let before = self.scopes.slots(entry.len());
            let side = self.side(|lowerer| lowerer.condition(cond).map(Operand::Value));
            let mut region = side.region;
            match side.value {
                Ok(Operand::Value(value)) => region.yields = vec![value],
                _ => region.yields = Vec::new(),
            }
            let changed = side.slots != before;
            if changed || !pure_region(&region) || side.value == Err(Halt::Never) {
                return None;
            }
            region.params = carried.iter().map(|it| it.cond_param).collect();
            cond_region = Some(region);
        }
        rename(self, &|it| it.param);
        let head = self.scopes.slots(entry.len());
        let index = match kind {
            Repeat::Range { start, end, .. } => {
                let ty = self.common_type(*start, *end);
                Some(self.b.value(ty))
            }
            Repeat::While(_) | Repeat::Forever => None,
        };
        let mut side = self.side(|lowerer| {
            let mut frame = frame.clone();
            frame.next = Some(lowerer.flag("next"));
            let depth = lowerer.frames.len();
            lowerer.frames.push(frame);
            let res = body(lowerer, index);
            lowerer.frames.truncate(depth);
            res
        });
        // The condition's own variables are gone.
        side.slots.truncate(head.len());
        Some(Attempt {
            carried,
            index,
            cond: cond_region,
            side,
            head,
        })
    }

    /// The name of a variable's value inside of a loop.
    fn carry(&mut self, var: VarId, init: ValueId, varied: bool) -> ValueId {
        let ty = self.b.body.ty(init).clone();
        let id = self.b.value(ty);
        self.name_value(id, var);
        if varied {
            // It became a float inside of the loop, and is one at its head.
            self.as_float(id);
        }
        if varied || self.varied.values.contains(&init) {
            self.vary(id);
        }
        id
    }

    /// What the body did to the variables that was not assumed.
    fn learn(&mut self, attempt: &Attempt, start: &super::Snapshot) -> Assumed {
        let mut found = Assumed::default();
        for (k, (head, end)) in attempt.head.iter().zip(&attempt.side.slots).enumerate() {
            let var = VarId(k);
            if matches!(head, Operand::Unset | Operand::Lost | Operand::Poison)
                || matches!(end, Operand::Poison)
            {
                continue;
            }
            if let Some(ty) = self.filled_later(head, end) {
                found.filled.insert(var, ty);
                continue;
            }
            if !head.same_shape(end) {
                found.lost.insert(var);
                continue;
            }
            for (leaf, (head, end)) in head.values().into_iter().zip(end.values()).enumerate() {
                if self.varied.values.contains(&end) && !self.varied.values.contains(&head) {
                    found.varied.insert((var, leaf));
                }
            }
        }
        let places = self.varied.places.iter().copied();
        let older = places.filter(|id| (id.0 as usize) < start.places() && !start.is_varied(*id));
        found.places.extend(older);
        found
    }

    fn close_loop(&mut self, kind: &Repeat<'_>, frame: &Frame, attempt: Attempt) -> Lowered<Operand> {
        let Attempt {
            carried,
            index,
            mut cond,
            side,
            head,
        } = attempt;
        let mut region = side.region;
        let mut end = side.slots;
        // Whether control leaves after this iteration, and by which flag.
        let mut flags = self.flags();
        flags.push(frame.left);
        let raised: Vec<_> = flags
            .iter()
            .copied()
            .filter(|flag| self.raised(&end[flag.0]).is_some())
            .collect();
        let values: Vec<_> = raised
            .iter()
            .filter_map(|flag| self.raised(&end[flag.0]))
            .collect();
        let again = self.append(&mut region, |lowerer| {
            let any = lowerer.any(&values)?;
            Some(lowerer.one(Instr::Unary(UnaryOp::Not, any), Type::Bool))
        });
        // What the body left alone has the name from before the loop.
        let mut unchanged = BTreeMap::new();
        let (mut init, mut params, mut cond_params, mut yields, mut slots) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for it in &carried {
            let last = match end[it.var.0].values().get(it.leaf) {
                Some(last) if !matches!(end[it.var.0], Operand::Lost | Operand::Poison) => *last,
                _ => it.param,
            };
            if last == it.param {
                unchanged.insert(it.param, it.init);
                unchanged.insert(it.cond_param, it.init);
                continue;
            }
            self.common_type(it.init, last);
            let ty = self.common_type(it.param, last);
            self.fix(it.init, &ty);
            self.fix(it.cond_param, &ty);
            init.push(it.init);
            params.push(it.param);
            cond_params.push(it.cond_param);
            yields.push(last);
            slots.push((it.var, it.leaf));
        }
        // Flags from outside, and variables that first got content inside.
        let mut begun = BTreeSet::new();
        for (k, before) in head.iter().enumerate() {
            let var = VarId(k);
            let late =
                matches!(before, Operand::Unset) && !matches!(end[k], Operand::Unset | Operand::Poison);
            let flag = raised.contains(&var) && var != frame.left;
            if !late && !flag {
                continue;
            }
            if late {
                begun.insert(k);
                end[k] = match self.kept(&mut region, &end[k]) {
                    Some(kept) => kept,
                    None => Operand::Lost,
                };
            }
            for (leaf, last) in end[k].values().into_iter().enumerate() {
                let ty = self.b.body.ty(last).clone();
                let first = self.zero(&ty);
                let (param, cond_param) = (self.b.value(ty.clone()), self.b.value(ty));
                init.push(first);
                params.push(param);
                cond_params.push(cond_param);
                yields.push(last);
                slots.push((var, leaf));
            }
        }
        rename_region(&mut region, &unchanged);
        if let Some(cond) = &mut cond {
            rename_region(cond, &unchanged);
            cond.params = cond_params;
        }
        let rename = |id: &mut ValueId| {
            if let Some(to) = unchanged.get(id) {
                *id = *to;
            }
        };
        yields.iter_mut().for_each(rename);
        let mut results = Vec::new();
        for (k, last) in yields.iter().enumerate() {
            let ty = self.b.body.ty(params[k]).clone();
            let result = self.b.value(ty);
            self.name_value(result, slots[k].0);
            if [*last, init[k]].iter().any(|id| self.varied.values.contains(id)) {
                self.vary(result);
                self.vary(params[k]);
            }
            results.push(result);
        }
        for (k, slot) in end.iter_mut().enumerate() {
            let changed = begun.contains(&k) || slots.iter().any(|(var, _)| var.0 == k);
            if !matches!(slot, Operand::Lost | Operand::Poison) && !changed {
                // Also a flag that is down by another constant: that one is not in scope here.
                *slot = head[k].clone();
            }
            let mut leaf = 0;
            slot.each_value(&mut |id| {
                *id = match slots.iter().position(|it| *it == (VarId(k), leaf)) {
                    Some(at) => results[at],
                    None => unchanged.get(id).copied().unwrap_or(*id),
                };
                leaf += 1;
            });
        }
        region.params = index.into_iter().chain(params).collect();
        region.yields = again.into_iter().chain(yields).collect();
        let kind_of_loop = match kind {
            Repeat::Range {
                start,
                end,
                step,
                reversed,
            } => LoopKind::Range {
                start: *start,
                end: *end,
                step: *step,
                reversed: *reversed,
            },
            Repeat::While(_) | Repeat::Forever => LoopKind::While { cond },
        };
        let span = self.b.span;
        self.b.stmts().push(Stmt {
            results,
            instr: Instr::Loop(Box::new(Loop {
                kind: kind_of_loop,
                init,
                body: region,
                breaks: again.is_some(),
                trips: false,
            })),
            span,
        });
        let broke = raised.contains(&frame.left);
        let no = self.b.bool(false);
        end[frame.left.0] = Operand::Value(no);
        self.scopes.restore(end);
        if side.value == Err(Halt::Error) {
            return Err(Halt::Error);
        }
        if matches!(kind, Repeat::Forever) && !broke {
            if let [flag] = raised.as_slice() {
                // The only way out: behind the loop the flag is up for sure.
                let yes = self.b.bool(true);
                *self.scopes.slot_mut(*flag) = Operand::Value(yes);
            }
            return Err(Halt::Never);
        }
        let value = self.scopes.var(frame.value).slot.clone();
        self.guard()?;
        match value {
            Operand::Unset => Ok(Operand::UNIT),
            operand => Ok(operand),
        }
    }
}

/// Whether a condition binds variables.
pub(super) fn has_let(expr: &syn::Expr) -> bool {
    match expr {
        syn::Expr::Let(_) => true,
        syn::Expr::Binary(it) => has_let(&it.left) || has_let(&it.right),
        syn::Expr::Paren(it) => has_let(&it.expr),
        syn::Expr::Group(it) => has_let(&it.expr),
        _ => false,
    }
}

/// Whether the region, and every region in it, has no effects.
fn pure_region(region: &Region) -> bool {
    region.stmts.iter().all(|stmt| {
        let branch = matches!(stmt.instr, Instr::If { .. });
        (branch || is_pure(&stmt.instr)) && regions(&stmt.instr).into_iter().all(pure_region)
    })
}
