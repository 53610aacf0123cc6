//! Structs: members, literals, patterns. Each is memory of a type that only rustc knows, reached member by member.

use super::Lowerer;
use super::operand::{By, Lowered, Operand};
use crate::ir::{Content, Init, PlaceRef, Proj, Struct, Type};

impl Lowerer<'_> {
    /// `p.x` of a struct.
    pub(super) fn member(&mut self, it: &syn::ExprField) -> Lowered<Operand> {
        let base = self.in_place(&it.base, None)?;
        let content = self.content(base);
        let (Some(at), by) = (self.path_of(&content), by(content.peel())) else {
            return self.unsupported(it, "a field of this");
        };
        self.b.span = span(&it.member);
        Ok(Operand::Place {
            at: at.then(Proj::Member(it.member.clone())),
            by,
        })
    }

    /// `p.clone()`
    pub(super) fn struct_method(
        &mut self,
        it: &syn::ExprMethodCall,
        receiver: Operand,
        want: Option<&Type>,
    ) -> Lowered<Operand> {
        let at = self.path_of(&receiver);
        match (it.method.to_string().as_str(), at) {
            ("clone" | "to_owned", Some(at)) => Ok(self.copied(&at, false)),
            (_, Some(at)) if self.is_open(&at) && !at.path.is_empty() => self.unknown_type(&it.receiver),
            _ => self.companion_method(it, want),
        }
    }

    /// Something whose uses do not tell what it is.
    pub(super) fn unknown_type<T>(&mut self, expr: &syn::Expr) -> Lowered<T> {
        let spelled = quote::ToTokens::to_token_stream(expr)
            .to_string()
            .replace(' ', "");
        let message = format!("the type of `{spelled}` is not known here");
        let help = match super::places::inner(expr) {
            syn::Expr::Field(syn::ExprField {
                member: syn::Member::Named(member),
                ..
            }) => format!("write it: `let {member}: f64 = {spelled};`"),
            _ => format!("write it: `let value: f64 = {spelled};`"),
        };
        self.refuse(expr, &message, &help)
    }

    /// Whether nothing but a name is known of what lies there.
    pub(super) fn is_open(&self, at: &PlaceRef) -> bool {
        matches!(self.type_at(at), Type::Struct(Struct { fields, .. }) if fields.is_empty())
    }

    /// `P { x: a, w: b, ..base }`; `None` if it is a variant of an enum, or unknown for another reason.
    pub(super) fn struct_literal(&mut self, it: &syn::ExprStruct) -> Option<Lowered<Operand>> {
        let ty = self
            .request
            .fields
            .of_path(&it.path)
            .filter(|_| it.qself.is_none())?;
        let fields: Vec<_> = it
            .fields
            .iter()
            .map(|field| (&field.member, &field.expr))
            .collect();
        Some(match &it.rest {
            None => self.constructed(&it.path, ty, &fields),
            Some(rest) => self.updated(ty, &fields, rest),
        })
    }

    /// `P(a, b)`
    pub(super) fn struct_call(&mut self, it: &syn::ExprCall, path: &syn::Path) -> Option<Lowered<Operand>> {
        let ty = self.request.fields.of_path(path)?;
        let members: Vec<_> = (0..it.args.len())
            .map(|k| syn::Member::Unnamed(syn::Index::from(k)))
            .collect();
        let fields: Vec<_> = members.iter().zip(&it.args).collect();
        Some(self.constructed(path, ty, &fields))
    }

    fn constructed(
        &mut self,
        path: &syn::Path,
        ty: Struct,
        fields: &[(&syn::Member, &syn::Expr)],
    ) -> Lowered<Operand> {
        let mut contents = Vec::new();
        let mut failed = None;
        for (member, expr) in fields {
            match self.field_content(&ty, member, expr) {
                Ok(content) => contents.push(((*member).clone(), content)),
                Err(halt) => failed = Some(halt),
            }
        }
        if let Some(halt) = failed {
            return Err(halt);
        }
        let init = Init::Struct {
            path: path.clone(),
            fields: contents,
        };
        Ok(self.begun(Type::Struct(ty), init))
    }

    fn field_content(&mut self, ty: &Struct, member: &syn::Member, expr: &syn::Expr) -> Lowered<Content> {
        let want = ty.field(member).cloned();
        let operand = self.expr(expr, want.as_ref())?;
        let operand = self.settled(operand);
        if let Some(value) = self.scalar(&operand) {
            return Ok(Content::Value(value));
        }
        if let Some(at) = self.path_of(&operand) {
            return Ok(Content::Place(at));
        }
        self.tuple_row(expr, &operand).map(Content::Place)
    }

    /// `P { x: a, ..base }`: a copy of the base, in which the fields are written.
    fn updated(
        &mut self,
        ty: Struct,
        fields: &[(&syn::Member, &syn::Expr)],
        base: &syn::Expr,
    ) -> Lowered<Operand> {
        let mut contents = Vec::new();
        for (member, expr) in fields {
            contents.push((*member, expr, self.field_content(&ty, member, expr)));
        }
        let whole = Type::Struct(ty);
        let operand = self.in_place(base, Some(&whole))?;
        let whole = match self.settled(operand) {
            own @ Operand::Place { by: By::Temp, .. } => own,
            other => match self.path_of(&other) {
                Some(at) => self.copied(&at, false),
                None => return self.unsupported(base, "the rest of a struct that this is"),
            },
        };
        let Some(at) = self.path_of(&whole) else {
            return self.unsupported(base, "the rest of a struct that this is");
        };
        for (member, expr, content) in contents {
            let to = at.then(Proj::Member(member.clone()));
            match content? {
                Content::Value(value) => self.store(to, value),
                Content::Place(from) => self.assign_place(
                    expr,
                    to,
                    Operand::Place {
                        at: from,
                        by: By::Temp,
                    },
                )?,
            }
        }
        Ok(whole)
    }

    /// The fields that a pattern names, each with its pattern. A reference to a struct gives references.
    pub(super) fn struct_parts<'p>(
        &mut self,
        operand: &Operand,
        pats: impl Iterator<Item = (syn::Member, &'p syn::Pat)>,
    ) -> Option<Vec<(&'p syn::Pat, Operand)>> {
        let content = self.content(operand.clone());
        let at = self.path_of(&content)?;
        let by = by(content.peel());
        let Type::Struct(_) = self.type_at(&at) else {
            return None;
        };
        let part = |(member, pat)| {
            let at = at.then(Proj::Member(member));
            (pat, Operand::Place { at, by })
        };
        Some(pats.map(part).collect())
    }
}

