use differentiable::differentiable;

macro_rules! halved {
    ($x:expr) => {
        $x / 2.0
    };
}

#[differentiable(speed = 9)]
fn f(x: f64, n: i32, name: &str) -> f64 {
    let y = unsafe { x.to_int_unchecked::<i32>() } as f64;
    let z = halved!(x);
    let w = x.next_up().to_bits() as f64;
    y + z + w * n as f64 + name.len() as f64
}

fn main() {
    let _: f64 = f::grad(1.0, 2, "x");
}
