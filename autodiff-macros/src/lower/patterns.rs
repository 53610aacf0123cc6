//! Patterns: whether they fit, and what they bind.

use super::Lowerer;
use super::host::parts_template;
use super::operand::{By, Halt, Lowered, Operand, VarPath};
use crate::ir::{BinaryOp, CompareOp, HostArg, Instr, Len, Proj, Type, UnaryOp, ValueId};
use quote::{ToTokens, quote};

impl Lowerer<'_> {
    /// Whether `pat` fits; `None` if it always does. Binds nothing.
    pub(super) fn test(&mut self, pat: &syn::Pat, operand: &Operand) -> Lowered<Option<ValueId>> {
        match pat {
            syn::Pat::Wild(_) | syn::Pat::Rest(_) => Ok(None),
            syn::Pat::Ident(it) => match &it.subpat {
                Some((_, sub)) => self.test(sub, operand),
                None if is_constant_name(&it.ident) => self.test_constant(pat, operand),
                None => Ok(None),
            },
            syn::Pat::Paren(it) => self.test(&it.pat, operand),
            syn::Pat::Type(it) => self.test(&it.pat, operand),
            syn::Pat::Reference(it) => match operand {
                Operand::Value(_) => self.test_host(pat, operand),
                other => {
                    let inner = self.behind(other);
                    self.test(&it.pat, &inner)
                }
            },
            syn::Pat::Tuple(it) => {
                if self.is_host(operand) {
                    return self.test_host(pat, operand);
                }
                let parts = self.tuple_parts(operand, &it.elems, it)?;
                self.test_all(parts)
            }
            syn::Pat::Slice(_) if self.is_host(operand) => self.test_host(pat, operand),
            syn::Pat::Slice(it) => self.test_slice(it, operand),
            syn::Pat::Or(it) => {
                let mut all = None;
                for case in &it.cases {
                    let Some(test) = self.test(case, operand)? else {
                        return Ok(None);
                    };
                    all = Some(match all {
                        None => test,
                        Some(all) => self.binary(BinaryOp::Or, all, test),
                    });
                }
                Ok(all)
            }
            syn::Pat::Lit(_) if self.is_host(operand) => self.test_host(pat, operand),
            syn::Pat::Lit(it) => self
                .test_value(&it.to_token_stream(), operand, CompareOp::Eq)
                .map(Some),
            syn::Pat::Range(_) if self.is_host(operand) => self.test_host(pat, operand),
            syn::Pat::Range(it) => self.test_range(it, operand),
            syn::Pat::Path(_) | syn::Pat::Const(_) => self.test_constant(pat, operand),
            syn::Pat::TupleStruct(it) if it.elems.len() == 1 && self.is_option(operand) => {
                self.test_variant(it, operand)
            }
            syn::Pat::TupleStruct(it) => match self.struct_parts(operand, super::structs::numbered(it)) {
                Some(parts) => self.test_all(parts),
                None => self.test_host(pat, operand),
            },
            syn::Pat::Struct(it) => match self.struct_parts(operand, super::structs::named(it)) {
                Some(parts) => self.test_all(parts),
                None => self.test_host(pat, operand),
            },
            syn::Pat::Guard(it) => self.unsupported(&it.if_token, "a condition in this place"),
            syn::Pat::Macro(it) => self.unsupported(it, "a macro as a pattern"),
            syn::Pat::Verbatim(it) => self.unsupported(it, "this pattern"),
            other => self.unsupported(other, "this pattern"),
        }
    }

    /// As [`Lowerer::test`], with the condition behind the pattern.
    pub(super) fn test_with_guard(&mut self, pat: &syn::Pat, operand: &Operand) -> Lowered<Option<ValueId>> {
        let syn::Pat::Guard(it) = pat else {
            return self.test(pat, operand);
        };
        let fits = self.test(&it.pat, operand)?;
        let guard = |lowerer: &mut Self| {
            lowerer.scopes.open();
            let res = match lowerer.bind_fitting(&it.pat, operand.clone()) {
                Ok(()) => lowerer.condition(&it.guard),
                Err(halt) => Err(halt),
            };
            lowerer.scopes.close();
            res
        };
        match fits {
            None => guard(self).map(Some),
            Some(fits) => {
                let both = self.fork(
                    fits,
                    |lowerer| guard(lowerer).map(Operand::Value),
                    |lowerer| Ok(Operand::Value(lowerer.b.bool(false))),
                )?;
                Ok(self.scalar(&both))
            }
        }
    }

    /// `some` and then the pattern, which is only looked at if `some`.
    pub(super) fn test_lazily(
        &mut self,
        some: ValueId,
        pat: &syn::Pat,
        value: &Operand,
    ) -> Lowered<Option<ValueId>> {
        if is_irrefutable(pat) {
            return Ok(None);
        }
        let both = self.fork(
            some,
            |lowerer| {
                let test = lowerer.test(pat, value)?;
                Ok(Operand::Value(match test {
                    Some(test) => test,
                    None => lowerer.b.bool(true),
                }))
            },
            |lowerer| Ok(Operand::Value(lowerer.b.bool(false))),
        )?;
        Ok(self.scalar(&both))
    }

    fn test_all(&mut self, parts: Vec<(&syn::Pat, Operand)>) -> Lowered<Option<ValueId>> {
        let mut all = None;
        for (pat, operand) in parts {
            let test = self.test(pat, &operand)?;
            all = match (all, test) {
                (all, None) => all,
                (None, test) => test,
                (Some(all), Some(test)) => Some(self.binary(BinaryOp::And, all, test)),
            };
        }
        Ok(all)
    }

    pub(super) fn is_host(&self, operand: &Operand) -> bool {
        matches!(operand.peel(), Operand::Value(_) | Operand::Place { .. })
            && matches!(self.type_of(operand), Type::Host)
    }

    /// A comparison with the expression that a pattern is.
    fn test_value(&mut self, tokens: &impl ToTokens, operand: &Operand, op: CompareOp) -> Lowered<ValueId> {
        let Ok(expr) = syn::parse2::<syn::Expr>(tokens.to_token_stream()) else {
            return self.unsupported(tokens, "this pattern");
        };
        let Some(value) = self.scalar(operand) else {
            return self.unsupported(tokens, "this pattern");
        };
        let ty = self.b.body.ty(value).clone();
        let literal = self.value(&expr, Some(&ty))?;
        self.meet(value, literal);
        match (self.b.body.ty(value), self.b.body.ty(literal)) {
            (Type::Host, _) | (_, Type::Host) => {
                let args = vec![HostArg::Value(value)];
                let template = quote!(::core::matches!(__h0, #tokens));
                Ok(self.one(
                    Instr::Host {
                        template,
                        args,
                        pure: true,
                    },
                    Type::Bool,
                ))
            }
            _ => Ok(self.compare(op, value, literal)),
        }
    }

    fn test_range(&mut self, it: &syn::PatRange, operand: &Operand) -> Lowered<Option<ValueId>> {
        let low = match &it.start {
            Some(start) => Some(self.test_value(start, operand, CompareOp::Ge)?),
            None => None,
        };
        let op = match it.limits {
            syn::RangeLimits::HalfOpen(_) => CompareOp::Lt,
            syn::RangeLimits::Closed(_) => CompareOp::Le,
        };
        let high = match &it.end {
            Some(end) => Some(self.test_value(end, operand, op)?),
            None => None,
        };
        Ok(match (low, high) {
            (Some(low), Some(high)) => Some(self.binary(BinaryOp::And, low, high)),
            (low, high) => low.or(high),
        })
    }

    /// A constant, or a variant without fields.
    fn test_constant(&mut self, pat: &syn::Pat, operand: &Operand) -> Lowered<Option<ValueId>> {
        if self.is_option(operand) {
            return self.test_none(pat, operand).map(Some);
        }
        match self.type_of(operand) {
            Type::Float(_) | Type::Int(_) | Type::Bool => {
                self.test_value(pat, operand, CompareOp::Eq).map(Some)
            }
            _ => self.test_host(pat, operand),
        }
    }

    /// `matches!(value, pattern)` of something that only rustc understands.
    fn test_host(&mut self, pat: &syn::Pat, operand: &Operand) -> Lowered<Option<ValueId>> {
        if self.is_varied(operand) {
            return self.unsupported(pat, "what this pattern takes apart");
        }
        let mut args = Vec::new();
        let Some(value) = parts_template(self, operand, &mut args) else {
            return self.unsupported(pat, "this pattern");
        };
        let pat = super::bindings::without_names(pat, None);
        let template = quote!(::core::matches!(#value, #pat));
        Ok(Some(self.one(
            Instr::Host {
                template,
                args,
                pure: true,
            },
            Type::Bool,
        )))
    }

    fn test_slice(&mut self, it: &syn::PatSlice, operand: &Operand) -> Lowered<Option<ValueId>> {
        let rest = it.elems.iter().any(is_rest);
        let fixed = it.elems.len() - usize::from(rest);
        let Some(at) = self.path_of(operand) else {
            return self.unsupported(it, "this pattern");
        };
        let parts = self.slice_parts(operand, &it.elems, it);
        if let Type::Array(_, Len::Known(_)) = self.type_at(&at) {
            return self.test_all(parts?);
        }
        let len = self.length(&at);
        let wanted = self.usize(fixed);
        let op = if rest { CompareOp::Ge } else { CompareOp::Eq };
        let fits = self.compare(op, len, wanted);
        if it.elems.iter().all(is_irrefutable) {
            return Ok(Some(fits));
        }
        let both = self.fork(
            fits,
            |lowerer| {
                let test = lowerer.test_all(parts?)?;
                Ok(Operand::Value(match test {
                    Some(test) => test,
                    None => lowerer.b.bool(true),
                }))
            },
            |lowerer| Ok(Operand::Value(lowerer.b.bool(false))),
        )?;
        Ok(self.scalar(&both))
    }

    /// What a reference refers to.
    pub(super) fn behind(&self, operand: &Operand) -> Operand {
        match operand {
            Operand::Ref(inner) => (**inner).clone(),
            Operand::Alias(path) => self.scopes.get(path).clone(),
            Operand::Place {
                at,
                by: By::Ref | By::RefMut,
            } => Operand::Place {
                at: at.clone(),
                by: By::Owned,
            },
            other => other.clone(),
        }
    }

    /// The components of a tuple, each with its pattern. A reference to a tuple gives references.
    pub(super) fn tuple_parts<'p>(
        &mut self,
        operand: &Operand,
        pats: &'p syn::punctuated::Punctuated<syn::Pat, syn::Token![,]>,
        at: &impl ToTokens,
    ) -> Lowered<Vec<(&'p syn::Pat, Operand)>> {
        let parts: Vec<Operand> = match operand {
            Operand::Tuple(parts) => parts.clone(),
            Operand::Ref(inner) => match &**inner {
                Operand::Tuple(parts) => parts.iter().cloned().map(Operand::borrowed).collect(),
                other => {
                    let other = other.clone();
                    return self.tuple_parts(&other, pats, at);
                }
            },
            Operand::Alias(path) => match self.scopes.get(path) {
                Operand::Tuple(parts) => (0..parts.len())
                    .map(|k| {
                        let mut path = path.clone();
                        path.path.push(k);
                        Operand::Alias(VarPath { ..path })
                    })
                    .collect(),
                _ => return self.unsupported(at, "this pattern"),
            },
            Operand::Place { at: place, by } => match self.type_at(place) {
                Type::Tuple(types) => (0..types.len())
                    .map(|k| Operand::Place {
                        at: place.then(Proj::Field(k)),
                        by: *by,
                    })
                    .map(|part| self.shared_scalar(part))
                    .collect(),
                _ => return self.unsupported(at, "this pattern"),
            },
            Operand::Poison => return Err(Halt::Error),
            Operand::Value(_) | Operand::Option { .. } | Operand::Unset | Operand::Lost => {
                return self.unsupported(at, "this pattern");
            }
        };
        let rest = pats.iter().position(is_rest);
        let fits = match rest {
            None => pats.len() == parts.len(),
            Some(_) => pats.len() <= parts.len() + 1,
        };
        if !fits {
            return self.refuse(at, "the pattern has another number of components", "count them");
        }
        let skipped = parts.len() + 1 - pats.len();
        let pairs = pats.iter().enumerate().filter(|(_, pat)| !is_rest(pat));
        Ok(pairs
            .map(|(k, pat)| match rest {
                Some(rest) if k > rest => (pat, parts[k - 1 + skipped].clone()),
                _ => (pat, parts[k].clone()),
            })
            .collect())
    }

    /// A shared reference to a scalar in memory is its content.
    pub(super) fn shared_scalar(&mut self, part: Operand) -> Operand {
        match part {
            Operand::Place { at, by: By::Ref } if self.is_number(&at) => {
                let ty = self.type_at(&at);
                Operand::Value(self.load(at, ty)).borrowed()
            }
            other => other,
        }
    }

    /// The elements of a list, each with its pattern, and what `..` leaves.
    pub(super) fn slice_parts<'p>(
        &mut self,
        operand: &Operand,
        pats: &'p syn::punctuated::Punctuated<syn::Pat, syn::Token![,]>,
        tokens: &impl ToTokens,
    ) -> Lowered<Vec<(&'p syn::Pat, Operand)>> {
        let (Some(at), Operand::Place { by, .. }) = (self.path_of(operand), operand) else {
            return self.unsupported(tokens, "this pattern");
        };
        let rest = pats.iter().position(is_rest);
        let behind = rest.map_or(0, |rest| pats.len() - 1 - rest);
        let mut res = Vec::new();
        for (k, pat) in pats.iter().enumerate() {
            match rest {
                Some(rest) if k == rest => {
                    let start = self.usize(k);
                    let end = match behind {
                        0 => None,
                        behind => {
                            let len = self.length(&at);
                            let behind = self.usize(behind);
                            Some(self.minus(len, behind))
                        }
                    };
                    let at = self.part(&at, Some(start), end);
                    res.push((pat, Operand::Place { at, by: *by }));
                }
                Some(rest) if k > rest => {
                    let len = self.length(&at);
                    let back = self.usize(pats.len() - k);
                    let index = self.minus(len, back);
                    let element = self.element(&at, index, *by);
                    res.push((pat, element));
                }
                _ => {
                    let index = self.usize(k);
                    let element = self.element(&at, index, *by);
                    res.push((pat, element));
                }
            }
        }
        Ok(res)
    }
}

fn is_rest(pat: &syn::Pat) -> bool {
    match pat {
        syn::Pat::Rest(_) => true,
        syn::Pat::Ident(it) => matches!(&it.subpat, Some((_, sub)) if is_rest(sub)),
        _ => false,
    }
}

/// Whether the pattern fits whatever has its type.
pub(super) fn is_irrefutable(pat: &syn::Pat) -> bool {
    match pat {
        syn::Pat::Wild(_) | syn::Pat::Rest(_) => true,
        syn::Pat::Ident(it) => match &it.subpat {
            Some((_, sub)) => is_irrefutable(sub),
            None => !is_constant_name(&it.ident),
        },
        syn::Pat::Paren(it) => is_irrefutable(&it.pat),
        syn::Pat::Type(it) => is_irrefutable(&it.pat),
        syn::Pat::Reference(it) => is_irrefutable(&it.pat),
        syn::Pat::Tuple(it) => it.elems.iter().all(is_irrefutable),
        _ => false,
    }
}

/// A bare name in a pattern is a constant or a variant if it is written like one.
pub(super) fn is_constant_name(ident: &syn::Ident) -> bool {
    ident.to_string().starts_with(char::is_uppercase)
}
