#[differentiable]
fn sum_of_squares(xs: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..xs.len() {
        sum += xs[i] * xs[i];
    }
    sum
}
