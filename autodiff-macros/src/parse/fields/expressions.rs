//! What expressions say of the types of what they are made of.

use super::patterns::{is_variant, is_wrapper};
use super::terms::{Kind, Term};
use super::{Arithmetic, Walk};
use syn::parse::Parser;
use syn::punctuated::Punctuated;

impl Walk {
    pub(super) fn block(&mut self, block: &syn::Block) -> Term {
        self.scoped(|walk| {
            let mut tail = None;
            for stmt in &block.stmts {
                tail = None;
                match stmt {
                    syn::Stmt::Local(it) => walk.local(it),
                    syn::Stmt::Item(_) => (),
                    syn::Stmt::Expr(expr, semicolon) => {
                        let term = walk.expr(expr);
                        tail = semicolon.is_none().then_some(term);
                    }
                    syn::Stmt::Macro(it) => {
                        let term = walk.mac(&it.mac);
                        tail = it.semi_token.is_none().then_some(term);
                    }
                }
            }
            tail.unwrap_or_else(|| walk.terms.open())
        })
    }

    fn local(&mut self, it: &syn::Local) {
        let term = match &it.init {
            Some(init) => {
                let term = self.expr(&init.expr);
                if let Some((_, diverge)) = &init.diverge {
                    self.expr(diverge);
                }
                term
            }
            None => self.terms.open(),
        };
        self.pattern(&it.pat, term);
    }

    pub(super) fn expr(&mut self, expr: &syn::Expr) -> Term {
        match expr {
            syn::Expr::Paren(it) => self.expr(&it.expr),
            syn::Expr::Group(it) => self.expr(&it.expr),
            syn::Expr::Reference(it) => self.expr(&it.expr),
            syn::Expr::Path(it) => match it.path.get_ident().and_then(|name| self.find(&name.to_string())) {
                Some(term) => term,
                None if is_float_constant(&it.path) => self.terms.add(Kind::Float),
                None => self.terms.open(),
            },
            syn::Expr::Lit(it) => match &it.lit {
                syn::Lit::Float(_) => self.terms.add(Kind::Float),
                syn::Lit::Int(lit) if lit.suffix().starts_with('f') => self.terms.add(Kind::Float),
                syn::Lit::Int(_) => self.terms.add(Kind::Int),
                syn::Lit::Bool(_) => self.terms.add(Kind::Bool),
                _ => self.terms.add(Kind::Constant),
            },
            syn::Expr::Unary(it) => self.unary(it),
            syn::Expr::Binary(it) => self.binary(it),
            syn::Expr::Cast(it) => {
                let value = self.expr(&it.expr);
                self.casts.push(value);
                self.written(&it.ty)
            }
            syn::Expr::Field(it) => {
                let base = self.expr(&it.base);
                self.terms.field(base, &it.member)
            }
            syn::Expr::Index(it) => self.index(it),
            syn::Expr::Tuple(it) => {
                let parts = it.elems.iter().map(|part| self.expr(part)).collect();
                self.terms.add(Kind::Tuple(parts))
            }
            syn::Expr::Array(it) => {
                let parts: Vec<_> = it.elems.iter().collect();
                self.list_of(&parts)
            }
            syn::Expr::Repeat(it) => {
                self.expr(&it.len);
                self.list_of(&[&it.expr])
            }
            syn::Expr::Struct(it) => self.literal(it),
            syn::Expr::Assign(it) => {
                let (left, right) = (self.expr(&it.left), self.expr(&it.right));
                self.terms.unite(left, right);
                self.terms.open()
            }
            syn::Expr::MethodCall(it) => self.method(it),
            syn::Expr::Call(it) => self.call(it),
            syn::Expr::Macro(it) => self.mac(&it.mac),
            syn::Expr::Closure(it) => self.closure(it),
            syn::Expr::Range(it) => {
                let element = self.terms.open();
                for bound in it.start.iter().chain(&it.end) {
                    let bound = self.expr(bound);
                    self.terms.unite(element, bound);
                }
                self.terms.tell(element, Kind::Int);
                self.terms.list(element)
            }
            other => self.control(other),
        }
    }

