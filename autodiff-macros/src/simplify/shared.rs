//! What several products contain is multiplied once: `2(ab)` and `2(ac)` are `(2a)b` and `(2a)c`, `sxt` and `syt` are
//! `(st)x` and `(st)y`. Factor: up to rounding, and where nothing overflows. In the end, signs do the same.

use super::Phase;
use super::algebra::is_tame;
use crate::ir::visit::{regions, regions_mut, uses};
use crate::ir::{BinaryOp, Body, Const, Instr, Origin, Region, Stmt, Type, UnaryOp, Value, ValueId};
use std::collections::{HashMap, HashSet};

/// Longer products, and more of them, stay as they are.
const LONG: usize = 8;
const MANY: usize = 500;

/// Shares what can be shared; says whether anything was.
pub(super) fn share(body: &mut Body, phase: Phase) -> bool {
    let wanted = super::dead::wanted_values(body);
    let mut region = std::mem::take(&mut body.region);
    let mut pullback = body.pullback.take();
    let mut sharing = Sharing {
        body,
        wanted,
        phase,
        changed: false,
    };
    sharing.region(&mut region);
    if let Some(it) = &mut pullback {
        sharing.region(&mut it.region);
    }
    let changed = sharing.changed;
    body.region = region;
    body.pullback = pullback;
    changed
}

struct Sharing<'a> {
    body: &'a mut Body,
    /// Values that somebody reads in the end.
    wanted: Vec<bool>,
    phase: Phase,
    changed: bool,
}

/// A factor; literals are equal by what they say.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
enum Factor {
    Sign,
    Constant(u64),
    Value(ValueId),
}

/// The product that a statement computes.
struct Product {
    at: usize,
    factors: Vec<Factor>,
}

impl Sharing<'_> {
    fn region(&mut self, region: &mut Region) {
        for stmt in &mut region.stmts {
            regions_mut(&mut stmt.instr)
                .into_iter()
                .for_each(|inner| self.region(inner));
        }
        let mut products = self.products(region);
        if products.len() < 2 || products.len() > MANY {
            return;
        }
        let mut before: HashMap<usize, Vec<Stmt>> = HashMap::new();
        let mut touched = HashSet::new();
        while let Some(pair) = most_common(&products, self.phase) {
            let mut shared = None;
            for product in &mut products {
                let Some(rest) = without(&product.factors, pair) else {
                    continue;
                };
                let stmt = &region.stmts[product.at];
                let shared = *shared.get_or_insert_with(|| {
                    let mut stmts = Vec::new();
                    let id = self.multiplied(&[pair.0, pair.1], stmt, &mut stmts);
                    before.entry(product.at).or_default().extend(stmts);
                    id
                });
                product.factors = [vec![Factor::Value(shared)], rest].concat();
                touched.insert(product.at);
            }
        }
        if touched.is_empty() {
            return;
        }
        self.changed = true;
        for product in products.iter().filter(|product| touched.contains(&product.at)) {
            let mut stmts = Vec::new();
            let stmt = &region.stmts[product.at];
            let mut factors = product.factors.clone();
            let signs = factors.len();
            factors.retain(|factor| *factor != Factor::Sign);
            let negative = (signs - factors.len()) % 2 == 1;
            let instr = match factors.split_last() {
                // Nothing but the pair: its statement says what this one said.
                Some((_, [])) if !negative => continue,
                Some((last, first)) if !negative => {
                    let first = self.multiplied(first, stmt, &mut stmts);
                    let last = self.multiplied(&[*last], stmt, &mut stmts);
                    Instr::Binary(BinaryOp::Mul, first, last)
                }
                _ => Instr::Unary(UnaryOp::Neg, self.multiplied(&factors, stmt, &mut stmts)),
            };
            before.entry(product.at).or_default().extend(stmts);
            region.stmts[product.at].instr = instr;
        }
        for (at, stmt) in std::mem::take(&mut region.stmts).into_iter().enumerate() {
            region.stmts.extend(before.remove(&at).unwrap_or_default());
            region.stmts.push(stmt);
        }
    }

    /// The product of `factors`, in the float of what `user` gives.
    fn multiplied(&mut self, factors: &[Factor], user: &Stmt, out: &mut Vec<Stmt>) -> ValueId {
        let ty = self.body.ty(user.results[0]).clone();
        let mut push = |sharing: &mut Self, instr: Instr, ty: Type, constant: Option<Const>| {
            let id = sharing.body.fresh(Value {
                ty,
                name: None,
                origin: Origin::Derivative,
                constant,
            });
            out.push(Stmt {
                results: vec![id],
                instr,
                span: user.span,
            });
            id
        };
        let mut product = None;
        let mut negative = false;
        for factor in factors {
            let id = match factor {
                Factor::Sign => {
                    negative = !negative;
                    continue;
                }
                Factor::Constant(bits) => {
                    let known = Const::Float(f64::from_bits(*bits));
                    push(self, Instr::Const(known.clone()), ty.clone(), Some(known))
                }
                Factor::Value(id) => *id,
            };
            product = Some(match product {
                None => id,
                Some(product) => {
                    let instr = Instr::Binary(BinaryOp::Mul, product, id);
                    push(self, instr, ty.clone(), None)
                }
            });
        }
        let product = product.expect("a sign has something to negate");
        if negative {
            push(self, Instr::Unary(UnaryOp::Neg, product), ty, None)
        } else {
            product
        }
    }

    /// The products of the derivative in `region` that are not parts of another one.
    fn products(&self, region: &Region) -> Vec<Product> {
        let mut readers: HashMap<ValueId, usize> = HashMap::new();
        count_reads(region, &mut readers);
        let mut known: HashMap<ValueId, Product> = HashMap::new();
        // `s += -(ab)` is written as a subtraction.
        let mut subtracted = HashSet::new();
        for stmt in &region.stmts {
            if let Instr::AddTo { value, .. } = stmt.instr {
                subtracted.insert(value);
            }
        }
        for (at, stmt) in region.stmts.iter().enumerate() {
            let Some(y) = stmt.results.first().copied() else {
                continue;
            };
            let ours = self.body.value(y).origin == Origin::Derivative && self.body.is_float(y);
            if !ours || !self.wanted.get(y.0 as usize).copied().unwrap_or(true) {
                continue;
            }
            let mut part = |id: ValueId| match self.constant(id) {
                // Exact: (-c)x = -(cx), so that both signs share. In the end, the sign of a constant costs nothing.
                Some(c) if c < 0.0 && self.phase == Phase::First => {
                    vec![Factor::Sign, Factor::Constant((-c).to_bits())]
                }
                Some(c) => vec![Factor::Constant(c.to_bits())],
                None if readers[&id] == 1 => match known.remove(&id) {
                    Some(product) => product.factors,
                    None => vec![Factor::Value(id)],
                },
                None => vec![Factor::Value(id)],
            };
            let factors = match stmt.instr {
                Instr::Binary(BinaryOp::Mul, a, b) => [part(a), part(b)].concat(),
                Instr::Unary(UnaryOp::Neg, a) if self.phase == Phase::Last && !subtracted.contains(&y) => {
                    let factors = part(a);
                    if factors.len() < 2 {
                        continue;
                    }
                    [vec![Factor::Sign], factors].concat()
                }
                _ => continue,
            };
            if factors.len() <= LONG {
                known.insert(y, Product { at, factors });
            }
        }
        let mut res: Vec<_> = known.into_values().collect();
        res.sort_unstable_by_key(|product| product.at);
        res
    }

    fn constant(&self, id: ValueId) -> Option<f64> {
        match self.body.value(id).constant {
            Some(Const::Float(x)) => Some(x).filter(|x| is_tame(*x)),
            Some(Const::Int(_) | Const::Bool(_)) | None => None,
        }
    }
}

