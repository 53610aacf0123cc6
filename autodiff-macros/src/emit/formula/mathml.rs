//! Formulas as MathML, which browsers render without a script.

use super::Left;
use super::text::number;
use super::tree::{Product, Tree};

/// How tightly an expression holds together.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Level {
    Choice,
    Relation,
    Sum,
    Product,
    Factor,
    Base,
}

/// A block for each equation, then what the names in them mean.
pub(super) fn equations(equations: &[(Left, Tree)], definitions: &[(String, Tree)]) -> String {
    let mut rows = String::new();
    for (at, tree) in equations {
        rows.push_str(&row("", &left(at), tree));
    }
    for (k, (at, tree)) in definitions.iter().enumerate() {
        let word = if k == 0 { "<mtext>where\u{a0}</mtext>" } else { "" };
        rows.push_str(&row(word, &name(at), tree));
    }
    format!("<math display=\"block\"><mtable displaystyle=\"true\">{rows}</mtable></math>")
}

fn row(word: &str, left: &str, right: &Tree) -> String {
    let right = at_level(right, Level::Choice);
    format!(
        "<mtr><mtd style=\"text-align:right\">{word}{left}</mtd><mtd><mo>=</mo></mtd><mtd style=\"text-align:left\">{right}</mtd></mtr>"
    )
}

fn left(left: &Left) -> String {
    let d = "<mo>∂</mo>";
    match left {
        Left::First(f, x) => {
            let (f, x) = (name(f), name(x));
            fraction(&format!("{d}{f}"), &format!("{d}{x}"))
        }
        Left::Second(f, x, y) => {
            let d2 = format!("<msup>{d}<mn>2</mn></msup>");
            let under = match x == y {
                true => format!("{d}<msup>{}<mn>2</mn></msup>", name(x)),
                false => format!("{d}{}{d}{}", name(x), name(y)),
            };
            fraction(&format!("{d2}{}", name(f)), &under)
        }
        Left::Name(it) => name(it),
    }
}

fn fraction(over: &str, under: &str) -> String {
    format!("<mfrac><mrow>{over}</mrow><mrow>{under}</mrow></mfrac>")
}

/// `x`, `x[1][2]` as `x` with indices, `k1` as well; a tangent `x_dot` under a dot; Greek names as their letters.
fn name(text: &str) -> String {
    let (base, path) = text.split_at(text.find('[').unwrap_or(text.len()));
    let (base, dot) = match base.strip_suffix("_dot") {
        Some(base) => (base, true),
        None => (base, false),
    };
    let letters = base.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = &base[letters.len()..];
    let letters = letters.trim_end_matches('_');
    let symbol = match letters.is_empty() {
        true => format!("<mi>{}</mi>", escaped(base)),
        false => format!("<mi>{}</mi>", escaped(greek(letters))),
    };
    let symbol = match dot {
        true => format!("<mover>{symbol}<mo>˙</mo></mover>"),
        false => symbol,
    };
    let mut indices: Vec<String> = Vec::new();
    if !digits.is_empty() && !letters.is_empty() {
        indices.push(digits.to_owned());
    }
    indices.extend(
        path.split(['[', ']'])
            .filter(|k| !k.is_empty())
            .map(str::to_owned),
    );
    match indices.is_empty() {
        true => symbol,
        false => {
            let indices: Vec<_> = indices.iter().map(|k| format!("<mn>{k}</mn>")).collect();
            let indices = indices.join("<mo>,</mo>");
            format!("<msub>{symbol}<mrow>{indices}</mrow></msub>")
        }
    }
}

fn greek(name: &str) -> &str {
    const LETTERS: &[(&str, &str)] = &[
        ("alpha", "α"),
        ("beta", "β"),
        ("gamma", "γ"),
        ("delta", "δ"),
        ("epsilon", "ε"),
        ("eta", "η"),
        ("theta", "θ"),
        ("kappa", "κ"),
        ("lambda", "λ"),
        ("mu", "μ"),
        ("nu", "ν"),
        ("xi", "ξ"),
        ("rho", "ρ"),
        ("sigma", "σ"),
        ("tau", "τ"),
        ("phi", "φ"),
        ("chi", "χ"),
        ("psi", "ψ"),
        ("omega", "ω"),
        ("PI", "π"),
    ];
    let known = LETTERS.iter().find(|(word, _)| *word == name);
    known.map_or(name, |(_, letter)| letter)
}

