//! What an instruction is made of, once: the walk that looks at the parts and the one that changes them say the same.

use super::Access;
use crate::ir::{
    Arg, Call, CallMode, Content, HostArg, Init, Instr, LoopKind, MatrixArg, MatrixOp, Passing, PlaceId,
    PlaceRef, Proj, Tree, ValueId,
};
use crate::rules::linalg::Kind;

/// What a walk does with the parts of an instruction, which it may change. Nested regions are not entered.
pub(crate) trait Parts {
    fn value(&mut self, _value: &mut ValueId) {}
    fn place(&mut self, _place: &mut PlaceRef, _access: Access) {}
    fn whole(&mut self, id: &mut PlaceId, access: Access) {
        let mut at = PlaceRef::whole(*id);
        self.place(&mut at, access);
        *id = at.root;
    }
}

/// What a look does with the parts of an instruction. Nested regions are not entered.
pub(crate) trait Look {
    fn value(&mut self, _value: &ValueId) {}
    fn place(&mut self, _place: &PlaceRef, _access: Access) {}
    fn whole(&mut self, id: &PlaceId, access: Access) {
        self.place(&PlaceRef::whole(*id), access);
    }
}

macro_rules! walks {
    ($module:ident, $Parts:ident, $iter:ident $(, $mutable:tt)?) => {
        mod $module {
            use super::*;

            /// Shows every operand of `instr` to `parts`; those that it changes are changed in place.
            pub(crate) fn walk(instr: &$($mutable)? Instr, parts: &mut impl $Parts) {
                match instr {
                    Instr::Const(_) | Instr::NoPullback => (),
                    Instr::Unary(_, a) | Instr::SomePullback(a) | Instr::Cast { value: a, .. } => {
                        parts.value(a);
                    }
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
                    Instr::Math { rule: _, args } => values(args, parts),
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
                    Instr::AddMatrix { to, op, negative: _ } => {
                        matrix_parts(op, parts);
                        place(to, Access::Update, parts);
                    }
                    Instr::Matrix(op) => matrix_parts(op, parts),
                    Instr::Swap(a, b) => {
                        place(a, Access::Update, parts);
                        place(b, Access::Update, parts);
                    }
                    Instr::Pop { from } => place(from, Access::Update, parts),
                    Instr::PushRow { to, row } => {
                        parts.whole(row, Access::Update);
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
                        host_args(&$($mutable)? it.args, parts);
                        values(&$($mutable)? it.inputs, parts);
                    }
                    Instr::If { cond, .. } => parts.value(cond),
                    Instr::Loop(it) => {
                        if let LoopKind::Range { start, end, step, .. } = &$($mutable)? it.kind {
                            parts.value(start);
                            parts.value(end);
                            option(step, parts);
                        }
                        values(&$($mutable)? it.init, parts);
                    }
                }
            }

            fn values(all: &$($mutable)? [ValueId], parts: &mut impl $Parts) {
                for value in all {
                    parts.value(value);
                }
            }

            fn option(value: &$($mutable)? Option<ValueId>, parts: &mut impl $Parts) {
                if let Some(value) = value {
                    parts.value(value);
                }
            }

            fn place(at: &$($mutable)? PlaceRef, access: Access, parts: &mut impl $Parts) {
                for proj in &$($mutable)? at.path {
                    match proj {
                        Proj::Index(index) => parts.value(index),
                        Proj::Entry(row, column) => {
                            parts.value(row);
                            parts.value(column);
                        }
                        Proj::Range(start, end) => {
                            option(start, parts);
                            option(end, parts);
                        }
                        Proj::Field(_) | Proj::Member(_) => (),
                    }
                }
                parts.place(at, access);
            }

            fn matrix_parts(op: &$($mutable)? MatrixOp, parts: &mut impl $Parts) {
                for ((_, kind), arg) in op.rule.args.iter().zip(&$($mutable)? op.args) {
                    match arg {
                        MatrixArg::Value(value) => parts.value(value),
                        MatrixArg::Place(at) if *kind == Kind::Shape => place(at, Access::Shape, parts),
                        MatrixArg::Place(at) => place(at, Access::Read, parts),
                    }
                }
            }

            fn begin(id: &$($mutable)? PlaceId, parts: &mut impl $Parts) {
                parts.whole(id, Access::Begin);
            }

            fn init_parts(init: &$($mutable)? Init, parts: &mut impl $Parts) {
                match init {
                    Init::Repeat { value, len } => {
                        parts.value(value);
                        option(len, parts);
                    }
                    Init::List(all) => values(all, parts),
                    Init::RepeatPlace { row, len } => {
                        option(len, parts);
                        place(row, Access::Read, parts);
                    }
                    Init::Rows(rows) => rows.$iter().for_each(|row| place(row, Access::Read, parts)),
                    Init::Struct { path: _, fields } => {
                        for (_, content) in fields {
                            match content {
                                Content::Value(value) => parts.value(value),
                                Content::Place(at) => place(at, Access::Read, parts),
                            }
                        }
                    }
                    Init::Copy { src, moved: true } => place(src, Access::Update, parts),
                    Init::Copy { src, moved: false } => place(src, Access::Read, parts),
                    Init::Empty { capacity } => option(capacity, parts),
                    Init::Matrix(op) => matrix_parts(op, parts),
                    Init::ZerosLike(of) => place(of, Access::Shape, parts),
                    Init::Scratch { len } => parts.value(len),
                    Init::View { of, .. } => place(of, Access::Update, parts),
                    Init::Host { template: _, args } => host_args(args, parts),
                }
            }

            fn host_args(args: &$($mutable)? [HostArg], parts: &mut impl $Parts) {
                for arg in args {
                    match arg {
                        HostArg::Value(value) => parts.value(value),
                        HostArg::Place(at) => place(at, Access::Read, parts),
                        HostArg::PlaceMut(at) => place(at, Access::Update, parts),
                    }
                }
            }

            fn call_parts(call: &$($mutable)? Call, parts: &mut impl $Parts) {
                let mut arg = |arg: &$($mutable)? Arg| {
                    let access = if arg.passing == Passing::RefMut {
                        Access::Update
                    } else {
                        Access::Read
                    };
                    match &$($mutable)? arg.place {
                        // The buffers inside of a tuple of cotangents.
                        None => tree_parts(&$($mutable)? arg.operand, access, parts),
                        Some(at) => {
                            tree_values(&$($mutable)? arg.operand, parts);
                            place(at, access, parts);
                        }
                    }
                };
                call.args.$iter().for_each(&mut arg);
                match &$($mutable)? call.mode {
                    CallMode::Primal | CallMode::Forward { .. } => (),
                    CallMode::Pushforward { tangents, .. } | CallMode::ForwardTangent { tangents, .. } => {
                        tangents.$iter().flatten().for_each(arg);
                    }
                    CallMode::Pullback {
                        pullback,
                        optional: _,
                        seeds,
                        cotangents,
                    } => {
                        cotangents.$iter().flatten().for_each(arg);
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
                            list.$iter().flatten().for_each(&mut arg);
                        }
                        parts.value(pullback);
                        tree_values(seeds, parts);
                        tree_values(seeds_dot, parts);
                    }
                }
            }

            fn tree_values(tree: &$($mutable)? Tree, parts: &mut impl $Parts) {
                tree_parts(tree, Access::Read, parts);
            }

            fn tree_parts(tree: &$($mutable)? Tree, access: Access, parts: &mut impl $Parts) {
                match tree {
                    Tree::Value(value) => parts.value(value),
                    Tree::Place(id) => parts.whole(id, access),
                    Tree::Tuple(all) => all.$iter().for_each(|part| tree_parts(part, access, parts)),
                }
            }


        }
    };
}

walks!(looking, Look, iter);
walks!(changing, Parts, iter_mut, mut);

pub(crate) use changing::walk;
pub(crate) use looking::walk as look;
