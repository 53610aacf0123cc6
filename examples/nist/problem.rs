//! A problem as NIST's file has it: starts, certified values, observations.

use std::fs;
use std::path::Path;

pub struct Problem {
    pub name: String,
    pub starts: [Vec<f64>; 2],
    pub certified: Vec<f64>,
    pub observations: Vec<Observation>,
}

pub struct Observation {
    pub y: f64,
    /// The predictors; two in Nelson's problem.
    pub x: Vec<f64>,
}

impl Problem {
    /// Reads one `.dat` file. Lines `b1 = start1 start2 certified deviation` give the parameters, the block after the
    /// second line that begins with `Data:` the observations.
    pub fn read(path: &Path) -> Result<Self, String> {
        let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let name = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let rows: Vec<Vec<f64>> = text.lines().filter_map(parameter).collect();
        let column = |k: usize| rows.iter().map(|row| row[k]).collect::<Vec<f64>>();
        let start = text
            .rmatch_indices("\nData:")
            .next()
            .ok_or_else(|| format!("{name}: no data"))?
            .0;
        let observations = text[start + 1..].lines().skip(1).filter_map(|line| {
            let numbers = numbers(line)?;
            let (&y, x) = numbers.split_first()?;
            let y = if name == "Nelson" { y.ln() } else { y };
            Some(Observation { y, x: x.to_vec() })
        });
        let observations: Vec<_> = observations.collect();
        if rows.is_empty() || observations.is_empty() {
            return Err(format!("{name}: no parameters or no observations"));
        }
        Ok(Problem {
            starts: [column(0), column(1)],
            certified: column(2),
            observations,
            name,
        })
    }
}

/// `b1 = 100 700 6.99E+02 1.63E+01`.
fn parameter(line: &str) -> Option<Vec<f64>> {
    let (name, values) = line.split_once('=')?;
    let number = name.trim().strip_prefix('b')?;
    number.parse::<u8>().ok()?;
    let values = numbers(values)?;
    (values.len() == 4).then_some(values)
}

fn numbers(line: &str) -> Option<Vec<f64>> {
    let numbers: Vec<f64> = line
        .split_whitespace()
        .map(|word| word.parse().ok())
        .collect::<Option<_>>()?;
    (!numbers.is_empty()).then_some(numbers)
}
