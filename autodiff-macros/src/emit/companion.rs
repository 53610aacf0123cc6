//! The user's function and its companion: the struct, its functions, and their bodies where those are derivatives
//! themselves. What calls them stands in `wrappers`.

use super::around::around;
use super::body::{self, Code};
use super::docs::Docs;
use super::matrices;
use super::nested;
use super::optional;
use super::protocol::{self, Patterns};
use super::signatures::{Function, Signature, bare_or_tuple};
use super::types::{tangent, tokens};
use super::wrappers;
use crate::ir::{self, Body, Passing, Role, Tree, Type};
use crate::parse::{Place, Request};
use crate::pipeline::Derivatives;
use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;

/// The user's function and its companion.
///
/// ```text
/// fn f(x: f64) -> f64 { x * x }
/// struct f {}
/// impl f {
///     pub fn grad(x: f64) -> f64 { 2.0 * x }
///     …
/// }
/// ```
pub(crate) fn companion(request: &Request, derivatives: &Derivatives) -> TokenStream {
    let mut signature = Signature::new(request);
    signature.docs = Docs::of(&request.item.sig.ident.unraw().to_string(), derivatives);
    signature.bound_by_static(protocol::calls_others(&derivatives.primal));
    let emitter = Emitter {
        signature: &signature,
        derivatives,
    };
    let mut functions = match request.place {
        Place::Companion => signature.docs.constants(&signature),
        // A trait would have to declare them, and cannot know whether a definition has them.
        Place::Beside | Place::Declared => TokenStream::new(),
    };
    let claims = super::fields::assertions(&signature, &derivatives.primal);
    functions.extend(signature.primal(&claims));
    functions.extend(emitter.gradient());
    functions.extend(emitter.tangent());
    if signature.has_vjp() {
        functions.extend(wrappers::vjp(&signature));
    }
    functions.extend(emitter.jacobian());
    functions.extend(emitter.hessian());
    functions.extend(protocol::functions(&signature, derivatives));
    functions.extend(nested::gradient(&signature, derivatives));
    functions.extend(optional::parts(&signature));
    around(&signature, functions)
}

struct Emitter<'a> {
    signature: &'a Signature<'a>,
    derivatives: &'a Derivatives,
}

