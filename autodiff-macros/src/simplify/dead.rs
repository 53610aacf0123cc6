//! Drops what nobody wants: statements, results of branches, carried values, stores to places that are not read.
//!
//! Wanted is what the result, the caller's buffers and effects reach, going from uses to definitions. Values that a
//! loop carries only to compute themselves are reached by nobody, so they go together.

mod sweep;

use crate::ir::visit::{Access, begun, each, each_place, each_use, names_places, places, regions};
use crate::ir::{
    Body, HostArg, Init, Instr, Loop, LoopKind, Passing, PlaceId, Region, Stmt, Tree, Type, ValueId,
};

/// Drops what is not wanted; says whether anything was.
pub(super) fn drop_dead(body: &mut Body) -> bool {
    let wanted = wanted(body);
    sweep::sweep(body, &wanted)
}

/// For each value, whether somebody reads it in the end.
pub(super) fn wanted_values(body: &Body) -> Vec<bool> {
    wanted(body).values
}

/// What stays. Statements are numbered in program order, outer before inner.
#[derive(Debug)]
pub(super) struct Wanted {
    stmts: Vec<bool>,
    values: Vec<bool>,
    /// Of each loop, by its number: which carried values stay.
    carried: Vec<Vec<bool>>,
}

/// What a mark was put on, to be followed.
enum Mark {
    Value(ValueId),
    Stmt(usize),
    Carried(usize, usize),
    /// The content of a place, or of any place that shares its memory.
    Content(PlaceId),
    /// Its shape only.
    Shape(PlaceId),
}

/// Where a value comes from.
#[derive(Clone, Copy)]
enum Origin {
    /// A parameter of the function.
    Outside,
    Result(usize, usize),
    Carried(usize, usize),
    Induction(usize),
}

struct Marking<'a> {
    stmts: Vec<(&'a Stmt, Option<usize>)>,
    origins: Vec<Origin>,
    /// A name for the memory of each place: that of the place which a view looks into.
    memory: Vec<PlaceId>,
    /// Statements that change a memory, and whether they change its shape.
    writers: Vec<Vec<(usize, bool)>>,
    /// Statements that begin a place.
    begins: Vec<Vec<usize>>,
    wanted: Wanted,
    contents: Vec<bool>,
    shapes: Vec<bool>,
    open: Vec<Mark>,
}

fn wanted(body: &Body) -> Wanted {
    let mut marking = Marking {
        stmts: Vec::new(),
        origins: vec![Origin::Outside; body.values.len()],
        memory: memory(&tops(body), body.places.len()),
        writers: vec![Vec::new(); body.places.len()],
        begins: vec![Vec::new(); body.places.len()],
        wanted: Wanted {
            stmts: Vec::new(),
            values: vec![false; body.values.len()],
            carried: Vec::new(),
        },
        contents: vec![false; body.places.len()],
        shapes: vec![false; body.places.len()],
        open: Vec::new(),
    };
    marking.region(body, &body.region, None);
    marking.want_tree(&body.result);
    if let Some(pullback) = &body.pullback {
        marking.region(body, &pullback.region, None);
        marking.want_tree(&pullback.result);
    }
    for (k, place) in body.places.iter().enumerate() {
        if place.param == Some(Passing::RefMut) {
            marking.open.push(Mark::Content(PlaceId(k as u32)));
        }
    }
    while let Some(mark) = marking.open.pop() {
        marking.follow(mark);
    }
    marking.wanted
}

/// The function's region, and its pullback's.
fn tops(body: &Body) -> Vec<&Region> {
    let pullback = body.pullback.iter().map(|it| &it.region);
    [&body.region].into_iter().chain(pullback).collect()
}

/// The place whose memory each place is: itself, except for views.
pub(super) fn memory(regions: &[&Region], places: usize) -> Vec<PlaceId> {
    let mut res: Vec<_> = (0..places).map(|k| PlaceId(k as u32)).collect();
    if res.is_empty() {
        return res;
    }
    for region in regions {
        each(region, &mut |stmt| {
            if let Instr::Alloc {
                place,
                init: Init::View { of, .. },
            } = &stmt.instr
            {
                res[place.0 as usize] = res[of.root.0 as usize];
            }
        });
    }
    res
}

