use differentiable::differentiable;

#[differentiable]
fn in_part(x: &[f64]) -> f64 {
    let mut it = x.iter();
    let a: f64 = it.by_ref().take(2).sum();
    a + it.sum::<f64>()
}

#[differentiable]
fn filtered_in_a_variable(x: &[f64]) -> f64 {
    let mut it = x.iter().filter(|v| **v > 0.0);
    *it.next().unwrap()
}

#[differentiable]
fn zipped_with_some(x: &[f64]) -> f64 {
    x.iter().filter(|v| **v > 0.0).zip(x).map(|(a, b)| a * b).sum()
}

#[differentiable]
fn into_a_box(x: &[f64]) -> f64 {
    let b: Box<[f64]> = x.iter().copied().collect();
    b[0]
}

#[differentiable]
fn unknown_adaptor(x: &[f64]) -> f64 {
    x.chunk_by(|a, b| a < b).map(|c| c[0]).sum()
}

#[differentiable]
fn unknown_end(x: &[f64]) -> f64 {
    let k = x.iter().rposition(|v| *v > 0.0).unwrap();
    x[k]
}

fn main() {}
