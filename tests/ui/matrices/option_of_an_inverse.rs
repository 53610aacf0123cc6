use differentiable::differentiable;
use nalgebra::DMatrix;

#[differentiable]
fn f(a: &DMatrix<f64>) -> f64 {
    a.clone().try_inverse().map(|inverse| (&inverse * &inverse).norm()).unwrap_or(0.0)
}

fn main() {}
