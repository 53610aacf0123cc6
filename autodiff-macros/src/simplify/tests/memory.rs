//! Memory: what moves out of loops, what becomes scalars and arrays, what is not written.

use super::structure::{count, is_load, same};
use super::{Sample, simple};
use crate::differentiate::{gradient, pullback};
use crate::ir::interpret::{Data, run, run_pullback};
use crate::ir::{Body, CompareOp, Init, Instr, Origin, PlaceRef, Proj, print};
use crate::pipeline::Switches;

/// `for x: t = [0; k]; t[k] = x^k (or +=); sum += Σ sin t`
fn scratch(points: usize, cleared: bool) -> (Body, Vec<Data>) {
    let mut f = Sample::new();
    let x = f.slice("x", &vec![0.7; points]);
    let (zero, start, len) = (f.b.float(0.0), f.b.usize(0), f.b.len(PlaceRef::whole(x)));
    let k = f.count("k", 4);
    let t = f.vec("t");
    let sum = f.repeat((start, len), &[zero], |f, i, carried| {
        f.b.alloc(
            t,
            Init::Repeat {
                value: zero,
                len: Some(k),
            },
        );
        let at = f.get(x, i);
        f.repeat((start, k), &[at], |f, j, power| {
            if cleared {
                let to = f.at(t, j);
                f.b.add_to(to, power[0]);
            } else {
                f.set(t, j, power[0]);
            }
            vec![f.b.mul(power[0], at)]
        });
        f.repeat((start, k), &[carried[0]], |f, j, sum| {
            let term = f.get(t, j);
            let term = f.math("sin", &[term]);
            vec![f.b.add(sum[0], term)]
        })
    });
    f.returning(sum[0])
}

#[test]
fn vectors_are_allocated_in_front_of_the_loop() {
    for cleared in [false, true] {
        let allocations = |points: usize| {
            let (body, args) = scratch(points, cleared);
            let sweep = gradient(&body, &Switches::without(&[])).expect("a scalar function");
            let sweep = simple(&sweep);
            let all = [args, vec![Data::floats(&vec![0.0; points])]].concat();
            run(&sweep, &all).allocations
        };
        assert_eq!(allocations(3), allocations(30));
        let allocations = |points: usize| {
            let (body, args) = scratch(points, cleared);
            let back = simple(&pullback(&body, &Switches::without(&[])));
            let bars = Data::floats(&vec![0.0; points]);
            let pulled = [Data::Float(1.0), args[0].clone(), bars];
            run_pullback(&back, &args, &pulled).1.allocations
        };
        assert_eq!(allocations(3), allocations(30));
    }
}

#[test]
fn what_is_surely_overwritten_is_not_cleared() {
    let fills = |cleared: bool| {
        let res = simple(&scratch(3, cleared).0);
        count(&res, |instr| matches!(instr, Instr::Fill { .. }))
    };
    assert_eq!(fills(false), 0);
    assert_eq!(fills(true), 1);
}

#[test]
fn the_first_addition_to_zeros_is_a_store() {
    let mut f = Sample::new();
    let (x, n) = (f.scalar("x", 0.5), f.count("n", 4));
    f.b.origin = Origin::Derivative;
    let (zero, start) = (f.b.float(0.0), f.b.usize(0));
    let t = f.vec("t");
    let init = Init::Repeat {
        value: zero,
        len: Some(n),
    };
    f.b.alloc(t, init);
    f.repeat((start, n), &[x], |f, i, power| {
        let to = f.at(t, i);
        f.b.add_to(to.clone(), power[0]);
        f.b.add_to(to, x);
        vec![f.b.mul(power[0], x)]
    });
    f.repeat((start, n), &[], |f, i, _| {
        let to = f.at(t, i);
        f.b.add_to(to, x);
        vec![]
    });
    let sum = f.repeat((start, n), &[zero], |f, i, sum| {
        let at = f.get(t, i);
        vec![f.b.add(sum[0], at)]
    });
    let res = same(f.returning(sum[0]));
    let adds = |body: &Body| count(body, |instr| matches!(instr, Instr::AddTo { .. }));
    assert_eq!(adds(&res), 1, "{}", print(&res));
}

#[test]
fn a_part_of_the_elements_is_not_all_of_them() {
    let mut f = Sample::new();
    let (x, n) = (f.scalar("x", 0.5), f.count("n", 4));
    f.b.origin = Origin::Derivative;
    let (one, zero, start) = (f.b.usize(1), f.b.float(0.0), f.b.usize(0));
    let t = f.vec("t");
    f.b.alloc(
        t,
        Init::Repeat {
            value: x,
            len: Some(n),
        },
    );
    let to = PlaceRef::whole(t);
    f.b.effect(Instr::Fill { to, value: zero });
    f.repeat((one, n), &[], |f, i, _| {
        f.set(t, i, x);
        let to = f.at(t, i);
        f.b.add_to(to, x);
        vec![]
    });
    let sum = f.repeat((start, n), &[zero], |f, i, sum| {
        let at = f.get(t, i);
        vec![f.b.add(sum[0], at)]
    });
    let res = same(f.returning(sum[0]));
    assert_eq!(
        count(&res, |instr| matches!(instr, Instr::Fill { .. })),
        1,
        "{}",
        print(&res)
    );
}

