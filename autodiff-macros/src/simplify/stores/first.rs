//! The first addition to an element that is zero is a store: `0 + x` is `x`, but for the sign of a zero, so in
//! derivative code only.

use super::whole;
use crate::ir::visit::{each, places, regions, regions_mut};
use crate::ir::{
    Body, Const, Init, Instr, Loop, LoopKind, MatrixArg, Origin, PlaceId, PlaceRef, Proj, Region, Role, Stmt,
    ValueId,
};
use crate::simplify::lengths::Lengths;
use std::collections::HashSet;

/// Turns such additions in `region` into stores; says whether there were any.
pub(super) fn additions(body: &Body, lengths: &Lengths, memory: &[PlaceId], region: &mut Region) -> bool {
    let mut changed = false;
    let mut superseded = Vec::new();
    for k in 0..region.stmts.len() {
        for inner in regions_mut(&mut region.stmts[k].instr) {
            changed |= additions(body, lengths, memory, inner);
        }
        let Some(place) = zeros(body, &region.stmts[k].instr, memory) else {
            continue;
        };
        changed |= behind(body, lengths, memory, &mut region.stmts[k + 1..], place);
        if is_begun_anew(body, memory, &region.stmts[k + 1..], place) {
            superseded.push(k);
            changed = true;
        }
    }
    for k in superseded.into_iter().rev() {
        region.stmts.remove(k);
    }
    changed
}

/// Whether the next that `stmts` do with a matrix is to give it another content.
fn is_begun_anew(body: &Body, memory: &[PlaceId], stmts: &[Stmt], place: PlaceId) -> bool {
    let next = stmts.iter().find(|stmt| mentions(stmt, place, memory));
    let Some(Instr::Alloc { place: begun, init }) = next.map(|stmt| &stmt.instr) else {
        return false;
    };
    *begun == place && body.place(place).ty.is_matrix() && matches!(init, Init::Matrix(_) | Init::Copy { .. })
}

/// The same for the buffers of a gradient, which are all zeros when it is called.
pub(super) fn entries(body: &Body, lengths: &Lengths, memory: &[PlaceId], region: &mut Region) -> bool {
    let mut changed = false;
    for param in &body.params {
        if matches!(param.role, Role::Cotangent | Role::CotangentTangent) {
            for place in param.tree.places() {
                changed |= behind(body, lengths, memory, &mut region.stmts, place);
            }
        }
    }
    changed
}

/// The first additions to `place` in `stmts`, at the beginning of which it is all zeros: element by element, as long as
/// every path is made of literals. `x_bar[0] += a; x_bar[1] += b;` are two stores.
fn behind(body: &Body, lengths: &Lengths, memory: &[PlaceId], stmts: &mut [Stmt], place: PlaceId) -> bool {
    let mut changed = false;
    let mut written: HashSet<Vec<Step>> = HashSet::new();
    for stmt in stmts {
        if !mentions(stmt, place, memory) {
            continue;
        }
        let path = match &stmt.instr {
            Instr::AddTo { to, .. } | Instr::Store { to, .. } if to.root == place => literal(body, &to.path),
            _ => None,
        };
        let Some(path) = path else {
            if written.is_empty() {
                changed |= store(body, lengths, memory, place, stmt);
                if let Instr::Loop(it) = &mut stmt.instr {
                    changed |= rows(body, memory, it, place);
                }
            }
            break;
        };
        let first = written.insert(path);
        if let (Instr::AddTo { to, value }, true) = (&stmt.instr, first) {
            let (to, value) = (to.clone(), *value);
            stmt.instr = Instr::Store { to, value };
            changed = true;
        }
    }
    changed
}

/// The same in a loop that comes first, where each iteration writes to the row with its number only.
fn rows(body: &Body, memory: &[PlaceId], it: &mut Loop, place: PlaceId) -> bool {
    let LoopKind::Range { .. } = it.kind else {
        return false;
    };
    let number = it.body.params[0];
    let mut firsts = Vec::new();
    let mut written = HashSet::new();
    for (k, stmt) in it.body.stmts.iter().enumerate() {
        if !mentions(stmt, place, memory) {
            continue;
        }
        let (Instr::AddTo { to, .. } | Instr::Store { to, .. }) = &stmt.instr else {
            return false;
        };
        let path = match to.path.split_first() {
            Some((Proj::Index(index), rest)) if *index == number && to.root == place => literal(body, rest),
            _ => None,
        };
        let Some(path) = path else { return false };
        if written.insert(path) && matches!(stmt.instr, Instr::AddTo { .. }) {
            firsts.push(k);
        }
    }
    for k in &firsts {
        let stmt = &mut it.body.stmts[*k];
        if let Instr::AddTo { to, value } = &stmt.instr {
            let (to, value) = (to.clone(), *value);
            stmt.instr = Instr::Store { to, value };
        }
    }
    !firsts.is_empty()
}

/// A step that leads to the same place whenever it is taken.
#[derive(PartialEq, Eq, Hash)]
enum Step {
    Number(i128),
    Member(syn::Member),
}

