//! The hidden functions that companions call of each other; see [`super::signatures`] for what they take.

use super::body::{self, Code};
use super::companion::{borrowed_tangents, without_mut};
use super::seeds;
use super::signatures::{Boxed, Forward, Param, Signature, bare_or_tuple};
use super::types::{fixed_zeros, zeros};
use super::wrappers::{args, borrow, has_aggregate, joined, local};
use crate::ir::visit::each;
use crate::ir::{self, Body, Instr, Passing, Pullback, Role, Tree, Type};
use crate::names;
use crate::pipeline::Derivatives;
use proc_macro2::{Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};

/// `__pushforward`, `__forward`, `__forward_tangent` and the boxed ones.
pub(super) fn functions(signature: &Signature, derivatives: &Derivatives) -> TokenStream {
    // A function that calls itself would have a pullback of infinite type.
    let own = match calls_itself(&derivatives.primal) {
        true => Boxed::Yes,
        false => signature.own_pullback(),
    };
    let pushforward = pushforward(signature);
    let forward = signature.forward(names::FORWARD, own);
    let forward = sweep(signature, forward, own, &derivatives.pullback);
    let tangent = borrowed_tangents(&derivatives.pullback_tangent);
    let forward_tangent = signature.forward_tangent(names::FORWARD_TANGENT, own);
    let forward_tangent = sweep(signature, forward_tangent, own, &tangent);
    let boxed = boxed(signature, own);
    quote!(#pushforward #forward #forward_tangent #boxed)
}

/// Whether the function calls others through the protocol.
pub(super) fn calls_others(primal: &Body) -> bool {
    let mut found = false;
    each(&primal.region, &mut |stmt| {
        found |= matches!(stmt.instr, Instr::Call(_));
    });
    found
}

fn calls_itself(primal: &Body) -> bool {
    let mut found = false;
    each(&primal.region, &mut |stmt| {
        found |= matches!(&stmt.instr, Instr::Call(call) if call.recursive);
    });
    found
}

/// ```text
/// pub fn __pushforward(x: f64, xs: &[f64], x_dot: f64, xs_dot: &[f64]) -> (f64, f64) {
///     let mut xs_zeros = Vec::new();
///     let xs_dot = or_zeros(xs_dot, xs, &mut xs_zeros);
///     Self::jvp(x, xs, (x_dot, xs_dot))
/// }
/// ```
pub(super) fn pushforward(signature: &Signature) -> TokenStream {
    let (types, args) = (signature.turbofish(), args(signature));
    let dots: Vec<_> = signature
        .differentiable()
        .map(|param| param.dot().to_token_stream())
        .collect();
    let fits = signature.differentiable().zip(&dots).map(|(param, dot)| {
        let ident = &param.ident;
        fit_tangent(signature, param, dot, &quote!(#ident))
    });
    let fits: TokenStream = fits.collect();
    let dots = bare_or_tuple(&dots);
    let jvp = match signature.payload() {
        Some(_) => signature.own(names::TANGENT),
        None => signature.own("jvp"),
    };
    signature.pushforward().with(quote! {
        #fits
        #jvp #types(#(#args,)* #dots)
    })
}

/// Gives the tangent `dot` of `param` the length and the array type that the argument `of` has.
fn fit_tangent(signature: &Signature, param: &Param, dot: &TokenStream, of: &TokenStream) -> TokenStream {
    let helper = match (&param.request.shape, param.request.passing) {
        (Type::Float(_) | Type::Tuple(_) | Type::Matrix(_) | Type::Struct(_), _) | (_, Passing::Value) => {
            return TokenStream::new();
        }
        (Type::Array(..), Passing::Ref) => "or_zeros_array",
        (Type::Array(..), Passing::RefMut) => "or_zeros_array_mut",
        (Type::Vec(_), Passing::RefMut) => {
            let or_zeros = signature.names.private("or_zeros_vec");
            return quote!(#or_zeros(#dot, &#of[..]););
        }
        (_, Passing::Ref) => "or_zeros",
        (_, Passing::RefMut) => "or_zeros_mut",
    };
    let or_zeros = signature.names.private(helper);
    let scratch = param.hidden("_dot_zeros");
    // The array's length is known from the argument only.
    let of = match &param.request.shape {
        Type::Array(..) => quote!(&*#of),
        _ => quote!(&#of[..]),
    };
    quote! {
        let mut #scratch = ::std::vec::Vec::new();
        let #dot = #or_zeros(#dot, #of, &mut #scratch);
    }
}

/// A forward sweep and the closure that goes back.
///
/// ```text
/// pub fn __forward(x: f64, xs: &[f64]) -> (f64, impl FnOnce(f64, &[f64], &mut [f64]) -> (f64, ()) + use<>) {
///     …
///     (y, move |seed: f64, xs: &[f64], xs_bar: &mut [f64]| {
///         let mut xs_zeros = Vec::new();
///         let xs_bar = or_zeros_mut(xs_bar, xs, &mut xs_zeros);
///         …
///         (x_bar, ())
///     })
/// }
/// ```
pub(super) fn sweep(signature: &Signature, forward: Forward, boxed: Boxed, body: &Body) -> TokenStream {
    let Forward {
        mut function,
        closure,
        cotangents,
    } = forward;
    let (body, zeros) = &super::zeros::with_zeros(signature, body);
    let pullback = body.pullback.as_ref().expect("a pullback has its second half");
    let back = Back::new(signature, body, pullback, zeros);
    let Code {
        params,
        stmts,
        result,
        pullback: inner,
    } = body::code(body, &signature.names, &body.result, Some(&back.result()));
    let inner = *inner.expect("the code of a pullback has its second half");

    let outer = Patterns::new(&body.params, &params);
    let mut before = TokenStream::new();
    let mut patterns = Vec::new();
    for param in &signature.params {
        let pattern = outer.primal(param);
        before.extend(back.before(param, &without_mut(&pattern)));
        if grows(param) {
            // What comes after the sweep cannot rely on names of the sweep.
            let whole = param.hidden("");
            before.extend(quote!(let #pattern = &mut *#whole;));
            patterns.push(whole.to_token_stream());
        } else {
            patterns.push(pattern);
        }
    }
    if back.tangent {
        for param in &signature.params {
            let Some(dot) = outer.tangent(param) else {
                patterns.push(quote!(_));
                continue;
            };
            before.extend(fit_tangent(signature, param, &dot, &outer.primal(param)));
            patterns.push(dot);
        }
    }
    function.rename(patterns);
    let after: TokenStream = signature.params.iter().map(|param| back.after(param)).collect();

    let given = Patterns::new(&pullback.params, &inner.params);
    let names = closure
        .iter()
        .map(|slot| given.find(slot.role, slot.at).unwrap_or_else(|| quote!(_)));
    let types = closure.iter().map(|slot| &slot.ty);
    let (fits, tail) = (back.fits(&given), back.tail(&inner.result));
    let inner_stmts = &inner.stmts;
    let closure = quote! {
        move |#(#names: #types),*| -> #cotangents {
            #fits
            #inner_stmts
            #tail
        }
    };
    let closure = match boxed {
        Boxed::No => closure,
        Boxed::Yes => quote!(::std::boxed::Box::new(#closure)),
    };
    let (value, value_dot) = (local("__value"), local("__value_dot"));
    let kept = seeds::kept(signature, &value);
    // The result of a sweep with tangents is a pair, and all stand in one tuple. It may be read from a buffer whose
    // length is asked for afterwards.
    let values = match (back.tangent, kept.is_empty() && after.is_empty()) {
        (false, true) => quote!((#result, #closure)),
        (false, false) => quote! {
            let #value = #result;
            #after
            #kept
            (#value, #closure)
        },
        (true, _) => quote! {
            let (#value, #value_dot) = #result;
            #after
            #kept
            (#value, #value_dot, #closure)
        },
    };
    function.with(quote!(#before #stmts #values))
}

/// The patterns that the code of a body has for its parameters.
pub(super) struct Patterns<'a>(Vec<(&'a ir::Param, &'a TokenStream)>);

impl<'a> Patterns<'a> {
    pub(super) fn new(params: &'a [ir::Param], patterns: &'a [TokenStream]) -> Self {
        Patterns(params.iter().zip(patterns).collect())
    }

    /// The pattern of what belongs to parameter `at`.
    fn find(&self, role: Role, at: usize) -> Option<TokenStream> {
        // There is one seed, which belongs to the result.
        let any = matches!(role, Role::Seed | Role::SeedTangent);
        let found = self
            .0
            .iter()
            .find(|(param, _)| param.role == role && (any || param.index == at));
        found.map(|(_, pattern)| (*pattern).clone())
    }

    pub(super) fn tangent(&self, param: &Param) -> Option<TokenStream> {
        self.find(Role::Tangent, param.at)
    }

    pub(super) fn primal(&self, param: &Param) -> TokenStream {
        self.find(param.role(), param.at)
            .expect("a body has all parameters of its function")
    }
}

/// What stands around the second half of a reverse sweep.
struct Back<'a> {
    signature: &'a Signature<'a>,
    /// Whether tangents are carried along.
    tangent: bool,
    /// By parameter: the tree of its cotangent, if it is differentiable.
    trees: Vec<Option<&'a Tree>>,
    dot_trees: Vec<Option<&'a Tree>>,
}

impl<'a> Back<'a> {
    fn new(
        signature: &'a Signature<'a>,
        body: &Body,
        pullback: &'a Pullback,
        zeros: &'a [Option<Tree>],
    ) -> Self {
        let tangent = body.params.iter().any(|param| param.role == Role::Tangent);
        let parts = |tree: &'a Tree| match tree {
            Tree::Tuple(parts) => parts.as_slice(),
            Tree::Value(_) | Tree::Place(_) => unreachable!("cotangents come in a tuple"),
        };
        let (cotangents, dots): (&[Tree], &[Tree]) = match (parts(&pullback.result), tangent) {
            ([cotangents, dots], true) => (parts(cotangents), parts(dots)),
            (cotangents, _) => (cotangents, &[]),
        };
        let spread = |trees: &'a [Tree]| {
            let mut trees = trees.iter();
            let params = signature.params.iter();
            params
                .zip(zeros)
                .map(|(param, zero)| {
                    if param.request.constant {
                        zero.as_ref()
                    } else {
                        trees.next()
                    }
                })
                .collect()
        };
        Back {
            signature,
            tangent,
            trees: spread(cotangents),
            dot_trees: spread(dots),
        }
    }

    /// Owned parameters with aggregates: the closure makes the buffers for them, and returns those.
    fn owned(&self) -> bool {
        self.signature.params.iter().any(is_owned)
    }

    /// What the closure gives: cotangents in their places, or all scalars if buffers are to be put between them.
    fn result(&self) -> Tree {
        let side = |trees: &[Option<&Tree>]| {
            let parts: Vec<_> = self
                .signature
                .params
                .iter()
                .zip(trees)
                .map(|(param, tree)| match tree {
                    Some(tree) if param.is_value() => (*tree).clone(),
                    _ => Tree::Tuple(Vec::new()),
                })
                .collect();
            if self.owned() {
                let scalars = parts.iter().flat_map(Tree::values);
                return Tree::Tuple(scalars.map(Tree::Value).collect());
            }
            Tree::Tuple(parts)
        };
        match self.tangent {
            false => side(&self.trees),
            true => Tree::Tuple(vec![side(&self.trees), side(&self.dot_trees)]),
        }
    }

    /// What the forward sweep keeps of a parameter before it is used up: zeros for the cotangent of what it owns, the
    /// length of a buffer (or zeros of its shape).
    fn before(&self, param: &Param, name: &TokenStream) -> TokenStream {
        if is_owned(param) {
            if fixed_zeros(&param.request.shape, &self.signature.names, param.span()).is_some() {
                return TokenStream::new();
            }
            let (bar, bar_dot) = (param.hidden("_bar"), param.hidden("_bar_dot"));
            // A tuple is looked at part by part, and not moved.
            let parts = match &param.request.shape {
                Type::Tuple(_) => borrowed(name.clone()),
                _ => name.clone(),
            };
            let zeros = zeros(&param.request.shape, &parts, &self.signature.names, param.span());
            let dot = self.tangent.then(|| quote!(let mut #bar_dot = #zeros;));
            return quote!(let mut #bar = #zeros; #dot);
        }
        match param.request.passing {
            Passing::RefMut if !grows(param) => self.shape(param, name),
            Passing::Value | Passing::Ref | Passing::RefMut => TokenStream::new(),
        }
    }

    /// A `Vec` has the length that matters when the sweep is over.
    fn after(&self, param: &Param) -> TokenStream {
        let whole = param.hidden("");
        match grows(param) {
            true => self.shape(param, &whole.to_token_stream()),
            false => TokenStream::new(),
        }
    }

    fn shape(&self, param: &Param, of: &TokenStream) -> TokenStream {
        if param.request.shape.is_matrix() {
            return TokenStream::new();
        }
        let Some(element) = param.request.shape.element().filter(|_| !param.request.constant) else {
            return TokenStream::new();
        };
        let kept = param.hidden("_shape");
        match fixed_zeros(element, &self.signature.names, param.span()) {
            Some(_) => quote!(let #kept = #of.len();),
            None => {
                let zeros_like = self.signature.names.private("zeros_like");
                quote!(let #kept = #zeros_like(&#of[..]);)
            }
        }
    }

    /// Gives what the closure is given its full length, and makes the buffers that it owns.
    fn fits(&self, given: &Patterns) -> TokenStream {
        let mut res = TokenStream::new();
        for (param, pattern) in &given.0 {
            let of = || &self.signature.params[param.index];
            match param.role {
                Role::Active | Role::Constant => (),
                Role::Seed | Role::SeedTangent => res.extend(seeds::fits(self.signature, pattern)),
                Role::Tangent => res.extend(fit_tangent(self.signature, of(), pattern, &given.primal(of()))),
                Role::Cotangent => res.extend(self.buffer(of(), pattern, "_bar", given)),
                Role::CotangentTangent => {
                    res.extend(self.buffer(of(), pattern, "_bar_dot", given));
                }
            }
        }
        res
    }

    /// The buffer for a cotangent, bound to `pattern`. `suffix` tells apart what is made for it here.
    fn buffer(&self, param: &Param, pattern: &TokenStream, suffix: &str, given: &Patterns) -> TokenStream {
        let (shape, names) = (&param.request.shape, &self.signature.names);
        let own = param.hidden(suffix);
        if is_owned(param) {
            let zeros = fixed_zeros(shape, names, param.span()).map(|zeros| quote!(let mut #own = #zeros;));
            let parts = borrow(shape, quote!(#own));
            return quote!(#zeros let #pattern = #parts;);
        }
        let Some(element) = shape.element().filter(|_| !shape.is_matrix()) else {
            return TokenStream::new();
        };
        let (kept, scratch) = (param.hidden("_shape"), param.hidden(&format!("{suffix}_zeros")));
        let grows = matches!(shape, Type::Vec(_));
        match (
            param.request.passing,
            fixed_zeros(element, &self.signature.names, param.span()),
        ) {
            (Passing::RefMut, Some(zero)) if grows => {
                let or_zeros = names.private("or_zeros_vec_len");
                quote!(#or_zeros(#pattern, #kept, #zero);)
            }
            (Passing::RefMut, None) if grows => {
                let or_zeros = names.private("or_zeros_vec");
                quote!(#or_zeros(#pattern, &#kept);)
            }
            (Passing::RefMut, Some(zero)) => {
                let or_zeros = names.private("or_zeros_mut_len");
                quote! {
                    let mut #scratch = ::std::vec::Vec::new();
                    let #pattern = #or_zeros(#pattern, #kept, #zero, &mut #scratch);
                }
            }
            (Passing::RefMut, None) => {
                let or_zeros = names.private("or_zeros_mut");
                quote! {
                    let mut #scratch = ::std::vec::Vec::new();
                    let #pattern = #or_zeros(#pattern, &#kept, &mut #scratch);
                }
            }
            (Passing::Ref | Passing::Value, _) => {
                let (or_zeros, of) = (names.private("or_zeros_mut"), given.primal(param));
                quote! {
                    let mut #scratch = ::std::vec::Vec::new();
                    let #pattern = #or_zeros(#pattern, &#of[..], &mut #scratch);
                }
            }
        }
    }

    /// What the closure gives: the code's result, with the owned buffers put between the scalars.
    fn tail(&self, result: &TokenStream) -> TokenStream {
        if !self.owned() {
            return result.clone();
        }
        let scalars = |trees: &[Option<&Tree>], suffix: &str| -> Vec<TokenStream> {
            let all = self.signature.params.iter().zip(trees);
            let all = all.filter(|(param, _)| param.is_value());
            let count: usize = all
                .map(|(_, tree)| tree.map_or(0, |tree| tree.values().len()))
                .sum();
            (0..count)
                .map(|k| local(&format!("__scalar{k}{suffix}")).to_token_stream())
                .collect()
        };
        let side = |scalars: &[TokenStream], suffix: &str| {
            let mut scalars = scalars.iter().cloned();
            let parts = self.signature.params.iter().map(|param| {
                let bar = param.hidden(suffix);
                match param.returns_cotangent() || param.returns_zero() {
                    true => joined(&param.request.shape, &bar.to_token_stream(), &mut scalars),
                    false => quote!(()),
                }
            });
            let parts: Vec<_> = parts.collect();
            quote!((#(#parts,)*))
        };
        let plain = scalars(&self.trees, "");
        let tuple = side(&plain, "_bar");
        if !self.tangent {
            let scalars = (!plain.is_empty()).then(|| quote!(let (#(#plain,)*) = #result;));
            return quote!(#scalars #tuple);
        }
        let dots = scalars(&self.dot_trees, "_dot");
        let dot_tuple = side(&dots, "_bar_dot");
        let scalars = (!plain.is_empty()).then(|| quote!(let ((#(#plain,)*), (#(#dots,)*)) = #result;));
        quote!(#scalars (#tuple, #dot_tuple))
    }
}

/// The pattern of a tuple as a tuple of references.
fn borrowed(pattern: TokenStream) -> TokenStream {
    let part = |token: TokenTree| match token {
        TokenTree::Ident(ident) => quote!(&#ident),
        TokenTree::Group(group) => {
            let inner = borrowed(group.stream());
            TokenTree::Group(Group::new(group.delimiter(), inner)).into_token_stream()
        }
        other => other.into_token_stream(),
    };
    pattern.into_iter().map(part).collect()
}

/// Whether the function may change the length of a parameter.
fn grows(param: &Param) -> bool {
    let vec = matches!(param.request.shape, Type::Vec(_));
    vec && param.request.passing == Passing::RefMut && !param.request.constant
}

fn is_owned(param: &Param) -> bool {
    param.returns_cotangent() && has_aggregate(&param.request.shape)
}

/// ```text
/// pub fn __forward_boxed(x: f64) -> (f64, Box<dyn FnOnce(f64) -> (f64,)>) {
///     let (value, pullback) = Self::__forward(x);
///     (value, Box::new(pullback))
/// }
/// ```
pub(super) fn boxed(signature: &Signature, own: Boxed) -> TokenStream {
    let (value, value_dot, pullback) = (local("value"), local("value_dot"), local("pullback"));
    let forward = signature.own(names::FORWARD);
    let forward_tangent = signature.own(names::FORWARD_TANGENT);
    let args = args(signature);
    let dots: Vec<_> = signature.params.iter().map(Param::dot).collect();
    let closure = match own {
        Boxed::No => quote!(::std::boxed::Box::new(#pullback)),
        Boxed::Yes => quote!(#pullback),
    };
    let types = signature.turbofish();
    let first = signature.forward(names::FORWARD_BOXED, Boxed::Yes).function;
    let first = first.with(quote! {
        let (#value, #pullback) = #forward #types(#(#args),*);
        (#value, #closure)
    });
    let second = signature
        .forward_tangent(names::FORWARD_TANGENT_BOXED, Boxed::Yes)
        .function;
    let types = second.turbofish();
    let second = second.with(quote! {
        let (#value, #value_dot, #pullback) = #forward_tangent #types(#(#args,)* #(#dots),*);
        (#value, #value_dot, #closure)
    });
    quote!(#first #second)
}
