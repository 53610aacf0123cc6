use differentiable::differentiable;

#[differentiable]
#[unsafe(no_mangle)]
pub extern "C" fn f(x: f64) -> f64 {
    x * x
}

fn main() {}
