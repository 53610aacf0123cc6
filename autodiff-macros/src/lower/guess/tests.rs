//! Guesses from small blocks.

use super::*;

fn check_guess(block: &str, wanted: &str) {
    let block: syn::Block = syn::parse_str(block).expect("a block");
    let name = syn::Ident::new("y", proc_macro2::Span::call_site());
    let found = from_uses(&name, &block.stmts).map_or_else(|| "nothing".to_owned(), |ty| show(&ty));
    assert_eq!(found, wanted);
}

fn show(ty: &Type) -> String {
    match ty {
        Type::Aggregate(element) => format!("[{}]", show(element)),
        Type::Tuple(parts) => format!("({})", parts.iter().map(show).collect::<Vec<_>>().join(", ")),
        Type::Float(_) => "float".to_owned(),
        other => format!("{other:?}"),
    }
}

#[test]
fn arithmetic_says_float() {
    check_guess("{ y * 2.0 }", "float");
    check_guess("{ let z = y.sin(); z }", "float");
    check_guess("{ if y > 0.0 { 1.0 } else { 2.0 } }", "float");
    check_guess("{ x.atan2(y) }", "float");
}

#[test]
fn an_index_says_aggregate_once_for_each_level() {
    check_guess("{ y[0] + 1.0 }", "[float]");
    check_guess("{ y[0] * y[1] }", "[float]");
    check_guess("{ y[i][2] }", "[[float]]");
    check_guess("{ y[1..][2] }", "[float]");
    check_guess("{ y[0].1 }", "[(float, float)]");
    check_guess("{ y[0].len() }", "[[float]]");
}

#[test]
fn fields_and_patterns_say_tuple() {
    check_guess("{ y.0 + y.2 }", "(float, float, float)");
    check_guess("{ let (a, b) = y; a * b }", "(float, float)");
    check_guess("{ y.1[3] }", "(float, [float])");
}

#[test]
fn loops_over_it_say_aggregate_of_what_their_body_does() {
    check_guess("{ for x in &y { s += x; } }", "[float]");
    check_guess("{ for row in y.iter() { s += row[0]; } }", "[[float]]");
    check_guess("{ for (i, &x) in y.iter().enumerate() { s += x; } }", "[float]");
    check_guess("{ y.iter().map(|row| row[1]).sum::<f64>() }", "[[float]]");
    check_guess("{ y.iter().sum::<f64>() }", "[float]");
}

#[test]
fn a_shadowed_name_says_nothing() {
    check_guess("{ let y = 3; y[0] }", "nothing");
    check_guess("{ for y in z { y[0]; } }", "nothing");
    check_guess("{ z.map(|y| y[0]) }", "nothing");
    check_guess("{ h(y) }", "nothing");
}

#[test]
fn a_reference_to_it_suggests_an_aggregate_unless_something_else_is_sure() {
    check_guess("{ h(&y) }", "[float]");
    check_guess("{ h(&y) + y }", "float");
}
