//! What several products contain is multiplied once: `2(ab)` and `2(ac)` are `(2a)b` and `(2a)c`, `sxt` and `syt` are
//! `(st)x` and `(st)y`. Factor: up to rounding, and where nothing overflows. In the end, signs do the same.

use super::Phase;
use super::algebra::is_tame;
use crate::ir::visit::{each_use, regions, regions_mut};
use crate::ir::{BinaryOp, Body, Const, Instr, Origin, Region, Stmt, Type, UnaryOp, Value, ValueId};
use std::collections::HashMap;

/// Longer products, and more of them, stay as they are.
const LONG: usize = 8;
const MANY: usize = 500;

/// Shares what can be shared; says whether anything was.
pub(super) fn share(body: &mut Body, phase: Phase) -> bool {
    let pullback = body.pullback.iter().map(|it| &it.region);
    if ![&body.region]
        .into_iter()
        .chain(pullback)
        .any(|top| has_products(body, top, phase))
    {
        return false;
    }
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
            if stmt.instr.has_regions() {
                for inner in regions_mut(&mut stmt.instr) {
                    self.region(inner);
                }
            }
        }
        if candidates(self.body, region, self.phase) < 2 {
            return;
        }
        self.twins(region);
        let mut products = self.products(region);
        if products.len() < 2 || products.len() > MANY {
            return;
        }
        let Some(mut next) = most_common(&products, self.body.values.len(), self.phase) else {
            return;
        };
        self.changed = true;
        // What comes in front of each statement.
        let mut before: Vec<Vec<Stmt>> = vec![Vec::new(); region.stmts.len()];
        let mut touched = vec![false; region.stmts.len()];
        loop {
            let pair = next;
            let mut shared = None;
            for product in &mut products {
                let Some(rest) = without(&product.factors, pair) else {
                    continue;
                };
                let stmt = &region.stmts[product.at];
                let shared = *shared.get_or_insert_with(|| {
                    let mut stmts = Vec::new();
                    let id = self.multiplied(&[pair.0, pair.1], stmt, &mut stmts);
                    before[product.at].extend(stmts);
                    id
                });
                product.factors = [vec![Factor::Value(shared)], rest].concat();
                touched[product.at] = true;
            }
            match most_common(&products, self.body.values.len(), self.phase) {
                Some(pair) => next = pair,
                None => break,
            }
        }
        for product in products.iter().filter(|product| touched[product.at]) {
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
            before[product.at].extend(stmts);
            region.stmts[product.at].instr = instr;
        }
        for (before, stmt) in before.into_iter().zip(std::mem::take(&mut region.stmts)) {
            region.stmts.extend(before);
            region.stmts.push(stmt);
        }
    }

    /// Products of the same factors in another order are written in the same way: `(2x)y` and `(2y)x`. Then they are
    /// one. The user's own products are only read.
    fn twins(&mut self, region: &mut Region) {
        let mut known: HashMap<ValueId, Vec<Factor>> = HashMap::new();
        let mut first: HashMap<Vec<Factor>, usize> = HashMap::new();
        for at in 0..region.stmts.len() {
            let stmt = &region.stmts[at];
            let (Instr::Binary(BinaryOp::Mul, a, b), [y]) = (&stmt.instr, stmt.results.as_slice()) else {
                continue;
            };
            if !self.body.is_float(*y) {
                continue;
            }
            let part = |id: &ValueId| match (self.constant(*id), known.get(id)) {
                (Some(c), _) => vec![Factor::Constant(c.to_bits())],
                (None, Some(factors)) => factors.clone(),
                (None, None) => vec![Factor::Value(*id)],
            };
            let mut factors = [part(a), part(b)].concat();
            if factors.len() > LONG {
                continue;
            }
            factors.sort_unstable();
            known.insert(*y, factors.clone());
            match first.get(&factors) {
                None => {
                    first.insert(factors, at);
                }
                Some(before) => {
                    let ours = self.body.value(*y).origin == Origin::Derivative;
                    let Instr::Binary(_, c, d) = region.stmts[*before].instr else {
                        continue;
                    };
                    let same = (*a, *b) == (c, d) || (*a, *b) == (d, c);
                    let wanted = |y: &ValueId| self.wanted.get(y.0 as usize).copied().unwrap_or(true);
                    let alive = wanted(y) && region.stmts[*before].results.iter().all(wanted);
                    if ours && alive && !same && factors.len() > 2 {
                        region.stmts[at].instr = Instr::Binary(BinaryOp::Mul, c, d);
                        self.changed = true;
                    }
                }
            }
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
        let mut readers = vec![0; self.body.values.len()];
        count_reads(region, &mut readers);
        let mut products: Vec<Option<Product>> = Vec::new();
        // The number of the product that gives a value, plus one.
        let mut numbers = vec![0; self.body.values.len()];
        // `s += -(ab)` is written as a subtraction.
        let mut subtracted = Vec::new();
        for stmt in &region.stmts {
            if let Instr::AddTo { value, .. } = stmt.instr {
                subtracted.push(value);
            }
        }
        for (at, stmt) in region.stmts.iter().enumerate() {
            let Some(y) = candidate(self.body, stmt, self.phase) else {
                continue;
            };
            if !self.wanted.get(y.0 as usize).copied().unwrap_or(true) {
                continue;
            }
            let mut factors = Vec::new();
            let mut part = |id: ValueId| {
                if let Some(c) = self.constant(id) {
                    // Exact: (-c)x = -(cx), so that both signs share. In the end, the sign of a constant costs nothing.
                    let outside = c < 0.0 && self.phase == Phase::First;
                    if outside {
                        factors.push(Factor::Sign);
                    }
                    factors.push(Factor::Constant(if outside { -c } else { c }.to_bits()));
                    return;
                }
                let number = numbers[id.0 as usize];
                match (number > 0 && readers[id.0 as usize] == 1).then(|| products[number - 1].take()) {
                    Some(Some(product)) => factors.extend(product.factors),
                    _ => factors.push(Factor::Value(id)),
                }
            };
            match stmt.instr {
                Instr::Binary(_, a, b) => {
                    part(a);
                    part(b);
                }
                Instr::Unary(_, a) if !subtracted.contains(&y) => {
                    part(a);
                    if factors.len() < 2 {
                        continue;
                    }
                    factors.insert(0, Factor::Sign);
                }
                _ => continue,
            }
            if factors.len() <= LONG {
                products.push(Some(Product { at, factors }));
                numbers[y.0 as usize] = products.len();
            }
        }
        products.into_iter().flatten().collect()
    }

    fn constant(&self, id: ValueId) -> Option<f64> {
        match self.body.value(id).constant {
            Some(Const::Float(x)) => Some(x).filter(|x| is_tame(*x)),
            Some(Const::Int(_) | Const::Bool(_)) | None => None,
        }
    }
}

