#[differentiable]
fn spread(x: &[f64], #[constant] d: usize) -> f64 {
    let mut total = 0.0;
    for i in 0..x.len() {
        let mut powers = vec![0.0; d];
        powers[0] = x[i];
        for k in 1..d {
            powers[k] = powers[k - 1] * x[i];
        }
        for k in 0..d {
            total += powers[k].sin();
        }
    }
    total
}

// ---- becomes ----

impl spread {
    pub fn grad(x: &[f64], d: usize) -> ::std::vec::Vec<f64> {
        Self::value_and_grad(x, d).1
    }
    pub fn value_and_grad(x: &[f64], d: usize) -> (f64, ::std::vec::Vec<f64>) {
        let mut x_bar = ::std::vec![0.0; x.len()];
        let value = Self::__gradient(x, d, &mut x_bar);
        (value, x_bar)
    }
    pub fn __gradient(x: &[f64], d: usize, x_bar: &mut [f64]) -> f64 {
        let mut powers = ::std::vec![0.0_f64; d];
        let mut powers_bar = ::std::vec![0.0; powers.len()];
        let cond = d > 1;
        let mut total = 0.0;
        for i in 0..x.len() {
            powers.fill(0.0);
            let x_i = x[i];
            powers[0] = x_i;
            for k in 1..d {
                powers[k] = powers[k - 1] * x_i;
            }
            for k in 0..d {
                let powers_k = powers[k];
                powers_bar[k] = powers_k.cos();
                total += powers_k.sin();
            }
            let mut carry = 0.0;
            for k in (1..d).rev() {
                let powers_bar_k = powers_bar[k];
                powers_bar[k] = 0.0;
                powers_bar[k - 1] += powers_bar_k * x_i;
                carry += powers_bar_k * powers[k - 1];
            }
            if cond {
                x_bar[i] += carry;
            }
            x_bar[i] += powers_bar[0];
        }
        total
    }
    pub fn jvp(x: &[f64], d: usize, x_dot: &[f64]) -> (f64, f64) {
        ::differentiable::__private::check_len("the tangent", x_dot.len(), x.len());
        let mut powers_dot = ::std::vec![0.0_f64; d];
        let mut powers = ::std::vec![0.0_f64; d];
        let mut total = 0.0;
        let mut total_dot = 0.0;
        for i in 0..x.len() {
            powers_dot.fill(0.0);
            powers.fill(0.0);
            let x_i = x[i];
            let x_dot_i = x_dot[i];
            powers[0] = x_i;
            powers_dot[0] = x_dot_i;
            for k in 1..d {
                let t = powers[k - 1];
                powers[k] = t * x_i;
                powers_dot[k] = powers_dot[k - 1] * x_i + x_dot_i * t;
            }
            for k in 0..d {
                let powers_k = powers[k];
                total += powers_k.sin();
                total_dot += powers_dot[k] * powers_k.cos();
            }
        }
        (total, total_dot)
    }
    pub fn __forward(
        x: &[f64],
        d: usize,
    ) -> (f64, impl ::core::ops::FnOnce(f64, &[f64], &mut [f64]) -> ((), ()) + use<>) {
        let x_len = x.len();
        let mut recorded_powers = ::differentiable::__private::record(x_len * d);
        let mut total = 0.0;
        for i in 0..x_len {
            let start = i * d;
            let powers = &mut recorded_powers[start..start + d];
            powers.fill(0.0);
            let x_i = x[i];
            powers[0] = x_i;
            for k in 1..d {
                powers[k] = powers[k - 1] * x_i;
            }
            for k in 0..d {
                total += powers[k].sin();
            }
        }
        (
            total,
            move |total_bar: f64, x: &[f64], x_bar: &mut [f64]| -> ((), ()) {
                let mut __x_bar_zeros = ::std::vec::Vec::new();
                let x_bar = ::differentiable::__private::or_zeros_mut(
                    x_bar,
                    &x[..],
                    &mut __x_bar_zeros,
                );
                let mut powers_bar = ::std::vec![0.0_f64; d];
                let cond = d > 1;
                for i in (0..x_len).rev() {
                    let start = i * d;
                    let powers = &recorded_powers[start..start + d];
                    for k in 0..d {
                        powers_bar[k] = total_bar * powers[k].cos();
                    }
                    let mut carry = 0.0;
                    for k in (1..d).rev() {
                        let powers_bar_k = powers_bar[k];
                        powers_bar[k] = 0.0;
                        powers_bar[k - 1] += powers_bar_k * x[i];
                        carry += powers_bar_k * powers[k - 1];
                    }
                    if cond {
                        x_bar[i] += carry;
                    }
                    x_bar[i] += powers_bar[0];
                }
                ((), ())
            },
        )
    }
}
