//! Gradients, pullbacks and tangents of bodies by hand, run and compared with central differences.

use super::{columns, forward, gradient, polish, pullback, rows};
use crate::ir::interpret::{Data, run, run_pullback};
use crate::ir::sample::Sample;
use crate::ir::{BinaryOp, Body, CompareOp, Init, Instr, LoopKind, PlaceRef, Tree, print, verify};
use crate::pipeline::Switches;
use crate::simplify::to_fixpoint;

/// Every derivative of the function, as it comes and simplified, with all optimisations and with each one off.
pub(crate) fn check(sample: (Body, Vec<Data>)) {
    let (body, args) = sample;
    well_formed("primal", &body);
    let numbers: Vec<f64> = args.iter().flat_map(Data::flat).collect();
    let slope = numbers_of(&numbers, |at| run(&body, &with(&args, at)).result.float());
    let all = [vec![], vec!["all"]].into_iter();
    for off in all.chain(Switches::NAMES.iter().map(|name| vec![*name])) {
        let switches = Switches::without(&off);
        let simple = |stage: &str, body: Body| {
            well_formed(stage, &body);
            let body = to_fixpoint(body, &switches);
            let mut body = body;
            if polish(&mut body, &switches) {
                body = to_fixpoint(body, &switches);
            }
            well_formed(&format!("{stage}, simplified without {off:?}"), &body);
            body
        };
        let value = run(&body, &args).result.float();

        let sweep = simple("gradient", gradient(&body, &switches).expect("a scalar function"));
        let found = run_gradient(&sweep, &args);
        assert_eq!(found.0.to_bits(), value.to_bits(), "the value\n{}", print(&sweep));
        close("gradient", &found.1, &slope, &sweep);

        let sweep2 = simple("hvp", forward(&sweep, &switches));
        let direction: Vec<f64> = (0..numbers.len()).map(|k| 0.5 + 0.25 * k as f64).collect();
        let second = along(&numbers, &direction, |at| {
            run_gradient(&sweep, &with(&args, at)).1
        });
        close("hvp", &run_hvp(&sweep2, &args, &direction), &second, &sweep2);

        let Tree::Tuple(parts) = &sweep.result else {
            unreachable!("a value and cotangents")
        };
        if let Some(hessian) = columns(&sweep, &parts[1]) {
            let hessian = simple("hessian", hessian);
            let result = run(&hessian, &args).result;
            let columns: Vec<Vec<f64>> = result.list().iter().map(Data::flat).collect();
            close("hessian", &combine(&columns, &direction), &second, &hessian);
        }
        if let Some(row) = rows(&body, &switches) {
            let row = simple("rows", row);
            close("rows", &run(&row, &args).result.flat(), &slope, &row);
        }

        let back = simple("pullback", pullback(&body, &switches));
        let (primal, found) = run_vjp(&back, &args, 2.0);
        assert_eq!(primal.to_bits(), value.to_bits(), "the value\n{}", print(&back));
        let twice: Vec<f64> = slope.iter().map(|x| 2.0 * x).collect();
        close("pullback", &found, &twice, &back);

        let tangent = simple("tangent", forward(&body, &switches));
        let found = run_tangent(&tangent, &args, &direction);
        assert_eq!(
            found.0.to_bits(),
            value.to_bits(),
            "the value\n{}",
            print(&tangent)
        );
        let expected: f64 = slope.iter().zip(&direction).map(|(a, b)| a * b).sum();
        close("tangent", &[found.1], &[expected], &tangent);
    }
}

fn well_formed(stage: &str, body: &Body) {
    if let Err(problem) = verify(body) {
        panic!("{stage}: {problem}\n{}", print(body));
    }
}

fn close(stage: &str, found: &[f64], expected: &[f64], body: &Body) {
    assert_eq!(found.len(), expected.len(), "{stage}\n{}", print(body));
    for (found, expected) in found.iter().zip(expected) {
        let scale = 1.0_f64.max(expected.abs());
        assert!(
            (found - expected).abs() < 2e-6 * scale,
            "{stage}: {found} for {expected}\n{}",
            print(body)
        );
    }
}

