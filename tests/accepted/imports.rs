//! One `use` imports a function and its derivatives; visibility and re-exports are those of the function.

mod physics {
    pub mod springs {
        use differentiable::differentiable;

        #[differentiable]
        pub fn energy(x: f64, stiffness: f64) -> f64 {
            0.5 * stiffness * x * x + offset(x)
        }

        #[differentiable]
        pub(super) fn offset(x: f64) -> f64 {
            x.cos()
        }

        #[differentiable]
        pub(in crate::physics) fn twice(x: f64) -> f64 {
            2.0 * self::offset(x)
        }
    }

    pub use springs::energy as stored_energy;
    use springs::*;

    pub fn slope_of_the_offset(x: f64) -> f64 {
        offset::grad(x) + springs::twice::grad(x)
    }
}

use differentiable::differentiable;
use physics::{springs, stored_energy};

#[differentiable]
fn total(x: f64) -> f64 {
    let by_module = springs::energy(x, 2.0);
    let by_alias = stored_energy(x, x);
    by_module + by_alias + crate::physics::springs::energy(1.0, x) + self::local(x)
}

#[differentiable]
fn local(x: f64) -> f64 {
    x
}

fn main() {
    assert_eq!(springs::energy::grad(0.0, 2.0), stored_energy::grad(0.0, 2.0));
    assert_eq!(physics::slope_of_the_offset(0.0), 0.0);
    let wanted = 2.0 - 2.0 * 1.0_f64.sin() + 1.5 + 0.5 + 1.0;
    assert!((total::grad(1.0) - wanted).abs() < 1e-15, "{}", total::grad(1.0));
}
