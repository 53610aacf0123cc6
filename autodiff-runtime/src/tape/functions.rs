//! std's functions of floats on the tape: one row is the method, its value, its partial derivatives and its test.
//!
//! The partials are recorded operations themselves, so they can be differentiated again. The rows say the same as those
//! of the macro; at kinks and poles the value taken is the same.

use super::handle::Handle;
use super::operators::Operand;
use super::{Float, Var};

/// A partial derivative of one function.
pub(super) enum Partial<'t, S: Float> {
    /// Zero by construction: nothing flows.
    Zero,
    One,
    By(Handle<'t, S>),
    Constant(f64),
}

use Partial::{Constant, One, Zero};

impl<'t, S: Float> From<Handle<'t, S>> for Partial<'t, S> {
    fn from(partial: Handle<'t, S>) -> Self {
        Partial::By(partial)
    }
}

macro_rules! functions {
    ($(
        $(#[$doc:meta])*
        $variant:ident $name:ident($x:ident in $lo:literal .. $hi:literal
            $(, $arg:ident in $arg_lo:literal .. $arg_hi:literal)*) -> $y:ident => $($partial:expr),+;
    )*) => {
        /// Which function of floats.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum Function {
            $(#[doc = stringify!($name)] $variant,)*
        }

        impl Function {
            pub(super) fn arity(self) -> usize {
                match self {
                    $(Function::$variant => [stringify!($x), $(stringify!($arg)),*].len(),)*
                }
            }

            pub(super) fn f64(self, arguments: [f64; 3]) -> f64 {
                match self {
                    $(Function::$variant => {
                        let [$x, $($arg,)* ..] = arguments;
                        f64::$name($x, $($arg),*)
                    })*
                }
            }

            pub(super) fn f32(self, arguments: [f32; 3]) -> f32 {
                match self {
                    $(Function::$variant => {
                        let [$x, $($arg,)* ..] = arguments;
                        f32::$name($x, $($arg),*)
                    })*
                }
            }

            /// The derivative of the result `y` by argument number `which`.
            #[allow(unused_variables)]
            pub(super) fn partial<'t, S: Float>(
                self,
                which: usize,
                arguments: [Handle<'t, S>; 3],
                y: Handle<'t, S>,
            ) -> Partial<'t, S> {
                match self {
                    $(Function::$variant => {
                        let ([$x, $($arg,)* ..], $y) = (arguments, y);
                        let partials: [&dyn Fn() -> Partial<'t, S>; _] = [$(&|| Partial::from($partial)),+];
                        partials[which]()
                    })*
                }
            }
        }

        impl<'t, S: Float> Handle<'t, S> {
            $(
                #[allow(dead_code)]
                pub(super) fn $name(self, $($arg: Handle<'t, S>),*) -> Self {
                    self.apply(Function::$variant, &[$($arg),*])
                }
            )*
        }

        /// std's functions, with std's values. On what they give at kinks and poles, see the table in the README.
        impl<'t, S: Float> Var<'t, S> {
            $(
                $(#[$doc])*
                #[track_caller]
                #[must_use]
                pub fn $name(self $(, $arg: impl Operand<'t, S>)*) -> Self {
                    Var::of(self.handle().apply(Function::$variant, &[$($arg.on(self.core())),*]))
                }
            )*
        }

        #[cfg(test)]
        const CHECKS: &[tests::Check] = &[$(tests::Check {
            function: Function::$variant,
            name: stringify!($name),
            domains: &[($lo, $hi), $(($arg_lo, $arg_hi)),*],
        }),*];
    };
}

functions! {
    /// `√x`. At 0 the slope is infinite.
    Sqrt sqrt(x in 0.1..4.0) -> y => 0.5 / y;
    /// `∛x`.
    Cbrt cbrt(x in 0.1..4.0) -> y => 1.0 / (3.0 * (y * y));
    /// `eˣ`.
    Exp exp(x in -2.0..2.0) -> y => y;
    /// `2ˣ`.
    Exp2 exp2(x in -2.0..2.0) -> y => std::f64::consts::LN_2 * y;
    /// `eˣ − 1`, precise near 0.
    ExpM1 exp_m1(x in -2.0..2.0) -> y => y + 1.0;
    /// `ln x`.
    Ln ln(x in 0.1..4.0) -> y => 1.0 / x;
    /// `ln(1 + x)`, precise near 0.
    Ln1p ln_1p(x in -0.9..4.0) -> y => 1.0 / (1.0 + x);
    /// The logarithm of `x` to the base `b`.
    Log log(x in 0.1..4.0, b in 2.0..4.0) -> y => 1.0 / (x * b.ln()), -y / (b * b.ln());
    /// `log₂ x`.
    Log2 log2(x in 0.1..4.0) -> y => std::f64::consts::LOG2_E / x;
    /// `log₁₀ x`.
    Log10 log10(x in 0.1..4.0) -> y => std::f64::consts::LOG10_E / x;
    /// `sin x`.
    Sin sin(x in -3.0..3.0) -> y => x.cos();
    /// `cos x`.
    Cos cos(x in -3.0..3.0) -> y => -x.sin();
    /// `tan x`.
    Tan tan(x in -1.4..1.4) -> y => 1.0 + y * y;
    /// `arcsin x`.
    Asin asin(x in -0.9..0.9) -> y => 1.0 / (1.0 - x * x).sqrt();
    /// `arccos x`.
    Acos acos(x in -0.9..0.9) -> y => -1.0 / (1.0 - x * x).sqrt();
    /// `arctan x`.
    Atan atan(x in -3.0..3.0) -> y => 1.0 / (1.0 + x * x);
    /// `sinh x`.
    Sinh sinh(x in -2.0..2.0) -> y => x.cosh();
    /// `cosh x`.
    Cosh cosh(x in -2.0..2.0) -> y => x.sinh();
    /// `tanh x`.
    Tanh tanh(x in -2.0..2.0) -> y => 1.0 - y * y;
    /// `arsinh x`.
    Asinh asinh(x in -3.0..3.0) -> y => 1.0 / (x * x + 1.0).sqrt();
    /// `arcosh x`.
    Acosh acosh(x in 1.1..4.0) -> y => 1.0 / ((x - 1.0).sqrt() * (x + 1.0).sqrt());
    /// `artanh x`.
    Atanh atanh(x in -0.9..0.9) -> y => 1.0 / (1.0 - x * x);
    /// The angle of the point `(x, self)`. At the origin it has no derivative: NaN.
    Atan2 atan2(y in 0.5..2.0, x in 0.5..2.0) -> r => x / (x * x + y * y), -y / (x * x + y * y);
    /// `√(x² + other²)`. At the origin both slopes are 0.
    Hypot hypot(x in 0.5..2.0, other in 0.5..2.0) -> r => cosine(x, r), cosine(other, r);
    /// `1 / x`.
    Recip recip(x in 0.2..3.0) -> y => -(y * y);
    /// `x · a + b`, rounded once.
    MulAdd mul_add(x in -2.0..2.0, a in -2.0..2.0, b in -2.0..2.0) -> y => a, x, One;
    /// `(x + other) / 2`.
    Midpoint midpoint(x in -2.0..2.0, other in -2.0..2.0) -> y => Constant(0.5), Constant(0.5);
    /// Radians to degrees.
    ToDegrees to_degrees(x in -3.0..3.0) -> y => Constant(180.0 / std::f64::consts::PI);
    /// Degrees to radians.
    ToRadians to_radians(x in -90.0..90.0) -> y => Constant(std::f64::consts::PI / 180.0);
    /// `xᵖ`. `x⁰` is 1 everywhere, so its slope by `x` is 0, also at 0; by the exponent, `0ᵖ` is flat.
    Powf powf(x in 0.2..3.0, p in -2.0..3.0) -> y => power_by_base(x, p), power_by_exponent(x, y);
    /// `|x|`. At 0 the slope is 0.
    Abs abs(x in 0.1..3.0) -> y => x.steps([x; 2], |[x, ..]| if x == 0.0 { 0.0 } else { x.signum() });
    /// The larger one. A tie is split evenly; a NaN operand is ignored and gets no slope.
    Max max(x in 2.5..3.0, other in 0.0..2.0) -> y => x.steps([other; 2], larger), other.steps([x; 2], larger);
    /// The smaller one. A tie is split evenly; a NaN operand is ignored and gets no slope.
    Min min(x in 2.5..3.0, other in 0.0..2.0) -> y =>
        x.steps([other; 2], |[x, other, _]| larger([-x, -other, 0.0])),
        other.steps([x; 2], |[other, x, _]| larger([-other, -x, 0.0]));
    /// `x`, held between the bounds. On a bound half of the slope goes to it.
    ///
    /// # Panics
    ///
    /// As std's: if `lo > hi`, or one of them is NaN.
    Clamp clamp(x in 0.5..1.5, lo in 0.0..0.4, hi in 1.6..2.0) -> y =>
        x.steps([lo, hi], |[x, lo, hi]| within(x, lo) * within(hi, x)),
        lo.steps([x; 2], |[lo, x, _]| 1.0 - within(x, lo)),
        hi.steps([x; 2], |[hi, x, _]| 1.0 - within(hi, x));
    /// `|x|` with the sign of `sign`, by which the slope is 0.
    Copysign copysign(x in 0.1..3.0, sign in 0.1..3.0) -> y =>
        x.steps([sign; 2], |[x, sign, _]| if x == 0.0 { 0.0 } else { x.signum() * sign.signum() }), Zero;
    /// The sign, with the slope 0.
    Signum signum(x in 0.1..0.9) -> y => Zero;
    /// The next integer below, with the slope 0.
    Floor floor(x in 0.1..0.9) -> y => Zero;
    /// The next integer above, with the slope 0.
    Ceil ceil(x in 0.1..0.9) -> y => Zero;
    /// The nearest integer, with the slope 0.
    Round round(x in 0.1..0.4) -> y => Zero;
    /// The nearest integer, a tie to the even one; with the slope 0.
    RoundTiesEven round_ties_even(x in 0.1..0.4) -> y => Zero;
    /// The integer part, with the slope 0.
    Trunc trunc(x in 0.1..0.9) -> y => Zero;
    /// The part behind the point, with the slope 1.
    Fract fract(x in 0.1..0.9) -> y => One;
    /// The remainder that is never negative. Between the jumps the quotient is constant.
    RemEuclid rem_euclid(x in 2.2..2.8, b in 0.9..1.0) -> y => One, (y - x) / b;
    /// The quotient to `rem_euclid`, with the slopes 0.
    DivEuclid div_euclid(x in 2.2..2.8, b in 0.9..1.0) -> y => Zero, Zero;
}

/// `x / r`, and 0 at the tip of the cone, which has no derivative: the middle of all its slopes.
fn cosine<'t, S: Float>(x: Handle<'t, S>, r: Handle<'t, S>) -> Handle<'t, S> {
    x / r.where_not(r.steps([r; 2], |[r, ..]| f64::from(r != 0.0)), 1.0)
}

/// `p x^(p−1)`; the base is taken away at `0⁰`, where the product would be 0·∞.
fn power_by_base<'t, S: Float>(x: Handle<'t, S>, p: Handle<'t, S>) -> Handle<'t, S> {
    let regular = x.steps([p; 2], |[x, p, _]| f64::from(x != 0.0 || p != 0.0));
    p * x.where_not(regular, 1.0).powf(p - 1.0)
}

/// `y ln x`, and 0 where `x` is 0.
fn power_by_exponent<'t, S: Float>(x: Handle<'t, S>, y: Handle<'t, S>) -> Handle<'t, S> {
    let regular = x.steps([x; 2], |[x, ..]| f64::from(x != 0.0));
    (y * x.where_not(regular, 1.0).ln()).where_not(regular, 0.0)
}

/// The slope of the larger one of the two by the first.
fn larger([x, other, _]: [f64; 3]) -> f64 {
    match x.partial_cmp(&other) {
        Some(std::cmp::Ordering::Greater) => 1.0,
        Some(std::cmp::Ordering::Equal) => 0.5,
        Some(std::cmp::Ordering::Less) => 0.0,
        None => f64::from(other.is_nan()),
    }
}

/// How much of the slope `x` keeps above a bound.
fn within(x: f64, bound: f64) -> f64 {
    if x == bound { 0.5 } else { f64::from(x > bound) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check_grad;
    use crate::tape::Tape;

    pub(super) struct Check {
        pub(super) function: Function,
        pub(super) name: &'static str,
        pub(super) domains: &'static [(f64, f64)],
    }

    impl Check {
        fn points(&self) -> Vec<[f64; 3]> {
            let at = |part: f64| {
                let mut res = [0.0; 3];
                for (k, (res, (lo, hi))) in res.iter_mut().zip(self.domains).enumerate() {
                    let part = (part + 0.29 * k as f64).fract();
                    *res = lo + part * (hi - lo);
                }
                res
            };
            [0.13, 0.47, 0.93].map(at).to_vec()
        }

        fn on<'t>(&self, vars: &[Var<'t, f64>; 3]) -> Var<'t, f64> {
            let rest = [vars[1].handle(), vars[2].handle()];
            Var::of(
                vars[0]
                    .handle()
                    .apply(self.function, &rest[..self.domains.len() - 1]),
            )
        }

        fn gradient(&self, at: [f64; 3]) -> [f64; 3] {
            let tape = Tape::new();
            let vars = at.map(|it| tape.var(it));
            let y = self.on(&vars);
            assert_eq!(
                y.value().to_bits(),
                self.function.f64(at).to_bits(),
                "{}",
                self.name
            );
            tape.gradient(&y, vars.each_ref()).map(|it| it.unwrap_or(0.0))
        }
    }

    #[test]
    fn every_row_agrees_with_finite_differences() {
        for check in CHECKS {
            for at in check.points() {
                let f = |at: [f64; 3]| check.function.f64(at);
                let grad = |at: [f64; 3]| check.gradient(at);
                assert_eq!(check_grad(f, grad, at), Ok(()), "{}", check.name);
            }
        }
    }

    #[test]
    fn every_row_agrees_with_finite_differences_to_the_second_order() {
        for check in CHECKS {
            for at in check.points() {
                let slopes = |at: [f64; 3]| {
                    let weighted = check.gradient(at);
                    weighted[0] + 2.0 * weighted[1] - weighted[2]
                };
                let curvature = |at: [f64; 3]| {
                    let tape = Tape::new();
                    let vars = at.map(|it| tape.var(it));
                    let inner = tape.nested();
                    let y = check.on(&vars);
                    let [a, b, c] = inner
                        .gradient(&y, vars.each_ref())
                        .map(|it| it.unwrap_or(tape.constant(0.0)));
                    let weighted = a + 2.0 * b - c;
                    tape.gradient(&weighted, vars.each_ref())
                        .map(|it| it.unwrap_or(0.0))
                };
                assert_eq!(check_grad(slopes, curvature, at), Ok(()), "{}", check.name);
            }
        }
    }
}
