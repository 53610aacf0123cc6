//! The type of what another function returned, guessed from how the code goes on with it.
//!
//! The callee's signature is out of sight, so this looks at the uses of a name in the statements behind its `let`. A
//! wrong guess ends in a type error of rustc: the emitted code treats the result as what was guessed.

mod methods;
mod options;

use methods::{AGGREGATE_METHODS, FLOAT_METHODS};
pub(crate) use options::{of_patterns, of_receiver};

use super::option_methods::is_option_method;
use crate::ir::{Float, Type};
use crate::rules;
use syn::visit::{self, Visit};

/// What the uses of `name` in the statements `rest` say about its type; `None` if they say nothing.
pub(crate) fn from_uses(name: &syn::Ident, rest: &[syn::Stmt]) -> Option<Type> {
    let mut scan = Scan::new(name);
    scan.stmts(rest);
    scan.found()
}

/// As [`from_uses`], of a name that lives in one expression.
fn from_expr(name: &syn::Ident, expr: &syn::Expr) -> Option<Type> {
    let mut scan = Scan::new(name);
    scan.visit_expr(expr);
    scan.found()
}

/// Whether the method, called on the result of a function, says that this is an array, a slice or a `Vec`.
pub(crate) fn is_aggregate_method(name: &str) -> bool {
    AGGREGATE_METHODS.contains(&name)
}

/// Whether the method is one of the floats'.
pub(crate) fn is_float_method(name: &str, argc: usize) -> bool {
    rules::find(name, argc + 1).is_some() || FLOAT_METHODS.contains(&name)
}

/// What is nothing else.
pub(crate) fn number() -> Type {
    Type::Float(Float::Inferred)
}

/// A list of floats that only rustc knows the type of.
pub(crate) fn aggregate() -> Type {
    Type::Aggregate(Box::new(Type::Float(Float::Inferred)))
}

/// What stands before an index or behind `in`: what a call gives there is a list.
pub(crate) fn of_base(expr: &syn::Expr) -> Option<Type> {
    match expr {
        syn::Expr::Paren(it) => of_base(&it.expr),
        syn::Expr::Group(it) => of_base(&it.expr),
        syn::Expr::Reference(it) => of_base(&it.expr),
        syn::Expr::Call(_) => Some(aggregate()),
        _ => None,
    }
}

/// What a name is for that is given away as a whole.
#[derive(Clone, Copy)]
pub(crate) struct Given<'t> {
    /// The value of the block, if the context says what it is.
    pub(crate) tail: Option<&'t Type>,
    /// What the function returns.
    pub(crate) output: &'t Type,
}

/// What `let pat = init` wants of a call, where no type is written: the pattern and the statements behind it tell.
pub(crate) fn of_let(pat: &syn::Pat, init: &syn::Expr, rest: &[syn::Stmt], given: Given<'_>) -> Option<Type> {
    if !gives_call(init) {
        return None;
    }
    of_pattern(pat, rest, given)
}

/// What the pattern of a `let`, and the statements behind it, want of its value.
pub(crate) fn of_pattern(pat: &syn::Pat, rest: &[syn::Stmt], given: Given<'_>) -> Option<Type> {
    match stripped(pat) {
        syn::Pat::Ident(it) => {
            let mut scan = Scan::new(&it.ident);
            scan.output = Some(given.output);
            if let (Some(syn::Stmt::Expr(tail, None)), Some(ty)) = (rest.last(), given.tail) {
                scan.given_away(tail, ty);
            }
            scan.stmts(rest);
            scan.found()
        }
        syn::Pat::Tuple(it) => {
            let part = |pat| of_pattern(pat, rest, given).unwrap_or(Type::Float(Float::Inferred));
            Some(Type::Tuple(it.elems.iter().map(part).collect()))
        }
        syn::Pat::Slice(_) => Some(aggregate()),
        syn::Pat::TupleStruct(it) if it.elems.len() == 1 => {
            super::optional::variant(&it.path)?;
            let payload = of_pattern(&it.elems[0], rest, given);
            Some(Type::optional(payload.unwrap_or_else(number)))
        }
        _ => None,
    }
}

