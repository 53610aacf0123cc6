//! Methods of `Option` that write: `take`, `replace`, `insert`, `get_or_insert`, `as_mut`.

use super::Lowerer;
use super::operand::{By, Lowered, Operand, Target};
use super::option_methods::rebuilt;
use super::optional::Parts;

impl Lowerer<'_> {
    /// The variable that the method is called on, which it writes to.
    fn option_variable(&mut self, it: &syn::ExprMethodCall) -> Lowered<super::operand::VarPath> {
        let receiver = self.in_place(&it.receiver, None)?;
        if let Operand::Alias(path) = receiver {
            return Ok(path);
        }
        match self.quiet_target(&it.receiver) {
            Ok(Target::Var(path)) => Ok(path),
            _ => self.refuse(
                &it.method,
                &format!("`{}` of this cannot be differentiated", it.method),
                "put the option into a variable of its own first",
            ),
        }
    }

    /// Puts another content into an option, and gives the option as it was.
    pub(super) fn exchanged(&mut self, it: &syn::ExprMethodCall, new: Option<Operand>) -> Lowered<Operand> {
        let path = self.option_variable(it)?;
        let old = self.scopes.get(&path).clone();
        let old = self.settled(old);
        let some = new.is_some();
        let value = match (new, &old) {
            (Some(new), _) => new,
            // Nobody looks at it, but its shape stays.
            (None, Operand::Option { value, .. }) if matches!(**value, Operand::Value(_)) => {
                (**value).clone()
            }
            (None, _) => Operand::Unset,
        };
        let new = self.option(some, value, None);
        self.scopes.set(&path, new);
        Ok(old)
    }

    pub(super) fn content_of(&mut self, it: &syn::ExprMethodCall) -> Lowered<Operand> {
        let mut path = self.option_variable(it)?;
        if let Operand::Option { value, .. } = self.scopes.get(&path)
            && let Operand::Place { at, by: _ } = &**value
        {
            return Ok(Operand::Place {
                at: at.clone(),
                by: By::RefMut,
            });
        }
        path.path.push(0);
        Ok(Operand::Alias(path))
    }

    /// `opt.as_mut()`
    pub(super) fn content_to_write(&mut self, it: &syn::ExprMethodCall) -> Lowered<Operand> {
        let path = self.option_variable(it)?;
        let value = self.content_of(it)?;
        match self.option_parts(&Operand::Alias(path)) {
            Some(parts) => Ok(rebuilt(Parts { value, ..parts })),
            None => self.unknown_method(it),
        }
    }

    /// `opt.get_or_insert(x)`
    pub(super) fn filled(&mut self, it: &syn::ExprMethodCall, parts: &Parts) -> Lowered<Operand> {
        let path = self.option_variable(it)?;
        let with = it.method == "get_or_insert_with";
        let eager = match with {
            true => None,
            false => Some(self.expr(&it.args[0], None)?),
        };
        let value = parts.value.clone();
        let value = self.one_of(it, parts.some, value, |lowerer| match eager {
            Some(new) => Ok(new),
            None => lowerer.apply(&it.args[0], Vec::new(), None),
        })?;
        let full = self.option(true, value, None);
        self.scopes.set(&path, full);
        self.content_of(it)
    }
}
