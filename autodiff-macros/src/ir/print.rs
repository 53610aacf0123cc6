//! A body as text, for dumps and tests: one line a statement, regions indented.
//!
//! Values are `name%id`, with a `'` behind those of the derivative; places are `name@id`.

use super::{
    Arg, BinaryOp, Body, Call, CallMode, Callee, CompareOp, Const, Content, Float, HostArg, Init, Instr, Int,
    Len, Loop, LoopKind, MatrixArg, MatrixOp, Origin, Param, Passing, PlaceId, PlaceRef, Proj, Region, Stmt,
    Struct, Tree, Type, UnaryOp, ValueId,
};
use quote::ToTokens;

/// The whole body.
pub(crate) fn print(body: &Body) -> String {
    let mut printer = Printer {
        body,
        text: String::new(),
        depth: 0,
    };
    printer.body();
    printer.text
}

struct Printer<'a> {
    body: &'a Body,
    text: String,
    depth: usize,
}

impl Printer<'_> {
    fn body(&mut self) {
        let params = self.params(&self.body.params);
        self.line(&format!("fn {}({params})", self.body.name));
        self.nested(&self.body.region);
        self.line(&format!("return {}", self.tree(&self.body.result)));
        if let Some(pullback) = &self.body.pullback {
            let params = self.params(&pullback.params);
            self.line(&format!("pullback({params})"));
            self.nested(&pullback.region);
            self.line(&format!("return {}", self.tree(&pullback.result)));
        }
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(&"  ".repeat(self.depth));
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn nested(&mut self, region: &Region) {
        self.depth += 1;
        for stmt in &region.stmts {
            self.stmt(stmt);
        }
        if !region.yields.is_empty() {
            self.line(&format!("yield {}", self.list(&region.yields)));
        }
        self.depth -= 1;
    }

    fn stmt(&mut self, stmt: &Stmt) {
        let results = self.defs(&stmt.results);
        let results = if results.is_empty() {
            results
        } else {
            format!("{results} = ")
        };
        match &stmt.instr {
            Instr::If {
                cond,
                then,
                otherwise,
            } => {
                self.line(&format!("{results}if {}", self.value(*cond)));
                self.nested(then);
                if !otherwise.stmts.is_empty() || !otherwise.yields.is_empty() {
                    self.line("else");
                    self.nested(otherwise);
                }
            }
            Instr::Loop(it) => self.repeat(&results, it),
            instr => self.line(&format!("{results}{}", self.instr(instr))),
        }
    }

    fn repeat(&mut self, results: &str, it: &Loop) {
        let (breaks, trips) = (flag(it.breaks, " breaks"), flag(it.trips, " trips"));
        let init = self.list(&it.init);
        let params = self.defs(&it.body.params);
        match &it.kind {
            LoopKind::Range {
                start,
                end,
                step,
                reversed,
            } => {
                let step = step.map_or(String::new(), |step| format!(" step {}", self.value(step)));
                let range = format!("{}..{}{step}", self.value(*start), self.value(*end));
                let order = flag(*reversed, " reversed");
                self.line(&format!(
                    "{results}for {range}{order}{breaks}{trips} ({init}) |{params}|"
                ));
            }
            LoopKind::While { cond: Some(cond) } => {
                let taken = self.defs(&cond.params);
                self.line(&format!("{results}while{breaks}{trips} ({init}) |{taken}|"));
                self.nested(cond);
                self.line(&format!("do |{params}|"));
            }
            LoopKind::While { cond: None } => {
                self.line(&format!("{results}loop{breaks}{trips} ({init}) |{params}|"));
            }
        }
        self.nested(&it.body);
    }

    fn instr(&self, instr: &Instr) -> String {
        match instr {
            Instr::Const(known) => constant(known),
            Instr::Unary(op, a) => format!("{}{}", unary(*op), self.value(*a)),
            Instr::Binary(op, a, b) => format!("{} {} {}", self.value(*a), binary(*op), self.value(*b)),
            Instr::Compare(op, a, b) => format!("{} {} {}", self.value(*a), compare(*op), self.value(*b)),
            Instr::Select {
                cond,
                then,
                otherwise,
            } => format!("select {}", self.list(&[*cond, *then, *otherwise])),
            Instr::Opaque(it) => format!("opaque `{}`({})", it.template, self.list(&it.inputs)),
            Instr::Math { rule, args } => format!("{}({})", rule.name, self.list(args)),
            Instr::Cast { value, to } => format!("{} as {}", self.value(*value), ty(to)),
            Instr::Host { template, args, pure } => {
                let effects = flag(!pure, "!");
                format!("host{effects} {{ {template} }}({})", self.host_args(args))
            }
            Instr::Alloc { place, init } => format!("let {} = {}", self.place_def(*place), self.init(init)),
            Instr::Load(from) => format!("load {}", self.path(from)),
            Instr::Store { to, value } => format!("{} := {}", self.path(to), self.value(*value)),
            Instr::AddTo { to, value } => format!("{} += {}", self.path(to), self.value(*value)),
            Instr::Len(of) => format!("len {}", self.path(of)),
            Instr::Fill { to, value } => format!("fill {} with {}", self.path(to), self.value(*value)),
            Instr::CopyTo { to, from } => format!("copy {} from {}", self.path(to), self.path(from)),
            Instr::Accumulate { to, from } => {
                format!("accumulate {} from {}", self.path(to), self.path(from))
            }
            Instr::AddMatrix { to, op, negative } => {
                let sign = if *negative { "-" } else { "+" };
                format!("{} {sign}= {}", self.path(to), self.matrix_op(op))
            }
            Instr::Matrix(op) => self.matrix_op(op),
            Instr::Swap(a, b) => format!("swap {}, {}", self.path(a), self.path(b)),
            Instr::Push { to, value } => format!("push {}, {}", self.path(to), self.value(*value)),
            Instr::Pop { from } => format!("pop {}", self.path(from)),
            Instr::PushRow { to, row } => format!("push {}, {}", self.path(to), self.place(*row)),
            Instr::PopRow { from, row } => format!("let {} = pop {}", self.place_def(*row), self.path(from)),
            Instr::Resize { to, len, value } => {
                format!("resize {} to {}", self.path(to), self.list(&[*len, *value]))
            }
            Instr::Call(call) => self.call(call),
            Instr::SomePullback(value) => format!("some {}", self.value(*value)),
            Instr::NoPullback => "none".to_owned(),
            Instr::If { .. } | Instr::Loop(_) => unreachable!("printed with its regions"),
        }
    }

    fn init(&self, init: &Init) -> String {
        let times = |len: &Option<ValueId>| len.map_or(String::new(), |len| format!("; {}", self.value(len)));
        match init {
            Init::Repeat { value, len } => format!("[{}{}]", self.value(*value), times(len)),
            Init::List(values) => format!("[{}]", self.list(values)),
            Init::RepeatPlace { row, len } => format!("[{}{}]", self.path(row), times(len)),
            Init::Rows(rows) => {
                format!(
                    "[{}]",
                    rows.iter()
                        .map(|row| self.path(row))
                        .collect::<Vec<_>>()
                        .join(", ")
                )
            }
            Init::Struct { path, fields } => {
                let fields = fields.iter().map(|(name, content)| match content {
                    Content::Value(id) => format!("{}: {}", member(name), self.value(*id)),
                    Content::Place(at) => format!("{}: {}", member(name), self.path(at)),
                });
                let path = path.to_token_stream().to_string().replace(' ', "");
                format!("{path} {{ {} }}", fields.collect::<Vec<_>>().join(", "))
            }
            Init::Copy { src, moved } => {
                format!("{} {}", if *moved { "move" } else { "copy" }, self.path(src))
            }
            Init::Empty { capacity } => format!("empty{}", times(capacity)),
            Init::ZerosLike(of) => format!("zeros like {}", self.path(of)),
            Init::Scratch { len } => format!("scratch; {}", self.value(*len)),
            Init::Matrix(op) => self.matrix_op(op),
            Init::View { of, .. } => format!("view {}", self.path(of)),
            Init::Host { template, args } => format!("host {{ {template} }}({})", self.host_args(args)),
        }
    }

    fn call(&self, call: &Call) -> String {
        let callee = match &call.callee {
            Callee::Path(path) | Callee::Associated(path) => {
                path.to_token_stream().to_string().replace(' ', "")
            }
            Callee::Method { name, .. } => format!(".{name}"),
        };
        let mut text = format!("{}({})", callee, self.args(&call.args));
        let optional = |list: &[Option<Arg>]| {
            let one = |arg: &Option<Arg>| arg.as_ref().map_or("-".to_owned(), |arg| self.arg(arg));
            list.iter().map(one).collect::<Vec<_>>().join(", ")
        };
        let (name, more) = match &call.mode {
            CallMode::Primal => ("call", String::new()),
            CallMode::Pushforward { tangents, result_dot } => (
                "pushforward",
                format!(" dot({}) -> dot {}", optional(tangents), self.tree(result_dot)),
            ),
            CallMode::Forward { active, boxed } => {
                ("forward", format!("{} active {active:?}", flag(*boxed, " boxed")))
            }
            CallMode::Pullback {
                pullback,
                optional: maybe,
                seeds,
                cotangents,
            } => (
                "pullback",
                format!(
                    " by {}{} seeds {} bars({})",
                    self.value(*pullback),
                    flag(*maybe, "?"),
                    self.tree(seeds),
                    optional(cotangents)
                ),
            ),
            CallMode::ForwardTangent {
                active,
                boxed,
                tangents,
                result_dot,
            } => (
                "forward tangent",
                format!(
                    "{} active {active:?} dot({}) -> dot {}",
                    flag(*boxed, " boxed"),
                    optional(tangents),
                    self.tree(result_dot)
                ),
            ),
            CallMode::PullbackTangent {
                pullback,
                optional: maybe,
                seeds,
                seeds_dot,
                tangents,
                cotangents,
                cotangents_dot,
            } => (
                "pullback tangent",
                format!(
                    " by {}{} seeds {}, {} dot({}) bars({}; {})",
                    self.value(*pullback),
                    flag(*maybe, "?"),
                    self.tree(seeds),
                    self.tree(seeds_dot),
                    optional(tangents),
                    optional(cotangents),
                    optional(cotangents_dot)
                ),
            ),
        };
        text.push_str(&more);
        format!("{name} {text} -> {}", self.tree(&call.result))
    }

    fn args(&self, args: &[Arg]) -> String {
        args.iter()
            .map(|arg| self.arg(arg))
            .collect::<Vec<_>>()
            .join(", ")
    }

    fn arg(&self, arg: &Arg) -> String {
        let what = match &arg.place {
            Some(place) => self.path(place),
            None => self.tree(&arg.operand),
        };
        format!("{}{what}", passing(arg.passing))
    }

    fn matrix_op(&self, op: &MatrixOp) -> String {
        let one = |arg: &MatrixArg| match arg {
            MatrixArg::Value(value) => self.value(*value),
            MatrixArg::Place(place) => self.path(place),
        };
        let args: Vec<_> = op.args.iter().map(one).collect();
        format!("{}({})", op.rule.name, args.join(", "))
    }

    fn host_args(&self, args: &[HostArg]) -> String {
        let one = |arg: &HostArg| match arg {
            HostArg::Value(value) => self.value(*value),
            HostArg::Place(place) => self.path(place),
            HostArg::PlaceMut(place) => format!("mut {}", self.path(place)),
        };
        args.iter().map(one).collect::<Vec<_>>().join(", ")
    }

    fn params(&self, params: &[Param]) -> String {
        let one = |param: &Param| {
            let role = format!("{:?}", param.role).to_lowercase();
            format!("{role} {}: {}", param.index, self.tree_def(&param.tree))
        };
        params.iter().map(one).collect::<Vec<_>>().join(", ")
    }

    fn tree(&self, tree: &Tree) -> String {
        self.tree_by(tree, &|id| self.value(id), &|id| self.place(id))
    }

    fn tree_def(&self, tree: &Tree) -> String {
        self.tree_by(tree, &|id| self.defs(&[id]), &|id| self.place_def(id))
    }

    fn tree_by(
        &self,
        tree: &Tree,
        value: &dyn Fn(ValueId) -> String,
        place: &dyn Fn(PlaceId) -> String,
    ) -> String {
        match tree {
            Tree::Value(id) => value(*id),
            Tree::Place(id) => place(*id),
            Tree::Tuple(parts) => {
                let parts: Vec<_> = parts
                    .iter()
                    .map(|part| self.tree_by(part, value, place))
                    .collect();
                format!("({})", parts.join(", "))
            }
        }
    }

    fn defs(&self, ids: &[ValueId]) -> String {
        let one = |id: &ValueId| match self.body.values.get(id.0 as usize) {
            Some(value) => format!("{}: {}", self.value(*id), ty(&value.ty)),
            None => self.value(*id),
        };
        ids.iter().map(one).collect::<Vec<_>>().join(", ")
    }

    fn list(&self, ids: &[ValueId]) -> String {
        ids.iter()
            .map(|id| self.value(*id))
            .collect::<Vec<_>>()
            .join(", ")
    }

    /// Also of a value that does not exist, since malformed bodies are printed, too.
    fn value(&self, id: ValueId) -> String {
        let Some(value) = self.body.values.get(id.0 as usize) else {
            return format!("unknown%{}", id.0);
        };
        let name = value.name.as_ref().map_or("", |name| name.text.as_str());
        let mark = flag(value.origin == Origin::Derivative, "'");
        format!("{name}%{}{mark}", id.0)
    }

    fn place(&self, id: PlaceId) -> String {
        let Some(place) = self.body.places.get(id.0 as usize) else {
            return format!("unknown@{}", id.0);
        };
        let name = place.name.as_ref().map_or("", |name| name.text.as_str());
        let mark = flag(place.origin == Origin::Derivative, "'");
        format!("{name}@{}{mark}", id.0)
    }

    fn place_def(&self, id: PlaceId) -> String {
        let Some(place) = self.body.places.get(id.0 as usize) else {
            return self.place(id);
        };
        format!(
            "{}: {}{}",
            self.place(id),
            place.param.map_or("", passing),
            ty(&place.ty)
        )
    }

    fn path(&self, at: &PlaceRef) -> String {
        let bound = |id: &Option<ValueId>| id.map_or(String::new(), |id| self.value(id));
        let mut text = self.place(at.root);
        for proj in &at.path {
            text.push_str(&match proj {
                Proj::Index(index) => format!("[{}]", self.value(*index)),
                Proj::Range(start, end) => format!("[{}..{}]", bound(start), bound(end)),
                Proj::Field(k) => format!(".{k}"),
                Proj::Entry(row, column) => format!("[({}, {})]", self.value(*row), self.value(*column)),
                Proj::Member(name) => format!(".{}", member(name)),
            });
        }
        text
    }
}

