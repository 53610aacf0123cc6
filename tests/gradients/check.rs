//! The macros that tests are written with. An argument is `EXPR` (by value) or `&EXPR` (by reference) where it is
//! differentiated, and `const EXPR` where the parameter is `#[constant]`:
//!
//! ```text
//! check!(f(1.5, &vec![0.3, 0.4], const 3));
//! ```

/// Function with a float result: `grad`, `value_and_grad`, `vjp`, `jvp`, `hvp`.
macro_rules! check {
    ($($f:ident)::+ ($($args:tt)*)) => {
        $crate::check::scalar!(second [$($f)::+] [$($args)*])
    };
}

/// As `check!`, without `hvp`.
macro_rules! check_first {
    ($($f:ident)::+ ($($args:tt)*)) => {
        $crate::check::scalar!(first [$($f)::+] [$($args)*])
    };
}

/// As `check!`, and `hessian`: of one scalar, array or slice, or of several scalars.
macro_rules! check_hessian {
    ($($f:ident)::+ ($($args:tt)*)) => {
        $crate::check::scalar!(hessian [$($f)::+] [$($args)*])
    };
}

/// As `check!`, and `grad_into`.
macro_rules! check_into {
    ($($f:ident)::+ ($($args:tt)*)) => {
        $crate::check::scalar!(into [$($f)::+] [$($args)*])
    };
}

/// Function with several results: `vjp`, `jvp`.
macro_rules! check_map {
    ($($f:ident)::+ ($($args:tt)*)) => {
        $crate::check::map!(first [$($f)::+] [$($args)*])
    };
}

/// As `check_map!`, and `jacobian`.
macro_rules! check_jacobian {
    ($($f:ident)::+ ($($args:tt)*)) => {
        $crate::check::map!(jacobian [$($f)::+] [$($args)*])
    };
}

/// Takes the arguments apart into `[point] [binders] [call arguments] [tangents]` and hands them to `$then`.
/// The point is cloned, so that a test may use a variable again. The pool gives each argument a name for its value and one for its tangent.
macro_rules! arguments {
    ($then:ident $head:tt [] $pool:tt $($done:tt)*) => {
        $crate::check::$then!($head $($done)*)
    };
    ($then:ident $head:tt [, $($rest:tt)*] $pool:tt $($done:tt)*) => {
        $crate::check::arguments!($then $head [$($rest)*] $pool $($done)*)
    };
    ($then:ident $head:tt [const $arg:expr $(, $($rest:tt)*)?] $pool:tt
        $point:tt $names:tt [$($call:tt)*] $dots:tt $dot_args:tt) => {
        $crate::check::arguments!($then $head [$($($rest)*)?] $pool
            $point $names [$($call)* ($arg)] $dots $dot_args)
    };
    ($then:ident $head:tt [& $arg:expr $(, $($rest:tt)*)?] [($x:ident $dx:ident) $($pool:tt)*]
        [$($point:tt)*] [$($names:tt)*] [$($call:tt)*] [$($dots:tt)*] [$($dot_args:tt)*]) => {
        $crate::check::arguments!($then $head [$($($rest)*)?] [$($pool)*]
            [$($point)* (Clone::clone(&$arg))] [$($names)* $x] [$($call)* ($x)] [$($dots)* $dx] [$($dot_args)* ($dx)])
    };
    ($then:ident $head:tt [$arg:expr $(, $($rest:tt)*)?] [($x:ident $dx:ident) $($pool:tt)*]
        [$($point:tt)*] [$($names:tt)*] [$($call:tt)*] [$($dots:tt)*] [$($dot_args:tt)*]) => {
        $crate::check::arguments!($then $head [$($($rest)*)?] [$($pool)*]
            [$($point)* (Clone::clone(&$arg))] [$($names)* $x] [$($call)* ($x.clone())] [$($dots)* $dx] [$($dot_args)* ($dx.clone())])
    };
}

macro_rules! scalar {
    ($what:ident $f:tt $args:tt) => {
        $crate::check::arguments!(scalar_then [$what $f] $args
            [(x0 d0) (x1 d1) (x2 d2) (x3 d3) (x4 d4) (x5 d5)] [] [] [] [] [])
    };
}

