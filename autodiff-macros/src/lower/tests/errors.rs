//! What is refused, and how often.

use quote::quote;

/// One mistake each, in this order.
#[track_caller]
fn check_errors(item: proc_macro2::TokenStream, wanted: &[&str]) {
    let found = super::lower(item).expect_err("a mistake");
    assert_eq!(found.len(), wanted.len(), "{found:#?}");
    for (found, wanted) in found.iter().zip(wanted) {
        assert!(found.contains(wanted), "{found} does not say: {wanted}");
    }
}

#[test]
fn every_mistake_is_told_once() {
    check_errors(
        quote!(
            fn f(x: f64) -> f64 {
                let y = x.gamma();
                let z = x.beta();
                y + z + y.sin()
            }
        ),
        &["`.gamma()`", "`.beta()`"],
    );
    check_errors(
        quote!(
            fn f(x: f64) -> f64 {
                let y = unsafe { g(x) };
                my!(y);
                y
            }
        ),
        &["`unsafe`", "macro `my`"],
    );
}

#[test]
fn mistakes_in_a_loop_are_told_once() {
    check_errors(
        quote!(
            fn f(x: f64, n: usize) -> f64 {
                let mut s = 0.0;
                for _ in 0..n {
                    s += x.foo();
                }
                s
            }
        ),
        &["`.foo()`"],
    );
    check_errors(
        quote!(
            fn f(x: f64) -> f64 {
                let mut s = 0.0;
                while s < x {
                    s = s + x;
                    s = s.foo();
                }
                s
            }
        ),
        &["`.foo()`"],
    );
}

#[test]
fn host_code_does_not_swallow_derivatives() {
    check_errors(
        quote!(
            fn f(x: f64) -> f64 {
                integrate(|y: f64| y * x, 2.0)
            }
        ),
        &["closure"],
    );
    check_errors(
        quote!(
            fn f(x: f64) -> f64 {
                let y = &raw const x;
                0.0
            }
        ),
        &["raw pointer"],
    );
    check_errors(
        quote!(
            fn f(x: f64) -> f64 {
                static mut A: f64 = 0.0;
                x
            }
        ),
        &["mutable static"],
    );
    check_errors(
        quote!(
            fn f(x: f64) -> f64 {
                x.to_string().len() as f64 * g.call(x)
            }
        ),
        &["`call`"],
    );
}

#[test]
fn floats_are_not_made_of_text_or_bits_again() {
    check_errors(
        quote!(
            fn f(x: f64) -> f64 {
                let text = format!("{x:.3}");
                let y: f64 = text.parse().unwrap();
                y * x
            }
        ),
        &["the bits, the text or the error"],
    );
    check_errors(
        quote!(
            fn f(x: f64) -> f64 {
                let bits = x.to_bits() + 1;
                f64::from_bits(bits) * x
            }
        ),
        &["the bits, the text or the error"],
    );
    let fine = quote!(
        fn f(x: f64) -> f64 {
            let text = format!("{x:.3} {}", x + 1.0);
            println!("{text}");
            if x.to_bits() % 2 == 0 && text.len() > 3 {
                x
            } else {
                2.0 * x
            }
        }
    );
    super::lower(fine).expect("what is fine");
}
