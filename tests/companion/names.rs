//! Names, places and attributes that a companion must not trip over.

use differentiable::differentiable;

#[differentiable(name = f64_ad)]
fn f64(x: core::primitive::f64) -> core::primitive::f64 {
    x * x
}

mod reexported {
    pub(crate) mod deep {
        pub(crate) use differentiable;
    }
}

#[differentiable(crate = crate::names::reexported::deep::differentiable)]
fn through_another_path(xs: &[core::primitive::f64]) -> core::primitive::f64 {
    xs[0] * xs[0]
}

#[test]
fn options() {
    assert_eq!(f64(3.0), 9.0);
    assert_eq!(f64_ad::grad(3.0), 6.0);
    assert_eq!(through_another_path::grad(&[3.0]), [6.0]);
}

/// Parameters, variables and functions called as generated code calls things.
mod collisions {
    use differentiable::differentiable;

    #[differentiable]
    pub(super) fn value(value: f64, grad: f64, seed: f64, result: f64, x_bar: f64) -> f64 {
        let tangent = value * grad;
        let pullback = tangent + seed * result;
        let value_dot = pullback * x_bar;
        value_dot * value
    }

    #[differentiable]
    pub(super) fn grad(r#type: f64, x: f64) -> f64 {
        let x_bar = r#type * x;
        let x_dot = x_bar * x;
        let t = x_dot + r#type;
        value(x, t, x_bar, x_dot, t)
    }

    #[differentiable]
    pub(super) fn r#match(tape: f64, max: &[f64], min: [f64; 2]) -> [f64; 2] {
        let max_bar = tape * max[0];
        let min_bar = max_bar * min[0];
        let max_bar_zeros = min_bar * max[1];
        [max_bar_zeros, min[1] * max_bar]
    }
}

#[test]
fn names_that_the_generated_code_uses() {
    use differentiable::check_grad;
    let at = (0.7, 1.1, 0.4, 0.9, 1.3);
    check_grad(collisions::value, collisions::value::grad, at).expect("right");
    check_grad(collisions::grad, collisions::grad::grad, (0.7, 1.1)).expect("right");
    let (tape, max, min) = (2.0, [3.0, 5.0], [7.0, 11.0]);
    let (_, pullback) = collisions::r#match::vjp(tape, &max, min);
    assert_eq!(
        pullback([1.0, 1.0]),
        (3.0 * 35.0 + 33.0, vec![70.0 + 22.0, 42.0], [30.0, 6.0])
    );
}

/// The same names as ours, for things that are no variables.
mod shadowed {
    #![allow(dead_code, non_camel_case_types, non_upper_case_globals)]
    use differentiable::differentiable;

    pub(super) struct Vec;
    struct Box;
    struct Some;
    struct None;
    struct FnOnce;
    mod core {}
    mod std {}

    #[differentiable]
    pub(super) fn plain(x: f64, xs: &[f64]) -> f64 {
        let mut sum = 0.0;
        for v in xs {
            if *v > 0.0 {
                sum += v * x;
            }
        }
        sum * sum
    }
}

#[test]
fn names_of_the_prelude() {
    let (x, xs) = shadowed::plain::grad(2.0, &[1.0, -3.0]);
    assert_eq!((x, xs), (4.0, vec![8.0, 0.0]));
}

mod outer {
    pub mod inner {
        use differentiable::differentiable;

        /// Visible everywhere.
        #[differentiable]
        pub fn public(x: f64) -> f64 {
            private(x) * in_super(x)
        }

        #[differentiable]
        fn private(x: f64) -> f64 {
            x * x
        }

        #[differentiable]
        pub(super) fn in_super(x: f64) -> f64 {
            x + 1.0
        }

        #[differentiable]
        pub(in crate::names) fn in_a_path(x: f64) -> f64 {
            in_super(x) * x
        }
    }

    pub(super) fn reach() -> f64 {
        inner::in_super::grad(1.0)
    }

    pub use inner::public as renamed;
}

#[test]
fn visibility() {
    use outer::renamed;
    assert_eq!(renamed::grad(2.0), 16.0);
    assert_eq!(outer::inner::in_a_path::grad(2.0), 5.0);
    assert_eq!(outer::reach(), 1.0);
}

