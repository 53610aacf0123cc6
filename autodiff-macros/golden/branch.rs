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
        let flag = x.abs() <= delta;
        (
            if flag {
                0.5 * x * x
            } else if x > 0.0 {
                delta * (x - 0.5 * delta)
            } else {
                -delta * (x + 0.5 * delta)
            },
            if flag { x } else if x > 0.0 { delta } else { -delta },
        )
    }
    pub fn jvp(x: f64, delta: f64, x_dot: f64) -> (f64, f64) {
        if x.abs() <= delta {
            let t = 0.5 * x;
            (t * x, 0.5 * (x_dot * x) + x_dot * t)
        } else if x > 0.0 {
            (delta * (x - 0.5 * delta), x_dot * delta)
        } else {
            let t = -delta;
            (t * (x + 0.5 * delta), x_dot * t)
        }
    }
    pub fn __forward(
        x: f64,
        delta: f64,
    ) -> (f64, impl ::core::ops::FnOnce(f64) -> (f64, ()) + use<>) {
        let flag = x.abs() <= delta;
        (
            if flag {
                0.5 * x * x
            } else if x > 0.0 {
                delta * (x - 0.5 * delta)
            } else {
                -delta * (x + 0.5 * delta)
            },
            move |seed: f64| -> (f64, ()) {
                (
                    if flag {
                        seed * x
                    } else if x > 0.0 {
                        seed * delta
                    } else {
                        -(seed * delta)
                    },
                    (),
                )
            },
        )
    }
}
