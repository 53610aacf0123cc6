//! Macros. Those that print, assert and panic run once, in the forward sweep, and may look at everything: no derivative
//! comes out of them.

use super::Lowerer;
use super::host::{Allow, Template};
use super::names::{Position, free_variables};
use super::operand::{Halt, Lowered, Operand};
use crate::ir::{HostArg, Instr, Type};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use std::collections::BTreeSet;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;

/// How a macro is treated.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    /// Prints or asserts.
    Effect,
    /// Does not come back.
    Panic,
    Dbg,
    Vec,
    Matches,
    /// `format!`: may look at everything, but no float is made of it again.
    Text,
    /// Gives a value that carries no derivative.
    Host,
    Unknown,
}

fn kind(mac: &syn::Macro) -> Kind {
    let mut names = mac.path.segments.iter().map(|segment| segment.ident.to_string());
    let (first, second, more) = (names.next().unwrap_or_default(), names.next(), names.next());
    let name = match (second, more) {
        (None, _) => first,
        (Some(name), None) if matches!(first.as_str(), "std" | "core" | "alloc") => name,
        _ => return Kind::Unknown,
    };
    match name.as_str() {
        "assert" | "assert_eq" | "assert_ne" | "debug_assert" | "debug_assert_eq" | "debug_assert_ne"
        | "println" | "print" | "eprintln" | "eprint" => Kind::Effect,
        "panic" | "unreachable" | "todo" | "unimplemented" => Kind::Panic,
        "dbg" => Kind::Dbg,
        "vec" => Kind::Vec,
        "matches" => Kind::Matches,
        "format" | "format_args" => Kind::Text,
        "write" | "writeln" | "concat" | "stringify" | "line" | "column" | "file" | "module_path" | "env"
        | "option_env" | "cfg" | "include_str" | "include_bytes" => Kind::Host,
        _ => Kind::Unknown,
    }
}

/// What stands between the parentheses.
struct Args {
    args: Punctuated<Arg, syn::Token![,]>,
    /// `[x; n]` of `vec!`.
    semi: bool,
}

struct Arg {
    /// `name = value`
    name: Option<syn::Ident>,
    value: syn::Expr,
}

impl Parse for Args {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut args = Punctuated::new();
        let mut semi = false;
        while !input.is_empty() {
            args.push_value(input.parse()?);
            if input.peek(syn::Token![;]) {
                input.parse::<syn::Token![;]>()?;
                semi = true;
                args.push_punct(Default::default());
            } else if !input.is_empty() {
                args.push_punct(input.parse()?);
            }
        }
        Ok(Args { args, semi })
    }
}

impl Parse for Arg {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let name =
            match input.peek(syn::Ident) && input.peek2(syn::Token![=]) && !input.peek2(syn::Token![==]) {
                true => {
                    let name = input.parse()?;
                    input.parse::<syn::Token![=]>()?;
                    Some(name)
                }
                false => None,
            };
        Ok(Arg {
            name,
            value: input.parse()?,
        })
    }
}

impl ToTokens for Arg {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        if let Some(name) = &self.name {
            tokens.extend(quote!(#name =));
        }
        self.value.to_tokens(tokens);
    }
}

/// `matches!(value, pattern)`
struct Matches {
    value: syn::Expr,
    pat: syn::Pat,
}

impl Parse for Matches {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let value = input.parse()?;
        input.parse::<syn::Token![,]>()?;
        let pat = syn::Pat::parse_multi_with_leading_vert(input)?;
        let pat = match input.parse::<Option<syn::Token![if]>>()? {
            None => pat,
            Some(if_token) => syn::Pat::Guard(syn::PatGuard {
                attrs: Vec::new(),
                pat: Box::new(pat),
                if_token,
                guard: input.parse()?,
            }),
        };
        input.parse::<Option<syn::Token![,]>>()?;
        Ok(Matches { value, pat })
    }
}

/// The variables that a macro names, for [`free_variables`]. Of a macro that is not known, every identifier.
pub(super) fn names_in(mac: &mut syn::Macro, bound: &[Vec<String>], found: &mut BTreeSet<String>) {
    let mut names = BTreeSet::new();
    match (kind(mac), Args::parse.parse2(mac.tokens.clone())) {
        (Kind::Unknown, _) | (_, Err(_)) => {
            idents(mac.tokens.clone(), &mut names);
            found.insert(super::names::EXIT.to_owned());
        }
        (_, Ok(content)) => {
            for arg in &content.args {
                names.extend(free_variables(&arg.value));
            }
            names.extend(captures(&content));
        }
    }
    names.retain(|name| !bound.iter().flatten().any(|bound| bound == name));
    found.extend(names);
}