/// `P { x, y: (a, b), .. }`
pub(super) fn named(it: &syn::PatStruct) -> impl Iterator<Item = (syn::Member, &syn::Pat)> {
    it.fields.iter().map(|field| (field.member.clone(), &*field.pat))
}

/// `P(a, b)`
pub(super) fn numbered(it: &syn::PatTupleStruct) -> impl Iterator<Item = (syn::Member, &syn::Pat)> {
    let elems = it.elems.iter().enumerate();
    elems.map(|(k, pat)| (syn::Member::Unnamed(syn::Index::from(k)), pat))
}

/// How a part of a place is had.
fn by(whole: &Operand) -> By {
    match whole {
        Operand::Place { by: By::Ref, .. } => By::Owned,
        Operand::Place { by: By::RefMut, .. } => By::Owned,
        Operand::Place { by, .. } => *by,
        Operand::Value(_)
        | Operand::Ref(_)
        | Operand::Alias(_)
        | Operand::Tuple(_)
        | Operand::Option { .. }
        | Operand::Unset
        | Operand::Lost
        | Operand::Poison => By::Owned,
    }
}

fn span(member: &syn::Member) -> proc_macro2::Span {
    match member {
        syn::Member::Named(ident) => ident.span(),
        syn::Member::Unnamed(index) => index.span,
    }
}
