use differentiable::differentiable;

mod inner {
    pub fn cube(x: f64) -> f64 {
        x * x * x
    }
}

#[differentiable]
fn f(xs: &[f64]) -> f64 {
    let mut sum = 0.0;
    for x in xs {
        sum += inner::cube(*x);
    }
    sum
}

fn main() {}
