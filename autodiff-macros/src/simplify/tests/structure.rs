//! Statements, memory and loops: what goes, what is shared, what moves.

use super::{simple, simple_without, size};
use crate::differentiate::{gradient, pullback};
use crate::ir::interpret::{Data, run, run_pullback};
use crate::ir::sample::Sample;
use crate::ir::visit::each;
use crate::ir::{Body, CompareOp, Init, Instr, Origin, PlaceRef, Proj, print};
use crate::pipeline::Switches;

/// How many statements `which` names, nested ones included.
pub(super) fn count(body: &Body, which: impl Fn(&Instr) -> bool) -> usize {
    let mut res = 0;
    let regions = [Some(&body.region), body.pullback.as_ref().map(|it| &it.region)];
    for region in regions.into_iter().flatten() {
        each(region, &mut |stmt| res += usize::from(which(&stmt.instr)));
    }
    res
}

pub(super) fn is_load(instr: &Instr) -> bool {
    matches!(instr, Instr::Load(_))
}

/// Simplifies, and checks that the result stays.
pub(super) fn same(sample: (Body, Vec<Data>)) -> Body {
    let (body, args) = sample;
    let res = simple(&body);
    let (old, new) = (run(&body, &args), run(&res, &args));
    assert_eq!(old.result, new.result, "{}\n{}", print(&body), print(&res));
    assert_eq!(old.args, new.args, "{}\n{}", print(&body), print(&res));
    res
}

#[test]
fn what_nobody_reads_goes() {
    let mut f = Sample::new();
    let x = f.scalar("x", 2.0);
    let unused = f.math("sin", &[x]);
    f.b.mul(unused, unused);
    let res = same(f.returning(x));
    assert_eq!(size(&res), 0, "{}", print(&res));
}

#[test]
fn values_that_a_loop_carries_for_themselves_go() {
    let mut f = Sample::new();
    let (x, n) = (f.scalar("x", 2.0), f.count("n", 3));
    let start = f.b.usize(0);
    let all = f.repeat((start, n), &[x, x, x], |f, _, carried| {
        let sum = f.b.add(carried[0], carried[1]);
        let product = f.b.mul(carried[2], x);
        vec![carried[1], sum, product]
    });
    let res = same(f.returning(all[2]));
    let mut carried = 0;
    each(&res.region, &mut |stmt| {
        if let Instr::Loop(it) = &stmt.instr {
            carried = it.init.len();
        }
    });
    assert_eq!(carried, 1, "{}", print(&res));
}

#[test]
fn a_loop_without_effects_goes() {
    let mut f = Sample::new();
    let (x, n) = (f.scalar("x", 2.0), f.count("n", 3));
    let start = f.b.usize(0);
    f.repeat((start, n), &[x], |f, _, carried| {
        vec![f.math("sin", &[carried[0]])]
    });
    let res = same(f.returning(x));
    assert_eq!(size(&res), 0, "{}", print(&res));
}

#[test]
fn results_of_a_branch_that_nobody_reads_go() {
    let mut f = Sample::new();
    let (x, y) = (f.scalar("x", 2.0), f.scalar("y", 3.0));
    let cond = f.b.compare(CompareOp::Lt, x, y);
    let all = f.branch(
        cond,
        |f| vec![f.math("sin", &[x]), f.math("exp", &[x])],
        |f| vec![f.math("cos", &[x]), f.math("ln", &[x])],
    );
    let res = same(f.returning(all[0]));
    assert_eq!(
        count(&res, |instr| matches!(instr, Instr::Math { .. })),
        2,
        "{}",
        print(&res)
    );
}

#[test]
fn memory_that_nobody_reads_goes_with_its_stores() {
    let mut f = Sample::new();
    let (x, n) = (f.scalar("x", 2.0), f.count("n", 3));
    let t = f.vec("t");
    f.b.alloc(
        t,
        Init::Repeat {
            value: x,
            len: Some(n),
        },
    );
    let start = f.b.usize(0);
    f.repeat((start, n), &[], |f, i, _| {
        let old = f.get(t, i);
        let new = f.b.mul(old, x);
        f.set(t, i, new);
        vec![]
    });
    let res = same(f.returning(x));
    assert_eq!(size(&res), 0, "{}", print(&res));
}

#[test]
fn memory_whose_length_is_read_keeps_what_changes_its_length() {
    let mut f = Sample::new();
    let (x, n) = (f.scalar("x", 2.0), f.count("n", 3));
    let t = f.vec("t");
    f.b.alloc(t, Init::Empty { capacity: None });
    let start = f.b.usize(0);
    f.repeat((start, n), &[], |f, _, _| {
        f.b.effect(Instr::Push {
            to: PlaceRef::whole(t),
            value: x,
        });
        vec![]
    });
    f.set(t, start, x);
    let len = f.b.len(PlaceRef::whole(t));
    let len = f.b.cast(len, crate::ir::Type::F64);
    let res = same(f.returning(len));
    assert_eq!(count(&res, |instr| matches!(instr, Instr::Push { .. })), 1);
    assert_eq!(count(&res, |instr| matches!(instr, Instr::Store { .. })), 0);
}

