//! Functions that are understood, and mistakes that are told.

use super::*;
use quote::{ToTokens, quote};

fn messages(args: TokenStream, item: TokenStream) -> Vec<String> {
    let mut diags = Diags::default();
    request(args, item, &mut diags);
    diags.messages()
}

/// One mistake in `item`, whose message holds `wanted`.
#[track_caller]
fn check_error(item: TokenStream, wanted: &str) {
    check_errors(TokenStream::new(), item, &[wanted]);
}

#[track_caller]
fn check_errors(args: TokenStream, item: TokenStream, wanted: &[&str]) {
    let found = messages(args, item);
    assert_eq!(found.len(), wanted.len(), "{found:#?}");
    for (found, wanted) in found.iter().zip(wanted) {
        assert!(found.contains(wanted), "{found} does not say: {wanted}");
        assert!(found.contains("\nhelp: "), "{found} has no help");
    }
}

fn read(item: TokenStream) -> Request {
    let mut diags = Diags::default();
    let request = request(TokenStream::new(), item, &mut diags);
    assert_eq!(diags.messages(), [""; 0]);
    request.expect("the function is fine")
}

#[track_caller]
fn check_shape(ty: TokenStream, passing: Passing, wanted: &str) {
    let request = read(quote! { fn f<'a, const N: usize>(x: #ty) -> f64 { 0.0 } });
    let param = &request.params[0];
    assert_eq!(
        (param.passing, format!("{:?}", param.shape)),
        (passing, wanted.to_owned())
    );
}

#[test]
fn shapes_of_parameters_are_understood() {
    check_shape(quote!(f64), Passing::Value, "Float(F64)");
    check_shape(quote!(&f32), Passing::Ref, "Float(F32)");
    check_shape(quote!(&'a [f64]), Passing::Ref, "Slice(Float(F64))");
    check_shape(quote!(&[f64; 3]), Passing::Ref, "Array(Float(F64), Known(3))");
    check_shape(quote!(&mut [f64]), Passing::RefMut, "Slice(Float(F64))");
    check_shape(
        quote!(std::vec::Vec<(core::primitive::f64)>),
        Passing::Value,
        "Vec(Float(F64))",
    );
    check_shape(
        quote!(&[[f64; 3]]),
        Passing::Ref,
        "Slice(Array(Float(F64), Known(3)))",
    );
    check_shape(
        quote!((f64, [f32; 2])),
        Passing::Value,
        "Tuple([Float(F64), Array(Float(F32), Known(2))])",
    );
}

#[test]
fn a_const_parameter_is_a_length_that_only_rustc_knows() {
    let request = read(quote! { fn f<const N: usize>(x: [f64; N]) -> f64 { x[0] } });
    assert!(matches!(
        &request.params[0].shape,
        Type::Array(_, crate::ir::Len::Expr(_))
    ));
}

#[test]
fn an_unknown_name_is_a_float_that_rustc_has_to_confirm() {
    let request = read(quote! { fn f(x: Real, #[constant] k: Real, #[constant] c: &Config) -> Real { x } });
    let aliases: Vec<_> = request
        .floats
        .aliases
        .iter()
        .map(|path| path.to_token_stream().to_string())
        .collect();
    assert_eq!(aliases, ["Real"]);
    assert!(matches!(request.params[1].shape, Type::Float(_)), "as `x` is one");
    assert!(matches!(request.params[2].shape, Type::Host));
    assert_eq!(request.params[2].passing, Passing::Ref);
}

#[test]
fn constants_may_be_anything() {
    let request = read(quote! {
        fn f(x: f64, #[constant] n: usize, #[constant] g: impl Fn(f64) -> f64, #[constant] s: &str,
            #[constant] at: &[(f64, usize)]) -> f64 { x }
    });
    let shapes: Vec<_> = request
        .params
        .iter()
        .map(|param| format!("{:?}", param.shape))
        .collect();
    assert_eq!(shapes[1..4], ["Int(Usize)", "Host", "Host"]);
    assert_eq!(shapes[4], "Slice(Tuple([Float(F64), Int(Usize)]))");
    assert!(!request.item.to_token_stream().to_string().contains("constant"));
}

#[test]
fn what_is_not_a_float_is_refused_where_it_stands() {
    for ty in [
        "i32",
        "usize",
        "bool",
        "char",
        "String",
        "&str",
        "&[u8]",
        "(f64, i64)",
    ] {
        let ty: syn::Type = syn::parse_str(ty).expect("a type");
        check_error(
            quote!(fn f(x: f64, n: #ty) -> f64 { x }),
            "cannot differentiate with respect to",
        );
    }
    for ty in [
        "Option<f64>",
        "&dyn Fn(f64) -> f64",
        "*const f64",
        "impl Fn(f64) -> f64",
        "&&f64",
        "Complex<f64>",
        "fn(f64) -> f64",
        "&(f64, f64)",
        "(f64, &[f64])",
        "T",
    ] {
        let ty: syn::Type = syn::parse_str(ty).expect("a type");
        check_error(quote!(fn f<T>(x: f64, n: #ty) -> f64 { x }), "");
    }
}

#[test]
fn results_must_be_made_of_floats() {
    check_error(
        quote!(
            fn f(x: f64) -> i32 {
                0
            }
        ),
        "the result is `i32`",
    );
    check_error(
        quote!(
            fn f(x: f64) -> &[f64] {
                x
            }
        ),
        "a reference",
    );
    check_error(
        quote!(
            fn f(x: f64) -> impl Sized {
                x
            }
        ),
        "",
    );
    check_error(
        quote!(
            fn f(x: f64) {}
        ),
        "returns nothing",
    );
    check_error(
        quote!(
            fn f(x: f64) -> (usize, bool) {
                (0, true)
            }
        ),
        "no float",
    );
    read(quote!(
        fn f(x: f64) -> (f64, usize) {
            (x, 0)
        }
    ));
    read(quote!(
        fn f(x: f64, out: &mut [f64]) {
            out[0] = x;
        }
    ));
}

#[test]
fn functions_of_other_kinds_are_refused() {
    check_error(
        quote!(
            async fn f(x: f64) -> f64 {
                x
            }
        ),
        "async",
    );
    check_error(
        quote!(
            unsafe fn f(x: f64) -> f64 {
                x
            }
        ),
        "unsafe",
    );
    check_error(
        quote!(
            extern "C" fn f(x: f64) -> f64 {
                x
            }
        ),
        "extern",
    );
    check_error(
        quote!(
            fn f(&mut self, x: f64) -> f64 {
                x
            }
        ),
        "self",
    );
    check_error(
        quote!(
            fn f(x: f64) -> f64;
        ),
        "body",
    );
    check_error(
        quote!(
            fn f() -> f64 {
                1.0
            }
        ),
        "no parameter",
    );
    check_error(
        quote!(
            fn f(#[constant] x: f64) -> f64 {
                x
            }
        ),
        "no parameter",
    );
    check_error(
        quote!(
            fn str(x: f64) -> f64 {
                x
            }
        ),
        "primitive type",
    );
    check_error(
        quote!(
            fn f(Point { x, y }: f64) -> f64 {
                x
            }
        ),
        "pattern",
    );
    check_error(
        quote!(
            struct S;
        ),
        "struct",
    );
    check_error(
        quote!(
            mod m {}
        ),
        "module",
    );
    check_error(quote!(impl S {}), "impl");
}

#[test]
fn options_are_read() {
    let mut diags = Diags::default();
    let args = quote!(
        name = df,
        crate = crate::reexport,
        derivative(x = 2.0 * x, y = result)
    );
    let item = quote!(
        fn f(x: f64, y: f64) -> f64 {
            x
        }
    );
    let request = request(args, item, &mut diags).expect("all is fine");
    assert_eq!(diags.messages(), [""; 0]);
    assert_eq!(request.companion, "df");
    assert_eq!(request.facade.segments.len(), 2);
    assert!(matches!(&request.opaque, Some(Opaque::Derivative(parts)) if parts.len() == 2));
}

#[test]
fn mistakes_in_options_are_refused() {
    let f = || {
        quote!(
            fn f(x: f64, y: f64) -> f64 {
                x
            }
        )
    };
    check_errors(
        quote!(nam = g),
        f(),
        &["there is no option `nam`\nhelp: did you mean `name`?"],
    );
    check_errors(
        quote!(quick),
        f(),
        &["there is no option `quick`\nhelp: the options are"],
    );
    check_errors(quote!(name = a, name = b), f(), &["is given twice"]);
    check_errors(quote!(derivative(x = 1.0)), f(), &["by `y` is missing"]);
    check_errors(
        quote!(derivative(x = 1.0, y = 0.0, z = 1.0)),
        f(),
        &["no parameter `z`"],
    );
    check_errors(quote!(derivative(x = 1.0, y = 0.0), vjp = g), f(), &["together"]);
    check_errors(quote!(name = "g"), f(), &["`name` takes an identifier"]);
}

#[test]
fn all_mistakes_are_told_at_once() {
    let item = quote!(
        async fn f(x: f64, n: i32, flag: bool) -> usize {
            0
        }
    );
    check_errors(
        quote!(nope),
        item,
        &["no option", "async", "i32", "bool", "usize"],
    );
}

#[test]
fn what_has_fields_is_no_float() {
    let request = read(quote!(
        fn f(x: f64, config: &Config) -> f64 {
            x * config.rate
        }
    ));
    assert!(matches!(request.params[1].shape, Type::Struct(_)));
    read(quote!(
        fn f(x: f64, config: f64) -> f64 {
            let config = Config { rate: config };
            config.rate * x
        }
    ));
}
