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
        ((r, y.atan2(x)), ((x_dot * x + y_dot * y) / r, (y_dot * x - x_dot * y) / t))
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
                let t = seed / t;
                let t1 = r_bar / r;
                (t1 * x - t * y, t * x + t1 * y)
            },
        )
    }
}
