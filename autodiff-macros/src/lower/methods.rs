//! Methods of arrays, slices and `Vec`.

use super::Lowerer;
use super::operand::{By, Halt, Lowered, Operand, is_scalar};
use crate::ir::{CompareOp, Instr, PlaceRef, Proj, Type, ValueId};

impl Lowerer<'_> {
    /// A method whose receiver lies in memory.
    pub(super) fn place_method(
        &mut self,
        it: &syn::ExprMethodCall,
        receiver: Operand,
        want: Option<&Type>,
    ) -> Lowered<Operand> {
        let Some(at) = self.path_of(&receiver) else {
            return self.unsupported(&it.receiver, "a method of this");
        };
        let ty = self.type_at(&at);
        let name = it.method.to_string();
        if name == "clone" || name == "to_owned" {
            return Ok(self.cloned(&at, &receiver));
        }
        let Some(element) = ty.element().cloned() else {
            return self.unknown_method(it);
        };
        if let Some(res) = self.queue_method(it, &at, &element) {
            return res;
        }
        match (&*name, it.args.len()) {
            ("len", 0) => Ok(Operand::Value(self.length(&at))),
            ("is_empty", 0) => {
                let len = self.length(&at);
                let zero = self.usize(0);
                Ok(Operand::Value(self.compare(CompareOp::Eq, len, zero)))
            }
            ("to_vec" | "into_vec", 0) => {
                let Operand::Place { at: copy, by } = self.copied(&at, false) else {
                    return Err(Halt::Error);
                };
                self.b.body.places[copy.root.0 as usize].ty = Type::Vec(Box::new(element));
                Ok(Operand::Place { at: copy, by })
            }
            ("as_slice" | "as_ref" | "borrow" | "iter" | "by_ref", 0) => {
                Ok(Operand::Place { at, by: By::Ref })
            }
            ("as_mut_slice" | "as_mut" | "iter_mut", 0) => Ok(Operand::Place { at, by: By::RefMut }),
            ("reserve" | "reserve_exact", 1) => {
                self.value(&it.args[0], Some(&Type::USIZE))?;
                Ok(Operand::UNIT)
            }
            ("shrink_to_fit", 0) => Ok(Operand::UNIT),
            ("first" | "first_mut" | "last" | "last_mut", 0) => Ok(self.end_element(at, &name)),
            ("get" | "get_mut", 1) => self.get(it, at, &name),
            ("push", 1) => self.push_to(it, at, &element),
            ("pop", 0) => self.pop(it, at, &element),
            ("swap", 2) => {
                let (a, b) = (
                    self.value(&it.args[0], Some(&Type::USIZE)),
                    self.value(&it.args[1], Some(&Type::USIZE)),
                );
                let (a, b) = (at.then(Proj::Index(a?)), at.then(Proj::Index(b?)));
                self.effect(Instr::Swap(a, b));
                Ok(Operand::UNIT)
            }
            ("fill", 1) => self.fill_elements(it, at, &element),
            ("copy_from_slice" | "clone_from_slice" | "clone_from", 1) => self.copy_from(it, at),
            ("swap_with_slice", 1) => {
                let other = self.expr(&it.args[0], None)?;
                match self.path_of(&other) {
                    Some(other) => self.exchange(&it.method, at, other),
                    None => self.unsupported(&it.args[0], "an exchange with this"),
                }
            }
            ("split_at" | "split_at_mut", 1) => {
                let by = if name == "split_at" { By::Ref } else { By::RefMut };
                let middle = self.value(&it.args[0], Some(&Type::USIZE))?;
                let left = Operand::Place {
                    at: self.part(&at, None, Some(middle)),
                    by,
                };
                let right = Operand::Place {
                    at: self.part(&at, Some(middle), None),
                    by,
                };
                Ok(Operand::Tuple(vec![left, right]))
            }
            ("split_first" | "split_last" | "split_first_mut" | "split_last_mut", 0) => {
                self.split_end(at, &name)
            }
            ("resize", 2) => {
                let (len, value) = (
                    self.value(&it.args[0], Some(&Type::USIZE)),
                    self.value(&it.args[1], Some(&element)),
                );
                let (len, value) = (len?, value?);
                let ty = self.b.body.ty(value).clone();
                self.learn_element(&at, &ty);
                self.effect(Instr::Resize { to: at, len, value });
                Ok(Operand::UNIT)
            }
            ("truncate", 1) => {
                let len = self.value(&it.args[0], Some(&Type::USIZE))?;
                let now = self.length(&at);
                let len = self.smaller(len, now);
                self.shorten(at, &element, len)
            }
            ("clear", 0) => {
                let len = self.usize(0);
                self.shorten(at, &element, len)
            }
            ("extend_from_slice", 1) => self.extend_from_slice(it, at),
            ("map", 1) if matches!(ty, Type::Array(..)) => self.map_array(it, at, &ty),
            ("extend", 1) => self.extend(it, at),
            ("reverse", 0) => self.reverse(at),
            ("rotate_left" | "rotate_right", 1) => self.rotate(it, at, name == "rotate_left"),
            _ if !self.touches_varied(&syn::Expr::MethodCall(it.clone())) => {
                self.host(&syn::Expr::MethodCall(it.clone()), want)
            }
            ("dedup" | "dedup_by" | "dedup_by_key" | "splice" | "select_nth_unstable_by", _) => {
                let message = format!("`{name}` cannot be differentiated");
                self.refuse(&it.method, &message, "write it as a loop over the elements")
            }
            _ => match self.rearranging(it, &at, &element) {
                Some(res) => res,
                None => self.unknown_method(it),
            },
        }
    }

    pub(super) fn unknown_method<T>(&mut self, it: &syn::ExprMethodCall) -> Lowered<T> {
        let message = format!("nothing is known about the derivative of `{}`", it.method);
        let help =
            "put it into a function of its own that is marked `#[differentiable]`, or write it as a loop";
        self.refuse(&it.method, &message, help)
    }

    fn cloned(&mut self, at: &PlaceRef, receiver: &Operand) -> Operand {
        match self.type_at(at) {
            // A slice cannot be cloned: what is cloned is the reference.
            Type::Slice(_) => receiver.clone(),
            ty if is_scalar(&ty) => Operand::Value(self.load(at.clone(), ty)),
            Type::Tuple(_) => self.settled(Operand::Place {
                at: at.clone(),
                by: By::Owned,
            }),
            Type::Float(_)
            | Type::Int(_)
            | Type::Bool
            | Type::Array(..)
            | Type::Vec(_)
            | Type::Aggregate(_)
            | Type::Matrix(_)
            | Type::Struct(_)
            | Type::Host
            | Type::Pullback => self.copied(at, false),
        }
    }

    pub(super) fn push_to(
        &mut self,
        it: &syn::ExprMethodCall,
        at: PlaceRef,
        element: &Type,
    ) -> Lowered<Operand> {
        let operand = self.expr(&it.args[0], Some(element))?;
        self.push_operand(&it.args[0], at, operand)
    }

    /// `at.push(operand)`
    pub(super) fn push_operand(
        &mut self,
        tokens: &syn::Expr,
        at: PlaceRef,
        operand: Operand,
    ) -> Lowered<Operand> {
        let operand = self.settled(operand);
        if let Some(value) = self.scalar(&operand) {
            let ty = self.b.body.ty(value).clone();
            self.learn_element(&at, &ty);
            self.effect(Instr::Push { to: at, value });
            return Ok(Operand::UNIT);
        }
        match operand {
            Operand::Place {
                at: row,
                by: By::Temp,
            } if row.path.is_empty() => {
                let ty = self.type_at(&row);
                self.learn_element(&at, &ty);
                self.effect(Instr::PushRow {
                    to: at,
                    row: row.root,
                });
                Ok(Operand::UNIT)
            }
            tuple => {
                let row = self.tuple_row(tokens, &tuple)?;
                let ty = self.type_at(&row);
                self.learn_element(&at, &ty);
                self.effect(Instr::PushRow {
                    to: at,
                    row: row.root,
                });
                Ok(Operand::UNIT)
            }
        }
    }

    fn fill_elements(&mut self, it: &syn::ExprMethodCall, to: PlaceRef, element: &Type) -> Lowered<Operand> {
        let operand = self.expr(&it.args[0], Some(element))?;
        match self.scalar(&operand) {
            Some(value) if is_scalar(element) => {
                self.effect(Instr::Fill { to, value });
                Ok(Operand::UNIT)
            }
            _ => self.refuse(
                &it.method,
                "`fill` with rows cannot be differentiated",
                "assign the rows in a loop: `for row in v.iter_mut() { *row = …; }`",
            ),
        }
    }

    fn copy_from(&mut self, it: &syn::ExprMethodCall, to: PlaceRef) -> Lowered<Operand> {
        let from = self.expr(&it.args[0], Some(&super::guess::aggregate()))?;
        let Some(from) = self.path_of(&from) else {
            return self.unsupported(&it.args[0], "a copy of this");
        };
        if it.method == "clone_from" {
            self.assign_place(
                &it.method,
                to,
                Operand::Place {
                    at: from,
                    by: By::Owned,
                },
            )?;
            return Ok(Operand::UNIT);
        }
        let from = self.apart(&to, from);
        self.effect(Instr::CopyTo { to, from });
        Ok(Operand::UNIT)
    }

    /// Cuts a list off at `len`, which is not beyond its end.
    pub(super) fn shorten(&mut self, to: PlaceRef, element: &Type, len: ValueId) -> Lowered<Operand> {
        if !is_scalar(element) {
            let now = self.length(&to);
            let gone = self.saturating_sub(now, len);
            self.counted(gone, |lowerer, _| {
                lowerer.popped(&to, element);
                Ok(())
            })?;
            return Ok(Operand::UNIT);
        }
        let value = self.zero(element);
        self.effect(Instr::Resize { to, len, value });
        Ok(Operand::UNIT)
    }

    /// Pushes one by one, so that the adjoint pops.
    fn extend_from_slice(&mut self, it: &syn::ExprMethodCall, to: PlaceRef) -> Lowered<Operand> {
        let from = self.expr(&it.args[0], Some(&super::guess::aggregate()))?;
        let Some(from) = self.path_of(&from) else {
            return self.unsupported(&it.args[0], "a copy of this");
        };
        if self.type_at(&from).element().is_none() {
            return self.unsupported(&it.args[0], "a copy of this");
        }
        self.push_all(&it.args[0], &to, &from)?;
        Ok(Operand::UNIT)
    }

    /// `v.extend(iterator)`
    fn extend(&mut self, it: &syn::ExprMethodCall, to: PlaceRef) -> Lowered<Operand> {
        let walk = self.walk(&it.args[0])?;
        self.run(None, &walk, &mut |lowerer, item| {
            let item = lowerer.without_ref(item);
            lowerer.push_operand(&it.args[0], to.clone(), item).map(|_| ())
        })?;
        Ok(Operand::UNIT)
    }
}
