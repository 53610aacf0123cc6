//! The function around the parameters: what kind it is, what it is called, what it returns.

use super::RequestParam;
use super::params::spelled;
use super::place::mentions_self;
use super::types::{MisfitKind, Names, is_primitive, plain};
use crate::diag::Diags;
use crate::ir::{Passing, Type};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote_spanned};

/// The item as a function, and whether it is only declared. Everything else that an attribute can stand on is an error.
pub(super) fn function(
    item: TokenStream,
    associated: bool,
    diags: &mut Diags,
) -> Option<(syn::ItemFn, bool)> {
    let failure = match syn::parse2::<syn::ItemFn>(item.clone()) {
        Ok(function) => return Some((function, false)),
        Err(failure) => failure,
    };
    if let Ok(declared) = syn::parse2::<syn::TraitItemFn>(item.clone()) {
        let declared = syn::ItemFn {
            attrs: declared.attrs,
            vis: syn::Visibility::Inherited,
            sig: declared.sig,
            block: Box::new(syn::parse_quote!({})),
            modifiers: declared.modifiers,
        };
        if associated || declared.sig.receiver().is_some() || mentions_self(&declared) {
            return Some((declared, true));
        }
        diags
            .error(&declared.sig.ident, format!("`{}` has no body", declared.sig.ident))
            .help(
                "in a trait, write `#[differentiable(associated)]`; elsewhere, write a function that calls it, and say its \
                 derivative: `#[differentiable(derivative(x = …))]`",
            );
        return None;
    }
    let (at, what, help) = match syn::parse2::<syn::Item>(item) {
        Ok(syn::Item::Struct(it)) => (it.ident.to_token_stream(), "a struct", FUNCTIONS),
        Ok(syn::Item::Enum(it)) => (it.ident.to_token_stream(), "an enum", FUNCTIONS),
        Ok(syn::Item::Union(it)) => (it.ident.to_token_stream(), "a union", FUNCTIONS),
        Ok(syn::Item::Mod(it)) => (it.ident.to_token_stream(), "a module", EACH),
        Ok(syn::Item::Impl(it)) => (it.self_ty.to_token_stream(), "an `impl`", EACH),
        Ok(syn::Item::Trait(it)) => (it.ident.to_token_stream(), "a trait", FUNCTIONS),
        Ok(syn::Item::ForeignMod(it)) => (it.abi.to_token_stream(), "an `extern` block", FUNCTIONS),
        Ok(other) => (other.to_token_stream(), "this item", FUNCTIONS),
        Err(_) => {
            let at = failure.span();
            let message = format!("this function cannot be read: {failure}");
            diags
                .error(&quote_spanned!(at=> item), message)
                .help("the code must compile without `#[differentiable]`");
            return None;
        }
    };
    diags
        .error(&at, format!("{what} cannot be differentiated"))
        .help(help);
    None
}

const FUNCTIONS: &str = "put `#[differentiable]` on a function";
const EACH: &str = "put `#[differentiable]` on each function inside";

/// The kinds of functions that we do not take. Whether the rest of the signature still makes sense.
pub(super) fn check(sig: &syn::Signature, diags: &mut Diags) -> bool {
    let mut broken = false;
    let mut refuse = |at: &dyn ToTokens, message: &str, help: &str| {
        diags.error(&at.to_token_stream(), message).help(help);
        broken = true;
    };
    if let Some(it) = &sig.asyncness {
        refuse(
            it,
            "an `async` function cannot be differentiated",
            "compute in a plain function, and call it from the `async` one",
        );
    }
    if let syn::Safety::Unsafe(it) = &sig.safety {
        refuse(
            it,
            "an `unsafe` function cannot be differentiated",
            "write a safe function around it, and say its derivative: `#[differentiable(derivative(x = …))]`",
        );
    }
    if let Some(it) = &sig.abi {
        refuse(
            it,
            "an `extern` function cannot be differentiated",
            "compute in a plain function, and call it from the `extern` one",
        );
    }
    if let Some(it) = &sig.variadic {
        refuse(
            it,
            "a function with any number of arguments cannot be differentiated",
            "take a slice",
        );
    }
    if let Some(it) = sig.receiver().filter(|it| changes_self(it)) {
        refuse(
            it,
            "a method that changes `self` cannot be differentiated",
            "take `&self`, and return what is new",
        );
    }
    broken
}

