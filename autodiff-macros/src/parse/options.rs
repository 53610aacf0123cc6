//! The attribute's arguments: `name = …`, `crate = …`, `derivative(…)`, `vjp = …`, `jvp = …`, `associated`.

use super::{Opaque, RequestParam};
use crate::diag::Diags;
use crate::ir::{Passing, Type};
use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Ident, Token};

/// Every option there is, as it is written.
const OPTIONS: &[&str] = &["name", "crate", "derivative", "vjp", "jvp", "associated"];

/// The attribute as the user wrote it.
#[derive(Default)]
pub(super) struct Options {
    pub(super) name: Option<Ident>,
    pub(super) facade: Option<syn::Path>,
    /// The function stands in an `impl` or a `trait`.
    pub(super) associated: bool,
    derivative: Option<(Ident, Vec<(Ident, syn::Expr)>)>,
    vjp: Option<syn::Path>,
    jvp: Option<syn::Path>,
}

pub(super) fn read(args: TokenStream, diags: &mut Diags) -> Options {
    let mut options = Options::default();
    let list = |input: ParseStream| {
        let mut seen = Vec::new();
        while !input.is_empty() {
            options.one(input, &mut seen, diags)?;
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(())
    };
    if let Err(error) = list.parse2(args) {
        let at = error.span();
        diags
            .error(&quote_spanned!(at=> option), error.to_string())
            .help(format!("the options are {}", known()));
    }
    options
}

impl Options {
    fn one(&mut self, input: ParseStream, seen: &mut Vec<Ident>, diags: &mut Diags) -> syn::Result<()> {
        let option = input
            .call(Ident::parse_any)
            .map_err(|error| syn::Error::new(error.span(), "expected an option"))?;
        match option.to_string().as_str() {
            "name" => self.name = value(input, &option, "an identifier", "f_ad", diags),
            "crate" => self.facade = value(input, &option, "a path", "my_crate::differentiable", diags),
            "vjp" => self.vjp = value(input, &option, "the path of a function", "f_vjp", diags),
            "jvp" => self.jvp = value(input, &option, "the path of a function", "f_jvp", diags),
            "associated" => self.associated = true,
            "derivative" => {
                let inside;
                syn::parenthesized!(inside in input);
                let parts = inside.parse_terminated(partial, Token![,])?;
                self.derivative = Some((option.clone(), parts.into_iter().collect()));
            }
            unknown => {
                let error = diags.error(&option, format!("there is no option `{unknown}`"));
                match nearest(unknown) {
                    Some(near) => error.help(format!("did you mean `{near}`?")),
                    None => error.help(format!("the options are {}", known())),
                }
                skip(input);
                return Ok(());
            }
        }
        if seen.contains(&option) {
            diags
                .error(&option, format!("`{option}` is given twice"))
                .help("remove one of the two");
        }
        seen.push(option);
        Ok(())
    }

    /// Options that only a companion has.
    pub(super) fn check_beside(&self, diags: &mut Diags) {
        if let Some(name) = &self.name {
            diags
                .error(name, "the derivatives of a method are called by its own name")
                .help("remove `name = …`");
        }
        for path in self.vjp.iter().chain(&self.jvp) {
            diags
                .error(path, "the derivative of a method cannot be given by a function")
                .help("write a function that takes what it needs of `self` as parameters, and let the method call it");
        }
    }

    /// What stands for the body, checked against the parameters.
    pub(super) fn opaque(
        &self,
        params: &[RequestParam],
        output: &Type,
        sig: &syn::Signature,
        diags: &mut Diags,
    ) -> Option<Opaque> {
        let Some((keyword, parts)) = &self.derivative else {
            let (vjp, jvp) = (self.vjp.clone(), self.jvp.clone());
            if vjp.is_none() && jvp.is_none() {
                return None;
            }
            check_rules(vjp.as_ref(), params, output, sig, diags);
            return Some(Opaque::Rules { vjp, jvp });
        };
        if self.vjp.is_some() || self.jvp.is_some() {
            diags
                .error(keyword, "`derivative` and `vjp` or `jvp` cannot stand together")
                .help("keep `derivative`: all modes and orders follow from it");
        }
        check_partials(keyword, parts, params, sig, diags);
        Some(Opaque::Derivative(parts.clone()))
    }
}

/// Functions of the user's are called in both modes, more than once, and with every entry of the result in turn.
fn check_rules(
    vjp: Option<&syn::Path>,
    params: &[RequestParam],
    output: &Type,
    sig: &syn::Signature,
    diags: &mut Diags,
) {
    for param in params.iter().filter(|param| param.passing == Passing::RefMut) {
        match (param.constant, vjp) {
            (true, _) => diags
                .error(
                    &param.ty,
                    "what this is written to would be written to more than once",
                )
                .help("do not give such a function by `vjp` or `jvp`: let it return what it writes"),
            (false, Some(vjp)) => diags
                .error(
                    vjp,
                    "a function that writes to a differentiable parameter has no `vjp`",
                )
                .help("give its `jvp`, or return what is written"),
            (false, None) => (),
        }
    }
    if !output.only_floats() {
        diags
            .error(
                &sig.output,
                "`vjp` and `jvp` are of results that are made of floats, and of nothing else",
            )
            .help("return the rest from another function");
    }
}

/// Each differentiable parameter has one partial derivative, and nothing else has.
fn check_partials(
    keyword: &Ident,
    parts: &[(Ident, syn::Expr)],
    params: &[RequestParam],
    sig: &syn::Signature,
    diags: &mut Diags,
) {
    for (k, (name, _)) in parts.iter().enumerate() {
        match params.iter().find(|param| param.ident() == Some(name)) {
            None => diags
                .error(name, format!("`{}` has no parameter `{name}`", sig.ident))
                .help("write `parameter = its partial derivative`"),
            Some(param) if param.constant => diags
                .error(
                    name,
                    format!("`{name}` is `#[constant]`: nobody asks for the derivative by it"),
                )
                .help("remove this derivative, or the `#[constant]`"),
            Some(_) if parts[..k].iter().any(|(before, _)| before == name) => diags
                .error(name, format!("the derivative by `{name}` is given twice"))
                .help("remove one of the two"),
            Some(_) => (),
        }
    }
    for param in params.iter().filter(|param| !param.constant) {
        let given = parts.iter().any(|(name, _)| param.ident() == Some(name));
        match param.ident() {
            Some(_) if given => (),
            Some(name) => diags
                .error(keyword, format!("the derivative by `{name}` is missing"))
                .help(format!("add `{name} = …`, or mark the parameter `#[constant]`")),
            None => diags
                .error(
                    &param.pat,
                    "the derivative by a parameter without a name cannot be given",
                )
                .help("name the parameter"),
        }
    }
}

/// `= VALUE`, of which `what` says what it is.
fn value<T: syn::parse::Parse>(
    input: ParseStream,
    option: &Ident,
    what: &str,
    example: &str,
    diags: &mut Diags,
) -> Option<T> {
    let parsed = input.parse::<Token![=]>().and_then(|_| input.parse());
    if let Err(error) = &parsed {
        // The end of the attribute has no span of its own.
        let at = if input.is_empty() {
            option.span()
        } else {
            error.span()
        };
        diags
            .error(&quote_spanned!(at=> value), format!("`{option}` takes {what}"))
            .help(format!("for example, `{option} = {example}`"));
        skip(input);
    }
    parsed.ok()
}

/// `x = EXPR`
fn partial(input: ParseStream) -> syn::Result<(Ident, syn::Expr)> {
    let name = input.parse()?;
    input.parse::<Token![=]>()?;
    Ok((name, input.parse()?))
}

/// Leaves out what belongs to an option that we do not know, up to the next comma.
fn skip(input: ParseStream) {
    while !input.is_empty() && !input.peek(Token![,]) {
        let skipped = input.parse::<proc_macro2::TokenTree>();
        debug_assert!(skipped.is_ok(), "there was a token left");
    }
}

fn known() -> String {
    let all: Vec<_> = OPTIONS.iter().map(|option| format!("`{option}`")).collect();
    all.join(", ")
}

/// The option that was meant, if it is two letters away at most.
fn nearest(unknown: &str) -> Option<&'static str> {
    let far = |option: &&&str| distance(unknown, option);
    let near = OPTIONS.iter().min_by_key(far)?;
    let most = if near.len() > 4 { 3 } else { 2 };
    (distance(unknown, near) <= most && distance(unknown, near) < near.len()).then_some(near)
}

/// Levenshtein's distance: how many letters must be put in, taken out or changed.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let change = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}
