use differentiable::differentiable;

#[differentiable]
fn f(x: f64) -> f64 {
    let mut calls = 0;
    let mut g = |t: f64| {
        calls += 1;
        t * x
    };
    g(2.0) + g(x)
}

fn main() {}
