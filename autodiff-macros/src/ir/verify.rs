//! Checks that a body is well formed, between all stages in debug builds and tests: one definition for each value, in
//! scope of every use; places begun before they are used; regions, results and types that fit their instruction.

use super::visit::{Access, begun, places, uses};
use super::{
    Arg, Body, Call, CallMode, Const, Instr, Loop, LoopKind, Param, PlaceId, PlaceRef, Proj, Region, Stmt,
    Tree, Type, ValueId,
};

/// Says what is wrong with `body`, if anything.
pub(crate) fn verify(body: &Body) -> Result<(), String> {
    let mut verifier = Verifier {
        body,
        defined: vec![false; body.values.len()],
        visible: vec![false; body.values.len()],
        living: vec![false; body.places.len()],
    };
    verifier.body()
}

type Checked = Result<(), String>;

struct Verifier<'a> {
    body: &'a Body,
    /// Values that have had their definition.
    defined: Vec<bool>,
    /// Values in scope.
    visible: Vec<bool>,
    /// Places in scope.
    living: Vec<bool>,
}

/// What a region brought into scope.
#[derive(Default)]
struct Scope {
    values: Vec<ValueId>,
    places: Vec<PlaceId>,
}

impl Verifier<'_> {
    fn body(&mut self) -> Checked {
        let mut scope = Scope::default();
        self.params(&self.body.params, &mut scope)?;
        ensure(
            self.body.region.params.is_empty() && self.body.region.yields.is_empty(),
            "the function's region takes and yields nothing",
        )?;
        self.stmts(&self.body.region, &mut scope)?;
        self.tree(&self.body.result, "the result")?;
        if let Some(pullback) = &self.body.pullback {
            self.params(&pullback.params, &mut scope)?;
            ensure(
                pullback.region.params.is_empty() && pullback.region.yields.is_empty(),
                "the pullback's region takes and yields nothing",
            )?;
            self.stmts(&pullback.region, &mut scope)?;
            self.tree(&pullback.result, "the pullback's result")?;
        }
        Ok(())
    }

    fn params(&mut self, params: &[Param], scope: &mut Scope) -> Checked {
        for param in params {
            for id in param.tree.values() {
                self.define(id, scope)?;
            }
            for id in param.tree.places() {
                self.place_exists(id)?;
                self.begin(id, scope);
            }
        }
        Ok(())
    }

    fn define(&mut self, id: ValueId, scope: &mut Scope) -> Checked {
        let at = id.0 as usize;
        ensure(at < self.defined.len(), &format!("%{at} does not exist"))?;
        ensure(!self.defined[at], &format!("%{at} is defined twice"))?;
        self.defined[at] = true;
        self.visible[at] = true;
        scope.values.push(id);
        Ok(())
    }

    fn begin(&mut self, id: PlaceId, scope: &mut Scope) {
        let slot = &mut self.living[id.0 as usize];
        if !*slot {
            *slot = true;
            scope.places.push(id);
        }
    }

    /// A region with what it brings into scope, which is gone behind it.
    fn region(&mut self, region: &Region) -> Checked {
        let mut scope = Scope::default();
        for param in &region.params {
            self.define(*param, &mut scope)?;
        }
        self.stmts(region, &mut scope)?;
        for id in &region.yields {
            self.in_scope(*id, "a yield")?;
        }
        for id in scope.values {
            self.visible[id.0 as usize] = false;
        }
        for id in scope.places {
            self.living[id.0 as usize] = false;
        }
        Ok(())
    }

    fn stmts(&mut self, region: &Region, scope: &mut Scope) -> Checked {
        for stmt in &region.stmts {
            let at = |problem| format!("{problem}, in {}", describe(stmt));
            self.stmt(stmt, scope).map_err(at)?;
        }
        Ok(())
    }

    fn stmt(&mut self, stmt: &Stmt, scope: &mut Scope) -> Checked {
        for id in uses(&stmt.instr) {
            // What a pullback contributes stands among its operands and is its result.
            if !(matches!(stmt.instr, Instr::Call(_)) && stmt.results.contains(&id)) {
                self.in_scope(id, "an operand")?;
            }
        }
        let begun = begun(&stmt.instr);
        for (at, access) in places(&stmt.instr) {
            self.place_exists(at.root)?;
            if access != Access::Begin && !begun.contains(&at.root) {
                self.alive(at.root)?;
            }
        }
        match &stmt.instr {
            Instr::If {
                cond,
                then,
                otherwise,
            } => {
                self.expect(*cond, &Type::Bool, "a condition")?;
                for side in [then, otherwise] {
                    ensure(side.params.is_empty(), "a branch takes no parameters")?;
                    self.region(side)?;
                    self.list(&side.yields, &stmt.results, "the yields of a branch")?;
                }
            }
            Instr::Loop(it) => self.repeat(it, &stmt.results)?,
            instr => self.operands(instr, &stmt.results)?,
        }
        for id in &stmt.results {
            self.define(*id, scope)?;
            let known = self.body.value(*id).constant.as_ref();
            let literal = match &stmt.instr {
                Instr::Const(literal) => Some(literal),
                _ => None,
            };
            // Bits, so that NaN is itself and -0.0 is not 0.0.
            let same = match (known, literal) {
                (Some(Const::Float(a)), Some(Const::Float(b))) => a.to_bits() == b.to_bits(),
                (a, b) => a == b,
            };
            ensure(same, &format!("%{} is not the constant that it says", id.0))?;
        }
        for id in begun {
            self.place_exists(id)?;
            self.begin(id, scope);
        }
        Ok(())
    }

    fn repeat(&mut self, it: &Loop, results: &[ValueId]) -> Checked {
        let carried = match &it.kind {
            LoopKind::Range { start, end, step, .. } => {
                let Some((index, carried)) = it.body.params.split_first() else {
                    return Err("a counted loop has no induction variable".to_owned());
                };
                for bound in [*start, *end] {
                    self.expect(bound, self.body.ty(*index), "a bound of a loop")?;
                }
                if let Some(step) = step {
                    self.expect(*step, &Type::USIZE, "the step of a loop")?;
                }
                carried
            }
            LoopKind::While { cond } => {
                if let Some(cond) = cond {
                    self.list(&it.init, &cond.params, "what a condition takes")?;
                    self.region(cond)?;
                    let [again] = cond.yields.as_slice() else {
                        return Err("a condition yields one value".to_owned());
                    };
                    self.expect(*again, &Type::Bool, "a condition")?;
                }
                it.body.params.as_slice()
            }
        };
        self.list(&it.init, carried, "what a loop carries")?;
        self.region(&it.body)?;
        let mut next = it.body.yields.as_slice();
        if it.breaks {
            let Some((again, rest)) = next.split_first() else {
                return Err("a loop that breaks yields no condition".to_owned());
            };
            self.expect(*again, &Type::Bool, "the condition to go on")?;
            next = rest;
        }
        self.list(next, carried, "what a loop's body yields")?;
        let mut results = results;
        if it.trips {
            let Some((trips, rest)) = results.split_last() else {
                return Err("a loop that counts has no result".to_owned());
            };
            self.expect(*trips, &Type::USIZE, "a count of iterations")?;
            results = rest;
        }
        self.list(&it.init, results, "what a loop gives")
    }

    /// Operands and results of instructions without regions.
    fn operands(&self, instr: &Instr, results: &[ValueId]) -> Checked {
        let count = match instr {
            Instr::Host { .. } => results.len().min(1),
            Instr::Call(call) => return self.call(call, results),
            Instr::Const(_)
            | Instr::Unary(..)
            | Instr::Binary(..)
            | Instr::Compare(..)
            | Instr::Select { .. }
            | Instr::Math { .. }
            | Instr::Opaque(_)
            | Instr::Cast { .. }
            | Instr::Load(_)
            | Instr::Len(_)
            | Instr::Pop { .. }
            | Instr::Matrix(_)
            | Instr::SomePullback(_)
            | Instr::NoPullback => 1,
            Instr::Alloc { .. }
            | Instr::Store { .. }
            | Instr::AddTo { .. }
            | Instr::Fill { .. }
            | Instr::CopyTo { .. }
            | Instr::Accumulate { .. }
            | Instr::AddMatrix { .. }
            | Instr::Swap(..)
            | Instr::Push { .. }
            | Instr::PushRow { .. }
            | Instr::PopRow { .. }
            | Instr::Resize { .. } => 0,
            Instr::If { .. } | Instr::Loop(_) => results.len(),
        };
        ensure(results.len() == count, &format!("{} results", results.len()))?;
        match (instr, results) {
            (Instr::Unary(_, a), [y]) => self.expect(*a, self.body.ty(*y), "an operand"),
            (Instr::Binary(_, a, b), [y]) => {
                self.expect(*a, self.body.ty(*y), "the left operand")?;
                // The right operand of a shift may be any integer.
                self.expect(*b, self.body.ty(*y), "the right operand")
                    .or_else(|problem| {
                        let ints = [*b, *y]
                            .iter()
                            .all(|id| matches!(self.body.ty(*id), Type::Int(_)));
                        if ints { Ok(()) } else { Err(problem) }
                    })
            }
            (Instr::Compare(_, a, b), [y]) => {
                self.expect(*y, &Type::Bool, "a comparison")?;
                self.expect(*a, self.body.ty(*b), "the left operand")
            }
            (
                Instr::Select {
                    cond,
                    then,
                    otherwise,
                },
                [y],
            ) => {
                self.expect(*cond, &Type::Bool, "a condition")?;
                self.expect(*then, self.body.ty(*y), "a choice")?;
                self.expect(*otherwise, self.body.ty(*y), "a choice")
            }
            (Instr::Load(from), [y]) => self.scalar(from, *y),
            (Instr::Store { to, value } | Instr::AddTo { to, value }, _) => self.scalar(to, *value),
            (Instr::Len(_), [y]) => self.expect(*y, &Type::USIZE, "a length"),
            _ => Ok(()),
        }
    }

    /// `value` is what stands at `at`, as far as the types tell.
    fn scalar(&self, at: &PlaceRef, value: ValueId) -> Checked {
        let mut ty = &self.body.place(at.root).ty;
        for proj in &at.path {
            ty = match (proj, ty) {
                (_, Type::Host) => return Ok(()),
                (Proj::Index(_), ty) => ty.element().ok_or("an index into a scalar")?,
                (Proj::Entry(..), ty) => ty.element().ok_or("an entry of a scalar")?,
                (Proj::Field(k), Type::Tuple(parts)) => parts.get(*k).ok_or("a field that is not there")?,
                (Proj::Field(_), _) => return Err("a field of what is no tuple".to_owned()),
                (Proj::Member(member), ty) => ty.member(member).ok_or("a field that nobody uses")?,
                (Proj::Range(..), ty) => ty,
            };
        }
        self.expect(value, ty, "a value in memory")
    }

    fn call(&self, call: &Call, results: &[ValueId]) -> Checked {
        let mut expected = call.result.values();
        let leaves = |list: &[Option<Arg>]| -> Vec<ValueId> {
            let values = list.iter().flatten().map(|arg| arg.operand.values());
            values.flatten().collect()
        };
        let pullback = match &call.mode {
            CallMode::Primal => false,
            CallMode::Pushforward { result_dot, .. } => {
                expected.extend(result_dot.values());
                false
            }
            CallMode::Forward { .. } => true,
            CallMode::ForwardTangent { result_dot, .. } => {
                expected.extend(result_dot.values());
                true
            }
            CallMode::Pullback { cotangents, .. } => {
                expected.extend(leaves(cotangents));
                false
            }
            CallMode::PullbackTangent {
                cotangents,
                cotangents_dot,
                ..
            } => {
                expected.extend(leaves(cotangents));
                expected.extend(leaves(cotangents_dot));
                false
            }
        };
        let given = match (pullback, results.split_last()) {
            (true, Some((last, rest))) => {
                self.expect(*last, &Type::Pullback, "what a forward sweep gives")?;
                rest
            }
            (true, None) => return Err("a forward sweep gives a pullback".to_owned()),
            (false, _) => results,
        };
        ensure(
            given == expected.as_slice(),
            "the results of a call are not its leaves",
        )
    }

    fn list(&self, given: &[ValueId], taken: &[ValueId], what: &str) -> Checked {
        ensure(
            given.len() == taken.len(),
            &format!("{what}: {} for {}", given.len(), taken.len()),
        )?;
        let mut pairs = given.iter().zip(taken);
        pairs.try_for_each(|(given, taken)| self.expect(*given, self.body.ty(*taken), what))
    }

    fn expect(&self, id: ValueId, ty: &Type, what: &str) -> Checked {
        let found = self.body.ty(id);
        ensure(
            found.fits(ty),
            &format!("{what} %{} is {found:?}, not {ty:?}", id.0),
        )
    }

    fn in_scope(&self, id: ValueId, what: &str) -> Checked {
        let visible = self.visible.get(id.0 as usize).copied().unwrap_or(false);
        ensure(visible, &format!("{what} %{} is not in scope", id.0))
    }

    fn place_exists(&self, id: PlaceId) -> Checked {
        ensure(
            (id.0 as usize) < self.living.len(),
            &format!("@{} does not exist", id.0),
        )
    }

    fn alive(&self, id: PlaceId) -> Checked {
        ensure(
            self.living[id.0 as usize],
            &format!("@{} is used before it is begun", id.0),
        )
    }

    fn tree(&self, tree: &Tree, what: &str) -> Checked {
        tree.values()
            .into_iter()
            .try_for_each(|id| self.in_scope(id, what))?;
        tree.places().into_iter().try_for_each(|id| {
            self.place_exists(id)?;
            self.alive(id)
        })
    }
}

