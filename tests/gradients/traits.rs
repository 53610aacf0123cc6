//! Methods of traits: declared, defined, with default bodies, called by generic code and behind `dyn`.

use crate::check::{check, check_hessian};
use differentiable::differentiable;
use num_traits::Float;

trait Shape {
    const SIDES: usize;

    #[differentiable]
    fn area(&self, r: f64) -> f64;

    #[differentiable]
    fn spread(&self, r: &[f64], #[constant] n: usize) -> f64;

    #[differentiable]
    fn corners(&self, r: (f64, f64)) -> [f64; 2];

    #[differentiable]
    fn twice(&self, r: f64) -> f64 {
        self.area(r) * self.side() * r
    }

    #[differentiable(associated)]
    fn unit(x: f64) -> f64;

    fn side(&self) -> f64;
}

struct Square {
    side: f64,
}

impl Shape for Square {
    const SIDES: usize = 4;

    #[differentiable]
    fn area(&self, r: f64) -> f64 {
        r * r * self.side() * Self::SIDES as f64
    }

    #[differentiable]
    fn spread(&self, r: &[f64], #[constant] n: usize) -> f64 {
        r[0] * r[n] * self.side
    }

    #[differentiable]
    fn corners(&self, (a, b): (f64, f64)) -> [f64; 2] {
        [a * b, a - self.side * b]
    }

    #[differentiable(associated)]
    fn unit(x: f64) -> f64 {
        x.sqrt()
    }

    fn side(&self) -> f64 {
        self.side
    }
}

/// The body is repeated where the macro stands.
struct Scaled<S>(S, f64);

impl<S: Shape> Shape for Scaled<S> {
    const SIDES: usize = S::SIDES;

    #[differentiable]
    fn area(&self, r: f64) -> f64 {
        self.0.area(r * self.1)
    }

    #[differentiable]
    fn spread(&self, r: &[f64], #[constant] n: usize) -> f64 {
        self.0.spread(r, n) * self.1
    }

    #[differentiable]
    fn corners(&self, r: (f64, f64)) -> [f64; 2] {
        let c = self.0.corners(r);
        [c[0] * self.1, c[1]]
    }

    #[differentiable(associated)]
    fn unit(x: f64) -> f64 {
        S::unit(x) * 2.0
    }

    fn side(&self) -> f64 {
        self.0.side()
    }
}

#[differentiable]
fn over<S: Shape>(x: f64, y: f64, #[constant] shape: &S) -> f64 {
    let c = shape.corners((x, y));
    shape.area(x) * shape.twice(y) + c[0] * c[1] + S::unit(x) + shape.spread(&[x, y, x * y], 2)
}

#[differentiable]
fn of_a_trait(x: f64, #[constant] shape: &impl Shape) -> f64 {
    shape.area(x * x) + shape.twice(x)
}

trait Model<T> {
    #[differentiable]
    fn predict(&self, x: T, w: &[T]) -> T;
}

struct Polynomial;

impl<T: Float> Model<T> for Polynomial {
    #[differentiable]
    fn predict(&self, x: T, w: &[T]) -> T {
        let mut y = T::zero();
        for w in w {
            y = y * x + *w;
        }
        y
    }
}

#[differentiable]
fn loss<T: Float, M: Model<T>>(w: &[T], #[constant] model: &M, #[constant] xs: &[T]) -> T {
    let mut sum = T::zero();
    for i in 0..xs.len() {
        let r = model.predict(xs[i], w);
        sum = sum + r * r;
    }
    sum
}

trait Objective {
    #[differentiable]
    fn cost(&self, x: f64) -> f64;
}

impl Objective for Square {
    #[differentiable]
    fn cost(&self, x: f64) -> f64 {
        (x - self.side) * (x - self.side)
    }
}

#[test]
fn derivatives_of_a_traits_methods() {
    let square = Square { side: 3.0 };
    assert_eq!(square.area_grad(2.0), 48.0);
    assert_eq!(square.twice_hessian(2.0), 432.0);
    assert_eq!(square.spread_grad(&[1.0, 2.0], 1), [6.0, 3.0]);
    assert_eq!(Square::unit_grad(4.0), 0.25);
    assert_eq!(Scaled(square, 2.0).area_value_and_grad(1.0), (48.0, 96.0));
}

#[test]
fn generic_code_over_a_trait() {
    let square = Square { side: 3.0 };
    let scaled = Scaled(Square { side: 3.0 }, 0.5);
    check_hessian!(over(0.7, 1.2, const &square));
    check_hessian!(over(0.7, 1.2, const &scaled));
    check!(of_a_trait(0.7, const &square));
    check!(loss(&vec![0.4, -0.3, 0.8], const &Polynomial, const &[0.5, 1.5]));
}

#[test]
fn a_trait_object_has_the_derivatives_that_its_trait_declares() {
    let objective: &dyn Objective = &Square { side: 3.0 };
    assert_eq!(objective.cost_grad(5.0), 4.0);
    assert_eq!(objective.cost_hessian(5.0), 2.0);
}
