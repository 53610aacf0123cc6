//! Factorisations: `a.lu().solve(&b).unwrap()`, `a.cholesky().unwrap().l()`.
//!
//! The user's variable is a matrix to us: the one that was factorised, or its factor. Their own function tells rustc
//! where an `Option` is unwrapped; whoever looks at it in another way is refused.

use super::Lowerer;
use super::operand::{By, Lowered, Operand};
use crate::ir::{Factor, Init, Matrix, MatrixArg, PlaceRef, Type};
use crate::rules::linalg::{self, Gives};

/// What a method of a factorisation, or of an `Option`, gives.
pub(super) fn peek_method(name: &str, matrix: &Matrix) -> Type {
    let element = matrix.element.clone();
    let factor = match (matrix.optional, matrix.factor, name) {
        (true, factor, "unwrap" | "expect") => return Type::factor(element, factor, false),
        (_, factor, "clone") => return Type::factor(element, factor, matrix.optional),
        (true, _, _) | (false, None, _) => return Type::Host,
        (false, Some(factor), _) => factor,
    };
    match row(name, factor).map(|row| linalg::row(row).gives) {
        Some(Gives::Scalar) => element,
        Some(Gives::Matrix) => Type::factor(element, None, is_optional(name, factor)),
        None => Type::Host,
    }
}

/// Whether the method gives an `Option`.
fn is_optional(name: &str, factor: Factor) -> bool {
    factor == Factor::Lu && matches!(name, "solve" | "try_inverse")
}

/// The row of the table that a method is, or ends in.
fn row(name: &str, factor: Factor) -> Option<&'static str> {
    Some(match (factor, name) {
        (Factor::Lu, "solve") => "lu_solve",
        (Factor::Lu, "determinant") => "lu_determinant",
        (Factor::Lu, "try_inverse") => "lu_inverse",
        (Factor::Cholesky, "solve") => "solve_lower_tr",
        (Factor::Cholesky, "l") => "lower",
        (Factor::Cholesky, "inverse") => "cholesky_inverse",
        (Factor::Cholesky, "determinant") => "cholesky_determinant",
        (Factor::Cholesky, "ln_determinant") => "cholesky_ln_determinant",
        (Factor::Lu | Factor::Cholesky, _) => return None,
    })
}

impl Lowerer<'_> {
    /// What stands for the factorisation of the matrix at `at`.
    pub(super) fn factorised(&mut self, at: PlaceRef, factor: Factor) -> Operand {
        let element = self.type_at(&at).leaf().clone();
        match factor {
            Factor::Lu => {
                let init = Init::Copy {
                    src: at,
                    moved: false,
                };
                self.begun(Type::factor(element, Some(factor), false), init)
            }
            Factor::Cholesky => {
                let l = self.matrix_result("cholesky", vec![MatrixArg::Place(at)]);
                self.in_option(l, Some(factor))
            }
        }
    }

    /// `matrix`, which nobody names yet, as an `Option`.
    pub(super) fn in_option(&mut self, matrix: Operand, factor: Option<Factor>) -> Operand {
        self.retyped(matrix, factor, true)
    }

    fn retyped(&mut self, matrix: Operand, factor: Option<Factor>, optional: bool) -> Operand {
        if let Operand::Place { at, .. } = &matrix {
            let ty = &mut self.b.body.places[at.root.0 as usize].ty;
            *ty = Type::factor(ty.leaf().clone(), factor, optional);
        }
        matrix
    }

    /// A method of the factorisation, or of the `Option`, at `at`.
    pub(super) fn factor_method(
        &mut self,
        it: &syn::ExprMethodCall,
        receiver: &Operand,
        at: PlaceRef,
        matrix: &Matrix,
    ) -> Lowered<Operand> {
        let name = it.method.to_string();
        match (name.as_str(), it.args.len(), matrix.optional) {
            ("unwrap", 0, true) | ("expect", 1, true) => {
                let inside = match receiver {
                    Operand::Place { by: By::Temp, .. } => receiver.clone(),
                    _ => self.copied(&at, false),
                };
                return Ok(self.retyped(inside, matrix.factor, false));
            }
            ("clone", 0, _) => return Ok(self.copied(&at, false)),
            _ => (),
        }
        let row = matrix
            .factor
            .filter(|_| !matrix.optional)
            .and_then(|factor| Some((row(&name, factor)?, factor)));
        let Some((row, factor)) = row else {
            let (what, help) = match matrix.optional {
                true => ("this `Option`", "take the matrix out by `unwrap` or `expect`"),
                false => ("a factorisation", "use `solve`, `l`, `inverse` or `determinant`"),
            };
            let message = format!("nothing is known about the derivative of `{name}` of {what}");
            return self.refuse(&it.method, &message, help);
        };
        let mut args = vec![MatrixArg::Place(at.clone())];
        if name == "solve" {
            let Some(b) = it.args.first() else {
                return self.unsupported(&it.method, "a solve of this");
            };
            let mut b = self.matrix(b, &matrix.element)?;
            self.b.span = it.method.span();
            if factor == Factor::Cholesky {
                let half = vec![MatrixArg::Place(at), MatrixArg::Place(b)];
                let half = self.matrix_result("solve_lower", half);
                b = self.path_of(&half).expect("a matrix is a place");
            }
            args.push(MatrixArg::Place(b));
        }
        self.b.span = it.method.span();
        let result = self.matrix_result(row, args);
        Ok(match is_optional(&name, factor) {
            true => self.in_option(result, None),
            false => result,
        })
    }
}
