//! Lists of tuples: begun with zeros, and filled component by component.

use super::Lowerer;
use super::branches::more_known;
use super::operand::{By, Lowered, Operand};
use crate::ir::{Float, HostArg, Init, Len, PlaceRef, Proj, Type, ValueId};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

impl Lowerer<'_> {
    /// `[(a, b), (c, d)]`, `vec![(a, b), (c, d)]`
    pub(super) fn tuples(
        &mut self,
        tokens: &impl ToTokens,
        rows: &[Operand],
        vector: bool,
    ) -> Lowered<Operand> {
        let rows: Option<Vec<_>> = rows.iter().map(|row| self.components(row)).collect();
        let Some(rows) = rows.filter(|rows| rows.windows(2).all(|pair| pair[0].len() == pair[1].len()))
        else {
            return self.no_numbers(tokens);
        };
        let mut types = self.types_of(&rows[0]);
        for row in &rows {
            for (ty, told) in types.iter_mut().zip(self.types_of(row)) {
                *ty = more_known(ty.clone(), told);
            }
        }
        let zeros = zeros(&types);
        let n = rows.len();
        let (ty, template) = match vector {
            true => (
                Type::Vec(Box::new(Type::Tuple(types))),
                quote!(::std::vec![#zeros; #n]),
            ),
            false => (
                Type::Array(Box::new(Type::Tuple(types)), Len::Known(n)),
                quote!([#zeros; #n]),
            ),
        };
        let list = self.begun(
            ty,
            Init::Host {
                template,
                args: Vec::new(),
            },
        );
        if let Operand::Place { at, .. } = &list {
            for (k, row) in rows.iter().enumerate() {
                let k = self.usize(k);
                self.store_components(&at.then(Proj::Index(k)), row);
            }
        }
        Ok(list)
    }

    /// `[(a, b); n]`, `vec![(a, b); n]`
    pub(super) fn repeated_tuple(
        &mut self,
        tokens: &impl ToTokens,
        row: &Operand,
        len: Option<ValueId>,
        ty: impl FnOnce(Type) -> Type,
    ) -> Lowered<Operand> {
        let Some(row) = self.components(row) else {
            return self.no_numbers(tokens);
        };
        let types = self.types_of(&row);
        let zeros = zeros(&types);
        let ty = ty(Type::Tuple(types));
        let (template, args) = match (&ty, len) {
            (_, Some(len)) => (quote!(::std::vec![#zeros; __h0]), vec![HostArg::Value(len)]),
            (Type::Array(_, Len::Known(n)), None) => (quote!([#zeros; #n]), Vec::new()),
            (Type::Array(_, Len::Expr(n)), None) => (quote!([#zeros; #n]), Vec::new()),
            _ => return self.no_numbers(tokens),
        };
        let list = self.begun(ty, Init::Host { template, args });
        if let Operand::Place { at, .. } = list.clone() {
            let end = self.length(&at);
            self.counted(end, |lowerer, k| {
                lowerer.store_components(&at.then(Proj::Index(k)), &row);
                Ok(())
            })?;
        }
        Ok(list)
    }

    /// A tuple in memory, to be pushed.
    pub(super) fn tuple_row(&mut self, tokens: &impl ToTokens, row: &Operand) -> Lowered<PlaceRef> {
        let Some(row) = self.components(row) else {
            return self.no_numbers(tokens);
        };
        let types = self.types_of(&row);
        let template = zeros(&types);
        let place = self.place(Type::Tuple(types), None);
        self.alloc(
            place,
            Init::Host {
                template,
                args: Vec::new(),
            },
        );
        let at = PlaceRef::whole(place);
        self.store_components(&at, &row);
        Ok(at)
    }

    fn no_numbers<T>(&mut self, tokens: &impl ToTokens) -> Lowered<T> {
        self.refuse(
            tokens,
            "a list of what is not made of numbers cannot be differentiated",
            "use a list of numbers, of arrays or of tuples of numbers",
        )
    }

    fn store_components(&mut self, at: &PlaceRef, row: &[ValueId]) {
        for (k, value) in row.iter().enumerate() {
            self.store(at.then(Proj::Field(k)), *value);
        }
    }

    /// The scalars of a tuple; `None` if anything else is in it.
    fn components(&mut self, row: &Operand) -> Option<Vec<ValueId>> {
        match row {
            Operand::Tuple(parts) if !parts.is_empty() => {
                let references = parts.iter().any(|part| {
                    matches!(
                        part,
                        Operand::Ref(_)
                            | Operand::Place {
                                by: By::Ref | By::RefMut,
                                ..
                            }
                    )
                });
                let values = parts.iter().map(|part| self.scalar(part)).collect();
                if references { None } else { values }
            }
            _ => None,
        }
    }

    fn types_of(&self, row: &[ValueId]) -> Vec<Type> {
        row.iter().map(|value| self.b.body.ty(*value).clone()).collect()
    }
}

/// `(0.0, 0)`
fn zeros(types: &[Type]) -> TokenStream {
    let parts = types.iter().map(|ty| match ty {
        Type::Float(Float::F64) => quote!(0.0_f64),
        Type::Float(Float::F32) => quote!(0.0_f32),
        Type::Float(Float::Inferred) => quote!(0.0),
        Type::Int(_) => quote!(0),
        Type::Bool => quote!(false),
        _ => quote!(::core::default::Default::default()),
    });
    quote!((#(#parts,)*))
}
