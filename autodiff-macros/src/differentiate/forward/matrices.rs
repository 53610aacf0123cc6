//! Tangents of operations on matrices: one term for each operand that moves.

use super::Forward;
use crate::differentiate::products::sum;
use crate::ir::{Builder, Init, MatrixArg, MatrixOp, PlaceId, PlaceRef, Stmt, ValueId};
use crate::rules::linalg::{self, Frame, Outcome, Term};

impl Forward {
    /// The result first: formulas may read it.
    pub(super) fn alloc_matrix(&mut self, stmt: &Stmt, place: PlaceId, op: &MatrixOp) {
        self.keep(stmt);
        let result = Term::Matrix(PlaceRef::whole(place));
        self.each_direction(|forward| {
            let Some(shadow) = forward.begin_shadow(place) else {
                return;
            };
            let to = PlaceRef::whole(shadow);
            let mut begun = false;
            for outcome in forward.terms(op, Some(result.clone())) {
                match (begun, outcome) {
                    (true, outcome) => forward.add_outcome(&to, outcome, false),
                    (false, Outcome::Op { op, negative: false }) => forward.b.alloc(shadow, Init::Matrix(op)),
                    (false, Outcome::Place { at, negative: false }) => {
                        let init = Init::Copy {
                            src: at,
                            moved: false,
                        };
                        forward.b.alloc(shadow, init);
                    }
                    (false, outcome) => {
                        forward.b.alloc(shadow, Init::ZerosLike(PlaceRef::whole(place)));
                        forward.add_outcome(&to, outcome, false);
                    }
                }
                begun = true;
            }
            if !begun {
                forward.b.alloc(shadow, Init::ZerosLike(PlaceRef::whole(place)));
            }
        });
    }

    pub(super) fn add_matrix_dots(&mut self, to: &PlaceRef, op: &MatrixOp, negative: bool) {
        for outcome in self.terms(op, None) {
            self.add_outcome(to, outcome, negative);
        }
    }

    pub(super) fn matrix_scalar(&mut self, op: &MatrixOp, y: ValueId) -> Option<ValueId> {
        let mut dot = None;
        for outcome in self.terms(op, Some(Term::Scalar(y))) {
            let Outcome::Scalar(term) = outcome else {
                unreachable!("the tangent of a number is a number")
            };
            dot = Some(sum(&mut self.b, dot, term));
        }
        dot
    }

    fn add_outcome(&mut self, to: &PlaceRef, outcome: Outcome, negative: bool) {
        let instr = super::super::matrices::addition(to.clone(), outcome, negative);
        self.b.effect(instr);
    }

    /// What each operand with a tangent gives.
    fn terms(&mut self, op: &MatrixOp, result: Option<Term>) -> Vec<Outcome> {
        let mut res = Vec::new();
        for (k, arg) in op.args.iter().enumerate() {
            let dot = match arg {
                MatrixArg::Value(id) => self.dot(*id).map(Term::Scalar),
                MatrixArg::Place(at) => self.shadow(at).map(Term::Matrix),
            };
            let Some(dot) = dot else { continue };
            let mut frame = InPlace {
                b: &mut self.b,
                op,
                result: result.clone(),
            };
            res.extend(linalg::tangent(&mut frame, op.rule, k, dot));
        }
        res
    }
}

/// Operands as they stand.
struct InPlace<'f> {
    b: &'f mut Builder,
    op: &'f MatrixOp,
    result: Option<Term>,
}

impl Frame for InPlace<'_> {
    fn builder(&mut self) -> &mut Builder {
        self.b
    }

    fn arg(&mut self, k: usize) -> Term {
        match &self.op.args[k] {
            MatrixArg::Value(id) => Term::Scalar(*id),
            MatrixArg::Place(at) => Term::Matrix(at.clone()),
        }
    }

    fn result(&mut self) -> Term {
        if let Some(result) = &self.result {
            return result.clone();
        }
        // `to += op`: what is added has no place of its own.
        let place = self.temporary();
        self.b.alloc(place, Init::Matrix(self.op.clone()));
        let result = Term::Matrix(PlaceRef::whole(place));
        self.result = Some(result.clone());
        result
    }

    fn temporary(&mut self) -> PlaceId {
        super::super::matrices::temporary(self.b)
    }
}
