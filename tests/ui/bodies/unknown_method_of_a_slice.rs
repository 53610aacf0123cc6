use differentiable::differentiable;

#[differentiable]
fn f(xs: &[f64]) -> f64 {
    let mut ys = xs.to_vec();
    ys.sort_by(|a, b| a.total_cmp(b));
    ys[0]
}

fn main() {}
