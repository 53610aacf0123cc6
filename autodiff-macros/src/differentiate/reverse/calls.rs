//! Adjoints of calls: the forward sweep calls the callee's forward part, which gives a pullback; the reverse sweep
//! calls that.

use super::Reverse;
use super::record::Slot;
use crate::ir::{
    Arg, Call, CallMode, HostArg, Init, Instr, Passing, PlaceId, PlaceRef, Stmt, Tree, Type, ValueId,
};

impl<'a> Reverse<'a> {
    pub(super) fn back_call(&mut self, stmt: &'a Stmt, call: &'a Call) {
        let seeds_wanted = call.result.values().iter().any(|id| self.is_active(*id))
            || call
                .result
                .places()
                .iter()
                .any(|id| self.active.places.contains(id));
        let writes = call
            .args
            .iter()
            .any(|arg| arg.passing == Passing::RefMut && self.arg_active(arg));
        if !seeds_wanted && !writes {
            return;
        }
        let key = self.layout.key(stmt);
        let home = self.layout.region_of(key);
        let active: Vec<bool> = call.args.iter().map(|arg| self.arg_active(arg)).collect();

        let pullback = self.b.value(Type::Pullback);
        if let Some(name) = call.callee.name() {
            self.b.name(pullback, format!("{name}_pullback"));
        }
        let optional = !self.in_scope(home) && self.loops_around(home).is_empty();
        let args = self.args_again(stmt, call);
        let mut results = stmt.results.clone();
        results.push(pullback);
        let forward = Call {
            mode: CallMode::Forward {
                active: active.clone(),
                boxed: optional,
            },
            ..call.clone()
        };
        let instead = Stmt {
            results,
            instr: Instr::Call(Box::new(forward)),
            span: stmt.span,
        };
        self.plan.instead.insert(key, vec![instead]);

        let seeds = self.seeds_of(&call.result);
        let pullback = self.extra(pullback, home, Slot::After(key));
        let mut results = Vec::new();
        let mut cotangents = Vec::new();
        let mut terms = Vec::new();
        let mut apart = Vec::new();
        for (arg, active) in call.args.iter().zip(active) {
            let mut cotangent = active.then(|| self.cotangent_arg(arg, &mut results, &mut terms));
            if let Some(cotangent) = cotangent.as_mut().filter(|_| arg.passing != Passing::Value) {
                self.set_apart(cotangent, &cotangents, &mut apart);
            }
            cotangents.push(cotangent);
        }
        let mode = CallMode::Pullback {
            pullback,
            optional,
            seeds,
            cotangents,
        };
        let back = Call {
            args,
            mode,
            result: Tree::Tuple(Vec::new()),
            ..call.clone()
        };
        self.b.stmts().push(Stmt {
            results,
            instr: Instr::Call(Box::new(back)),
            span: stmt.span,
        });
        for (value, term) in terms {
            self.add_bar(value, term);
        }
        for (to, from) in apart {
            self.b.effect(Instr::Accumulate { to, from });
        }
    }

    /// Two arguments may lie in one variable, `f(x, x)`, but no two cotangents are lent mutably at once: the later one
    /// gets memory of its own, and is added behind the call.
    fn set_apart(
        &mut self,
        cotangent: &mut Arg,
        earlier: &[Option<Arg>],
        apart: &mut Vec<(PlaceRef, PlaceRef)>,
    ) {
        let Some(at) = cotangent.place.clone() else { return };
        let roots = earlier.iter().flatten().filter_map(|arg| arg.place.as_ref());
        if !roots.into_iter().any(|other| other.root == at.root) {
            return;
        }
        let ty = match self.shadow_type_at(&at) {
            Type::Slice(element) => Type::Vec(element),
            other => other,
        };
        let own = self.new_place(ty, None, None);
        self.b.alloc(own, Init::ZerosLike(at.clone()));
        let own = PlaceRef::whole(own);
        apart.push((at, own.clone()));
        cotangent.operand = Tree::Place(own.root);
        cotangent.place = Some(own);
    }

    fn arg_active(&self, arg: &Arg) -> bool {
        arg.operand.values().iter().any(|id| self.is_active(*id))
            || arg
                .operand
                .places()
                .iter()
                .any(|id| self.active.places.contains(id))
            || arg
                .place
                .as_ref()
                .is_some_and(|at| self.active.places.contains(&at.root))
    }

    /// The cotangents of the call's results; zeros where nobody asked.
    fn seeds_of(&mut self, result: &Tree) -> Tree {
        match result {
            Tree::Value(id) if self.primal.is_float(*id) => Tree::Value(match self.bars.remove(id) {
                Some(bar) => bar,
                None => self.zero_like(*id),
            }),
            Tree::Place(id) if self.primal.place(*id).ty.has_floats() => {
                let shadow = match self.shadow(*id) {
                    Some(shadow) => shadow,
                    None => self.zeros_of(*id),
                };
                Tree::Place(shadow)
            }
            Tree::Value(_) | Tree::Place(_) => Tree::Tuple(Vec::new()),
            Tree::Tuple(parts) => Tree::Tuple(parts.iter().map(|part| self.seeds_of(part)).collect()),
        }
    }

