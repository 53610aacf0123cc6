//! Shadows: the places that hold the cotangents of places. A local's begins with zeros where the reverse sweep
//! meets the end of the local's life.

use super::Reverse;
use super::record::Slot;
use crate::analyse::RegionId;
use crate::ir::{Init, Instr, Len, Passing, PlaceId, PlaceRef, Proj, Stmt, Type, ValueId};

impl<'a> Reverse<'a> {
    /// Whether a parameter's cotangent can be accumulated in the caller's buffer all along: memory that the function
    /// owns and changes has a shadow of its own, whose last content is the cotangent.
    pub(super) fn shadow_is_buffer(&self, param: PlaceId) -> bool {
        let owned = self.primal.place(param).param == Some(Passing::Value);
        let returned = self.primal.result.places().contains(&param);
        !(owned && (returned || self.layout.writers(param).next().is_some()))
    }

    /// The shadow of an active place.
    pub(super) fn shadow(&mut self, place: PlaceId) -> Option<PlaceId> {
        if !self.active.places.contains(&place) {
            return None;
        }
        if let Some(shadow) = self.shadows.get(&place) {
            return Some(*shadow);
        }
        let primal = self.primal.place(place).clone();
        let name = primal.name.as_ref().map(|name| (name, "_bar"));
        let shadow = self.new_place(primal.ty.clone(), name, None);
        self.shadows.insert(place, shadow);
        Some(shadow)
    }

    /// The shadow's part that mirrors `at`.
    pub(super) fn shadow_ref(&mut self, at: &PlaceRef) -> Option<PlaceRef> {
        if self.primal.is_constant_member(at) {
            return None;
        }
        let root = self.shadow(at.root)?;
        let path = self.path_here(at);
        Some(PlaceRef { root, path })
    }

    pub(super) fn path_here(&mut self, at: &PlaceRef) -> Vec<Proj> {
        let mut path = at.path.clone();
        for proj in &mut path {
            match proj {
                Proj::Index(index) => *index = self.available(*index),
                Proj::Range(start, end) => {
                    for bound in start.iter_mut().chain(end) {
                        *bound = self.available(*bound);
                    }
                }
                Proj::Entry(row, column) => {
                    *row = self.available(*row);
                    *column = self.available(*column);
                }
                Proj::Field(_) | Proj::Member(_) => (),
            }
        }
        path
    }

    /// Begins the shadows of the active places that live in `region`.
    pub(super) fn begin_shadows(&mut self, region: RegionId) {
        let local = |id: &PlaceId| self.layout.place_home(*id) == region && !self.early.contains_key(id);
        let places: Vec<_> = self.active.places.iter().copied().filter(local).collect();
        for place in places {
            if self
                .shadows
                .get(&place)
                .is_some_and(|shadow| self.b.body.place(*shadow).param.is_some())
            {
                continue;
            }
            if !self.begun_by_reverse(place) {
                self.begin_shadow(place);
            }
        }
    }

    /// Whether the reverse of a move begins the shadow.
    fn begun_by_reverse(&self, place: PlaceId) -> bool {
        self.layout
            .writers(place)
            .any(|key| match &self.layout.stmt(key).instr {
                Instr::Alloc {
                    init: Init::Copy { src, moved },
                    ..
                } => *moved && src.root == place,
                Instr::PushRow { row, .. } => *row == place,
                _ => false,
            })
    }

    pub(super) fn begin_shadow(&mut self, place: PlaceId) {
        let Some(shadow) = self.shadow(place) else { return };
        if let Some((_, seed)) = self.seeds.iter().find(|(id, _)| *id == place).copied() {
            let seed = PlaceRef::whole(seed);
            self.b.alloc(shadow, Init::ZerosLike(seed.clone()));
            self.b.effect(Instr::CopyTo {
                to: PlaceRef::whole(shadow),
                from: seed,
            });
            return;
        }
        let home = self.layout.place_home(place);
        if self.in_scope(home) {
            let of = self.place_here(place);
            self.b.alloc(shadow, Init::ZerosLike(of));
            return;
        }
        let ty = self.primal.place(place).ty.clone();
        let len = match &ty {
            Type::Vec(element) if !has_vectors(element) => Some(self.final_length(place)),
            _ => None,
        };
        match self.zeros(&ty, len) {
            Some(init) => self.b.alloc(shadow, init),
            None => {
                let of = self.place_here(place);
                self.b.alloc(shadow, Init::ZerosLike(of));
            }
        }
    }

    /// The length of a local vector at the end of its life.
    fn final_length(&mut self, place: PlaceId) -> ValueId {
        let whole = PlaceRef::whole(place);
        if let Some(len) = self.begun_length(&whole) {
            return self.available(len);
        }
        let home = self.layout.place_home(place);
        let len = self.b.value(Type::USIZE);
        let stmt = Stmt {
            results: vec![len],
            instr: Instr::Len(whole),
            span: self.b.span,
        };
        self.plan.tail.entry(home).or_default().push(stmt);
        self.extra(len, home, Slot::Tail(home))
    }

    /// Zeros of a type whose shape needs nothing but `len`.
    pub(super) fn zeros(&mut self, ty: &Type, len: Option<ValueId>) -> Option<Init> {
        let element = match ty {
            Type::Array(element, Len::Known(_) | Len::Expr(_)) => element,
            Type::Vec(element) if len.is_some() => element,
            _ => return None,
        };
        match element.as_ref() {
            Type::Float(float) => {
                let value = self.b.one(
                    Instr::Const(crate::ir::Const::Float(0.0)),
                    Type::Float(float.clone()),
                );
                Some(Init::Repeat { value, len })
            }
            row @ Type::Array(..) => {
                let init = self.zeros(row, None)?;
                let place = self.new_place(row.clone(), None, None);
                self.b.alloc(place, init);
                Some(Init::RepeatPlace {
                    row: PlaceRef::whole(place),
                    len,
                })
            }
            _ => None,
        }
    }

