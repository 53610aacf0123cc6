//! Values of the primal in the reverse sweep: named where they are in scope, recomputed where that is cheap, and
//! recorded by the forward sweep otherwise.

use super::Reverse;
use super::record::Slot;
use crate::ir::visit::{rename, uses};
use crate::ir::{BinaryOp, Const, Instr, PlaceRef, Type, ValueId};
use std::collections::{BTreeMap, BTreeSet};

/// Recomputing more operations than this costs more than a store and a load.
const CHEAP: usize = 8;
/// A record that is loaded, as so many operations.
const LOADED: usize = 2;

/// What it takes to compute a value once more.
#[derive(Clone, Default)]
struct Price {
    /// How many operations it may still take.
    budget: usize,
    /// Values that would have to be recorded for this alone.
    records: BTreeSet<ValueId>,
    /// Values that are paid for.
    paid: BTreeSet<ValueId>,
}

impl Price {
    fn pays(&mut self, operations: usize) -> bool {
        let left = self.budget.checked_sub(operations);
        self.budget = left.unwrap_or(0);
        left.is_some()
    }
}

impl<'a> Reverse<'a> {
    /// `id` of the primal as a value of the reverse regions that are being built.
    pub(super) fn available(&mut self, id: ValueId) -> ValueId {
        let Some(home) = self.layout.home(id) else {
            return id;
        };
        if self.in_scope(home) {
            return id;
        }
        let frame = self.frame_of(home);
        if let Some(here) = self.frames[frame].env.get(&id) {
            return *here;
        }
        let here = if self.is_cheap(id) {
            self.recompute(frame, id)
        } else {
            let slot = self
                .layout
                .def(id)
                .map_or(Slot::Head(home), |(key, _)| Slot::After(key));
            self.fetch(frame, id, home, slot)
        };
        self.frames[frame].env.insert(id, here);
        here
    }

    /// Whether to compute `id` again rather than to record it: by few operations, and by no more records.
    fn is_cheap(&self, id: ValueId) -> bool {
        let mut price = Price {
            budget: CHEAP,
            ..Price::default()
        };
        // One record for another is no loss: the other one may serve again.
        !self.records.contains_key(&id) && self.again(id, &mut price) && price.records.len() <= 1
    }

    /// Whether the instruction that gives `id` can run again, and what that takes.
    fn again(&self, id: ValueId, price: &mut Price) -> bool {
        let Some((key, stmt)) = self.layout.def(id) else {
            return false;
        };
        let recomputes = self.switches.on("recompute");
        let there = match &stmt.instr {
            Instr::Const(_) => true,
            Instr::Binary(op, ..) => {
                let int = matches!(self.primal.ty(id), Type::Int(_) | Type::Bool);
                let quick = match op {
                    BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul => true,
                    BinaryOp::And | BinaryOp::Or | BinaryOp::Xor => true,
                    BinaryOp::Div | BinaryOp::Rem | BinaryOp::Shl | BinaryOp::Shr => int,
                };
                quick && (int || recomputes) && price.pays(usize::from(!int))
            }
            Instr::Unary(..) | Instr::Compare(..) | Instr::Select { .. } | Instr::Cast { .. } => {
                recomputes && price.pays(1)
            }
            Instr::Math { rule, args } => {
                let square = rule.name == "powi"
                    && args
                        .get(1)
                        .is_some_and(|n| self.primal.value(*n).constant == Some(Const::Int(2)));
                (rule.is_quick() || square) && recomputes && price.pays(1)
            }
            Instr::Load(at) => {
                let there = self.layout.element_stays(key, at) && self.reachable(at.root);
                there && recomputes && price.pays(1)
            }
            Instr::Len(at) => match self.begun_length(at) {
                Some(len) => return self.operand(len, price),
                None => {
                    self.layout.stays(at.root, key, true)
                        && self.reachable(at.root)
                        && self.in_scope(self.layout.place_home(at.root))
                }
            },
            _ => false,
        };
        there && uses(&stmt.instr).into_iter().all(|id| self.operand(id, price))
    }

    /// Whether `id` is at hand in the reverse sweep, or comes again, or is recorded.
    fn operand(&self, id: ValueId, price: &mut Price) -> bool {
        let Some(home) = self.layout.home(id) else {
            return false;
        };
        if self.in_scope(home) {
            return true;
        }
        let Some(frame) = self.frames.iter().rposition(|frame| frame.region == home) else {
            return false;
        };
        if self.frames[frame].env.contains_key(&id) {
            return true;
        }
        if price.paid.contains(&id) {
            return true;
        }
        let recorded = self.records.contains_key(&id);
        let before = price.clone();
        let mut there = !recorded && self.again(id, price);
        if !there {
            *price = before;
            if !recorded && !self.read_back.contains(&id) {
                price.records.insert(id);
            }
            let float = matches!(self.primal.ty(id), Type::Float(_));
            there = float && self.switches.on("recompute") && price.pays(LOADED);
        }
        price.paid.insert(id);
        there
    }

    fn recompute(&mut self, frame: usize, id: ValueId) -> ValueId {
        let (_, stmt) = self
            .layout
            .def(id)
            .expect("only results of instructions are computed again");
        if let Instr::Len(at) = &stmt.instr
            && let Some(len) = self.begun_length(at)
        {
            return self.available(len);
        }
        let mut instr = stmt.instr.clone();
        let map: BTreeMap<_, _> = uses(&instr)
            .into_iter()
            .map(|id| (id, self.available(id)))
            .collect();
        rename(&mut instr, &map);
        if let Instr::Load(at) | Instr::Len(at) = &mut instr {
            let root = self.place_here(at.root);
            *at = PlaceRef {
                root: root.root,
                path: root.path.into_iter().chain(at.path.clone()).collect(),
            };
        }
        self.build_at(frame, id, instr)
    }
}
