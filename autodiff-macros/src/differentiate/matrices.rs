//! What forward and reverse mode share of operations on matrices.

use crate::ir::{Builder, Float, Instr, MatrixArg, MatrixOp, Origin, Place, PlaceId, PlaceRef, Type};
use crate::rules::linalg::{self, Outcome};

/// `to += outcome`, or `to -= outcome`.
pub(super) fn addition(to: PlaceRef, outcome: Outcome, minus: bool) -> Instr {
    match outcome {
        Outcome::Place { at: from, negative } if negative == minus => Instr::Accumulate { to, from },
        Outcome::Place { at, .. } => {
            let op = MatrixOp {
                rule: linalg::row("neg"),
                args: vec![MatrixArg::Place(at)],
            };
            Instr::AddMatrix {
                to,
                op,
                negative: false,
            }
        }
        Outcome::Op { op, negative } => Instr::AddMatrix {
            to,
            op,
            negative: negative != minus,
        },
        Outcome::Scalar(_) => unreachable!("a matrix moves by matrices"),
    }
}

/// A place for a matrix that a formula needs on its way.
pub(super) fn temporary(b: &mut Builder) -> PlaceId {
    b.body.fresh_place(Place {
        ty: Type::matrix(Type::Float(Float::Inferred)),
        name: None,
        origin: Origin::Derivative,
        param: None,
    })
}
