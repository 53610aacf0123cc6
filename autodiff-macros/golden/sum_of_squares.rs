#[differentiable]
fn sum_of_squares(xs: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..xs.len() {
        sum += xs[i] * xs[i];
    }
    sum
}

// ---- becomes ----

impl sum_of_squares {
    pub fn grad(xs: &[f64]) -> ::std::vec::Vec<f64> {
        Self::value_and_grad(xs).1
    }
    pub fn value_and_grad(xs: &[f64]) -> (f64, ::std::vec::Vec<f64>) {
        let mut xs_bar = ::std::vec![0.0; xs.len()];
        let value = Self::__gradient(xs, &mut xs_bar);
        (value, xs_bar)
    }
    pub fn __gradient(xs: &[f64], xs_bar: &mut [f64]) -> f64 {
        let mut sum = 0.0;
        for i in 0..xs.len() {
            let xs_i = xs[i];
            xs_bar[i] = 2.0 * xs_i;
            sum += xs_i * xs_i;
        }
        sum
    }
    pub fn jvp(xs: &[f64], xs_dot: &[f64]) -> (f64, f64) {
        ::differentiable::__private::check_len("the tangent", xs_dot.len(), xs.len());
        let mut sum = 0.0;
        let mut sum_dot = 0.0;
        for i in 0..xs.len() {
            let xs_i = xs[i];
            sum += xs_i * xs_i;
            sum_dot += 2.0 * (xs_dot[i] * xs_i);
        }
        (sum, sum_dot)
    }
    pub fn __forward(
        xs: &[f64],
    ) -> (f64, impl ::core::ops::FnOnce(f64, &[f64], &mut [f64]) -> ((),) + use<>) {
        let xs_len = xs.len();
        let mut sum = 0.0;
        for i in 0..xs_len {
            let xs_i = xs[i];
            sum += xs_i * xs_i;
        }
        (
            sum,
            move |sum_bar: f64, xs: &[f64], xs_bar: &mut [f64]| -> ((),) {
                let mut __xs_bar_zeros = ::std::vec::Vec::new();
                let xs_bar = ::differentiable::__private::or_zeros_mut(
                    xs_bar,
                    &xs[..],
                    &mut __xs_bar_zeros,
                );
                let t = 2.0 * sum_bar;
                for i in 0..xs_len {
                    xs_bar[i] += t * xs[i];
                }
                ((),)
            },
        )
    }
}
