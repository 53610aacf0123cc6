//! The fields of structs, from how a function uses them: the macro never sees a definition.
//!
//! One walk over the body collects what each use says (`p.a.sin()`: a float; `p.w[i]`: a list; `0..p.n`: an integer), and
//! what is used alike is of one type. What follows from it is a claim, not a fact: generated code asserts each of them, so
//! that a wrong one is an error at the user's token.

mod expressions;
mod methods;
mod patterns;
mod terms;

use crate::ir::{Float, Int, Named, Struct, Type};
use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use std::collections::{BTreeMap, BTreeSet};
use syn::spanned::Spanned;
use terms::{Kind, Term, Terms};

/// What is known of the structs in a function.
#[derive(Clone, Debug)]
pub(crate) struct Fields {
    facade: syn::Path,
    /// By the name as it is written, references and lifetimes left out.
    named: BTreeMap<String, Verdict>,
    /// What the names of the body's patterns are bound to, by where the name's token lies; only what has a struct in it.
    locals: BTreeMap<usize, Type>,
}

/// What the uses of a named type say of it.
#[derive(Clone, Debug)]
enum Verdict {
    /// A struct for sure: it has fields.
    Struct(Struct),
    /// Used as a number.
    Number,
    /// Only handed on.
    Open,
}

impl Fields {
    /// The struct that is written so, if it is one.
    pub(crate) fn of_type(&self, ty: &syn::Type) -> Option<Struct> {
        let syn::Type::Path(it) = ty else { return None };
        let mut found = self.of_path(&it.path)?;
        found.name = Some(self.name_of(&it.path));
        Some(found)
    }

    /// A type and its tangent's.
    fn name_of(&self, path: &syn::Path) -> Named {
        named(path.to_token_stream(), &self.facade)
    }

    pub(crate) fn of_path(&self, path: &syn::Path) -> Option<Struct> {
        match self.named.get(&key(path)) {
            Some(Verdict::Struct(it)) => Some(it.clone()),
            Some(Verdict::Number | Verdict::Open) | None => None,
        }
    }

    /// As [`Fields::of_type`], of a type that stands behind a reference: nobody lends a float that is only handed on.
    pub(crate) fn of_lent(&self, ty: &syn::Type) -> Option<Struct> {
        let syn::Type::Path(it) = ty else { return None };
        match self.named.get(&key(&it.path)) {
            Some(Verdict::Struct(_)) => self.of_type(ty),
            Some(Verdict::Open) => Some(Struct {
                name: Some(self.name_of(&it.path)),
                fields: Vec::new(),
            }),
            Some(Verdict::Number) | None => None,
        }
    }

    /// What the pattern's name is bound to, if that has a struct in it.
    pub(crate) fn of_local(&self, ident: &syn::Ident) -> Option<&Type> {
        self.locals.get(&(std::ptr::from_ref(ident) as usize))
    }
}

/// Reads the whole function.
pub(super) fn read(item: &syn::ItemFn, facade: &syn::Path) -> Fields {
    let mut walk = Walk {
        terms: Terms::default(),
        scopes: vec![Vec::new()],
        names: BTreeMap::new(),
        generic: item
            .sig
            .generics
            .type_params()
            .map(|it| it.ident.to_string())
            .collect(),
        idents: Vec::new(),
        later: Vec::new(),
        like_matrices: Vec::new(),
        lent: Vec::new(),
        output: Vec::new(),
        casts: Vec::new(),
        copied: 0,
    };
    for input in &item.sig.inputs {
        if let syn::FnArg::Typed(it) = input {
            let term = walk.written(&it.ty);
            walk.pattern(&it.pat, term);
        }
    }
    let output = match &item.sig.output {
        syn::ReturnType::Default => walk.terms.open(),
        syn::ReturnType::Type(_, ty) => walk.written(ty),
    };
    walk.output.push(output);
    let tail = walk.block(&item.block);
    walk.terms.unite(tail, output);
    walk.settle();
    for value in std::mem::take(&mut walk.casts) {
        if matches!(walk.terms.kind(value), Kind::Open) {
            walk.terms.tell(value, Kind::Int);
        }
    }
    walk.fields(facade)
}

