//! After errors: the user's function as it is, and a companion whose functions have their types and no bodies, so that
//! one mistake does not light up every use.

use super::companion::around;
use super::signatures::{Boxed, Forward, Signature};
use crate::names;
use crate::parse::Request;
use proc_macro2::TokenStream;
use quote::quote;

/// The user's function, and a companion that keeps `f::grad` from being one more error.
pub(crate) fn stub(request: Option<&Request>, item: TokenStream) -> TokenStream {
    let Some(request) = request else {
        return item;
    };
    if request.item.sig.receiver().is_some() {
        // No struct can stand where a method does.
        let item = &request.item;
        return quote!(#item);
    }
    let signature = Signature::new(request);
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
    let functions = functions.into_iter().map(|function| function.with(empty.clone()));
    let mut functions: TokenStream = functions.collect();
    for boxed in [Boxed::No, Boxed::Yes] {
        functions.extend(sweep(
            signature.forward(forward_name(boxed), boxed),
            boxed,
            quote!(::core::unreachable!()),
        ));
        let values = quote!(::core::unreachable!(), ::core::unreachable!());
        functions.extend(sweep(
            signature.forward_tangent(forward_tangent_name(boxed), boxed),
            boxed,
            values,
        ));
    }
    if signature.has_vjp() {
        let (value, gradient) = (signature.result(), signature.gradient_type());
        functions.extend(
            signature
                .vjp()
                .with(quote!((::core::unreachable!(), |_: #value| -> #gradient { ::core::unreachable!() }))),
        );
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

/// A function that gives a closure, which must exist for its type to.
fn sweep(forward: Forward, boxed: Boxed, values: TokenStream) -> TokenStream {
    let Forward {
        function,
        closure,
        cotangents,
    } = forward;
    let types = closure.iter().map(|slot| &slot.ty);
    let closure = quote!(|#(_: #types),*| -> #cotangents { ::core::unreachable!() });
    let closure = match boxed {
        Boxed::No => closure,
        Boxed::Yes => quote!(::std::boxed::Box::new(#closure)),
    };
    function.with(quote!((#values, #closure)))
}
