//! Instructions.

use super::{Init, PlaceId, PlaceRef, Region, Type, ValueId};
use crate::rules::{Rule, linalg};
use proc_macro2::{Span, TokenStream};

/// An instruction, the values it defines, and the user's token it comes from.
#[derive(Clone, Debug)]
pub(crate) struct Stmt {
    /// One for each scalar the instruction gives; none for a pure effect.
    pub(crate) results: Vec<ValueId>,
    pub(crate) instr: Instr,
    pub(crate) span: Span,
}

#[derive(Clone, Debug)]
pub(crate) enum Instr {
    Const(Const),
    Unary(UnaryOp, ValueId),
    /// Both operands floats of one kind, both integers, or (bit operations only) both booleans.
    Binary(BinaryOp, ValueId, ValueId),
    Compare(CompareOp, ValueId, ValueId),
    /// `if cond { a } else { b }` with both sides evaluated: no effects, no traps.
    Select {
        cond: ValueId,
        then: ValueId,
        otherwise: ValueId,
    },
    /// A function of the rule table, `args[0].name(args[1], …)`. Of several results (`sin_cos`) there are none: `lower`
    /// makes two instructions.
    Math {
        rule: &'static Rule,
        args: Vec<ValueId>,
    },
    /// `value as ty` between floats, integers and booleans.
    Cast {
        value: ValueId,
        to: Type,
    },
    /// User code that carries no derivative, kept as tokens: `template` with the identifiers `__h0`, `__h1`, … where
    /// the arguments go. Gives one value or none. `pure` code may be dropped, repeated and moved.
    Host {
        template: TokenStream,
        args: Vec<HostArg>,
        pure: bool,
    },

    /// Begins a local place. Also gives a place that lives already a new content (`a = [..]`, `v = vec![..]`):
    /// the first in program order is the declaration. Outside of loops a place may be begun in one region and be
    /// begun anew in a nested one.
    Alloc {
        place: PlaceId,
        init: Init,
    },
    /// A float, an integer, a boolean, or a host value that is `Copy`.
    Load(PlaceRef),
    Store {
        to: PlaceRef,
        value: ValueId,
    },
    /// `to += value`, of a float.
    AddTo {
        to: PlaceRef,
        value: ValueId,
    },
    /// `src.len()`
    Len(PlaceRef),
    /// Every element becomes `value`. Of a slice, array or `Vec` of scalars.
    Fill {
        to: PlaceRef,
        value: ValueId,
    },
    /// `to.copy_from_slice(from)`, also `a[i] = b[j]` of a whole row. Places do not overlap.
    CopyTo {
        to: PlaceRef,
        from: PlaceRef,
    },
    /// `to[k] += from[k]` for every scalar inside, of equal shapes. The adjoint of a copy.
    Accumulate {
        to: PlaceRef,
        from: PlaceRef,
    },
    /// `to += op`, or with `negative` `to -= op`: of a matrix, without a temporary where there is a kernel for it.
    AddMatrix {
        to: PlaceRef,
        op: MatrixOp,
        negative: bool,
    },
    /// An operation on matrices that gives a float.
    Matrix(MatrixOp),
    /// Exchanges the contents of two paths of one type: `v.swap(i, j)`, `std::mem::swap(&mut a, &mut b)`. A `Vec` takes
    /// its length along.
    Swap(PlaceRef, PlaceRef),
    /// `to.push(value)` on a `Vec` of scalars.
    Push {
        to: PlaceRef,
        value: ValueId,
    },
    /// `from.pop().unwrap()`; `lower` has made sure that there is one. Gives the scalar.
    Pop {
        from: PlaceRef,
    },
    /// `to.push(row)`; the row is dead afterwards.
    PushRow {
        to: PlaceRef,
        row: PlaceId,
    },
    /// `let row = from.pop().unwrap()`: begins `row`.
    PopRow {
        from: PlaceRef,
        row: PlaceId,
    },
    /// `to.resize(len, value)`, also `truncate` and `clear` (where `value` is a zero).
    Resize {
        to: PlaceRef,
        len: ValueId,
        value: ValueId,
    },