/// The arguments with the floats of `at` instead of their own.
fn with(args: &[Data], at: &[f64]) -> Vec<Data> {
    fn fill(arg: &Data, at: &mut impl Iterator<Item = f64>) -> Data {
        match arg {
            Data::Float(_) => Data::Float(at.next().expect("a number for each float")),
            Data::List(parts) => Data::List(parts.iter().map(|part| fill(part, at)).collect()),
            other => other.clone(),
        }
    }
    let mut at = at.iter().copied();
    args.iter().map(|arg| fill(arg, &mut at)).collect()
}

fn numbers_of(at: &[f64], f: impl Fn(&[f64]) -> f64) -> Vec<f64> {
    let unit = |k: usize| {
        (0..at.len())
            .map(|j| f64::from(u8::from(j == k)))
            .collect::<Vec<_>>()
    };
    (0..at.len())
        .map(|k| along(at, &unit(k), |at| vec![f(at)])[0])
        .collect()
}

fn along(at: &[f64], direction: &[f64], f: impl Fn(&[f64]) -> Vec<f64>) -> Vec<f64> {
    let h = 1e-5;
    let step = |h: f64| -> Vec<f64> { at.iter().zip(direction).map(|(x, d)| x + h * d).collect() };
    let (up, down) = (f(&step(h)), f(&step(-h)));
    up.iter()
        .zip(&down)
        .map(|(up, down)| (up - down) / (2.0 * h))
        .collect()
}

/// `Σ weights_k · columns_k`
fn combine(columns: &[Vec<f64>], weights: &[f64]) -> Vec<f64> {
    let rows = columns.first().map_or(0, Vec::len);
    (0..rows)
        .map(|row| {
            columns
                .iter()
                .zip(weights)
                .map(|(column, w)| w * column[row])
                .sum()
        })
        .collect()
}

fn zeros(arg: &Data) -> Data {
    with(std::slice::from_ref(arg), &vec![0.0; arg.flat().len()]).remove(0)
}

/// The value, and the gradient by all floats in the order of the parameters.
fn run_gradient(sweep: &Body, args: &[Data]) -> (f64, Vec<f64>) {
    let mut all = args.to_vec();
    let buffers = &sweep.params[args.len()..];
    all.extend(buffers.iter().map(|param| zeros(&args[param.index])));
    let res = run(sweep, &all);
    (res.result.part(0).float(), res.result.part(1).flat())
}

fn run_hvp(sweep: &Body, args: &[Data], direction: &[f64]) -> Vec<f64> {
    use crate::ir::Role;
    let tangents = with(args, direction);
    let all: Vec<_> = sweep
        .params
        .iter()
        .map(|param| match param.role {
            Role::Active | Role::Constant => args[param.index].clone(),
            Role::Tangent => tangents[param.index].clone(),
            _ => zeros(&args[param.index]),
        })
        .collect();
    run(sweep, &all).result.part(1).part(1).flat()
}

fn run_vjp(back: &Body, args: &[Data], seed: f64) -> (f64, Vec<f64>) {
    use crate::ir::Role;
    let params = &back.pullback.as_ref().expect("a pullback").params;
    let pulled: Vec<_> = params
        .iter()
        .map(|param| match param.role {
            Role::Seed => Data::Float(seed),
            Role::Active | Role::Constant => args[param.index].clone(),
            _ => zeros(&args[param.index]),
        })
        .collect();
    let (value, res) = run_pullback(back, args, &pulled);
    (value.float(), res.result.flat())
}

fn run_tangent(tangent: &Body, args: &[Data], direction: &[f64]) -> (f64, f64) {
    use crate::ir::Role;
    let tangents = with(args, direction);
    let all: Vec<_> = tangent
        .params
        .iter()
        .map(|param| match param.role {
            Role::Tangent => tangents[param.index].clone(),
            _ => args[param.index].clone(),
        })
        .collect();
    let res = run(tangent, &all).result;
    (res.part(0).float(), res.part(1).float())
}

