use differentiable::differentiable;

#[differentiable]
fn without_twins(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    v.dedup();
    v[0]
}

#[differentiable]
fn in_some_order(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    v.sort_unstable_by(|a, b| a.abs().total_cmp(&b.abs()));
    v[0]
}

fn main() {}
