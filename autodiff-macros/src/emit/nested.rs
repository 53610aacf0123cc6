//! `f::grad` as a function that others call: its own derivatives, beside it in the companion. Of functions of scalars.
//!
//! The Hessian is symmetric, so tangents and cotangents of a gradient are the same product, `f::hvp`.

use super::companion::borrowed_tangents;
use super::protocol::{boxed, sweep};
use super::signatures::{Boxed, Forward, Signature};
use super::stub::hollow;
use super::wrappers::{args, local};
use crate::ir::{Passing, Role, Type};
use crate::names;
use crate::parse::{Place, Request, RequestParam};
use crate::pipeline::Derivatives;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};

/// The derivatives of `grad`.
///
/// ```text
/// pub fn __grad_pushforward(x: f64, x_dot: f64) -> (f64, f64) { (Self::grad(x), Self::hvp(x, x_dot)) }
/// pub fn __grad_forward(x: f64) -> (f64, Box<dyn FnOnce(f64) -> (f64,)>) {
///     (Self::grad(x), Box::new(move |seed: f64| (Self::hvp(x, seed),)))
/// }
/// ```
pub(super) fn gradient(outer: &Signature, derivatives: &Derivatives) -> Option<TokenStream> {
    let request = outer.request;
    let owned = |param: &RequestParam| {
        let constant = param.constant && !matches!(param.shape, Type::Float(_) | Type::Int(_) | Type::Bool);
        param.passing == Passing::RefMut || (constant && param.passing == Passing::Value)
    };
    let plain = request.place == Place::Companion && outer.has_gradient() && outer.only_scalars();
    if !plain || request.params.iter().any(owned) {
        return None;
    }
    let inner = of_gradient(outer);
    let mut signature = Signature::new(&inner);
    signature.bound_by_static(false);
    let (types, args) = (signature.turbofish(), args(&signature));
    let dots = signature
        .differentiable()
        .map(|param| param.dot().to_token_stream());
    let dots = super::signatures::bare_or_tuple(&dots.collect::<Vec<_>>());
    let mut tokens = signature.pushforward().with(quote! {
        (Self::grad #types(#(#args),*), Self::hvp #types(#(#args,)* #dots))
    });
    tokens.extend(forward(&signature));
    let forward_tangent = signature.forward_tangent(names::FORWARD_TANGENT, Boxed::Yes);
    tokens.extend(match &derivatives.gradient_tangent {
        Some(body) => sweep(&signature, forward_tangent, Boxed::Yes, &borrowed_tangents(body)),
        None => {
            let f = &request.item.sig.ident;
            let message = format!("derivatives of `{f}` beyond the second are not available");
            // Only who asks for it sees this.
            let missing = quote!(const { ::core::panic!(#message) });
            hollow(forward_tangent, Boxed::Yes, 2, missing)
        }
    });
    tokens.extend(boxed(&signature, Boxed::Yes));
    tokens.extend(signature.marks());
    Some(tokens)
}

/// `fn grad(x: f64, y: f64) -> (f64, f64)`
fn of_gradient(outer: &Signature) -> Request {
    let request = outer.request;
    let name = Ident::new("grad", Span::call_site().located_at(request.companion.span()));
    let mut item = request.item.clone();
    item.attrs.clear();
    item.vis = syn::parse_quote!(pub);
    item.sig.ident = name.clone();
    let gradient = outer.gradient_type();
    let mut shapes: Vec<_> = outer
        .differentiable()
        .map(|param| param.gradient_shape())
        .collect();
    let shape = match shapes.len() {
        1 => shapes.swap_remove(0),
        _ => Type::Tuple(shapes),
    };
    let again = |param: &RequestParam| RequestParam {
        pat: param.pat.clone(),
        ty: param.ty.clone(),
        shape: param.shape.clone(),
        passing: param.passing,
        constant: param.constant,
    };
    Request {
        item,
        place: Place::Beside,
        companion: name,
        facade: request.facade.clone(),
        params: request.params.iter().map(again).collect(),
        output: (Some(syn::parse_quote!(#gradient)), shape),
        opaque: None,
        floats: request.floats.clone(),
        fields: request.fields.clone(),
        broken: false,
    }
}

fn forward(signature: &Signature) -> TokenStream {
    let (types, args) = (signature.turbofish(), args(signature));
    let Forward {
        function,
        closure,
        cotangents,
    } = signature.forward(names::FORWARD, Boxed::Yes);
    let (seed, value, product) = (local("seed"), local("value"), local("product"));
    let patterns = closure.iter().map(|slot| match slot.role {
        Role::Seed => seed.to_token_stream(),
        Role::Active | Role::Constant => signature.params[slot.at].ident.to_token_stream(),
        _ => quote!(_),
    });
    let slots = closure.iter().map(|slot| &slot.ty);
    let several = signature.differentiable().count() > 1;
    let mut k = 0;
    let parts = signature
        .params
        .iter()
        .map(|param| match param.returns_cotangent() {
            true if several => {
                let index = proc_macro2::Literal::usize_unsuffixed(k);
                k += 1;
                quote!(#product.#index)
            }
            true => product.to_token_stream(),
            false if param.returns_zero() => signature.number_of(&param.request.shape, 0.0),
            false => quote!(()),
        });
    let parts: Vec<_> = parts.collect();
    function.with(quote! {
        let #value = Self::grad #types(#(#args),*);
        (#value, ::std::boxed::Box::new(move |#(#patterns: #slots),*| -> #cotangents {
            let #product = Self::hvp #types(#(#args,)* #seed);
            (#(#parts,)*)
        }))
    })
}
