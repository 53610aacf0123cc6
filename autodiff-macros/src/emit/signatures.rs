//! The companion's functions without their bodies: which of them there are, what they take and what they give.

mod beside;
mod function;
mod param;
mod protocol;
mod shapes;

use super::docs::Docs;
use super::types::{self, tangent, tokens};
use crate::ir::{Float, Len, Passing, Type};
use crate::names::{self, Names};
use crate::parse::Request;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};

use beside::Beside;
pub(crate) use beside::beside as name_beside;
pub(super) use function::Function;
pub(super) use param::Param;
pub(super) use protocol::{Boxed, Forward, Slot};
pub(super) use shapes::{Count, has_struct, is_copy, single_float};

/// What is common to all functions of a companion.
pub(super) struct Signature<'a> {
    pub(super) request: &'a Request,
    pub(super) names: Names,
    pub(super) params: Vec<Param<'a>>,
    /// What is known of the derivatives.
    pub(super) docs: Docs,
    /// The user's generics, with a name for each `impl Trait` of a parameter.
    generics: syn::Generics,
    /// Of a method or an associated function.
    beside: Option<Beside>,
}

impl<'a> Signature<'a> {
    pub(super) fn new(request: &'a Request) -> Self {
        let written = request.params.iter().map(|param| &param.ty);
        let (generics, types) = function::named(&request.item.sig.generics, written);
        let params = request.params.iter().zip(types).enumerate();
        let params = params.map(|(at, (param, ty))| Param {
            at,
            request: param,
            ident: match param.ident() {
                Some(ident) => ident.clone(),
                None => names::local(&format!("arg{at}"), param.ty.span()),
            },
            ty,
        });
        let params = params.collect();
        let names = Names::new(&request.facade, &request.item.sig.ident, &request.companion);
        let generics = with_scalars(generics, request, &names);
        Signature {
            request,
            names,
            params,
            docs: Docs::default(),
            generics,
            beside: Beside::of(request),
        }
    }

