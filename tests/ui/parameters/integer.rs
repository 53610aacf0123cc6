use differentiable::differentiable;

#[differentiable]
fn f(x: f64, n: i32) -> f64 {
    x.powi(n)
}

fn main() {
    println!("{}", f::grad(2.0, 3));
}
