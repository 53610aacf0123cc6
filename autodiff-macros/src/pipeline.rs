//! The main path. No stage calls another; only this function does.

use crate::diag::Diags;
use crate::ir::{Body, Instr, Tree, print, verify, visit};
use crate::{analyse, differentiate, emit, lower, parse, simplify};
use proc_macro2::TokenStream;

/// Which optimisations are on: all of them, unless `AUTODIFF_OFF` names some (`AUTODIFF_OFF=fuse,recompute`, or `all`).
#[derive(Clone, Debug)]
pub(crate) struct Switches {
    off: Vec<String>,
    /// The stages whose bodies `AUTODIFF_DUMP` prints.
    dump: Option<String>,
    /// Whether the stages check one another: always, but in a user's build, which is to be fast.
    verify: bool,
}

impl Switches {
    /// Every optimisation that there is.
    #[cfg(test)]
    pub(crate) const NAMES: &[&str] = &[
        "forward",
        "fuse",
        "forwards",
        "gather",
        "views",
        "recompute",
        "expand",
        "hoist",
        "algebra",
        "common",
        "dead",
        "scalars",
        "branches",
    ];

    pub(crate) fn from_env() -> Self {
        let list = std::env::var("AUTODIFF_OFF").unwrap_or_default();
        let listed = list.split(',').filter(|name| !name.is_empty());
        Switches {
            off: listed.map(str::to_owned).collect(),
            dump: std::env::var("AUTODIFF_DUMP").ok(),
            verify: cfg!(test) || std::env::var_os("AUTODIFF_VERIFY").is_some(),
        }
    }

    /// All but these.
    #[cfg(test)]
    pub(crate) fn without(off: &[&str]) -> Self {
        Switches {
            off: off.iter().map(|name| (*name).to_owned()).collect(),
            dump: None,
            verify: true,
        }
    }

    /// Whether the optimisation `name` is on.
    pub(crate) fn on(&self, name: &str) -> bool {
        self.off.is_empty() || !self.off.iter().any(|off| off == name || off == "all")
    }
}

/// The bodies that a companion is made of.
pub(crate) struct Derivatives {
    pub(crate) primal: Body,
    /// `value_and_grad`; only of functions with a scalar result and no `&mut` parameters.
    pub(crate) gradient: Option<Body>,
    /// `grad` where it can leave out the value: functions of scalars.
    pub(crate) gradient_only: Option<Body>,
    /// `jvp`, and what callers use in forward mode.
    pub(crate) tangent: Body,
    /// `vjp`, and what callers use in reverse mode.
    pub(crate) pullback: Body,
    /// `hvp`; see [`differentiate::hvp`].
    pub(crate) hvp: Option<Body>,
    /// `jacobian` and `hessian` in one sweep, where inputs are few: a tuple of columns; see [`differentiate::columns`].
    pub(crate) jacobian: Option<Body>,
    /// `jacobian` in one forward sweep and a sweep back for each row, where rows are few: a tuple of rows; see
    /// [`differentiate::rows`]. Only where `jacobian` is `None`.
    pub(crate) jacobian_rows: Option<Body>,
    pub(crate) hessian: Option<Body>,
    /// What callers use in their `hvp`: forward over `pullback`.
    pub(crate) pullback_tangent: Body,
    /// The same of `grad` as a function of its own, for third derivatives: only of short functions without calls.
    pub(crate) gradient_tangent: Option<Body>,
    /// The operations of value and derivative together, where they are the same for all arguments.
    pub(crate) cost: Option<analyse::Cost>,
}

/// `#[differentiable]`, start to end.
pub(crate) fn expand(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut diags = Diags::default();
    let request = parse::request(args, item.clone(), &mut diags);
    let request = request.as_ref();
    if let (Some(opaque), true) = (request.and_then(emit::opaque), diags.is_empty()) {
        return opaque;
    }
    if let (Some(declared), true) = (request.and_then(emit::declared), diags.is_empty()) {
        return declared;
    }
    let primal = request
        .filter(|request| !request.broken && !request.is_opaque())
        .and_then(|request| lower::body(request, &mut diags));
    let (Some(request), Some(primal)) = (request, primal) else {
        let mut tokens = diags.finish();
        tokens.extend(emit::stub(request, item));
        return tokens;
    };
    if !diags.is_empty() {
        let mut tokens = diags.finish();
        tokens.extend(emit::stub(Some(request), item));
        return tokens;
    }
    let switches = Switches::from_env();
    let derivatives = derivatives(primal, &switches);
    emit::companion(request, &derivatives)
}