/// A path of literal indices and fields.
fn literal(body: &Body, path: &[Proj]) -> Option<Vec<Step>> {
    let step = |proj: &Proj| match proj {
        Proj::Index(index) => match body.value(*index).constant {
            Some(Const::Int(n)) => Some(Step::Number(n)),
            Some(Const::Float(_) | Const::Bool(_)) | None => None,
        },
        Proj::Field(k) => Some(Step::Number(*k as i128)),
        Proj::Member(member) => Some(Step::Member(member.clone())),
        Proj::Range(..) | Proj::Entry(..) => None,
    };
    path.iter().map(step).collect()
}

/// The place of the derivative that is all zeros after `instr`.
fn zeros(body: &Body, instr: &Instr, memory: &[PlaceId]) -> Option<PlaceId> {
    let is_zero = |id: &ValueId| body.value(*id).constant == Some(Const::Float(0.0));
    let place = match instr {
        Instr::Fill { to, value } if to.path.is_empty() && is_zero(value) => to.root,
        Instr::Alloc {
            place,
            init: Init::Repeat { value, .. },
        } if is_zero(value) => *place,
        Instr::Alloc {
            place,
            init: Init::ZerosLike(_),
        } => *place,
        _ => return None,
    };
    let it = body.place(place);
    let ours = it.origin == Origin::Derivative && it.param.is_none() && memory[place.0 as usize] == place;
    ours.then_some(place)
}

/// Makes the first addition in `stmt`, which is the next to mention `place`, a store.
fn store(body: &Body, lengths: &Lengths, memory: &[PlaceId], place: PlaceId, stmt: &mut Stmt) -> bool {
    match &mut stmt.instr {
        Instr::AddTo { to, value } if to.root == place => {
            stmt.instr = Instr::Store {
                to: to.clone(),
                value: *value,
            };
            true
        }
        Instr::Accumulate { to, from }
            if *to == whole(place)
                && body.place(place).ty.is_matrix()
                && body.place(place).param.is_none()
                && memory[from.root.0 as usize] != place =>
        {
            let init = Init::Copy {
                src: from.clone(),
                moved: false,
            };
            stmt.instr = Instr::Alloc { place, init };
            true
        }
        Instr::Accumulate { to, from } if *to == whole(place) && memory[from.root.0 as usize] != place => {
            let (to, from) = (to.clone(), from.clone());
            let copy = Instr::CopyTo { to, from };
            if crate::simplify::dead::changes_shape(&copy, &body.place(place).ty) {
                return false;
            }
            stmt.instr = copy;
            true
        }
        // `to` has the shape of its zeros, and so has what is added.
        Instr::AddMatrix {
            to,
            op,
            negative: false,
        } if *to == whole(place) && body.place(place).param.is_none() => {
            let reads_it = op.args.iter().any(|arg| match arg {
                MatrixArg::Place(at) => memory[at.root.0 as usize] == place,
                MatrixArg::Value(_) => false,
            });
            if !reads_it {
                stmt.instr = Instr::Alloc {
                    place,
                    init: Init::Matrix(op.clone()),
                };
            }
            !reads_it
        }
        Instr::Loop(it) => {
            let each_own = only_own(it, place, memory, |instr| matches!(instr, Instr::AddTo { .. }));
            if !each_own || !lengths.goes_through(body, it, place) {
                return false;
            }
            let first = it
                .body
                .stmts
                .iter_mut()
                .find(|stmt| mentions(stmt, place, memory));
            match first.map(|stmt| &mut stmt.instr) {
                Some(instr @ Instr::AddTo { .. }) => {
                    if let Instr::AddTo { to, value } = instr {
                        *instr = Instr::Store {
                            to: to.clone(),
                            value: *value,
                        };
                    }
                    true
                }
                _ => false,
            }
        }
        _ => false,
    }
}

/// Whether `at` is the element with the number of the iteration.
pub(super) fn is_own(it: &Loop, at: &PlaceRef) -> bool {
    match (&it.kind, at.path.as_slice()) {
        (LoopKind::Range { .. }, [Proj::Index(index)]) => it.body.params.first() == Some(index),
        (LoopKind::Range { .. } | LoopKind::While { .. }, _) => false,
    }
}

/// Whether an iteration looks at its own element of `place` only, beginning with a `first` instruction directly in the
/// body.
pub(super) fn only_own(
    it: &Loop,
    place: PlaceId,
    memory: &[PlaceId],
    first: impl Fn(&Instr) -> bool,
) -> bool {
    let mut begun = false;
    for stmt in &it.body.stmts {
        if !mentions(stmt, place, memory) {
            continue;
        }
        if !begun && !first(&stmt.instr) {
            return false;
        }
        begun = true;
        let mut only = true;
        walk(stmt, &mut |stmt| {
            only &= places(&stmt.instr)
                .iter()
                .all(|(at, _)| memory[at.root.0 as usize] != place || (at.root == place && is_own(it, at)));
        });
        if !only {
            return false;
        }
    }
    begun
}

pub(super) fn mentions(stmt: &Stmt, place: PlaceId, memory: &[PlaceId]) -> bool {
    let mut found = false;
    walk(stmt, &mut |stmt| {
        found |= places(&stmt.instr)
            .iter()
            .any(|(at, _)| memory[at.root.0 as usize] == place);
    });
    found
}

/// Calls `f` with the statement and with all inside of it.
fn walk<'a>(stmt: &'a Stmt, f: &mut impl FnMut(&'a Stmt)) {
    f(stmt);
    regions(&stmt.instr)
        .into_iter()
        .for_each(|region| each(region, f));
}
