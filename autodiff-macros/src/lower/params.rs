//! The function as a whole: its parameters, its body, its result.

use super::Lowerer;
use super::exits::{Frame, FrameKind};
use super::operand::{By, Halt, Lowered, Operand, is_scalar};
use crate::ir::visit::{each, uses};
use crate::ir::{
    Body, HostArg, Init, Name, Origin, Param, Passing, Place, PlaceRef, Region, Role, Tree, Type, ValueId,
};
use crate::parse::RequestParam;
use std::collections::BTreeSet;

impl Lowerer<'_> {
    /// Lowers the function; `None` after an error.
    pub(super) fn function(mut self) -> Option<(Body, BTreeSet<ValueId>)> {
        let request = self.request;
        let output = request.output.1.clone();
        let span = request.item.sig.ident.span();
        self.b.span = span;
        // The result is the first variable: nothing but it lives on at the end of the function's region.
        let value = self.scopes.hidden("result", span, Operand::Unset, true);
        let side = self.side(|lowerer| {
            let left = lowerer.flag("returned");
            lowerer.frames.push(Frame {
                kind: FrameKind::Function,
                label: None,
                left,
                next: None,
                value,
                want: Some(output.clone()),
                inner: false,
                places: 0,
            });
            lowerer.scopes.open();
            for (index, param) in request.params.iter().enumerate() {
                lowerer.param(index, param)?;
            }
            let tail = lowerer.block(&request.item.block, Some(&output))?;
            let tail = lowerer.settled(tail);
            lowerer.leave(0, Some(tail))
        });
        let mut region = side.region;
        let result = side.slots.into_iter().next().unwrap_or(Operand::Unset);
        if side.value == Err(Halt::Error) {
            return None;
        }
        self.fix_operand(&result, &output);
        let result = self.append(&mut region, |lowerer| lowerer.result(&result, &output));
        let Some(result) = result else {
            self.diags
                .error(
                    &request.item.sig.output,
                    "what this function returns is not understood",
                )
                .help("return a float, an array, a `Vec`, or a tuple of them");
            return None;
        };
        self.no_floats_of_bits(&region);
        let mut body = self.b.body;
        body.region = region;
        body.result = result;
        body.items = self.items;
        Some((body, self.open))
    }

    /// Text and bits carry no derivative, and that is fine for a message or a hash. A float that is made of them again
    /// would have lost one without a word.
    fn no_floats_of_bits(&mut self, region: &Region) {
        each(region, &mut |stmt| {
            let carries =
                |id: &ValueId, float| self.varied.bits.contains(id) && self.b.body.is_float(*id) == float;
            // The first float is the mistake, not what is computed of it.
            if stmt.results.iter().any(|id| carries(id, true))
                && uses(&stmt.instr).iter().any(|id| carries(id, false))
            {
                let at = syn::Ident::new("here", stmt.span);
                self.diags
                    .error(
                        &at,
                        "this float is made of the bits, the text or the error of what carries a derivative",
                    )
                    .help("compute it from the float itself");
            }
        });
    }

    pub(super) fn param(&mut self, index: usize, param: &RequestParam) -> Lowered<()> {
        self.b.span = param.ident().map_or(self.b.span, syn::Ident::span);
        let name = param.ident().map(|ident| Name {
            text: match super::scope::spoken(ident) {
                // Another variable may be called as the receiver is to be.
                this if this == "self" => "this".to_owned(),
                other => other,
            },
            span: ident.span(),
        });
        let (tree, operand) = self.param_tree(&param.shape, param.passing, name);
        if !param.constant {
            tree.values().into_iter().for_each(|id| self.vary(id));
            tree.places().into_iter().for_each(|id| self.vary_place(id));
        }
        let role = if param.constant {
            Role::Constant
        } else {
            Role::Active
        };
        self.b.body.params.push(Param { index, role, tree });
        let operand = self.param_content(param, operand);
        self.bind(&param.pat, operand)
    }

    fn param_tree(&mut self, ty: &Type, passing: Passing, name: Option<Name>) -> (Tree, Operand) {
        match (ty, passing) {
            (Type::Tuple(parts), Passing::Value) => {
                let parts = parts
                    .iter()
                    .map(|part| self.param_tree(part, passing, name.clone()));
                let (trees, operands) = parts.into_iter().unzip();
                (Tree::Tuple(trees), Operand::Tuple(operands))
            }
            (ty, Passing::Value) if is_scalar(ty) => {
                let id = self.b.value(ty.clone());
                if let Some(name) = name {
                    self.b.name(id, name.text);
                }
                (Tree::Value(id), Operand::Value(id))
            }
            (ty, passing) => {
                let id = self.b.body.fresh_place(Place {
                    ty: ty.clone(),
                    name,
                    origin: Origin::Primal,
                    param: Some(passing),
                });
                let by = match passing {
                    Passing::Value => By::Owned,
                    Passing::Ref => By::Ref,
                    Passing::RefMut => By::RefMut,
                };
                let at = PlaceRef::whole(id);
                (Tree::Place(id), Operand::Place { at, by })
            }
        }
    }

    /// What the parameter's name is bound to: memory as it is, scalars behind a shared reference as their content.
    fn param_content(&mut self, param: &RequestParam, operand: Operand) -> Operand {
        match operand {
            Operand::Place { at, by: By::Ref } => {
                let ty = self.type_at(&at);
                match ty {
                    Type::Float(_) | Type::Int(_) | Type::Bool => {
                        Operand::Value(self.load(at, ty)).borrowed()
                    }
                    _ => Operand::Place { at, by: By::Ref },
                }
            }
            // Memory that is ours already needs no copy to be named.
            Operand::Place { at, by: By::Owned } => Operand::Place { at, by: By::Temp },
            Operand::Value(id) if self.is_state(param, id) => {
                let place = self.place(Type::Host, None);
                let init = Init::Host {
                    template: quote::quote!(__h0),
                    args: vec![HostArg::Value(id)],
                };
                self.alloc(place, init);
                Operand::Place {
                    at: PlaceRef::whole(place),
                    by: By::Temp,
                }
            }
            other => other,
        }
    }

    /// `mut rng: Rng`
    fn is_state(&self, param: &RequestParam, id: ValueId) -> bool {
        let mutable = matches!(&param.pat, syn::Pat::Ident(it) if it.mutability.is_some());
        mutable && matches!(self.b.body.ty(id), Type::Host)
    }

    /// The result's leaves, each with memory of its own.
    fn result(&mut self, operand: &Operand, ty: &Type) -> Option<Tree> {
        match (operand, ty) {
            (Operand::Tuple(parts), Type::Tuple(types)) if parts.len() == types.len() => {
                let parts = parts.iter().zip(types).map(|(part, ty)| self.result(part, ty));
                parts.collect::<Option<_>>().map(Tree::Tuple)
            }
            (Operand::Option { some, value, error }, ty) => {
                let payload = self.result(value, ty.payload()?)?;
                let error = match error {
                    Some(error) => *error,
                    None => self.zero(&Type::Host),
                };
                Some(Tree::Tuple(vec![Tree::Value(*some), payload, Tree::Value(error)]))
            }
            // Control never comes to the end of the function.
            (Operand::Unset, Type::Tuple(types)) => {
                let parts = types.iter().map(|ty| self.result(operand, ty));
                parts.collect::<Option<_>>().map(Tree::Tuple)
            }
            (Operand::Unset, ty) if is_scalar(ty) => Some(Tree::Value(self.zero(ty))),
            (Operand::Unset, ty) => {
                let init = self.blank(ty)?;
                let place = self.place(ty.clone(), None);
                self.alloc(place, init);
                Some(Tree::Place(place))
            }
            (operand, ty) if is_scalar(ty) => self.scalar(operand).map(Tree::Value),
            (Operand::Place { at, by }, _) => {
                let local = self.b.body.place(at.root).param.is_none();
                if local && at.path.is_empty() && *by != By::Ref && *by != By::RefMut {
                    return Some(Tree::Place(at.root));
                }
                let at = at.clone();
                match self.taken(&at) {
                    Operand::Place { at, by: _ } => Some(Tree::Place(at.root)),
                    _ => None,
                }
            }
            (
                Operand::Value(_)
                | Operand::Ref(_)
                | Operand::Alias(_)
                | Operand::Tuple(_)
                | Operand::Lost
                | Operand::Poison,
                _,
            ) => None,
        }
    }
}
