//! A body in which the reverse sweep finds every buffer where it began.

use crate::analyse::Layout;
use crate::ir::visit::regions_mut;
use crate::ir::{Body, Init, Instr, Passing, Place, PlaceId, PlaceRef, Region, Stmt, Type};
use std::collections::BTreeSet;

/// Turns moves that the reverse sweep cannot mirror into copies: those out of a place that began in another region
/// (the move may not run, or run once for many beginnings), and those into a callee.
pub(super) fn moves(primal: &Body) -> Body {
    let layout = Layout::of(primal);
    let mut body = primal.clone();
    let mut places = std::mem::take(&mut body.places);
    let mut region = std::mem::take(&mut body.region);
    // Region numbers are those of `layout`, since the walk below goes the same way and adds no region.
    let mut walk = Walk {
        layout: &layout,
        places: &mut places,
        next: 0,
    };
    walk.region(&mut region);
    body.places = places;
    body.region = region;
    body
}

struct Walk<'a, 'b> {
    layout: &'a Layout<'b>,
    places: &'a mut Vec<Place>,
    next: usize,
}

impl Walk<'_, '_> {
    fn region(&mut self, region: &mut Region) {
        let here = crate::analyse::RegionId(self.next);
        self.next += 1;
        let mut stmts = Vec::with_capacity(region.stmts.len());
        for mut stmt in std::mem::take(&mut region.stmts) {
            let span = stmt.span;
            let foreign = |id: PlaceId| self.layout.place_home(id) != here || self.is_param(id);
            let mut copies = Vec::new();
            match &mut stmt.instr {
                Instr::Alloc {
                    init: Init::Copy { src, moved },
                    ..
                } => {
                    *moved &= src.path.is_empty() && !foreign(src.root);
                }
                Instr::PushRow { to: _, row } if foreign(*row) => copies.push((*row, row)),
                _ => (),
            }
            for (from, slot) in copies {
                let copy = Self::copy(self.places, from);
                *slot = copy;
                stmts.push(alloc_copy(copy, from, span));
            }
            if let Instr::Call(call) = &mut stmt.instr {
                for arg in call.args.iter_mut().filter(|arg| arg.passing == Passing::Value) {
                    let Some(at) = &mut arg.place else { continue };
                    if !matches!(self.places[at.root.0 as usize].ty, Type::Vec(_)) || !at.path.is_empty() {
                        continue;
                    }
                    let from = at.root;
                    let copy = Self::copy(self.places, from);
                    *at = PlaceRef::whole(copy);
                    arg.operand = crate::ir::Tree::Place(copy);
                    stmts.push(alloc_copy(copy, from, span));
                }
            }
            for inner in regions_mut(&mut stmt.instr) {
                self.region(inner);
            }
            stmts.push(stmt);
        }
        region.stmts = stmts;
    }

    fn is_param(&self, id: PlaceId) -> bool {
        let params: BTreeSet<_> = self
            .layout
            .body
            .params
            .iter()
            .flat_map(|param| param.tree.places())
            .collect();
        params.contains(&id)
    }

    fn copy(places: &mut Vec<Place>, of: PlaceId) -> PlaceId {
        let id = PlaceId(places.len() as u32);
        let place = Place {
            param: None,
            ..places[of.0 as usize].clone()
        };
        places.push(place);
        id
    }
}

fn alloc_copy(place: PlaceId, of: PlaceId, span: proc_macro2::Span) -> Stmt {
    let init = Init::Copy {
        src: PlaceRef::whole(of),
        moved: false,
    };
    Stmt {
        results: Vec::new(),
        instr: Instr::Alloc { place, init },
        span,
    }
}
