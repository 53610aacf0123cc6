//! Arithmetic, functions, variables, patterns.

// The functions are odd on purpose.
#![allow(clippy::needless_late_init)]

use super::agrees;

#[test]
fn arithmetic_keeps_its_bits() {
    agrees!(
        fn f(x: f64, y: f64) -> f64 {
            -x * y + x / (y - 1.5) % 0.7 - 2.0
        },
        (1.3, 2.7),
        (-0.4, 9.0),
    );
    agrees!(
        fn f(x: f64) -> f64 {
            1_000.0 * x + 3f64 - 1e-3
        },
        (0.1),
    );
    agrees!(
        fn f(x: f64, n: usize) -> f64 {
            x * ((n * 3 + 1) % 5) as f64
        },
        (0.3, 4),
    );
    agrees!(
        fn f(x: f64, n: i32) -> f64 {
            x * (-n << 2 | 3) as f64
        },
        (0.3, 4),
    );
}

#[test]
fn functions_of_std_are_called_by_method_and_by_path() {
    agrees!(
        fn f(x: f64, y: f64) -> f64 {
            x.sin() + f64::cos(y) * f64::powi(x, 3) - x.powf(y).max(0.3)
        },
        (0.3, 2.0),
    );
    agrees!(
        fn f(x: f64) -> f64 {
            let (s, c) = x.sin_cos();
            s / c + x.mul_add(2.0, 1.0)
        },
        (0.7),
    );
    agrees!(
        fn f(x: &f64) -> f64 {
            (*x).exp() + x.ln() * x
        },
        (&0.7_f64),
    );
    agrees!(
        fn f(x: f64) -> f64 {
            <f64>::hypot(x, 2.0) - 2.0_f64.powf(x)
        },
        (0.7),
    );
}

impl super::IntoData for &f64 {
    fn data(self) -> super::Data {
        super::Data::Float(*self)
    }
}

#[test]
fn variables_shadow_and_change() {
    agrees!(
        fn f(x: f64) -> f64 {
            let x = x + 1.0;
            let mut y = x;
            y *= x;
            {
                let x = y;
                y = x - 1.0;
            }
            y += x;
            y
        },
        (0.3),
    );
    agrees!(
        fn f(x: f64, y: f64) -> f64 {
            let (mut a, mut b) = (x, y);
            (a, b) = (b, a);
            a -= b;
            a / b
        },
        (0.3, 0.2),
    );
    agrees!(
        fn f(x: f64) -> f64 {
            let t = (x, (x * 2.0, 3.0));
            let (a, (b, _)) = t;
            a + b * t.1.1
        },
        (0.3),
    );
    agrees!(
        fn f(x: f64) -> f64 {
            let mut t = (x, 1.0);
            t.0 += 1.0;
            t.1 = t.0;
            t.0 * t.1
        },
        (0.3),
    );
    agrees!(
        fn f(x: f64) -> f64 {
            let mut y = x;
            let r = &mut y;
            *r *= 2.0;
            *r += x;
            y
        },
        (0.3),
    );
    agrees!(
        fn f(mut x: f64) -> f64 {
            x *= x;
            let y;
            if x > 1.0 {
                y = x;
            } else {
                y = 2.0 * x;
            }
            x + y
        },
        (0.3),
        (1.4),
    );
    agrees!(
        fn f(x: f64) -> f64 {
            let y = &x;
            let z = &y;
            **z * 2.0 + y.abs()
        },
        (-0.3),
    );
    agrees!(
        fn f((a, b): (f64, f64)) -> f64 {
            a - b
        },
        ((0.3, 0.1)),
    );
}

#[test]
fn arrays_are_taken_apart_by_patterns() {
    agrees!(
        fn f(x: [f64; 3]) -> f64 {
            let [a, b, c] = x;
            a * b - c
        },
        ([0.3, 0.4, 0.5]),
    );
    agrees!(
        fn f(x: [f64; 3]) -> f64 {
            let [a, .., c] = x;
            a - c
        },
        ([0.3, 0.4, 0.5]),
    );
    agrees!(
        fn f(x: &[f64]) -> f64 {
            match x {
                [] => 0.0,
                [a] => *a,
                [a, rest @ ..] => a * rest[0],
            }
        },
        (&[0.0; 0][..]),
        (&[0.3][..]),
        (&[0.3, 0.7][..]),
    );
}
