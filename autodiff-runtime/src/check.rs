//! `check_grad`: a gradient against finite differences, entry by entry.
//! Takes the function, its gradient and a point; gives the entries that differ, with what they should be.

use crate::entries::Entries;
use crate::point::{Function, Point, Real};
use std::error::Error;
use std::fmt;

/// Compares a gradient with finite differences of its function at `x`.
///
/// `∂f/∂xₖ ≈ (f(x + h eₖ) − f(x − h eₖ)) / 2h`, extrapolated to `h → 0` from a row of shrinking widths (C. J. F. Ridders,
/// *Accurate computation of F′(x) and F′(x)F″(x)*, Advances in Engineering Software 4, 1982). An entry passes if it differs by less than
/// `1e-6` (`f32`: `1e-2`), relative to the larger side where that is above one. `x` is what `f` takes: a float, an array,
/// a `Vec`, a slice or a reference to one of them; a tuple where `f` takes several. Calls `f` at most 40 times per entry.
///
/// A closure needs its parameter's type: `|x: &[f64]| …`.
///
/// # Errors
///
/// Names each entry that is off, with both numbers. A point where the function has a kink, or does not exist on both
/// sides, shows as a large uncertainty of the finite differences.
///
/// # Examples
///
/// ```
/// use autodiff_runtime::check_grad;
///
/// let f = |x: f64, y: f64| x * y.sin();
/// let grad = |x: f64, y: f64| (y.sin(), x * y.cos());
/// assert_eq!(check_grad(f, grad, (0.5, 2.0)), Ok(()));
///
/// let wrong = |x: f64, y: f64| (y.sin(), x * y.sin());
/// let error = check_grad(f, wrong, (0.5, 2.0)).unwrap_err();
/// assert!(error.to_string().contains("entry 1: the gradient says"));
/// ```
pub fn check_grad<X, F, G, R, D>(f: F, grad: G, x: X) -> Result<(), GradientError>
where
    X: Point,
    F: Function<X, R>,
    G: Function<X, D>,
    R: Real,
    D: Entries<Scalar: Real>,
{
    let at = x.owned();
    let mut found = Vec::new();
    grad.call(&at)
        .for_each_entry(&mut |entry| found.push(entry.to_f64()));
    let mut point = Vec::new();
    at.for_each_entry(&mut |entry| point.push(entry.to_f64()));
    if found.len() != point.len() {
        return Err(GradientError::Length {
            found: found.len(),
            expected: point.len(),
        });
    }
    let mut off = Vec::new();
    for (index, (&found, &at_entry)) in found.iter().zip(&point).enumerate() {
        let along = |by: f64| {
            let mut at = at.clone();
            at.set_entry(index, Real::from_f64(at_entry + by));
            // What was really added: an `f32` cannot take the width as it is.
            let mut moved = at_entry;
            let mut k = 0;
            at.for_each_entry(&mut |entry| {
                if k == index {
                    moved = entry.to_f64();
                }
                k += 1;
            });
            (moved, f.call(&at).to_f64())
        };
        let estimate = derivative(along, at_entry, R::WIDTH);
        let size = found.abs().max(estimate.value.abs()).max(1.0);
        let near = (found - estimate.value).abs() <= R::TOLERANCE * size;
        if !near {
            off.push(EntryOff {
                index,
                found,
                expected: estimate.value,
                uncertainty: estimate.error,
            });
        }
    }
    if off.is_empty() {
        Ok(())
    } else {
        Err(GradientError::Off {
            entries: off,
            of: point.len(),
        })
    }
}

/// Why a gradient does not agree with its function.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub enum GradientError {
    /// The gradient has another number of entries than the point.
    Length {
        /// Entries of the gradient.
        found: usize,
        /// Entries of the point.
        expected: usize,
    },
    /// These entries differ.
    Off {
        /// From the first to the last.
        entries: Vec<EntryOff>,
        /// How many entries were compared.
        of: usize,
    },
}

/// One entry of a gradient that differs from finite differences.
#[derive(Clone, PartialEq, Debug)]
pub struct EntryOff {
    /// Its number, counted through all parameters from left to right.
    pub index: usize,
    /// What the gradient says.
    pub found: f64,
    /// What finite differences give; NaN where the function has no value on both sides.
    pub expected: f64,
    /// How far the finite differences still moved when their width shrank.
    pub uncertainty: f64,
}

impl fmt::Display for GradientError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            GradientError::Length { found, expected } => {
                write!(out, "the gradient has {found} entries, the point {expected}")
            }
            GradientError::Off { entries, of } => {
                write!(out, "the gradient is off in {} of {of} entries", entries.len())?;
                for entry in entries {
                    write!(out, "\n  {entry}")?;
                }
                Ok(())
            }
        }
    }
}

impl fmt::Display for EntryOff {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let EntryOff {
            index,
            found,
            expected,
            uncertainty,
        } = self;
        write!(
            out,
            "entry {index}: the gradient says {found:e}, finite differences {expected:e} ± {uncertainty:.0e}"
        )
    }
}

