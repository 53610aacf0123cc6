//! `if`, `match`, loops without a list, and the ways out of them.

use super::Lowerer;
use super::exits::FrameKind;
use super::loops_core::{Repeat, has_let};
use super::operand::{Halt, Lowered, Operand};
use super::places::inner;
use crate::ir::Type;
use quote::ToTokens;

/// What runs where all of a chain of conditions hold.
type Rest<'s, 'a> = Box<dyn FnOnce(&mut Lowerer<'a>) -> Lowered<Operand> + 's>;

impl<'a> Lowerer<'a> {
    /// `{ .. }`, `'label: { .. }`
    pub(super) fn block_expr(&mut self, it: &syn::ExprBlock, want: Option<&Type>) -> Lowered<Operand> {
        match &it.label {
            None => self.block(&it.block, want),
            Some(label) => self.breakable(Some(label), |lowerer, _| lowerer.block(&it.block, want)),
        }
    }

    /// `if cond { .. } else { .. }`
    pub(super) fn if_expr(&mut self, it: &syn::ExprIf, want: Option<&Type>) -> Lowered<Operand> {
        self.b.span = it.if_token.span;
        let res = self.if_chain(
            &it.cond,
            |lowerer| lowerer.block(&it.then_branch, want),
            |lowerer| match &it.else_branch {
                Some((_, other)) => lowerer.expr(other, want),
                None => Ok(Operand::UNIT),
            },
        );
        self.found(it, res)
    }

    /// A value that both sides of a branch agree on.
    pub(super) fn found(&mut self, at: &impl ToTokens, res: Lowered<Operand>) -> Lowered<Operand> {
        match res {
            Ok(Operand::Lost) => self.refuse(
                at,
                "the branches give references to different memory, or lists of which only rustc knows the length",
                "choose an index instead of a reference, or copy into one `Vec`",
            ),
            other => other,
        }
    }

    /// A branch on a condition that may bind: `if let Some(x) = v.first() && *x > 0.0`.
    pub(super) fn if_chain(
        &mut self,
        cond: &syn::Expr,
        then: impl FnOnce(&mut Self) -> Lowered<Operand>,
        otherwise: impl FnOnce(&mut Self) -> Lowered<Operand>,
    ) -> Lowered<Operand> {
        if !has_let(cond) {
            let cond = self.condition(cond)?;
            return self.fork(cond, then, otherwise);
        }
        let parts = chain(cond);
        if let [syn::Expr::Let(it)] = parts.as_slice() {
            return self.if_let(it, then, otherwise);
        }
        // The other side stands once, behind the nested branches: those leave the block if they all go the first way.
        self.breakable(None, |lowerer, at| {
            lowerer.nested(
                &parts,
                Box::new(|lowerer| {
                    let value = then(lowerer)?;
                    lowerer.leave(at, Some(value))
                }),
            )?;
            otherwise(lowerer)
        })
    }

    fn nested(&mut self, parts: &[&syn::Expr], then: Rest<'_, 'a>) -> Lowered<Operand> {
        let Some((first, rest)) = parts.split_first() else {
            return then(self);
        };
        match first {
            syn::Expr::Let(it) => {
                self.if_let(it, |lowerer| lowerer.nested(rest, then), |_| Ok(Operand::UNIT))
            }
            cond => {
                let cond = self.condition(cond)?;
                self.fork(cond, |lowerer| lowerer.nested(rest, then), |_| Ok(Operand::UNIT))
            }
        }
    }

    /// `if let pat = value { then } else { otherwise }`
    fn if_let(
        &mut self,
        it: &syn::ExprLet,
        then: impl FnOnce(&mut Self) -> Lowered<Operand>,
        otherwise: impl FnOnce(&mut Self) -> Lowered<Operand>,
    ) -> Lowered<Operand> {
        let told = self
            .known_struct(&it.pat)
            .or_else(|| super::guess::of_patterns([(&*it.pat, &*it.expr)]));
        let value = self.in_place(&it.expr, told.as_ref())?;
        let test = self.test(&it.pat, &value)?;
        let bound = |lowerer: &mut Self| {
            lowerer.scopes.open();
            let res = match lowerer.bind_fitting(&it.pat, value) {
                Ok(()) => then(lowerer),
                Err(halt) => Err(halt),
            };
            lowerer.scopes.close();
            res
        };
        match test {
            None => bound(self),
            Some(test) => self.fork(test, bound, otherwise),
        }
    }

    /// `match value { .. }`: a chain of branches.
    pub(super) fn match_expr(&mut self, it: &syn::ExprMatch, want: Option<&Type>) -> Lowered<Operand> {
        self.b.span = it.match_token.span;
        let known = it.arms.iter().find_map(|arm| self.known_struct(&arm.pat));
        let told =
            known.or_else(|| super::guess::of_patterns(it.arms.iter().map(|arm| (&arm.pat, &*arm.body))));
        let value = self.in_place(&it.expr, told.as_ref())?;
        let value = match value {
            // A number is looked at once.
            scalar @ Operand::Place { .. } => self.loaded(scalar),
            other => other,
        };
        let arms: Vec<_> = it.arms.iter().collect();
        let res = self.arms(&arms, &value, want);
        self.found(it, res)
    }

    fn arms(&mut self, arms: &[&syn::Arm], value: &Operand, want: Option<&Type>) -> Lowered<Operand> {
        let Some((arm, rest)) = arms.split_first() else {
            // No value has this type.
            return Err(Halt::Never);
        };
        self.b.span = arm.fat_arrow_token.spans[0];
        let guarded = matches!(arm.pat, syn::Pat::Guard(_));
        let test = if rest.is_empty() && !guarded {
            // rustc has checked that one of them fits.
            Ok(None)
        } else {
            self.test_with_guard(&arm.pat, value)
        };
        let body = |lowerer: &mut Self| {
            lowerer.scopes.open();
            let res = match lowerer.bind_fitting(&arm.pat, value.clone()) {
                Ok(()) => lowerer.expr(&arm.body, want),
                Err(halt) => Err(halt),
            };
            lowerer.scopes.close();
            res
        };
        match test {
            Ok(None) => body(self),
            Ok(Some(test)) => self.fork(test, body, |lowerer| lowerer.arms(rest, value, want)),
            // Mistakes in the other arms are told as well.
            Err(halt) => {
                let _ = self.side(|lowerer| lowerer.arms(rest, value, want));
                Err(halt)
            }
        }
    }

    pub(super) fn while_loop(&mut self, it: &syn::ExprWhile) -> Lowered<Operand> {
        self.b.span = it.while_token.span;
        self.repeated_body(it.label.as_ref(), &Repeat::While(&it.cond), &mut |lowerer, _| {
            lowerer.block(&it.body, None)
        })
    }

    pub(super) fn endless_loop(&mut self, it: &syn::ExprLoop, want: Option<&Type>) -> Lowered<Operand> {
        self.b.span = it.loop_token.span;
        let res = self.repeated_body(it.label.as_ref(), &Repeat::Forever, &mut |lowerer, _| {
            lowerer.block(&it.body, None)
        });
        if let (Ok(operand), Some(want)) = (&res, want) {
            let operand = operand.clone();
            self.fix_operand(&operand, want);
        }
        self.found(it, res)
    }

    /// `break 'label value`
    pub(super) fn break_expr(&mut self, it: &syn::ExprBreak) -> Lowered<Operand> {
        let Some(at) = self.target_frame(it.label.as_ref()) else {
            return self.unsupported(it, "a `break` out of nothing");
        };
        let value = match &it.expr {
            None => None,
            Some(expr) => {
                let operand = self.expr(expr, None)?;
                Some(self.handed_over(at, operand))
            }
        };
        self.leave(at, value)
    }

    pub(super) fn continue_expr(&mut self, it: &syn::ExprContinue) -> Lowered<Operand> {
        match self.continued_frame(it.label.as_ref()) {
            Some(at) if self.frames[at].kind == FrameKind::Loop => self.next(at),
            _ => self.unsupported(it, "a `continue` of nothing"),
        }
    }

    pub(super) fn return_expr(&mut self, it: &syn::ExprReturn) -> Lowered<Operand> {
        let at = self.innermost_function();
        let output = self.frames[at].want.clone();
        let value = match &it.expr {
            None => Operand::UNIT,
            Some(expr) => {
                let operand = self.expr(expr, output.as_ref())?;
                self.handed_over(at, operand)
            }
        };
        self.leave(at, Some(value))
    }
}

/// The parts of `a && let p = b && c`.
fn chain(expr: &syn::Expr) -> Vec<&syn::Expr> {
    match inner(expr) {
        syn::Expr::Binary(it) if matches!(it.op, syn::BinOp::And(_)) && has_let(expr) => {
            let mut parts = chain(&it.left);
            parts.extend(chain(&it.right));
            parts
        }
        other => vec![other],
    }
}
