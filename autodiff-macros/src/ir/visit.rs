//! Walks over the parts of an instruction, so that no pass has to match on all of them.

mod parts;

use super::{CallMode, Instr, Loop, LoopKind, PlaceId, PlaceRef, Region, Stmt, ValueId};
pub(crate) use parts::{Look, Parts, look, walk};
use std::collections::{BTreeMap, BTreeSet};

/// What an instruction does with a place that it names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Access {
    Read,
    Write,
    /// Reads and writes.
    Update,
    /// Begins the place; the old content is not looked at.
    Begin,
    /// Only asks for the shape.
    Shape,
}

impl Access {
    pub(crate) fn writes(self) -> bool {
        match self {
            Access::Write | Access::Update | Access::Begin => true,
            Access::Read | Access::Shape => false,
        }
    }

    pub(crate) fn reads(self) -> bool {
        match self {
            Access::Read | Access::Update => true,
            Access::Write | Access::Begin | Access::Shape => false,
        }
    }
}

impl Instr {
    /// Whether statements stand inside of it.
    pub(crate) fn has_regions(&self) -> bool {
        matches!(self, Instr::If { .. } | Instr::Loop(_))
    }
}

/// The regions directly inside of an instruction.
pub(crate) fn regions(instr: &Instr) -> Vec<&Region> {
    match instr {
        Instr::If { then, otherwise, .. } => vec![then, otherwise],
        Instr::Loop(it) => match &it.kind {
            LoopKind::While { cond: Some(cond) } => vec![cond, &it.body],
            LoopKind::While { cond: None } | LoopKind::Range { .. } => vec![&it.body],
        },
        _ => Vec::new(),
    }
}

/// The regions directly inside of an instruction, to be changed.
pub(crate) fn regions_mut(instr: &mut Instr) -> Vec<&mut Region> {
    match instr {
        Instr::If { then, otherwise, .. } => vec![then, otherwise],
        Instr::Loop(it) => {
            let Loop { kind, body, .. } = it.as_mut();
            match kind {
                LoopKind::While { cond: Some(cond) } => vec![cond, body],
                LoopKind::While { cond: None } | LoopKind::Range { .. } => vec![body],
            }
        }
        _ => Vec::new(),
    }
}

/// The values that the instruction itself reads, not those read inside of its regions.
pub(crate) fn uses(instr: &Instr) -> Vec<ValueId> {
    let mut res = Vec::new();
    each_use(instr, |id| res.push(id));
    res
}

/// Calls `f` with the values that the instruction itself reads.
pub(crate) fn each_use(instr: &Instr, f: impl FnMut(ValueId)) {
    struct Uses<F>(F);
    impl<F: FnMut(ValueId)> Look for Uses<F> {
        fn value(&mut self, value: &ValueId) {
            (self.0)(*value);
        }
        fn place(&mut self, _place: &PlaceRef, _access: Access) {}
        fn whole(&mut self, _id: &PlaceId, _access: Access) {}
    }
    look(instr, &mut Uses(f));
}

/// The places that the instruction itself names, and what it does with them.
pub(crate) fn places(instr: &Instr) -> Vec<(PlaceRef, Access)> {
    let mut res = Vec::new();
    each_place(instr, |at, access| res.push((at.clone(), access)));
    res
}

/// Calls `f` with the places that the instruction itself names, and with what it does with them.
pub(crate) fn each_place(instr: &Instr, f: impl FnMut(&PlaceRef, Access)) {
    struct Places<F>(F);
    impl<F: FnMut(&PlaceRef, Access)> Look for Places<F> {
        fn place(&mut self, place: &PlaceRef, access: Access) {
            (self.0)(place, access);
        }
    }
    if names_places(instr) {
        look(instr, &mut Places(f));
    }
}

/// Whether the instruction itself may name places: most do not, and are not looked at closer.
pub(crate) fn names_places(instr: &Instr) -> bool {
    !matches!(
        instr,
        Instr::Const(_)
            | Instr::Unary(..)
            | Instr::Binary(..)
            | Instr::Compare(..)
            | Instr::Select { .. }
            | Instr::Math { .. }
            | Instr::Cast { .. }
            | Instr::If { .. }
            | Instr::Loop(_)
            | Instr::SomePullback(_)
            | Instr::NoPullback
    )
}

