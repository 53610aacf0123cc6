#[differentiable]
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut sum = 0.0;
    for (x, y) in a.iter().zip(b) {
        sum += x * y;
    }
    sum
}

// ---- becomes ----

impl dot {
    pub fn grad(a: &[f64], b: &[f64]) -> (::std::vec::Vec<f64>, ::std::vec::Vec<f64>) {
        Self::value_and_grad(a, b).1
    }
    pub fn value_and_grad(
        a: &[f64],
        b: &[f64],
    ) -> (f64, (::std::vec::Vec<f64>, ::std::vec::Vec<f64>)) {
        let mut a_bar = ::std::vec![0.0; a.len()];
        let mut b_bar = ::std::vec![0.0; b.len()];
        let value = Self::__gradient(a, b, &mut a_bar, &mut b_bar);
        (value, (a_bar, b_bar))
    }
    pub fn __gradient(
        a: &[f64],
        b: &[f64],
        a_bar: &mut [f64],
        b_bar: &mut [f64],
    ) -> f64 {
        let mut sum = 0.0;
        for i in 0..a.len().min(b.len()) {
            let x = a[i];
            let y = b[i];
            b_bar[i] = x;
            a_bar[i] = y;
            sum += x * y;
        }
        sum
    }
    pub fn jvp(a: &[f64], b: &[f64], (a_dot, b_dot): (&[f64], &[f64])) -> (f64, f64) {
        ::differentiable::__private::check_len("the tangent", a_dot.len(), a.len());
        ::differentiable::__private::check_len("the tangent", b_dot.len(), b.len());
        let mut sum = 0.0;
        let mut sum_dot = 0.0;
        for i in 0..a.len().min(b.len()) {
            let x = a[i];
            let y = b[i];
            sum += x * y;
            sum_dot += a_dot[i] * y + b_dot[i] * x;
        }
        (sum, sum_dot)
    }
    pub fn __forward(
        a: &[f64],
        b: &[f64],
    ) -> (
        f64,
        impl ::core::ops::FnOnce(
            f64,
            &[f64],
            &[f64],
            &mut [f64],
            &mut [f64],
        ) -> ((), ()) + use<>,
    ) {
        let n = a.len().min(b.len());
        let mut sum = 0.0;
        for i in 0..n {
            sum += a[i] * b[i];
        }
        (
            sum,
            move |
                sum_bar: f64,
                a: &[f64],
                b: &[f64],
                a_bar: &mut [f64],
                b_bar: &mut [f64],
            | -> ((), ()) {
                let mut __a_bar_zeros = ::std::vec::Vec::new();
                let a_bar = ::differentiable::__private::or_zeros_mut(
                    a_bar,
                    &a[..],
                    &mut __a_bar_zeros,
                );
                let mut __b_bar_zeros = ::std::vec::Vec::new();
                let b_bar = ::differentiable::__private::or_zeros_mut(
                    b_bar,
                    &b[..],
                    &mut __b_bar_zeros,
                );
                for i in 0..n {
                    b_bar[i] += sum_bar * a[i];
                    a_bar[i] += sum_bar * b[i];
                }
                ((), ())
            },
        )
    }
}
