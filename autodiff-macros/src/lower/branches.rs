//! Branches: both sides are lowered with the same variables, and what differs behind them is yielded.

use super::Lowerer;
use super::exits::Side;
use super::operand::{By, Halt, Lowered, Operand, is_scalar};
use super::scope::VarId;
use crate::ir::{Const, Float, Init, Instr, Int, Len, MatrixOp, PlaceRef, Region, Stmt, Type, ValueId};

/// What there was before a branch: values and places with lower numbers are in scope behind it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Marks {
    values: usize,
    places: usize,
}

/// The two sides of a branch while they are merged.
struct Join {
    then: Region,
    otherwise: Region,
    results: Vec<ValueId>,
    marks: Marks,
    /// The side diverged without a flag: it panicked. What it leaves behind is never looked at.
    dead: (bool, bool),
}

impl Lowerer<'_> {
    pub(super) fn marks(&self) -> Marks {
        Marks {
            values: self.b.body.values.len(),
            places: self.b.body.places.len(),
        }
    }

    /// `if cond { then } else { otherwise }`
    pub(super) fn fork(
        &mut self,
        cond: ValueId,
        then: impl FnOnce(&mut Self) -> Lowered<Operand>,
        otherwise: impl FnOnce(&mut Self) -> Lowered<Operand>,
    ) -> Lowered<Operand> {
        let marks = self.marks();
        let base = self.scopes.len();
        let before = self.scopes.slots(base);
        let then = self.side(then);
        self.scopes.restore(before.clone());
        if self.left(&then, &before) {
            self.leave_open(cond, then, true, marks);
            self.b.begin();
            return otherwise(self);
        }
        let otherwise = self.side(otherwise);
        if self.left(&otherwise, &before) && then.value.is_ok() {
            self.leave_open(cond, otherwise, false, marks);
            self.b.begin();
            *self.b.stmts() = then.region.stmts;
            self.scopes.restore(then.slots);
            return then.value;
        }
        self.merge_sides(cond, then, otherwise, &before, marks)
    }

    /// Closes a branch neither of whose sides is to be left open.
    pub(super) fn merge_sides(
        &mut self,
        cond: ValueId,
        then: Side,
        otherwise: Side,
        before: &[Operand],
        marks: Marks,
    ) -> Lowered<Operand> {
        let dead = |side: &Side| side.value == Err(Halt::Never) && !self.left(side, before);
        let dead = (dead(&then), dead(&otherwise));
        let value = self.merge(cond, then, otherwise, before.len(), marks, dead);
        if value != Err(Halt::Never) {
            self.guard()?;
        }
        value
    }

    /// Whether the side has surely left by a flag. One that panicked needs none: what follows may stand behind it.
    fn left(&self, side: &Side, before: &[Operand]) -> bool {
        let raised = |flag: &VarId| {
            self.raised(&side.slots[flag.0]).is_some() && self.raised(&before[flag.0]).is_none()
        };
        side.value == Err(Halt::Never) && self.flags().iter().any(raised)
    }

    /// Closes a branch. Variables below `base` hold afterwards what the side that ran left in them.
    pub(super) fn merge(
        &mut self,
        cond: ValueId,
        then: Side,
        otherwise: Side,
        base: usize,
        marks: Marks,
        dead: (bool, bool),
    ) -> Lowered<Operand> {
        let mut join = Join {
            dead,
            then: then.region,
            otherwise: otherwise.region,
            results: Vec::new(),
            marks,
        };
        for (k, (a, b)) in then.slots.into_iter().zip(otherwise.slots).take(base).enumerate() {
            let id = VarId(k);
            let merged = match self.join(&mut join, &a, &b) {
                Some(merged) => merged,
                None => Operand::Lost,
            };
            self.name_values(&merged, id);
            *self.scopes.slot_mut(id) = merged;
        }
        let value = match (then.value, otherwise.value) {
            (Err(Halt::Error), _) | (_, Err(Halt::Error)) => Err(Halt::Error),
            (Err(Halt::Never), Err(Halt::Never)) => Err(Halt::Never),
            (Ok(a), Err(Halt::Never)) => {
                Ok(self.join(&mut join, &a, &Operand::Unset).unwrap_or(Operand::Lost))
            }
            (Err(Halt::Never), Ok(b)) => {
                Ok(self.join(&mut join, &Operand::Unset, &b).unwrap_or(Operand::Lost))
            }
            (Ok(a), Ok(b)) => Ok(self.join(&mut join, &a, &b).unwrap_or(Operand::Lost)),
        };
        let empty = |region: &Region| region.stmts.is_empty();
        if join.results.is_empty() && empty(&join.then) && empty(&join.otherwise) {
            return value;
        }
        let span = self.b.span;
        self.b.stmts().push(Stmt {
            results: join.results,
            instr: Instr::If {
                cond,
                then: join.then,
                otherwise: join.otherwise,
            },
            span,
        });
        value
    }

    /// One operand for both; `None` if there is none.
    fn join(&mut self, join: &mut Join, a: &Operand, b: &Operand) -> Option<Operand> {
        if a == b {
            return Some(a.clone());
        }
        match (a, b) {
            (Operand::Poison, _) | (_, Operand::Poison) => Some(Operand::Poison),
            (Operand::Lost, _) | (_, Operand::Lost) => None,
            (_, Operand::Unset) if join.is_outside(a) => Some(a.clone()),
            (Operand::Unset, _) if join.is_outside(b) => Some(b.clone()),
            _ if join.dead.0 && join.is_outside(b) => Some(b.clone()),
            _ if join.dead.1 && join.is_outside(a) => Some(a.clone()),
            (Operand::Value(x), Operand::Value(y)) => Some(Operand::Value(self.join_values(join, *x, *y))),
            (Operand::Value(x), Operand::Unset) => {
                let y = self.dummy(&mut join.otherwise, *x);
                Some(Operand::Value(self.join_values(join, *x, y)))
            }
            (Operand::Unset, Operand::Value(y)) => {
                let x = self.dummy(&mut join.then, *y);
                Some(Operand::Value(self.join_values(join, x, *y)))
            }
            (Operand::Tuple(x), Operand::Tuple(y)) if x.len() == y.len() => {
                let pairs = x.iter().zip(y).map(|(x, y)| self.join(join, x, y));
                pairs.collect::<Option<_>>().map(Operand::Tuple)
            }
            (Operand::Tuple(x), Operand::Unset) => {
                let parts = x.iter().map(|x| self.join(join, x, &Operand::Unset));
                parts.collect::<Option<_>>().map(Operand::Tuple)
            }
            (Operand::Unset, Operand::Tuple(y)) => {
                let parts = y.iter().map(|y| self.join(join, &Operand::Unset, y));
                parts.collect::<Option<_>>().map(Operand::Tuple)
            }
            (Operand::Ref(x), Operand::Ref(y)) => self.join(join, x, y).map(Operand::borrowed),
            (Operand::Ref(x), Operand::Unset) => self.join(join, x, &Operand::Unset).map(Operand::borrowed),
            (Operand::Unset, Operand::Ref(y)) => self.join(join, &Operand::Unset, y).map(Operand::borrowed),
            (
                Operand::Option {
                    some: s,
                    value: x,
                    error: e,
                },
                Operand::Option {
                    some: t,
                    value: y,
                    error: f,
                },
            ) => {
                let some = self.join_values(join, *s, *t);
                let value = Box::new(self.join(join, x, y)?);
                let error = self.join_errors(join, *e, *f);
                Some(Operand::Option { some, value, error })
            }
            (
                Operand::Option {
                    some: s,
                    value: x,
                    error: e,
                },
                Operand::Unset,
            ) => {
                let no = self.append(&mut join.otherwise, |lowerer| lowerer.b.bool(false));
                let some = self.join_values(join, *s, no);
                let value = Box::new(self.join(join, x, &Operand::Unset)?);
                let error = self.join_errors(join, *e, None);
                Some(Operand::Option { some, value, error })
            }
            (
                Operand::Unset,
                Operand::Option {
                    some: t,
                    value: y,
                    error: f,
                },
            ) => {
                let no = self.append(&mut join.then, |lowerer| lowerer.b.bool(false));
                let some = self.join_values(join, no, *t);
                let value = Box::new(self.join(join, &Operand::Unset, y)?);
                let error = self.join_errors(join, None, *f);
                Some(Operand::Option { some, value, error })
            }
            (Operand::Place { at: x, by: p }, Operand::Place { at: y, by: q }) => {
                if let Some(at) = self.join_paths(join, x, y) {
                    let by = if p == q { *p } else { By::Owned };
                    return Some(Operand::Place { at, by });
                }
                if *p == By::RefMut || *q == By::RefMut {
                    return None;
                }
                let shared = *p == By::Ref && *q == By::Ref;
                let at = self.join_places(join, Some((x, *p)), Some((y, *q)))?;
                Some(Operand::Place {
                    at,
                    by: if shared { By::Ref } else { By::Temp },
                })
            }
            (Operand::Place { at, by }, Operand::Unset) if *by != By::RefMut => {
                let joined = self.join_places(join, Some((at, *by)), None)?;
                Some(Operand::Place { at: joined, by: *by })
            }
            (Operand::Unset, Operand::Place { at, by }) if *by != By::RefMut => {
                let joined = self.join_places(join, None, Some((at, *by)))?;
                Some(Operand::Place { at: joined, by: *by })
            }
            (
                Operand::Value(_)
                | Operand::Place { .. }
                | Operand::Ref(_)
                | Operand::Alias(_)
                | Operand::Tuple(_)
                | Operand::Option { .. }
                | Operand::Unset,
                _,
            ) => None,
        }
    }

    /// The error of a `Result`; a side that has none gives `None`.
    fn join_errors(&mut self, join: &mut Join, e: Option<ValueId>, f: Option<ValueId>) -> Option<ValueId> {
        let (e, f) = match (e, f) {
            (None, None) => return None,
            (Some(e), Some(f)) => (e, f),
            (Some(e), None) => (e, self.dummy(&mut join.otherwise, e)),
            (None, Some(f)) => (self.dummy(&mut join.then, f), f),
        };
        let bits = self.varied.bits.contains(&e) || self.varied.bits.contains(&f);
        let error = self.join_values(join, e, f);
        if bits {
            self.varied.bits.insert(error);
        }
        Some(error)
    }

    fn join_values(&mut self, join: &mut Join, x: ValueId, y: ValueId) -> ValueId {
        if x == y {
            return x;
        }
        let ty = self.common_type(x, y);
        if let (Some(a), Some(b)) = (self.b.constant(x), self.b.constant(y))
            && same_const(&a, &b)
        {
            return self.b.one(Instr::Const(a), ty);
        }
        let result = self.b.value(ty);
        if self.varied.values.contains(&x) || self.varied.values.contains(&y) {
            self.vary(result);
        }
        join.then.yields.push(x);
        join.otherwise.yields.push(y);
        join.results.push(result);
        result
    }

    /// The type of both values, which get it if they have had none.
    pub(super) fn common_type(&mut self, x: ValueId, y: ValueId) -> Type {
        let ty = more_known(self.b.body.ty(x).clone(), self.b.body.ty(y).clone());
        for id in [x, y] {
            self.fix(id, &ty);
        }
        ty
    }

    /// The same root, and values that differ at most.
    fn join_paths(&mut self, join: &mut Join, x: &PlaceRef, y: &PlaceRef) -> Option<PlaceRef> {
        let (a, b) = (at_ref(x), at_ref(y));
        if !a.same_shape(&b) || x.root.0 as usize >= join.marks.places {
            return None;
        }
        let merged: Vec<_> = a
            .values()
            .into_iter()
            .zip(b.values())
            .map(|(x, y)| self.join_values(join, x, y))
            .collect();
        let mut merged = merged.into_iter();
        let mut res = a;
        res.each_value(&mut |id| *id = merged.next().expect("one for each"));
        match res {
            Operand::Place { at, by: _ } => Some(at),
            _ => None,
        }
    }

    /// A place from outside that each side begins anew with its own content.
    fn join_places(
        &mut self,
        join: &mut Join,
        x: Option<(&PlaceRef, By)>,
        y: Option<(&PlaceRef, By)>,
    ) -> Option<PlaceRef> {
        let either = x.or(y)?;
        let ty = match self.type_at(either.0) {
            Type::Slice(element) => Type::Vec(element),
            other => other,
        };
        let place = self.place(ty.clone(), None);
        let init = self.blank(&ty)?;
        self.alloc(place, init);
        for (side, region) in [(x, &mut join.then), (y, &mut join.otherwise)] {
            let Some((at, by)) = side else { continue };
            let moved = by != By::Ref && at.path.is_empty();
            let src = at.clone();
            self.append(region, |lowerer| lowerer.alloc(place, Init::Copy { src, moved }));
        }
        Some(PlaceRef::whole(place))
    }

    /// Builds at the end of a region that is closed already.
    pub(super) fn append<T>(&mut self, region: &mut Region, build: impl FnOnce(&mut Self) -> T) -> T {
        self.b.begin();
        *self.b.stmts() = std::mem::take(&mut region.stmts);
        let res = build(self);
        region.stmts = self.b.end().stmts;
        res
    }

    /// Scalars in memory are loaded: behind the region their memory may have changed, or be gone.
    pub(super) fn loaded(&mut self, operand: Operand) -> Operand {
        match operand {
            Operand::Place {
                at,
                by: By::Owned | By::Temp,
            } if self.is_number(&at) => {
                let ty = self.type_at(&at);
                Operand::Value(self.load(at, ty))
            }
            Operand::Tuple(parts) => {
                Operand::Tuple(parts.into_iter().map(|part| self.loaded(part)).collect())
            }
            other => other,
        }
    }

    /// Whether a scalar of a known type lies there. What only rustc knows may not be `Copy`, and stays where it is.
    pub(super) fn is_number(&self, at: &PlaceRef) -> bool {
        let ty = self.type_at(at);
        is_scalar(&ty) && !matches!(ty, Type::Host)
    }
}

