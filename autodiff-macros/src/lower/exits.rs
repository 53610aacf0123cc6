//! `return`, `break` and `continue` as structure.
//!
//! A way out sets a flag and diverges. Where one side of a branch diverges, the rest of the region goes into the other
//! side, which stays open until the region ends. Where control may have left somewhere inside of a branch or a loop,
//! the rest goes into `if !left { rest }`. Flags and what is handed over are variables, merged like all others.

use super::Lowerer;
use super::branches::Marks;
use super::operand::{By, Halt, Lowered, Operand};
use super::scope::VarId;
use crate::ir::{BinaryOp, Const, Region, Type, ValueId};

/// What control can leave.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    pub(super) kind: FrameKind,
    pub(super) label: Option<String>,
    /// Flag: left by `return` or `break`.
    pub(super) left: VarId,
    /// Flag: this iteration is over.
    pub(super) next: Option<VarId>,
    /// What `return` or `break` handed over.
    pub(super) value: VarId,
    /// A loop that is a part of the loop around it: `break` leaves that one.
    pub(super) inner: bool,
    /// The type that `return` is to give.
    pub(super) want: Option<Type>,
    /// Places with lower numbers are older than the frame.
    pub(super) places: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum FrameKind {
    Function,
    Loop,
    /// A block with a label.
    Block,
    /// The body of a closure that is called.
    Closure,
}

/// One side of a branch, or another region that is lowered with its own idea of the variables.
#[derive(Debug)]
pub(super) struct Side {
    pub(super) region: Region,
    /// The variables from outside at its end.
    pub(super) slots: Vec<Operand>,
    pub(super) value: Lowered<Operand>,
}

/// A region that is being lowered.
#[derive(Debug)]
pub(super) struct Area {
    pending: Vec<Pending>,
}

/// A branch whose one side has left; the other is the rest of the region.
#[derive(Debug)]
struct Pending {
    cond: ValueId,
    exited: Side,
    /// The side that has left is `then`.
    exited_first: bool,
    marks: Marks,
}

