//! The facade under another path, and a companion under another name.

mod reexported {
    pub use differentiable as ad;
}

#[reexported::ad::differentiable(crate = crate::reexported::ad)]
fn f(xs: &[f64]) -> f64 {
    let mut copy = xs.to_vec();
    copy.push(xs[0] * xs[1]);
    copy[2] * copy[0]
}

struct Square {
    side: f64,
}

#[allow(non_snake_case)]
#[differentiable::differentiable(name = square_ad)]
fn Square(side: f64) -> f64 {
    side * side
}

fn main() {
    assert_eq!(f::grad(&[2.0, 3.0]), vec![12.0, 4.0]);
    let square = self::Square { side: 3.0 };
    assert_eq!(square_ad::grad(square.side), 6.0);
}