/// What `dbg!` passes through; nothing of another macro.
pub(super) fn dbg_args(mac: &syn::Macro) -> Vec<syn::Expr> {
    let content = match kind(mac) {
        Kind::Dbg => Args::parse.parse2(mac.tokens.clone()).ok(),
        Kind::Effect | Kind::Panic | Kind::Vec | Kind::Matches | Kind::Text | Kind::Host | Kind::Unknown => {
            None
        }
    };
    let args = content.into_iter().flat_map(|content| content.args);
    args.map(|arg| arg.value).collect()
}

fn idents(tokens: TokenStream, into: &mut BTreeSet<String>) {
    for token in tokens {
        match token {
            proc_macro2::TokenTree::Ident(ident) => {
                into.insert(ident.to_string());
            }
            proc_macro2::TokenTree::Group(group) => idents(group.stream(), into),
            proc_macro2::TokenTree::Punct(_) | proc_macro2::TokenTree::Literal(_) => (),
        }
    }
}

/// The names that the format string takes from around it: `{x}`, `{x:>width$}`.
fn captures(content: &Args) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let given: Vec<_> = content.args.iter().filter_map(|arg| arg.name.as_ref()).collect();
    let literals = content.args.iter().filter_map(|arg| match &arg.value {
        syn::Expr::Lit(syn::ExprLit {
            lit: syn::Lit::Str(text),
            ..
        }) if arg.name.is_none() => Some(text.value()),
        _ => None,
    });
    for text in literals {
        for name in names_in_format(&text) {
            if !given.iter().any(|given| **given == name) {
                found.insert(name);
            }
        }
    }
    found
}

fn names_in_format(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        rest = &rest[open + 1..];
        if let Some(literal) = rest.strip_prefix('{') {
            rest = literal;
            continue;
        }
        let Some(close) = rest.find('}') else { break };
        let inside = &rest[..close];
        rest = &rest[close + 1..];
        let (name, spec) = inside.split_once(':').unwrap_or((inside, ""));
        let widths = spec.split('$').collect::<Vec<_>>();
        let (_, widths) = widths.split_last().unwrap_or((&"", &[]));
        let width = |text: &&str| {
            let start = text
                .char_indices()
                .rev()
                .take_while(|(_, c)| c.is_alphanumeric() || *c == '_')
                .last()
                .map_or(text.len(), |(at, _)| at);
            text[start..]
                .trim_start_matches(|c: char| c.is_ascii_digit())
                .to_owned()
        };
        found.push(name.trim().to_owned());
        found.extend(widths.iter().map(width));
    }
    found.retain(|name| name.starts_with(|c: char| c.is_alphabetic() || c == '_'));
    found
}

