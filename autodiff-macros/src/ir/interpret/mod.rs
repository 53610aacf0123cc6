//! Runs bodies, so that tests can compare the numbers that a transform's input and output give. Tests only.

mod data;
mod scalars;

use super::{
    Body, Const, Init, Instr, Len, Loop, LoopKind, Param, PlaceId, PlaceRef, Proj, Region, Stmt, Tree, Type,
    ValueId,
};
pub(crate) use data::Data;
use scalars::{binary, cast, compare, math, unary};

/// What a run gave.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    pub(crate) result: Data,
    /// The arguments as the function left them: buffers that it wrote to.
    pub(crate) args: Vec<Data>,
    /// Floating-point operations that ran.
    pub(crate) operations: usize,
    /// Local places that were begun.
    pub(crate) allocations: usize,
}

/// Runs a body without a pullback on one argument for each parameter.
pub(crate) fn run(body: &Body, args: &[Data]) -> Outcome {
    let mut machine = Machine::new(body);
    machine.bind(&body.params, args);
    machine.region(&body.region);
    machine.outcome(&body.params, &body.result)
}

/// Runs a forward sweep, and then its pullback on what `pulled` makes of the result.
pub(crate) fn run_pullback(body: &Body, args: &[Data], pulled: &[Data]) -> (Data, Outcome) {
    let pullback = body
        .pullback
        .as_ref()
        .expect("the body comes from the pullback transform");
    let mut machine = Machine::new(body);
    machine.bind(&body.params, args);
    machine.region(&body.region);
    let value = machine.tree(&body.result);
    machine.bind(&pullback.params, pulled);
    machine.region(&pullback.region);
    (value, machine.outcome(&pullback.params, &pullback.result))
}

struct Machine<'a> {
    body: &'a Body,
    values: Vec<Option<Data>>,
    places: Vec<Option<Memory>>,
    operations: usize,
    allocations: usize,
}

enum Memory {
    Own(Data),
    View(Target),
}

/// A path with its indices evaluated.
#[derive(Clone, Debug)]
struct Target {
    root: PlaceId,
    steps: Vec<usize>,
    window: Option<(usize, usize)>,
}

impl<'a> Machine<'a> {
    fn new(body: &'a Body) -> Self {
        Machine {
            body,
            values: vec![None; body.values.len()],
            places: body.places.iter().map(|_| None).collect(),
            operations: 0,
            allocations: 0,
        }
    }

    fn bind(&mut self, params: &[Param], args: &[Data]) {
        assert_eq!(params.len(), args.len(), "one argument for each parameter");
        for (param, arg) in params.iter().zip(args) {
            self.bind_tree(&param.tree, arg);
        }
    }

    fn bind_tree(&mut self, tree: &Tree, arg: &Data) {
        match tree {
            Tree::Value(id) => self.set(*id, arg.clone()),
            Tree::Place(id) => self.places[id.0 as usize] = Some(Memory::Own(arg.clone())),
            Tree::Tuple(parts) => {
                let pairs = parts.iter().zip(arg.list());
                pairs.for_each(|(part, arg)| self.bind_tree(part, arg));
            }
        }
    }

    fn outcome(&mut self, params: &[Param], result: &Tree) -> Outcome {
        Outcome {
            result: self.tree(result),
            args: params.iter().map(|param| self.tree(&param.tree)).collect(),
            operations: self.operations,
            allocations: self.allocations,
        }
    }

    fn tree(&mut self, tree: &Tree) -> Data {
        match tree {
            Tree::Value(id) => self.get(*id),
            // An argument that was passed by value may have moved away.
            Tree::Place(id) if self.places[id.0 as usize].is_none() => Data::unit(),
            Tree::Place(id) => self.read(&PlaceRef::whole(*id)),
            Tree::Tuple(parts) => Data::List(parts.iter().map(|part| self.tree(part)).collect()),
        }
    }

    fn get(&self, id: ValueId) -> Data {
        self.values[id.0 as usize]
            .clone()
            .unwrap_or_else(|| panic!("%{} has no value", id.0))
    }