impl Join {
    /// Whether the operand is there behind the branch, too.
    fn is_outside(&self, operand: &Operand) -> bool {
        let values = operand.values();
        values.iter().all(|id| (id.0 as usize) < self.marks.values) && self.roots_outside(operand)
    }

    fn roots_outside(&self, operand: &Operand) -> bool {
        match operand {
            Operand::Place { at, by: _ } => (at.root.0 as usize) < self.marks.places,
            Operand::Ref(inner) | Operand::Option { value: inner, .. } => self.roots_outside(inner),
            Operand::Tuple(parts) => parts.iter().all(|part| self.roots_outside(part)),
            Operand::Value(_) | Operand::Alias(_) | Operand::Unset | Operand::Lost | Operand::Poison => true,
        }
    }
}

fn at_ref(at: &PlaceRef) -> Operand {
    Operand::Place {
        at: at.clone(),
        by: By::Ref,
    }
}

/// Of two types the one that says more.
pub(super) fn more_known(a: Type, b: Type) -> Type {
    match (&a, &b) {
        (Type::Host, _)
        | (Type::Float(Float::Inferred), Type::Float(_))
        | (Type::Int(Int::Inferred), Type::Int(_)) => b,
        _ => a,
    }
}

/// Equal to the bit.
fn same_const(a: &Const, b: &Const) -> bool {
    match (a, b) {
        (Const::Float(a), Const::Float(b)) => a.to_bits() == b.to_bits(),
        (Const::Int(a), Const::Int(b)) => a == b,
        (Const::Bool(a), Const::Bool(b)) => a == b,
        (Const::Float(_) | Const::Int(_) | Const::Bool(_), _) => false,
    }
}
