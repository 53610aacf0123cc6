//! Generated code means std whatever names the user has given to his own things.
#![allow(dead_code, non_camel_case_types)]

mod core {}
mod std {}
mod alloc {}
mod differentiable {}

struct Vec;
struct Box;
struct Some;
struct None;
struct Ok;
enum Option {
    Nothing,
}
trait FnOnce {}
trait Fn {}
trait Clone {}
trait Sized {}
trait Default {}
trait Into {}
trait Iterator {}

macro_rules! vec {
    ($($tokens:tt)*) => {
        compile_error!("not this one")
    };
}
macro_rules! assert {
    ($($tokens:tt)*) => {
        compile_error!("not this one")
    };
}
macro_rules! panic {
    ($($tokens:tt)*) => {
        compile_error!("not this one")
    };
}

#[::differentiable::differentiable]
fn scalars(x: f64, y: f64) -> f64 {
    let z = if x > y { x * y } else { x.powi(3) };
    z.sin() + x
}

#[::differentiable::differentiable]
fn slices(xs: &[f64], ys: [f64; 2]) -> f64 {
    let mut sum = 0.0;
    let mut i = 0;
    while i < xs.len() {
        sum += xs[i] * xs[i] * ys[i % 2];
        if sum > 100.0 {
            return scalars(sum, ys[0]);
        }
        i += 1;
    }
    sum
}

fn main() {
    let (x_bar, y_bar) = scalars::grad(2.0, 1.0);
    let (xs_bar, ys_bar) = slices::grad(&[1.0, 2.0], [3.0, 4.0]);
    ::std::assert_eq!((xs_bar, ys_bar), (::std::vec![6.0, 16.0], [1.0, 4.0]));
    ::std::assert!(x_bar.is_finite() && y_bar.is_finite());
}
