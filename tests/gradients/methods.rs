//! Methods and associated functions of types: their derivatives stand beside them, and others may call them.

use crate::check::{check, check_hessian};
use differentiable::differentiable;
use num_traits::Float;

struct Spring {
    stiffness: f64,
    rest: f64,
    weights: Vec<f64>,
}

impl Spring {
    const SCALE: f64 = 0.5;

    /// Energy at length `x`.
    #[differentiable]
    pub fn energy(&self, x: f64) -> f64 {
        let d = x - self.rest;
        Self::SCALE * self.stiffness * d * d * d.sin()
    }

    #[differentiable]
    fn weighted(&self, xs: &[f64], y: f64) -> f64 {
        let mut sum = 0.0;
        for (x, w) in xs.iter().zip(&self.weights) {
            sum += x * x * w * y;
        }
        sum
    }

    #[differentiable]
    fn map(&self, x: [f64; 2]) -> [f64; 2] {
        [x[0] * x[1] * self.stiffness, x[0] * Self::SCALE + self.rest]
    }

    #[differentiable]
    fn repeated(&self, x: f64, #[constant] n: usize) -> f64 {
        if n == 0 {
            return self.energy(x);
        }
        self.repeated(x * 1.1, n - 1) * Self::cubic(x) + self.energy(x)
    }

    #[differentiable(associated)]
    fn cubic(x: f64) -> f64 {
        x * x * x
    }

    fn soft() -> Self {
        spring()
    }

    #[differentiable]
    fn made(x: f64, y: f64) -> f64 {
        let own = Self::soft();
        x * y * own.stiffness + Self::cubic(y)
    }

    #[differentiable]
    fn load(&self, x: f64, to: &mut [f64]) {
        for (k, to) in to.iter_mut().enumerate() {
            *to += self.stiffness * x * x * k as f64;
        }
    }

    #[differentiable]
    fn checked(&self, x: f64) -> Option<f64> {
        if x > 0.0 {
            Some(x.sqrt() * self.stiffness)
        } else {
            None
        }
    }

    #[differentiable(derivative(x = 2.0 * x * k))]
    fn foreign(&self, x: f64, #[constant] k: f64) -> f64 {
        k * x * x
    }

    #[differentiable]
    fn by_law(&self, x: f64, #[constant] law: impl Fn(f64) -> f64) -> f64 {
        x * x * law(self.rest)
    }
}

#[derive(Clone, Copy)]
struct Point {
    a: f64,
}

impl Point {
    #[differentiable]
    fn by_value(self, x: f64) -> f64 {
        self.a * x.sin()
    }
}

struct Line<T> {
    slope: T,
}

impl<T: Float> Line<T> {
    #[differentiable]
    fn at(&self, x: T) -> T {
        self.slope * x * x.exp() + T::one()
    }

    #[differentiable]
    fn through(&self, x: &[T]) -> T {
        let mut sum = T::zero();
        for v in x {
            sum = sum + self.at(*v);
        }
        sum
    }
}

struct Borrowed<'a> {
    data: &'a [f64],
}

impl<'a> Borrowed<'a> {
    #[differentiable]
    fn residual(&self, x: f64) -> f64 {
        self.data.iter().map(|d| (x - d) * (x - d)).sum()
    }
}

fn point(a: f64) -> Point {
    Point { a }
}

fn spring() -> Spring {
    Spring {
        stiffness: 2.0,
        rest: 0.5,
        weights: vec![1.0, 2.0],
    }
}

#[differentiable]
fn energy_of(x: f64, #[constant] spring: &Spring) -> f64 {
    spring.energy(x)
}

#[differentiable]
fn weighted_of(xs: &[f64], y: f64, #[constant] spring: &Spring) -> f64 {
    spring.weighted(xs, y * y) + spring.weighted(&xs[1..], y)
}

#[differentiable]
fn several(x: f64, y: [f64; 2], #[constant] spring: &Spring, #[constant] line: &Line<f64>) -> f64 {
    let t = spring.energy(x * 2.0) * y[0];
    let m = spring.map(y);
    t + line.at(x) + Spring::cubic(x) * Spring::made(x, t) + m[0] * m[1]
}

