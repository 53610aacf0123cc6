//! Random straight-line bodies, branches and loops: simplified, they are well formed, and give the same numbers.

use super::{Sample, simple_without};
use crate::ir::interpret::{Data, run};
use crate::ir::{Body, CompareOp, Init, Origin, PlaceId, ValueId, print};

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 >> 11
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    fn pick(&mut self, all: &[ValueId]) -> ValueId {
        // Late ones more often, so that expressions grow.
        let at = self.below(all.len()).max(self.below(all.len()));
        all[at]
    }

    fn unit(&mut self) -> f64 {
        self.next() as f64 / (1_u64 << 53) as f64
    }
}

/// Appends `n` random instructions on what `all` holds.
fn grow(f: &mut Sample, random: &mut Random, all: &mut Vec<ValueId>, memory: PlaceId, n: usize) {
    for _ in 0..n {
        f.b.origin = if random.below(8) == 0 {
            Origin::Primal
        } else {
            Origin::Derivative
        };
        let (a, b) = (random.pick(all), random.pick(all));
        let value = match random.below(20) {
            0..=2 => f.b.mul(a, b),
            3 | 4 => f.b.add(a, b),
            5 => f.b.sub(a, b),
            6 | 16 | 17 => f.b.neg(a),
            18 | 19 => {
                let product = f.b.mul(a, b);
                let other = f.b.mul(b, all[0]);
                all.push(other);
                f.b.neg(product)
            }
            7 => {
                // Away from zero.
                let (square, one) = (f.b.mul(b, b), f.b.float(1.5));
                let z = f.b.add(square, one);
                f.b.div(a, z)
            }
            8 => {
                let c = f.b.float([2.0, -1.0, 0.5, 3.0, 1.0, -2.0][random.below(6)]);
                f.b.mul(a, c)
            }
            9 => f.math("sin", &[a]),
            10 => {
                let zero = f.b.float(0.0);
                let cond = f.b.compare(CompareOp::Gt, b, zero);
                let other = if random.below(2) == 0 { zero } else { b };
                f.b.select(cond, a, other)
            }
            11 => {
                let zero = f.b.float(0.0);
                let cond = f.b.compare(CompareOp::Gt, a, zero);
                let mut inner = all.clone();
                let mut seed = Random(random.next() | 1);
                let results = f.branch(
                    cond,
                    |f| {
                        grow(f, &mut seed, &mut inner, memory, 3);
                        vec![inner[inner.len() - 1], inner[inner.len() - 2]]
                    },
                    |f| {
                        let c = f.b.neg(b);
                        vec![zero, c]
                    },
                );
                all.push(results[1]);
                results[0]
            }
            12 => {
                let (start, end) = (f.b.usize(0), f.b.usize(random.below(4)));
                let mut inner = all.clone();
                let mut seed = Random(random.next() | 1);
                let results = f.repeat((start, end), &[a, b], |f, _, carried| {
                    inner.extend(carried);
                    grow(f, &mut seed, &mut inner, memory, 4);
                    let next = f.math("sin", &[inner[inner.len() - 1]]);
                    vec![next, carried[0]]
                });
                all.push(results[1]);
                results[0]
            }
            13 => {
                let at = index(f, random);
                f.set(memory, at, a);
                continue;
            }
            14 => {
                let at = index(f, random);
                let to = f.at(memory, at);
                f.b.add_to(to, a);
                continue;
            }
            _ => {
                let at = index(f, random);
                f.get(memory, at)
            }
        };
        all.push(value);
    }
}

/// A literal, or a number that is only known when it runs.
fn index(f: &mut Sample, random: &mut Random) -> ValueId {
    let at = f.b.usize(random.below(3));
    if random.below(3) > 0 {
        return at;
    }
    let (zero, one) = (f.b.usize(0), f.b.usize(1));
    let all = f.repeat((zero, one), &[zero], |f, i, _| vec![f.b.add(i, at)]);
    all[0]
}

fn body(seed: u64) -> Body {
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    random.next();
    let mut f = Sample::new();
    let mut all = vec![f.scalar("x", 0.0), f.scalar("y", 0.0), f.scalar("z", 0.0)];
    f.b.origin = Origin::Derivative;
    let memory = if seed.is_multiple_of(2) {
        f.array("t", 3)
    } else {
        f.vec("t")
    };
    f.b.alloc(memory, Init::List(all.clone()));
    let size = 4 + random.below(30);
    grow(&mut f, &mut random, &mut all, memory, size);
    f.b.origin = Origin::Derivative;
    let mut sum = all[all.len() - 1];
    let step = 1 + random.below(4);
    for id in all.iter().rev().skip(1).step_by(step).take(12) {
        let term = if step == 1 { *id } else { f.math("sin", &[*id]) };
        sum = f.b.add(sum, term);
    }
    f.returning(sum).0
}

#[test]
fn random_bodies_keep_their_numbers() {
    let off: [&[&str]; 7] = [
        &[],
        &["algebra"],
        &["common"],
        &["dead"],
        &["hoist"],
        &["scalars"],
        &["branches"],
    ];
    for seed in 0..600 {
        let before = body(seed);
        let off = off[(seed % 21).saturating_sub(14) as usize];
        let after = simple_without(&before, off);
        let mut random = Random(seed + 77);
        random.next();
        for _ in 0..3 {
            let at = [0; 3].map(|_| 3.0 * random.unit() - 1.5);
            let (old, new) = (
                run(&before, &at.map(Data::Float)),
                run(&after, &at.map(Data::Float)),
            );
            let (old, new) = (old.result.float(), new.result.float());
            // Intermediate values may be large and cancel.
            let close = (old - new).abs() <= 1e-6 * old.abs().max(1.0);
            let wild = !old.is_finite() || old.abs() > 1e6;
            assert!(
                close || wild,
                "seed {seed}, without {off:?}, at {at:?}: {old} became {new}\n{}\n{}",
                print(&before),
                print(&after)
            );
        }
    }
}
