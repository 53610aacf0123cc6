//! The functions that companions call of each other. A caller does not see the signature of its callee, so what it
//! passes depends on nothing but how it passes the argument itself.
//!
//! Of a parameter that is `#[constant]`, a caller passes what it passes for any argument without a derivative: `&[]` and
//! `&mut []`; `&0.0` and `&mut 0.0` of a reference to a float; anything where it is passed by value.

use super::{Function, Param, Signature};
use crate::emit::types::{tangent, tokens};
use crate::ir::{Passing, Role, Type};
use crate::names;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::visit_mut::VisitMut;

/// Whether a pullback is of a type that only its function names, or in a box.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::emit) enum Boxed {
    No,
    Yes,
}

/// One function of the protocol that gives a pullback.
pub(in crate::emit) struct Forward {
    pub(in crate::emit) function: Function,
    /// What the closure takes.
    pub(in crate::emit) closure: Vec<Slot>,
    pub(in crate::emit) cotangents: TokenStream,
}

/// A parameter of a pullback.
pub(in crate::emit) struct Slot {
    pub(in crate::emit) role: Role,
    /// Which of the function's parameters it belongs to; unused for seeds.
    pub(in crate::emit) at: usize,
    pub(in crate::emit) ty: TokenStream,
}

impl Slot {
    pub(in crate::emit) fn seed(ty: TokenStream) -> Self {
        Slot {
            role: Role::Seed,
            at: 0,
            ty,
        }
    }
}

