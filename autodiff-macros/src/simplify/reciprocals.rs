//! Divisions by one denominator share a reciprocal, in derivative code.
//!
//! Factor: a/z = a·(1/z) up to rounding, where 1/z is finite. Also right for z = 0 and z = ∞: the same infinities, zeros
//! and NaNs. The user's quotients stay divisions.

use crate::ir::visit::{each, regions, regions_mut};
use crate::ir::{BinaryOp, Body, Const, Float, Instr, LoopKind, Origin, Region, Stmt, Type, Value, ValueId};
use std::collections::{HashMap, HashSet};

/// Shares what pays; says whether anything changed.
pub(super) fn share(body: &mut Body) -> bool {
    let mut region = std::mem::take(&mut body.region);
    let mut pullback = body.pullback.take();
    let mut sharing = Sharing {
        body,
        known: HashMap::new(),
        changed: false,
    };
    sharing.region(&mut region, None);
    if let Some(it) = &mut pullback {
        sharing.region(&mut it.region, None);
    }
    let changed = sharing.changed;
    body.region = region;
    body.pullback = pullback;
    changed
}

struct Sharing<'a> {
    body: &'a mut Body,
    /// Reciprocals in scope, by what they are of.
    known: HashMap<ValueId, ValueId>,
    changed: bool,
}

impl Sharing<'_> {
    /// `inside`: what the loop defines that `region` is the body of.
    fn region(&mut self, region: &mut Region, inside: Option<&HashSet<ValueId>>) {
        let mut ahead: HashMap<ValueId, usize> = HashMap::new();
        for stmt in &region.stmts {
            self.divisions(stmt, &mut |z| *ahead.entry(z).or_default() += 1);
        }
        let outer = self.known.clone();
        for mut stmt in std::mem::take(&mut region.stmts) {
            let mut passed = Vec::new();
            self.divisions(&stmt, &mut |z| passed.push(z));
            match &mut stmt.instr {
                Instr::Loop(it) => {
                    let mut defined = HashSet::new();
                    collect(&it.body, &mut defined);
                    if let LoopKind::While { cond: Some(cond) } = &mut it.kind {
                        self.region(cond, None);
                    }
                    self.region(&mut it.body, Some(&defined));
                }
                Instr::If { .. } => {
                    for side in regions_mut(&mut stmt.instr) {
                        self.region(side, None);
                    }
                }
                Instr::Binary(BinaryOp::Div, a, z) if self.is_one(*a) => {
                    self.known.insert(*z, stmt.results[0]);
                }
                _ => (),
            }
            if let Some((a, z)) = self.division(&stmt).filter(|(a, _)| !self.is_one(*a)) {
                // A reciprocal of what the loop does not change moves out of it, and saves a division each time.
                let invariant = inside.is_some_and(|inside| !inside.contains(&z));
                let pays = ahead.get(&z).copied().unwrap_or(0) + usize::from(invariant) >= 2;
                if let Some(inverse) = self.reciprocal(z, pays, &stmt, &mut region.stmts) {
                    self.changed = true;
                    stmt.instr = Instr::Binary(BinaryOp::Mul, a, inverse);
                }
            }
            for z in passed {
                ahead.entry(z).and_modify(|count| *count -= 1);
            }
            region.stmts.push(stmt);
        }
        self.known = outer;
    }

    /// A reciprocal of `z` that is in scope, or a new one if it pays.
    fn reciprocal(&mut self, z: ValueId, pays: bool, user: &Stmt, out: &mut Vec<Stmt>) -> Option<ValueId> {
        if let Some(known) = self.known.get(&z) {
            return Some(*known);
        }
        if !pays {
            return None;
        }
        let ty = match self.body.ty(z) {
            Type::Float(Float::Inferred) => self.body.ty(user.results[0]).clone(),
            known => known.clone(),
        };
        let (one, inverse) = (
            self.value(ty.clone(), Some(Const::Float(1.0))),
            self.value(ty, None),
        );
        let mut push = |result: ValueId, instr: Instr| {
            out.push(Stmt {
                results: vec![result],
                instr,
                span: user.span,
            });
        };
        push(one, Instr::Const(Const::Float(1.0)));
        push(inverse, Instr::Binary(BinaryOp::Div, one, z));
        self.known.insert(z, inverse);
        Some(inverse)
    }

    fn value(&mut self, ty: Type, constant: Option<Const>) -> ValueId {
        self.body.fresh(Value {
            ty,
            name: None,
            origin: Origin::Derivative,
            constant,
        })
    }

    /// Numerator and denominator of a quotient that may become a product.
    fn division(&self, stmt: &Stmt) -> Option<(ValueId, ValueId)> {
        let Instr::Binary(BinaryOp::Div, a, z) = stmt.instr else {
            return None;
        };
        let y = self.body.value(stmt.results[0]);
        let ours = y.origin == Origin::Derivative && matches!(y.ty, Type::Float(_));
        (ours && self.body.value(z).constant.is_none()).then_some((a, z))
    }

    fn is_one(&self, a: ValueId) -> bool {
        self.body.value(a).constant == Some(Const::Float(1.0))
    }

    /// Calls `f` with the denominators of the quotients in `stmt` and inside of it.
    fn divisions(&self, stmt: &Stmt, f: &mut impl FnMut(ValueId)) {
        if let Some((_, z)) = self.division(stmt) {
            f(z);
        }
        for inner in regions(&stmt.instr) {
            each(inner, &mut |stmt| {
                if let Some((_, z)) = self.division(stmt) {
                    f(z);
                }
            });
        }
    }
}

fn collect(region: &Region, defined: &mut HashSet<ValueId>) {
    defined.extend(&region.params);
    for stmt in &region.stmts {
        defined.extend(&stmt.results);
        regions(&stmt.instr)
            .into_iter()
            .for_each(|inner| collect(inner, defined));
    }
}