#[test]
fn equal_values_are_computed_once_where_both_are_in_scope() {
    let mut f = Sample::new();
    let (x, y) = (f.scalar("x", 2.0), f.scalar("y", 3.0));
    let a = f.b.mul(x, y);
    let cond = f.b.compare(CompareOp::Lt, x, y);
    let both = f.branch(
        cond,
        |f| {
            let b = f.b.mul(y, x);
            vec![f.math("sin", &[b])]
        },
        |f| {
            let b = f.b.mul(x, x);
            vec![f.math("sin", &[b])]
        },
    );
    let c = f.b.mul(x, x);
    let sum = f.b.add(a, both[0]);
    let sum = f.b.add(sum, c);
    let res = same(f.returning(sum));
    assert_eq!(
        count(&res, |instr| matches!(instr, Instr::Binary(..))),
        5,
        "{}",
        print(&res)
    );
}

#[test]
fn zeros_of_both_signs_are_different() {
    let mut f = Sample::new();
    let x = f.scalar("x", -0.0);
    let (plus, minus) = (f.b.float(0.0), f.b.float(-0.0));
    let (a, b) = (f.b.add(x, plus), f.b.add(x, minus));
    let one = f.b.float(1.0);
    let (a, b) = (f.b.div(one, a), f.b.div(one, b));
    let res = f.b.sub(a, b);
    same(f.returning(res));
}

#[test]
fn memory_is_read_once_until_it_is_written() {
    let mut f = Sample::new();
    let (x, i, j) = (f.scalar("x", 2.0), f.count("i", 0), f.count("j", 0));
    let t = f.vec("t");
    f.b.alloc(t, Init::List(vec![x, x, x]));
    let (a, b) = (f.get(t, i), f.get(t, i));
    let product = f.b.mul(a, b);
    f.set(t, j, product);
    let c = f.get(t, i);
    let res = f.b.add(product, c);
    let res = same(f.returning(res));
    assert_eq!(count(&res, is_load), 2, "{}", print(&res));
}

#[test]
fn a_store_to_a_neighbour_leaves_what_is_known() {
    let mut f = Sample::new();
    let (x, i) = (f.scalar("x", 2.0), f.count("i", 1));
    let t = f.vec("t");
    f.b.alloc(t, Init::List(vec![x, x, x]));
    let one = f.b.usize(1);
    let next = f.b.one(
        Instr::Binary(crate::ir::BinaryOp::Add, i, one),
        crate::ir::Type::USIZE,
    );
    let sine = f.math("sin", &[x]);
    f.set(t, i, sine);
    f.set(t, next, x);
    let (a, b) = (f.get(t, i), f.get(t, next));
    let res = f.b.div(a, b);
    let res = same(f.returning(res));
    assert_eq!(count(&res, is_load), 0, "{}", print(&res));
}

#[test]
fn what_a_loop_writes_is_not_known_in_it() {
    let mut f = Sample::new();
    let (x, n) = (f.scalar("x", 2.0), f.count("n", 3));
    let t = f.vec("t");
    f.b.alloc(t, Init::List(vec![x]));
    let zero = f.b.usize(0);
    f.get(t, zero);
    f.set(t, zero, x);
    f.repeat((zero, n), &[], |f, _, _| {
        let old = f.get(t, zero);
        let new = f.b.mul(old, x);
        f.set(t, zero, new);
        vec![]
    });
    let last = f.get(t, zero);
    let res = same(f.returning(last));
    let _ = res;
}

#[test]
fn what_every_iteration_hands_on_is_not_carried() {
    let mut f = Sample::new();
    let (x, n) = (f.scalar("x", 2.0), f.count("n", 3));
    let start = f.b.usize(0);
    let all = f.repeat((start, n), &[x, x], |f, _, carried| {
        let next = f.b.mul(carried[0], carried[1]);
        vec![next, carried[1]]
    });
    let sum = f.b.add(all[0], all[1]);
    let res = same(f.returning(sum));
    let mut carried = 0;
    each(&res.region, &mut |stmt| {
        if let Instr::Loop(it) = &stmt.instr {
            carried = it.init.len();
        }
    });
    assert_eq!(carried, 1, "{}", print(&res));
}

#[test]
fn a_branch_on_a_literal_is_decided() {
    let mut f = Sample::new();
    let x = f.scalar("x", 2.0);
    let (one, two) = (f.b.usize(1), f.b.usize(2));
    let cond = f.b.compare(CompareOp::Lt, one, two);
    let all = f.branch(cond, |f| vec![f.math("sin", &[x])], |_| vec![x]);
    let res = same(f.returning(all[0]));
    assert_eq!(size(&res), 1, "{}", print(&res));
}