/// The pair of factors that most products contain, if several do; the first of equals.
///
/// Signs are factors in the end only: before, they go outwards.
fn most_common(products: &[Product], phase: Phase) -> Option<(Factor, Factor)> {
    let mut counts: HashMap<(Factor, Factor), usize> = HashMap::new();
    let mut order = Vec::new();
    for product in products {
        let mut seen = HashSet::new();
        for (k, a) in product.factors.iter().enumerate() {
            for b in &product.factors[k + 1..] {
                let pair = if a <= b { (*a, *b) } else { (*b, *a) };
                let sign = pair.0 == Factor::Sign && phase == Phase::First;
                let literals = !matches!(pair, (_, Factor::Value(_)));
                if sign || literals || !seen.insert(pair) {
                    continue;
                }
                let count = counts.entry(pair).or_default();
                if *count == 0 {
                    order.push(pair);
                }
                *count += 1;
            }
        }
    }
    let best = order.into_iter().rev().max_by_key(|pair| counts[pair])?;
    (counts[&best] > 1).then_some(best)
}

/// The factors without one pair of them; `None` if the pair is not there.
fn without(factors: &[Factor], pair: (Factor, Factor)) -> Option<Vec<Factor>> {
    let mut res = factors.to_vec();
    for factor in [pair.0, pair.1] {
        let at = res.iter().position(|it| *it == factor)?;
        res.remove(at);
    }
    Some(res)
}

fn count_reads(region: &Region, readers: &mut HashMap<ValueId, usize>) {
    for stmt in &region.stmts {
        regions(&stmt.instr)
            .into_iter()
            .for_each(|inner| count_reads(inner, readers));
        for id in uses(&stmt.instr) {
            *readers.entry(id).or_default() += 1;
        }
    }
    for id in &region.yields {
        *readers.entry(*id).or_default() += 1;
    }
}
