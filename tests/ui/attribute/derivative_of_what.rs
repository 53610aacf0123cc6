use differentiable::differentiable;

#[differentiable(derivative(z = 2.0 * x, n = 1.0))]
fn f(x: f64, y: f64, #[constant] n: i32) -> f64 {
    x * x + y.powi(n)
}

fn main() {}
