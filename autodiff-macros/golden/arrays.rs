#[differentiable]
fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    ]
}

// ---- becomes ----

impl cross {
    pub fn jvp(
        a: [f64; 3],
        b: [f64; 3],
        (a_dot, b_dot): ([f64; 3], [f64; 3]),
    ) -> ([f64; 3], [f64; 3]) {
        let a1 = a[1];
        let a_dot1 = a_dot[1];
        let b2 = b[2];
        let b_dot2 = b_dot[2];
        let a2 = a[2];
        let a_dot2 = a_dot[2];
        let b1 = b[1];
        let b_dot1 = b_dot[1];
        let b0 = b[0];
        let b_dot0 = b_dot[0];
        let a0 = a[0];
        let a_dot0 = a_dot[0];
        (
            [a1 * b2 - a2 * b1, a2 * b0 - a0 * b2, a0 * b1 - a1 * b0],
            [
                a_dot1 * b2 + b_dot2 * a1 - (a_dot2 * b1 + b_dot1 * a2),
                a_dot2 * b0 + b_dot0 * a2 - (a_dot0 * b2 + b_dot2 * a0),
                a_dot0 * b1 + b_dot1 * a0 - (a_dot1 * b0 + b_dot0 * a1),
            ],
        )
    }
    pub fn __forward(
        a: [f64; 3],
        b: [f64; 3],
    ) -> ([f64; 3], impl ::core::ops::FnOnce(&[f64]) -> ([f64; 3], [f64; 3]) + use<>) {
        let a1 = a[1];
        let b2 = b[2];
        let a2 = a[2];
        let b1 = b[1];
        let b0 = b[0];
        let a0 = a[0];
        (
            [a1 * b2 - a2 * b1, a2 * b0 - a0 * b2, a0 * b1 - a1 * b0],
            move |seed: &[f64]| -> ([f64; 3], [f64; 3]) {
                let __seed_zeros = [0.0; 3];
                let seed = ::differentiable::__private::seed_or(seed, &__seed_zeros);
                let mut __a_bar = [0.0; 3];
                let a_bar = &mut __a_bar;
                let mut __b_bar = [0.0; 3];
                let b_bar = &mut __b_bar;
                let seed0 = seed[0];
                let seed1 = seed[1];
                let seed2 = seed[2];
                a_bar[0] += seed2 * b1 - seed1 * b2;
                b_bar[0] += seed1 * a2 - seed2 * a1;
                b_bar[1] += seed2 * a0 - seed0 * a2;
                a_bar[2] += seed1 * b0 - seed0 * b1;
                b_bar[2] += seed0 * a1 - seed1 * a0;
                a_bar[1] += seed0 * b2 - seed2 * b0;
                (__a_bar, __b_bar)
            },
        )
    }
}
