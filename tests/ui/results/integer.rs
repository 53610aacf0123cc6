use differentiable::differentiable;

#[differentiable]
fn f(x: f64) -> i64 {
    x.round() as i64
}

fn main() {
    f::grad(1.5);
}
