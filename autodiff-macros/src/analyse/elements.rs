//! Elements of memory that loops leave alone once they have read them: a table filled row by row, a trajectory.
//! Takes a load; tells whether anything that runs later may change the very element it reads.
//!
//! Indices are compared as sums of loop variables and values that the loops do not change (the direction vectors of
//! U. Banerjee, *Dependence Analysis*, 1997, for the simplest subscripts). Two indices inside of their array differ by
//! less than half of what a `usize` holds, so sums that wrap compare as if they did not.

use super::layout::{Layout, RegionId, StmtKey};
use crate::ir::{BinaryOp, Const, Instr, LoopKind, PlaceRef, Proj, Type, ValueId};
use std::collections::BTreeMap;

/// How many loops' bounds lead from one loop variable to another.
const CHAIN: usize = 4;

impl<'a> Layout<'a> {
    /// Whether the element that `reader` loads from `at` is the same until the place is gone.
    ///
    /// A wrong yes is a wrong gradient; a wrong no costs a record.
    pub(crate) fn element_stays(&self, reader: StmtKey, at: &PlaceRef) -> bool {
        let home = self.place_home(at.root);
        self.writers(at.root).all(|writer| {
            let loops = self.common_loops(writer, reader, home);
            if loops.is_empty() && writer < reader {
                return true;
            }
            match &self.stmt(writer).instr {
                Instr::Store { to, .. } | Instr::AddTo { to, .. } if to.root == at.root => {
                    Subscripts { layout: self, loops }.never_after(writer, to, reader, at)
                }
                _ => false,
            }
        })
    }

    /// The bodies of the loops strictly inside of `within` that repeat both statements, the outermost first.
    pub(super) fn common_loops(&self, a: StmtKey, b: StmtKey, within: RegionId) -> Vec<RegionId> {
        let above = self.path(self.region_of(b));
        let shared = self.path(self.region_of(a)).into_iter();
        let mut res: Vec<_> = shared
            .take_while(|id| *id != within)
            .filter(|id| self.loop_of(*id).is_some() && above.contains(id))
            .collect();
        res.reverse();
        res
    }
}

/// A sum of multiples of values, and a number.
#[derive(Clone, PartialEq, Default, Debug)]
struct Affine {
    terms: BTreeMap<ValueId, i128>,
    plus: i128,
}

impl Affine {
    fn add(mut self, other: &Affine, times: i128) -> Self {
        for (id, factor) in &other.terms {
            *self.terms.entry(*id).or_default() += times * factor;
        }
        self.terms.retain(|_, factor| *factor != 0);
        self.plus += times * other.plus;
        self
    }

    /// The value and the number, of `value + number`.
    fn single(&self) -> Option<(ValueId, i128)> {
        match self.terms.iter().collect::<Vec<_>>()[..] {
            [(id, 1)] => Some((*id, self.plus)),
            _ => None,
        }
    }
}

/// The subscripts of a write and a read that `loops` repeat together.
struct Subscripts<'l, 'a> {
    layout: &'l Layout<'a>,
    /// Their bodies, from the outermost inwards.
    loops: Vec<RegionId>,
}

impl Subscripts<'_, '_> {
    /// Whether no write to `to` that runs after a read of `at` meets the element that was read.
    fn never_after(&self, writer: StmtKey, to: &PlaceRef, reader: StmtKey, at: &PlaceRef) -> bool {
        // How many iterations at most the write that meets the element lies behind the read, for each loop.
        let mut most: Vec<Option<i128>> = vec![None; self.loops.len()];
        for (written, read) in to.path.iter().zip(&at.path) {
            match (written, read) {
                (Proj::Index(written), Proj::Index(read)) => {
                    let (written, read) = (self.affine(*written), self.affine(*read));
                    let apart = written.clone().add(&read, -1);
                    if self.is_fixed(&written) && self.is_fixed(&read) && apart.terms.is_empty() {
                        if apart.plus != 0 {
                            return true;
                        }
                        continue;
                    }
                    for (k, most) in most.iter_mut().enumerate() {
                        let bounds = [*most, self.bound(k, &written, &read)];
                        *most = bounds.into_iter().flatten().min();
                    }
                }
                (Proj::Field(a), Proj::Field(b)) if a != b => return true,
                (Proj::Field(_), Proj::Field(_)) => (),
                (Proj::Member(a), Proj::Member(b)) if a != b => return true,
                (Proj::Member(_), Proj::Member(_)) => (),
                // A part of a list has indices of its own.
                (
                    Proj::Range(..) | Proj::Index(_) | Proj::Entry(..) | Proj::Field(_) | Proj::Member(_),
                    _,
                ) => return false,
            }
        }
        for bound in most {
            match bound {
                Some(bound) if bound < 0 => return true,
                Some(0) => (),
                Some(_) | None => return false,
            }
        }
        writer < reader
    }

