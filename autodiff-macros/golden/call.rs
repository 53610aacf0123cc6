#[differentiable]
fn outer(x: f64, ys: &[f64]) -> f64 {
    x * inner(x * x, ys)
}

// ---- becomes ----

impl outer {
    pub fn grad(x: f64, ys: &[f64]) -> (f64, ::std::vec::Vec<f64>) {
        Self::value_and_grad(x, ys).1
    }
    pub fn value_and_grad(x: f64, ys: &[f64]) -> (f64, (f64, ::std::vec::Vec<f64>)) {
        let mut ys_bar = ::std::vec![0.0; ys.len()];
        let (value, x_bar) = Self::__gradient(x, ys, &mut ys_bar);
        (value, (x_bar, ys_bar))
    }
    pub fn __gradient(x: f64, ys: &[f64], ys_bar: &mut [f64]) -> (f64, f64) {
        let (t, inner_pullback) = inner::__forward(x * x, ys);
        let (t1, _) = inner_pullback(x, ys, ys_bar);
        (x * t, t + 2.0 * (t1 * x))
    }
    pub fn jvp(x: f64, ys: &[f64], (x_dot, ys_dot): (f64, &[f64])) -> (f64, f64) {
        ::differentiable::__private::check_len("the tangent", ys_dot.len(), ys.len());
        const _: () = ::core::assert!(
            ! inner::__CONSTANT[0],
            "this argument carries a derivative, but `inner` marks its parameter `#[constant]`"
        );
        const _: () = ::core::assert!(
            ! inner::__CONSTANT[1],
            "this argument carries a derivative, but `inner` marks its parameter `#[constant]`"
        );
        let (t, t1) = inner::__pushforward(x * x, ys, 2.0 * (x_dot * x), ys_dot);
        (x * t, x_dot * t + t1 * x)
    }
    pub fn __forward(
        x: f64,
        ys: &[f64],
    ) -> (f64, impl ::core::ops::FnOnce(f64, &[f64], &mut [f64]) -> (f64, ()) + use<>) {
        let (t, inner_pullback) = inner::__forward(x * x, ys);
        (
            x * t,
            move |seed: f64, ys: &[f64], ys_bar: &mut [f64]| -> (f64, ()) {
                let mut __ys_bar_zeros = ::std::vec::Vec::new();
                let ys_bar = ::differentiable::__private::or_zeros_mut(
                    ys_bar,
                    &ys[..],
                    &mut __ys_bar_zeros,
                );
                let (t1, _) = inner_pullback(seed * x, ys, ys_bar);
                (seed * t + 2.0 * (t1 * x), ())
            },
        )
    }
}