/// Whether the value of the expression may be that of a call.
fn gives_call(expr: &syn::Expr) -> bool {
    let tail = |block: &syn::Block| match block.stmts.last() {
        Some(syn::Stmt::Expr(tail, None)) => gives_call(tail),
        _ => false,
    };
    match expr {
        syn::Expr::Paren(it) => gives_call(&it.expr),
        syn::Expr::Group(it) => gives_call(&it.expr),
        syn::Expr::Reference(it) => gives_call(&it.expr),
        syn::Expr::Call(_) => true,
        syn::Expr::Try(it) => gives_call(&it.expr),
        syn::Expr::MethodCall(it) if is_option_method(&it.method.to_string()) => gives_call(&it.receiver),
        syn::Expr::Block(it) => tail(&it.block),
        syn::Expr::If(it) => {
            tail(&it.then_branch)
                || it
                    .else_branch
                    .as_ref()
                    .is_some_and(|(_, other)| gives_call(other))
        }
        syn::Expr::Match(it) => it.arms.iter().any(|arm| gives_call(&arm.body)),
        _ => false,
    }
}

struct Scan<'a> {
    name: &'a syn::Ident,
    /// What a use says for sure.
    strong: Option<Type>,
    /// What the function returns, and with it `return name`.
    output: Option<&'a Type>,
    /// What `&name` as an argument suggests.
    weak: Option<Type>,
}

impl<'a> Scan<'a> {
    fn new(name: &'a syn::Ident) -> Self {
        Scan {
            name,
            strong: None,
            output: None,
            weak: None,
        }
    }

    fn found(self) -> Option<Type> {
        self.strong.or(self.weak)
    }

    /// `name`, or a tuple with it, where something of type `ty` is wanted.
    fn given_away(&mut self, expr: &syn::Expr, ty: &Type) {
        match (expr, ty) {
            (syn::Expr::Tuple(it), Type::Tuple(types)) if it.elems.len() == types.len() => {
                for (part, ty) in it.elems.iter().zip(types) {
                    self.given_away(part, ty);
                }
            }
            (syn::Expr::Path(it), ty) if it.path.is_ident(self.name) => self.strong = Some(ty.clone()),
            _ => (),
        }
    }

    /// The statements of a block, up to where the name means something else.
    fn stmts(&mut self, stmts: &[syn::Stmt]) {
        for stmt in stmts {
            self.visit_stmt(stmt);
            if let syn::Stmt::Local(local) = stmt
                && binds(&local.pat, self.name)
            {
                return;
            }
        }
    }

    fn is_it(&self, expr: &syn::Expr) -> bool {
        match expr {
            syn::Expr::Path(it) => it.path.is_ident(self.name),
            syn::Expr::Paren(it) => self.is_it(&it.expr),
            syn::Expr::Group(it) => self.is_it(&it.expr),
            syn::Expr::Reference(it) => self.is_it(&it.expr),
            syn::Expr::Unary(it) if matches!(it.op, syn::UnOp::Deref(_)) => self.is_it(&it.expr),
            _ => false,
        }
    }

    fn strong(&mut self, ty: Type) {
        self.strong = Some(match self.strong.take() {
            None => ty,
            Some(known) => deeper(known, ty),
        });
    }

    /// `name[i][j].0` and what it says: one level of aggregate for each index.
    fn path(&mut self, expr: &syn::Expr, inner: Option<Type>) -> bool {
        match expr {
            syn::Expr::Index(it) => {
                let element = match &*it.index {
                    // A part of an aggregate has its type, as far as we can tell.
                    syn::Expr::Range(_) => match inner {
                        Some(Type::Aggregate(element)) => Some(*element),
                        _ => None,
                    },
                    _ => inner,
                };
                let element = element.unwrap_or(Type::Float(Float::Inferred));
                let ty = Type::Aggregate(Box::new(element));
                self.base(&it.expr, ty)
            }
            syn::Expr::Field(it) => {
                let syn::Member::Unnamed(index) = &it.member else {
                    return false;
                };
                let mut parts = vec![Type::Float(Float::Inferred); index.index as usize + 1];
                if let (Some(last), Some(inner)) = (parts.last_mut(), inner) {
                    *last = inner;
                }
                self.base(&it.base, Type::Tuple(parts))
            }
            _ => false,
        }
    }

    fn base(&mut self, base: &syn::Expr, ty: Type) -> bool {
        if self.is_it(base) {
            self.strong(ty);
            return true;
        }
        self.path(base, Some(ty))
    }

    fn operand(&mut self, expr: &syn::Expr) {
        if self.is_it(expr) {
            self.strong(Type::Float(Float::Inferred));
        }
    }