fn describe(stmt: &Stmt) -> String {
    let results: Vec<_> = stmt.results.iter().map(|id| format!("%{}", id.0)).collect();
    let what = match &stmt.instr {
        Instr::If { .. } => "an `if`".to_owned(),
        Instr::Loop(_) => "a loop".to_owned(),
        instr => format!("{instr:?}").chars().take(120).collect(),
    };
    format!("[{}] = {what}", results.join(", "))
}

fn ensure(holds: bool, problem: &str) -> Checked {
    if holds { Ok(()) } else { Err(problem.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::{BinaryOp, Builder, Origin, Type};

    /// A body whose statements `build` makes.
    fn body(build: impl FnOnce(&mut Builder)) -> Body {
        let mut b = Builder::new(Body::empty("f"), Origin::Primal);
        b.begin();
        build(&mut b);
        let region = b.end();
        Body { region, ..b.body }
    }

    fn check_problem(part: &str, build: impl FnOnce(&mut Builder)) {
        let problem = verify(&body(build)).expect_err(part);
        assert!(problem.contains(part), "{problem}");
    }

    #[test]
    fn a_sum_of_constants_is_well_formed() {
        let res = verify(&body(|b| {
            let (x, y) = (b.float(1.0), b.float(2.0));
            b.add(x, y);
        }));
        assert_eq!(res, Ok(()));
    }

    #[test]
    fn a_use_needs_a_definition_around_it() {
        check_problem("%0 is not in scope", |b| {
            let x = b.value(Type::F64);
            b.neg(x);
        });
        check_problem("is not in scope", |b| {
            let cond = b.bool(true);
            b.begin();
            let inner = b.float(1.0);
            let then = b.end();
            b.begin();
            let otherwise = b.end();
            b.branch(cond, then, otherwise);
            b.neg(inner);
        });
    }

    #[test]
    fn a_value_is_defined_once() {
        check_problem("defined twice", |b| {
            b.float(1.0);
            let again = b.stmts()[0].clone();
            b.stmts().push(again);
        });
    }

    #[test]
    fn types_fit_their_instruction() {
        check_problem("the right operand", |b| {
            let (x, n) = (b.float(1.0), b.usize(2));
            b.one(Instr::Binary(BinaryOp::Add, x, n), Type::F64);
        });
        check_problem("a condition", |b| {
            let x = b.float(1.0);
            b.select(x, x, x);
        });
    }

    #[test]
    fn a_place_is_begun_before_it_is_used() {
        check_problem("used before it is begun", |b| {
            let ty = Type::Vec(Box::new(Type::F64));
            let place = b.body.fresh_place(crate::ir::Place {
                ty,
                name: None,
                origin: Origin::Primal,
                param: None,
            });
            b.len(PlaceRef::whole(place));
        });
    }

    #[test]
    fn a_constant_is_what_its_statement_says() {
        check_problem("not the constant", |b| {
            let x = b.float(0.0);
            b.body.values[x.0 as usize].constant = Some(Const::Float(-0.0));
        });
    }
}
