//! Attribute and item in, [`Request`] out: everything that can be known without looking into the body.

mod fields;
mod generics;
mod groups;
mod hygiene;
mod matrices;
mod options;
mod params;
mod place;
mod signature;
mod types;

pub(crate) use fields::Fields;
pub(crate) use matrices::is_name as is_matrix_name;
pub(crate) use place::Place;
pub(crate) use types::{Floats, is_option, payload, understood};

use crate::diag::Diags;
use crate::ir::{Passing, Type};
use generics::Generics;
use proc_macro2::TokenStream;

/// What the user asked for.
pub(crate) struct Request {
    /// The user's function, our attributes (`#[constant]`) removed from its parameters, everything else untouched.
    pub(crate) item: syn::ItemFn,
    pub(crate) place: Place,
    /// The companion's name: the function's, or `name = …`.
    pub(crate) companion: syn::Ident,
    /// The facade crate, `::differentiable` unless `crate = …`.
    pub(crate) facade: syn::Path,
    pub(crate) params: Vec<RequestParam>,
    /// The result as the user wrote it, and as we understand it. `Type::Tuple(vec![])` is no result.
    pub(crate) output: (Option<syn::Type>, Type),
    /// How to differentiate if not through the body.
    pub(crate) opaque: Option<Opaque>,
    /// Names that must be floats, since they are the type of something that is differentiated. Only rustc can check it.
    pub(crate) floats: Floats,
    /// What the body says of structs.
    pub(crate) fields: Fields,
    /// A mistake in the signature leaves nothing that the body could be read against.
    pub(crate) broken: bool,
}

pub(crate) struct RequestParam {
    pub(crate) pat: syn::Pat,
    /// The type as the user wrote it.
    pub(crate) ty: syn::Type,
    /// The type as we understand it, behind the reference if there is one. `Type::Host` for constants we know nothing of.
    pub(crate) shape: Type,
    pub(crate) passing: Passing,
    pub(crate) constant: bool,
}

/// A body that we do not look into.
pub(crate) enum Opaque {
    /// `derivative(x = EXPR, y = EXPR)`: one expression for each differentiable parameter.
    Derivative(Vec<(syn::Ident, syn::Expr)>),
    /// `vjp = path`, `jvp = path`, or both.
    Rules {
        vjp: Option<syn::Path>,
        jvp: Option<syn::Path>,
    },
}

impl Request {
    /// Whether the derivative is in functions of the user's, so that nothing is to be lowered.
    pub(crate) fn is_opaque(&self) -> bool {
        matches!(self.opaque, Some(Opaque::Rules { .. }))
    }

    /// The differentiable parameters, with their indices.
    pub(crate) fn differentiable(&self) -> impl Iterator<Item = (usize, &RequestParam)> {
        self.params
            .iter()
            .enumerate()
            .filter(|(_, param)| !param.constant)
    }
}

impl RequestParam {
    /// The name, if the pattern is one.
    pub(crate) fn ident(&self) -> Option<&syn::Ident> {
        params::ident(&self.pat)
    }
}

/// Reads the attribute's options and the function's signature. Mistakes go to `diags`, all of them.
pub(crate) fn request(args: TokenStream, item: TokenStream, diags: &mut Diags) -> Option<Request> {
    let options = options::read(args, diags);
    let (mut item, declared) = signature::function(item, options.associated, diags)?;
    groups::to_parentheses(&mut item);
    let place = Place::of(&item, declared, options.associated);
    let mut broken = signature::check(&item.sig, diags);
    let generics = Generics::of(&item.sig.generics, place);
    let facade = options
        .facade
        .clone()
        .unwrap_or_else(|| syn::parse_quote!(::differentiable));
    let fields = fields::read(&item, &facade);
    let mut names = types::Names::new(&generics, &fields);
    let (params, fit) = params::read(&mut item, &mut names, diags);
    broken |= !fit;
    broken |= !hygiene::check(&item, diags);
    let output = signature::output(&item.sig, &mut names, diags);
    broken |= output.is_none();
    let (written, shape) = output.unwrap_or_else(|| (signature::written(&item.sig), Type::Host));
    if !broken {
        broken |= !signature::differentiates(&item.sig, &params, &shape, diags);
    }
    let companion = options.name.clone().unwrap_or_else(|| item.sig.ident.clone());
    match place {
        Place::Companion => signature::check_name(&companion, diags),
        Place::Beside | Place::Declared => options.check_beside(diags),
    }
    let opaque = options.opaque(&params, &shape, &item.sig, diags);
    Some(Request {
        place,
        companion,
        facade,
        params,
        output: (written, shape),
        opaque,
        floats: names.into_floats(),
        fields,
        broken,
        item,
    })
}

#[cfg(test)]
mod tests;