impl Lowerer<'_> {
    /// Lowers a region: everything in it that leaves control open is closed at its end.
    pub(super) fn side(&mut self, build: impl FnOnce(&mut Self) -> Lowered<Operand>) -> Side {
        let base = self.scopes.len();
        self.areas.push(Area { pending: Vec::new() });
        self.b.begin();
        let mut value = build(self).map(|operand| self.loaded(operand));
        let area = self.areas.pop().expect("pushed above");
        for pending in area.pending.into_iter().rev() {
            let open = Side {
                region: self.b.end(),
                slots: self.scopes.slots(base),
                value,
            };
            let (then, otherwise) = if pending.exited_first {
                (pending.exited, open)
            } else {
                (open, pending.exited)
            };
            value = self.merge(pending.cond, then, otherwise, base, pending.marks, (false, false));
        }
        Side {
            region: self.b.end(),
            slots: self.scopes.slots(base),
            value,
        }
    }

    /// The rest of the region goes to the other side of `exited`, into the region that the caller has opened.
    pub(super) fn leave_open(&mut self, cond: ValueId, exited: Side, exited_first: bool, marks: Marks) {
        let area = self.areas.last_mut().expect("branches stand in a region");
        area.pending.push(Pending {
            cond,
            exited,
            exited_first,
            marks,
        });
    }

    /// Leaves frame `at` for good, with `value`.
    pub(super) fn leave<T>(&mut self, at: usize, value: Option<Operand>) -> Lowered<T> {
        let (left, slot) = (self.frames[at].left, self.frames[at].value);
        if let Some(value) = value {
            let value = self.loaded(value);
            *self.scopes.slot_mut(slot) = value;
        }
        self.raise(left)
    }

    /// What `return` or `break` hands over, on the way out of frame `at`.
    ///
    /// A loop does not seem to end here, since that is a flag's business: so nothing older is moved out of it.
    pub(super) fn handed_over(&mut self, at: usize, operand: Operand) -> Operand {
        let older = |place: crate::ir::PlaceId| {
            let mut left = self.frames[at..].iter();
            left.any(|frame| frame.kind == FrameKind::Loop && (place.0 as usize) < frame.places)
        };
        match operand {
            Operand::Place { at, by: By::Owned } if !self.is_number(&at) && older(at.root) => {
                self.copied(&at, false)
            }
            Operand::Tuple(parts) => {
                Operand::Tuple(parts.into_iter().map(|part| self.handed_over(at, part)).collect())
            }
            Operand::Option { some, value, error } if self.b.constant(some) == Some(Const::Bool(true)) => {
                let value = Box::new(self.handed_over(at, *value));
                Operand::Option { some, value, error }
            }
            other => self.settled(other),
        }
    }

    /// Ends this iteration of the loop at frame `at`.
    pub(super) fn next<T>(&mut self, at: usize) -> Lowered<T> {
        let next = self.frames[at].next.expect("only loops are continued");
        self.raise(next)
    }

    fn raise<T>(&mut self, flag: VarId) -> Lowered<T> {
        let yes = self.b.bool(true);
        *self.scopes.slot_mut(flag) = Operand::Value(yes);
        Err(Halt::Never)
    }

    /// A flag that is down.
    pub(super) fn flag(&mut self, name: &str) -> VarId {
        let no = self.b.bool(false);
        let span = self.b.span;
        self.scopes.hidden(name, span, Operand::Value(no), true)
    }

    /// Every flag of the frames around here.
    pub(super) fn flags(&self) -> Vec<VarId> {
        let all = self
            .frames
            .iter()
            .flat_map(|frame| [Some(frame.left), frame.next]);
        all.flatten().collect()
    }

    /// The flag's value unless it is surely down.
    pub(super) fn raised(&self, slot: &Operand) -> Option<ValueId> {
        match slot {
            Operand::Value(id) => (self.b.constant(*id) != Some(Const::Bool(false))).then_some(*id),
            Operand::Place { .. }
            | Operand::Ref(_)
            | Operand::Alias(_)
            | Operand::Tuple(_)
            | Operand::Option { .. }
            | Operand::Unset
            | Operand::Lost
            | Operand::Poison => None,
        }
    }

    /// Any of the flags.
    pub(super) fn any(&mut self, flags: &[ValueId]) -> Option<ValueId> {
        let mut all = flags.iter().copied();
        let first = all.next()?;
        Some(all.fold(first, |a, b| self.binary(BinaryOp::Or, a, b)))
    }

    /// Behind something inside of which control may have left: the rest of the region runs only if it has not.
    pub(super) fn guard(&mut self) -> Lowered<()> {
        let flags = self.flags();
        let raised: Vec<_> = flags
            .iter()
            .filter_map(|flag| self.raised(&self.scopes.var(*flag).slot))
            .collect();
        let Some(cond) = self.any(&raised) else {
            return Ok(());
        };
        let marks = self.marks();
        let exited = Side {
            region: Region::default(),
            slots: self.scopes.slots(self.scopes.len()),
            value: Err(Halt::Never),
        };
        self.leave_open(cond, exited, true, marks);
        self.b.begin();
        for flag in flags {
            if self.raised(&self.scopes.var(flag).slot).is_some() {
                let no = self.b.bool(false);
                *self.scopes.slot_mut(flag) = Operand::Value(no);
            }
        }
        for k in 0..self.frames.len() {
            let slot = self.frames[k].value;
            *self.scopes.slot_mut(slot) = Operand::Unset;
        }
        Ok(())
    }

    /// The frame that `break` means; an error if there is none.
    pub(super) fn target_frame(&self, label: Option<&syn::Lifetime>) -> Option<usize> {
        let own = |frame: &Frame| match label {
            Some(label) => frame.label.as_deref() == Some(label.ident.to_string().as_str()),
            None => frame.kind == FrameKind::Loop && !frame.inner,
        };
        self.frames.iter().rposition(own)
    }

    /// The frame that `continue` means: of a loop in several parts the part that runs.
    pub(super) fn continued_frame(&self, label: Option<&syn::Lifetime>) -> Option<usize> {
        let mut at = self.target_frame(label)?;
        let loops = self.frames.iter().enumerate().skip(at + 1);
        for (k, frame) in loops.filter(|(_, frame)| frame.kind == FrameKind::Loop) {
            if !frame.inner {
                break;
            }
            at = k;
        }
        Some(at)
    }

    /// `'label: { .. break 'label value; .. }`, or the same without a label.
    pub(super) fn breakable(
        &mut self,
        label: Option<&syn::Label>,
        body: impl FnOnce(&mut Self, usize) -> Lowered<Operand>,
    ) -> Lowered<Operand> {
        self.leavable(FrameKind::Block, label, None, body)
    }

    /// As [`Lowerer::breakable`]; of a closure, `return` leaves it with something of type `want`.
    pub(super) fn leavable(
        &mut self,
        kind: FrameKind,
        label: Option<&syn::Label>,
        want: Option<Type>,
        body: impl FnOnce(&mut Self, usize) -> Lowered<Operand>,
    ) -> Lowered<Operand> {
        let left = self.flag("left");
        let span = self.b.span;
        let value = self.scopes.hidden("value", span, Operand::Unset, true);
        // The block is a branch that always runs: a region of its own, so that what it leaves open ends with it.
        let at = self.frames.len();
        self.frames.push(Frame {
            kind,
            label: label.map(|label| label.name.ident.to_string()),
            left,
            next: None,
            value,
            want,
            inner: kind == FrameKind::Loop && std::mem::take(&mut self.inner_loop),
            places: self.b.body.places.len(),
        });
        let side = self.side(|lowerer| match body(lowerer, at) {
            Ok(operand) => lowerer.leave(at, Some(operand)),
            Err(halt) => Err(halt),
        });
        self.frames.truncate(at);
        // Nothing but the closed region remains: its statements go on here, and its variables are the variables now.
        self.b.stmts().extend(side.region.stmts);
        self.scopes.restore(side.slots);
        let came_through = self.raised(&self.scopes.var(left).slot).is_some();
        if let Err(Halt::Error) = side.value {
            return Err(Halt::Error);
        }
        if !came_through {
            return Err(Halt::Never);
        }
        self.guard()?;
        match self.scopes.var(value).slot.clone() {
            Operand::Unset => Ok(Operand::UNIT),
            operand => Ok(operand),
        }
    }
}
