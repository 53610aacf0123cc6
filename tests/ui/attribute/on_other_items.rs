use differentiable::differentiable;

#[differentiable]
mod inner {
    pub fn f(x: f64) -> f64 {
        x * x
    }
}

#[differentiable]
const PI: f64 = 3.0;

#[differentiable]
enum Shape {
    Circle(f64),
}

fn main() {}