fn flag(set: bool, text: &str) -> &str {
    if set { text } else { "" }
}

fn passing(passing: Passing) -> &'static str {
    match passing {
        Passing::Value => "",
        Passing::Ref => "&",
        Passing::RefMut => "&mut ",
    }
}

fn constant(known: &Const) -> String {
    match known {
        Const::Float(x) => format!("{x:?}"),
        Const::Int(n) => n.to_string(),
        Const::Bool(b) => b.to_string(),
    }
}

fn unary(op: UnaryOp) -> &'static str {
    match op {
        UnaryOp::Neg => "-",
        UnaryOp::Not => "!",
    }
}

fn binary(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Add => "+",
        BinaryOp::Sub => "-",
        BinaryOp::Mul => "*",
        BinaryOp::Div => "/",
        BinaryOp::Rem => "%",
        BinaryOp::And => "&",
        BinaryOp::Or => "|",
        BinaryOp::Xor => "^",
        BinaryOp::Shl => "<<",
        BinaryOp::Shr => ">>",
    }
}

fn compare(op: CompareOp) -> &'static str {
    match op {
        CompareOp::Eq => "==",
        CompareOp::Ne => "!=",
        CompareOp::Lt => "<",
        CompareOp::Le => "<=",
        CompareOp::Gt => ">",
        CompareOp::Ge => ">=",
    }
}

