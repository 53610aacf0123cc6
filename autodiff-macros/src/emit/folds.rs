//! Which values are written where they are used, instead of in a `let` of their own.
//!
//! One walk from the last statement to the first: when it meets a value, it knows all of its uses. A value that is used
//! once and has no effects moves to its use, unless something on the way changes what it reads, or the expression there
//! would grow beyond what a person likes to read. Nothing is ever computed twice.

use super::effects::{declarations, groups, own_weight, reads, takes_operand, weights};
use super::outline::{Def, Kind, NodeNo, Outline, Point, RegionNo, is_expression, loop_regions, operands};
use crate::ir::visit::{Access, places};
use crate::ir::{
    Arg, BinaryOp, CallMode, Init, Instr, Origin, Passing, PlaceId, Stmt, Tree, UnaryOp, ValueId,
};
use std::collections::{BTreeMap, BTreeSet};

pub(super) struct Folds {
    /// Values that are written at their uses: by [`ValueId`].
    pub(super) inline: Vec<bool>,
    /// Where each value is read in the text, expressions that it moved into considered. Empty: dead.
    pub(super) uses: Vec<Vec<Point>>,
    /// Statements that are not written, by [`NodeNo`].
    pub(super) dead: Vec<bool>,
    /// Places whose beginning is written where they are used.
    pub(super) inline_places: BTreeSet<PlaceId>,
    /// Where each place is named, its beginnings not counted.
    pub(super) mentions: BTreeMap<PlaceId, Vec<Mention>>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Mention {
    pub(super) at: Point,
    /// The place itself as an operand that may be an expression: a row, the source of a copy, a part of the result.
    operand: bool,
}

/// One reading of a value.
#[derive(Clone, Copy)]
pub(super) struct Use {
    pub(super) at: Point,
    /// The expression that it is a part of.
    pub(super) root: usize,
    /// An `if` may stand here without parentheses.
    pub(super) top: bool,
    /// The statement changes memory before it reads this.
    pub(super) late: bool,
    /// In the user's own tokens.
    pub(super) hole: bool,
}

#[derive(Clone, Copy)]
struct Write {
    pos: u32,
    /// Lengths may change, or the place is gone.
    shape: bool,
}

/// Operators and calls in one expression.
const LONGEST: usize = 10;
/// In one of several results.
const LONGEST_PART: usize = 7;
/// What the user gave a name keeps it from this size on.
const WORTH_A_NAME: usize = 3;
/// The same for names like `x_bar`.
const WORTH_OUR_NAME: usize = 7;
/// Elements of a list that is written where it is used.
const SHORT_LIST: usize = 6;

impl Folds {
    pub(super) fn of(outline: &Outline<'_>, result: &Tree, cotangents: Option<&Tree>) -> Self {
        let body = outline.body;
        let mut walk = Walk {
            outline,
            folds: Folds {
                inline: vec![false; body.values.len()],
                uses: vec![Vec::new(); body.values.len()],
                dead: vec![false; outline.nodes.len()],
                inline_places: BTreeSet::new(),
                mentions: BTreeMap::new(),
            },
            uses: vec![Vec::new(); body.values.len()],
            writes: BTreeMap::new(),
            barriers: Vec::new(),
            weights: weights(outline),
            roots: Vec::new(),
            groups: groups(outline),
            declarations: declarations(outline),
        };
        if let (Some(closure), Some(cotangents)) = (outline.closure, cotangents) {
            walk.result(closure, cotangents);
            walk.region(closure);
        }
        walk.result(0, result);
        walk.region(0);
        let mut folds = walk.folds;
        for (id, uses) in walk.uses.into_iter().enumerate() {
            folds.uses[id] = uses.into_iter().map(|it| it.at).collect();
        }
        folds
    }

    pub(super) fn is_inline(&self, id: ValueId) -> bool {
        self.inline[id.0 as usize]
    }

    pub(super) fn is_used(&self, id: ValueId) -> bool {
        !self.uses[id.0 as usize].is_empty()
    }

