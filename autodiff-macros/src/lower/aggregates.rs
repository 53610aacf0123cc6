//! Aggregates begin, are copied, moved and assigned.

use super::Lowerer;
use super::operand::{By, Lowered, Operand, is_scalar};
use super::places::inner;
use crate::ir::{Float, Init, Instr, Int, Len, Name, Passing, PlaceId, PlaceRef, Proj, Type, ValueId};
use quote::ToTokens;
use syn::parse::{ParseStream, Parser};

/// What stands between the brackets of `vec![..]`.
enum VecMacro {
    List(Vec<syn::Expr>),
    Repeat(Box<(syn::Expr, syn::Expr)>),
}

impl Lowerer<'_> {
    /// `[a, b, c]`
    pub(super) fn array(&mut self, it: &syn::ExprArray, want: Option<&Type>) -> Lowered<Operand> {
        let parts: Vec<_> = it.elems.iter().collect();
        self.list(it, &parts, want, false)
    }

    /// `[x; n]`
    pub(super) fn repeat(&mut self, it: &syn::ExprRepeat, want: Option<&Type>) -> Lowered<Operand> {
        let element = want.and_then(Type::element).cloned();
        let value = self.expr(&it.expr, element.as_ref())?;
        let len = match inner(&it.len) {
            syn::Expr::Lit(syn::ExprLit {
                lit: syn::Lit::Int(n),
                ..
            }) => n.base10_parse().map(Len::Known).ok(),
            _ => None,
        };
        let len = len.unwrap_or_else(|| Len::Expr(it.len.to_token_stream()));
        self.repeated(&it.expr, value, element, None, |element| {
            Type::Array(Box::new(element), len)
        })
    }

    /// `vec![..]`
    pub(super) fn vec_macro(&mut self, it: &syn::Macro, want: Option<&Type>) -> Lowered<Operand> {
        let content = match vec_content.parse2(it.tokens.clone()) {
            Ok(content) => content,
            Err(_) => return self.unsupported(it, "this `vec!`"),
        };
        match content {
            VecMacro::List(parts) if parts.is_empty() => Ok(self.empty(want, None)),
            VecMacro::List(parts) => {
                let parts: Vec<_> = parts.iter().collect();
                self.list(&it.tokens, &parts, want, true)
            }
            VecMacro::Repeat(both) => {
                let (value, len) = *both;
                let element = want.and_then(Type::element).cloned();
                let operand = self.expr(&value, element.as_ref());
                let len = self.value(&len, Some(&Type::USIZE));
                let (operand, len) = (operand?, len?);
                self.repeated(&value, operand, element, Some(len), |element| {
                    Type::Vec(Box::new(element))
                })
            }
        }
    }

    /// `Vec::new()`, `Vec::with_capacity(n)`. The element's type may still have to be learnt from what is pushed.
    pub(super) fn empty(&mut self, want: Option<&Type>, capacity: Option<ValueId>) -> Operand {
        let ty = match want {
            Some(ty @ Type::Vec(_)) => ty.clone(),
            _ => Type::Vec(Box::new(Type::Float(Float::Inferred))),
        };
        self.begun(ty, Init::Empty { capacity })
    }

    /// A temporary that begins with `init`.
    pub(super) fn begun(&mut self, ty: Type, init: Init) -> Operand {
        let place = self.place(ty, None);
        self.alloc(place, init);
        let at = PlaceRef::whole(place);
        Operand::Place { at, by: By::Temp }
    }

    fn list(
        &mut self,
        all: &impl ToTokens,
        parts: &[&syn::Expr],
        want: Option<&Type>,
        vector: bool,
    ) -> Lowered<Operand> {
        let want = want.and_then(Type::element).cloned();
        let operands: Vec<_> = parts
            .iter()
            .map(|part| {
                let operand = self.expr(part, want.as_ref())?;
                Ok(self.settled(operand))
            })
            .collect();
        let operands = operands.into_iter().collect::<Lowered<Vec<_>>>()?;
        let ty = |element: Type| match vector {
            true => Type::Vec(Box::new(element)),
            false => Type::Array(Box::new(element), Len::Known(parts.len())),
        };
        let scalars: Option<Vec<_>> = operands.iter().map(|operand| self.scalar(operand)).collect();
        if let Some(values) = scalars {
            let element = values.iter().map(|value| self.b.body.ty(*value).clone());
            let element = element.chain(want).reduce(known).unwrap_or(Type::F64);
            return Ok(self.begun(ty(element), Init::List(values)));
        }
        let rows: Option<Vec<_>> = operands.iter().map(|operand| self.path_of(operand)).collect();
        match rows {
            Some(rows) if !rows.is_empty() => {
                let element = self.type_at(&rows[0]);
                Ok(self.begun(ty(element), Init::Rows(rows)))
            }
            _ => self.tuples(all, &operands, vector),
        }
    }

    /// `[value; n]` or `vec![value; n]`, where `ty` makes the whole type.
    fn repeated(
        &mut self,
        tokens: &syn::Expr,
        value: Operand,
        want: Option<Type>,
        len: Option<ValueId>,
        ty: impl FnOnce(Type) -> Type,
    ) -> Lowered<Operand> {
        if let Some(value) = self.scalar(&value) {
            let element = self.b.body.ty(value).clone();
            let element = want.into_iter().fold(element, known);
            return Ok(self.begun(ty(element), Init::Repeat { value, len }));
        }
        match self.path_of(&value) {
            Some(row) => {
                let element = self.type_at(&row);
                Ok(self.begun(ty(element), Init::RepeatPlace { row, len }))
            }
            None => self.repeated_tuple(tokens, &value, len, ty),
        }
    }

    /// The aggregate at `at`, which a variable owns, as a temporary: a `Vec` moves, everything else is copied.
    pub(super) fn taken(&mut self, at: &PlaceRef) -> Operand {
        let moved = at.path.is_empty() && self.moves(&self.type_at(at));
        self.copied(at, moved)
    }

    /// A copy of what lies at `at`: `to_vec`, `clone`.
    pub(super) fn copied(&mut self, at: &PlaceRef, moved: bool) -> Operand {
        let ty = match self.type_at(at) {
            Type::Slice(element) => Type::Vec(element),
            other => other,
        };
        let src = at.clone();
        self.begun(ty, Init::Copy { src, moved })
    }

    /// Whether assignment moves out of a variable of this type. What another function returned may be an array, but
    /// then the copy that is not made is not missed.
    pub(super) fn moves(&self, ty: &Type) -> bool {
        match ty {
            Type::Vec(_) | Type::Aggregate(_) => true,
            Type::Array(element, _) => self.moves(element),
            Type::Tuple(parts) => parts.iter().any(|part| self.moves(part)),
            // A matrix of static size is `Copy`, and so may a struct be; only rustc knows. A copy that is not needed is
            // moved when it is emitted.
            Type::Matrix(_) | Type::Struct(_) => false,
            Type::Float(_) | Type::Int(_) | Type::Bool | Type::Slice(_) | Type::Host | Type::Pullback => {
                false
            }
        }
    }

    /// What `let ident = operand` binds: `operand` settled, and its memory named after the variable.
    pub(super) fn bound(&mut self, operand: Operand, ident: &syn::Ident, mutable: bool) -> Operand {
        let operand = match operand {
            // Nobody can write to memory behind a shared reference, so an immutable copy is another name for it.
            Operand::Place { at, by: By::Owned }
                if !mutable && !is_scalar(&self.type_at(&at)) && self.is_shared(&at) =>
            {
                Operand::Place { at, by: By::Owned }
            }
            other => self.settled(other),
        };
        match operand {
            Operand::Place { at, by: By::Temp } => {
                if at.path.is_empty() {
                    self.name_place(at.root, ident);
                }
                Operand::Place { at, by: By::Owned }
            }
            other => other,
        }
    }

    /// Whether the memory cannot change as long as the function runs.
    fn is_shared(&self, at: &PlaceRef) -> bool {
        self.b.body.place(at.root).param == Some(Passing::Ref) && !self.moves(&self.type_at(at))
    }

    fn name_place(&mut self, id: PlaceId, ident: &syn::Ident) {
        let slot = &mut self.b.body.places[id.0 as usize].name;
        slot.get_or_insert_with(|| Name {
            text: super::scope::spoken(ident),
            span: ident.span(),
        });
    }

    /// `to = value`, of memory. The index expressions of `to` were evaluated before.
    pub(super) fn assign_place(
        &mut self,
        tokens: &impl ToTokens,
        to: PlaceRef,
        value: Operand,
    ) -> Lowered<()> {
        let ty = self.type_at(&to);
        if let Type::Tuple(parts) = &ty {
            let value = self.settled(value);
            for k in 0..parts.len() {
                let part = match &value {
                    Operand::Tuple(values) if values.len() == parts.len() => values[k].clone(),
                    _ => return self.unsupported(tokens, "an assignment of this"),
                };
                self.assign_place(tokens, to.then(Proj::Field(k)), part)?;
            }
            return Ok(());
        }
        if is_scalar(&ty) {
            let Some(value) = self.scalar(&value) else {
                return self.unsupported(tokens, "an assignment of this");
            };
            self.store(to, value);
            return Ok(());
        }
        let (Some(from), Operand::Place { by, .. }) = (self.path_of(&value), &value) else {
            return self.unsupported(tokens, "an assignment of this");
        };
        let temp = *by == By::Temp;
        self.assign_aggregate(to, from, temp);
        Ok(())
    }

    fn assign_aggregate(&mut self, to: PlaceRef, from: PlaceRef, temp: bool) {
        let ty = self.type_at(&to);
        let local = self.b.body.place(to.root).param.is_none();
        let moves = self.moves(&ty);
        let owned = local || self.b.body.place(to.root).param == Some(Passing::Value);
        if let (Type::Struct(_), true, true) = (&ty, to.path.is_empty(), owned) {
            // Its parts may have other lengths than those that were there.
            let moved = temp && from.path.is_empty();
            self.alloc(to.root, Init::Copy { src: from, moved });
            return;
        }
        if to.path.is_empty() && local && temp && self.retarget(to.root, from.root) {
            return;
        }
        // A matrix may take another size.
        if to.path.is_empty() && ty.is_matrix() && local {
            self.alloc(
                to.root,
                Init::Copy {
                    src: from,
                    moved: temp,
                },
            );
            return;
        }
        if to.path.is_empty() && (local || self.b.body.place(to.root).param == Some(Passing::Value)) && moves
        {
            let moved = from.path.is_empty();
            self.alloc(to.root, Init::Copy { src: from, moved });
            return;
        }
        // The adjoint of a copy clears what was written and adds it to where it came from: never the same memory.
        let from = match (temp, moves || from.root == to.root) {
            (false, true) => {
                let moved = moves && from.path.is_empty();
                self.copied(&from, moved)
            }
            _ => Operand::Place {
                at: from,
                by: By::Temp,
            },
        };
        let Operand::Place { at: from, .. } = from else {
            unreachable!("a copy is a place")
        };
        if moves {
            // A swap takes the old row out with its own length, which its cotangent needs.
            self.effect(Instr::Swap(to, from));
        } else {
            self.effect(Instr::CopyTo { to, from });
        }
    }

    /// Lets the temporary that the last statement began be `to` itself.
    fn retarget(&mut self, to: PlaceId, temp: PlaceId) -> bool {
        let Some(last) = self.b.stmts().last_mut() else {
            return false;
        };
        let reads_it = crate::ir::visit::places(&last.instr)
            .iter()
            .any(|(at, _)| at.root == to);
        match &mut last.instr {
            Instr::Alloc { place, .. } if *place == temp && !reads_it => *place = to,
            _ => return false,
        }
        if self.varied.places.contains(&temp) {
            self.vary_place(to);
        }
        true
    }

    /// The element's type becomes known when something is pushed to a `Vec` that began empty.
    pub(super) fn learn_element(&mut self, at: &PlaceRef, pushed: &Type) {
        fn slot<'t>(ty: &'t mut Type, path: &[Proj]) -> Option<&'t mut Type> {
            match (ty, path) {
                (Type::Vec(element), []) => Some(element),
                (Type::Vec(element) | Type::Array(element, _), [Proj::Index(_), rest @ ..]) => {
                    slot(element, rest)
                }
                (Type::Tuple(parts), [Proj::Field(k), rest @ ..]) => slot(parts.get_mut(*k)?, rest),
                _ => None,
            }
        }
        let root = &mut self.b.body.places[at.root.0 as usize].ty;
        if let Some(element @ Type::Float(Float::Inferred)) = slot(root, &at.path) {
            *element = pushed.clone();
        }
    }
}

/// Of two types the one that says more.
fn known(a: Type, b: Type) -> Type {
    match (&a, &b) {
        (Type::Float(Float::Inferred), Type::Float(_)) | (Type::Int(Int::Inferred), Type::Int(_)) => b,
        _ => a,
    }
}

fn vec_content(input: ParseStream<'_>) -> syn::Result<VecMacro> {
    if input.is_empty() {
        return Ok(VecMacro::List(Vec::new()));
    }
    let first: syn::Expr = input.parse()?;
    if input.peek(syn::Token![;]) {
        input.parse::<syn::Token![;]>()?;
        return Ok(VecMacro::Repeat(Box::new((first, input.parse()?))));
    }
    let mut all = vec![first];
    while input.parse::<Option<syn::Token![,]>>()?.is_some() && !input.is_empty() {
        all.push(input.parse()?);
    }
    if input.is_empty() {
        Ok(VecMacro::List(all))
    } else {
        Err(input.error("expected `,`"))
    }
}
