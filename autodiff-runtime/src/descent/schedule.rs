//! How the learning rate changes from iteration to iteration.

use std::f64::consts::PI;

/// The factor of the learning rate in each iteration.
///
/// # Examples
///
/// ```
/// use autodiff_runtime::descent::Schedule;
///
/// let schedule = Schedule::cosine(100, 0.1).warm_up(10);
/// assert_eq!(schedule.factor(0), 0.1);
/// assert_eq!(schedule.factor(9), 1.0);
/// assert_eq!(schedule.factor(10), 1.0);
/// assert_eq!(schedule.factor(1000), 0.1);
/// ```
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Schedule {
    shape: Shape,
    warm_up: usize,
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Shape {
    Constant,
    Steps { every: usize, factor: f64 },
    Exponential { factor: f64 },
    Cosine { iterations: usize, floor: f64 },
}

impl Default for Schedule {
    fn default() -> Self {
        Schedule::constant()
    }
}

impl Schedule {
    /// `1` in every iteration.
    #[must_use]
    pub const fn constant() -> Self {
        Schedule::of(Shape::Constant)
    }

    /// `factorⁿ` after `n · every` iterations: a staircase.
    ///
    /// # Panics
    ///
    /// If `every` is 0.
    #[must_use]
    pub const fn step(every: usize, factor: f64) -> Self {
        assert!(every > 0, "a step takes at least one iteration");
        Schedule::of(Shape::Steps { every, factor })
    }

    /// `factorⁿ` after `n` iterations.
    #[must_use]
    pub const fn exponential(factor: f64) -> Self {
        Schedule::of(Shape::Exponential { factor })
    }

    /// Half a cosine from 1 down to `floor` within `iterations`, then `floor` (I. Loshchilov, F. Hutter, *SGDR*, 2017, (5)).
    #[must_use]
    pub const fn cosine(iterations: usize, floor: f64) -> Self {
        Schedule::of(Shape::Cosine { iterations, floor })
    }

    const fn of(shape: Shape) -> Self {
        Schedule { shape, warm_up: 0 }
    }

    /// The same schedule after `iterations` in which the factor rises from nearly 0 to 1 in a line.
    #[must_use]
    pub const fn warm_up(self, iterations: usize) -> Self {
        Schedule {
            warm_up: iterations,
            ..self
        }
    }

    /// The factor in this iteration; the first is 0.
    #[must_use]
    pub fn factor(&self, iteration: usize) -> f64 {
        if iteration < self.warm_up {
            return (iteration + 1) as f64 / self.warm_up as f64;
        }
        let iteration = iteration - self.warm_up;
        match self.shape {
            Shape::Constant => 1.0,
            Shape::Steps { every, factor } => factor.powf((iteration / every) as f64),
            Shape::Exponential { factor } => factor.powf(iteration as f64),
            Shape::Cosine { iterations, floor } if iteration < iterations => {
                let part = iteration as f64 / iterations as f64;
                floor + (1.0 - floor) * 0.5 * (1.0 + (PI * part).cos())
            }
            Shape::Cosine { floor, .. } => floor,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(schedule: Schedule, expected: &[(usize, f64)]) {
        for &(iteration, factor) in expected {
            assert!(
                (schedule.factor(iteration) - factor).abs() < 1e-12,
                "{schedule:?} {iteration}"
            );
        }
    }

    #[test]
    fn schedules_fall_as_they_say() {
        check(Schedule::constant(), &[(0, 1.0), (1000, 1.0)]);
        check(
            Schedule::step(10, 0.5),
            &[(0, 1.0), (9, 1.0), (10, 0.5), (25, 0.25)],
        );
        check(Schedule::exponential(0.9), &[(0, 1.0), (2, 0.81)]);
        check(
            Schedule::cosine(10, 0.2),
            &[(0, 1.0), (5, 0.6), (10, 0.2), (50, 0.2)],
        );
    }

    #[test]
    fn a_warm_up_comes_first() {
        check(
            Schedule::exponential(0.5).warm_up(4),
            &[(0, 0.25), (3, 1.0), (4, 1.0), (5, 0.5)],
        );
    }
}