    /// Whether `place` is named behind `pos`.
    pub(super) fn is_named_after(&self, place: PlaceId, pos: u32) -> bool {
        let mentions = self.mentions.get(&place);
        mentions.is_some_and(|all| all.iter().any(|mention| mention.at.pos > pos))
    }
}

pub(super) struct Walk<'o, 'a> {
    pub(super) outline: &'o Outline<'a>,
    folds: Folds,
    pub(super) uses: Vec<Vec<Use>>,
    /// By the place that a view looks into in the end.
    writes: BTreeMap<PlaceId, Vec<Write>>,
    /// Where statements that nothing moves across begin, and where they end: loops and branches.
    barriers: Vec<(Point, u32)>,
    weights: Vec<usize>,
    /// The weight of each expression so far.
    roots: Vec<usize>,
    pub(super) groups: BTreeMap<PlaceId, PlaceId>,
    /// The statement that begins a local place first.
    declarations: BTreeMap<PlaceId, NodeNo>,
}

impl<'a> Walk<'_, 'a> {
    fn result(&mut self, region: RegionNo, tree: &Tree) {
        let at = self.end(region);
        let several = tree.values().len() > 1;
        for id in tree.values() {
            let used = self.site(at, true, true);
            self.roots[used.root] = if several { LONGEST - LONGEST_PART } else { 0 };
            self.read(id, used);
        }
        for id in tree.places() {
            self.write(id, at.pos, true);
            self.mention(id, at, true);
        }
    }

    fn end(&self, region: RegionNo) -> Point {
        Point {
            pos: self.outline.regions[region].end,
            region,
        }
    }

    /// A new expression at `at`.
    pub(super) fn site(&mut self, at: Point, top: bool, late: bool) -> Use {
        let root = self.roots.len();
        self.roots.push(0);
        Use {
            at,
            root,
            top,
            late,
            hole: false,
        }
    }

    pub(super) fn read(&mut self, id: ValueId, used: Use) {
        self.uses[id.0 as usize].push(used);
    }

    pub(super) fn mention(&mut self, place: PlaceId, at: Point, operand: bool) {
        let all = self.folds.mentions.entry(place).or_default();
        all.push(Mention { at, operand });
    }

    fn group(&self, place: PlaceId) -> PlaceId {
        self.groups.get(&place).copied().unwrap_or(place)
    }

    pub(super) fn write(&mut self, place: PlaceId, pos: u32, shape: bool) {
        let group = self.group(place);
        self.writes.entry(group).or_default().push(Write { pos, shape });
    }

    fn region(&mut self, region: RegionNo) {
        let nodes = &self.outline.regions[region].nodes;
        for node in nodes.iter().rev() {
            self.node(*node);
        }
    }

    fn yields(&mut self, region: RegionNo, ids: &[ValueId], top: bool) {
        let at = self.end(region);
        for id in ids {
            let used = self.site(at, top, false);
            self.read(*id, used);
        }
    }

    fn node(&mut self, node: NodeNo) {
        let stmt = self.outline.nodes[node].stmt;
        let own = Point {
            pos: self.outline.nodes[node].start,
            region: self.outline.nodes[node].region,
        };
        match &stmt.instr {
            Instr::If { cond, .. } => self.branch(node, stmt, own, *cond),
            Instr::Loop(_) => self.repeat(node, stmt, own),
            Instr::Alloc { place, init } => self.alloc(node, stmt, own, *place, init),
            _ if is_expression(stmt) => self.expression(node, stmt),
            _ => self.effect(stmt, own),
        }
    }

    fn branch(&mut self, node: NodeNo, stmt: &Stmt, own: Point, cond: ValueId) {
        let inner = self.outline.nodes[node].inner.clone();
        let wanted: Vec<bool> = stmt.results.iter().map(|id| self.used(*id)).collect();
        for region in inner.iter().rev() {
            let yields = &self.outline.regions[*region].region.yields;
            let kept: Vec<_> = yields
                .iter()
                .zip(&wanted)
                .filter(|(_, wanted)| **wanted)
                .collect();
            let kept: Vec<_> = kept.into_iter().map(|(id, _)| *id).collect();
            self.yields(*region, &kept, true);
            self.region(*region);
        }
        let outline = self.outline;
        let mut nodes = inner.iter().flat_map(|region| &outline.regions[*region].nodes);
        if nodes.clone().all(|node| self.folds.dead[*node]) && !wanted.contains(&true) {
            self.folds.dead[node] = true;
            return;
        }
        let folded = |node: &NodeNo| {
            let results = &outline.nodes[*node].stmt.results;
            self.folds.dead[*node] || results.first().is_some_and(|id| self.folds.is_inline(*id))
        };
        if stmt.results.len() == 1 && wanted == [true] && nodes.all(folded) && !self.changes_variable(node) {
            let reads = inner.iter().flat_map(|region| self.reads_in(*region)).collect();
            if let Some(used) = self.moves(node, stmt, reads, 2) {
                self.folds.inline[stmt.results[0].0 as usize] = true;
                self.read(cond, Use { top: false, ..used });
                return;
            }
        }
        self.barriers.push((own, self.outline.nodes[node].end));
        let used = self.site(own, false, false);
        self.read(cond, used);
    }

