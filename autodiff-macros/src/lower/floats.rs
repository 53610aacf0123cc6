//! Functions of floats: methods, and the same functions called by path.

use super::Lowerer;
use super::operand::{Halt, Lowered, Operand};
use super::places::inner;
use crate::ir::{BinaryOp, Float, HostArg, Instr, Int, Type, ValueId};
use crate::parse::Floats;
use crate::rules;
use quote::{ToTokens, quote};

/// What a method of std's floats gives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Gives {
    /// A float with a rule in the table.
    Float,
    /// `sin_cos`
    Pair,
    /// No float: carries no derivative, whatever it is asked of.
    Bool,
    Host,
}

/// The method `name` with `argc` arguments, the receiver included; `None` if nothing is known of it.
pub(super) fn known_method(name: &str, argc: usize) -> Option<Gives> {
    if rules::find(name, argc).is_some() {
        return Some(Gives::Float);
    }
    match (name, argc) {
        ("sin_cos", 1) => Some(Gives::Pair),
        ("add" | "sub" | "mul" | "div" | "rem", 2) | ("neg", 1) => Some(Gives::Float),
        (
            "is_nan" | "is_finite" | "is_infinite" | "is_normal" | "is_subnormal" | "is_sign_positive"
            | "is_sign_negative" | "is_zero" | "is_one",
            1,
        )
        | ("eq" | "ne" | "lt" | "le" | "gt" | "ge", 2) => Some(Gives::Bool),
        ("to_bits" | "to_string" | "classify" | "to_ne_bytes" | "to_le_bytes" | "to_be_bytes", 1)
        | ("total_cmp" | "partial_cmp", 2) => Some(Gives::Host),
        _ => None,
    }
}

/// `f64::sin`, `<f32>::max`, `std::primitive::f64::sin`, `Real::sin`: the float and the function's name.
pub(super) fn float_path(func: &syn::Expr, floats: &Floats) -> Option<(Type, String)> {
    let syn::Expr::Path(it) = inner(func) else {
        return None;
    };
    let name = it.path.segments.last()?.ident.to_string();
    if let Some(qself) = &it.qself {
        let syn::Type::Path(ty) = &*qself.ty else {
            return None;
        };
        // `<T as Float>::sin`
        let known = known_function(&name) || qself.as_token.is_none();
        return Some((float_named(ty, floats)?, name)).filter(|_| known);
    }
    let mut segments = it.path.segments.clone();
    segments.pop();
    segments.pop_punct();
    let owner = syn::Path {
        leading_colon: it.path.leading_colon,
        segments,
    };
    let owner = syn::TypePath {
        attrs: Vec::new(),
        qself: None,
        path: owner,
    };
    let ty = float_named(&owner, floats)?;
    // `T::from(2.0).unwrap()`, `T::one()`: the user's trait knows what this is.
    let generic = matches!(ty, Type::Float(Float::Generic(_)));
    (!generic || known_function(&name)).then_some((ty, name))
}

/// Whether std's floats have a function of this name that the derivative is known of.
fn known_function(name: &str) -> bool {
    (1..=3).any(|argc| known_method(name, argc).is_some())
}

fn float_named(it: &syn::TypePath, floats: &Floats) -> Option<Type> {
    if let Some(known) = floats.find(it) {
        return Some(known);
    }
    // `Float::sin`, of whatever number it is called with.
    if !floats.generic.is_empty()
        && it
            .path
            .segments
            .last()
            .is_some_and(|last| super::generics::is_float_trait(&last.ident))
    {
        return Some(Type::Float(Float::Inferred));
    }
    let path = &it.path;
    let names: Vec<_> = path
        .segments
        .iter()
        .map(|segment| segment.ident.to_string())
        .collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    match names.as_slice() {
        ["f64"] | ["std" | "core", "primitive", "f64"] => Some(Type::Float(Float::F64)),
        ["f32"] | ["std" | "core", "primitive", "f32"] => Some(Type::Float(Float::F32)),
        _ => None,
    }
}

