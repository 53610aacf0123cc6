//! Methods that put elements in and take them out in the middle, and that put them in order: as the exchanges and pops
//! that they are.

use super::Lowerer;
use super::host::{Allow, Template};
use super::items::{Item, Walk};
use super::nested::path;
use super::operand::{By, Lowered, Operand, is_scalar};
use super::places::inner;
use crate::ir::{BinaryOp, CompareOp, HostArg, Init, Instr, PlaceRef, Proj, Type, ValueId};
use quote::quote;

impl<'a> Lowerer<'a> {
    /// The methods of this file; `None` if the method is another.
    pub(super) fn rearranging(
        &mut self,
        it: &syn::ExprMethodCall,
        at: &PlaceRef,
        element: &Type,
    ) -> Option<Lowered<Operand>> {
        let at = at.clone();
        Some(match (&*it.method.to_string(), it.args.len()) {
            ("insert", 2) => self.insert(it, &at, element),
            ("remove", 1) => self.remove(it, &at, element),
            ("swap_remove", 1) => self.swap_remove(it, &at, element),
            ("drain", 1) => self.drained(it, &at, element).map(|_| Operand::UNIT),
            ("split_off", 1) => self.split_off(it, &at, element),
            ("retain" | "retain_mut", 1) => self.retain(it, &at, element),
            ("append", 1) => self.append_list(it, &at),
            ("sort_by" | "sort_by_key" | "sort_by_cached_key", 1) => self.sort(it, &at, element),
            ("sort_unstable_by", 1) if is_total(&it.args[0]) => self.sort(it, &at, element),
            ("sort_unstable_by" | "sort_unstable_by_key", 1) => self.refuse(
                &it.method,
                &format!("`{}` leaves the order of equal elements open", it.method),
                "write `sort_by`, or compare by `f64::total_cmp`",
            ),
            ("copy_within", 2) => self.copy_within(it, &at),
            ("concat", 0) => self.concat(it, &at, element),
            _ => return None,
        })
    }

    /// The methods that a `VecDeque` has beside those of a `Vec`.
    pub(super) fn queue_method(
        &mut self,
        it: &syn::ExprMethodCall,
        at: &PlaceRef,
        element: &Type,
    ) -> Option<Lowered<Operand>> {
        let at = at.clone();
        Some(match (&*it.method.to_string(), it.args.len()) {
            ("push_back", 1) => self.push_to(it, at, element),
            ("pop_back", 0) => self.pop(it, at, element),
            ("push_front", 1) => {
                let zero = self.usize(0);
                let value = match self.expr(&it.args[0], Some(element)) {
                    Ok(value) => value,
                    Err(halt) => return Some(Err(halt)),
                };
                self.insert_at(it, &at, zero, value)
            }
            ("pop_front", 0) => self.pop_front(&at, element),
            ("front" | "front_mut", 0) => {
                let by = it.method.to_string().replace("front", "first");
                Ok(self.end_element(at, &by))
            }
            ("back" | "back_mut", 0) => {
                let by = it.method.to_string().replace("back", "last");
                Ok(self.end_element(at, &by))
            }
            _ => return None,
        })
    }

    /// Panics as std does, unless `fits`.
    fn check_index(&mut self, fits: ValueId) {
        let instr = Instr::Host {
            template: quote!(::core::assert!(__h0, "the index is out of bounds")),
            args: vec![HostArg::Value(fits)],
            pure: false,
        };
        self.effect(instr);
    }

    fn position_in(&mut self, expr: &syn::Expr) -> Lowered<ValueId> {
        self.value(expr, Some(&Type::USIZE))
    }

    fn insert(&mut self, it: &syn::ExprMethodCall, at: &PlaceRef, element: &Type) -> Lowered<Operand> {
        let index = self.position_in(&it.args[0])?;
        let value = self.expr(&it.args[1], Some(element))?;
        self.insert_at(it, at, index, value)
    }

    /// A push, and exchanges down to `index`.
    fn insert_at(
        &mut self,
        it: &syn::ExprMethodCall,
        at: &PlaceRef,
        index: ValueId,
        value: Operand,
    ) -> Lowered<Operand> {
        let len = self.length(at);
        if self.b.constant(index) != Some(crate::ir::Const::Int(0)) {
            let fits = self.compare(CompareOp::Le, index, len);
            self.check_index(fits);
        }
        let tokens = syn::Expr::MethodCall(it.clone());
        self.push_operand(&tokens, at.clone(), value)?;
        let count = self.minus(len, index);
        self.counted(count, |lowerer, j| {
            let one = lowerer.usize(1);
            let high = lowerer.binary(BinaryOp::Sub, len, j);
            let low = lowerer.binary(BinaryOp::Sub, high, one);
            lowerer.effect(Instr::Swap(at.then(Proj::Index(low)), at.then(Proj::Index(high))));
            Ok(())
        })?;
        Ok(Operand::UNIT)
    }

