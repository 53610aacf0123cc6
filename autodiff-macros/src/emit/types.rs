//! Types and their zeros, as tokens.

use crate::ir::{Float, Int, Len, Named, Struct, Type};
use crate::names::{Names, vec_type};
use proc_macro2::{Literal, Span, TokenStream};
use quote::{quote, quote_spanned};

/// `ty` in Rust; `_` where only rustc knows. A slice is bare: `[f64]`.
pub(crate) fn tokens(ty: &Type, at: Span) -> TokenStream {
    match ty {
        Type::Float(float) => float_tokens(float, at),
        Type::Int(int) => match int_name(*int) {
            Some(name) => primitive(name, at),
            None => quote_spanned!(at=> _),
        },
        Type::Bool => primitive("bool", at),
        Type::Array(element, len) => {
            let (element, len) = (tokens(element, at), length(len, at));
            quote_spanned!(at=> [#element; #len])
        }
        Type::Slice(element) => {
            let element = tokens(element, at);
            quote_spanned!(at=> [#element])
        }
        Type::Vec(element) => {
            let (vec, element) = (vec_type(at), tokens(element, at));
            quote_spanned!(at=> #vec<#element>)
        }
        Type::Tuple(parts) => {
            let parts = parts.iter().map(|part| tokens(part, at));
            quote_spanned!(at=> (#(#parts,)*))
        }
        Type::Matrix(it) => it.written.clone().unwrap_or_else(|| quote_spanned!(at=> _)),
        Type::Struct(Struct { name: Some(name), .. }) => name.path.clone(),
        Type::Struct(_) | Type::Aggregate(_) | Type::Host | Type::Pullback => quote_spanned!(at=> _),
    }
}

/// The type of tangents and cotangents of `ty`.
pub(crate) fn tangent(ty: &Type) -> Type {
    let inside = |element: &Type| Box::new(tangent(element));
    match ty {
        Type::Array(element, len) => Type::Array(inside(element), len.clone()),
        Type::Slice(element) => Type::Slice(inside(element)),
        Type::Vec(element) => Type::Vec(inside(element)),
        Type::Aggregate(element) => Type::Aggregate(inside(element)),
        Type::Tuple(parts) => Type::Tuple(parts.iter().map(tangent).collect()),
        Type::Struct(it) => Type::Struct(Struct {
            name: it.name.as_ref().map(|name| Named {
                path: name.tangent.clone(),
                tangent: name.tangent.clone(),
            }),
            fields: it.fields.clone(),
        }),
        Type::Float(_) | Type::Int(_) | Type::Bool | Type::Matrix(_) | Type::Host | Type::Pullback => {
            ty.clone()
        }
    }
}

/// A primitive type, which the user may have shadowed.
fn primitive(name: &str, at: Span) -> TokenStream {
    let name = proc_macro2::Ident::new(name, at);
    quote_spanned!(at=> #name)
}

fn float_tokens(float: &Float, at: Span) -> TokenStream {
    match float {
        Float::F64 => primitive("f64", at),
        Float::F32 => primitive("f32", at),
        Float::Named(path) | Float::Generic(path) => path.clone(),
        Float::Inferred => quote_spanned!(at=> _),
    }
}

pub(crate) fn int_name(int: Int) -> Option<&'static str> {
    Some(match int {
        Int::Usize => "usize",
        Int::Isize => "isize",
        Int::U8 => "u8",
        Int::U16 => "u16",
        Int::U32 => "u32",
        Int::U64 => "u64",
        Int::U128 => "u128",
        Int::I8 => "i8",
        Int::I16 => "i16",
        Int::I32 => "i32",
        Int::I64 => "i64",
        Int::I128 => "i128",
        Int::Inferred => return None,
    })
}

/// The length in an array type or a repeat expression.
pub(crate) fn length(len: &Len, at: Span) -> TokenStream {
    match len {
        Len::Known(n) => {
            let mut n = Literal::usize_unsuffixed(*n);
            n.set_span(at);
            quote_spanned!(at=> #n)
        }
        Len::Expr(tokens) => tokens.clone(),
        Len::Inferred => quote_spanned!(at=> _),
    }
}

/// Zeros of type `ty` in the shape of the expression `like`: `0.0`, `[0.0; 3]`, `vec![0.0; like.len()]`, and for what is
/// nested deeper `zeros_like(&like)`. `like` is a path or an index expression, of the type itself or a reference to it.
/// The zeros of a slice are a `Vec`.
pub(crate) fn zeros(ty: &Type, like: &TokenStream, names: &Names, at: Span) -> TokenStream {
    if let Some(fixed) = fixed_zeros(ty, names, at) {
        return fixed;
    }
    if let Type::Vec(element) | Type::Slice(element) = ty
        && let Some(element) = fixed_zeros(element, names, at)
    {
        return quote_spanned!(at=> ::std::vec![#element; #like.len()]);
    }
    if let Type::Host = ty {
        let (inactive, float, other) = (
            names.private("Inactive"),
            names.private("FloatTangent"),
            names.private("OtherTangent"),
        );
        return quote_spanned!(at=> {
            use #float as _;
            use #other as _;
            (&#inactive(&#like)).zero_tangent()
        });
    }
    let zeros_like = names.private("zeros_like");
    quote_spanned!(at=> #zeros_like(&#like))
}

/// A float as a literal: `1.0`, or of a type parameter `lit::<T>(1.0)`.
pub(crate) fn number(x: f64, float: &Float, names: &Names, at: Span) -> TokenStream {
    let mut digits = Literal::f64_unsuffixed(x);
    digits.set_span(at);
    match float {
        Float::F64 | Float::F32 | Float::Named(_) | Float::Inferred => quote_spanned!(at=> #digits),
        Float::Generic(ty) => {
            let lit = names.private("lit");
            quote_spanned!(at=> #lit::<#ty>(#digits))
        }
    }
}

/// Zeros of a type that knows its own shape.
pub(crate) fn fixed_zeros(ty: &Type, names: &Names, at: Span) -> Option<TokenStream> {
    match ty {
        Type::Float(float) => Some(number(0.0, float, names, at)),
        Type::Int(_) => Some(quote_spanned!(at=> 0)),
        Type::Bool => Some(quote_spanned!(at=> false)),
        Type::Array(_, Len::Inferred) => None,
        Type::Array(element, len) => {
            let (element, len) = (fixed_zeros(element, names, at)?, length(len, at));
            Some(quote_spanned!(at=> [#element; #len]))
        }
        Type::Tuple(parts) => {
            let parts: Option<Vec<_>> = parts.iter().map(|part| fixed_zeros(part, names, at)).collect();
            let parts = parts?;
            Some(quote_spanned!(at=> (#(#parts,)*)))
        }
        Type::Slice(_)
        | Type::Vec(_)
        | Type::Aggregate(_)
        | Type::Matrix(_)
        | Type::Struct(_)
        | Type::Host
        | Type::Pullback => None,
    }
}
