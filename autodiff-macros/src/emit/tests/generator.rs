//! Random bodies.

use super::dice::Random;
use crate::ir::{
    BinaryOp, Body, Builder, CompareOp, Init, Instr, Len, Loop, LoopKind, Name, Origin, Param, Passing,
    Place, PlaceId, PlaceRef, Proj, Region, Role, Tree, Type, ValueId,
};
use crate::rules::find;
use proc_macro2::Span;

/// Length of every list.
pub(super) const LEN: usize = 4;
const NAMES: [&str; 4] = ["x", "y", "s", "n"];

struct Generator {
    b: Builder,
    random: Random,
    floats: Vec<ValueId>,
    /// Not negative, and less than `LEN`.
    indices: Vec<ValueId>,
    bools: Vec<ValueId>,
    /// Lists that may be read, and whether they may be written to.
    lists: Vec<(PlaceId, bool)>,
}

/// What is in scope.
#[derive(Clone, Copy)]
struct Scope {
    floats: usize,
    indices: usize,
    bools: usize,
    lists: usize,
}

impl Generator {
    fn scope(&self) -> Scope {
        Scope {
            floats: self.floats.len(),
            indices: self.indices.len(),
            bools: self.bools.len(),
            lists: self.lists.len(),
        }
    }

    fn leave(&mut self, scope: Scope) {
        self.floats.truncate(scope.floats);
        self.indices.truncate(scope.indices);
        self.bools.truncate(scope.bools);
        self.lists.truncate(scope.lists);
    }

    fn name(&mut self, id: ValueId) {
        if self.random.chance(50) {
            let name = self.random.pick(&NAMES);
            self.b.name(id, name);
        }
    }

    fn float(&mut self) -> ValueId {
        if self.random.chance(10) {
            let x = self.random.pick(&[0.5, -1.0, 2.0, 1.0, -0.25]);
            return self.b.float_like(x, self.floats[0]);
        }
        // The newest are read most.
        let n = self.floats.len();
        let k = self.random.below(n).max(self.random.below(n));
        self.floats[k]
    }

    fn new_float(&mut self, id: ValueId) {
        self.name(id);
        self.floats.push(id);
    }

    fn index(&mut self) -> ValueId {
        if self.indices.is_empty() || self.random.chance(30) {
            let k = self.random.below(LEN);
            return self.b.usize(k);
        }
        let all = self.indices.clone();
        self.random.pick(&all)
    }

    fn element(&mut self, writable: bool) -> Option<PlaceRef> {
        let lists: Vec<_> = self
            .lists
            .iter()
            .filter(|(_, may)| *may || !writable)
            .map(|(id, _)| *id)
            .collect();
        if lists.is_empty() {
            return None;
        }
        let list = self.random.pick(&lists);
        let index = self.index();
        Some(PlaceRef::whole(list).then(Proj::Index(index)))
    }

    fn cond(&mut self) -> ValueId {
        if !self.bools.is_empty() && self.random.chance(40) {
            let all = self.bools.clone();
            return self.random.pick(&all);
        }
        let (a, b) = (self.float(), self.float());
        let op = self
            .random
            .pick(&[CompareOp::Lt, CompareOp::Le, CompareOp::Gt, CompareOp::Ne]);
        let cond = self.b.compare(op, a, b);
        self.bools.push(cond);
        cond
    }

    fn statements(&mut self, count: usize, depth: usize) {
        for _ in 0..count {
            self.statement(depth);
        }
    }

    fn statement(&mut self, depth: usize) {
        match self.random.below(if depth > 0 { 23 } else { 16 }) {
            0..=4 => {
                let (a, b) = (self.float(), self.float());
                let op = self
                    .random
                    .pick(&[BinaryOp::Add, BinaryOp::Sub, BinaryOp::Mul, BinaryOp::Div]);
                let id = self.b.binary(op, a, b);
                self.new_float(id);
            }
            5 => {
                let a = self.float();
                let id = self.b.neg(a);
                self.new_float(id);
            }
            6 => {
                let (name, argc) = self
                    .random
                    .pick(&[("sin", 1), ("sqrt", 1), ("max", 2), ("abs", 1)]);
                let args = (0..argc).map(|_| self.float()).collect();
                let id = self.b.math(find(name, argc).expect("a row"), args);
                self.new_float(id);
            }
            7 => {
                let cond = self.cond();
                let (a, b) = (self.float(), self.float());
                let id = self.b.select(cond, a, b);
                self.new_float(id);
            }
            8 => {
                if let Some(at) = self.element(false) {
                    let id = self.b.load(at, Type::F64);
                    self.new_float(id);
                }
            }
            9 => {
                let value = self.float();
                if let Some(at) = self.element(true) {
                    self.b.store(at, value);
                }
            }
            10 => {
                let value = self.float();
                if let Some(at) = self.element(true) {
                    self.b.add_to(at, value);
                }
            }
            11 => self.list(),
            12 => {
                let cond = self.cond();
                let not = self.b.unary(crate::ir::UnaryOp::Not, cond);
                self.bools.push(not);
            }
            13..=15 => self.memory(),
            16..=18 => self.branch(depth - 1),
            _ => self.repeat(depth - 1),
        }
    }

