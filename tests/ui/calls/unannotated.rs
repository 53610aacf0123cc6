use differentiable::differentiable;

fn square(x: f64) -> f64 {
    x * x
}

#[differentiable]
fn f(x: f64) -> f64 {
    square(x) + square(2.0)
}

fn main() {
    println!("{}", f::grad(2.0));
}
