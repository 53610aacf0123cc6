#[differentiable]
fn square_root(a: f64) -> f64 {
    let mut x = a;
    while (x * x - a).abs() > 1e-12 {
        x = 0.5 * (x + a / x);
    }
    x
}

// ---- becomes ----

impl square_root {
    pub fn grad(a: f64) -> f64 {
        let mut x = a;
        let mut x_by_a = 1.0;
        while (x * x - a).abs() > 1e-12 {
            let t = a / x;
            x_by_a = 0.5 * (x_by_a + (1.0 - t * x_by_a) / x);
            x = 0.5 * (x + t);
        }
        x_by_a
    }
    pub fn value_and_grad(a: f64) -> (f64, f64) {
        let mut x = a;
        let mut x_by_a = 1.0;
        while (x * x - a).abs() > 1e-12 {
            let t = a / x;
            x_by_a = 0.5 * (x_by_a + (1.0 - t * x_by_a) / x);
            x = 0.5 * (x + t);
        }
        (x, x_by_a)
    }
    pub fn jvp(a: f64, a_dot: f64) -> (f64, f64) {
        let mut x = a;
        let mut x_dot = a_dot;
        while (x * x - a).abs() > 1e-12 {
            let t = a / x;
            x_dot = 0.5 * (x_dot + (a_dot - t * x_dot) / x);
            x = 0.5 * (x + t);
        }
        (x, x_dot)
    }
    pub fn __forward(a: f64) -> (f64, impl ::core::ops::FnOnce(f64) -> (f64,) + use<>) {
        let mut recorded_x = ::differentiable::__private::record(0);
        let mut recorded_values = ::differentiable::__private::record(0);
        let mut x = a;
        let mut trips = 0_usize;
        while (x * x - a).abs() > 1e-12 {
            trips += 1;
            recorded_x.push(x);
            let t = a / x;
            recorded_values.push(t);
            x = 0.5 * (x + t);
        }
        (
            x,
            move |mut x_bar: f64| -> (f64,) {
                let mut a_bar = 0.0;
                for _ in (0..trips).rev() {
                    let x_bar1 = 0.5 * x_bar;
                    let x = recorded_x.pop().unwrap();
                    let t = x_bar1 / x;
                    let t1 = recorded_values.pop().unwrap();
                    x_bar = x_bar1 - t * t1;
                    a_bar += t;
                }
                (a_bar + x_bar,)
            },
        )
    }
}
