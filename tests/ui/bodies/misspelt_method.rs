use differentiable::differentiable;

/// Names from other languages.
trait Foreign: Sized {
    fn log1p(self) -> Self;
    fn arctan(self) -> Self;
    fn sine(self) -> Self;
}

impl Foreign for f64 {
    fn log1p(self) -> f64 {
        self.ln_1p()
    }

    fn arctan(self) -> f64 {
        self.atan()
    }

    fn sine(self) -> f64 {
        self.sin()
    }
}

#[differentiable]
fn f(x: f64) -> f64 {
    x.log1p() + x.arctan() * f64::sine(x)
}

fn main() {}
