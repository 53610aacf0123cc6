//! Special functions of `libm`, called by their paths: std has none on stable.

use super::{Partial, Rule};

/// 2/√π, the slope of `erf` at 0.
#[cfg(test)]
const SLOPE: f64 = std::f64::consts::FRAC_2_SQRT_PI;

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
    use super::SLOPE;

    #[test]
    fn the_slopes_of_the_error_functions_are_bells() {
        assert_eq!(SLOPE, 1.1283791670955126);
        let bell = |x: &[f64]| 1.1283791670955126 * (-(x[0] * x[0])).exp();
        let range = [(-2.0, 2.0)];
        crate::rules::tests::check("erf", &range, |x| libm::erf(x[0]), |x| vec![bell(x)]);
        crate::rules::tests::check("erfc", &range, |x| libm::erfc(x[0]), |x| vec![-bell(x)]);
    }
}
