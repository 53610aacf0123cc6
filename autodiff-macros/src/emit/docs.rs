//! What a companion says about its derivative: the formula, the operations that it costs, and what it keeps in memory.

use super::companion::value_and_cotangents;
use super::formula::{self, Formula};
use super::signatures::Signature;
use crate::analyse::Cost;
use crate::ir::visit::{begun, each, regions};
use crate::ir::{Body, Origin, PlaceId, Tree, Type};
use crate::pipeline::Derivatives;
use proc_macro2::{Literal, TokenStream};
use quote::quote;
use std::collections::BTreeSet;

/// Paragraphs for the documentation of the companion's functions.
#[derive(Default)]
pub(super) struct Docs {
    /// Of `grad`, or of `jacobian`.
    pub(super) first: Vec<String>,
    pub(super) jvp: Vec<String>,
    pub(super) hessian: Vec<String>,
    formula: Option<String>,
    cost: Option<Cost>,
}

/// More equations than this are not shown in full.
const MANY: usize = 40;

impl Docs {
    pub(super) fn of(f: &str, derivatives: &Derivatives) -> Docs {
        let gradient = derivatives.gradient.as_ref().and_then(|body| {
            let only = derivatives.gradient_only.as_ref();
            let body = only.unwrap_or(body);
            let cotangents = match only {
                Some(only) => &only.result,
                None => value_and_cotangents(body).1,
            };
            formula::gradient(f, body, cotangents)
        });
        let columns = derivatives.jacobian.as_ref().map(|body| (body, false));
        let rows = derivatives.jacobian_rows.as_ref().map(|body| (body, true));
        let jacobian = columns.or(rows);
        let jacobian = jacobian.and_then(|(body, by_rows)| formula::jacobian(f, body, &body.result, by_rows));
        let hessian = derivatives.hessian.as_ref().and_then(|body| match &body.result {
            Tree::Tuple(columns) => formula::hessian(f, body, columns),
            Tree::Value(_) | Tree::Place(_) => None,
        });
        let first = gradient.or(jacobian);
        let mut res = Docs {
            jvp: formula::tangent(f, &derivatives.tangent).map_or(Vec::new(), shown),
            hessian: hessian.map_or(Vec::new(), shown),
            formula: first.as_ref().map(|formula| formula.text.clone()),
            first: first.map_or(Vec::new(), shown),
            cost: derivatives.cost,
        };
        res.first.extend(derivatives.cost.map(spelled));
        let sweep = derivatives.gradient.as_ref().unwrap_or(&derivatives.pullback);
        res.first.extend(kept(sweep));
        res
    }

    /// ```text
    /// pub const COST: Cost = Cost { add: 2, mul: 1, div: 0, sqrt: 0, transcendental: 0, pow: 0, neg: 0 };
    /// pub const FORMULA: &'static str = "∂f/∂x = 2x + 2";
    /// ```
    pub(super) fn constants(&self, signature: &Signature) -> TokenStream {
        let cost = self.cost.map(|it| cost(it, signature));
        let formula = self.formula.as_ref().map(|text| {
            quote! {
                /// The derivative as people write it.
                pub const FORMULA: &'static str = #text;
            }
        });
        quote!(#cost #formula)
    }
}

fn cost(cost: Cost, signature: &Signature) -> TokenStream {
    let ty = signature.names.private("Cost");
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
    let doc = format!(" {}", spelled(cost));
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

/// `Value and derivative together: 5 operations (3 additions, 2 products).`
fn spelled(cost: Cost) -> String {
    let kinds = [
        (cost.add, "addition"),
        (cost.mul, "product"),
        (cost.div, "quotient"),
        (cost.sqrt, "square root"),
        (cost.transcendental, "function"),
        (cost.pow, "power"),
        (cost.neg, "negation"),
    ];
    let number = |(count, word): &(usize, &str)| format!("{count} {word}{}", plural(*count));
    let parts: Vec<_> = kinds.iter().filter(|(count, _)| *count > 0).map(number).collect();
    let total = cost.total();
    let parts = match parts.is_empty() {
        true => String::new(),
        false => format!(" ({})", parts.join(", ")),
    };
    format!(
        "Value and derivative together: {total} operation{}{parts}.",
        plural(total)
    )
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

/// The formula twice: as text for editors, which show no MathML, and as MathML.
fn shown(formula: Formula) -> Vec<String> {
    let lines: Vec<_> = formula.text.lines().collect();
    let cut = lines.len() > MANY;
    let mut text = lines[..lines.len().min(MANY)].join("\n");
    if cut {
        text.push_str("\n…");
    }
    let mut res = vec![format!("```text\n{text}\n```")];
    if !cut {
        res.push(format!("<div>\n{}\n</div>", formula.mathml));
    }
    res
}

/// What a sweep with loops keeps for the way back, and where.
fn kept(sweep: &Body) -> Option<String> {
    let mut loops = false;
    let mut records: BTreeSet<PlaceId> = BTreeSet::new();
    let mut look = |stmt: &crate::ir::Stmt| {
        loops |= !regions(&stmt.instr).is_empty() && matches!(stmt.instr, crate::ir::Instr::Loop(_));
        records.extend(begun(&stmt.instr));
    };
    each(&sweep.region, &mut look);
    if let Some(pullback) = &sweep.pullback {
        each(&pullback.region, &mut look);
    }
    if !loops {
        return None;
    }
    let (mut on_heap, mut on_stack) = (Vec::new(), Vec::new());
    for id in records {
        let place = sweep.place(id);
        let name = place
            .name
            .as_ref()
            .and_then(|name| name.text.strip_prefix("recorded_"));
        let (Some(name), Origin::Derivative) = (name, place.origin) else {
            continue;
        };
        match place.ty {
            Type::Array(..) => on_stack.push(format!("`{name}`")),
            _ => on_heap.push(format!("`{name}`")),
        }
    }
    let mut res = Vec::new();
    if !on_heap.is_empty() {
        on_heap.dedup();
        res.push(format!(
            "Keeps {} of each iteration for the way back, in buffers that it allocates.",
            on_heap.join(", ")
        ));
    }
    if !on_stack.is_empty() {
        on_stack.dedup();
        res.push(format!(
            "Keeps {} of each iteration for the way back, on the stack.",
            on_stack.join(", ")
        ));
    }
    res.push(match res.is_empty() {
        true => {
            "Keeps nothing of the iterations for the way back; what that reads is there, or computed again."
                .to_owned()
        }
        false => "What else the way back reads is there, or computed again.".to_owned(),
    });
    Some(res.join(" "))
}
