//! Walks over the parts of an instruction, so that no pass has to match on all of them.

use super::{
    Arg, Call, CallMode, HostArg, Init, Instr, Loop, LoopKind, PlaceId, PlaceRef, Proj, Region, Stmt, Tree,
    ValueId,
};
use std::collections::{BTreeMap, BTreeSet};

/// What a walk does with the parts of an instruction. Nested regions are not entered.
pub(crate) trait Parts {
    fn value(&mut self, _value: &mut ValueId) {}
    fn place(&mut self, _place: &mut PlaceRef, _access: Access) {}
}

/// What an instruction does with a place that it names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Access {
    Read,
    Write,
    /// Reads and writes.
    Update,
    /// Begins the place; the old content is not looked at.
    Begin,
    /// Only asks for the shape.
    Shape,
}

impl Access {
    pub(crate) fn writes(self) -> bool {
        match self {
            Access::Write | Access::Update | Access::Begin => true,
            Access::Read | Access::Shape => false,
        }
    }

    pub(crate) fn reads(self) -> bool {
        match self {
            Access::Read | Access::Update => true,
            Access::Write | Access::Begin | Access::Shape => false,
        }
    }
}

/// Shows every operand of `instr` to `parts`; those that it changes are changed in place.
pub(crate) fn walk(instr: &mut Instr, parts: &mut impl Parts) {
    match instr {
        Instr::Const(_) | Instr::NoPullback => (),
        Instr::Unary(_, a) | Instr::SomePullback(a) | Instr::Cast { value: a, to: _ } => parts.value(a),
        Instr::Binary(_, a, b) | Instr::Compare(_, a, b) => {
            parts.value(a);
            parts.value(b);
        }
        Instr::Select {
            cond,
            then,
            otherwise,
        } => {
            parts.value(cond);
            parts.value(then);
            parts.value(otherwise);
        }
        Instr::Math { rule: _, args } => args.iter_mut().for_each(|arg| parts.value(arg)),
        Instr::Host {
            template: _,
            args,
            pure: _,
        } => host_args(args, parts),
        Instr::Alloc { place: id, init } => {
            init_parts(init, parts);
            begin(id, parts);
        }
        Instr::Load(from) => place(from, Access::Read, parts),
        Instr::Store { to, value } | Instr::Fill { to, value } => {
            parts.value(value);
            place(to, Access::Write, parts);
        }
        Instr::AddTo { to, value } | Instr::Push { to, value } => {
            parts.value(value);
            place(to, Access::Update, parts);
        }
        Instr::Len(of) => place(of, Access::Shape, parts),
        Instr::CopyTo { to, from } => {
            place(from, Access::Read, parts);
            place(to, Access::Write, parts);
        }
        Instr::Accumulate { to, from } => {
            place(from, Access::Read, parts);
            place(to, Access::Update, parts);
        }
        Instr::Swap(a, b) => {
            place(a, Access::Update, parts);
            place(b, Access::Update, parts);
        }
        Instr::Pop { from } => place(from, Access::Update, parts),
        Instr::PushRow { to, row } => {
            whole(row, Access::Update, parts);
            place(to, Access::Update, parts);
        }
        Instr::PopRow { from, row } => {
            place(from, Access::Update, parts);
            begin(row, parts);
        }
        Instr::Resize { to, len, value } => {
            parts.value(len);
            parts.value(value);
            place(to, Access::Update, parts);
        }
        Instr::Call(call) => call_parts(call, parts),
        Instr::Opaque(it) => {
            host_args(&mut it.args, parts);
            it.inputs.iter_mut().for_each(|input| parts.value(input));
        }
        Instr::If { cond, .. } => parts.value(cond),
        Instr::Loop(it) => {
            if let LoopKind::Range { start, end, step, .. } = &mut it.kind {
                parts.value(start);
                parts.value(end);
                step.iter_mut().for_each(|step| parts.value(step));
            }
            it.init.iter_mut().for_each(|init| parts.value(init));
        }
    }
}

fn place(at: &mut PlaceRef, access: Access, parts: &mut impl Parts) {
    for proj in &mut at.path {
        match proj {
            Proj::Index(index) => parts.value(index),
            Proj::Range(start, end) => start.iter_mut().chain(end).for_each(|bound| parts.value(bound)),
            Proj::Field(_) => (),
        }
    }
    parts.place(at, access);
}

fn whole(id: &mut PlaceId, access: Access, parts: &mut impl Parts) {
    let mut at = PlaceRef::whole(*id);
    parts.place(&mut at, access);
    *id = at.root;
}

fn begin(id: &mut PlaceId, parts: &mut impl Parts) {
    whole(id, Access::Begin, parts);
}