#[differentiable]
fn in_a_loop(x: f64, #[constant] springs: &[Spring]) -> f64 {
    let mut t = x;
    for i in 0..springs.len() {
        if t > 0.1 {
            t += springs[i].energy(t.sin());
        }
    }
    t
}

#[differentiable]
fn writes(x: f64, #[constant] spring: &Spring) -> f64 {
    let mut to = [x, x * x, 1.0];
    spring.load(x, &mut to);
    to[0] * to[1] * to[2]
}

#[differentiable]
fn maybe(x: f64, #[constant] spring: &Spring) -> f64 {
    match spring.checked(x) {
        Some(y) => y * x,
        None => -x,
    }
}

#[differentiable]
fn temporaries(x: f64) -> f64 {
    spring().energy(x) + point(3.0).by_value(x * x) + spring().foreign(x, 3.0)
}

#[differentiable]
fn generic<T: Float>(x: T, #[constant] line: &Line<T>) -> T {
    line.at(x) * line.through(&[x, x * x])
}

#[differentiable]
fn repeated_of(x: f64, #[constant] spring: &Spring) -> f64 {
    spring.repeated(x, 3)
}

#[test]
fn derivatives_stand_beside_a_method() {
    let s = spring();
    let (x, h) = (1.3, 1e-6);
    let slope = (s.energy(x + h) - s.energy(x - h)) / (2.0 * h);
    assert!((s.energy_grad(x) - slope).abs() < 1e-8);
    let (value, gradient) = s.energy_value_and_grad(x);
    assert_eq!(value, s.energy(x));
    assert!((gradient - s.energy_grad(x)).abs() < 1e-12);
    assert!((s.energy_jvp(x, 2.0).1 - 2.0 * s.energy_grad(x)).abs() < 1e-12);
    let (value, pullback) = s.energy_vjp(x);
    assert!(value == s.energy(x) && (pullback(3.0) - 3.0 * s.energy_grad(x)).abs() < 1e-12);
    assert!((s.energy_hessian(x) - s.energy_hvp(x, 1.0)).abs() < 1e-12);
    let mut g = 0.0;
    assert_eq!(s.energy_grad_into(x, &mut g), s.energy(x));
    assert!((g - s.energy_grad(x)).abs() < 1e-12);
    assert_eq!(s.weighted_grad(&[1.0, 2.0], 0.5), (vec![1.0, 4.0], 9.0));
    let j = s.map_jacobian([1.0, 2.0]);
    assert_eq!(j, nalgebra::Matrix2::new(4.0, 2.0, 0.5, 0.0));
    assert_eq!(s.by_law_grad(2.0, |r| 2.0 * r), 4.0);
    assert_eq!(s.foreign_grad(2.0, 3.0), 12.0);
    assert_eq!(s.checked_jvp(4.0, 1.0), (Some(4.0), 0.5));
}

#[test]
fn derivatives_stand_beside_an_associated_function() {
    assert_eq!(Spring::cubic_grad(2.0), 12.0);
    assert_eq!(Spring::made_grad(2.0, 1.0), (2.0, 7.0));
    assert_eq!(Spring::cubic_hessian(2.0), 12.0);
}

#[test]
fn receivers_of_all_kinds() {
    let p = Point { a: 2.0 };
    assert_eq!(p.by_value_grad(0.0), 2.0);
    let line = Line { slope: 2.0_f32 };
    assert_eq!(line.at_grad(0.0), 2.0_f32);
    let data = [1.0, 2.0];
    assert_eq!(Borrowed { data: &data }.residual_grad(3.0), 6.0);
}

#[test]
fn others_call_methods() {
    let (s, line) = (spring(), Line { slope: 1.5 });
    let springs = [spring(), spring()];
    check_hessian!(energy_of(1.3, const &s));
    check!(weighted_of(&vec![0.3, 0.7], 1.2, const &s));
    check!(several(0.4, [0.7, -0.3], const &s, const &line));
    check!(in_a_loop(0.4, const &springs));
    check!(writes(0.6, const &s));
    check!(maybe(0.6, const &s));
    check!(maybe(-0.6, const &s));
    check!(temporaries(0.6));
    check!(generic(0.6, const &line));
    check!(repeated_of(0.6, const &s));
}
