//! Tangents of scalar instructions.

use super::Forward;
use crate::differentiate::products::{scaled, sum, whole_quotient};
use crate::ir::{BinaryOp, Const, Instr, PlaceRef, Proj, UnaryOp, ValueId};
use crate::rules;

impl Forward {
    pub(super) fn load(&mut self, from: &PlaceRef, result: ValueId) -> Option<ValueId> {
        let shadow = self.shadow(from)?;
        let unit = self.here().units.get(&from.root).copied();
        if let (Some(k), [Proj::Index(index)]) = (unit, from.path.as_slice())
            && let Some(Const::Int(at)) = self.b.constant(*index)
        {
            // A zero that is known is absent.
            return (at == k as i128).then(|| self.b.float_like(1.0, result));
        }
        let ty = self.b.body.ty(result).clone();
        Some(self.b.load(shadow, ty))
    }

    /// The tangent of an arithmetic instruction.
    pub(super) fn scalar(&mut self, instr: &Instr, y: ValueId) -> Option<ValueId> {
        match instr {
            Instr::Unary(UnaryOp::Neg, a) => {
                let dot = self.dot(*a)?;
                Some(self.b.neg(dot))
            }
            Instr::Binary(op, l, r) => self.binary(*op, *l, *r, y),
            Instr::Select {
                cond,
                then,
                otherwise,
            } => {
                if self.dot(*then).is_none() && self.dot(*otherwise).is_none() {
                    return None;
                }
                let (then, otherwise) = (self.dot_or_zero(*then), self.dot_or_zero(*otherwise));
                Some(self.b.select(*cond, then, otherwise))
            }
            Instr::Math { rule, args } => {
                let mut dot = None;
                for (k, arg) in args.iter().enumerate() {
                    let Some(arg_dot) = self.dot(*arg) else { continue };
                    let Some(partial) = rules::partial(&mut self.b, rule, k, args, y) else {
                        continue;
                    };
                    let term = scaled(&mut self.b, arg_dot, partial);
                    dot = Some(sum(&mut self.b, dot, term));
                }
                dot
            }
            Instr::Opaque(it) => {
                let mut all = it.inputs.clone();
                all.push(y);
                let mut dot = None;
                for (input, partial) in it.inputs.iter().zip(&it.partials) {
                    let (Some(input_dot), Some(partial)) = (self.dot(*input), partial) else {
                        continue;
                    };
                    let slopes = self.b.inline(partial, &all);
                    for slope in slopes {
                        let term = scaled(&mut self.b, input_dot, slope);
                        dot = Some(sum(&mut self.b, dot, term));
                    }
                }
                dot
            }
            Instr::Cast { value, to } => {
                let dot = self.dot(*value)?;
                Some(self.b.cast(dot, to.clone()))
            }
            Instr::Pop { from } => {
                let from = self.shadow(from)?;
                let ty = self.b.body.ty(y).clone();
                Some(self.b.one(Instr::Pop { from }, ty))
            }
            _ => None,
        }
    }

    fn binary(&mut self, op: BinaryOp, l: ValueId, r: ValueId, y: ValueId) -> Option<ValueId> {
        let (dl, dr) = (self.dot(l), self.dot(r));
        if dl.is_none() && dr.is_none() {
            return None;
        }
        let b = &mut self.b;
        match op {
            BinaryOp::Add => match (dl, dr) {
                (Some(dl), Some(dr)) => Some(b.add(dl, dr)),
                (one, other) => one.or(other),
            },
            BinaryOp::Sub => match (dl, dr) {
                (Some(dl), Some(dr)) => Some(b.sub(dl, dr)),
                (Some(dl), None) => Some(dl),
                (None, dr) => dr.map(|dr| b.neg(dr)),
            },
            BinaryOp::Mul => {
                let left = dl.map(|dl| scaled(b, dl, r));
                match dr {
                    Some(dr) => {
                        let right = scaled(b, dr, l);
                        Some(sum(b, left, right))
                    }
                    None => left,
                }
            }
            // (l/r)' = (l' - y r') / r
            BinaryOp::Div => {
                let rise = match dr {
                    None => dl?,
                    Some(dr) => {
                        let fall = b.mul(y, dr);
                        match dl {
                            Some(dl) => b.sub(dl, fall),
                            None => b.neg(fall),
                        }
                    }
                };
                Some(b.div(rise, r))
            }
            // l % r = l - r·trunc(l/r), and the quotient is constant between the jumps.
            BinaryOp::Rem => match dr {
                None => dl,
                Some(dr) => {
                    let quotient = whole_quotient(b, l, r);
                    let fall = b.mul(quotient, dr);
                    Some(match dl {
                        Some(dl) => b.sub(dl, fall),
                        None => b.neg(fall),
                    })
                }
            },
            BinaryOp::And | BinaryOp::Or | BinaryOp::Xor | BinaryOp::Shl | BinaryOp::Shr => None,
        }
    }
}