#[test]
fn inside_of_a_function() {
    #[differentiable]
    fn local(x: f64) -> f64 {
        helper(x) + x
    }
    #[differentiable]
    fn helper(x: f64) -> f64 {
        x * x
    }
    assert_eq!(local::grad(3.0), 7.0);
}

macro_rules! powers {
    ($($name:ident: $ty:ty = $n:expr;)*) => {$(
        #[differentiable]
        fn $name(x: $ty, #[constant] y: $ty) -> $ty {
            let mut res = y;
            for _ in 0..$n {
                res = res * x;
            }
            res
        }
    )*};
}

powers! {
    cube: core::primitive::f64 = 3;
    fourth: Real = 4;
}

#[test]
fn out_of_a_macro() {
    assert_eq!(cube::grad(2.0, 1.0), 12.0);
    assert_eq!(fourth::grad(2.0, 1.0), 32.0);
}

type Real = core::primitive::f64;

#[differentiable]
fn aliased(x: Real, xs: &[Real]) -> Real {
    let y: Real = 0.5;
    x * xs[0] * y
}

#[test]
fn a_float_behind_an_alias() {
    assert_eq!(aliased::grad(2.0, &[3.0]), (1.5, vec![1.0]));
}

#[derive(Clone)]
struct Config {
    scale: core::primitive::f64,
}

#[differentiable]
fn configured<'a, F: Fn(Real) -> Real>(
    x: &'a [Real],
    #[constant] by_ref: &'a Config,
    #[constant] by_value: Config,
    #[constant] curve: impl Fn(Real) -> Real,
    #[constant] other: F,
    #[constant] text: &str,
) -> Real
where
    F: Clone,
{
    x[0] * x[0] * by_ref.scale * by_value.scale * curve(2.0) * other(1.0) * text.len() as Real
}

#[test]
fn constants_of_any_type() {
    let c = Config { scale: 2.0 };
    let curve = |x: Real| x + 1.0;
    let grad = configured::grad(&[3.0], &c, c.clone(), curve, |x| x, "ab");
    assert_eq!(grad, [144.0]);
    let (_, pullback) = configured::vjp(&[3.0], &c, c.clone(), curve, |x| x, "ab");
    assert_eq!(pullback(1.0), [144.0]);
    assert_eq!(
        configured::hessian(&[3.0], &c, c.clone(), curve, |x| x, "ab")[(0, 0)],
        48.0
    );
}

#[differentiable]
#[cfg(any())]
fn not_there(x: Unknown) -> Unknown {
    x
}

/// Attributes of the user's stay with the function.
#[differentiable]
#[inline]
#[must_use]
#[allow(clippy::let_and_return)]
pub fn attributed(#[allow(unused)] unused: Real, x: Real) -> Real {
    let y = x * x;
    y
}

#[test]
fn attributes() {
    assert_eq!(attributed::grad(1.0, 2.0), (0.0, 4.0));
}

mod taken {
    #[allow(dead_code)]
    pub(super) const NAME: &str = "a module of the function's name";
}

#[differentiable(name = taken_ad)]
fn taken(x: Real, #[constant] n: u32) -> Real {
    if n == 0 { 1.0 } else { x * taken(x, n - 1) }
}

#[test]
fn recursion_under_another_name() {
    assert_eq!(taken_ad::grad(2.0, 3), 12.0);
    assert_eq!(taken_ad::hvp(2.0, 3, 1.0), 12.0);
}

#[differentiable]
#[expect(non_snake_case, reason = "as in the paper")]
fn in_capitals(A: Real, x: Real) -> Real {
    A * x
}

#[test]
fn capitals() {
    assert_eq!(in_capitals::grad(2.0, 3.0), (3.0, 2.0));
}

#[deprecated(note = "for a test")]
#[differentiable]
fn old(x: Real) -> Real {
    x * x
}

#[test]
#[expect(deprecated)]
fn a_deprecated_function_has_deprecated_derivatives() {
    assert_eq!(old::grad(2.0), 4.0);
}
