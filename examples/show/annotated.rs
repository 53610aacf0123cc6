//! The annotated functions of a file, and what becomes of them.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::visit::Visit;

/// The private functions in which the work of public ones is done.
const SWEEPS: &[&str] = &["__gradient", "__forward"];

/// A function with the attribute.
pub struct Annotated {
    pub name: String,
    /// What is in the parentheses of the attribute.
    args: TokenStream,
    /// The function without the attribute.
    item: TokenStream,
    /// It stands in an `impl` or a trait, and so does what becomes of it.
    method: bool,
}

/// All of them, also those in modules, in `impl`s and inside of functions.
pub fn all(file: &syn::File) -> Vec<Annotated> {
    let mut finder = Finder(Vec::new());
    finder.visit_file(file);
    finder.0
}

struct Finder(Vec<Annotated>);

impl<'ast> Visit<'ast> for Finder {
    fn visit_item_fn(&mut self, it: &'ast syn::ItemFn) {
        self.find(&it.sig.ident, &it.attrs, false, |attrs| {
            let it = syn::ItemFn { attrs, ..it.clone() };
            it.into_token_stream()
        });
        syn::visit::visit_item_fn(self, it);
    }

    fn visit_impl_item_fn(&mut self, it: &'ast syn::ImplItemFn) {
        self.find(&it.sig.ident, &it.attrs, true, |attrs| {
            let it = syn::ImplItemFn { attrs, ..it.clone() };
            it.into_token_stream()
        });
        syn::visit::visit_impl_item_fn(self, it);
    }
}

impl Finder {
    fn find(
        &mut self,
        name: &syn::Ident,
        attrs: &[syn::Attribute],
        method: bool,
        item: impl FnOnce(Vec<syn::Attribute>) -> TokenStream,
    ) {
        let ours = |attr: &syn::Attribute| {
            let last = attr.path().segments.last();
            last.is_some_and(|last| last.ident == "differentiable")
        };
        let Some(at) = attrs.iter().position(ours) else {
            return;
        };
        let mut rest = attrs.to_vec();
        let args = match rest.remove(at).meta {
            syn::Meta::List(list) => list.tokens,
            syn::Meta::Path(_) | syn::Meta::NameValue(_) => TokenStream::new(),
        };
        self.0.push(Annotated {
            name: name.to_string(),
            args,
            item: item(rest),
            method,
        });
    }
}

impl Annotated {
    /// The generated code; only the public functions, without documentation and attributes, unless `everything` is asked.
    pub fn shown(&self, everything: bool) -> String {
        let tokens = crate::pipeline::expand(self.args.clone(), self.item.clone());
        let tokens = match self.method {
            true => quote::quote!(impl Receiver { #tokens }),
            false => tokens,
        };
        let mut file: syn::File = match syn::parse2(tokens.clone()) {
            Ok(file) => file,
            Err(problem) => return format!("// {problem}\n{tokens}"),
        };
        if everything {
            return prettyplease::unparse(&file);
        }
        let mut formula = String::new();
        file.items.retain_mut(|item| keep(item, &mut formula));
        format!("{formula}{}", prettyplease::unparse(&file))
    }
}

/// Whether an item is part of the answer; cuts it down to what is. The formula is shown as a comment.
fn keep(item: &mut syn::Item, formula: &mut String) -> bool {
    match item {
        syn::Item::Impl(it) => {
            it.attrs.clear();
            it.items.retain_mut(|item| match item {
                syn::ImplItem::Fn(it) => {
                    it.attrs.clear();
                    let name = it.sig.ident.to_string();
                    !name.starts_with("__") || SWEEPS.contains(&name.as_str())
                }
                syn::ImplItem::Const(it) => {
                    if let (true, syn::Expr::Lit(lit)) = (it.ident == "FORMULA", &it.expr)
                        && let syn::Lit::Str(text) = &lit.lit
                    {
                        let lines = text.value();
                        formula.extend(lines.lines().map(|line| format!("// {line}\n")));
                    }
                    false
                }
                _ => true,
            });
            true
        }
        // An error of the macro.
        syn::Item::Macro(_) => true,
        _ => false,
    }
}