    fn remove(&mut self, it: &syn::ExprMethodCall, at: &PlaceRef, element: &Type) -> Lowered<Operand> {
        let index = self.position_in(&it.args[0])?;
        let len = self.length(at);
        let fits = self.compare(CompareOp::Lt, index, len);
        self.check_index(fits);
        self.remove_at(at, index, element)
    }

    /// Exchanges up to the end, and a pop.
    fn remove_at(&mut self, at: &PlaceRef, index: ValueId, element: &Type) -> Lowered<Operand> {
        let (len, one) = (self.length(at), self.usize(1));
        let last = self.binary(BinaryOp::Sub, len, one);
        let count = self.minus(last, index);
        self.counted(count, |lowerer, j| {
            let low = match lowerer.b.constant(index) {
                Some(crate::ir::Const::Int(0)) => j,
                _ => lowerer.binary(BinaryOp::Add, index, j),
            };
            let high = lowerer.plus(low, 1);
            lowerer.effect(Instr::Swap(at.then(Proj::Index(low)), at.then(Proj::Index(high))));
            Ok(())
        })?;
        Ok(self.popped(at, element))
    }

    /// The last element, of which it is known that it is there.
    pub(super) fn popped(&mut self, at: &PlaceRef, element: &Type) -> Operand {
        if is_scalar(element) {
            let from = at.clone();
            return Operand::Value(self.one(Instr::Pop { from }, element.clone()));
        }
        let row = self.place(element.clone(), None);
        let from = at.clone();
        self.effect(Instr::PopRow { from, row });
        let at = PlaceRef::whole(row);
        match element {
            Type::Tuple(_) => self.settled(Operand::Place { at, by: By::Owned }),
            _ => Operand::Place { at, by: By::Temp },
        }
    }

    fn pop_front(&mut self, at: &PlaceRef, element: &Type) -> Lowered<Operand> {
        let (len, zero) = (self.length(at), self.usize(0));
        let some = self.compare(CompareOp::Gt, len, zero);
        let value = self.fork(
            some,
            |lowerer| lowerer.remove_at(at, zero, element),
            |_| Ok(Operand::Unset),
        )?;
        Ok(Operand::Option {
            some,
            value: Box::new(value),
            error: None,
        })
    }

    fn swap_remove(&mut self, it: &syn::ExprMethodCall, at: &PlaceRef, element: &Type) -> Lowered<Operand> {
        let index = self.position_in(&it.args[0])?;
        let (len, one) = (self.length(at), self.usize(1));
        let fits = self.compare(CompareOp::Lt, index, len);
        self.check_index(fits);
        let last = self.binary(BinaryOp::Sub, len, one);
        self.effect(Instr::Swap(
            at.then(Proj::Index(index)),
            at.then(Proj::Index(last)),
        ));
        Ok(self.popped(at, element))
    }

    /// `start` and `end` of a range of elements.
    fn bounds(&mut self, expr: &syn::Expr, at: &PlaceRef) -> Lowered<(ValueId, ValueId)> {
        let syn::Expr::Range(range) = inner(expr) else {
            return self.refuse(expr, "this is no range", "write it as `a..b`");
        };
        let start = match &range.start {
            Some(start) => self.position_in(start)?,
            None => self.usize(0),
        };
        let len = self.length(at);
        let end = match (&range.end, &range.limits) {
            (None, _) => len,
            (Some(end), syn::RangeLimits::HalfOpen(_)) => self.position_in(end)?,
            (Some(end), syn::RangeLimits::Closed(_)) => {
                let last = self.position_in(end)?;
                self.plus(last, 1)
            }
        };
        let (ordered, inside) = (
            self.compare(CompareOp::Le, start, end),
            self.compare(CompareOp::Le, end, len),
        );
        let fits = self.binary(BinaryOp::And, ordered, inside);
        self.check_index(fits);
        Ok((start, end))
    }

