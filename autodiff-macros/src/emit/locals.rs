//! The names of local variables. While code is written, every variable is a placeholder; when all is written, each gets
//! the best name that is free where it stands: the newest variable takes its name over from one that nobody mentions
//! any more, as a person shadows with `let x = …`.

use crate::names::{named as ident, site};
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

const PLACEHOLDER: &str = "__autodiff_";
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
        let mut nodes = Vec::new();
        collect(&mut pieces, &mut nodes);
        let mut scan = Scan {
            events: Vec::new(),
            open: Vec::new(),
            scopes: Vec::new(),
            lists: 0,
        };
        scan.function(&nodes);
        let names = scan.names(&self.wishes);
        write(pieces, &mut nodes.into_iter(), &names);
    }
}

/// A function or its closure, its tokens looked at once.
struct Parts {
    params: Vec<Vec<Node>>,
    stmts: Vec<Node>,
    result: Vec<Node>,
}

/// A token as far as names care.
enum Node {
    Declared(usize, Span),
    Used(usize, Span),
    Word(Ident, Word),
    Group(Delimiter, Vec<Node>, Span),
    Other(TokenTree),
}

#[derive(Clone, Copy, PartialEq)]
enum Word {
    Let,
    For,
    /// `if` or `while`, which may have a `let` behind them.
    Condition,
    Mut,
    Other,
}

fn collect(pieces: &mut Pieces<'_>, out: &mut Vec<Parts>) {
    out.push(Parts {
        params: pieces.params.drain(..).map(nodes).collect(),
        stmts: nodes(std::mem::take(pieces.stmts)),
        result: nodes(std::mem::take(pieces.result)),
    });
    if let Some(closure) = &mut pieces.closure {
        collect(closure, out);
    }
}

fn nodes(stream: TokenStream) -> Vec<Node> {
    let mut res = Vec::new();
    for tree in stream {
        res.push(match tree {
            TokenTree::Ident(ident) => word(ident),
            TokenTree::Group(group) => Node::Group(group.delimiter(), nodes(group.stream()), group.span()),
            other => Node::Other(other),
        });
    }
    res
}

fn word(ident: Ident) -> Node {
    let text = ident.to_string();
    let number = |prefix| {
        text.strip_prefix(prefix)
            .and_then(|number: &str| number.parse().ok())
    };
    if text.starts_with(PLACEHOLDER) {
        if let Some(var) = number(DECLARED) {
            return Node::Declared(var, ident.span());
        }
        if let Some(var) = number(USED) {
            return Node::Used(var, ident.span());
        }
    }
    let word = match text.as_str() {
        "let" => Word::Let,
        "for" => Word::For,
        "if" | "while" => Word::Condition,
        "mut" => Word::Mut,
        _ => Word::Other,
    };
    Node::Word(ident, word)
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
    /// The first of `all` with the closures behind it, which are inside.
    fn function(&mut self, all: &[Parts]) {
        let Some((first, closures)) = all.split_first() else {
            return;
        };
        self.enter();
        let mut params = Pending {
            until: Some(Until::Block),
            ..Pending::default()
        };
        for param in &first.params {
            self.stream(param, &mut params);
        }
        self.flush(&mut params);
        self.stream(&first.stmts, &mut Pending::default());
        self.stream(&first.result, &mut Pending::default());
        self.function(closures);
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

    fn stream(&mut self, stream: &[Node], pending: &mut Pending) {
        // Whether the last token makes a `let` one of `if let` or `while let`.
        let mut refutable = false;
        for node in stream {
            let was_refutable = std::mem::take(&mut refutable);
            match node {
                Node::Used(var, _) => self.events.push(Event::Used(*var)),
                Node::Declared(var, _) => pending.vars.push(*var),
                Node::Word(_, word) => match word {
                    Word::Let => {
                        pending.until = Some(match was_refutable {
                            true => Until::Block,
                            false => Until::Semicolon,
                        });
                    }
                    Word::For => pending.until = Some(Until::Block),
                    Word::Condition => refutable = true,
                    Word::Mut | Word::Other => (),
                },
                Node::Other(TokenTree::Punct(punct)) => {
                    if punct.as_char() == ';' && pending.until == Some(Until::Semicolon) {
                        self.flush(pending);
                    }
                }
                Node::Group(Delimiter::Brace, inner, _) => {
                    self.enter();
                    if pending.until == Some(Until::Block) {
                        self.flush(pending);
                    }
                    self.stream(inner, &mut Pending::default());
                    self.leave();
                }
                Node::Group(_, inner, _) => self.stream(inner, pending),
                Node::Other(_) => (),
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

fn write(pieces: Pieces<'_>, all: &mut impl Iterator<Item = Parts>, names: &[Name]) {
    let parts = all.next().expect("each function was collected");
    // The names of parameters are for the reader of the signature, too.
    let params = parts.params.into_iter().map(|param| named(param, names, true));
    pieces.params.extend(params);
    *pieces.stmts = named(parts.stmts, names, false);
    *pieces.result = named(parts.result, names, false);
    if let Some(closure) = pieces.closure {
        write(*closure, all, names);
    }
}

fn named(stream: Vec<Node>, names: &[Name], param: bool) -> TokenStream {
    let mut trees: Vec<TokenTree> = Vec::with_capacity(stream.len());
    let mut mutable = false;
    for node in stream {
        let after_mut = std::mem::take(&mut mutable);
        trees.push(match node {
            Node::Used(var, span) => ident(&names[var].text, span).into(),
            Node::Declared(var, span) => {
                let name = &names[var];
                let word = match (name.used || param, after_mut) {
                    (true, _) => ident(&name.text, span),
                    (false, true) => ident(&format!("_{}", name.text), span),
                    (false, false) => Ident::new("_", span),
                };
                word.into()
            }
            Node::Word(ident, word) => {
                mutable = word == Word::Mut;
                ident.into()
            }
            Node::Group(delimiter, inner, span) => {
                let mut group = Group::new(delimiter, named(inner, names, param));
                group.set_span(span);
                group.into()
            }
            Node::Other(tree) => tree,
        });
    }
    trees.into_iter().collect()
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
