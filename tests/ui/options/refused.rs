use differentiable::differentiable;

#[differentiable]
fn float_of_an_error(x: f64) -> f64 {
    let r: Result<f64, f64> = if x > 0.0 { Ok(x) } else { Err(x) };
    match r {
        Ok(v) => v,
        Err(e) => e * 2.0,
    }
}

#[differentiable]
fn list_of_options(x: &[f64]) -> f64 {
    let v: Vec<Option<f64>> = x.iter().map(|v| if *v > 0.0 { Some(*v) } else { None }).collect();
    v.iter().flatten().sum()
}

#[differentiable]
fn parameter(x: Option<f64>) -> f64 {
    x.unwrap_or(0.0)
}

#[differentiable]
fn inside_a_tuple(x: f64) -> (f64, Option<f64>) {
    (x, Some(x))
}

fn main() {}
