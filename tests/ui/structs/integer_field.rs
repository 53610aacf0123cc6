use differentiable::Differentiable;

#[derive(Clone, Differentiable)]
struct Grid {
    spacing: f64,
    cells: usize,
    names: Vec<String>,
}

fn main() {}
