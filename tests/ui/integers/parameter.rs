use differentiable::differentiable;

#[differentiable]
fn f(x: i32) -> i32 {
    x * x
}

fn main() {
    f::grad(3);
}
