//! The names of local variables. While code is written, every variable is a placeholder; when all is written, each gets
//! the best name that is free where it stands: the newest variable takes its name over from one that nobody mentions
//! any more, as a person shadows with `let x = …`.

use crate::names::{local, site};
use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use std::collections::BTreeMap;

/// A local variable of the code that is being written.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Local(usize);

/// All variables of one function.
#[derive(Default)]
pub(super) struct Locals {
    wishes: Vec<String>,
}

/// The code of a function in the order in which it is read; the closure is the last piece.
pub(super) struct Pieces<'a> {
    pub(super) params: &'a mut Vec<TokenStream>,
    pub(super) stmts: &'a mut TokenStream,
    pub(super) result: &'a mut TokenStream,
    pub(super) closure: Option<Box<Pieces<'a>>>,
}

const DECLARED: &str = "__autodiff_let_";
const USED: &str = "__autodiff_use_";

impl Locals {
    /// A variable that would like to be called `wish`.
    pub(super) fn new_local(&mut self, wish: impl Into<String>) -> Local {
        let wish = wish.into();
        let wish = wish.strip_prefix("r#").unwrap_or(&wish);
        self.wishes.push(wish.to_owned());
        Local(self.wishes.len() - 1)
    }

    /// The variable in a pattern. Its scope begins behind the statement (`let`), or inside of the block (`for`, `if let`).
    pub(super) fn declared(&self, var: Local, at: Span) -> Ident {
        Ident::new(&format!("{DECLARED}{}", var.0), site(at))
    }

    /// The variable in an expression.
    pub(super) fn used(&self, var: Local, at: Span) -> Ident {
        Ident::new(&format!("{USED}{}", var.0), site(at))
    }

    /// Replaces all placeholders by names.
    pub(super) fn finish(self, mut pieces: Pieces<'_>) {
        let mut scan = Scan {
            events: Vec::new(),
            open: Vec::new(),
            scopes: Vec::new(),
            lists: 0,
        };
        scan.function(&pieces);
        let names = scan.names(&self.wishes);
        rename_pieces(&mut pieces, &names);
    }
}

/// What a placeholder is.
enum Placeholder {
    Declared(usize),
    Used(usize),
}

fn placeholder(ident: &Ident) -> Option<Placeholder> {
    let text = ident.to_string();
    let number = |prefix| {
        text.strip_prefix(prefix)
            .and_then(|number: &str| number.parse().ok())
    };
    match number(DECLARED) {
        Some(var) => Some(Placeholder::Declared(var)),
        None => number(USED).map(Placeholder::Used),
    }
}

#[derive(Clone, Copy)]
enum Event {
    /// A variable begins: the number of its scope, and of the list or pattern that must not name two alike.
    Declared {
        var: usize,
        scope: usize,
        list: usize,
    },
    Used(usize),
}

struct Scan {
    /// In the order of the text.
    events: Vec<Event>,
    /// The scopes that are open.
    open: Vec<usize>,
    /// The event behind the last one of each scope.
    scopes: Vec<usize>,
    /// Lists of parameters and patterns so far.
    lists: usize,
}

/// Variables of a pattern that are not in scope yet.
#[derive(Default)]
struct Pending {
    vars: Vec<usize>,
    until: Option<Until>,
}

#[derive(Clone, Copy, PartialEq)]
enum Until {
    Semicolon,
    Block,
}

impl Scan {
    fn function(&mut self, pieces: &Pieces<'_>) {
        self.enter();
        let mut params = Pending {
            until: Some(Until::Block),
            ..Pending::default()
        };
        for param in &*pieces.params {
            self.stream(param, &mut params);
        }
        self.flush(&mut params);
        self.stream(pieces.stmts, &mut Pending::default());
        self.stream(pieces.result, &mut Pending::default());
        if let Some(closure) = &pieces.closure {
            self.function(closure);
        }
        self.leave();
    }

    fn enter(&mut self) {
        self.open.push(self.scopes.len());
        self.scopes.push(usize::MAX);
    }

