//! Assignments.

use super::Lowerer;
use super::host::{Allow, Template};
use super::operand::{By, Halt, Lowered, Operand, Target, VarPath, is_scalar};
use super::places::inner;
use crate::ir::{BinaryOp, Instr, Proj, Type, UnaryOp};
use quote::ToTokens;

impl Lowerer<'_> {
    /// `target = value`
    pub(super) fn assign(&mut self, it: &syn::ExprAssign) -> Lowered<Operand> {
        if self.is_host_target(&it.left) {
            return self.assign_host(&syn::Expr::Assign(it.clone()));
        }
        let want = Some(self.peek(&it.left)).filter(|ty| !matches!(ty, Type::Host));
        let value = match self.in_place(&it.right, want.as_ref()) {
            Ok(value) => value,
            Err(halt) => {
                // What is read afterwards is not one more mistake.
                if let (Halt::Error, Ok(Target::Var(path))) = (halt, self.quiet_target(&it.left)) {
                    self.scopes.set(&path, Operand::Poison);
                }
                return Err(halt);
            }
        };
        if let Some(want) = &want {
            self.fix_operand(&value, want);
        }
        let target = self.target(&it.left)?;
        self.b.span = it.eq_token.span;
        self.put(it, target, value)?;
        Ok(Operand::UNIT)
    }

    fn put(&mut self, tokens: &syn::ExprAssign, target: Target, value: Operand) -> Lowered<()> {
        match target {
            Target::Nothing => Ok(()),
            Target::Var(path) => {
                let old = self.scopes.get(&path).clone();
                let value = self.settled(value);
                let value = match value {
                    Operand::Place { at, by: By::Temp } => Operand::Place { at, by: By::Owned },
                    other => self.resliced(other),
                };
                if let (Operand::Value(old), Operand::Value(new)) = (&old, &value) {
                    let (old, new) = (*old, *new);
                    self.common_type(old, new);
                }
                let name = self.scopes.var(path.var).name.clone();
                if let (Operand::Value(id), true) = (&value, path.path.is_empty()) {
                    self.b.name(*id, name);
                }
                self.scopes.set(&path, value);
                Ok(())
            }
            Target::Place(at) => self.assign_place(&tokens.left, at, value),
            Target::Tuple(targets) => {
                // All of the right side is read before any of the left is written.
                let value = match self.settled(value) {
                    Operand::Place { at, by: _ } if self.type_at(&at).element().is_some() => {
                        Operand::Tuple(self.elements(&at, targets.len()))
                    }
                    other => other,
                };
                let Operand::Tuple(values) = value else {
                    return self.unsupported(&tokens.left, "an assignment of this");
                };
                if values.len() != targets.len() {
                    return self.unsupported(&tokens.left, "an assignment of this");
                }
                let pairs = targets.into_iter().zip(values);
                pairs
                    .into_iter()
                    .try_for_each(|(target, value)| self.put(tokens, target, value))
            }
        }
    }

    /// The first `count` elements of a list, as they are now.
    fn elements(&mut self, at: &crate::ir::PlaceRef, count: usize) -> Vec<Operand> {
        let element = |lowerer: &mut Self, k| {
            let index = lowerer.usize(k);
            let element = lowerer.element(at, index, By::Owned);
            lowerer.settled(element)
        };
        (0..count).map(|k| element(self, k)).collect()
    }

    /// `target op= value`
    pub(super) fn compound(&mut self, it: &syn::ExprBinary, op: BinaryOp) -> Lowered<Operand> {
        if self.is_host_target(&it.left) {
            return self.assign_host(&syn::Expr::Binary(it.clone()));
        }
        if self.peek(&it.left).is_matrix() {
            return self.matrix_compound(it, op);
        }
        let shift = matches!(op, BinaryOp::Shl | BinaryOp::Shr);
        let want =
            Some(self.peek(&it.left)).filter(|ty| is_scalar(ty) && !shift && !matches!(ty, Type::Host));
        let value = match self.value(&it.right, want.as_ref()) {
            Ok(value) => value,
            Err(halt) => {
                if let (Halt::Error, Ok(Target::Var(path))) = (halt, self.quiet_target(&it.left)) {
                    self.scopes.set(&path, Operand::Poison);
                }
                return Err(halt);
            }
        };
        let target = self.target(&it.left)?;
        self.b.span = super::operators::operator_span(&it.op);
        match target {
            Target::Var(path) => {
                let content = self.scopes.get(&path).clone();
                if content == Operand::Poison {
                    return Err(Halt::Error);
                }
                let Some(old) = self.scalar(&content) else {
                    return self.unsupported(&it.left, "an assignment to this");
                };
                let new = self.arithmetic(it, op, old, value)?;
                if path.path.is_empty() {
                    let name = self.scopes.var(path.var).name.clone();
                    self.b.name(new, name);
                }
                self.scopes.set(&path, Operand::Value(new));
            }
            Target::Place(at) => {
                let ty = self.type_at(&at);
                if !is_scalar(&ty) {
                    return self.unsupported(&it.left, "an assignment to this");
                }
                if let (BinaryOp::Add | BinaryOp::Sub, Type::Float(_)) = (op, &ty) {
                    self.fix(value, &ty);
                    if !self.b.body.is_float(value) {
                        return self.refuse(
                            it,
                            "the two sides are of different types",
                            "convert one of them by `as`",
                        );
                    }
                    // `x - y` is `x + (-y)` to the bit.
                    let value = match op {
                        BinaryOp::Sub => self.one(Instr::Unary(UnaryOp::Neg, value), ty),
                        _ => value,
                    };
                    self.effect(Instr::AddTo { to: at, value });
                    return Ok(Operand::UNIT);
                }
                let old = self.load(at.clone(), ty);
                let new = self.arithmetic(it, op, old, value)?;
                self.store(at, new);
            }
            Target::Nothing | Target::Tuple(_) => return self.unsupported(&it.left, "an assignment to this"),
        }
        Ok(Operand::UNIT)
    }

    /// What stands left of `=`.
    pub(super) fn target(&mut self, expr: &syn::Expr) -> Lowered<Target> {
        match inner(expr) {
            syn::Expr::Infer(_) => Ok(Target::Nothing),
            syn::Expr::Path(it) => {
                let Some(var) = self.local(it) else {
                    return self.refuse(
                        it,
                        "only variables of the function can be assigned to",
                        "pass it as a `&mut` parameter",
                    );
                };
                match &self.scopes.var(var).slot {
                    Operand::Place {
                        at,
                        by: By::Owned | By::Temp,
                    } => Ok(Target::Place(at.clone())),
                    Operand::Poison => Err(Halt::Error),
                    Operand::Place {
                        by: By::Ref | By::RefMut,
                        ..
                    }
                    | Operand::Value(_)
                    | Operand::Ref(_)
                    | Operand::Alias(_)
                    | Operand::Tuple(_)
                    | Operand::Option { .. }
                    | Operand::Unset
                    | Operand::Lost => Ok(Target::Var(VarPath {
                        var,
                        path: Vec::new(),
                    })),
                }
            }
            syn::Expr::Tuple(it) => {
                let parts: Vec<_> = it.elems.iter().map(|part| self.target(part)).collect();
                Ok(Target::Tuple(parts.into_iter().collect::<Lowered<_>>()?))
            }
            syn::Expr::Array(it) => {
                let parts: Vec<_> = it.elems.iter().map(|part| self.target(part)).collect();
                Ok(Target::Tuple(parts.into_iter().collect::<Lowered<_>>()?))
            }
            syn::Expr::Field(it) if self.peek(&it.base).is_matrix() => match self.matrix_field(it)? {
                Operand::Place { at, by: _ } => Ok(Target::Place(at)),
                _ => self.unsupported(it, "an assignment to this"),
            },
            syn::Expr::Field(it) => {
                let base = self.target(&it.base)?;
                let base = self.pointee(base);
                if let Target::Place(at) = &base
                    && let Type::Struct(_) = self.type_at(at)
                {
                    return Ok(Target::Place(at.then(Proj::Member(it.member.clone()))));
                }
                let syn::Member::Unnamed(k) = &it.member else {
                    return self.unsupported(&it.member, "an assignment to a field of this");
                };
                let k = k.index as usize;
                match base {
                    Target::Var(mut path) => {
                        path.path.push(k);
                        match self.scopes.get(&path).clone() {
                            // A list in a tuple lies in memory.
                            Operand::Place {
                                at,
                                by: By::Owned | By::Temp,
                            } => Ok(Target::Place(at)),
                            _ => Ok(Target::Var(path)),
                        }
                    }
                    Target::Place(at) => Ok(Target::Place(at.then(Proj::Field(k)))),
                    Target::Nothing | Target::Tuple(_) => self.unsupported(it, "an assignment to this"),
                }
            }
            syn::Expr::Unary(it) if matches!(it.op, syn::UnOp::Deref(_)) => {
                let operand = self.in_place(&it.expr, None)?;
                match operand {
                    Operand::Alias(path) => Ok(Target::Var(path)),
                    Operand::Place { at, by: _ } => Ok(Target::Place(at)),
                    _ => self.unsupported(expr, "an assignment to this"),
                }
            }
            syn::Expr::Index(it) => match self.index(it)? {
                Operand::Place { at, by: _ } => Ok(Target::Place(at)),
                _ => self.unsupported(it, "an assignment to this"),
            },
            other => {
                let operand = self.in_place(other, None)?;
                match operand {
                    Operand::Alias(path) => Ok(Target::Var(path)),
                    // What is a value of its own is no variable.
                    Operand::Place { at, by: By::RefMut } => Ok(Target::Place(at)),
                    _ => self.unsupported(other, "an assignment to this"),
                }
            }
        }
    }

    /// Before a field, a reference is looked through.
    fn pointee(&self, target: Target) -> Target {
        let Target::Var(path) = &target else {
            return target;
        };
        match self.scopes.get(path) {
            Operand::Alias(path) => Target::Var(path.clone()),
            Operand::Place { at, by: _ } => Target::Place(at.clone()),
            _ => target,
        }
    }

    /// The variable that `expr` is, or a component of it; gives no diagnostics.
    pub(super) fn quiet_target(&self, expr: &syn::Expr) -> Result<Target, ()> {
        match inner(expr) {
            syn::Expr::Path(it) => {
                let var = self.local(it).ok_or(())?;
                Ok(Target::Var(VarPath {
                    var,
                    path: Vec::new(),
                }))
            }
            syn::Expr::Field(it) => match (self.quiet_target(&it.base)?, &it.member) {
                (Target::Var(mut path), syn::Member::Unnamed(k)) => {
                    if let Operand::Alias(to) = self.scopes.get(&path) {
                        path = to.clone();
                    }
                    path.path.push(k.index as usize);
                    Ok(Target::Var(path))
                }
                _ => Err(()),
            },
            syn::Expr::Unary(it) if matches!(it.op, syn::UnOp::Deref(_)) => {
                match self.quiet_target(&it.expr)? {
                    Target::Var(path) => match self.scopes.get(&path) {
                        Operand::Alias(to) => Ok(Target::Var(to.clone())),
                        _ => Err(()),
                    },
                    Target::Place(_) | Target::Nothing | Target::Tuple(_) => Err(()),
                }
            }
            _ => Err(()),
        }
    }

    /// Whether the target lies in state that only rustc understands.
    fn is_host_target(&self, expr: &syn::Expr) -> bool {
        match inner(expr) {
            syn::Expr::Path(it) => self
                .local(it)
                .is_some_and(|var| match &self.scopes.var(var).slot {
                    Operand::Place {
                        at,
                        by: By::Owned | By::Temp,
                    } => matches!(self.type_at(at), Type::Host),
                    _ => false,
                }),
            syn::Expr::Field(it) => self.is_host_base(&it.base),
            syn::Expr::Index(it) => self.is_host_base(&it.expr),
            syn::Expr::Unary(it) => self.is_host_base(&it.expr),
            _ => false,
        }
    }

    fn is_host_base(&self, expr: &syn::Expr) -> bool {
        matches!(self.peek(expr), Type::Host)
            && !self.begins_in_list(expr)
            && !matches!(inner(expr), syn::Expr::Path(it) if self.local(it).is_none())
    }

    /// Whether the expression is reached from a list that we know: `v.last_mut().unwrap()`.
    fn begins_in_list(&self, expr: &syn::Expr) -> bool {
        match inner(expr) {
            syn::Expr::MethodCall(it) => match inner(&it.receiver) {
                syn::Expr::Path(_) => self.peek(&it.receiver).element().is_some(),
                receiver => self.begins_in_list(receiver),
            },
            _ => false,
        }
    }

    fn assign_host(&mut self, expr: &syn::Expr) -> Lowered<Operand> {
        if let syn::Expr::Assign(it) = expr
            && self.touches_varied(&it.right)
        {
            let value = self.expr(&it.right, None)?;
            if !self.is_varied(&value) {
                return self.assign_host_value(&it.left, &it.eq_token, value);
            }
            return self.refuse(
                &it.left,
                "what carries a derivative goes where nothing is known of it",
                "keep it in a variable, an array, a `Vec` or a tuple",
            );
        }
        self.host_statement(expr)?;
        Ok(Operand::UNIT)
    }

    fn assign_host_value(
        &mut self,
        left: &syn::Expr,
        op: &impl ToTokens,
        value: Operand,
    ) -> Lowered<Operand> {
        let mut template = Template::new(Allow::Constant);
        let mut tokens = left.clone();
        self.fill_bound(&mut tokens, &mut template, &[], super::names::Position::Written)?;
        let Some(value) = super::host::parts_template(self, &value, &mut template.args) else {
            return self.unsupported(left, "an assignment to this");
        };
        self.effect(Instr::Host {
            template: quote::quote!(#tokens #op #value),
            args: template.args,
            pure: false,
        });
        Ok(Operand::UNIT)
    }
}