impl Signature<'_> {
    pub(in crate::emit) fn pushforward(&self) -> Function {
        let (result, dot) = (self.handed_over(), self.handed_over_tangent());
        let mut res = self.function(names::PUSHFORWARD, Vec::new(), quote!((#result, #dot)));
        self.take_tangents(&mut res);
        res
    }

    /// `__forward`, or `__forward_boxed` by `name`.
    pub(in crate::emit) fn forward(&self, name: &str, boxed: Boxed) -> Forward {
        let value = self.handed_over();
        let function = self.function(name, Vec::new(), TokenStream::new());
        let mut closure = vec![self.seed(Role::Seed)];
        closure.extend(self.again());
        closure.extend(self.bars(Role::Cotangent));
        self.pullback(function, boxed, quote!(#value), closure, self.cotangents())
    }

    /// `__forward_tangent`, or `__forward_tangent_boxed` by `name`.
    pub(in crate::emit) fn forward_tangent(&self, name: &str, boxed: Boxed) -> Forward {
        let (value, value_dot) = (self.handed_over(), self.handed_over_tangent());
        let mut function = self.function(name, Vec::new(), TokenStream::new());
        self.take_tangents(&mut function);
        let mut closure = vec![self.seed(Role::Seed), self.seed(Role::SeedTangent)];
        closure.extend(self.again());
        closure.extend(self.references().map(|param| Slot {
            role: Role::Tangent,
            at: param.at,
            ty: param.protocol_tangent(),
        }));
        closure.extend(self.bars(Role::Cotangent));
        closure.extend(self.bars(Role::CotangentTangent));
        let cotangents = self.cotangents();
        self.pullback(
            function,
            boxed,
            quote!(#value, #value_dot),
            closure,
            quote!((#cotangents, #cotangents)),
        )
    }

    fn pullback(
        &self,
        mut function: Function,
        boxed: Boxed,
        values: TokenStream,
        closure: Vec<Slot>,
        cotangents: TokenStream,
    ) -> Forward {
        let types = closure.iter().map(|slot| &slot.ty);
        let call = quote!(::core::ops::FnOnce(#(#types),*) -> #cotangents);
        let pullback = match (boxed, &self.beside) {
            (Boxed::No, _) => {
                let captured = function.captured();
                quote!(impl #call + use<#(#captured),*>)
            }
            (Boxed::Yes, Some(_)) => quote!(::std::boxed::Box<dyn #call>),
            (Boxed::Yes, None) => match function.outlives() {
                None => quote!(::std::boxed::Box<dyn #call>),
                Some(life) => quote!(::std::boxed::Box<dyn #call + #life>),
            },
        };
        function.sized = self.beside.is_some();
        function.output = quote!((#values, #pullback));
        Forward {
            function,
            closure,
            cotangents,
        }
    }

    /// Adds one tangent for each parameter.
    fn take_tangents(&self, function: &mut Function) {
        for param in &self.params {
            let ident = param.dot();
            let mut ty = param.protocol_tangent();
            if param.request.constant && param.is_value() {
                let name = names::local(&format!("Dot{}", param.at), Span::mixed_site());
                function.generics.params.push(syn::parse_quote!(#name));
                function.generics.lt_token.get_or_insert_with(Default::default);
                function.generics.gt_token.get_or_insert_with(Default::default);
                ty = name.to_token_stream();
            }
            function.params.push((ident.to_token_stream(), ty));
        }
    }

    /// What the result's cotangent is passed as.
    fn seed(&self, role: Role) -> Slot {
        let ty = seed(&self.request.output.1, Span::call_site());
        Slot { role, at: 0, ty }
    }

    fn references(&self) -> impl Iterator<Item = &Param<'_>> {
        self.params
            .iter()
            .filter(|param| param.request.passing == Passing::Ref)
    }

    /// References are passed again: the closure holds none of the caller's.
    fn again(&self) -> impl Iterator<Item = Slot> {
        self.references().map(|param| {
            let mut ty = param.ty.clone();
            ElideLifetimes.visit_type_mut(&mut ty);
            Slot {
                role: param.role(),
                at: param.at,
                ty: ty.to_token_stream(),
            }
        })
    }

    /// Buffers that cotangents of what is behind a reference are added to.
    fn bars(&self, role: Role) -> impl Iterator<Item = Slot> {
        let behind = self.params.iter().filter(|param| !param.is_value());
        behind.map(move |param| Slot {
            role,
            at: param.at,
            ty: param.protocol_bar(),
        })
    }

    /// One for each parameter: of what is passed by value its cotangent, else `()`.
    fn cotangents(&self) -> TokenStream {
        let parts = self.params.iter().map(|param| {
            if param.returns_cotangent() || param.returns_zero() {
                param.gradient()
            } else {
                quote!(())
            }
        });
        quote!((#(#parts,)*))
    }
}

impl Param<'_> {
    /// The role of the parameter in a body.
    pub(in crate::emit) fn role(&self) -> Role {
        match self.request.constant {
            true => Role::Constant,
            false => Role::Active,
        }
    }

    /// Whether a pullback returns the cotangent, rather than adding it to a buffer.
    pub(in crate::emit) fn returns_cotangent(&self) -> bool {
        !self.request.constant && self.is_value()
    }

    /// Whether a pullback returns a zero: of a float that is `#[constant]`, so that a caller who wants its cotangent has
    /// one error, which says so, and not a second one about types.
    pub(in crate::emit) fn returns_zero(&self) -> bool {
        self.request.constant && self.is_value() && matches!(self.request.shape, Type::Float(_))
    }

    fn protocol_tangent(&self) -> TokenStream {
        let ty = self.behind(self.request.passing == Passing::Ref);
        match self.request.passing {
            Passing::Value => self.by_value_tangent(),
            Passing::Ref => quote!(&#ty),
            Passing::RefMut => quote!(&mut #ty),
        }
    }

    fn protocol_bar(&self) -> TokenStream {
        let ty = self.behind(self.request.passing == Passing::Ref);
        quote!(&mut #ty)
    }

    /// What a tangent or a buffer is a reference to. A `Vec` shows only where it may grow or shrink.
    fn behind(&self, fixed: bool) -> TokenStream {
        let shape = &self.request.shape;
        let slice = |element: &Type| tokens(&Type::Slice(Box::new(element.clone())), self.span());
        let shape = &tangent(shape);
        match shape {
            Type::Float(_) => tokens(shape, self.span()),
            _ if !shape.has_floats() => quote!([(); 0]),
            Type::Array(element, _) | Type::Slice(element) => slice(element),
            Type::Vec(element) if fixed => slice(element),
            other => tokens(other, self.span()),
        }
    }
}

impl Function {
    /// A lifetime for what a box may hold: needed where that may have a type parameter inside.
    fn outlives(&mut self) -> Option<syn::Lifetime> {
        let types: Vec<_> = self
            .generics
            .type_params()
            .map(|param| param.ident.clone())
            .collect();
        if types.is_empty() {
            return None;
        }
        let life = syn::Lifetime::new("'boxed", Span::mixed_site());
        self.generics.params.insert(0, syn::parse_quote!(#life));
        let bounds = &mut self.generics.make_where_clause().predicates;
        for ty in types {
            bounds.push(syn::parse_quote!(#ty: #life));
        }
        Some(life)
    }
}

/// A float by value, an aggregate as a slice, a tuple of those; `()` for what has no float.
pub(in crate::emit) fn seed(ty: &Type, at: Span) -> TokenStream {
    match ty {
        Type::Float(_) => tokens(ty, at),
        Type::Array(element, _) | Type::Vec(element) | Type::Slice(element) | Type::Aggregate(element)
            if ty.has_floats() =>
        {
            let slice = tokens(&tangent(&Type::Slice(element.clone())), at);
            quote!(&#slice)
        }
        Type::Matrix(_) => {
            let ty = tokens(ty, at);
            quote!(&#ty)
        }
        Type::Tuple(parts) => {
            let parts = parts.iter().map(|part| seed(part, at));
            quote!((#(#parts,)*))
        }
        Type::Struct(_) => {
            let ty = tokens(&tangent(ty), at);
            quote!(&#ty)
        }
        Type::Array(..) | Type::Vec(_) | Type::Slice(_) | Type::Aggregate(_) => quote!(()),
        Type::Int(_) | Type::Bool | Type::Host | Type::Pullback => quote!(()),
    }
}

/// Every lifetime becomes the elided one: of any caller of a closure.
struct ElideLifetimes;

impl VisitMut for ElideLifetimes {
    fn visit_lifetime_mut(&mut self, lifetime: &mut syn::Lifetime) {
        if lifetime.ident != "static" {
            lifetime.ident = Ident::new("_", lifetime.ident.span());
        }
    }
}
