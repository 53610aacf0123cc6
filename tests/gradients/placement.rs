//! Annotated functions wherever Rust lets them stand: out of `macro_rules!`, in modules, bodies and `impl` blocks.

use crate::check::check;
use differentiable::differentiable;
use num_traits::Float;
pub struct S(pub f64);
macro_rules! methods {
    ($($name:ident $p:expr;)*) => {$(
        impl S {
            /// Doc.
            #[differentiable]
            #[must_use]
            #[inline]
            pub(crate) fn $name(&self, x: f64) -> f64 { x.powi($p) * self.0 }
        }
    )*};
}
methods! { first 2; second 3; }
macro_rules! generic {
    ($($name:ident)*) => {$(
        #[differentiable]
        pub fn $name<T: Float>(x: T) -> T { x * x }
    )*};
}
generic! { g1 g2 }
mod inner {
    use super::*;
    pub mod deep {
        use super::*;
        #[differentiable]
        pub(in crate::placement::inner) fn hidden(x: f64) -> f64 {
            x.sin()
        }
        impl S {
            #[differentiable]
            pub(in crate::placement::inner) fn r#type(&self, r#fn: f64) -> f64 {
                self.0 * r#fn.exp()
            }
            #[differentiable]
            #[cfg(any())]
            pub fn never(&self, x: f64) -> f64 {
                x
            }
            #[differentiable]
            #[allow(non_snake_case)]
            pub fn Loud(&self, X: f64, this: f64) -> f64 {
                X * this * self.0
            }
        }
    }
    #[differentiable]
    pub fn outer(x: f64, #[constant] s: &S) -> f64 {
        deep::hidden(x) + s.r#type(x) + s.Loud(x, x)
    }
    pub use self::outer as renamed;
}
pub use inner::outer;
#[differentiable]
pub fn top(x: f64, #[constant] s: &S) -> f64 {
    outer(x, s) * g1(x) + g2::<f64>(x)
}
#[test]
fn derivatives_stand_where_their_functions_do() {
    #[differentiable]
    fn local<T: Float>(x: T) -> T {
        x.ln()
    }
    struct Local;
    impl Local {
        #[differentiable]
        fn m(&self, grad: f64, value: f64) -> f64 {
            grad * value + local(value)
        }
    }
    let s = S(2.0);
    assert_eq!((s.first_grad(1.0), s.second_hessian(1.0)), (4.0, 12.0));
    assert_eq!(Local.m_grad(1.0, 2.0), (2.0, 1.5));
    assert_eq!(s.Loud_grad(1.0, 3.0), (6.0, 2.0));
    check!(top(0.7, const &s));
    assert_eq!(inner::renamed(1.0, &s), outer(1.0, &s));
}
