//! What a companion says about its derivative: the operations that it costs.

use crate::analyse::Cost;
use crate::names::Names;
use proc_macro2::{Literal, TokenStream};
use quote::quote;

/// ```text
/// pub const COST: Cost = Cost { add: 2, mul: 1, div: 0, sqrt: 0, transcendental: 0, pow: 0, neg: 0 };
/// ```
pub(super) fn cost(cost: Cost, names: &Names) -> TokenStream {
    let ty = names.private("Cost");
    let Cost {
        add,
        mul,
        div,
        sqrt,
        transcendental,
        pow,
        neg,
    } = cost;
    let [add, mul, div, sqrt, transcendental, pow, neg] =
        [add, mul, div, sqrt, transcendental, pow, neg].map(Literal::usize_unsuffixed);
    let doc = format!(
        " The operations of value and derivative together: {}.",
        cost.total()
    );
    quote! {
        #[doc = #doc]
        pub const COST: #ty = #ty {
            add: #add,
            mul: #mul,
            div: #div,
            sqrt: #sqrt,
            transcendental: #transcendental,
            pow: #pow,
            neg: #neg,
        };
    }
}
