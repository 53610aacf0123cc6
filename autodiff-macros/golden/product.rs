#[differentiable]
fn f(x: f64, y: f64) -> f64 {
    x * y.sin()
}

// ---- becomes ----

impl f {
    pub fn grad(x: f64, y: f64) -> (f64, f64) {
        (y.sin(), x * y.cos())
    }
    pub fn value_and_grad(x: f64, y: f64) -> (f64, (f64, f64)) {
        let y_sin = y.sin();
        (x * y_sin, (y_sin, x * y.cos()))
    }
    pub fn jvp(x: f64, y: f64, (x_dot, y_dot): (f64, f64)) -> (f64, f64) {
        let y_sin = y.sin();
        (x * y_sin, x_dot * y_sin + y_dot * y.cos() * x)
    }
    pub fn __forward(
        x: f64,
        y: f64,
    ) -> (f64, impl ::core::ops::FnOnce(f64) -> (f64, f64) + use<>) {
        let y_sin = y.sin();
        (
            x * y_sin,
            move |seed: f64| -> (f64, f64) { (seed * y_sin, seed * x * y.cos()) },
        )
    }
}
