//! Parameters: `#[constant]` taken off, types understood, patterns that we take.

use super::RequestParam;
use super::types::{Misfit, MisfitKind, Names};
use crate::diag::Diags;
use crate::ir::{Passing, Type};
use quote::ToTokens;

/// Takes our attributes off the parameters of `item` and reads them. The flag says whether every type was understood.
pub(super) fn read(
    item: &mut syn::ItemFn,
    names: &mut Names,
    diags: &mut Diags,
) -> (Vec<RequestParam>, bool) {
    let receiver = item.sig.receiver().map(receiver);
    let mut typed = Vec::new();
    for input in &mut item.sig.inputs {
        // A receiver is an error already.
        if let syn::FnArg::Typed(it) = input {
            let constant = take_constant(&mut it.attrs, diags);
            let conditional =
                |attr: &&syn::Attribute| attr.path().is_ident("cfg") || attr.path().is_ident("cfg_attr");
            if let Some(attr) = it.attrs.iter().find(conditional) {
                diags
                    .error(
                        attr,
                        "a parameter that is not always there cannot be differentiated",
                    )
                    .help("put the `cfg` on two functions");
            }
            typed.push((constant, &*it));
        }
    }
    let mut fit = true;
    // Constants come last: a name that is a float elsewhere is one there, too.
    let mut shapes = Vec::new();
    for (constant, it) in &typed {
        let shape = match constant {
            true => None,
            false => match differentiable(it, names, diags) {
                Ok(shape) => Some(shape),
                Err(clear) => {
                    fit &= clear;
                    None
                }
            },
        };
        shapes.push(shape);
    }
    let mut params: Vec<_> = receiver.into_iter().collect();
    for ((marked, it), shape) in typed.iter().zip(shapes) {
        // What was refused is taken for a constant from here on, as its error proposes.
        let constant = shape.is_none();
        let (passing, shape) = shape.unwrap_or_else(|| names.constant(&it.ty));
        if *marked && passing == Passing::RefMut && shape.has_floats() {
            diags
                .error(
                    &it.ty,
                    "floats that are written through a `#[constant]` reference lose their derivatives",
                )
                .help("remove the `#[constant]`");
        }
        fit &= pattern(&it.pat, &shape, diags);
        params.push(RequestParam {
            pat: (*it.pat).clone(),
            ty: (*it.ty).clone(),
            shape,
            passing,
            constant,
        });
    }
    (params, fit)
}

/// `self`, a constant that is had by reference.
fn receiver(it: &syn::Receiver) -> RequestParam {
    let this = &it.self_token;
    let ident = syn::Ident::new("self", this.span);
    RequestParam {
        pat: syn::Pat::Ident(syn::PatIdent {
            attrs: Vec::new(),
            by_ref: None,
            mutability: None,
            ident,
            subpat: None,
        }),
        ty: syn::parse_quote_spanned!(this.span=> &Self),
        shape: Type::Host,
        passing: Passing::Ref,
        constant: true,
    }
}

/// The name of a parameter, if its pattern is one.
pub(super) fn ident(pat: &syn::Pat) -> Option<&syn::Ident> {
    match pat {
        syn::Pat::Ident(it) => Some(&it.ident),
        syn::Pat::Paren(it) => ident(&it.pat),
        _ => None,
    }
}

/// Removes `#[constant]`; whether it was there.
fn take_constant(attrs: &mut Vec<syn::Attribute>, diags: &mut Diags) -> bool {
    let ours = |attr: &syn::Attribute| attr.path().is_ident("constant");
    let found: Vec<_> = attrs.extract_if(.., |attr| ours(attr)).collect();
    for attr in &found {
        if !matches!(attr.meta, syn::Meta::Path(_)) {
            diags
                .error(&attr.meta, "`#[constant]` takes nothing")
                .help("write `#[constant]`");
        }
    }
    !found.is_empty()
}

/// The shape of a parameter that is not marked. `Err(true)`: it is wrong, and yet clear what the body works with.
fn differentiable(it: &syn::PatType, names: &mut Names, diags: &mut Diags) -> Result<(Passing, Type), bool> {
    match names.differentiable(&it.ty) {
        Ok((passing, shape)) if shape.has_floats() => Ok((passing, shape)),
        Ok(_) => {
            let nothing = Misfit {
                at: it.ty.to_token_stream(),
                kind: MisfitKind::NotAFloat,
            };
            report(&nothing, diags);
            Err(true)
        }
        Err(misfit) => {
            report(&misfit, diags);
            Err(misfit.kind == MisfitKind::NotAFloat)
        }
    }
}

