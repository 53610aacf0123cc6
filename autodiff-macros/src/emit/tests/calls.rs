//! Calls of other functions.

use super::check;
use crate::ir::{Arg, Call, CallMode, Callee, Instr, Passing, PlaceId, PlaceRef, Stmt, Tree, Type, ValueId};
use proc_macro2::Span;
use quote::quote;

/// `g(x, xs)`, with `x` passed by value.
fn call(x: ValueId, xs: PlaceId, mode: CallMode, result: Tree) -> Instr {
    let arg = |operand, place, passing| Arg {
        operand,
        place,
        passing,
        span: Span::call_site(),
    };
    Instr::Call(Box::new(Call {
        callee: Callee::Path(syn::parse_quote!(deep::g::<4>)),
        args: vec![
            arg(Tree::Value(x), None, Passing::Value),
            arg(Tree::Place(xs), Some(PlaceRef::whole(xs)), Passing::Ref),
        ],
        mode,
        result,
        recursive: false,
        optional: false,
    }))
}

#[test]
fn a_sweep_through_a_call_and_back() {
    check(
        |s| {
            let (x, xs) = (s.scalar("x", 1.0), s.slice("xs", &[1.0]));
            let (y, pullback) = (s.b.value(Type::F64), s.b.value(Type::Pullback));
            s.b.name(pullback, "g_pullback");
            let forward = CallMode::Forward {
                active: vec![true, false],
                boxed: false,
            };
            let instr = call(x, xs, forward, Tree::Value(y));
            s.b.stmts().push(Stmt {
                results: vec![y, pullback],
                instr,
                span: Span::call_site(),
            });
            let term = s.b.value(Type::F64);
            let cotangent = Arg {
                operand: Tree::Value(term),
                place: None,
                passing: Passing::RefMut,
                span: Span::call_site(),
            };
            let back = CallMode::Pullback {
                pullback,
                optional: false,
                seeds: Tree::Value(y),
                cotangents: vec![Some(cotangent), None],
            };
            let instr = call(x, xs, back, Tree::Tuple(Vec::new()));
            s.b.stmts().push(Stmt {
                results: vec![term],
                instr,
                span: Span::call_site(),
            });
            s.b.mul(y, term)
        },
        "let (t, g_pullback) = deep::g::__forward::<4>(x, xs);
         let (t1, _) = g_pullback(t, xs, &mut []);
         t * t1",
    );
}

#[test]
fn a_tangent_goes_through_a_call() {
    check(
        |s| {
            let (x, xs) = (s.scalar("x", 1.0), s.slice("xs", &[1.0]));
            let (y, dot) = (s.b.value(Type::F64), s.b.value(Type::F64));
            let tangent = Arg {
                operand: Tree::Value(x),
                place: None,
                passing: Passing::Value,
                span: Span::call_site(),
            };
            let mode = CallMode::Pushforward {
                tangents: vec![Some(tangent), None],
                result_dot: Tree::Value(dot),
            };
            let instr = call(x, xs, mode, Tree::Value(y));
            s.b.stmts().push(Stmt {
                results: vec![y, dot],
                instr,
                span: Span::call_site(),
            });
            dot
        },
        "const _: () = ::core::assert!(
             !deep::g::__CONSTANT[0],
             \"this argument carries a derivative, but `g` marks its parameter `#[constant]`\"
         );
         let (_, value) = deep::g::__pushforward::<4>(x, xs, x, &[]);
         value",
    );
}