#[test]
fn the_same_question_inside_of_a_branch_is_answered() {
    for at in [2.0, -2.0] {
        let mut f = Sample::new();
        let x = f.scalar("x", at);
        let zero = f.b.float(0.0);
        let cond = f.b.compare(CompareOp::Gt, x, zero);
        let all = f.branch(
            cond,
            |f| f.branch(cond, |f| vec![f.math("sin", &[x])], |_| vec![x]),
            |f| f.branch(cond, |_| vec![x], |f| vec![f.math("cos", &[x])]),
        );
        let res = same(f.returning(all[0]));
        assert_eq!(
            count(&res, |instr| matches!(instr, Instr::If { .. })),
            1,
            "{}",
            print(&res)
        );
    }
}

#[test]
fn what_is_the_same_in_every_iteration_moves_out() {
    let mut f = Sample::new();
    let (x, n) = (f.scalar("x", 2.0), f.count("n", 3));
    let start = f.b.usize(0);
    let all = f.repeat((start, n), &[x], |f, _, carried| {
        let sine = f.math("sin", &[x]);
        let square = f.b.mul(sine, sine);
        vec![f.b.add(carried[0], square)]
    });
    let res = same(f.returning(all[0]));
    let mut inside = 0;
    each(&res.region, &mut |stmt| {
        if let Instr::Loop(it) = &stmt.instr {
            inside = it.body.stmts.len();
        }
    });
    assert_eq!(inside, 1, "{}", print(&res));
}

#[test]
fn factors_that_a_loop_does_not_change_are_multiplied_in_front_of_it() {
    let mut f = Sample::new();
    let x = f.slice("x", &[1.0, 2.0, 3.0]);
    let (a, b) = (f.scalar("a", 0.5), f.scalar("b", 1.5));
    let (zero, start, end) = (f.b.float(0.0), f.b.usize(0), f.b.len(PlaceRef::whole(x)));
    f.b.origin = Origin::Derivative;
    let all = f.repeat((start, end), &[zero], |f, i, carried| {
        let at = f.get(x, i);
        let three = f.b.float(3.0);
        let product = f.b.mul(a, at);
        let product = f.b.mul(product, b);
        let product = f.b.mul(three, product);
        vec![f.b.add(carried[0], product)]
    });
    let res = simple(&f.returning(all[0]).0);
    let mut inside = 0;
    each(&res.region, &mut |stmt| {
        if let Instr::Loop(it) = &stmt.instr {
            inside = it.body.stmts.len();
        }
    });
    // The load, one product, the sum.
    assert_eq!(inside, 3, "{}", print(&res));
}

#[test]
fn integers_that_could_overflow_stay_in_their_loop() {
    let mut f = Sample::new();
    let (x, n) = (f.scalar("x", 2.0), f.count("n", 0));
    let t = f.vec("t");
    f.b.alloc(t, Init::List(vec![x]));
    let (start, one) = (f.b.usize(0), f.b.usize(1));
    let all = f.repeat((start, n), &[x], |f, _, carried| {
        let last = f.b.sub(n, one);
        let at = f.get(t, last);
        vec![f.b.add(carried[0], at)]
    });
    let res = same(f.returning(all[0]));
    let outside = res
        .region
        .stmts
        .iter()
        .any(|stmt| matches!(stmt.instr, Instr::Binary(..)));
    assert!(!outside, "{}", print(&res));
}

#[test]
fn each_switch_turns_its_rules_off() {
    let mut f = Sample::new();
    let (x, n) = (f.scalar("x", 2.0), f.count("n", 3));
    f.b.origin = Origin::Derivative;
    let start = f.b.usize(0);
    let all = f.repeat((start, n), &[x], |f, _, carried| {
        let (a, b) = (f.math("sin", &[x]), f.math("sin", &[x]));
        let one = f.b.float(1.0);
        let product = f.b.mul(a, b);
        let product = f.b.mul(product, one);
        vec![f.b.add(carried[0], product)]
    });
    let (body, _) = f.returning(all[0]);
    let least = size(&simple(&body));
    for off in ["dead", "common", "algebra"] {
        assert!(size(&simple_without(&body, &[off])) > least, "{off}");
    }
    let inside = |body: &Body| {
        let mut inside = 0;
        each(&body.region, &mut |stmt| {
            if let Instr::Loop(it) = &stmt.instr {
                inside = it.body.stmts.len();
            }
        });
        inside
    };
    assert!(inside(&simple_without(&body, &["hoist"])) > inside(&simple(&body)));
}

#[test]
fn a_long_function_is_simplified_in_no_time() {
    let mut f = Sample::new();
    let (x, y) = (f.scalar("x", 0.3), f.scalar("y", 0.4));
    let (mut a, mut b) = (x, y);
    for k in 0..1000 {
        let s = if k % 3 == 0 {
            f.math("sin", &[a])
        } else {
            f.b.mul(a, x)
        };
        let next = f.b.add(s, b);
        (a, b) = (next, a);
    }
    let (body, _) = f.returning(a);
    let sweep = gradient(&body, &Switches::without(&[])).expect("a scalar function");
    let start = std::time::Instant::now();
    let res = simple(&sweep);
    let time = start.elapsed();
    assert!(size(&res) > 3000 && time.as_secs_f64() < 1.0, "{time:?}");
}
