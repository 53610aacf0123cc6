#[differentiable]
fn spread(x: &[f64], #[constant] d: usize) -> f64 {
    let mut total = 0.0;
    for i in 0..x.len() {
        let mut powers = vec![0.0; d];
        powers[0] = x[i];
        for k in 1..d {
            powers[k] = powers[k - 1] * x[i];
        }
        for k in 0..d {
            total += powers[k].sin();
        }
    }
    total
}