    /// Sets `at` of a shadow to zeros.
    pub(super) fn clear(&mut self, at: PlaceRef, ty: &Type) {
        match ty.element() {
            None if !matches!(ty, Type::Struct(_)) => {
                let zero = self.b.one(Instr::Const(crate::ir::Const::Float(0.0)), ty.clone());
                self.b.store(at, zero);
            }
            Some(Type::Float(float)) => {
                let value = self.b.one(
                    Instr::Const(crate::ir::Const::Float(0.0)),
                    Type::Float(float.clone()),
                );
                self.b.effect(Instr::Fill { to: at, value });
            }
            _ => {
                let zeros = self.new_place(owned(ty), None, None);
                self.b.alloc(zeros, Init::ZerosLike(at.clone()));
                self.b.effect(Instr::CopyTo {
                    to: at,
                    from: PlaceRef::whole(zeros),
                });
            }
        }
    }

    /// Gives the caller the cotangents of memory that the function owned and changed.
    pub(super) fn return_owned_shadows(&mut self) {
        for (param, buffer) in self.buffers.clone() {
            if self.shadow_is_buffer(param) {
                continue;
            }
            let Some(shadow) = self.shadow(param) else {
                continue;
            };
            let (to, from) = (PlaceRef::whole(buffer), PlaceRef::whole(shadow));
            self.b.effect(Instr::Accumulate { to, from });
        }
    }

    /// The type of what a path leads to.
    pub(super) fn type_at(&self, at: &PlaceRef) -> Type {
        follow(self.primal.place(at.root).ty.clone(), at)
    }

    /// As [`Reverse::type_at`], of a place of the derivative.
    pub(super) fn shadow_type_at(&self, at: &PlaceRef) -> Type {
        follow(self.b.body.place(at.root).ty.clone(), at)
    }

    /// Whether every element that `store` writes is written at most once while the place lives, and nothing was there
    /// before that wants a cotangent: then the shadow's element need not be cleared behind it.
    pub(super) fn written_once(&self, store: &Stmt, at: &PlaceRef) -> bool {
        let place = at.root;
        let Some(begun) = self.layout.begun(place) else {
            return false;
        };
        let mut starts_inactive = true;
        if let Instr::Alloc { init, .. } = &begun.instr {
            starts_inactive = match init {
                Init::Repeat { value, .. } => !self.is_active(*value),
                Init::List(values) => !values.iter().any(|value| self.is_active(*value)),
                Init::Empty { .. } | Init::ZerosLike(_) | Init::Scratch { .. } => true,
                _ => false,
            };
        }
        let home = self.layout.place_home(place);
        // `a[i..][j]` may be `a[j..][i]`: only plain indices tell elements apart.
        let index = |proj: &Proj| match proj {
            Proj::Index(index) => vec![*index],
            Proj::Entry(row, column) => vec![*row, *column],
            Proj::Range(..) | Proj::Field(_) | Proj::Member(_) => Vec::new(),
        };
        if at.path.iter().any(|proj| matches!(proj, Proj::Range(..))) {
            return false;
        }
        let indices: Vec<ValueId> = at.path.iter().flat_map(index).collect();
        let mut writers = self.layout.writers(place);
        let (Some(first), None) = (writers.next(), writers.next()) else {
            return false;
        };
        if !std::ptr::eq(self.layout.stmt(first), store) {
            return false;
        }
        let inside = self.layout.path(self.layout.region_of(first));
        let mut loops = inside.into_iter().take_while(|id| *id != home);
        let distinct = loops.all(|id| match self.layout.loop_of(id) {
            None => true,
            Some(it) => {
                matches!(it.kind, crate::ir::LoopKind::Range { .. })
                    && it
                        .body
                        .params
                        .first()
                        .is_some_and(|param| indices.contains(param))
            }
        });
        starts_inactive && distinct
    }
}

/// The type at the end of a path.
fn follow(mut ty: Type, at: &PlaceRef) -> Type {
    for proj in &at.path {
        ty = match (proj, ty) {
            (
                Proj::Index(_),
                Type::Array(element, _)
                | Type::Slice(element)
                | Type::Vec(element)
                | Type::Aggregate(element),
            ) => *element,
            (Proj::Index(_) | Proj::Entry(..), Type::Matrix(it)) => it.element,
            (Proj::Range(..), Type::Array(element, _) | Type::Vec(element) | Type::Aggregate(element)) => {
                Type::Slice(element)
            }
            (Proj::Field(k), Type::Tuple(mut parts)) if *k < parts.len() => parts.swap_remove(*k),
            (Proj::Member(member), ty) => ty.member(member).cloned().unwrap_or(Type::Host),
            (_, ty) => ty,
        };
    }
    ty
}

fn has_vectors(ty: &Type) -> bool {
    match ty {
        Type::Vec(_)
        | Type::Slice(_)
        | Type::Aggregate(_)
        | Type::Matrix(_)
        | Type::Tuple(_)
        | Type::Struct(_) => true,
        Type::Array(element, _) => has_vectors(element),
        Type::Float(_) | Type::Int(_) | Type::Bool | Type::Host | Type::Pullback => false,
    }
}

/// The type of a local that can hold a copy.
fn owned(ty: &Type) -> Type {
    match ty {
        Type::Slice(element) => Type::Vec(element.clone()),
        other => other.clone(),
    }
}
