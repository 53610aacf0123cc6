//! Every shape of parameters and results.

use differentiable::differentiable;

#[differentiable]
fn square(x: f64) -> f64 {
    x * x
}

#[test]
fn a_function_of_one_scalar() {
    assert_eq!(square(3.0), 9.0);
    let grad: f64 = square::grad(3.0);
    assert_eq!(grad, 6.0);
    assert_eq!(square::value_and_grad(3.0), (9.0, 6.0));
    let mut into = 1.0;
    assert_eq!(square::grad_into(3.0, &mut into), 9.0);
    assert_eq!(into, 6.0);
    assert_eq!(square::jvp(3.0, 2.0), (9.0, 12.0));
    let (value, pullback) = square::vjp(3.0);
    assert_eq!((value, pullback(2.0)), (9.0, 12.0));
    assert_eq!(square::hvp(3.0, 2.0), 4.0);
    assert_eq!(square::hessian(3.0), 2.0);
}
