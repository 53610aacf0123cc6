//! Matrices that begin: `DVector::zeros(n)`, `Vector3::new(x, y, z)`, `DMatrix::from_fn(…)`.

use super::Lowerer;
use super::operand::{Lowered, Operand};
use super::places::inner;
use crate::ir::{BinaryOp, Float, HostArg, Init, Instr, Int, PlaceRef, Proj, Type, ValueId};
use quote::quote;

/// The element of the matrix type whose function `func` is.
pub(super) fn constructed(func: &syn::Expr, lowerer: &Lowerer<'_>) -> Option<Type> {
    let syn::Expr::Path(it) = inner(func) else {
        return None;
    };
    let ty = it.path.segments.iter().rev().nth(1)?;
    if it.qself.is_some() || !crate::parse::is_matrix_name(&ty.ident.to_string()) {
        return None;
    }
    let open = || Some(Type::Float(Float::Inferred));
    let syn::PathArguments::AngleBracketed(args) = &ty.arguments else {
        return open();
    };
    let element = args.args.first().and_then(|arg| match arg {
        syn::GenericArgument::Type(ty) => lowerer.written(ty),
        _ => None,
    });
    element.filter(|ty| matches!(ty, Type::Float(_))).or_else(open)
}

impl Lowerer<'_> {
    /// A function of a matrix type: host code, unless what carries a derivative goes into it.
    pub(super) fn matrix_constructor(
        &mut self,
        expr: &syn::Expr,
        it: &syn::ExprCall,
        element: Type,
    ) -> Lowered<Operand> {
        let name = match inner(&it.func) {
            syn::Expr::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()),
            _ => None,
        };
        let name = name.unwrap_or_default();
        let ty = Type::matrix(element.clone());
        let sizes = matches!(name.as_str(), "zeros" | "identity");
        if sizes || !it.args.iter().any(|arg| self.touches_varied(arg)) {
            return self.host(expr, Some(&ty));
        }
        match (name.as_str(), it.args.len()) {
            ("new", 1..) => self.matrix_of_entries(it, &element),
            ("from_element" | "repeat", 1..) => {
                let (value, sizes) = split_last(it);
                let value = self.value(value, Some(&element))?;
                let res = self.matrix_of_zeros(it, &sizes, &element)?;
                let to = self.path_of(&res).expect("a matrix that begins is a place");
                self.effect(Instr::Fill { to, value });
                Ok(res)
            }
            ("from_fn", 1..) => self.matrix_from_fn(it, &element),
            (
                "from_row_slice" | "from_column_slice" | "from_vec" | "from_row_iterator" | "from_iterator"
                | "from",
                1..,
            ) => self.matrix_from_list(it, &name, &element),
            ("from_diagonal", 1) => {
                let diagonal = self.expr(&it.args[0], Some(&ty))?;
                match self.path_of(&diagonal) {
                    Some(at) if self.type_at(&at).is_matrix() => Ok(self.row_of("from_diagonal", at)),
                    _ => self.unsupported(&it.args[0], "a matrix with this diagonal"),
                }
            }
            _ => self.refuse(
                &it.func,
                "nothing is known about the derivative of this constructor",
                "begin with `zeros`, and write the entries one by one",
            ),
        }
    }

    /// `Ty::zeros(sizes)`
    fn matrix_of_zeros(
        &mut self,
        it: &syn::ExprCall,
        sizes: &[&syn::Expr],
        element: &Type,
    ) -> Lowered<Operand> {
        let mut zeros = it.clone();
        if let syn::Expr::Path(path) = &mut *zeros.func
            && let Some(last) = path.path.segments.last_mut()
        {
            last.ident = syn::Ident::new("zeros", last.ident.span());
            last.arguments = syn::PathArguments::None;
        }
        zeros.args = sizes.iter().map(|size| (*size).clone()).collect();
        self.host(&syn::Expr::Call(zeros), Some(&Type::matrix(element.clone())))
    }

    /// `Vector3::new(x, y, z)`, `Matrix2::new(m11, m12, m21, m22)`: row by row.
    fn matrix_of_entries(&mut self, it: &syn::ExprCall, element: &Type) -> Lowered<Operand> {
        let values: Vec<_> = it.args.iter().map(|arg| self.value(arg, Some(element))).collect();
        let values = values.into_iter().collect::<Lowered<Vec<_>>>()?;
        let res = self.matrix_of_zeros(it, &[], element)?;
        let to = self.path_of(&res).expect("a matrix that begins is a place");
        let Some(columns) = columns_by_name(it) else {
            return self.refuse(
                &it.func,
                "how many columns this matrix has is not seen",
                "write its type before `::new`: `Matrix2::new(..)`, `Vector3::new(..)`",
            );
        };
        for (k, value) in values.into_iter().enumerate() {
            let at = match columns {
                1 => to.then(Proj::Index(self.usize(k))),
                _ => {
                    let (row, column) = (self.usize(k / columns), self.usize(k % columns));
                    to.then(Proj::Entry(row, column))
                }
            };
            self.store(at, value);
        }
        Ok(res)
    }

    /// `DMatrix::from_fn(rows, columns, |i, j| …)`, column by column.
    fn matrix_from_fn(&mut self, it: &syn::ExprCall, element: &Type) -> Lowered<Operand> {
        let (f, sizes) = split_last(it);
        let res = self.matrix_of_zeros(it, &sizes, element)?;
        let to = self.path_of(&res).expect("a matrix that begins is a place");
        let (rows, columns) = (self.size(&to, true), self.size(&to, false));
        self.counted(columns, |lowerer, j| {
            lowerer.counted(rows, |lowerer, i| {
                let item = lowerer.apply(f, vec![Operand::Value(i), Operand::Value(j)], Some(element))?;
                let Some(value) = lowerer.scalar(&item) else {
                    return lowerer.unsupported(f, "a matrix of this");
                };
                lowerer.store(to.then(Proj::Entry(i, j)), value);
                Ok(())
            })
        })?;
        Ok(res)
    }

    /// Entries out of an array, a slice or a `Vec`.
    fn matrix_from_list(&mut self, it: &syn::ExprCall, name: &str, element: &Type) -> Lowered<Operand> {
        let (list, sizes) = split_last(it);
        if name.ends_with("iterator") {
            return self.refuse(
                list,
                "a matrix made of an iterator cannot be differentiated yet",
                "use `from_fn`, or `from_vec`",
            );
        }
        let operand = self.expr(list, Some(&super::guess::aggregate()))?;
        let Some(from) = self
            .path_of(&operand)
            .filter(|at| self.type_at(at).element().is_some())
        else {
            return self.unsupported(list, "a matrix made of this");
        };
        let nested = self
            .type_at(&from)
            .element()
            .is_some_and(|inner| inner.element().is_some());
        if nested || self.type_at(&from).is_matrix() {
            return self.unsupported(list, "a matrix made of this");
        }
        let res = match (name, sizes.as_slice()) {
            // `DVector::from_vec(v)`: as long as the list.
            ("from_vec" | "from_row_slice" | "from_column_slice" | "from", []) => {
                self.vector_as_long_as(it, &from, element)?
            }
            _ => self.matrix_of_zeros(it, &sizes, element)?,
        };
        let to = self.path_of(&res).expect("a matrix that begins is a place");
        let (rows, columns) = (self.size(&to, true), self.size(&to, false));
        let by_rows = name == "from_row_slice";
        self.counted(columns, |lowerer, j| {
            lowerer.counted(rows, |lowerer, i| {
                let (outer, inner, width) = if by_rows { (i, j, columns) } else { (j, i, rows) };
                let before = lowerer.binary(BinaryOp::Mul, outer, width);
                let at = lowerer.binary(BinaryOp::Add, before, inner);
                let value = lowerer.load(from.then(Proj::Index(at)), element_type(lowerer, &from));
                lowerer.store(to.then(Proj::Entry(i, j)), value);
                Ok(())
            })
        })?;
        Ok(res)
    }

    /// Zeros of a type that has its size, or of a vector as long as `list`.
    fn vector_as_long_as(&mut self, it: &syn::ExprCall, list: &PlaceRef, element: &Type) -> Lowered<Operand> {
        let name = match inner(&it.func) {
            syn::Expr::Path(path) => path
                .path
                .segments
                .iter()
                .rev()
                .nth(1)
                .map(|ty| ty.ident.to_string()),
            _ => None,
        };
        if name.as_deref() != Some("DVector") && name.as_deref() != Some("RowDVector") {
            return self.matrix_of_zeros(it, &[], element);
        }
        let len = self.length(list);
        let hole: syn::Expr = syn::parse_quote!(__h0);
        let mut zeros = it.clone();
        if let syn::Expr::Path(path) = &mut *zeros.func
            && let Some(last) = path.path.segments.last_mut()
        {
            last.ident = syn::Ident::new("zeros", last.ident.span());
        }
        zeros.args = [hole].into_iter().collect();
        let ty = Type::matrix(element.clone());
        let args = vec![HostArg::Value(len)];
        Ok(self.host_result(quote!(#zeros), args, true, Some(&ty)))
    }

    /// `a.nrows()` or `a.ncols()`
    fn size(&mut self, at: &PlaceRef, rows: bool) -> ValueId {
        let template = match rows {
            true => quote!(__h0.nrows()),
            false => quote!(__h0.ncols()),
        };
        let args = vec![HostArg::Place(at.clone())];
        self.one(
            Instr::Host {
                template,
                args,
                pure: true,
            },
            Type::Int(Int::Usize),
        )
    }

    /// The matrix that a row of one operand gives.
    pub(super) fn row_of(&mut self, row: &str, at: PlaceRef) -> Operand {
        let element = self.type_at(&at).leaf().clone();
        let op = crate::ir::MatrixOp {
            rule: crate::rules::linalg::row(row),
            args: vec![crate::ir::MatrixArg::Place(at)],
        };
        self.begun(Type::matrix(element), Init::Matrix(op))
    }
}

fn element_type(lowerer: &Lowerer<'_>, list: &PlaceRef) -> Type {
    lowerer.type_at(list).leaf().clone()
}

/// The last argument, and those before it.
fn split_last(it: &syn::ExprCall) -> (&syn::Expr, Vec<&syn::Expr>) {
    let mut all: Vec<_> = it.args.iter().collect();
    let last = all.pop().expect("the constructor has arguments");
    (last, all)
}

/// How many columns the type has that is written before `::new`.
fn columns_by_name(it: &syn::ExprCall) -> Option<usize> {
    let syn::Expr::Path(path) = inner(&it.func) else {
        return None;
    };
    let ty = path.path.segments.iter().rev().nth(1)?;
    let name = ty.ident.to_string();
    if name.ends_with("DMatrix") || name.ends_with("DVector") {
        return None;
    }
    if name.starts_with("RowVector") || name.starts_with("Vector") || name.ends_with("SVector") {
        return Some(1);
    }
    if name == "SMatrix" {
        let syn::PathArguments::AngleBracketed(args) = &ty.arguments else {
            return None;
        };
        return match args.args.iter().nth(2)? {
            syn::GenericArgument::Const(syn::Expr::Lit(lit)) => match &lit.lit {
                syn::Lit::Int(n) => n.base10_parse().ok(),
                _ => None,
            },
            _ => None,
        };
    }
    let sides = name.strip_prefix("Matrix")?;
    sides
        .split_once('x')
        .map_or(sides, |(_, columns)| columns)
        .parse()
        .ok()
}
