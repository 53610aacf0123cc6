//! Written types to [`Type`]: which of them carry a derivative, and in what shape.

use super::Fields;
use super::generics::Generics;
use super::matrices;
use crate::ir::{Float, Int, Len, Passing, Type};
use proc_macro2::TokenStream;
use quote::ToTokens;

/// The names of types that are in question: an unknown one may be an alias of a float.
pub(super) struct Names<'a> {
    generics: &'a Generics,
    floats: Floats,
    fields: &'a Fields,
}

/// Names that are floats, since they are the type of something that is differentiated.
#[derive(Clone, Default, Debug)]
pub(crate) struct Floats {
    /// `Real` of `type Real = f64;`.
    pub(crate) aliases: Vec<syn::Path>,
    /// `T` of `<T: Float>`, `S::Scalar` of `<S: Space>`.
    pub(crate) generic: Vec<syn::TypePath>,
}

impl Floats {
    /// The float that a written type is, if it is one of these.
    pub(crate) fn find(&self, it: &syn::TypePath) -> Option<Type> {
        if self.generic.contains(it) {
            return Some(generic(it));
        }
        (it.qself.is_none() && self.aliases.contains(&it.path)).then(|| named(&it.path))
    }

    fn add_alias(&mut self, path: &syn::Path) {
        if !self.aliases.contains(path) {
            self.aliases.push(path.clone());
        }
    }

    fn add_generic(&mut self, it: &syn::TypePath) {
        if !self.generic.contains(it) {
            self.generic.push(it.clone());
        }
    }
}

/// A type that is written inside of the body, the outermost reference left out; [`Type::Host`] unless we know every
/// part.
pub(crate) fn understood(ty: &syn::Type, floats: &Floats, fields: &Fields) -> Type {
    let names = Names {
        generics: &Generics::default(),
        floats: floats.clone(),
        fields,
    };
    names.known(passing(ty).1, true).unwrap_or(Type::Host)
}

/// Why a type cannot be differentiated, at the part of it that is the reason.
pub(super) struct Misfit {
    pub(super) at: TokenStream,
    pub(super) kind: MisfitKind,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum MisfitKind {
    /// A number, `bool`, `char` or text: clear what it is, and that it has no derivative.
    NotAFloat,
    /// A type parameter.
    Generic,
    /// A reference where only the outermost may be one.
    InnerReference,
    /// A tuple behind a reference.
    BehindReference,
    Dyn,
    Pointer,
    ImplTrait,
    Function,
    /// A type with arguments that we know nothing of, a macro, `_`, …
    Unknown,
}

impl<'a> Names<'a> {
    pub(super) fn new(generics: &'a Generics, fields: &'a Fields) -> Self {
        Names {
            generics,
            floats: Floats::default(),
            fields,
        }
    }

    /// Every name that was taken for a float's, once.
    pub(super) fn into_floats(self) -> Floats {
        self.floats
    }

    /// A parameter that is to be differentiated: how it is passed, and the type behind the reference.
    pub(super) fn differentiable(&mut self, ty: &syn::Type) -> Result<(Passing, Type), Misfit> {
        let (passing, inner) = passing(ty);
        if let Some(lent) = self
            .fields
            .of_lent(plain(inner))
            .filter(|_| passing != Passing::Value)
        {
            return Ok((passing, Type::Struct(lent)));
        }
        let shape = self.floats(inner).map_err(|misfit| match is_str(inner) {
            // Nobody says `str` to a `&str`.
            true => self::misfit(ty, misfit.kind),
            false => misfit,
        })?;
        if passing != Passing::Value && matches!(shape, Type::Tuple(_)) {
            return Err(misfit(ty, MisfitKind::BehindReference));
        }
        Ok((passing, shape))
    }

    /// What a function returns: a result, or an `Option` or `Result` of one.
    pub(super) fn returned(&mut self, ty: &syn::Type) -> Result<Type, Misfit> {
        match payload(ty) {
            Some(inner) => Ok(Type::optional(self.result(inner)?)),
            None => self.result(ty),
        }
    }

    /// A result: floats, and beside them in a tuple what is not one.
    pub(super) fn result(&mut self, ty: &syn::Type) -> Result<Type, Misfit> {
        match plain(ty) {
            syn::Type::Tuple(it) => {
                let parts: Result<_, _> = it.elems.iter().map(|part| self.result_part(part)).collect();
                Ok(Type::Tuple(parts?))
            }
            other => self.floats(other),
        }
    }

    fn result_part(&mut self, ty: &syn::Type) -> Result<Type, Misfit> {
        match scalar(ty) {
            Some(number) => Ok(number),
            None => self.result(ty),
        }
    }

    /// A parameter that is not differentiated: [`Type::Host`] unless we know every part.
    ///
    /// A name that is a float for another parameter is one here, too; so constants come last.
    pub(super) fn constant(&self, ty: &syn::Type) -> (Passing, Type) {
        let (passing, inner) = passing(ty);
        (passing, self.known(inner, false).unwrap_or(Type::Host))
    }

