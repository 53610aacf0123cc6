//! Structs: members, construction, mutation, lists of structs, patterns.

use differentiable::{Differentiable, Entries, differentiable};

/// Value, gradient, tangent and Hessian of a function of one struct, against central differences.
#[track_caller]
fn check_struct<P>(
    at: &P,
    value: impl Fn(&P) -> f64,
    value_and_grad: impl Fn(&P) -> (f64, P::Tangent),
    jvp: impl Fn(&P, &P::Tangent) -> (f64, f64),
    hvp: impl Fn(&P, &P::Tangent) -> P::Tangent,
) where
    P: Differentiable + Entries<Scalar = f64>,
    P::Tangent: Entries<Scalar = f64>,
{
    let n = at.entries();
    let moved = |k: usize, by: f64| {
        let mut p = at.clone();
        let mut i = 0;
        p.for_each_entry_mut(&mut |x| {
            if i == k {
                *x += by;
            }
            i += 1;
        });
        p
    };
    let near = |what: &str, k: usize, found: f64, wanted: f64| {
        assert!(
            (found - wanted).abs() <= 2e-6 * (1.0 + wanted.abs()),
            "{what} {k}: {found} is not {wanted}"
        );
    };
    let (v, g) = value_and_grad(at);
    assert_eq!(v.to_bits(), value(at).to_bits());
    let g: Vec<f64> = g.floats().collect();
    assert_eq!(g.len(), n);
    let h = 1e-5;
    let mut along = at.zero_tangent();
    let direction: Vec<f64> = (0..n).map(|k| (1.0 + 2.7 * k as f64).sin()).collect();
    for (k, d) in direction.iter().enumerate() {
        along.set_entry(k, *d);
    }
    let (v, dot) = jvp(at, &along);
    assert_eq!(v.to_bits(), value(at).to_bits());
    near("jvp", 0, dot, g.iter().zip(&direction).map(|(a, b)| a * b).sum());
    let hv: Vec<f64> = hvp(at, &along).floats().collect();
    for k in 0..n {
        near(
            "gradient",
            k,
            g[k],
            (value(&moved(k, h)) - value(&moved(k, -h))) / (2.0 * h),
        );
        let side = |by| value_and_grad(&moved(k, by)).1.floats().collect::<Vec<_>>();
        let (up, down) = (side(h), side(-h));
        let row: f64 = (0..n).map(|j| (up[j] - down[j]) / (2.0 * h) * direction[j]).sum();
        near("hvp", k, hv[k], row);
    }
}

macro_rules! check_struct {
    ($f:ident ($at:expr $(, $more:expr)*)) => {
        check_struct(&$at, |p| $f(p $(, $more)*), |p| $f::value_and_grad(p $(, $more)*), |p, d| $f::jvp(p $(, $more)*, d), |p, d| $f::hvp(p $(, $more)*, d))
    };
}
macro_rules! check_owned {
    ($f:ident ($at:expr $(, $more:expr)*)) => {
        check_struct(&$at, |p| $f(p.clone() $(, $more)*), |p| $f::value_and_grad(p.clone() $(, $more)*), |p, d| $f::jvp(p.clone() $(, $more)*, d.clone()), |p, d| $f::hvp(p.clone() $(, $more)*, d.clone()))
    };
}

#[derive(Clone, Copy, Debug, PartialEq, Differentiable)]
pub struct Pendulum {
    pub length: f64,
    pub damping: f64,
}

#[differentiable]
fn energy(p: &Pendulum, #[constant] theta: f64) -> f64 {
    let g = 9.81;
    0.5 * p.length * p.length * theta * theta + g * p.length * (1.0 - theta.cos()) - p.damping.exp() * theta
}

#[differentiable]
fn energy_owned(p: Pendulum, #[constant] theta: f64) -> f64 {
    let q = p;
    let r = p;
    q.length.sin() * r.damping * theta + p.length
}

/// Steps in a loop, of a local struct.
#[derive(Clone, Copy, Debug, PartialEq, Differentiable)]
pub struct State {
    pub x: f64,
    pub v: f64,
}

