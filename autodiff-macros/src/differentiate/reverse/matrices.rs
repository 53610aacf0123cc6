//! Adjoints of operations on matrices: each operand's shadow takes what the row of the operation says.

use super::record::Slot;
use super::{Reverse, StmtKey};
use crate::differentiate::matrices::{addition, temporary};
use crate::ir::{Builder, HostArg, Init, Instr, MatrixArg, MatrixOp, PlaceId, PlaceRef, Stmt, Type, ValueId};
use crate::rules::linalg::{self, Frame, Outcome, Term};
use quote::quote;
use std::collections::BTreeMap;

impl<'a> Reverse<'a> {
    /// The cotangent of what `stmt` computes by `op` goes to the operands. `result` is where the forward sweep put it.
    pub(super) fn back_matrix(
        &mut self,
        stmt: &'a Stmt,
        op: &'a MatrixOp,
        result: Option<Home>,
        bar: Term,
        negative: bool,
    ) {
        let mut memory = BTreeMap::new();
        for (k, arg) in op.args.iter().enumerate() {
            let wanted = op.rule.slope(k).is_some()
                && match arg {
                    MatrixArg::Value(id) => self.is_active(*id),
                    MatrixArg::Place(at) => self.active.places.contains(&at.root),
                };
            if !wanted {
                continue;
            }
            let mut frame = Then {
                reverse: self,
                stmt,
                op,
                result: result.clone(),
                found: BTreeMap::new(),
            };
            let outcome = linalg::adjoint(&mut frame, op.rule, k, bar.clone(), &mut memory);
            match (arg, outcome) {
                (_, None) => (),
                (MatrixArg::Value(id), Some(Outcome::Scalar(term))) => {
                    let term = if negative { self.b.neg(term) } else { term };
                    self.add_bar(*id, term);
                }
                (MatrixArg::Place(at), Some(outcome)) => {
                    if let Some(to) = self.shadow_ref(at) {
                        let instr = addition(to, outcome, negative);
                        self.b.effect(instr);
                    }
                }
                (MatrixArg::Value(_), Some(_)) => unreachable!("the cotangent of a number is a number"),
            }
        }
    }

    /// As [`Reverse::content_at`], of what lies there behind `stmt`.
    fn content_behind(&mut self, stmt: &'a Stmt, at: &PlaceRef) -> PlaceRef {
        let key = self.layout.key(stmt);
        if self.begun_by(at.root, key) && self.reachable(at.root) {
            let root = self.place_here(at.root);
            let path = self.path_here(at);
            return PlaceRef {
                root: root.root,
                path: root.path.into_iter().chain(path).collect(),
            };
        }
        let ty = self.type_at(at);
        let copy = self.new_place(ty, None, None);
        let init = Init::Copy {
            src: at.clone(),
            moved: false,
        };
        let save = Stmt {
            results: Vec::new(),
            instr: Instr::Alloc { place: copy, init },
            span: stmt.span,
        };
        self.plan.after.entry(key).or_default().push(save);
        let home = self.layout.region_of(key);
        if self.in_scope(home) {
            return PlaceRef::whole(copy);
        }
        self.keep_copy(copy, home, key)
    }

    /// Zeros in the size that `place` had in front of `stmt`, which gives it a new content; `None` if nobody has
    /// looked at that.
    pub(super) fn zeros_before(&mut self, stmt: &'a Stmt, place: PlaceId) -> Option<Init> {
        if let Some(Instr::Alloc {
            init: Init::Matrix(op),
            ..
        }) = self.layout.begun(place).map(|begun| &begun.instr)
            && op.rule.name == "blank"
        {
            return None;
        }
        let key = self.layout.key(stmt);
        let home = self.layout.region_of(key);
        let mut args = Vec::new();
        for template in [quote!(__h0.nrows()), quote!(__h0.ncols())] {
            let side = self.b.value(Type::USIZE);
            let instr = Instr::Host {
                template,
                args: vec![HostArg::Place(PlaceRef::whole(place))],
                pure: true,
            };
            let ask = Stmt {
                results: vec![side],
                instr,
                span: stmt.span,
            };
            self.plan.before.entry(key).or_default().push(ask);
            args.push(MatrixArg::Value(self.extra(side, home, Slot::Before(key))));
        }
        let rule = linalg::row("zeros");
        Some(Init::Matrix(MatrixOp { rule, args }))
    }

    /// Whether the statement begins the place, and nothing changes it afterwards.
    fn begun_by(&self, place: PlaceId, key: StmtKey) -> bool {
        let declares = self
            .layout
            .begun(place)
            .is_some_and(|begun| self.layout.key(begun) == key);
        declares && self.layout.writers(place).next().is_none()
    }
}

/// Where a result is.
#[derive(Clone)]
pub(super) enum Home {
    Value(ValueId),
    Place(PlaceId),
}

/// Operands and result as they were when the forward sweep ran the operation.
struct Then<'f, 'a> {
    reverse: &'f mut Reverse<'a>,
    stmt: &'a Stmt,
    op: &'a MatrixOp,
    result: Option<Home>,
    found: BTreeMap<usize, Term>,
}

impl Frame for Then<'_, '_> {
    fn builder(&mut self) -> &mut Builder {
        &mut self.reverse.b
    }

    fn arg(&mut self, k: usize) -> Term {
        if let Some(term) = self.found.get(&k) {
            return term.clone();
        }
        let term = match &self.op.args[k] {
            MatrixArg::Value(id) => Term::Scalar(self.reverse.available(*id)),
            MatrixArg::Place(at) => Term::Matrix(self.reverse.content_at(self.stmt, at)),
        };
        self.found.insert(k, term.clone());
        term
    }

    fn result(&mut self) -> Term {
        match self.result {
            Some(Home::Value(id)) => Term::Scalar(self.reverse.available(id)),
            Some(Home::Place(place)) => {
                Term::Matrix(self.reverse.content_behind(self.stmt, &PlaceRef::whole(place)))
            }
            None => {
                let mut op = self.op.clone();
                for k in 0..op.args.len() {
                    op.args[k] = match self.arg(k) {
                        Term::Scalar(id) => MatrixArg::Value(id),
                        Term::Matrix(at) => MatrixArg::Place(at),
                    };
                }
                let place = self.temporary();
                self.reverse.b.alloc(place, Init::Matrix(op));
                Term::Matrix(PlaceRef::whole(place))
            }
        }
    }

    fn temporary(&mut self) -> PlaceId {
        temporary(&mut self.reverse.b)
    }
}