impl Emitter<'_> {
    /// `grad`, `value_and_grad` and `grad_into`.
    fn gradient(&self) -> TokenStream {
        let signature = self.signature;
        let Some(gradient) = &self.derivatives.gradient else {
            return TokenStream::new();
        };
        let (value, cotangents) = value_and_cotangents(gradient);
        if signature.only_scalars() {
            let result = Tree::Tuple(vec![value.clone(), bare(cotangents)]);
            let value_and_grad = self.plain(signature.value_and_grad(), gradient, &result);
            let grad = match &self.derivatives.gradient_only {
                Some(only) => self.plain(signature.grad(), only, &bare(&only.result)),
                None => wrappers::grad(signature),
            };
            let into = wrappers::grad_into_of_scalars(signature);
            return quote!(#grad #value_and_grad #into);
        }
        let scalars = Tree::Tuple(cotangents.values().into_iter().map(Tree::Value).collect());
        let result = match bare(&scalars) {
            Tree::Tuple(none) if none.is_empty() => value.clone(),
            some => Tree::Tuple(vec![value.clone(), some]),
        };
        let buffers: Vec<_> = gradient
            .params
            .iter()
            .filter(|param| param.role == Role::Cotangent)
            .collect();
        let types: Vec<_> = buffers
            .iter()
            .map(|param| reference_type(gradient, &param.tree))
            .collect();
        let sweep = self.plain(signature.gradient(&types), gradient, &result);
        let public = wrappers::gradients(signature);
        quote!(#public #sweep)
    }

    /// A function that takes what `body` takes, in its order.
    fn plain(&self, mut function: Function, body: &Body, result: &Tree) -> TokenStream {
        let Code {
            params,
            stmts,
            result,
            pullback: _,
        } = body::code(body, &self.signature.names, result, None);
        function.rename(params);
        function.with(quote!(#stmts #result))
    }

    /// `jvp`, and `hvp` where there is a gradient.
    fn tangent(&self) -> TokenStream {
        let tangent = borrowed_tangents(&self.derivatives.tangent);
        let jvp = match self.signature.payload() {
            None => self.along(self.signature.jvp(), &tangent, &tangent.result),
            Some(_) => {
                let function = self.signature.tangent_in_parts();
                let parts = self.along(function, &tangent, &tangent.result);
                let whole = optional::jvp(self.signature);
                quote!(#parts #whole)
            }
        };
        let hvp = self.derivatives.hvp.as_ref().map(|body| {
            let body = borrowed_tangents(body);
            self.along(self.signature.hvp(), &body, &bare(&body.result))
        });
        quote!(#jvp #hvp)
    }

    /// A function that takes the arguments and then all tangents in one.
    fn along(&self, mut function: Function, body: &Body, result: &Tree) -> TokenStream {
        let code = body::code(body, &self.signature.names, result, None);
        let patterns = Patterns::new(&body.params, &code.params);
        let check_len = self.signature.names.private("check_len");
        let mut tangents = Vec::new();
        let mut checks = TokenStream::new();
        for param in self.signature.differentiable() {
            let tangent = patterns
                .tangent(param)
                .expect("a differentiable parameter has a tangent");
            if param.is_unsized() {
                let (dot, primal) = (without_mut(&tangent), without_mut(&patterns.primal(param)));
                checks.extend(quote!(#check_len("the tangent", #dot.len(), #primal.len());));
            }
            tangents.push(tangent);
        }
        let primals = self.signature.params.iter().map(|param| patterns.primal(param));
        function.rename(primals.chain([bare_or_tuple(&tangents)]));
        let (stmts, result) = (&code.stmts, &code.result);
        function.with(quote!(#checks #stmts #result))
    }

    fn jacobian(&self) -> Option<TokenStream> {
        let function = self.signature.jacobian()?;
        if let Some(body) = &self.derivatives.jacobian_rows {
            let code = body::code(body, &self.signature.names, &body.result, None);
            return Some(matrices::jacobian_of_rows(
                self.signature,
                function,
                code,
                body,
                columns(body),
            ));
        }
        let Some(body) = &self.derivatives.jacobian else {
            return Some(matrices::jacobian(self.signature, function));
        };
        let code = body::code(body, &self.signature.names, &body.result, None);
        Some(matrices::jacobian_of_columns(
            self.signature,
            function,
            code,
            columns(body).len(),
        ))
    }

    fn hessian(&self) -> Option<TokenStream> {
        let function = self.signature.hessian()?;
        let Some(body) = &self.derivatives.hessian else {
            return Some(matrices::hessian(self.signature, function));
        };
        if let [column] = columns(body)
            && let [Tree::Value(_)] = column.leaves().as_slice()
        {
            let bare = column.leaves()[0].clone();
            if self.signature.only_scalars() {
                return Some(self.plain(function, body, &bare));
            }
        }
        let code = body::code(body, &self.signature.names, &body.result, None);
        Some(matrices::hessian_of_columns(
            self.signature,
            function,
            code,
            body,
            columns(body),
        ))
    }
}

/// The columns, or the rows, that a body gives.
fn columns(body: &Body) -> &[Tree] {
    match &body.result {
        Tree::Tuple(columns) => columns,
        Tree::Value(_) | Tree::Place(_) => unreachable!("columns come in a tuple"),
    }
}

/// The two parts of a gradient's result.
pub(super) fn value_and_cotangents(gradient: &Body) -> (&Tree, &Tree) {
    match &gradient.result {
        Tree::Tuple(parts) => match parts.as_slice() {
            [value, cotangents] => (value, cotangents),
            _ => unreachable!("a gradient gives two things"),
        },
        Tree::Value(_) | Tree::Place(_) => unreachable!("a gradient gives two things"),
    }
}

/// A tuple of one stands bare.
pub(super) fn bare(tree: &Tree) -> Tree {
    match tree {
        Tree::Tuple(parts) if parts.len() == 1 => parts[0].clone(),
        other => other.clone(),
    }
}

/// The type of a parameter that is passed by `&mut`, leaf by leaf.
fn reference_type(body: &Body, tree: &Tree) -> TokenStream {
    match tree {
        Tree::Value(_) => quote!(()),
        Tree::Place(id) => {
            let place = body.place(*id);
            let at = place
                .name
                .as_ref()
                .map_or_else(proc_macro2::Span::call_site, |name| name.span);
            let ty = tokens(&tangent(&place.ty), at);
            quote!(&mut #ty)
        }
        Tree::Tuple(parts) => {
            let parts = parts.iter().map(|part| reference_type(body, part));
            quote!((#(#parts,)*))
        }
    }
}

/// A tangent of `&Vec` is passed as a slice, so that callers need no `Vec`.
pub(super) fn borrowed_tangents(body: &Body) -> Body {
    let mut body = body.clone();
    let mut tangents: Vec<&ir::Param> = Vec::new();
    let pullback = body.pullback.iter().flat_map(|pullback| &pullback.params);
    tangents.extend(
        body.params
            .iter()
            .chain(pullback)
            .filter(|param| param.role == Role::Tangent),
    );
    let places: Vec<_> = tangents.iter().flat_map(|param| param.tree.places()).collect();
    for id in places {
        let place = &mut body.places[id.0 as usize];
        if let (Type::Vec(element), Some(Passing::Ref)) = (&place.ty, place.param) {
            place.ty = Type::Slice(element.clone());
        }
    }
    body
}

/// The name in a pattern that is one.
pub(super) fn without_mut(pattern: &TokenStream) -> TokenStream {
    let is_mut =
        |token: &proc_macro2::TokenTree| matches!(token, proc_macro2::TokenTree::Ident(it) if it == "mut");
    pattern
        .clone()
        .into_iter()
        .filter(|token| !is_mut(token))
        .collect()
}
