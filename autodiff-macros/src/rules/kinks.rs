//! Functions with kinks and steps: each row says which value we take there.

use super::{Partial, Rule, scalar_rules};

scalar_rules! {
    // abs'(0) = 0, as in JAX: the middle of the two slopes.
    abs(x in 0.1..3.0) -> y => if x > 0.0 { 1.0 } else { if x < 0.0 { -1.0 } else { x * 0.0 } };
    // A tie is split evenly. A NaN operand is ignored by the function, so it gets no slope.
    max(a in 2.5..3.0, b in 0.0..2.0) -> y =>
        if a > b { 1.0 } else { if a == b { 0.5 } else { if b != b { 1.0 } else { 0.0 } } },
        if b > a { 1.0 } else { if a == b { 0.5 } else { if a != a { 1.0 } else { 0.0 } } };
    min(a in 2.5..3.0, b in 0.0..2.0) -> y =>
        if a < b { 1.0 } else { if a == b { 0.5 } else { if b != b { 1.0 } else { 0.0 } } },
        if b < a { 1.0 } else { if a == b { 0.5 } else { if a != a { 1.0 } else { 0.0 } } };
    // On a bound the value still follows its argument inwards: it keeps half of the slope, as max and min do.
    clamp(x in 0.5..1.5, lo in 0.0..0.4, hi in 1.6..2.0) -> y =>
        if x > lo { if x < hi { 1.0 } else { if x == hi { 0.5 } else { 0.0 } } }
        else { if x == lo { 0.5 } else { 0.0 } },
        if x < lo { 1.0 } else { if x == lo { 0.5 } else { 0.0 } },
        if x > hi { 1.0 } else { if x == hi { 0.5 } else { 0.0 } };
    // |x| with the sign of s: the slope by x is the sign that x changes to, 0 at 0; by s there is only the step.
    copysign(x in 0.1..3.0, s in 0.1..3.0) -> y =>
        if x == 0.0 { 0.0 } else { x.signum() * s.signum() }, zero;
    // Steps: flat wherever they have a derivative.
    signum(x in 0.1..0.9) -> y => zero;
    floor(x in 0.1..0.9) -> y => zero;
    ceil(x in 0.1..0.9) -> y => zero;
    round(x in 0.1..0.4) -> y => zero;
    round_ties_even(x in 0.1..0.4) -> y => zero;
    trunc(x in 0.1..0.9) -> y => zero;
    fract(x in 0.1..0.9) -> y => 1.0;
    // x - b·q with a whole q, which is constant between the jumps. (x - y)/b is -(that q), without the sign's cases.
    rem_euclid(x in 2.2..2.8, b in 0.9..1.0) -> y => 1.0, (y - x) / b;
    div_euclid(x in 2.2..2.8, b in 0.9..1.0) -> y => zero, zero;
}

/// `x.powi(n)`: the exponent is an integer, so the row stands apart from the macro's floats.
pub(super) const POWI: Rule = Rule {
    name: "powi",
    args: &["x", "n"],
    result: "y",
    partials: &[Partial::Expr("n as _ * x.powi(n - 1)"), Partial::None],
};
