//! Ends of iterator chains: `sum`, `product`, `fold`, `collect` and the like, as the loops that they are.

use super::Lowerer;
use super::items::{Item, Walk};
use super::operand::{By, Lowered, Operand, VarPath, is_scalar};
use super::places::inner;
use crate::ir::{
    BinaryOp, CompareOp, Const, Float, Init, Instr, Int, Len, PlaceRef, Proj, Type, UnaryOp, ValueId,
};

impl<'a> Lowerer<'a> {
    /// A method of an iterator that is no adaptor.
    pub(super) fn reduction(&mut self, it: &syn::ExprMethodCall, want: Option<&Type>) -> Lowered<Operand> {
        if let (syn::Expr::Range(range), true) = (inner(&it.receiver), it.method == "contains") {
            return self.range_contains(it, range);
        }
        let mut walk = self.walk_for(it)?;
        let turbofish = it.turbofish.as_ref().and_then(|args| match args.args.first() {
            Some(syn::GenericArgument::Type(ty)) => Some(ty.clone()),
            _ => None,
        });
        let told = turbofish.and_then(|ty| self.written(&ty));
        let want = told.as_ref().or(want);
        match (&*it.method.to_string(), want) {
            ("sum" | "product", Some(ty)) if is_scalar(ty) => walk.wanted(ty),
            ("collect", Some(Type::Vec(element))) if !matches!(**element, Type::Float(Float::Inferred)) => {
                walk.wanted(element);
            }
            ("collect", Some(ty)) => {
                if let Some(element) = ty.payload().and_then(Type::element) {
                    let item = Type::optional(element.clone());
                    walk.wanted(&item);
                }
            }
            _ => (),
        }
        match (&*it.method.to_string(), it.args.len()) {
            ("sum", 0) => self.total(&walk, want, BinaryOp::Add),
            ("product", 0) => self.total(&walk, want, BinaryOp::Mul),
            ("fold", 2) => {
                let first = self.expr(&it.args[0], want)?;
                let first = self.settled(first);
                self.fold(&walk, first, |lowerer, so_far, item| {
                    lowerer.apply(&it.args[1], vec![so_far, item], None)
                })
            }
            ("for_each", 1) => {
                self.run(None, &walk, &mut |lowerer, item| {
                    lowerer.apply(&it.args[0], vec![item], None).map(|_| ())
                })?;
                Ok(Operand::UNIT)
            }
            ("count", 0) if !walk.item.is_counted() => {
                let zero = self.usize(0);
                self.fold(&walk, Operand::Value(zero), |lowerer, so_far, _| {
                    let so_far = lowerer.scalar(&so_far).expect("it began as a number");
                    Ok(Operand::Value(lowerer.plus(so_far, 1)))
                })
            }
            ("count" | "len", 0) => Ok(Operand::Value(self.count(it, &walk)?)),
            ("any" | "all", 1) => self.any_or_all(it, &walk),
            ("collect", 0) => self.collect(it, &walk, want),
            (name, _) => {
                if let Some(res) = self.selection(it, &walk, want) {
                    return res;
                }
                let message = format!("`{name}` of an iterator cannot be differentiated");
                self.refuse(&it.method, &message, "write the loop out")
            }
        }
    }

    /// `(a..b).contains(&x)`
    fn range_contains(&mut self, it: &syn::ExprMethodCall, range: &syn::ExprRange) -> Lowered<Operand> {
        let value = self.expr(&it.args[0], None)?;
        let Some(value) = self.scalar(&value) else {
            return self.unsupported(&it.args[0], "a comparison with this");
        };
        let ty = self.b.body.ty(value).clone();
        let below = match range.limits {
            syn::RangeLimits::HalfOpen(_) => CompareOp::Lt,
            syn::RangeLimits::Closed(_) => CompareOp::Le,
        };
        let mut all = None;
        for (bound, op) in [(&range.start, CompareOp::Ge), (&range.end, below)] {
            let Some(bound) = bound else { continue };
            let bound = self.value(bound, Some(&ty))?;
            let test = self.compare(op, value, bound);
            all = Some(match all {
                None => test,
                Some(all) => self.binary(BinaryOp::And, all, test),
            });
        }
        Ok(Operand::Value(all.unwrap_or_else(|| self.b.bool(true))))
    }

    /// `sum` and `product`, which begin as in std: with `-0.0` and `1.0`.
    fn total(&mut self, walk: &Walk, want: Option<&Type>, op: BinaryOp) -> Lowered<Operand> {
        let ty = match (want, self.item_type(&walk.item)) {
            (Some(ty @ (Type::Float(_) | Type::Int(_))), _) => ty.clone(),
            (_, Some(ty)) => ty,
            (_, None) => Type::Float(Float::Inferred),
        };
        let sum = op == BinaryOp::Add;
        let first = match &ty {
            Type::Int(_) => Const::Int(i128::from(!sum)),
            _ => Const::Float(if sum { -0.0 } else { 1.0 }),
        };
        let first = self.one(Instr::Const(first), ty);
        self.fold(walk, Operand::Value(first), |lowerer, so_far, item| {
            match (lowerer.scalar(&so_far), lowerer.scalar(&item)) {
                (Some(so_far), Some(item)) => Ok(Operand::Value(lowerer.binary(op, so_far, item))),
                _ => lowerer.unsupported(&proc_macro2::TokenStream::new(), "a sum of these"),
            }
        })
    }