#[test]
fn what_the_next_iteration_reads_is_stored() {
    let mut f = Sample::new();
    let (x, n) = (f.scalar("x", 0.5), f.count("n", 4));
    let (zero, start, end) = (f.b.float(0.0), f.b.usize(0), f.count("i", 1));
    let t = f.vec("t");
    f.b.alloc(t, Init::List(vec![x, x]));
    let sum = f.repeat((start, n), &[zero], |f, _, sum| {
        let at = f.get(t, end);
        let next = f.b.mul(at, x);
        f.set(t, end, next);
        vec![f.b.add(sum[0], at)]
    });
    f.set(t, end, x);
    let res = same(f.returning(sum[0]));
    assert_eq!(
        count(&res, |instr| matches!(instr, Instr::Store { .. })),
        1,
        "{}",
        print(&res)
    );
}

#[test]
fn short_vectors_of_constant_length_are_arrays() {
    let vectors = |grows: bool| {
        let mut f = Sample::new();
        let (x, n) = (f.scalar("x", 0.5), f.count("n", 1));
        let len = f.b.usize(3);
        let t = f.vec("t");
        f.b.alloc(
            t,
            Init::Repeat {
                value: x,
                len: Some(len),
            },
        );
        if grows {
            f.b.effect(Instr::Push {
                to: PlaceRef::whole(t),
                value: x,
            });
        }
        f.set(t, n, x);
        let at = f.get(t, len);
        let res = if grows { at } else { f.get(t, n) };
        let (body, args) = f.returning(res);
        let res = if grows { same((body, args)) } else { simple(&body) };
        let all = res.places.iter();
        all.filter(|place| matches!(place.ty, crate::ir::Type::Vec(_)))
            .count()
    };
    assert_eq!(vectors(true), 1);
    assert_eq!(vectors(false), 0);
}

#[test]
fn a_vector_that_grows_is_cleared_and_keeps_its_memory() {
    let mut f = Sample::new();
    let (x, n) = (f.scalar("x", 0.5), f.count("n", 5));
    let (zero, start) = (f.b.float(0.0), f.b.usize(0));
    let t = f.vec("t");
    let sum = f.repeat((start, n), &[zero], |f, i, carried| {
        f.b.alloc(t, Init::Empty { capacity: None });
        f.repeat((start, i), &[x], |f, _, power| {
            f.b.effect(Instr::Push {
                to: PlaceRef::whole(t),
                value: power[0],
            });
            vec![f.b.mul(power[0], x)]
        });
        let len = f.b.len(PlaceRef::whole(t));
        f.repeat((start, len), &[carried[0]], |f, j, sum| {
            let term = f.get(t, j);
            vec![f.b.add(sum[0], term)]
        })
    });
    let (body, args) = f.returning(sum[0]);
    let res = same((body, args.clone()));
    assert_eq!(run(&res, &args).allocations, 1, "{}", print(&res));
}

#[test]
fn a_vector_that_moves_away_is_allocated_every_time() {
    let mut f = Sample::new();
    let (x, n) = (f.scalar("x", 0.5), f.count("n", 5));
    let (zero, start) = (f.b.float(0.0), f.b.usize(0));
    let (t, u) = (f.vec("t"), f.vec("u"));
    let sum = f.repeat((start, n), &[zero], |f, _, carried| {
        f.b.alloc(
            t,
            Init::Repeat {
                value: x,
                len: Some(n),
            },
        );
        f.set(t, start, x);
        f.b.alloc(
            u,
            Init::Copy {
                src: PlaceRef::whole(t),
                moved: true,
            },
        );
        let term = f.get(u, start);
        vec![f.b.add(carried[0], term)]
    });
    let (body, args) = f.returning(sum[0]);
    same((body, args));
}

