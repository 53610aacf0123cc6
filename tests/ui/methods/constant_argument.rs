use differentiable::differentiable;

struct Spring(f64);

impl Spring {
    #[differentiable]
    fn energy(&self, x: f64, #[constant] rest: f64) -> f64 {
        self.0 * (x - rest) * (x - rest)
    }
}

#[differentiable]
fn f(x: f64, #[constant] spring: &Spring) -> f64 {
    spring.energy(x, 2.0 * x)
}

fn main() {}
