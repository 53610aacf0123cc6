//! Adjoints of instructions on memory: each mirrors on the shadow what the primal did, backwards.

use super::Reverse;
use super::matrices::Home;
use super::record::Slot;
use crate::ir::{
    BinaryOp, Content, Init, Instr, Loop, LoopKind, PlaceId, PlaceRef, Proj, Region, Stmt, Type, ValueId,
};
use crate::rules::linalg::Term;

impl<'a> Reverse<'a> {
    pub(super) fn back_effect(&mut self, stmt: &'a Stmt) {
        match &stmt.instr {
            Instr::Store { to, value } => {
                let Some(bar) = self.shadow_ref(to) else { return };
                if self.is_active(*value) {
                    let ty = self.primal.ty(*value).clone();
                    let term = self.b.load(bar.clone(), ty);
                    self.add_bar(*value, term);
                }
                if !self.written_once(stmt, to) {
                    let zero = self.zero_like(*value);
                    self.b.store(bar, zero);
                }
            }
            Instr::AddTo { to, value } => {
                if !self.is_active(*value) {
                    return;
                }
                let Some(bar) = self.shadow_ref(to) else { return };
                let ty = self.primal.ty(*value).clone();
                let term = self.b.load(bar, ty);
                self.add_bar(*value, term);
            }
            Instr::Fill { to, value } => {
                let Some(bar) = self.shadow_ref(to) else { return };
                if self.is_active(*value) {
                    let len = self.b.len(bar.clone());
                    let start = self.b.usize(0);
                    self.sum_up(&bar, start, len, *value);
                }
                let ty = self.type_at(to);
                self.clear(bar, &ty);
            }
            Instr::CopyTo { to, from } => {
                let Some(bar) = self.shadow_ref(to) else { return };
                if let Some(source) = self.shadow_ref(from) {
                    self.b.effect(Instr::Accumulate {
                        to: source,
                        from: bar.clone(),
                    });
                }
                let ty = self.type_at(to);
                self.clear(bar, &ty);
            }
            Instr::Accumulate { to, from } => {
                if let (Some(bar), Some(source)) = (self.shadow_ref(to), self.shadow_ref(from)) {
                    self.b.effect(Instr::Accumulate {
                        to: source,
                        from: bar,
                    });
                }
            }
            Instr::AddMatrix { to, op, negative } => {
                if let Some(bar) = self.shadow_ref(to) {
                    self.back_matrix(stmt, op, None, Term::Matrix(bar), *negative);
                }
            }
            Instr::Swap(l, r) => {
                if let (Some(l), Some(r)) = (self.shadow_ref(l), self.shadow_ref(r)) {
                    self.b.effect(Instr::Swap(l, r));
                }
            }
            Instr::Push { to, value } => {
                let Some(from) = self.shadow_ref(to) else { return };
                let ty = self.primal.ty(*value).clone();
                let term = self.b.one(Instr::Pop { from }, ty);
                self.add_bar(*value, term);
            }
            Instr::PushRow { to, row } => {
                if let (Some(from), Some(row)) = (self.shadow_ref(to), self.shadow(*row)) {
                    self.b.effect(Instr::PopRow { from, row });
                }
            }
            Instr::PopRow { from, row } => {
                if let (Some(to), Some(row)) = (self.shadow_ref(from), self.shadow(*row)) {
                    self.b.effect(Instr::PushRow { to, row });
                }
            }
            Instr::Resize { to, len: _, value } => self.back_resize(stmt, to, *value),
            Instr::Alloc { place, init } => self.back_alloc(stmt, *place, init),
            // Nothing else without a float result carries a derivative.
            _ => (),
        }
    }

    pub(super) fn back_pop(&mut self, instr: &'a Instr, y: ValueId, bar: Option<ValueId>) {
        let Instr::Pop { from } = instr else { return };
        let Some(to) = self.shadow_ref(from) else { return };
        let value = match bar {
            Some(bar) => bar,
            None => self.zero_like(y),
        };
        self.b.effect(Instr::Push { to, value });
    }

    /// The shadow goes back to the old length; what the primal filled in gave its value's cotangent.
    fn back_resize(&mut self, stmt: &'a Stmt, to: &PlaceRef, value: ValueId) {
        let Some(bar) = self.shadow_ref(to) else { return };
        let old = self.length_before(stmt, to);
        if self.is_active(value) {
            let len = self.b.len(bar.clone());
            self.sum_up(&bar, old, len, value);
        }
        let zero = self.zero_like(value);
        self.b.effect(Instr::Resize {
            to: bar,
            len: old,
            value: zero,
        });
    }

    /// The length of `at` just before `stmt`, in the reverse sweep.
    fn length_before(&mut self, stmt: &'a Stmt, at: &PlaceRef) -> ValueId {
        let key = self.layout.key(stmt);
        let len = self.b.value(Type::USIZE);
        let ask = Stmt {
            results: vec![len],
            instr: Instr::Len(at.clone()),
            span: stmt.span,
        };
        self.plan.before.entry(key).or_default().push(ask);
        self.extra(len, self.layout.region_of(key), Slot::Before(key))
    }

