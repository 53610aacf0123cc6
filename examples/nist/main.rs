//! Fits NIST's problems of nonlinear regression (StRD) by Levenberg and Marquardt, with the derivatives of annotated models,
//! and tells in how many digits the parameters agree with the certified ones.
//!
//! `cargo run --release --example nist -- --data DIR`

mod models;
mod problem;

use differentiable::descent::Report;
use differentiable::descent::solvers::Solver;
use differentiable::nalgebra::DMatrix;
use models::Model;
use problem::Problem;
use std::path::PathBuf;
use std::process::ExitCode;

/// A fit counts when every parameter has so many digits.
const DIGITS: f64 = 6.0;

/// How many problems each start must reach.
const GOALS: [usize; 2] = [24, 27];

fn main() -> Result<ExitCode, String> {
    let Some(folder) = data_folder()? else {
        println!("skipped: pass --data DIR, a folder with the StRD files (Misra1a.dat, …)");
        return Ok(ExitCode::SUCCESS);
    };
    let mut paths: Vec<PathBuf> = std::fs::read_dir(&folder)
        .map_err(|error| format!("{}: {error}", folder.display()))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|it| it == "dat"))
        .collect();
    paths.sort();
    println!("problem     parameters  observations   start 1: digits  steps   start 2: digits  steps");
    let mut reached = [0; 2];
    for path in &paths {
        let problem = Problem::read(path)?;
        let model = models::by_name(&problem.name).ok_or_else(|| format!("{}: no model", problem.name))?;
        let mut cells = String::new();
        for (start, reached) in problem.starts.iter().zip(&mut reached) {
            let report = fit(&problem, model, start);
            let digits = digits(&report.parameters, &problem.certified);
            *reached += usize::from(digits >= DIGITS);
            cells += &format!("            {digits:>6.1} {:>6}", report.iterations);
        }
        let (parameters, observations) = (problem.certified.len(), problem.observations.len());
        println!("{:<12}{parameters:>10}{observations:>14}{cells}", problem.name);
    }
    println!(
        "to {DIGITS} digits: {} of {} from start 1, {} from start 2",
        reached[0],
        paths.len(),
        reached[1]
    );
    let enough = reached.iter().zip(GOALS).all(|(reached, goal)| *reached >= goal);
    Ok(if enough {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Least squares of `model − y`.
fn fit(problem: &Problem, model: Model, start: &[f64]) -> Report<Vec<f64>> {
    let data = &problem.observations;
    let residuals =
        |b: &[f64]| -> Vec<f64> { data.iter().map(|it| (model.value)(b, &it.x) - it.y).collect() };
    let jacobian = |b: &[f64]| {
        let mut res = DMatrix::zeros(data.len(), b.len());
        for (mut row, it) in res.row_iter_mut().zip(data) {
            row.copy_from_slice(&(model.gradient)(b, &it.x));
        }
        res
    };
    Solver::new()
        .iterations(10_000)
        .gradient_tolerance(0.0)
        .levenberg_marquardt(residuals, jacobian, start.to_vec())
}

/// The digits in which the worst parameter agrees, 11 at most: NIST gives no more.
fn digits(found: &[f64], certified: &[f64]) -> f64 {
    let digits = |(found, certified): (&f64, &f64)| -((found - certified) / certified).abs().log10();
    found.iter().zip(certified).map(digits).fold(
        11.0,
        |worst, digits| if digits < worst { digits.max(0.0) } else { worst },
    )
}

fn data_folder() -> Result<Option<PathBuf>, String> {
    let mut parser = lexopt::Parser::from_env();
    let mut folder = None;
    while let Some(argument) = parser.next().map_err(|error| error.to_string())? {
        match argument {
            lexopt::Arg::Long("data") => {
                folder = Some(parser.value().map_err(|error| error.to_string())?.into());
            }
            other => return Err(other.unexpected().to_string()),
        }
    }
    Ok(folder)
}
