use super::*;

/// What the body says of the fields of `P`, as `name: type` in the order of their names.
fn check(body: &str, wanted: &[&str]) {
    let item: syn::ItemFn = syn::parse_str(body).expect("a function");
    let fields = read(&item, &syn::parse_quote!(::differentiable));
    let it = fields.of_path(&syn::parse_quote!(P)).unwrap_or_default();
    let mut found: Vec<_> = it
        .fields
        .iter()
        .map(|(member, ty)| format!("{}: {}", member.to_token_stream(), spelled(ty)))
        .collect();
    found.sort();
    assert_eq!(found, wanted, "{body}");
}

fn spelled(ty: &Type) -> String {
    match ty {
        Type::Float(_) => "float".to_owned(),
        Type::Int(_) => "int".to_owned(),
        Type::Bool => "bool".to_owned(),
        Type::Vec(element) => format!("Vec<{}>", spelled(element)),
        Type::Aggregate(element) | Type::Slice(element) | Type::Array(element, _) => {
            format!("[{}]", spelled(element))
        }
        Type::Tuple(parts) => format!("({})", parts.iter().map(spelled).collect::<Vec<_>>().join(", ")),
        Type::Struct(it) if it.fields.is_empty() => "?".to_owned(),
        Type::Struct(it) => {
            let fields = it.fields.iter();
            let fields = fields.map(|(member, ty)| format!("{}: {}", member.to_token_stream(), spelled(ty)));
            format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
        }
        Type::Host => "constant".to_owned(),
        Type::Pullback => "pullback".to_owned(),
        Type::Matrix(_) => "matrix".to_owned(),
    }
}

#[test]
fn arithmetic_and_methods_make_floats() {
    check(
        "fn f(p: &P, x: f64) -> f64 { p.a * x + p.b.sin() - p.c / p.d }",
        &["a: float", "b: float", "c: float", "d: float"],
    );
    check("fn f(p: &P) -> f64 { let a = p.a; let q = a; -q }", &["a: float"]);
    check("fn f(p: P) -> f64 { p.a }", &["a: float"]);
}

#[test]
fn counters_and_indices_are_integers() {
    check(
        "fn f(p: &P, x: &[f64]) -> f64 { for i in 0..p.n { } x[p.k] }",
        &["k: int", "n: int"],
    );
    check(
        "fn f(p: &P, x: f64) -> f64 { if p.n == 3 && p.on { x } else { 0.0 } }",
        &["n: int", "on: bool"],
    );
    check("fn f(p: &P) { let k = 2 * p.n + 1; }", &["n: int"]);
    check("fn f(p: &P) -> f64 { p.n as f64 }", &["n: int"]);
}

#[test]
fn lists_have_the_elements_of_their_uses() {
    check(
        "fn f(p: &P, i: usize) -> f64 { p.w[i][0].exp() + p.v.iter().map(|x| x * 2.0).sum::<f64>() }",
        &["v: [float]", "w: [[float]]"],
    );
    check(
        "fn f(p: &mut P) { p.w.push(1.0); for (a, b) in p.u.iter().zip(&p.v) { let c = a * b + 1.0; } }",
        &["u: [float]", "v: [float]", "w: Vec<float>"],
    );
}

#[test]
fn structs_nest_and_what_is_handed_on_stays_open() {
    check(
        "fn f(p: &P) -> f64 { p.inner.c.sin() + g(&p.other) }",
        &["inner: {c: float}", "other: ?"],
    );
    check("fn f(p: &P) -> f64 { p.pair.0 * 2.0 }", &["pair: {0: float}"]);
    check(
        "fn f(ps: &[P]) -> f64 { ps.iter().map(|p| p.mass * 2.0).sum() }",
        &["mass: float"],
    );
    check("fn f(x: f64) -> P { P { a: x, ..g() } }", &["a: float"]);
    check(
        "fn f(p: &P) -> f64 { let P { a, b: [c, ..], .. } = p; a * 2.0 + c }",
        &["a: float", "b: [float]"],
    );
}

#[test]
fn a_number_behind_a_name_is_no_struct() {
    let item: syn::ItemFn = syn::parse_quote!(
        fn f(x: Real, y: &Real) -> Real {
            x * y
        }
    );
    let fields = read(&item, &syn::parse_quote!(::differentiable));
    assert!(fields.of_lent(&syn::parse_quote!(Real)).is_none());
}