macro_rules! map {
    ($what:ident $f:tt $args:tt) => {
        $crate::check::arguments!(map_then [$what $f] $args
            [(x0 d0) (x1 d1) (x2 d2) (x3 d3) (x4 d4) (x5 d5)] [] [] [] [] [])
    };
}

/// One differentiable argument stands bare, several in a tuple: `(x)` is `x`, and `(x, y)` a tuple.
macro_rules! scalar_then {
    ([$what:ident [$($f:ident)::+]]
        [$($point:tt)*] [$($x:ident)*] [$($call:tt)*] [$($dx:ident)*] [$($dot:tt)*]) => {
        #[allow(unused_parens, clippy::clone_on_copy, clippy::needless_borrow, clippy::borrow_deref_ref)]
        {
            let case = $crate::harness::Scalar {
                name: stringify!($($f)::+),
                at: ($($point),*),
                value: &|($($x),*)| $($f)::+($($call),*),
                grad: &|($($x),*)| $($f)::+::grad($($call),*),
                value_and_grad: &|($($x),*)| $($f)::+::value_and_grad($($call),*),
                jvp: &|($($x),*), ($($dx),*)| $($f)::+::jvp($($call,)* ($($dot),*)),
                vjp: &|($($x),*), seed| {
                    let (value, pullback) = $($f)::+::vjp($($call),*);
                    (value, pullback(seed.clone()))
                },
            };
            case.check();
            $crate::check::beyond!($what case [$($f)::+] [$($x)*] [$($call)*] [$($dx)*] [$($dot)*]);
        }
    };
}

macro_rules! beyond {
    (first $case:ident $($rest:tt)*) => {};
    (second $case:ident [$($f:ident)::+] [$($x:ident)*] [$($call:tt)*] [$($dx:ident)*] [$($dot:tt)*]) => {
        $case.check_second(&|($($x),*), ($($dx),*)| $($f)::+::hvp($($call,)* ($($dot),*)));
    };
    (hessian $case:ident [$($f:ident)::+] [$($x:ident)*] [$($call:tt)*] [$($dx:ident)*] [$($dot:tt)*]) => {
        $crate::check::beyond!(second $case [$($f)::+] [$($x)*] [$($call)*] [$($dx)*] [$($dot)*]);
        $case.check_hessian(
            &|($($x),*), ($($dx),*)| $($f)::+::hvp($($call,)* ($($dot),*)),
            &|($($x),*)| $($f)::+::hessian($($call),*),
        );
    };
    (into $case:ident [$($f:ident)::+] [$($x:ident)*] [$($call:tt)*] [$($dx:ident)*] [$($dot:tt)*]) => {
        $crate::check::beyond!(second $case [$($f)::+] [$($x)*] [$($call)*] [$($dx)*] [$($dot)*]);
        $case.check_into(&|($($x),*), ($($dx),*)| $($f)::+::grad_into($($call,)* $($dx),*));
    };
}

macro_rules! map_then {
    ([$what:ident [$($f:ident)::+]]
        [$($point:tt)*] [$($x:ident)*] [$($call:tt)*] [$($dx:ident)*] [$($dot:tt)*]) => {
        #[allow(unused_parens, clippy::clone_on_copy, clippy::needless_borrow, clippy::borrow_deref_ref)]
        {
            let case = $crate::harness::Map {
                name: stringify!($($f)::+),
                at: ($($point),*),
                value: &|($($x),*)| $($f)::+($($call),*),
                jvp: &|($($x),*), ($($dx),*)| $($f)::+::jvp($($call,)* ($($dot),*)),
                vjp: &|($($x),*), seed| {
                    let (value, pullback) = $($f)::+::vjp($($call),*);
                    (value, pullback(seed.clone()))
                },
            };
            case.check();
            $crate::check::jacobian!($what case [$($f)::+] [$($x)*] [$($call)*]);
        }
    };
}

