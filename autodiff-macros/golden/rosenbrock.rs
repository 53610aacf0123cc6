#[differentiable]
fn rosenbrock(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() - 1 {
        let a = 1.0 - x[i];
        let b = x[i + 1] - x[i] * x[i];
        sum += a * a + 100.0 * b * b;
    }
    sum
}

// ---- becomes ----

impl rosenbrock {
    pub fn grad(x: &[f64]) -> ::std::vec::Vec<f64> {
        Self::value_and_grad(x).1
    }
    pub fn value_and_grad(x: &[f64]) -> (f64, ::std::vec::Vec<f64>) {
        let mut x_bar = ::std::vec![0.0; x.len()];
        let value = Self::__gradient(x, &mut x_bar);
        (value, x_bar)
    }
    pub fn __gradient(x: &[f64], x_bar: &mut [f64]) -> f64 {
        let last = x.len() - 1;
        let mut sum = 0.0;
        let mut carry = 0.0;
        for i in 0..last {
            let x_i = x[i];
            let a = 1.0 - x_i;
            let b = x[i + 1] - x_i * x_i;
            sum += a * a + 100.0 * b * b;
            let b_bar = 200.0 * b;
            x_bar[i] = carry - 2.0 * (b_bar * x_i + a);
            carry = b_bar;
        }
        if last > 0 {
            x_bar[last] += carry;
        }
        sum
    }
    pub fn jvp(x: &[f64], x_dot: &[f64]) -> (f64, f64) {
        ::differentiable::__private::check_len("the tangent", x_dot.len(), x.len());
        let mut sum = 0.0;
        let mut sum_dot = 0.0;
        for i in 0..x.len() - 1 {
            let x_i = x[i];
            let a = 1.0 - x_i;
            let t = 2.0 * x_dot[i];
            let b = x[i + 1] - x_i * x_i;
            sum += a * a + 100.0 * b * b;
            sum_dot = sum_dot - t * a + 200.0 * ((x_dot[i + 1] - t * x_i) * b);
        }
        (sum, sum_dot)
    }
    pub fn __forward(
        x: &[f64],
    ) -> (f64, impl ::core::ops::FnOnce(f64, &[f64], &mut [f64]) -> ((),) + use<>) {
        let last = x.len() - 1;
        let mut sum = 0.0;
        for i in 0..last {
            let x_i = x[i];
            let a = 1.0 - x_i;
            let b = x[i + 1] - x_i * x_i;
            sum += a * a + 100.0 * b * b;
        }
        (
            sum,
            move |sum_bar: f64, x: &[f64], x_bar: &mut [f64]| -> ((),) {
                let mut __x_bar_zeros = ::std::vec::Vec::new();
                let x_bar = ::differentiable::__private::or_zeros_mut(
                    x_bar,
                    &x[..],
                    &mut __x_bar_zeros,
                );
                let t = 200.0 * sum_bar;
                let t1 = -2.0 * sum_bar;
                let mut carry = 0.0;
                for i in 0..last {
                    let x_i = x[i];
                    let b_bar = t * (x[i + 1] - x_i * x_i);
                    x_bar[i] += carry + (t1 * (1.0 - x_i) - 2.0 * (b_bar * x_i));
                    carry = b_bar;
                }
                if last > 0 {
                    x_bar[last] += carry;
                }
                ((),)
            },
        )
    }
}
