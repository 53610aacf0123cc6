//! The Gaussian mixture of [ADBench](https://github.com/microsoft/ADBench): is the gradient right, and what does it
//! cost beside the function?
//!
//! `cargo run --release --example adbench_gmm -- --data DIR` takes every file of `DIR/gmm` and compares with
//! `DIR/reference`; without `--data`, an instance is made up (`--size D,K,N`, may be repeated) and compared with a
//! gradient written by hand.

mod by_hand;
mod instance;
mod objective;
mod reference;

use instance::Instance;
use objective::gmm;
use reference::{Reference, TOLERANCE, distance};
use std::hint::black_box;
use std::path::PathBuf;
use std::time::Instant;

fn main() -> Result<(), lexopt::Error> {
    let arguments = Arguments::parse()?;
    let instances: Vec<Instance> = match &arguments.data {
        Some(data) => Instance::files(data)
            .into_iter()
            .filter(|(_, name)| name.contains(&arguments.only))
            .map(|(path, name)| Instance::read(&path, name))
            .collect(),
        None => arguments
            .sizes
            .iter()
            .map(|&[d, k, n]| Instance::generate(d, k, n))
            .collect(),
    };
    println!(
        "{:<28} {:>10} {:>12} {:>12} {:>7} {:>12} {:>7}",
        "instance", "distance", "function ms", "gradient ms", "ratio", "by hand ms", "ratio"
    );
    for instance in &instances {
        let mut gradient = Gradient::zeros(instance);
        let value = gradient.compute(instance);
        let wanted = arguments
            .data
            .as_ref()
            .and_then(|data| Reference::read(data, &instance.name));
        let distance = match wanted {
            Some(wanted) => wanted.distance(value, &gradient.flat()),
            None => distance_by_hand(instance, value, &gradient.flat()),
        };
        let [function, ours, by_hand] = milliseconds(instance, &mut gradient, arguments.runs);
        println!(
            "{:<28} {distance:>10.1e} {function:>12.3} {ours:>12.3} {:>7.2} {by_hand:>12.3} {:>7.2}",
            instance.name,
            ours / function,
            by_hand / function,
        );
        assert!(
            distance < TOLERANCE,
            "{}: the gradient does not agree",
            instance.name
        );
    }
    Ok(())
}

struct Arguments {
    data: Option<PathBuf>,
    /// Only files whose name contains this.
    only: String,
    sizes: Vec<[usize; 3]>,
    runs: usize,
}

impl Arguments {
    fn parse() -> Result<Self, lexopt::Error> {
        use lexopt::prelude::*;
        let mut res = Arguments {
            data: std::env::var_os("ADBENCH_DATA").map(PathBuf::from),
            only: String::new(),
            sizes: Vec::new(),
            runs: 21,
        };
        let mut parser = lexopt::Parser::from_env();
        while let Some(argument) = parser.next()? {
            match argument {
                Long("data") => res.data = Some(PathBuf::from(parser.value()?)),
                Long("only") => res.only = parser.value()?.string()?,
                Long("runs") => res.runs = parser.value()?.parse::<usize>()?.max(1),
                Long("size") => res.sizes.push(parser.value()?.parse_with(size)?),
                other => return Err(other.unexpected()),
            }
        }
        if res.sizes.is_empty() {
            res.sizes = vec![[2, 5, 1000], [10, 25, 1000], [32, 50, 1000]];
        }
        Ok(res)
    }
}

/// `D,K,N`
fn size(text: &str) -> Result<[usize; 3], String> {
    let parts: Option<Vec<usize>> = text.split(',').map(|part| part.parse().ok()).collect();
    parts
        .and_then(|parts| parts.try_into().ok())
        .ok_or_else(|| "is not `D,K,N`".to_owned())
}

/// Three buffers, as `grad_into` fills them.
struct Gradient {
    alphas: Vec<f64>,
    means: Vec<f64>,
    icf: Vec<f64>,
}

impl Gradient {
    fn zeros(instance: &Instance) -> Self {
        Gradient {
            alphas: vec![0.0; instance.alphas.len()],
            means: vec![0.0; instance.means.len()],
            icf: vec![0.0; instance.icf.len()],
        }
    }

    fn compute(&mut self, of: &Instance) -> f64 {
        gmm::grad_into(
            &of.alphas,
            &of.means,
            &of.icf,
            &of.x,
            of.d,
            of.gamma,
            of.m,
            &mut self.alphas,
            &mut self.means,
            &mut self.icf,
        )
    }

    fn flat(&self) -> Vec<f64> {
        [&self.alphas[..], &self.means, &self.icf].concat()
    }
}

fn function(of: &Instance) -> f64 {
    gmm(&of.alphas, &of.means, &of.icf, &of.x, of.d, of.gamma, of.m)
}

fn distance_by_hand(instance: &Instance, value: f64, gradient: &[f64]) -> f64 {
    let mut wanted = Gradient::zeros(instance);
    by_hand::gradient(instance, &mut wanted.alphas, &mut wanted.means, &mut wanted.icf);
    let entries = gradient.iter().copied().zip(wanted.flat());
    entries
        .chain([(value, function(instance))])
        .map(|(found, wanted)| distance(found, wanted))
        .fold(0.0, f64::max)
}

/// Medians of the function, its gradient, and the gradient written by hand. The runs take turns, so that a change of
/// the machine's clock meets all three.
fn milliseconds(instance: &Instance, gradient: &mut Gradient, runs: usize) -> [f64; 3] {
    let mut times = [const { Vec::new() }; 3];
    for _ in 0..runs {
        times[0].push(time(|| function(black_box(instance))));
        times[1].push(time(|| gradient.compute(black_box(instance))));
        times[2].push(time(|| {
            let Gradient { alphas, means, icf } = &mut *gradient;
            by_hand::gradient(black_box(instance), alphas, means, icf);
        }));
    }
    times.map(|mut times| {
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    })
}

fn time<T>(f: impl FnOnce() -> T) -> f64 {
    let start = Instant::now();
    black_box(f());
    start.elapsed().as_secs_f64() * 1e3
}
