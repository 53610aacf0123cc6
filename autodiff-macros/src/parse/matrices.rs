//! The matrix types of nalgebra, by the names that it gives them. Whether they are what they are called is asserted in
//! what is emitted.

use super::types::length;
use crate::ir::{Len, Matrix, Type};
use quote::ToTokens;

/// A matrix type as it is written.
pub(super) struct Written<'t> {
    pub(super) element: &'t syn::Type,
    path: &'t syn::TypePath,
    rows: Len,
    columns: Len,
}

impl Written<'_> {
    pub(super) fn of(&self, element: Type) -> Type {
        Type::Matrix(Box::new(Matrix {
            element,
            written: Some(self.path.to_token_stream()),
            rows: self.rows.clone(),
            columns: self.columns.clone(),
            factor: None,
            optional: false,
        }))
    }
}

/// `DMatrix<f64>`, `SVector<f64, N>`, `Matrix2x3<f32>`, …
pub(super) fn matrix(it: &syn::TypePath) -> Option<Written<'_>> {
    let there = it.qself.is_none() && cfg!(feature = "nalgebra");
    let last = it.path.segments.last().filter(|_| there)?;
    let syn::PathArguments::AngleBracketed(args) = &last.arguments else {
        return None;
    };
    let mut args = args.args.iter();
    let Some(syn::GenericArgument::Type(element)) = args.next() else {
        return None;
    };
    let sizes: Vec<Len> = args.filter_map(size).collect();
    let (rows, columns) = sides(&last.ident.to_string(), &sizes)?;
    Some(Written {
        element,
        path: it,
        rows,
        columns,
    })
}

/// Whether nalgebra has a matrix type of this name.
pub(crate) fn is_name(name: &str) -> bool {
    [0, 1, 2]
        .into_iter()
        .any(|count| sides(name, &vec![Len::Inferred; count]).is_some())
}

/// A size among the arguments of a type: `3`, `N`, `{ N }`.
fn size(arg: &syn::GenericArgument) -> Option<Len> {
    match arg {
        syn::GenericArgument::Const(expr) => Some(length(expr)),
        // A name that may be a const parameter.
        syn::GenericArgument::Type(ty) => Some(Len::Expr(ty.to_token_stream())),
        _ => None,
    }
}

/// Rows and columns of the type called `name` with these sizes as arguments.
fn sides(name: &str, sizes: &[Len]) -> Option<(Len, Len)> {
    let one = || Len::Known(1);
    Some(match (name, sizes) {
        ("DMatrix", []) => (Len::Inferred, Len::Inferred),
        ("DVector", []) => (Len::Inferred, one()),
        ("RowDVector", []) => (one(), Len::Inferred),
        ("SMatrix", [rows, columns]) => (rows.clone(), columns.clone()),
        ("SVector", [rows]) => (rows.clone(), one()),
        ("RowSVector", [columns]) => (one(), columns.clone()),
        (name, []) => {
            let known = |text: &str| match text {
                "X" => Some(Len::Inferred),
                text => text.parse().ok().filter(|n| (1..=6).contains(n)).map(Len::Known),
            };
            if let Some(n) = name.strip_prefix("RowVector") {
                return Some((one(), known(n)?));
            }
            if let Some(n) = name.strip_prefix("Vector") {
                return Some((known(n)?, one()));
            }
            let sides = name.strip_prefix("Matrix")?;
            match sides.split_once('x') {
                Some((rows, columns)) => (known(rows)?, known(columns)?),
                None => (known(sides)?, known(sides)?),
            }
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::is_name;

    #[test]
    fn matrices_are_known_by_name() {
        for name in [
            "DMatrix",
            "SVector",
            "Vector3",
            "Matrix4",
            "Matrix2x3",
            "Matrix3xX",
            "RowVector2",
        ] {
            assert!(is_name(name), "{name}");
        }
        for name in [
            "Matrix",
            "Vector",
            "Matrix7",
            "Vec",
            "Matrix3y4",
            "Rotation3",
            "Point3",
        ] {
            assert!(!is_name(name), "{name}");
        }
    }
}
