#[differentiable]
fn polar(x: f64, y: f64) -> (f64, f64) {
    let r = (x * x + y * y).sqrt();
    (r, y.atan2(x))
}

// ---- becomes ----

impl polar {
    pub fn jvp(x: f64, y: f64, (x_dot, y_dot): (f64, f64)) -> ((f64, f64), (f64, f64)) {
        let t = x * x + y * y;
        let r = t.sqrt();
        let r_dot = (2.0 * (x_dot * x) + 2.0 * (y_dot * y)) * (0.5 / r);
        ((r, y.atan2(x)), (r_dot, y_dot * (x / t) - x_dot * (y / t)))
    }
    pub fn __forward(
        x: f64,
        y: f64,
    ) -> ((f64, f64), impl ::core::ops::FnOnce((f64, f64)) -> (f64, f64) + use<>) {
        let t = x * x + y * y;
        let r = t.sqrt();
        (
            (r, y.atan2(x)),
            move |(r_bar, seed): (f64, f64)| -> (f64, f64) {
                let t1 = r_bar * (0.5 / r);
                (2.0 * (t1 * x) - seed * (y / t), seed * (x / t) + 2.0 * (t1 * y))
            },
        )
    }
}