fn report(misfit: &Misfit, diags: &mut Diags) {
    let ty = spelled(&misfit.at);
    let constant = "mark the parameter `#[constant]`";
    let (message, help) = match misfit.kind {
        MisfitKind::NotAFloat => {
            let help = format!("gradients exist for floats only: use `f64` or `f32`, or {constant}");
            (format!("cannot differentiate with respect to `{ty}`"), help)
        }
        MisfitKind::Generic => {
            let help = format!("bound it by `num_traits::Float`, use `f64` or `f32`, or {constant}");
            (
                format!("cannot differentiate with respect to the type parameter `{ty}`"),
                help,
            )
        }
        MisfitKind::InnerReference => {
            let help = format!("pass it as a parameter of its own, or {constant}");
            (
                "a reference inside of another type cannot be differentiated".to_owned(),
                help,
            )
        }
        MisfitKind::BehindReference => {
            let help = "pass the tuple by value, or its parts one by one".to_owned();
            (
                "a tuple behind a reference cannot be differentiated".to_owned(),
                help,
            )
        }
        MisfitKind::Dyn => {
            let help = format!("{constant}: it may then be called with values that carry no derivative");
            (
                format!("`{ty}` cannot be differentiated: only the running program knows what it is"),
                help,
            )
        }
        MisfitKind::Pointer => {
            let help = "pass a reference or a slice".to_owned();
            (format!("the raw pointer `{ty}` cannot be differentiated"), help)
        }
        MisfitKind::ImplTrait | MisfitKind::Function => {
            let help = format!("{constant}: it may then be called with values that carry no derivative");
            (format!("cannot differentiate with respect to `{ty}`"), help)
        }
        MisfitKind::Unknown => {
            let help = format!("use floats, arrays, slices, `Vec`s or tuples of them, or {constant}");
            (format!("cannot differentiate with respect to `{ty}`"), help)
        }
    };
    diags.error(&misfit.at, message).help(help);
}

/// Types as people write them: `&[f64]`, not `& [f64]`.
pub(super) fn spelled(ty: &impl ToTokens) -> String {
    let mut res = ty.to_token_stream().to_string();
    for (spaced, tight) in [
        ("& ", "&"),
        (" < ", "<"),
        (" >", ">"),
        (" :: ", "::"),
        (" ,", ","),
        (" ;", ";"),
        ("* ", "*"),
    ] {
        res = res.replace(spaced, tight);
    }
    res
}

/// Whether we take the pattern: names, `_`, and tuples and arrays of those.
fn pattern(pat: &syn::Pat, shape: &Type, diags: &mut Diags) -> bool {
    let parts: Vec<&syn::Pat> = match pat {
        syn::Pat::Ident(it) if it.by_ref.is_none() && it.subpat.is_none() => return true,
        syn::Pat::Wild(_) => return true,
        syn::Pat::Paren(it) => return pattern(&it.pat, shape, diags),
        syn::Pat::Tuple(it) if matches!(shape, Type::Tuple(_)) => it.elems.iter().collect(),
        syn::Pat::Slice(it) if matches!(shape, Type::Array(..)) => it.elems.iter().collect(),
        syn::Pat::Reference(it)
            if it.mutability.is_none() && matches!(shape, Type::Float(_) | Type::Int(_)) =>
        {
            return pattern(&it.pat, shape, diags);
        }
        other => {
            diags
                .error(other, "a parameter cannot have this pattern")
                .help("name the parameter, and take it apart by `let` in the body");
            return false;
        }
    };
    let inner = |k: usize| match shape {
        Type::Tuple(all) => all.get(k),
        other => other.element(),
    };
    let fits = |(k, part): (usize, &&syn::Pat)| inner(k).is_some_and(|inner| pattern(part, inner, diags));
    parts
        .iter()
        .enumerate()
        .map(fits)
        .fold(true, |all, fit| all & fit)
}
