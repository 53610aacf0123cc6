//! What statements read and change, and how large expressions are: asked by the walk that moves values to their uses.

use super::folds::{Use, Walk};
use super::outline::{NodeNo, Outline, Point, is_expression, operands};
use crate::ir::visit::{Access, places};
use crate::ir::{Arg, CallMode, Init, Instr, Passing, PlaceId, Stmt, ValueId};
use std::collections::{BTreeMap, BTreeSet};

impl Walk<'_, '_> {
    /// A statement that is written where it stands.
    pub(super) fn effect(&mut self, stmt: &Stmt, own: Point) {
        self.memory(stmt, own);
        let (top, late) = match &stmt.instr {
            Instr::Store { .. } | Instr::AddTo { .. } => (true, false),
            Instr::Call(_)
            | Instr::Host { .. }
            | Instr::Opaque(_)
            | Instr::Fill { .. }
            | Instr::CopyTo { .. }
            | Instr::Accumulate { .. }
            | Instr::AddMatrix { .. }
            | Instr::Swap(..) => (false, true),
            // A list inside of another is borrowed before the argument is read.
            Instr::Push { to, .. } | Instr::Resize { to, .. } => (false, !to.path.is_empty()),
            _ => (false, false),
        };
        let hole = matches!(stmt.instr, Instr::Host { .. } | Instr::Opaque(_));
        let indices: BTreeSet<ValueId> = match &stmt.instr {
            Instr::Store { to, .. } | Instr::AddTo { to, .. } => to.indices().into_iter().collect(),
            _ => BTreeSet::new(),
        };
        for id in operands(stmt) {
            // An index is read while the list is borrowed already: it may not ask for its length.
            let index = indices.contains(&id);
            let used = self.site(own, top && !index, late || index);
            self.read(id, Use { hole, ..used });
        }
    }

    /// Notes what `stmt`, written at `at`, does with memory.
    pub(super) fn memory(&mut self, stmt: &Stmt, at: Point) {
        let content = matches!(
            stmt.instr,
            Instr::Store { .. }
                | Instr::AddTo { .. }
                | Instr::Fill { .. }
                | Instr::Accumulate { .. }
                | Instr::AddMatrix { .. }
        );
        for (place, access) in places(&stmt.instr) {
            if access == Access::Begin {
                continue;
            }
            if access.writes() {
                self.write(place.root, at.pos, !content);
            }
            let operand = place.path.is_empty() && takes_operand(&stmt.instr, place.root);
            self.mention(place.root, at, operand);
        }
        if let Instr::Call(call) = &stmt.instr {
            let owned = |arg: &&Arg| arg.passing == Passing::Value;
            for id in call
                .args
                .iter()
                .filter(owned)
                .flat_map(|arg| arg.operand.places())
            {
                self.write(id, at.pos, true);
            }
            if let CallMode::Pushforward { tangents, .. } | CallMode::ForwardTangent { tangents, .. } =
                &call.mode
            {
                let tangents = tangents.iter().flatten().filter(owned);
                for id in tangents.flat_map(|arg| arg.operand.places()) {
                    self.write(id, at.pos, true);
                }
            }
        }
    }
}

/// Whether `instr` names `place` where an expression for it could stand.
pub(super) fn takes_operand(instr: &Instr, place: PlaceId) -> bool {
    match instr {
        Instr::Alloc { init, .. } => match init {
            Init::Rows(_) => true,
            Init::RepeatPlace { row, .. } => row.root == place,
            _ => false,
        },
        Instr::PushRow { row, .. } => *row == place,
        _ => false,
    }
}

/// What an expression reads from memory, and whether only its shape.
pub(super) fn reads(stmt: &Stmt) -> Vec<(PlaceId, bool)> {
    let all = places(&stmt.instr).into_iter();
    let all = all.filter(|(_, access)| *access != Access::Begin);
    all.map(|(at, access)| (at.root, access == Access::Shape))
        .collect()
}

/// For each view and what it looks into, one place that stands for all of their memory.
pub(super) fn groups(outline: &Outline<'_>) -> BTreeMap<PlaceId, PlaceId> {
    let mut res: BTreeMap<PlaceId, PlaceId> = BTreeMap::new();
    for node in &outline.nodes {
        if let Instr::Alloc {
            place,
            init: Init::View { of, .. },
        } = &node.stmt.instr
        {
            let root = res.get(&of.root).copied().unwrap_or(of.root);
            let old = res.insert(*place, root);
            res.entry(of.root).or_insert(root);
            // The same view into two buffers: they are one from now on.
            if let Some(old) = old.filter(|old| *old != root) {
                res.values_mut()
                    .filter(|group| **group == old)
                    .for_each(|group| *group = root);
            }
        }
    }
    res
}

pub(super) fn declarations(outline: &Outline<'_>) -> BTreeMap<PlaceId, NodeNo> {
    let mut res = BTreeMap::new();
    let params = outline
        .body
        .params
        .iter()
        .chain(outline.body.pullback.iter().flat_map(|it| &it.params));
    let params: BTreeSet<PlaceId> = params.flat_map(|param| param.tree.places()).collect();
    for (k, node) in outline.nodes.iter().enumerate() {
        if let Instr::Alloc { place, .. } = &node.stmt.instr
            && !params.contains(place)
        {
            res.entry(*place).or_insert(k);
        }
    }
    res
}

pub(super) fn own_weight(stmt: &Stmt) -> usize {
    match &stmt.instr {
        Instr::Const(_) | Instr::Load(_) | Instr::Len(_) | Instr::SomePullback(_) | Instr::NoPullback => 0,
        Instr::Select { .. } | Instr::Host { .. } => 2,
        _ => 1,
    }
}

/// The size of each value's expression if everything in it that is used once moved into it.
pub(super) fn weights(outline: &Outline<'_>) -> Vec<usize> {
    let mut res = vec![0; outline.body.values.len()];
    for node in &outline.nodes {
        if !is_expression(node.stmt) {
            continue;
        }
        let once = |id: &ValueId| outline.mentions[id.0 as usize] == 1;
        let inside: usize = operands(node.stmt)
            .iter()
            .filter(|id| once(id))
            .map(|id| res[id.0 as usize])
            .sum();
        res[node.stmt.results[0].0 as usize] = own_weight(node.stmt) + inside;
    }
    res
}
