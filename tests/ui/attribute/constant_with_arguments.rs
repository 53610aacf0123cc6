use differentiable::differentiable;

#[differentiable]
fn f(x: f64, #[constant(3)] n: i32) -> f64 {
    x.powi(n)
}

fn main() {}
