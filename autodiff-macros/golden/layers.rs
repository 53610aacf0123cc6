#[differentiable]
fn network(w: &[[f64; 2]; 3], v: &[f64; 3], x: [f64; 2]) -> f64 {
    let mut out = 0.0;
    for i in 0..3 {
        let mut sum = 0.0;
        for j in 0..2 {
            sum += w[i][j] * x[j];
        }
        out += v[i] * sum.tanh();
    }
    out.tanh()
}

// ---- becomes ----

impl network {
    pub fn grad(
        w: &[[f64; 2]; 3],
        v: &[f64; 3],
        x: [f64; 2],
    ) -> ([[f64; 2]; 3], [f64; 3], [f64; 2]) {
        Self::value_and_grad(w, v, x).1
    }
    pub fn value_and_grad(
        w: &[[f64; 2]; 3],
        v: &[f64; 3],
        x: [f64; 2],
    ) -> (f64, ([[f64; 2]; 3], [f64; 3], [f64; 2])) {
        let mut w_bar = [[0.0; 2]; 3];
        let mut v_bar = [0.0; 3];
        let mut x_bar = [0.0; 2];
        let value = Self::__gradient(w, v, x, &mut w_bar, &mut v_bar, &mut x_bar);
        (value, (w_bar, v_bar, x_bar))
    }
    pub fn __gradient(
        w: &[[f64; 2]; 3],
        v: &[f64; 3],
        x: [f64; 2],
        w_bar: &mut [[f64; 2]; 3],
        v_bar: &mut [f64; 3],
        x_bar: &mut [f64; 2],
    ) -> f64 {
        let mut recorded_values = [0.0; 3];
        let mut out = 0.0;
        for i in 0..3 {
            let mut sum = 0.0;
            for j in 0..2 {
                sum += w[i][j] * x[j];
            }
            let sum_tanh = sum.tanh();
            recorded_values[i] = sum_tanh;
            out += v[i] * sum_tanh;
        }
        let value = out.tanh();
        let out_bar = 1.0 - value * value;
        for i in 0..3 {
            let t = recorded_values[i];
            let sum_bar = out_bar * v[i] * (1.0 - t * t);
            v_bar[i] = out_bar * t;
            for j in 0..2 {
                x_bar[j] += sum_bar * w[i][j];
                w_bar[i][j] += sum_bar * x[j];
            }
        }
        value
    }
    pub fn jvp(
        w: &[[f64; 2]; 3],
        v: &[f64; 3],
        x: [f64; 2],
        (w_dot, v_dot, x_dot): (&[[f64; 2]; 3], &[f64; 3], [f64; 2]),
    ) -> (f64, f64) {
        let mut out = 0.0;
        let mut out_dot = 0.0;
        for i in 0..3 {
            let mut sum = 0.0;
            let mut sum_dot = 0.0;
            for j in 0..2 {
                let w_ij = w[i][j];
                let x_j = x[j];
                sum += w_ij * x_j;
                sum_dot += w_dot[i][j] * x_j + x_dot[j] * w_ij;
            }
            let v_i = v[i];
            let sum_tanh = sum.tanh();
            out_dot += v_dot[i] * sum_tanh + sum_dot * (1.0 - sum_tanh * sum_tanh) * v_i;
            out += v_i * sum_tanh;
        }
        let value = out.tanh();
        (value, out_dot * (1.0 - value * value))
    }
    pub fn __forward(
        w: &[[f64; 2]; 3],
        v: &[f64; 3],
        x: [f64; 2],
    ) -> (
        f64,
        impl ::core::ops::FnOnce(
            f64,
            &[[f64; 2]; 3],
            &[f64; 3],
            &mut [[f64; 2]],
            &mut [f64],
        ) -> ((), (), [f64; 2]) + use<>,
    ) {
        let mut recorded_values = [0.0; 3];
        let mut out = 0.0;
        for i in 0..3 {
            let mut sum = 0.0;
            for j in 0..2 {
                sum += w[i][j] * x[j];
            }
            let sum_tanh = sum.tanh();
            recorded_values[i] = sum_tanh;
            out += v[i] * sum_tanh;
        }
        let value = out.tanh();
        (
            value,
            move |
                seed: f64,
                w: &[[f64; 2]; 3],
                v: &[f64; 3],
                w_bar: &mut [[f64; 2]],
                v_bar: &mut [f64],
            | -> ((), (), [f64; 2]) {
                let mut __w_bar_zeros = ::std::vec::Vec::new();
                let w_bar = ::differentiable::__private::or_zeros_mut(
                    w_bar,
                    &w[..],
                    &mut __w_bar_zeros,
                );
                let mut __v_bar_zeros = ::std::vec::Vec::new();
                let v_bar = ::differentiable::__private::or_zeros_mut(
                    v_bar,
                    &v[..],
                    &mut __v_bar_zeros,
                );
                let mut __x_bar = [0.0; 2];
                let x_bar = &mut __x_bar;
                let out_bar = seed * (1.0 - value * value);
                for i in 0..3 {
                    let t = recorded_values[i];
                    let sum_bar = out_bar * v[i] * (1.0 - t * t);
                    v_bar[i] += out_bar * t;
                    for j in 0..2 {
                        x_bar[j] += sum_bar * w[i][j];
                        w_bar[i][j] += sum_bar * x[j];
                    }
                }
                ((), (), __x_bar)
            },
        )
    }
}
