//! Special functions of `libm`, called by their paths: std has none on stable.

use super::{Partial, Rule};

pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "libm::erf",
        args: &["x"],
        result: "y",
        partials: &[Partial::Expr("1.1283791670955126 * (-(x * x)).exp()")],
    },
    Rule {
        name: "libm::erfc",
        args: &["x"],
        result: "y",
        partials: &[Partial::Expr("-1.1283791670955126 * (-(x * x)).exp()")],
    },
];

#[cfg(test)]
mod tests {
    use std::f64::consts::FRAC_2_SQRT_PI;

    #[test]
    fn the_slopes_of_the_error_functions_are_bells() {
        assert!(super::RULES[0].partials[0].says(&format!("{FRAC_2_SQRT_PI} * (-(x * x)).exp()")));
        let bell = |x: &[f64]| FRAC_2_SQRT_PI * (-(x[0] * x[0])).exp();
        let range = [(-2.0, 2.0)];
        crate::rules::tests::check("erf", &range, |x| libm::erf(x[0]), |x| vec![bell(x)]);
        crate::rules::tests::check("erfc", &range, |x| libm::erfc(x[0]), |x| vec![-bell(x)]);
    }
}