impl<'a> Marking<'a> {
    fn region(&mut self, body: &Body, region: &'a Region, parent: Option<usize>) {
        for stmt in &region.stmts {
            let number = self.stmts.len();
            self.stmts.push((stmt, parent));
            self.wanted.stmts.push(false);
            self.wanted.carried.push(Vec::new());
            for (k, result) in stmt.results.iter().enumerate() {
                self.origins[result.0 as usize] = Origin::Result(number, k);
            }
            if names_places(&stmt.instr) {
                for id in begun(&stmt.instr) {
                    self.begins[id.0 as usize].push(number);
                    self.writers[self.memory[id.0 as usize].0 as usize].push((number, true));
                }
                each_place(&stmt.instr, |at, access| {
                    if access.writes() && access != Access::Begin {
                        let shape = changes_shape(&stmt.instr, &body.place(at.root).ty);
                        self.writers[self.memory[at.root.0 as usize].0 as usize].push((number, shape));
                    }
                });
            }
            if let Instr::Loop(it) = &stmt.instr {
                self.params(it, number);
            }
            if stmt.instr.has_regions() {
                for inner in regions(&stmt.instr) {
                    self.region(body, inner, Some(number));
                }
            }
            if has_effect(&stmt.instr) {
                self.open.push(Mark::Stmt(number));
            }
        }
    }

    fn params(&mut self, it: &Loop, number: usize) {
        self.wanted.carried[number] = vec![false; it.init.len()];
        let mut carried = it.body.params.as_slice();
        let mut cond: &[ValueId] = &[];
        match &it.kind {
            LoopKind::Range { .. } => {
                self.origins[carried[0].0 as usize] = Origin::Induction(number);
                carried = &carried[1..];
            }
            LoopKind::While { cond: Some(region) } => cond = &region.params,
            LoopKind::While { cond: None } => (),
        }
        for list in [carried, cond] {
            for (k, param) in list.iter().enumerate() {
                self.origins[param.0 as usize] = Origin::Carried(number, k);
            }
        }
    }

    fn want_tree(&mut self, tree: &Tree) {
        self.open.extend(tree.values().into_iter().map(Mark::Value));
        self.open.extend(tree.places().into_iter().map(Mark::Content));
    }

    fn follow(&mut self, mark: Mark) {
        match mark {
            Mark::Value(id) => {
                if !std::mem::replace(&mut self.wanted.values[id.0 as usize], true) {
                    self.value(self.origins[id.0 as usize]);
                }
            }
            Mark::Stmt(number) => {
                if !std::mem::replace(&mut self.wanted.stmts[number], true) {
                    self.stmt(number);
                }
            }
            Mark::Carried(number, k) => {
                if !std::mem::replace(&mut self.wanted.carried[number][k], true) {
                    let Instr::Loop(it) = &self.stmts[number].0.instr else {
                        unreachable!("only loops carry values")
                    };
                    let next = it.body.yields[k + usize::from(it.breaks)];
                    self.open.extend([Mark::Value(it.init[k]), Mark::Value(next)]);
                    self.open.push(Mark::Stmt(number));
                }
            }
            Mark::Content(place) => {
                let memory = self.memory[place.0 as usize].0 as usize;
                if !std::mem::replace(&mut self.contents[memory], true) {
                    self.content(memory);
                }
                self.open.push(Mark::Shape(place));
            }
            Mark::Shape(place) => {
                let memory = self.memory[place.0 as usize];
                if !std::mem::replace(&mut self.shapes[memory.0 as usize], true) {
                    let writers = &self.writers[memory.0 as usize];
                    let marks = writers
                        .iter()
                        .filter(|(_, shape)| *shape)
                        .map(|(number, _)| *number);
                    // A view that nobody looks through is not wanted because its memory is.
                    let marks = marks.filter(|number| !is_view(&self.stmts[*number].0.instr));
                    self.open.extend(marks.map(Mark::Stmt));
                }
            }
        }
    }