    pub(super) fn differentiable(&self) -> impl Iterator<Item = &Param<'a>> {
        self.params.iter().filter(|param| !param.request.constant)
    }

    /// The function's result, `()` if there is none.
    pub(super) fn result(&self) -> TokenStream {
        match &self.request.output.0 {
            Some(ty) => ty.to_token_stream(),
            None => quote!(()),
        }
    }

    /// The type of the payload where the result is an `Option` or a `Result`.
    pub(super) fn payload(&self) -> Option<&syn::Type> {
        self.request.output.1.payload()?;
        crate::parse::payload(self.request.output.0.as_ref()?)
    }

    /// The result as companions hand it over: an `Option` or a `Result` in three parts, see [`Type::optional`].
    pub(super) fn handed_over(&self) -> TokenStream {
        match self.payload() {
            Some(payload) => self.in_parts(payload.to_token_stream()),
            None => self.result(),
        }
    }

    /// The tangent of that.
    pub(super) fn handed_over_tangent(&self) -> TokenStream {
        match self.payload() {
            Some(_) => self.in_parts(self.dual()),
            None => self.dual(),
        }
    }

    fn in_parts(&self, payload: TokenStream) -> TokenStream {
        let (whole, fallible) = (self.result(), self.names.private("Fallible"));
        quote!((
            ::core::primitive::bool,
            #payload,
            ::core::option::Option<<#whole as #fallible>::Error>
        ))
    }

    /// The tangent of the result: of an `Option` or a `Result` that of the content. Of its own type, unless there is a
    /// struct in it.
    pub(super) fn dual(&self) -> TokenStream {
        let shape = &self.request.output.1;
        let shape = shape.payload().unwrap_or(shape);
        match (self.payload(), &self.request.output.0) {
            (_, Some(written)) if shapes::has_struct(shape) => tokens(&tangent(shape), written.span()),
            (Some(payload), _) => payload.to_token_stream(),
            (None, _) => self.result(),
        }
    }

    /// What the cotangent of the result is given as: an `Option` or a `Result` of it, as the result is one.
    pub(super) fn seed_type(&self) -> TokenStream {
        let dual = self.dual();
        let (Some(payload), Some(written)) = (self.request.output.1.payload(), &self.request.output.0) else {
            return dual;
        };
        if !shapes::has_struct(payload) {
            return self.result();
        }
        if crate::parse::is_option(written) {
            return quote!(::core::option::Option<#dual>);
        }
        let fallible = self.names.private("Fallible");
        quote!(::core::result::Result<#dual, <#written as #fallible>::Error>)
    }

    /// `__parts`
    pub(super) fn parts(&self) -> Function {
        self.function(names::PARTS, Vec::new(), self.handed_over())
    }

    /// `__tangent`
    pub(super) fn tangent_in_parts(&self) -> Function {
        let (result, dot) = (self.handed_over(), self.handed_over_tangent());
        self.with_tangent(self.function(names::TANGENT, Vec::new(), quote!((#result, #dot))))
    }

    /// Whether a struct is differentiated, so that there is no matrix to count its floats by.
    fn has_structs(&self) -> bool {
        let shapes = self.differentiable().map(|param| &param.request.shape);
        shapes.chain([&self.request.output.1]).any(shapes::has_struct)
    }

    /// Whether some argument is written to, so that the function cannot be called twice with the same.
    fn writes(&self) -> bool {
        let mut params = self.params.iter();
        params.any(|param| param.request.passing == Passing::RefMut)
    }

    /// A float comes out, and nothing else is written.
    pub(super) fn has_gradient(&self) -> bool {
        matches!(self.request.output.1, Type::Float(_)) && !self.writes()
    }

    /// Something comes out, and nothing else that is differentiated is written.
    pub(super) fn has_vjp(&self) -> bool {
        let mut params = self.differentiable();
        self.request.output.1.has_floats() && params.all(|param| param.request.passing != Passing::RefMut)
    }

    /// Whether every parameter is a float or a tuple of floats: derivatives then need no buffers.
    pub(super) fn only_scalars(&self) -> bool {
        self.differentiable()
            .all(|param| shapes::is_scalars(&param.request.shape) && param.is_value())
    }

    /// `::<T, N>`, so that what no argument tells is passed on.
    pub(super) fn turbofish(&self) -> TokenStream {
        function::turbofish(&function::captured(&self.generics))
    }

    fn function(&self, name: &str, docs: Vec<String>, output: TokenStream) -> Function {
        let (receiver, vis, lead, declared) = match &self.beside {
            None => (None, syn::parse_quote!(pub), TokenStream::new(), false),
            Some(it) => (
                it.receiver.as_ref().map(|it| it.self_token),
                it.vis.clone(),
                it.lead.clone(),
                it.declared,
            ),
        };
        Function {
            name: self.name_of(name),
            docs,
            lead,
            vis,
            declared,
            sized: self.beside.is_some() && receiver.is_none(),
            tracks: false,
            receiver,
            params: self.params.iter().map(Param::plain).collect(),
            output,
            generics: self.generics.clone(),
        }
    }

    /// A call of the user's function, which is then in use wherever its companion is: somebody may only want gradients.
    ///
    /// `claims` stand in front of it: there is such a function wherever there are derivatives.
    pub(super) fn primal(&self, claims: &TokenStream) -> TokenStream {
        // A parameter may be called as the function is.
        let args = self.params.iter().map(|param| param.hidden("").to_token_stream());
        let args: Vec<_> = args.collect();
        let mut primal = self.function(names::PRIMAL, Vec::new(), self.result());
        primal.rename(args.iter().cloned());
        // What is `impl Trait` there cannot be given, and is told by its argument.
        let types = function::turbofish(&function::captured(&self.request.item.sig.generics));
        // Types were recognised by their names; rustc says whether they are what they are called.
        let shapes = self.request.params.iter().map(|param| &param.shape);
        let linalg = self.names.private("linalg");
        let matrices = shapes::matrices(shapes.chain([&self.request.output.1]));
        let assertions = matrices.into_iter().map(|ty| {
            let at = ty.span();
            quote_spanned!(at=> #linalg::assert_matrix::<#ty>();)
        });
        let call = self.user_call(&types, &args);
        let primal = primal.with(quote!(#(#assertions)* #claims #call));
        match self.beside {
            None => quote!(#[allow(dead_code)] #primal),
            Some(_) => primal,
        }
    }

    /// One gradient stands bare, several in a tuple.
    pub(super) fn gradient_type(&self) -> TokenStream {
        let types: Vec<_> = self.differentiable().map(Param::gradient).collect();
        bare_or_tuple(&types)
    }

    /// The tangents as a user gives them.
    pub(super) fn tangent_type(&self) -> TokenStream {
        let types: Vec<_> = self.differentiable().map(Param::tangent).collect();
        bare_or_tuple(&types)
    }

    pub(super) fn grad(&self) -> Function {
        let f = self.link();
        let docs = vec![
            format!("The gradient `∇f` of {f}{}.", self.by()),
            self.allocates(),
        ];
        let docs = with_formula(docs, &self.docs.first);
        self.function("grad", docs, self.gradient_type())
    }

    pub(super) fn value_and_grad(&self) -> Function {
        let f = self.link();
        let docs = vec![
            format!(
                "The value and the gradient `(f, ∇f)` of {f}{}, in one sweep.",
                self.by()
            ),
            self.allocates(),
        ];
        let (value, gradient) = (self.result(), self.gradient_type());
        self.function("value_and_grad", docs, quote!((#value, #gradient)))
    }

    pub(super) fn grad_into(&self) -> Function {
        let f = self.link();
        let mut docs = vec![
            format!(
                "The gradient `∇f` of {f}{}, written over what was there.",
                self.by()
            ),
            "Returns the value. Allocates nothing beyond what the sweep has to record.".to_owned(),
        ];
        let tracks = self.differentiable().any(|param| param.is_unsized());
        if tracks {
            docs.push("# Panics".to_owned());
            docs.push("If the length of a gradient is not that of its parameter.".to_owned());
        }
        let mut res = self.function("grad_into", docs, self.result());
        for param in self.differentiable() {
            let (ident, ty) = (param.bar(), param.gradient_slot());
            res.params.push((quote!(#ident), quote!(&mut #ty)));
        }
        res.tracks = tracks;
        res
    }

    pub(super) fn jvp(&self) -> Function {
        let f = self.link();
        let mut docs = vec![
            format!("The value of {f} and its derivative along `tangent`: `(f, ∂f · tangent)`."),
            "Forward mode: costs about two calls of the function.".to_owned(),
        ];
        docs.extend(
            self.of_the_content("The tangent is that of the content; where there is none, it is zero."),
        );
        let docs = with_formula(docs, &self.docs.jvp);
        let (result, dot) = (self.result(), self.dual());
        self.with_tangent(self.function("jvp", docs, quote!((#result, #dot))))
    }

    pub(super) fn hvp(&self) -> Function {
        let f = self.link();
        let docs = vec![
            format!("The Hessian of {f} times `tangent`: `∇²f · tangent`, in the shape of the gradient."),
            "Forward over reverse mode: costs a small multiple of the gradient, whatever the number of parameters."
                .to_owned(),
        ];
        self.with_tangent(self.function("hvp", docs, self.gradient_type()))
    }

    fn with_tangent(&self, mut function: Function) -> Function {
        let ident = names::local("tangent", Span::mixed_site());
        function.params.push((quote!(#ident), self.tangent_type()));
        function.tracks = self.differentiable().any(|param| param.is_unsized());
        if function.tracks {
            function.docs.push("# Panics".to_owned());
            function
                .docs
                .push("If the length of a tangent is not that of its parameter.".to_owned());
        }
        function
    }

    pub(super) fn vjp(&self) -> Function {
        let f = self.link();
        let mut docs = vec![
            format!("The value of {f} and its pullback: `(f, seed ↦ seedᵀ · ∂f)`."),
            "Reverse mode. The pullback gives the cotangents in the shape of a gradient.".to_owned(),
        ];
        docs.extend(self.of_the_content("A `None` or an `Err` as the seed, and as the value, gives zeros."));
        let (value, seed, gradient) = (self.result(), self.seed_type(), self.gradient_type());
        let mut vjp = self.function(
            "vjp",
            docs,
            quote!((#value, impl ::core::ops::FnOnce(#seed) -> #gradient)),
        );
        vjp.sized = self.beside.is_some();
        vjp
    }

    /// `None` where a Jacobian has no place for the result or the parameters.
    pub(super) fn jacobian(&self) -> Option<Function> {
        let (rows, columns) = self.jacobian_size()?;
        let float = self.float()?;
        let matrix = self.matrix(&float, &rows, &columns);
        let docs = vec![
            format!(
                "The Jacobian `∂fᵢ/∂xⱼ` of {}: rows are outputs, columns inputs.",
                self.link()
            ),
            "The entries of the parameters are counted from left to right.".to_owned(),
        ];
        let docs = with_formula(docs, &self.docs.first);
        let mut jacobian = self.repeated(self.function("jacobian", docs, matrix));
        jacobian.sized = self.beside.is_some();
        Some(jacobian)
    }

    /// Outputs and inputs.
    pub(super) fn jacobian_size(&self) -> Option<(Count, Count)> {
        if self.writes() || self.has_structs() || !cfg!(feature = "nalgebra") {
            return None;
        }
        match &self.request.output.1 {
            Type::Array(element, _) | Type::Vec(element) if matches!(**element, Type::Float(_)) => (),
            // A vector; the entries of a matrix have no order that everybody agrees on.
            Type::Matrix(it) if matches!(it.columns, Len::Known(1)) => (),
            _ => return None,
        }
        let rows = shapes::count(&self.request.output.1, &self.const_params());
        Some((rows, self.inputs()))
    }

    /// `None` where there is no gradient, or no matrix to put it in.
    pub(super) fn hessian(&self) -> Option<Function> {
        if !self.has_gradient() || self.has_structs() {
            return None;
        }
        let float = self.float()?;
        let output = match self.inputs() {
            Count::Known(1) if self.only_scalars() => float,
            _ if !cfg!(feature = "nalgebra") => return None,
            n => self.matrix(&float, &n, &n),
        };
        let docs = vec![
            format!("The Hessian `∂²f/∂xᵢ∂xⱼ` of {}, exactly symmetric.", self.link()),
            "The entries of the parameters are counted from left to right.".to_owned(),
        ];
        let docs = with_formula(docs, &self.docs.hessian);
        Some(self.repeated(self.function("hessian", docs, output)))
    }

    /// How many floats all differentiable parameters are together.
    pub(super) fn inputs(&self) -> Count {
        let shapes = self.differentiable().map(|param| &param.request.shape);
        shapes::total(shapes, &self.const_params())
    }

    fn const_params(&self) -> Vec<&Ident> {
        self.generics.const_params().map(|param| &param.ident).collect()
    }

    /// The float that everything is made of, if it is one and the same.
    fn float(&self) -> Option<TokenStream> {
        let shapes = self.differentiable().map(|param| &param.request.shape);
        single_float(shapes.chain([&self.request.output.1]))
    }

    /// A literal of the float that the parameters are made of.
    pub(super) fn number(&self, x: f64) -> TokenStream {
        let mut params = self.differentiable();
        let float = params.find_map(|param| float_in(&param.request.shape));
        types::number(
            x,
            float.unwrap_or(&Float::Inferred),
            &self.names,
            Span::call_site(),
        )
    }

    /// A literal of the float that `shape` is made of.
    pub(super) fn number_of(&self, shape: &Type, x: f64) -> TokenStream {
        let float = float_in(shape).unwrap_or(&Float::Inferred);
        types::number(x, float, &self.names, Span::call_site())
    }

    /// The type of a matrix: its size is in the type if it is known.
    pub(super) fn matrix(&self, float: &TokenStream, rows: &Count, columns: &Count) -> TokenStream {
        let nalgebra = self.names.private("nalgebra");
        match (rows.tokens(), columns.tokens()) {
            (Some(rows), Some(columns)) => quote!(#nalgebra::SMatrix<#float, #rows, #columns>),
            _ => quote!(#nalgebra::DMatrix<#float>),
        }
    }

    /// A function that calls others many times with the same arguments: what it owns must be `Clone`.
    pub(super) fn repeated(&self, mut function: Function) -> Function {
        for param in &self.params {
            if param.is_value() && matches!(param.request.shape, Type::Host) {
                let mut ty = param.ty.clone();
                NameLifetimes.visit_type_mut(&mut ty);
                // A bound with a lifetime is looked at where the function is called, not where it is defined.
                let bound = syn::parse_quote!(for<'clone> #ty: ::core::clone::Clone);
                function.generics.make_where_clause().predicates.push(bound);
            }
        }
        function
    }

    /// The body of `__gradient`: `value_and_grad` with buffers for what is not a scalar. `bars` are the types of those.
    pub(super) fn gradient(&self, bars: &[TokenStream]) -> Function {
        let scalars: Vec<_> = self.scalar_cotangents("_bar").map(|(_, ty)| ty).collect();
        let value = self.result();
        let output = match scalars.as_slice() {
            [] => value,
            [one] => quote!((#value, #one)),
            several => quote!((#value, (#(#several),*))),
        };
        let mut res = self.function(names::GRADIENT, Vec::new(), output);
        for ty in bars {
            res.params.push((TokenStream::new(), ty.clone()));
        }
        res
    }

    /// Names and types of the cotangents that `__gradient` returns, one for each scalar leaf: `x_bar` with `suffix` `_bar`.
    pub(super) fn scalar_cotangents(
        &self,
        suffix: &'static str,
    ) -> impl Iterator<Item = (Ident, TokenStream)> {
        let params = self.differentiable().filter(|param| param.is_value());
        params.flat_map(move |param| {
            let leaves = shapes::scalar_leaves(&param.request.shape);
            let many = leaves.len() > 1 || matches!(param.request.shape, Type::Tuple(_));
            leaves.into_iter().enumerate().map(move |(k, ty)| {
                let bar = param.named(suffix);
                let ident = if many {
                    names::local(&format!("{bar}{k}"), bar.span())
                } else {
                    bar
                };
                (ident, tokens(ty, param.span()))
            })
        })
    }

    /// "[`f`](fn@f)"
    fn link(&self) -> String {
        let f = &self.request.item.sig.ident;
        if self.beside.is_some() {
            return format!("[`{f}`](Self::{f})");
        }
        format!("[`{f}`](fn@{f})")
    }

    /// " by `x` and `y`", where there is a choice.
    fn by(&self) -> String {
        if self.params.len() < 2 {
            return String::new();
        }
        let names: Vec<_> = self
            .differentiable()
            .map(|param| format!("`{}`", param.ident))
            .collect();
        match names.split_last() {
            Some((last, [])) => format!(" by {last}"),
            Some((last, rest)) => format!(" by {} and {last}", rest.join(", ")),
            None => String::new(),
        }
    }

    /// What is said of an `Option` or a `Result`; nothing of another result.
    fn of_the_content(&self, says: &str) -> Option<String> {
        self.payload().map(|_| says.to_owned())
    }

    fn allocates(&self) -> String {
        if self.only_scalars() {
            return "Allocates nothing beyond what the function itself does.".to_owned();
        }
        match self.differentiable().any(|param| param.is_unsized()) {
            true => "Allocates the gradient; `grad_into` takes one that is there.".to_owned(),
            false => "The gradient has the shape of the parameters, by value.".to_owned(),
        }
    }
}

/// The formula stands behind the first sentence.
fn with_formula(mut docs: Vec<String>, formula: &[String]) -> Vec<String> {
    docs.splice(1..1, formula.iter().cloned());
    docs
}

/// `a`, or `(a, b)`.
pub(super) fn bare_or_tuple(parts: &[TokenStream]) -> TokenStream {
    match parts {
        [one] => one.clone(),
        several => quote!((#(#several),*)),
    }
}

/// Bounds for what derivatives do with a type parameter that is a float: `where T: Scalar`.
fn with_scalars(mut generics: syn::Generics, request: &Request, names: &Names) -> syn::Generics {
    let scalar = names.private("Scalar");
    for float in &request.floats.generic {
        let bound = syn::parse_quote!(#float: #scalar);
        generics.make_where_clause().predicates.push(bound);
    }
    generics
}

/// The first float in a type.
fn float_in(ty: &Type) -> Option<&Float> {
    match ty {
        Type::Float(float) => Some(float),
        Type::Array(element, _) | Type::Slice(element) | Type::Vec(element) | Type::Aggregate(element) => {
            float_in(element)
        }
        Type::Matrix(it) => float_in(&it.element),
        Type::Tuple(parts) => parts.iter().find_map(float_in),
        Type::Struct(it) => it.fields.iter().find_map(|(_, field)| float_in(field)),
        Type::Int(_) | Type::Bool | Type::Host | Type::Pullback => None,
    }
}

/// Elided lifetimes get the name that the bound of [`Signature::repeated`] declares.
struct NameLifetimes;

impl VisitMut for NameLifetimes {
    fn visit_type_reference_mut(&mut self, it: &mut syn::TypeReference) {
        it.lifetime.get_or_insert_with(|| syn::parse_quote!('clone));
        visit_mut::visit_type_reference_mut(self, it);
    }

    fn visit_lifetime_mut(&mut self, it: &mut syn::Lifetime) {
        if it.ident == "_" {
            *it = syn::parse_quote!('clone);
        }
    }

    // `Fn(&f64)` and `fn(&f64)` have lifetimes of their own.
    fn visit_parenthesized_generic_arguments_mut(&mut self, _: &mut syn::ParenthesizedGenericArguments) {}

    fn visit_type_fn_ptr_mut(&mut self, _: &mut syn::TypeFnPtr) {}
}
