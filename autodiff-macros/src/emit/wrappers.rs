//! The public functions that only call what a derivative is in: they allocate results, and put them in their shapes.

use super::signatures::{Param, Signature, bare_or_tuple};
use super::types::{tokens, zeros};
use crate::ir::{Passing, Type};
use crate::names;
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote};

/// `value_and_grad`, `grad` and `grad_into` by `__gradient`.
pub(super) fn gradients(signature: &Signature) -> TokenStream {
    let grad = grad(signature);
    let value_and_grad = value_and_grad(signature);
    let grad_into = grad_into(signature);
    quote!(#grad #value_and_grad #grad_into)
}

/// ```text
/// pub fn grad(xs: &[f64]) -> Vec<f64> { Self::value_and_grad(xs).1 }
/// ```
pub(super) fn grad(signature: &Signature) -> TokenStream {
    let own_value_and_grad = signature.own("value_and_grad");
    let (types, args) = (signature.turbofish(), args(signature));
    signature
        .grad()
        .with(quote!(#own_value_and_grad #types(#(#args),*).1))
}

/// ```text
/// pub fn value_and_grad(x: f64, xs: &[f64]) -> (f64, (f64, Vec<f64>)) {
///     let mut xs_bar = vec![0.0; xs.len()];
///     let (value, x_bar) = Self::__gradient(x, xs, &mut xs_bar);
///     (value, (x_bar, xs_bar))
/// }
/// ```
fn value_and_grad(signature: &Signature) -> TokenStream {
    let allocations = buffered(signature).map(|param| {
        let (bar, zeros) = (param.bar(), param_zeros(signature, param));
        quote!(let mut #bar = #zeros;)
    });
    let allocations: TokenStream = allocations.collect();
    let buffers = buffered(signature).map(|param| {
        let bar = param.bar();
        borrow(&param.request.shape, quote!(#bar))
    });
    let call = gradient_call(signature, buffers.collect(), "_bar");
    let value = local("value");
    let gradient = assembled(signature);
    let body = quote!(#allocations #call (#value, #gradient));
    signature.value_and_grad().with(body)
}

/// ```text
/// pub fn grad_into(x: f64, xs: &[f64], x_bar: &mut f64, xs_bar: &mut [f64]) -> f64 {
///     check_len("the gradient", xs_bar.len(), xs.len());
///     xs_bar.fill(0.0);
///     let (value, x_term) = Self::__gradient(x, xs, &mut *xs_bar);
///     *x_bar = x_term;
///     value
/// }
/// ```
fn grad_into(signature: &Signature) -> TokenStream {
    let check_len = signature.names.private("check_len");
    let fill_zero = signature.names.private("fill_zero");
    let mut before = TokenStream::new();
    for param in buffered(signature) {
        let (bar, ident) = (param.bar(), &param.ident);
        if param.is_unsized() {
            before.extend(quote!(#check_len("the gradient", #bar.len(), #ident.len());));
        }
        before.extend(match &param.request.shape {
            Type::Matrix(_) => {
                let linalg = signature.names.private("linalg");
                quote!(#linalg::check_size("the gradient", #bar, &#ident); #bar.as_mut_slice().fill(0.0);)
            }
            Type::Array(element, _) | Type::Slice(element) | Type::Vec(element) => match &**element {
                Type::Float(_) => {
                    let zero = signature.number_of(element, 0.0);
                    quote!(#bar.fill(#zero);)
                }
                _ => quote!(#fill_zero(#bar);),
            },
            _ => {
                let zeros = param_zeros(signature, param);
                quote!(*#bar = #zeros;)
            }
        });
    }
    let buffers = buffered(signature).map(|param| {
        let bar = param.bar();
        match &param.request.shape {
            Type::Tuple(_) => borrow(&param.request.shape, quote!(#bar)),
            _ => quote!(&mut *#bar),
        }
    });
    let call = gradient_call(signature, buffers.collect(), "_term");
    let mut scalars = scalars(signature, "_term").into_iter();
    let mut after = TokenStream::new();
    for param in signature.differentiable().filter(|param| param.is_value()) {
        let bar = param.bar();
        store(
            &param.request.shape,
            &quote!(#bar),
            true,
            &mut scalars,
            &mut after,
        );
    }
    let value = local("value");
    signature.grad_into().with(quote!(#before #call #after #value))
}

/// `grad_into` where every part of the gradient is a scalar.
pub(super) fn grad_into_of_scalars(signature: &Signature) -> TokenStream {
    let own_value_and_grad = signature.own("value_and_grad");
    let (types, args) = (signature.turbofish(), args(signature));
    let (value, gradient) = (local("value"), local("gradient"));
    let bars: Vec<_> = signature.differentiable().map(Param::bar).collect();
    let stores: TokenStream = match bars.as_slice() {
        [one] => quote!(*#one = #gradient;),
        several => several
            .iter()
            .enumerate()
            .map(|(k, bar)| {
                let k = Literal::usize_unsuffixed(k);
                quote!(*#bar = #gradient.#k;)
            })
            .collect(),
    };
    signature.grad_into().with(quote! {
        let (#value, #gradient) = #own_value_and_grad #types(#(#args),*);
        #stores
        #value
    })
}

/// ```text
/// pub fn vjp(x: f64, xs: &[f64]) -> (f64, impl FnOnce(f64) -> (f64, Vec<f64>)) {
///     let (value, pullback) = Self::__forward(x, xs);
///     (value, move |seed: f64| {
///         let mut xs_bar = vec![0.0; xs.len()];
///         let (x_bar, _) = pullback(seed, xs, &mut xs_bar);
///         (x_bar, xs_bar)
///     })
/// }
/// ```
pub(super) fn vjp(signature: &Signature) -> TokenStream {
    let (types, args) = (signature.turbofish(), args(signature));
    let forward = signature.own(names::FORWARD);
    let (value, pullback, seed) = (local("value"), local("pullback"), local("seed"));
    let by_reference = || signature.params.iter().filter(|param| !param.is_value());
    let allocations = by_reference()
        .filter(|param| !param.request.constant)
        .map(|param| {
            let (bar, zeros) = (param.bar(), param_zeros(signature, param));
            quote!(let mut #bar = #zeros;)
        });
    let allocations: TokenStream = allocations.collect();
    let again = by_reference()
        .filter(|param| param.request.passing == Passing::Ref)
        .map(|param| &param.ident);
    let bars = by_reference().map(|param| match (param.request.constant, &param.request.shape) {
        (true, shape @ Type::Float(_)) => {
            let zero = signature.number_of(shape, 0.0);
            quote!(&mut #zero)
        }
        (true, Type::Matrix(_)) => {
            let zeros = param_zeros(signature, param);
            quote!(&mut #zeros)
        }
        (true, _) => quote!(&mut []),
        (false, _) => {
            let bar = param.bar();
            quote!(&mut #bar)
        }
    });
    let cotangents = signature
        .params
        .iter()
        .map(|param| match param.returns_cotangent() {
            true => param.bar().to_token_stream(),
            false => quote!(_),
        });
    let gradient: Vec<_> = signature
        .differentiable()
        .map(|param| param.bar().to_token_stream())
        .collect();
    let gradient = bare_or_tuple(&gradient);
    let output = &signature.request.output.1;
    let lent = match output.payload() {
        None => lent(output, quote!(#seed)),
        Some(payload) => {
            let payload = lent(payload, quote!(#seed));
            quote!(((), #payload, ()))
        }
    };
    let seed_type = signature.seed_type();
    let content = super::optional::seed(signature, &seed);
    let kept = super::optional::kept(signature, &value);
    let whole = super::optional::whole(signature, &value);
    signature.vjp().with(quote! {
        let (#value, #pullback) = #forward #types(#(#args),*);
        #kept
        (#whole, move |#seed: #seed_type| {
            #content
            #allocations
            let (#(#cotangents,)*) = #pullback(#lent, #(#again,)* #(#bars,)*);
            #gradient
        })
    })
}

/// The arguments, as they came.
pub(super) fn args<'a>(signature: &'a Signature) -> Vec<&'a Ident> {
    signature.params.iter().map(|param| &param.ident).collect()
}

/// A name of ours.
pub(super) fn local(name: &str) -> Ident {
    names::local(name, Span::mixed_site())
}

/// Parameters whose cotangent, or a part of it, goes to a buffer.
fn buffered<'a>(signature: &'a Signature<'a>) -> impl Iterator<Item = &'a Param<'a>> {
    signature.differentiable().filter(|param| is_buffered(param))
}

/// The types of the buffers that `__gradient` takes.
pub(super) fn buffer_types(signature: &Signature) -> Vec<TokenStream> {
    buffered(signature)
        .map(|param| buffer_type(&param.request.shape, param.span()))
        .collect()
}

fn buffer_type(ty: &Type, at: Span) -> TokenStream {
    match ty {
        Type::Tuple(parts) => {
            let parts = parts.iter().map(|part| buffer_type(part, at));
            quote!((#(#parts,)*))
        }
        ty if has_aggregate(ty) => {
            let ty = tokens(ty, at);
            quote!(&mut #ty)
        }
        _ => quote!(()),
    }
}

fn is_buffered(param: &Param) -> bool {
    !param.is_value() || has_aggregate(&param.request.shape)
}

pub(super) fn has_aggregate(ty: &Type) -> bool {
    match ty {
        Type::Array(..)
        | Type::Slice(_)
        | Type::Vec(_)
        | Type::Aggregate(_)
        | Type::Matrix(_)
        | Type::Struct(_) => true,
        Type::Tuple(parts) => parts.iter().any(has_aggregate),
        Type::Float(_) | Type::Int(_) | Type::Bool | Type::Host | Type::Pullback => false,
    }
}

/// Zeros in the shape of a parameter.
pub(super) fn param_zeros(signature: &Signature, param: &Param) -> TokenStream {
    let ident = &param.ident;
    zeros(
        &param.request.shape,
        &quote!(#ident),
        &signature.names,
        param.span(),
    )
}

/// `&mut at`; of a tuple, its parts, `()` where a part is a scalar.
pub(super) fn borrow(ty: &Type, at: TokenStream) -> TokenStream {
    match ty {
        Type::Tuple(parts) => {
            let parts = parts.iter().enumerate().map(|(k, part)| match part {
                Type::Float(_) | Type::Int(_) | Type::Bool | Type::Host | Type::Pullback => quote!(()),
                Type::Array(..)
                | Type::Slice(_)
                | Type::Vec(_)
                | Type::Aggregate(_)
                | Type::Matrix(_)
                | Type::Struct(_)
                | Type::Tuple(_) => {
                    let k = Literal::usize_unsuffixed(k);
                    borrow(part, quote!(#at.#k))
                }
            });
            quote!((#(#parts,)*))
        }
        _ => quote!(&mut #at),
    }
}

/// `let (value, x_bar) = Self::__gradient(x, xs, BUFFERS);`, with `suffix` for what scalars are called.
fn gradient_call(signature: &Signature, buffers: Vec<TokenStream>, suffix: &'static str) -> TokenStream {
    let (types, args) = (signature.turbofish(), args(signature));
    let (value, sweep) = (local("value"), signature.own(names::GRADIENT));
    let scalars = scalars(signature, suffix);
    let pattern = if scalars.is_empty() {
        quote!(#value)
    } else {
        let scalars = bare_or_tuple(&scalars);
        quote!((#value, #scalars))
    };
    quote!(let #pattern = #sweep #types(#(#args,)* #(#buffers),*);)
}

/// The names of the cotangents that `__gradient` returns.
fn scalars(signature: &Signature, suffix: &'static str) -> Vec<TokenStream> {
    let all = signature.scalar_cotangents(suffix);
    all.map(|(ident, _)| ident.to_token_stream()).collect()
}

/// The gradient out of scalars and buffers.
fn assembled(signature: &Signature) -> TokenStream {
    let mut scalars = scalars(signature, "_bar").into_iter();
    let parts: Vec<_> = signature
        .differentiable()
        .map(|param| {
            let bar = param.bar();
            match param.is_value() {
                true => joined(&param.request.shape, &quote!(#bar), &mut scalars),
                false => quote!(#bar),
            }
        })
        .collect();
    bare_or_tuple(&parts)
}

/// A cotangent of type `ty`: floats from `scalars`, aggregates from the same part of `buffer`.
pub(super) fn joined(
    ty: &Type,
    buffer: &TokenStream,
    scalars: &mut impl Iterator<Item = TokenStream>,
) -> TokenStream {
    match ty {
        Type::Float(_) => scalars.next().expect("a scalar for each float"),
        Type::Tuple(parts) => {
            let parts: Vec<_> = parts
                .iter()
                .enumerate()
                .map(|(k, part)| {
                    let k = Literal::usize_unsuffixed(k);
                    joined(part, &quote!(#buffer.#k), scalars)
                })
                .collect();
            quote!((#(#parts,)*))
        }
        _ => buffer.clone(),
    }
}

/// `*to = scalar;`, of a tuple its floats.
fn store(
    ty: &Type,
    to: &TokenStream,
    whole: bool,
    scalars: &mut impl Iterator<Item = TokenStream>,
    out: &mut TokenStream,
) {
    match ty {
        Type::Float(_) => {
            let scalar = scalars.next().expect("a scalar for each float");
            let star = whole.then(|| quote!(*));
            out.extend(quote!(#star #to = #scalar;));
        }
        Type::Tuple(parts) => {
            for (k, part) in parts.iter().enumerate() {
                let k = Literal::usize_unsuffixed(k);
                store(part, &quote!(#to.#k), false, scalars, out);
            }
        }
        _ => (),
    }
}

/// A seed by value as the protocol takes it: aggregates as slices, `()` for what has no float.
fn lent(ty: &Type, at: TokenStream) -> TokenStream {
    match ty {
        Type::Float(_) => at,
        Type::Tuple(parts) => {
            let parts = parts.iter().enumerate().map(|(k, part)| {
                let k = Literal::usize_unsuffixed(k);
                lent(part, quote!(#at.#k))
            });
            quote!((#(#parts,)*))
        }
        Type::Array(..)
        | Type::Vec(_)
        | Type::Slice(_)
        | Type::Aggregate(_)
        | Type::Matrix(_)
        | Type::Struct(_)
            if ty.has_floats() =>
        {
            quote!(&#at)
        }
        _ => quote!(()),
    }
}
