//! What is known of memory: contents and lengths that were read or written, until something may have changed them.

use super::Rewriter;
use crate::ir::visit::{Access, begun, each, places};
use crate::ir::{BinaryOp, Init, Instr, Len, PlaceId, PlaceRef, Proj, Region, Stmt, Type, ValueId};
use std::collections::{BTreeMap, HashMap};

#[derive(Clone, Default)]
pub(super) struct Loads {
    /// By the place that owns the memory.
    entries: HashMap<PlaceId, Vec<Entry>>,
}

#[derive(Clone)]
struct Entry {
    root: PlaceId,
    path: Vec<Step>,
    what: What,
    value: ValueId,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    Content,
    Length,
}

/// One step of a path; an index is `base + offset`.
#[derive(Clone, PartialEq, Eq)]
enum Step {
    Index(Option<ValueId>, i128),
    Range(Option<ValueId>, Option<ValueId>),
    Field(usize),
    Entry(ValueId, ValueId),
    Member(syn::Member),
}

impl Rewriter<'_> {
    /// A value that is what `instr` would read.
    pub(super) fn seen(&mut self, instr: &Instr) -> Option<ValueId> {
        let (at, what) = looks_at(instr)?;
        if what == What::Length
            && let Some(len) = self.typed_length(at)
        {
            let len = crate::ir::Const::Int(i128::try_from(len).ok()?);
            return Some(self.emit(Instr::Const(len), Type::USIZE));
        }
        let path = self.steps(at);
        let entries = self.loads.entries.get(&self.memory[at.root.0 as usize])?;
        let found = entries
            .iter()
            .find(|entry| entry.root == at.root && entry.what == what && entry.path == path);
        found.map(|entry| entry.value)
    }

    /// `value` is what `instr` read.
    pub(super) fn remember(&mut self, instr: &Instr, value: ValueId) {
        if let Some((at, what)) = looks_at(instr) {
            self.know(&at.clone(), what, value);
        }
    }

    fn know(&mut self, at: &PlaceRef, what: What, value: ValueId) {
        let entry = Entry {
            root: at.root,
            path: self.steps(at),
            what,
            value,
        };
        let memory = self.memory[at.root.0 as usize];
        self.loads.entries.entry(memory).or_default().push(entry);
    }

    /// Forgets what `stmt` may change, and remembers what it writes.
    pub(super) fn written(&mut self, stmt: &Stmt) {
        for (at, access) in places(&stmt.instr) {
            if access == Access::Begin {
                self.forget(&at, true, true);
            } else if access.writes() {
                let ty = &self.body.place(at.root).ty;
                let (content, shape) = changes(&stmt.instr, ty);
                self.forget(&at, content, shape);
            }
        }
        for id in begun(&stmt.instr) {
            self.forget(&PlaceRef::whole(id), true, true);
        }
        match &stmt.instr {
            Instr::Store { to, value } if self.on.scalars => self.know(to, What::Content, *value),
            Instr::Alloc {
                place,
                init:
                    Init::Repeat { len: Some(len), .. }
                    | Init::RepeatPlace { len: Some(len), .. }
                    | Init::Scratch { len },
            } => self.know(&PlaceRef::whole(*place), What::Length, *len),
            _ => (),
        }
    }

    /// Forgets everything that `region` may change.
    pub(super) fn written_in(&mut self, region: &Region) {
        let mut all: BTreeMap<PlaceId, (bool, bool)> = BTreeMap::new();
        each(region, &mut |stmt| {
            let mut note = |id: PlaceId, content: bool, shape: bool| {
                let entry = all.entry(id).or_default();
                *entry = (entry.0 | content, entry.1 | shape);
            };
            for (at, access) in places(&stmt.instr) {
                if access.writes() {
                    let (content, shape) = changes(&stmt.instr, &self.body.place(at.root).ty);
                    note(at.root, content, shape);
                }
            }
            begun(&stmt.instr).into_iter().for_each(|id| note(id, true, true));
        });
        for (id, (content, shape)) in all {
            self.forget(&PlaceRef::whole(id), content, shape);
        }
    }

    fn forget(&mut self, at: &PlaceRef, content: bool, shape: bool) {
        let memory = self.memory[at.root.0 as usize];
        let path = self.steps(at);
        if let Some(entries) = self.loads.entries.get_mut(&memory) {
            entries.retain(|entry| match entry.what {
                What::Length => !shape,
                What::Content => !content || (entry.root == at.root && apart(&entry.path, &path)),
            });
        }
    }

    fn steps(&self, at: &PlaceRef) -> Vec<Step> {
        let one = |proj: &Proj| match proj {
            Proj::Index(index) => {
                let (base, offset) = self.offset(*index);
                Step::Index(base, offset)
            }
            Proj::Range(start, end) => Step::Range(*start, *end),
            Proj::Field(k) => Step::Field(*k),
            Proj::Entry(row, column) => Step::Entry(*row, *column),
            Proj::Member(member) => Step::Member(member.clone()),
        };
        at.path.iter().map(one).collect()
    }

    /// `index` as another value and what was added to it.
    fn offset(&self, index: ValueId) -> (Option<ValueId>, i128) {
        if let Some(n) = self.int_of(index) {
            return (None, n);
        }
        match self.binary_of(index) {
            Some((BinaryOp::Add, base, by)) if self.int_of(by).is_some() => {
                (Some(base), self.int_of(by).unwrap_or(0))
            }
            Some((BinaryOp::Sub, base, by)) if self.int_of(by).is_some() => {
                (Some(base), -self.int_of(by).unwrap_or(0))
            }
            _ => (Some(index), 0),
        }
    }

    /// The length that a type gives.
    fn typed_length(&self, at: &PlaceRef) -> Option<usize> {
        let mut ty = &self.body.place(at.root).ty;
        for proj in &at.path {
            ty = match (proj, ty) {
                (Proj::Index(_) | Proj::Entry(..), ty) => ty.element()?,
                (Proj::Field(k), Type::Tuple(parts)) => parts.get(*k)?,
                (Proj::Member(member), ty) => ty.member(member)?,
                (Proj::Field(_) | Proj::Range(..), _) => return None,
            };
        }
        match ty {
            Type::Array(_, Len::Known(n)) => Some(*n),
            _ => None,
        }
    }
}

fn looks_at(instr: &Instr) -> Option<(&PlaceRef, What)> {
    match instr {
        Instr::Load(at) => Some((at, What::Content)),
        Instr::Len(at) => Some((at, What::Length)),
        _ => None,
    }
}

/// Whether an instruction that writes to a place of type `ty` changes contents, and whether it changes lengths.
fn changes(instr: &Instr, ty: &Type) -> (bool, bool) {
    match instr {
        Instr::Alloc {
            init: Init::View { .. },
            ..
        } => (false, false),
        instr => (true, crate::simplify::dead::changes_shape(instr, ty)),
    }
}

/// Whether two paths into one place surely lead to different memory.
fn apart(a: &[Step], b: &[Step]) -> bool {
    for (a, b) in a.iter().zip(b) {
        match (a, b) {
            (Step::Index(base, at), Step::Index(other, there)) if base == other => {
                if at != there {
                    return true;
                }
            }
            (Step::Field(a), Step::Field(b)) => {
                if a != b {
                    return true;
                }
            }
            (Step::Member(a), Step::Member(b)) => {
                if a != b {
                    return true;
                }
            }
            _ => return false,
        }
    }
    false
}
