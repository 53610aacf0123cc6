//! The type of an expression before it is lowered, and whether it touches what carries a derivative. Looking only:
//! nothing is built, nothing is refused.

use super::Lowerer;
use super::branches::more_known;
use super::floats::{Gives, known_method};
use super::names::free_variables;
use super::operand::Operand;
use crate::ir::{Float, Int, Len, Struct, Type};

impl Lowerer<'_> {
    /// What is known of the expression's type, references left out; [`Type::Host`] is nothing.
    pub(super) fn peek(&self, expr: &syn::Expr) -> Type {
        if let Some(ty) = super::generics::constant(expr, &self.request.floats) {
            return ty;
        }
        match expr {
            syn::Expr::Paren(it) => self.peek(&it.expr),
            syn::Expr::Group(it) => self.peek(&it.expr),
            syn::Expr::Reference(it) => self.peek(&it.expr),
            syn::Expr::Lit(it) => literal_type(&it.lit),
            syn::Expr::Path(it) => match self.local(it) {
                Some(id) => self.type_of(&self.scopes.var(id).slot),
                None => super::floats::constant_type(it).unwrap_or(Type::Host),
            },
            syn::Expr::Unary(it) => self.peek(&it.expr),
            syn::Expr::Binary(it) => match it.op {
                syn::BinOp::Add(_)
                | syn::BinOp::Sub(_)
                | syn::BinOp::Mul(_)
                | syn::BinOp::Div(_)
                | syn::BinOp::Rem(_)
                | syn::BinOp::BitAnd(_)
                | syn::BinOp::BitOr(_)
                | syn::BinOp::BitXor(_) => match (self.peek(&it.left), self.peek(&it.right)) {
                    // Only rustc knows what an operator of an unknown type gives.
                    (Type::Matrix(it), _) | (_, Type::Matrix(it)) => Type::matrix(it.element),
                    (Type::Host, _) | (_, Type::Host) => Type::Host,
                    (a, b) => more_known(a, b),
                },
                syn::BinOp::Shl(_) | syn::BinOp::Shr(_) => self.peek(&it.left),
                syn::BinOp::Eq(_)
                | syn::BinOp::Ne(_)
                | syn::BinOp::Lt(_)
                | syn::BinOp::Le(_)
                | syn::BinOp::Gt(_)
                | syn::BinOp::Ge(_)
                | syn::BinOp::And(_)
                | syn::BinOp::Or(_) => Type::Bool,
                _ => Type::Host,
            },
            syn::Expr::Cast(it) => self.written(&it.ty).unwrap_or(Type::Host),
            syn::Expr::Field(it) => match (self.peek(&it.base), &it.member) {
                (ty @ Type::Struct(_), member) => match ty.member(member) {
                    Some(field) => field.clone(),
                    None => Type::Struct(Struct::default()),
                },
                (Type::Tuple(mut parts), syn::Member::Unnamed(k)) if (k.index as usize) < parts.len() => {
                    parts.swap_remove(k.index as usize)
                }
                (Type::Matrix(matrix), member) if super::matrices::entry(member).is_some() => matrix.element,
                _ => Type::Host,
            },
            syn::Expr::Index(it) => match (self.peek(&it.expr), &*it.index) {
                (list, syn::Expr::Range(_)) => match list.element() {
                    Some(element) => Type::Slice(Box::new(element.clone())),
                    None => Type::Host,
                },
                (list, _) => list.element().cloned().unwrap_or(Type::Host),
            },
            syn::Expr::Array(it) => {
                let element = it.elems.first().map_or(Type::Host, |first| self.peek(first));
                Type::Array(Box::new(element), Len::Known(it.elems.len()))
            }
            syn::Expr::Repeat(it) => Type::Array(Box::new(self.peek(&it.expr)), Len::Inferred),
            syn::Expr::Tuple(it) => Type::Tuple(it.elems.iter().map(|part| self.peek(part)).collect()),
            syn::Expr::MethodCall(it) => self.peek_method(it),
            syn::Expr::Call(it) => match (
                super::floats::float_path(&it.func, &self.request.floats),
                &*it.func,
            ) {
                (Some((ty, name)), _) => match known_method(&name, it.args.len()) {
                    Some(Gives::Float) => ty,
                    Some(Gives::Pair) => Type::Tuple(vec![ty.clone(), ty]),
                    Some(Gives::Bool) => Type::Bool,
                    Some(Gives::Host) | None if matches!(name.as_str(), "from" | "from_bits") => ty,
                    Some(Gives::Host) | None => Type::Host,
                },
                (None, func) => match super::constructors::constructed(func, self) {
                    Some(element) => Type::matrix(element),
                    None => Type::Host,
                },
            },
            syn::Expr::Struct(it) => match self.request.fields.of_path(&it.path) {
                Some(it) => Type::Struct(it),
                None => Type::Host,
            },
            syn::Expr::Block(it) => match it.block.stmts.last() {
                Some(syn::Stmt::Expr(tail, None)) if it.block.stmts.len() == 1 => self.peek(tail),
                _ => Type::Host,
            },
            syn::Expr::If(it) => match it.then_branch.stmts.as_slice() {
                [syn::Stmt::Expr(tail, None)] => self.peek(tail),
                _ => Type::Host,
            },
            syn::Expr::Macro(it) if it.mac.path.is_ident("vec") => Type::Vec(Box::new(Type::Host)),
            syn::Expr::Macro(it) => match super::macros::dbg_args(&it.mac).as_slice() {
                [] => Type::Host,
                [arg] => self.peek(arg),
                args => Type::Tuple(args.iter().map(|arg| self.peek(arg)).collect()),
            },
            _ => Type::Host,
        }
    }

    fn peek_method(&self, it: &syn::ExprMethodCall) -> Type {
        let name = it.method.to_string();
        let receiver = self.peek(&it.receiver);
        if let Type::Matrix(matrix) = &receiver {
            return super::matrices::peek_method(&name, it.args.len(), matrix);
        }
        match (&receiver, name.as_str()) {
            (_, "clone" | "to_owned") => receiver,
            (Type::Float(_), name) => match known_method(name, it.args.len() + 1) {
                Some(Gives::Float) => receiver,
                Some(Gives::Pair) => Type::Tuple(vec![receiver.clone(), receiver]),
                Some(Gives::Bool) => Type::Bool,
                Some(Gives::Host) | None => Type::Host,
            },
            (Type::Int(_), name) => super::operators::int_method(name, &receiver).unwrap_or(Type::Host),
            (
                Type::Array(..) | Type::Slice(_) | Type::Vec(_) | Type::Aggregate(_) | Type::Matrix(_),
                "len",
            ) => Type::USIZE,
            (
                Type::Array(..) | Type::Slice(_) | Type::Vec(_) | Type::Aggregate(_) | Type::Matrix(_),
                "is_empty",
            ) => Type::Bool,
            (
                Type::Array(element, _)
                | Type::Slice(element)
                | Type::Vec(element)
                | Type::Aggregate(element),
                "to_vec",
            ) => Type::Vec(element.clone()),
            (
                Type::Array(element, _)
                | Type::Slice(element)
                | Type::Vec(element)
                | Type::Aggregate(element),
                "as_slice" | "as_ref" | "as_mut_slice" | "as_mut",
            ) => Type::Slice(element.clone()),
            _ => Type::Host,
        }
    }

    /// The variable that a path is.
    pub(super) fn local(&self, it: &syn::ExprPath) -> Option<super::scope::VarId> {
        if it.qself.is_some() {
            return None;
        }
        let ident = it.path.get_ident()?;
        self.scopes.find(&ident.to_string())
    }

    /// The type of what an operand is or refers to.
    pub(super) fn type_of(&self, operand: &Operand) -> Type {
        match operand {
            Operand::Value(id) => self.b.body.ty(*id).clone(),
            Operand::Place { at, by: _ } => self.type_at(at),
            Operand::Ref(inner) => self.type_of(inner),
            Operand::Alias(path) => self.type_of(self.scopes.get(path)),
            Operand::Tuple(parts) => Type::Tuple(parts.iter().map(|part| self.type_of(part)).collect()),
            Operand::Option { .. } | Operand::Unset | Operand::Lost | Operand::Poison => Type::Host,
        }
    }

    /// Whether the expression names a variable that may carry a derivative, or may leave from inside: then it is no
    /// host code as a whole.
    pub(super) fn touches_varied(&self, expr: &syn::Expr) -> bool {
        let names = free_variables(expr);
        if names.contains(super::names::EXIT) {
            return true;
        }
        let ids = names.iter().filter_map(|name| self.scopes.find(name));
        ids.into_iter().any(|id| {
            self.is_varied(&self.scopes.var(id).slot)
                || self.is_varied_closure(id)
                || self.iterators.contains_key(&id)
        })
    }
}

/// The type of a literal.
pub(super) fn literal_type(lit: &syn::Lit) -> Type {
    match lit {
        syn::Lit::Float(it) => Type::Float(float_suffix(it.suffix())),
        syn::Lit::Int(it) => match it.suffix() {
            suffix @ ("f64" | "f32") => Type::Float(float_suffix(suffix)),
            suffix => Type::Int(int_suffix(suffix)),
        },
        syn::Lit::Bool(_) => Type::Bool,
        _ => Type::Host,
    }
}

fn float_suffix(suffix: &str) -> Float {
    match suffix {
        "f64" => Float::F64,
        "f32" => Float::F32,
        _ => Float::Inferred,
    }
}

fn int_suffix(suffix: &str) -> Int {
    match suffix {
        "usize" => Int::Usize,
        "isize" => Int::Isize,
        "u8" => Int::U8,
        "u16" => Int::U16,
        "u32" => Int::U32,
        "u64" => Int::U64,
        "u128" => Int::U128,
        "i8" => Int::I8,
        "i16" => Int::I16,
        "i32" => Int::I32,
        "i64" => Int::I64,
        "i128" => Int::I128,
        _ => Int::Inferred,
    }
}
