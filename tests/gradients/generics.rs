//! Functions that are generic over the float: bounds of num-traits and nalgebra, `where` clauses, associated types,
//! const generics, calls of one another.

use crate::check::{check, check_first, check_hessian, check_into, check_jacobian, check_map};
use differentiable::differentiable;
use num_traits::{Float, FloatConst, NumCast};

#[differentiable]
fn parabola<T: Float>(x: T) -> T {
    x * x + (T::one() + T::one()) * x + T::one()
}

#[differentiable]
fn damped_wave<T: Float>(x: T, t: &[T]) -> T {
    let half = T::from(0.5).unwrap();
    let mut sum = T::zero();
    for v in t {
        sum = sum + (x * *v).sin() * (-half * x).exp();
    }
    sum.powi(2) / NumCast::from(t.len()).unwrap()
}

#[differentiable]
fn circle<T>(r: T) -> T
where
    T: Float + FloatConst,
{
    T::PI() * r.powi(2)
}

#[differentiable]
fn by_function_of_the_type<T: Float>(x: T, y: T) -> T {
    T::sin(x) * T::max(x, y) + Float::sqrt(y) + <T as Float>::atan2(x, y) + num_traits::Float::hypot(x, y)
}

#[differentiable]
fn rosenbrock<T: Float, const N: usize>(x: [T; N]) -> T {
    let hundred = T::from(100.0).unwrap();
    let mut sum = T::zero();
    for i in 0..N - 1 {
        let (a, b) = (T::one() - x[i], x[i + 1] - x[i] * x[i]);
        sum = sum + a * a + hundred * b * b;
    }
    sum
}

#[differentiable]
fn weighted<T: Float>(x: &[T], #[constant] w: &[T], #[constant] scale: T) -> T {
    let total = x.iter().zip(w).fold(T::zero(), |acc, (x, w)| acc + *x * *x * *w);
    scale * total.sqrt()
}

#[differentiable]
fn branching<T: Float>(x: T, y: T) -> T {
    if x > y && !x.is_nan() {
        (x - y).ln_1p()
    } else if x < T::zero() {
        x.abs() * y
    } else {
        y.mul_add(x, x.clamp(T::zero(), T::one()))
    }
}

#[differentiable]
fn mixed<T: Float>(x: T, y: f64) -> T {
    let scaled = 2.0 * y.sin();
    x * x + x * T::from(0.25).unwrap() + T::from(differentiable::stop_gradient(scaled)).unwrap()
}

#[differentiable]
fn norm<T: Float>(x: &[T; 3]) -> T {
    (x[0] * x[0] + x[1] * x[1] + x[2] * x[2]).sqrt()
}

#[differentiable]
fn axpy<T: Float>(a: T, x: &[T], y: &mut [T]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y = *y + a * *x;
    }
}

#[differentiable]
fn calls_generic<T: Float>(a: T, x: [T; 3]) -> T {
    let mut y = [T::one(); 3];
    axpy(a, &x, &mut y);
    let n = norm(&y);
    parabola(n) * norm::<T>(&[a, n, a * n])
}

#[differentiable]
fn concrete_calls_generic(x: f64) -> f64 {
    parabola(2.0 * x) + norm(&[x, 1.0, x * x]) + parabola::<f64>(x)
}

#[differentiable]
fn newton<T: Float>(a: T) -> T {
    let mut x = a;
    let half = T::from(0.5).unwrap();
    while (x * x - a).abs() > T::epsilon().sqrt() {
        x = half * (x + a / x);
    }
    x
}

#[differentiable]
fn horner<T: Float>(x: T, c: &[T]) -> T {
    c.iter().rev().fold(T::zero(), |acc, &c| acc * x + c)
}

#[differentiable]
fn power<T: Float>(x: T, n: T) -> T {
    if n.is_zero() { T::one() } else { x.powf(n) }
}

#[differentiable]
fn factorial_like<T: Float>(x: T, #[constant] n: u32) -> T {
    if n == 0 {
        T::one()
    } else {
        x * factorial_like(x + T::one(), n - 1)
    }
}

#[differentiable]
fn log_sum_exp<T: Float + std::iter::Sum>(x: &[T]) -> T {
    let top = x.iter().copied().fold(T::neg_infinity(), T::max);
    top + x.iter().map(|v| (*v - top).exp()).sum::<T>().ln()
}

#[differentiable]
fn vector_field<T: Float>(x: [T; 2]) -> [T; 2] {
    [x[0] * x[1], (x[0] - x[1]).tanh()]
}

#[differentiable]
fn polar<T: Float>(r: T, phi: T) -> (T, T) {
    let (sin, cos) = phi.sin_cos();
    (r * cos, r * sin)
}

#[differentiable]
fn running<T: Float>(x: &[T]) -> Vec<T> {
    let mut out = vec![T::zero(); x.len()];
    let mut sum = T::zero();
    for i in 0..x.len() {
        sum = sum + x[i] * x[i];
        out[i] = sum;
    }
    out
}

