//! What a person would call a variable.

use super::body::Facts;
use super::outline::Outline;
use crate::ir::visit::places;
use crate::ir::{BinaryOp, Const, Init, Instr, Origin, PlaceId, PlaceRef, Proj, Stmt, Type, ValueId};
use std::collections::BTreeMap;

impl Facts<'_> {
    /// The name that the variable would like to have: the user's, or one after what it holds.
    pub(super) fn wish(&self, variable: ValueId) -> String {
        let members = self.variables.members(variable);
        // A loop says best what it carries; its parameter is the first member.
        if let Some(name) = members.iter().find_map(|id| self.named(*id)) {
            return name;
        }
        if let Some(bound) = members.iter().find_map(|id| self.bounds.get(id)) {
            return (*bound).to_owned();
        }
        let trips = members.iter().any(|id| {
            let stmt = self.outline.stmt_of(*id);
            let counts = |stmt: &&Stmt| matches!(&stmt.instr, Instr::Loop(it) if it.trips);
            stmt.filter(counts)
                .is_some_and(|stmt| stmt.results.last() == Some(id))
        });
        if trips {
            return "trips".to_owned();
        }
        let described = members.iter().find_map(|id| {
            let stmt = self.outline.stmt_of(*id)?;
            self.described(stmt)
        });
        described.unwrap_or_else(|| self.fallback(variable).to_owned())
    }

    /// A name after the part that the variable plays.
    fn fallback(&self, variable: ValueId) -> &'static str {
        let carried = self.variables.is_mutable(variable);
        match self.outline.body.ty(variable) {
            Type::Float(_) if carried => "carry",
            Type::Float(_) => "t",
            Type::Int(_) if carried => "count",
            Type::Int(_) => match self.outline.defs[variable.0 as usize] {
                // The number of an iteration, by a letter that the user has not taken.
                Some(def) if def.node.is_none() => {
                    let taken = |letter: &str| {
                        let mut names = self
                            .outline
                            .body
                            .values
                            .iter()
                            .filter_map(|value| value.name.as_ref());
                        names.any(|name| name.text == letter)
                    };
                    let mut letters = ["i", "j", "k", "l"].into_iter();
                    letters.find(|letter| !taken(letter)).unwrap_or("i")
                }
                _ => "at",
            },
            Type::Bool => "cond",
            Type::Pullback => "pullback",
            Type::Array(..)
            | Type::Slice(_)
            | Type::Vec(_)
            | Type::Aggregate(_)
            | Type::Matrix(_)
            | Type::Tuple(_)
            | Type::Struct(_)
            | Type::Host => "value",
        }
    }

    /// The name that the value has.
    fn named(&self, id: ValueId) -> Option<String> {
        let value = self.outline.body.value(id);
        let text = value.name.as_ref()?.text.trim_start_matches("r#");
        // A value of the function is not called after a derivative that happens to be equal.
        let foreign = value.origin == Origin::Primal && (text.ends_with("_bar") || text.ends_with("_dot"));
        (!foreign).then(|| text.to_owned())
    }

    /// A short name after what the statement computes: `x_cos`, `x_i`, `x_squared`.
    fn described(&self, stmt: &Stmt) -> Option<String> {
        match &stmt.instr {
            Instr::Math { rule, .. } if !self.outline.body.is_float(stmt.results[0]) => {
                let trips = rule.name == "saturating_sub";
                Some(if trips { "trips" } else { "n" }.to_owned())
            }
            Instr::Binary(op, a, b) if matches!(self.outline.body.ty(*a), Type::Int(_)) => {
                let one = self.outline.body.value(*b).constant == Some(Const::Int(1));
                let name = match op {
                    BinaryOp::Sub if one && self.is_length(*a) => "last",
                    BinaryOp::Mul => "size",
                    _ if self.is_length(*a) || self.is_length(*b) => "n",
                    _ => return None,
                };
                Some(name.to_owned())
            }
            Instr::Math { rule, args } => match self.short(args[0]) {
                Some(name) => Some(format!("{name}_{}", rule.word())),
                None => Some(rule.word().to_owned()),
            },
            Instr::Binary(BinaryOp::Mul, a, b) if a == b => {
                let name = self.short(*a)?;
                Some(format!("{name}_squared"))
            }
            Instr::Load(from) | Instr::Pop { from } => self.element(from),
            Instr::Matrix(op) => Some(op.rule.name.to_owned()),
            Instr::Len(of) => {
                let name = self.place_name(of.root)?;
                of.path.is_empty().then(|| format!("{name}_len"))
            }
            _ => None,
        }
    }

    fn is_length(&self, id: ValueId) -> bool {
        matches!(
            self.outline.stmt_of(id).map(|stmt| &stmt.instr),
            Some(Instr::Len(_))
        )
    }

    /// The name of a value if it is a variable.
    fn short(&self, id: ValueId) -> Option<String> {
        match self.outline.stmt_of(id).map(|stmt| &stmt.instr) {
            Some(Instr::Load(from)) => self.element(from),
            _ => self.named(id),
        }
    }

    /// `x_i`, `x_ij`, `x0`
    fn element(&self, from: &PlaceRef) -> Option<String> {
        let mut name = self.place_name(from.root)?;
        if let Some(recorded) = name.strip_prefix("recorded_") {
            return (!recorded.starts_with("values")).then(|| recorded.to_owned());
        }
        let mut letters = String::new();
        for proj in &from.path {
            match proj {
                Proj::Index(index) => match &self.outline.body.value(*index).constant {
                    Some(Const::Int(n)) => letters.push_str(&n.to_string()),
                    _ => letters.push_str(&self.named(*index).filter(|name| name.len() == 1)?),
                },
                Proj::Entry(row, column) => {
                    for index in [row, column] {
                        match &self.outline.body.value(*index).constant {
                            Some(Const::Int(n)) => letters.push_str(&n.to_string()),
                            _ => letters.push_str(&self.named(*index).filter(|name| name.len() == 1)?),
                        }
                    }
                }
                Proj::Field(k) => letters.push_str(&k.to_string()),
                Proj::Member(syn::Member::Unnamed(k)) => letters.push_str(&k.index.to_string()),
                Proj::Member(syn::Member::Named(member)) => {
                    // `p.rate` is the rate.
                    let shadow = ["_dot", "_bar"].into_iter().find(|end| name.ends_with(end));
                    name = member.to_string();
                    name.push_str(shadow.unwrap_or_default());
                    letters.clear();
                }
                Proj::Range(..) => return None,
            }
        }
        if !letters.is_empty() && !letters.starts_with(|first: char| first.is_ascii_digit()) {
            name.push('_');
        }
        name.push_str(&letters);
        Some(name)
    }

    fn place_name(&self, place: PlaceId) -> Option<String> {
        let name = self.outline.body.place(place).name.as_ref()?;
        Some(name.text.trim_start_matches("r#").to_owned())
    }

    /// The name that a place would like to have.
    pub(super) fn place_wish(&self, place: PlaceId) -> String {
        if let Some(name) = self.place_name(place) {
            return name;
        }
        let begun = self.outline.nodes.iter().find_map(|node| match &node.stmt.instr {
            Instr::Alloc { place: begun, init } if *begun == place => Some(init),
            _ => None,
        });
        match begun {
            Some(Init::ZerosLike(_)) => "zeros",
            Some(Init::View { .. }) => "row",
            Some(Init::Scratch { .. } | Init::Empty { .. }) => "buffer",
            Some(Init::Copy { .. }) => "copy",
            Some(Init::Matrix(op)) => match op.rule.name {
                "mul" | "tr_mul" | "mul_tr" => "product",
                _ => "matrix",
            },
            _ => "list",
        }
        .to_owned()
    }
}

/// `start` and `end`, of values that only bound a part of a list.
pub(super) fn bounds(outline: &Outline<'_>) -> BTreeMap<ValueId, &'static str> {
    let mut res = BTreeMap::new();
    for node in &outline.nodes {
        for (at, _) in places(&node.stmt.instr) {
            for proj in &at.path {
                let Proj::Range(start, end) = proj else { continue };
                for (bound, name) in [(start, "start"), (end, "end")] {
                    let computed = |id: &ValueId| {
                        let stmt = outline.stmt_of(*id);
                        stmt.is_some_and(|stmt| matches!(stmt.instr, Instr::Binary(..)))
                    };
                    if let Some(id) = bound.filter(computed) {
                        res.entry(id).or_insert(name);
                    }
                }
            }
        }
    }
    res
}