/// What the statement computes, if it may be a product of the derivative.
fn candidate(body: &Body, stmt: &Stmt, phase: Phase) -> Option<ValueId> {
    let may_be = match stmt.instr {
        Instr::Binary(BinaryOp::Mul, ..) => true,
        Instr::Unary(UnaryOp::Neg, _) => phase == Phase::Last,
        _ => false,
    };
    let y = stmt.results.first().copied().filter(|_| may_be)?;
    (body.value(y).origin == Origin::Derivative && body.is_float(y)).then_some(y)
}

fn candidates(body: &Body, region: &Region, phase: Phase) -> usize {
    let mut count = 0;
    for stmt in &region.stmts {
        count += usize::from(candidate(body, stmt, phase).is_some());
    }
    count
}

/// Whether there is a region with several products.
fn has_products(body: &Body, region: &Region, phase: Phase) -> bool {
    let inside = |stmt: &Stmt| {
        stmt.instr.has_regions()
            && regions(&stmt.instr)
                .into_iter()
                .any(|inner| has_products(body, inner, phase))
    };
    candidates(body, region, phase) > 1 || region.stmts.iter().any(inside)
}

/// The pair of factors that most products contain, if several do; the first of equals. `values`: how many there are.
///
/// Signs are factors in the end only: before, they go outwards.
fn most_common(products: &[Product], values: usize, phase: Phase) -> Option<(Factor, Factor)> {
    let often = Often::of(products, values);
    // With the product, in the order in which they come.
    let mut pairs: Vec<((Factor, Factor), usize, usize)> = Vec::new();
    for (number, product) in products.iter().enumerate() {
        for (k, a) in product.factors.iter().enumerate() {
            if !often.has(*a) {
                continue;
            }
            for b in &product.factors[k + 1..] {
                let pair = if a <= b { (*a, *b) } else { (*b, *a) };
                let sign = pair.0 == Factor::Sign && phase == Phase::First;
                let literals = !matches!(pair, (_, Factor::Value(_)));
                if !sign && !literals && often.has(*b) {
                    pairs.push((pair, pairs.len(), number));
                }
            }
        }
    }
    pairs.sort_unstable();
    let mut best = None;
    let mut most = (1, 0);
    for same in pairs.chunk_by(|a, b| a.0 == b.0) {
        let (pair, first, _) = same[0];
        let count = same.chunk_by(|a, b| a.2 == b.2).count();
        if count > most.0 || (count == most.0 && count > 1 && first < most.1) {
            (best, most) = (Some(pair), (count, first));
        }
    }
    best
}

/// Factors of several products; others are in no pair that is common.
struct Often {
    /// In how many products each value is.
    values: Vec<u32>,
    constants: Vec<(u64, u32)>,
    signs: u32,
}

impl Often {
    fn of(products: &[Product], values: usize) -> Self {
        let mut res = Often {
            values: vec![0; values],
            constants: Vec::new(),
            signs: 0,
        };
        for product in products {
            for (k, factor) in product.factors.iter().enumerate() {
                if product.factors[..k].contains(factor) {
                    continue;
                }
                match factor {
                    Factor::Sign => res.signs += 1,
                    Factor::Value(id) => res.values[id.0 as usize] += 1,
                    Factor::Constant(bits) => match res.constants.iter_mut().find(|(it, _)| it == bits) {
                        Some((_, count)) => *count += 1,
                        None => res.constants.push((*bits, 1)),
                    },
                }
            }
        }
        res
    }

    fn has(&self, factor: Factor) -> bool {
        match factor {
            Factor::Sign => self.signs > 1,
            Factor::Value(id) => self.values[id.0 as usize] > 1,
            Factor::Constant(bits) => self.constants.iter().any(|(it, count)| *it == bits && *count > 1),
        }
    }
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

fn count_reads(region: &Region, readers: &mut [u32]) {
    for stmt in &region.stmts {
        if stmt.instr.has_regions() {
            for inner in regions(&stmt.instr) {
                count_reads(inner, readers);
            }
        }
        each_use(&stmt.instr, |id| readers[id.0 as usize] += 1);
    }
    for id in &region.yields {
        readers[id.0 as usize] += 1;
    }
}
