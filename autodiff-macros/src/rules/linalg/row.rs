//! A row's tangent or adjoint, from the row's text to instructions.

use super::{Gives, Rule, row};
use crate::ir::{
    BinaryOp, Builder, CompareOp, Const, Init, MatrixArg, MatrixOp, PlaceId, PlaceRef, Type, ValueId,
};
use std::collections::BTreeMap;

/// What a formula is made of.
#[derive(Clone, Debug)]
pub(crate) enum Term {
    Matrix(PlaceRef),
    Scalar(ValueId),
}

/// What a formula gives; of a matrix, not computed yet: it may be added to something without a temporary.
#[derive(Debug)]
pub(crate) enum Outcome {
    Scalar(ValueId),
    /// The matrix itself, or its negative.
    Place {
        at: PlaceRef,
        negative: bool,
    },
    Op {
        op: MatrixOp,
        negative: bool,
    },
}

/// Where the names of a row lead to.
pub(crate) trait Frame {
    fn builder(&mut self) -> &mut Builder;
    /// Operand `k` of the operation.
    fn arg(&mut self, k: usize) -> Term;
    /// What the operation gave.
    fn result(&mut self) -> Term;
    /// A place for a matrix.
    fn temporary(&mut self) -> PlaceId;
}

/// The tangent of `rule`'s result by operand `k`, whose tangent is `dot`.
pub(crate) fn tangent(frame: &mut impl Frame, rule: &'static Rule, k: usize, dot: Term) -> Option<Outcome> {
    let slope = rule.slope(k)?;
    let expr = parsed(slope.tangent);
    let mut memory = BTreeMap::new();
    Some(
        Formula {
            frame,
            rule,
            moved: ("dot", dot),
            memory: &mut memory,
        }
        .outcome(&expr),
    )
}

/// The cotangent of operand `k`, of the result's cotangent `bar`. `memory` keeps matrices that several operands want.
pub(crate) fn adjoint(
    frame: &mut impl Frame,
    rule: &'static Rule,
    k: usize,
    bar: Term,
    memory: &mut BTreeMap<String, PlaceRef>,
) -> Option<Outcome> {
    let slope = rule.slope(k)?;
    let expr = parsed(slope.adjoint);
    Some(
        Formula {
            frame,
            rule,
            moved: ("bar", bar),
            memory,
        }
        .outcome(&expr),
    )
}

fn parsed(text: &str) -> syn::Expr {
    syn::parse_str(text).expect("rows are Rust expressions")
}

struct Formula<'f, F> {
    frame: &'f mut F,
    rule: &'static Rule,
    moved: (&'static str, Term),
    memory: &'f mut BTreeMap<String, PlaceRef>,
}