#[differentiable]
fn swing(p: &Pendulum, #[constant] steps: usize) -> f64 {
    let mut s = State { x: 0.5, v: 0.0 };
    let dt = 0.1;
    for _ in 0..steps {
        let a = -9.81 / p.length * s.x.sin() - p.damping * s.v;
        s.v += dt * a;
        s.x += dt * s.v;
    }
    s.x * s.x + s.v
}

#[differentiable]
fn step(s: State, p: &Pendulum, dt: f64) -> State {
    let a = -9.81 / p.length * s.x.sin() - p.damping * s.v;
    let v = s.v + dt * a;
    State { x: s.x + dt * v, v }
}

#[differentiable]
fn swing_by_steps(p: &Pendulum, #[constant] steps: usize) -> f64 {
    let mut s = State { x: 0.5, v: 0.0 };
    for _ in 0..steps {
        s = step(s, p, 0.1);
    }
    s.x * s.x + s.v
}

#[differentiable]
fn kick(s: &mut State, p: &Pendulum, dt: f64) {
    s.v -= dt * (9.81 / p.length * s.x.sin() + p.damping * s.v);
    s.x += dt * s.v;
}

#[differentiable]
fn swing_by_kicks(p: &Pendulum, #[constant] steps: usize) -> f64 {
    let mut s = State { x: 0.5, v: 0.0 };
    for _ in 0..steps {
        kick(&mut s, p, 0.1);
    }
    s.x * s.x + s.v
}

#[derive(Clone, Debug, PartialEq, Differentiable)]
pub struct Layer {
    pub w: Vec<Vec<f64>>,
    pub b: Vec<f64>,
    #[constant]
    pub n: usize,
}

#[differentiable]
fn layer(l: &Layer, #[constant] x: &[f64]) -> f64 {
    let mut s = 0.0;
    for i in 0..l.n {
        let mut a = l.b[i];
        for (w, x) in l.w[i].iter().zip(x) {
            a += w * x;
        }
        s += a.tanh() * a.tanh();
    }
    s
}

#[derive(Clone, Debug, PartialEq, Differentiable)]
pub struct Net {
    pub layers: [Layer2; 2],
    pub scale: f64,
}
#[derive(Clone, Debug, PartialEq, Differentiable)]
pub struct Layer2 {
    pub w: Vec<f64>,
    pub b: f64,
}

#[differentiable]
fn net(net: &Net, #[constant] x: f64) -> f64 {
    let mut a = x;
    for layer in &net.layers {
        a = layer.w.iter().map(|w| (w * a).tanh()).sum::<f64>() + layer.b;
    }
    a * net.scale
}

#[derive(Clone, Copy, Debug, PartialEq, Differentiable)]
pub struct Intrinsics {
    pub focal: f64,
    pub center: (f64, f64),
}
#[derive(Clone, Copy, Debug, PartialEq, Differentiable)]
pub struct Camera {
    pub rotation: [f64; 3],
    pub k: Intrinsics,
}

#[differentiable]
fn project(c: &Camera, #[constant] p: &[f64; 3]) -> f64 {
    let [a, b, g] = c.rotation;
    let z = p[2] + a * p[0];
    let u = c.k.focal * (p[0] + b) / z + c.k.center.0;
    let v = c.k.focal * (p[1] - g) / z + c.k.center.1;
    u * u + v * v
}

#[differentiable]
fn project_inner(k: &Intrinsics, x: f64) -> f64 {
    k.focal * x + k.center.1
}

#[differentiable]
fn project_calls(c: &Camera) -> f64 {
    let inner = &c.k;
    project_inner(&c.k, c.rotation[0]) * project_inner(inner, 2.0).sin()
}

#[derive(Clone, Copy, Debug, PartialEq, Differentiable)]
pub struct Body {
    pub pos: [f64; 3],
    pub mass: f64,
}

#[derive(Clone, Debug, PartialEq, Differentiable)]
pub struct World {
    pub bodies: Vec<Body>,
}

#[differentiable]
fn gravity(w: &World) -> f64 {
    let mut e = 0.0;
    for i in 0..w.bodies.len() {
        for j in 0..i {
            let (a, b) = (&w.bodies[i], &w.bodies[j]);
            let mut d2 = 0.1;
            for k in 0..3 {
                let d = a.pos[k] - b.pos[k];
                d2 += d * d;
            }
            e -= a.mass * b.mass / d2.sqrt();
        }
    }
    e
}