    fn control(&mut self, expr: &syn::Expr) -> Term {
        match expr {
            syn::Expr::Block(it) => self.block(&it.block),
            syn::Expr::If(it) => self.scoped(|walk| {
                walk.condition(&it.cond);
                let then = walk.block(&it.then_branch);
                if let Some((_, other)) = &it.else_branch {
                    let other = walk.expr(other);
                    walk.terms.unite(then, other);
                }
                then
            }),
            syn::Expr::Match(it) => {
                let value = self.expr(&it.expr);
                let result = self.terms.open();
                for arm in &it.arms {
                    self.scoped(|walk| {
                        walk.pattern(&arm.pat, value);
                        if let syn::Pat::Guard(it) = &arm.pat {
                            walk.expr(&it.guard);
                        }
                        let body = walk.expr(&arm.body);
                        walk.terms.unite(result, body);
                    });
                }
                if it.arms.iter().any(|arm| names_variants(&arm.pat)) {
                    self.terms.tell(value, Kind::Constant);
                }
                result
            }
            syn::Expr::While(it) => {
                self.scoped(|walk| {
                    walk.condition(&it.cond);
                    walk.block(&it.body);
                });
                self.terms.open()
            }
            syn::Expr::Loop(it) => {
                self.block(&it.body);
                self.terms.open()
            }
            syn::Expr::ForLoop(it) => {
                let list = self.expr(&it.expr);
                let element = self.terms.element(list);
                self.scoped(|walk| {
                    walk.pattern(&it.pat, element);
                    walk.block(&it.body);
                });
                self.terms.open()
            }
            syn::Expr::Return(it) => {
                if let Some(value) = &it.expr {
                    let value = self.expr(value);
                    let output = self.output.last().copied();
                    output
                        .into_iter()
                        .for_each(|output| self.terms.unite(value, output));
                }
                self.terms.open()
            }
            syn::Expr::Break(it) => match &it.expr {
                Some(value) => self.expr(value),
                None => self.terms.open(),
            },
            syn::Expr::Try(it) => self.expr(&it.expr),
            _ => self.terms.open(),
        }
    }

    fn condition(&mut self, expr: &syn::Expr) {
        match expr {
            syn::Expr::Let(it) => {
                let value = self.expr(&it.expr);
                self.pattern(&it.pat, value);
            }
            syn::Expr::Binary(it) if matches!(it.op, syn::BinOp::And(_)) => {
                self.condition(&it.left);
                self.condition(&it.right);
            }
            other => {
                let term = self.expr(other);
                self.terms.tell(term, Kind::Bool);
            }
        }
    }

    fn unary(&mut self, it: &syn::ExprUnary) -> Term {
        let term = self.expr(&it.expr);
        if matches!(it.op, syn::UnOp::Neg(_)) {
            self.later.push(Arithmetic {
                sides: [term, term],
                result: None,
                sum: true,
            });
        }
        term
    }

    fn binary(&mut self, it: &syn::ExprBinary) -> Term {
        let sides = [self.expr(&it.left), self.expr(&it.right)];
        for (side, term) in [&it.left, &it.right].into_iter().zip(sides) {
            if matches!(**side, syn::Expr::Reference(_)) {
                self.lent.push(term);
            }
        }
        match it.op {
            syn::BinOp::Add(_)
            | syn::BinOp::Sub(_)
            | syn::BinOp::Mul(_)
            | syn::BinOp::Div(_)
            | syn::BinOp::Rem(_) => {
                let result = self.terms.open();
                let sum = matches!(it.op, syn::BinOp::Add(_) | syn::BinOp::Sub(_));
                self.later.push(Arithmetic {
                    sides,
                    result: Some(result),
                    sum,
                });
                result
            }
            syn::BinOp::AddAssign(_)
            | syn::BinOp::SubAssign(_)
            | syn::BinOp::MulAssign(_)
            | syn::BinOp::DivAssign(_)
            | syn::BinOp::RemAssign(_) => {
                let sum = matches!(it.op, syn::BinOp::AddAssign(_) | syn::BinOp::SubAssign(_));
                self.later.push(Arithmetic {
                    sides,
                    result: None,
                    sum,
                });
                self.terms.open()
            }
            syn::BinOp::And(_) | syn::BinOp::Or(_) => {
                sides
                    .into_iter()
                    .for_each(|side| self.terms.tell(side, Kind::Bool));
                self.terms.add(Kind::Bool)
            }
            syn::BinOp::Eq(_)
            | syn::BinOp::Ne(_)
            | syn::BinOp::Lt(_)
            | syn::BinOp::Le(_)
            | syn::BinOp::Gt(_)
            | syn::BinOp::Ge(_) => {
                self.terms.unite(sides[0], sides[1]);
                if matches!(
                    it.op,
                    syn::BinOp::Lt(_) | syn::BinOp::Le(_) | syn::BinOp::Gt(_) | syn::BinOp::Ge(_)
                ) {
                    self.later.push(Arithmetic {
                        sides,
                        result: None,
                        sum: true,
                    });
                }
                self.terms.add(Kind::Bool)
            }
            _ => self.terms.open(),
        }
    }

    fn index(&mut self, it: &syn::ExprIndex) -> Term {
        let list = self.expr(&it.expr);
        let element = self.terms.element(list);
        if let syn::Expr::Range(range) = &*it.index {
            for bound in range.start.iter().chain(&range.end) {
                let bound = self.expr(bound);
                self.terms.tell(bound, Kind::Int);
            }
            return self.terms.list(element);
        }
        let index = self.expr(&it.index);
        self.terms.tell(index, Kind::Int);
        element
    }

    pub(super) fn list_of(&mut self, parts: &[&syn::Expr]) -> Term {
        let element = self.terms.open();
        for part in parts {
            let part = self.expr(part);
            self.terms.unite(element, part);
        }
        self.terms.list(element)
    }

