//! Types that were left open, from the values that they meet: what is added, compared, carried, stored is of one type.

use super::branches::more_known;
use crate::ir::visit::{each, places};
use crate::ir::{
    BinaryOp, Body, Const, Float, Init, Instr, Int, LoopKind, MatrixArg, MatrixOp, Origin, PlaceId, PlaceRef,
    Proj, Stmt, Tree, Type, ValueId,
};
use crate::parse::Request;
use crate::rules::linalg::Kind;
use quote::quote;

/// `body` with its open types filled in as far as the code tells; the rest is left to rustc.
pub(super) fn settled(mut body: Body, request: &Request) -> Body {
    let mut classes = Classes::of(&body);
    each(&body.region, &mut |stmt| classes.stmt(&body, stmt));
    classes.result(&body.result, &request.output.1);
    for k in 0..body.values.len() {
        let told = classes.type_of(k);
        let slot = &mut body.values[k].ty;
        *slot = more_known(slot.clone(), told);
    }
    for k in 0..body.places.len() {
        let told = classes.type_of(classes.values + k);
        if let Some(scalar) = scalar_mut(&mut body.places[k].ty) {
            *scalar = more_known(scalar.clone(), told);
        }
    }
    body
}

/// `body`, a derivative: its own literals have the type parameter that they meet, if they meet one.
pub(crate) fn literals_settled(mut body: Body) -> Body {
    let generic = |ty: &Type| matches!(ty, Type::Float(Float::Generic(_)));
    // rustc knows from what it meets: `lit::<_>(1.0)`.
    let open = || Type::Float(Float::Generic(quote!(_)));
    let place = |ty: &Type| scalar_mut(&mut ty.clone()).is_some_and(|scalar| generic(scalar));
    if !body.values.iter().any(|value| generic(&value.ty)) && !body.places.iter().any(|it| place(&it.ty)) {
        return body;
    }
    let mut classes = Classes::of(&body);
    each(&body.region, &mut |stmt| classes.stmt(&body, stmt));
    if let Some(pullback) = &body.pullback {
        each(&pullback.region, &mut |stmt| classes.stmt(&body, stmt));
    }
    for k in 0..body.values.len() {
        let told = classes.type_of(k);
        let value = &mut body.values[k];
        if !matches!(value.ty, Type::Float(Float::Inferred)) {
            continue;
        }
        let own = value.origin == Origin::Derivative;
        match &value.constant {
            _ if generic(&told) => value.ty = told,
            // What is passed to another function; a zero is passed for anything.
            Some(Const::Float(x)) if own && *x != 0.0 => value.ty = open(),
            _ => (),
        }
    }
    for k in 0..body.places.len() {
        let told = classes.type_of(classes.values + k);
        if let Some(scalar @ Type::Float(Float::Inferred)) = scalar_mut(&mut body.places[k].ty) {
            match &told {
                Type::Float(Float::Generic(_)) => *scalar = told,
                Type::Float(Float::Inferred) => *scalar = open(),
                _ => (),
            }
        }
    }
    body
}

/// Union-find over values, and over the scalars of each place (which are all of one type, unless tuples are in it).
struct Classes {
    parents: Vec<usize>,
    types: Vec<Type>,
    /// Nodes of places come behind those of values.
    values: usize,
}

impl Classes {
    fn of(body: &Body) -> Self {
        let values = body.values.iter().map(|value| value.ty.clone());
        let places = body.places.iter().map(|place| {
            let mut ty = place.ty.clone();
            scalar_mut(&mut ty).cloned().unwrap_or(Type::Host)
        });
        let types: Vec<_> = values.chain(places).collect();
        Classes {
            parents: (0..types.len()).collect(),
            types,
            values: body.values.len(),
        }
    }

    fn root(&self, mut node: usize) -> usize {
        while self.parents[node] != node {
            node = self.parents[node];
        }
        node
    }

    fn type_of(&self, node: usize) -> Type {
        self.types[self.root(node)].clone()
    }

    fn tell(&mut self, node: usize, ty: &Type) {
        let root = self.root(node);
        self.types[root] = more_known(self.types[root].clone(), ty.clone());
    }

