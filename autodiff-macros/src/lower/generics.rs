//! Floats that are type parameters: what well-known crates call their constants and conversions.

use super::places::inner;
use super::purity::is_pure;
use crate::ir::{Float, Type};
use crate::parse::Floats;

/// Traits of well-known crates whose functions are those of std's floats.
pub(super) fn is_float_trait(name: &syn::Ident) -> bool {
    ["Float", "FloatCore", "RealField", "ComplexField"]
        .iter()
        .any(|known| name == known)
}

/// The type of a constant: `T::one()`, `T::PI()`, `T::from(0.5).unwrap()`.
pub(super) fn constant(expr: &syn::Expr, floats: &Floats) -> Option<Type> {
    if floats.generic.is_empty() {
        return None;
    }
    match inner(expr) {
        syn::Expr::Call(it) if it.args.is_empty() => {
            let (ty, name) = of_parameter(&it.func, floats)?;
            is_constant(&name).then_some(ty)
        }
        syn::Expr::MethodCall(it) if it.method == "unwrap" || it.method == "expect" => {
            let syn::Expr::Call(call) = inner(&it.receiver) else {
                return None;
            };
            let (ty, name) = of_parameter(&call.func, floats)?;
            name.starts_with("from").then_some(ty)
        }
        _ => None,
    }
}

/// The call in `T::from(n).unwrap()` and `NumCast::from(n).unwrap()`.
pub(super) fn conversion<'e>(it: &'e syn::ExprMethodCall, floats: &Floats) -> Option<&'e syn::ExprCall> {
    if floats.generic.is_empty() || (it.method != "unwrap" && it.method != "expect") {
        return None;
    }
    let syn::Expr::Call(call) = inner(&it.receiver) else {
        return None;
    };
    let generic = of_parameter(&call.func, floats).is_some_and(|(_, name)| name.starts_with("from"));
    let syn::Expr::Path(path) = inner(&call.func) else {
        return None;
    };
    let mut owners = path.path.segments.iter().rev().skip(1);
    let cast = owners.next().is_some_and(|owner| owner.ident == "NumCast");
    (generic || cast).then_some(call)
}

/// Whether what such a constant is made of has no effects.
pub(super) fn converts_pure(expr: &syn::Expr) -> bool {
    match inner(expr) {
        syn::Expr::Call(it) => it.args.iter().all(is_pure),
        syn::Expr::MethodCall(it) => converts_pure(&it.receiver),
        _ => false,
    }
}

/// `T::name`, `<T as Trait>::name`
fn of_parameter(func: &syn::Expr, floats: &Floats) -> Option<(Type, String)> {
    let syn::Expr::Path(it) = inner(func) else {
        return None;
    };
    let mut segments = it.path.segments.clone();
    let name = segments.pop()?.ident.to_string();
    segments.pop_punct();
    let owner = match &it.qself {
        Some(qself) => match &*qself.ty {
            syn::Type::Path(ty) => ty.clone(),
            _ => return None,
        },
        None => syn::TypePath {
            attrs: Vec::new(),
            qself: None,
            path: syn::Path {
                leading_colon: it.path.leading_colon,
                segments,
            },
        },
    };
    let ty = floats.find(&owner)?;
    matches!(ty, Type::Float(Float::Generic(_))).then_some((ty, name))
}

fn is_constant(name: &str) -> bool {
    const NAMES: &[&str] = &[
        "zero",
        "one",
        "epsilon",
        "infinity",
        "neg_infinity",
        "nan",
        "neg_zero",
        "max_value",
        "min_value",
        "min_positive_value",
        "default_epsilon",
        "pi",
        "two_pi",
        "e",
        "ln_2",
        "ln_10",
        "log2_e",
        "log10_e",
    ];
    NAMES.contains(&name) || name.starts_with("frac_") || !name.contains(char::is_lowercase)
}
