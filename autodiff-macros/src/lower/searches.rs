//! Ends of iterators that stop where they have found what they look for, or that keep one item so far.

use super::Lowerer;
use super::items::Walk;
use super::nested::path;
use super::operand::{By, Lowered, Operand, VarPath};
use crate::ir::{HostArg, Instr, Type, ValueId};
use quote::quote;

impl<'a> Lowerer<'a> {
    /// `reduce`, `find_map`, `try_fold`, …; `None` if the method is another.
    pub(super) fn search(
        &mut self,
        it: &syn::ExprMethodCall,
        walk: &Walk,
        want: Option<&Type>,
    ) -> Option<Lowered<Operand>> {
        let name = it.method.to_string();
        Some(match (name.as_str(), it.args.len()) {
            ("next", 0) => self.first_item(walk, |_, _| Ok(None)),
            ("last", 0) => self.kept_item(it, walk, |_, _, new| Ok(new)),
            ("reduce", 1) => self.kept_item(it, walk, |lowerer, old, new| {
                lowerer.apply(&it.args[0], vec![old, new], None)
            }),
            ("max_by" | "min_by" | "max_by_key" | "min_by_key", 1) => {
                self.kept_item(it, walk, |lowerer, old, new| {
                    let better = lowerer.is_better(it, &old, &new)?;
                    lowerer.fork(better, |_| Ok(new), |_| Ok(old))
                })
            }
            ("find", 1) => self.first_item(walk, |lowerer, x| {
                let fits = lowerer.apply(&it.args[0], vec![x.clone().borrowed()], Some(&Type::Bool))?;
                Ok(lowerer.scalar(&fits))
            }),
            ("nth", 1) => self.nth_of_uncounted(it, walk),
            ("position", 1) => self.position(it, walk),
            ("find_map", 1) => self.find_map(it, walk, want),
            ("try_fold", 2) => self.try_fold(it, walk, want),
            ("try_for_each", 1) => self.try_for_each(it, walk),
            ("partition", 1) => self.partition(it, walk, want),
            ("unzip", 0) => self.unzip(it, walk, want),
            ("is_sorted", 0) => self.is_sorted(it, walk),
            _ => return None,
        })
    }

    /// An item that stays: a number is taken out of the list that it is in.
    fn own(&mut self, x: Operand) -> Operand {
        match self.type_of_scalar(&x) {
            Some(_) => match self.scalar(&x) {
                Some(id) => Operand::Value(id),
                None => x,
            },
            None => match self.without_ref(x) {
                Operand::Place { at, by: _ } => self.settled(Operand::Place { at, by: By::Owned }),
                other => self.settled(other),
            },
        }
    }

    /// One item so far, of which `better` makes the next one.
    fn kept_item(
        &mut self,
        it: &syn::ExprMethodCall,
        walk: &Walk,
        better: impl Fn(&mut Self, Operand, Operand) -> Lowered<Operand>,
    ) -> Lowered<Operand> {
        let none = self.none(None);
        let kept = path(self.hidden_variable("kept", none));
        self.run(None, walk, &mut |lowerer, x| {
            let old = lowerer.scopes.get(&kept).clone();
            let Some(parts) = lowerer.option_parts(&old) else {
                return lowerer.unsupported(&it.method, "this");
            };
            let x = lowerer.own(x);
            let next = match parts.value {
                // The first time that the loop is looked at: the type is not known yet.
                Operand::Unset => x,
                value => lowerer.fork(
                    parts.some,
                    |lowerer| {
                        let next = better(lowerer, value, x.clone())?;
                        Ok(lowerer.settled(next))
                    },
                    |_| Ok(x.clone()),
                )?,
            };
            let next = lowerer.option(true, next, None);
            lowerer.scopes.set(&kept, next);
            Ok(())
        })?;
        self.kept_in(it, &kept)
    }

    fn kept_in(&mut self, it: &syn::ExprMethodCall, kept: &VarPath) -> Lowered<Operand> {
        match self.scopes.get(kept).clone() {
            option @ Operand::Option { .. } => Ok(option),
            _ => self.refuse(
                &it.method,
                &format!("`{}` of rows cannot be differentiated", it.method),
                "find the index of the row, and use that",
            ),
        }
    }

