//! Values and memory that stand where nobody looks: in the other side of a branch, before the first iteration of a loop.

use super::Lowerer;
use super::operand::{By, Operand};
use crate::ir::{Const, Init, Instr, Len, MatrixOp, PlaceRef, Region, Type, ValueId};

impl Lowerer<'_> {
    /// Something of type `ty` to begin with, where every path begins it anew before it is read.
    pub(super) fn blank(&mut self, ty: &Type) -> Option<Init> {
        match ty {
            Type::Matrix(_) => Some(Init::Matrix(MatrixOp {
                rule: crate::rules::linalg::row("blank"),
                args: Vec::new(),
            })),
            Type::Struct(_) => {
                let facade = &self.request.facade;
                Some(Init::Host {
                    template: quote::quote!(#facade::__private::Blank::blank()),
                    args: Vec::new(),
                })
            }
            Type::Vec(_) => Some(Init::Empty { capacity: None }),
            Type::Array(element, Len::Known(_) | Len::Expr(_)) => match element.as_ref() {
                Type::Float(_) | Type::Int(_) | Type::Bool => {
                    let value = self.zero(element);
                    Some(Init::Repeat { value, len: None })
                }
                row @ Type::Array(..) => {
                    let init = self.blank(row)?;
                    let place = self.place(row.clone(), None);
                    self.alloc(place, init);
                    let row = PlaceRef::whole(place);
                    Some(Init::RepeatPlace { row, len: None })
                }
                Type::Vec(_)
                | Type::Slice(_)
                | Type::Aggregate(_)
                | Type::Matrix(_)
                | Type::Tuple(_)
                | Type::Struct(_)
                | Type::Host
                | Type::Pullback => None,
            },
            Type::Array(_, Len::Inferred)
            | Type::Slice(_)
            | Type::Aggregate(_)
            | Type::Float(_)
            | Type::Int(_)
            | Type::Bool
            | Type::Tuple(_)
            | Type::Host
            | Type::Pullback => None,
        }
    }

    /// A value that nobody looks at, of the type of `like`, at the end of `region`.
    pub(super) fn dummy(&mut self, region: &mut Region, like: ValueId) -> ValueId {
        let ty = self.b.body.ty(like).clone();
        self.append(region, |lowerer| lowerer.zero(&ty))
    }

    /// A zero, `false`, or what `Default` says.
    pub(super) fn zero(&mut self, ty: &Type) -> ValueId {
        let known = match ty {
            Type::Float(_) => Const::Float(0.0),
            Type::Int(_) => Const::Int(0),
            Type::Bool => Const::Bool(false),
            Type::Array(..)
            | Type::Slice(_)
            | Type::Vec(_)
            | Type::Aggregate(_)
            | Type::Matrix(_)
            | Type::Tuple(_)
            | Type::Struct(_)
            | Type::Host
            | Type::Pullback => {
                let instr = Instr::Host {
                    template: quote::quote!(::core::default::Default::default()),
                    args: Vec::new(),
                    pure: true,
                };
                return self.one(instr, Type::Host);
            }
        };
        self.one(Instr::Const(known), ty.clone())
    }

    /// What a variable got inside of a loop for the first time, kept where it is still there behind the loop.
    pub(super) fn kept(&mut self, region: &mut Region, content: &Operand) -> Option<Operand> {
        match content {
            Operand::Value(_) => Some(content.clone()),
            Operand::Ref(inner) => self.kept(region, inner).map(Operand::borrowed),
            Operand::Tuple(parts) => {
                let parts = parts.iter().map(|part| self.kept(region, part));
                parts.collect::<Option<_>>().map(Operand::Tuple)
            }
            Operand::Place { at, by } => {
                let ty = match self.type_at(at) {
                    Type::Slice(element) => Type::Vec(element),
                    other => other,
                };
                let place = self.place(ty.clone(), None);
                let init: Init = self.blank(&ty)?;
                self.alloc(place, init);
                let (to, from) = (PlaceRef::whole(place), at.clone());
                // A `Vec` that has got its content is taken out with its own length; the blank one has no use here.
                let grows = matches!(ty, Type::Vec(_));
                let varied = self.varied.places.contains(&at.root);
                self.append(region, |lowerer| {
                    lowerer.effect(if grows {
                        Instr::Swap(to, from)
                    } else {
                        Instr::CopyTo { to, from }
                    });
                });
                if varied {
                    self.vary_place(place);
                }
                Some(Operand::Place {
                    at: PlaceRef::whole(place),
                    by: *by,
                })
            }
            Operand::Option { some, value, error } => {
                let value = match &**value {
                    Operand::Unset => Operand::Unset,
                    value => self.kept(region, value)?,
                };
                Some(Operand::Option {
                    some: *some,
                    value: Box::new(value),
                    error: *error,
                })
            }
            Operand::Alias(_) | Operand::Unset | Operand::Lost | Operand::Poison => None,
        }
    }
}
