use differentiable::differentiable;

#[differentiable(name)]
fn f(x: f64) -> f64 {
    x * x
}

#[differentiable(name = "g")]
fn g(x: f64) -> f64 {
    x * x
}

#[differentiable = 3]
fn h(x: f64) -> f64 {
    x * x
}

#[differentiable(2.0)]
fn k(x: f64) -> f64 {
    x * x
}

fn main() {}