    /// Takes a range of elements out; gives them as a list of their own.
    fn drained(&mut self, it: &syn::ExprMethodCall, at: &PlaceRef, element: &Type) -> Lowered<PlaceRef> {
        let (start, end) = self.bounds(&it.args[0], at)?;
        let taken = self.part_of(at, start, end);
        let len = self.length(at);
        let (behind, gone) = (self.minus(len, end), self.minus(end, start));
        self.counted(behind, |lowerer, j| {
            let low = lowerer.binary(BinaryOp::Add, start, j);
            let high = lowerer.binary(BinaryOp::Add, end, j);
            // The gap moves up: what lies between is given back in the same order.
            lowerer.effect(Instr::Swap(at.then(Proj::Index(low)), at.then(Proj::Index(high))));
            Ok(())
        })?;
        let left = self.minus(len, gone);
        self.shorten(at.clone(), element, left)?;
        Ok(taken)
    }

    /// A copy of the elements `start..end`.
    fn part_of(&mut self, at: &PlaceRef, start: ValueId, end: ValueId) -> PlaceRef {
        let part = self.part(at, Some(start), Some(end));
        match self.copied(&part, false) {
            Operand::Place { at, .. } => at,
            _ => unreachable!("a copy is a place"),
        }
    }

    /// `v.drain(a..b)` as an iterator.
    pub(super) fn walk_drain(&mut self, it: &syn::ExprMethodCall, at: &PlaceRef) -> Lowered<Walk> {
        let Some(element) = self.type_at(at).element().cloned() else {
            return self.unknown_method(it);
        };
        let taken = self.drained(it, at, &element)?;
        let end = self.length(&taken);
        Ok(Walk {
            steps: self.steps_from_zero(end),
            item: Item::Element {
                at: taken,
                by: By::Temp,
            },
        })
    }

    fn split_off(&mut self, it: &syn::ExprMethodCall, at: &PlaceRef, element: &Type) -> Lowered<Operand> {
        let middle = self.position_in(&it.args[0])?;
        let len = self.length(at);
        let fits = self.compare(CompareOp::Le, middle, len);
        self.check_index(fits);
        let taken = self.part_of(at, middle, len);
        self.shorten(at.clone(), element, middle)?;
        Ok(Operand::Place {
            at: taken,
            by: By::Temp,
        })
    }

    /// What is kept moves to the front.
    fn retain(&mut self, it: &syn::ExprMethodCall, at: &PlaceRef, element: &Type) -> Lowered<Operand> {
        let by = if it.method == "retain" {
            By::Ref
        } else {
            By::RefMut
        };
        let (len, zero) = (self.length(at), self.usize(0));
        let kept = path(self.hidden_variable("kept", Operand::Value(zero)));
        self.counted(len, |lowerer, i| {
            let item = lowerer.element(at, i, by);
            let keep = lowerer.apply(&it.args[0], vec![item], Some(&Type::Bool))?;
            let Some(keep) = lowerer.scalar(&keep) else {
                return lowerer.unsupported(&it.args[0], "a filter by this");
            };
            lowerer.fork(
                keep,
                |lowerer| {
                    let to = lowerer.number_in(&kept);
                    lowerer.effect(Instr::Swap(at.then(Proj::Index(to)), at.then(Proj::Index(i))));
                    let next = lowerer.plus(to, 1);
                    lowerer.scopes.set(&kept, Operand::Value(next));
                    Ok(Operand::UNIT)
                },
                |_| Ok(Operand::UNIT),
            )?;
            Ok(())
        })?;
        let kept = self.number_in(&kept);
        self.shorten(at.clone(), element, kept)
    }

    fn append_list(&mut self, it: &syn::ExprMethodCall, at: &PlaceRef) -> Lowered<Operand> {
        let other = self.expr(&it.args[0], None)?;
        let from = self.path_of(&other);
        let Some((from, element)) =
            from.and_then(|from| Some((from.clone(), self.type_at(&from).element().cloned()?)))
        else {
            return self.unsupported(&it.args[0], "a list of this");
        };
        self.push_all(&it.args[0], at, &from)?;
        let zero = self.usize(0);
        self.shorten(from, &element, zero)
    }

    /// Pushes copies of all elements of a list.
    pub(super) fn push_all(&mut self, tokens: &syn::Expr, to: &PlaceRef, from: &PlaceRef) -> Lowered<()> {
        if let Some(element) = self.type_at(from).element().cloned() {
            self.learn_element(to, &element);
        }
        let end = self.length(from);
        self.counted(end, |lowerer, i| {
            let item = lowerer.element(from, i, By::Owned);
            lowerer.push_operand(tokens, to.clone(), item).map(|_| ())
        })
    }

