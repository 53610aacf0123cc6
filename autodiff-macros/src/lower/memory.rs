//! Functions of std that make memory, or exchange what lies in it.

use super::Lowerer;
use super::operand::{By, Halt, Lowered, Operand, is_scalar};
use super::places::inner;
use crate::ir::{Float, HostArg, Instr, PlaceRef, Type, ValueId};
use quote::quote;

impl Lowerer<'_> {
    /// `f(a, b)`, where `f` is no function that the core knows.
    pub(super) fn call(&mut self, it: &syn::ExprCall, want: Option<&Type>) -> Lowered<Operand> {
        let syn::Expr::Path(path) = inner(&it.func) else {
            return self.unsupported(&it.func, "a call of this");
        };
        let names: Vec<String> = path
            .path
            .segments
            .iter()
            .map(|segment| segment.ident.to_string())
            .collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        match (names.as_slice(), it.args.len()) {
            ([.., "Vec" | "VecDeque", "new"], 0) => {
                Ok(self.empty(self.vec_type(path).as_ref().or(want), None))
            }
            ([.., "Vec" | "VecDeque", "with_capacity"], 1) => {
                let capacity = self.value(&it.args[0], Some(&Type::USIZE))?;
                Ok(self.empty(self.vec_type(path).as_ref().or(want), Some(capacity)))
            }
            ([.., "Vec" | "VecDeque", "from"], 1) => {
                let list = self.expr(&it.args[0], want)?;
                match self.path_of(&list) {
                    Some(at) => self.vec_from(&it.args[0], at),
                    None => self.unsupported(&it.args[0], "a `Vec` made of this"),
                }
            }
            ([.., "Vec" | "VecDeque", "from_iter"], 1) => {
                let list = &it.args[0];
                let collect: syn::Expr = syn::parse_quote_spanned!(self.b.span=> #list.into_iter().collect());
                let element = Type::Vec(Box::new(Type::Float(Float::Inferred)));
                let told = want.filter(|ty| matches!(ty, Type::Vec(_)));
                self.expr(&collect, Some(told.unwrap_or(&element)))
            }
            ([.., "array", "from_fn"], 1) => self.array_from_fn(it, want),
            (["libm", name @ ("erf" | "erfc")], 1) => self.special(it, &format!("libm::{name}")),
            ([.., "stop_gradient"], 1) => self.stop_gradient(it, path, want),
            ([.., "mem", "swap"], 2) => self.mem_swap(it),
            ([.., "mem", "replace"], 2) => {
                let value = self.expr(&it.args[1], want);
                self.mem_replace(it, value)
            }
            ([.., "mem", "take"], 1) => self.mem_take(it),
            _ => self.companion_call(it, path, want),
        }
    }

    /// `libm::erf(x)`, of an `f64`.
    fn special(&mut self, it: &syn::ExprCall, name: &str) -> Lowered<Operand> {
        let operand = self.expr(&it.args[0], Some(&Type::F64))?;
        let id = self.scalar(&operand);
        let double = |id: ValueId| match self.b.body.ty(id) {
            Type::Float(float) => matches!(float, Float::F64 | Float::Inferred),
            _ => false,
        };
        let Some(id) = id.filter(|id| double(*id)) else {
            return self.refuse(
                &it.args[0],
                &format!("`{name}` takes an `f64`"),
                "convert the argument: `x as f64`",
            );
        };
        let rule = crate::rules::find(name, 1).expect("the caller names a row");
        let args = vec![id];
        Ok(Operand::Value(self.one(Instr::Math { rule, args }, Type::F64)))
    }

    /// `stop_gradient(x)`: the user's own call, as code that carries no derivative.
    fn stop_gradient(
        &mut self,
        it: &syn::ExprCall,
        path: &syn::ExprPath,
        want: Option<&Type>,
    ) -> Lowered<Operand> {
        let operand = self.expr(&it.args[0], want)?;
        let Some(id) = self.scalar(&operand) else {
            return self.refuse(
                &it.args[0],
                "`stop_gradient` takes one number here",
                "call it on the elements where they are read: `stop_gradient(x[i])`",
            );
        };
        let ty = self.b.body.ty(id).clone();
        let instr = Instr::Host {
            template: quote!(#path(__h0)),
            args: vec![HostArg::Value(id)],
            pure: true,
        };
        Ok(Operand::Value(self.one(instr, ty)))
    }

    /// The type in `Vec::<f64>::new()`.
    fn vec_type(&self, path: &syn::ExprPath) -> Option<Type> {
        let vec = path.path.segments.iter().rev().nth(1)?;
        let syn::PathArguments::AngleBracketed(args) = &vec.arguments else {
            return None;
        };
        match args.args.first()? {
            syn::GenericArgument::Type(element) => Some(Type::Vec(Box::new(
                self.written(element).unwrap_or(Type::Float(Float::Inferred)),
            ))),
            _ => None,
        }
    }

    fn vec_from(&mut self, tokens: &syn::Expr, at: PlaceRef) -> Lowered<Operand> {
        let Some(element) = self.type_at(&at).element().cloned() else {
            return self.unsupported(tokens, "a `Vec` made of this");
        };
        match self.copied(&at, false) {
            Operand::Place { at, by } => {
                self.b.body.places[at.root.0 as usize].ty = Type::Vec(Box::new(element));
                Ok(Operand::Place { at, by })
            }
            _ => Err(Halt::Error),
        }
    }

    fn mem_swap(&mut self, it: &syn::ExprCall) -> Lowered<Operand> {
        let (a, b) = (self.expr(&it.args[0], None), self.expr(&it.args[1], None));
        let (a, b) = (a?, b?);
        match (&a, &b) {
            (Operand::Alias(x), Operand::Alias(y)) => {
                let (first, second) = (self.scopes.get(x).clone(), self.scopes.get(y).clone());
                self.scopes.set(x, second);
                self.scopes.set(y, first);
                Ok(Operand::UNIT)
            }
            (Operand::Place { at: x, .. }, Operand::Place { at: y, .. }) => {
                let (x, y) = (x.clone(), y.clone());
                if matches!(self.type_at(&x), Type::Slice(_)) {
                    return self.refuse(
                        it,
                        "references to parts cannot be exchanged",
                        "exchange what they refer to with `swap_with_slice`",
                    );
                }
                self.exchange(it, x, y)
            }
            (Operand::Alias(var), Operand::Place { at, .. })
            | (Operand::Place { at, .. }, Operand::Alias(var)) => {
                let content = self.scopes.get(var).clone();
                let (Some(old), Some(new)) = (
                    self.scalar(&content),
                    self.scalar(&Operand::Place {
                        at: at.clone(),
                        by: By::RefMut,
                    }),
                ) else {
                    return self.unsupported(it, "an exchange of these");
                };
                self.scopes.set(var, Operand::Value(new));
                self.store(at.clone(), old);
                Ok(Operand::UNIT)
            }
            _ => self.unsupported(it, "an exchange of these"),
        }
    }

    /// Puts `value` where the first argument refers to, and gives what was there.
    fn mem_replace(&mut self, it: &syn::ExprCall, value: Lowered<Operand>) -> Lowered<Operand> {
        let to = self.expr(&it.args[0], None)?;
        let value = self.settled(value?);
        match &to {
            Operand::Alias(var) => {
                let old = self.scopes.get(var).clone();
                self.scopes.set(var, value);
                Ok(old)
            }
            Operand::Place { at, .. } => {
                let ty = self.type_at(at);
                if is_scalar(&ty) {
                    let Some(new) = self.scalar(&value) else {
                        return self.unsupported(it, "a replacement by this");
                    };
                    let old = self.load(at.clone(), ty);
                    self.store(at.clone(), new);
                    return Ok(Operand::Value(old));
                }
                let Operand::Place {
                    at: new,
                    by: By::Temp,
                } = value
                else {
                    return self.unsupported(it, "a replacement by this");
                };
                self.effect(Instr::Swap(at.clone(), new.clone()));
                Ok(Operand::Place {
                    at: new,
                    by: By::Temp,
                })
            }
            _ => self.unsupported(&it.args[0], "a replacement of this"),
        }
    }

    /// As [`Lowerer::mem_replace`] by zero, or by an empty `Vec`.
    fn mem_take(&mut self, it: &syn::ExprCall) -> Lowered<Operand> {
        let of = self.expr(&it.args[0], None)?;
        let ty = match &of {
            Operand::Alias(var) => match self.scopes.get(var) {
                Operand::Value(id) => self.b.body.ty(*id).clone(),
                _ => return self.unsupported(&it.args[0], "`take` of this"),
            },
            Operand::Place { at, .. } => self.type_at(at),
            _ => return self.unsupported(&it.args[0], "`take` of this"),
        };
        let empty = match &ty {
            Type::Vec(_) => self.empty(Some(&ty), None),
            ty if is_scalar(ty) => Operand::Value(self.zero(ty)),
            _ => return self.unsupported(&it.args[0], "`take` of this"),
        };
        self.mem_replace(it, Ok(empty))
    }
}