fn derivatives(primal: Body, switches: &Switches) -> Derivatives {
    checked("lower", &primal, switches);
    let primal = simplify::taken_apart(primal, switches);
    checked("taken apart", &primal, switches);
    let finish = |stage, body: Body| {
        checked(stage, &body, switches);
        let mut body = simplify::to_fixpoint(body, switches);
        if differentiate::polish(&mut body, switches) {
            body = simplify::to_fixpoint(body, switches);
        }
        let body = lower::literals_settled(body);
        dumped(&format!("{stage}, simplified"), &body, switches);
        // A malformed body could name another variable than it means: what is emitted is verified in every build.
        verified(stage, &body);
        body
    };
    let gradient = differentiate::gradient(&primal, switches);
    let gradient = gradient.map(|body| finish("gradient", body));
    let gradient_only = gradient
        .as_ref()
        .and_then(without_value)
        .map(|body| finish("gradient only", body));
    let pullback = finish("pullback", differentiate::pullback(&primal, switches));
    let tangent = finish("tangent", differentiate::forward(&primal, switches));
    let hvp = gradient
        .as_ref()
        .map(|body| finish("hvp", differentiate::hvp(body, switches)));
    let mut cost = gradient.as_ref().and_then(analyse::cost);
    let several = !matches!(primal.result, Tree::Value(_));
    let mut jacobian = |stage, body: Body| {
        if analyse::cost(&primal).is_some() {
            let both = finish("value and jacobian", with_value(&primal, &body));
            cost = analyse::cost(&both);
        }
        finish(stage, body)
    };
    let columns = several
        .then(|| differentiate::columns(&primal, &primal.result))
        .flatten()
        .map(|body| jacobian("jacobian", body));
    let rows = (several && columns.is_none())
        .then(|| differentiate::rows(&primal, switches))
        .flatten()
        .map(|body| jacobian("jacobian rows", body));
    let hessian = gradient
        .as_ref()
        .and_then(|body| differentiate::columns(body, cotangents(body)?))
        .map(|body| finish("hessian", body));
    let pullback_tangent = finish("pullback, tangent", differentiate::forward(&pullback, switches));
    let third = gradient_only.as_ref().filter(|body| is_short(body));
    let gradient_tangent = third.map(|body| {
        let mut body = body.clone();
        if let Tree::Tuple(parts) = &mut body.result
            && parts.len() == 1
        {
            body.result = parts.swap_remove(0);
        }
        let pullback = finish("pullback of gradient", differentiate::pullback(&body, switches));
        finish(
            "pullback of gradient, tangent",
            differentiate::forward(&pullback, switches),
        )
    });
    Derivatives {
        primal,
        gradient,
        gradient_only,
        tangent,
        pullback,
        hvp,
        jacobian: columns,
        jacobian_rows: rows,
        hessian,
        pullback_tangent,
        gradient_tangent,
        cost,
    }
}

/// A Jacobian's body that gives the value, too.
fn with_value(primal: &Body, jacobian: &Body) -> Body {
    Body {
        result: Tree::Tuple(vec![primal.result.clone(), jacobian.result.clone()]),
        ..jacobian.clone()
    }
}

/// Whether third derivatives are worth their text for those who never ask for them.
fn is_short(gradient: &Body) -> bool {
    const MOST: usize = 40;
    let (mut count, mut fits) = (0, true);
    visit::each(&gradient.region, &mut |stmt| {
        count += 1;
        fits &= !matches!(stmt.instr, Instr::Call(_) | Instr::Loop(_) | Instr::Opaque(_));
    });
    fits && count <= MOST
}

/// The gradient alone, where the sweep has no buffers: the value is dropped, and with it what only the value needs.
fn without_value(gradient: &Body) -> Option<Body> {
    let cotangents = cotangents(gradient)?;
    cotangents.places().is_empty().then(|| Body {
        result: cotangents.clone(),
        ..gradient.clone()
    })
}

/// What a gradient gives beside the value.
fn cotangents(gradient: &Body) -> Option<&Tree> {
    match &gradient.result {
        Tree::Tuple(parts) => parts.get(1),
        Tree::Value(_) | Tree::Place(_) => None,
    }
}

/// Prints what a stage gave if `AUTODIFF_DUMP` names it, and verifies it where every stage is verified.
fn checked(stage: &str, body: &Body, switches: &Switches) {
    dumped(stage, body, switches);
    if switches.verify {
        verified(stage, body);
    }
}

/// Prints what a stage gave if `AUTODIFF_DUMP` names the stage (or is `all`).
fn dumped(stage: &str, body: &Body, switches: &Switches) {
    let named = |wanted: &String| wanted == "all" || wanted == stage;
    if switches.dump.as_ref().is_some_and(named) {
        eprintln!("// {} after {stage}\n{}", body.name, print(body));
    }
}

fn verified(stage: &str, body: &Body) {
    if let Err(problem) = verify(body) {
        unreachable!("{stage} gave a malformed body: {problem}\n{}", print(body));
    }
}
