#[differentiable]
fn huber(x: f64, #[constant] delta: f64) -> f64 {
    if x.abs() <= delta {
        0.5 * x * x
    } else if x > 0.0 {
        delta * (x - 0.5 * delta)
    } else {
        -delta * (x + 0.5 * delta)
    }
}

// ---- becomes ----

impl huber {
    pub fn grad(x: f64, delta: f64) -> f64 {
        if x.abs() <= delta { x } else if x > 0.0 { delta } else { -delta }
    }
    pub fn value_and_grad(x: f64, delta: f64) -> (f64, f64) {
        if x.abs() <= delta {
            (0.5 * x * x, x)
        } else if x > 0.0 {
            (delta * (x - 0.5 * delta), delta)
        } else {
            let t = -delta;
            (t * (x + 0.5 * delta), t)
        }
    }
    pub fn jvp(x: f64, delta: f64, x_dot: f64) -> (f64, f64) {
        if x.abs() <= delta {
            (0.5 * x * x, x_dot * x)
        } else if x > 0.0 {
            (delta * (x - 0.5 * delta), x_dot * delta)
        } else {
            (-delta * (x + 0.5 * delta), -x_dot * delta)
        }
    }
    pub fn __forward(
        x: f64,
        delta: f64,
    ) -> (f64, impl ::core::ops::FnOnce(f64) -> (f64, f64) + use<>) {
        let cond = x.abs() <= delta;
        (
            if cond {
                0.5 * x * x
            } else if x > 0.0 {
                delta * (x - 0.5 * delta)
            } else {
                -delta * (x + 0.5 * delta)
            },
            move |seed: f64| -> (f64, f64) {
                (
                    if cond {
                        seed * x
                    } else if x > 0.0 {
                        seed * delta
                    } else {
                        -seed * delta
                    },
                    0.0,
                )
            },
        )
    }
}
