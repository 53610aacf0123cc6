use differentiable::differentiable;

#[differentiable]
fn f(xs: &[f64], at: &[usize], pair: (f64, u8), words: Vec<String>) -> f64 {
    xs[at[0]] * pair.0 * words.len() as f64
}

fn main() {}
