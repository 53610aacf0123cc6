//! The run-time half of the [`differentiable`](https://docs.rs/differentiable) crate, which is the one to depend on.

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
mod aggregate;
mod check;
mod cost;
pub mod descent;
mod entries;
mod fallible;
mod inactive;
#[cfg(feature = "nalgebra")]
#[doc(hidden)]
pub mod linalg;
mod order;
mod passing;
mod plain;
mod point;
mod record;
mod scalar;
mod tangent;
#[cfg(feature = "nalgebra")]
pub mod tape;

pub use check::{EntryOff, GradientError, check_grad};
pub use cost::Cost;
pub use entries::Entries;
pub use point::{Argument, Function, Point, Real};
pub use tangent::{Differentiable, NoTangent};

/// Cuts `x` out of the derivative: the value passes, the gradient does not.
///
/// `y = x`, `dy/dx = 0`. An identity at run time; the macro knows it by its name. Costs and allocates nothing.
///
/// # Examples
///
/// ```
/// use autodiff_runtime::stop_gradient;
///
/// assert_eq!(stop_gradient(3.0), 3.0);
/// ```
#[inline]
pub fn stop_gradient<T>(x: T) -> T {
    x
}
