use differentiable::differentiable;

#[differentiable(speed = 9)]
fn f(x: f64, n: i32, name: &str) -> f64 {
    let y = unsafe { x.sqrt() };
    let z = my_macro!(x);
    let w = x.wobble();
    y + z + w * n as f64
}

fn main() {
    let _: f64 = f::grad(1.0, 2, "x");
}
