use differentiable::differentiable;

#[differentiable]
fn weighted(x: f64, #[constant] weight: f64) -> f64 {
    weight * x * x
}

#[differentiable]
fn f(x: f64, y: f64) -> f64 {
    weighted(x, y + 1.0)
}

fn main() {
    println!("{:?}", f::grad(2.0, 3.0));
}
