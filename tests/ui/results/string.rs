use differentiable::differentiable;

#[differentiable]
fn f(x: f64) -> (f64, String) {
    (x * x, x.to_string())
}

fn main() {}
