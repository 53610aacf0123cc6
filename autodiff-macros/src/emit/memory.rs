//! Statements on memory.

use super::body::Emit;
use super::exprs::Level;
use super::paths::{Held, is_copy, is_flat};
use crate::ir::{Const, Instr, PlaceId, PlaceRef, Proj, Type, ValueId};
use proc_macro2::TokenStream;
use quote::quote_spanned;

impl Emit<'_, '_> {
    /// `to = value;`, or `to += …;` where the value is that.
    pub(super) fn store(&mut self, to: &PlaceRef, value: ValueId) -> TokenStream {
        let at = self.at;
        let change = self.inline_instr(value).cloned().and_then(|instr| {
            self.change(&instr, |emit, id| match emit.inline_instr(id) {
                Some(Instr::Load(from)) => emit.same_path(from, to),
                _ => false,
            })
        });
        let target = self.path(to).tokens;
        match change {
            Some(change) => quote_spanned!(at=> #target #change;),
            None => {
                let value = self.tokens(value);
                quote_spanned!(at=> #target = #value;)
            }
        }
    }

    /// `to += value;`
    pub(super) fn add_to(&mut self, to: &PlaceRef, value: ValueId) -> TokenStream {
        let at = self.at;
        let target = self.path(to).tokens;
        if let Type::Float(crate::ir::Float::Named(_)) = self.type_at(to) {
            let value = self.value(value).at(Level::Product, at);
            return quote_spanned!(at=> #target = #target + #value;);
        }
        if self.is_negative(value) {
            let value = self.positive(value).tokens;
            return quote_spanned!(at=> #target -= #value;);
        }
        let value = self.tokens(value);
        quote_spanned!(at=> #target += #value;)
    }

    /// `to[a..b].fill(value);`
    pub(super) fn fill(&mut self, to: &PlaceRef, value: ValueId) -> TokenStream {
        let at = self.at;
        let matrix = self.type_at(to).is_matrix();
        let (to, value) = (self.path_base(to), self.tokens(value));
        match matrix {
            // nalgebra's own goes entry by entry, ten times slower.
            true => quote_spanned!(at=> #to.as_mut_slice().fill(#value);),
            false => quote_spanned!(at=> #to.fill(#value);),
        }
    }

    /// `to.copy_from_slice(from);`, `to[i] = from[j];` of whole arrays.
    pub(super) fn copy_to(&mut self, to: &PlaceRef, from: &PlaceRef) -> TokenStream {
        let at = self.at;
        let (to_ty, from_ty) = (self.type_at(to), self.type_at(from));
        let slices = |ty: &Type| {
            matches!(
                ty,
                Type::Slice(_) | Type::Vec(_) | Type::Aggregate(_) | Type::Matrix(_)
            )
        };
        if !slices(&to_ty) && !slices(&from_ty) && is_copy(&to_ty) {
            let (to, from) = (self.path(to).tokens, self.path(from).tokens);
            return quote_spanned!(at=> #to = #from;);
        }
        if to_ty.is_matrix() {
            let target = self.path_base(to);
            let source = match to.root == from.root {
                true => {
                    let from = self.path_base(from);
                    quote_spanned!(at=> &#from.clone())
                }
                false => self.borrow(from),
            };
            return quote_spanned!(at=> #target.copy_from(#source););
        }
        let shares = to.root == from.root;
        let flat = to_ty.element().is_some_and(is_copy);
        let target = self.path_base(to);
        let source = match shares {
            // One buffer cannot be borrowed twice.
            true => {
                let from = self.path_base(from);
                quote_spanned!(at=> &#from.to_vec())
            }
            false => self.borrow(from),
        };
        match flat {
            true => quote_spanned!(at=> #target.copy_from_slice(#source);),
            false => {
                let copy = self.names.private("copy");
                let target = self.borrow_mut(to);
                quote_spanned!(at=> #copy(#target, #source);)
            }
        }
    }

    /// `for (to, from) in to.iter_mut().zip(from) { *to += *from; }`
    pub(super) fn accumulate(&mut self, to: &PlaceRef, from: &PlaceRef) -> TokenStream {
        let at = self.at;
        let source = match to.root == from.root {
            true => {
                let copied = self.path_base(from);
                match self.type_at(from) {
                    Type::Matrix(_) => quote_spanned!(at=> &#copied.clone()),
                    ty if is_copy(&ty) => quote_spanned!(at=> &{ #copied }),
                    _ => quote_spanned!(at=> &#copied.to_vec()),
                }
            }
            false => self.borrow(from),
        };
        self.accumulate_from(to, &source)
    }

    /// Adds what the reference `source` leads to, of the same shape.
    pub(super) fn accumulate_from(&mut self, to: &PlaceRef, source: &TokenStream) -> TokenStream {
        let at = self.at;
        let ty = self.type_at(to);
        if let Type::Float(_) = ty {
            let target = self.path(to).tokens;
            return quote_spanned!(at=> #target += *#source;);
        }
        if ty.is_matrix() {
            let target = self.path(to).tokens;
            return quote_spanned!(at=> #target += #source;);
        }
        if !is_flat(&ty) {
            let accumulate = self.names.private("accumulate");
            let target = self.borrow_mut(to);
            return quote_spanned!(at=> #accumulate(#target, #source););
        }
        let target = self.path_base(to);
        let (to, from) = (self.locals.new_local("to"), self.locals.new_local("from"));
        let (to_let, from_let) = (self.locals.declared(to, at), self.locals.declared(from, at));
        let (to, from) = (self.locals.used(to, at), self.locals.used(from, at));
        quote_spanned! {at=>
            for (#to_let, #from_let) in #target.iter_mut().zip(#source) {
                *#to += *#from;
            }
        }
    }

    /// `v.swap(i, j);`, `::core::mem::swap(&mut u, &mut v);`
    pub(super) fn swap(&mut self, a: &PlaceRef, b: &PlaceRef) -> TokenStream {
        let at = self.at;
        if a.root != b.root {
            let slices = [a, b]
                .iter()
                .any(|path| matches!(self.type_at(path), Type::Slice(_)));
            if slices {
                let target = self.path_base(a);
                let other = self.borrow_mut(b);
                return quote_spanned!(at=> #target.swap_with_slice(#other););
            }
            let (a, b) = (self.borrow_mut(a), self.borrow_mut(b));
            return quote_spanned!(at=> ::core::mem::swap(#a, #b););
        }
        if let (Some((Proj::Index(i), outer_a)), Some((Proj::Index(j), outer_b))) =
            (a.path.split_last(), b.path.split_last())
        {
            let outer = |path: &[Proj]| PlaceRef {
                root: a.root,
                path: path.to_vec(),
            };
            if self.same_path(&outer(outer_a), &outer(outer_b)) {
                let list = self.path_base(&outer(outer_a));
                let (i, j) = (self.tokens(*i), self.tokens(*j));
                return quote_spanned!(at=> #list.swap(#i, #j););
            }
        }
        // Two parts of one buffer, which cannot be borrowed twice.
        let kept = self.locals.new_local("kept");
        let (kept_let, kept) = (self.locals.declared(kept, at), self.locals.used(kept, at));
        let ty = self.type_at(a);
        match ty {
            Type::Slice(_) => {
                let (a_base, b_base) = (self.path_base(a), self.path_base(b));
                quote_spanned! {at=>
                    let #kept_let = #a_base.to_vec();
                    #a_base.copy_from_slice(&#b_base.to_vec());
                    #b_base.copy_from_slice(&#kept);
                }
            }
            _ if is_copy(&ty) => {
                let (a, b) = (self.path(a).tokens, self.path(b).tokens);
                quote_spanned! {at=>
                    let #kept_let = #a;
                    #a = #b;
                    #b = #kept;
                }
            }
            _ => {
                let (a_mut, b_mut) = (self.borrow_mut(a), self.borrow_mut(b));
                let (a, b) = (self.path(a).tokens, self.path(b).tokens);
                quote_spanned! {at=>
                    let #kept_let = ::core::mem::take(#a_mut);
                    #a = ::core::mem::take(#b_mut);
                    #b = #kept;
                }
            }
        }
    }

    pub(super) fn push(&mut self, to: &PlaceRef, value: ValueId) -> TokenStream {
        let at = self.at;
        let (to, value) = (self.path_base(to), self.tokens(value));
        quote_spanned!(at=> #to.push(#value);)
    }

    pub(super) fn pop(&mut self, from: &PlaceRef) -> TokenStream {
        let at = self.at;
        let from = self.path_base(from);
        quote_spanned!(at=> #from.pop().unwrap())
    }

    pub(super) fn push_row(&mut self, to: &PlaceRef, row: PlaceId, pos: u32) -> TokenStream {
        let at = self.at;
        let (to, row) = (self.path_base(to), self.owned(&PlaceRef::whole(row), pos));
        quote_spanned!(at=> #to.push(#row);)
    }

    pub(super) fn pop_row(&mut self, from: &PlaceRef, row: PlaceId) -> TokenStream {
        let at = self.at;
        let popped = self.pop(from);
        let binding = self.begin(row);
        quote_spanned!(at=> #binding = #popped;)
    }

    pub(super) fn resize(&mut self, to: &PlaceRef, len: ValueId, value: ValueId) -> TokenStream {
        let at = self.at;
        let flat = self.type_at(to).element().is_none_or(is_copy);
        let list = self.path_base(to);
        if self.facts.outline.body.value(len).constant == Some(Const::Int(0)) {
            return quote_spanned!(at=> #list.clear(););
        }
        let len = self.tokens(len);
        // Rows are only ever taken away.
        if !flat
            || !matches!(
                self.type_at(to).element(),
                Some(Type::Float(_) | Type::Int(_) | Type::Bool)
            )
        {
            return quote_spanned!(at=> #list.truncate(#len););
        }
        let value = self.tokens(value);
        quote_spanned!(at=> #list.resize(#len, #value);)
    }

    /// The content of `path` as a value of its own: moved if nobody names it behind `pos`, else copied.
    pub(super) fn owned(&mut self, path: &PlaceRef, pos: u32) -> TokenStream {
        let at = self.at;
        if self.facts.folds.inline_places.contains(&path.root) {
            return self.inline_place(path.root);
        }
        let ty = match path.path.is_empty() {
            true => self.own_type(path.root),
            false => self.type_at(path),
        };
        let base = self.path_base(path);
        if is_copy(&ty) {
            return self.path(path).tokens;
        }
        let held = self.held(path.root);
        if path.path.is_empty() && held == Held::Owned && !self.facts.folds.is_named_after(path.root, pos) {
            return base;
        }
        match ty {
            Type::Slice(_) => quote_spanned!(at=> #base.to_vec()),
            _ => quote_spanned!(at=> #base.clone()),
        }
    }
}
