//! Branches and loops.

use super::check;
use crate::ir::sample::Sample;
use crate::ir::{CompareOp, Instr, Loop, LoopKind, PlaceRef, Type, ValueId};

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
