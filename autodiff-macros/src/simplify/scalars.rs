//! Small local arrays that are only ever indexed by constants become scalars: shadows of small arrays, points,
//! rotations. What a loop changes of them is carried, what a branch changes is among its results.

mod eligible;
mod replace;

use crate::ir::visit::Parts;
use crate::ir::{
    BinaryOp, Body, Const, Instr, Int, Name, Origin, PlaceId, PlaceRef, Proj, Region, Stmt, Tree, Type,
    Value, ValueId,
};
use eligible::Shape;
use proc_macro2::Span;
use std::collections::BTreeMap;

/// Replaces what can be replaced; says whether anything was.
pub(super) fn replace_arrays(body: &mut Body) -> bool {
    if body.places.is_empty() {
        return false;
    }
    let shapes = eligible::shapes(body);
    if shapes.is_empty() {
        return false;
    }
    let mut region = std::mem::take(&mut body.region);
    let mut pullback = body.pullback.take();
    let mut replacer = Replacer {
        same: (0..body.values.len()).map(|k| ValueId(k as u32)).collect(),
        body,
        shapes,
        now: BTreeMap::new(),
        out: Vec::new(),
        span: Span::call_site(),
    };
    // What the forward sweep knows at its end, the pullback knows, too.
    region = replacer.region(region);
    if let Some(it) = &mut pullback {
        it.region = replacer.region(std::mem::take(&mut it.region));
        replacer.tree(&mut it.result);
    }
    let mut result = replacer.body.result.clone();
    replacer.tree(&mut result);
    body.result = result;
    body.region = region;
    body.pullback = pullback;
    true
}

struct Replacer<'a> {
    body: &'a mut Body,
    shapes: BTreeMap<PlaceId, Shape>,
    /// What stands for each value.
    same: Vec<ValueId>,
    /// The scalar that each leaf of each array is now.
    now: BTreeMap<Leaf, ValueId>,
    out: Vec<Stmt>,
    span: Span,
}

/// A scalar of an array, by its number.
type Leaf = (PlaceId, usize);

impl Replacer<'_> {
    fn rename(&self, instr: &mut Instr) {
        struct Rename<'a>(&'a [ValueId]);
        impl Parts for Rename<'_> {
            fn value(&mut self, value: &mut ValueId) {
                *value = self.0[value.0 as usize];
            }
        }
        crate::ir::visit::walk(instr, &mut Rename(&self.same));
    }

    fn tree(&self, tree: &mut Tree) {
        match tree {
            Tree::Value(id) => *id = self.same[id.0 as usize],
            Tree::Place(_) => (),
            Tree::Tuple(parts) => parts.iter_mut().for_each(|part| self.tree(part)),
        }
    }

    fn fresh(&mut self, ty: Type, origin: Origin, name: Option<Name>, constant: Option<Const>) -> ValueId {
        let id = self.body.fresh(Value {
            ty,
            name,
            origin,
            constant,
        });
        self.same.push(id);
        id
    }

    fn push(&mut self, results: Vec<ValueId>, instr: Instr) {
        let span = self.span;
        self.out.push(Stmt { results, instr, span });
    }

    fn constant(&mut self, known: Const, ty: Type) -> ValueId {
        let id = self.fresh(ty, Origin::Derivative, None, Some(known.clone()));
        self.push(vec![id], Instr::Const(known));
        id
    }

    fn index(&mut self, k: usize) -> ValueId {
        self.constant(Const::Int(k as i128), Type::Int(Int::Usize))
    }

    fn add(&mut self, a: ValueId, b: ValueId, leaf: Leaf) -> ValueId {
        let (ty, origin) = (self.leaf_type(leaf.0), self.body.place(leaf.0).origin);
        let sum = self.fresh(ty, origin, self.leaf_name(leaf), None);
        self.push(vec![sum], Instr::Binary(BinaryOp::Add, a, b));
        sum
    }

    fn leaf_type(&self, place: PlaceId) -> Type {
        let mut ty = &self.body.place(place).ty;
        while let Some(element) = ty.element() {
            ty = element;
        }
        ty.clone()
    }

    fn leaf_name(&self, leaf: Leaf) -> Option<Name> {
        let name = self.body.place(leaf.0).name.as_ref()?;
        Some(Name {
            text: format!("{}_{}", name.text, leaf.1),
            span: name.span,
        })
    }

    /// The numbers of the leaves under a path, if its root is replaced.
    fn leaves(&self, at: &PlaceRef) -> Option<std::ops::Range<usize>> {
        self.shapes.get(&at.root).map(|shape| {
            shape
                .leaves(self.body, at)
                .expect("eligible places are reached by constants")
        })
    }

    /// The scalar at a leaf.
    fn get(&self, leaf: Leaf) -> ValueId {
        *self.now.get(&leaf).expect("an array is begun before it is read")
    }

    /// The lengths under a path into a replaced array.
    fn lengths(&self, at: &PlaceRef) -> Vec<usize> {
        self.shapes[&at.root].lengths[at.path.len()..].to_vec()
    }

    /// The scalars of type `ty` under a path: of a replaced array, or read from memory of these lengths.
    fn read(&mut self, at: &PlaceRef, lengths: &[usize], ty: &Type) -> Vec<ValueId> {
        if let Some(leaves) = self.leaves(at) {
            return leaves.map(|k| self.get((at.root, k))).collect();
        }
        let origin = self.body.place(at.root).origin;
        let mut res = Vec::new();
        for path in self.paths(at, lengths) {
            let value = self.fresh(ty.clone(), origin, None, None);
            self.push(vec![value], Instr::Load(path));
            res.push(value);
        }
        res
    }

    /// The paths to the scalars under `at`.
    fn paths(&mut self, at: &PlaceRef, lengths: &[usize]) -> Vec<PlaceRef> {
        let mut res = vec![at.clone()];
        for len in lengths {
            let indices: Vec<_> = (0..*len).map(|k| self.index(k)).collect();
            let longer = |path: &PlaceRef| {
                indices
                    .iter()
                    .map(|k| path.then(Proj::Index(*k)))
                    .collect::<Vec<_>>()
            };
            res = res.iter().flat_map(longer).collect();
        }
        res
    }
}
