use differentiable::differentiable;

#[differentiable]
fn nth(xs: &[f64], n: usize) -> f64 {
    xs[n] * xs[n]
}

fn main() {}
