//! `#[derive(Differentiable)]`: a struct in, its tangent and what derivatives do with it out.

mod generate;
mod operators;

use crate::diag::Diags;
use proc_macro2::TokenStream;
use quote::ToTokens;

/// A struct to be differentiated with respect to.
struct Struct {
    ident: syn::Ident,
    vis: syn::Visibility,
    generics: syn::Generics,
    /// `struct P(f64, f64);`
    tuple: bool,
    fields: Vec<Field>,
    options: Options,
}

struct Field {
    member: syn::Member,
    vis: syn::Visibility,
    ty: syn::Type,
    /// Marked `#[constant]`.
    constant: bool,
}

/// What stands in `#[tangent(..)]`.
struct Options {
    facade: syn::Path,
    separate: bool,
    operators: bool,
}

pub(crate) fn expand(item: TokenStream) -> TokenStream {
    let mut diags = Diags::default();
    let item = match syn::parse2::<syn::DeriveInput>(item) {
        Ok(item) => item,
        Err(error) => return error.to_compile_error(),
    };
    let read = Struct::read(&item, &mut diags);
    match read {
        Some(read) if diags.is_empty() => {
            diags.finish();
            generate::impls(&read)
        }
        _ => {
            let mut tokens = diags.finish();
            tokens.extend(generate::stub(&item));
            tokens
        }
    }
}

impl Struct {
    fn read(item: &syn::DeriveInput, diags: &mut Diags) -> Option<Struct> {
        let options = Options::read(item, diags);
        let syn::Data::Struct(data) = &item.data else {
            diags
                .error(&item.ident, "only structs can derive `Differentiable`")
                .help("keep the floats of the variants in a struct, or take them apart where they are used");
            return None;
        };
        let mut fields = Vec::new();
        for (k, field) in data.fields.iter().enumerate() {
            let constant = field.attrs.iter().any(|attr| attr.path().is_ident("constant"));
            if !constant {
                check(&field.ty, diags);
            }
            fields.push(Field {
                member: match &field.ident {
                    Some(ident) => syn::Member::Named(ident.clone()),
                    None => syn::Member::Unnamed(syn::Index::from(k)),
                },
                vis: field.vis.clone(),
                ty: field.ty.clone(),
                constant,
            });
        }
        Some(Struct {
            ident: item.ident.clone(),
            vis: item.vis.clone(),
            generics: item.generics.clone(),
            tuple: matches!(data.fields, syn::Fields::Unnamed(_)),
            fields,
            options,
        })
    }

    /// Whether the tangent is a struct of its own.
    fn is_separate(&self) -> bool {
        self.options.separate || self.fields.iter().any(|field| field.constant)
    }
}

impl Options {
    fn read(item: &syn::DeriveInput, diags: &mut Diags) -> Options {
        let mut res = Options {
            facade: syn::parse_quote!(::differentiable),
            separate: false,
            operators: true,
        };
        for attr in item.attrs.iter().filter(|attr| attr.path().is_ident("tangent")) {
            let read = attr.parse_nested_meta(|meta| {
                if meta.path.is_ident("separate") {
                    res.separate = true;
                } else if meta.path.is_ident("no_operators") {
                    res.operators = false;
                } else if meta.path.is_ident("crate") {
                    res.facade = meta.value()?.call(syn::Path::parse_mod_style)?;
                } else {
                    return Err(meta.error("unknown"));
                }
                Ok(())
            });
            if read.is_err() {
                diags
                    .error(attr, "this option of `#[tangent(..)]` is not known")
                    .help("there are `separate`, `no_operators` and `crate = path`");
            }
        }
        res
    }
}

/// Refuses what certainly has no derivative, at the part of the type that is the reason.
fn check(ty: &syn::Type, diags: &mut Diags) {
    let constant = "mark the field `#[constant]`, or make it a float";
    match ty {
        syn::Type::Paren(it) => check(&it.elem, diags),
        syn::Type::Group(it) => check(&it.elem, diags),
        syn::Type::Array(it) => check(&it.elem, diags),
        syn::Type::Tuple(it) => it.elems.iter().for_each(|part| check(part, diags)),
        syn::Type::Path(it) => {
            let Some(last) = it.path.segments.last() else {
                return;
            };
            if it.qself.is_none() && last.arguments.is_none() && has_no_derivative(&last.ident.to_string()) {
                let name = it.to_token_stream().to_string().replace(' ', "");
                diags
                    .error(ty, format!("cannot differentiate with respect to `{name}`"))
                    .help(constant);
            } else if let ("Vec", syn::PathArguments::AngleBracketed(args)) =
                (last.ident.to_string().as_str(), &last.arguments)
            {
                for arg in &args.args {
                    if let syn::GenericArgument::Type(ty) = arg {
                        check(ty, diags);
                    }
                }
            }
        }
        syn::Type::Reference(_) | syn::Type::Ptr(_) => diags
            .error(
                ty,
                "a tangent owns its floats, so this field cannot be a reference",
            )
            .help("own the floats (`Vec<f64>`, `[f64; N]`), or mark the field `#[constant]`"),
        syn::Type::FnPtr(_) | syn::Type::TraitObject(_) | syn::Type::ImplTrait(_) => diags
            .error(ty, "cannot differentiate with respect to this type")
            .help(constant),
        // What else there is rustc looks at: it must be `Differentiable`.
        _ => (),
    }
}

fn has_no_derivative(name: &str) -> bool {
    matches!(
        name,
        "usize"
            | "isize"
            | "u8"
            | "u16"
            | "u32"
            | "u64"
            | "u128"
            | "i8"
            | "i16"
            | "i32"
            | "i64"
            | "i128"
            | "bool"
            | "char"
            | "str"
            | "String"
    )
}