    fn set(&mut self, id: ValueId, data: Data) {
        self.values[id.0 as usize] = Some(data);
    }

    fn float(&self, id: ValueId) -> f64 {
        self.get(id).float()
    }

    fn size(&self, id: ValueId) -> usize {
        usize::try_from(self.get(id).int()).expect("a size is not negative")
    }

    fn target(&self, at: &PlaceRef) -> Target {
        let mut res = match &self.places[at.root.0 as usize] {
            Some(Memory::View(target)) => target.clone(),
            _ => Target {
                root: at.root,
                steps: Vec::new(),
                window: None,
            },
        };
        for proj in &at.path {
            let (lo, hi) = match res.window.take() {
                Some((lo, hi)) => (lo, Some(hi)),
                None => (0, None),
            };
            match proj {
                Proj::Index(index) => {
                    let at = lo + self.size(*index);
                    assert!(hi.is_none_or(|hi| at < hi), "index {at} is outside of a range");
                    res.steps.push(at);
                }
                Proj::Member(_) => panic!("structs are not interpreted"),
                Proj::Field(k) => res.steps.push(*k),
                Proj::Entry(..) => panic!("matrices are not interpreted"),
                Proj::Range(start, end) => {
                    let whole = hi.unwrap_or_else(|| {
                        let mut all = Target {
                            window: None,
                            ..res.clone()
                        };
                        all.window = None;
                        self.data(&all).list().len()
                    });
                    let start = lo + start.map_or(0, |start| self.size(start));
                    let end = end.map_or(whole, |end| lo + self.size(end));
                    assert!(start <= end && end <= whole, "range {start}..{end} of {whole}");
                    res.window = Some((start, end));
                }
            }
        }
        res
    }

    /// The data under a target, its window not applied.
    fn data(&self, at: &Target) -> &Data {
        let Some(Memory::Own(data)) = &self.places[at.root.0 as usize] else {
            panic!("@{} is not alive", at.root.0)
        };
        at.steps.iter().fold(data, |data, step| &data.list()[*step])
    }

    fn data_mut(&mut self, at: &Target) -> &mut Data {
        let Some(Memory::Own(data)) = &mut self.places[at.root.0 as usize] else {
            panic!("@{} is not alive", at.root.0)
        };
        at.steps.iter().fold(data, |data, step| &mut data.vec()[*step])
    }

    fn read(&self, at: &PlaceRef) -> Data {
        let at = self.target(at);
        match at.window {
            None => self.data(&at).clone(),
            Some((lo, hi)) => Data::List(self.data(&at).list()[lo..hi].to_vec()),
        }
    }

    fn write(&mut self, at: &PlaceRef, data: Data) {
        let at = self.target(at);
        match (at.window, data) {
            (None, Data::List(new)) => {
                let old = self.data_mut(&at).vec();
                assert_eq!(old.len(), new.len(), "a copy of unequal lengths");
                *old = new;
            }
            (None, data) => *self.data_mut(&at) = data,
            (Some((lo, hi)), Data::List(new)) => {
                assert_eq!(hi - lo, new.len(), "a copy of unequal lengths");
                self.data_mut(&at).vec()[lo..hi].clone_from_slice(&new);
            }
            (Some(_), data) => panic!("{data:?} for a range"),
        }
    }

    /// As [`Machine::write`], but a whole `Vec` takes its length along.
    fn exchange(&mut self, at: &PlaceRef, data: Data) {
        let target = self.target(at);
        match target.window {
            None => *self.data_mut(&target) = data,
            Some(_) => self.write(at, data),
        }
    }

    /// Applies `change` to the owned list at a path.
    fn vec(&mut self, at: &PlaceRef) -> &mut Vec<Data> {
        let at = self.target(at);
        assert!(at.window.is_none(), "a range has no memory of its own");
        self.data_mut(&at).vec()
    }

    fn region(&mut self, region: &Region) -> Vec<Data> {
        region.stmts.iter().for_each(|stmt| self.stmt(stmt));
        region.yields.iter().map(|id| self.get(*id)).collect()
    }

