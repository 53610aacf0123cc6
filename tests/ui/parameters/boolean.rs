use differentiable::differentiable;

#[differentiable]
fn f(x: f64, square: bool) -> f64 {
    if square { x * x } else { x }
}

fn main() {}
