//! The mixture of ADBench against the reference values of a directory that `ADBENCH_DATA` names, and against the
//! gradient written by hand.

#[path = "../examples/adbench_gmm/by_hand.rs"]
mod by_hand;
#[path = "../examples/adbench_gmm/instance.rs"]
mod instance;
#[path = "../examples/adbench_gmm/objective.rs"]
mod objective;
#[path = "../examples/adbench_gmm/reference.rs"]
mod reference;

use allocation_counter::measure;
use instance::Instance;
use objective::gmm;
use reference::{Reference, TOLERANCE, distance};
use std::path::PathBuf;

/// The value, and the gradient in one piece: weights, means, triangles.
fn value_and_grad(of: &Instance) -> (f64, Vec<f64>) {
    let (value, (alphas, means, icf)) =
        gmm::value_and_grad(&of.alphas, &of.means, &of.icf, &of.x, of.d, of.gamma, of.m);
    (value, [alphas, means, icf].concat())
}

#[test]
fn every_file_agrees_with_its_reference() {
    let Some(data) = std::env::var_os("ADBENCH_DATA").map(PathBuf::from) else {
        println!("skipped: ADBENCH_DATA does not name a directory");
        return;
    };
    let files = Instance::files(&data);
    assert!(!files.is_empty(), "no instances under {}", data.display());
    for (path, name) in files {
        let reference = Reference::read(&data, &name).unwrap_or_else(|| panic!("no reference for {name}"));
        let (value, gradient) = value_and_grad(&Instance::read(&path, name.clone()));
        let distance = reference.distance(value, &gradient);
        println!("{name}: {distance:.1e}");
        assert!(distance < TOLERANCE, "{name} is off by {distance:e}");
    }
}

#[test]
fn generated_instances_agree_with_the_gradient_by_hand() {
    for [d, k, n] in [[1, 1, 1], [2, 5, 10], [10, 5, 7]] {
        let instance = Instance::generate(d, k, n);
        let mut wanted = (
            vec![0.0; instance.alphas.len()],
            vec![0.0; instance.means.len()],
            vec![0.0; instance.icf.len()],
        );
        by_hand::gradient(&instance, &mut wanted.0, &mut wanted.1, &mut wanted.2);
        let wanted = [wanted.0, wanted.1, wanted.2].concat();
        let (_, found) = value_and_grad(&instance);
        assert_eq!(found.len(), wanted.len());
        for (i, (found, wanted)) in found.into_iter().zip(wanted).enumerate() {
            assert!(
                distance(found, wanted) < TOLERANCE,
                "{}: entry {i} is {found:e}, should be {wanted:e}",
                instance.name
            );
        }
    }
}

#[test]
fn the_gradient_needs_no_more_memory_for_more_points() {
    let of_points = |n: usize| {
        let it = Instance::generate(10, 5, n);
        let (mut alphas, mut means, mut icf) = (vec![0.0; 5], vec![0.0; 50], vec![0.0; 275]);
        let function = measure(|| {
            std::hint::black_box(gmm(&it.alphas, &it.means, &it.icf, &it.x, it.d, it.gamma, it.m));
        });
        let gradient = measure(|| {
            gmm::grad_into(
                &it.alphas,
                &it.means,
                &it.icf,
                &it.x,
                it.d,
                it.gamma,
                it.m,
                &mut alphas,
                &mut means,
                &mut icf,
            );
        });
        (function, gradient)
    };
    // The first call on a thread makes the records of `log_sum_exp` that all later ones take over.
    of_points(1);
    let ((_, few), (function, many)) = (of_points(10), of_points(100));
    assert_eq!(few.bytes_max, many.bytes_max);
    // The function allocates 11 vectors for each point, its derivative nothing.
    assert!(function.count_total >= 1100);
    assert_eq!(few.count_total, many.count_total);
}
