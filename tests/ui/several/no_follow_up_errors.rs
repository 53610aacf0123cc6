use differentiable::differentiable;

#[differentiable]
fn broken(x: f64, n: i32) -> f64 {
    x.powi(n)
}

#[differentiable]
fn caller(x: f64) -> f64 {
    broken(x, 3) + 1.0
}

fn main() {
    let slope = broken::grad(1.0, 2);
    let (value, gradient) = broken::value_and_grad(1.0, 2);
    let (_, pullback) = broken::vjp(1.0, 2);
    pullback(1.0);
    broken::jvp(1.0, 2, 1.0);
    broken::hvp(1.0, 2, 1.0);
    broken::hessian(1.0, 2);
    println!("{slope} {value} {gradient} {}", caller::grad(1.0));
}
