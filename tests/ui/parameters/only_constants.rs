use differentiable::differentiable;

#[differentiable]
fn f(#[constant] x: f64, #[constant] n: i32) -> f64 {
    x.powi(n)
}

fn main() {}
