//! Short local vectors whose length is a constant become arrays, which cost no allocation: recording buffers of short
//! loops, shadows, the user's own scratch.

use crate::ir::visit::{Access, begun, each, places, regions_mut};
use crate::ir::{Body, Const, Float, Init, Instr, Len, PlaceId, Region, Stmt, Type, Value, ValueId};
use std::collections::BTreeMap;

/// As many numbers may stand on the stack.
const SHORT: usize = 64;

/// Changes what can be changed; says whether anything was.
pub(super) fn shorten(body: &mut Body) -> bool {
    if body.places.is_empty() {
        return false;
    }
    let mut lengths = candidates(body);
    for tree in [Some(&body.result), body.pullback.as_ref().map(|it| &it.result)] {
        for id in tree.into_iter().flat_map(|tree| tree.places()) {
            lengths.remove(&id);
        }
    }
    for region in tops(body) {
        each(region, &mut |stmt| refuse(stmt, &mut lengths));
    }
    if lengths.is_empty() {
        return false;
    }
    for (place, len) in &lengths {
        let ty = &mut body.places[place.0 as usize].ty;
        if let Type::Vec(element) = ty {
            *ty = Type::Array(element.clone(), Len::Known(*len));
        }
    }
    let mut region = std::mem::take(&mut body.region);
    let mut pullback = body.pullback.take();
    begin_as_arrays(body, &mut region, &lengths);
    if let Some(it) = &mut pullback {
        begin_as_arrays(body, &mut it.region, &lengths);
    }
    body.region = region;
    body.pullback = pullback;
    true
}

fn tops(body: &Body) -> Vec<&Region> {
    let pullback = body.pullback.iter().map(|it| &it.region);
    [&body.region].into_iter().chain(pullback).collect()
}

/// Local vectors of numbers that begin once, with a short length.
fn candidates(body: &Body) -> BTreeMap<PlaceId, usize> {
    let mut res = BTreeMap::new();
    let mut twice = Vec::new();
    for region in tops(body) {
        each(region, &mut |stmt| {
            for id in begun(&stmt.instr) {
                let len = match &stmt.instr {
                    Instr::Alloc { init, .. } => length(body, id, init),
                    _ => None,
                };
                // An entry that is too long stands for what may not be changed.
                if res.insert(id, len.unwrap_or(usize::MAX)).is_some() {
                    twice.push(id);
                }
            }
        });
    }
    twice.into_iter().for_each(|id| {
        res.remove(&id);
    });
    res.retain(|_, len| (1..=SHORT).contains(len));
    res
}

fn length(body: &Body, place: PlaceId, init: &Init) -> Option<usize> {
    let it = body.place(place);
    let Type::Vec(element) = &it.ty else { return None };
    if it.param.is_some() || !matches!(**element, Type::Float(Float::F64 | Float::F32) | Type::Int(_)) {
        return None;
    }
    match init {
        Init::List(values) => Some(values.len()),
        Init::Repeat { len: Some(len), .. } | Init::Scratch { len } => match body.value(*len).constant {
            Some(Const::Int(n)) => usize::try_from(n).ok(),
            Some(Const::Float(_) | Const::Bool(_)) | None => None,
        },
        _ => None,
    }
}

/// Takes out what has to be a vector: what is resized, moved, or given to code that may want one.
fn refuse(stmt: &Stmt, lengths: &mut BTreeMap<PlaceId, usize>) {
    let allowed = match &stmt.instr {
        Instr::Load(_)
        | Instr::Store { .. }
        | Instr::AddTo { .. }
        | Instr::Len(_)
        | Instr::Fill { .. }
        | Instr::CopyTo { .. }
        | Instr::Accumulate { .. } => true,
        Instr::Swap(a, b) => !a.path.is_empty() && !b.path.is_empty(),
        Instr::Alloc { init, .. } => {
            matches!(
                init,
                Init::Repeat { .. }
                    | Init::List(_)
                    | Init::Scratch { .. }
                    | Init::View { .. }
                    | Init::ZerosLike(_)
            )
        }
        _ => false,
    };
    for (at, access) in places(&stmt.instr) {
        let begins = access == Access::Begin && matches!(stmt.instr, Instr::Alloc { .. });
        // Zeros like a vector are a vector.
        let shape = access == Access::Shape && matches!(stmt.instr, Instr::Alloc { .. });
        if shape || !(allowed || begins) {
            lengths.remove(&at.root);
        }
    }
}

/// Arrays have their length in the type.
fn begin_as_arrays(body: &mut Body, region: &mut Region, lengths: &BTreeMap<PlaceId, usize>) {
    for mut stmt in std::mem::take(&mut region.stmts) {
        for inner in regions_mut(&mut stmt.instr) {
            begin_as_arrays(body, inner, lengths);
        }
        if let Instr::Alloc { place, init } = &mut stmt.instr
            && lengths.contains_key(place)
        {
            match init {
                Init::Repeat { len, .. } => *len = None,
                Init::Scratch { .. } => {
                    let (value, known) = zero(body, *place);
                    region.stmts.push(Stmt {
                        results: vec![value],
                        instr: Instr::Const(known),
                        span: stmt.span,
                    });
                    *init = Init::Repeat { value, len: None };
                }
                _ => (),
            }
        }
        region.stmts.push(stmt);
    }
}

fn zero(body: &mut Body, like: PlaceId) -> (ValueId, Const) {
    let ty = body.place(like).ty.element().cloned().unwrap_or(Type::F64);
    let known = match ty {
        Type::Int(_) => Const::Int(0),
        _ => Const::Float(0.0),
    };
    let origin = body.place(like).origin;
    let value = body.fresh(Value {
        ty,
        name: None,
        origin,
        constant: Some(known.clone()),
    });
    (value, known)
}
