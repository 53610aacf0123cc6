//! Matrices of nalgebra: operators, and the methods that give a number or another matrix.

use super::Lowerer;
use super::operand::{By, Lowered, Operand};
use crate::ir::{
    BinaryOp, Factor, Float, HostArg, Init, Instr, Int, Matrix, MatrixArg, MatrixOp, PlaceRef, Proj, Type,
    ValueId,
};
use crate::rules::linalg::{self, Gives, Kind};
use quote::{ToTokens, quote};

/// Methods of nalgebra's matrices that are rows of the table: what they are called, and the row.
const METHODS: &[(&str, &str)] = &[
    ("transpose", "transpose"),
    ("tr_mul", "tr_mul"),
    ("component_mul", "component_mul"),
    ("component_div", "component_div"),
    ("scale", "scale"),
    ("unscale", "unscale"),
    ("cross", "cross"),
    ("dot", "inner"),
    ("norm", "norm"),
    ("magnitude", "norm"),
    ("norm_squared", "norm_squared"),
    ("magnitude_squared", "norm_squared"),
    ("normalize", "normalize"),
    ("sum", "sum"),
    ("mean", "mean"),
    ("trace", "trace"),
    ("diagonal", "diagonal"),
    ("row", "row"),
    ("column", "column"),
    ("determinant", "determinant"),
    ("exp", "exp"),
];

/// The row of the method `name` with `argc` arguments, the receiver not counted.
fn method(name: &str, argc: usize) -> Option<&'static linalg::Rule> {
    let (_, row) = METHODS.iter().find(|(method, _)| *method == name)?;
    linalg::find(row).filter(|rule| rule.args.len() == argc + 1)
}

/// Methods that give a copy of the matrix.
fn is_copy(name: &str) -> bool {
    matches!(name, "clone" | "clone_owned" | "into_owned" | "to_owned")
}

/// What a method of a matrix of `element` gives, as far as it is known.
pub(super) fn peek_method(name: &str, argc: usize, matrix: &Matrix) -> Type {
    let element = &matrix.element;
    if matrix.factor.is_some() || matrix.optional {
        return super::factors::peek_method(name, matrix);
    }
    match (name, argc) {
        ("lu", 0) => Type::factor(element.clone(), Some(Factor::Lu), false),
        ("cholesky", 0) => Type::factor(element.clone(), Some(Factor::Cholesky), true),
        ("try_inverse", 0) => Type::factor(element.clone(), None, true),
        ("len" | "nrows" | "ncols", 0) => Type::USIZE,
        ("is_empty", 0) => Type::Bool,
        ("map", 1) | ("zip_map", 2) => Type::matrix(element.clone()),
        _ if is_copy(name) => Type::matrix(element.clone()),
        _ => match method(name, argc).map(|rule| rule.gives) {
            Some(Gives::Matrix) => Type::matrix(element.clone()),
            Some(Gives::Scalar) => element.clone(),
            None => Type::Host,
        },
    }
}

/// Whether the method, called on what a function returned, says that this is a matrix.
pub(super) fn is_matrix_method(name: &str) -> bool {
    METHODS
        .iter()
        .any(|(method, _)| *method == name && !matches!(name, "sum" | "scale"))
        || matches!(name, "nrows" | "ncols" | "clone_owned")
}

/// The entry that a field names: `v.x`, `m.m12`.
pub(super) fn entry(member: &syn::Member) -> Option<(usize, Option<usize>)> {
    let syn::Member::Named(name) = member else {
        return None;
    };
    let name = name.to_string();
    let at = match name.as_str() {
        "x" => 0,
        "y" => 1,
        "z" => 2,
        "w" => 3,
        "a" => 4,
        "b" => 5,
        _ => {
            let digits: Vec<_> = name.strip_prefix('m')?.chars().map(|c| c.to_digit(10)).collect();
            return match digits.as_slice() {
                [Some(row @ 1..=6), Some(column @ 1..=6)] => {
                    Some((*row as usize - 1, Some(*column as usize - 1)))
                }
                _ => None,
            };
        }
    };
    Some((at, None))
}