fn member(name: &syn::Member) -> String {
    name.to_token_stream().to_string()
}

fn ty(it: &Type) -> String {
    match it {
        Type::Float(Float::F64) => "f64".to_owned(),
        Type::Float(Float::F32) => "f32".to_owned(),
        Type::Float(Float::Named(name) | Float::Generic(name)) => name.to_string(),
        Type::Float(Float::Inferred) => "float".to_owned(),
        Type::Int(Int::Inferred) => "int".to_owned(),
        Type::Int(int) => format!("{int:?}").to_lowercase(),
        Type::Bool => "bool".to_owned(),
        Type::Matrix(it) => format!("matrix of {}", ty(&it.element)),
        Type::Array(element, len) => {
            let len = match len {
                Len::Known(n) => n.to_string(),
                Len::Expr(expr) => expr.to_string(),
                Len::Inferred => "_".to_owned(),
            };
            format!("[{}; {len}]", ty(element))
        }
        Type::Slice(element) => format!("[{}]", ty(element)),
        Type::Vec(element) => format!("Vec<{}>", ty(element)),
        Type::Aggregate(element) => format!("<{}>", ty(element)),
        Type::Tuple(parts) => format!("({})", parts.iter().map(ty).collect::<Vec<_>>().join(", ")),
        Type::Struct(Struct { name: Some(name), .. }) => name.path.to_string().replace(' ', ""),
        Type::Struct(_) => "struct".to_owned(),
        Type::Host => "host".to_owned(),
        Type::Pullback => "pullback".to_owned(),
    }
}
