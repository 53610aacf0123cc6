//! Prints the code that `#[differentiable]` makes of the functions in a file, formatted.
//!
//! `cargo run --example show -- FILE [FUNCTION…]`, with `--all` for what is not public, too. On stable, without building
//! the file: the macro's own sources are part of this program.
#![allow(dead_code, unused_imports)]

#[path = "../../autodiff-macros/src/analyse/mod.rs"]
mod analyse;
#[path = "../../autodiff-macros/src/derive/mod.rs"]
mod derive;
#[path = "../../autodiff-macros/src/diag.rs"]
mod diag;
#[path = "../../autodiff-macros/src/differentiate/mod.rs"]
mod differentiate;
#[path = "../../autodiff-macros/src/emit/mod.rs"]
mod emit;
#[path = "../../autodiff-macros/src/ir/mod.rs"]
mod ir;
#[path = "../../autodiff-macros/src/lower/mod.rs"]
mod lower;
#[path = "../../autodiff-macros/src/names.rs"]
mod names;
#[path = "../../autodiff-macros/src/parse/mod.rs"]
mod parse;
#[path = "../../autodiff-macros/src/pipeline.rs"]
mod pipeline;
#[path = "../../autodiff-macros/src/rules/mod.rs"]
mod rules;
#[path = "../../autodiff-macros/src/simplify/mod.rs"]
mod simplify;

mod annotated;

use annotated::Annotated;
use std::io::Write;
use std::process::ExitCode;

const SAMPLE: &str = "
#[differentiable]
fn f(x: f64, y: f64) -> f64 {
    x * y.sin()
}
";

fn main() -> ExitCode {
    let mut names: Vec<String> = std::env::args().skip(1).collect();
    let all = names.iter().any(|name| name == "--all");
    names.retain(|name| !name.starts_with("--"));
    let (path, text) = if names.is_empty() {
        eprintln!("usage: cargo run --example show -- FILE [FUNCTION…] [--all]; without a file, a sample:");
        ("the sample".to_owned(), Ok(SAMPLE.to_owned()))
    } else {
        let path = names.remove(0);
        let text = std::fs::read_to_string(&path);
        (path, text)
    };
    let file = text.map_err(|problem| problem.to_string());
    let file = file.and_then(|text| syn::parse_file(&text).map_err(|problem| problem.to_string()));
    let file = match file {
        Ok(file) => file,
        Err(problem) => {
            eprintln!("{path}: {problem}");
            return ExitCode::FAILURE;
        }
    };
    let found = annotated::all(&file);
    let wanted = |it: &&Annotated| names.is_empty() || names.contains(&it.name);
    let shown: Vec<String> = found.iter().filter(wanted).map(|it| it.shown(all)).collect();
    // Whoever reads only the first lines closes the pipe.
    let _ = writeln!(std::io::stdout(), "{}", shown.join("\n"));
    if shown.is_empty() {
        eprintln!("{path}: no such function has the attribute `#[differentiable]`");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