impl Lowerer<'_> {
    /// Whether an operator has a matrix on one side.
    pub(super) fn meets_matrix(&self, left: &syn::Expr, right: &syn::Expr) -> bool {
        self.peek(left).is_matrix() || self.peek(right).is_matrix()
    }

    /// `a op b`, one of them a matrix.
    pub(super) fn matrix_operator(&mut self, it: &syn::ExprBinary, op: BinaryOp) -> Lowered<Operand> {
        let (left, right) = (self.peek(&it.left), self.peek(&it.right));
        let element = if left.is_matrix() {
            left.leaf()
        } else {
            right.leaf()
        }
        .clone();
        let (a, b) = match op {
            BinaryOp::Add | BinaryOp::Sub => (
                self.matrix(&it.left, &element).map(MatrixArg::Place),
                self.matrix(&it.right, &element).map(MatrixArg::Place),
            ),
            _ => (
                self.factor(&it.left, &left, &element),
                self.factor(&it.right, &right, &element),
            ),
        };
        let (a, b) = (a?, b?);
        self.b.span = super::operators::operator_span(&it.op);
        let (row, args) = match (op, &a, &b) {
            (BinaryOp::Add, ..) => ("add", vec![a, b]),
            (BinaryOp::Sub, ..) => ("sub", vec![a, b]),
            (BinaryOp::Mul, MatrixArg::Place(_), MatrixArg::Place(_)) => ("mul", vec![a, b]),
            (BinaryOp::Mul, MatrixArg::Place(_), MatrixArg::Value(_)) => ("scale", vec![a, b]),
            (BinaryOp::Mul, MatrixArg::Value(_), MatrixArg::Place(_)) => ("scale", vec![b, a]),
            (BinaryOp::Div, MatrixArg::Place(_), MatrixArg::Value(_)) => ("unscale", vec![a, b]),
            _ => {
                return self.refuse(
                    &it.op,
                    "this operator cannot be differentiated for a matrix",
                    "use `+`, `-` and `*`, a division by a number, or methods such as `component_div`",
                );
            }
        };
        Ok(self.matrix_result(row, args))
    }

    /// A factor: a matrix, or a number, which is what anything unknown is taken for.
    fn factor(&mut self, expr: &syn::Expr, peeked: &Type, element: &Type) -> Lowered<MatrixArg> {
        if peeked.is_matrix() {
            return self.matrix(expr, element).map(MatrixArg::Place);
        }
        self.value(expr, Some(element)).map(MatrixArg::Value)
    }

    /// `expr` as a matrix.
    pub(super) fn matrix(&mut self, expr: &syn::Expr, element: &Type) -> Lowered<PlaceRef> {
        let want = Type::matrix(element.clone());
        let operand = self.in_place(expr, Some(&want))?;
        match self.path_of(&operand) {
            Some(at) if self.type_at(&at).is_matrix() => Ok(at),
            _ => self.refuse(
                expr,
                "this is not known to be a matrix",
                "bind it by `let`, and write its type there: `let a: DMatrix<f64> = …;`",
            ),
        }
    }

    /// `-a`
    pub(super) fn negated_matrix(&mut self, it: &syn::ExprUnary) -> Lowered<Operand> {
        let element = self.peek(&it.expr).leaf().clone();
        let at = self.matrix(&it.expr, &element)?;
        self.b.span = super::operators::operator_span(&it.op);
        Ok(self.matrix_result("neg", vec![MatrixArg::Place(at)]))
    }

    /// The matrix or the number that a row gives.
    pub(super) fn matrix_result(&mut self, row: &str, args: Vec<MatrixArg>) -> Operand {
        let element = self.element_of(&args);
        let rule = linalg::row(row);
        let op = MatrixOp { rule, args };
        match rule.gives {
            Gives::Matrix => self.begun(Type::matrix(element), Init::Matrix(op)),
            Gives::Scalar => Operand::Value(self.one(Instr::Matrix(op), element)),
        }
    }

    fn element_of(&self, args: &[MatrixArg]) -> Type {
        let matrix = args.iter().find_map(|arg| match arg {
            MatrixArg::Place(at) => Some(self.type_at(at).leaf().clone()),
            MatrixArg::Value(_) => None,
        });
        matrix.unwrap_or(Type::Float(Float::Inferred))
    }

    /// `a op= b`, where `a` is a matrix.
    pub(super) fn matrix_compound(&mut self, it: &syn::ExprBinary, op: BinaryOp) -> Lowered<Operand> {
        let (left, right) = (self.peek(&it.left), self.peek(&it.right));
        let element = left.leaf().clone();
        let value = match op {
            BinaryOp::Add | BinaryOp::Sub => self.matrix(&it.right, &element).map(MatrixArg::Place),
            _ => self.factor(&it.right, &right, &element),
        };
        let value = value?;
        let target = self.in_place(&it.left, None)?;
        let Some(to) = self.path_of(&target) else {
            return self.unsupported(&it.left, "an assignment to this");
        };
        self.b.span = super::operators::operator_span(&it.op);
        let value = match value {
            // The adjoint of a sum reads nothing, but no memory is read and written in one go.
            MatrixArg::Place(at) if at.root == to.root && matches!(op, BinaryOp::Add | BinaryOp::Sub) => {
                let copy = self.copied(&at, false);
                MatrixArg::Place(self.path_of(&copy).expect("a copy is a place"))
            }
            other => other,
        };
        let row = match (op, value) {
            (BinaryOp::Add, MatrixArg::Place(from)) => {
                self.effect(Instr::Accumulate { to, from });
                return Ok(Operand::UNIT);
            }
            (BinaryOp::Sub, from @ MatrixArg::Place(_)) => {
                let op = MatrixOp {
                    rule: linalg::row("neg"),
                    args: vec![from],
                };
                self.effect(Instr::AddMatrix {
                    to,
                    op,
                    negative: false,
                });
                return Ok(Operand::UNIT);
            }
            (BinaryOp::Mul, value @ MatrixArg::Place(_)) => ("mul", value),
            (BinaryOp::Mul, value @ MatrixArg::Value(_)) => ("scale", value),
            (BinaryOp::Div, value @ MatrixArg::Value(_)) => ("unscale", value),
            _ => {
                return self.refuse(
                    &it.op,
                    "this operator cannot be differentiated for a matrix",
                    "use `+=`, `-=`, `*=`, or `/=` by a number",
                );
            }
        };
        let (row, value) = row;
        let result = self.matrix_result(row, vec![MatrixArg::Place(to.clone()), value]);
        self.assign_place(&it.left, to, result)?;
        Ok(Operand::UNIT)
    }

    /// `a.method(args)`, where `a` is a matrix.
    pub(super) fn matrix_method(
        &mut self,
        it: &syn::ExprMethodCall,
        receiver: &Operand,
        want: Option<&Type>,
    ) -> Lowered<Operand> {
        let Some(at) = self.path_of(receiver) else {
            return self.unsupported(&it.receiver, "a method of this");
        };
        let name = it.method.to_string();
        if let Type::Matrix(matrix) = self.type_at(&at)
            && (matrix.factor.is_some() || matrix.optional)
        {
            return self.factor_method(it, receiver, at, &matrix);
        }
        let element = self.type_at(&at).leaf().clone();
        if is_copy(&name) {
            return Ok(self.copied(&at, false));
        }
        match (name.as_str(), it.args.len()) {
            ("lu", 0) => return Ok(self.factorised(at, Factor::Lu)),
            ("cholesky", 0) => return Ok(self.factorised(at, Factor::Cholesky)),
            ("try_inverse", 0) => {
                let inverse = self.matrix_result("inverse", vec![MatrixArg::Place(at)]);
                return Ok(self.in_option(inverse, None));
            }
            ("len", 0) => return Ok(Operand::Value(self.len(at))),
            ("nrows" | "ncols", 0) => return Ok(Operand::Value(self.side_of(&at, &it.method))),
            ("iter" | "as_slice" | "as_ref", 0) => return Ok(Operand::Place { at, by: By::Ref }),
            ("iter_mut" | "as_mut", 0) => return Ok(Operand::Place { at, by: By::RefMut }),
            ("fill", 1) => {
                let value = self.value(&it.args[0], Some(&element))?;
                self.effect(Instr::Fill { to: at, value });
                return Ok(Operand::UNIT);
            }
            ("copy_from", 1) => {
                let from = self.matrix(&it.args[0], &element)?;
                self.effect(Instr::CopyTo { to: at, from });
                return Ok(Operand::UNIT);
            }
            ("map", 1) => return self.map_matrix(it, &at),
            ("zip_map", 2) => return self.zip_matrices(it, &at),
            _ => (),
        }
        let Some(rule) = method(&name, it.args.len()) else {
            let whole = syn::Expr::MethodCall(it.clone());
            if !self.touches_varied(&whole) {
                return self.host(&whole, want);
            }
            let message = format!("nothing is known about the derivative of a matrix's `{name}`");
            let help = "write it by operators and methods such as `dot`, `norm`, `tr_mul`, or as a loop over the entries";
            return self.refuse(&it.method, &message, help);
        };
        let mut args = vec![MatrixArg::Place(at)];
        for ((_, kind), arg) in rule.args[1..].iter().zip(&it.args) {
            args.push(match kind {
                Kind::Matrix | Kind::Shape => MatrixArg::Place(self.matrix(arg, &element)?),
                Kind::Scalar => MatrixArg::Value(self.value(arg, Some(&element))?),
                Kind::Index => MatrixArg::Value(self.value(arg, Some(&Type::USIZE))?),
            });
        }
        self.b.span = it.method.span();
        Ok(self.matrix_result(rule.name, args))
    }

    /// `a.nrows()`
    fn side_of(&mut self, at: &PlaceRef, method: &syn::Ident) -> ValueId {
        let instr = Instr::Host {
            template: quote!(__h0.#method()),
            args: vec![HostArg::Place(at.clone())],
            pure: true,
        };
        self.one(instr, Type::Int(Int::Usize))
    }

    /// A matrix of zeros in the size of `at`.
    fn sized_like(&mut self, at: &PlaceRef) -> (Operand, PlaceRef) {
        let element = self.type_at(at).leaf().clone();
        let res = self.begun(Type::matrix(element), Init::ZerosLike(at.clone()));
        let to = self.path_of(&res).expect("a matrix that begins is a place");
        (res, to)
    }

    /// `a.map(|x| …)`: a loop over the entries.
    fn map_matrix(&mut self, it: &syn::ExprMethodCall, at: &PlaceRef) -> Lowered<Operand> {
        let (res, to) = self.sized_like(at);
        let len = self.len(at.clone());
        self.counted(len, |lowerer, k| {
            let item = lowerer.element(at, k, By::Owned);
            let item = lowerer.settled(item);
            lowerer.entry_by(it, &to, k, vec![item])
        })?;
        Ok(res)
    }

    /// `a.zip_map(&b, |x, y| …)`
    fn zip_matrices(&mut self, it: &syn::ExprMethodCall, at: &PlaceRef) -> Lowered<Operand> {
        let element = self.type_at(at).leaf().clone();
        let other = self.matrix(&it.args[0], &element)?;
        let (res, to) = self.sized_like(at);
        let len = self.len(at.clone());
        self.counted(len, |lowerer, k| {
            let items = [at, &other].map(|at| lowerer.element(at, k, By::Owned));
            let items = items.map(|item| lowerer.settled(item)).to_vec();
            lowerer.entry_by(it, &to, k, items)
        })?;
        Ok(res)
    }

    /// `to[k] = f(items)`, where `f` is the last argument.
    fn entry_by(
        &mut self,
        it: &syn::ExprMethodCall,
        to: &PlaceRef,
        k: ValueId,
        items: Vec<Operand>,
    ) -> Lowered<()> {
        let f = it.args.last().expect("the method takes a function");
        let item = self.apply(f, items, None)?;
        let Some(value) = self.scalar(&item) else {
            return self.unsupported(f, "a matrix of this");
        };
        self.store(to.then(Proj::Index(k)), value);
        Ok(())
    }

    /// `a[(i, j)]`
    pub(super) fn matrix_entry(&mut self, at: &PlaceRef, index: &syn::ExprTuple) -> Lowered<Operand> {
        let mut indices = Vec::new();
        for part in &index.elems {
            if let syn::Expr::Range(_) = super::places::inner(part) {
                return self.refuse(
                    part,
                    "a range of rows or columns cannot be differentiated yet",
                    "take the entries one by one: `a[(i, j)]`",
                );
            }
            indices.push(self.value(part, Some(&Type::USIZE))?);
        }
        match indices.as_slice() {
            [row, column] => Ok(Operand::Place {
                at: at.then(Proj::Entry(*row, *column)),
                by: By::Owned,
            }),
            _ => self.refuse(index, "an entry of a matrix has two indices", "write `a[(i, j)]`"),
        }
    }

    /// `v.x`, `m.m12`
    pub(super) fn matrix_field(&mut self, it: &syn::ExprField) -> Lowered<Operand> {
        let base = self.in_place(&it.base, None)?;
        let (Some(at), Some((row, column))) = (self.path_of(&base), entry(&it.member)) else {
            return self.refuse(
                &it.member,
                "this field of a matrix is not known",
                "read an entry: `v[i]`, `a[(i, j)]`",
            );
        };
        let row = self.usize(row);
        let proj = match column {
            None => Proj::Index(row),
            Some(column) => Proj::Entry(row, self.usize(column)),
        };
        Ok(Operand::Place {
            at: at.then(proj),
            by: By::Owned,
        })
    }

    /// Host code that gives a matrix: of nalgebra, or it does not compile; and owned.
    pub(super) fn owned_matrix(&self, template: impl ToTokens) -> proc_macro2::TokenStream {
        let facade = &self.request.facade;
        quote!(#facade::__private::linalg::owned(&(#template)))
    }
}
