//! Which arrays can become scalars.

use crate::ir::visit::{begun, each, places};
use crate::ir::{Body, Const, Init, Instr, Len, PlaceId, PlaceRef, Proj, Region, Stmt, Type};
use std::collections::BTreeMap;

/// More scalars than this are memory.
const SMALL: usize = 16;

/// The lengths of an array from the outermost to the innermost.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Shape {
    pub(super) lengths: Vec<usize>,
}

impl Shape {
    pub(super) fn size(&self) -> usize {
        self.lengths.iter().product()
    }

    /// The numbers of the scalars under a path of constant indices.
    pub(super) fn leaves(&self, body: &Body, at: &PlaceRef) -> Option<std::ops::Range<usize>> {
        let (mut first, mut size) = (0, self.size());
        for (proj, len) in at.path.iter().zip(&self.lengths) {
            let Proj::Index(index) = proj else { return None };
            let Some(Const::Int(k)) = body.value(*index).constant else {
                return None;
            };
            let k = usize::try_from(k).ok().filter(|k| k < len)?;
            size /= len;
            first += k * size;
        }
        (at.path.len() <= self.lengths.len()).then_some(first..first + size)
    }
}

/// The shapes of the places that become scalars.
pub(super) fn shapes(body: &Body) -> BTreeMap<PlaceId, Shape> {
    let mut res = BTreeMap::new();
    let regions = [Some(&body.region), body.pullback.as_ref().map(|it| &it.region)];
    let regions: Vec<&Region> = regions.into_iter().flatten().collect();
    for region in &regions {
        each(region, &mut |stmt| {
            if let Instr::Alloc { place, init } = &stmt.instr
                && let Some(shape) = shape(body, *place, init)
            {
                res.insert(*place, shape);
            }
        });
    }
    let results = [Some(&body.result), body.pullback.as_ref().map(|it| &it.result)];
    for id in results.into_iter().flatten().flat_map(|tree| tree.places()) {
        res.remove(&id);
    }
    // One refusal may make another necessary.
    loop {
        let before = res.len();
        for region in &regions {
            each(region, &mut |stmt| refuse(body, stmt, &mut res));
        }
        if res.len() == before {
            return res;
        }
    }
}

/// The shape of a local that `init` begins, if it is small and known.
fn shape(body: &Body, place: PlaceId, init: &Init) -> Option<Shape> {
    if body.place(place).param.is_some() {
        return None;
    }
    let mut lengths = Vec::new();
    let mut ty = &body.place(place).ty;
    if let Type::Vec(element) = ty {
        let len = match init {
            Init::List(values) => values.len(),
            Init::Repeat { len: Some(len), .. } => match body.value(*len).constant {
                Some(Const::Int(n)) => usize::try_from(n).ok()?,
                _ => return None,
            },
            _ => return None,
        };
        lengths.push(len);
        ty = element;
    }
    while let Type::Array(element, Len::Known(len)) = ty {
        lengths.push(*len);
        ty = element;
    }
    let scalar = matches!(ty, Type::Float(_) | Type::Int(_) | Type::Bool);
    let size = lengths
        .iter()
        .try_fold(1_usize, |size, len| size.checked_mul(*len))?;
    (scalar && !lengths.is_empty() && (1..=SMALL).contains(&size)).then_some(Shape { lengths })
}

