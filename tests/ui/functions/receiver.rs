use differentiable::differentiable;

struct Spring {
    stiffness: f64,
}

impl Spring {
    #[differentiable]
    fn stretch(&mut self, x: f64) -> f64 {
        self.stiffness += 1.0;
        0.5 * self.stiffness * x * x
    }
}

fn main() {}