    /// With `structs`, also what is made of structs.
    fn known(&self, ty: &syn::Type, structs: bool) -> Option<Type> {
        match plain(ty) {
            syn::Type::Array(it) => Some(Type::Array(
                Box::new(self.known(&it.elem, structs)?),
                length(&it.len),
            )),
            syn::Type::Slice(it) => Some(Type::Slice(Box::new(self.known(&it.elem, structs)?))),
            syn::Type::Tuple(it) => {
                let parts = it
                    .elems
                    .iter()
                    .map(|part| self.known(part, structs))
                    .collect::<Option<_>>()?;
                Some(Type::Tuple(parts))
            }
            syn::Type::Path(it) => match element_of_vec(it) {
                Some(element) => Some(Type::Vec(Box::new(self.known(element, structs)?))),
                None if matrices::matrix(it).is_some() => {
                    let matrix = matrices::matrix(it)?;
                    let element = self.known(matrix.element, structs)?;
                    matches!(element, Type::Float(_)).then(|| matrix.of(element))
                }
                None => self
                    .floats
                    .find(it)
                    .or_else(|| match self.fields.of_type(plain(ty)) {
                        Some(known) if structs => Some(Type::Struct(known)),
                        _ => scalar(ty),
                    }),
            },
            _ => None,
        }
    }

    /// A type all of whose leaves are floats.
    fn floats(&mut self, ty: &syn::Type) -> Result<Type, Misfit> {
        match plain(ty) {
            syn::Type::Array(it) => Ok(Type::Array(Box::new(self.floats(&it.elem)?), length(&it.len))),
            syn::Type::Slice(it) => Ok(Type::Slice(Box::new(self.floats(&it.elem)?))),
            syn::Type::Tuple(it) => {
                let parts: Result<_, _> = it.elems.iter().map(|part| self.floats(part)).collect();
                Ok(Type::Tuple(parts?))
            }
            syn::Type::Path(it) => self.float_path(it),
            syn::Type::Reference(it) => Err(misfit(it, MisfitKind::InnerReference)),
            syn::Type::TraitObject(it) => Err(misfit(it, MisfitKind::Dyn)),
            syn::Type::Ptr(it) => Err(misfit(it, MisfitKind::Pointer)),
            syn::Type::ImplTrait(it) => Err(misfit(it, MisfitKind::ImplTrait)),
            syn::Type::FnPtr(it) => Err(misfit(it, MisfitKind::Function)),
            other => Err(misfit(other, MisfitKind::Unknown)),
        }
    }