/// `&mut self`
fn changes_self(it: &syn::Receiver) -> bool {
    match &it.kind {
        syn::ReceiverKind::Reference(_, _, mutability) => mutability.is_some(),
        _ => false,
    }
}

/// The companion stands in the type namespace, where it may not hide a type of the language.
pub(super) fn check_name(companion: &syn::Ident, diags: &mut Diags) {
    let name = companion.to_string();
    if is_primitive(&name) {
        diags
            .error(
                companion,
                format!("the derivatives of `{name}` would hide the primitive type `{name}`"),
            )
            .help(format!("name them: `#[differentiable(name = {name}_ad)]`"));
    }
}

/// The type behind `->`.
pub(super) fn written(sig: &syn::Signature) -> Option<syn::Type> {
    match &sig.output {
        syn::ReturnType::Default => None,
        syn::ReturnType::Type(_, ty) => Some((**ty).clone()),
    }
}

/// The result as written and as understood; `None` after an error.
pub(super) fn output(
    sig: &syn::Signature,
    names: &mut Names,
    diags: &mut Diags,
) -> Option<(Option<syn::Type>, Type)> {
    let Some(written) = written(sig) else {
        return Some((None, Type::Tuple(Vec::new())));
    };
    let misfit = match names.returned(&written) {
        Ok(shape) => return Some((Some(written), shape)),
        Err(misfit) => misfit,
    };
    let ty = spelled(&misfit.at);
    let (message, help) = match misfit.kind {
        MisfitKind::NotAFloat => (
            format!("the result is `{ty}`, which has no derivative"),
            "return an `f64` or `f32`",
        ),
        MisfitKind::InnerReference => (
            "a reference cannot be returned from a differentiable function".to_owned(),
            "return an owned value, such as by `to_vec()`",
        ),
        MisfitKind::Generic => (
            format!("the result is the type parameter `{ty}`, which cannot be differentiated"),
            "bound it by `num_traits::Float`, or return an `f64` or `f32`",
        ),
        MisfitKind::BehindReference
        | MisfitKind::Dyn
        | MisfitKind::Pointer
        | MisfitKind::ImplTrait
        | MisfitKind::Function
        | MisfitKind::Unknown => (
            format!("a result of type `{ty}` cannot be differentiated"),
            "return floats, arrays, `Vec`s or tuples of them",
        ),
    };
    diags.error(&misfit.at, message).help(help);
    None
}

/// Whether there is something to differentiate, and something to differentiate by.
pub(super) fn differentiates(
    sig: &syn::Signature,
    params: &[RequestParam],
    output: &Type,
    diags: &mut Diags,
) -> bool {
    let mut by = params.iter().filter(|param| !param.constant);
    // An error at a parameter has said it already.
    if by.clone().next().is_none() && diags.is_empty() {
        diags
            .error(
                &sig.ident,
                format!("`{}` has no parameter to differentiate by", sig.ident),
            )
            .help(match params {
                [] => "add a parameter of floats",
                [..] => "remove the `#[constant]` of a parameter of floats, or add one",
            });
        return false;
    }
    if output.has_floats() || by.any(|param| param.passing == Passing::RefMut) {
        return true;
    }
    match &sig.output {
        syn::ReturnType::Type(_, ty) if !matches!(plain(ty), syn::Type::Tuple(it) if it.elems.is_empty()) => {
            diags
                .error(ty, "there is no float in the result")
                .help("return a float, or write it through a `&mut` parameter");
        }
        _ => diags
            .error(
                &sig.ident,
                format!("`{}` returns nothing that could be differentiated", sig.ident),
            )
            .help("return a float, or write it through a `&mut` parameter"),
    }
    false
}
