use differentiable::differentiable;

#[differentiable]
fn f(xs: &[f64]) -> f64 {
    let mut ys = xs.to_vec();
    ys.select_nth_unstable_by(1, f64::total_cmp);
    ys[0]
}

fn main() {}
