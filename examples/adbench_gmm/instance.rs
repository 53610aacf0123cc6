//! Instances of the mixture: read from a file in ADBench's format, or made up.

use std::path::{Path, PathBuf};

/// What `gmm` takes.
pub struct Instance {
    pub name: String,
    pub d: usize,
    pub alphas: Vec<f64>,
    pub means: Vec<f64>,
    pub icf: Vec<f64>,
    pub x: Vec<f64>,
    pub gamma: f64,
    pub m: i32,
}

impl Instance {
    /// Reads `d k n`, then `k` weights, `k` means, `k` packed triangles, `n` points, and `gamma m`.
    ///
    /// # Panics
    ///
    /// With the reason, if the file is not of this format.
    pub fn read(path: &Path, name: String) -> Self {
        let text =
            std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut numbers = text.split_ascii_whitespace().map(|word| {
            word.parse::<f64>()
                .unwrap_or_else(|_| panic!("{}: `{word}` is not a number", path.display()))
        });
        let mut next = || {
            numbers
                .next()
                .unwrap_or_else(|| panic!("{}: ends too early", path.display()))
        };
        let (d, k, n) = (next() as usize, next() as usize, next() as usize);
        let mut take = |len: usize| (0..len).map(|_| next()).collect::<Vec<f64>>();
        let (alphas, means) = (take(k), take(k * d));
        let (icf, x) = (take(k * d * (d + 1) / 2), take(n * d));
        let last = take(2);
        Instance {
            name,
            d,
            alphas,
            means,
            icf,
            x,
            gamma: last[0],
            m: last[1] as i32,
        }
    }

    /// As ADBench's generator: weights, triangles and points from N(0, 1), means from U(0, 1), six decimals.
    pub fn generate(d: usize, k: usize, n: usize) -> Self {
        let mut random = Random(1);
        let mut take = |len: usize, draw: fn(&mut Random) -> f64| {
            (0..len)
                .map(|_| (draw(&mut random) * 1e6).round() / 1e6)
                .collect::<Vec<f64>>()
        };
        Instance {
            name: format!("generated_d{d}_K{k}_n{n}"),
            d,
            alphas: take(k, Random::normal),
            means: take(k * d, Random::uniform),
            icf: take(k * d * (d + 1) / 2, Random::normal),
            x: take(n * d, Random::normal),
            gamma: 1.0,
            m: 0,
        }
    }

    /// Every `gmm/**/*.txt` under `data`, in the order of their names.
    pub fn files(data: &Path) -> Vec<(PathBuf, String)> {
        let root = data.join("gmm");
        let mut res = Vec::new();
        collect(&root, "gmm", &mut res);
        res.sort();
        res
    }
}

/// The name is the path below `data` with `_` between its parts: the reference file is called so, too.
fn collect(dir: &Path, prefix: &str, res: &mut Vec<(PathBuf, String)>) {
    let entries = std::fs::read_dir(dir).unwrap_or_else(|error| panic!("{}: {error}", dir.display()));
    for entry in entries {
        let path = entry
            .unwrap_or_else(|error| panic!("{}: {error}", dir.display()))
            .path();
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let name = format!("{prefix}_{stem}");
        if path.is_dir() {
            collect(&path, &name, res);
        } else if path.extension().is_some_and(|it| it == "txt") {
            res.push((path, name));
        }
    }
}

/// SplitMix64 (G. Steele, D. Lea, C. Flood, *Fast Splittable Pseudorandom Number Generators*, 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn uniform(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// By Box and Muller.
    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }
}
