//! The models of NIST's problems, as NIST prints them; their derivatives by the attribute.

use differentiable::differentiable;
use std::f64::consts::PI;

/// One model: its value and its gradient by the parameters.
#[derive(Clone, Copy)]
pub struct Model {
    pub value: fn(&[f64], &[f64]) -> f64,
    pub gradient: fn(&[f64], &[f64]) -> Vec<f64>,
}

macro_rules! model {
    ($f:ident) => {
        Model {
            value: $f,
            gradient: $f::grad,
        }
    };
}

/// The model of a problem, by NIST's name.
pub fn by_name(name: &str) -> Option<Model> {
    Some(match name {
        "Bennett5" => model!(bennett5),
        "BoxBOD" | "Misra1a" => model!(misra1a),
        "Chwirut1" | "Chwirut2" => model!(chwirut),
        "DanWood" => model!(danwood),
        "ENSO" => model!(enso),
        "Eckerle4" => model!(eckerle4),
        "Gauss1" | "Gauss2" | "Gauss3" => model!(gauss),
        "Hahn1" | "Thurber" => model!(cubic_by_cubic),
        "Kirby2" => model!(kirby2),
        "Lanczos1" | "Lanczos2" | "Lanczos3" => model!(lanczos),
        "MGH09" => model!(mgh09),
        "MGH10" => model!(mgh10),
        "MGH17" => model!(mgh17),
        "Misra1b" => model!(misra1b),
        "Misra1c" => model!(misra1c),
        "Misra1d" => model!(misra1d),
        "Nelson" => model!(nelson),
        "Rat42" => model!(rat42),
        "Rat43" => model!(rat43),
        "Roszman1" => model!(roszman1),
        _ => return None,
    })
}

#[differentiable]
fn bennett5(b: &[f64], #[constant] x: &[f64]) -> f64 {
    b[0] * (b[1] + x[0]).powf(-1.0 / b[2])
}

#[differentiable]
fn misra1a(b: &[f64], #[constant] x: &[f64]) -> f64 {
    b[0] * (1.0 - (-b[1] * x[0]).exp())
}

#[differentiable]
fn chwirut(b: &[f64], #[constant] x: &[f64]) -> f64 {
    (-b[0] * x[0]).exp() / (b[1] + b[2] * x[0])
}

#[differentiable]
fn danwood(b: &[f64], #[constant] x: &[f64]) -> f64 {
    b[0] * x[0].powf(b[1])
}

#[differentiable]
fn enso(b: &[f64], #[constant] x: &[f64]) -> f64 {
    let turn = 2.0 * PI * x[0];
    b[0] + b[1] * (turn / 12.0).cos()
        + b[2] * (turn / 12.0).sin()
        + b[4] * (turn / b[3]).cos()
        + b[5] * (turn / b[3]).sin()
        + b[7] * (turn / b[6]).cos()
        + b[8] * (turn / b[6]).sin()
}

#[differentiable]
fn eckerle4(b: &[f64], #[constant] x: &[f64]) -> f64 {
    (b[0] / b[1]) * (-0.5 * ((x[0] - b[2]) / b[1]).powi(2)).exp()
}

#[differentiable]
fn gauss(b: &[f64], #[constant] x: &[f64]) -> f64 {
    b[0] * (-b[1] * x[0]).exp()
        + b[2] * (-(x[0] - b[3]).powi(2) / b[4].powi(2)).exp()
        + b[5] * (-(x[0] - b[6]).powi(2) / b[7].powi(2)).exp()
}

#[differentiable]
fn cubic_by_cubic(b: &[f64], #[constant] x: &[f64]) -> f64 {
    let x = x[0];
    (b[0] + b[1] * x + b[2] * x.powi(2) + b[3] * x.powi(3))
        / (1.0 + b[4] * x + b[5] * x.powi(2) + b[6] * x.powi(3))
}

#[differentiable]
fn kirby2(b: &[f64], #[constant] x: &[f64]) -> f64 {
    let x = x[0];
    (b[0] + b[1] * x + b[2] * x.powi(2)) / (1.0 + b[3] * x + b[4] * x.powi(2))
}

#[differentiable]
fn lanczos(b: &[f64], #[constant] x: &[f64]) -> f64 {
    b[0] * (-b[1] * x[0]).exp() + b[2] * (-b[3] * x[0]).exp() + b[4] * (-b[5] * x[0]).exp()
}

#[differentiable]
fn mgh09(b: &[f64], #[constant] x: &[f64]) -> f64 {
    let x = x[0];
    b[0] * (x.powi(2) + x * b[1]) / (x.powi(2) + x * b[2] + b[3])
}

#[differentiable]
fn mgh10(b: &[f64], #[constant] x: &[f64]) -> f64 {
    b[0] * (b[1] / (x[0] + b[2])).exp()
}

#[differentiable]
fn mgh17(b: &[f64], #[constant] x: &[f64]) -> f64 {
    b[0] + b[1] * (-x[0] * b[3]).exp() + b[2] * (-x[0] * b[4]).exp()
}

#[differentiable]
fn misra1b(b: &[f64], #[constant] x: &[f64]) -> f64 {
    b[0] * (1.0 - (1.0 + b[1] * x[0] / 2.0).powi(-2))
}

#[differentiable]
fn misra1c(b: &[f64], #[constant] x: &[f64]) -> f64 {
    b[0] * (1.0 - (1.0 + 2.0 * b[1] * x[0]).powf(-0.5))
}

#[differentiable]
fn misra1d(b: &[f64], #[constant] x: &[f64]) -> f64 {
    b[0] * b[1] * x[0] * (1.0 + b[1] * x[0]).recip()
}

/// Of `ln y`, not of `y`.
#[differentiable]
fn nelson(b: &[f64], #[constant] x: &[f64]) -> f64 {
    b[0] - b[1] * x[0] * (-b[2] * x[1]).exp()
}

#[differentiable]
fn rat42(b: &[f64], #[constant] x: &[f64]) -> f64 {
    b[0] / (1.0 + (b[1] - b[2] * x[0]).exp())
}

#[differentiable]
fn rat43(b: &[f64], #[constant] x: &[f64]) -> f64 {
    b[0] / (1.0 + (b[1] - b[2] * x[0]).exp()).powf(1.0 / b[3])
}

#[differentiable]
fn roszman1(b: &[f64], #[constant] x: &[f64]) -> f64 {
    b[0] - b[1] * x[0] - (b[2] / (x[0] - b[3])).atan() / PI
}
