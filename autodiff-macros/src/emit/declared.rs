//! A method that a trait declares: the declarations of its derivatives, the same functions that its definition has.

use super::around::around;
use super::signatures::{Boxed, Function, Signature};
use super::wrappers;
use crate::names;
use crate::parse::{Place, Request};
use proc_macro2::TokenStream;

/// The user's declaration, and those of its derivatives; `None` if the function has a body.
pub(crate) fn declared(request: &Request) -> Option<TokenStream> {
    if request.place != Place::Declared || request.broken {
        return None;
    }
    let mut signature = Signature::new(request);
    signature.bound_by_static(true);
    let mut functions: Vec<Function> = Vec::new();
    if signature.has_gradient() {
        functions.extend([
            signature.grad(),
            signature.value_and_grad(),
            signature.grad_into(),
        ]);
        functions.push(signature.hvp());
        if !signature.only_scalars() {
            functions.push(signature.gradient(&wrappers::buffer_types(&signature)));
        }
    }
    functions.push(signature.jvp());
    if signature.payload().is_some() {
        functions.extend([signature.parts(), signature.tangent_in_parts()]);
    }
    if signature.has_vjp() {
        functions.push(signature.vjp());
    }
    functions.extend(signature.jacobian());
    functions.extend(signature.hessian());
    functions.push(signature.pushforward());
    for name in [names::FORWARD, names::FORWARD_BOXED] {
        functions.push(signature.forward(name, Boxed::Yes).function);
    }
    for name in [names::FORWARD_TANGENT, names::FORWARD_TANGENT_BOXED] {
        functions.push(signature.forward_tangent(name, Boxed::Yes).function);
    }
    let mut tokens = signature.primal(&TokenStream::new());
    tokens.extend(
        functions
            .into_iter()
            .map(|function| function.with(TokenStream::new())),
    );
    Some(around(&signature, tokens))
}
