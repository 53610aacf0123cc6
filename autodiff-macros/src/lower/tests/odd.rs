//! Odd code: refused or understood, but never a panic, and never a malformed body.

use crate::ir::{print, verify};

/// Bodies of `fn f(x: f64, y: f64, n: usize, v: &[f64], w: &mut Vec<f64>, m: [[f64; 2]; 2], t: (f64, f64)) -> f64`.
const BODIES: &[&str] = &[
    "return x; x",
    "{ return x }",
    "loop {}",
    "loop { return x }",
    "loop { break x; }",
    "loop { if x > 0.0 { break y } else { break x } }",
    "loop { if x > 0.0 { continue } else { return y } }",
    "while true { return x; } y",
    "while { let a = x; a > 0.0 } { return x; } y",
    "let a = return x; a",
    "let a: f64 = { return x; }; a",
    "x + return y",
    "if (return x) { 1.0 } else { 2.0 }",
    "if x > 0.0 { return x } else { return y }",
    "if x > 0.0 { panic!() } else { return y }",
    "if x > 0.0 { panic!() } else { panic!(\"{y}\") }",
    "match n { _ => x }",
    "match n { 0 => return x, 1 => panic!(), _ => y }",
    "match n { 0 => return x, _ => return y }",
    "match n { k @ 0..=3 => k as f64 * x, k => x }",
    "match (n, x) { (0, a) => a, (1, _) => y, (_, b) if b > 1.0 => b, _ => 0.0 }",
    "match x { 0.0 => y, 1.0..=2.0 => x, _ => 1.0 }",
    "match t { (a, b) if a > b => a, (a, _) => a * 2.0 }",
    "match Some(x) { Some(a) => a, None => 0.0 }",
    "match v.first() { Some(&a) => a, None => 0.0 }",
    "match v.first() { Some(a) if *a > 0.0 => *a, Some(_) => 1.0, None => 0.0 }",
    "if let Some(a) = v.first() { *a } else { x }",
    "if let Some(a) = v.first() && *a > 0.0 && let Some(b) = v.last() { *a * *b } else { x }",
    "let Some(a) = v.last() else { return x }; a * 2.0",
    "let mut s = 0.0; while let Some(a) = w.pop() { s += a; if s > 3.0 { break; } } s",
    "let mut s = 0.0; let mut i = 0; while i < v.len() && v[i] > 0.0 { s += v[i]; i += 1; } s",
    "'a: { if x > 0.0 { break 'a x; } 'b: { if y > 0.0 { break 'a y; } if y < -1.0 { break 'b; } return 3.0; } y * 2.0 }",
    "'a: loop { 'b: loop { if x > 0.0 { break 'a; } if y > 0.0 { continue 'a; } break 'b; } return y; } x",
    "let a = 'a: { if n == 0 { break 'a [x, y]; } [y, x] }; a[0] - a[1]",
    "let a = if n == 0 { [x, y] } else if n == 1 { return x } else { [0.0; 2] }; a[0]",
    "let a = if n == 0 { vec![x] } else { vec![y; n] }; a[0]",
    "let a = if n == 0 { v } else { &m[0] }; a[0]",
    "let a = if n == 0 { &v[1..] } else { &v[..1] }; a[0]",
    "let a = if n == 0 { &mut w[..] } else { return x }; a[0] = x; a[0]",
    "let a; if n == 0 { a = x; } else { a = y; } a",
    "let a; loop { if n == 0 { a = x; break; } a = y; break; } a",
    "let (a, b); (a, b) = (x, y); a - b",
    "let mut a = x; let b = &mut a; *b = y; *b += 1.0; a",
    "let mut a = (x, [y, 1.0]); a.1[0] = 2.0; a.0 += a.1[0]; let (p, [q, _]) = a; p * q",
    "let mut a = [x, y]; let [p, q] = &mut a; *p += 1.0; *q *= 2.0; a[0] * a[1]",
    "let mut a = [x, y]; for p in &mut a { *p *= 2.0; } a[0]",
    "let mut a = x; for k in 0..n { let mut b = a; for j in 0..k { if j == 2 { return b; } if b > 3.0 { break; } b *= x; } a += b; } a",
    "let mut a = vec![]; for k in 0..n { if k == 3 { return x; } a.push(x * k as f64); } a.iter().sum()",
    "let mut a = vec![0.0; n]; let mut b = vec![0.0; n]; for _ in 0..3 { for i in 0..n { a[i] = b[i] + x; } std::mem::swap(&mut a, &mut b); } b[0]",
    "let mut best = v[0]; let mut at = 0; for (i, &a) in v.iter().enumerate() { if a > best { best = a; at = i; } } best * at as f64",
    "let mut row = &m[0]; for i in 0..2 { row = &m[i]; } row[0]",
    "let mut row = &v[..]; while row.len() > 1 { row = &row[1..]; } row[0]",
    "let a = m[0]; let mut b = m; b[1] = a; b[1][0] * a[1]",
    "let f = |a: f64| a * 2.0; f(1.0) * x",
    "let f = |a: f64| a * x; f(1.0)",
    "let f = f64::sin; f(1.0) * x",
    "let s = String::from(\"a\"); s.len() as f64 * x",
    "let mut s = String::new(); s.push('a'); s += \"b\"; s.len() as f64 * x",
    "let c = std::cell::Cell::new(1.0); c.set(2.0); c.get() * x",
    "let a = [1, 2, 3]; a[n] as f64 * x",
    "let a: [usize; 3] = [1, 2, 3]; let mut s = 0.0; for k in a { s += v[k]; } s",
    "let a = [(x, 1.0), (y, 2.0)]; a[0].0",
    "let a = Some(x); a.unwrap()",
    "let a: Result<f64, ()> = Ok(x); a?",
    "x.max(y).min(2.0).abs().sqrt().powi(n as i32).powf(y)",
    "x.foo(y).bar() + g::h(x) + G * H::K",
    "x as i32 as f64 * (x > y) as i32 as f64",
    "(n as f64).sqrt() * x + (n * 2 - 1) as f64 / -3.0",
    "n.pow(2) as f64 * x + n.min(x as usize) as f64",
    "let n = n as i64; let k = -n.abs() % 3 << 1; k as f64 * x",
    "let b = n > 3 || x > 0.0 && { y > 0.0 } && v.is_empty(); if b { x } else { y }",
    "let b = !(x > y) ^ (n == 0) | true; if b & !b { x } else { y }",
    "let a = &&x; **a * *&y + (&x).sin()",
    "let _ = x; let _a = y; let x @ a = x; a + x",
    "let ref a = x; *a",
    "let [a, b] = [x, y]; let (c, ..) = (a, b, 1.0); c * b",
    "const K: f64 = 2.0; fn g(a: f64) -> f64 { a } use std::f64::consts::PI; x * K * PI * g(1.0)",
    "assert!(x > 0.0); assert_eq!(n, 1, \"{x} {}\", y); debug_assert!(v.len() > 0); println!(\"{x:?} {y:>8.3} {{}} {n}\"); x",
    "let a = dbg!(x * y); a + dbg!(x, y).0",
    "let a = matches!(n, 0 | 2..=4 if x > 0.0); if a { x } else { y }",
    "todo!()",
    "unreachable!(\"{x}\"); x",
    "unknown!(x)",
    "vec![x; 3][1]",
    "*v.get(1).unwrap_or(&x)",
    "v.iter().zip(w.iter()).map(|(a, b)| a * b).sum::<f64>()",
    "unsafe { x }",
    "async { x }; x",
    "let a = async move { x }; y",
    "&raw const x; x",
    "let p = &x as *const f64; x",
    "let p: Box<dyn Fn(f64) -> f64> = Box::new(|a| a); p(x)",
    "let a = Point { x, y }; a.x",
    "let Point { x: a, .. } = p; a * x",
    "let a = 1..3; let b = ..; x",
    "let a = const { 3.0 }; a * x",
    "#[cfg(test)] let a = x; x",
    "w.clear(); w.push(x); w[0] += y; w[0] *= 2.0; w[0] -= w[0]; w[0]",
    "w.sort_by(|a, b| a.total_cmp(b)); w[0]",
    "w.iter().map(|a| a.exp()).fold(0.0, f64::max)",
    "if n > 0 { f(x, y, n - 1, v, w, m, t) } else { x }",
    "std::iter::repeat(1.0).take(n).sum::<f64>() * x",
    "(|| x)()",
    "({ let x = y; x }) + { x }",
    "x; y; ; { x }; x",
    "let mut a = 0.0; a += if n > 1 { x } else { return y }; a",
    "let mut a = x; a = { a += 1.0; a * 2.0 }; a",
    "t.0 * t.1 + m[0][1] * m[n][0]",
    "(x, y).0",
    "let mut x = x; (x, _) = (y, x); x",
    "w[{ let k = n; k }] = { x }; w[n]",
    "'x' as u8 as f64 * x",
    "b\"abc\"[n] as f64 * x",
    "f64::consts::PI * x",
    "x.partial_cmp(&y).map_or(0.0, |o| o as i32 as f64)",
    "let std = 1.0; let core = std; core * x",
    "if x.is_nan() { f64::NAN } else { f64::INFINITY.min(x) }",
    "loop { let a = loop { if x > 1.0 { break 1.0 } if x > 0.5 { return 7.0 } break x }; if a > 0.0 { break a } }",
    "for _ in 0..n { for _ in 0..n { for _ in 0..n { for _ in 0..n { if x > 0.0 { return y; } } } } } x",
];

#[test]
fn odd_code_is_refused_or_understood() {
    let mut refused = 0;
    for body in BODIES {
        let text = format!(
            "fn f(x: f64, y: f64, n: usize, v: &[f64], w: &mut Vec<f64>, m: [[f64; 2]; 2], t: (f64, f64)) -> f64 {{ {body} }}"
        );
        let item = text.parse().unwrap_or_else(|_| panic!("tokens: {body}"));
        match super::lower(item) {
            Ok(lowered) => {
                if let Err(problem) = verify(&lowered) {
                    panic!("{body}\n{problem}\n{}", print(&lowered));
                }
            }
            Err(messages) => {
                refused += 1;
                println!("{body}\n    {messages:#?}");
                assert!(!messages.is_empty(), "{body}: refused without a word");
            }
        }
    }
    assert!(refused < 40, "{refused} are refused");
}
