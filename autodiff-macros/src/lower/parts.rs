//! Operands in host code.

use super::Lowerer;
use super::names::hole;
use super::operand::{By, Operand};
use crate::ir::{Const, HostArg};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

/// An operand as an expression of holes.
pub(super) fn parts_template(
    lowerer: &mut Lowerer<'_>,
    operand: &Operand,
    args: &mut Vec<HostArg>,
) -> Option<TokenStream> {
    let mut add = |arg: HostArg| {
        let ident = hole(args.len());
        args.push(arg);
        ident.to_token_stream()
    };
    match operand {
        Operand::Value(id) => Some(add(HostArg::Value(*id))),
        Operand::Place { at, by } => {
            let at = at.clone();
            match by {
                By::Temp | By::Owned => Some(add(HostArg::Place(at))),
                By::Ref => {
                    let hole = add(HostArg::Place(at));
                    Some(quote!(&#hole))
                }
                By::RefMut => {
                    let hole = add(HostArg::PlaceMut(at));
                    Some(quote!(&mut #hole))
                }
            }
        }
        Operand::Ref(inner) => {
            let inner = parts_template(lowerer, inner, args)?;
            Some(quote!(&#inner))
        }
        Operand::Alias(path) => {
            let content = lowerer.scopes.get(path).clone();
            parts_template(lowerer, &content, args)
        }
        Operand::Tuple(parts) => {
            let parts = parts.iter().map(|part| parts_template(lowerer, part, args));
            let parts = parts.collect::<Option<Vec<_>>>()?;
            Some(quote!((#(#parts,)*)))
        }
        Operand::Option { some, value, error } => {
            if lowerer.b.constant(*some) == Some(Const::Bool(false)) && error.is_none() {
                return Some(quote!(::core::option::Option::None));
            }
            let some = add(HostArg::Value(*some));
            let error = error.map(|error| add(HostArg::Value(error)));
            let value = match &**value {
                Operand::Unset => quote!(::core::unreachable!()),
                value => parts_template(lowerer, value, args)?,
            };
            Some(match error {
                None => {
                    quote!(if #some { ::core::option::Option::Some(#value) } else { ::core::option::Option::None })
                }
                Some(error) => quote!(match #error {
                    ::core::option::Option::Some(error) => ::core::result::Result::Err(error),
                    ::core::option::Option::None => ::core::result::Result::Ok(#value),
                }),
            })
        }
        Operand::Unset | Operand::Lost | Operand::Poison => None,
    }
}
