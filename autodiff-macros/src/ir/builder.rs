//! Appends statements to the innermost open region of a body.

use super::visit::rename;
use super::{
    BinaryOp, Body, CompareOp, Const, Float, Init, Instr, Int, Name, Origin, PlaceId, PlaceRef, Region, Stmt,
    Type, UnaryOp, Value, ValueId,
};
use crate::rules::Rule;
use proc_macro2::Span;
use std::collections::BTreeMap;

/// Builds a body from its start; a stage owns one for each body that it makes.
#[derive(Clone, Debug)]
pub(crate) struct Builder {
    pub(crate) body: Body,
    /// Given to every statement from now on.
    pub(crate) span: Span,
    /// Given to every value from now on.
    pub(crate) origin: Origin,
    open: Vec<Region>,
}

impl Builder {
    /// Continues `body`: its values and places stay, its region is taken out by the caller first.
    pub(crate) fn new(body: Body, origin: Origin) -> Self {
        Builder {
            body,
            span: Span::call_site(),
            origin,
            open: Vec::new(),
        }
    }

    /// An empty body to build parts in.
    #[cfg(test)]
    pub(crate) fn scratch() -> Self {
        Builder::new(Body::empty("scratch"), Origin::Derivative)
    }

    /// What `value` is if it is known here.
    pub(crate) fn constant(&self, value: ValueId) -> Option<Const> {
        self.body.value(value).constant.clone()
    }

    /// Opens a region; statements go there until [`Builder::end`].
    pub(crate) fn begin(&mut self) {
        self.open.push(Region::default());
    }

    /// Closes the innermost region and gives it, without parameters and yields.
    pub(crate) fn end(&mut self) -> Region {
        self.open.pop().expect("every `end` has its `begin`")
    }

    /// How many regions are open.
    pub(crate) fn depth(&self) -> usize {
        self.open.len()
    }

    /// Runs `build` as if only the outermost `depth` open regions were open, so that it appends to the last of them.
    pub(crate) fn at_depth<T>(&mut self, depth: usize, build: impl FnOnce(&mut Self) -> T) -> T {
        let inner = self.open.split_off(depth);
        let res = build(self);
        self.open.extend(inner);
        res
    }

    /// The statements of the innermost open region so far.
    pub(crate) fn stmts(&mut self) -> &mut Vec<Stmt> {
        &mut self
            .open
            .last_mut()
            .expect("a region is open while statements are built")
            .stmts
    }

    /// A new value that the caller defines: a region parameter, or a result.
    pub(crate) fn value(&mut self, ty: Type) -> ValueId {
        let origin = self.origin;
        self.body.fresh(Value {
            ty,
            name: None,
            origin,
            constant: None,
        })
    }

    /// Gives `value` a name unless it has one.
    pub(crate) fn name(&mut self, value: ValueId, text: impl Into<String>) {
        let span = self.span;
        let slot = &mut self.body.values[value.0 as usize].name;
        slot.get_or_insert_with(|| Name {
            text: text.into(),
            span,
        });
    }

    /// Appends an instruction with results of the given types.
    pub(crate) fn push(&mut self, instr: Instr, types: impl IntoIterator<Item = Type>) -> Vec<ValueId> {
        let results: Vec<_> = types.into_iter().map(|ty| self.value(ty)).collect();
        let span = self.span;
        if let (Instr::Const(known), [result]) = (&instr, results.as_slice()) {
            self.body.values[result.0 as usize].constant = Some(known.clone());
        }
        self.stmts().push(Stmt {
            results: results.clone(),
            instr,
            span,
        });
        results
    }

    /// Appends an instruction with one result.
    pub(crate) fn one(&mut self, instr: Instr, ty: Type) -> ValueId {
        self.push(instr, [ty])[0]
    }

    /// Appends an instruction without results.
    pub(crate) fn effect(&mut self, instr: Instr) {
        self.push(instr, []);
    }

    pub(crate) fn float(&mut self, x: f64) -> ValueId {
        self.one(Instr::Const(Const::Float(x)), Type::Float(Float::Inferred))
    }

    /// A literal of the same float as `like`.
    pub(crate) fn float_like(&mut self, x: f64, like: ValueId) -> ValueId {
        let ty = self.body.ty(like).clone();
        self.one(Instr::Const(Const::Float(x)), ty)
    }

    pub(crate) fn int(&mut self, n: i128, ty: Int) -> ValueId {
        self.one(Instr::Const(Const::Int(n)), Type::Int(ty))
    }

    pub(crate) fn usize(&mut self, n: usize) -> ValueId {
        self.int(n as i128, Int::Usize)
    }