    fn leave(&mut self) {
        let scope = self.open.pop().expect("every scope that is left was entered");
        self.scopes[scope] = self.events.len();
    }

    fn flush(&mut self, pending: &mut Pending) {
        pending.until = None;
        self.lists += 1;
        let (list, scope) = (self.lists, *self.open.last().expect("the function is a scope"));
        for var in std::mem::take(&mut pending.vars) {
            self.events.push(Event::Declared { var, scope, list });
        }
    }

    fn stream(&mut self, stream: &TokenStream, pending: &mut Pending) {
        // Whether the last token makes a `let` one of `if let` or `while let`.
        let mut refutable = false;
        for tree in stream.clone() {
            let was_refutable = std::mem::take(&mut refutable);
            match tree {
                TokenTree::Ident(ident) => match placeholder(&ident) {
                    Some(Placeholder::Used(var)) => self.events.push(Event::Used(var)),
                    Some(Placeholder::Declared(var)) => pending.vars.push(var),
                    None if ident == "let" => {
                        pending.until = Some(match was_refutable {
                            true => Until::Block,
                            false => Until::Semicolon,
                        });
                    }
                    None if ident == "for" => pending.until = Some(Until::Block),
                    None => refutable = ident == "if" || ident == "while",
                },
                TokenTree::Punct(punct) => {
                    if punct.as_char() == ';' && pending.until == Some(Until::Semicolon) {
                        self.flush(pending);
                    }
                }
                TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                    self.enter();
                    if pending.until == Some(Until::Block) {
                        self.flush(pending);
                    }
                    self.stream(&group.stream(), &mut Pending::default());
                    self.leave();
                }
                TokenTree::Group(group) => self.stream(&group.stream(), pending),
                TokenTree::Literal(_) => (),
            }
        }
    }

    /// A name for each variable; `_` for one that nobody uses.
    fn names(&self, wishes: &[String]) -> Vec<Name> {
        let mut uses: Vec<Vec<usize>> = vec![Vec::new(); wishes.len()];
        for (at, event) in self.events.iter().enumerate() {
            if let Event::Used(var) = event {
                uses[*var].push(at);
            }
        }
        let mut names = vec![Name::default(); wishes.len()];
        // Who bears a name, the end of the bearer's scope, and its list.
        let mut bearers: BTreeMap<String, Vec<(usize, usize, usize)>> = BTreeMap::new();
        for (at, event) in self.events.iter().enumerate() {
            let Event::Declared { var, scope, list } = *event else {
                continue;
            };
            let end = self.scopes[scope];
            let taken = |text: &str| {
                let mut bearers = bearers.get(text).into_iter().flatten();
                bearers.any(|(other, other_end, other_list)| {
                    let later = uses[*other].partition_point(|used| *used < at);
                    let read = *other_end > at && uses[*other].get(later).is_some_and(|used| *used < end);
                    read || *other_list == list
                })
            };
            let wish = &wishes[var];
            let text = candidates(wish)
                .find(|text| !taken(text))
                .expect("there is always one more number");
            bearers.entry(text.clone()).or_default().push((var, end, list));
            names[var] = Name {
                text,
                used: !uses[var].is_empty(),
            };
        }
        names
    }
}

/// `x`, `x1`, `x2`, …; of a name that ends in a digit `x1`, `x1_1`, …
fn candidates(wish: &str) -> impl Iterator<Item = String> {
    let separator = if wish.ends_with(|last: char| last.is_ascii_digit()) {
        "_"
    } else {
        ""
    };
    let numbered = (1..).map(move |number| format!("{wish}{separator}{number}"));
    std::iter::once(wish.to_owned()).chain(numbered)
}

#[derive(Clone, Default, Debug)]
struct Name {
    text: String,
    used: bool,
}

