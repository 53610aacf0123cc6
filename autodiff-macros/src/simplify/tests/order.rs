//! Branches, accumulations and sines that meet.

use super::structure::{count, same};
use super::{Sample, simple};
use crate::differentiate::gradient;
use crate::ir::{CompareOp, Init, Instr, Origin, Type, print};
use crate::pipeline::Switches;

fn is_if(instr: &Instr) -> bool {
    matches!(instr, Instr::If { .. })
}

#[test]
fn a_branch_and_its_adjoint_are_one_branch() {
    let mut f = Sample::new();
    let (x, y) = (f.scalar("x", 0.7), f.scalar("y", 1.3));
    let cond = f.b.compare(CompareOp::Gt, x, y);
    let all = f.branch(
        cond,
        |f| vec![f.b.mul(x, y)],
        |f| {
            let s = f.math("sin", &[x]);
            vec![f.b.mul(s, y)]
        },
    );
    let (body, _) = f.returning(all[0]);
    let sweep = gradient(&body, &Switches::without(&[])).expect("a scalar function");
    let res = simple(&sweep);
    assert_eq!(count(&res, is_if), 1, "{}", print(&res));
}

#[test]
fn branches_merge_over_what_does_not_matter() {
    for at in [0.7, -0.7] {
        let mut f = Sample::new();
        let (x, y) = (f.scalar("x", at), f.scalar("y", 1.3));
        let zero = f.b.float(0.0);
        let cond = f.b.compare(CompareOp::Gt, x, zero);
        let first = f.branch(cond, |f| vec![f.math("sin", &[x])], |_| vec![y]);
        let between = f.math("exp", &[y]);
        let after = f.b.mul(first[0], y);
        let second = f.branch(
            cond,
            |f| vec![f.b.mul(between, first[0])],
            |f| vec![f.b.mul(first[0], x)],
        );
        let sum = f.b.add(second[0], after);
        let res = same(f.returning(sum));
        assert_eq!(count(&res, is_if), 1, "{}", print(&res));
    }
}

#[test]
fn branches_stay_apart_where_the_second_needs_the_first() {
    let mut f = Sample::new();
    let (x, y) = (f.scalar("x", 0.7), f.scalar("y", 1.3));
    let cond = f.b.compare(CompareOp::Gt, x, y);
    let first = f.branch(cond, |f| vec![f.math("sin", &[x])], |_| vec![y]);
    let between = f.math("exp", &[first[0]]);
    let second = f.branch(cond, |f| vec![f.math("sin", &[between])], |_| vec![x]);
    let res = same(f.returning(second[0]));
    assert_eq!(count(&res, is_if), 2, "{}", print(&res));
}

#[test]
fn branches_stay_apart_where_memory_changes_between() {
    let mut f = Sample::new();
    let (x, y, i) = (f.scalar("x", 0.7), f.scalar("y", 0.3), f.count("i", 0));
    let t = f.vec("t");
    f.b.alloc(t, Init::List(vec![x, y]));
    let cond = f.b.compare(CompareOp::Gt, x, y);
    let first = f.branch(cond, |f| vec![f.get(t, i)], |_| vec![y]);
    let one = f.b.usize(1);
    f.set(t, i, y);
    f.set(t, one, x);
    let second = f.branch(cond, |f| vec![f.get(t, i)], |_| vec![x]);
    let res = f.b.div(first[0], second[0]);
    let res = same(f.returning(res));
    assert!(count(&res, |instr| matches!(instr, Instr::Store { .. })) > 0);
}

#[test]
fn what_the_first_branch_writes_is_not_read_in_front_of_it() {
    let mut f = Sample::new();
    let (x, y, i) = (f.scalar("x", 0.7), f.scalar("y", 0.3), f.count("i", 0));
    let t = f.vec("t");
    f.b.alloc(t, Init::List(vec![x, y]));
    let cond = f.b.compare(CompareOp::Gt, x, y);
    f.branch(
        cond,
        |f| {
            f.set(t, i, y);
            vec![]
        },
        |_| vec![],
    );
    let seen = f.get(t, i);
    let second = f.branch(cond, |f| vec![f.math("exp", &[seen])], |_| vec![x]);
    let res = same(f.returning(second[0]));
    assert_eq!(count(&res, is_if), 2, "{}", print(&res));
}

#[test]
fn additions_to_one_element_meet() {
    let adds = |read: bool| {
        let mut f = Sample::new();
        let (x, y) = (f.scalar("x", 0.5), f.scalar("y", 0.25));
        let (i, j) = (f.count("i", 0), f.count("j", 1));
        f.b.origin = Origin::Derivative;
        let t = f.vec("t");
        f.b.alloc(t, Init::List(vec![x, x]));
        let (to, other) = (f.at(t, i), f.at(t, j));
        f.b.add_to(to.clone(), x);
        f.b.add_to(other.clone(), y);
        let seen = if read { f.b.load(other, Type::F64) } else { x };
        f.b.add_to(to.clone(), y);
        let last = f.b.load(to, Type::F64);
        let res = f.b.add(last, seen);
        let res = same(f.returning(res));
        count(&res, |instr| matches!(instr, Instr::AddTo { .. }))
    };
    assert_eq!(adds(false), 2);
    assert_eq!(adds(true), 3);
}

#[test]
fn sine_and_cosine_of_one_argument_stand_side_by_side() {
    let mut f = Sample::new();
    let (x, y) = (f.scalar("x", 0.7), f.scalar("y", 1.3));
    let s = f.math("sin", &[x]);
    let e = f.math("exp", &[y]);
    let p = f.b.mul(s, e);
    let c = f.math("cos", &[x]);
    let q = f.b.div(p, c);
    let res = same(f.returning(q));
    let names: Vec<_> = res
        .region
        .stmts
        .iter()
        .map(|stmt| match &stmt.instr {
            Instr::Math { rule, .. } => rule.name,
            _ => "",
        })
        .collect();
    assert_eq!(names[..3], ["sin", "cos", "exp"], "{}", print(&res));
}
