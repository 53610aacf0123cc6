//! `#[differentiable(vjp = path)]` and `(jvp = path)`: the companion of a body that is not looked into. The mode that
//! the user gives is called; the other follows from it by linearity, one call for each entry. There is no second order.

use super::around::around;
use super::matrices;
use super::protocol::{boxed, pushforward};
use super::signatures::{Boxed, Forward, Function, Param, Signature};
use super::stub::hollow;
use super::types::zeros;
use super::wrappers::{self, args, local};
use crate::ir::{Passing, Role, Type};
use crate::names;
use crate::parse::{Opaque, Request};
use proc_macro2::{Literal, Span, TokenStream};
use quote::{ToTokens, quote};

/// The user's function, and a companion around the functions that the attribute names; `None` if it names none.
pub(crate) fn opaque(request: &Request) -> Option<TokenStream> {
    let Some(Opaque::Rules { vjp, jvp }) = &request.opaque else {
        return None;
    };
    if request.broken {
        return None;
    }
    let signature = Signature::new(request);
    let rules = Rules {
        signature: &signature,
    };
    let mut functions = signature.primal(&TokenStream::new());
    if signature.has_vjp() {
        functions.extend(match vjp {
            Some(path) => rules.given(signature.vjp(), path, None),
            None => rules.vjp_by_jvp(),
        });
        if signature.has_gradient() {
            functions.extend(rules.gradients());
        }
    }
    functions.extend(match jvp {
        Some(path) => rules.given(signature.jvp(), path, Some(local("tangent").to_token_stream())),
        None => rules.jvp_by_vjp(),
    });
    functions.extend(
        signature
            .jacobian()
            .map(|function| matrices::jacobian(&signature, function)),
    );
    functions.extend(pushforward(&signature));
    functions.extend(rules.forward());
    functions.extend(rules.forward_tangent());
    functions.extend(boxed(&signature, Boxed::No));
    Some(around(&signature, functions))
}

struct Rules<'a> {
    signature: &'a Signature<'a>,
}