impl Lowerer<'_> {
    /// A macro as an expression or a statement.
    pub(super) fn macro_expr(
        &mut self,
        expr: &syn::Expr,
        mac: &syn::Macro,
        want: Option<&Type>,
    ) -> Lowered<Operand> {
        match kind(mac) {
            Kind::Effect => {
                self.effect_macro(mac)?;
                Ok(Operand::UNIT)
            }
            Kind::Panic => {
                self.effect_macro(mac)?;
                Err(Halt::Never)
            }
            Kind::Dbg => self.dbg(mac, want),
            Kind::Vec => self.vec_macro(mac, want),
            Kind::Matches => self.matches(mac),
            Kind::Text => self.text_macro(mac),
            Kind::Host => self.host(expr, want),
            Kind::Unknown if mac.path.segments.last().is_some_and(|last| last.ident == "asm") => self.refuse(
                &mac.path,
                "inline assembly cannot be differentiated",
                "move it to a function of its own, and give its derivative by `#[differentiable(derivative(..))]`",
            ),
            Kind::Unknown => self.refuse(
                &mac.path,
                &format!(
                    "the macro `{}` is not known, and what it expands to cannot be seen",
                    mac.path.to_token_stream().to_string().replace(' ', "")
                ),
                "write out what it stands for, or call it in a function of its own",
            ),
        }
    }

    /// Runs the macro as it stands, with our variables in it.
    fn effect_macro(&mut self, mac: &syn::Macro) -> Lowered<()> {
        let mut template = Template::new(Allow::Anything);
        let mut mac = mac.clone();
        self.fill_macro(&mut mac, &[], &mut template)?;
        self.effect(Instr::Host {
            template: mac.to_token_stream(),
            args: template.args,
            pure: false,
        });
        Ok(())
    }

    fn text_macro(&mut self, mac: &syn::Macro) -> Lowered<Operand> {
        let mut template = Template::new(Allow::Anything);
        let mut mac = mac.clone();
        self.fill_macro(&mut mac, &[], &mut template)?;
        let carried = template.args.iter().any(|arg| match arg {
            HostArg::Value(id) => self.varied.values.contains(id),
            HostArg::Place(at) | HostArg::PlaceMut(at) => self.varied.places.contains(&at.root),
        });
        let instr = Instr::Host {
            template: mac.to_token_stream(),
            args: template.args,
            pure: !template.writes,
        };
        let id = self.one(instr, Type::Host);
        if carried {
            self.varied.bits.insert(id);
        }
        Ok(Operand::Value(id))
    }

    /// Puts holes into the arguments of a macro.
    pub(super) fn fill_macro(
        &mut self,
        mac: &mut syn::Macro,
        bound: &[Vec<String>],
        template: &mut Template,
    ) -> Lowered<()> {
        if kind(mac) == Kind::Matches {
            let Ok(mut parts) = Matches::parse.parse2(mac.tokens.clone()) else {
                return self.unsupported(&mac.path, "this macro");
            };
            self.fill_bound(&mut parts.value, template, bound, Position::Base)?;
            if let syn::Pat::Guard(it) = &mut parts.pat {
                let mut inner = bound.to_vec();
                inner.push(Vec::new());
                super::names::bound_names(&it.pat, inner.last_mut().expect("just pushed"));
                self.fill_bound(&mut it.guard, template, &inner, Position::Value)?;
            }
            let (value, pat) = (&parts.value, &parts.pat);
            mac.tokens = quote!(#value, #pat);
            return Ok(());
        }
        let content = Args::parse.parse2(mac.tokens.clone());
        let (Ok(mut content), false) = (content, kind(mac) == Kind::Unknown) else {
            let mut names = BTreeSet::new();
            idents(mac.tokens.clone(), &mut names);
            if names.iter().any(|name| self.scopes.find(name).is_some()) {
                return self.refuse(
                    &mac.path,
                    "this macro is not known, and it names variables of the function",
                    "write out what it stands for, or call it in a function of its own",
                );
            }
            return Ok(());
        };
        let names = captures(&content);
        let position = match kind(mac) {
            Kind::Vec => Position::Value,
            Kind::Effect
            | Kind::Panic
            | Kind::Dbg
            | Kind::Matches
            | Kind::Text
            | Kind::Host
            | Kind::Unknown => Position::Shown,
        };
        let writes = mac.path.is_ident("write") || mac.path.is_ident("writeln");
        for (k, arg) in content.args.iter_mut().enumerate() {
            let position = if writes && k == 0 {
                Position::Written
            } else {
                position
            };
            self.fill_bound(&mut arg.value, template, bound, position)?;
        }
        for name in names {
            let inner = bound.iter().flatten().any(|bound| *bound == name);
            let at = mac.path.segments[0].ident.span();
            let ident = syn::Ident::new(&name, at);
            let raw = format!("r#{name}");
            let variable = match (self.scopes.find(&name), self.scopes.find(&raw)) {
                (Some(_), _) if !inner => ident.clone(),
                (None, Some(_)) => syn::Ident::new_raw(&name, at),
                _ => continue,
            };
            // The string would look for the user's variable, and ours has another name.
            let mut value: syn::Expr = syn::parse_quote!(#variable);
            self.fill_bound(&mut value, template, bound, Position::Shown)?;
            if !content.args.empty_or_trailing() {
                content.args.push_punct(Default::default());
            }
            content.args.push_value(Arg {
                name: Some(ident),
                value,
            });
        }
        let args = content.args.iter();
        mac.tokens = if content.semi {
            quote!(#(#args);*)
        } else {
            quote!(#(#args),*)
        };
        Ok(())
    }

    /// `dbg!(x)` gives `x`, and prints what std's prints.
    fn dbg(&mut self, mac: &syn::Macro, want: Option<&Type>) -> Lowered<Operand> {
        let Ok(content) = Args::parse.parse2(mac.tokens.clone()) else {
            return self.unsupported(&mac.path, "this macro");
        };
        let mut parts = Vec::new();
        for arg in &content.args {
            let operand = self.in_place(&arg.value, want)?;
            let operand = self.settled(operand);
            let mut args = Vec::new();
            let Some(tokens) = super::host::parts_template(self, &operand, &mut args) else {
                return self.unsupported(&arg.value, "`dbg!` of this");
            };
            let text = arg.value.to_token_stream().to_string();
            // The line is that of the user's `dbg!`.
            let at = super::operators::operator_span(&mac.path);
            self.effect(Instr::Host {
                template: quote_spanned! {at=>
                    ::std::eprintln!(
                        "[{}:{}:{}] {} = {:#?}",
                        ::core::file!(), ::core::line!(), ::core::column!(), #text, &#tokens
                    )
                },
                args,
                pure: false,
            });
            parts.push(operand);
        }
        Ok(match parts.len() {
            1 => parts.swap_remove(0),
            _ => Operand::Tuple(parts),
        })
    }

    /// `matches!(value, pattern)`
    fn matches(&mut self, mac: &syn::Macro) -> Lowered<Operand> {
        let Ok(parts) = Matches::parse.parse2(mac.tokens.clone()) else {
            return self.unsupported(&mac.path, "this macro");
        };
        let value = self.in_place(&parts.value, None)?;
        let test = self.test_with_guard(&parts.pat, &value)?;
        let test = match test {
            Some(test) => test,
            None => self.b.bool(true),
        };
        Ok(Operand::Value(test))
    }
}