/// The type of a constant of std: `f64::EPSILON`, `std::f64::consts::PI`, `usize::MAX`.
pub(super) fn constant_type(it: &syn::ExprPath) -> Option<Type> {
    if it.qself.is_some() {
        return None;
    }
    let names: Vec<_> = it
        .path
        .segments
        .iter()
        .map(|segment| segment.ident.to_string())
        .collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let (owner, last) = match names.as_slice() {
        ["std" | "core", owner, "consts", last] => (*owner, *last),
        ["f64" | "f32", "consts", last] => (names[0], *last),
        ["std" | "core", owner, last] | [owner, last] => (*owner, *last),
        _ => return None,
    };
    if last.chars().any(char::is_lowercase) {
        return None;
    }
    let ty = match owner {
        "f64" => Type::Float(Float::F64),
        "f32" => Type::Float(Float::F32),
        "usize" => Type::Int(Int::Usize),
        "isize" => Type::Int(Int::Isize),
        "u8" => Type::Int(Int::U8),
        "u16" => Type::Int(Int::U16),
        "u32" => Type::Int(Int::U32),
        "u64" => Type::Int(Int::U64),
        "u128" => Type::Int(Int::U128),
        "i8" => Type::Int(Int::I8),
        "i16" => Type::Int(Int::I16),
        "i32" => Type::Int(Int::I32),
        "i64" => Type::Int(Int::I64),
        "i128" => Type::Int(Int::I128),
        _ => return None,
    };
    match (&ty, last) {
        (Type::Float(_), "RADIX") => Some(Type::Int(Int::U32)),
        (Type::Float(_), "DIGITS" | "MANTISSA_DIGITS") => Some(Type::Int(Int::U32)),
        (Type::Float(_), "MAX_EXP" | "MIN_EXP" | "MAX_10_EXP" | "MIN_10_EXP") => Some(Type::Int(Int::I32)),
        (Type::Int(_), "BITS") => Some(Type::Int(Int::U32)),
        _ => Some(ty),
    }
}

