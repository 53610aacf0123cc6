use differentiable::differentiable;

#[differentiable]
fn f(x: f64, y: f64) -> f64 {
    x.sin(y) + x.atan2()
}

fn main() {}
