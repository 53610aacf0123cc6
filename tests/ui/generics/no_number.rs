use differentiable::differentiable;

#[differentiable]
fn f<I: Iterator<Item = f64>>(xs: I) -> f64 {
    xs.sum()
}

fn main() {}
