//! What is said in these tests: expressions of `x`, `y`, `z` before, the formula behind.

mod algebra;
mod memory;
mod order;
mod random;
mod reuse;
mod structure;

use super::to_fixpoint;
use crate::ir::interpret::{Data, run};
pub(super) use crate::ir::sample::Sample;
use crate::ir::visit::each;
use crate::ir::{BinaryOp, Body, CompareOp, Const, Instr, Origin, UnaryOp, ValueId, print, verify};
use crate::pipeline::Switches;

/// Builds an expression of the derivative of three scalars.
pub(super) fn expression(build: impl FnOnce(&mut Sample, ValueId, ValueId, ValueId) -> ValueId) -> Body {
    let mut f = Sample::new();
    let (x, y, z) = (f.scalar("x", 0.0), f.scalar("y", 0.0), f.scalar("z", 0.0));
    f.b.origin = Origin::Derivative;
    let result = build(&mut f, x, y, z);
    f.returning(result).0
}

pub(super) fn simple(body: &Body) -> Body {
    simple_without(body, &[])
}

pub(super) fn simple_without(body: &Body, off: &[&str]) -> Body {
    verify(body).unwrap_or_else(|problem| panic!("{problem}\n{}", print(body)));
    let res = to_fixpoint(body.clone(), &Switches::without(off));
    verify(&res).unwrap_or_else(|problem| panic!("{problem}\n{}\n{}", print(body), print(&res)));
    res
}

/// The result as people write it, for straight-line bodies.
pub(super) fn formula(body: &Body) -> String {
    let result = body.result.values()[0];
    spelled(body, result, 0)
}

fn spelled(body: &Body, id: ValueId, around: u8) -> String {
    let mut found = None;
    each(&body.region, &mut |stmt| {
        if stmt.results.contains(&id) {
            found = Some(&stmt.instr);
        }
    });
    let infix = |a: ValueId, op: &str, b: ValueId, level: u8| {
        let text = format!("{} {op} {}", spelled(body, a, level), spelled(body, b, level + 1));
        if level < around { format!("({text})") } else { text }
    };
    match found {
        None => body
            .value(id)
            .name
            .as_ref()
            .map_or("?".to_owned(), |name| name.text.clone()),
        Some(Instr::Const(Const::Float(x))) => format!("{x:?}"),
        Some(Instr::Const(Const::Int(n))) => n.to_string(),
        Some(Instr::Unary(UnaryOp::Neg, a)) => format!("-{}", spelled(body, *a, 4)),
        Some(Instr::Binary(BinaryOp::Add, a, b)) => infix(*a, "+", *b, 1),
        Some(Instr::Binary(BinaryOp::Sub, a, b)) => infix(*a, "-", *b, 1),
        Some(Instr::Binary(BinaryOp::Mul, a, b)) => infix(*a, "*", *b, 2),
        Some(Instr::Binary(BinaryOp::Div, a, b)) => infix(*a, "/", *b, 2),
        Some(Instr::Compare(CompareOp::Gt, a, b)) => infix(*a, ">", *b, 0),
        Some(Instr::Math { rule, args }) => {
            let args: Vec<_> = args.iter().map(|id| spelled(body, *id, 0)).collect();
            format!("{}({})", rule.name, args.join(", "))
        }
        Some(Instr::Select {
            cond,
            then,
            otherwise,
        }) => {
            let parts: Vec<_> = [cond, then, otherwise]
                .iter()
                .map(|id| spelled(body, **id, 0))
                .collect();
            format!("select({})", parts.join(", "))
        }
        Some(other) => format!("{other:?}"),
    }
}

/// How many statements of any kind there are.
pub(super) fn size(body: &Body) -> usize {
    let mut res = 0;
    each(&body.region, &mut |_| res += 1);
    res
}

pub(super) fn value_at(body: &Body, at: [f64; 3]) -> f64 {
    run(body, &at.map(Data::Float)).result.float()
}

#[test]
fn the_gradient_of_a_polynomial_is_what_people_write() {
    let mut f = Sample::new();
    let x = f.scalar("x", 1.5);
    let square = f.b.mul(x, x);
    let two = f.b.float(2.0);
    let double = f.b.mul(two, x);
    let sum = f.b.add(square, double);
    let one = f.b.float(1.0);
    let y = f.b.add(sum, one);
    let (body, _) = f.returning(y);
    let sweep = crate::differentiate::gradient(&body, &Switches::without(&[])).expect("a scalar function");
    let mut sweep = simple(&sweep);
    sweep.result = sweep.result.leaves()[1].clone();
    let sweep = simple(&sweep);
    assert_eq!(formula(&sweep), "2.0 * x + 2.0");
}
