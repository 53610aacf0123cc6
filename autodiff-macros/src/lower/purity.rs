//! What is known of host code by its tokens: whether it has effects.

use crate::parse::Floats;

/// Methods of std's collections and wrappers, which nobody has marked `#[differentiable]`.
pub(super) fn is_of_std(name: &str) -> bool {
    matches!(
        name,
        "get"
            | "get_mut"
            | "insert"
            | "entry"
            | "push"
            | "push_str"
            | "push_back"
            | "push_front"
            | "extend"
            | "set"
            | "replace"
            | "send"
            | "call"
            | "write"
            | "write_all"
            | "contains"
            | "contains_key"
            | "remove"
            | "cmp"
    )
}

/// Methods of std that read and do not write; of others nobody knows.
pub(super) fn reads_only(name: &str) -> bool {
    is_pure_method(name)
        || matches!(
            name,
            "to_string"
                | "as_str"
                | "as_bytes"
                | "chars"
                | "bytes"
                | "lines"
                | "keys"
                | "values"
                | "hash"
                | "borrow"
        )
}

/// Methods that std's types give the same result for every time, without any effect.
pub(super) fn is_pure_method(name: &str) -> bool {
    const PURE: &[&str] = &[
        "len",
        "is_empty",
        "iter",
        "into_iter",
        "copied",
        "cloned",
        "enumerate",
        "zip",
        "rev",
        "step_by",
        "map",
        "filter",
        "filter_map",
        "flat_map",
        "take",
        "skip",
        "take_while",
        "skip_while",
        "chain",
        "windows",
        "chunks",
        "chunks_exact",
        "sum",
        "product",
        "fold",
        "min",
        "max",
        "min_by",
        "max_by",
        "count",
        "any",
        "all",
        "find",
        "position",
        "last",
        "first",
        "get",
        "nth",
        "collect",
        "unwrap",
        "unwrap_or",
        "expect",
        "is_some",
        "is_none",
        "is_ok",
        "is_err",
        "ok",
        "as_ref",
        "as_slice",
        "to_vec",
        "clone",
        "to_owned",
        "abs",
        "pow",
        "powi",
        "powf",
        "sqrt",
        "exp",
        "ln",
        "sin",
        "cos",
        "tan",
        "tanh",
        "floor",
        "ceil",
        "round",
        "trunc",
        "clamp",
        "signum",
        "rem_euclid",
        "div_euclid",
        "recip",
        "mul_add",
        "hypot",
        "atan2",
        "exp2",
        "log",
        "log2",
        "log10",
        "ln_1p",
        "exp_m1",
        "cbrt",
        "to_radians",
        "to_degrees",
        "is_nan",
        "is_finite",
        "contains",
        "contains_key",
        "starts_with",
        "ends_with",
        "total_cmp",
        "partial_cmp",
        "cmp",
        "to_bits",
        "split_at",
        "concat",
        "wrapping_add",
        "wrapping_sub",
        "wrapping_mul",
        "saturating_sub",
        "saturating_add",
        "count_ones",
        "trailing_zeros",
        "leading_zeros",
        "is_power_of_two",
        "next_power_of_two",
        "div_ceil",
        "abs_diff",
        "then",
        "then_some",
        "map_or",
        "is_some_and",
    ];
    PURE.contains(&name)
}

/// Whether the expression may be dropped, repeated and moved: everything in it is known, and nothing has an effect.
pub(super) fn is_pure(expr: &syn::Expr) -> bool {
    struct Impure(bool);
    impl<'ast> syn::visit::Visit<'ast> for Impure {
        fn visit_expr(&mut self, expr: &'ast syn::Expr) {
            let known = match expr {
                syn::Expr::Lit(_)
                | syn::Expr::Path(_)
                | syn::Expr::Paren(_)
                | syn::Expr::Group(_)
                | syn::Expr::Unary(_)
                | syn::Expr::Cast(_)
                | syn::Expr::Field(_)
                | syn::Expr::Index(_)
                | syn::Expr::Tuple(_)
                | syn::Expr::Array(_)
                | syn::Expr::Repeat(_)
                | syn::Expr::Range(_)
                | syn::Expr::Closure(_)
                | syn::Expr::If(_)
                | syn::Expr::Match(_)
                | syn::Expr::Struct(_)
                | syn::Expr::Const(_) => true,
                syn::Expr::Block(it) => it.label.is_none(),
                syn::Expr::Binary(it) => super::operators::assigning(&it.op).is_none(),
                syn::Expr::Reference(it) => it.mutability.is_none(),
                syn::Expr::MethodCall(it) => is_pure_method(&it.method.to_string()),
                syn::Expr::Call(it) => super::floats::float_path(&it.func, &Floats::default()).is_some(),
                syn::Expr::Macro(it) => [
                    "matches",
                    "stringify",
                    "concat",
                    "line",
                    "env",
                    "cfg",
                    "include_str",
                ]
                .iter()
                .any(|name| it.mac.path.is_ident(name)),
                _ => false,
            };
            self.0 |= !known;
            syn::visit::visit_expr(self, expr);
        }
    }
    let mut impure = Impure(false);
    syn::visit::Visit::visit_expr(&mut impure, expr);
    !impure.0
}
