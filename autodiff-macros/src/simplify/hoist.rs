//! Moves out of loops what is the same in every iteration: values, and the memory of local vectors, so that a loop
//! allocates nothing per iteration.

mod places;
mod regroup;

use crate::ir::visit::{Access, begun, each, places as places_of, regions, uses};
use crate::ir::{Body, Instr, LoopKind, PlaceId, Region, Stmt, Type, ValueId};
use crate::pipeline::Switches;
use std::collections::{HashMap, HashSet};

/// Moves what can be moved; says whether anything was.
pub(super) fn hoist(body: &mut Body, switches: &Switches) -> bool {
    let mut region = std::mem::take(&mut body.region);
    let mut pullback = body.pullback.take();
    let mut tops = vec![&region];
    tops.extend(pullback.as_ref().map(|it| &it.region));
    let memory = super::dead::memory(&tops, body.places.len());
    let mut begins: HashMap<PlaceId, usize> = HashMap::new();
    for top in tops {
        each(top, &mut |stmt| {
            begun(&stmt.instr)
                .into_iter()
                .for_each(|id| *begins.entry(id).or_default() += 1);
        });
    }
    let mut hoist = Hoist {
        body,
        memory,
        begins,
        regroup: switches.on("algebra"),
        changed: false,
    };
    hoist.region(&mut region, false);
    if let Some(it) = &mut pullback {
        hoist.region(&mut it.region, false);
    }
    let changed = hoist.changed;
    body.region = region;
    body.pullback = pullback;
    changed
}

struct Hoist<'a> {
    body: &'a mut Body,
    /// The place whose memory each place is.
    memory: Vec<PlaceId>,
    /// How often each place is begun.
    begins: HashMap<PlaceId, usize>,
    /// Whether products may be regrouped.
    regroup: bool,
    changed: bool,
}

/// What an instruction with regions defines and does, all regions inside of it included.
#[derive(Default)]
struct Inside {
    values: HashSet<ValueId>,
    places: HashSet<PlaceId>,
    /// Memory that is written to.
    written: HashSet<PlaceId>,
    /// Memory whose shape may change.
    reshaped: HashSet<PlaceId>,
}

impl Hoist<'_> {
    /// From the inside out, so that what leaves one loop can leave the next.
    fn region(&mut self, region: &mut Region, in_loop: bool) {
        for mut stmt in std::mem::take(&mut region.stmts) {
            match &mut stmt.instr {
                Instr::Loop(it) => {
                    let mut cond = None;
                    if let LoopKind::While { cond: Some(test) } = &mut it.kind {
                        self.region(test, true);
                        cond = Some(&*test);
                    }
                    self.region(&mut it.body, true);
                    let tree = cond.into_iter().chain([&it.body]);
                    let mut inside = self.inside(tree);
                    if self.regroup {
                        self.regroup(&mut it.body, &mut inside);
                    }
                    self.values(&mut it.body, &mut inside, &mut region.stmts);
                    self.places(&mut it.body, &mut inside, &mut region.stmts);
                }
                Instr::If {
                    cond: _,
                    then,
                    otherwise,
                } => {
                    for side in [then, otherwise] {
                        self.region(side, in_loop);
                        if in_loop {
                            // On its way out of the loop around.
                            let mut inside = self.inside([&*side]);
                            constants(side, &mut inside, &mut region.stmts);
                            self.places(side, &mut inside, &mut region.stmts);
                        }
                    }
                }
                _ => (),
            }
            region.stmts.push(stmt);
        }
    }

    fn inside<'r>(&self, tree: impl IntoIterator<Item = &'r Region>) -> Inside {
        let mut res = Inside::default();
        for region in tree {
            self.look(region, &mut res);
        }
        res
    }

    fn look(&self, region: &Region, res: &mut Inside) {
        res.values.extend(&region.params);
        for stmt in &region.stmts {
            res.values.extend(&stmt.results);
            for (at, access) in places_of(&stmt.instr) {
                let memory = self.memory[at.root.0 as usize];
                if access.writes() && access != Access::Begin {
                    res.written.insert(memory);
                    let ty = &self.body.place(at.root).ty;
                    if super::dead::changes_shape(&stmt.instr, ty) && !is_view(&stmt.instr) {
                        res.reshaped.insert(memory);
                    }
                }
            }
            for id in begun(&stmt.instr) {
                res.places.insert(id);
                let memory = self.memory[id.0 as usize];
                res.written.insert(memory);
                if memory == id {
                    res.reshaped.insert(memory);
                }
            }
            regions(&stmt.instr)
                .into_iter()
                .for_each(|inner| self.look(inner, res));
        }
    }

    /// Moves scalars that depend on nothing inside. They cannot trap, so it does no harm if no iteration runs.
    fn values(&mut self, body: &mut Region, inside: &mut Inside, out: &mut Vec<Stmt>) {
        for stmt in std::mem::take(&mut body.stmts) {
            let free = |id: &ValueId| !inside.values.contains(id);
            let stays = match &stmt.instr {
                Instr::Len(at) => {
                    let memory = self.memory[at.root.0 as usize];
                    !at.path.is_empty()
                        || inside.places.contains(&at.root)
                        || inside.reshaped.contains(&memory)
                }
                instr => !is_total(self.body, instr),
            };
            if stays || !uses(&stmt.instr).iter().all(free) {
                body.stmts.push(stmt);
                continue;
            }
            self.changed |= !matches!(stmt.instr, Instr::Const(_));
            stmt.results.iter().for_each(|id| {
                inside.values.remove(id);
            });
            out.push(stmt);
        }
    }
}

/// Moves literals.
fn constants(from: &mut Region, inside: &mut Inside, out: &mut Vec<Stmt>) {
    for stmt in std::mem::take(&mut from.stmts) {
        if let Instr::Const(_) = &stmt.instr {
            stmt.results.iter().for_each(|id| {
                inside.values.remove(id);
            });
            out.push(stmt);
        } else {
            from.stmts.push(stmt);
        }
    }
}

/// Whether the instruction gives a scalar for all operands, without a panic: integers may overflow.
fn is_total(body: &Body, instr: &Instr) -> bool {
    match instr {
        Instr::Const(_) | Instr::Compare(..) | Instr::Select { .. } | Instr::Cast { .. } => true,
        Instr::Math { .. } => true,
        Instr::Unary(_, a) | Instr::Binary(_, a, _) => match body.ty(*a) {
            Type::Float(_) | Type::Bool => true,
            Type::Int(_)
            | Type::Host
            | Type::Pullback
            | Type::Array(..)
            | Type::Slice(_)
            | Type::Vec(_)
            | Type::Aggregate(_)
            | Type::Matrix(_)
            | Type::Tuple(_)
            | Type::Struct(_) => false,
        },
        _ => false,
    }
}

fn is_view(instr: &Instr) -> bool {
    matches!(
        instr,
        Instr::Alloc {
            init: crate::ir::Init::View { .. },
            ..
        }
    )
}