/// The state of one walk.
struct Walk {
    terms: Terms,
    /// Innermost last.
    scopes: Vec<Vec<(String, Term)>>,
    /// Types by name.
    names: BTreeMap<String, (TokenStream, Term)>,
    generic: BTreeSet<String>,
    /// The names of patterns, by address.
    idents: Vec<(usize, Term)>,
    /// Arithmetic, whose sides are of one type unless a struct's own operator is meant: looked at when all else is known.
    later: Vec<Arithmetic>,
    /// What has a method that only matrices have.
    like_matrices: Vec<(Term, Vec<Term>)>,
    /// Factors that are written with a `&`, as nobody does with a number.
    lent: Vec<Term>,
    /// What the functions and closures around here return, innermost last.
    output: Vec<Term>,
    /// What `as` converts: an integer, unless something says that it is a float.
    casts: Vec<Term>,
    /// Inside of tokens that were parsed for this walk only, addresses mean nothing.
    copied: usize,
}

struct Arithmetic {
    sides: [Term; 2],
    result: Option<Term>,
    /// `+` or `-`: a matrix on one side is one on the other, too.
    sum: bool,
}

impl Walk {
    /// A type as it is written.
    fn written(&mut self, ty: &syn::Type) -> Term {
        match ty {
            syn::Type::Paren(it) => self.written(&it.elem),
            syn::Type::Group(it) => self.written(&it.elem),
            syn::Type::Reference(it) => self.written(&it.elem),
            syn::Type::Array(it) => {
                let element = self.written(&it.elem);
                self.terms.list(element)
            }
            syn::Type::Slice(it) => {
                let element = self.written(&it.elem);
                self.terms.list(element)
            }
            syn::Type::Tuple(it) => {
                let parts = it.elems.iter().map(|part| self.written(part)).collect();
                self.terms.add(Kind::Tuple(parts))
            }
            syn::Type::Path(it) if it.qself.is_none() => self.written_path(&it.path),
            _ => self.terms.open(),
        }
    }

    fn written_path(&mut self, path: &syn::Path) -> Term {
        let Some(last) = path.segments.last() else {
            return self.terms.open();
        };
        let name = last.ident.to_string();
        match name.as_str() {
            "f64" | "f32" => return self.terms.add(Kind::Float),
            "bool" => return self.terms.add(Kind::Bool),
            "usize" | "isize" | "u8" | "u16" | "u32" | "u64" | "u128" | "i8" | "i16" | "i32" | "i64"
            | "i128" => {
                return self.terms.add(Kind::Int);
            }
            "char" | "str" | "String" => return self.terms.add(Kind::Constant),
            "Vec" => {
                if let syn::PathArguments::AngleBracketed(args) = &last.arguments
                    && let Some(syn::GenericArgument::Type(element)) = args.args.first()
                {
                    let element = self.written(element);
                    return self.terms.list(element);
                }
            }
            "Option" | "Result" => {
                if let syn::PathArguments::AngleBracketed(args) = &last.arguments
                    && let Some(syn::GenericArgument::Type(inside)) = args.args.first()
                {
                    return self.written(inside);
                }
            }
            _ if self.generic.contains(&name) => return self.terms.open(),
            _ if super::is_matrix_name(&name) && !last.arguments.is_empty() => {
                return self.terms.add(Kind::Matrix);
            }
            _ => (),
        }
        self.name(path)
    }

    /// The one type of this name.
    fn name(&mut self, path: &syn::Path) -> Term {
        let tokens = path.to_token_stream();
        let key = key(path);
        if let Some((known, term)) = self.names.get_mut(&key) {
            // With its arguments it is a type that can be written down.
            if path.segments.iter().any(|segment| !segment.arguments.is_empty()) {
                *known = tokens;
            }
            return *term;
        }
        let term = self.terms.open();
        self.names.insert(key, (tokens, term));
        term
    }

    fn find(&self, name: &str) -> Option<Term> {
        let mut entries = self.scopes.iter().rev().flat_map(|scope| scope.iter().rev());
        entries.find(|entry| entry.0 == name).map(|entry| entry.1)
    }

