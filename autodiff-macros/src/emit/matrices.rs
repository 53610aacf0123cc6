//! `jacobian` and `hessian`: from one sweep that gives all columns, or column by column.

use super::body::Code;
use super::signatures::{Count, Function, Param, Signature, bare_or_tuple, is_copy};
use super::types::{length, zeros};
use super::wrappers::local;
use crate::ir::{Body, Len, Passing, Tree, Type};
use crate::names;
use proc_macro2::{Literal, Span, TokenStream};
use quote::{ToTokens, quote};

/// The Jacobian from a sweep that gives one column for each scalar of the parameters.
///
/// ```text
/// pub fn jacobian(x: f64, y: f64) -> SMatrix<f64, 3, 2> {
///     …
///     let (column0, column1) = (by_x, by_y);
///     SMatrix::from([column0, column1])
/// }
/// ```
pub(super) fn jacobian_of_columns(
    signature: &Signature,
    mut function: Function,
    code: Code,
    count: usize,
) -> TokenStream {
    let Code {
        params,
        stmts,
        result,
        pullback: _,
    } = code;
    function.rename(params);
    let columns: Vec<_> = (0..count).map(|k| local(&format!("__column{k}"))).collect();
    let nalgebra = signature.names.private("nalgebra");
    let vectors = signature.request.output.1.is_matrix();
    let matrix = match signature.jacobian_size() {
        Some((Count::Known(_) | Count::Expr(_), _)) if vectors => {
            quote!(#nalgebra::SMatrix::from_columns(&[#(#columns),*]))
        }
        _ if vectors => quote!(#nalgebra::DMatrix::from_columns(&[#(#columns),*])),
        Some((Count::Known(_) | Count::Expr(_), Count::Known(_) | Count::Expr(_))) => {
            quote!(#nalgebra::SMatrix::from([#(#columns),*]))
        }
        _ => {
            let first = &columns[0];
            quote! {
                #nalgebra::DMatrix::from_vec(#first.len(), #count, [#(::std::vec::Vec::from(#columns)),*].concat())
            }
        }
    };
    function.with(quote! {
        #stmts
        let (#(#columns,)*) = #result;
        #matrix
    })
}

/// The Jacobian from a sweep that gives one row for each scalar of the result.
pub(super) fn jacobian_of_rows(
    signature: &Signature,
    mut function: Function,
    code: Code,
    body: &Body,
    rows: &[Tree],
) -> TokenStream {
    let Code {
        params,
        stmts,
        result,
        pullback: _,
    } = code;
    function.rename(params);
    let (patterns, entries) = taken_apart(rows, body);
    let columns = entries.first().map_or(0, Vec::len);
    let columns = (0..columns).map(|col| {
        let column = entries.iter().map(|row| &row[col]);
        quote!([#(#column),*])
    });
    let nalgebra = signature.names.private("nalgebra");
    function.with(quote! {
        #stmts
        let (#(#patterns,)*) = #result;
        #nalgebra::SMatrix::from([#(#columns),*])
    })
}

/// Patterns for columns, or rows, and their entries.
fn taken_apart(trees: &[Tree], body: &Body) -> (Vec<TokenStream>, Vec<Vec<TokenStream>>) {
    let one = |(k, tree): (usize, &Tree)| {
        let mut entries = Vec::new();
        let pattern = pattern(tree, k, body, &mut 0, &mut entries);
        (pattern, entries)
    };
    trees.iter().enumerate().map(one).unzip()
}

/// The Hessian from a sweep that gives all its columns. Only the triangle below the diagonal is looked at.
pub(super) fn hessian_of_columns(
    signature: &Signature,
    mut function: Function,
    code: Code,
    body: &Body,
    columns: &[Tree],
) -> TokenStream {
    let Code {
        params,
        stmts,
        result,
        pullback: _,
    } = code;
    function.rename(params);
    let (patterns, entries) = taken_apart(columns, body);
    let n = entries.len();
    let full = (0..n).map(|col| {
        let column = (0..n).map(|row| &entries[row.min(col)][row.max(col)]);
        quote!([#(#column),*])
    });
    let nalgebra = signature.names.private("nalgebra");
    function.with(quote! {
        #stmts
        let (#(#patterns,)*) = #result;
        #nalgebra::SMatrix::from([#(#full),*])
    })
}

/// Takes a column apart: its pattern, and the expression of each entry.
fn pattern(
    tree: &Tree,
    k: usize,
    body: &Body,
    leaves: &mut usize,
    rows: &mut Vec<TokenStream>,
) -> TokenStream {
    let mut leaf = || {
        *leaves += 1;
        local(&format!("__part{k}_{leaves}"))
    };
    match tree {
        Tree::Value(_) => {
            let leaf = leaf();
            rows.push(quote!(#leaf));
            quote!(#leaf)
        }
        Tree::Place(id) => {
            let leaf = leaf();
            let len = match &body.place(*id).ty {
                Type::Array(_, Len::Known(len)) => *len,
                _ => unreachable!("columns in one sweep are of arrays of known length"),
            };
            rows.extend((0..len).map(|at| {
                let at = Literal::usize_unsuffixed(at);
                quote!(#leaf[#at])
            }));
            quote!(#leaf)
        }
        Tree::Tuple(parts) => {
            let parts: Vec<_> = parts
                .iter()
                .map(|part| pattern(part, k, body, leaves, rows))
                .collect();
            quote!((#(#parts,)*))
        }
    }
}

/// Column by column in forward mode, or row by row in reverse mode where there are fewer rows.
pub(super) fn jacobian(signature: &Signature, function: Function) -> TokenStream {
    let Some((rows, columns)) = signature.jacobian_size() else {
        return TokenStream::new();
    };
    let reverse = matches!((&rows, &columns), (Count::Known(m), Count::Known(n)) if m < n);
    let body = match reverse {
        true => by_rows(signature, &rows, &columns),
        false => by_columns(signature, &rows, &columns),
    };
    function.with(body)
}

/// ```text
/// let mut tangent = vec![0.0; xs.len()];
/// let mut entries = Vec::new();
/// let columns = Entries::entries(&tangent);
/// for column in 0..columns {
///     Entries::set_entry(&mut tangent, column, 1.0);
///     let (_, result_dot) = Self::jvp(xs, &tangent);
///     entries.extend_from_slice(&result_dot);
///     Entries::set_entry(&mut tangent, column, 0.0);
/// }
/// DMatrix::from_vec(entries.len() / columns, columns, entries)
/// ```
fn by_columns(signature: &Signature, rows: &Count, columns: &Count) -> TokenStream {
    let own_jvp = signature.own("jvp");
    let (entries, column, result_dot) = (local("entries"), local("column"), local("result_dot"));
    let nalgebra = signature.names.private("nalgebra");
    let space = Space::new(signature);
    let (begin, tangent) = (space.begin(), space.lent());
    let (on, off) = (space.set(signature.number(1.0)), space.set(signature.number(0.0)));
    let (types, args, f) = (
        signature.turbofish(),
        args_again(signature),
        signature.own(names::PRIMAL),
    );
    let (count, rows_name) = (space.len(), local("rows"));
    let lent = match signature.request.output.1.is_matrix() {
        true => quote!(#result_dot.as_slice()),
        false => quote!(&#result_dot),
    };
    let matrix = match (rows.tokens(), columns.tokens()) {
        (Some(_), Some(_)) => quote!(#nalgebra::SMatrix::from_vec(#entries)),
        _ => quote! {
            // Without a column only the value tells the number of rows.
            let #rows_name = if #count == 0 { #f #types(#(#args),*).len() } else { #entries.len() / #count };
            #nalgebra::DMatrix::from_vec(#rows_name, #count, #entries)
        },
    };
    quote! {
        #begin
        let mut #entries = ::std::vec::Vec::new();
        for #column in 0..#count {
            #on
            let (_, #result_dot) = #own_jvp #types(#(#args,)* #tangent);
            #entries.extend_from_slice(#lent);
            #off
        }
        #matrix
    }
}

/// ```text
/// let mut jacobian = SMatrix::from_element(0.0);
/// for row in 0..2 {
///     let mut seed = [0.0; 2];
///     seed[row] = 1.0;
///     let (_, pullback) = Self::vjp(x);
///     let mut column = 0;
///     Entries::for_each_entry(&pullback(seed), &mut |entry| {
///         jacobian[(row, column)] = entry;
///         column += 1;
///     });
/// }
/// jacobian
/// ```
fn by_rows(signature: &Signature, rows: &Count, columns: &Count) -> TokenStream {
    let own_vjp = signature.own("vjp");
    let (jacobian, row, seed, pullback, column) = (
        local("jacobian"),
        local("row"),
        local("seed"),
        local("pullback"),
        local("column"),
    );
    let nalgebra = signature.names.private("nalgebra");
    let for_each = signature.names.private("Entries");
    let (types, args) = (signature.turbofish(), args_again(signature));
    let (m, n) = (rows.tokens(), columns.tokens());
    let entry = local("entry");
    let (zero, one) = (signature.number(0.0), signature.number(1.0));
    let zeros = match signature.request.output.1.is_matrix() {
        true => quote!(#nalgebra::SVector::<_, #m>::from_element(#zero)),
        false => quote!([#zero; #m]),
    };
    quote! {
        let mut #jacobian = #nalgebra::SMatrix::<_, #m, #n>::from_element(#zero);
        for #row in 0..#m {
            let mut #seed = #zeros;
            #seed[#row] = #one;
            let (_, #pullback) = #own_vjp #types(#(#args),*);
            let mut #column = 0;
            #for_each::for_each_entry(&#pullback(#seed), &mut |#entry| {
                #jacobian[(#row, #column)] = #entry;
                #column += 1;
            });
        }
        #jacobian
    }
}

/// ```text
/// let mut tangent = vec![0.0; xs.len()];
/// let mut hessian = DMatrix::from_element(tangent.len(), tangent.len(), 0.0);
/// for column in 0..tangent.len() {
///     tangent[column] = 1.0;
///     let gradient_dot = Self::hvp(xs, &tangent);
///     tangent[column] = 0.0;
///     for row in column..tangent.len() {
///         hessian[(row, column)] = gradient_dot[row];
///         hessian[(column, row)] = gradient_dot[row];
///     }
/// }
/// hessian
/// ```
pub(super) fn hessian(signature: &Signature, function: Function) -> TokenStream {
    let own_hvp = signature.own("hvp");
    let (types, args) = (signature.turbofish(), args_again(signature));
    if let (Count::Known(1), true) = (signature.inputs(), signature.only_scalars()) {
        let one = unit(signature);
        return function.with(quote!(#own_hvp #types(#(#args,)* #one)));
    }
    let (hessian, column, row, gradient_dot) = (
        local("hessian"),
        local("column"),
        local("row"),
        local("gradient_dot"),
    );
    let nalgebra = signature.names.private("nalgebra");
    let entries = signature.names.private("Entries");
    let space = Space::new(signature);
    let (begin, tangent, n) = (space.begin(), space.lent(), space.len());
    let (on, off) = (space.set(signature.number(1.0)), space.set(signature.number(0.0)));
    let zero = signature.number(0.0);
    let zeros = match signature.inputs() {
        Count::Known(_) | Count::Expr(_) => quote!(#nalgebra::SMatrix::from_element(#zero)),
        Count::Dynamic => quote!(#nalgebra::DMatrix::from_element(#n, #n, #zero)),
    };
    let entry = local("entry");
    let mirror = match space.flat {
        true => quote! {
            for #row in #column..#n {
                #hessian[(#row, #column)] = #gradient_dot[#row];
                #hessian[(#column, #row)] = #gradient_dot[#row];
            }
        },
        false => quote! {
            let mut #row = 0;
            #entries::for_each_entry(&#gradient_dot, &mut |#entry| {
                if #row >= #column {
                    #hessian[(#row, #column)] = #entry;
                    #hessian[(#column, #row)] = #entry;
                }
                #row += 1;
            });
        },
    };
    function.with(quote! {
        #begin
        let mut #hessian = #zeros;
        for #column in 0..#n {
            #on
            let #gradient_dot = #own_hvp #types(#(#args,)* #tangent);
            #off
            #mirror
        }
        #hessian
    })
}

/// `1.0` in the shape of the only scalar that there is.
fn unit(signature: &Signature) -> TokenStream {
    fn of(ty: &Type, one: &TokenStream) -> TokenStream {
        match ty {
            Type::Tuple(parts) => {
                let parts = parts.iter().map(|part| of(part, one));
                quote!((#(#parts,)*))
            }
            _ => one.clone(),
        }
    }
    let one = signature.number(1.0);
    let parts: Vec<_> = signature
        .differentiable()
        .map(|param| of(&param.request.shape, &one))
        .collect();
    bare_or_tuple(&parts)
}

/// The arguments, so that they are still there afterwards.
pub(super) fn args_again(signature: &Signature) -> Vec<TokenStream> {
    let again = |param: &Param| {
        let ident = &param.ident;
        match param.is_value() && !is_copy(&param.request.shape) {
            true => quote!(::core::clone::Clone::clone(&#ident)),
            false => quote!(#ident),
        }
    };
    signature.params.iter().map(again).collect()
}

/// Tangents of all differentiable parameters, of which one entry is 1 and all others 0.
pub(super) struct Space<'a> {
    signature: &'a Signature<'a>,
    /// One array, slice or `Vec` of floats, which can be indexed.
    flat: bool,
}

impl<'a> Space<'a> {
    pub(super) fn new(signature: &'a Signature<'a>) -> Self {
        let mut params = signature.differentiable();
        let is_flat = |param: &Param| {
            let element = param.request.shape.element();
            element.is_some_and(|element| matches!(element, Type::Float(_)))
        };
        let flat = params.next().is_some_and(is_flat) && params.next().is_none();
        Space { signature, flat }
    }

    fn name(&self) -> TokenStream {
        local("tangent").to_token_stream()
    }

    /// The zeros.
    pub(super) fn begin(&self) -> TokenStream {
        let name = self.name();
        let parts: Vec<_> = self
            .signature
            .differentiable()
            .map(|param| {
                let ident = &param.ident;
                zeros(
                    &param.request.shape,
                    &quote!(#ident),
                    &self.signature.names,
                    param.span(),
                )
            })
            .collect();
        let zeros = bare_or_tuple(&parts);
        let ty = self.signature.gradient_type();
        quote!(let mut #name: #ty = #zeros;)
    }

    /// How many entries there are.
    pub(super) fn len(&self) -> TokenStream {
        let name = self.name();
        let mut params = self.signature.differentiable();
        match (self.flat, params.next().map(|param| &param.request.shape)) {
            (true, Some(Type::Array(_, len))) => length(len, Span::call_site()),
            (true, _) => quote!(#name.len()),
            (false, _) => {
                let entries = self.signature.names.private("Entries");
                quote!(#entries::entries(&#name))
            }
        }
    }

    /// Sets entry `column`.
    pub(super) fn set(&self, to: TokenStream) -> TokenStream {
        let (name, column) = (self.name(), local("column"));
        if self.flat {
            return quote!(#name[#column] = #to;);
        }
        let entries = self.signature.names.private("Entries");
        quote!(#entries::set_entry(&mut #name, #column, #to);)
    }

    /// The tangents as `jvp` and `hvp` take them.
    pub(super) fn lent(&self) -> TokenStream {
        let name = self.name();
        let params: Vec<_> = self.signature.differentiable().collect();
        let parts: Vec<_> = params
            .iter()
            .enumerate()
            .map(|(k, param)| {
                let k = Literal::usize_unsuffixed(k);
                let part = if params.len() == 1 {
                    name.clone()
                } else {
                    quote!(#name.#k)
                };
                match param.request.passing {
                    Passing::Ref | Passing::RefMut => quote!(&#part),
                    Passing::Value if is_copy(&param.request.shape) => part,
                    Passing::Value => quote!(::core::clone::Clone::clone(&#part)),
                }
            })
            .collect();
        bare_or_tuple(&parts)
    }
}
