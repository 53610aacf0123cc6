//! `#[differentiable(derivative(x = …))]`: a body of one instruction that calls the user's function, with the partial
//! derivatives that the attribute gives as straight-line code beside it.

use super::Lowerer;
use super::names::hole;
use super::operand::Operand;
use crate::ir::visit::{self, places, regions, rename_region, uses};
use crate::ir::{
    Body, HostArg, Instr, Opaque, Param, Passing, PlaceRef, Region, Role, Stmt, Tree, Type, ValueId,
};
use crate::parse::Place;
use proc_macro2::TokenStream;
use quote::quote;
use std::collections::{BTreeMap, BTreeSet};

impl Lowerer<'_> {
    /// The function as a call of itself; `None` after an error.
    pub(super) fn opaque(mut self, given: &[(syn::Ident, syn::Expr)]) -> Option<Body> {
        if !self.only_scalars() {
            return None;
        }
        let request = self.request;
        self.b.span = request.item.sig.ident.span();
        self.scopes.open();
        self.b.begin();
        let mut args = Vec::new();
        let mut holes = Vec::new();
        let mut inputs = BTreeMap::new();
        for (index, param) in request.params.iter().enumerate() {
            self.param(index, param).ok()?;
            let Param { role, tree, .. } = self.b.body.params.last().expect("pushed just now").clone();
            let first = args.len();
            holes.push(self.argument(param.passing, &tree, &mut args));
            if let (Role::Active, Some(HostArg::Value(id))) = (role, args.get(first)) {
                inputs.insert(index, *id);
            }
        }
        let mut all: Vec<ValueId> = inputs.values().copied().collect();
        let mut partials = Vec::new();
        for index in inputs.keys() {
            let by = request.params[*index].ident();
            let expr = given
                .iter()
                .find(|(name, _)| by == Some(name))
                .map(|(_, expr)| expr)?;
            partials.push(self.partial(&inputs, expr));
        }
        let partials: Vec<Region> = partials.into_iter().collect::<Option<_>>()?;
        let (partials, constants) = self.closed(partials, all.len());
        all.extend(&constants);
        let template = self.itself(&holes);
        let opaque = Opaque {
            template,
            args,
            inputs: all,
            partials: partials
                .into_iter()
                .map(Some)
                .chain(constants.iter().map(|_| None))
                .collect(),
        };
        self.b.span = request.item.sig.ident.span();
        let result = self.one(Instr::Opaque(Box::new(opaque)), request.output.1.clone());
        let mut body = self.b.body.clone();
        body.region = self.b.end();
        body.result = Tree::Value(result);
        body.items = self.items;
        Some(body)
    }

    /// A partial derivative is one number: so are the parameter and the result.
    fn only_scalars(&mut self) -> bool {
        let request = self.request;
        let errors = self.diags.len();
        for (_, param) in request.differentiable() {
            if !matches!(param.shape, Type::Float(_)) || param.passing == Passing::RefMut {
                self.diags
                    .error(
                        &param.ty,
                        "`derivative` gives the derivative by a float, and this is none",
                    )
                    .help("give the pullback as a function instead: `#[differentiable(vjp = path)]`");
            }
        }
        if !matches!(request.output.1, Type::Float(_)) {
            self.diags
                .error(
                    &request.item.sig.output,
                    "`derivative` gives the derivative of a float, and this is none",
                )
                .help("give the pullback as a function instead: `#[differentiable(vjp = path)]`");
        }
        self.diags.len() == errors
    }

    /// What the call of the function has for a parameter: holes for what it is made of, and what stands around them.
    fn argument(&mut self, passing: Passing, tree: &Tree, args: &mut Vec<HostArg>) -> TokenStream {
        let here = hole(args.len());
        match tree {
            Tree::Value(id) => {
                args.push(HostArg::Value(*id));
                quote!(#here)
            }
            Tree::Place(id) => {
                let at = PlaceRef::whole(*id);
                let ty = self.type_at(&at);
                let (arg, template) = match passing {
                    Passing::Ref if matches!(ty, Type::Float(_)) => {
                        (HostArg::Value(self.load(at, ty)), quote!(&#here))
                    }
                    Passing::Ref => (HostArg::Place(at), quote!(&#here)),
                    Passing::RefMut => (HostArg::PlaceMut(at), quote!(&mut #here)),
                    // A partial may read it afterwards.
                    Passing::Value => (HostArg::Place(at), quote!(::core::clone::Clone::clone(&#here))),
                };
                args.push(arg);
                template
            }
            Tree::Tuple(parts) => {
                let parts: Vec<_> = parts
                    .iter()
                    .map(|part| self.argument(passing, part, args))
                    .collect();
                quote!((#(#parts,)*))
            }
        }
    }

    /// `f::<N>(…)`
    fn itself(&self, args: &[TokenStream]) -> TokenStream {
        let sig = &self.request.item.sig;
        let f = &sig.ident;
        let generics = sig.generics.params.iter().filter_map(|param| match param {
            syn::GenericParam::Lifetime(_) => None,
            syn::GenericParam::Type(it) => Some(&it.ident),
            syn::GenericParam::Const(it) => Some(&it.ident),
        });
        let generics: Vec<_> = generics.collect();
        let turbofish = (!generics.is_empty()).then(|| quote!(::<#(#generics),*>));
        match (self.request.place, sig.receiver(), args) {
            (Place::Companion, _, _) => quote!(#f #turbofish(#(#args),*)),
            (Place::Beside | Place::Declared, Some(_), [this, args @ ..]) => {
                quote!((#this).#f #turbofish(#(#args),*))
            }
            (Place::Beside | Place::Declared, _, args) => quote!(Self::#f #turbofish(#(#args),*)),
        }
    }

    /// A partial derivative as a region that takes the inputs and the result. What it reads besides are constants.
    fn partial(&mut self, inputs: &BTreeMap<usize, ValueId>, expr: &syn::Expr) -> Option<Region> {
        let request = self.request;
        self.scopes.open();
        let mut params = Vec::new();
        for (index, of) in inputs {
            let param = &request.params[*index];
            let ty = self.b.body.ty(*of).clone();
            let id = self.b.value(ty);
            self.vary(id);
            params.push(id);
            if let Some(ident) = param.ident() {
                self.b.name(id, ident.to_string());
                let operand = match param.passing {
                    Passing::Value => Operand::Value(id),
                    Passing::Ref | Passing::RefMut => Operand::Value(id).borrowed(),
                };
                self.scopes.declare(ident, operand, false);
            }
        }
        let result = self.b.value(request.output.1.clone());
        self.vary(result);
        params.push(result);
        // A parameter of this name hides it.
        let taken = request
            .params
            .iter()
            .any(|param| param.ident().is_some_and(|ident| ident == "result"));
        if !taken {
            let ident = syn::Ident::new("result", request.item.sig.ident.span());
            self.scopes.declare(&ident, Operand::Value(result), false);
        }
        let side = self.side(|lowerer| lowerer.value(expr, Some(&request.output.1)).map(Operand::Value));
        self.scopes.close();
        let Ok(Operand::Value(slope)) = side.value else {
            return None;
        };
        let mut stmts = Vec::new();
        if !side
            .region
            .stmts
            .into_iter()
            .all(|stmt| self.straighten(stmt, &mut stmts))
        {
            self.diags
                .error(expr, "a partial derivative must be one formula")
                .help("move what is more to an annotated function, and call that");
            return None;
        }
        Some(Region {
            params,
            stmts,
            yields: vec![slope],
        })
    }

    /// Moves what is constant out of the partials, in front of the call, and lets them take it as inputs. Gives the
    /// partials and those inputs; the first `count` are the differentiable ones.
    fn closed(&mut self, mut partials: Vec<Region>, count: usize) -> (Vec<Region>, Vec<ValueId>) {
        for partial in &mut partials {
            let mut varies: BTreeSet<ValueId> = partial.params.iter().copied().collect();
            let mut kept = Vec::new();
            for stmt in std::mem::take(&mut partial.stmts) {
                let literal = matches!(stmt.instr, Instr::Const(_));
                if literal || uses(&stmt.instr).iter().any(|id| varies.contains(id)) {
                    varies.extend(&stmt.results);
                    kept.push(stmt);
                } else {
                    self.b.stmts().push(stmt);
                }
            }
            partial.stmts = kept;
        }
        let free: BTreeSet<ValueId> = partials.iter().flat_map(visit::free_values).collect();
        let constants: Vec<_> = free.into_iter().collect();
        for partial in &mut partials {
            let mut map = BTreeMap::new();
            for (k, id) in constants.iter().enumerate() {
                let ty = self.b.body.ty(*id).clone();
                let inner = self.b.value(ty);
                map.insert(*id, inner);
                partial.params.insert(count + k, inner);
            }
            rename_region(partial, &map);
        }
        (partials, constants)
    }

    /// Appends `stmt` to straight-line code, a branch as a choice between both sides; `false` if that cannot be.
    fn straighten(&self, stmt: Stmt, out: &mut Vec<Stmt>) -> bool {
        let Stmt { results, instr, span } = stmt;
        let (cond, then, otherwise) = match instr {
            Instr::If {
                cond,
                then,
                otherwise,
            } => (cond, then, otherwise),
            instr => {
                let writes = places(&instr).iter().any(|(_, access)| access.writes());
                let fits = regions(&instr).is_empty() && !writes && results.len() == 1;
                out.push(Stmt { results, instr, span });
                return fits;
            }
        };
        let start = out.len();
        let mut sides = then.stmts.into_iter().chain(otherwise.stmts);
        let straight = sides.all(|stmt| self.straighten(stmt, out));
        if !straight || !out[start..].iter().all(|stmt| self.is_harmless(stmt)) {
            return false;
        }
        for (k, result) in results.into_iter().enumerate() {
            out.push(Stmt {
                results: vec![result],
                instr: Instr::Select {
                    cond,
                    then: then.yields[k],
                    otherwise: otherwise.yields[k],
                },
                span,
            });
        }
        true
    }

    /// Whether it may be computed though nobody asks: it cannot fail, and takes no time to speak of.
    fn is_harmless(&self, stmt: &Stmt) -> bool {
        match &stmt.instr {
            Instr::Const(_)
            | Instr::Unary(..)
            | Instr::Compare(..)
            | Instr::Select { .. }
            | Instr::Math { .. }
            | Instr::Cast { .. } => true,
            // Integers overflow, and do not divide by zero.
            Instr::Binary(..) => stmt.results.iter().all(|id| self.b.body.is_float(*id)),
            Instr::Host { .. }
            | Instr::Alloc { .. }
            | Instr::Load(_)
            | Instr::Store { .. }
            | Instr::AddTo { .. }
            | Instr::Len(_)
            | Instr::Fill { .. }
            | Instr::CopyTo { .. }
            | Instr::Accumulate { .. }
            | Instr::AddMatrix { .. }
            | Instr::Matrix(_)
            | Instr::Swap(..)
            | Instr::Push { .. }
            | Instr::Pop { .. }
            | Instr::PushRow { .. }
            | Instr::PopRow { .. }
            | Instr::Resize { .. }
            | Instr::Call(_)
            | Instr::Opaque(_)
            | Instr::If { .. }
            | Instr::Loop(_)
            | Instr::SomePullback(_)
            | Instr::NoPullback => false,
        }
    }
}