    fn enter(&mut self, region: &Region, args: &[Data]) -> Vec<Data> {
        assert_eq!(region.params.len(), args.len(), "one argument for each parameter");
        for (param, arg) in region.params.iter().zip(args) {
            self.set(*param, arg.clone());
        }
        self.region(region)
    }

    fn stmt(&mut self, stmt: &Stmt) {
        let given = match &stmt.instr {
            Instr::If {
                cond,
                then,
                otherwise,
            } => {
                let side = if self.get(*cond).bool() { then } else { otherwise };
                self.region(side)
            }
            Instr::Loop(it) => self.repeat(it),
            instr => {
                let float = stmt.results.first().is_some_and(|id| self.body.is_float(*id));
                let counts = matches!(
                    instr,
                    Instr::Unary(..) | Instr::Binary(..) | Instr::Math { .. } | Instr::AddTo { .. }
                );
                self.operations += usize::from(counts && (float || stmt.results.is_empty()));
                self.instr(instr).into_iter().collect()
            }
        };
        assert_eq!(given.len(), stmt.results.len(), "{:?}", stmt.instr);
        for (result, data) in stmt.results.iter().zip(given) {
            self.set(*result, data);
        }
    }

    fn repeat(&mut self, it: &Loop) -> Vec<Data> {
        let mut carried: Vec<Data> = it.init.iter().map(|id| self.get(*id)).collect();
        let mut trips = 0;
        let mut indices: Box<dyn Iterator<Item = i128>> = match &it.kind {
            LoopKind::Range {
                start,
                end,
                step,
                reversed,
            } => {
                let (start, end) = (self.get(*start).int(), self.get(*end).int());
                let step = step.map_or(1, |step| self.size(step));
                let mut all: Vec<i128> = (start..end).step_by(step).collect();
                if *reversed {
                    all.reverse();
                }
                Box::new(all.into_iter())
            }
            LoopKind::While { .. } => Box::new(0..100_000),
        };
        loop {
            let index = indices.next();
            let mut args = Vec::new();
            match &it.kind {
                LoopKind::Range { .. } => match index {
                    Some(index) => args.push(Data::Int(index)),
                    None => break,
                },
                LoopKind::While { cond } => {
                    assert!(index.is_some(), "a loop does not end");
                    if let Some(cond) = cond
                        && !self.enter(cond, &carried)[0].bool()
                    {
                        break;
                    }
                }
            }
            trips += 1;
            args.extend(carried);
            carried = self.enter(&it.body, &args);
            if it.breaks && !carried.remove(0).bool() {
                break;
            }
        }
        if it.trips {
            carried.push(Data::Int(trips));
        }
        carried
    }

