//! Bodies by hand, as `lower` would make them. Tests only.

use super::interpret::Data;
use super::{
    Body, Builder, Instr, Len, Loop, LoopKind, Name, Origin, Param, Passing, Place, PlaceId, PlaceRef, Proj,
    Region, Role, Tree, Type, ValueId,
};
use proc_macro2::Span;

/// A function under construction, and an argument for each of its parameters.
pub(crate) struct Sample {
    pub(crate) b: Builder,
    params: Vec<Param>,
    pub(crate) args: Vec<Data>,
}

impl Sample {
    pub(crate) fn new() -> Self {
        let mut b = Builder::new(Body::empty("f"), Origin::Primal);
        b.begin();
        Sample {
            b,
            params: Vec::new(),
            args: Vec::new(),
        }
    }

    /// The function with this result.
    pub(crate) fn returning(mut self, result: ValueId) -> (Body, Vec<Data>) {
        let region = self.b.end();
        let body = Body {
            params: self.params,
            region,
            result: Tree::Value(result),
            ..self.b.body
        };
        (body, self.args)
    }

    fn param(&mut self, role: Role, tree: Tree, arg: Data) {
        let index = self.params.len();
        self.params.push(Param { index, role, tree });
        self.args.push(arg);
    }

    /// `x: f64`
    pub(crate) fn scalar(&mut self, name: &str, arg: f64) -> ValueId {
        let x = self.b.value(Type::F64);
        self.b.name(x, name);
        self.param(Role::Active, Tree::Value(x), Data::Float(arg));
        x
    }

    /// `#[constant] n: usize`
    pub(crate) fn count(&mut self, name: &str, arg: usize) -> ValueId {
        let n = self.b.value(Type::USIZE);
        self.b.name(n, name);
        self.param(Role::Constant, Tree::Value(n), Data::Int(arg as i128));
        n
    }

    /// `x: &[f64]`
    pub(crate) fn slice(&mut self, name: &str, arg: &[f64]) -> PlaceId {
        let place = self.place(name, Type::Slice(Box::new(Type::F64)), Some(Passing::Ref));
        self.param(Role::Active, Tree::Place(place), Data::floats(arg));
        place
    }

    /// `x: &[f64; N]`
    pub(crate) fn static_array(&mut self, name: &str, arg: &[f64]) -> PlaceId {
        let ty = Type::Array(Box::new(Type::F64), Len::Known(arg.len()));
        let place = self.place(name, ty, Some(Passing::Ref));
        self.param(Role::Active, Tree::Place(place), Data::floats(arg));
        place
    }

    fn place(&mut self, name: &str, ty: Type, param: Option<Passing>) -> PlaceId {
        let name = Some(Name {
            text: name.to_owned(),
            span: Span::call_site(),
        });
        let origin = self.b.origin;
        self.b.body.fresh_place(Place {
            ty,
            name,
            origin,
            param,
        })
    }

    /// A local `Vec<f64>` that is not begun yet.
    pub(crate) fn vec(&mut self, name: &str) -> PlaceId {
        self.place(name, Type::Vec(Box::new(Type::F64)), None)
    }

    /// A local `[f64; n]` that is not begun yet.
    pub(crate) fn array(&mut self, name: &str, n: usize) -> PlaceId {
        self.place(name, Type::Array(Box::new(Type::F64), Len::Known(n)), None)
    }

    pub(crate) fn math(&mut self, name: &str, args: &[ValueId]) -> ValueId {
        let rule = crate::rules::find(name, args.len()).expect("tests call functions of the table");
        self.b.math(rule, args.to_vec())
    }

    pub(crate) fn at(&self, place: PlaceId, index: ValueId) -> PlaceRef {
        PlaceRef::whole(place).then(Proj::Index(index))
    }

    pub(crate) fn get(&mut self, place: PlaceId, index: ValueId) -> ValueId {
        let at = self.at(place, index);
        self.b.load(at, Type::F64)
    }

    pub(crate) fn set(&mut self, place: PlaceId, index: ValueId, value: ValueId) {
        let at = self.at(place, index);
        self.b.store(at, value);
    }

    /// `for i in start..end` that carries values.
    pub(crate) fn repeat(
        &mut self,
        range: (ValueId, ValueId),
        init: &[ValueId],
        build: impl FnOnce(&mut Self, ValueId, &[ValueId]) -> Vec<ValueId>,
    ) -> Vec<ValueId> {
        let index = self.b.value(Type::USIZE);
        self.b.name(index, "i");
        let carried = self.like(init);
        self.b.begin();
        let yields = build(self, index, &carried);
        let mut body = self.b.end();
        body.params = [index].into_iter().chain(carried).collect();
        body.yields = yields;
        let kind = LoopKind::Range {
            start: range.0,
            end: range.1,
            step: None,
            reversed: false,
        };
        self.close(kind, init, body)
    }

    /// `while cond` that carries values.
    pub(crate) fn repeat_while(
        &mut self,
        init: &[ValueId],
        cond: impl FnOnce(&mut Self, &[ValueId]) -> ValueId,
        build: impl FnOnce(&mut Self, &[ValueId]) -> Vec<ValueId>,
    ) -> Vec<ValueId> {
        let params = self.like(init);
        self.b.begin();
        let again = cond(self, &params);
        let mut test = self.b.end();
        test.params = params;
        test.yields = vec![again];
        let params = self.like(init);
        self.b.begin();
        let yields = build(self, &params);
        let mut body = self.b.end();
        body.params = params;
        body.yields = yields;
        self.close(LoopKind::While { cond: Some(test) }, init, body)
    }

    fn close(&mut self, kind: LoopKind, init: &[ValueId], body: Region) -> Vec<ValueId> {
        let types: Vec<_> = init.iter().map(|id| self.b.body.ty(*id).clone()).collect();
        let repeat = Loop {
            kind,
            init: init.to_vec(),
            body,
            breaks: false,
            trips: false,
        };
        self.b.push(Instr::Loop(Box::new(repeat)), types)
    }

    /// `if cond { then } else { otherwise }`
    pub(crate) fn branch(
        &mut self,
        cond: ValueId,
        then: impl FnOnce(&mut Self) -> Vec<ValueId>,
        otherwise: impl FnOnce(&mut Self) -> Vec<ValueId>,
    ) -> Vec<ValueId> {
        self.b.begin();
        let yields = then(self);
        let mut taken = self.b.end();
        taken.yields = yields;
        self.b.begin();
        let yields = otherwise(self);
        let mut other = self.b.end();
        other.yields = yields;
        self.b.branch(cond, taken, other)
    }

    fn like(&mut self, values: &[ValueId]) -> Vec<ValueId> {
        let types: Vec<_> = values.iter().map(|id| self.b.body.ty(*id).clone()).collect();
        types.into_iter().map(|ty| self.b.value(ty)).collect()
    }
}
