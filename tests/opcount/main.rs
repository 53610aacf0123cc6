//! Operations of value and dense derivative together, against the best that others reach; and that the code which is
//! counted gives the value's own bits and the right slopes.
//!
//! `cargo test --test opcount -- --nocapture` prints the table.

mod kernels;

use differentiable::{Cost, check_grad};
use kernels::*;

/// One kernel: what it costs here, the least that is known by hand, and what CasADi with `cse` needs.
struct Row {
    name: &'static str,
    cost: Cost,
    floor: usize,
    casadi: usize,
}

const ROWS: &[Row] = &[
    row("poly", poly::COST, 5, 5),
    row("rosen10", rosen10::COST, 110, 125),
    row("bs", bs::COST, 38, 74),
    row("se3inv", se3inv::COST, 85, 108),
    row("ba", ba::COST, 192, 276),
    row("lj", lj::COST, 26, 35),
    row("det3", det3::COST, 32, 33),
    row("mlp", mlp::COST, 136, 144),
    row("kepler", kepler::COST, 8, 8),
    row("gmm", gmm::COST, 105, 119),
];

const fn row(name: &'static str, cost: Cost, floor: usize, casadi: usize) -> Row {
    Row {
        name,
        cost,
        floor,
        casadi,
    }
}

#[test]
fn no_kernel_costs_more_than_elsewhere() {
    println!("| kernel | add | mul | div | sqrt | transcendental | neg | together | by hand | CasADi |");
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    for row in ROWS {
        let Cost {
            add,
            mul,
            div,
            sqrt,
            transcendental,
            pow,
            neg,
        } = row.cost;
        let total = row.cost.total();
        let Row {
            name, floor, casadi, ..
        } = row;
        println!(
            "| {name} | {add} | {mul} | {div} | {sqrt} | {transcendental} | {neg} | {total} | {floor} | {casadi} |"
        );
        assert_eq!(pow, 0, "{name} calls libm's pow");
    }
    for row in ROWS {
        assert!(row.cost.total() <= row.casadi, "{}: {:?}", row.name, row.cost);
    }
}

#[test]
fn the_counted_code_is_right() {
    assert_eq!(poly::value_and_grad(1.7), (poly(1.7), 2.0 * 1.7 + 2.0));
    let x = [1.2, 0.9, 1.1, 0.8, -0.3, 0.4, 1.5, 0.2, -0.7, 0.6];
    check_grad(rosen10, rosen10::grad, x).unwrap();
    assert_eq!(rosen10::value_and_grad(x).0.to_bits(), rosen10(x).to_bits());
    let m = [[1.0, 2.0, -0.5], [0.3, 0.7, 1.9], [-1.1, 0.4, 2.2]];
    check_grad(det3, det3::grad, m).unwrap();
    assert_eq!(det3::value_and_grad(m).0.to_bits(), det3(m).to_bits());
    let (p, q) = ([0.1, 0.2, 0.3], [1.0, -0.4, 0.8]);
    let energy = |p: [f64; 3], q: [f64; 3]| lj(p, q, 0.7, 0.9);
    let force = |p: [f64; 3], q: [f64; 3]| lj::grad(p, q, 0.7, 0.9);
    check_grad(energy, force, (p, q)).unwrap();
    let value = lj::value_and_grad(p, q, 0.7, 0.9).0;
    assert_eq!(value.to_bits(), energy(p, q).to_bits());
    check_grad(kepler, kepler::grad, (0.7, 0.2, 0.4)).unwrap();
    check_grad(bs, bs::grad, (1.1, 0.9, 0.03, 0.7, 0.25)).unwrap();
    let value = bs::value_and_grad(1.1, 0.9, 0.03, 0.7, 0.25).0;
    assert_eq!(value.to_bits(), bs(1.1, 0.9, 0.03, 0.7, 0.25).to_bits());
    let w =
        [0, 1, 2, 3, 4, 5, 6, 7].map(|i| [0, 1, 2, 3].map(|j| f64::from((i * 5 + j * 3) % 7) * 0.2 - 0.5));
    let (b, v, x) = (
        [0.1, -0.2, 0.3, 0.4, -0.5, 0.6, 0.7, 0.05],
        [0.5; 8],
        [0.3, -0.8, 1.2, 0.4],
    );
    let net = |w: [[f64; 4]; 8], b: [f64; 8], v: [f64; 8], c: f64| mlp(w, b, v, c, x);
    let slopes = |w: [[f64; 4]; 8], b: [f64; 8], v: [f64; 8], c: f64| mlp::grad(w, b, v, c, x);
    check_grad(net, slopes, (w, b, v, 0.3)).unwrap();
    assert_eq!(
        mlp::value_and_grad(w, b, v, 0.3, x).0.to_bits(),
        net(w, b, v, 0.3).to_bits()
    );
    let (alpha, q, l) = (
        [0.1, -0.3, 0.5],
        [[0.2, -0.1], [0.3, 0.4], [-0.5, 0.1]],
        [0.7, -0.2, 0.3],
    );
    let (mu, x) = ([[0.5, 1.0], [-0.3, 0.2], [0.9, -0.8]], [0.4, 0.6]);
    let log = |a: [f64; 3], q: [[f64; 2]; 3], l: [f64; 3], mu: [[f64; 2]; 3]| gmm(a, q, l, mu, x);
    let slopes = |a: [f64; 3], q: [[f64; 2]; 3], l: [f64; 3], mu: [[f64; 2]; 3]| gmm::grad(a, q, l, mu, x);
    check_grad(log, slopes, (alpha, q, l, mu)).unwrap();
    assert_eq!(
        gmm::value_and_grad(alpha, q, l, mu, x).0.to_bits(),
        log(alpha, q, l, mu).to_bits()
    );
}

