use differentiable::differentiable;

struct Config {
    rate: f64,
}

#[differentiable]
fn f(x: f64, config: &Config) -> f64 {
    x * config.rate
}

fn main() {}