/// The places that an instruction brings into scope.
pub(crate) fn begun(instr: &Instr) -> Vec<PlaceId> {
    match instr {
        Instr::Alloc { place, .. } => vec![*place],
        Instr::PopRow { row, .. } => vec![*row],
        Instr::Call(call) => {
            let mut res = call.result.places();
            match &call.mode {
                CallMode::Pushforward { result_dot, .. } | CallMode::ForwardTangent { result_dot, .. } => {
                    res.extend(result_dot.places());
                }
                CallMode::Primal
                | CallMode::Forward { .. }
                | CallMode::Pullback { .. }
                | CallMode::PullbackTangent { .. } => (),
            }
            res
        }
        _ => Vec::new(),
    }
}

/// Replaces operands by what `map` has for them.
pub(crate) fn rename(instr: &mut Instr, map: &BTreeMap<ValueId, ValueId>) {
    struct Rename<'a>(&'a BTreeMap<ValueId, ValueId>);
    impl Parts for Rename<'_> {
        fn value(&mut self, value: &mut ValueId) {
            if let Some(to) = self.0.get(value) {
                *value = *to;
            }
        }
    }
    walk(instr, &mut Rename(map));
}

/// Replaces uses everywhere inside of `region`, its yields included.
pub(crate) fn rename_region(region: &mut Region, map: &BTreeMap<ValueId, ValueId>) {
    for stmt in &mut region.stmts {
        rename(&mut stmt.instr, map);
        regions_mut(&mut stmt.instr)
            .into_iter()
            .for_each(|inner| rename_region(inner, map));
    }
    for id in &mut region.yields {
        *id = map.get(id).copied().unwrap_or(*id);
    }
}

/// Calls `f` with every statement of `region`, from the first to the last, outer before inner.
pub(crate) fn each<'a>(region: &'a Region, f: &mut impl FnMut(&'a Stmt)) {
    for stmt in &region.stmts {
        f(stmt);
        if stmt.instr.has_regions() {
            for inner in regions(&stmt.instr) {
                each(inner, f);
            }
        }
    }
}

/// The values that `region` reads and does not define.
pub(crate) fn free_values(region: &Region) -> BTreeSet<ValueId> {
    let (mut used, mut defined) = (BTreeSet::new(), BTreeSet::new());
    collect(region, &mut used, &mut defined);
    used.difference(&defined).copied().collect()
}

fn collect(region: &Region, used: &mut BTreeSet<ValueId>, defined: &mut BTreeSet<ValueId>) {
    defined.extend(&region.params);
    used.extend(&region.yields);
    for stmt in &region.stmts {
        used.extend(uses(&stmt.instr));
        defined.extend(&stmt.results);
        regions(&stmt.instr)
            .into_iter()
            .for_each(|inner| collect(inner, used, defined));
    }
}

/// Whether the instruction may be dropped when nobody wants its results, and repeated when somebody does.
/// Loads count as pure: what they read is the business of who moves them. Regions are not looked into.
pub(crate) fn is_pure(instr: &Instr) -> bool {
    match instr {
        Instr::Const(_)
        | Instr::Unary(..)
        | Instr::Binary(..)
        | Instr::Compare(..)
        | Instr::Select { .. }
        | Instr::Math { .. }
        | Instr::Cast { .. }
        | Instr::Load(_)
        | Instr::Len(_)
        | Instr::Matrix(_)
        | Instr::SomePullback(_)
        | Instr::NoPullback => true,
        Instr::Host { pure, .. } => *pure,
        Instr::Alloc { .. }
        | Instr::Store { .. }
        | Instr::AddTo { .. }
        | Instr::Fill { .. }
        | Instr::CopyTo { .. }
        | Instr::Accumulate { .. }
        | Instr::AddMatrix { .. }
        | Instr::Swap(..)
        | Instr::Push { .. }
        | Instr::Pop { .. }
        | Instr::PushRow { .. }
        | Instr::PopRow { .. }
        | Instr::Resize { .. }
        | Instr::Call(_)
        | Instr::Opaque(_)
        | Instr::If { .. }
        | Instr::Loop(_) => false,
    }
}
