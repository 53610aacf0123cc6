use differentiable::differentiable;

#[differentiable]
fn f(x: f64, n: i32) -> f64 {
    x.powi(n)
}

#[differentiable]
fn g(x: f64) -> bool {
    x > 0.0
}

fn main() {}