    fn instr(&mut self, instr: &Instr) -> Option<Data> {
        match instr {
            Instr::Const(Const::Float(x)) => Some(Data::Float(*x)),
            Instr::Const(Const::Int(n)) => Some(Data::Int(*n)),
            Instr::Const(Const::Bool(b)) => Some(Data::Bool(*b)),
            Instr::Unary(op, a) => Some(unary(*op, self.get(*a))),
            Instr::Binary(op, a, b) => Some(binary(*op, self.get(*a), self.get(*b))),
            Instr::Compare(op, a, b) => Some(Data::Bool(compare(*op, self.get(*a), self.get(*b)))),
            Instr::Select {
                cond,
                then,
                otherwise,
            } => {
                let chosen = if self.get(*cond).bool() { then } else { otherwise };
                Some(self.get(*chosen))
            }
            Instr::Math { rule, args } => {
                let args: Vec<_> = args.iter().map(|id| self.get(*id)).collect();
                Some(math(rule.name, &args))
            }
            Instr::Cast { value, to } => Some(cast(self.get(*value), to)),
            Instr::Alloc { place, init } => {
                self.allocations += usize::from(!matches!(init, Init::View { .. }));
                let memory = self.init(*place, init);
                self.places[place.0 as usize] = Some(memory);
                None
            }
            Instr::Load(from) => Some(self.read(from)),
            Instr::Store { to, value } => {
                let data = self.get(*value);
                self.write(to, data);
                None
            }
            Instr::AddTo { to, value } => {
                let sum = self.read(to).float() + self.float(*value);
                self.write(to, Data::Float(sum));
                None
            }
            Instr::Len(of) => Some(Data::Int(self.read(of).list().len() as i128)),
            Instr::Fill { to, value } => {
                let len = self.read(to).list().len();
                let data = self.get(*value);
                self.write(to, Data::List(vec![data; len]));
                None
            }
            Instr::CopyTo { to, from } => {
                let data = self.read(from);
                self.write(to, data);
                None
            }
            Instr::Accumulate { to, from } => {
                let mut sum = self.read(to);
                sum.add(&self.read(from));
                self.write(to, sum);
                None
            }
            Instr::Swap(a, b) => {
                let (left, right) = (self.read(a), self.read(b));
                self.exchange(a, right);
                self.exchange(b, left);
                None
            }
            Instr::Push { to, value } => {
                let data = self.get(*value);
                self.vec(to).push(data);
                None
            }
            Instr::Pop { from } => Some(self.vec(from).pop().expect("lower made sure of an element")),
            Instr::PushRow { to, row } => {
                let data = self.read(&PlaceRef::whole(*row));
                self.places[row.0 as usize] = None;
                self.vec(to).push(data);
                None
            }
            Instr::PopRow { from, row } => {
                let data = self.vec(from).pop().expect("lower made sure of a row");
                self.places[row.0 as usize] = Some(Memory::Own(data));
                None
            }
            Instr::Resize { to, len, value } => {
                let (len, data) = (self.size(*len), self.get(*value));
                self.vec(to).resize(len, data);
                None
            }
            Instr::Host { .. }
            | Instr::Opaque(_)
            | Instr::Call(_)
            | Instr::Matrix(_)
            | Instr::AddMatrix { .. }
            | Instr::SomePullback(_)
            | Instr::NoPullback => {
                panic!("{instr:?} is not interpreted")
            }
            Instr::If { .. } | Instr::Loop(_) => unreachable!("run with their regions"),
        }
    }

    fn init(&mut self, place: PlaceId, init: &Init) -> Memory {
        let length = |machine: &Self, len: &Option<ValueId>| match (len, &machine.body.place(place).ty) {
            (Some(len), _) => machine.size(*len),
            (None, Type::Array(_, Len::Known(len))) => *len,
            (None, other) => panic!("the length of {other:?} is not known"),
        };
        let data = match init {
            Init::Repeat { value, len } => Data::List(vec![self.get(*value); length(self, len)]),
            Init::List(values) => Data::List(values.iter().map(|id| self.get(*id)).collect()),
            Init::RepeatPlace { row, len } => Data::List(vec![self.read(row); length(self, len)]),
            Init::Rows(rows) => Data::List(rows.iter().map(|row| self.read(row)).collect()),
            Init::Copy { src, moved } => {
                let data = self.read(src);
                if *moved && src.path.is_empty() {
                    self.places[src.root.0 as usize] = None;
                }
                data
            }
            Init::Empty { .. } => Data::unit(),
            Init::ZerosLike(of) => self.read(of).zeros(),
            // What is read before it is written shows up as NaN.
            Init::Scratch { len } => {
                let ty = &self.body.place(place).ty;
                let element = match ty.element().expect("scratch has elements") {
                    Type::Int(_) => Data::Int(i128::MIN),
                    Type::Bool => Data::Bool(false),
                    Type::Array(_, Len::Known(n)) => Data::floats(&vec![f64::NAN; *n]),
                    _ => Data::Float(f64::NAN),
                };
                Data::List(vec![element; self.size(*len)])
            }
            Init::View { of, .. } => return Memory::View(self.target(of)),
            Init::Host { .. } | Init::Matrix(_) => panic!("host code is not interpreted"),
            Init::Struct { .. } => panic!("structs are not interpreted"),
        };
        Memory::Own(data)
    }
}