    fn scoped<R>(&mut self, inside: impl FnOnce(&mut Self) -> R) -> R {
        self.scopes.push(Vec::new());
        let res = inside(self);
        self.scopes.pop();
        res
    }

    /// Lets arithmetic tell what nothing else did.
    fn settle(&mut self) {
        let all = std::mem::take(&mut self.later);
        self.matrices(&all);
        let mut open: Vec<&Arithmetic> = all.iter().collect();
        loop {
            let before = open.len();
            open.retain(|it| !self.arithmetic(it, false));
            if open.len() == before {
                // Nothing is known of either side of the first: it is a number, and the others may follow from that.
                match open.is_empty() {
                    true => break,
                    false => {
                        self.arithmetic(open.remove(0), true);
                    }
                }
            }
        }
        self.arguments_of_matrices();
    }

    /// What a matrix is multiplied with entry by entry is one.
    fn arguments_of_matrices(&mut self) {
        for (receiver, args) in std::mem::take(&mut self.like_matrices) {
            if let Kind::Matrix = self.terms.kind(receiver) {
                args.iter().for_each(|arg| self.terms.tell(*arg, Kind::Matrix));
            }
        }
    }

    /// Whether it is clear what the operation works on; with `decide` it is made clear.
    fn arithmetic(&mut self, it: &Arithmetic, decide: bool) -> bool {
        let [a, b] = it.sides;
        let is = |terms: &Terms, term| match terms.kind(term) {
            Kind::Float | Kind::Int | Kind::Number => Some(true),
            Kind::Open => None,
            Kind::Bool
            | Kind::Constant
            | Kind::List { .. }
            | Kind::Tuple(_)
            | Kind::Matrix
            | Kind::Struct { .. }
            | Kind::Closure { .. } => Some(false),
        };
        let matrix = |terms: &Terms, term| matches!(terms.kind(term), Kind::Matrix);
        if matrix(&self.terms, a)
            || matrix(&self.terms, b)
            || it.result.is_some_and(|y| matrix(&self.terms, y))
        {
            return self.matrix_arithmetic(it, decide);
        }
        match (is(&self.terms, a), is(&self.terms, b)) {
            (Some(false), _) | (_, Some(false)) => return true,
            (None, None) if !decide => return false,
            _ => (),
        }
        let number = self.terms.add(Kind::Number);
        for term in [Some(a), Some(b), it.result].into_iter().flatten() {
            self.terms.unite(number, term);
        }
        true
    }

    /// As [`Walk::arithmetic`], of what has a matrix in it. A factor of which nothing else is known is a number.
    fn matrix_arithmetic(&mut self, it: &Arithmetic, decide: bool) -> bool {
        let [a, b] = it.sides;
        if let Some(result) = it.result {
            self.terms.tell(result, Kind::Matrix);
        }
        if it.sum {
            self.terms.tell(a, Kind::Matrix);
            self.terms.tell(b, Kind::Matrix);
            return true;
        }
        let open: Vec<_> = [a, b]
            .into_iter()
            .filter(|side| matches!(self.terms.kind(*side), Kind::Open))
            .collect();
        let lent: Vec<_> = self.lent.iter().map(|term| self.terms.root(*term)).collect();
        for side in open.iter().filter(|_| decide) {
            let kind = match lent.contains(&self.terms.root(*side)) {
                true => Kind::Matrix,
                false => Kind::Float,
            };
            self.terms.tell(*side, kind);
        }
        decide || open.is_empty()
    }

    /// What only matrices do: where it is also added or multiplied, it is one.
    fn matrices(&mut self, all: &[Arithmetic]) {
        for (term, _) in self.like_matrices.clone() {
            let root = self.terms.root(term);
            let meets = |it: &Arithmetic| {
                let terms = it.sides.into_iter().chain(it.result);
                terms.into_iter().any(|other| self.terms.root(other) == root)
            };
            if all.iter().any(meets) {
                self.terms.tell(term, Kind::Matrix);
            }
        }
    }