impl Lowerer<'_> {
    /// A method of a float.
    pub(super) fn float_method(&mut self, it: &syn::ExprMethodCall, want: Option<&Type>) -> Lowered<Operand> {
        let receiver = self.expr(&it.receiver, None)?;
        self.float_method_on(it, receiver, want)
    }

    /// The same, where the receiver is lowered already.
    pub(super) fn float_method_on(
        &mut self,
        it: &syn::ExprMethodCall,
        receiver: Operand,
        want: Option<&Type>,
    ) -> Lowered<Operand> {
        let name = it.method.to_string();
        let Some(first) = self.scalar(&receiver) else {
            return self.unsupported(&it.receiver, "a method of this");
        };
        self.as_float(first);
        match (name.as_str(), it.args.len()) {
            ("clone" | "to_owned", 0) => return Ok(Operand::Value(first)),
            ("into", 0) => return self.converted(&it.method, first, want),
            _ => (),
        }
        if known_method(&name, it.args.len() + 1).is_none() {
            if !self.varied.values.contains(&first) {
                return self.host_method(it, receiver, want);
            }
            return self.no_rule(&it.method, &name);
        }
        self.b.span = it.method.span();
        let args = self.float_args(&name, first, &it.args)?;
        self.b.span = it.method.span();
        self.float_function(&name, args)
    }

    fn no_rule<T>(&mut self, at: &impl ToTokens, name: &str) -> Lowered<T> {
        if (1..=4).any(|argc| known_method(name, argc).is_some()) {
            let message = format!("`{name}` takes another number of arguments");
            let help = match (1..=4).find_map(|argc| rules::find(name, argc)) {
                Some(rule) => format!("write `{}.{name}({})`", rule.args[0], rule.args[1..].join(", ")),
                None => "see the documentation of `f64`".to_owned(),
            };
            return self.refuse(at, &message, &help);
        }
        let help = match near(name) {
            Some(other) => format!("did you mean `.{other}()`?"),
            None => "write it in terms of functions that have a derivative, or put it into a function of its own and \
                     give its derivative by `#[differentiable(derivative(..))]`"
                .to_owned(),
        };
        self.refuse(
            at,
            &format!("nothing is known about the derivative of `.{name}()`"),
            &help,
        )
    }

    /// The arguments behind the first; `powi` takes an integer.
    fn float_args<'e>(
        &mut self,
        name: &str,
        first: ValueId,
        rest: impl IntoIterator<Item = &'e syn::Expr>,
    ) -> Lowered<Vec<ValueId>> {
        let float = self.b.body.ty(first).clone();
        let want = match name {
            "powi" => Type::Int(Int::I32),
            _ => float,
        };
        let rest: Vec<_> = rest
            .into_iter()
            .map(|arg| {
                let id = self.value(arg, Some(&want))?;
                match (self.b.body.ty(id), &want) {
                    (Type::Float(_), Type::Float(_)) | (Type::Int(_), Type::Int(_)) => Ok(id),
                    _ => self.refuse(arg, "this argument is of another type", "convert it by `as`"),
                }
            })
            .collect();
        let mut args = vec![first];
        for arg in rest {
            args.push(arg?);
        }
        Ok(args)
    }

    /// A function of the table, or one of those that give no derivative.
    fn float_function(&mut self, name: &str, args: Vec<ValueId>) -> Lowered<Operand> {
        let floats = args.iter().filter(|id| self.b.body.is_float(**id));
        let ty = floats
            .map(|id| self.b.body.ty(*id).clone())
            .reduce(super::branches::more_known)
            .unwrap_or(Type::Float(Float::Inferred));
        for id in &args {
            if self.b.body.is_float(*id) {
                self.fix(*id, &ty);
            }
        }
        if let Some(rule) = rules::find(name, args.len()) {
            return Ok(Operand::Value(self.one(Instr::Math { rule, args }, ty)));
        }
        match (name, args.as_slice()) {
            ("sin_cos", [x]) => {
                let parts = ["sin", "cos"].map(|name| {
                    let rule = rules::find(name, 1).expect("the table has a sine and a cosine");
                    Operand::Value(self.math(rule, vec![*x]))
                });
                Ok(Operand::Tuple(parts.into()))
            }
            ("add", [a, b]) => Ok(Operand::Value(self.binary(BinaryOp::Add, *a, *b))),
            ("sub", [a, b]) => Ok(Operand::Value(self.binary(BinaryOp::Sub, *a, *b))),
            ("mul", [a, b]) => Ok(Operand::Value(self.binary(BinaryOp::Mul, *a, *b))),
            ("div", [a, b]) => Ok(Operand::Value(self.binary(BinaryOp::Div, *a, *b))),
            ("rem", [a, b]) => Ok(Operand::Value(self.binary(BinaryOp::Rem, *a, *b))),
            ("neg", [a]) => Ok(Operand::Value(
                self.one(Instr::Unary(crate::ir::UnaryOp::Neg, *a), ty),
            )),
            _ => Ok(Operand::Value(self.without_derivative(name, args))),
        }
    }

    /// `x.is_nan()`, `x.total_cmp(&y)`: whatever `x` carries, the result carries nothing.
    fn without_derivative(&mut self, name: &str, args: Vec<ValueId>) -> ValueId {
        let method = syn::Ident::new(name, self.b.span);
        let holes: Vec<_> = (0..args.len()).map(super::names::hole).collect();
        let (first, rest) = holes.split_first().expect("a method has a receiver");
        let template = quote!(#first.#method(#(&#rest),*));
        let ty = match (known_method(name, args.len()), name) {
            (Some(Gives::Bool), _) => Type::Bool,
            _ => Type::Host,
        };
        let carried = args.iter().any(|id| self.varied.values.contains(id));
        let instr = Instr::Host {
            template,
            args: args.into_iter().map(HostArg::Value).collect(),
            pure: true,
        };
        let id = self.one(instr, ty);
        if carried && (name.starts_with("to_")) {
            self.varied.bits.insert(id);
        }
        id
    }

    /// `x.into()`, `f64::from(x)`: nothing, or a cast.
    fn converted(&mut self, at: &impl ToTokens, id: ValueId, want: Option<&Type>) -> Lowered<Operand> {
        match want {
            Some(ty @ Type::Float(_)) => Ok(Operand::Value(self.cast_to(id, ty))),
            _ => self.refuse(
                at,
                "it is not clear what this converts to",
                "write `f64::from(x)`, or `x as f64`",
            ),
        }
    }

    /// A cast, unless it is none.
    pub(super) fn cast_to(&mut self, id: ValueId, to: &Type) -> ValueId {
        match (self.b.body.ty(id), to) {
            (Type::Float(Float::F64), Type::Float(Float::F64))
            | (Type::Float(Float::F32), Type::Float(Float::F32)) => id,
            (Type::Float(Float::Inferred), Type::Float(_)) if self.b.constant(id).is_some() => {
                self.fix(id, to);
                id
            }
            // `true as f64` there is not.
            (Type::Bool, Type::Float(_)) => {
                let number = self.cast_to(id, &Type::Int(Int::U8));
                self.cast_to(number, to)
            }
            _ => self.one(
                Instr::Cast {
                    value: id,
                    to: to.clone(),
                },
                to.clone(),
            ),
        }
    }

    /// `f64::sin(x)`, `f64::from(x)`
    pub(super) fn float_call(
        &mut self,
        expr: &syn::Expr,
        it: &syn::ExprCall,
        ty: &Type,
        name: &str,
        want: Option<&Type>,
    ) -> Lowered<Operand> {
        match (name, it.args.len()) {
            ("from", 1) => {
                let id = self.value(&it.args[0], None)?;
                return Ok(Operand::Value(self.cast_to(id, ty)));
            }
            // The argument is no float.
            ("from_bits" | "from_ne_bytes" | "from_le_bytes" | "from_be_bytes", 1) => {
                let arg = self.expr(&it.args[0], None)?;
                let mut args = Vec::new();
                let Some(hole) = super::host::parts_template(self, &arg, &mut args) else {
                    return self.unsupported(&it.args[0], "this argument");
                };
                let func = &it.func;
                return Ok(self.host_result(quote!(#func(#hole)), args, true, Some(ty)));
            }
            ("default", 0) => return self.host(expr, Some(ty)),
            _ => (),
        }
        if known_method(name, it.args.len()).is_none() {
            if !self.touches_varied(expr) {
                return self.host(expr, want);
            }
            return self.no_rule(&it.func, name);
        }
        let Some(receiver) = it.args.first() else {
            return Err(Halt::Error);
        };
        let first = self.value(receiver, Some(ty))?;
        if !self.b.body.is_float(first) {
            return self.refuse(receiver, "this argument is of another type", "convert it by `as`");
        }
        let args = self.float_args(name, first, it.args.iter().skip(1))?;
        if let syn::Expr::Path(path) = inner(&it.func)
            && let Some(last) = path.path.segments.last()
        {
            self.b.span = last.ident.span();
        }
        self.float_function(name, args)
    }
}

/// The function of std that is called otherwise elsewhere.
fn near(name: &str) -> Option<&'static str> {
    Some(match name {
        "log1p" | "log_1p" => "ln_1p",
        "expm1" => "exp_m1",
        "pow" => "powf",
        "arcsin" => "asin",
        "arccos" => "acos",
        "arctan" => "atan",
        "sq" | "square" | "squared" => "powi",
        "fabs" => "abs",
        "rsqrt" => "sqrt",
        _ => return None,
    })
}