#[test]
fn small_arrays_become_scalars() {
    for at in [0.5, -0.5] {
        let mut f = Sample::new();
        let (x, n) = (f.scalar("x", at), f.count("n", 3));
        let (t, u) = (f.array("t", 2), f.array("u", 2));
        let (i0, i1) = (f.b.usize(0), f.b.usize(1));
        let zero = f.b.float(0.0);
        f.b.alloc(
            t,
            Init::Repeat {
                value: zero,
                len: None,
            },
        );
        f.b.alloc(u, Init::ZerosLike(PlaceRef::whole(t)));
        f.repeat((i0, n), &[], |f, _, _| {
            let (a, b) = (f.get(t, i0), f.get(t, i1));
            let sum = f.b.add(a, x);
            f.set(t, i1, sum);
            let to = f.at(t, i0);
            f.b.add_to(to, b);
            vec![]
        });
        let cond = f.b.compare(CompareOp::Gt, x, zero);
        f.branch(
            cond,
            |f| {
                let (to, from) = (PlaceRef::whole(u), PlaceRef::whole(t));
                f.b.effect(Instr::Accumulate { to, from });
                vec![]
            },
            |f| {
                f.b.effect(Instr::Fill {
                    to: PlaceRef::whole(u),
                    value: x,
                });
                vec![]
            },
        );
        let swap = (f.at(u, i0), f.at(t, i1));
        f.b.effect(Instr::Swap(swap.0, swap.1));
        let (a, b) = (f.get(u, i0), f.get(t, i1));
        let len = f.b.len(PlaceRef::whole(t));
        let len = f.b.cast(len, crate::ir::Type::F64);
        let (a, b) = (f.b.div(a, b), len);
        let res = f.b.sub(a, b);
        let res = same(f.returning(res));
        let memory = count(&res, |instr| {
            matches!(instr, Instr::Alloc { .. } | Instr::Load(_))
        });
        assert_eq!(memory, 0, "{}", print(&res));
    }
}

#[test]
fn a_scalar_that_one_branch_changes_leaves_it() {
    for at in [0.5, -0.5] {
        for first in [true, false] {
            let mut f = Sample::new();
            let x = f.scalar("x", at);
            let t = f.array("t", 2);
            let (i0, i1, zero) = (f.b.usize(0), f.b.usize(1), f.b.float(0.0));
            f.b.alloc(t, Init::List(vec![x, zero]));
            let cond = f.b.compare(CompareOp::Gt, x, zero);
            let set = |f: &mut Sample, here: bool| {
                if here {
                    let value = f.math("exp", &[x]);
                    f.set(t, i1, value);
                }
                vec![]
            };
            f.branch(cond, |f| set(f, first), |f| set(f, !first));
            let (a, b) = (f.get(t, i0), f.get(t, i1));
            let sum = f.b.add(a, b);
            let res = same(f.returning(sum));
            assert_eq!(count(&res, is_load), 0, "{}", print(&res));
        }
    }
}

#[test]
fn small_matrices_become_scalars() {
    let mut f = Sample::new();
    let x = f.scalar("x", 0.5);
    let (row, m) = (f.array("row", 2), f.array("m", 2));
    let inner = f.b.body.place(row).ty.clone();
    f.b.body.places[m.0 as usize].ty = crate::ir::Type::Array(Box::new(inner), crate::ir::Len::Known(2));
    let (i0, i1) = (f.b.usize(0), f.b.usize(1));
    f.b.alloc(row, Init::List(vec![x, x]));
    f.b.alloc(
        m,
        Init::RepeatPlace {
            row: PlaceRef::whole(row),
            len: None,
        },
    );
    let last = f.at(m, i1);
    let sine = f.math("sin", &[x]);
    f.b.store(last.then(Proj::Index(i0)), sine);
    let first = f.at(m, i0);
    f.b.effect(Instr::Swap(first.clone(), last));
    f.b.effect(Instr::Accumulate {
        to: first.clone(),
        from: PlaceRef::whole(row),
    });
    let (a, b) = (f.at(m, i1).then(Proj::Index(i0)), first.then(Proj::Index(i0)));
    let (a, b) = (
        f.b.load(a, crate::ir::Type::F64),
        f.b.load(b, crate::ir::Type::F64),
    );
    let res = f.b.div(a, b);
    let res = same(f.returning(res));
    let memory = count(&res, |instr| {
        matches!(instr, Instr::Alloc { .. } | Instr::Load(_))
    });
    assert_eq!(memory, 0, "{}", print(&res));
}

#[test]
fn arrays_that_are_indexed_by_a_variable_stay() {
    let mut f = Sample::new();
    let (x, n) = (f.scalar("x", 0.5), f.count("n", 1));
    let (t, u) = (f.array("t", 2), f.array("u", 2));
    let i0 = f.b.usize(0);
    f.b.alloc(t, Init::List(vec![x, x]));
    let init = Init::Copy {
        src: PlaceRef::whole(t),
        moved: false,
    };
    f.b.alloc(u, init);
    f.set(u, n, x);
    f.b.effect(Instr::Swap(PlaceRef::whole(u), PlaceRef::whole(t)));
    let (a, b) = (f.get(t, i0), f.get(u, n));
    let res = f.b.div(a, b);
    let res = same(f.returning(res));
    assert!(count(&res, |instr| matches!(instr, Instr::Alloc { .. })) > 0);
}
