#[differentiable]
fn network(w: &[[f64; 2]; 3], v: &[f64; 3], x: [f64; 2]) -> f64 {
    let mut out = 0.0;
    for i in 0..3 {
        let mut sum = 0.0;
        for j in 0..2 {
            sum += w[i][j] * x[j];
        }
        out += v[i] * sum.tanh();
    }
    out.tanh()
}
