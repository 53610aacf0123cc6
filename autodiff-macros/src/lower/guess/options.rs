//! What says that a call gives an `Option` or a `Result`.

use super::{aggregate, from_expr, is_aggregate_method, number, stripped};
use crate::ir::Type;
use crate::lower::option_methods::is_option_method;
use crate::lower::optional::variant;

/// What a call before `.method()` gives, by the method, where `want` is wanted of the whole.
pub(crate) fn of_receiver(it: &syn::ExprMethodCall, want: Option<&Type>) -> Option<Type> {
    let name = it.method.to_string();
    let optional = want.and_then(Type::payload);
    if let Some(payload) = optional
        && matches!(name.as_str(), "map" | "inspect" | "clone" | "copied")
    {
        let open = name == "map" || matches!(payload, Type::Host);
        let payload = if open { number() } else { payload.clone() };
        return Some(Type::optional(payload));
    }
    if is_option_method(&name) {
        let optional = optional.filter(|ty| !matches!(ty, Type::Host));
        let told = match name.as_str() {
            "unwrap" | "expect" | "unwrap_or" | "unwrap_or_else" | "unwrap_or_default" => want.cloned(),
            "ok_or" | "ok_or_else" | "ok" | "map_err" | "or" | "or_else" | "filter" => optional.cloned(),
            _ => None,
        };
        return Some(Type::optional(told.unwrap_or_else(number)));
    }
    is_aggregate_method(&name).then(aggregate)
}

/// What `match` and `if let` say of a call: the patterns that it is to fit.
pub(crate) fn of_patterns<'p>(pats: impl IntoIterator<Item = (&'p syn::Pat, &'p syn::Expr)>) -> Option<Type> {
    pats.into_iter().find_map(|(pat, body)| match stripped(pat) {
        syn::Pat::TupleStruct(it) if it.elems.len() == 1 => {
            let name = variant(&it.path)?;
            let payload = match (name.as_str(), stripped(&it.elems[0])) {
                ("Err", _) => return None,
                (_, syn::Pat::Ident(ident)) => from_expr(&ident.ident, body),
                (_, syn::Pat::Tuple(it)) => Some(Type::Tuple(vec![number(); it.elems.len()])),
                (_, syn::Pat::Slice(_)) => Some(aggregate()),
                _ => None,
            };
            Some(Type::optional(payload.unwrap_or_else(number)))
        }
        _ => None,
    })
}
