//! Structs with lists and constants inside: moved, chosen, exchanged, grown, in lists, in options, in trees.

use crate::check::check;
use differentiable::{Differentiable, differentiable};

#[derive(Clone, Debug, PartialEq, Differentiable)]
pub struct State {
    pub x: f64,
    pub v: Vec<f64>,
    #[constant]
    pub n: usize,
}

#[differentiable]
fn make(x: f64) -> State {
    State {
        x: x * x,
        v: vec![x, 2.0 * x],
        n: 2,
    }
}
#[differentiable]
fn use_it(x: f64) -> f64 {
    let s = make(x);
    let mut t = 0.0;
    for i in 0..s.n {
        t += s.v[i] * s.x;
    }
    t
}
#[differentiable]
fn grows(x: f64) -> f64 {
    let mut s = State {
        x,
        v: Vec::new(),
        n: 0,
    };
    for i in 0..3 {
        s.v.push(s.x * i as f64);
        s.x += s.v[i];
        s.n += 1;
    }
    s.v.iter().sum::<f64>() * s.x * s.n as f64
}
#[differentiable]
fn choose(s: &State, x: f64) -> State {
    if x > 1.0 {
        return s.clone();
    }
    let mut t = s.clone();
    t.x *= x;
    t
}
#[differentiable]
fn chosen(x: f64) -> f64 {
    let s = State {
        x: x * 3.0,
        v: vec![x],
        n: 1,
    };
    let t: State = choose(&s, x);
    t.x * t.v[0]
}
#[differentiable]
fn swap_members(s: &mut State) {
    let a = s.x;
    s.x = s.v[0];
    s.v[0] = a * a;
    s.v.swap(0, 1);
}
#[differentiable]
fn swapped(x: f64) -> f64 {
    let mut s = State {
        x,
        v: vec![x.sin(), 3.0],
        n: 0,
    };
    swap_members(&mut s);
    swap_members(&mut s);
    s.x * s.v[0] + s.v[1]
}
#[derive(Clone, Debug, PartialEq, Differentiable)]
pub struct Tree {
    pub w: f64,
    pub kids: Vec<Tree>,
}
#[differentiable]
fn total(t: &Tree, x: f64) -> f64 {
    let mut s = t.w * x;
    for k in &t.kids {
        s += total(k, x * 0.5);
    }
    s
}
#[differentiable]
fn two(a: &State, b: &State) -> f64 {
    a.x * b.x
}
#[differentiable]
fn same_twice(s: &State) -> f64 {
    two(s, s) + two(s, &s.clone())
}
#[differentiable]
fn moved(s: State) -> f64 {
    let t = s;
    let u = t;
    u.x * u.v[0]
}
#[differentiable]
fn list_of(states: &mut Vec<State>, x: f64) {
    for s in states.iter_mut() {
        s.x *= x;
        s.v[0] += s.x;
    }
    states.push(State { x, v: vec![x], n: 1 });
    states.swap(0, 1);
}
#[differentiable]
fn through_list(x: f64) -> f64 {
    let mut all = vec![
        State {
            x: 1.0,
            v: vec![x],
            n: 1,
        },
        State {
            x,
            v: vec![2.0],
            n: 1,
        },
    ];
    list_of(&mut all, x);
    let mut t = 0.0;
    for s in &all {
        t = t * 0.5 + s.x * s.v[0];
    }
    t
}
#[differentiable]
fn array_of(x: f64) -> f64 {
    let s = State { x, v: vec![x], n: 1 };
    let mut all = [s.clone(), s];
    all[0].x = all[1].x * 2.0;
    let [a, b] = &all;
    a.x * b.v[0]
}
#[differentiable]
fn option(s: &State, x: f64) -> Option<State> {
    if s.x < 0.0 {
        return None;
    }
    Some(State {
        x: s.x * x,
        ..s.clone()
    })
}
#[differentiable]
fn through_option(x: f64) -> f64 {
    let s = State { x, v: vec![x], n: 1 };
    match option(&s, x) {
        Some(t) => t.x * t.v[0],
        None => 0.0,
    }
}
#[derive(Clone, Debug, PartialEq, Differentiable)]
pub struct Weighted {
    pub a: f64,
    pub w: Vec<f64>,
    #[constant]
    pub n: usize,
}
#[derive(Clone, Debug)]
pub struct Config {
    pub n: usize,
    pub tol: f64,
}

#[differentiable]
fn weighted(p: &Weighted, x: f64) -> f64 {
    p.a * x * x + p.w[0] * x
}
#[differentiable]
fn weighted_owned(p: Weighted, x: f64) -> f64 {
    p.a * x * x + p.w[0] * x
}
#[differentiable]
fn tuned(x: f64, #[constant] c: &Config) -> f64 {
    x * x * c.tol * c.n as f64
}
#[differentiable]
fn loss(x: f64, #[constant] p: &Weighted, #[constant] c: &Config) -> f64 {
    weighted(p, x) * tuned(x, c) + weighted_owned(p.clone(), x)
}
#[differentiable]
fn local_constant(x: f64) -> f64 {
    let p = Weighted {
        a: 2.0,
        w: vec![3.0],
        n: 1,
    };
    let mut s = 0.0;
    for _ in 0..p.n {
        s += weighted(&p, x);
    }
    s
}

#[test]
fn a_constant_struct_may_be_an_argument_that_is_differentiated() {
    let p = Weighted {
        a: 2.0,
        w: vec![3.0],
        n: 1,
    };
    let c = Config { n: 2, tol: 0.5 };
    check!(loss(1.5, const &p, const &c));
    check!(local_constant(1.5));
}

#[test]
fn structs_are_made_chosen_exchanged_and_grown() {
    for x in [0.7, 1.3] {
        check!(use_it(x));
        check!(grows(x));
        check!(chosen(x));
        check!(swapped(x));
        check!(through_list(x));
        check!(array_of(x));
        check!(through_option(x));
    }
}

#[test]
fn one_struct_is_two_arguments() {
    let s = State {
        x: 3.0,
        v: vec![1.0, 2.0],
        n: 2,
    };
    assert_eq!(same_twice::grad(&s).x, 12.0);
    assert_eq!(moved::grad(s).v, [3.0, 0.0]);
}

#[test]
fn a_tree_is_differentiated_by_its_weights() {
    let leaf = |w| Tree { w, kids: vec![] };
    let t = Tree {
        w: 1.0,
        kids: vec![
            leaf(2.0),
            Tree {
                w: 3.0,
                kids: vec![leaf(4.0)],
            },
        ],
    };
    let (by_tree, by_x) = total::grad(&t, 2.0);
    assert_eq!(
        (by_tree.w, by_tree.kids[1].w, by_tree.kids[1].kids[0].w),
        (2.0, 1.0, 0.5)
    );
    assert_eq!(by_x, 1.0 + 1.0 + 1.5 + 1.0);
}
