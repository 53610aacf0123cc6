//! Calls of other annotated functions, and of the functions of std that move memory.

use super::Lowerer;
use super::guess;
use super::operand::{By, Halt, Lowered, Operand, is_scalar};
use super::places::inner;
use crate::ir::{
    Arg, Call, CallMode, Callee, Float, HostArg, Init, Instr, Len, Passing, PlaceId, PlaceRef, Proj, Tree,
    Type, ValueId,
};
use syn::spanned::Spanned;

/// An argument, and what has to happen behind the call.
struct Passed {
    arg: Arg,
    /// The call writes into a temporary, whose content goes back here.
    back: Option<Back>,
}

enum Back {
    Var(super::operand::VarPath, PlaceRef),
    Part { to: PlaceRef, from: PlaceRef },
}

impl Lowerer<'_> {
    /// A call of another annotated function.
    pub(super) fn companion_call(
        &mut self,
        it: &syn::ExprCall,
        path: &syn::ExprPath,
        want: Option<&Type>,
    ) -> Lowered<Operand> {
        let recursive = self.is_recursive(path);
        let beside = recursive && self.request.place != crate::parse::Place::Companion;
        let callee = match beside || is_associated(path) {
            true => Callee::Associated(path.clone()),
            false => Callee::Path(path.clone()),
        };
        self.annotated_call(callee, recursive, it.args.iter(), None, want)
    }

    /// A call of an annotated method.
    pub(super) fn companion_method(
        &mut self,
        it: &syn::ExprMethodCall,
        want: Option<&Type>,
    ) -> Lowered<Operand> {
        // Whatever the method takes: derivatives have it by reference.
        let receiver = &it.receiver;
        let (receiver, operand): (syn::Expr, _) = match is_place(receiver) {
            true => (syn::parse_quote!(&#receiver), None),
            false => ((**receiver).clone(), Some(self.temporary_receiver(receiver)?)),
        };
        let args: Vec<_> = [receiver].into_iter().chain(it.args.iter().cloned()).collect();
        let sig = &self.request.item.sig;
        let of_self = matches!(inner(&it.receiver), syn::Expr::Path(path) if path.path.is_ident("self"));
        let recursive = of_self && sig.receiver().is_some() && sig.ident == it.method;
        let callee = Callee::Method {
            name: it.method.clone(),
            turbofish: it.turbofish.clone(),
        };
        self.b.span = it.method.span();
        self.annotated_call(callee, recursive, args.iter(), operand, want)
    }

    /// What nothing else names has a place of its own, so that it is still there on the way back.
    fn temporary_receiver(&mut self, expr: &syn::Expr) -> Lowered<Operand> {
        let operand = self.expr(expr, None)?;
        if let Some(at) = self.path_of(&operand) {
            return Ok(Operand::Place { at, by: By::Ref });
        }
        let Some(id) = self.scalar(&operand) else {
            return self.unsupported(expr, "a method of this");
        };
        let template = quote::quote!(__h0);
        let args = vec![HostArg::Value(id)];
        match self.begun(Type::Host, Init::Host { template, args }) {
            Operand::Place { at, by: _ } => Ok(Operand::Place { at, by: By::Ref }),
            _ => unreachable!("a temporary is a place"),
        }
    }

    /// Arguments first, from left to right; `first` is the first if it is there already.
    fn annotated_call<'e>(
        &mut self,
        callee: Callee,
        recursive: bool,
        args: impl Iterator<Item = &'e syn::Expr> + Clone,
        first: Option<Operand>,
        want: Option<&Type>,
    ) -> Lowered<Operand> {
        let rest = args.clone().skip(usize::from(first.is_some()));
        let rest: Vec<_> = rest.map(|arg| self.argument_operand(arg)).collect();
        let rest = rest.into_iter().collect::<Lowered<Vec<_>>>()?;
        let operands: Vec<_> = first.into_iter().chain(rest).collect();
        if let (Callee::Path(path) | Callee::Associated(path), true) =
            (&callee, want.is_some_and(|ty| ty.payload().is_some()))
            && !operands.iter().any(|operand| self.is_varied(operand))
            && let Some(constant) = self.constant_option(path, &operands)
        {
            return Ok(constant);
        }
        let mut taken = Vec::new();
        let mut passed = Vec::new();
        for (expr, operand) in args.zip(operands) {
            passed.push(self.passed(expr, operand, &mut taken)?);
        }
        let output = match recursive {
            true => self.request.output.1.clone(),
            false => match want {
                // An option of who knows what.
                Some(ty) if matches!(ty.payload(), Some(Type::Host)) => Type::optional(guess::number()),
                other => other.cloned().unwrap_or_else(guess::number),
            },
        };
        let (mut results, mut types) = (Vec::new(), Vec::new());
        let result = self.result_tree(&output, &mut results, &mut types);
        let optional = output.payload().is_some();
        let call = Call {
            callee,
            args: passed.iter().map(|passed| passed.arg.clone()).collect(),
            mode: CallMode::Primal,
            result: result.clone(),
            recursive,
            optional,
        };
        self.call_instr(call, results);
        for passed in passed {
            self.bring_back(passed.back);
        }
        Ok(match optional {
            true => self.optional_result(&result),
            false => operand_of(&result),
        })
    }

    /// A call that gives an option and carries no derivative: of any function.
    fn constant_option(&mut self, path: &syn::ExprPath, operands: &[Operand]) -> Option<Operand> {
        let mut args = Vec::new();
        let parts = operands
            .iter()
            .map(|operand| super::host::parts_template(self, operand, &mut args));
        let parts = parts.collect::<Option<Vec<_>>>()?;
        let instr = Instr::Host {
            template: quote::quote!(#path(#(#parts),*)),
            args,
            pure: false,
        };
        Some(Operand::Value(self.one(instr, Type::Host)))
    }

    /// What a function gives that returns an `Option` or a `Result`. The error may hold what carries a derivative.
    fn optional_result(&mut self, result: &Tree) -> Operand {
        let Tree::Tuple(parts) = result else {
            unreachable!("an option comes in three parts")
        };
        match parts.as_slice() {
            [Tree::Value(some), value, Tree::Value(error)] => {
                self.varied.bits.insert(*error);
                Operand::Option {
                    some: *some,
                    value: Box::new(operand_of(value)),
                    error: Some(*error),
                }
            }
            _ => unreachable!("an option comes in three parts"),
        }
    }

    /// Appends the call; what goes in reaches everything that comes out.
    fn call_instr(&mut self, call: Call, results: Vec<ValueId>) {
        let varied = call.args.iter().any(|arg| {
            let places = arg.operand.places();
            arg.operand
                .values()
                .iter()
                .any(|id| self.varied.values.contains(id))
                || places
                    .iter()
                    .chain(arg.place.iter().map(|at| &at.root))
                    .any(|id| self.varied.places.contains(id))
        });
        if varied {
            results.iter().for_each(|id| self.vary(*id));
            call.result
                .places()
                .into_iter()
                .for_each(|id| self.vary_place(id));
            let written = call.args.iter().filter(|arg| arg.passing == Passing::RefMut);
            let written: Vec<_> = written
                .filter_map(|arg| arg.place.as_ref().map(|at| at.root))
                .collect();
            written.into_iter().for_each(|id| self.vary_place(id));
        }
        let span = self.b.span;
        let instr = Instr::Call(Box::new(call));
        self.b.stmts().push(crate::ir::Stmt { results, instr, span });
    }

    fn argument_operand(&mut self, expr: &syn::Expr) -> Lowered<Operand> {
        let aggregate = guess::aggregate();
        let want = match inner(expr) {
            // `&f(x)` is a list sooner than a number.
            syn::Expr::Reference(it) if matches!(inner(&it.expr), syn::Expr::Call(_)) => Some(&aggregate),
            _ => None,
        };
        let operand = self.expr(expr, want)?;
        Ok(self.loaded(operand))
    }

    /// Direct recursion: the path is the name of the function that is being lowered.
    fn is_recursive(&self, path: &syn::ExprPath) -> bool {
        let name = &self.request.item.sig.ident;
        let segments = &path.path.segments;
        let own = |segment: &syn::PathSegment| segment.ident == "Self" || segment.ident == "self";
        path.qself.is_none()
            && segments.last().is_some_and(|last| last.ident == *name)
            && (segments.len() == 1 || (segments.len() == 2 && own(&segments[0])))
    }

    /// Values and places for what the callee returns.
    fn result_tree(&mut self, ty: &Type, results: &mut Vec<ValueId>, types: &mut Vec<Type>) -> Tree {
        match ty {
            Type::Tuple(parts) => Tree::Tuple(
                parts
                    .iter()
                    .map(|part| self.result_tree(part, results, types))
                    .collect(),
            ),
            Type::Array(..)
            | Type::Slice(_)
            | Type::Vec(_)
            | Type::Aggregate(_)
            | Type::Matrix(_)
            | Type::Struct(_) => Tree::Place(self.place(ty.clone(), None)),
            Type::Float(_) | Type::Int(_) | Type::Bool | Type::Host | Type::Pullback => {
                let id = self.b.value(ty.clone());
                results.push(id);
                types.push(ty.clone());
                Tree::Value(id)
            }
        }
    }

    /// How an argument goes in. `taken` are the roots that are lent out already, and whether mutably.
    fn passed(
        &mut self,
        expr: &syn::Expr,
        operand: Operand,
        taken: &mut Vec<(PlaceId, bool)>,
    ) -> Lowered<Passed> {
        let span = expr.span();
        let by_value = |tree: Tree| Passed {
            arg: Arg {
                operand: tree,
                place: None,
                passing: Passing::Value,
                span,
            },
            back: None,
        };
        match operand {
            Operand::Value(id) if self.references.contains(&id) => {
                let arg = Arg {
                    operand: Tree::Value(id),
                    place: None,
                    passing: Passing::Ref,
                    span,
                };
                Ok(Passed { arg, back: None })
            }
            Operand::Value(id) if matches!(self.b.body.ty(id), Type::Host) && !self.is_closure(expr) => {
                // Only rustc knows whether this is made of floats: its zeros are asked for by its name.
                let template = quote::quote!(__h0);
                let args = vec![HostArg::Value(id)];
                let Operand::Place { at, .. } = self.begun(Type::Host, Init::Host { template, args }) else {
                    unreachable!("a temporary is a place")
                };
                Ok(self.passed_place(at, By::Temp, span, taken))
            }
            Operand::Value(id) => Ok(by_value(Tree::Value(id))),
            Operand::Place { at, by } => Ok(self.passed_place(at, by, span, taken)),
            Operand::Ref(inner) => match inner.peel() {
                Operand::Value(id) if self.b.body.is_float(*id) => {
                    let at = self.boxed(*id);
                    Ok(self.passed_place(at, By::Ref, span, taken))
                }
                Operand::Value(id) => {
                    let arg = Arg {
                        operand: Tree::Value(*id),
                        place: None,
                        passing: Passing::Ref,
                        span,
                    };
                    Ok(Passed { arg, back: None })
                }
                Operand::Place { at, .. } => Ok(self.passed_place(at.clone(), By::Ref, span, taken)),
                _ => self.unsupported(expr, "a reference to this, as an argument,"),
            },
            Operand::Alias(var) => match self.scopes.get(&var).clone() {
                Operand::Value(id) => {
                    let at = self.boxed(id);
                    let mut passed = self.passed_place(at.clone(), By::RefMut, span, taken);
                    passed.back = Some(Back::Var(var, at));
                    Ok(passed)
                }
                Operand::Place { at, .. } => Ok(self.passed_place(at, By::RefMut, span, taken)),
                _ => self.unsupported(expr, "a reference to this, as an argument,"),
            },
            Operand::Tuple(parts) => {
                let operand = self.settled(Operand::Tuple(parts));
                match self.tree_of(&operand) {
                    Some(tree) => Ok(by_value(tree)),
                    None => self.unsupported(expr, "a tuple of references, as an argument,"),
                }
            }
            Operand::Poison => Err(Halt::Error),
            Operand::Option { .. } | Operand::Unset | Operand::Lost => {
                self.unsupported(expr, "this argument")
            }
        }
    }

    fn is_closure(&self, expr: &syn::Expr) -> bool {
        matches!(inner(expr), syn::Expr::Closure(_)) || self.closure_of(expr).is_some()
    }

    fn passed_place(
        &mut self,
        at: PlaceRef,
        by: By,
        span: proc_macro2::Span,
        taken: &mut Vec<(PlaceId, bool)>,
    ) -> Passed {
        let passing = match by {
            By::Temp | By::Owned => Passing::Value,
            By::Ref => Passing::Ref,
            By::RefMut => Passing::RefMut,
        };
        let mutable = passing == Passing::RefMut;
        let clash = taken
            .iter()
            .any(|(root, mutably)| *root == at.root && (mutable || *mutably));
        taken.push((at.root, mutable));
        let (place, back) = if clash {
            // Two parts of one variable: rustc only sees that both are parts of it.
            let Operand::Place { at: copy, .. } = self.copied(&at, false) else {
                unreachable!("a copy is a place")
            };
            let back = mutable.then(|| Back::Part {
                to: at,
                from: copy.clone(),
            });
            (copy, back)
        } else {
            (at, None)
        };
        let arg = Arg {
            operand: Tree::Place(place.root),
            place: Some(place),
            passing,
            span,
        };
        Passed { arg, back }
    }

    /// A scalar in memory, so that there can be a reference to it: `[x]`, of which `[0]` is passed.
    fn boxed(&mut self, value: ValueId) -> PlaceRef {
        let ty = Type::Array(Box::new(self.b.body.ty(value).clone()), Len::Known(1));
        let Operand::Place { at, .. } = self.begun(ty, Init::List(vec![value])) else {
            unreachable!("a temporary is a place")
        };
        let zero = self.usize(0);
        at.then(Proj::Index(zero))
    }

    fn bring_back(&mut self, back: Option<Back>) {
        match back {
            None => (),
            Some(Back::Var(var, at)) => {
                let ty = self.type_at(&at);
                let value = self.load(at, ty);
                self.scopes.set(&var, Operand::Value(value));
            }
            Some(Back::Part { to, from }) => {
                let ty = self.type_at(&to);
                if is_scalar(&ty) {
                    let value = self.load(from, ty);
                    self.store(to, value);
                } else {
                    self.effect(Instr::CopyTo { to, from });
                }
            }
        }
    }

    fn tree_of(&self, operand: &Operand) -> Option<Tree> {
        match operand {
            Operand::Value(id) => Some(Tree::Value(*id)),
            Operand::Place {
                at,
                by: By::Temp | By::Owned,
            } if at.path.is_empty() => Some(Tree::Place(at.root)),
            Operand::Tuple(parts) => {
                let parts: Option<Vec<_>> = parts.iter().map(|part| self.tree_of(part)).collect();
                parts.map(Tree::Tuple)
            }
            Operand::Place { .. }
            | Operand::Ref(_)
            | Operand::Alias(_)
            | Operand::Option { .. }
            | Operand::Unset
            | Operand::Lost
            | Operand::Poison => None,
        }
    }
}

/// Whether an expression names memory that is there anyway.
fn is_place(expr: &syn::Expr) -> bool {
    match inner(expr) {
        syn::Expr::Path(_) => true,
        syn::Expr::Field(it) => is_place(&it.base),
        syn::Expr::Index(it) => is_place(&it.expr),
        syn::Expr::Unary(it) => matches!(it.op, syn::UnOp::Deref(_)) && is_place(&it.expr),
        syn::Expr::Reference(it) => is_place(&it.expr),
        _ => false,
    }
}

/// `Self::g`, `Spring::g`, `T::g`, `<T as Trait>::g`, `f::grad`: types are written so, and modules are not. A wrong guess ends in an
/// error of rustc, which does not find the function.
fn is_associated(path: &syn::ExprPath) -> bool {
    if path.qself.is_some() {
        return true;
    }
    let mut segments = path.path.segments.iter().rev();
    let (last, owner) = (segments.next(), segments.next());
    // `f::grad`, a function of a companion.
    let nested = last.is_some_and(|last| last.ident == "grad");
    owner.is_some_and(|owner| nested || owner.ident.to_string().starts_with(char::is_uppercase))
}

/// What the call gives, as a temporary.
fn operand_of(tree: &Tree) -> Operand {
    match tree {
        Tree::Value(id) => Operand::Value(*id),
        Tree::Place(id) => Operand::Place {
            at: PlaceRef::whole(*id),
            by: By::Temp,
        },
        Tree::Tuple(parts) => Operand::Tuple(parts.iter().map(operand_of).collect()),
    }
}
