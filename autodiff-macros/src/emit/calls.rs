//! Calls of other annotated functions, in every mode of the protocol between companions. A caller does not see the
//! signature of what it calls, so what it passes depends on nothing but how it passes the argument itself.

use super::body::{Emit, tuple};
use super::signatures::name_beside;
use super::stmts::{Pattern, statement};
use super::types;
use crate::ir::{
    Arg, Call, CallMode, Callee, Const, Float, Instr, Passing, PlaceRef, Stmt, Tree, Type, ValueId,
};
use crate::names;
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote_spanned};

/// What is behind an argument that is passed by reference.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Behind {
    Float,
    /// A float of a type parameter.
    Generic,
    Vec,
    Matrix,
    /// A struct, or something that only rustc knows: the callee may want the zeros of a struct.
    Open,
    Other,
}

impl<'o, 'a> Emit<'o, 'a> {
    /// ```text
    /// let (y, y_dot) = g::__pushforward(x, xs, x_dot, xs_dot);
    /// let (y, g_pullback) = g::__forward(x, xs);
    /// let (x_term, _) = g_pullback(y_bar, xs, xs_bar);
    /// ```
    pub(super) fn call(&mut self, stmt: &Stmt, call: &Call, pos: u32) -> TokenStream {
        if let Some(name) = call.callee.name() {
            self.at = names::site(name.span());
        }
        let at = self.at;
        match &call.mode {
            CallMode::Primal => {
                let args = self.args(&call.args, pos);
                let name = call.optional.then_some(names::PARTS);
                let called = self.called(&call.callee, name, args);
                self.bind(Pattern::of(&call.result), called)
            }
            CallMode::Pushforward { tangents, result_dot } => {
                let mut res = self.assert_differentiable(call, tangents);
                let (before, zeros) = self.zeros(call, tangents);
                res.extend(before);
                let mut args = self.args(&call.args, pos);
                args.extend(self.tangents(call, tangents, zeros, pos));
                let pattern = Pattern::Tuple(vec![Pattern::of(&call.result), Pattern::of(result_dot)]);
                let called = self.called(&call.callee, Some(names::PUSHFORWARD), args);
                res.extend(self.bind(pattern, called));
                res.extend(self.claims(&call.result, result_dot));
                res
            }
            CallMode::Forward { boxed, active: _ } => {
                let args = self.args(&call.args, pos);
                let name = match *boxed || call.recursive {
                    true => names::FORWARD_BOXED,
                    false => names::FORWARD,
                };
                let pattern = Pattern::Tuple(vec![Pattern::of(&call.result), last(stmt)]);
                let called = self.called(&call.callee, Some(name), args);
                self.bind(pattern, called)
            }
            CallMode::ForwardTangent {
                boxed,
                tangents,
                result_dot,
                active: _,
            } => {
                let (mut res, zeros) = self.zeros(call, tangents);
                let mut args = self.args(&call.args, pos);
                args.extend(self.tangents(call, tangents, zeros, pos));
                let name = match *boxed || call.recursive {
                    true => names::FORWARD_TANGENT_BOXED,
                    false => names::FORWARD_TANGENT,
                };
                let pattern = Pattern::Tuple(vec![
                    Pattern::of(&call.result),
                    Pattern::of(result_dot),
                    last(stmt),
                ]);
                let called = self.called(&call.callee, Some(name), args);
                res.extend(self.bind(pattern, called));
                res
            }
            CallMode::Pullback {
                pullback,
                optional,
                seeds,
                cotangents,
            } => {
                let shapes = self.shapes(call, *pullback);
                let mut around = Around::default();
                let mut args = vec![self.seed(seeds)];
                args.extend(self.again(call));
                args.extend(self.bars(call, &shapes, cotangents, &mut around));
                let pattern = self.contributions(call, cotangents);
                let function = self.pullback(*pullback, *optional);
                self.around(around, pattern, quote_spanned!(at=> #function(#(#args),*)))
            }
            CallMode::PullbackTangent {
                pullback,
                optional,
                seeds,
                seeds_dot,
                tangents,
                cotangents,
                cotangents_dot,
            } => {
                let shapes = self.shapes(call, *pullback);
                let mut around = Around::default();
                let mut args = vec![self.seed(seeds), self.seed(seeds_dot)];
                args.extend(self.again(call));
                args.extend(self.again_dots(call, tangents));
                args.extend(self.bars(call, &shapes, cotangents, &mut around));
                args.extend(self.bars(call, &shapes, cotangents_dot, &mut around));
                let pattern = Pattern::Tuple(vec![
                    self.contributions(call, cotangents),
                    self.contributions(call, cotangents_dot),
                ]);
                let function = self.pullback(*pullback, *optional);
                self.around(around, pattern, quote_spanned!(at=> #function(#(#args),*)))
            }
        }
    }

    /// What was inferred of structs that a call gives.
    fn claims(&mut self, result: &Tree, result_dot: &Tree) -> TokenStream {
        let at = self.at;
        let mut res = TokenStream::new();
        for (place, dot) in result.places().into_iter().zip(result_dot.places()) {
            let ty = self.facts.outline.body.place(place).ty.clone();
            if super::signatures::has_struct(&ty) {
                let (primal, tangent) = (self.place_ident(place), self.place_ident(dot));
                res.extend(super::fields::of_result(self.names, &ty, &primal, &tangent, at));
            }
        }
        res
    }

    fn args(&mut self, args: &[Arg], pos: u32) -> Vec<TokenStream> {
        args.iter().map(|arg| self.arg(arg, pos)).collect()
    }

    /// An argument as the user passes it; a type that does not fit is an error there.
    fn arg(&mut self, arg: &Arg, pos: u32) -> TokenStream {
        let at = names::site(arg.span);
        let before = std::mem::replace(&mut self.at, at);
        let res = self.passed(arg, pos);
        self.at = before;
        res
    }

    fn passed(&mut self, arg: &Arg, pos: u32) -> TokenStream {
        let at = self.at;
        match (arg.passing, &arg.place) {
            (Passing::Value, None) => self.tree(&arg.operand, pos),
            (Passing::Value, Some(place)) => self.owned(place, pos),
            (Passing::Ref, Some(place)) => self.borrow(place),
            (Passing::RefMut, Some(place)) => self.borrow_mut(place),
            (Passing::Ref, None) => {
                let content = self.referred(&arg.operand, pos);
                quote_spanned!(at=> &#content)
            }
            (Passing::RefMut, None) => {
                let content = self.referred(&arg.operand, pos);
                quote_spanned!(at=> &mut #content)
            }
        }
    }

    /// A value that `&` may stand in front of.
    fn referred(&mut self, tree: &Tree, pos: u32) -> TokenStream {
        let at = self.at;
        match tree {
            Tree::Value(id) => self.value(*id).at(super::exprs::Level::Tight, at),
            other => self.tree(other, pos),
        }
    }

    /// Zeros of owned aggregates without a tangent, made before the arguments are moved.
    fn zeros(&mut self, call: &Call, tangents: &[Option<Arg>]) -> (TokenStream, Vec<Option<TokenStream>>) {
        let (mut before, mut zeros) = (TokenStream::new(), Vec::new());
        for (arg, tangent) in call.args.iter().zip(tangents) {
            zeros.push(match (arg.passing, tangent, &arg.place) {
                (Passing::Value, None, Some(place)) => Some(self.zeros_of(&place.clone(), &mut before)),
                (Passing::Value, None, None) => Some(self.zero_tree(&arg.operand, &mut before)),
                (Passing::Ref | Passing::RefMut, _, _) | (Passing::Value, Some(_), _) => None,
            });
        }
        (before, zeros)
    }

    fn zeros_of(&mut self, place: &PlaceRef, before: &mut TokenStream) -> TokenStream {
        let at = self.at;
        let (ty, like) = (self.type_at(place), self.path_base(place));
        let value = types::zeros(&ty, &like, self.names, at);
        let (declared, used) = self.temporary("zeros");
        before.extend(quote_spanned!(at=> let #declared = #value;));
        used
    }

    /// `0.0` of the float that `id` is.
    fn zero(&self, id: ValueId) -> TokenStream {
        match self.facts.outline.body.ty(id) {
            Type::Float(float) => types::number(0.0, float, self.names, self.at),
            ty => unreachable!("a cotangent is a float, not {ty:?}"),
        }
    }

    /// Zeros for floats and what is made of them; `()` for a scalar that is none.
    fn zero_tree(&mut self, tree: &Tree, before: &mut TokenStream) -> TokenStream {
        let at = self.at;
        match tree {
            Tree::Value(id) if self.facts.outline.body.is_float(*id) => self.zero(*id),
            Tree::Value(_) => quote_spanned!(at=> ()),
            Tree::Place(id) => self.zeros_of(&PlaceRef::whole(*id), before),
            Tree::Tuple(parts) => {
                let parts: Vec<_> = parts.iter().map(|part| self.zero_tree(part, before)).collect();
                tuple(&parts, at)
            }
        }
    }

    /// The tangents of all arguments.
    fn tangents(
        &mut self,
        call: &Call,
        tangents: &[Option<Arg>],
        zeros: Vec<Option<TokenStream>>,
        pos: u32,
    ) -> Vec<TokenStream> {
        let all = call.args.iter().zip(tangents).zip(zeros);
        let all: Vec<_> = all
            .map(|((arg, tangent), zeros)| match (tangent, zeros) {
                (Some(tangent), _) => self.arg(tangent, pos),
                (None, Some(zeros)) => zeros,
                (None, None) => self.no_tangent(arg),
            })
            .collect();
        all
    }

    /// What is passed for the tangent of an argument that has none.
    fn no_tangent(&mut self, arg: &Arg) -> TokenStream {
        let at = self.at;
        match (arg.passing, self.behind(arg)) {
            (Passing::Value, _) => unreachable!("what is passed by value has zeros of its own"),
            (Passing::Ref, Behind::Open) => match self.open_zeros(arg) {
                Some(zeros) => quote_spanned!(at=> &*#zeros),
                None => quote_spanned!(at=> &[]),
            },
            (Passing::RefMut, Behind::Open) => match self.open_zeros(arg) {
                Some(zeros) => quote_spanned!(at=> &mut *#zeros),
                None => quote_spanned!(at=> &mut []),
            },
            (Passing::Ref, Behind::Matrix) => {
                let zeros = self.matrix_zeros(arg);
                quote_spanned!(at=> &#zeros)
            }
            (Passing::RefMut, Behind::Matrix) => {
                let zeros = self.matrix_zeros(arg);
                quote_spanned!(at=> &mut #zeros)
            }
            (Passing::Ref, Behind::Float) => quote_spanned!(at=> &0.0),
            (Passing::Ref, Behind::Generic) => {
                let lit = self.names.private("lit");
                quote_spanned!(at=> &#lit(0.0))
            }
            (Passing::Ref, Behind::Vec | Behind::Other) => quote_spanned!(at=> &[]),
            (Passing::RefMut, Behind::Float) => quote_spanned!(at=> &mut 0.0),
            (Passing::RefMut, Behind::Generic) => {
                let lit = self.names.private("lit");
                quote_spanned!(at=> &mut #lit(0.0))
            }
            (Passing::RefMut, Behind::Vec) => quote_spanned!(at=> &mut ::std::vec::Vec::new()),
            (Passing::RefMut, Behind::Other) => quote_spanned!(at=> &mut []),
        }
    }

    /// Zeros in the size of an argument.
    fn matrix_zeros(&mut self, arg: &Arg) -> TokenStream {
        let at = self.at;
        let zeros_like = self.names.private("zeros_like");
        let of = arg.place.as_ref().map(|place| self.borrow(place));
        quote_spanned!(at=> #zeros_like(#of))
    }

    /// Zeros of whatever type the callee wants for this argument.
    fn open_zeros(&mut self, arg: &Arg) -> Option<TokenStream> {
        let at = self.at;
        let no_dot = self.names.private("no_dot");
        let of = self.borrow(arg.place.as_ref()?);
        Some(quote_spanned!(at=> #no_dot(#of)))
    }

    fn behind(&self, arg: &Arg) -> Behind {
        let ty = match (&arg.place, &arg.operand) {
            (Some(place), _) => self.type_at(place),
            (None, Tree::Value(id)) => self.facts.outline.body.ty(*id).clone(),
            (None, _) => return Behind::Other,
        };
        match ty {
            Type::Float(Float::Generic(_)) => Behind::Generic,
            Type::Float(_) => Behind::Float,
            // A list of integers can only meet a `#[constant]` parameter.
            Type::Vec(element) if matches!(*element, Type::Int(_) | Type::Bool) => Behind::Other,
            Type::Vec(_) => Behind::Vec,
            Type::Int(_)
            | Type::Bool
            | Type::Array(..)
            | Type::Slice(_)
            | Type::Aggregate(_)
            | Type::Tuple(_)
            | Type::Pullback => Behind::Other,
            Type::Matrix(_) => Behind::Matrix,
            Type::Struct(_) | Type::Host => Behind::Open,
        }
    }

    /// What is behind each argument: a pullback's call names only what is passed again, so the forward call tells.
    fn shapes(&self, call: &Call, pullback: ValueId) -> Vec<(Behind, Arg)> {
        let forward = self.forward_call(pullback);
        let args = forward.map_or(&call.args, |forward| &forward.args);
        args.iter().map(|arg| (self.behind(arg), arg.clone())).collect()
    }

    /// The call that gave a pullback, through records and branches.
    fn forward_call(&self, pullback: ValueId) -> Option<&'o Call> {
        let facts = self.facts;
        let stmt = facts.outline.stmt_of(pullback)?;
        match &stmt.instr {
            Instr::Call(call) => Some(call),
            Instr::SomePullback(of) => self.forward_call(*of),
            Instr::If { then, otherwise, .. } => {
                let k = stmt.results.iter().position(|id| *id == pullback)?;
                let found = self.forward_call(then.yields[k]);
                found.or_else(|| self.forward_call(otherwise.yields[k]))
            }
            Instr::Pop { from } | Instr::Load(from) => {
                let recorded = facts
                    .outline
                    .nodes
                    .iter()
                    .find_map(|node| match &node.stmt.instr {
                        Instr::Push { to, value } | Instr::Store { to, value } if to.root == from.root => {
                            Some(*value)
                        }
                        _ => None,
                    });
                self.forward_call(recorded?)
            }
            _ => None,
        }
    }

    /// The cotangent of a result: floats by value, aggregates as slices, `()` for what has none.
    fn seed(&mut self, tree: &Tree) -> TokenStream {
        let at = self.at;
        match tree {
            Tree::Value(id) if self.is_unwanted(*id) => {
                let no_seed = self.names.private("no_seed");
                quote_spanned!(at=> #no_seed())
            }
            Tree::Value(id) => self.tokens(*id),
            Tree::Place(id) => self.borrow(&PlaceRef::whole(*id)),
            Tree::Tuple(parts) => {
                let parts: Vec<_> = parts.iter().map(|part| self.seed(part)).collect();
                tuple(&parts, at)
            }
        }
    }

    /// A zero for a result that nobody looks at, so that its type is open: it need not be a float.
    fn is_unwanted(&self, seed: ValueId) -> bool {
        let value = self.facts.outline.body.value(seed);
        let zero = matches!(value.constant, Some(Const::Float(zero)) if zero == 0.0);
        zero && matches!(value.ty, Type::Float(Float::Inferred))
    }

    /// References are passed again.
    fn again(&mut self, call: &Call) -> Vec<TokenStream> {
        let references = call.args.iter().filter(|arg| arg.passing == Passing::Ref);
        references.map(|arg| self.arg(arg, u32::MAX)).collect()
    }

    fn again_dots(&mut self, call: &Call, tangents: &[Option<Arg>]) -> Vec<TokenStream> {
        let references = call.args.iter().zip(tangents);
        let references = references.filter(|(arg, _)| arg.passing == Passing::Ref);
        references
            .map(|(arg, tangent)| match tangent {
                Some(tangent) => self.arg(tangent, u32::MAX),
                None => self.no_tangent(arg),
            })
            .collect()
    }

    /// The buffers that cotangents of what is behind references are added to.
    fn bars(
        &mut self,
        call: &Call,
        shapes: &[(Behind, Arg)],
        cotangents: &[Option<Arg>],
        around: &mut Around,
    ) -> Vec<TokenStream> {
        let at = self.at;
        let mut res = Vec::new();
        for ((arg, (behind, given)), cotangent) in call.args.iter().zip(shapes).zip(cotangents) {
            if arg.passing == Passing::Value {
                continue;
            }
            res.push(match (cotangent, behind) {
                (
                    Some(Arg {
                        place: Some(place), ..
                    }),
                    _,
                ) => self.borrow_mut(place),
                (Some(arg), _) => self.scalar_bar(&arg.operand, around),
                (None, Behind::Float) => quote_spanned!(at=> &mut 0.0),
                (None, Behind::Generic) => {
                    let lit = self.names.private("lit");
                    quote_spanned!(at=> &mut #lit(0.0))
                }
                (None, Behind::Matrix) => {
                    let zeros = self.matrix_zeros(if arg.place.is_some() { arg } else { given });
                    quote_spanned!(at=> &mut #zeros)
                }
                (None, Behind::Open) => {
                    let known = if arg.place.is_some() { arg } else { given };
                    match self.open_zeros(known) {
                        Some(zeros) => quote_spanned!(at=> &mut *#zeros),
                        None => quote_spanned!(at=> &mut []),
                    }
                }
                (None, Behind::Vec) if arg.passing == Passing::RefMut => {
                    quote_spanned!(at=> &mut ::std::vec::Vec::new())
                }
                (None, Behind::Vec | Behind::Other) => quote_spanned!(at=> &mut []),
            });
        }
        res
    }

    /// A buffer for the cotangent of a scalar that was passed by reference: `let mut x_term = 0.0; … &mut x_term`.
    fn scalar_bar(&mut self, tree: &Tree, around: &mut Around) -> TokenStream {
        let at = self.at;
        let Tree::Value(id) = tree else {
            return quote_spanned!(at=> &mut ());
        };
        let wish = self.facts.wish(self.facts.variables.of_value(*id));
        let zero = self.zero(*id);
        let (declared, used) = self.temporary(&wish);
        around
            .before
            .extend(quote_spanned!(at=> let mut #declared = #zero;));
        around.after.push((*id, used.clone()));
        quote_spanned!(at=> &mut #used)
    }

    /// What a pullback returns: one for each argument, `()` for what is behind a reference.
    fn contributions(&self, call: &Call, cotangents: &[Option<Arg>]) -> Pattern {
        let parts = call
            .args
            .iter()
            .zip(cotangents)
            .map(|(arg, cotangent)| match cotangent {
                Some(cotangent) if arg.passing == Passing::Value => match &cotangent.place {
                    Some(place) => Pattern::AddTo(place.clone()),
                    None => contribution(&cotangent.operand),
                },
                _ => Pattern::Skip,
            });
        Pattern::Tuple(parts.collect())
    }

    fn pullback(&mut self, pullback: ValueId, optional: bool) -> TokenStream {
        let at = self.at;
        let pullback = self.tokens(pullback);
        match optional {
            false => pullback,
            true => quote_spanned!(at=> #pullback.expect("the branch that gave it ran")),
        }
    }

    /// The call, between the declarations that it needs and the values that it leaves in them.
    fn around(&mut self, around: Around, pattern: Pattern, call: TokenStream) -> TokenStream {
        let mut res = around.before;
        res.extend(self.bind(pattern, call));
        for (id, used) in around.after {
            if self.facts.folds.is_used(id) {
                res.extend(self.bind(Pattern::Value(id), used));
            }
        }
        res
    }

    /// Whether an argument is written to, and only rustc knows what it is: state, or floats.
    fn is_unknown_memory(&self, arg: &Arg) -> bool {
        let place = arg.place.as_ref().filter(|_| arg.passing == Passing::RefMut);
        place.is_some_and(|place| matches!(self.type_at(place), Type::Host))
    }

    /// A call of the function itself, or by `name` of one of those that stand in for it: `g::__forward(x)`,
    /// `Type::__g_forward(x)`, `receiver.__g_forward(x)`.
    fn called(&mut self, callee: &Callee, name: Option<&str>, args: Vec<TokenStream>) -> TokenStream {
        let at = self.at;
        let beside = |function: &Ident| match name {
            Some(name) => name_beside(function, name, Span::call_site().located_at(at)),
            None => function.clone(),
        };
        // What tells about parameters has none itself.
        let generic = name != Some(names::MARKS);
        match callee {
            Callee::Path(path) => {
                let function = match name {
                    Some(name) => hidden(&self.names.companion(path), name, at),
                    None => path.to_token_stream(),
                };
                quote_spanned!(at=> #function(#(#args),*))
            }
            Callee::Associated(path) => {
                let mut path = path.clone();
                if let Some(last) = path.path.segments.last_mut() {
                    last.ident = beside(&last.ident);
                    if !generic {
                        last.arguments = syn::PathArguments::None;
                    }
                }
                quote_spanned!(at=> #path(#(#args),*))
            }
            Callee::Method {
                name: function,
                turbofish,
            } => {
                let (receiver, args) = args.split_first().expect("a receiver is the first argument");
                let (function, turbofish) = (beside(function), turbofish.as_ref().filter(|_| generic));
                quote_spanned!(at=> (#receiver).#function #turbofish(#(#args),*))
            }
        }
    }

    /// A compile error at an argument that carries a derivative into a parameter that takes none, and at one that is
    /// written to and that we do not know to be made of floats.
    fn assert_differentiable(&mut self, call: &Call, tangents: &[Option<Arg>]) -> TokenStream {
        match &call.callee {
            Callee::Path(path) => {
                self.assert_by_constant(path, call, tangents);
                TokenStream::new()
            }
            Callee::Associated(_) | Callee::Method { .. } => self.assert_by_marks(call, tangents),
        }
    }

    /// ```text
    /// let (_, mark) = receiver.__energy_marks();
    /// carries(mark);
    /// ```
    fn assert_by_marks(&mut self, call: &Call, tangents: &[Option<Arg>]) -> TokenStream {
        let at = self.at;
        let mut checks = TokenStream::new();
        let mut marks = Vec::new();
        for (k, (arg, tangent)) in call.args.iter().zip(tangents).enumerate() {
            let (arg, check) = match tangent {
                Some(tangent) => (tangent, "carries"),
                None if self.is_unknown_memory(arg) => (arg, "constant"),
                None => {
                    marks.push(quote_spanned!(at=> _));
                    continue;
                }
            };
            let at = names::site(arg.span);
            let (mark, check) = (names::local(&format!("mark{k}"), at), self.names.private(check));
            checks.extend(quote_spanned!(at=> #check(#mark);));
            marks.push(quote_spanned!(at=> #mark));
        }
        let receiver = match &call.callee {
            Callee::Method { .. } => self.args(&call.args[..1], u32::MAX),
            Callee::Path(_) | Callee::Associated(_) => Vec::new(),
        };
        let all = self.called(&call.callee, Some(names::MARKS), receiver);
        quote_spanned! {at=>
            {
                let (#(#marks,)*) = #all;
                #checks
            }
        }
    }

    fn assert_by_constant(&mut self, path: &syn::ExprPath, call: &Call, tangents: &[Option<Arg>]) {
        // The companion itself is not generic, only its functions are.
        let mut path = path.clone();
        let Some(last) = path.path.segments.last_mut() else {
            return;
        };
        last.arguments = syn::PathArguments::None;
        let name = last.ident.to_string();
        let mut segments = path.path.segments.iter();
        let generic = segments.any(|segment| !segment.arguments.is_none() || segment.ident == "Self");
        // An item inside of a function sees neither `Self` nor its type parameters.
        if path.qself.is_some() || generic {
            return;
        }
        for (k, (arg, tangent)) in call.args.iter().zip(tangents).enumerate() {
            let (arg, wanted) = match tangent {
                Some(tangent) => (tangent, false),
                None if self.is_unknown_memory(arg) => (arg, true),
                None => continue,
            };
            let key = format!("{} {k}", path.to_token_stream());
            if self.assertions.iter().any(|(other, _)| *other == key) {
                continue;
            }
            let at = names::site(arg.span);
            let constant = hidden(&self.names.companion(&path), names::CONSTANT, at);
            let mut number = Literal::usize_unsuffixed(k);
            number.set_span(at);
            let (not, message) = match wanted {
                false => (
                    Some(quote_spanned!(at=> !)),
                    format!(
                        "this argument carries a derivative, but `{name}` marks its parameter `#[constant]`"
                    ),
                ),
                true => (
                    None,
                    "what is written here carries a derivative: say the type of the variable at its `let`"
                        .to_owned(),
                ),
            };
            let assertion = quote_spanned! {at=>
                const _: () = ::core::assert!(#not #constant[#number], #message);
            };
            self.assertions.push((key, assertion));
        }
    }
}

/// What stands around the call of a pullback.
#[derive(Default)]
struct Around {
    before: TokenStream,
    /// Values that are left in variables of ours.
    after: Vec<(ValueId, TokenStream)>,
}

/// The pullback is the last result of a forward sweep.
fn last(stmt: &Stmt) -> Pattern {
    let pullback = stmt.results.last();
    Pattern::Value(*pullback.expect("a forward sweep gives a pullback"))
}

fn contribution(tree: &Tree) -> Pattern {
    match tree {
        Tree::Value(id) => Pattern::Value(*id),
        Tree::Place(id) => Pattern::AddTo(PlaceRef::whole(*id)),
        Tree::Tuple(parts) if parts.is_empty() => Pattern::Skip,
        Tree::Tuple(parts) => Pattern::Tuple(parts.iter().map(contribution).collect()),
    }
}

/// `module::g::__forward::<T>` of `module::g::<T>`.
fn hidden(path: &syn::ExprPath, name: &str, at: proc_macro2::Span) -> TokenStream {
    let mut path = path.clone();
    let arguments = path
        .path
        .segments
        .last_mut()
        .map(|last| std::mem::replace(&mut last.arguments, syn::PathArguments::None));
    path.path.segments.push(syn::PathSegment {
        ident: Ident::new(name, at),
        arguments: arguments.unwrap_or(syn::PathArguments::None),
    });
    path.into_token_stream()
}
