use differentiable::differentiable;

#[differentiable]
fn f(x: f64) -> f64 {
    x.sinn() + x.squareroot() * x.log1p() + f64::sine(x)
}

fn main() {}
