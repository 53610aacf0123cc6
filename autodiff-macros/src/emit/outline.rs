//! A body laid out as text: every statement and region numbered in the order in which it will be written.
//!
//! Positions grow from the first token to the last: a statement reads its operands at `start`, its regions follow, and its
//! results exist from `end` on. A region defines its parameters at its start and reads its yields at its end. The closure
//! of a pullback stands behind the function's result.

use crate::ir::visit::{is_pure, regions, uses};
use crate::ir::{Body, Instr, LoopKind, Region, Stmt, ValueId};

pub(super) type RegionNo = usize;
pub(super) type NodeNo = usize;

pub(super) struct Outline<'a> {
    pub(super) body: &'a Body,
    /// The function, then the others in their order; the closure of a pullback is the last child of the function.
    pub(super) regions: Vec<RegionNode<'a>>,
    pub(super) nodes: Vec<Node<'a>>,
    /// Where each value begins; `None` if nothing defines it.
    pub(super) defs: Vec<Option<Def>>,
    /// How often each value is named, dead statements included.
    pub(super) mentions: Vec<usize>,
    /// The region of the pullback's closure.
    pub(super) closure: Option<RegionNo>,
}

pub(super) struct RegionNode<'a> {
    pub(super) region: &'a Region,
    pub(super) kind: Kind,
    pub(super) parent: Option<RegionNo>,
    /// The statement that it belongs to.
    pub(super) owner: Option<NodeNo>,
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) nodes: Vec<NodeNo>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Function,
    Closure,
    Branch,
    /// The body of a loop, or its condition.
    Loop,
}

pub(super) struct Node<'a> {
    pub(super) stmt: &'a Stmt,
    pub(super) region: RegionNo,
    pub(super) start: u32,
    pub(super) end: u32,
    /// Its regions, as in [`regions`].
    pub(super) inner: Vec<RegionNo>,
}

/// A position, and the region that it lies in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Point {
    pub(super) pos: u32,
    pub(super) region: RegionNo,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Def {
    pub(super) at: Point,
    /// `None` for a parameter of a function or a region.
    pub(super) node: Option<NodeNo>,
}

impl<'a> Outline<'a> {
    pub(super) fn of(body: &'a Body) -> Self {
        let mut outline = Outline {
            body,
            regions: Vec::new(),
            nodes: Vec::new(),
            defs: vec![None; body.values.len()],
            mentions: vec![0; body.values.len()],
            closure: None,
        };
        let mut clock = 0;
        let function = outline.region(&body.region, Kind::Function, None, None, &mut clock);
        let start = Point {
            pos: 0,
            region: function,
        };
        for param in &body.params {
            outline.define(&param.tree.values(), start, None);
        }
        outline.mention(&body.result.values());
        if let Some(pullback) = &body.pullback {
            let closure = outline.region(&pullback.region, Kind::Closure, Some(function), None, &mut clock);
            let start = Point {
                pos: outline.regions[closure].start,
                region: closure,
            };
            for param in &pullback.params {
                outline.define(&param.tree.values(), start, None);
            }
            outline.mention(&pullback.result.values());
            outline.closure = Some(closure);
        }
        outline
    }

    fn region(
        &mut self,
        region: &'a Region,
        kind: Kind,
        parent: Option<RegionNo>,
        owner: Option<NodeNo>,
        clock: &mut u32,
    ) -> RegionNo {
        let id = self.regions.len();
        let start = tick(clock);
        self.regions.push(RegionNode {
            region,
            kind,
            parent,
            owner,
            start,
            end: start,
            nodes: Vec::with_capacity(region.stmts.len()),
        });
        let at = Point {
            pos: start,
            region: id,
        };
        self.define(&region.params, at, None);
        for stmt in &region.stmts {
            self.node(stmt, id, clock);
        }
        self.mention(&region.yields);
        self.regions[id].end = tick(clock);
        id
    }

    fn node(&mut self, stmt: &'a Stmt, region: RegionNo, clock: &mut u32) {
        let id = self.nodes.len();
        let start = tick(clock);
        self.nodes.push(Node {
            stmt,
            region,
            start,
            end: start,
            inner: Vec::new(),
        });
        self.regions[region].nodes.push(id);
        self.mention(&operands(stmt));
        let kind = match &stmt.instr {
            Instr::If { .. } => Kind::Branch,
            _ => Kind::Loop,
        };
        for inner in regions(&stmt.instr) {
            let inner = self.region(inner, kind, Some(region), Some(id), clock);
            self.nodes[id].inner.push(inner);
        }
        let end = if self.nodes[id].inner.is_empty() {
            start
        } else {
            tick(clock)
        };
        self.nodes[id].end = end;
        let at = Point { pos: end, region };
        self.define(&stmt.results, at, Some(id));
    }

    fn define(&mut self, ids: &[ValueId], at: Point, node: Option<NodeNo>) {
        for id in ids {
            self.defs[id.0 as usize] = Some(Def { at, node });
        }
    }

    fn mention(&mut self, ids: &[ValueId]) {
        for id in ids {
            self.mentions[id.0 as usize] += 1;
        }
    }

    /// The statement that defines `id`, unless it is a parameter.
    pub(super) fn stmt_of(&self, id: ValueId) -> Option<&'a Stmt> {
        let node = self.defs[id.0 as usize].as_ref()?.node?;
        Some(self.nodes[node].stmt)
    }

    /// `region` and those around it, the innermost first.
    pub(super) fn around(&self, region: RegionNo) -> impl Iterator<Item = RegionNo> {
        std::iter::successors(Some(region), |region| self.regions[*region].parent)
    }

    /// Whether `outer` is `inner` or around it.
    pub(super) fn encloses(&self, outer: RegionNo, inner: RegionNo) -> bool {
        self.around(inner).any(|region| region == outer)
    }

    /// The function or the closure that `region` belongs to.
    pub(super) fn frame(&self, region: RegionNo) -> RegionNo {
        let mut around = self.around(region);
        let frame =
            around.find(|region| matches!(self.regions[*region].kind, Kind::Function | Kind::Closure));
        frame.expect("every region lies in the function")
    }
}

fn tick(clock: &mut u32) -> u32 {
    *clock += 1;
    *clock
}

/// What the statement itself reads. The contributions that a pullback gives stand among its operands, and are results.
pub(super) fn operands(stmt: &Stmt) -> Vec<ValueId> {
    let mut all = uses(&stmt.instr);
    if matches!(stmt.instr, Instr::Call(_)) {
        all.retain(|id| !stmt.results.contains(id));
    }
    all
}

/// Whether the statement is an expression without effects.
pub(super) fn is_expression(stmt: &Stmt) -> bool {
    stmt.results.len() == 1 && is_pure(&stmt.instr)
}

/// The condition and the body of a loop among its regions.
pub(super) fn loop_regions(kind: &LoopKind, inner: &[RegionNo]) -> (Option<RegionNo>, RegionNo) {
    let body = *inner.last().expect("a loop has a body");
    let cond = match kind {
        LoopKind::While { cond: Some(_) } => inner.first().copied(),
        LoopKind::While { cond: None } | LoopKind::Range { .. } => None,
    };
    (cond, body)
}