    fn zeros_of(&mut self, place: PlaceId) -> PlaceId {
        let ty = self.primal.place(place).ty.clone();
        let zeros = self.new_place(ty, None, None);
        let of = self.place_here(place);
        self.b.alloc(zeros, Init::ZerosLike(of));
        zeros
    }

    /// Where the cotangent of an argument goes: a buffer's is accumulated, a value's is a result of the call.
    fn cotangent_arg(
        &mut self,
        arg: &Arg,
        results: &mut Vec<ValueId>,
        terms: &mut Vec<(ValueId, ValueId)>,
    ) -> Arg {
        let place = arg.place.as_ref().and_then(|at| self.shadow_ref(at));
        let operand = match (&place, &arg.operand) {
            (Some(place), Tree::Place(_)) => Tree::Place(place.root),
            (_, tree) => self.contribution(tree, results, terms),
        };
        Arg {
            operand,
            place,
            passing: Passing::RefMut,
            span: arg.span,
        }
    }

    fn contribution(
        &mut self,
        tree: &Tree,
        results: &mut Vec<ValueId>,
        terms: &mut Vec<(ValueId, ValueId)>,
    ) -> Tree {
        match tree {
            Tree::Value(id) if self.primal.is_float(*id) => {
                let term = self.mirror_value(*id, "_term");
                results.push(term);
                terms.push((*id, term));
                Tree::Value(term)
            }
            Tree::Place(id) => match self.shadow(*id) {
                Some(shadow) => Tree::Place(shadow),
                None => Tree::Place(self.zeros_of(*id)),
            },
            Tree::Value(_) => Tree::Tuple(Vec::new()),
            Tree::Tuple(parts) => Tree::Tuple(
                parts
                    .iter()
                    .map(|part| self.contribution(part, results, terms))
                    .collect(),
            ),
        }
    }

    /// The arguments as the pullback is given them again: references must show what the call saw.
    fn args_again(&mut self, stmt: &'a Stmt, call: &'a Call) -> Vec<Arg> {
        let mut res = Vec::new();
        for arg in &call.args {
            let mut again = arg.clone();
            match (&arg.place, arg.passing) {
                (Some(at), Passing::Ref) => {
                    let here = self.content_at(stmt, at);
                    again.operand = Tree::Place(here.root);
                    again.place = Some(here);
                }
                // A reference to a number or to host state.
                (None, Passing::Ref) => again.operand = self.tree_again(&arg.operand),
                // Owned arguments live in the pullback, and buffers are not passed again.
                (_, Passing::Value | Passing::RefMut) => {
                    again.operand = Tree::Tuple(Vec::new());
                    again.place = None;
                }
            }
            res.push(again);
        }
        res
    }

    fn tree_again(&mut self, tree: &Tree) -> Tree {
        match tree {
            Tree::Value(id) => Tree::Value(self.host_again(*id)),
            Tree::Place(id) => Tree::Place(self.place_here(*id).root),
            Tree::Tuple(parts) => Tree::Tuple(parts.iter().map(|part| self.tree_again(part)).collect()),
        }
    }

    /// A host value that may borrow from the caller: a pullback must not close over it, so it is had once more from the
    /// parameters that are passed again.
    fn host_again(&mut self, id: ValueId) -> ValueId {
        let definition = self.layout.def(id).map(|(_, stmt)| &stmt.instr);
        let (
            Type::Host,
            Some(Instr::Host {
                template,
                args,
                pure: true,
            }),
        ) = (self.primal.ty(id), definition)
        else {
            return self.available(id);
        };
        let mut again = Vec::new();
        for arg in args {
            again.push(match arg {
                HostArg::Value(value) => HostArg::Value(self.host_again(*value)),
                HostArg::Place(at) | HostArg::PlaceMut(at) => {
                    let (root, path) = (self.place_here(at.root), self.path_here(at));
                    HostArg::Place(PlaceRef {
                        root: root.root,
                        path: root.path.into_iter().chain(path).collect(),
                    })
                }
            });
        }
        let instr = Instr::Host {
            template: template.clone(),
            args: again,
            pure: true,
        };
        self.b.one(instr, Type::Host)
    }

    /// The content of `at` as `stmt` saw it: the place itself if nothing changes it afterwards, a copy otherwise.
    pub(super) fn content_at(&mut self, stmt: &'a Stmt, at: &PlaceRef) -> PlaceRef {
        let key = self.layout.key(stmt);
        let path = self.path_here(at);
        if self.layout.stays(at.root, key, false) && self.reachable(at.root) {
            let root = self.place_here(at.root);
            return PlaceRef {
                root: root.root,
                path: root.path.into_iter().chain(path).collect(),
            };
        }
        let ty = match self.type_at(at) {
            Type::Slice(element) => Type::Vec(element),
            other => other,
        };
        let name = self.primal.place(at.root).name.clone();
        let copy = self.new_place(ty, name.as_ref().map(|name| (name, "_then")), None);
        let init = Init::Copy {
            src: at.clone(),
            moved: false,
        };
        let save = Stmt {
            results: Vec::new(),
            instr: Instr::Alloc { place: copy, init },
            span: stmt.span,
        };
        self.plan.before.entry(key).or_default().push(save);
        let home = self.layout.region_of(key);
        if self.in_scope(home) {
            return PlaceRef::whole(copy);
        }
        self.keep_copy(copy, home, key)
    }
}
