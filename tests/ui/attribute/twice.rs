use differentiable::differentiable;

#[differentiable(name = a, name = b)]
fn f(x: f64) -> f64 {
    x * x
}

fn main() {}
