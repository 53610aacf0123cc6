//! The rules of linear algebra: one row an operation on nalgebra's matrices.
//!
//! A row gives the operation as Rust, and for each operand two linear maps: of its tangent `dot` to the tangent of the
//! result, and of the result's cotangent `bar` to its own. Both are written in operations of this table, so the family is
//! closed: what `reverse` makes of a body, `forward` takes again. `y` is the result; `inf` is infinity.
//!
//! `add` is a kernel for `to += sign · y` that needs no temporary.

mod row;

pub(crate) use row::{Frame, Outcome, Term, adjoint, tangent};

/// One row of the table.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) name: &'static str,
    /// The names of the operands in the formulas.
    pub(crate) args: &'static [(&'static str, Kind)],
    pub(crate) gives: Gives,
    /// The operation, as Rust: an operand before a dot is the matrix itself, elsewhere a reference to it.
    pub(crate) value: &'static str,
    /// The kernel that adds it, as Rust.
    pub(crate) add: Option<&'static str>,
    pub(crate) slopes: &'static [Slope],
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Matrix,
    /// A float.
    Scalar,
    /// An integer.
    Index,
    /// A matrix that is only asked for its size.
    Shape,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Gives {
    Matrix,
    Scalar,
}

/// How the result moves with one operand.
#[derive(Debug)]
pub(crate) struct Slope {
    pub(crate) arg: &'static str,
    /// The tangent of the result, of `dot`.
    pub(crate) tangent: &'static str,
    /// The cotangent of the operand, of `bar`.
    pub(crate) adjoint: &'static str,
}

impl Rule {
    /// The slope by operand `k`; `None` where there is none.
    pub(crate) fn slope(&self, k: usize) -> Option<&'static Slope> {
        let (name, _) = self.args.get(k)?;
        self.slopes.iter().find(|slope| slope.arg == *name)
    }
}

/// The row of this name.
pub(crate) fn find(name: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.name == name)
}

/// As [`find`], of a row that is there.
pub(crate) fn row(name: &str) -> &'static Rule {
    find(name).unwrap_or_else(|| unreachable!("`{name}` is no row of linear algebra"))
}