    fn list(&mut self) {
        let array = self.random.chance(50);
        let place = self.place(match array {
            true => Type::Array(Box::new(Type::F64), Len::Known(LEN)),
            false => Type::Vec(Box::new(Type::F64)),
        });
        let init = if array || self.random.chance(50) {
            Init::List((0..LEN).map(|_| self.float()).collect())
        } else {
            let len = self.b.usize(LEN);
            Init::Repeat {
                value: self.float(),
                len: Some(len),
            }
        };
        self.b.alloc(place, init);
        self.lists.push((place, true));
    }

    /// An instruction on whole lists.
    fn memory(&mut self) {
        let lists = self.lists.clone();
        let writable: Vec<_> = lists.iter().filter(|(_, may)| *may).map(|(id, _)| *id).collect();
        if writable.is_empty() {
            return;
        }
        let (to, from) = (self.random.pick(&writable), self.random.pick(&lists).0);
        let (whole, other) = (PlaceRef::whole(to), PlaceRef::whole(from));
        let part = |generator: &mut Self, at: &PlaceRef| {
            let (start, end) = (generator.b.usize(1), generator.b.usize(3));
            at.then(Proj::Range(Some(start), Some(end)))
        };
        match self.random.below(8) {
            0 if to != from => self.b.effect(Instr::CopyTo {
                to: whole,
                from: other,
            }),
            1 if to != from => self.b.effect(Instr::Accumulate {
                to: whole,
                from: other,
            }),
            2 => {
                let (i, j) = (self.index(), self.index());
                let swap = Instr::Swap(whole.then(Proj::Index(i)), whole.then(Proj::Index(j)));
                self.b.effect(swap);
            }
            3 => {
                let value = self.float();
                let to = if self.random.chance(50) {
                    whole
                } else {
                    part(self, &whole)
                };
                self.b.effect(Instr::Fill { to, value });
            }
            4 if to != from => {
                let (to, from) = (part(self, &whole), part(self, &other));
                self.b.effect(Instr::CopyTo { to, from });
            }
            5 => {
                let len = self.b.len(whole);
                let float = self.b.cast(len, Type::F64);
                self.new_float(float);
            }
            6 => {
                let place = self.place(Type::Vec(Box::new(Type::F64)));
                let init = Init::Copy {
                    src: other,
                    moved: false,
                };
                self.b.alloc(place, init);
                let value = self.float();
                let at = PlaceRef::whole(place);
                self.b.effect(Instr::Push {
                    to: at.clone(),
                    value,
                });
                let last = self.b.one(Instr::Pop { from: at }, Type::F64);
                self.new_float(last);
                self.lists.push((place, true));
            }
            _ => {
                // Another content for what lives already.
                let (a, b, c, d) = (self.float(), self.float(), self.float(), self.float());
                if self.b.body.place(to).param.is_none() {
                    self.b.alloc(to, Init::List(vec![a, b, c, d]));
                }
            }
        }
    }

    fn place(&mut self, ty: Type) -> PlaceId {
        let name = self.random.pick(&NAMES);
        self.b.body.fresh_place(Place {
            ty,
            name: Some(Name {
                text: name.to_owned(),
                span: Span::call_site(),
            }),
            origin: Origin::Primal,
            param: None,
        })
    }

    fn branch(&mut self, depth: usize) {
        let cond = self.cond();
        let results = self.random.below(3);
        let mut sides = Vec::new();
        for _ in 0..2 {
            let scope = self.scope();
            self.b.begin();
            let count = self.random.below(4);
            self.statements(count, depth);
            let yields = (0..results).map(|_| self.float()).collect();
            let mut side = self.b.end();
            side.yields = yields;
            self.leave(scope);
            sides.push(side);
        }
        let otherwise = sides.pop().expect("two sides");
        let then = sides.pop().expect("two sides");
        for id in self.b.branch(cond, then, otherwise) {
            self.new_float(id);
        }
    }