#[differentiable]
fn field<T: nalgebra::RealField + Copy>(x: T, y: T) -> T {
    let two: T = nalgebra::convert(2.0);
    (x * y).sinh() / two + x.abs() + T::pi() * y.powi(3) + y.max(x)
}

#[differentiable]
fn own_bounds<T>(x: T, y: T) -> T
where
    T: Copy + std::ops::Add<Output = T> + std::ops::Mul<Output = T> + std::ops::Neg<Output = T>,
{
    x * y + -x * x * y
}

trait Space {
    type Scalar: Float;
    const EXPONENT: i32;
}

struct Euclid;

impl Space for Euclid {
    type Scalar = f64;
    const EXPONENT: i32 = 2;
}

#[differentiable]
fn in_space<S: Space>(x: S::Scalar, y: &[S::Scalar]) -> S::Scalar {
    let mut sum = S::Scalar::zero_like();
    for v in y {
        sum = sum + (*v * x).powi(S::EXPONENT);
    }
    sum.sqrt()
}

trait ZeroLike {
    fn zero_like() -> Self;
}

impl<T: Float> ZeroLike for T {
    fn zero_like() -> Self {
        T::zero()
    }
}

#[differentiable]
fn in_euclid(x: f64, y: f64) -> f64 {
    in_space::<Euclid>(x, &[y, 2.0 * y])
}

#[differentiable]
fn two_params<T: Float, U>(x: T, #[constant] n: U) -> T
where
    U: Into<f64> + Copy,
{
    x * T::from(n.into()).unwrap() * x
}

#[differentiable]
fn with_weight<'a, T: Float>(
    x: T,
    #[constant] weight: impl Fn(usize) -> T,
    #[constant] names: &'a [&'a str],
) -> T {
    let mut sum = T::zero();
    for (i, name) in names.iter().enumerate() {
        sum = sum + x.powi(name.len() as i32) * weight(i);
    }
    sum
}

#[test]
fn one_type_parameter() {
    check_hessian!(parabola(1.3));
    check!(damped_wave(0.7, &vec![0.3, 1.1]));
    check_into!(damped_wave(0.7, &vec![0.3, 1.1]));
    check!(circle(1.5));
    check_hessian!(by_function_of_the_type(0.4, 0.9));
    check_hessian!(rosenbrock([0.3, -0.4, 1.2]));
    check!(weighted(&vec![0.3, 0.8], const &[1.5, 0.5], const 0.7));
    check!(branching(0.9, 0.3));
    check!(branching(-0.9, 0.3));
    check!(branching(0.4, 0.8));
    assert_eq!(mixed::grad(0.5, 0.8), (1.25, 0.0));
    check!(newton(2.0));
    check!(horner(0.7, &vec![0.5, -1.5, 0.25]));
    check!(power(1.7, 2.5));
    check!(factorial_like(0.7, const 4));
    check!(log_sum_exp(&vec![0.7, -0.3, 0.9]));
}

#[test]
fn results_of_several_floats() {
    check_jacobian!(vector_field([0.4, 0.9]));
    check_map!(polar(1.3, 0.4));
    check_jacobian!(running(&vec![0.4, 0.9, -0.3]));
}

#[test]
fn generic_functions_call_one_another() {
    check!(calls_generic(0.7, [0.3, 0.5, -0.2]));
    check_hessian!(concrete_calls_generic(0.8));
}

#[test]
fn other_bounds() {
    check_hessian!(field(0.4, 0.9));
    check_hessian!(own_bounds(0.4, 0.9));
    check!(in_euclid(0.4, 0.9));
    let gradient: (f64, Vec<f64>) = in_space::grad::<Euclid>(2.0, &[3.0]);
    assert_eq!(gradient, (3.0, vec![2.0]));
    check!(two_params(1.5, const 3_i32));
    check!(with_weight(1.5, const |i: usize| 1.0 + i as f64, const &["a", "bcd"]));
}

#[test]
fn the_float_is_inferred() {
    let grad = parabola::grad(3.0_f32);
    assert_eq!(grad, 8.0_f32);
    check_first!(parabola(0.3_f32));
    check_first!(rosenbrock([0.3_f32, -0.4]));
    let hessian = rosenbrock::hessian([1.0, 1.0]);
    assert_eq!(hessian, nalgebra::Matrix2::new(802.0, -400.0, -400.0, 200.0));
}

/// Every function of std that generated code may call.
#[differentiable]
fn everything<T: Float>(x: T) -> T {
    let y = x.cbrt() + x.exp2() + x.exp_m1() + x.ln_1p() + x.log2() + x.log10() + x.tan();
    let z = x.asin() + x.acos() + x.atan() + x.sinh() + x.cosh() + x.asinh() + x.atanh() + x.recip();
    let w = (x + T::one()).acosh() + x.log(x + x + T::one()) + x.to_degrees() + x.to_radians() + x.min(y);
    let v = x.copysign(-z) + x.signum() + x.floor() + x.ceil() + x.round() + x.trunc() + x.fract();
    y * z + w * v
}

#[test]
fn functions_of_std() {
    check_hessian!(everything(0.3));
}