    /// Whether the branch hands on what a loop carries, or something else: `if far { sum += x; }`.
    fn changes_variable(&self, node: NodeNo) -> bool {
        let it = &self.outline.nodes[node];
        let carried = |id: ValueId| {
            let def = self.outline.defs[id.0 as usize];
            def.is_some_and(|def| {
                def.node.is_none() && self.outline.regions[def.at.region].kind == Kind::Loop
            })
        };
        let mut yields = it
            .inner
            .iter()
            .map(|region| self.outline.regions[*region].region.yields[0]);
        let handed_on = |used: &Use| {
            let region = &self.outline.regions[used.at.region];
            used.at.pos == region.end && matches!(region.kind, Kind::Loop | Kind::Branch)
        };
        yields.any(carried) && self.uses[it.stmt.results[0].0 as usize].iter().all(handed_on)
    }

    /// What the expressions of a region without effects read from memory.
    fn reads_in(&self, region: RegionNo) -> Vec<(PlaceId, bool)> {
        let nodes = &self.outline.regions[region].nodes;
        let node = |node: &NodeNo| {
            let mut all = reads(self.outline.nodes[*node].stmt);
            for inner in &self.outline.nodes[*node].inner {
                all.extend(self.reads_in(*inner));
            }
            all
        };
        nodes.iter().flat_map(node).collect()
    }

    fn repeat(&mut self, node: NodeNo, stmt: &Stmt, own: Point) {
        let Instr::Loop(it) = &stmt.instr else {
            unreachable!("only loops are given")
        };
        let inner = &self.outline.nodes[node].inner;
        let (cond, body) = loop_regions(&it.kind, inner);
        let (again, next) = it.body.yields.split_at(usize::from(it.breaks));
        self.yields(body, next, true);
        self.yields(body, again, false);
        self.region(body);
        if let Some(cond) = cond {
            self.yields(cond, &self.outline.regions[cond].region.yields, false);
            self.region(cond);
        }
        self.barriers.push((own, self.outline.nodes[node].end));
        for id in operands(stmt) {
            let used = self.site(own, it.init.contains(&id), false);
            self.read(id, used);
        }
    }

    fn alloc(&mut self, node: NodeNo, stmt: &Stmt, own: Point, place: PlaceId, init: &Init) {
        let named = self.folds.mentions.get(&place).map_or(&[][..], Vec::as_slice);
        // A place that begins anew may be read at the top of the loop around it.
        let declares = self.declarations.get(&place) == Some(&node);
        let pure = !matches!(init, Init::Host { .. });
        if declares && named.is_empty() && pure {
            self.folds.dead[node] = true;
            return;
        }
        let mut at = own;
        if let (
            true,
            [
                Mention {
                    at: there,
                    operand: true,
                },
            ],
        ) = (declares, named)
        {
            let there = *there;
            if self.alloc_moves(node, init, there) {
                self.folds.inline_places.insert(place);
                at = there;
            }
        }
        if at == own {
            self.mention(place, own, false);
            self.write(place, own.pos, true);
        }
        let view = matches!(init, Init::View { .. });
        for id in operands(stmt) {
            let used = self.site(at, false, view || at != own);
            self.read(id, used);
        }
        self.memory(stmt, at);
    }

    fn alloc_moves(&self, node: NodeNo, init: &Init, there: Point) -> bool {
        let short = match init {
            Init::List(values) => values.len() <= SHORT_LIST,
            Init::Rows(rows) => rows.len() <= SHORT_LIST,
            Init::Repeat { .. } | Init::Empty { .. } | Init::RepeatPlace { .. } | Init::ZerosLike(_) => true,
            Init::Struct { .. }
            | Init::Copy { .. }
            | Init::Scratch { .. }
            | Init::Matrix(_)
            | Init::View { .. }
            | Init::Host { .. } => false,
        };
        let it = &self.outline.nodes[node];
        let stays = reads(it.stmt)
            .into_iter()
            .all(|read| !self.changes(read, it.end, there.pos, true));
        short && there.region == it.region && stays && !self.blocked(node, there)
    }

