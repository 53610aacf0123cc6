//! The generated code of small functions, as text that is reviewed like code: `golden/*.rs` hold an annotated function
//! and what some of the companion's functions look like. `UPDATE_GOLDEN=1 cargo test` writes them anew;
//! `GOLDEN_FOLDER=path` shows what becomes of functions elsewhere.

use proc_macro2::TokenStream;
use std::fmt::Write;
use std::path::Path;

/// Between a function and what becomes of it.
const MARK: &str = "// ---- becomes ----";

/// The functions of a companion that are shown, unless a line `// shows: …` names others.
const SHOWN: &str = "value_and_grad, grad, __gradient, jvp, __forward";

#[test]
fn generated_code_is_what_the_golden_files_say() {
    let folder = match std::env::var_os("GOLDEN_FOLDER") {
        Some(folder) => folder.into(),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("golden"),
    };
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("the golden files are part of the crate")
        .map(|entry| entry.expect("a readable folder").path())
        .collect();
    files.sort();
    let update = std::env::var("UPDATE_GOLDEN").is_ok();
    let mut wrong = String::new();
    for path in files {
        let text = std::fs::read_to_string(&path).expect("a readable file");
        let source = text.split(MARK).next().unwrap_or_default().trim_end();
        let found = format!("{source}\n\n{MARK}\n\n{}", shown(source));
        if update {
            std::fs::write(&path, found).expect("a writable file");
        } else if found != text {
            let _ = writeln!(wrong, "{}:\n{found}", path.display());
        }
    }
    assert!(wrong.is_empty(), "UPDATE_GOLDEN=1 accepts this:\n{wrong}");
}

/// The wanted functions of all companions in `source`.
fn shown(source: &str) -> String {
    let names = source.lines().find_map(|line| line.strip_prefix("// shows: "));
    let names: Vec<_> = names.unwrap_or(SHOWN).split(',').map(str::trim).collect();
    let mut res = String::new();
    for tokens in expanded(source) {
        let file: syn::File = match syn::parse2(tokens.clone()) {
            Ok(file) => file,
            Err(problem) => {
                let _ = writeln!(res, "// does not parse: {problem}\n{tokens}");
                continue;
            }
        };
        for item in file.items {
            match item {
                syn::Item::Impl(mut it) => {
                    it.attrs.clear();
                    it.items.retain(|item| match item {
                        syn::ImplItem::Fn(function) => {
                            names.contains(&function.sig.ident.to_string().as_str())
                        }
                        syn::ImplItem::Const(constant) => {
                            names.contains(&constant.ident.to_string().as_str())
                        }
                        _ => false,
                    });
                    for item in &mut it.items {
                        if let syn::ImplItem::Fn(function) = item {
                            function.attrs.clear();
                        }
                    }
                    res.push_str(&pretty(syn::Item::Impl(it)));
                }
                item @ syn::Item::Macro(_) => res.push_str(&pretty(item)),
                _ => (),
            }
        }
    }
    res
}

fn pretty(item: syn::Item) -> String {
    // `prettyplease` speaks another version of `syn`.
    let text = quote::quote!(#item).to_string();
    let parsed = prettyplease_file(&text);
    parsed.unwrap_or(text)
}

fn prettyplease_file(text: &str) -> Option<String> {
    let file = syn::parse_str(text).ok()?;
    Some(prettyplease::unparse(&file))
}

/// Every annotated function of `source`, expanded.
fn expanded(source: &str) -> Vec<TokenStream> {
    let file: syn::File = syn::parse_str(source).expect("golden files are Rust");
    let mut res = Vec::new();
    for item in file.items {
        let syn::Item::Fn(mut function) = item else {
            continue;
        };
        let attr = function
            .attrs
            .iter()
            .position(|attr| attr.path().is_ident("differentiable"));
        let Some(attr) = attr else { continue };
        let attr = function.attrs.remove(attr);
        let args = match attr.meta {
            syn::Meta::List(list) => list.tokens,
            _ => TokenStream::new(),
        };
        res.push(crate::pipeline::expand(args, quote::quote!(#function)));
    }
    res
}