macro_rules! linalg_rules {
    ($($(#[doc = $doc:literal])* $name:ident($($arg:ident: $kind:ident),*) -> $gives:ident
        = {$($value:tt)+} $(add {$($add:tt)+})?
        $(, $of:ident: {$($tangent:tt)+} / {$($adjoint:tt)+})*;)*) => {
        pub(crate) const RULES: &[Rule] = &[$(Rule {
            name: stringify!($name),
            args: &[$((stringify!($arg), Kind::$kind)),*],
            gives: Gives::$gives,
            value: stringify!($($value)+),
            add: linalg_rules!(@add $($($add)+)?),
            slopes: &[$(Slope {
                arg: stringify!($of),
                tangent: stringify!($($tangent)+),
                adjoint: stringify!($($adjoint)+),
            }),*],
        }),*];
    };
    (@add) => { None };
    (@add $($add:tt)+) => { Some(stringify!($($add)+)) };
}

linalg_rules! {
    add(a: Matrix, b: Matrix) -> Matrix = { a + b },
        a: { dot } / { bar },
        b: { dot } / { bar };
    sub(a: Matrix, b: Matrix) -> Matrix = { a - b },
        a: { dot } / { bar },
        b: { -dot } / { -bar };
    neg(a: Matrix) -> Matrix = { -a },
        a: { -dot } / { -bar };

    // The three products: the cotangent of each factor is a product of the other two kinds.
    mul(a: Matrix, b: Matrix) -> Matrix = { a * b } add { linalg::add_mul(to, sign, a, b) },
        a: { mul(dot, b) } / { mul_tr(bar, b) },
        b: { mul(a, dot) } / { tr_mul(a, bar) };
    tr_mul(a: Matrix, b: Matrix) -> Matrix = { a.tr_mul(b) } add { linalg::add_tr_mul(to, sign, a, b) },
        a: { tr_mul(dot, b) } / { mul_tr(b, bar) },
        b: { tr_mul(a, dot) } / { mul(a, bar) };
    mul_tr(a: Matrix, b: Matrix) -> Matrix = { linalg::mul_tr(a, b) } add { linalg::add_mul_tr(to, sign, a, b) },
        a: { mul_tr(dot, b) } / { mul(bar, b) },
        b: { mul_tr(a, dot) } / { tr_mul(bar, a) };

    scale(a: Matrix, s: Scalar) -> Matrix = { a * s } add { linalg::add_scaled(to, sign, a, s) },
        a: { scale(dot, s) } / { scale(bar, s) },
        s: { scale(a, dot) } / { inner(a, bar) };
    unscale(a: Matrix, s: Scalar) -> Matrix = { a / s } add { linalg::add_unscaled(to, sign, a, s) },
        a: { unscale(dot, s) } / { unscale(bar, s) },
        s: { scale(y, -dot / s) } / { -inner(y, bar) / s };
    component_mul(a: Matrix, b: Matrix) -> Matrix = { a.component_mul(b) } add { linalg::add_component_mul(to, sign, a, b) },
        a: { component_mul(dot, b) } / { component_mul(bar, b) },
        b: { component_mul(a, dot) } / { component_mul(a, bar) };
    component_div(a: Matrix, b: Matrix) -> Matrix = { a.component_div(b) } add { linalg::add_component_div(to, sign, a, b) },
        a: { component_div(dot, b) } / { component_div(bar, b) },
        b: { -component_div(component_mul(y, dot), b) } / { -component_div(component_mul(y, bar), b) };
    transpose(a: Matrix) -> Matrix = { a.transpose() } add { linalg::add_transpose(to, sign, a) },
        a: { transpose(dot) } / { transpose(bar) };
    cross(a: Matrix, b: Matrix) -> Matrix = { a.cross(b) },
        a: { cross(dot, b) } / { cross(b, bar) },
        b: { cross(a, dot) } / { cross(bar, a) };

    // `dot` of nalgebra: the sum of products of entries.
    inner(a: Matrix, b: Matrix) -> Scalar = { a.dot(b) },
        a: { inner(dot, b) } / { scale(b, bar) },
        b: { inner(a, dot) } / { scale(a, bar) };
    // At the zero matrix the norm has no gradient; we take 0, the subgradient in the middle.
    norm(a: Matrix) -> Scalar = { a.norm() },
        a: { inner(a, dot) / (if y == 0.0 { inf } else { y }) } / { scale(a, bar / (if y == 0.0 { inf } else { y })) };
    norm_squared(a: Matrix) -> Scalar = { a.norm_squared() },
        a: { 2.0 * inner(a, dot) } / { scale(a, 2.0 * bar) };
    // At zero, as the value, not a number.
    normalize(a: Matrix) -> Matrix = { a.normalize() },
        a: { unscale(sub(dot, scale(y, inner(y, dot))), norm(a)) }
            / { unscale(sub(bar, scale(y, inner(y, bar))), norm(a)) };

    sum(a: Matrix) -> Scalar = { a.sum() },
        a: { sum(dot) } / { filled(a, bar) };
    // Every entry `s`, in the size of `a`.
    filled(a: Shape, s: Scalar) -> Matrix = { linalg::filled(a, s) } add { linalg::add_filled(to, sign, s) },
        s: { filled(a, dot) } / { sum(bar) };
    mean(a: Matrix) -> Scalar = { a.mean() },
        a: { mean(dot) } / { filled(a, bar / count(a)) };
    count(a: Shape) -> Scalar = { linalg::count(a) };
    trace(a: Matrix) -> Scalar = { a.trace() },
        a: { trace(dot) } / { scalar_matrix(a, bar) };
    // A square matrix with `v` on its diagonal, and the other way round.
    from_diagonal(v: Matrix) -> Matrix = { linalg::from_diagonal(v) },
        v: { from_diagonal(dot) } / { diagonal(bar) };
    diagonal(a: Matrix) -> Matrix = { a.diagonal() },
        a: { diagonal(dot) } / { on_diagonal(a, bar) };
    // As `from_diagonal`, in the size of `a`.
    on_diagonal(a: Shape, v: Matrix) -> Matrix = { linalg::on_diagonal(a, v) } add { linalg::add_on_diagonal(to, sign, v) },
        v: { on_diagonal(a, dot) } / { diagonal(bar) };
    // One row or column, and zeros with one row or column in the size of `a`.
    row(a: Matrix, i: Index) -> Matrix = { linalg::row(a, i) },
        a: { row(dot, i) } / { in_row(a, i, bar) };
    in_row(a: Shape, i: Index, v: Matrix) -> Matrix = { linalg::in_row(a, i, v) } add { linalg::add_in_row(to, sign, i, v) },
        v: { in_row(a, i, dot) } / { row(bar, i) };
    column(a: Matrix, i: Index) -> Matrix = { linalg::column(a, i) },
        a: { column(dot, i) } / { in_column(a, i, bar) };
    in_column(a: Shape, i: Index, v: Matrix) -> Matrix = { linalg::in_column(a, i, v) } add { linalg::add_in_column(to, sign, i, v) },
        v: { in_column(a, i, dot) } / { column(bar, i) };
    zeros(rows: Index, columns: Index) -> Matrix = { linalg::zeros(rows, columns) };
    // What a variable begins with that every way gives a content.
    blank() -> Matrix = { linalg::blank() };
    // `s · I` in the size of `a`.
    scalar_matrix(a: Shape, s: Scalar) -> Matrix = { linalg::scalar_matrix(a, s) } add { linalg::add_to_diagonal(to, sign, s) },
        s: { scalar_matrix(a, dot) } / { trace(bar) };

    // The adjoint is a solve with the transpose; the pivots are found anew.
    lu_solve(a: Matrix, b: Matrix) -> Matrix = { linalg::lu_solve(a, b) },
        a: { -lu_solve(a, mul(dot, y)) } / { -mul_tr(lu_solve_tr(a, bar), y) },
        b: { lu_solve(a, dot) } / { lu_solve_tr(a, bar) };
    lu_solve_tr(a: Matrix, b: Matrix) -> Matrix = { linalg::lu_solve_tr(a, b) },
        a: { -lu_solve_tr(a, tr_mul(dot, y)) } / { -mul_tr(y, lu_solve(a, bar)) },
        b: { lu_solve_tr(a, dot) } / { lu_solve(a, bar) };
    inverse(a: Matrix) -> Matrix = { linalg::inverse(a) },
        a: { -mul(y, mul(dot, y)) } / { -tr_mul(y, mul_tr(bar, y)) };
    // By cofactors, which a singular matrix has, too.
    determinant(a: Matrix) -> Scalar = { a.determinant() },
        a: { inner(cofactors(a), dot) } / { scale(cofactors(a), bar) };
    // As LU computes them, to the bit.
    lu_inverse(a: Matrix) -> Matrix = { linalg::lu_inverse(a) },
        a: { -mul(y, mul(dot, y)) } / { -tr_mul(y, mul_tr(bar, y)) };
    lu_determinant(a: Matrix) -> Scalar = { linalg::lu_determinant(a) },
        a: { inner(cofactors(a), dot) } / { scale(cofactors(a), bar) };
    cofactors(a: Matrix) -> Matrix = { linalg::cofactors(a) },
        a: { cofactors_along(a, dot) } / { cofactors_along(a, bar) };
    cofactors_along(a: Matrix, h: Matrix) -> Matrix = { linalg::cofactors_along(a, h) },
        h: { cofactors_along(a, dot) } / { cofactors_along(a, bar) };

    // Only the lower triangle is read, so only that has a gradient.
    cholesky(a: Matrix) -> Matrix = { linalg::cholesky(a) },
        a: { mul(y, halved(solve_lower(y, transpose(solve_lower(y, from_lower(dot)))))) }
            / { fold_lower(solve_lower_tr(y, transpose(solve_lower_tr(y, halved(tr_mul(y, bar)))))) };
    solve_lower(l: Matrix, b: Matrix) -> Matrix = { linalg::solve_lower(l, b) },
        l: { -solve_lower(l, mul(lower(dot), y)) } / { -lower(mul_tr(solve_lower_tr(l, bar), y)) },
        b: { solve_lower(l, dot) } / { solve_lower_tr(l, bar) };
    solve_lower_tr(l: Matrix, b: Matrix) -> Matrix = { linalg::solve_lower_tr(l, b) },
        l: { -solve_lower_tr(l, tr_mul(lower(dot), y)) } / { -lower(mul_tr(y, solve_lower(l, bar))) },
        b: { solve_lower_tr(l, dot) } / { solve_lower(l, bar) };
    cholesky_inverse(l: Matrix) -> Matrix = { linalg::cholesky_inverse(l) },
        l: { -mul(y, mul(add(mul_tr(lower(dot), l), mul_tr(l, lower(dot))), y)) }
            / { -lower(mul(add(mul(y, mul(bar, y)), transpose(mul(y, mul(bar, y)))), l)) };
    cholesky_determinant(l: Matrix) -> Scalar = { linalg::cholesky_determinant(l) },
        l: { 2.0 * y * sum(component_div(diagonal(dot), diagonal(l))) }
            / { on_diagonal(l, component_div(filled(diagonal(l), 2.0 * y * bar), diagonal(l))) };
    cholesky_ln_determinant(l: Matrix) -> Scalar = { linalg::cholesky_ln_determinant(l) },
        l: { 2.0 * sum(component_div(diagonal(dot), diagonal(l))) }
            / { on_diagonal(l, component_div(filled(diagonal(l), 2.0 * bar), diagonal(l))) };
    lower(m: Matrix) -> Matrix = { linalg::lower(m) },
        m: { lower(dot) } / { lower(bar) };
    halved(m: Matrix) -> Matrix = { linalg::halved(m) },
        m: { halved(dot) } / { halved(bar) };
    from_lower(m: Matrix) -> Matrix = { linalg::from_lower(m) },
        m: { from_lower(dot) } / { fold_lower(bar) };
    fold_lower(m: Matrix) -> Matrix = { linalg::fold_lower(m) },
        m: { fold_lower(dot) } / { from_lower(bar) };

    exp(a: Matrix) -> Matrix = { a.exp() },
        a: { exp_along(a, dot) } / { exp_along(transpose(a), bar) };
    exp_along(a: Matrix, h: Matrix) -> Matrix = { linalg::exp_along(a, h) },
        a: { exp_along_along(a, h, dot) } / { exp_along_along(transpose(a), transpose(h), bar) },
        h: { exp_along(a, dot) } / { exp_along(transpose(a), bar) };
    exp_along_along(a: Matrix, h: Matrix, k: Matrix) -> Matrix = { linalg::exp_along_along(a, h, k) },
        h: { exp_along_along(a, dot, k) } / { exp_along_along(transpose(a), bar, transpose(k)) },
        k: { exp_along_along(a, h, dot) } / { exp_along_along(transpose(a), transpose(h), bar) };
}