    fn repeat(&mut self, depth: usize) {
        let carried = self.random.below(4);
        let init: Vec<_> = (0..carried).map(|_| self.float()).collect();
        let counted = self.random.chance(60);
        let (breaks, trips) = (self.random.chance(30), self.random.chance(20));
        let scope = self.scope();
        let mut params = Vec::new();
        let mut all_init = init.clone();
        let kind = if counted {
            let (start, end) = (self.b.usize(0), self.b.usize(LEN));
            let step = self.random.chance(30).then(|| self.b.usize(2));
            let reversed = self.random.chance(30);
            let index = self.b.value(Type::USIZE);
            self.b.name(index, self.random.pick(&["i", "j"]));
            self.indices.push(index);
            params.push(index);
            LoopKind::Range {
                start,
                end,
                step,
                reversed,
            }
        } else {
            // Counts on its own, so that it ends.
            all_init.push(self.b.usize(0));
            let conditional = self.random.chance(60);
            let cond = conditional.then(|| self.condition(carried));
            LoopKind::While { cond }
        };
        let counts = !counted;
        let must_break = matches!(kind, LoopKind::While { cond: None });
        let values: Vec<_> = (0..carried).map(|_| self.b.value(Type::F64)).collect();
        for id in &values {
            self.new_float(*id);
        }
        params.extend(&values);
        let counter = counts.then(|| self.b.value(Type::USIZE));
        params.extend(counter);
        self.b.begin();
        if let Some(counter) = counter {
            // Below `LEN` in the body only.
            self.indices.push(counter);
        }
        let count = self.random.below(5);
        self.statements(count, depth);
        let mut yields = Vec::new();
        if breaks || must_break {
            yields.push(self.again(counter.filter(|_| must_break)));
        }
        let next: Vec<_> = (0..carried)
            .map(|k| {
                if self.random.chance(15) {
                    values[k]
                } else {
                    self.float()
                }
            })
            .collect();
        yields.extend(next);
        if let Some(counter) = counter {
            let one = self.b.usize(1);
            yields.push(self.b.add(counter, one));
        }
        let mut body = self.b.end();
        body.params = params;
        body.yields = yields;
        self.leave(scope);
        let mut types: Vec<_> = values.iter().map(|_| Type::F64).collect();
        types.extend(counter.map(|_| Type::USIZE));
        types.extend(trips.then_some(Type::USIZE));
        let repeat = Loop {
            kind,
            init: all_init,
            body,
            breaks: breaks || must_break,
            trips,
        };
        let results = self.b.push(Instr::Loop(Box::new(repeat)), types);
        for id in results.iter().take(carried) {
            self.new_float(*id);
        }
        if let (true, Some(count)) = (trips, results.last()) {
            let float = self.b.cast(*count, Type::F64);
            self.new_float(float);
        }
    }

    /// Another end of a loop: a flag, from a branch or not.
    fn again(&mut self, counter: Option<ValueId>) -> ValueId {
        let flag = if self.random.chance(50) {
            let cond = self.cond();
            let scope = self.scope();
            self.b.begin();
            let stop = self.b.bool(false);
            let mut then = self.b.end();
            then.yields = vec![stop];
            self.b.begin();
            self.statements(1, 0);
            let go = self.b.bool(true);
            let mut otherwise = self.b.end();
            otherwise.yields = vec![go];
            self.leave(scope);
            self.b.branch(cond, then, otherwise)[0]
        } else {
            self.cond()
        };
        let Some(counter) = counter else { return flag };
        let end = self.b.usize(LEN - 1);
        let below = self.b.compare(CompareOp::Lt, counter, end);
        self.b.binary(BinaryOp::And, below, flag)
    }

    fn condition(&mut self, carried: usize) -> Region {
        let values: Vec<_> = (0..carried).map(|_| self.b.value(Type::F64)).collect();
        let counter = self.b.value(Type::USIZE);
        let scope = self.scope();
        self.floats.extend(&values);
        self.b.begin();
        let end = self.b.usize(LEN);
        let below = self.b.compare(CompareOp::Lt, counter, end);
        let cond = if self.random.chance(50) {
            let (a, b) = (self.float(), self.float());
            let sum = self.b.add(a, b);
            let product = self.b.mul(sum, sum);
            let limit = self.b.float_like(50.0, product);
            let small = self.b.compare(CompareOp::Lt, product, limit);
            self.b.binary(BinaryOp::And, below, small)
        } else {
            below
        };
        let mut region = self.b.end();
        region.params = values.into_iter().chain([counter]).collect();
        region.yields = vec![cond];
        self.leave(scope);
        region
    }
}

/// `fn f(x: f64, y: f64, xs: &[f64], buffer: &mut [f64])`, which gives a tuple of floats.
pub(super) fn random_body(seed: u64) -> Body {
    let mut generator = Generator {
        b: Builder::new(Body::empty("f"), Origin::Primal),
        random: Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1),
        floats: Vec::new(),
        indices: Vec::new(),
        bools: Vec::new(),
        lists: Vec::new(),
    };
    let mut params = Vec::new();
    for name in ["x", "y"] {
        let id = generator.b.value(Type::F64);
        generator.b.name(id, name);
        generator.floats.push(id);
        params.push(Tree::Value(id));
    }
    for (name, passing) in [("xs", Passing::Ref), ("buffer", Passing::RefMut)] {
        let place = generator.b.body.fresh_place(Place {
            ty: Type::Slice(Box::new(Type::F64)),
            name: Some(Name {
                text: name.to_owned(),
                span: Span::call_site(),
            }),
            origin: Origin::Primal,
            param: Some(passing),
        });
        generator.lists.push((place, passing == Passing::RefMut));
        params.push(Tree::Place(place));
    }
    generator.b.begin();
    let count = 4 + generator.random.below(10);
    generator.statements(count, 3);
    let count = 1 + generator.random.below(3);
    let result = (0..count).map(|_| Tree::Value(generator.float())).collect();
    let region = generator.b.end();
    let params = params.into_iter().enumerate().map(|(index, tree)| Param {
        index,
        role: Role::Active,
        tree,
    });
    Body {
        params: params.collect(),
        region,
        result: Tree::Tuple(result),
        ..generator.b.body
    }
}