    /// Another annotated function.
    Call(Box<Call>),
    /// A function that is not looked into, with partial derivatives that the user gave.
    Opaque(Box<Opaque>),

    /// Results are what the branch that ran yields. Branches take no arguments: they see the values around them.
    If {
        cond: ValueId,
        then: Region,
        otherwise: Region,
    },
    Loop(Box<Loop>),

    /// `Some(pullback)`: a pullback that leaves a branch. Its type is `Pullback`, too.
    SomePullback(ValueId),
    /// `None`, from the branch that did not call.
    NoPullback,
}

/// An operation of linear algebra: a row of [`crate::rules::linalg`], and its operands.
#[derive(Clone, Debug)]
pub(crate) struct MatrixOp {
    pub(crate) rule: &'static linalg::Rule,
    pub(crate) args: Vec<MatrixArg>,
}

/// An operand of an operation on matrices.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum MatrixArg {
    /// A scalar, or an index.
    Value(ValueId),
    /// A matrix, only read.
    Place(PlaceRef),
}

/// Gives one float.
#[derive(Clone, Debug)]
pub(crate) struct Opaque {
    /// The expression, as in [`Instr::Host`]; evaluated once, in the forward sweep.
    pub(crate) template: TokenStream,
    pub(crate) args: Vec<HostArg>,
    /// The scalars that partials are given for, or that they read.
    pub(crate) inputs: Vec<ValueId>,
    /// The partial derivative by each input; `None` where it is zero. A straight-line region that takes the inputs and
    /// the result, yields one value, and names nothing else: it is inlined wherever the partial is wanted.
    pub(crate) partials: Vec<Option<Region>>,
}

