use differentiable::Differentiable;

#[derive(Clone, Differentiable)]
enum Shape {
    Circle(f64),
}

fn main() {}