    /// An upper bound on the iterations of loop `k` from the read to the write of one element, in the order in which
    /// they run, from `written == read`.
    fn bound(&self, k: usize, written: &Affine, read: &Affine) -> Option<i128> {
        let (own, reversed) = self.variable(self.loops[k])?;
        let rest = written.clone().add(&Affine::from(own), -1);
        if !self.is_fixed(&rest) {
            return None;
        }
        // The write's own + rest is `read`, and the read's own is left over: what is `read - rest - own`?
        let distance = read.clone().add(&rest, -1);
        let (other, plus) = distance.single()?;
        let between = self.distance(other, own, !reversed, CHAIN)?;
        Some(if reversed {
            -(between + plus)
        } else {
            between + plus
        })
    }

    /// A bound on `other - own` within one iteration of the loops around: the largest value, or the smallest.
    fn distance(&self, other: ValueId, own: ValueId, largest: bool, chain: usize) -> Option<i128> {
        if other == own {
            return Some(0);
        }
        let chain = chain.checked_sub(1)?;
        let (start, end) = self.range(other)?;
        let (bound, slack) = match largest {
            true => (end, -1),
            false => (start, 0),
        };
        let (next, plus) = self.affine(bound).single()?;
        // `0..i - 1` ends far away where the difference wraps. A start that wraps gives no iteration.
        if largest && plus < 0 {
            return None;
        }
        Some(self.distance(next, own, largest, chain)? + plus + slack)
    }

    /// The variable of a counted loop, and whether it counts down.
    fn variable(&self, body: RegionId) -> Option<(ValueId, bool)> {
        let it = self.layout.loop_of(body)?;
        match it.kind {
            LoopKind::Range { reversed, .. } => Some((*it.body.params.first()?, reversed)),
            LoopKind::While { .. } => None,
        }
    }

    /// The range of a loop variable.
    fn range(&self, variable: ValueId) -> Option<(ValueId, ValueId)> {
        let it = self.layout.loop_of(self.layout.home(variable)?)?;
        match it.kind {
            LoopKind::Range { start, end, .. } if it.body.params.first() == Some(&variable) => {
                Some((start, end))
            }
            LoopKind::Range { .. } | LoopKind::While { .. } => None,
        }
    }

    /// Whether the common loops leave every value of it alone.
    fn is_fixed(&self, sum: &Affine) -> bool {
        let Some(outermost) = self.loops.first() else {
            // What runs but once within the life of the place.
            return true;
        };
        sum.terms.keys().all(|id| {
            let home = self.layout.home(*id);
            home.is_some_and(|home| !self.layout.is_inside(home, *outermost))
        })
    }

    fn affine(&self, id: ValueId) -> Affine {
        let value = self.layout.body.value(id);
        match (&value.constant, &value.ty) {
            (Some(Const::Int(n)), _) => Affine {
                plus: *n,
                ..Affine::default()
            },
            // Narrower integers wrap at another width than the index.
            (_, Type::Int(crate::ir::Int::Usize)) => self.affine_of(id),
            _ => Affine::from(id),
        }
    }

    fn affine_of(&self, id: ValueId) -> Affine {
        let Some((_, stmt)) = self.layout.def(id) else {
            return Affine::from(id);
        };
        match &stmt.instr {
            Instr::Binary(op @ (BinaryOp::Add | BinaryOp::Sub), a, b) => {
                let sign = if *op == BinaryOp::Add { 1 } else { -1 };
                self.affine(*a).add(&self.affine(*b), sign)
            }
            _ => Affine::from(id),
        }
    }
}

impl From<ValueId> for Affine {
    fn from(id: ValueId) -> Self {
        Affine {
            terms: BTreeMap::from([(id, 1)]),
            plus: 0,
        }
    }
}
