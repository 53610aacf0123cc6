//! Formulas as text: `∂f/∂x = 2x·cos(y) + 1/z²`.

use super::Left;
use super::tree::{Product, Tree};

/// How tightly an expression holds together.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Level {
    Choice,
    Relation,
    Sum,
    Product,
    /// What may stand below a fraction's bar: one factor.
    Factor,
    /// What may have an exponent.
    Base,
}

/// One equation a line, then what the names in them mean.
pub(super) fn equations(equations: &[(Left, Tree)], definitions: &[(String, Tree)]) -> String {
    let lines = equations
        .iter()
        .map(|(at, tree)| format!("{} = {}", left(at), at_level(tree, Level::Choice)));
    let mut lines: Vec<String> = lines.collect();
    for (k, (name, tree)) in definitions.iter().enumerate() {
        let word = if k == 0 { "where " } else { "      " };
        lines.push(format!("{word}{name} = {}", at_level(tree, Level::Choice)));
    }
    lines.join("\n")
}

fn left(left: &Left) -> String {
    match left {
        Left::First(f, x) => format!("∂{f}/∂{x}"),
        Left::Second(f, x, y) if x == y => format!("∂²{f}/∂{x}²"),
        Left::Second(f, x, y) => format!("∂²{f}/∂{x}∂{y}"),
        Left::Name(name) => name.clone(),
    }
}

fn at_level(tree: &Tree, around: Level) -> String {
    let (text, level) = print(tree);
    if level < around { format!("({text})") } else { text }
}

fn print(tree: &Tree) -> (String, Level) {
    match tree {
        Tree::Number(x) => (number(*x), Level::Base),
        Tree::Name(name) => (name.clone(), Level::Base),
        Tree::Sum(terms) => {
            let mut res = String::new();
            for (k, (negative, term)) in terms.iter().enumerate() {
                res.push_str(match (k, negative) {
                    (0, false) => "",
                    (0, true) => "-",
                    (_, false) => " + ",
                    (_, true) => " - ",
                });
                res.push_str(&at_level(term, Level::Product));
            }
            (res, Level::Sum)
        }
        Tree::Product(it) => product(it),
        Tree::Power(base, n) => {
            let base = at_level(base, Level::Base);
            (format!("{base}{}", exponent(*n)), Level::Factor)
        }
        Tree::Call(name, args) => call(name, args),
        Tree::Relation(sign, a, b) => {
            let (a, b) = (at_level(a, Level::Sum), at_level(b, Level::Sum));
            (format!("{a} {sign} {b}"), Level::Relation)
        }
        Tree::Not(a) => (format!("not {}", at_level(a, Level::Base)), Level::Relation),
        Tree::Choice(cond, then, otherwise) => {
            let (cond, then) = (at_level(cond, Level::Relation), at_level(then, Level::Sum));
            let otherwise = at_level(otherwise, Level::Choice);
            (format!("{then} if {cond}, else {otherwise}"), Level::Choice)
        }
    }
}

fn product(it: &Product) -> (String, Level) {
    let mut res = String::new();
    if it.negative {
        res.push('-');
    }
    if it.coefficient != 1.0 || it.over.is_empty() {
        res.push_str(&number(it.coefficient));
    }
    for (k, factor) in it.over.iter().enumerate() {
        let text = at_level(factor, Level::Factor);
        // A number stands right in front of a letter, `2x`, and of a bracket.
        let close = k == 0 && (is_letter(factor) || text.starts_with(['(', '√']));
        let first = k == 0 && it.coefficient == 1.0;
        if !first && !close {
            res.push('·');
        }
        res.push_str(&text);
    }
    match it.under.as_slice() {
        [] => (),
        [one] => {
            res.push('/');
            res.push_str(&at_level(one, Level::Factor));
        }
        several => {
            let factors: Vec<_> = several.iter().map(|it| at_level(it, Level::Factor)).collect();
            let text = match &several[0] {
                Tree::Number(_) => format!("{}{}", factors[0], factors[1..].join("·")),
                _ => factors.join("·"),
            };
            res.push_str(&format!("/({text})"));
        }
    }
    (res, Level::Product)
}

/// A variable of one letter: `x`, `x1`, `x[2]`, `x²`.
fn is_letter(tree: &Tree) -> bool {
    match tree {
        Tree::Name(name) => {
            let base = name.split('[').next().unwrap_or(name);
            base.chars().filter(|c| !c.is_ascii_digit()).count() == 1
        }
        Tree::Power(base, _) => is_letter(base),
        Tree::Number(_)
        | Tree::Sum(_)
        | Tree::Product(_)
        | Tree::Call(..)
        | Tree::Relation(..)
        | Tree::Not(_)
        | Tree::Choice(..) => false,
    }
}

fn call(name: &str, args: &[Tree]) -> (String, Level) {
    let text: Vec<_> = args.iter().map(|arg| at_level(arg, Level::Choice)).collect();
    match (name, args) {
        ("sqrt", [Tree::Name(name)]) => (format!("√{name}"), Level::Factor),
        ("sqrt", [_]) => (format!("√({})", text[0]), Level::Factor),
        ("abs", [_]) => (format!("|{}|", text[0]), Level::Base),
        ("floor", [_]) => (format!("⌊{}⌋", text[0]), Level::Base),
        ("ceil", [_]) => (format!("⌈{}⌉", text[0]), Level::Base),
        ("pow", [base, n]) => {
            let (base, n) = (at_level(base, Level::Base), at_level(n, Level::Base));
            (format!("{base}^{n}"), Level::Factor)
        }
        _ => (format!("{name}({})", text.join(", ")), Level::Base),
    }
}

fn exponent(n: f64) -> String {
    if n.fract() != 0.0 || n.abs() > 99.0 {
        return format!("^{}", number(n));
    }
    let raised = |digit: char| match digit {
        '0' => '⁰',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '4' => '⁴',
        '5' => '⁵',
        '6' => '⁶',
        '7' => '⁷',
        '8' => '⁸',
        '9' => '⁹',
        _ => '⁻',
    };
    number(n).chars().map(raised).collect()
}

/// `2`, `0.5`, `1e-9`
pub(super) fn number(x: f64) -> String {
    if x == std::f64::consts::PI {
        return "π".to_owned();
    }
    let plain = x == 0.0 || (1e-5..1e15).contains(&x.abs());
    if plain { format!("{x}") } else { format!("{x:e}") }
}