    /// `for pat in name`
    fn iterated(&mut self, expr: &syn::Expr, element: impl Fn(&Pattern<'_>) -> Option<Type>, pat: &syn::Pat) {
        let (base, pattern) = match expr {
            syn::Expr::MethodCall(it) if it.method == "enumerate" => match stripped(pat) {
                syn::Pat::Tuple(tuple) if tuple.elems.len() == 2 => (&*it.receiver, &tuple.elems[1]),
                _ => return,
            },
            other => (other, pat),
        };
        let base = match base {
            syn::Expr::MethodCall(it)
                if matches!(&*it.method.to_string(), "iter" | "iter_mut" | "into_iter") =>
            {
                &*it.receiver
            }
            other => other,
        };
        if self.is_it(base) {
            let inner = element(&Pattern(pattern)).unwrap_or(Type::Float(Float::Inferred));
            self.strong(Type::Aggregate(Box::new(inner)));
        }
    }
}

/// The pattern of one element.
struct Pattern<'a>(&'a syn::Pat);

impl Pattern<'_> {
    /// The element's type from the pattern itself, or from the uses of the name that it binds.
    fn element(&self, uses: impl Fn(&syn::Ident) -> Option<Type>) -> Option<Type> {
        match stripped(self.0) {
            syn::Pat::Ident(it) => uses(&it.ident),
            syn::Pat::Tuple(it) => Some(Type::Tuple(vec![Type::Float(Float::Inferred); it.elems.len()])),
            syn::Pat::Slice(_) => Some(aggregate()),
            _ => None,
        }
    }
}

impl<'ast> Visit<'ast> for Scan<'_> {
    fn visit_block(&mut self, block: &'ast syn::Block) {
        self.stmts(&block.stmts);
    }

    fn visit_item(&mut self, _: &'ast syn::Item) {}

    fn visit_local(&mut self, local: &'ast syn::Local) {
        if let Some(init) = &local.init
            && self.is_it(&init.expr)
        {
            match stripped(&local.pat) {
                syn::Pat::Tuple(it) => {
                    self.strong(Type::Tuple(vec![Type::Float(Float::Inferred); it.elems.len()]));
                }
                syn::Pat::Slice(_) => self.strong(aggregate()),
                _ => (),
            }
        }
        visit::visit_local(self, local);
    }

    fn visit_expr_index(&mut self, it: &'ast syn::ExprIndex) {
        self.path(&syn::Expr::Index(it.clone()), None);
        self.visit_expr(&it.index);
        if !matches!(&*it.expr, syn::Expr::Index(_) | syn::Expr::Field(_)) {
            self.visit_expr(&it.expr);
        }
    }

    fn visit_expr_field(&mut self, it: &'ast syn::ExprField) {
        self.path(&syn::Expr::Field(it.clone()), None);
        visit::visit_expr_field(self, it);
    }

    fn visit_expr_method_call(&mut self, it: &'ast syn::ExprMethodCall) {
        let name = it.method.to_string();
        if self.is_it(&it.receiver) {
            if is_option_method(&name) {
                self.strong(Type::optional(number()));
            } else if is_aggregate_method(&name) {
                self.strong(aggregate());
            } else if super::matrices::is_matrix_method(&name) && !is_float_method(&name, it.args.len()) {
                self.strong(Type::matrix(Type::Float(Float::Inferred)));
            } else if is_float_method(&name, it.args.len()) {
                self.strong(Type::Float(Float::Inferred));
            }
        } else if is_aggregate_method(&name) {
            // `y[i].len()`
            self.path(&it.receiver, Some(aggregate()));
        }
        if is_float_method(&name, it.args.len()) && !is_aggregate_method(&name) {
            it.args.iter().for_each(|arg| self.operand(arg));
        }
        if matches!(
            &*name,
            "zip" | "extend_from_slice" | "copy_from_slice" | "clone_from_slice" | "extend"
        ) && it.args.first().is_some_and(|arg| self.is_it(arg))
        {
            self.strong(aggregate());
        }
        if let (Some(syn::Expr::Closure(closure)), syn::Expr::MethodCall(source)) =
            (it.args.last(), &*it.receiver)
            && let (true, Some(pat)) = (name == "map" || name == "for_each", closure.inputs.last())
        {
            let element = |pattern: &Pattern<'_>| pattern.element(|name| from_expr(name, &closure.body));
            self.iterated(&syn::Expr::MethodCall(source.clone()), element, pat);
        }
        visit::visit_expr_method_call(self, it);
    }

    fn visit_expr_call(&mut self, it: &'ast syn::ExprCall) {
        for arg in &it.args {
            if let syn::Expr::Reference(arg) = arg
                && self.is_it(&arg.expr)
            {
                self.weak.get_or_insert_with(aggregate);
            }
        }
        visit::visit_expr_call(self, it);
    }

    fn visit_expr_binary(&mut self, it: &'ast syn::ExprBinary) {
        self.operand(&it.left);
        self.operand(&it.right);
        visit::visit_expr_binary(self, it);
    }

    fn visit_expr_unary(&mut self, it: &'ast syn::ExprUnary) {
        if matches!(it.op, syn::UnOp::Neg(_)) {
            self.operand(&it.expr);
        }
        visit::visit_expr_unary(self, it);
    }

    fn visit_expr_try(&mut self, it: &'ast syn::ExprTry) {
        if self.is_it(&it.expr) {
            self.strong(Type::optional(number()));
        }
        visit::visit_expr_try(self, it);
    }

    fn visit_expr_match(&mut self, it: &'ast syn::ExprMatch) {
        if self.is_it(&it.expr)
            && let Some(ty) = of_patterns(it.arms.iter().map(|arm| (&arm.pat, &*arm.body)))
        {
            self.strong(ty);
        }
        visit::visit_expr_match(self, it);
    }

    fn visit_expr_let(&mut self, it: &'ast syn::ExprLet) {
        if self.is_it(&it.expr)
            && let Some(ty) = of_patterns([(&*it.pat, &*it.expr)])
        {
            self.strong(ty);
        }
        visit::visit_expr_let(self, it);
    }

    fn visit_expr_return(&mut self, it: &'ast syn::ExprReturn) {
        if let (Some(expr), Some(ty)) = (&it.expr, self.output) {
            self.given_away(expr, ty);
        }
        visit::visit_expr_return(self, it);
    }

    fn visit_expr_cast(&mut self, it: &'ast syn::ExprCast) {
        self.operand(&it.expr);
        visit::visit_expr_cast(self, it);
    }

    fn visit_expr_for_loop(&mut self, it: &'ast syn::ExprForLoop) {
        let element = |pattern: &Pattern<'_>| pattern.element(|name| from_uses(name, &it.body.stmts));
        self.iterated(&it.expr, element, &it.pat);
        self.visit_expr(&it.expr);
        if !binds(&it.pat, self.name) {
            self.visit_block(&it.body);
        }
    }

    fn visit_expr_closure(&mut self, it: &'ast syn::ExprClosure) {
        if !it.inputs.iter().any(|pat| binds(pat, self.name)) {
            self.visit_expr(&it.body);
        }
    }

    fn visit_arm(&mut self, it: &'ast syn::Arm) {
        if !binds(&it.pat, self.name) {
            visit::visit_arm(self, it);
        }
    }
}