#[test]
fn a_polynomial() {
    let mut f = Sample::new();
    let x = f.scalar("x", 1.5);
    let square = f.b.mul(x, x);
    let two = f.b.float(2.0);
    let double = f.b.mul(two, x);
    let sum = f.b.add(square, double);
    let one = f.b.float(1.0);
    let y = f.b.add(sum, one);
    check(f.returning(y));
}

#[test]
fn quotients_and_functions() {
    let mut f = Sample::new();
    let (x, y) = (f.scalar("x", 0.7), f.scalar("y", 1.3));
    let s = f.math("sin", &[x]);
    let e = f.math("exp", &[y]);
    let q = f.b.div(s, e);
    let r = f.math("sqrt", &[y]);
    let q2 = f.b.div(x, r);
    let p = f.b.mul(q, q2);
    let n = f.b.neg(p);
    let m = f.math("max", &[n, x]);
    let three = f.b.float(3.0);
    let w = f.math("powf", &[y, three]);
    let z = f.b.sub(m, w);
    check(f.returning(z));
}

#[test]
fn a_sum_of_squares() {
    let mut f = Sample::new();
    let x = f.slice("x", &[1.0, -2.0, 0.5]);
    let (start, end, zero) = (f.b.usize(0), f.b.len(PlaceRef::whole(x)), f.b.float(0.0));
    let sum = f.repeat((start, end), &[zero], |f, i, carried| {
        let at = f.get(x, i);
        let square = f.b.mul(at, at);
        vec![f.b.add(carried[0], square)]
    });
    let root = f.math("sqrt", &[sum[0]]);
    check(f.returning(root));
}

#[test]
fn a_branch() {
    for at in [0.7, -0.7] {
        let mut f = Sample::new();
        let (x, y) = (f.scalar("x", at), f.scalar("y", 1.3));
        let zero = f.b.float(0.0);
        let cond = f.b.compare(CompareOp::Gt, x, zero);
        let both = f.branch(
            cond,
            |f| {
                let p = f.b.mul(x, y);
                vec![f.math("sin", &[p]), x]
            },
            |f| vec![f.math("cos", &[x]), y],
        );
        let z = f.b.mul(both[0], both[1]);
        check(f.returning(z));
    }
}

#[test]
fn a_carried_recurrence() {
    let mut f = Sample::new();
    let (x, y) = (f.scalar("x", 0.7), f.scalar("y", 0.4));
    let (start, end) = (f.b.usize(0), f.count("n", 4));
    let state = f.repeat((start, end), &[x, y], |f, _, carried| {
        let s = f.math("sin", &[carried[0]]);
        let p = f.b.mul(s, y);
        let q = f.b.mul(carried[0], carried[1]);
        vec![p, f.b.add(q, x)]
    });
    let z = f.b.mul(state[0], state[1]);
    check(f.returning(z));
}

#[test]
fn a_while_loop() {
    let mut f = Sample::new();
    let (x, start) = (f.scalar("x", 2.0), f.scalar("start", 1.7));
    let root = f.repeat_while(
        &[start],
        |f, carried| {
            let square = f.b.mul(carried[0], carried[0]);
            let error = f.b.sub(square, x);
            let distance = f.math("abs", &[error]);
            let enough = f.b.float(1e-3);
            f.b.compare(CompareOp::Gt, distance, enough)
        },
        |f, carried| {
            let quotient = f.b.div(x, carried[0]);
            let sum = f.b.add(carried[0], quotient);
            let half = f.b.float(0.5);
            vec![f.b.mul(half, sum)]
        },
    );
    check(f.returning(root[0]));
}