    pub(crate) fn bool(&mut self, b: bool) -> ValueId {
        self.one(Instr::Const(Const::Bool(b)), Type::Bool)
    }

    pub(crate) fn unary(&mut self, op: UnaryOp, a: ValueId) -> ValueId {
        let ty = self.body.ty(a).clone();
        self.one(Instr::Unary(op, a), ty)
    }

    pub(crate) fn neg(&mut self, a: ValueId) -> ValueId {
        self.unary(UnaryOp::Neg, a)
    }

    /// The result has the type of the operand that knows its type.
    pub(crate) fn binary(&mut self, op: BinaryOp, a: ValueId, b: ValueId) -> ValueId {
        let ty = match self.body.ty(a) {
            Type::Float(Float::Inferred) | Type::Int(Int::Inferred) => self.body.ty(b).clone(),
            known => known.clone(),
        };
        self.one(Instr::Binary(op, a, b), ty)
    }

    pub(crate) fn add(&mut self, a: ValueId, b: ValueId) -> ValueId {
        self.binary(BinaryOp::Add, a, b)
    }

    pub(crate) fn sub(&mut self, a: ValueId, b: ValueId) -> ValueId {
        self.binary(BinaryOp::Sub, a, b)
    }

    pub(crate) fn mul(&mut self, a: ValueId, b: ValueId) -> ValueId {
        self.binary(BinaryOp::Mul, a, b)
    }

    pub(crate) fn div(&mut self, a: ValueId, b: ValueId) -> ValueId {
        self.binary(BinaryOp::Div, a, b)
    }

    pub(crate) fn compare(&mut self, op: CompareOp, a: ValueId, b: ValueId) -> ValueId {
        self.one(Instr::Compare(op, a, b), Type::Bool)
    }

    pub(crate) fn select(&mut self, cond: ValueId, then: ValueId, otherwise: ValueId) -> ValueId {
        let ty = match self.body.ty(then) {
            Type::Float(Float::Inferred) | Type::Int(Int::Inferred) => self.body.ty(otherwise).clone(),
            known => known.clone(),
        };
        self.one(
            Instr::Select {
                cond,
                then,
                otherwise,
            },
            ty,
        )
    }

    pub(crate) fn math(&mut self, rule: &'static Rule, args: Vec<ValueId>) -> ValueId {
        let ty = self.body.ty(args[0]).clone();
        self.one(Instr::Math { rule, args }, ty)
    }

    /// Appends a copy of a straight-line region that names nothing but its parameters; gives what it yields.
    pub(crate) fn inline(&mut self, region: &Region, args: &[ValueId]) -> Vec<ValueId> {
        let mut map: BTreeMap<ValueId, ValueId> =
            region.params.iter().copied().zip(args.iter().copied()).collect();
        for stmt in &region.stmts {
            let mut instr = stmt.instr.clone();
            rename(&mut instr, &map);
            let types: Vec<_> = stmt.results.iter().map(|id| self.body.ty(*id).clone()).collect();
            let results = self.push(instr, types);
            map.extend(stmt.results.iter().copied().zip(results));
            if let Some(Instr::Call(call)) = self.stmts().last_mut().map(|stmt| &mut stmt.instr) {
                call.result = call.result.renamed(&map);
            }
        }
        region
            .yields
            .iter()
            .map(|id| map.get(id).copied().unwrap_or(*id))
            .collect()
    }

    pub(crate) fn cast(&mut self, value: ValueId, to: Type) -> ValueId {
        self.one(
            Instr::Cast {
                value,
                to: to.clone(),
            },
            to,
        )
    }

    pub(crate) fn load(&mut self, from: PlaceRef, ty: Type) -> ValueId {
        self.one(Instr::Load(from), ty)
    }

    pub(crate) fn store(&mut self, to: PlaceRef, value: ValueId) {
        self.effect(Instr::Store { to, value });
    }

    pub(crate) fn add_to(&mut self, to: PlaceRef, value: ValueId) {
        self.effect(Instr::AddTo { to, value });
    }

    pub(crate) fn len(&mut self, of: PlaceRef) -> ValueId {
        self.one(Instr::Len(of), Type::USIZE)
    }

    pub(crate) fn alloc(&mut self, place: PlaceId, init: Init) {
        self.effect(Instr::Alloc { place, init });
    }

    /// Appends `if`; the branches yield values of equal types.
    pub(crate) fn branch(&mut self, cond: ValueId, then: Region, otherwise: Region) -> Vec<ValueId> {
        let types: Vec<_> = then.yields.iter().map(|id| self.body.ty(*id).clone()).collect();
        self.push(
            Instr::If {
                cond,
                then,
                otherwise,
            },
            types,
        )
    }
}
