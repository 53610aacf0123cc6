//! The arithmetic of tangents: sums, differences and multiples, and steps from a point along a tangent.

use super::Struct;
use super::generate::Side;
use proc_macro2::TokenStream;
use quote::quote;

pub(super) fn impls(it: &Struct, primal: &Side, tangent: &Side) -> TokenStream {
    let mut res = steps(it, tangent, tangent);
    if it.is_separate() {
        res.extend(steps(it, primal, tangent));
    }
    res.extend(multiples(it, tangent));
    res
}

/// `p + t`, `p += t`, `p - t`, `p -= t`
fn steps(it: &Struct, of: &Side, tangent: &Side) -> TokenStream {
    let (accumulate, scale) = (it.private("Accumulate"), it.private("Scale"));
    let by = &tangent.ty;
    let add = quote! {
        type Output = Self;

        #[inline]
        fn add(mut self, by: #by) -> Self {
            #accumulate::accumulate(&mut self, &by);
            self
        }
    };
    let sub = quote! {
        type Output = Self;

        #[inline]
        fn sub(mut self, mut by: #by) -> Self {
            #scale::scale(&mut by, -1.0);
            #accumulate::accumulate(&mut self, &by);
            self
        }
    };
    let add_assign = quote! {
        #[inline]
        fn add_assign(&mut self, by: #by) {
            #accumulate::accumulate(self, &by);
        }
    };
    let sub_assign = quote! {
        #[inline]
        fn sub_assign(&mut self, mut by: #by) {
            #scale::scale(&mut by, -1.0);
            #accumulate::accumulate(self, &by);
        }
    };
    [
        of.implement(&quote!(::core::ops::Add<#by>), &add),
        of.implement(&quote!(::core::ops::Sub<#by>), &sub),
        of.implement(&quote!(::core::ops::AddAssign<#by>), &add_assign),
        of.implement(&quote!(::core::ops::SubAssign<#by>), &sub_assign),
    ]
    .into_iter()
    .collect()
}

/// `2.0 * t`, `t * 2.0`, `-t`
fn multiples(it: &Struct, of: &Side) -> TokenStream {
    let scale = it.private("Scale");
    let (ty, params, bounds) = (&of.ty, &of.params, &of.bounds);
    let scaled = |name: &str, arg: TokenStream, by: TokenStream| {
        let name = quote::format_ident!("{name}");
        quote! {
            type Output = Self;

            #[inline]
            fn #name(mut self #arg) -> Self {
                #scale::scale(&mut self, #by);
                self
            }
        }
    };
    let mul = scaled("mul", quote!(, by: f64), quote!(by));
    let neg = scaled("neg", quote!(), quote!(-1.0));
    let mut res = of.implement(&quote!(::core::ops::Mul<f64>), &mul);
    res.extend(of.implement(&quote!(::core::ops::Neg), &neg));
    res.extend(quote! {
        #[automatically_derived]
        impl #params ::core::ops::Mul<#ty> for f64 where #(#bounds,)* {
            type Output = #ty;

            #[inline]
            fn mul(self, mut by: #ty) -> #ty {
                #scale::scale(&mut by, self);
                by
            }
        }
    });
    res
}