/// `for each x: t = [x, x², …]` in a scratch buffer, and a sum over it.
fn scratch(array: bool) -> (Body, Vec<Data>) {
    let mut f = Sample::new();
    let x = f.slice("x", &[1.0, -2.0, 0.5]);
    let w = f.scalar("w", 0.3);
    let (zero, start, len) = (f.b.float(0.0), f.b.usize(0), f.b.len(PlaceRef::whole(x)));
    let k = f.b.usize(4);
    let t = if array { f.array("t", 4) } else { f.vec("t") };
    let sum = f.repeat((start, len), &[zero], |f, i, carried| {
        let init = Init::Repeat {
            value: zero,
            len: (!array).then_some(k),
        };
        f.b.alloc(t, init);
        let at = f.get(x, i);
        f.repeat((start, k), &[at], |f, j, power| {
            f.set(t, j, power[0]);
            vec![f.b.mul(power[0], at)]
        });
        let inner = f.repeat((start, k), &[carried[0]], |f, j, sum| {
            let term = f.get(t, j);
            let term = f.b.mul(term, w);
            let term = f.math("sin", &[term]);
            vec![f.b.add(sum[0], term)]
        });
        vec![inner[0]]
    });
    let root = f.math("exp", &[sum[0]]);
    f.returning(root)
}

#[test]
fn scratch_arrays_in_a_loop() {
    check(scratch(true));
}

#[test]
fn scratch_vectors_in_a_loop() {
    check(scratch(false));
}

#[test]
fn an_array_that_is_rotated() {
    let mut f = Sample::new();
    let (x, y) = (f.scalar("x", 0.7), f.scalar("y", 0.4));
    let t = f.array("t", 3);
    f.b.alloc(t, Init::List(vec![x, y, x]));
    let (i0, i1, i2, n) = (f.b.usize(0), f.b.usize(1), f.b.usize(2), f.b.usize(3));
    f.repeat((i0, n), &[], |f, _, _| {
        let (a, b, c) = (f.get(t, i0), f.get(t, i1), f.get(t, i2));
        let p = f.b.mul(a, b);
        let s = f.math("sin", &[c]);
        f.set(t, i0, s);
        f.set(t, i1, p);
        f.set(t, i2, a);
        let at = f.at(t, i1);
        f.b.add_to(at, b);
        vec![]
    });
    let at = f.at(t, i1);
    f.b.effect(crate::ir::Instr::Swap(
        at,
        PlaceRef::whole(t).then(crate::ir::Proj::Index(i2)),
    ));
    let (a, b) = (f.get(t, i1), f.get(t, i2));
    let z = f.b.div(a, b);
    check(f.returning(z));
}

/// Rosenbrock's valley, also backwards: neighbours are added to in both directions.
#[test]
fn sums_into_neighbours() {
    for reversed in [false, true] {
        for len in [0, 1, 2, 5] {
            let mut f = Sample::new();
            let x = f.slice("x", &[1.2, -0.7, 0.5, 0.9, -1.1][..len]);
            let (start, one, zero) = (f.b.usize(0), f.b.usize(1), f.b.float(0.0));
            let len = f.b.len(PlaceRef::whole(x));
            let end = f.b.math(&SATURATING, vec![len, one]);
            let sum = f.repeat((start, end), &[zero], |f, i, carried| {
                let next = f.b.binary(BinaryOp::Add, i, one);
                let (a, b) = (f.get(x, i), f.get(x, next));
                let square = f.b.mul(a, a);
                let d = f.b.sub(b, square);
                let d = f.b.mul(d, d);
                vec![f.b.add(carried[0], d)]
            });
            if let Some(Instr::Loop(it)) = f.b.stmts().last_mut().map(|stmt| &mut stmt.instr)
                && let LoopKind::Range { reversed: flag, .. } = &mut it.kind
            {
                *flag = reversed;
            }
            check(f.returning(sum[0]));
        }
    }
}

static SATURATING: crate::rules::Rule = crate::rules::Rule {
    name: "saturating_sub",
    args: &["l", "r"],
    result: "y",
    partials: &[],
};

#[test]
fn a_function_of_an_array() {
    let mut f = Sample::new();
    let x = f.static_array("x", &[0.4, -0.3, 1.1]);
    let (i0, n, one) = (f.b.usize(0), f.b.usize(3), f.b.float(1.0));
    let product = f.repeat((i0, n), &[one], |f, i, carried| {
        let at = f.get(x, i);
        let e = f.math("exp", &[at]);
        let p = f.b.mul(carried[0], at);
        vec![f.b.add(p, e)]
    });
    check(f.returning(product[0]));
}