    /// The type of a scalar item, as far as it is known before it is computed.
    fn item_type(&self, item: &Item) -> Option<Type> {
        match item {
            Item::Number => Some(Type::Int(Int::Inferred)),
            Item::Element { at, .. } => self.type_at(at).element().filter(|ty| is_scalar(ty)).cloned(),
            Item::Moved { item, ty, .. } => match **item {
                Item::Number => Some(Type::Int(*ty)),
                _ => self.item_type(item),
            },
            Item::Copied(item)
            | Item::Inspect(item, _)
            | Item::Filter(item, _)
            | Item::TakeWhile(item, _)
            | Item::SkipWhile(item, ..)
            | Item::Limited(item, ..)
            | Item::Behind(item, ..)
            | Item::Cycle(item, _) => self.item_type(item),
            Item::Chain { first, second, .. } => {
                let (a, b) = (self.item_type(first)?, self.item_type(second)?);
                Some(super::branches::more_known(a, b))
            }
            Item::Given(operand) => Some(self.type_of(operand)).filter(is_scalar),
            Item::Part { .. }
            | Item::Pair(..)
            | Item::Map(..)
            | Item::Host(_)
            | Item::FilterMap(..)
            | Item::MapWhile(..)
            | Item::Scan(..)
            | Item::Flat(..)
            | Item::Numbered(..)
            | Item::Successors(..)
            | Item::FromFn(_) => None,
        }
    }

    /// Runs the walk with a variable that each item changes.
    fn fold(
        &mut self,
        walk: &Walk,
        first: Operand,
        mut step: impl FnMut(&mut Self, Operand, Operand) -> Lowered<Operand>,
    ) -> Lowered<Operand> {
        let span = self.b.span;
        let var = self.scopes.hidden("sum", span, first, true);
        let path = VarPath {
            var,
            path: Vec::new(),
        };
        self.run(None, walk, &mut |lowerer, item| {
            let so_far = lowerer.scopes.get(&path).clone();
            let next = step(lowerer, so_far, item)?;
            let next = lowerer.settled(next);
            lowerer.scopes.set(&path, next);
            Ok(())
        })?;
        Ok(self.scopes.get(&path).clone())
    }

    fn any_or_all(&mut self, it: &syn::ExprMethodCall, walk: &Walk) -> Lowered<Operand> {
        let all = it.method == "all";
        let first = self.b.bool(all);
        self.fold(walk, Operand::Value(first), |lowerer, so_far, item| {
            let Some(so_far) = lowerer.scalar(&so_far) else {
                return lowerer.unsupported(&it.method, "this");
            };
            let undecided = match all {
                true => so_far,
                false => lowerer.one(Instr::Unary(UnaryOp::Not, so_far), Type::Bool),
            };
            lowerer.fork(
                undecided,
                |lowerer| lowerer.apply(&it.args[0], vec![item], Some(&Type::Bool)),
                |_| Ok(Operand::Value(so_far)),
            )
        })
    }

    /// `collect::<Vec<_>>()`: numbers are written into a `Vec` of known length, everything else is pushed.
    pub(super) fn collect(
        &mut self,
        it: &syn::ExprMethodCall,
        walk: &Walk,
        want: Option<&Type>,
    ) -> Lowered<Operand> {
        if let Some(inner) = want.and_then(Type::payload) {
            return self.collect_options(it, walk, inner);
        }
        if !matches!(want, Some(Type::Vec(_))) {
            return self.refuse(
                &it.method,
                "what this is collected into is not known to be a `Vec`",
                "write `collect::<Vec<_>>()`",
            );
        }
        let start = self.snapshot();
        if let Ok(counted) = self.zero_based(it, walk.clone())
            && let Some(len) = counted.steps.end
            && let Some(list) = self.collect_numbers(&counted, len, want)?
        {
            return Ok(list);
        }
        self.restore(&start);
        let list = self.empty(want, None);
        let Operand::Place { at, .. } = list.clone() else {
            unreachable!("a `Vec` is a place")
        };
        self.run(None, walk, &mut |lowerer, item| {
            lowerer
                .push_operand(&syn::Expr::MethodCall(it.clone()), at.clone(), item)
                .map(|_| ())
        })?;
        Ok(list)
    }