impl Rules<'_> {
    /// `path(x, xs, tangent)`
    fn given(&self, function: Function, path: &syn::Path, tangent: Option<TokenStream>) -> TokenStream {
        let args = args(self.signature);
        let tangent = tangent.into_iter();
        function.with(quote!(#path(#(#args,)* #(#tangent)*)))
    }

    /// `f(x, xs)`, with the arguments still there afterwards.
    fn value(&self) -> TokenStream {
        let (f, types) = (self.signature.own(names::PRIMAL), self.signature.turbofish());
        let args = matrices::args_again(self.signature);
        quote!(#f #types(#(#args),*))
    }

    /// ```text
    /// pub fn value_and_grad(x: f64, xs: &[f64]) -> (f64, (f64, Vec<f64>)) {
    ///     let (value, pullback) = Self::vjp(x, xs);
    ///     (value, pullback(1.0))
    /// }
    /// ```
    fn gradients(&self) -> TokenStream {
        let own_value_and_grad = self.signature.own("value_and_grad");
        let own_vjp = self.signature.own("vjp");
        let signature = self.signature;
        let (types, args) = (signature.turbofish(), args(signature));
        let (value, pullback, gradient) = (local("value"), local("pullback"), local("gradient"));
        let grad = wrappers::grad(signature);
        let one = signature.number(1.0);
        let value_and_grad = signature.value_and_grad().with(quote! {
            let (#value, #pullback) = #own_vjp #types(#(#args),*);
            (#value, #pullback(#one))
        });
        let copy = signature.names.private("copy");
        let check_len = signature.names.private("check_len");
        let checks = signature
            .differentiable()
            .filter(|param| param.is_unsized())
            .map(|param| {
                let (bar, ident) = (param.bar(), &param.ident);
                quote!(#check_len("the gradient", #bar.len(), #ident.len());)
            });
        let checks: TokenStream = checks.collect();
        let stores = self
            .parts(&gradient.to_token_stream())
            .into_iter()
            .map(|(param, part)| {
                let bar = param.bar();
                match param.is_unsized() {
                    true => quote!(#copy(#bar, &#part[..]);),
                    false => quote!(*#bar = #part;),
                }
            });
        let stores: TokenStream = stores.collect();
        let grad_into = signature.grad_into().with(quote! {
            #checks
            let (#value, #gradient) = #own_value_and_grad #types(#(#args),*);
            #stores
            #value
        });
        quote!(#grad #value_and_grad #grad_into)
    }

    /// Each differentiable parameter with its part of a gradient.
    fn parts(&self, gradient: &TokenStream) -> Vec<(&Param<'_>, TokenStream)> {
        let params: Vec<_> = self.signature.differentiable().collect();
        let alone = params.len() == 1;
        let part = |(k, param)| {
            let k = Literal::usize_unsuffixed(k);
            (
                param,
                if alone {
                    gradient.clone()
                } else {
                    quote!(#gradient.#k)
                },
            )
        };
        params.into_iter().enumerate().map(part).collect()
    }

    /// Entry `k` of the gradient is the derivative along unit vector `k`.
    ///
    /// ```text
    /// pub fn vjp(x: f64, y: f64) -> (f64, impl FnOnce(f64) -> (f64, f64)) {
    ///     let value = f(x, y);
    ///     (value, move |seed: f64| {
    ///         let mut tangent = (0.0, 0.0);
    ///         let mut gradient = (0.0, 0.0);
    ///         for column in 0..Entries::entries(&tangent) {
    ///             Entries::set_entry(&mut tangent, column, 1.0);
    ///             let (_, result_dot) = Self::jvp(x, y, (tangent.0, tangent.1));
    ///             Entries::set_entry(&mut tangent, column, 0.0);
    ///             Entries::set_entry(&mut gradient, column, dot(&seed, &result_dot));
    ///         }
    ///         gradient
    ///     })
    /// }
    /// ```
    fn vjp_by_jvp(&self) -> TokenStream {
        let own_jvp = self.signature.own("jvp");
        let signature = self.signature;
        let (seed, value, gradient, column, result_dot) = (
            local("seed"),
            local("value"),
            local("gradient"),
            local("column"),
            local("result_dot"),
        );
        let (entries, dot) = (signature.names.private("Entries"), signature.names.private("dot"));
        let space = matrices::Space::new(signature);
        let (begin, tangent, n) = (space.begin(), space.lent(), space.len());
        let (on, off) = (space.set(signature.number(1.0)), space.set(signature.number(0.0)));
        let (types, args) = (signature.turbofish(), matrices::args_again(signature));
        let (name, seed_type, call) = (local("tangent"), signature.result(), self.value());
        let vjp = signature.repeated(signature.vjp());
        vjp.with(quote! {
            let #value = #call;
            (#value, move |#seed: #seed_type| {
                #begin
                let mut #gradient = ::core::clone::Clone::clone(&#name);
                for #column in 0..#n {
                    #on
                    let (_, #result_dot) = #own_jvp #types(#(#args,)* #tangent);
                    #off
                    #entries::set_entry(&mut #gradient, #column, #dot(&#seed, &#result_dot));
                }
                #gradient
            })
        })
    }

    /// Entry `k` of the result's tangent is the gradient of that entry times the tangent.
    ///
    /// ```text
    /// pub fn jvp(x: f64, xs: &[f64], tangent: (f64, &[f64])) -> (f64, f64) {
    ///     let value = f(x, xs);
    ///     let mut result_dot = zeros_like(&value);
    ///     let mut seed = zeros_like(&value);
    ///     for row in 0..Entries::entries(&value) {
    ///         Entries::set_entry(&mut seed, row, 1.0);
    ///         let (_, pullback) = Self::vjp(x, xs);
    ///         let gradient = pullback(seed);
    ///         Entries::set_entry(&mut seed, row, 0.0);
    ///         let entry = dot(&gradient.0, &tangent.0) + dot(&gradient.1, tangent.1);
    ///         Entries::set_entry(&mut result_dot, row, entry);
    ///     }
    ///     (value, result_dot)
    /// }
    /// ```
    fn jvp_by_vjp(&self) -> TokenStream {
        let own_vjp = self.signature.own("vjp");
        let signature = self.signature;
        let (value, seed, pullback, gradient, tangent, row, result_dot) = (
            local("value"),
            local("seed"),
            local("pullback"),
            local("gradient"),
            local("tangent"),
            local("row"),
            local("result_dot"),
        );
        let (entries, dot) = (signature.names.private("Entries"), signature.names.private("dot"));
        let zeros_like = signature.names.private("zeros_like");
        let (types, args) = (signature.turbofish(), matrices::args_again(signature));
        let tangents = self.parts(&tangent.to_token_stream());
        let gradients = self.parts(&gradient.to_token_stream());
        let terms = gradients
            .iter()
            .zip(&tangents)
            .map(|((param, part), (_, tangent))| match param.request.passing {
                Passing::Value => quote!(#dot(&#part, &#tangent)),
                Passing::Ref | Passing::RefMut => quote!(#dot(&#part, #tangent)),
            });
        let check_len = signature.names.private("check_len");
        let checks = tangents
            .iter()
            .filter(|(param, _)| param.is_unsized())
            .map(|(param, tangent)| {
                let ident = &param.ident;
                quote!(#check_len("the tangent", #tangent.len(), #ident.len());)
            });
        let checks: TokenStream = checks.collect();
        let call = self.value();
        let (zero, one) = (signature.number(0.0), signature.number(1.0));
        signature.repeated(signature.jvp()).with(quote! {
            #checks
            let #value = #call;
            let mut #result_dot = #zeros_like(&#value);
            let mut #seed = #zeros_like(&#value);
            for #row in 0..#entries::entries(&#value) {
                #entries::set_entry(&mut #seed, #row, #one);
                let (_, #pullback) = #own_vjp #types(#(#args),*);
                let #gradient = #pullback(::core::clone::Clone::clone(&#seed));
                #entries::set_entry(&mut #seed, #row, #zero);
                #entries::set_entry(&mut #result_dot, #row, #(#terms)+*);
            }
            (#value, #result_dot)
        })
    }

    /// The user's pullback may hold the arguments, and that of the protocol must not: it is made when it is called.
    ///
    /// ```text
    /// pub fn __forward(x: f64, xs: &[f64]) -> (f64, impl FnOnce(f64, &[f64], &mut [f64]) -> (f64, ()) + use<>) {
    ///     let value = f(x, xs);
    ///     (value, move |seed: f64, xs: &[f64], xs_bar: &mut [f64]| {
    ///         let (_, pullback) = Self::vjp(x, xs);
    ///         let gradient = pullback(seed);
    ///         if !xs_bar.is_empty() { accumulate(xs_bar, &gradient.1) }
    ///         (gradient.0, ())
    ///     })
    /// }
    /// ```
    fn forward(&self) -> TokenStream {
        let own_vjp = self.signature.own("vjp");
        let signature = self.signature;
        if !signature.has_vjp() {
            return self.no_forward();
        }
        let (value, seed, pullback, gradient) = (
            local("value"),
            local("seed"),
            local("pullback"),
            local("gradient"),
        );
        let Forward {
            function,
            closure,
            cotangents,
        } = signature.forward(names::FORWARD, Boxed::No);
        let of = |at: usize| &signature.params[at];
        let names = closure.iter().map(|slot| match slot.role {
            Role::Seed => seed.to_token_stream(),
            Role::Active | Role::Constant => of(slot.at).ident.to_token_stream(),
            _ => of(slot.at).bar().to_token_stream(),
        });
        let types = closure.iter().map(|slot| &slot.ty);
        let accumulate = signature.names.private("accumulate");
        let mut stores = TokenStream::new();
        let zero = |param: &Param| {
            if param.returns_zero() {
                signature.number_of(&param.request.shape, 0.0)
            } else {
                quote!(())
            }
        };
        let mut returned: Vec<_> = signature.params.iter().map(zero).collect();
        for (param, part) in self.parts(&gradient.to_token_stream()) {
            let bar = param.bar();
            match (param.request.passing, &param.request.shape) {
                (Passing::Value, _) => returned[param.at] = part,
                (_, Type::Float(_)) => stores.extend(quote!(*#bar += #part;)),
                _ => stores.extend(quote!(if !#bar.is_empty() { #accumulate(#bar, &#part[..]); })),
            }
        }
        let owned = owned(&signature.request.output.1, quote!(#seed), signature);
        let (turbofish, args, call) = (signature.turbofish(), args(signature), self.value());
        signature.repeated(function).with(quote! {
            let #value = #call;
            (#value, move |#(#names: #types),*| -> #cotangents {
                let (_, #pullback) = #own_vjp #turbofish(#(#args),*);
                let #gradient = #pullback(#owned);
                #stores
                (#(#returned,)*)
            })
        })
    }

    /// A function of buffers with `jvp =` alone has no reverse mode.
    fn no_forward(&self) -> TokenStream {
        let forward = self.signature.forward(names::FORWARD, Boxed::No);
        self.missing(forward, "reverse mode: its attribute gives only `jvp`", 1)
    }

    fn forward_tangent(&self) -> TokenStream {
        let forward = self.signature.forward_tangent(names::FORWARD_TANGENT, Boxed::No);
        self.missing(
            forward,
            "second derivative: its attribute gives only the first",
            2,
        )
    }

    /// A function that must exist for callers to compile, and that stops the compiler if one of them needs it.
    fn missing(&self, forward: Forward, what: &str, values: usize) -> TokenStream {
        let message = format!("`{}` has no {what}", self.signature.request.item.sig.ident);
        hollow(
            forward,
            Boxed::No,
            values,
            quote!(const { ::core::panic!(#message) }),
        )
    }
}

/// A seed of the protocol, by value.
fn owned(ty: &Type, at: TokenStream, signature: &Signature) -> TokenStream {
    match ty {
        Type::Array(..) => {
            let (copy, array) = (signature.names.private("copy"), local("array"));
            let zeros = zeros(ty, &at, &signature.names, Span::mixed_site());
            quote!({ let mut #array = #zeros; #copy(&mut #array, #at); #array })
        }
        Type::Vec(_) => quote!(#at.to_vec()),
        Type::Tuple(parts) => {
            let parts = parts.iter().enumerate().map(|(k, part)| {
                let k = Literal::usize_unsuffixed(k);
                owned(part, quote!(#at.#k), signature)
            });
            quote!((#(#parts,)*))
        }
        _ => at,
    }
}