    fn float_path(&mut self, it: &syn::TypePath) -> Result<Type, Misfit> {
        if let Some(element) = element_of_vec(it) {
            return Ok(Type::Vec(Box::new(self.floats(element)?)));
        }
        if let Some(matrix) = matrices::matrix(it) {
            let element = self.floats(matrix.element)?;
            if !matches!(element, Type::Float(_)) {
                return Err(misfit(matrix.element, MisfitKind::NotAFloat));
            }
            return Ok(matrix.of(element));
        }
        match primitive(it) {
            Some(Primitive::Float(float)) => return Ok(Type::Float(float)),
            Some(Primitive::Int(_) | Primitive::Bool | Primitive::Text) => {
                return Err(misfit(it, MisfitKind::NotAFloat));
            }
            None => (),
        }
        let lent = self.fields.of_type(&syn::Type::Path(it.clone()));
        match self.generics.is_float(it) {
            // Not a parameter of the `impl` around, which have no fields.
            Some(true) if lent.is_some() && !self.generics.declares(it) => (),
            Some(true) => {
                self.floats.add_generic(it);
                return Ok(generic(it));
            }
            Some(false) => return Err(misfit(it, MisfitKind::Generic)),
            None => (),
        }
        let plain = |segment: &syn::PathSegment| segment.arguments.is_none();
        if let Some(known) = lent {
            return Ok(Type::Struct(known));
        }
        if it.qself.is_some() || !it.path.segments.iter().all(plain) {
            return Err(misfit(it, MisfitKind::Unknown));
        }
        self.floats.add_alias(&it.path);
        Ok(named(&it.path))
    }
}

/// Whether the type is an `Option`, of what [`payload`] gives one for.
pub(crate) fn is_option(ty: &syn::Type) -> bool {
    let syn::Type::Path(it) = plain(ty) else {
        return false;
    };
    it.path.segments.last().is_some_and(|last| last.ident == "Option")
}

/// `T` of `Option<T>`, `Result<T, E>`, and of a `Result` of a module: `io::Result<T>`.
pub(crate) fn payload(ty: &syn::Type) -> Option<&syn::Type> {
    let syn::Type::Path(it) = plain(ty) else {
        return None;
    };
    let last = it.path.segments.last().filter(|_| it.qself.is_none())?;
    let syn::PathArguments::AngleBracketed(args) = &last.arguments else {
        return None;
    };
    match args.args.first()? {
        syn::GenericArgument::Type(inner) if last.ident == "Option" || last.ident == "Result" => Some(inner),
        _ => None,
    }
}

fn misfit(at: &impl ToTokens, kind: MisfitKind) -> Misfit {
    Misfit {
        at: at.to_token_stream(),
        kind,
    }
}

fn is_str(ty: &syn::Type) -> bool {
    matches!(plain(ty), syn::Type::Path(it) if it.path.is_ident("str"))
}

fn named(path: &syn::Path) -> Type {
    Type::Float(Float::Named(path.to_token_stream()))
}

fn generic(it: &syn::TypePath) -> Type {
    Type::Float(Float::Generic(it.to_token_stream()))
}

/// The type without parentheses and without the invisible groups of `macro_rules!`.
pub(super) fn plain(ty: &syn::Type) -> &syn::Type {
    match ty {
        syn::Type::Group(it) => plain(&it.elem),
        syn::Type::Paren(it) => plain(&it.elem),
        other => other,
    }
}

fn passing(ty: &syn::Type) -> (Passing, &syn::Type) {
    match plain(ty) {
        syn::Type::Reference(it) if it.mutability.is_some() => (Passing::RefMut, &it.elem),
        syn::Type::Reference(it) => (Passing::Ref, &it.elem),
        other => (Passing::Value, other),
    }
}

enum Primitive {
    Float(Float),
    Int(Int),
    Bool,
    /// `char`, `str`, `String`
    Text,
}

/// A type that the language or the prelude defines.
fn primitive(it: &syn::TypePath) -> Option<Primitive> {
    let (last, before) = segments(it)?;
    if !last.arguments.is_none() {
        return None;
    }
    let name = last.ident.to_string();
    let from_std = matches!(before.first().map(String::as_str), Some("std" | "core" | "alloc"));
    let known = match before.len() {
        0 => true,
        // `std::f64` is a module, and so is `std::string`.
        2 => from_std && (before[1] == "primitive" || (before[1] == "string" && name == "String")),
        _ => false,
    };
    if !known {
        return None;
    }
    match name.as_str() {
        "f64" => Some(Primitive::Float(Float::F64)),
        "f32" => Some(Primitive::Float(Float::F32)),
        "bool" => Some(Primitive::Bool),
        "char" | "str" | "String" => Some(Primitive::Text),
        _ => int(&name).map(Primitive::Int),
    }
}

fn int(name: &str) -> Option<Int> {
    Some(match name {
        "usize" => Int::Usize,
        "isize" => Int::Isize,
        "u8" => Int::U8,
        "u16" => Int::U16,
        "u32" => Int::U32,
        "u64" => Int::U64,
        "u128" => Int::U128,
        "i8" => Int::I8,
        "i16" => Int::I16,
        "i32" => Int::I32,
        "i64" => Int::I64,
        "i128" => Int::I128,
        _ => return None,
    })
}

/// A scalar of the language.
fn scalar(ty: &syn::Type) -> Option<Type> {
    let syn::Type::Path(it) = plain(ty) else {
        return None;
    };
    match primitive(it)? {
        Primitive::Float(float) => Some(Type::Float(float)),
        Primitive::Int(int) => Some(Type::Int(int)),
        Primitive::Bool => Some(Type::Bool),
        Primitive::Text => None,
    }
}

/// `T` of `Vec<T>`.
fn element_of_vec(it: &syn::TypePath) -> Option<&syn::Type> {
    let (last, before) = segments(it)?;
    let from_std = match before.len() {
        0 => true,
        2 => matches!(before[0].as_str(), "std" | "alloc") && before[1] == "vec",
        _ => false,
    };
    let syn::PathArguments::AngleBracketed(args) = &last.arguments else {
        return None;
    };
    let mut args = args.args.iter();
    match (args.next(), args.next()) {
        (Some(syn::GenericArgument::Type(element)), None) if last.ident == "Vec" && from_std => Some(element),
        _ => None,
    }
}

/// The last segment, and the names before it.
fn segments(it: &syn::TypePath) -> Option<(&syn::PathSegment, Vec<String>)> {
    if it.qself.is_some() {
        return None;
    }
    let mut all = it.path.segments.iter();
    let last = all.next_back()?;
    Some((last, all.map(|segment| segment.ident.to_string()).collect()))
}

pub(super) fn length(expr: &syn::Expr) -> Len {
    let mut inner = expr;
    while let syn::Expr::Group(it) = inner {
        inner = &it.expr;
    }
    let known = match inner {
        syn::Expr::Lit(it) => match &it.lit {
            syn::Lit::Int(it) => it.base10_parse().ok(),
            _ => None,
        },
        _ => None,
    };
    known.map_or_else(|| Len::Expr(expr.to_token_stream()), Len::Known)
}

/// Whether a companion of this name would hide a type of the language.
pub(super) fn is_primitive(name: &str) -> bool {
    matches!(name, "f64" | "f32" | "bool" | "char" | "str") || int(name).is_some()
}
