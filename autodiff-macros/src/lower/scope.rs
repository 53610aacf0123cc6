//! The user's variables: what each name is bound to at this point of the program.

use super::operand::{Operand, VarPath};

/// Names one variable of a function; shadowing makes a new one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct VarId(pub(super) usize);

#[derive(Clone, Debug)]
pub(super) struct Var {
    pub(super) name: String,
    pub(super) span: proc_macro2::Span,
    /// The content now. Assignment to a scalar gives it a new value; an aggregate's place stays.
    pub(super) slot: Operand,
    /// Declared by `mut`, or without an initialiser, or a flag of ours.
    pub(super) mutable: bool,
    /// The same for each time that this declaration is lowered: where its token lies.
    pub(super) key: usize,
}

/// What names mean at some point of the program.
#[derive(Clone, Default, Debug)]
pub(super) struct Names(Vec<(String, VarId)>);

impl Names {
    pub(super) fn find(&self, name: &str) -> Option<VarId> {
        self.0
            .iter()
            .rev()
            .find(|entry| entry.0 == name)
            .map(|entry| entry.1)
    }

    pub(super) fn push(&mut self, entry: (String, VarId)) {
        self.0.push(entry);
    }
}

/// Every variable that is declared so far, and which of them the names mean.
#[derive(Clone, Default, Debug)]
pub(super) struct Scopes {
    vars: Vec<Var>,
    /// Innermost last. A later entry shadows an earlier one of the same name.
    names: Vec<Vec<(String, VarId)>>,
}

impl Scopes {
    pub(super) fn open(&mut self) {
        self.names.push(Vec::new());
    }

    pub(super) fn close(&mut self) {
        self.names.pop();
    }

    /// A new variable in the innermost scope.
    pub(super) fn declare(&mut self, ident: &syn::Ident, slot: Operand, mutable: bool) -> VarId {
        let id = self.hidden(&spoken(ident), ident.span(), slot, mutable);
        self.vars[id.0].key = std::ptr::from_ref(ident) as usize;
        let scope = self.names.last_mut().expect("a scope is open around every `let`");
        scope.push((ident.to_string(), id));
        id
    }

    /// A variable that no name means.
    pub(super) fn hidden(
        &mut self,
        name: &str,
        span: proc_macro2::Span,
        slot: Operand,
        mutable: bool,
    ) -> VarId {
        let id = VarId(self.vars.len());
        self.vars.push(Var {
            name: name.to_owned(),
            span,
            slot,
            mutable,
            key: id.0,
        });
        id
    }

    /// The variable that `name` means here.
    pub(super) fn find(&self, name: &str) -> Option<VarId> {
        let entries = self.names.iter().rev().flat_map(|scope| scope.iter().rev());
        entries
            .into_iter()
            .find(|entry| entry.0 == name)
            .map(|entry| entry.1)
    }

    /// What names mean here.
    pub(super) fn names(&self) -> Names {
        Names(self.names.iter().flatten().cloned().collect())
    }

    /// Lets names mean something else until [`Scopes::leave`], which takes what this gives.
    pub(super) fn enter(&mut self, names: Names) -> Vec<Vec<(String, VarId)>> {
        std::mem::replace(&mut self.names, vec![names.0])
    }

    pub(super) fn leave(&mut self, outside: Vec<Vec<(String, VarId)>>) {
        self.names = outside;
    }

    pub(super) fn var(&self, id: VarId) -> &Var {
        &self.vars[id.0]
    }

    pub(super) fn get(&self, path: &VarPath) -> &Operand {
        let mut slot = &self.vars[path.var.0].slot;
        for k in &path.path {
            match slot {
                Operand::Tuple(parts) => slot = &parts[*k],
                // The content of an option is its component 0.
                Operand::Option { value, .. } => slot = value,
                _ => return &Operand::Poison,
            }
        }
        slot
    }

    pub(super) fn set(&mut self, path: &VarPath, content: Operand) {
        let mut slot = &mut self.vars[path.var.0].slot;
        for k in &path.path {
            match slot {
                Operand::Tuple(parts) => slot = &mut parts[*k],
                Operand::Option { value, .. } => slot = value,
                // The variable is poisoned, and stays so.
                _ => return,
            }
        }
        *slot = content;
    }

    /// How many variables there are; those declared later have a greater number.
    pub(super) fn len(&self) -> usize {
        self.vars.len()
    }

    pub(super) fn ids(&self) -> impl Iterator<Item = VarId> + use<> {
        (0..self.vars.len()).map(VarId)
    }

    /// What the first `count` variables hold.
    pub(super) fn slots(&self, count: usize) -> Vec<Operand> {
        self.vars[..count].iter().map(|var| var.slot.clone()).collect()
    }

    /// Gives the first variables this content.
    pub(super) fn restore(&mut self, slots: Vec<Operand>) {
        for (var, slot) in self.vars.iter_mut().zip(slots) {
            var.slot = slot;
        }
    }

    pub(super) fn slot_mut(&mut self, id: VarId) -> &mut Operand {
        &mut self.vars[id.0].slot
    }
}

/// The name of a variable without `r#`; a keyword gets an underscore.
pub(super) fn spoken(ident: &syn::Ident) -> String {
    let name = ident.to_string();
    match name.strip_prefix("r#") {
        Some(keyword) => format!("{keyword}_"),
        None => name,
    }
}
