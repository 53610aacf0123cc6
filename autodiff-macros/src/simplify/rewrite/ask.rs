//! What rules ask of the walk, and how they build.

use super::{Def, Rewriter, common};
use crate::ir::{BinaryOp, Const, Float, Instr, Origin, Stmt, Type, UnaryOp, Value, ValueId};

impl Rewriter<'_> {
    /// The float that `id` is known to be.
    pub(in crate::simplify) fn float_of(&self, id: ValueId) -> Option<f64> {
        match self.body.value(id).constant {
            Some(Const::Float(x)) => Some(x),
            Some(Const::Int(_) | Const::Bool(_)) | None => None,
        }
    }

    pub(in crate::simplify) fn int_of(&self, id: ValueId) -> Option<i128> {
        match self.body.value(id).constant {
            Some(Const::Int(n)) => Some(n),
            Some(Const::Float(_) | Const::Bool(_)) | None => None,
        }
    }

    pub(in crate::simplify) fn bool_of(&self, id: ValueId) -> Option<bool> {
        match self.body.value(id).constant {
            Some(Const::Bool(b)) => Some(b),
            Some(Const::Float(_) | Const::Int(_)) | None => {
                let known = self.known.iter().find(|(cond, _)| *cond == id);
                known.map(|(_, outcome)| *outcome)
            }
        }
    }

    /// What computes `id`, if it is a scalar instruction.
    pub(in crate::simplify) fn def(&self, id: ValueId) -> Option<&Instr> {
        self.defs[id.0 as usize].instr.as_ref()
    }

    pub(in crate::simplify) fn negated(&self, id: ValueId) -> Option<ValueId> {
        match self.def(id) {
            Some(Instr::Unary(UnaryOp::Neg, of)) => Some(*of),
            _ => None,
        }
    }

    pub(in crate::simplify) fn binary_of(&self, id: ValueId) -> Option<(BinaryOp, ValueId, ValueId)> {
        match self.def(id) {
            Some(Instr::Binary(op, a, b)) => Some((*op, *a, *b)),
            _ => None,
        }
    }

    /// The number of the innermost loop around the walk that `id` changes with.
    pub(in crate::simplify) fn level(&self, id: ValueId) -> u32 {
        self.defs[id.0 as usize].level
    }

    /// A value in scope that is `a op b`.
    ///
    /// Not one that nobody reads any more: what took its place would be rewritten once again.
    pub(in crate::simplify) fn existing(&self, op: BinaryOp, a: ValueId, b: ValueId) -> Option<ValueId> {
        let key = common::key(self.body, &Instr::Binary(op, a, b), a);
        let known = self.table.get(&key)?;
        (self.defs[known.0 as usize].uses > 0).then_some(known)
    }

    /// A value in scope that is `x.powi(n)`.
    pub(in crate::simplify) fn existing_power(&self, x: ValueId, n: i128) -> Option<ValueId> {
        let known = self.table.get(&common::power(x, n))?;
        (self.defs[known.0 as usize].uses > 0).then_some(known)
    }

    /// Whether `id` is computed here, for one reader only: then what it computes can be merged into that.
    pub(in crate::simplify) fn alone(&self, id: ValueId) -> bool {
        let def = &self.defs[id.0 as usize];
        def.uses <= 1 && def.region == self.here()
    }

    pub(in crate::simplify) fn is_derivative(&self, id: ValueId) -> bool {
        self.body.value(id).origin == Origin::Derivative
    }

    /// Whether `id` is read once, by a sum that stands where it stands.
    pub(in crate::simplify) fn is_summand(&self, id: ValueId) -> bool {
        self.defs[id.0 as usize].in_sum
    }

    /// See [`Def::guards`].
    pub(in crate::simplify) fn guards(&self, id: ValueId) -> Vec<(ValueId, bool)> {
        let guards = self.defs[id.0 as usize].guards.iter();
        guards.map(|(cond, side)| (self.same(*cond), *side)).collect()
    }

    /// See [`Def::unread`].
    pub(in crate::simplify) fn is_unread(&self, id: ValueId) -> bool {
        self.defs[id.0 as usize].unread
    }

    /// See [`Def::branch`].
    pub(in crate::simplify) fn branch_of(&self, id: ValueId) -> Option<(ValueId, ValueId, ValueId)> {
        self.defs[id.0 as usize].branch
    }

    /// Whether `id` is defined in a region that is open.
    pub(in crate::simplify) fn in_scope(&self, id: ValueId) -> bool {
        let home = self.defs[id.0 as usize].region;
        // Parameters of the function have no region.
        home == 0 || self.open.iter().any(|open| open.number == home)
    }

    /// As [`Rewriter::emit`], for a value with guards.
    pub(in crate::simplify) fn emit_guarded(
        &mut self,
        instr: Instr,
        ty: Type,
        guards: Vec<(ValueId, bool)>,
    ) -> ValueId {
        let y = self.fresh(ty, None);
        self.defs[y.0 as usize].guards = guards;
        self.acquire(&instr);
        self.define(Stmt {
            results: vec![y],
            instr,
            span: self.span,
        })
    }

    pub(in crate::simplify) fn emit(&mut self, instr: Instr, ty: Type) -> ValueId {
        let constant = match &instr {
            Instr::Const(known) => Some(known.clone()),
            _ => None,
        };
        let y = self.fresh(ty, constant);
        self.acquire(&instr);
        self.define(Stmt {
            results: vec![y],
            instr,
            span: self.span,
        })
    }

    pub(in crate::simplify) fn fresh(&mut self, ty: Type, constant: Option<Const>) -> ValueId {
        let y = self.body.fresh(Value {
            ty,
            name: None,
            origin: Origin::Derivative,
            constant,
        });
        self.same.push(y);
        self.defs.push(Def::default());
        y
    }

    /// A literal of the float type of `like`.
    pub(in crate::simplify) fn float(&mut self, x: f64, like: ValueId) -> ValueId {
        let ty = self.body.ty(like).clone();
        self.emit(Instr::Const(Const::Float(x)), ty)
    }

    pub(in crate::simplify) fn neg(&mut self, a: ValueId) -> ValueId {
        let ty = self.body.ty(a).clone();
        self.emit(Instr::Unary(UnaryOp::Neg, a), ty)
    }

    pub(in crate::simplify) fn binary(&mut self, op: BinaryOp, a: ValueId, b: ValueId) -> ValueId {
        let ty = match self.body.ty(a) {
            Type::Float(Float::Inferred) => self.body.ty(b).clone(),
            known => known.clone(),
        };
        self.emit(Instr::Binary(op, a, b), ty)
    }

    pub(in crate::simplify) fn math(&mut self, name: &str, args: &[ValueId]) -> ValueId {
        let rule = crate::rules::find(name, args.len()).expect("rules call functions of the table");
        let ty = self.body.ty(args[0]).clone();
        self.emit(
            Instr::Math {
                rule,
                args: args.to_vec(),
            },
            ty,
        )
    }
}
