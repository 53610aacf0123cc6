//! Floats that are `#[constant]` have a zero where others have their cotangent: see `Param::returns_zero`.

use super::signatures::Signature;
use crate::ir::{Body, Const, Instr, Origin, Stmt, Tree, Value};

/// The body with a zero at the end of its pullback for each parameter that has one instead of a cotangent, and those
/// zeros, by parameter.
pub(super) fn with_zeros(signature: &Signature, body: &Body) -> (Body, Vec<Option<Tree>>) {
    let mut body = body.clone();
    let mut zeros = Vec::new();
    for param in &signature.params {
        zeros.push(param.returns_zero().then(|| {
            let zero = Const::Float(0.0);
            let id = body.fresh(Value {
                ty: param.request.shape.clone(),
                name: None,
                origin: Origin::Derivative,
                constant: Some(zero.clone()),
            });
            let pullback = body.pullback.as_mut().expect("a pullback has its second half");
            pullback.region.stmts.push(Stmt {
                results: vec![id],
                instr: Instr::Const(zero),
                span: param.span(),
            });
            Tree::Value(id)
        }));
    }
    (body, zeros)
}
