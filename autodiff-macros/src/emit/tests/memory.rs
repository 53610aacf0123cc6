//! Statements on memory.

use super::check;
use crate::ir::sample::Sample;
use crate::ir::{Init, Instr, PlaceRef, Proj, Type};

fn effect(s: &mut Sample, instr: Instr) {
    s.b.effect(instr);
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
