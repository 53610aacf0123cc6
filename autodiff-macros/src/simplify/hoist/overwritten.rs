//! Whether memory is surely written before it is read, so that it need not be cleared.

use crate::ir::visit::{each, places, regions};
use crate::ir::{Body, Const, Instr, Loop, LoopKind, PlaceId, PlaceRef, Proj, Region, Stmt, ValueId};

/// Whether `stmts`, which follow the beginning of `place` with `len` elements, write every element before anything
/// else looks at the place.
pub(super) fn first(body: &Body, stmts: &[Stmt], place: PlaceId, len: ValueId) -> bool {
    for stmt in stmts {
        if !mentions(stmt, place) {
            continue;
        }
        return match &stmt.instr {
            Instr::Fill { to, .. } => *to == PlaceRef::whole(place),
            Instr::CopyTo { to, from } => *to == PlaceRef::whole(place) && from.root != place,
            Instr::Loop(it) => writes_all(body, it, place, len),
            _ => false,
        };
    }
    true
}

/// `for i in 0..len { …; place[i] = …; … }`, where an iteration looks at its own element only, and after it was written.
fn writes_all(body: &Body, it: &Loop, place: PlaceId, len: ValueId) -> bool {
    let LoopKind::Range {
        start,
        end,
        step: None,
        ..
    } = &it.kind
    else {
        return false;
    };
    let from_zero = body.value(*start).constant == Some(Const::Int(0));
    let constants = (&body.value(*end).constant, &body.value(len).constant);
    let same_end = *end == len || matches!(constants, (Some(a), Some(b)) if a == b);
    if !from_zero || !same_end || it.breaks {
        return false;
    }
    let own = PlaceRef::whole(place).then(Proj::Index(it.body.params[0]));
    for (k, stmt) in it.body.stmts.iter().enumerate() {
        if !mentions(stmt, place) {
            continue;
        }
        let stored = matches!(&stmt.instr, Instr::Store { to, .. } if *to == own);
        return stored && it.body.stmts[k..].iter().all(|stmt| only_own(stmt, place, &own));
    }
    false
}

fn only_own(stmt: &Stmt, place: PlaceId, own: &PlaceRef) -> bool {
    let mut only = true;
    walk(stmt, &mut |stmt| {
        only &= places(&stmt.instr)
            .iter()
            .all(|(at, _)| at.root != place || at == own);
    });
    only
}

fn mentions(stmt: &Stmt, place: PlaceId) -> bool {
    let mut found = false;
    walk(stmt, &mut |stmt| {
        found |= places(&stmt.instr).iter().any(|(at, _)| at.root == place);
    });
    found
}

/// Calls `f` with the statement and with all inside of it.
fn walk<'a>(stmt: &'a Stmt, f: &mut impl FnMut(&'a Stmt)) {
    f(stmt);
    let inner: Vec<&'a Region> = regions(&stmt.instr);
    inner.into_iter().for_each(|region| each(region, f));
}
