use differentiable::Tape;

fn main() {
    let tape = Tape::new();
    tape.var(3);
}