    fn expression(&mut self, node: NodeNo, stmt: &Stmt) {
        let id = stmt.results[0];
        let uses = &self.uses[id.0 as usize];
        if uses.is_empty() {
            self.folds.dead[node] = true;
            return;
        }
        if matches!(stmt.instr, Instr::Const(_)) {
            self.folds.inline[id.0 as usize] = true;
            return;
        }
        if self.is_free(node, stmt) {
            let Instr::Len(at) = &stmt.instr else { return };
            self.folds.inline[id.0 as usize] = true;
            let points: Vec<_> = uses.iter().map(|used| used.at).collect();
            points
                .into_iter()
                .for_each(|point| self.mention(at.root, point, false));
            return;
        }
        if self.is_trivial(node, stmt) {
            self.folds.inline[id.0 as usize] = true;
            let sites: Vec<_> = uses.clone();
            for operand in operands(stmt) {
                for used in &sites {
                    self.read(operand, Use { top: false, ..*used });
                }
            }
            return;
        }
        let own = Point {
            pos: self.outline.nodes[node].start,
            region: self.outline.nodes[node].region,
        };
        let used = match self.moves(node, stmt, reads(stmt), own_weight(stmt)) {
            Some(used) => {
                self.folds.inline[id.0 as usize] = true;
                used
            }
            None => self.site(own, true, false),
        };
        let arms = matches!(stmt.instr, Instr::Select { .. });
        for (k, operand) in operands(stmt).into_iter().enumerate() {
            let top = arms && k > 0 && used.top;
            let used = Use {
                top,
                hole: matches!(stmt.instr, Instr::Host { .. }),
                ..used
            };
            self.read(operand, used);
        }
        self.memory(stmt, used.at);
    }

    /// The use that the result of `stmt` moves to.
    fn moves(
        &mut self,
        node: NodeNo,
        stmt: &Stmt,
        reads: Vec<(PlaceId, bool)>,
        weight: usize,
    ) -> Option<Use> {
        let id = stmt.results[0];
        let [used] = self.uses[id.0 as usize][..] else {
            return None;
        };
        let it = &self.outline.nodes[node];
        // What only one branch wants is computed there, unless it is read from memory.
        let here = used.at.region == it.region;
        let there = reads.is_empty() && self.only_branches(it.region, used.at.region);
        if !(here || there) || self.blocked(node, used.at) {
            return None;
        }
        let changed = |read| self.changes(read, it.end, used.at.pos, used.late);
        if reads.into_iter().any(changed) {
            return None;
        }
        let value = self.outline.body.value(id);
        let whole = self.weights[id.0 as usize];
        let fits = match &stmt.instr {
            Instr::If { .. } | Instr::Select { .. } => used.top,
            Instr::Load(_) | Instr::Len(_) => true,
            _ => !used.hole,
        };
        let named = value.name.is_some()
            && whole
                >= match value.origin {
                    Origin::Primal => WORTH_A_NAME,
                    Origin::Derivative => WORTH_OUR_NAME,
                };
        let root = &mut self.roots[used.root];
        if !fits || named || *root + weight > LONGEST {
            return None;
        }
        *root += weight;
        Some(used)
    }

    /// Whether a loop or a branch stands between the node and `there`.
    fn blocked(&self, node: NodeNo, there: Point) -> bool {
        let it = &self.outline.nodes[node];
        self.barriers
            .iter()
            .any(|(at, end)| at.region == it.region && it.end < at.pos && *end < there.pos)
    }

    /// Whether nothing but branches stands around `inner` inside of `outer`.
    fn only_branches(&self, outer: RegionNo, inner: RegionNo) -> bool {
        let between = self.outline.around(inner).take_while(|region| *region != outer);
        let mut between = between.map(|region| self.outline.regions[region].kind);
        self.outline.encloses(outer, inner) && between.all(|kind| kind == Kind::Branch)
    }

    /// Whether `place` (or only its `shape`) may be written to between the two positions.
    pub(super) fn changes(&self, (place, shape): (PlaceId, bool), from: u32, to: u32, late: bool) -> bool {
        let Some(writes) = self.writes.get(&self.group(place)) else {
            return false;
        };
        // What writes while it still has operands to read has borrowed the whole of the memory.
        let meets = |write: &Write| write.pos < to && (write.shape || !shape) || late && write.pos == to;
        writes.iter().any(|write| write.pos > from && meets(write))
    }

    fn used(&self, id: ValueId) -> bool {
        !self.uses[id.0 as usize].is_empty()
    }
}