    fn unite(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        if a == b {
            return;
        }
        let ty = more_known(self.types[a].clone(), self.types[b].clone());
        self.parents[b] = a;
        self.types[a] = ty;
    }

    fn same(&mut self, ids: &[ValueId]) {
        for pair in ids.windows(2) {
            self.unite(pair[0].0 as usize, pair[1].0 as usize);
        }
    }

    fn place(&self, id: PlaceId) -> usize {
        self.values + id.0 as usize
    }

    /// `value` is a scalar of the place.
    fn in_place(&mut self, body: &Body, at: &PlaceRef, value: ValueId) {
        let mut ty = body.place(at.root).ty.clone();
        if scalar_mut(&mut ty).is_some() {
            let place = self.place(at.root);
            self.unite(place, value.0 as usize);
            return;
        }
        let mut ty = &ty;
        for proj in &at.path {
            ty = match (proj, ty) {
                (Proj::Index(_) | Proj::Entry(..), ty) => match ty.element() {
                    Some(element) => element,
                    None => return,
                },
                (Proj::Field(k), Type::Tuple(parts)) if *k < parts.len() => &parts[*k],
                (Proj::Member(member), ty) => match ty.member(member) {
                    Some(ty) => ty,
                    None => return,
                },
                (Proj::Range(..), ty) => ty,
                (Proj::Field(_), _) => return,
            };
        }
        if super::operand::is_scalar(ty) {
            self.tell(value.0 as usize, &ty.clone());
        }
    }

    fn places(&mut self, a: PlaceId, b: PlaceId) {
        let (a, b) = (self.place(a), self.place(b));
        self.unite(a, b);
    }

    fn size(&mut self, id: ValueId) {
        self.tell(id.0 as usize, &Type::USIZE);
    }

    fn stmt(&mut self, body: &Body, stmt: &Stmt) {
        for (at, _) in places(&stmt.instr) {
            at.indices().into_iter().for_each(|index| self.size(index));
        }
        match (&stmt.instr, stmt.results.as_slice()) {
            (Instr::Unary(_, a), [y]) => self.same(&[*a, *y]),
            (Instr::Binary(BinaryOp::Shl | BinaryOp::Shr, a, _), [y]) => self.same(&[*a, *y]),
            (Instr::Binary(_, a, b), [y]) => self.same(&[*a, *b, *y]),
            (Instr::Compare(_, a, b), _) => self.same(&[*a, *b]),
            (
                Instr::Select {
                    cond: _,
                    then,
                    otherwise,
                },
                [y],
            ) => self.same(&[*then, *otherwise, *y]),
            (Instr::Math { rule, args }, [y]) => {
                let floats: Vec<_> = args.iter().copied().filter(|id| body.is_float(*id)).collect();
                // Integers have functions, too: the length of a range is a saturating difference.
                let alike = if floats.is_empty() { args } else { &floats };
                self.same(alike);
                if let Some(first) = alike.first() {
                    self.same(&[*first, *y]);
                }
                if let ("powi", Some(n)) = (rule.name, args.get(1)) {
                    self.tell(n.0 as usize, &Type::Int(Int::I32));
                }
            }
            (Instr::Load(at) | Instr::Pop { from: at }, [y]) => self.in_place(body, at, *y),
            (
                Instr::Store { to, value }
                | Instr::AddTo { to, value }
                | Instr::Fill { to, value }
                | Instr::Push { to, value },
                _,
            ) => self.in_place(body, to, *value),
            (Instr::Resize { to, len, value }, _) => {
                self.size(*len);
                self.in_place(body, to, *value);
            }
            (
                Instr::CopyTo { to: a, from: b } | Instr::Accumulate { to: a, from: b } | Instr::Swap(a, b),
                _,
            ) => {
                self.places(a.root, b.root);
            }
            (Instr::PushRow { to, row } | Instr::PopRow { from: to, row }, _) => self.places(to.root, *row),
            (Instr::Alloc { place, init }, _) => self.init(*place, init),
            (Instr::Matrix(op), [y]) => self.matrix(y.0 as usize, op),
            (Instr::AddMatrix { to, op, negative: _ }, _) => {
                let node = self.place(to.root);
                self.matrix(node, op);
            }
            (Instr::If { then, otherwise, .. }, results) => {
                for (k, result) in results.iter().enumerate() {
                    self.same(&[then.yields[k], otherwise.yields[k], *result]);
                }
            }
            (Instr::Loop(it), results) => {
                let mut carried = it.body.params.as_slice();
                if let LoopKind::Range { start, end, step, .. } = &it.kind {
                    self.same(&[*start, *end, carried[0]]);
                    step.iter().for_each(|step| self.size(*step));
                    carried = &carried[1..];
                }
                let yields = &it.body.yields[usize::from(it.breaks)..];
                for k in 0..it.init.len() {
                    self.same(&[it.init[k], carried[k], yields[k], results[k]]);
                }
                if let LoopKind::While { cond: Some(cond) } = &it.kind {
                    for (init, param) in it.init.iter().zip(&cond.params) {
                        self.same(&[*init, *param]);
                    }
                }
            }
            (Instr::Const(_), _)
            | (Instr::Cast { .. }, _)
            | (Instr::Host { .. }, _)
            | (Instr::Len(_), _)
            | (Instr::Call(_), _)
            | (Instr::Opaque(_), _)
            | (Instr::SomePullback(_) | Instr::NoPullback, _)
            | (
                Instr::Unary(..)
                | Instr::Binary(..)
                | Instr::Select { .. }
                | Instr::Math { .. }
                | Instr::Load(_)
                | Instr::Matrix(_)
                | Instr::Pop { .. },
                _,
            ) => (),
        }
    }

