use differentiable::differentiable;

#[differentiable(derivative(x = 2.0 * x), vjp = f_vjp)]
fn f(x: f64) -> f64 {
    x * x
}

fn f_vjp(x: f64) -> (f64, impl FnOnce(f64) -> f64) {
    (x * x, move |seed| 2.0 * x * seed)
}

fn main() {}
