#[differentiable]
fn f(x: f64) -> f64 {
    x * x + 2.0 * x + 1.0
}

// ---- becomes ----

impl f {
    pub fn grad(x: f64) -> f64 {
        2.0 * x + 2.0
    }
    pub fn value_and_grad(x: f64) -> (f64, f64) {
        (x * x + 2.0 * x + 1.0, 2.0 * x + 2.0)
    }
    pub fn jvp(x: f64, x_dot: f64) -> (f64, f64) {
        (x * x + 2.0 * x + 1.0, x_dot * (2.0 * x + 2.0))
    }
    pub fn __forward(x: f64) -> (f64, impl ::core::ops::FnOnce(f64) -> (f64,) + use<>) {
        (
            x * x + 2.0 * x + 1.0,
            move |seed: f64| -> (f64,) { (2.0 * (seed + seed * x),) },
        )
    }
}