#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Const {
    /// For an `f32`, the double nearest to the literal.
    Float(f64),
    Int(i128),
    Bool(bool),
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum UnaryOp {
    Neg,
    Not,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum BinaryOp {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
    /// On booleans: `&` and, since both sides are pure, `&&`.
    And,
    Or,
    Xor,
    Shl,
    Shr,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum CompareOp {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

/// What stands at a hole of a host template. The emitter writes an expression of exactly this kind there.
#[derive(Clone, Debug)]
pub(crate) enum HostArg {
    Value(ValueId),
    /// The place expression itself, `v[i]`: the template says whether it borrows, moves or assigns.
    Place(PlaceRef),
    /// Like `Place`, and the template may write to it: mutable host state.
    PlaceMut(PlaceRef),
}

/// A call of another annotated function.
///
/// The protocol between companions, for a callee `g` with parameters `p0, p1, …`:
/// every argument is wrapped in `Active(arg)` or `Constant(arg)`; references are passed as references.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) callee: Callee,
    pub(crate) args: Vec<Arg>,
    pub(crate) mode: CallMode,
    /// How the callee's result is taken apart, in every mode: values are among the statement's results, places are
    /// begun by the call.
    pub(crate) result: super::Tree,
    /// The call stands in a cycle of calls that we can see (direct recursion), so its pullback must be boxed.
    pub(crate) recursive: bool,
    /// The callee returns an `Option` or a `Result`, which companions hand over in three parts; see [`Type::optional`].
    pub(crate) optional: bool,
}

#[derive(Clone, Debug)]
pub(crate) enum Callee {
    /// `g`, `module::g`, `g::<T>`: its derivatives are in its companion.
    Path(syn::ExprPath),
    /// `Self::g`, `Type::g`, `<T as Trait>::g`, and `f::grad`, a derivative itself: its derivatives stand beside it.
    Associated(syn::ExprPath),
    /// `receiver.g`: these, too. The receiver is the first argument.
    Method {
        name: syn::Ident,
        turbofish: Option<syn::AngleBracketedGenericArguments>,
    },
}

impl Callee {
    /// The function's own name.
    pub(crate) fn name(&self) -> Option<&syn::Ident> {
        match self {
            Callee::Path(path) | Callee::Associated(path) => {
                path.path.segments.last().map(|segment| &segment.ident)
            }
            Callee::Method { name, .. } => Some(name),
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Arg {
    pub(crate) operand: super::Tree,
    /// For a place leaf: the path, since an argument may be a part (`&a[i..j]`). `None` for values and tuples.
    pub(crate) place: Option<PlaceRef>,
    pub(crate) passing: Passing,
    pub(crate) span: Span,
}

/// How a parameter or an argument is passed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Passing {
    Value,
    Ref,
    RefMut,
}

/// Which function of the callee's companion is called. `forward` turns the first into the second and the third and
/// fourth into the fifth and sixth; `reverse` turns the first into the third and fourth.
#[derive(Clone, Debug)]
pub(crate) enum CallMode {
    /// `g(a, b)`: gives the result.
    Primal,
    /// Arguments and tangents in, result and its tangent out. `tangents[i]` is `None` for a constant argument;
    /// `result_dot` mirrors `Call::result`.
    Pushforward {
        tangents: Vec<Option<Arg>>,
        result_dot: super::Tree,
    },
    /// The forward sweep: gives the result and, as the last of the statement's results, the pullback.
    /// `active[i]` says whether the caller wants the cotangent of argument `i`. `boxed`: the pullback leaves a branch,
    /// so it may be part of a cycle of calls, whose type would be infinite without a box.
    Forward { active: Vec<bool>, boxed: bool },
    /// The reverse sweep: `seeds` mirror the result; `cotangents[i]` is `None` for a constant argument, a place that
    /// is accumulated into, or a value leaf among the statement's results (the contribution).
    /// `optional`: the pullback comes from a branch, as an `Option`.
    Pullback {
        pullback: ValueId,
        optional: bool,
        seeds: super::Tree,
        cotangents: Vec<Option<Arg>>,
    },
    /// The tangent of `Forward`: gives result, tangent of the result, and the pullback of both.
    ForwardTangent {
        active: Vec<bool>,
        boxed: bool,
        tangents: Vec<Option<Arg>>,
        result_dot: super::Tree,
    },
    /// The tangent of `Pullback`: cotangents and their tangents, each as in `Pullback`.
    PullbackTangent {
        pullback: ValueId,
        optional: bool,
        seeds: super::Tree,
        seeds_dot: super::Tree,
        tangents: Vec<Option<Arg>>,
        cotangents: Vec<Option<Arg>>,
        cotangents_dot: Vec<Option<Arg>>,
    },
}

/// A loop. `body` takes the induction variable (of a counted loop) and the carried values, and yields
/// `again` (if `breaks`) and the next carried values. Results: the carried values after the loop, then, if
/// `trips`, the number of iterations that were begun as a `usize`.
#[derive(Clone, Debug)]
pub(crate) struct Loop {
    pub(crate) kind: LoopKind,
    pub(crate) init: Vec<ValueId>,
    pub(crate) body: Region,
    /// The first yield of `body` is a boolean: `false` leaves the loop after this iteration.
    pub(crate) breaks: bool,
    /// The last result counts the iterations.
    pub(crate) trips: bool,
}

#[derive(Clone, Debug)]
pub(crate) enum LoopKind {
    /// `for i in (start..end).step_by(step)`, of integers; with `reversed`, the same iterations from the last to the
    /// first. An inclusive range is lowered to `start..end + 1`.
    Range {
        start: ValueId,
        end: ValueId,
        step: Option<ValueId>,
        reversed: bool,
    },
    /// `while cond`: the region takes the carried values, yields one boolean and has no effects. `None` is `loop`.
    While { cond: Option<Region> },
}
