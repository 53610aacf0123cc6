//! Structs with matrices as fields.

use crate::matrices::{matrix, vector};
use differentiable::{Differentiable, differentiable};
use nalgebra::{DMatrix, DVector, Vector3};

#[derive(Clone, Debug, Differentiable)]
struct Layer {
    w: DMatrix<f64>,
    b: DVector<f64>,
}

#[differentiable]
fn run(layer: &Layer, x: &DVector<f64>) -> f64 {
    let y = &layer.w * x + &layer.b;
    y.map(|entry| entry.tanh()).norm()
}

#[differentiable]
fn run_named(layer: &Layer, x: &DVector<f64>) -> f64 {
    let w: &DMatrix<f64> = &layer.w;
    (w * x).dot(&layer.b)
}

#[derive(Clone, Debug, Differentiable)]
struct Star {
    at: Vector3<f64>,
    mass: f64,
}

#[differentiable]
fn energy(stars: &[Star]) -> f64 {
    let mut sum = 0.0;
    for i in 0..stars.len() {
        for j in 0..i {
            let d = stars[i].at - stars[j].at;
            sum -= stars[i].mass * stars[j].mass / d.norm();
        }
    }
    sum
}

/// `f` by one entry, from both sides.
fn slope(f: impl Fn(f64) -> f64) -> f64 {
    (f(1e-5) - f(-1e-5)) / 2e-5
}

#[test]
fn fields_have_gradients() {
    let (layer, x) = (
        Layer {
            w: matrix(2, 3, 1),
            b: vector(2, 2),
        },
        vector(3, 3),
    );
    for (f, gradient) in [
        (run as fn(&Layer, &DVector<f64>) -> f64, run::grad(&layer, &x)),
        (run_named, run_named::grad(&layer, &x)),
    ] {
        let (by_layer, by_x) = gradient;
        for k in 0..6 {
            let wanted = slope(|h| {
                let mut layer = layer.clone();
                layer.w[k] += h;
                f(&layer, &x)
            });
            assert!((by_layer.w[k] - wanted).abs() < 1e-8);
        }
        let wanted = slope(|h| {
            let mut layer = layer.clone();
            layer.b[1] += h;
            f(&layer, &x)
        });
        assert!((by_layer.b[1] - wanted).abs() < 1e-8);
        let wanted = slope(|h| {
            let mut x = x.clone();
            x[2] += h;
            f(&layer, &x)
        });
        assert!((by_x[2] - wanted).abs() < 1e-8);
    }
}

#[test]
fn lists_of_structs_with_vectors() {
    let star = |x: f64, y: f64, mass| Star {
        at: Vector3::new(x, y, 0.3 * x),
        mass,
    };
    let stars = vec![star(0.1, 1.2, 1.0), star(1.3, -0.4, 2.0), star(-0.9, 0.2, 0.5)];
    let gradient = energy::grad(&stars);
    for i in 0..3 {
        for k in 0..3 {
            let wanted = slope(|h| {
                let mut stars = stars.clone();
                stars[i].at[k] += h;
                energy(&stars)
            });
            assert!((gradient[i].at[k] - wanted).abs() < 1e-7, "{i} {k}");
        }
        let wanted = slope(|h| {
            let mut stars = stars.clone();
            stars[i].mass += h;
            energy(&stars)
        });
        assert!((gradient[i].mass - wanted).abs() < 1e-7);
    }
}