    /// Floats of one kind, and indices.
    fn matrix(&mut self, node: usize, op: &MatrixOp) {
        for ((_, kind), arg) in op.rule.args.iter().zip(&op.args) {
            match arg {
                MatrixArg::Value(id) if *kind == Kind::Index => self.size(*id),
                MatrixArg::Value(id) => self.unite(node, id.0 as usize),
                MatrixArg::Place(at) => {
                    let place = self.place(at.root);
                    self.unite(node, place);
                }
            }
        }
    }

    fn init(&mut self, place: PlaceId, init: &Init) {
        let node = self.place(place);
        match init {
            Init::Repeat { value, len } => {
                self.unite(node, value.0 as usize);
                len.iter().for_each(|len| self.size(*len));
            }
            Init::List(values) => values.iter().for_each(|value| self.unite(node, value.0 as usize)),
            Init::RepeatPlace { row, len } => {
                self.places(place, row.root);
                len.iter().for_each(|len| self.size(*len));
            }
            // The types of fields are known where they are written.
            Init::Struct { .. } => (),
            Init::Rows(rows) => rows.iter().for_each(|row| self.places(place, row.root)),
            Init::Copy { src, moved: _ } | Init::View { of: src, .. } | Init::ZerosLike(src) => {
                self.places(place, src.root);
            }
            Init::Empty { capacity } => capacity.iter().for_each(|capacity| self.size(*capacity)),
            Init::Scratch { len } => self.size(*len),
            Init::Matrix(op) => self.matrix(node, op),
            Init::Host { .. } => (),
        }
    }

    fn result(&mut self, tree: &Tree, ty: &Type) {
        match (tree, ty) {
            (Tree::Value(id), ty) => self.tell(id.0 as usize, ty),
            (Tree::Place(id), ty) => {
                let mut ty = ty.clone();
                if let Some(scalar) = scalar_mut(&mut ty) {
                    let node = self.place(*id);
                    let scalar = scalar.clone();
                    self.tell(node, &scalar);
                }
            }
            (Tree::Tuple(parts), Type::Tuple(types)) => {
                for (part, ty) in parts.iter().zip(types) {
                    self.result(part, ty);
                }
            }
            (Tree::Tuple(_), _) => (),
        }
    }
}

/// The scalar that a type is made of, if it is one alone.
fn scalar_mut(ty: &mut Type) -> Option<&mut Type> {
    match ty {
        Type::Float(_) | Type::Int(_) | Type::Bool | Type::Host => Some(ty),
        Type::Array(element, _) | Type::Slice(element) | Type::Vec(element) | Type::Aggregate(element) => {
            scalar_mut(element)
        }
        Type::Matrix(it) => Some(&mut it.element),
        Type::Tuple(_) | Type::Struct(_) | Type::Pullback => None,
    }
}
