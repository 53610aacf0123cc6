//! Iterators that a variable is bound to, and that `next` and `peek` step through.

use super::Lowerer;
use super::items::{Steps, Walk, is_walk};
use super::nested::path;
use super::operand::{Lowered, Operand};
use super::places::inner;
use super::scope::VarId;
use crate::ir::{CompareOp, ValueId};
use quote::ToTokens;

/// The items of an iterator, numbered from zero, and the variable that holds the number of the next one.
#[derive(Clone)]
pub(super) struct Stepping {
    walk: Walk,
    end: Option<ValueId>,
    next: VarId,
}

impl Lowerer<'_> {
    /// Whether `expr` is an iterator: by its tokens, or because a variable is bound to one.
    pub(super) fn is_iterator(&self, expr: &syn::Expr) -> bool {
        is_walk(expr) || self.names_iterator(expr)
    }

    /// Whether `expr` is a variable that is bound to an iterator, or an adaptor around one.
    pub(super) fn names_iterator(&self, expr: &syn::Expr) -> bool {
        match inner(expr) {
            syn::Expr::Path(it) => self.iterator_at(it).is_some(),
            syn::Expr::MethodCall(it) => {
                super::items::is_adaptor(&it.method.to_string()) && self.names_iterator(&it.receiver)
            }
            _ => false,
        }
    }

    pub(super) fn iterator_at(&self, it: &syn::ExprPath) -> Option<&Stepping> {
        self.iterators.get(&self.local(it)?)
    }

    /// `let mut ident = xs.iter();`: the items stay where they are, and a variable counts them.
    pub(super) fn declare_iterator(&mut self, pat: &syn::PatIdent, expr: &syn::Expr) -> Lowered<()> {
        let walk = match self.walk(expr) {
            Ok(walk) => walk,
            Err(halt) => {
                self.scopes.declare(&pat.ident, Operand::Poison, true);
                return Err(halt);
            }
        };
        if !walk.item.is_counted() {
            self.scopes.declare(&pat.ident, Operand::Poison, true);
            return self.refuse(
                &pat.ident,
                "an iterator over some of the items of another cannot be kept in a variable",
                "collect the items into a `Vec`, or write the loop where the iterator is made",
            );
        }
        let mut walk = self.renumbered(walk);
        let names = self.scopes.names();
        walk.item.keep_names(&names);
        let first = Operand::Value(walk.steps.start);
        let next = self.hidden_variable("next", first);
        let var = self.scopes.declare(&pat.ident, Operand::Unset, false);
        let end = walk.steps.end;
        self.iterators.insert(var, Stepping { walk, end, next });
        Ok(())
    }

    /// What is left of an iterator, which is used up.
    pub(super) fn rest_of_iterator(&mut self, it: &syn::ExprPath) -> Walk {
        let stepping = self.iterator_at(it).cloned().expect("the caller has looked");
        let start = self.number_in(&path(stepping.next));
        let steps = Steps {
            start,
            ..stepping.walk.steps
        };
        Walk {
            steps,
            item: stepping.walk.item,
        }
    }

    /// The items that the end of a chain runs through.
    pub(super) fn walk_for(&mut self, it: &syn::ExprMethodCall) -> Lowered<Walk> {
        if let Some(by_ref) = borrowed_iterator(&it.receiver) {
            return self.refuse_by_ref(by_ref);
        }
        self.walk(&it.receiver)
    }

    pub(super) fn refuse_by_ref<T>(&mut self, at: &impl ToTokens) -> Lowered<T> {
        self.refuse(
            at,
            "an iterator that is used up in part cannot be differentiated",
            "call `next()` in a loop, or use an index",
        )
    }

    /// Whether this is `it.next()` or `it.peek()` of an iterator in a variable.
    pub(super) fn is_stepped(&self, it: &syn::ExprMethodCall) -> bool {
        let syn::Expr::Path(receiver) = inner(&it.receiver) else {
            return false;
        };
        self.iterator_at(receiver).is_some()
            && (it.method == "next" || it.method == "peek")
            && it.args.is_empty()
    }

    pub(super) fn step_iterator(&mut self, it: &syn::ExprMethodCall) -> Lowered<Operand> {
        let syn::Expr::Path(receiver) = inner(&it.receiver) else {
            unreachable!("the caller has looked")
        };
        let Stepping { walk, end, next } = self
            .iterator_at(receiver)
            .cloned()
            .expect("the caller has looked");
        let next = path(next);
        let number = self.number_in(&next);
        let some = match end {
            Some(end) => self.compare(CompareOp::Lt, number, end),
            None => self.b.bool(true),
        };
        let peek = it.method == "peek";
        let item = self.fork(
            some,
            |lowerer| {
                let item = lowerer.item_of(&walk.item, number)?;
                Ok(if peek { item.borrowed() } else { item })
            },
            |_| Ok(Operand::Unset),
        );
        let item = self.found(&it.method, item)?;
        if !peek {
            let after = self.plus(number, 1);
            self.scopes.set(&next, Operand::Value(after));
        }
        Ok(Operand::Option {
            some,
            value: Box::new(item),
            error: None,
        })
    }
}

/// `it.by_ref()` at the beginning of a chain.
fn borrowed_iterator(expr: &syn::Expr) -> Option<&syn::Ident> {
    match inner(expr) {
        syn::Expr::MethodCall(it) if it.method == "by_ref" => Some(&it.method),
        syn::Expr::MethodCall(it) => borrowed_iterator(&it.receiver),
        _ => None,
    }
}
