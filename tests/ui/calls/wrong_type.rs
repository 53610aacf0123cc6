use differentiable::differentiable;

#[differentiable]
fn g(x: f64) -> f64 {
    x * x
}

#[differentiable]
fn f(xs: &[f64]) -> f64 {
    g(xs) + g(xs[0])
}

fn main() {}
