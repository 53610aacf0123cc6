//! `assert!`, `println!`, `panic!` and their like: run once, in the forward sweep, and carry no derivative.

use crate::check::{check, check_hessian};
use differentiable::differentiable;
use std::cell::Cell;

#[differentiable]
fn assertions(x: f64, ys: &[f64]) -> f64 {
    assert!(x > -10.0);
    assert!(x > 0.0, "x is {x}, and there are {} others", ys.len());
    assert_eq!(ys.len(), 3);
    assert_ne!(ys.len() % 2, 0, "an odd number is needed, not {n}", n = ys.len());
    debug_assert!(ys[0] > x || !ys.is_empty());
    debug_assert_eq!(ys.len(), 3, "again");
    let y = x.ln() * ys[0];
    assert!(y.is_finite(), "{y} from {x:?}");
    y + ys[1] * ys[2]
}

#[differentiable]
fn printing(x: f64, #[constant] name: &str) -> f64 {
    println!("{name} is called at {x}");
    eprintln!("{:>8.3} {}", x, name.len());
    let mut y = x;
    for k in 0..2 {
        print!("{k}: ");
        println!("{y}");
        y *= x;
    }
    println!();
    y
}

#[differentiable]
fn panicking(x: f64, #[constant] mode: u8) -> f64 {
    match mode {
        0 => x * x,
        1 => panic!("mode {mode} at {x}"),
        2 => unreachable!(),
        3 => todo!("later"),
        4 => unimplemented!(),
        _ if x > 0.0 => x.sin(),
        _ => {
            let size = x.abs();
            panic!("no rule for {size}")
        }
    }
}

/// Text for messages may be made of anything.
#[differentiable]
fn messages(x: f64, ys: &[f64]) -> f64 {
    let what = format!("{x:.2} and {} others, {:?}", ys.len(), ys);
    let short = x.to_string();
    assert!(short.len() < 30, "{what} is too long: {short}");
    println!("{what}");
    x * ys[0]
}

#[test]
fn macros_of_std() {
    check!(messages(1.3, &vec![0.4, -0.3]));
    check!(assertions(1.3, &vec![0.4, -0.3, 0.8]));
    check_hessian!(printing(1.3, const "first"));
    check_hessian!(panicking(1.3, const 0));
    check_hessian!(panicking(1.3, const 5));
}

#[test]
#[should_panic(expected = "x is -1, and there are 3 others")]
fn an_assertion_fails_with_its_message() {
    assertions::grad(-1.0, &[0.4, -0.3, 0.8]);
}

#[test]
#[should_panic(expected = "mode 1 at 2.5")]
fn a_panic_has_its_message() {
    panicking::grad(2.5, 1);
}

#[test]
#[should_panic(expected = "no rule for 2.5")]
fn a_panic_in_forward_mode() {
    panicking::jvp(-2.5, 9, 1.0);
}

thread_local! {
    static CALLS: Cell<usize> = const { Cell::new(0) };
}

fn count() -> usize {
    CALLS.set(CALLS.get() + 1);
    CALLS.get()
}

#[differentiable]
fn counted(x: f64) -> f64 {
    assert!(count() > 0);
    let mut y = x;
    for _ in 0..3 {
        println!("call {}", count());
        y *= x;
    }
    y
}

#[test]
fn each_macro_runs_once_in_a_sweep() {
    let calls = |f: &dyn Fn()| {
        CALLS.set(0);
        f();
        CALLS.get()
    };
    assert_eq!(calls(&|| _ = counted(0.3)), 4);
    assert_eq!(calls(&|| _ = counted::grad(0.3)), 4);
    assert_eq!(calls(&|| _ = counted::value_and_grad(0.3)), 4);
    assert_eq!(calls(&|| _ = counted::jvp(0.3, 1.0)), 4);
    assert_eq!(calls(&|| _ = counted::hvp(0.3, 1.0)), 4);
    let pulled = calls(&|| {
        let (_, pullback) = counted::vjp(0.3);
        assert_eq!(CALLS.get(), 4);
        pullback(1.0);
    });
    assert_eq!(pulled, 4);
}

/// Values that carry no derivative may come from anywhere.
#[differentiable]
fn host_code(x: f64, #[constant] text: &str, #[constant] f: impl Fn(usize) -> f64) -> f64 {
    let words: Vec<&str> = text.split_whitespace().collect();
    let longest = words.iter().map(|word| word.len()).max().unwrap_or(0);
    let label = format!("{longest}-{}", words.len());
    let mut res = x;
    for k in 0..words.len() {
        res *= x + f(k) + words[k].len() as f64;
    }
    res / f64::from(label.len() as u32) - f64::max(f(0), 0.5) * x
}

#[test]
fn code_without_derivative_is_left_alone() {
    check_hessian!(host_code(0.3, const "three short words", const |k| k as f64));
    check_hessian!(host_code(0.3, const "", const |_| 2.0));
}
