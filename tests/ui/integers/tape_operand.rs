use differentiable::Tape;

fn main() {
    let tape = Tape::new();
    let x = tape.var(3.0_f64);
    let _ = x + 1;
}
