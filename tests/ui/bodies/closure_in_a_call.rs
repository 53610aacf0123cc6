use differentiable::differentiable;

fn integrate(f: impl Fn(f64) -> f64, to: f64) -> f64 {
    (0..100).map(|k| f(to * k as f64 / 100.0)).sum::<f64>() * to / 100.0
}

#[differentiable]
fn f(x: f64) -> f64 {
    integrate(|t| t * x, 2.0)
}

fn main() {}
