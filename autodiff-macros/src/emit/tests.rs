//! Bodies by hand, and the code that a person would write for them.

use super::body::code;
use crate::ir::sample::Sample;
use crate::ir::{
    Arg, BinaryOp, Body, Call, CallMode, Callee, CompareOp, HostArg, Init, Instr, Int, Loop, LoopKind,
    Passing, PlaceRef, Proj, Tree, Type, UnaryOp, ValueId,
};
use crate::names::Names;
use proc_macro2::Span;
use quote::quote;

/// Emits the function that `build` makes, and compares what stands between its braces.
fn check(build: impl FnOnce(&mut Sample) -> ValueId, expected: &str) {
    let mut sample = Sample::new();
    let result = build(&mut sample);
    let (body, _) = sample.returning(result);
    check_body(&body, expected);
}

fn check_body(body: &Body, expected: &str) {
    let (facade, f) = (syn::parse_quote!(::differentiable), syn::parse_quote!(f));
    let it = code(body, &Names::new(&facade, &f, &f), &body.result, None);
    let (stmts, result) = (&it.stmts, &it.result);
    let pretty = |inside: String| {
        let file = syn::parse_str(&format!("fn f() {{ {inside} }}")).expect("emitted code parses");
        prettyplease::unparse(&file)
    };
    let found = pretty(quote!(#stmts #result).to_string());
    assert_eq!(found, pretty(expected.to_owned()), "found:\n{found}");
}

fn effect(s: &mut Sample, instr: Instr) {
    s.b.effect(instr);
}

#[test]
fn parentheses_stand_where_rust_needs_them() {
    check(
        |s| {
            let (x, y) = (s.scalar("x", 1.0), s.scalar("y", 2.0));
            let sum = s.b.add(x, y);
            let product = s.b.mul(sum, x);
            let rest = s.b.sub(y, product);
            let power = s.math("sin", &[rest]);
            let quotient = s.b.div(power, sum);
            let less = s.b.sub(x, y);
            let difference = s.b.sub(quotient, less);
            s.b.neg(difference)
        },
        "let t = x + y; -((y - t * x).sin() / t - (x - y))",
    );
}

#[test]
fn a_minus_goes_where_a_person_puts_it() {
    check(
        |s| {
            let (x, y) = (s.scalar("x", 1.0), s.scalar("y", 2.0));
            let minus = s.b.neg(x);
            let product = s.b.mul(y, minus);
            let sum = s.b.add(y, product);
            let two = s.b.float_like(-2.0, x);
            let twice = s.b.mul(two, y);
            s.b.sub(sum, twice)
        },
        "y - y * x + 2.0 * y",
    );
}

#[test]
fn a_literal_says_its_type_where_a_method_is_called() {
    check(
        |s| {
            let x = s.scalar("x", 1.0);
            let (two, minus) = (s.b.float_like(2.0, x), s.b.float_like(-3.0, x));
            let (root, size) = (s.math("sqrt", &[two]), s.math("abs", &[minus]));
            let bound = s.math("max", &[x, size]);
            s.b.mul(root, bound)
        },
        "2.0_f64.sqrt() * x.max((-3.0_f64).abs())",
    );
}

#[test]
fn casts_and_comparisons_do_not_meet() {
    check(
        |s| {
            let (n, x) = (s.count("n", 3), s.scalar("x", 1.0));
            let float = s.b.cast(n, Type::F64);
            let less = s.b.compare(CompareOp::Lt, float, x);
            let (half, twice) = (s.b.mul(x, x), s.b.add(x, x));
            s.b.select(less, half, twice)
        },
        "if (n as f64) < x { x * x } else { x + x }",
    );
}

#[test]
fn a_loop_changes_a_variable() {
    check(
        |s| {
            let xs = s.slice("xs", &[1.0]);
            let (start, end, zero) = (s.b.usize(0), s.b.len(PlaceRef::whole(xs)), s.b.float(0.0));
            s.repeat((start, end), &[zero], |s, i, carried| {
                s.b.name(carried[0], "sum");
                let x = s.get(xs, i);
                let square = s.b.mul(x, x);
                vec![s.b.add(carried[0], square)]
            })[0]
        },
        "let mut sum = 0.0; for i in 0..xs.len() { let xs_i = xs[i]; sum += xs_i * xs_i; } sum",
    );
}

#[test]
fn an_inner_loop_goes_on_with_the_variable_of_the_outer_one() {
    check(
        |s| {
            let x = s.scalar("x", 1.0);
            let (start, end, zero) = (s.b.usize(0), s.b.usize(3), s.b.float(0.0));
            s.repeat((start, end), &[zero], |s, _, outer| {
                s.repeat((start, end), &[outer[0]], |s, _, inner| {
                    s.b.name(inner[0], "sum");
                    vec![s.b.add(inner[0], x)]
                })
            })[0]
        },
        "let mut sum = 0.0; for _ in 0..3 { for _ in 0..3 { sum += x; } } sum",
    );
}

#[test]
fn variables_that_need_one_another_change_at_once() {
    check(
        |s| {
            let x = s.scalar("x", 1.0);
            let (start, end, zero, one) = (s.b.usize(0), s.b.usize(9), s.b.float(0.0), s.b.float(1.0));
            s.repeat((start, end), &[zero, one], |s, _, carried| {
                s.b.name(carried[0], "a");
                s.b.name(carried[1], "b");
                let product = s.b.mul(carried[0], x);
                vec![carried[1], s.b.add(product, carried[1])]
            })[0]
        },
        "let mut a = 0.0; let mut b = 1.0; for _ in 0..9 { (a, b) = (b, a * x + b); } a",
    );
}

#[test]
fn what_reads_a_variable_comes_before_its_change() {
    check(
        |s| {
            let x = s.scalar("x", 1.0);
            let (start, end, zero, one) = (s.b.usize(0), s.b.usize(9), s.b.float(0.0), s.b.float(1.0));
            s.repeat((start, end), &[zero, one], |s, _, carried| {
                s.b.name(carried[0], "a");
                s.b.name(carried[1], "b");
                let a = s.b.mul(carried[0], x);
                vec![a, s.b.add(carried[0], carried[1])]
            })[1]
        },
        "let mut a = 0.0; let mut b = 1.0; for _ in 0..9 { b += a; a *= x; } b",
    );
}

#[test]
fn a_branch_changes_a_variable() {
    check(
        |s| {
            let x = s.scalar("x", 1.0);
            let (start, end, zero) = (s.b.usize(0), s.b.usize(9), s.b.float(0.0));
            s.repeat((start, end), &[zero], |s, _, carried| {
                s.b.name(carried[0], "sum");
                let less = s.b.compare(CompareOp::Lt, carried[0], x);
                s.branch(less, |s| vec![s.b.add(carried[0], x)], |_| vec![carried[0]])
            })[0]
        },
        "let mut sum = 0.0; for _ in 0..9 { if sum < x { sum += x; } } sum",
    );
}

#[test]
fn branches_behind_else_are_a_chain() {
    check(
        |s| {
            let (x, y) = (s.scalar("x", 1.0), s.scalar("y", 1.0));
            let (less, more) = (s.b.compare(CompareOp::Lt, x, y), s.b.compare(CompareOp::Gt, x, y));
            let both = s.branch(
                less,
                |s| vec![s.b.add(x, y), x],
                |s| s.branch(more, |s| vec![s.b.sub(x, y), y], |_| vec![y, x]),
            );
            s.b.mul(both[0], both[1])
        },
        "let (t, t1) = if x < y { (x + y, x) } else if x > y { (x - y, y) } else { (y, x) }; t * t1",
    );
}

/// A loop over `0..9` that leaves early.
fn leaving(s: &mut Sample, build: impl FnOnce(&mut Sample, ValueId) -> Vec<ValueId>) -> ValueId {
    let (start, end, zero) = (s.b.usize(0), s.b.usize(9), s.b.float(0.0));
    let (index, sum) = (s.b.value(Type::USIZE), s.b.value(Type::F64));
    s.b.name(sum, "sum");
    s.b.begin();
    let yields = build(s, sum);
    let mut body = s.b.end();
    body.params = vec![index, sum];
    body.yields = yields;
    let kind = LoopKind::Range {
        start,
        end,
        step: None,
        reversed: false,
    };
    let repeat = Loop {
        kind,
        init: vec![zero],
        body,
        breaks: true,
        trips: false,
    };
    s.b.one(Instr::Loop(Box::new(repeat)), Type::F64)
}

#[test]
fn a_flag_that_a_branch_gives_is_a_break_in_it() {
    check(
        |s| {
            let x = s.scalar("x", 1.0);
            leaving(s, |s, sum| {
                let far = s.b.compare(CompareOp::Gt, sum, x);
                s.branch(
                    far,
                    |s| vec![s.b.bool(false), sum],
                    |s| vec![s.b.bool(true), s.b.add(sum, x)],
                )
            })
        },
        "let mut sum = 0.0; for _ in 0..9 { if sum > x { break; } sum += x; } sum",
    );
}

#[test]
fn a_flag_is_read_before_the_variables_change() {
    check(
        |s| {
            let x = s.scalar("x", 1.0);
            leaving(s, |s, sum| {
                let near = s.b.compare(CompareOp::Lt, sum, x);
                vec![near, s.b.add(sum, x)]
            })
        },
        "let mut sum = 0.0; for _ in 0..9 { let again = sum < x; sum += x; if !again { break; } } sum",
    );
}

#[test]
fn a_condition_that_is_no_expression_makes_a_loop() {
    check(
        |s| {
            let x = s.scalar("x", 1.0);
            s.repeat_while(
                &[x],
                |s, carried| {
                    s.b.name(carried[0], "y");
                    let square = s.b.mul(carried[0], carried[0]);
                    let quarter = s.b.mul(square, square);
                    s.b.compare(CompareOp::Lt, quarter, x)
                },
                |s, carried| vec![s.b.add(carried[0], x)],
            )[0]
        },
        "let mut y = x; loop { let y_squared = y * y; if !(y_squared * y_squared < x) { break; } y += x; } y",
    );
}

#[test]
fn a_step_back() {
    check(
        |s| {
            let x = s.scalar("x", 1.0);
            let (start, end, step) = (s.b.usize(1), s.b.usize(9), s.b.usize(2));
            let (index, sum) = (s.b.value(Type::USIZE), s.b.value(Type::F64));
            s.b.begin();
            let float = s.b.cast(index, Type::F64);
            let next = s.b.mul(sum, float);
            let mut body = s.b.end();
            body.params = vec![index, sum];
            body.yields = vec![next];
            let kind = LoopKind::Range {
                start,
                end,
                step: Some(step),
                reversed: true,
            };
            let repeat = Loop {
                kind,
                init: vec![x],
                body,
                breaks: false,
                trips: false,
            };
            s.b.one(Instr::Loop(Box::new(repeat)), Type::F64)
        },
        "let mut value = x; for i in (1..9).step_by(2).rev() { value *= i as f64; } value",
    );
}

#[test]
fn an_element_is_read_before_it_is_overwritten() {
    check(
        |s| {
            let x = s.scalar("x", 1.0);
            let v = s.array("v", 2);
            s.b.alloc(v, Init::List(vec![x, x]));
            let (zero, one) = (s.b.usize(0), s.b.usize(1));
            let (old, other) = (s.get(v, zero), s.get(v, one));
            s.set(v, zero, other);
            let late = s.get(v, one);
            s.b.mul(old, late)
        },
        "let mut v = [x, x]; let v0 = v[0]; v[0] = v[1]; v0 * v[1]",
    );
}

#[test]
fn memory_changes_as_a_person_changes_it() {
    check(
        |s| {
            let (x, xs) = (s.scalar("x", 1.0), s.slice("xs", &[1.0, 2.0]));
            let v = s.vec("v");
            let (two, zero, one) = (s.b.usize(2), s.b.usize(0), s.b.usize(1));
            s.b.alloc(
                v,
                Init::Repeat {
                    value: x,
                    len: Some(two),
                },
            );
            let whole = PlaceRef::whole(v);
            let (first, second) = (s.at(v, zero), s.at(v, one));
            effect(s, Instr::Swap(first.clone(), second.clone()));
            let load = s.b.load(first.clone(), Type::F64);
            let product = s.b.mul(load, x);
            s.b.store(first.clone(), product);
            let minus = s.b.neg(x);
            s.b.add_to(second, minus);
            let (to, from) = (whole.clone(), PlaceRef::whole(xs));
            effect(
                s,
                Instr::CopyTo {
                    to: to.clone(),
                    from: from.clone(),
                },
            );
            effect(s, Instr::Accumulate { to, from });
            let part = whole.then(Proj::Range(None, Some(one)));
            effect(s, Instr::Fill { to: part, value: x });
            effect(
                s,
                Instr::Push {
                    to: whole.clone(),
                    value: x,
                },
            );
            s.b.one(Instr::Pop { from: whole }, Type::F64)
        },
        "let mut v = ::std::vec![x; 2]; v.swap(0, 1); v[0] *= x; v[1] -= x; v.copy_from_slice(xs);
         for (to, from) in v.iter_mut().zip(xs) { *to += *from; } v[..1].fill(x); v.push(x);
         let value = v.pop().unwrap(); value",
    );
}

#[test]
fn a_value_that_is_needed_keeps_its_name() {
    check(
        |s| {
            let x = s.scalar("x", 1.0);
            let first = s.math("sin", &[x]);
            let second = s.math("cos", &[first]);
            s.b.name(first, "y");
            s.b.name(second, "y");
            let sum = s.b.add(first, second);
            s.b.mul(sum, second)
        },
        "let y = x.sin(); let y1 = y.cos(); (y + y1) * y1",
    );
    check(
        |s| {
            let x = s.scalar("x", 1.0);
            let first = s.math("sin", &[x]);
            let square = s.b.mul(first, first);
            s.b.name(first, "y");
            s.b.name(square, "y");
            s.b.mul(square, square)
        },
        "let y = x.sin(); let y = y * y; y * y",
    );
}

#[test]
fn what_the_user_wrote_stays_what_it_is() {
    check(
        |s| {
            let (x, n) = (s.scalar("x", 1.0), s.count("n", 3));
            let host = |template, args: &[ValueId]| Instr::Host {
                template,
                args: args.iter().map(|id| HostArg::Value(*id)).collect(),
                pure: false,
            };
            let twice = s.b.binary(BinaryOp::Add, n, n);
            effect(s, host(quote!(assert!(__h0 > limit(3))), &[twice]));
            let weight = s.b.one(host(quote!(weight(__h0, 2)), &[n]), Type::F64);
            s.b.mul(x, weight)
        },
        "let at = n + n; assert!(at > limit(3)); let t = weight(n, 2); x * t",
    );
}

#[test]
fn conditions_turn_around_only_if_nan_allows_it() {
    check(
        |s| {
            let (x, n) = (s.scalar("x", 1.0), s.count("n", 3));
            let three = s.b.usize(3);
            let (less, few) = (
                s.b.compare(CompareOp::Lt, x, x),
                s.b.compare(CompareOp::Lt, n, three),
            );
            let (less, few) = (s.b.unary(UnaryOp::Not, less), s.b.unary(UnaryOp::Not, few));
            let both = s.b.binary(BinaryOp::And, less, few);
            s.b.select(both, x, x)
        },
        "if !(x < x) && n >= 3 { x } else { x }",
    );
}

/// `g(x, xs)`, with `x` passed by value.
fn call(x: ValueId, xs: crate::ir::PlaceId, mode: CallMode, result: Tree) -> Instr {
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
            s.b.stmts().push(crate::ir::Stmt {
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
            s.b.stmts().push(crate::ir::Stmt {
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
            s.b.stmts().push(crate::ir::Stmt {
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

#[test]
fn an_integer_says_its_type_if_nothing_else_does() {
    check(
        |s| {
            let x = s.scalar("x", 1.0);
            let zero = s.b.int(0, Int::U64);
            let (start, end) = (s.b.usize(0), s.b.usize(9));
            let count = s.repeat((start, end), &[zero], |s, _, carried| {
                s.b.name(carried[0], "count");
                let one = s.b.int(1, Int::U64);
                vec![s.b.add(carried[0], one)]
            })[0];
            let float = s.b.cast(count, Type::F64);
            s.b.mul(x, float)
        },
        "let mut count = 0_u64; for _ in 0..9 { count += 1; } x * count as f64",
    );
}
