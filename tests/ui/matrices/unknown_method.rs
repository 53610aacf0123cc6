use differentiable::differentiable;
use nalgebra::DMatrix;

#[differentiable]
fn f(a: &DMatrix<f64>) -> f64 {
    a.clone().qr().r().norm()
}

fn main() {}
