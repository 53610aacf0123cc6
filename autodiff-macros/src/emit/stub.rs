//! After errors: the user's function as it is, and a companion whose functions have their types and no bodies, so that
//! one mistake does not light up every use.

use super::around::around;
use super::signatures::{Boxed, Forward, Signature, Slot};
use crate::names;
use crate::parse::{Place, Request};
use proc_macro2::{Span, TokenStream};
use quote::quote;

/// The user's function, and a companion that keeps `f::grad` from being one more error.
pub(crate) fn stub(request: Option<&Request>, item: TokenStream) -> TokenStream {
    let Some(request) = request else {
        return item;
    };
    if request.place == Place::Declared {
        let (attrs, sig) = (&request.item.attrs, &request.item.sig);
        return quote!(#(#attrs)* #sig;);
    }
    let mut signature = Signature::new(request);
    signature.bound_by_static(false);
    let mut functions = vec![signature.jvp(), signature.pushforward()];
    // A result without floats has its error already, and its uses should not have one more.
    if signature.has_gradient() || !request.output.1.has_floats() {
        functions.extend([
            signature.grad(),
            signature.value_and_grad(),
            signature.grad_into(),
            signature.hvp(),
        ]);
    }
    functions.extend(signature.jacobian());
    functions.extend(signature.hessian());
    let empty = quote!(::core::unreachable!());
    let functions = functions.into_iter().map(|mut function| {
        function.without_names();
        function.with(empty.clone())
    });
    let mut functions: TokenStream = functions.collect();
    for boxed in [Boxed::No, Boxed::Yes] {
        let (name, tangent) = (forward_name(boxed), forward_tangent_name(boxed));
        let boxed = match boxed {
            Boxed::No => signature.own_pullback(),
            Boxed::Yes => Boxed::Yes,
        };
        let forward = signature.forward(name, boxed);
        let forward_tangent = signature.forward_tangent(tangent, boxed);
        functions.extend(hollow(forward, boxed, 1, empty.clone()));
        functions.extend(hollow(forward_tangent, boxed, 2, empty.clone()));
    }
    if signature.has_vjp() {
        let gradient = signature.gradient_type();
        let vjp = Forward {
            function: signature.vjp(),
            closure: vec![Slot::seed(signature.seed_type())],
            cotangents: gradient,
        };
        functions.extend(hollow(vjp, Boxed::No, 1, empty));
    }
    around(&signature, functions)
}

fn forward_name(boxed: Boxed) -> &'static str {
    match boxed {
        Boxed::No => names::FORWARD,
        Boxed::Yes => names::FORWARD_BOXED,
    }
}

fn forward_tangent_name(boxed: Boxed) -> &'static str {
    match boxed {
        Boxed::No => names::FORWARD_TANGENT,
        Boxed::Yes => names::FORWARD_TANGENT_BOXED,
    }
}

/// A function that gives values and a closure and has neither. The closure must exist for its type to.
pub(super) fn hollow(forward: Forward, boxed: Boxed, values: usize, body: TokenStream) -> TokenStream {
    let Forward {
        mut function,
        closure,
        cotangents,
    } = forward;
    function.without_names();
    let missing = names::local("missing", Span::mixed_site());
    let types = closure.iter().map(|slot| &slot.ty);
    let closure = quote!(|#(_: #types),*| -> #cotangents { #missing::<0, _>() });
    let closure = match boxed {
        Boxed::No => closure,
        Boxed::Yes => quote!(::std::boxed::Box::new(#closure)),
    };
    let values = (0..values).map(|_| quote!(#missing::<0, _>()));
    function.with(quote! {
        // A generic function is looked into when it is used, and not before.
        fn #missing<const USED: usize, T>() -> T {
            #body
        }
        (#(#values,)* #closure)
    })
}
