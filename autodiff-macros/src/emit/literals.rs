//! Numbers as a person writes them.

use super::types::int_name;
use crate::ir::{Const, Float, Int, Type};
use crate::names::Names;
use proc_macro2::{Literal, Span, TokenStream};
use quote::quote_spanned;

/// How much of a literal's type is spelled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Suffix {
    /// Only where the number alone would mean something else.
    Never,
    /// `2.0_f64`, where nothing around the literal tells its type.
    Always,
}

/// `known` of type `ty`. The flag says whether the tokens begin with a minus.
pub(super) fn literal(
    known: &Const,
    ty: &Type,
    suffix: Suffix,
    names: &Names,
    at: Span,
) -> (TokenStream, bool) {
    match (known, ty) {
        (Const::Float(x), Type::Float(Float::Generic(ty))) => (generic(*x, ty, names, at), false),
        _ => plain(known, ty, suffix, at),
    }
}

/// `lit::<T>(2.0)`
fn generic(x: f64, ty: &TokenStream, names: &Names, at: Span) -> TokenStream {
    let lit = names.private("lit");
    let (number, _) = float(x, &Type::F64, Suffix::Never, at);
    quote_spanned!(at=> #lit::<#ty>(#number))
}

fn plain(known: &Const, ty: &Type, suffix: Suffix, at: Span) -> (TokenStream, bool) {
    match known {
        Const::Float(x) => float(*x, ty, suffix, at),
        Const::Int(n) => int(*n, ty, suffix, at),
        Const::Bool(true) => (quote_spanned!(at=> true), false),
        Const::Bool(false) => (quote_spanned!(at=> false), false),
    }
}

fn float(x: f64, ty: &Type, suffix: Suffix, at: Span) -> (TokenStream, bool) {
    let name = match ty {
        Type::Float(Float::F32) => "f32",
        _ => "f64",
    };
    if !x.is_finite() {
        let ty = match ty {
            Type::Float(Float::Named(path)) => quote_spanned!(at=> <#path>),
            _ => {
                let name = proc_macro2::Ident::new(name, at);
                quote_spanned!(at=> #name)
            }
        };
        return if x.is_nan() {
            (quote_spanned!(at=> #ty::NAN), false)
        } else if x > 0.0 {
            (quote_spanned!(at=> #ty::INFINITY), false)
        } else {
            (quote_spanned!(at=> #ty::NEG_INFINITY), false)
        };
    }
    let digits = float_digits(x.abs(), ty);
    let typed = match (suffix, ty) {
        (Suffix::Always, Type::Float(Float::Named(path))) => {
            let number = number(&digits, at);
            let number = signed(number, x.is_sign_negative(), at);
            // The parentheses are for a method call behind it.
            return (quote_spanned!(at=> (#number as #path)), false);
        }
        (Suffix::Always, _) => format!("{digits}_{name}"),
        (Suffix::Never, _) => digits,
    };
    let negative = x.is_sign_negative();
    (signed(number(&typed, at), negative, at), negative)
}

/// The shortest digits that read back as `x`, with a point or an exponent.
fn float_digits(x: f64, ty: &Type) -> String {
    match ty {
        Type::Float(Float::F32) => format!("{:?}", x as f32),
        _ => format!("{x:?}"),
    }
}

fn int(n: i128, ty: &Type, suffix: Suffix, at: Span) -> (TokenStream, bool) {
    let name = match ty {
        Type::Int(int) => int_name(*int),
        _ => None,
    };
    // Where nothing else tells its type, a literal is an `i32`.
    let large = i32::try_from(n).is_err() && !matches!(ty, Type::Int(Int::Usize));
    let digits = n.unsigned_abs().to_string();
    let text = match name {
        Some(name) if suffix == Suffix::Always || large => format!("{digits}_{name}"),
        _ => digits,
    };
    (signed(number(&text, at), n < 0, at), n < 0)
}

fn signed(number: Literal, negative: bool, at: Span) -> TokenStream {
    if negative {
        quote_spanned!(at=> -#number)
    } else {
        quote_spanned!(at=> #number)
    }
}

fn number(text: &str, at: Span) -> Literal {
    let mut literal: Literal = text.parse().expect("digits with a suffix are a literal");
    literal.set_span(at);
    literal
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(known: Const, ty: Type, suffix: Suffix, expected: &str) {
        let (tokens, _) = plain(&known, &ty, suffix, Span::call_site());
        assert_eq!(tokens.to_string().replace(' ', ""), expected);
    }

    #[test]
    fn floats_are_short_and_read_back() {
        for (x, text) in [
            (2.0, "2.0"),
            (1e-10, "1e-10"),
            (1e300, "1e300"),
            (0.1, "0.1"),
            (-0.0, "-0.0"),
            (std::f64::consts::PI, "3.141592653589793"),
            (f64::INFINITY, "f64::INFINITY"),
            (f64::NEG_INFINITY, "f64::NEG_INFINITY"),
        ] {
            check(Const::Float(x), Type::F64, Suffix::Never, text);
        }
        check(
            Const::Float(f64::from(0.1_f32)),
            Type::Float(Float::F32),
            Suffix::Never,
            "0.1",
        );
        check(
            Const::Float(f64::NAN),
            Type::Float(Float::F32),
            Suffix::Never,
            "f32::NAN",
        );
        check(Const::Float(-2.0), Type::F64, Suffix::Always, "-2.0_f64");
    }

    #[test]
    fn integers_say_their_type_where_it_matters() {
        check(Const::Int(3), Type::USIZE, Suffix::Never, "3");
        check(Const::Int(3), Type::USIZE, Suffix::Always, "3_usize");
        check(
            Const::Int(1 << 40),
            Type::Int(Int::I64),
            Suffix::Never,
            "1099511627776_i64",
        );
        check(Const::Int(-1), Type::Int(Int::Inferred), Suffix::Always, "-1");
    }
}