/// Takes out what `stmt` does not allow to be replaced.
fn refuse(body: &Body, stmt: &Stmt, shapes: &mut BTreeMap<PlaceId, Shape>) {
    let good = |at: &PlaceRef, shapes: &BTreeMap<PlaceId, Shape>, whole: bool| {
        shapes.get(&at.root).is_none_or(|shape| {
            let leaves = shape.leaves(body, at);
            leaves.is_some() && (!whole || at.path.len() == shape.lengths.len())
        })
    };
    let allowed = match &stmt.instr {
        Instr::Load(at) | Instr::Store { to: at, .. } | Instr::AddTo { to: at, .. } => good(at, shapes, true),
        Instr::Len(at) => good(at, shapes, false) && at.path.len() < shape_depth(shapes, at),
        Instr::Fill { to, .. } => good(to, shapes, false),
        Instr::CopyTo { to, from } | Instr::Accumulate { to, from } => {
            let whole = [to, from].iter().all(|at| good(at, shapes, false));
            whole && compatible(body, to, from, shapes)
        }
        Instr::Swap(a, b) => {
            let both = shapes.contains_key(&a.root) == shapes.contains_key(&b.root);
            both && [a, b].iter().all(|at| good(at, shapes, false))
        }
        Instr::Alloc { place, init } => match init {
            Init::Repeat { .. } | Init::List(_) => {
                let known = shape(body, *place, init);
                known.is_none()
                    || shapes
                        .get(place)
                        .is_none_or(|shape| known.as_ref() == Some(shape))
            }
            Init::ZerosLike(of) => {
                of.path.is_empty() || !shapes.contains_key(&of.root) || good(of, shapes, false)
            }
            Init::Copy { src, .. } => {
                good(src, shapes, false) && compatible(body, &PlaceRef::whole(*place), src, shapes)
            }
            Init::RepeatPlace { row, .. } => fits_row(body, *place, row, shapes) && good(row, shapes, false),
            Init::Rows(rows) => rows
                .iter()
                .all(|row| fits_row(body, *place, row, shapes) && good(row, shapes, false)),
            Init::Struct { .. }
            | Init::Empty { .. }
            | Init::Scratch { .. }
            | Init::Matrix(_)
            | Init::View { .. }
            | Init::Host { .. } => false,
        },
        _ => false,
    };
    if !allowed {
        let named = places(&stmt.instr).into_iter().map(|(at, _)| at.root);
        named.chain(begun(&stmt.instr)).for_each(|id| {
            shapes.remove(&id);
        });
    }
}

/// Whether `place`, if it stays memory, can begin as a list of scalars that stand under `of`.
fn is_list(place: PlaceId, of: &PlaceRef, shapes: &BTreeMap<PlaceId, Shape>) -> bool {
    let depth = shapes
        .get(&of.root)
        .map(|shape| shape.lengths.len() - of.path.len());
    shapes.contains_key(&place) || depth.is_none_or(|depth| depth == 1)
}

fn shape_depth(shapes: &BTreeMap<PlaceId, Shape>, at: &PlaceRef) -> usize {
    shapes
        .get(&at.root)
        .map_or(usize::MAX, |shape| shape.lengths.len())
}

/// Whether a copy between the two can go scalar by scalar: a replaced side needs memory that can have its shape on the
/// other.
fn compatible(body: &Body, a: &PlaceRef, b: &PlaceRef, shapes: &BTreeMap<PlaceId, Shape>) -> bool {
    let lengths = |at: &PlaceRef| shapes.get(&at.root).map(|shape| &shape.lengths[at.path.len()..]);
    match (lengths(a), lengths(b)) {
        (None, None) => true,
        (Some(a), Some(b)) => a == b,
        (Some(known), None) => can_have(body, b, known),
        (None, Some(known)) => can_have(body, a, known),
    }
}

/// Whether `row` can be read as a row of `place`, scalar by scalar.
fn fits_row(body: &Body, place: PlaceId, row: &PlaceRef, shapes: &BTreeMap<PlaceId, Shape>) -> bool {
    let Some(shape) = shapes.get(&place) else {
        return !shapes.contains_key(&row.root);
    };
    match shapes.get(&row.root) {
        Some(known) => known.lengths[row.path.len()..] == shape.lengths[1..],
        None => can_have(body, row, &shape.lengths[1..]),
    }
}

/// Whether memory under a path can have these lengths, as far as the types tell. Both sides of a copy have one shape.
fn can_have(body: &Body, at: &PlaceRef, lengths: &[usize]) -> bool {
    let mut ty = Some(&body.place(at.root).ty);
    for proj in &at.path {
        ty = match (proj, ty) {
            (Proj::Index(_) | Proj::Entry(..), Some(ty)) => ty.element(),
            (Proj::Field(k), Some(Type::Tuple(parts))) => parts.get(*k),
            (Proj::Range(..), ty) => ty,
            (Proj::Member(member), Some(ty)) => ty.member(member),
            (Proj::Field(_), _) | (_, None) => None,
        };
    }
    for len in lengths {
        ty = match ty {
            Some(Type::Array(element, Len::Known(n))) => Some(element.as_ref()).filter(|_| n == len),
            Some(ty) => ty.element(),
            None => None,
        };
    }
    matches!(ty, Some(Type::Float(_) | Type::Int(_) | Type::Bool))
}