fn at_level(tree: &Tree, around: Level) -> String {
    let (text, level) = print(tree);
    if level < around {
        format!("<mrow><mo>(</mo>{text}<mo>)</mo></mrow>")
    } else {
        format!("<mrow>{text}</mrow>")
    }
}

fn print(tree: &Tree) -> (String, Level) {
    match tree {
        Tree::Number(x) => (format!("<mn>{}</mn>", number(*x)), Level::Base),
        Tree::Name(it) => (name(it), Level::Base),
        Tree::Sum(terms) => {
            let mut res = String::new();
            for (k, (negative, term)) in terms.iter().enumerate() {
                res.push_str(match (k, negative) {
                    (0, false) => "",
                    (_, false) => "<mo>+</mo>",
                    (_, true) => "<mo>−</mo>",
                });
                res.push_str(&at_level(term, Level::Product));
            }
            (res, Level::Sum)
        }
        Tree::Product(it) => product(it),
        Tree::Power(base, n) => {
            let base = at_level(base, Level::Base);
            let power = format!("<msup>{base}<mn>{}</mn></msup>", number(*n));
            (power, Level::Factor)
        }
        Tree::Call(name, args) => call(name, args),
        Tree::Relation(sign, a, b) => {
            let (a, b) = (at_level(a, Level::Sum), at_level(b, Level::Sum));
            (format!("{a}<mo>{}</mo>{b}", escaped(sign)), Level::Relation)
        }
        Tree::Not(a) => {
            let a = at_level(a, Level::Base);
            (format!("<mo>¬</mo>{a}"), Level::Relation)
        }
        Tree::Choice(cond, then, otherwise) => {
            let (cond, then) = (at_level(cond, Level::Relation), at_level(then, Level::Sum));
            let otherwise = at_level(otherwise, Level::Choice);
            let text = format!("{then}<mtext> if </mtext>{cond}<mtext>, else </mtext>{otherwise}");
            (text, Level::Choice)
        }
    }
}

fn product(it: &Product) -> (String, Level) {
    let sign = if it.negative { "<mo>−</mo>" } else { "" };
    let mut factors: Vec<String> = Vec::new();
    if it.coefficient != 1.0 || it.over.is_empty() {
        factors.push(format!("<mn>{}</mn>", number(it.coefficient)));
    }
    let alone = it.over.len() == 1 && factors.is_empty() && !it.under.is_empty();
    let level = if alone { Level::Sum } else { Level::Factor };
    factors.extend(it.over.iter().map(|factor| at_level(factor, level)));
    let space = "<mspace width=\"0.17em\"/>";
    let over = factors.join(space);
    if it.under.is_empty() {
        return (format!("{sign}{over}"), Level::Product);
    }
    // A fraction's bar is a bracket.
    let level = if it.under.len() == 1 {
        Level::Sum
    } else {
        Level::Factor
    };
    let under: Vec<_> = it.under.iter().map(|factor| at_level(factor, level)).collect();
    let text = format!("{sign}{}", fraction(&over, &under.join(space)));
    (text, Level::Product)
}

fn call(name: &str, args: &[Tree]) -> (String, Level) {
    let text: Vec<_> = args.iter().map(|arg| at_level(arg, Level::Choice)).collect();
    let within = |open: &str, close: &str| {
        let text = format!("<mo>{open}</mo>{}<mo>{close}</mo>", text[0]);
        (text, Level::Base)
    };
    match (name, args) {
        ("sqrt", [_]) => (format!("<msqrt>{}</msqrt>", text[0]), Level::Base),
        ("exp", [_]) => (format!("<msup><mi>e</mi>{}</msup>", text[0]), Level::Factor),
        ("abs", [_]) => within("|", "|"),
        ("floor", [_]) => within("⌊", "⌋"),
        ("ceil", [_]) => within("⌈", "⌉"),
        ("pow", [base, _]) => {
            let base = at_level(base, Level::Base);
            (format!("<msup>{base}{}</msup>", text[1]), Level::Factor)
        }
        _ => {
            let args = text.join("<mo>,</mo>");
            let text = format!("<mi>{name}</mi><mo>(</mo>{args}<mo>)</mo>");
            (text, Level::Base)
        }
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