/// Of two guesses the one that says more: nested aggregates over flat ones, longer tuples over shorter ones.
fn deeper(a: Type, b: Type) -> Type {
    match (a, b) {
        (Type::Aggregate(a), Type::Aggregate(b)) => Type::Aggregate(Box::new(deeper(*a, *b))),
        (Type::Tuple(a), Type::Tuple(b)) => {
            let (mut long, short) = if a.len() >= b.len() { (a, b) } else { (b, a) };
            for (slot, other) in long.iter_mut().zip(short) {
                *slot = deeper(slot.clone(), other);
            }
            Type::Tuple(long)
        }
        (Type::Float(Float::Inferred), other) => other,
        (known, _) => known,
    }
}

/// Whether the pattern gives the name a new meaning.
fn binds(pat: &syn::Pat, name: &syn::Ident) -> bool {
    struct Find<'a>(&'a syn::Ident, bool);
    impl<'ast> Visit<'ast> for Find<'_> {
        fn visit_pat_ident(&mut self, it: &'ast syn::PatIdent) {
            self.1 |= it.ident == *self.0;
            visit::visit_pat_ident(self, it);
        }
    }
    let mut find = Find(name, false);
    find.visit_pat(pat);
    find.1
}

/// The pattern without `&`, parentheses and types around it.
fn stripped(pat: &syn::Pat) -> &syn::Pat {
    match pat {
        syn::Pat::Reference(it) => stripped(&it.pat),
        syn::Pat::Paren(it) => stripped(&it.pat),
        syn::Pat::Type(it) => stripped(&it.pat),
        other => other,
    }
}

#[cfg(test)]
mod tests;
