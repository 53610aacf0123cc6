use differentiable::differentiable;

struct f {
    x: f64,
}

#[differentiable]
fn f(x: f64) -> f64 {
    x * x
}

fn main() {}