    /// `None` if the items turn out to be no numbers: the caller starts again.
    fn collect_numbers(
        &mut self,
        walk: &Walk,
        len: ValueId,
        want: Option<&Type>,
    ) -> Lowered<Option<Operand>> {
        let element = want.and_then(Type::element).cloned();
        let element = element.filter(is_scalar).unwrap_or(Type::Float(Float::Inferred));
        let element = match self.item_type(&walk.item) {
            Some(ty) => super::branches::more_known(element, ty),
            None => element,
        };
        let zero = self.zero(&element);
        let init = Init::Repeat {
            value: zero,
            len: Some(len),
        };
        let list = self.begun(Type::Vec(Box::new(element)), init);
        let Operand::Place { at, .. } = list.clone() else {
            unreachable!("a `Vec` is a place")
        };
        let numbered = Walk {
            steps: walk.steps,
            item: Item::Pair(Box::new(Item::Number), Box::new(walk.item.clone())),
        };
        let mut numbers = true;
        self.run(None, &numbered, &mut |lowerer, pair| {
            let Operand::Tuple(parts) = pair else {
                unreachable!("a pair of number and item")
            };
            let (Operand::Value(k), Some(value)) = (&parts[0], lowerer.scalar(&parts[1])) else {
                numbers = false;
                return Ok(());
            };
            let ty = lowerer.b.body.ty(value).clone();
            numbers &= !matches!(ty, Type::Int(_) | Type::Bool | Type::Host)
                || ty_is_like(&lowerer.type_at(&at), &ty);
            lowerer.learn_element(&at, &ty);
            lowerer.store(at.then(Proj::Index(*k)), value);
            Ok(())
        })?;
        Ok(numbers.then_some(list))
    }

    /// `[a, b, c].map(f)`
    pub(super) fn map_array(
        &mut self,
        it: &syn::ExprMethodCall,
        at: PlaceRef,
        ty: &Type,
    ) -> Lowered<Operand> {
        let len = self.length(&at);
        self.array_of(&it.args[0], ty.clone(), len, |lowerer, i| {
            let item = lowerer.element(&at, i, By::Owned);
            let item = lowerer.settled(item);
            lowerer.apply(&it.args[0], vec![item], None)
        })
    }

    /// `std::array::from_fn(f)`
    pub(super) fn array_from_fn(&mut self, it: &syn::ExprCall, want: Option<&Type>) -> Lowered<Operand> {
        let ty = match want {
            Some(ty @ Type::Array(_, Len::Known(_) | Len::Expr(_))) => ty.clone(),
            _ => {
                return self.refuse(
                    &it.func,
                    "the length of this array is not known",
                    "write the type: `let a: [f64; 3] = …`",
                );
            }
        };
        let len = match &ty {
            Type::Array(_, Len::Known(n)) => self.usize(*n),
            Type::Array(_, Len::Expr(n)) => {
                let n: syn::Expr = syn::parse_quote!(#n);
                self.value(&n, Some(&Type::USIZE))?
            }
            _ => unreachable!("matched above"),
        };
        self.array_of(&it.args[0], ty, len, |lowerer, i| {
            lowerer.apply(&it.args[0], vec![Operand::Value(i)], None)
        })
    }

    /// An array whose elements `each` computes from their number.
    fn array_of(
        &mut self,
        tokens: &syn::Expr,
        ty: Type,
        len: ValueId,
        mut each: impl FnMut(&mut Self, ValueId) -> Lowered<Operand>,
    ) -> Lowered<Operand> {
        let Some(element) = self.element_type(&ty, &mut each)? else {
            return self.unsupported(tokens, "an array of this");
        };
        let ty = match ty {
            Type::Array(_, len) => Type::Array(Box::new(element.clone()), len),
            other => other,
        };
        let Some(init) = self.blank(&ty) else {
            return self.refuse(
                tokens,
                "an array of lists that a closure gives cannot be differentiated",
                "collect them into a `Vec`",
            );
        };
        let list = self.begun(ty, init);
        let at = self.path_of(&list).expect("an array is a place");
        self.counted(len, |lowerer, i| {
            let item = each(lowerer, i)?;
            let to = at.then(Proj::Index(i));
            if is_scalar(&element) {
                let Some(value) = lowerer.scalar(&item) else {
                    return lowerer.unsupported(tokens, "an array of this");
                };
                lowerer.store(to, value);
                return Ok(());
            }
            let item = lowerer.settled(item);
            lowerer.assign_place(tokens, to, item)
        })?;
        Ok(list)
    }

    /// The type of the elements: that of a number as the array has it, that of a row as the closure gives it.
    fn element_type(
        &mut self,
        ty: &Type,
        each: &mut impl FnMut(&mut Self, ValueId) -> Lowered<Operand>,
    ) -> Lowered<Option<Type>> {
        let start = self.snapshot();
        let zero = self.usize(0);
        let item = each(self, zero)?;
        let element = match (ty.element(), self.type_of_scalar(&item), &item) {
            (Some(known), Some(_), _) if is_scalar(known) => Some(known.clone()),
            (_, Some(scalar), _) => Some(scalar),
            (_, None, Operand::Place { at, .. }) => Some(self.type_at(at)),
            (_, None, _) => None,
        };
        self.restore(&start);
        Ok(element)
    }
}

/// Whether a list has elements of this kind.
fn ty_is_like(list: &Type, element: &Type) -> bool {
    matches!(
        (list.element(), element),
        (Some(Type::Int(_)), Type::Int(_))
            | (Some(Type::Bool), Type::Bool)
            | (Some(Type::Float(_)), Type::Float(_))
    )
}
