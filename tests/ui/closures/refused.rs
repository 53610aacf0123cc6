use differentiable::differentiable;

#[differentiable]
fn returned(x: f64) -> f64 {
    let make = |k: f64| move |t: f64| k * t * x;
    let f = make(2.0);
    f(3.0)
}

#[differentiable]
fn boxed(x: f64) -> f64 {
    let f: Box<dyn Fn(f64) -> f64> = Box::new(|t| t * x);
    f(3.0)
}

#[differentiable]
fn listed(x: f64) -> f64 {
    let fs = [|t: f64| t * t, |t: f64| t + 1.0];
    fs.iter().map(|f| f(x)).sum()
}

#[differentiable]
fn given_away(x: f64) -> f64 {
    fn twice(f: impl Fn(f64) -> f64, x: f64) -> f64 {
        f(f(x))
    }
    twice(|t| t * x, x)
}

fn main() {}