#[test]
fn the_counted_jacobians_are_right() {
    let h = 1e-6;
    let (p, q, t) = ([0.5, 1.5, -0.7], [0.1, 0.7, -0.1, 0.7], [0.2, 0.3, 0.4]);
    let found = se3inv::jacobian(p, q, t);
    let all: Vec<f64> = [p.as_slice(), &q, &t].concat();
    let f = |x: &[f64]| {
        let at = |k: usize| x[k];
        se3inv(
            [at(0), at(1), at(2)],
            [at(3), at(4), at(5), at(6)],
            [at(7), at(8), at(9)],
        )
    };
    for k in 0..10 {
        let (mut up, mut down) = (all.clone(), all.clone());
        up[k] += h;
        down[k] -= h;
        for r in 0..3 {
            let slope = (f(&up)[r] - f(&down)[r]) / (2.0 * h);
            assert!(
                (slope - found[(r, k)]).abs() < 1e-7,
                "row {r}, column {k}: {slope} {}",
                found[(r, k)]
            );
        }
    }
    let all = [0.1, -0.2, 0.3, 0.4, 0.1, 2.0, 500.0, 1e-2, -2e-3, 0.3, 0.6, 1.4];
    let f = |x: &[f64]| {
        let at = |k: usize| x[k];
        ba(
            [at(0), at(1), at(2)],
            [at(3), at(4), at(5)],
            at(6),
            at(7),
            at(8),
            [at(9), at(10), at(11)],
            [3.0, 4.0],
        )
    };
    let at = |k: usize| all[k];
    let found = ba::jacobian(
        [at(0), at(1), at(2)],
        [at(3), at(4), at(5)],
        at(6),
        at(7),
        at(8),
        [at(9), at(10), at(11)],
        [3.0, 4.0],
    );
    for k in 0..12 {
        let (mut up, mut down) = (all.to_vec(), all.to_vec());
        up[k] += h;
        down[k] -= h;
        for r in 0..2 {
            let slope = (f(&up)[r] - f(&down)[r]) / (2.0 * h);
            let size = slope.abs().max(1.0);
            assert!(
                (slope - found[(r, k)]).abs() < 1e-5 * size,
                "row {r}, column {k}: {slope} {}",
                found[(r, k)]
            );
        }
    }
}