    /// `value_bar += sum of shadow[start..end]`
    fn sum_up(&mut self, shadow: &PlaceRef, start: ValueId, end: ValueId, value: ValueId) {
        let ty = self.primal.ty(value).clone();
        let init = match self.bars.get(&value) {
            Some(bar) => *bar,
            None => self.zero_like(value),
        };
        let index = self.b.value(Type::USIZE);
        let sum = self.b.value(ty.clone());
        self.b.begin();
        let term = self.b.load(shadow.then(Proj::Index(index)), ty.clone());
        let next = self.b.binary(BinaryOp::Add, sum, term);
        let mut body = self.b.end();
        body.params = vec![index, sum];
        body.yields = vec![next];
        let kind = LoopKind::Range {
            start,
            end,
            step: None,
            reversed: false,
        };
        let repeat = Loop {
            kind,
            init: vec![init],
            body,
            breaks: false,
            trips: false,
        };
        let total = self.b.one(Instr::Loop(Box::new(repeat)), ty);
        self.name_bar(value, total);
        self.bars.insert(value, total);
    }

    fn back_alloc(&mut self, stmt: &'a Stmt, place: PlaceId, init: &'a Init) {
        let Some(shadow) = self.shadow(place) else { return };
        let bar = PlaceRef::whole(shadow);
        let declared = self
            .layout
            .begun(place)
            .is_some_and(|begun| std::ptr::eq(begun, stmt));
        match init {
            Init::Repeat { value, .. } => {
                if self.is_active(*value) {
                    let (start, end) = (self.b.usize(0), self.b.len(bar.clone()));
                    self.sum_up(&bar, start, end, *value);
                }
            }
            Init::List(values) => {
                for (k, value) in values.iter().enumerate() {
                    if self.is_active(*value) {
                        let at = self.b.usize(k);
                        let ty = self.primal.ty(*value).clone();
                        let term = self.b.load(bar.then(Proj::Index(at)), ty);
                        self.add_bar(*value, term);
                    }
                }
            }
            Init::RepeatPlace { row, .. } => {
                if let Some(to) = self.shadow_ref(row) {
                    let (start, end) = (self.b.usize(0), self.b.len(bar.clone()));
                    let index = self.b.value(Type::USIZE);
                    self.b.begin();
                    self.b.effect(Instr::Accumulate {
                        to,
                        from: bar.then(Proj::Index(index)),
                    });
                    let stmts = self.b.end().stmts;
                    let body = Region {
                        params: vec![index],
                        stmts,
                        yields: Vec::new(),
                    };
                    let kind = LoopKind::Range {
                        start,
                        end,
                        step: None,
                        reversed: false,
                    };
                    let repeat = Loop {
                        kind,
                        init: Vec::new(),
                        body,
                        breaks: false,
                        trips: false,
                    };
                    self.b.effect(Instr::Loop(Box::new(repeat)));
                }
            }
            Init::Rows(rows) => {
                for (k, row) in rows.iter().enumerate() {
                    if let Some(to) = self.shadow_ref(row) {
                        let at = self.b.usize(k);
                        self.b.effect(Instr::Accumulate {
                            to,
                            from: bar.then(Proj::Index(at)),
                        });
                    }
                }
            }
            Init::Struct { path: _, fields } => {
                for (member, content) in fields {
                    let from = bar.then(Proj::Member(member.clone()));
                    match content {
                        Content::Value(value) if self.is_active(*value) => {
                            let ty = self.primal.ty(*value).clone();
                            let term = self.b.load(from, ty);
                            self.add_bar(*value, term);
                        }
                        Content::Value(_) => (),
                        Content::Place(at) => {
                            if let Some(to) = self.shadow_ref(at) {
                                self.b.effect(Instr::Accumulate { to, from });
                            }
                        }
                    }
                }
            }
            Init::Copy { src, moved: true } => {
                // The source has no shadow yet: the move ended its life.
                if let Some(source) = self.shadow(src.root) {
                    // A shadow that gets new memory below, or ends here, can give its own away.
                    let ty = &self.primal.place(place).ty;
                    let flat = matches!(ty.element(), Some(Type::Float(_))) && matches!(ty, Type::Vec(_));
                    self.b.alloc(
                        source,
                        Init::Copy {
                            src: bar.clone(),
                            moved: declared || flat,
                        },
                    );
                }
            }
            Init::Copy { src, moved: false } => {
                if let Some(to) = self.shadow_ref(src) {
                    self.b.effect(Instr::Accumulate {
                        to,
                        from: bar.clone(),
                    });
                }
            }
            Init::Matrix(op) => {
                let (result, bar) = (Some(Home::Place(place)), Term::Matrix(bar.clone()));
                self.back_matrix(stmt, op, result, bar, false);
            }
            Init::Empty { .. } | Init::ZerosLike(_) | Init::Scratch { .. } | Init::Host { .. } => (),
            // Views are made by the transforms, and only forward mode comes after them.
            Init::View { .. } => (),
        }
        if !declared {
            self.forget_content(stmt, place, shadow);
        }
    }

    /// In front of an assignment of a whole buffer, the old content's cotangent is zero, in the old shape.
    fn forget_content(&mut self, stmt: &'a Stmt, place: PlaceId, shadow: PlaceId) {
        let ty = self.primal.place(place).ty.clone();
        if ty.is_matrix() {
            if let Some(init) = self.zeros_before(stmt, place) {
                self.b.alloc(shadow, init);
            }
            return;
        }
        let len = match &ty {
            Type::Vec(_) => Some(self.length_before(stmt, &PlaceRef::whole(place))),
            _ => None,
        };
        match self.zeros(&ty, len) {
            Some(init) => self.b.alloc(shadow, init),
            // Rows of vectors: refused in lowering, since the old rows' lengths are gone.
            None => self.clear(PlaceRef::whole(shadow), &ty),
        }
    }
}
