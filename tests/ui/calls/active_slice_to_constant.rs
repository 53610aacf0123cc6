use differentiable::differentiable;

#[differentiable]
fn weighted(x: f64, #[constant] weights: &[f64], #[constant] n: usize) -> f64 {
    weights[n] * x * x
}

#[differentiable]
fn f(x: f64, ys: &[f64]) -> f64 {
    weighted(x, ys, 0) + weighted(x, &[1.0], 0)
}

fn main() {
    println!("{:?}", f::grad(2.0, &[3.0]));
}