    fn fields(self, facade: &syn::Path) -> Fields {
        let mut verdicts = BTreeMap::new();
        let label = |term: Term| {
            let root = self.terms.root(term);
            let mut names = self.names.values();
            names
                .find(|(_, other)| self.terms.root(*other) == root)
                .map(|(path, _)| named(path.clone(), facade))
        };
        for (key, (_, term)) in &self.names {
            let verdict = match (
                self.terms.kind(*term),
                self.terms.ty(*term, &label, &mut Vec::new()),
            ) {
                (_, Type::Struct(it)) if !it.fields.is_empty() => Verdict::Struct(it),
                (Kind::Struct { .. }, Type::Struct(it)) => Verdict::Struct(it),
                (_, Type::Struct(_)) => Verdict::Open,
                _ => Verdict::Number,
            };
            verdicts.insert(key.clone(), verdict);
        }
        let mut locals = BTreeMap::new();
        for (address, term) in &self.idents {
            let ty = self.terms.ty(*term, &label, &mut Vec::new());
            if has_struct(&ty) {
                locals.insert(*address, ty);
            }
        }
        Fields {
            facade: facade.clone(),
            named: verdicts,
            locals,
        }
    }
}

fn named(path: TokenStream, facade: &syn::Path) -> Named {
    Named {
        tangent: at_span(quote!(<#path as #facade::Differentiable>::Tangent), path.span()),
        path,
    }
}

/// The same tokens with another span, so that what is wrong with a type is said at the type.
fn at_span(tokens: TokenStream, span: Span) -> TokenStream {
    let respanned = tokens.into_iter().map(|mut token| {
        if let TokenTree::Group(group) = &token {
            token = Group::new(group.delimiter(), at_span(group.stream(), span)).into();
        }
        token.set_span(span);
        token
    });
    respanned.collect()
}

/// Whether a struct that was looked into is in it.
fn has_struct(ty: &Type) -> bool {
    match ty {
        // What is only known by numbers is rather a tuple.
        Type::Struct(it) => {
            let named = |(member, _): &(syn::Member, Type)| matches!(member, syn::Member::Named(_));
            it.name.is_some() || it.fields.iter().any(named)
        }
        Type::Array(element, _) | Type::Slice(element) | Type::Vec(element) | Type::Aggregate(element) => {
            has_struct(element)
        }
        Type::Tuple(parts) => parts.iter().any(has_struct),
        Type::Matrix(_) | Type::Float(_) | Type::Int(_) | Type::Bool | Type::Host | Type::Pullback => false,
    }
}

/// The name of a type without its arguments: `Pair` of `Pair<f64>`.
fn key(path: &syn::Path) -> String {
    let names = path.segments.iter().map(|segment| segment.ident.to_string());
    names.collect::<Vec<_>>().join("::")
}

impl Terms {
    /// The type that a term is found to be.
    fn ty(&self, term: Term, label: &dyn Fn(Term) -> Option<Named>, inside: &mut Vec<Term>) -> Type {
        let root = self.root(term);
        let open = || {
            Type::Struct(Struct {
                name: label(term),
                fields: Vec::new(),
            })
        };
        // A struct that has itself inside.
        if inside.contains(&root) {
            return open();
        }
        inside.push(root);
        let res = match self.kind(root).clone() {
            Kind::Float | Kind::Number => Type::Float(Float::Inferred),
            Kind::Int => Type::Int(Int::Inferred),
            Kind::Bool => Type::Bool,
            Kind::Constant | Kind::Closure { .. } => Type::Host,
            Kind::Matrix => Type::matrix(Type::Float(Float::Inferred)),
            Kind::List { element, grows } => {
                let element = Box::new(self.ty(element, label, inside));
                match grows {
                    true => Type::Vec(element),
                    false => Type::Aggregate(element),
                }
            }
            Kind::Tuple(parts) => {
                Type::Tuple(parts.iter().map(|part| self.ty(*part, label, inside)).collect())
            }
            Kind::Struct { fields } => Type::Struct(Struct {
                name: label(term),
                fields: fields
                    .into_iter()
                    .map(|(member, field)| (member, self.ty(field, label, inside)))
                    .collect(),
            }),
            Kind::Open => open(),
        };
        inside.pop();
        res
    }
}

#[cfg(test)]
mod tests;
