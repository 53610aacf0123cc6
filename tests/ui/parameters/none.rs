use differentiable::differentiable;

#[differentiable]
fn f() -> f64 {
    1.0
}

fn main() {
    f::grad();
}
