use differentiable::differentiable;

#[differentiable]
fn f(x: f64) -> f64 {
    let text = format!("{x:.3}");
    let rounded: f64 = text.parse().unwrap();
    let bits = x.to_bits() & !1;
    let even = f64::from_bits(bits);
    rounded + even
}

fn main() {}