    /// `P { x: a, ..base }`
    fn literal(&mut self, it: &syn::ExprStruct) -> Term {
        let whole = self.name(&it.path);
        self.terms.tell(whole, Kind::Struct { fields: Vec::new() });
        for field in &it.fields {
            let value = self.expr(&field.expr);
            let term = self.terms.field(whole, &field.member);
            self.terms.unite(term, value);
        }
        if let Some(rest) = &it.rest {
            let rest = self.expr(rest);
            self.terms.unite(whole, rest);
        }
        whole
    }

    fn call(&mut self, it: &syn::ExprCall) -> Term {
        let args: Vec<_> = it.args.iter().map(|arg| self.expr(arg)).collect();
        let syn::Expr::Path(func) = &*it.func else {
            self.expr(&it.func);
            return self.terms.open();
        };
        if let Some(local) = func
            .path
            .get_ident()
            .and_then(|name| self.find(&name.to_string()))
        {
            if let Kind::Closure { params, result } = self.terms.kind(local).clone() {
                params
                    .into_iter()
                    .zip(args)
                    .for_each(|(param, arg)| self.terms.unite(param, arg));
                return result;
            }
            return self.terms.open();
        }
        if let ([inside], true) = (args.as_slice(), is_wrapper(&func.path)) {
            return *inside;
        }
        let names: Vec<String> = func.path.segments.iter().map(|it| it.ident.to_string()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        match (names.as_slice(), args.as_slice()) {
            ([.., "Vec", "new" | "with_capacity"], _) => {
                let element = self.terms.open();
                self.terms.list(element)
            }
            ([.., "mem", "swap" | "replace"], [a, b]) => {
                self.terms.unite(*a, *b);
                *a
            }
            ([.., "stop_gradient" | "identity"], [x]) => *x,
            ([.., "f64" | "f32", _], _) => {
                args.into_iter().for_each(|arg| self.terms.tell(arg, Kind::Float));
                self.terms.add(Kind::Float)
            }
            ([.., last], _) if last.starts_with(char::is_uppercase) && !is_variant(&func.path) => {
                let whole = self.name(&func.path);
                for (k, arg) in args.into_iter().enumerate() {
                    let field = self
                        .terms
                        .field(whole, &syn::Member::Unnamed(syn::Index::from(k)));
                    self.terms.unite(field, arg);
                }
                whole
            }
            _ => self.terms.open(),
        }
    }

    pub(super) fn closure(&mut self, it: &syn::ExprClosure) -> Term {
        let result = match &it.output {
            syn::ReturnType::Default => self.terms.open(),
            syn::ReturnType::Type(_, ty) => self.written(ty),
        };
        let params: Vec<_> = it.inputs.iter().map(|_| self.terms.open()).collect();
        self.output.push(result);
        self.scoped(|walk| {
            for (pat, param) in it.inputs.iter().zip(&params) {
                walk.pattern(pat, *param);
            }
            let body = walk.expr(&it.body);
            walk.terms.unite(result, body);
        });
        self.output.pop();
        self.terms.add(Kind::Closure { params, result })
    }

    /// `vec![..]`, and the arguments of what prints or asserts.
    fn mac(&mut self, mac: &syn::Macro) -> Term {
        self.copied += 1;
        let res = self.mac_content(mac);
        self.copied -= 1;
        res
    }

    fn mac_content(&mut self, mac: &syn::Macro) -> Term {
        let is_vec = mac.path.is_ident("vec");
        let repeat = |input: syn::parse::ParseStream<'_>| {
            let value: syn::Expr = input.parse()?;
            input.parse::<syn::Token![;]>()?;
            Ok((value, input.parse::<syn::Expr>()?))
        };
        if is_vec && let Ok((value, len)) = repeat.parse2(mac.tokens.clone()) {
            let len = self.expr(&len);
            self.terms.tell(len, Kind::Int);
            return self.list_of(&[&value]);
        }
        let list = Punctuated::<syn::Expr, syn::Token![,]>::parse_terminated;
        let Ok(args) = list.parse2(mac.tokens.clone()) else {
            return self.terms.open();
        };
        if is_vec {
            return self.list_of(&args.iter().collect::<Vec<_>>());
        }
        args.iter().for_each(|arg| {
            self.expr(arg);
        });
        self.terms.open()
    }
}

/// `f64::EPSILON`, `std::f64::consts::PI`
fn is_float_constant(path: &syn::Path) -> bool {
    path.segments
        .iter()
        .any(|it| it.ident == "f64" || it.ident == "f32")
        && path.segments.len() > 1
}

/// Whether an arm looks at variants: what it looks at is no struct.
fn names_variants(pat: &syn::Pat) -> bool {
    match pat {
        syn::Pat::Path(it) => !it.path.is_ident("None"),
        syn::Pat::TupleStruct(it) => is_variant(&it.path) && !is_wrapper(&it.path),
        syn::Pat::Struct(it) => is_variant(&it.path),
        syn::Pat::Or(it) => it.cases.iter().any(names_variants),
        _ => false,
    }
}
