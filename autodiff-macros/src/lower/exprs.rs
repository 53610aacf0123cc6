//! Expressions: one method for each kind.

use super::Lowerer;
use super::operand::{By, Halt, Lowered, Operand, Target, VarPath, is_scalar};
use super::places::inner;
use crate::ir::{Const, Float, Instr, Proj, Type, ValueId};

impl Lowerer<'_> {
    /// Lowers `expr`. `want` is the type that the context expects, if it says one. A scalar in memory is loaded, unless
    /// it is had by `&mut`.
    pub(super) fn expr(&mut self, expr: &syn::Expr, want: Option<&Type>) -> Lowered<Operand> {
        let operand = self.in_place(expr, want)?;
        let operand = self.loaded(operand);
        if let Some(want) = want {
            self.fix_operand(&operand, want);
        }
        Ok(operand)
    }

    /// As [`Lowerer::expr`], but an expression that names memory stays the memory: what stands before `.method()`, or
    /// behind `&`.
    pub(super) fn in_place(&mut self, expr: &syn::Expr, want: Option<&Type>) -> Lowered<Operand> {
        match expr {
            syn::Expr::Paren(it) => self.in_place(&it.expr, want),
            syn::Expr::Group(it) => self.in_place(&it.expr, want),
            syn::Expr::Path(it) => self.path(expr, it, want),
            syn::Expr::Lit(it) => self.literal(expr, it, want),
            syn::Expr::Unary(it) => self.unary(expr, it, want),
            syn::Expr::Binary(it) => self.operator(expr, it, want),
            syn::Expr::Cast(it) => self.as_cast(expr, it),
            syn::Expr::Reference(it) => self.reference(expr, it, want),
            syn::Expr::Field(it) => self.field(expr, it, want),
            syn::Expr::Index(it) => match self.peek(&it.expr) {
                Type::Host if !self.touches_varied(&it.expr) => self.host(expr, want),
                _ => self.index(it),
            },
            syn::Expr::Tuple(it) => self.tuple(it, want),
            syn::Expr::Array(it) => self.array(it, want),
            syn::Expr::Repeat(it) => self.repeat(it, want),
            syn::Expr::MethodCall(it) => self.method_call(expr, it, want),
            syn::Expr::Call(it) => self.function_call(expr, it, want),
            syn::Expr::Macro(it) => self.macro_expr(expr, &it.mac, want),
            syn::Expr::Assign(it) => self.assign(it),
            syn::Expr::Block(it) => self.block_expr(it, want),
            syn::Expr::If(it) => self.if_expr(it, want),
            syn::Expr::Match(it) => self.match_expr(it, want),
            syn::Expr::Let(it) => self.unsupported(it, "`let` as a value"),
            syn::Expr::While(it) => self.while_loop(it),
            syn::Expr::Loop(it) => self.endless_loop(it, want),
            syn::Expr::ForLoop(it) => self.for_loop(it),
            syn::Expr::Break(it) => self.break_expr(it),
            syn::Expr::Continue(it) => self.continue_expr(it),
            syn::Expr::Return(it) => self.return_expr(it),
            syn::Expr::Struct(it) => match self.struct_literal(it) {
                Some(res) => res,
                None => self.host(expr, want),
            },
            syn::Expr::Closure(_)
            | syn::Expr::Const(_)
            | syn::Expr::Range(_)
            | syn::Expr::Infer(_) => self.host(expr, want),
            syn::Expr::Try(it) => self.question(it, want),
            syn::Expr::Unsafe(it) => self.refuse(
                &it.unsafe_token,
                "an `unsafe` block cannot be differentiated",
                "move it to a function of its own, and give its derivative by `#[differentiable(derivative(..))]`",
            ),
            syn::Expr::Async(it) => self.refuse(
                &it.async_token,
                "an `async` block cannot be differentiated",
                "compute the value outside, and pass it in as a `#[constant]`",
            ),
            syn::Expr::Await(it) => self.refuse(
                &it.await_token,
                "`.await` cannot be differentiated",
                "compute the value outside, and pass it in as a `#[constant]`",
            ),
            syn::Expr::RawAddr(it) => self.refuse(
                it,
                "a raw pointer cannot be differentiated",
                "use a reference",
            ),
            syn::Expr::TryBlock(it) => self.unsupported(&it.try_token, "a `try` block"),
            syn::Expr::Yield(it) => self.unsupported(&it.yield_token, "`yield`"),
            // A lone semicolon.
            syn::Expr::Verbatim(it) if it.is_empty() => Ok(Operand::UNIT),
            syn::Expr::Verbatim(it) => self.unsupported(it, "this expression"),
            other => self.unsupported(other, "this expression"),
        }
    }

    /// Lowers `expr` to a scalar; an error if it is none.
    pub(super) fn value(&mut self, expr: &syn::Expr, want: Option<&Type>) -> Lowered<ValueId> {
        let operand = self.expr(expr, want)?;
        match self.scalar(&operand) {
            Some(id) => {
                if let Some(want) = want {
                    self.fix(id, want);
                }
                Ok(id)
            }
            None if self.path_of(&operand).is_some_and(|at| self.is_open(&at)) => self.unknown_type(expr),
            None => self.unsupported(expr, "this is no number, and so it"),
        }
    }

    /// A boolean.
    pub(super) fn condition(&mut self, expr: &syn::Expr) -> Lowered<ValueId> {
        let id = self.value(expr, Some(&Type::Bool))?;
        match self.b.body.ty(id) {
            Type::Bool => Ok(id),
            // What a call returned was taken for a float until now.
            Type::Float(Float::Inferred) if self.b.constant(id).is_none() => {
                self.b.body.values[id.0 as usize].ty = Type::Bool;
                self.varied.values.remove(&id);
                Ok(id)
            }
            _ => self.refuse(
                expr,
                "this is not a condition",
                "write a comparison, such as `x > 0.0`",
            ),
        }
    }

    /// A variable or a constant.
    fn path(&mut self, expr: &syn::Expr, it: &syn::ExprPath, want: Option<&Type>) -> Lowered<Operand> {
        let Some(id) = self.local(it) else {
            if super::optional::variant(&it.path).is_some_and(|name| name == "None") {
                return Ok(self.none(want));
            }
            if let Some(ty) = super::floats::constant_type(it) {
                return self.host(expr, Some(&ty));
            }
            return self.host(expr, want);
        };
        match self.scopes.var(id).slot.clone() {
            Operand::Poison => Err(Halt::Error),
            Operand::Unset if self.closures.contains_key(&id) => {
                let closure = self.closures[&id].clone();
                self.closure_value(&closure)
            }
            Operand::Unset => self.refuse(it, "this variable has no value here", "give it one at its `let`"),
            Operand::Lost => {
                self.lost(it, id);
                Err(Halt::Error)
            }
            known => Ok(known),
        }
    }

    /// A reference is read that may refer to one thing or another; said once.
    pub(super) fn lost(&mut self, at: &syn::ExprPath, var: super::scope::VarId) {
        self.diags
            .error(
                at,
                "which memory this refers to depends on the way that control went",
            )
            .help("choose an index instead of a reference");
        *self.scopes.slot_mut(var) = Operand::Poison;
    }

    fn literal(&mut self, expr: &syn::Expr, it: &syn::ExprLit, want: Option<&Type>) -> Lowered<Operand> {
        self.b.span = it.lit.span();
        let ty = super::peek::literal_type(&it.lit);
        let known = match (&it.lit, &ty) {
            (syn::Lit::Float(lit), _) => lit.base10_parse().ok().map(Const::Float),
            (syn::Lit::Int(lit), Type::Float(_)) => lit.base10_parse().ok().map(Const::Float),
            (syn::Lit::Int(lit), _) => lit.base10_parse().ok().map(Const::Int),
            (syn::Lit::Bool(lit), _) => Some(Const::Bool(lit.value)),
            _ => return self.host(expr, want),
        };
        match known {
            Some(known) => Ok(Operand::Value(self.b.one(Instr::Const(known), ty))),
            None => self.unsupported(expr, "this literal"),
        }
    }

    /// `(a, b)`
    fn tuple(&mut self, it: &syn::ExprTuple, want: Option<&Type>) -> Lowered<Operand> {
        let wants = match want {
            Some(Type::Tuple(parts)) if parts.len() == it.elems.len() => parts.iter().map(Some).collect(),
            _ => vec![None; it.elems.len()],
        };
        let parts: Vec<_> = it
            .elems
            .iter()
            .zip(wants)
            .map(|(part, want)| {
                let operand = self.expr(part, want)?;
                Ok(self.settled(operand))
            })
            .collect();
        let parts = parts.into_iter().collect::<Lowered<Vec<_>>>()?;
        Ok(Operand::Tuple(parts))
    }

    /// `&x`, `&mut x`
    fn reference(
        &mut self,
        expr: &syn::Expr,
        it: &syn::ExprReference,
        want: Option<&Type>,
    ) -> Lowered<Operand> {
        if let Type::Host = self.peek(&it.expr)
            && !self.touches_varied(&it.expr)
            && !self.is_scalar_variable(&it.expr)
        {
            return self.host(expr, want);
        }
        let operand = self.in_place(&it.expr, want)?;
        if it.mutability.is_none() {
            let operand = self.loaded(operand);
            return Ok(match self.content(operand) {
                Operand::Place { at, by: By::RefMut } if is_scalar(&self.type_at(&at)) => {
                    let ty = self.type_at(&at);
                    Operand::Value(self.load(at, ty)).borrowed()
                }
                other => other.borrowed(),
            });
        }
        match operand {
            Operand::Place { at, by: _ } => Ok(Operand::Place { at, by: By::RefMut }),
            alias @ Operand::Alias(_) => Ok(alias),
            content => {
                if let Ok(Target::Var(path)) = self.quiet_target(&it.expr) {
                    return Ok(Operand::Alias(path));
                }
                // `&mut 0.0`: a variable without a name.
                let span = self.b.span;
                let var = self.scopes.hidden("temporary", span, content, true);
                Ok(Operand::Alias(VarPath {
                    var,
                    path: Vec::new(),
                }))
            }
        }
    }

    /// What an alias refers to, now.
    pub(super) fn content(&self, operand: Operand) -> Operand {
        match operand {
            Operand::Alias(path) => self.scopes.get(&path).clone(),
            other => other,
        }
    }

    /// `&mut x` of a float that is no memory, so that only a call can bring back what is written.
    fn lends_float(&self, arg: &syn::Expr) -> bool {
        let syn::Expr::Reference(it) = inner(arg) else {
            return false;
        };
        let syn::Expr::Path(path) = inner(&it.expr) else {
            return false;
        };
        let slot = self.local(path).map(|id| &self.scopes.var(id).slot);
        let float = matches!(slot, Some(Operand::Value(id)) if self.b.body.is_float(*id));
        it.mutability.is_some() && float
    }

    fn is_scalar_variable(&self, expr: &syn::Expr) -> bool {
        match inner(expr) {
            syn::Expr::Path(it) => self.local(it).is_some(),
            _ => false,
        }
    }

    /// `t.0`, `cfg.scale`
    fn field(&mut self, expr: &syn::Expr, it: &syn::ExprField, want: Option<&Type>) -> Lowered<Operand> {
        let told = self.peek(&it.base);
        if told.is_matrix() {
            return self.matrix_field(it);
        }
        if let Type::Struct(_) = told {
            return self.member(it);
        }
        let syn::Member::Unnamed(k) = &it.member else {
            return self.host(expr, want);
        };
        let k = k.index as usize;
        let told = match told {
            Type::Tuple(_) => None,
            // A call, which returns a pair at least.
            Type::Host if super::guess::of_base(&it.base).is_some() && self.touches_varied(&it.base) => {
                Some(Type::Tuple(vec![Type::Float(Float::Inferred); (k + 1).max(2)]))
            }
            _ => return self.host(expr, want),
        };
        let base = self.in_place(&it.base, told.as_ref())?;
        let content = self.content(base);
        match content.peel() {
            Operand::Tuple(parts) if k < parts.len() => Ok(parts[k].clone()),
            Operand::Tuple(_) => self.refuse(&it.member, "this tuple has no such field", "count from 0"),
            Operand::Place { at, by } => Ok(Operand::Place {
                at: at.then(Proj::Field(k)),
                by: if *by == By::Temp { By::Temp } else { By::Owned },
            }),
            Operand::Value(_)
            | Operand::Ref(_)
            | Operand::Alias(_)
            | Operand::Option { .. }
            | Operand::Unset
            | Operand::Lost
            | Operand::Poison => self.unsupported(it, "a field of this"),
        }
    }

    /// `recv.method(args)`
    fn method_call(
        &mut self,
        expr: &syn::Expr,
        it: &syn::ExprMethodCall,
        want: Option<&Type>,
    ) -> Lowered<Operand> {
        self.b.span = it.method.span();
        if let Some(res) = self.pop_unwrapped(it) {
            return res;
        }
        if let Some(call) = super::generics::conversion(it, &self.request.floats) {
            let call = call.clone();
            return self.converted_constant(it, call, want);
        }
        if self.is_stepped(it) {
            return self.step_iterator(it);
        }
        if self.is_iterator(&it.receiver) && (self.touches_varied(expr) || self.names_iterator(&it.receiver))
        {
            return self.reduction(it, want);
        }
        if let (true, syn::Expr::Array(lists)) = (it.method == "concat", inner(&it.receiver))
            && self.touches_varied(expr)
        {
            return self.concat_of_lists(it, lists, want);
        }
        let ty = self.peek(&it.receiver);
        match ty {
            Type::Float(_) => self.float_method(it, want),
            Type::Array(..) | Type::Slice(_) | Type::Vec(_) | Type::Aggregate(_) => {
                let receiver = self.in_place(&it.receiver, None)?;
                self.place_method(it, receiver, want)
            }
            Type::Matrix(_) => {
                let receiver = self.in_place(&it.receiver, None)?;
                self.matrix_method(it, &receiver, want)
            }
            Type::Int(_) => match super::operators::int_method(&it.method.to_string(), &ty) {
                Some(result) => self.host(expr, Some(&result)),
                None => self.host(expr, want),
            },
            Type::Bool if self.touches_varied(expr) => self.bool_method(expr, it, want),
            Type::Bool | Type::Pullback => self.host(expr, want),
            Type::Tuple(_) => self.tuple_method(expr, it, want),
            Type::Struct(_) => {
                let receiver = self.in_place(&it.receiver, None)?;
                self.struct_method(it, receiver, want)
            }
            Type::Host => self.unknown_receiver(expr, it, want),
        }
    }

    fn tuple_method(
        &mut self,
        expr: &syn::Expr,
        it: &syn::ExprMethodCall,
        want: Option<&Type>,
    ) -> Lowered<Operand> {
        if it.method != "clone" {
            return self.host(expr, want);
        }
        let receiver = self.in_place(&it.receiver, None)?;
        Ok(self.content(receiver).peel().clone())
    }

    /// A method of something whose type is only known once it is lowered, if at all.
    fn unknown_receiver(
        &mut self,
        expr: &syn::Expr,
        it: &syn::ExprMethodCall,
        want: Option<&Type>,
    ) -> Lowered<Operand> {
        let option = self.names_option(&it.receiver);
        if !option && !self.touches_varied(expr) {
            return self.host(expr, want);
        }
        if !option && !self.touches_varied(&it.receiver) {
            let name = it.method.to_string();
            // `cfg.scale.max(x)`: what has a float's method and takes floats is one.
            if super::floats::known_method(&name, it.args.len() + 1).is_some() {
                let receiver = self.expr(&it.receiver, Some(&Type::Float(Float::Inferred)))?;
                return self.float_method_on(it, receiver, want);
            }
            if !self.is_companion_method(it) {
                return self.host(expr, want);
            }
            return self.companion_method(it, want);
        }
        let told = super::guess::of_receiver(it, want);
        let receiver = self.in_place(&it.receiver, told.as_ref())?;
        if let Some(parts) = self.option_parts(&receiver) {
            return self.option_method(it, parts, want);
        }
        match self.type_of(&receiver) {
            Type::Float(_) => self.float_method_on(it, receiver, want),
            Type::Array(..) | Type::Slice(_) | Type::Vec(_) | Type::Aggregate(_) => {
                self.place_method(it, receiver, want)
            }
            Type::Matrix(_) => self.matrix_method(it, &receiver, want),
            Type::Struct(_) => self.struct_method(it, receiver, want),
            Type::Int(_) | Type::Bool | Type::Host | Type::Tuple(_) | Type::Pullback => {
                self.host_method(it, receiver, want)
            }
        }
    }

    /// Whether the method may be an annotated one: of something that carries no derivative and is none of std's.
    pub(super) fn is_companion_method(&self, it: &syn::ExprMethodCall) -> bool {
        let closure = |arg: &syn::Expr| matches!(inner(arg), syn::Expr::Closure(_));
        matches!(self.peek(&it.receiver), Type::Host)
            && !self.touches_varied(&it.receiver)
            && !it.args.iter().any(closure)
            && !super::purity::is_of_std(&it.method.to_string())
    }

    /// `f(a, b)`
    fn function_call(
        &mut self,
        expr: &syn::Expr,
        it: &syn::ExprCall,
        want: Option<&Type>,
    ) -> Lowered<Operand> {
        if self.closure_of(&it.func).is_some() {
            return self.call_closure(it, want);
        }
        if let syn::Expr::Path(func) = inner(&it.func)
            && is_constructor(&func.path)
            && let Some(res) = self.struct_call(it, &func.path)
        {
            return res;
        }
        if let Some((ty, name)) = super::floats::float_path(&it.func, &self.request.floats) {
            return self.float_call(expr, it, &ty, &name, want);
        }
        if let Some(option) = self.option_constructor(it, want) {
            return option;
        }
        let writes = it.args.iter().any(|arg| self.lends_float(arg));
        if let Some(element) = super::constructors::constructed(&it.func, self) {
            return self.matrix_constructor(expr, it, element);
        }
        if !moves_memory(&it.func) && !writes && !self.touches_varied(expr) {
            return self.host(expr, want);
        }
        match inner(&it.func) {
            syn::Expr::Path(func) if self.local(func).is_some() => {
                self.path(&it.func, func, None)?;
                self.host(expr, want)
            }
            syn::Expr::Path(func) if is_constructor(&func.path) => self.refuse(
                func,
                "a struct or a variant made of what carries a derivative cannot be differentiated",
                "use a tuple or an array",
            ),
            syn::Expr::Path(_) => self.call(it, want),
            _ => self.host(expr, want),
        }
    }
}

/// Whether the function is one of std's that make or exchange memory.
fn moves_memory(func: &syn::Expr) -> bool {
    let syn::Expr::Path(it) = inner(func) else {
        return false;
    };
    let mut names = it
        .path
        .segments
        .iter()
        .rev()
        .map(|segment| segment.ident.to_string());
    let (last, before) = (names.next().unwrap_or_default(), names.next().unwrap_or_default());
    match before.as_str() {
        "Vec" | "VecDeque" => matches!(last.as_str(), "new" | "with_capacity" | "from" | "from_iter"),
        "array" => last == "from_fn",
        "mem" => matches!(last.as_str(), "swap" | "replace" | "take"),
        _ => false,
    }
}

/// `Some`, `Point`: types and variants are written so; a function may be called `F`.
fn is_constructor(path: &syn::Path) -> bool {
    let last = path.segments.last().map(|segment| segment.ident.to_string());
    last.is_some_and(|last| last.starts_with(char::is_uppercase) && last.contains(char::is_lowercase))
}