macro_rules! jacobian {
    (first $case:ident $($rest:tt)*) => {};
    (jacobian $case:ident [$($f:ident)::+] [$($x:ident)*] [$($call:tt)*]) => {
        $case.check_jacobian(&|($($x),*)| $($f)::+::jacobian($($call),*));
    };
}

#[allow(unused_imports)]
pub(crate) use {
    arguments, beyond, check, check_first, check_hessian, check_into, check_jacobian, check_map, jacobian,
    map, map_then, scalar, scalar_then,
};

/// Hand-made companions in every shape of arguments: the macros must write calls that compile.
mod tests {
    mod by_hand {
        pub(super) fn weigh(x: f64, xs: &[f64], n: usize) -> f64 {
            x * xs[n] * xs[n]
        }

        #[allow(non_camel_case_types)]
        pub(super) struct weigh {}

        impl weigh {
            pub(crate) fn grad(x: f64, xs: &[f64], n: usize) -> (f64, Vec<f64>) {
                let mut xs_bar = vec![0.0; xs.len()];
                xs_bar[n] = 2.0 * x * xs[n];
                (xs[n] * xs[n], xs_bar)
            }

            pub(crate) fn value_and_grad(x: f64, xs: &[f64], n: usize) -> (f64, (f64, Vec<f64>)) {
                (weigh(x, xs, n), Self::grad(x, xs, n))
            }

            pub(crate) fn grad_into(
                x: f64,
                xs: &[f64],
                n: usize,
                x_bar: &mut f64,
                xs_bar: &mut [f64],
            ) -> f64 {
                let grad = Self::grad(x, xs, n);
                *x_bar = grad.0;
                xs_bar.copy_from_slice(&grad.1);
                weigh(x, xs, n)
            }

            pub(crate) fn jvp(x: f64, xs: &[f64], n: usize, dot: (f64, &[f64])) -> (f64, f64) {
                (
                    weigh(x, xs, n),
                    dot.0 * xs[n] * xs[n] + 2.0 * x * xs[n] * dot.1[n],
                )
            }

            pub(crate) fn vjp(x: f64, xs: &[f64], n: usize) -> (f64, impl FnOnce(f64) -> (f64, Vec<f64>)) {
                let (x_bar, xs_bar) = Self::grad(x, xs, n);
                (weigh(x, xs, n), move |seed| {
                    (seed * x_bar, xs_bar.iter().map(|g| seed * g).collect())
                })
            }

            pub(crate) fn hvp(x: f64, xs: &[f64], n: usize, dot: (f64, &[f64])) -> (f64, Vec<f64>) {
                let mut xs_bar = vec![0.0; xs.len()];
                xs_bar[n] = 2.0 * (dot.0 * xs[n] + x * dot.1[n]);
                (2.0 * xs[n] * dot.1[n], xs_bar)
            }
        }

        pub(super) fn squares(xs: [f64; 2]) -> [f64; 2] {
            [xs[0] * xs[0], xs[0] * xs[1]]
        }

        #[allow(non_camel_case_types)]
        pub(super) struct squares {}

        impl squares {
            pub(crate) fn jvp(xs: [f64; 2], dot: [f64; 2]) -> ([f64; 2], [f64; 2]) {
                (
                    squares(xs),
                    [2.0 * xs[0] * dot[0], dot[0] * xs[1] + xs[0] * dot[1]],
                )
            }

            pub(crate) fn vjp(xs: [f64; 2]) -> ([f64; 2], impl FnOnce([f64; 2]) -> [f64; 2]) {
                (squares(xs), move |seed: [f64; 2]| {
                    [2.0 * xs[0] * seed[0] + xs[1] * seed[1], xs[0] * seed[1]]
                })
            }

            pub(crate) fn jacobian(xs: [f64; 2]) -> nalgebra::SMatrix<f64, 2, 2> {
                nalgebra::SMatrix::<f64, 2, 2>::new(2.0 * xs[0], 0.0, xs[1], xs[0])
            }
        }
    }

    use by_hand::{squares, weigh};

    #[test]
    fn the_macros_write_calls_of_every_shape() {
        super::check_into!(weigh(1.5, &vec![0.3, 0.4], const 1));
        super::check_jacobian!(squares([0.3, 0.4]));
    }
}