fn init_parts(init: &mut Init, parts: &mut impl Parts) {
    match init {
        Init::Repeat { value, len } => {
            parts.value(value);
            len.iter_mut().for_each(|len| parts.value(len));
        }
        Init::List(values) => values.iter_mut().for_each(|value| parts.value(value)),
        Init::RepeatPlace { row, len } => {
            len.iter_mut().for_each(|len| parts.value(len));
            place(row, Access::Read, parts);
        }
        Init::Rows(rows) => rows.iter_mut().for_each(|row| place(row, Access::Read, parts)),
        Init::Copy { src, moved } => place(src, if *moved { Access::Update } else { Access::Read }, parts),
        Init::Empty { capacity } => capacity.iter_mut().for_each(|capacity| parts.value(capacity)),
        Init::ZerosLike(of) => place(of, Access::Shape, parts),
        Init::Scratch { len } => parts.value(len),
        Init::View { of, .. } => place(of, Access::Update, parts),
        Init::Host { template: _, args } => host_args(args, parts),
    }
}

fn host_args(args: &mut [HostArg], parts: &mut impl Parts) {
    for arg in args {
        match arg {
            HostArg::Value(value) => parts.value(value),
            HostArg::Place(at) => place(at, Access::Read, parts),
            HostArg::PlaceMut(at) => place(at, Access::Update, parts),
        }
    }
}

fn call_parts(call: &mut Call, parts: &mut impl Parts) {
    use super::Passing;
    let mut arg = |arg: &mut Arg| {
        let access = if arg.passing == Passing::RefMut {
            Access::Update
        } else {
            Access::Read
        };
        match &mut arg.place {
            // The buffers inside of a tuple of cotangents.
            None => tree_parts(&mut arg.operand, access, parts),
            Some(at) => {
                tree_values(&mut arg.operand, parts);
                place(at, access, parts);
            }
        }
    };
    call.args.iter_mut().for_each(&mut arg);
    match &mut call.mode {
        CallMode::Primal | CallMode::Forward { .. } => (),
        CallMode::Pushforward { tangents, .. } | CallMode::ForwardTangent { tangents, .. } => {
            tangents.iter_mut().flatten().for_each(arg);
        }
        CallMode::Pullback {
            pullback,
            optional: _,
            seeds,
            cotangents,
        } => {
            cotangents.iter_mut().flatten().for_each(arg);
            parts.value(pullback);
            tree_values(seeds, parts);
        }
        CallMode::PullbackTangent {
            pullback,
            optional: _,
            seeds,
            seeds_dot,
            tangents,
            cotangents,
            cotangents_dot,
        } => {
            for list in [tangents, cotangents, cotangents_dot] {
                list.iter_mut().flatten().for_each(&mut arg);
            }
            parts.value(pullback);
            tree_values(seeds, parts);
            tree_values(seeds_dot, parts);
        }
    }
}

fn tree_values(tree: &mut Tree, parts: &mut impl Parts) {
    tree_parts(tree, Access::Read, parts);
}

fn tree_parts(tree: &mut Tree, access: Access, parts: &mut impl Parts) {
    match tree {
        Tree::Value(value) => parts.value(value),
        Tree::Place(id) => whole(id, access, parts),
        Tree::Tuple(all) => all.iter_mut().for_each(|part| tree_parts(part, access, parts)),
    }
}

/// The regions directly inside of an instruction.
pub(crate) fn regions(instr: &Instr) -> Vec<&Region> {
    match instr {
        Instr::If { then, otherwise, .. } => vec![then, otherwise],
        Instr::Loop(it) => match &it.kind {
            LoopKind::While { cond: Some(cond) } => vec![cond, &it.body],
            LoopKind::While { cond: None } | LoopKind::Range { .. } => vec![&it.body],
        },
        _ => Vec::new(),
    }
}

/// The regions directly inside of an instruction, to be changed.
pub(crate) fn regions_mut(instr: &mut Instr) -> Vec<&mut Region> {
    match instr {
        Instr::If { then, otherwise, .. } => vec![then, otherwise],
        Instr::Loop(it) => {
            let Loop { kind, body, .. } = it.as_mut();
            match kind {
                LoopKind::While { cond: Some(cond) } => vec![cond, body],
                LoopKind::While { cond: None } | LoopKind::Range { .. } => vec![body],
            }
        }
        _ => Vec::new(),
    }
}

/// The values that the instruction itself reads, not those read inside of its regions.
pub(crate) fn uses(instr: &Instr) -> Vec<ValueId> {
    struct Collect(Vec<ValueId>);
    impl Parts for Collect {
        fn value(&mut self, value: &mut ValueId) {
            self.0.push(*value);
        }
    }
    let mut all = Collect(Vec::new());
    walk(&mut instr.clone_shallow(), &mut all);
    all.0
}

/// The places that the instruction itself names, and what it does with them.
pub(crate) fn places(instr: &Instr) -> Vec<(PlaceRef, Access)> {
    struct Collect(Vec<(PlaceRef, Access)>);
    impl Parts for Collect {
        fn place(&mut self, place: &mut PlaceRef, access: Access) {
            self.0.push((place.clone(), access));
        }
    }
    let mut all = Collect(Vec::new());
    walk(&mut instr.clone_shallow(), &mut all);
    all.0
}