impl<F: Frame> Formula<'_, F> {
    /// The formula as a whole: a sign, and one operation that is left open.
    fn outcome(&mut self, expr: &syn::Expr) -> Outcome {
        match expr {
            syn::Expr::Unary(it) => match self.outcome(&it.expr) {
                Outcome::Scalar(value) => Outcome::Scalar(self.frame.builder().neg(value)),
                Outcome::Place { at, negative } => Outcome::Place {
                    at,
                    negative: !negative,
                },
                Outcome::Op { op, negative } => Outcome::Op {
                    op,
                    negative: !negative,
                },
            },
            syn::Expr::Call(it) => {
                if let Some(at) = self.memory.get(&key(expr)) {
                    let at = at.clone();
                    return Outcome::Place { at, negative: false };
                }
                let op = self.operation(it);
                // a · 1 = a, also for NaN and -0.0: the first seed is 1.
                if let ("scale", [MatrixArg::Place(at), MatrixArg::Value(s)]) =
                    (op.rule.name, op.args.as_slice())
                    && self.frame.builder().constant(*s) == Some(Const::Float(1.0))
                {
                    let at = at.clone();
                    return Outcome::Place { at, negative: false };
                }
                match op.rule.gives {
                    Gives::Matrix => Outcome::Op { op, negative: false },
                    Gives::Scalar => Outcome::Scalar(self.scalar_of(op)),
                }
            }
            other => match self.term(other) {
                Term::Matrix(at) => Outcome::Place { at, negative: false },
                Term::Scalar(value) => Outcome::Scalar(value),
            },
        }
    }

    fn scalar_of(&mut self, op: MatrixOp) -> ValueId {
        let ty = self.float();
        self.frame.builder().one(crate::ir::Instr::Matrix(op), ty)
    }

    /// The float that the matrices are made of.
    fn float(&mut self) -> Type {
        let terms: Vec<_> = (0..self.rule.args.len()).collect();
        for k in terms {
            if !matches!(self.rule.args[k].1, super::Kind::Matrix | super::Kind::Shape) {
                continue;
            }
            if let Term::Matrix(at) = self.frame.arg(k) {
                let ty = &self.frame.builder().body.place(at.root).ty;
                return ty.leaf().clone();
            }
        }
        Type::F64
    }

    fn operation(&mut self, it: &syn::ExprCall) -> MatrixOp {
        let syn::Expr::Path(path) = &*it.func else {
            unreachable!("rows call rows by name")
        };
        let name = path.path.get_ident().expect("rows call rows by name").to_string();
        let rule = row(&name);
        let args = it
            .args
            .iter()
            .map(|arg| match self.term(arg) {
                Term::Matrix(at) => MatrixArg::Place(at),
                Term::Scalar(value) => MatrixArg::Value(value),
            })
            .collect();
        MatrixOp { rule, args }
    }

    /// A part of a formula, computed.
    fn term(&mut self, expr: &syn::Expr) -> Term {
        match expr {
            syn::Expr::Paren(it) => self.term(&it.expr),
            syn::Expr::Group(it) => self.term(&it.expr),
            syn::Expr::Path(it) => self.name(it),
            syn::Expr::Lit(it) => {
                let syn::Lit::Float(lit) = &it.lit else {
                    unreachable!("rows have floats only")
                };
                let x = lit.base10_parse().expect("rows have valid literals");
                Term::Scalar(self.literal(x))
            }
            syn::Expr::Binary(it) => Term::Scalar(self.binary(it)),
            syn::Expr::If(it) => {
                let cond = self.scalar(&it.cond);
                let then = self.block(&it.then_branch);
                let (_, otherwise) = it.else_branch.as_ref().expect("rows give a value on both sides");
                let syn::Expr::Block(otherwise) = &**otherwise else {
                    unreachable!("rows have no `else if`")
                };
                let otherwise = self.block(&otherwise.block);
                Term::Scalar(self.frame.builder().select(cond, then, otherwise))
            }
            _ => match self.outcome(expr) {
                Outcome::Scalar(value) => Term::Scalar(value),
                Outcome::Place { at, negative: false } => Term::Matrix(at),
                Outcome::Place { at, negative: true } => {
                    let op = MatrixOp {
                        rule: row("neg"),
                        args: vec![MatrixArg::Place(at)],
                    };
                    Term::Matrix(self.computed(op))
                }
                Outcome::Op { op, negative } => {
                    let at = self.computed(op);
                    if !negative {
                        self.memory.insert(key(expr), at.clone());
                        return Term::Matrix(at);
                    }
                    let op = MatrixOp {
                        rule: row("neg"),
                        args: vec![MatrixArg::Place(at)],
                    };
                    Term::Matrix(self.computed(op))
                }
            },
        }
    }

    fn computed(&mut self, op: MatrixOp) -> PlaceRef {
        let place = self.frame.temporary();
        self.frame.builder().alloc(place, Init::Matrix(op));
        PlaceRef::whole(place)
    }

    fn block(&mut self, block: &syn::Block) -> ValueId {
        match block.stmts.as_slice() {
            [syn::Stmt::Expr(expr, None)] => self.scalar(expr),
            _ => unreachable!("a block of a row is one expression"),
        }
    }

    fn scalar(&mut self, expr: &syn::Expr) -> ValueId {
        match self.term(expr) {
            Term::Scalar(value) => value,
            Term::Matrix(_) => unreachable!("arithmetic in rows is of scalars"),
        }
    }

    fn literal(&mut self, x: f64) -> ValueId {
        let ty = self.float();
        let known = Const::Float(x);
        self.frame.builder().one(crate::ir::Instr::Const(known), ty)
    }

    fn name(&mut self, path: &syn::ExprPath) -> Term {
        let name = path.path.get_ident().expect("rows name operands").to_string();
        if name == self.moved.0 {
            return self.moved.1.clone();
        }
        match self.rule.args.iter().position(|(arg, _)| *arg == name) {
            Some(k) => self.frame.arg(k),
            None if name == "inf" => Term::Scalar(self.literal(f64::INFINITY)),
            None if name == "y" => self.frame.result(),
            None => unreachable!("`{name}` is no name of the row `{}`", self.rule.name),
        }
    }

    fn binary(&mut self, it: &syn::ExprBinary) -> ValueId {
        let (l, r) = (self.scalar(&it.left), self.scalar(&it.right));
        let b = self.frame.builder();
        match it.op {
            syn::BinOp::Add(_) => b.binary(BinaryOp::Add, l, r),
            syn::BinOp::Sub(_) => b.binary(BinaryOp::Sub, l, r),
            syn::BinOp::Mul(_) => b.binary(BinaryOp::Mul, l, r),
            syn::BinOp::Div(_) => b.binary(BinaryOp::Div, l, r),
            syn::BinOp::Eq(_) => b.compare(CompareOp::Eq, l, r),
            _ => unreachable!("rows use four operators and one comparison"),
        }
    }
}

fn key(expr: &syn::Expr) -> String {
    quote::ToTokens::to_token_stream(expr).to_string()
}

#[cfg(test)]
mod tests {
    use super::super::{RULES, find};

    #[test]
    fn rows_name_rows() {
        struct Calls(Vec<String>);
        impl<'ast> syn::visit::Visit<'ast> for Calls {
            fn visit_expr_call(&mut self, it: &'ast syn::ExprCall) {
                self.0
                    .push(quote::ToTokens::to_token_stream(&it.func).to_string());
                syn::visit::visit_expr_call(self, it);
            }
        }
        for rule in RULES {
            for slope in rule.slopes {
                for text in [slope.tangent, slope.adjoint] {
                    let expr = super::parsed(text);
                    let mut calls = Calls(Vec::new());
                    syn::visit::Visit::visit_expr(&mut calls, &expr);
                    for name in calls.0 {
                        assert!(find(&name).is_some(), "`{}` calls `{name}`", rule.name);
                    }
                }
            }
        }
    }
}