impl Error for GradientError {}

/// A derivative by finite differences, and how well it settled.
struct Estimate {
    value: f64,
    error: f64,
}

/// The better of two tableaus: one that starts with a width relative to 1, one relative to the point.
fn derivative(along: impl Fn(f64) -> (f64, f64), at: f64, width: f64) -> Estimate {
    let wide = ridders(&along, width * at.abs().max(1.0));
    if at == 0.0 || at.abs() >= 1.0 {
        return wide;
    }
    let narrow = ridders(&along, width * at.abs());
    if narrow.error < wide.error || wide.value.is_nan() {
        narrow
    } else {
        wide
    }
}

/// Ridders' tableau, with the paper's factor 1.4: column `j` has got rid of the errors up to `h^(2j)`.
fn ridders(along: &impl Fn(f64) -> (f64, f64), first_width: f64) -> Estimate {
    const SHRINK: f64 = 1.4;
    const ROWS: usize = 10;
    let mut best = Estimate {
        value: f64::NAN,
        error: f64::INFINITY,
    };
    let mut above: Vec<f64> = Vec::new();
    let mut width = first_width;
    for _ in 0..ROWS {
        let ((up, f_up), (down, f_down)) = (along(width), along(-width));
        let mut row = vec![(f_up - f_down) / (up - down)];
        width /= SHRINK;
        if !row[0].is_finite() {
            continue;
        }
        let mut factor = 1.0;
        for (j, &left_above) in above.iter().enumerate() {
            factor *= SHRINK * SHRINK;
            let left = row[j];
            let value = (left * factor - left_above) / (factor - 1.0);
            let error = (value - left).abs().max((value - left_above).abs());
            if error <= best.error {
                best = Estimate { value, error };
            }
            row.push(value);
        }
        above = row;
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    fn norm(x: &[f64]) -> f64 {
        x.iter().map(|x| x * x).sum::<f64>().sqrt()
    }

    fn norm_grad(x: &[f64]) -> Vec<f64> {
        x.iter().map(|it| it / norm(x)).collect()
    }

    #[test]
    fn every_shape_of_argument_can_be_checked() {
        let array = |x: [f64; 2]| norm(&x);
        let array_grad = |x: [f64; 2]| [x[0] / norm(&x), x[1] / norm(&x)];
        let rows = |x: &[[f64; 2]]| x.iter().map(|row| norm(row)).sum::<f64>();
        let rows_grad = |x: &[[f64; 2]]| x.iter().map(|row| array_grad(*row)).collect::<Vec<_>>();
        let scaled = |by: f32, x: &Vec<f32>| x.iter().map(|x| by * x).sum::<f32>();
        let scaled_grad = |by: f32, x: &Vec<f32>| (x.iter().sum::<f32>(), vec![by; x.len()]);
        assert_eq!(check_grad(f64::sin, f64::cos, 0.3), Ok(()));
        assert_eq!(check_grad(norm, norm_grad, &[0.3, -2.0, 1e4][..]), Ok(()));
        assert_eq!(check_grad(array, array_grad, [0.3, -2.0]), Ok(()));
        assert_eq!(
            check_grad(rows, rows_grad, &[[0.3, -2.0], [1.0, 7.0]][..]),
            Ok(())
        );
        assert_eq!(
            check_grad(scaled, scaled_grad, (1.5_f32, &vec![0.5, 2.0])),
            Ok(())
        );
    }

    #[test]
    fn the_entry_that_is_off_is_named_with_what_it_should_be() {
        let wrong = |x: &[f64]| {
            let mut grad = norm_grad(x);
            grad[1] += 1e-5;
            grad
        };
        let Err(GradientError::Off { entries, of: 3 }) = check_grad(norm, wrong, &[2.0, 1.0, 2.0][..]) else {
            panic!("one entry of three is off");
        };
        assert_eq!(entries.iter().map(|entry| entry.index).collect::<Vec<_>>(), [1]);
        assert!((entries[0].expected - 1.0 / 3.0).abs() < 1e-10 && entries[0].uncertainty < 1e-9);
    }

    #[test]
    fn a_gradient_of_another_length_is_told_by_both_lengths() {
        let error = check_grad(norm, |_: &[f64]| vec![0.0], &[1.0, 2.0][..]).unwrap_err();
        assert_eq!(error.to_string(), "the gradient has 1 entries, the point 2");
    }

    #[test]
    fn a_small_point_beside_a_pole_is_still_settled() {
        assert_eq!(check_grad(f64::ln, f64::recip, 1e-3), Ok(()));
        assert_eq!(check_grad(f64::sqrt, |x: f64| 0.5 / x.sqrt(), 1e-6), Ok(()));
    }

    #[test]
    fn nan_is_off() {
        assert!(check_grad(f64::sin, |_: f64| f64::NAN, 0.3).is_err());
        assert!(check_grad(|_: f64| f64::NAN, |_: f64| 0.0, 0.3).is_err());
    }
}