/// The places that an instruction brings into scope.
pub(crate) fn begun(instr: &Instr) -> Vec<PlaceId> {
    match instr {
        Instr::Alloc { place, .. } => vec![*place],
        Instr::PopRow { row, .. } => vec![*row],
        Instr::Call(call) => {
            let mut res = call.result.places();
            match &call.mode {
                CallMode::Pushforward { result_dot, .. } | CallMode::ForwardTangent { result_dot, .. } => {
                    res.extend(result_dot.places());
                }
                CallMode::Primal
                | CallMode::Forward { .. }
                | CallMode::Pullback { .. }
                | CallMode::PullbackTangent { .. } => (),
            }
            res
        }
        _ => Vec::new(),
    }
}

/// Replaces operands by what `map` has for them.
pub(crate) fn rename(instr: &mut Instr, map: &BTreeMap<ValueId, ValueId>) {
    struct Rename<'a>(&'a BTreeMap<ValueId, ValueId>);
    impl Parts for Rename<'_> {
        fn value(&mut self, value: &mut ValueId) {
            if let Some(to) = self.0.get(value) {
                *value = *to;
            }
        }
    }
    walk(instr, &mut Rename(map));
}

/// Replaces uses everywhere inside of `region`, its yields included.
pub(crate) fn rename_region(region: &mut Region, map: &BTreeMap<ValueId, ValueId>) {
    for stmt in &mut region.stmts {
        rename(&mut stmt.instr, map);
        regions_mut(&mut stmt.instr)
            .into_iter()
            .for_each(|inner| rename_region(inner, map));
    }
    for id in &mut region.yields {
        *id = map.get(id).copied().unwrap_or(*id);
    }
}

/// Calls `f` with every statement of `region`, from the first to the last, outer before inner.
pub(crate) fn each<'a>(region: &'a Region, f: &mut impl FnMut(&'a Stmt)) {
    for stmt in &region.stmts {
        f(stmt);
        regions(&stmt.instr).into_iter().for_each(|inner| each(inner, f));
    }
}

/// The values that `region` reads and does not define.
pub(crate) fn free_values(region: &Region) -> BTreeSet<ValueId> {
    let (mut used, mut defined) = (BTreeSet::new(), BTreeSet::new());
    collect(region, &mut used, &mut defined);
    used.difference(&defined).copied().collect()
}

fn collect(region: &Region, used: &mut BTreeSet<ValueId>, defined: &mut BTreeSet<ValueId>) {
    defined.extend(&region.params);
    used.extend(&region.yields);
    for stmt in &region.stmts {
        used.extend(uses(&stmt.instr));
        defined.extend(&stmt.results);
        regions(&stmt.instr)
            .into_iter()
            .for_each(|inner| collect(inner, used, defined));
    }
}

/// Whether the instruction may be dropped when nobody wants its results, and repeated when somebody does.
/// Loads count as pure: what they read is the business of who moves them. Regions are not looked into.
pub(crate) fn is_pure(instr: &Instr) -> bool {
    match instr {
        Instr::Const(_)
        | Instr::Unary(..)
        | Instr::Binary(..)
        | Instr::Compare(..)
        | Instr::Select { .. }
        | Instr::Math { .. }
        | Instr::Cast { .. }
        | Instr::Load(_)
        | Instr::Len(_)
        | Instr::SomePullback(_)
        | Instr::NoPullback => true,
        Instr::Host { pure, .. } => *pure,
        Instr::Alloc { .. }
        | Instr::Store { .. }
        | Instr::AddTo { .. }
        | Instr::Fill { .. }
        | Instr::CopyTo { .. }
        | Instr::Accumulate { .. }
        | Instr::Swap(..)
        | Instr::Push { .. }
        | Instr::Pop { .. }
        | Instr::PushRow { .. }
        | Instr::PopRow { .. }
        | Instr::Resize { .. }
        | Instr::Call(_)
        | Instr::Opaque(_)
        | Instr::If { .. }
        | Instr::Loop(_) => false,
    }
}

impl Instr {
    /// A copy without the statements inside, for looking at the operands.
    fn clone_shallow(&self) -> Instr {
        match self {
            Instr::If { cond, .. } => Instr::If {
                cond: *cond,
                then: Region::default(),
                otherwise: Region::default(),
            },
            Instr::Loop(it) => {
                let kind = match &it.kind {
                    LoopKind::Range { .. } => it.kind.clone(),
                    LoopKind::While { .. } => LoopKind::While { cond: None },
                };
                let init = it.init.clone();
                let (breaks, trips) = (it.breaks, it.trips);
                Instr::Loop(Box::new(Loop {
                    kind,
                    init,
                    body: Region::default(),
                    breaks,
                    trips,
                }))
            }
            other => other.clone(),
        }
    }
}
