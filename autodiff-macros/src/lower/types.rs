//! Types: as the user writes them, and as the code around a value tells them.

use super::Lowerer;
use super::branches::more_known;
use super::operand::Operand;
use crate::ir::{Float, Type, ValueId};
use crate::parse;

impl Lowerer<'_> {
    /// A written type, references left out. `None` if it is one that we do not know, or is left to rustc.
    pub(super) fn written(&self, ty: &syn::Type) -> Option<Type> {
        match parse::understood(ty, &self.request.floats, &self.request.fields) {
            Type::Host => match parse::payload(ty) {
                Some(inner) => self.written(inner).map(Type::optional),
                None => queue(ty)
                    .and_then(|list| self.written(&list))
                    .or_else(|| open_list(ty)),
            },
            known => Some(known),
        }
    }

    /// Lets `id` have the type `ty`, if its own is still open.
    pub(super) fn fix(&mut self, id: ValueId, ty: &Type) {
        let slot = &mut self.b.body.values[id.0 as usize].ty;
        if !super::operand::is_scalar(ty) {
            return;
        }
        *slot = more_known(slot.clone(), ty.clone());
    }

    /// The type that the context wants, given to what it is about.
    pub(super) fn fix_operand(&mut self, operand: &Operand, ty: &Type) {
        match (operand, ty) {
            (Operand::Value(id), ty) => self.fix(*id, ty),
            (Operand::Ref(inner), ty) => self.fix_operand(inner, ty),
            (Operand::Tuple(parts), Type::Tuple(types)) if parts.len() == types.len() => {
                for (part, ty) in parts.iter().zip(types) {
                    self.fix_operand(part, ty);
                }
            }
            (Operand::Option { value, .. }, ty) => {
                if let Some(payload) = ty.payload() {
                    self.fix_operand(value, payload);
                }
            }
            (Operand::Place { at, .. }, ty) if at.path.is_empty() => {
                let slot = &mut self.b.body.places[at.root.0 as usize].ty;
                *slot = deeper(slot.clone(), ty);
            }
            (
                Operand::Tuple(_)
                | Operand::Place { .. }
                | Operand::Alias(_)
                | Operand::Unset
                | Operand::Lost
                | Operand::Poison,
                _,
            ) => (),
        }
    }

    /// A host value that stands where only a float can: it is one.
    pub(super) fn as_float(&mut self, id: ValueId) {
        self.fix(id, &Type::Float(Float::Inferred));
    }
}

/// A `VecDeque` of floats is a list as any other: it is only looked at through its elements.
fn queue(ty: &syn::Type) -> Option<syn::Type> {
    let syn::Type::Path(it) = ty else { return None };
    let last = it.path.segments.last().filter(|last| last.ident == "VecDeque")?;
    let arguments = &last.arguments;
    Some(syn::parse_quote!(Vec #arguments))
}

/// `Vec<_>`
fn open_list(ty: &syn::Type) -> Option<Type> {
    let syn::Type::Path(it) = ty else { return None };
    let last = it.path.segments.last()?;
    let syn::PathArguments::AngleBracketed(args) = &last.arguments else {
        return None;
    };
    let element = match args.args.first()? {
        syn::GenericArgument::Type(syn::Type::Infer(_)) => Type::Float(Float::Inferred),
        syn::GenericArgument::Type(inner) => open_list(inner)?,
        _ => return None,
    };
    (last.ident == "Vec").then(|| Type::Vec(Box::new(element)))
}

/// `own` with its open scalars filled in from `told`, as far as the two go together.
fn deeper(own: Type, told: &Type) -> Type {
    match (own, told) {
        (Type::Array(a, len), Type::Array(b, told)) => {
            let len = match len {
                crate::ir::Len::Inferred => told.clone(),
                known => known,
            };
            Type::Array(Box::new(deeper(*a, b)), len)
        }
        (Type::Vec(a), Type::Vec(b)) => Type::Vec(Box::new(deeper(*a, b))),
        (Type::Slice(a), Type::Slice(b)) => Type::Slice(Box::new(deeper(*a, b))),
        // What another function returned, and the user says what it is.
        (Type::Aggregate(a), Type::Vec(b)) => Type::Vec(Box::new(deeper(*a, b))),
        (Type::Aggregate(a), Type::Array(b, len)) => Type::Array(Box::new(deeper(*a, b)), len.clone()),
        (Type::Tuple(a), Type::Tuple(b)) if a.len() == b.len() => {
            Type::Tuple(a.into_iter().zip(b).map(|(a, b)| deeper(a, b)).collect())
        }
        (own @ (Type::Float(_) | Type::Int(_) | Type::Bool | Type::Host), told)
            if super::operand::is_scalar(told) =>
        {
            more_known(own, told.clone())
        }
        (own, _) => own,
    }
}
