//! The table of derivative rules: one row a function, in the language users write.

/// One row: a function `args[0].name(args[1], …)` of std's floats, and its partial derivatives.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) name: &'static str,
    /// The names of the arguments in `partials`. An argument without a partial is an integer (`powi`).
    pub(crate) args: &'static [&'static str],
    /// The name of the result in `partials`.
    pub(crate) result: &'static str,
    /// The partial derivative by each argument, as Rust.
    pub(crate) partials: &'static [Partial],
}

/// The derivative by one argument.
#[derive(Debug)]
pub(crate) enum Partial {
    /// An expression of the arguments and the result.
    Expr(&'static str),
    /// Piecewise constant: the cotangent is absent, not zero.
    Zero,
    /// Not a float.
    None,
}