    /// Asks std for the order, which carries no derivative, and puts the elements into it.
    fn sort(&mut self, it: &syn::ExprMethodCall, at: &PlaceRef, element: &Type) -> Lowered<Operand> {
        let mut template = Template::new(Allow::Anything);
        template.args.push(HostArg::Place(at.clone()));
        let mut f = it.args[0].clone();
        self.fill(&mut f, &mut template)?;
        let by = match it.method == "sort_by" || it.method == "sort_unstable_by" {
            true => quote!(order_by),
            false => quote!(order_by_key),
        };
        let facade = &self.request.facade;
        let init = Init::Host {
            template: quote!(#facade::__private::#by(&__h0[..], #f)),
            args: template.args,
        };
        let Operand::Place { at: order, .. } = self.begun(Type::Vec(Box::new(Type::USIZE)), init) else {
            unreachable!("a list is a place")
        };
        let Operand::Place { at: before, .. } = self.copied(at, false) else {
            unreachable!("a copy is a place")
        };
        let len = self.length(&before);
        let element = element.clone();
        self.counted(len, |lowerer, k| {
            let from = lowerer.load(order.then(Proj::Index(k)), Type::USIZE);
            let (to, from) = (at.then(Proj::Index(k)), before.then(Proj::Index(from)));
            if is_scalar(&element) {
                let value = lowerer.load(from, element.clone());
                lowerer.store(to, value);
                return Ok(());
            }
            let row = Operand::Place {
                at: from,
                by: By::Owned,
            };
            lowerer.assign_place(&it.method, to, row)
        })?;
        Ok(Operand::UNIT)
    }

    fn copy_within(&mut self, it: &syn::ExprMethodCall, at: &PlaceRef) -> Lowered<Operand> {
        let (start, end) = self.bounds(&it.args[0], at)?;
        let dest = self.position_in(&it.args[1])?;
        let from = self.part_of(at, start, end);
        let count = self.minus(end, start);
        let last = self.binary(BinaryOp::Add, dest, count);
        let to = self.part(at, Some(dest), Some(last));
        self.effect(Instr::CopyTo { to, from });
        Ok(Operand::UNIT)
    }

    /// All elements of all rows in one list.
    fn concat(&mut self, it: &syn::ExprMethodCall, at: &PlaceRef, element: &Type) -> Lowered<Operand> {
        let Some(inner) = element.element().cloned() else {
            return self.unknown_method(it);
        };
        let list = self.empty(Some(&Type::Vec(Box::new(inner))), None);
        let to = self.path_of(&list).expect("a `Vec` is a place");
        let tokens = syn::Expr::MethodCall(it.clone());
        let rows = self.length(at);
        self.counted(rows, |lowerer, i| {
            lowerer.push_all(&tokens, &to, &at.then(Proj::Index(i)))
        })?;
        Ok(list)
    }

    /// `[a, &b[1..]].concat()`
    pub(super) fn concat_of_lists(
        &mut self,
        it: &syn::ExprMethodCall,
        lists: &syn::ExprArray,
        want: Option<&Type>,
    ) -> Lowered<Operand> {
        let told = want.filter(|ty| matches!(ty, Type::Vec(_)));
        let list = self.empty(told, None);
        let to = self.path_of(&list).expect("a `Vec` is a place");
        for part in &lists.elems {
            let operand = self.in_place(part, Some(&super::guess::aggregate()))?;
            match self.path_of(&operand) {
                Some(from) if self.type_at(&from).element().is_some() => self.push_all(part, &to, &from)?,
                _ => return self.unsupported(&it.method, "`concat` of these"),
            }
        }
        Ok(list)
    }
}

/// Whether a comparison leaves no two different floats equal but zeros.
fn is_total(f: &syn::Expr) -> bool {
    let compares = |name: &syn::Ident| name == "total_cmp" || name == "partial_cmp";
    match inner(f) {
        syn::Expr::Path(it) => it
            .path
            .segments
            .last()
            .is_some_and(|last| last.ident == "total_cmp"),
        syn::Expr::Closure(it) => {
            let mut body = inner(&it.body);
            while let syn::Expr::MethodCall(call) = body {
                if compares(&call.method) {
                    let plain = |expr: &syn::Expr| {
                        let expr = match inner(expr) {
                            syn::Expr::Reference(it) => inner(&it.expr),
                            other => other,
                        };
                        matches!(expr, syn::Expr::Path(_))
                    };
                    return plain(&call.receiver) && call.args.iter().all(plain);
                }
                body = inner(&call.receiver);
            }
            false
        }
        _ => false,
    }
}