    fn value(&mut self, origin: Origin) {
        match origin {
            Origin::Outside => (),
            Origin::Induction(number) => self.open.push(Mark::Stmt(number)),
            Origin::Carried(number, k) => self.open.push(Mark::Carried(number, k)),
            Origin::Result(number, k) => {
                self.open.push(Mark::Stmt(number));
                match &self.stmts[number].0.instr {
                    Instr::If {
                        cond: _,
                        then,
                        otherwise,
                    } => {
                        self.open
                            .extend([then, otherwise].map(|side| Mark::Value(side.yields[k])));
                    }
                    // The last result may be the count of iterations, which no iteration computes.
                    Instr::Loop(it) if k < it.init.len() => self.open.push(Mark::Carried(number, k)),
                    Instr::Pop { from } => self.open.push(Mark::Content(from.root)),
                    _ => (),
                }
            }
        }
    }

    /// A statement stays, and with it what it reads and what it stands in.
    fn stmt(&mut self, number: usize) {
        let (stmt, parent) = self.stmts[number];
        self.open.extend(parent.map(Mark::Stmt));
        match &stmt.instr {
            Instr::If { cond, .. } => self.open.push(Mark::Value(*cond)),
            Instr::Loop(it) => {
                match &it.kind {
                    LoopKind::Range { start, end, step, .. } => {
                        let bounds = [Some(*start), Some(*end), *step];
                        self.open.extend(bounds.into_iter().flatten().map(Mark::Value));
                    }
                    LoopKind::While { cond: Some(cond) } => {
                        self.open.extend(cond.yields.iter().copied().map(Mark::Value));
                    }
                    LoopKind::While { cond: None } => (),
                }
                if it.breaks {
                    self.open.push(Mark::Value(it.body.yields[0]));
                }
            }
            instr => {
                each_use(instr, |id| self.open.push(Mark::Value(id)));
                each_place(instr, |at, access| self.place(instr, at.root, access));
            }
        }
    }

    fn place(&mut self, instr: &Instr, place: PlaceId, access: Access) {
        let begins = self.begins[place.0 as usize].iter();
        self.open.extend(begins.map(|number| Mark::Stmt(*number)));
        let mark = match access {
            Access::Begin | Access::Write => return,
            Access::Read => Mark::Content(place),
            // It reads the old content only to write the new one.
            Access::Update if updates_itself(instr) => Mark::Shape(place),
            Access::Update => Mark::Content(place),
            Access::Shape => Mark::Shape(place),
        };
        self.open.push(mark);
    }

    /// All writers of a memory whose content is wanted stay; those that exchange content want that of the other.
    fn content(&mut self, memory: usize) {
        for (number, _) in self.writers[memory].clone() {
            let instr = &self.stmts[number].0.instr;
            if is_view(instr) {
                continue;
            }
            self.open.push(Mark::Stmt(number));
            if let Instr::Swap(..) | Instr::PushRow { .. } | Instr::PopRow { .. } = instr {
                let all = places(instr).into_iter();
                self.open.extend(all.map(|(at, _)| Mark::Content(at.root)));
            }
        }
    }
}

/// Code that runs for what it does to the world.
///
/// Calls of annotated functions are not: they compute.
fn has_effect(instr: &Instr) -> bool {
    match instr {
        Instr::Host { pure, .. } => !pure,
        // A template that is given mutable state changes it, also where it is the beginning of a place.
        Instr::Alloc {
            init: Init::Host { args, .. },
            ..
        } => args.iter().any(|arg| matches!(arg, HostArg::PlaceMut(_))),
        _ => false,
    }
}

fn is_view(instr: &Instr) -> bool {
    matches!(
        instr,
        Instr::Alloc {
            init: Init::View { .. },
            ..
        }
    )
}

fn updates_itself(instr: &Instr) -> bool {
    matches!(
        instr,
        Instr::AddTo { .. }
            | Instr::Accumulate { .. }
            | Instr::AddMatrix { .. }
            | Instr::Swap(..)
            | Instr::Push { .. }
            | Instr::Pop { .. }
            | Instr::PushRow { .. }
            | Instr::PopRow { .. }
            | Instr::Resize { .. }
    )
}

/// Whether the instruction may change a length inside of a place of type `ty` that it writes to.
pub(super) fn changes_shape(instr: &Instr, ty: &Type) -> bool {
    match instr {
        Instr::Store { .. }
        | Instr::AddTo { .. }
        | Instr::Fill { .. }
        | Instr::Accumulate { .. }
        | Instr::AddMatrix { .. } => false,
        Instr::CopyTo { .. } => ty.element().is_none_or(|element| element.element().is_some()),
        _ => true,
    }
}
