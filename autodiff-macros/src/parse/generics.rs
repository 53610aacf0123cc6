//! Type parameters: which of them can be the float that is differentiated.

use super::place::Place;
use std::collections::BTreeMap;

/// The type parameters of a function, and what their bounds say of them.
#[derive(Default)]
pub(super) struct Generics {
    /// Whether the parameter may be a float.
    params: BTreeMap<String, bool>,
    /// There may be more, of an `impl` or a `trait` that is out of sight.
    more: bool,
}

impl Generics {
    pub(super) fn of(generics: &syn::Generics, place: Place) -> Self {
        let mut params = BTreeMap::new();
        for param in generics.type_params() {
            params.insert(param.ident.to_string(), is_number(&param.bounds));
        }
        for predicate in generics.where_clause.iter().flat_map(|clause| &clause.predicates) {
            if let syn::WherePredicate::Type(it) = predicate
                && let syn::Type::Path(ty) = &it.bounded_ty
                && let Some(name) = ty.path.get_ident()
                && let Some(float) = params.get_mut(&name.to_string())
            {
                *float |= is_number(&it.bounds);
            }
        }
        let more = match place {
            Place::Companion => false,
            Place::Beside | Place::Declared => true,
        };
        Generics { params, more }
    }

    /// Whether the type begins with one of the function's own type parameters.
    pub(super) fn declares(&self, it: &syn::TypePath) -> bool {
        let first = it.path.segments.first();
        first.is_some_and(|first| self.params.contains_key(&first.ident.to_string()))
    }

    /// Whether a type that begins with a type parameter can be a float; `None` if it begins with none. What may be a
    /// parameter of the `impl` around counts as one: an alias of a float does not mind.
    ///
    /// Of an associated type nothing is known: that it is a float is a bound of what is generated.
    pub(super) fn is_float(&self, it: &syn::TypePath) -> Option<bool> {
        if it.qself.is_some() {
            return Some(true);
        }
        let first = it.path.segments.first()?;
        if first.ident == "Self" && it.path.segments.len() > 1 {
            return Some(true);
        }
        let more = self.more && it.path.segments.iter().all(|segment| segment.arguments.is_none());
        match self.params.get(&first.ident.to_string()) {
            Some(float) => Some(*float || it.path.segments.len() > 1),
            None => more.then_some(true),
        }
    }
}

/// Whether a bound is one that numbers have. Nobody can compute with what has none of the others.
fn is_number<'b>(bounds: impl IntoIterator<Item = &'b syn::TypeParamBound>) -> bool {
    const OTHERS: &[&str] = &[
        "Fn",
        "FnMut",
        "FnOnce",
        "Iterator",
        "IntoIterator",
        "ExactSizeIterator",
        "DoubleEndedIterator",
        "Into",
        "From",
        "AsRef",
        "AsMut",
        "Borrow",
        "Deref",
        "DerefMut",
        "Index",
        "IndexMut",
        "ToString",
        "Display",
        "Debug",
        "Copy",
        "Clone",
        "Send",
        "Sync",
        "Sized",
        "Default",
        "Hash",
        "Eq",
        "Ord",
        "Unpin",
        "Any",
        "Write",
        "Read",
        "Hasher",
        "Error",
    ];
    bounds.into_iter().any(|bound| match bound {
        syn::TypeParamBound::Trait(it) => {
            let last = it.path.segments.last();
            last.is_some_and(|last| !OTHERS.contains(&last.ident.to_string().as_str()))
        }
        _ => false,
    })
}