    /// Whether the new item is to be kept, as std has it: the last of the largest, the first of the smallest.
    fn is_better(&mut self, it: &syn::ExprMethodCall, old: &Operand, new: &Operand) -> Lowered<ValueId> {
        let largest = it.method.to_string().starts_with("max");
        let (old, new) = (old.clone().borrowed(), new.clone().borrowed());
        let f = &it.args[0];
        let (order, mut args) = match it.method.to_string().ends_with("_key") {
            false => {
                let order = self.apply(f, vec![old, new], None)?;
                (quote!(__h0), vec![order])
            }
            true => {
                let (a, b) = (self.apply(f, vec![old], None)?, self.apply(f, vec![new], None)?);
                (quote!(::core::cmp::Ord::cmp(&__h0, &__h1)), vec![a, b])
            }
        };
        let mut holes = Vec::new();
        for arg in args.drain(..) {
            match self.scalar(&arg) {
                Some(id) => holes.push(HostArg::Value(id)),
                None => return self.unsupported(f, "a comparison by this"),
            }
        }
        let template = match largest {
            true => quote!(#order != ::core::cmp::Ordering::Greater),
            false => quote!(#order == ::core::cmp::Ordering::Greater),
        };
        let instr = Instr::Host {
            template,
            args: holes,
            pure: true,
        };
        Ok(self.one(instr, Type::Bool))
    }

    /// The first item of which `fits` says yes; `fits` gives nothing where every item will do.
    fn first_item(
        &mut self,
        walk: &Walk,
        fits: impl Fn(&mut Self, &Operand) -> Lowered<Option<ValueId>>,
    ) -> Lowered<Operand> {
        self.breakable(None, |lowerer, out| {
            lowerer.run(None, walk, &mut |lowerer, x| {
                let found = |lowerer: &mut Self, x: Operand| {
                    let x = lowerer.own(x);
                    let some = lowerer.option(true, x, None);
                    lowerer.leave::<Operand>(out, Some(some))
                };
                match fits(lowerer, &x)? {
                    None => found(lowerer, x).map(|_| ()),
                    Some(fits) => lowerer
                        .fork(fits, |lowerer| found(lowerer, x), |_| Ok(Operand::UNIT))
                        .map(|_| ()),
                }
            })?;
            Ok(lowerer.none(None))
        })
    }

    fn nth_of_uncounted(&mut self, it: &syn::ExprMethodCall, walk: &Walk) -> Lowered<Operand> {
        let n = self.value(&it.args[0], Some(&Type::USIZE))?;
        let zero = self.usize(0);
        let counter = path(self.hidden_variable("count", Operand::Value(zero)));
        self.first_item(walk, |lowerer, _| {
            let k = lowerer.number_in(&counter);
            let next = lowerer.plus(k, 1);
            lowerer.scopes.set(&counter, Operand::Value(next));
            Ok(Some(lowerer.compare(crate::ir::CompareOp::Eq, k, n)))
        })
    }

    fn position(&mut self, it: &syn::ExprMethodCall, walk: &Walk) -> Lowered<Operand> {
        let zero = self.usize(0);
        let counter = path(self.hidden_variable("count", Operand::Value(zero)));
        self.breakable(None, |lowerer, out| {
            lowerer.run(None, walk, &mut |lowerer, x| {
                let k = lowerer.number_in(&counter);
                let next = lowerer.plus(k, 1);
                lowerer.scopes.set(&counter, Operand::Value(next));
                let fits = lowerer.apply(&it.args[0], vec![x], Some(&Type::Bool))?;
                let Some(fits) = lowerer.scalar(&fits) else {
                    return lowerer.unsupported(&it.args[0], "a search by this");
                };
                lowerer
                    .fork(
                        fits,
                        |lowerer| {
                            let some = lowerer.option(true, Operand::Value(k), None);
                            lowerer.leave::<Operand>(out, Some(some))
                        },
                        |_| Ok(Operand::UNIT),
                    )
                    .map(|_| ())
            })?;
            Ok(lowerer.none(Some(&Type::optional(Type::USIZE))))
        })
    }

    fn find_map(&mut self, it: &syn::ExprMethodCall, walk: &Walk, want: Option<&Type>) -> Lowered<Operand> {
        let want = want.cloned().unwrap_or(Type::optional(Type::Host));
        self.breakable(None, |lowerer, out| {
            lowerer.run(None, walk, &mut |lowerer, x| {
                let y = lowerer.apply(&it.args[0], vec![x], Some(&want))?;
                let Some(parts) = lowerer.option_parts(&y) else {
                    return lowerer.unsupported(&it.args[0], "this closure");
                };
                lowerer
                    .fork(
                        parts.some,
                        |lowerer| {
                            let value = lowerer.own(parts.value);
                            let some = lowerer.option(true, value, None);
                            lowerer.leave::<Operand>(out, Some(some))
                        },
                        |_| Ok(Operand::UNIT),
                    )
                    .map(|_| ())
            })?;
            Ok(lowerer.none(None))
        })
    }

    fn try_fold(&mut self, it: &syn::ExprMethodCall, walk: &Walk, want: Option<&Type>) -> Lowered<Operand> {
        let first = self.expr(&it.args[0], want.and_then(Type::payload))?;
        let first = self.settled(first);
        let so_far = path(self.hidden_variable("sum", first));
        let want = want.cloned().unwrap_or(Type::optional(Type::Host));
        let mut result = false;
        self.breakable(None, |lowerer, out| {
            lowerer.run(None, walk, &mut |lowerer, x| {
                let old = lowerer.scopes.get(&so_far).clone();
                let y = lowerer.apply(&it.args[1], vec![old, x], Some(&want))?;
                let value = lowerer.value_or_leave(&it.args[1], &y, out, &mut result)?;
                let value = lowerer.settled(value);
                lowerer.scopes.set(&so_far, value);
                Ok(())
            })?;
            let last = lowerer.scopes.get(&so_far).clone();
            let error = result.then(|| lowerer.no_error());
            Ok(lowerer.option(true, last, error))
        })
    }

    fn try_for_each(&mut self, it: &syn::ExprMethodCall, walk: &Walk) -> Lowered<Operand> {
        let want = Type::optional(Type::Tuple(Vec::new()));
        let mut result = false;
        self.breakable(None, |lowerer, out| {
            lowerer.run(None, walk, &mut |lowerer, x| {
                let y = lowerer.apply(&it.args[0], vec![x], Some(&want))?;
                lowerer
                    .value_or_leave(&it.args[0], &y, out, &mut result)
                    .map(|_| ())
            })?;
            let error = result.then(|| lowerer.no_error());
            Ok(lowerer.option(true, Operand::UNIT, error))
        })
    }

    /// The value of an option; without one, out of frame `out`. `result` becomes true if there is an error to hand on.
    fn value_or_leave(
        &mut self,
        tokens: &syn::Expr,
        y: &Operand,
        out: usize,
        result: &mut bool,
    ) -> Lowered<Operand> {
        let Some(parts) = self.option_parts(y) else {
            return self.unsupported(tokens, "this closure");
        };
        *result |= parts.error.is_some();
        self.fork(
            parts.some,
            |_| Ok(parts.value),
            |lowerer| {
                let missing = lowerer.option(false, Operand::Unset, parts.error);
                lowerer.leave(out, Some(missing))
            },
        )
    }

    /// `collect::<Option<Vec<_>>>()`, `collect::<Result<Vec<_>, _>>()`
    pub(super) fn collect_options(
        &mut self,
        it: &syn::ExprMethodCall,
        walk: &Walk,
        inner: &Type,
    ) -> Lowered<Operand> {
        let list = self.empty(Some(inner), None);
        let tokens = syn::Expr::MethodCall(it.clone());
        let Operand::Place { at, .. } = list.clone() else {
            unreachable!("a `Vec` is a place")
        };
        let mut result = false;
        self.breakable(None, |lowerer, out| {
            lowerer.run(None, walk, &mut |lowerer, y| {
                let value = lowerer.value_or_leave(&tokens, &y, out, &mut result)?;
                let value = lowerer.without_ref(value);
                lowerer.push_operand(&tokens, at.clone(), value).map(|_| ())
            })?;
            let error = result.then(|| lowerer.no_error());
            Ok(lowerer.option(true, list, error))
        })
    }

    /// `partition(f)` into two `Vec`s.
    fn partition(&mut self, it: &syn::ExprMethodCall, walk: &Walk, want: Option<&Type>) -> Lowered<Operand> {
        let (yes, no) = self.two_lists(want);
        let tokens = syn::Expr::MethodCall(it.clone());
        self.run(None, walk, &mut |lowerer, x| {
            let fits = lowerer.apply(&it.args[0], vec![x.clone().borrowed()], Some(&Type::Bool))?;
            let Some(fits) = lowerer.scalar(&fits) else {
                return lowerer.unsupported(&it.args[0], "a question like this");
            };
            let x = lowerer.own(x);
            let (Some(a), Some(b)) = (lowerer.path_of(&yes), lowerer.path_of(&no)) else {
                unreachable!("a `Vec` is a place")
            };
            lowerer
                .fork(
                    fits,
                    |lowerer| lowerer.push_operand(&tokens, a, x.clone()),
                    |lowerer| lowerer.push_operand(&tokens, b, x.clone()),
                )
                .map(|_| ())
        })?;
        Ok(Operand::Tuple(vec![yes, no]))
    }

    /// `unzip()` into two `Vec`s.
    fn unzip(&mut self, it: &syn::ExprMethodCall, walk: &Walk, want: Option<&Type>) -> Lowered<Operand> {
        let (left, right) = self.two_lists(want);
        let tokens = syn::Expr::MethodCall(it.clone());
        self.run(None, walk, &mut |lowerer, pair| {
            let pair = lowerer.settled(pair);
            let Operand::Tuple(parts) = pair else {
                return lowerer.unsupported(&it.method, "`unzip` of this");
            };
            for (list, part) in [&left, &right].into_iter().zip(parts) {
                let at = lowerer.path_of(list).expect("a `Vec` is a place");
                let part = lowerer.own(part);
                lowerer.push_operand(&tokens, at, part)?;
            }
            Ok(())
        })?;
        Ok(Operand::Tuple(vec![left, right]))
    }

    fn two_lists(&mut self, want: Option<&Type>) -> (Operand, Operand) {
        let wants = match want {
            Some(Type::Tuple(parts)) if parts.len() == 2 => [Some(&parts[0]), Some(&parts[1])],
            _ => [None, None],
        };
        let [a, b] = wants.map(|want| self.empty(want, None));
        (a, b)
    }

    fn is_sorted(&mut self, it: &syn::ExprMethodCall, walk: &Walk) -> Lowered<Operand> {
        let none = self.none(None);
        let before = path(self.hidden_variable("before", none));
        let yes = self.b.bool(true);
        let sorted = path(self.hidden_variable("sorted", Operand::Value(yes)));
        self.run(None, walk, &mut |lowerer, x| {
            let x = lowerer.own(x);
            let Some(new) = lowerer.scalar(&x) else {
                return lowerer.unsupported(&it.method, "`is_sorted` of rows");
            };
            let old = lowerer.scopes.get(&before).clone();
            if let Some(parts) = lowerer.option_parts(&old)
                && let Some(value) = lowerer.scalar(&parts.value)
            {
                let rising = lowerer.compare(crate::ir::CompareOp::Le, value, new);
                let first = lowerer.not(parts.some);
                let fine = lowerer.binary(crate::ir::BinaryOp::Or, first, rising);
                let so_far = lowerer.number_in(&sorted);
                let so_far = lowerer.binary(crate::ir::BinaryOp::And, so_far, fine);
                lowerer.scopes.set(&sorted, Operand::Value(so_far));
            }
            let next = lowerer.option(true, Operand::Value(new), None);
            lowerer.scopes.set(&before, next);
            Ok(())
        })?;
        let sorted = self.number_in(&sorted);
        Ok(Operand::Value(sorted))
    }
}
