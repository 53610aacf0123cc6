//! Smooth functions of std's floats.

use super::scalar_rules;

scalar_rules! {
    sqrt(x in 0.1..4.0) -> y => 0.5 / y;
    cbrt(x in 0.1..4.0) -> y => 1.0 / (3.0 * (y * y));
    exp(x in -2.0..2.0) -> y => y;
    exp2(x in -2.0..2.0) -> y => 0.6931471805599453 * y;
    exp_m1(x in -2.0..2.0) -> y => y + 1.0;
    ln(x in 0.1..4.0) -> y => 1.0 / x;
    ln_1p(x in -0.9..4.0) -> y => 1.0 / (1.0 + x);
    log(x in 0.1..4.0, b in 2.0..4.0) -> y => 1.0 / (x * b.ln()), -y / (b * b.ln());
    log2(x in 0.1..4.0) -> y => 1.4426950408889634 / x;
    log10(x in 0.1..4.0) -> y => 0.4342944819032518 / x;
    sin(x in -3.0..3.0) -> y => x.cos();
    cos(x in -3.0..3.0) -> y => -x.sin();
    tan(x in -1.4..1.4) -> y => 1.0 + y * y;
    asin(x in -0.9..0.9) -> y => 1.0 / (1.0 - x * x).sqrt();
    acos(x in -0.9..0.9) -> y => -1.0 / (1.0 - x * x).sqrt();
    atan(x in -3.0..3.0) -> y => 1.0 / (1.0 + x * x);
    sinh(x in -2.0..2.0) -> y => x.cosh();
    cosh(x in -2.0..2.0) -> y => x.sinh();
    tanh(x in -2.0..2.0) -> y => 1.0 - y * y;
    asinh(x in -3.0..3.0) -> y => 1.0 / (x * x + 1.0).sqrt();
    // Not 1/sqrt(x² - 1): the product keeps its digits near 1, and a NaN left of 1 stays one.
    acosh(x in 1.1..4.0) -> y => 1.0 / ((x - 1.0).sqrt() * (x + 1.0).sqrt());
    atanh(x in -0.9..0.9) -> y => 1.0 / (1.0 - x * x);
    // At the origin the angle has no derivative: NaN, as the formula gives.
    atan2(y in 0.5..2.0, x in 0.5..2.0) -> r => x / (x * x + y * y), -y / (x * x + y * y);
    // The cone's tip has no derivative: we take 0, the middle of all its slopes.
    hypot(x in 0.5..2.0, y in 0.5..2.0) -> r =>
        if r == 0.0 { 0.0 } else { x / r }, if r == 0.0 { 0.0 } else { y / r };
    recip(x in 0.2..3.0) -> y => -(y * y);
    mul_add(x in -2.0..2.0, a in -2.0..2.0, b in -2.0..2.0) -> y => a, x, 1.0;
    midpoint(a in -2.0..2.0, b in -2.0..2.0) -> y => 0.5, 0.5;
    to_degrees(x in -3.0..3.0) -> y => 57.29577951308232;
    to_radians(x in -90.0..90.0) -> y => 0.017453292519943295;
    // x^0 is 1 everywhere, also at 0, so its slope by x is 0 and not 0·∞. By the exponent, 0^p is flat for p > 0.
    powf(x in 0.2..3.0, p in -2.0..3.0) -> y =>
        if p == 0.0 { 0.0 } else { p * x.powf(p - 1.0) }, if x == 0.0 { 0.0 } else { y * x.ln() };
}
