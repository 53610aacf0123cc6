//! Expressions that name memory: elements, parts, fields, and references to them.

use super::Lowerer;
use super::operand::{By, Lowered, Operand, is_scalar};
use crate::ir::{BinaryOp, Const, Int, Len, PlaceRef, Proj, Type, ValueId};

impl Lowerer<'_> {
    /// `v[i]`, `v[a..b]`: the place itself; who wants a value loads it with [`Lowerer::scalar`].
    pub(super) fn index(&mut self, it: &syn::ExprIndex) -> Lowered<Operand> {
        let want = super::guess::of_base(&it.expr);
        let base = self.in_place(&it.expr, want.as_ref());
        if let Ok(operand) = &base
            && let Some(at) = self.path_of(operand)
            && self.type_at(&at).is_matrix()
        {
            match inner(&it.index) {
                syn::Expr::Tuple(index) => return self.matrix_entry(&at, index),
                syn::Expr::Range(range) => {
                    return self.refuse(
                        range,
                        "a part of a matrix by a range cannot be differentiated",
                        "use `rows(start, count)`, or read the entries one by one",
                    );
                }
                _ => (),
            }
        }
        let index = match inner(&it.index) {
            syn::Expr::Range(range) => self.range_proj(range),
            other => self.value(other, Some(&Type::USIZE)).map(Proj::Index),
        };
        let (base, index) = (base?, index?);
        let Some(at) = self.path_of(&base) else {
            return self.unsupported(&it.expr, "an element of this");
        };
        if self.type_at(&at).element().is_none() {
            return self.unsupported(&it.expr, "an element of this");
        }
        Ok(Operand::Place {
            at: at.then(index),
            by: By::Owned,
        })
    }

    /// `a..b` between the brackets of an index.
    fn range_proj(&mut self, range: &syn::ExprRange) -> Lowered<Proj> {
        let mut bound = |expr: &Option<Box<syn::Expr>>| match expr {
            None => Ok(None),
            Some(expr) => self.value(expr, Some(&Type::USIZE)).map(Some),
        };
        let (start, end) = (bound(&range.start), bound(&range.end));
        let (start, mut end) = (start?, end?);
        if let (syn::RangeLimits::Closed(_), Some(last)) = (&range.limits, end) {
            end = Some(self.plus(last, 1));
        }
        Ok(Proj::Range(start, end))
    }

    /// The memory that `operand` is or refers to; `None` if it is not in memory.
    pub(super) fn path_of(&self, operand: &Operand) -> Option<PlaceRef> {
        match operand {
            Operand::Place { at, by: _ } => Some(at.clone()),
            Operand::Ref(inner) => self.path_of(inner),
            Operand::Alias(path) => self.path_of(self.scopes.get(path)),
            Operand::Value(_)
            | Operand::Tuple(_)
            | Operand::Option { .. }
            | Operand::Unset
            | Operand::Lost
            | Operand::Poison => None,
        }
    }

    /// The part `start..end` of a list.
    pub(super) fn part(&self, at: &PlaceRef, start: Option<ValueId>, end: Option<ValueId>) -> PlaceRef {
        at.then(Proj::Range(start, end))
    }

    /// Element `index` of a list.
    pub(super) fn element(&self, at: &PlaceRef, index: ValueId, by: By) -> Operand {
        Operand::Place {
            at: at.then(Proj::Index(index)),
            by,
        }
    }

    /// The length of a list: a number if the type tells it, else computed from what is known of the path.
    pub(super) fn length(&mut self, at: &PlaceRef) -> ValueId {
        if let Type::Array(_, Len::Known(n)) = self.type_at(at) {
            return self.usize(n);
        }
        let Some((Proj::Range(start, end), outer)) = at.path.split_last() else {
            return self.len(at.clone());
        };
        let (start, end) = (*start, *end);
        let whole = PlaceRef {
            root: at.root,
            path: outer.to_vec(),
        };
        let end = end.unwrap_or_else(|| self.length(&whole));
        match start {
            None => end,
            Some(start) => self.minus(end, start),
        }
    }

    /// `a + n`, folded if `a` is a literal.
    pub(super) fn plus(&mut self, a: ValueId, n: usize) -> ValueId {
        if let (Some(Const::Int(a)), Type::Int(ty)) = (self.b.constant(a), self.b.body.ty(a).clone()) {
            return self.b.int(a + n as i128, ty);
        }
        let ty = match self.b.body.ty(a) {
            Type::Int(ty) => *ty,
            _ => Int::Usize,
        };
        let n = self.b.int(n as i128, ty);
        self.binary(BinaryOp::Add, a, n)
    }

    /// `a - b` of lengths, folded if both are literals.
    pub(super) fn minus(&mut self, a: ValueId, b: ValueId) -> ValueId {
        match (self.b.constant(a), self.b.constant(b)) {
            (_, Some(Const::Int(0))) => a,
            (Some(Const::Int(a)), Some(Const::Int(b))) if a >= b => self.b.int(a - b, Int::Usize),
            _ => self.binary(BinaryOp::Sub, a, b),
        }
    }

    /// The operand as something of its own, which later writes to memory cannot change: scalars are loaded, aggregates
    /// copied or moved. References stay what they are.
    pub(super) fn settled(&mut self, operand: Operand) -> Operand {
        match operand {
            Operand::Place {
                at,
                by: By::Owned | By::Temp,
            } if self.is_number(&at) || (is_scalar(&self.type_at(&at)) && !at.path.is_empty()) => {
                let ty = self.type_at(&at);
                Operand::Value(self.load(at, ty))
            }
            Operand::Place { at, by: By::Owned } => match self.type_at(&at) {
                Type::Tuple(parts) => {
                    let part = |lowerer: &mut Self, k| {
                        let at = at.then(Proj::Field(k));
                        lowerer.settled(Operand::Place { at, by: By::Owned })
                    };
                    Operand::Tuple((0..parts.len()).map(|k| part(self, k)).collect())
                }
                Type::Host => Operand::Place { at, by: By::Owned },
                _ => self.taken(&at),
            },
            Operand::Tuple(parts) => {
                Operand::Tuple(parts.into_iter().map(|part| self.settled(part)).collect())
            }
            Operand::Option { some, value, error } => match *value {
                Operand::Place {
                    by: By::Ref | By::RefMut,
                    ..
                } => Operand::Option { some, value, error },
                // What lies in memory is only there if the option is not empty.
                value @ Operand::Place { .. } => {
                    let value = self.settled_if(some, value);
                    Operand::Option { some, value, error }
                }
                value => {
                    let value = Box::new(self.settled(value));
                    Operand::Option { some, value, error }
                }
            },
            other => other,
        }
    }
}

/// The expression without parentheses around it.
pub(super) fn inner(expr: &syn::Expr) -> &syn::Expr {
    match expr {
        syn::Expr::Paren(it) => inner(&it.expr),
        syn::Expr::Group(it) => inner(&it.expr),
        other => other,
    }
}
