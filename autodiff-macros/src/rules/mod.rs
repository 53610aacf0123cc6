//! The table of derivative rules: one row a function, in the language users write.

mod elementary;
mod kinks;
pub(crate) mod linalg;
mod partial;
mod special;

pub(crate) use partial::partial;

/// One row: a function `args[0].name(args[1], …)` of std's floats, and its partial derivatives.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) name: &'static str,
    /// The names of the arguments in `partials`.
    pub(crate) args: &'static [&'static str],
    /// The name of the result in `partials`.
    pub(crate) result: &'static str,
    /// The partial derivative by each argument, as Rust.
    pub(crate) partials: &'static [Partial],
}

impl Rule {
    /// The function's name without the path to it: `erf` of `libm::erf`.
    pub(crate) fn word(&self) -> &'static str {
        self.name.rsplit("::").next().unwrap_or(self.name)
    }

    /// A function that is called by its path, not as a method: `libm::erf(x)`.
    pub(crate) fn is_path(&self) -> bool {
        self.name.contains("::")
    }
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

impl Rule {
    /// Whether a processor does it in an instruction or two, so that nobody keeps its result.
    pub(crate) fn is_quick(&self) -> bool {
        matches!(
            self.name,
            "abs" | "min" | "max" | "clamp" | "copysign" | "signum" | "to_degrees" | "to_radians"
        )
    }
}

impl Partial {
    #[cfg(test)]
    fn says(&self, text: &str) -> bool {
        match self {
            Partial::Expr(row) => *row == text,
            Partial::Zero | Partial::None => false,
        }
    }

    /// The word `zero` and `integer` in a row stand for the variants without an expression.
    const fn from_row(text: &'static str) -> Partial {
        match text.as_bytes() {
            b"zero" => Partial::Zero,
            b"integer" => Partial::None,
            _ => Partial::Expr(text),
        }
    }
}

/// The rule of the method `name` with `argc` arguments, the receiver included.
pub(crate) fn find(name: &str, argc: usize) -> Option<&'static Rule> {
    let tables = [elementary::RULES, kinks::RULES];
    let rows = tables
        .into_iter()
        .flatten()
        .chain([&kinks::POWI])
        .chain(special::RULES);
    rows.into_iter()
        .find(|rule| rule.name == name && rule.args.len() == argc)
}

/// Rows to [`Rule`]s and to their finite-difference tests, from the same tokens.
macro_rules! scalar_rules {
    ($($name:ident($($arg:ident in $lo:literal .. $hi:literal),+) -> $y:ident => $($partial:expr),+;)*) => {
        pub(super) const RULES: &[$crate::rules::Rule] = &[$($crate::rules::Rule {
            name: stringify!($name),
            args: &[$(stringify!($arg)),+],
            result: stringify!($y),
            partials: &[$($crate::rules::Partial::from_row(stringify!($partial))),+],
        }),*];

        #[cfg(test)]
        #[test]
        #[allow(clippy::approx_constant)]
        fn partials_agree_with_central_differences() {
            #[allow(non_upper_case_globals)]
            const zero: f64 = 0.0;
            $({
                let f = |at: &[f64]| {
                    let mut at = at.iter().copied();
                    $(let $arg: f64 = at.next().expect("one entry for each argument");)+
                    $crate::rules::apply!($name, $($arg),+)
                };
                let df = |at: &[f64]| {
                    let $y: f64 = f(at);
                    let mut at = at.iter().copied();
                    $(let $arg: f64 = at.next().expect("one entry for each argument");)+
                    let _ = ($y, $($arg),+);
                    vec![$($partial),+]
                };
                $crate::rules::tests::check(stringify!($name), &[$(($lo, $hi)),+], f, df);
            })*
        }
    };
}

#[cfg(test)]
macro_rules! apply {
    ($name:ident, $receiver:ident $(, $arg:ident)*) => { $receiver.$name($($arg),*) };
}

#[cfg(test)]
use apply;
use scalar_rules;

#[cfg(test)]
mod tests {
    /// Compares every partial with a central difference on a grid of the rule's domain.
    pub(super) fn check(
        name: &str,
        domain: &[(f64, f64)],
        f: impl Fn(&[f64]) -> f64,
        partials: impl Fn(&[f64]) -> Vec<f64>,
    ) {
        for step in 0..7 {
            // Irrational fractions keep the arguments apart and away from kinks.
            let at: Vec<f64> = (0..domain.len())
                .map(|k| {
                    let (lo, hi) = domain[k];
                    lo + (hi - lo) * (0.07 + 0.1234567 * step as f64 + 0.31 * k as f64).fract()
                })
                .collect();
            for (k, exact) in partials(&at).into_iter().enumerate() {
                let h = 1e-5;
                let (mut up, mut down) = (at.clone(), at.clone());
                up[k] += h;
                down[k] -= h;
                let found = (f(&up) - f(&down)) / (2.0 * h);
                let scale = 1.0_f64.max(exact.abs());
                assert!(
                    (found - exact).abs() < 1e-7 * scale,
                    "{name} at {at:?}, argument {k}: {exact} is {found}"
                );
            }
        }
    }

    #[test]
    fn a_rule_is_found_by_name_and_number_of_arguments() {
        assert_eq!(super::find("atan2", 2).map(|rule| rule.name), Some("atan2"));
        assert!(super::find("atan2", 1).is_none());
        assert!(super::find("shout", 1).is_none());
    }
}
