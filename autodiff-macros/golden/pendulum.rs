// shows: __gradient, __primal
#[differentiable]
fn swing(p: &Pendulum, angle: f64, #[constant] steps: usize) -> f64 {
    let mut s = State { angle, speed: 0.0 };
    for _ in 0..steps {
        s.speed -= 0.01 * (9.81 / p.length * s.angle.sin() + p.damping * s.speed);
        s.angle += 0.01 * s.speed;
    }
    s.angle * s.angle
}

// ---- becomes ----

impl swing {
    pub fn __primal(__p: &Pendulum, __angle: f64, __steps: usize) -> f64 {
        #[allow(unused, clippy::all)]
        let _ = |
            it: &Pendulum,
            it_dot: &<Pendulum as ::differentiable::Differentiable>::Tangent|
        {
            ::differentiable::__private::is_float(&it.length);
            ::differentiable::__private::is_float(&it.damping);
        };
        #[allow(unused, clippy::all)]
        let _ = |
            it: &State,
            it_dot: &<State as ::differentiable::Differentiable>::Tangent|
        {
            ::differentiable::__private::is_float(&it.angle);
            ::differentiable::__private::is_float(&it.speed);
        };
        swing(__p, __angle, __steps)
    }
    pub fn __gradient(
        p: &Pendulum,
        angle: f64,
        steps: usize,
        p_bar: &mut <Pendulum as ::differentiable::Differentiable>::Tangent,
    ) -> (f64, f64) {
        let mut s = State { angle: angle, speed: 0.0 };
        let mut recorded_values = ::std::vec![0.0_f64; steps];
        let mut recorded_values1 = ::std::vec![0.0_f64; steps];
        let mut recorded_values2 = ::std::vec![0.0_f64; steps];
        let mut recorded_values3 = ::std::vec![0.0_f64; steps];
        for i in 0..steps {
            let t = 9.81 / p.length;
            recorded_values2[i] = t;
            let angle = s.angle;
            recorded_values3[i] = angle;
            let angle_sin = angle.sin();
            recorded_values1[i] = angle_sin;
            let speed = s.speed;
            recorded_values[i] = speed;
            s.speed -= 0.01 * (t * angle_sin + p.damping * speed);
            s.angle += 0.01 * s.speed;
        }
        let angle = s.angle;
        let value = angle * angle;
        let mut s_bar = ::differentiable::__private::zeros_like(&s);
        s_bar.angle = 2.0 * angle;
        for i in (0..steps).rev() {
            s_bar.speed += 0.01 * s_bar.angle;
            let t = -0.01 * s_bar.speed;
            s_bar.speed += t * p.damping;
            p_bar.damping += t * recorded_values[i];
            let t = t * recorded_values2[i];
            s_bar.angle += t * recorded_values3[i].cos();
            p_bar.length -= t * recorded_values1[i] / p.length;
        }
        (value, s_bar.angle)
    }
}
