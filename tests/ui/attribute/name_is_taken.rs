use differentiable::differentiable;

#[allow(non_camel_case_types)]
struct f {
    x: f64,
}

#[differentiable]
fn f(x: f64) -> f64 {
    x * x
}

fn main() {}
