//! Random bodies, run by the interpreter and, as the code that they become, by rustc: the bits agree.

use super::generator::{LEN, random_body};
use crate::emit::body::{code, without_places};
use crate::ir::interpret::{Data, run, run_pullback};
use crate::ir::{Body, print, verify};
use crate::names::Names;
use std::fmt::Write;
use std::process::Command;

/// Runs a program, and gives the lines that it prints.
fn compiled(source: &str) -> Vec<String> {
    let folder = std::env::temp_dir().join(format!("autodiff-random-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a temporary folder");
    let (file, program) = (folder.join("random.rs"), folder.join("random"));
    std::fs::write(&file, source).expect("a temporary file");
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let build = Command::new(rustc)
        .args(["--edition", "2024", "-A", "warnings", "-o"])
        .args([&program, &file])
        .output()
        .expect("rustc runs");
    let complaints = String::from_utf8_lossy(&build.stderr).into_owned();
    assert!(build.status.success(), "{complaints}\n{}", file.display());
    let output = Command::new(&program).output().expect("the program runs");
    let complaints = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{complaints}\n{}", file.display());
    let lines = String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(str::to_owned)
        .collect();
    std::fs::remove_dir_all(&folder).expect("the folder is ours");
    lines
}

fn bits(values: &[f64]) -> String {
    let words = values.iter().map(|x| match x.is_nan() {
        true => "nan".to_owned(),
        false => format!("{:x}", x.to_bits()),
    });
    words.collect::<Vec<_>>().join(" ")
}

/// The functions that are compiled, what they are called with, and what they should print.
#[derive(Default)]
struct Program {
    functions: String,
    main: String,
    expected: Vec<String>,
    /// What to show when it differs.
    texts: Vec<String>,
}

const XS: [f64; LEN] = [0.3, -1.25, 2.0, 0.7];
const BUFFER: [f64; LEN] = [1.5, 0.1, -0.4, 3.0];
const BAR: [f64; LEN] = [0.25, 1.0, -2.0, 0.5];

impl Program {
    fn add(&mut self, seed: u64, body: &Body, simple: bool) {
        let names = Names::new(
            &syn::parse_quote!(::differentiable),
            &syn::parse_quote!(f),
            &syn::parse_quote!(f),
        );
        let switches = crate::pipeline::Switches::without(&[]);
        let simplified = |body: Body| match simple {
            true => crate::simplify::to_fixpoint(body, &switches),
            false => body,
        };
        let args = [
            Data::Float(0.8),
            Data::Float(-1.7),
            Data::floats(&XS),
            Data::floats(&BUFFER),
        ];
        let primal = simplified(body.clone());
        let outcome = run(&primal, &args);
        let given = code(&primal, &names, &primal.result, None);
        let results = body.result.leaves().len();
        let floats = "f64,".repeat(results);
        let (params, stmts, result) = (signature(&given.params), &given.stmts, &given.result);
        let _ = writeln!(
            self.functions,
            "fn f{seed}({params}) -> ({floats}) {{ {stmts} {result} }}"
        );
        let _ = writeln!(
            self.main,
            "let mut b = {BUFFER:?}; let r = f{seed}(0.8, -1.7, &{XS:?}, &mut b); show(&[{}], &b, &[]);",
            parts(results)
        );
        self.expect(
            outcome.result.flat(),
            &[&outcome.args[3]],
            &primal,
            &format!("{stmts} {result}"),
        );

        let back = simplified(crate::differentiate::pullback(body, &switches));
        let pulled = [
            Data::floats(&vec![0.75; results]),
            Data::floats(&XS),
            Data::floats(&BAR),
            Data::floats(&BAR),
        ];
        let outcome = run_pullback(&back, &args, &pulled).1;
        let pullback = back.pullback.as_ref().expect("a pullback");
        let scalars = without_places(&pullback.result);
        let given = code(&back, &names, &back.result, Some(&scalars));
        let (params, stmts, result) = (signature(&given.params), &given.stmts, &given.result);
        let closure = given.pullback.expect("a pullback");
        let (seeds, again) = (&closure.params[0], &closure.params[1]);
        let (first, second) = (&closure.params[2], &closure.params[3]);
        let (inner, cotangents) = (&closure.stmts, &closure.result);
        let _ = writeln!(
            self.functions,
            "fn g{seed}({params}) -> (({floats}), impl FnOnce(({floats}), &[f64], &mut [f64], &mut [f64]) -> (f64, f64, (), ())) {{ {stmts} ({result}, move |{seeds}: ({floats}), {again}: &[f64], {first}: &mut [f64], {second}: &mut [f64]| {{ {inner} {cotangents} }}) }}",
        );
        let seeds = "0.75,".repeat(results);
        let _ = writeln!(
            self.main,
            "let (mut b, mut p, mut q) = ({BUFFER:?}, {BAR:?}, {BAR:?}); let r = g{seed}(0.8, -1.7, &{XS:?}, &mut b).1(({seeds}), &{XS:?}, &mut p, &mut q); show(&[r.0, r.1], &p, &q);",
        );
        let text = format!("{stmts} {result}\nmove || {inner} {cotangents}");
        let floats = outcome.result.list()[..2].iter().flat_map(Data::flat).collect();
        self.expect(floats, &[&outcome.args[2], &outcome.args[3]], &back, &text);
    }

    fn expect(&mut self, mut values: Vec<f64>, buffers: &[&Data], body: &Body, text: &str) {
        values.extend(buffers.iter().flat_map(|buffer| buffer.flat()));
        self.expected.push(bits(&values));
        self.texts.push(format!("{}\n{text}", print(body)));
    }

    fn check(&self) {
        let show = r#"fn show(a: &[f64], b: &[f64], c: &[f64]) {
            let word = |x: &f64| if x.is_nan() { "nan".to_string() } else { format!("{:x}", x.to_bits()) };
            let words: Vec<String> = a.iter().chain(b).chain(c).map(word).collect();
            println!("{}", words.join(" "));
        }"#;
        // What generated code calls.
        let record = concat!(env!("CARGO_MANIFEST_DIR"), "/../autodiff-runtime/src/record.rs");
        let facade = format!(
            "extern crate self as differentiable;
            #[path = {record:?}] mod records;
            pub mod __private {{ pub use crate::records::record; }}"
        );
        let source = format!(
            "{facade}\n{}\n{show}\nfn main() {{ {} }}",
            self.functions, self.main
        );
        let found = compiled(&source);
        for (k, (found, expected)) in found.iter().zip(&self.expected).enumerate() {
            assert_eq!(found, expected, "case {k}\n{}", self.texts[k]);
        }
        assert_eq!(found.len(), self.expected.len());
    }
}

fn signature(patterns: &[proc_macro2::TokenStream]) -> String {
    let types = ["f64", "f64", "&[f64]", "&mut [f64]"];
    let params = patterns
        .iter()
        .zip(types)
        .map(|(pattern, ty)| format!("{pattern}: {ty}"));
    params.collect::<Vec<_>>().join(", ")
}

fn parts(count: usize) -> String {
    (0..count).map(|k| format!("r.{k},")).collect()
}

#[test]
fn random_bodies_mean_what_their_code_means() {
    let count = std::env::var("AUTODIFF_RANDOM")
        .ok()
        .and_then(|count| count.parse().ok());
    let mut program = Program::default();
    for seed in 1..=count.unwrap_or(40) {
        let body = random_body(seed);
        verify(&body).unwrap_or_else(|problem| panic!("{problem}\n{}", print(&body)));
        program.add(seed, &body, seed % 2 == 0);
    }
    program.check();
}
