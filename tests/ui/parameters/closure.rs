use differentiable::differentiable;

#[differentiable]
fn f(x: f64, g: impl Fn(f64) -> f64, h: &dyn Fn(f64) -> f64, k: fn(f64) -> f64) -> f64 {
    g(x) + h(x) + k(x)
}

fn main() {}
