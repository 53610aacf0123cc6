use differentiable::differentiable;

async fn later() -> f64 {
    1.0
}

#[differentiable]
fn f(x: f64) -> f64 {
    let y = later().await;
    x * y
}

fn main() {}