#[differentiable]
fn gravity_of(bodies: &[Body]) -> f64 {
    bodies.iter().map(|b| b.mass * b.pos[0].powi(2)).sum()
}

#[differentiable]
fn through(w: &World) -> f64 {
    gravity_of(&w.bodies) + gravity(w)
}

#[differentiable]
fn updated(p: Pendulum) -> f64 {
    let q = Pendulum {
        length: p.length * p.damping,
        ..p
    };
    q.length + q.damping * q.damping
}

#[differentiable]
fn patterns(c: &Camera) -> f64 {
    let Camera { rotation: [a, ..], k } = c;
    let Intrinsics {
        focal,
        center: (x, _),
    } = *k;
    a * focal * x
}

#[derive(Clone, Copy, Debug, PartialEq, Differentiable)]
pub struct Pair(pub f64, pub f64);

#[differentiable]
fn tuple_struct(p: Pair) -> f64 {
    let Pair(a, b) = p;
    let q = Pair(a * b, p.0.sin());
    q.0 * q.1 + p.1
}

#[differentiable]
fn branchy(p: &Pendulum) -> f64 {
    let s = if p.length > 1.0 {
        State {
            x: p.length,
            v: p.damping,
        }
    } else {
        State {
            x: p.damping * p.length,
            v: 2.0,
        }
    };
    s.x * s.v
}

#[differentiable]
fn list(p: &Pendulum) -> f64 {
    let mut all = Vec::new();
    for i in 0..4 {
        all.push(State {
            x: p.length * i as f64,
            v: p.damping,
        });
    }
    let mut s = 0.0;
    for q in &mut all {
        q.x *= q.v;
    }
    for q in all.iter() {
        s += q.x * q.x + q.v;
    }
    s
}

const P: Pendulum = Pendulum {
    length: 1.3,
    damping: 0.4,
};
#[test]
fn energy_() {
    check_struct!(energy(P, 0.7));
    check_owned!(energy_owned(P, 0.7));
}
#[test]
fn swings() {
    check_struct!(swing(P, 7));
}
#[test]
fn swings_by_steps() {
    check_struct!(swing_by_steps(P, 7));
    check_struct!(swing_by_steps(P, 0));
}
#[test]
fn swings_by_kicks() {
    check_struct!(swing_by_kicks(P, 7));
}
#[test]
fn layer_() {
    check_struct!(layer(
        Layer {
            w: vec![vec![0.1, 0.2], vec![-0.3, 0.7]],
            b: vec![0.1, 0.2],
            n: 2
        },
        &[1.0, 2.0]
    ));
}
#[test]
fn net_() {
    let l = Layer2 {
        w: vec![0.1, 0.5],
        b: 0.3,
    };
    check_struct!(net(
        Net {
            layers: [l.clone(), l],
            scale: 2.0
        },
        0.8
    ));
}
#[test]
fn camera() {
    let c = Camera {
        rotation: [0.1, 0.2, 0.3],
        k: Intrinsics {
            focal: 1.5,
            center: (0.2, 0.3),
        },
    };
    check_struct!(project(c, &[0.5, 0.6, 2.0]));
    check_struct!(project_calls(c));
    check_struct!(patterns(c));
}
#[test]
fn world() {
    let w = World {
        bodies: vec![
            Body {
                pos: [0.0, 0.5, 1.0],
                mass: 1.0,
            },
            Body {
                pos: [1.0, 0.2, 0.3],
                mass: 2.0,
            },
            Body {
                pos: [-1.0, 2.0, 0.1],
                mass: 0.5,
            },
        ],
    };
    check_struct!(gravity(w));
    check_struct!(through(w));
    let g: Vec<Body> = gravity_of::grad(&w.bodies);
    assert_eq!(g[1].mass, 1.0);
}
#[test]
fn rest() {
    check_owned!(updated(P));
    check_owned!(tuple_struct(Pair(0.4, 1.2)));
    check_struct!(branchy(P));
    check_struct!(branchy(Pendulum { length: 0.8, ..P }));
    check_struct!(list(P));
}
