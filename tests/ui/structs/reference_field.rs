use differentiable::Differentiable;

#[derive(Clone, Differentiable)]
struct View<'a> {
    data: &'a [f64],
}

fn main() {}
