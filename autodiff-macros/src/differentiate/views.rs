//! Parts of places that a loop goes through by one name: `let row = &a[i..j];` in front of it, instead of `a[i..j][k]` in
//! each iteration, whose bounds would be checked each time.

use crate::ir::visit::{each, places, regions, regions_mut};
use crate::ir::{
    Body, Init, Instr, Loop, LoopKind, Place, PlaceId, PlaceRef, Proj, Region, Stmt, Type, ValueId,
};
use std::collections::{BTreeMap, BTreeSet};

/// Names what can be named, in front of the outermost loop that allows it; says whether there was anything.
pub(super) fn name_parts(body: &mut Body) -> bool {
    let mut region = std::mem::take(&mut body.region);
    let mut changed = name(body, &mut region);
    body.region = region;
    if let Some(mut pullback) = body.pullback.take() {
        changed |= name(body, &mut pullback.region);
        body.pullback = Some(pullback);
    }
    changed
}

fn name(body: &mut Body, region: &mut Region) -> bool {
    let mut changed = false;
    let mut stmts = Vec::with_capacity(region.stmts.len());
    for mut stmt in std::mem::take(&mut region.stmts) {
        if let Instr::Loop(it) = &mut stmt.instr {
            for of in parts(body, it) {
                changed = true;
                let view = view(body, &of);
                rename(&mut it.body, &of, view);
                let init = Init::View { of, lenient: true };
                stmts.push(Stmt {
                    results: Vec::new(),
                    instr: Instr::Alloc { place: view, init },
                    span: stmt.span,
                });
            }
        }
        for inner in regions_mut(&mut stmt.instr) {
            changed |= name(body, inner);
        }
        stmts.push(stmt);
    }
    region.stmts = stmts;
    changed
}

/// What one loop does with one place.
#[derive(Default)]
struct Use {
    /// The ranges that it is reached through, as far as they stand in front of the loop.
    parts: Vec<(Option<ValueId>, Option<ValueId>)>,
    /// It is reached in another way, too.
    otherwise: bool,
    writes: bool,
    /// It is named where a view cannot stand.
    whole: bool,
}

/// The parts that the loop reaches again and again.
fn parts(body: &Body, it: &Loop) -> Vec<PlaceRef> {
    if !matches!(it.kind, LoopKind::Range { .. }) {
        return Vec::new();
    }
    let mut inside: BTreeSet<ValueId> = it.body.params.iter().copied().collect();
    let mut uses: BTreeMap<PlaceId, Use> = BTreeMap::new();
    let mut local = BTreeSet::new();
    each(&it.body, &mut |stmt| {
        inside.extend(&stmt.results);
        for inner in regions(&stmt.instr) {
            inside.extend(&inner.params);
        }
        if let Instr::Alloc { place, .. } | Instr::PopRow { row: place, .. } = &stmt.instr {
            local.insert(*place);
        }
    });
    each(&it.body, &mut |stmt| {
        let element = matches!(
            stmt.instr,
            Instr::Load(_) | Instr::Store { .. } | Instr::AddTo { .. }
        );
        for (at, access) in places(&stmt.instr) {
            let used = uses.entry(at.root).or_default();
            used.writes |= access.writes();
            match at.path.as_slice() {
                [Proj::Range(start, end), _, ..] if element => {
                    let fixed = start.iter().chain(end).all(|bound| !inside.contains(bound));
                    if !fixed {
                        used.otherwise = true;
                    } else if !used.parts.contains(&(*start, *end)) {
                        used.parts.push((*start, *end));
                    }
                }
                _ => used.otherwise = true,
            }
        }
        used_by_calls(stmt, &mut uses);
    });
    let mut res = Vec::new();
    for (root, used) in uses {
        let shared = !used.writes || (used.parts.len() == 1 && !used.otherwise);
        let named = matches!(
            body.place(root).ty,
            Type::Slice(_) | Type::Vec(_) | Type::Array(..)
        );
        if local.contains(&root) || used.whole || !shared || !named {
            continue;
        }
        let part = |(start, end)| PlaceRef::whole(root).then(Proj::Range(start, end));
        res.extend(used.parts.into_iter().map(part));
    }
    res
}

/// A call may hold on to what it is given.
fn used_by_calls(stmt: &Stmt, uses: &mut BTreeMap<PlaceId, Use>) {
    if let Instr::Call(_) | Instr::Host { .. } | Instr::Opaque(_) = &stmt.instr {
        for (at, _) in places(&stmt.instr) {
            uses.entry(at.root).or_default().whole = true;
        }
    }
}

fn view(body: &mut Body, of: &PlaceRef) -> PlaceId {
    let root = body.place(of.root);
    let element = root.ty.element().cloned().unwrap_or(Type::F64);
    let name = root.name.clone().map(|mut name| {
        name.text.push_str("_row");
        name
    });
    let origin = root.origin;
    body.fresh_place(Place {
        ty: Type::Slice(Box::new(element)),
        name,
        origin,
        param: None,
    })
}

/// Reaches `of` by its name.
fn rename(region: &mut Region, of: &PlaceRef, view: PlaceId) {
    struct Rename<'a> {
        of: &'a PlaceRef,
        view: PlaceId,
    }
    impl crate::ir::visit::Parts for Rename<'_> {
        fn place(&mut self, place: &mut PlaceRef, _access: crate::ir::visit::Access) {
            if place.root == self.of.root && place.path.len() > 1 && place.path.starts_with(&self.of.path) {
                place.root = self.view;
                place.path.drain(..self.of.path.len());
            }
        }
    }
    for stmt in &mut region.stmts {
        crate::ir::visit::walk(&mut stmt.instr, &mut Rename { of, view });
        for inner in regions_mut(&mut stmt.instr) {
            rename(inner, of, view);
        }
    }
}
