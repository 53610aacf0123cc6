//! How local places begin.

use super::body::Emit;
use super::exprs::Level;
use super::literals::Suffix;
use super::paths::{Held, is_copy};
use super::types;
use super::typing::is_spellable;
use crate::ir::{Content, Init, Len, PlaceId, PlaceRef, Proj, Type, ValueId};
use crate::names::vec_type;
use proc_macro2::TokenStream;
use quote::quote_spanned;

impl Emit<'_, '_> {
    /// `let mut v = vec![0.0; n];`, or `v = …;` of what lives already.
    pub(super) fn alloc(&mut self, place: PlaceId, init: &Init, pos: u32) -> TokenStream {
        let at = self.at;
        let value = self.beginning(place, init, pos);
        let binding = self.begin(place);
        quote_spanned!(at=> #binding = #value;)
    }

    /// The beginning of a place that is written where it is used.
    pub(super) fn inline_place(&mut self, place: PlaceId) -> TokenStream {
        let node = self.memory.inline_nodes[&place];
        let node = &self.facts.outline.nodes[node];
        let (stmt, pos) = (node.stmt, node.start);
        match &stmt.instr {
            crate::ir::Instr::Alloc { init, .. } => self.beginning(place, init, pos),
            _ => unreachable!("only `Alloc` begins a place that is written where it is used"),
        }
    }

    fn beginning(&mut self, place: PlaceId, init: &Init, pos: u32) -> TokenStream {
        let at = self.at;
        let ty = self.own_type(place);
        match init {
            Init::Repeat { value, len } => {
                let value = self.element(place, *value);
                self.repeat_list(&ty, value, *len)
            }
            Init::List(values) => {
                if ty.element().is_none() {
                    return values.first().map(|id| self.tokens(*id)).unwrap_or_default();
                }
                let mut parts = Vec::new();
                for (k, id) in values.iter().enumerate() {
                    parts.push(if k == 0 {
                        self.element(place, *id)
                    } else {
                        self.tokens(*id)
                    });
                }
                self.list(&ty, &parts)
            }
            Init::RepeatPlace { row, len } => {
                let value = self.owned(row, pos);
                self.repeat_list(&ty, value, *len)
            }
            Init::Rows(rows) => {
                let parts: Vec<_> = rows.iter().map(|row| self.owned(row, pos)).collect();
                self.list(&ty, &parts)
            }
            Init::Struct { path, fields } => {
                let numbered = matches!(fields.first(), Some((syn::Member::Unnamed(_), _)));
                let fields: Vec<_> = fields
                    .iter()
                    .map(|(member, content)| {
                        let content = match content {
                            Content::Value(id) => self.tokens(*id),
                            Content::Place(from) => self.owned(from, pos),
                        };
                        match member {
                            syn::Member::Named(_) => quote_spanned!(at=> #member: #content),
                            syn::Member::Unnamed(_) => content,
                        }
                    })
                    .collect();
                match numbered {
                    true => quote_spanned!(at=> #path(#(#fields),*)),
                    false => quote_spanned!(at=> #path { #(#fields),* }),
                }
            }
            Init::Copy { src, moved } => self.copy(&ty, src, *moved),
            Init::Empty { capacity: None } if self.memory.records[place.0 as usize] => {
                let record = self.names.private("record");
                quote_spanned!(at=> #record(0))
            }
            Init::Empty { capacity } => {
                let vec = vec_type(at);
                let element = ty.element().filter(|element| is_spellable(element));
                let element = element.map(|element| {
                    let element = types::tokens(element, at);
                    quote_spanned!(at=> ::<#element>)
                });
                match capacity {
                    None => quote_spanned!(at=> #vec #element::new()),
                    Some(capacity) => {
                        let capacity = self.tokens(*capacity);
                        quote_spanned!(at=> #vec #element::with_capacity(#capacity))
                    }
                }
            }
            Init::ZerosLike(of) => self.zeros_like(place, &ty, of),
            Init::Scratch { len } => {
                let element = ty.element().cloned().unwrap_or(Type::F64);
                let zero = self.scratch(&element);
                let len = self.tokens(*len);
                if self.memory.records[place.0 as usize] {
                    let record = self.names.private("record");
                    return quote_spanned!(at=> #record(#len));
                }
                quote_spanned!(at=> ::std::vec![#zero; #len])
            }
            Init::Matrix(op) => self.matrix_op(op).tokens,
            Init::View { of, lenient: true } => self.lenient_view(place, of),
            Init::View { of, lenient: false } => {
                let base = self.path_base(of);
                match (self.held(place), of.path.is_empty(), self.held(of.root)) {
                    (Held::RefMut, true, Held::RefMut) => quote_spanned!(at=> &mut *#base),
                    (_, true, Held::Ref) => base,
                    (Held::RefMut, ..) => quote_spanned!(at=> &mut #base),
                    (_, true, Held::RefMut) => quote_spanned!(at=> &*#base),
                    _ => quote_spanned!(at=> &#base),
                }
            }
            Init::Host { template, args } => self.host(template, args),
        }
    }

    /// `x.get(a..b).unwrap_or_default()`
    fn lenient_view(&mut self, place: PlaceId, of: &PlaceRef) -> TokenStream {
        let at = self.at;
        let base = self.path_base(&PlaceRef::whole(of.root));
        let bounds = match of.path.as_slice() {
            [Proj::Range(start, end)] => self.bounds(*start, *end),
            _ => unreachable!("a lenient view is of one range"),
        };
        match self.held(place) {
            Held::RefMut => quote_spanned!(at=> #base.get_mut(#bounds).unwrap_or_default()),
            Held::Owned | Held::Ref => quote_spanned!(at=> #base.get(#bounds).unwrap_or_default()),
        }
    }

    /// The first element of a list: it says its type where nothing else would.
    fn element(&mut self, place: PlaceId, id: ValueId) -> TokenStream {
        match self.facts.typing.spells_place(place) {
            true => self.typed(id).tokens,
            false => self.tokens(id),
        }
    }

    fn repeat_list(&mut self, ty: &Type, value: TokenStream, len: Option<ValueId>) -> TokenStream {
        let at = self.at;
        match (ty, len) {
            (Type::Array(_, len), None) => {
                let len = types::length(len, at);
                quote_spanned!(at=> [#value; #len])
            }
            (_, Some(len)) => {
                let len = self.value(len).at(Level::Or, at);
                quote_spanned!(at=> ::std::vec![#value; #len])
            }
            // A scalar in memory.
            (_, None) => value,
        }
    }

    fn list(&mut self, ty: &Type, parts: &[TokenStream]) -> TokenStream {
        let at = self.at;
        match ty {
            Type::Vec(_) => quote_spanned!(at=> ::std::vec![#(#parts),*]),
            _ => quote_spanned!(at=> [#(#parts),*]),
        }
    }

    fn copy(&mut self, ty: &Type, src: &PlaceRef, moved: bool) -> TokenStream {
        let at = self.at;
        if is_copy(ty) && !matches!(self.type_at(src), Type::Slice(_)) {
            return self.path(src).tokens;
        }
        let base = self.path_base(src);
        if moved && (!src.path.is_empty() || self.held(src.root) == Held::Owned) {
            return base;
        }
        let from = match src.path.is_empty() {
            true => self.own_type(src.root),
            false => self.type_at(src),
        };
        match (ty, from) {
            (Type::Vec(_), Type::Slice(_) | Type::Array(..) | Type::Aggregate(_)) => {
                quote_spanned!(at=> #base.to_vec())
            }
            _ => quote_spanned!(at=> #base.clone()),
        }
    }

    fn zeros_like(&mut self, place: PlaceId, ty: &Type, of: &PlaceRef) -> TokenStream {
        let at = self.at;
        let spells = self.facts.typing.spells_place(place);
        if let (true, Type::Vec(element) | Type::Slice(element)) = (spells, ty)
            && let Type::Float(_) = **element
        {
            let (zero, of) = (self.scratch(element), self.path_base(of));
            return quote_spanned!(at=> ::std::vec![#zero; #of.len()]);
        }
        let of = self.path_base(of);
        types::zeros(ty, &of, self.names, at)
    }

    /// A zero of a recording buffer, which says its type.
    fn scratch(&mut self, ty: &Type) -> TokenStream {
        let at = self.at;
        let zero = |known, ty| super::literals::literal(&known, ty, Suffix::Always, self.names, at).0;
        match ty {
            Type::Float(_) => zero(crate::ir::Const::Float(0.0), ty),
            Type::Int(_) => zero(crate::ir::Const::Int(0), ty),
            Type::Bool => quote_spanned!(at=> false),
            Type::Array(element, len) => {
                let (element, len): (_, &Len) = (self.scratch(element), len);
                let len = types::length(len, at);
                quote_spanned!(at=> [#element; #len])
            }
            Type::Tuple(parts) => {
                let parts = parts.iter().map(|part| self.scratch(part));
                let parts: Vec<_> = parts.collect();
                quote_spanned!(at=> (#(#parts,)*))
            }
            Type::Vec(_) | Type::Slice(_) => {
                let vec = vec_type(at);
                quote_spanned!(at=> #vec::new())
            }
            Type::Aggregate(_) | Type::Matrix(_) | Type::Host | Type::Pullback | Type::Struct(_) => {
                quote_spanned!(at=> ::core::default::Default::default())
            }
        }
    }
}
