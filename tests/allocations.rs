//! What derivatives allocate, counted by an allocator: results, one buffer of what must be kept, and nothing else.

use allocation_counter::{AllocationInfo, measure};
use differentiable::differentiable;
use std::hint::black_box;

#[differentiable]
fn parabola(x: f64) -> f64 {
    x * x + 2.0 * x + 1.0
}

#[differentiable]
fn squares(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum += x[i] * x[i];
    }
    sum
}

#[differentiable]
fn rosenbrock(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() - 1 {
        let (a, b) = (1.0 - x[i], x[i + 1] - x[i] * x[i]);
        sum += a * a + 100.0 * b * b;
    }
    sum
}

/// Logistic regression: an inner loop whose result goes through transcendental functions.
#[differentiable]
fn likelihood(w: &[f64], #[constant] rows: &[f64]) -> f64 {
    let mut sum = 0.0;
    for row in 0..rows.len() / w.len() {
        let mut z = 0.0;
        for i in 0..w.len() {
            z += w[i] * rows[row * w.len() + i];
        }
        sum += (-z).exp().ln_1p();
    }
    sum
}

#[differentiable]
fn norm(x: [f64; 4]) -> f64 {
    let mut sum = 0.0;
    for xi in x {
        sum += xi * xi;
    }
    sum.sqrt()
}

/// Squared distances through scratch vectors, as one writes it.
#[differentiable]
fn with_scratch(scale: &[f64], #[constant] rows: &[f64]) -> f64 {
    let d = scale.len();
    let mut sum = 0.0;
    for row in 0..rows.len() / d {
        let mut scaled = vec![0.0; d];
        for i in 0..d {
            scaled[i] = scale[i] * rows[row * d + i];
        }
        let mut shifted = vec![0.0; d];
        for i in 0..d {
            shifted[i] = scaled[i].sin() + scaled[d - 1 - i];
        }
        let mut square = 0.0;
        for i in 0..d {
            square += shifted[i] * shifted[i];
        }
        sum += square.sqrt();
    }
    sum
}

/// The state of each step is needed on the way back.
#[differentiable]
fn logistic_map(rates: &[f64]) -> f64 {
    let mut x = 0.3;
    for i in 0..rates.len() {
        x = rates[i] * x * (1.0 - x);
    }
    x
}

#[differentiable]
fn log_sum_exp(v: &[f64]) -> f64 {
    let mut largest = v[0];
    for &it in v {
        largest = largest.max(it);
    }
    let mut sum = 0.0;
    for &it in v {
        sum += (it - largest).exp();
    }
    sum.ln() + largest
}

/// A loop whose callee keeps what its own loops have computed.
#[differentiable]
fn mixture(w: &[f64], #[constant] points: &[f64]) -> f64 {
    let mut sum = 0.0;
    for p in 0..points.len() {
        let mut terms = vec![0.0; w.len()];
        for i in 0..w.len() {
            terms[i] = w[i] - 0.5 * (points[p] - i as f64) * w[i];
        }
        sum += log_sum_exp(&terms);
    }
    sum
}

/// Steps of Newton's method, as many as it takes.
#[differentiable]
fn root(a: f64) -> f64 {
    let mut x = a;
    while (x * x - a).abs() > 1e-12 * a {
        x = 0.5 * (x + a / x);
    }
    x
}

#[differentiable]
fn roots(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum += root(x[i]);
    }
    sum
}

fn ramp(len: usize) -> Vec<f64> {
    (0..len).map(|i| 0.5 + 0.001 * i as f64).collect()
}

fn allocations(f: impl FnOnce()) -> AllocationInfo {
    measure(f)
}

#[track_caller]
fn assert_allocates_nothing(f: impl FnOnce()) {
    assert_eq!(allocations(f).count_total, 0);
}

#[test]
fn functions_of_scalars_and_arrays_allocate_nothing() {
    assert_allocates_nothing(|| {
        black_box(parabola::grad(black_box(3.0)));
        black_box(parabola::hessian(black_box(3.0)));
        black_box(norm::value_and_grad(black_box([1.0, 2.0, 3.0, 4.0])));
        black_box(norm::hvp(black_box([1.0, 2.0, 3.0, 4.0]), [1.0, 0.0, 0.0, 0.0]));
    });
}

#[test]
fn grad_into_of_a_loop_over_a_slice_allocates_nothing() {
    let (x, rows) = (ramp(1000), ramp(20_000));
    let mut grad = vec![0.0; 1000];
    assert_allocates_nothing(|| {
        for _ in 0..3 {
            black_box(squares::grad_into(&x, &mut grad));
            black_box(rosenbrock::grad_into(&x, &mut grad));
            black_box(likelihood::grad_into(&x[..20], &rows, &mut grad[..20]));
        }
    });
}

#[test]
fn value_and_grad_of_a_slice_allocates_its_result_and_nothing_else() {
    let x = ramp(1000);
    let info = allocations(|| {
        black_box(rosenbrock::value_and_grad(&x));
    });
    assert_eq!((info.count_total, info.bytes_total), (1, 8000));
}

#[test]
fn scratch_vectors_in_a_loop_are_not_allocated_for_each_iteration() {
    let scale = ramp(5);
    let of_rows = |count: usize| {
        let rows = ramp(5 * count);
        let mut grad = vec![0.0; 5];
        allocations(|| {
            black_box(with_scratch::grad_into(&scale, &rows, &mut grad));
        })
    };
    let (few, many) = (of_rows(10), of_rows(1000));
    assert_eq!(
        (few.count_total, few.bytes_max),
        (many.count_total, many.bytes_max)
    );
}

#[test]
fn what_a_sequential_loop_keeps_is_one_buffer() {
    let of_steps = |steps: usize| {
        let rates = ramp(steps);
        let mut grad = vec![0.0; steps];
        allocations(|| {
            black_box(logistic_map::grad_into(&rates, &mut grad));
        })
    };
    let (few, many) = (of_steps(10), of_steps(1000));
    assert_eq!((few.count_total, many.count_total), (1, 1));
    assert!(many.bytes_total <= 8 * 1001, "the state alone is kept");
}

#[test]
fn a_loop_that_calls_a_function_with_loops_allocates_nothing_per_iteration() {
    let weights = ramp(20);
    let of_points = |count: usize| {
        let points = ramp(count);
        let mut grad = vec![0.0; 20];
        // The first call fills what the thread keeps.
        black_box(mixture::grad_into(&weights, &points, &mut grad));
        allocations(|| {
            black_box(mixture::grad_into(&weights, &points, &mut grad));
        })
    };
    let (few, many) = (of_points(10), of_points(1000));
    assert_eq!(
        (few.count_total, few.bytes_max),
        (many.count_total, many.bytes_max)
    );
}

#[test]
fn a_loop_that_calls_a_function_with_an_open_loop_allocates_nothing_per_iteration() {
    let of_values = |count: usize| {
        let x = ramp(count);
        let mut grad = vec![0.0; count];
        // The first call fills what the thread keeps.
        black_box(roots::grad_into(&x, &mut grad));
        allocations(|| {
            black_box(roots::grad_into(&x, &mut grad));
        })
    };
    let (few, many) = (of_values(10), of_values(1000));
    assert_eq!(
        (few.count_total, few.bytes_max),
        (many.count_total, many.bytes_max)
    );
}