fn rename_pieces(pieces: &mut Pieces<'_>, names: &[Name]) {
    for param in pieces.params.iter_mut() {
        // The names of parameters are for the reader of the signature, too.
        *param = rename(std::mem::take(param), names, true);
    }
    *pieces.stmts = rename(std::mem::take(pieces.stmts), names, false);
    *pieces.result = rename(std::mem::take(pieces.result), names, false);
    if let Some(closure) = &mut pieces.closure {
        rename_pieces(closure, names);
    }
}

fn rename(stream: TokenStream, names: &[Name], param: bool) -> TokenStream {
    let mut after_mut = false;
    let tree = |tree| match tree {
        TokenTree::Ident(ident) => {
            let mutable = std::mem::replace(&mut after_mut, ident == "mut");
            TokenTree::Ident(match placeholder(&ident) {
                None => ident,
                Some(Placeholder::Used(var)) => local(&names[var].text, ident.span()),
                Some(Placeholder::Declared(var)) => {
                    let name = &names[var];
                    match (name.used || param, mutable) {
                        (true, _) => local(&name.text, ident.span()),
                        (false, true) => local(&format!("_{}", name.text), ident.span()),
                        (false, false) => Ident::new("_", ident.span()),
                    }
                }
            })
        }
        TokenTree::Group(group) => {
            after_mut = false;
            let mut renamed = Group::new(group.delimiter(), rename(group.stream(), names, param));
            renamed.set_span(group.span());
            TokenTree::Group(renamed)
        }
        other => {
            after_mut = false;
            other
        }
    };
    stream.into_iter().map(tree).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Renames `stmts`, where variable `k` wishes to be called `wishes[k]`. `d0` declares variable 0, `u0` uses it.
    fn check(wishes: &[&str], stmts: &str, expected: &str) {
        let mut locals = Locals::default();
        for wish in wishes {
            locals.new_local(*wish);
        }
        let text = (0..wishes.len()).fold(stmts.to_owned(), |text, k| {
            let text = text.replace(&format!("d{k}"), &format!("{DECLARED}{k}"));
            text.replace(&format!("u{k}"), &format!("{USED}{k}"))
        });
        let parse = |text: &str| -> TokenStream { text.parse().expect("tests give tokens") };
        let mut stmts = parse(&text);
        locals.finish(Pieces {
            params: &mut Vec::new(),
            stmts: &mut stmts,
            result: &mut TokenStream::new(),
            closure: None,
        });
        assert_eq!(stmts.to_string(), parse(expected).to_string());
    }

    #[test]
    fn a_variable_that_is_done_gives_its_name_away() {
        check(
            &["x", "x"],
            "let d0 = 1.0; let d1 = u0 + 1.0; f(u1);",
            "let x = 1.0; let x = x + 1.0; f(x);",
        );
    }

    #[test]
    fn a_variable_that_is_still_read_keeps_its_name() {
        check(
            &["x", "x"],
            "let d0 = 1.0; let d1 = 2.0; f(u0, u1);",
            "let x = 1.0; let x1 = 2.0; f(x, x1);",
        );
        check(
            &["x", "x"],
            "let d0 = 1.0; { let d1 = 2.0; f(u1); } f(u0);",
            "let x = 1.0; { let x = 2.0; f(x); } f(x);",
        );
    }

    #[test]
    fn a_loop_variable_is_in_scope_of_the_body_only() {
        check(
            &["n", "n"],
            "let d0 = 1; for d1 in 0..u0 { f(u1); }",
            "let n = 1; for n in 0..n { f(n); }",
        );
    }

    #[test]
    fn a_variable_that_nobody_reads_has_no_name() {
        check(
            &["a", "i", "v"],
            "let (d0, mut d2) = f(); for d1 in 0..3 { }",
            "let (_, mut _v) = f(); for _ in 0..3 { }",
        );
    }

    #[test]
    fn a_number_behind_a_number_is_set_apart() {
        check(
            &["x1", "x1"],
            "let d0 = 1.0; let d1 = 2.0; f(u0, u1);",
            "let x1 = 1.0; let x1_1 = 2.0; f(x1, x1_1);",
        );
    }
}
