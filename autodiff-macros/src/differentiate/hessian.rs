//! The Hessian times a vector, from the tangent of a gradient: of its results only the last is wanted.

use crate::ir::{Body, Init, Instr, PlaceRef, Role, Stmt, Tree, Type};
use proc_macro2::Span;

/// Makes the buffers for cotangents and for their tangents locals that begin as zeros, and drops the value, its tangent
/// and the gradient: with them goes all that only they need.
pub(super) fn product(mut tangent: Body) -> Body {
    let primal: Vec<_> = tangent
        .params
        .iter()
        .filter(|param| param.role == Role::Active)
        .map(|param| (param.index, param.tree.clone()))
        .collect();
    let is_buffer = |role| matches!(role, Role::Cotangent | Role::CotangentTangent);
    let buffers = tangent.params.extract_if(.., |param| is_buffer(param.role));
    let buffers: Vec<_> = buffers.collect();
    let mut begun = Vec::new();
    for buffer in &buffers {
        let like = primal.iter().find(|(index, _)| *index == buffer.index);
        let (_, like) = like.expect("a buffer belongs to a differentiable parameter");
        begin(&mut tangent, &buffer.tree, like, &mut begun);
    }
    tangent.region.stmts.splice(0..0, begun);
    tangent.result = last(last(tangent.result));
    tangent
}

/// `let x_bar = zeros in the shape of x;`
fn begin(body: &mut Body, buffer: &Tree, like: &Tree, out: &mut Vec<Stmt>) {
    match (buffer, like) {
        (Tree::Place(buffer), Tree::Place(like)) => {
            let place = &mut body.places[buffer.0 as usize];
            place.param = None;
            if let Type::Slice(element) = &place.ty {
                place.ty = Type::Vec(element.clone());
            }
            out.push(Stmt {
                results: Vec::new(),
                instr: Instr::Alloc {
                    place: *buffer,
                    init: Init::ZerosLike(PlaceRef::whole(*like)),
                },
                span: place.name.as_ref().map_or_else(Span::call_site, |name| name.span),
            });
        }
        (Tree::Tuple(buffers), Tree::Tuple(parts)) => {
            for (buffer, part) in buffers.iter().zip(parts) {
                begin(body, buffer, part, out);
            }
        }
        // A scalar has no buffer.
        (Tree::Tuple(_), Tree::Value(_)) => (),
        (Tree::Value(_) | Tree::Place(_) | Tree::Tuple(_), _) => {
            unreachable!("a buffer mirrors its parameter")
        }
    }
}

fn last(tree: Tree) -> Tree {
    match tree {
        Tree::Tuple(mut parts) => parts.pop().expect("a derivative gives two things"),
        Tree::Value(_) | Tree::Place(_) => unreachable!("a derivative gives two things"),
    }
}
