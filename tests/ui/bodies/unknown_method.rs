use differentiable::differentiable;

trait Shout {
    fn shout(self) -> f64;
}

impl Shout for f64 {
    fn shout(self) -> f64 {
        self * 2.0
    }
}

#[differentiable]
fn f(x: f64) -> f64 {
    let y = x * x;
    (y + 1.0).shout()
}

fn main() {}
