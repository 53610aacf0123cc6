//! A row's partial, from the row's Rust to instructions.

use super::{Partial, Rule, find};
use crate::ir::{BinaryOp, Builder, CompareOp, Const, Instr, Int, Type, UnaryOp, ValueId};

/// Builds the partial derivative of `y = rule(args)` by argument `k`; `None` where there is no slope to multiply with.
pub(crate) fn partial(
    b: &mut Builder,
    rule: &'static Rule,
    k: usize,
    args: &[ValueId],
    y: ValueId,
) -> Option<ValueId> {
    let text = match rule.partials.get(k)? {
        Partial::Expr(text) => text,
        Partial::Zero | Partial::None => return None,
    };
    let exponent = args.get(1).and_then(|id| b.constant(*id));
    match (rule.name, k, exponent) {
        ("powi", 0, Some(Const::Int(n))) => return Some(integer_power(b, args[0], n)),
        ("powf", 0, Some(Const::Float(p))) => return Some(float_power(b, args[0], p)),
        _ => (),
    }
    let expr: syn::Expr =
        syn::parse_str(text).expect("rows are Rust expressions: each is compiled by its test");
    Some(Row { b, rule, args, y }.expr(&expr))
}

/// `n·x^(n-1)`, by multiplications where they are few.
fn integer_power(b: &mut Builder, x: ValueId, n: i128) -> ValueId {
    let factor = b.float_like(n as f64, x);
    let power = match n {
        // x^0 is 1 everywhere, also at 0.
        0 => return factor,
        1 => return factor,
        2 => x,
        3 => b.mul(x, x),
        4 => {
            let square = b.mul(x, x);
            b.mul(square, x)
        }
        _ => {
            let less = b.int(n - 1, Int::I32);
            powi(b, x, less)
        }
    };
    b.mul(factor, power)
}

/// `p·x^(p-1)`, without libm's `pow` where a root or a product gives it.
fn float_power(b: &mut Builder, x: ValueId, p: f64) -> ValueId {
    let factor = b.float_like(p, x);
    let less = p - 1.0;
    if less == 0.5 {
        let root = b.math(find("sqrt", 1).expect("sqrt is a row"), vec![x]);
        return b.mul(factor, root);
    }
    if less == -0.5 {
        let root = b.math(find("sqrt", 1).expect("sqrt is a row"), vec![x]);
        return b.div(factor, root);
    }
    if p.fract() == 0.0 && p.abs() < 1024.0 {
        return integer_power(b, x, p as i128);
    }
    let less = b.float_like(less, x);
    let power = b.math(find("powf", 2).expect("powf is a row"), vec![x, less]);
    b.mul(factor, power)
}

fn powi(b: &mut Builder, x: ValueId, n: ValueId) -> ValueId {
    b.math(find("powi", 2).expect("powi is a row"), vec![x, n])
}

/// The few kinds of expressions that rows are written in.
struct Row<'a> {
    b: &'a mut Builder,
    rule: &'static Rule,
    args: &'a [ValueId],
    y: ValueId,
}

impl Row<'_> {
    fn expr(&mut self, expr: &syn::Expr) -> ValueId {
        match expr {
            syn::Expr::Lit(it) => self.literal(&it.lit),
            syn::Expr::Path(it) => self.variable(it),
            syn::Expr::Paren(it) => self.expr(&it.expr),
            syn::Expr::Group(it) => self.expr(&it.expr),
            syn::Expr::Unary(it) => {
                let a = self.expr(&it.expr);
                self.b.unary(UnaryOp::Neg, a)
            }
            syn::Expr::Binary(it) => self.binary(it),
            syn::Expr::MethodCall(it) => {
                let mut args = vec![self.expr(&it.receiver)];
                args.extend(it.args.iter().map(|arg| self.expr(arg)));
                let rule =
                    find(&it.method.to_string(), args.len()).expect("rows call functions of the table");
                self.b.math(rule, args)
            }
            syn::Expr::Cast(it) => {
                let value = self.expr(&it.expr);
                let ty = self.b.body.ty(self.y).clone();
                self.b.cast(value, ty)
            }
            syn::Expr::If(it) => {
                let cond = self.expr(&it.cond);
                let then = self.block(&it.then_branch);
                let (_, otherwise) = it.else_branch.as_ref().expect("rows give a value on both sides");
                let otherwise = self.expr(otherwise);
                self.b.select(cond, then, otherwise)
            }
            syn::Expr::Block(it) => self.block(&it.block),
            _ => unreachable!("rows are arithmetic, calls of rules, casts and `if`"),
        }
    }

    fn block(&mut self, block: &syn::Block) -> ValueId {
        match block.stmts.as_slice() {
            [syn::Stmt::Expr(expr, None)] => self.expr(expr),
            _ => unreachable!("a block of a row is one expression"),
        }
    }

    fn literal(&mut self, lit: &syn::Lit) -> ValueId {
        match lit {
            syn::Lit::Float(it) => {
                let x = it.base10_parse().expect("rows have valid literals");
                self.b.float_like(x, self.y)
            }
            syn::Lit::Int(it) => self
                .b
                .int(it.base10_parse().expect("rows have valid literals"), Int::I32),
            _ => unreachable!("rows have numbers only"),
        }
    }

    fn variable(&mut self, path: &syn::ExprPath) -> ValueId {
        let name = path
            .path
            .get_ident()
            .expect("rows name arguments and the result")
            .to_string();
        match self.rule.args.iter().position(|arg| *arg == name) {
            Some(k) => self.args[k],
            None => self.y,
        }
    }

    fn binary(&mut self, it: &syn::ExprBinary) -> ValueId {
        let (lhs, rhs) = (self.expr(&it.left), self.expr(&it.right));
        match it.op {
            syn::BinOp::Add(_) => self.b.binary(BinaryOp::Add, lhs, rhs),
            syn::BinOp::Sub(_) => self.b.binary(BinaryOp::Sub, lhs, rhs),
            syn::BinOp::Mul(_) => self.b.binary(BinaryOp::Mul, lhs, rhs),
            syn::BinOp::Div(_) => self.b.binary(BinaryOp::Div, lhs, rhs),
            syn::BinOp::Gt(_) => self.b.compare(CompareOp::Gt, lhs, rhs),
            syn::BinOp::Lt(_) => self.b.compare(CompareOp::Lt, lhs, rhs),
            syn::BinOp::Eq(_) => self.b.compare(CompareOp::Eq, lhs, rhs),
            syn::BinOp::Ne(_) => self.b.compare(CompareOp::Ne, lhs, rhs),
            _ => unreachable!("rows use four operators and four comparisons"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_can_be_built() {
        for name in [
            "sin", "atan2", "max", "clamp", "powf", "powi", "hypot", "copysign",
        ] {
            for argc in 1..=3 {
                let Some(rule) = find(name, argc) else { continue };
                let mut b = Builder::scratch();
                b.begin();
                let args: Vec<_> = (0..argc).map(|_| b.value(Type::F64)).collect();
                let y = b.value(Type::F64);
                for k in 0..argc {
                    partial(&mut b, rule, k, &args, y);
                }
                assert!(!b.end().stmts.is_empty(), "{name}");
            }
        }
    }
}
