use differentiable::differentiable;

#[differentiable]
fn f(name: &str, x: f64) -> f64 {
    x * name.len() as f64
}

fn main() {}
