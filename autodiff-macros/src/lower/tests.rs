//! Lowered bodies against the functions that they come from, to the bit.

use crate::diag::Diags;
use crate::ir::interpret::{Data, run};
use crate::ir::{print, verify};
use proc_macro2::TokenStream;

mod control;
mod errors;
mod odd;
mod scalars;

/// What can be an argument or a result.
pub(super) trait IntoData {
    fn data(self) -> Data;
}

impl IntoData for f64 {
    fn data(self) -> Data {
        Data::Float(self)
    }
}

impl IntoData for f32 {
    fn data(self) -> Data {
        Data::Float(f64::from(self))
    }
}

impl IntoData for usize {
    fn data(self) -> Data {
        Data::Int(self as i128)
    }
}

impl IntoData for i32 {
    fn data(self) -> Data {
        Data::Int(i128::from(self))
    }
}

impl IntoData for bool {
    fn data(self) -> Data {
        Data::Bool(self)
    }
}

impl<A: IntoData, B: IntoData> IntoData for (A, B) {
    fn data(self) -> Data {
        Data::List(vec![self.0.data(), self.1.data()])
    }
}

impl<T: IntoData + Clone, const N: usize> IntoData for [T; N] {
    fn data(self) -> Data {
        Data::List(self.into_iter().map(IntoData::data).collect())
    }
}

impl<T: IntoData + Clone> IntoData for Vec<T> {
    fn data(self) -> Data {
        Data::List(self.into_iter().map(IntoData::data).collect())
    }
}

impl<T: IntoData + Clone> IntoData for &[T] {
    fn data(self) -> Data {
        self.to_vec().data()
    }
}

impl<T: IntoData + Clone, const N: usize> IntoData for &[T; N] {
    fn data(self) -> Data {
        self.to_vec().data()
    }
}

/// The function's body, or its errors.
pub(super) fn lower(item: TokenStream) -> Result<crate::ir::Body, Vec<String>> {
    let mut item: syn::ItemFn = syn::parse2(item).expect("a function");
    for input in &mut item.sig.inputs {
        let syn::FnArg::Typed(it) = input else { continue };
        if let syn::Type::Path(ty) = &*it.ty
            && ["usize", "i32", "bool"].iter().any(|name| ty.path.is_ident(name))
        {
            it.attrs.push(syn::parse_quote!(#[constant]));
        }
    }
    let item = quote::quote!(#item);
    let mut diags = Diags::default();
    let request = crate::parse::request(TokenStream::new(), item, &mut diags);
    let body = request
        .as_ref()
        .and_then(|request| super::body(request, &mut diags));
    match body {
        Some(body) if diags.is_empty() => Ok(body),
        _ => Err(diags.messages()),
    }
}

#[track_caller]
pub(super) fn check(item: TokenStream, args: &[Data], wanted: &Data) {
    let body = lower(item).unwrap_or_else(|errors| panic!("{errors:#?}"));
    if let Err(problem) = verify(&body) {
        panic!("{problem}\n{}", print(&body));
    }
    let found = run(&body, args).result;
    let bits = |data: &Data| data.flat().into_iter().map(f64::to_bits).collect::<Vec<_>>();
    assert_eq!(
        bits(&found),
        bits(wanted),
        "{found:?} is not {wanted:?}\n{}",
        print(&body)
    );
}

/// The function, run by rustc and by its body, gives the same bits.
macro_rules! agrees {
    (fn $name:ident $args:tt -> $out:ty $body:block $(, ($($arg:expr),*))+ $(,)?) => {{
        fn $name $args -> $out $body
        let item = quote::quote!(fn $name $args -> $out $body);
        $({
            let wanted = $name($($arg),*);
            let item = item.clone();
            let args = [$($crate::lower::tests::IntoData::data($arg)),*];
            $crate::lower::tests::check(item, &args, &$crate::lower::tests::IntoData::data(wanted));
        })+
    }};
}
pub(super) use agrees;
