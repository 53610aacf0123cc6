//! Which values share a variable: what a loop carries is one `let mut`, and so is what leads into it, if nobody needs
//! both at once.

use super::folds::Folds;
use super::outline::{Kind, NodeNo, Outline, Point, RegionNo};
use crate::ir::{Instr, Loop, LoopKind, Stmt, ValueId};

/// A set of values that live in one variable; numbered like its first member.
pub(super) struct Variables {
    /// The variable of each value, by [`ValueId`].
    class: Vec<ValueId>,
    /// What lives in each variable, by [`ValueId`] of the class.
    members: Vec<Vec<ValueId>>,
    /// Whether a loop or a branch assigns to the variable.
    mutable: Vec<bool>,
    /// Where the first of each value's variable begins, by [`ValueId`] of the class.
    homes: Vec<u32>,
}

impl Variables {
    pub(super) fn of(outline: &Outline<'_>, folds: &Folds) -> Self {
        let count = outline.body.values.len();
        let ids = (0..count).map(|id| ValueId(id as u32));
        let variables = Variables {
            class: ids.clone().collect(),
            members: ids.map(|id| vec![id]).collect(),
            mutable: vec![false; count],
            homes: Vec::new(),
        };
        let mut merge = Merge {
            outline,
            folds,
            variables,
        };
        for it in &outline.nodes {
            if let Instr::Loop(repeat) = &it.stmt.instr {
                merge.carried(it.stmt, repeat);
            }
        }
        // Inner statements first: what an inner loop gives is what the outer one carries on.
        for (node, it) in outline.nodes.iter().enumerate().rev() {
            if folds.dead[node] {
                continue;
            }
            match &it.stmt.instr {
                Instr::Loop(repeat) => merge.enter(repeat),
                Instr::If { .. } => merge.branch(node, it.stmt),
                _ => (),
            }
        }
        for (node, it) in outline.nodes.iter().enumerate().rev() {
            if let (Instr::Loop(repeat), false) = (&it.stmt.instr, folds.dead[node]) {
                merge.again(repeat);
            }
        }
        let ids = (0..count).map(|id| ValueId(id as u32));
        let homes = ids.map(|id| merge.home(id).map_or(0, |at| at.pos)).collect();
        Variables {
            homes,
            ..merge.variables
        }
    }

    /// Whether the variable exists before `pos`.
    pub(super) fn is_older(&self, variable: ValueId, pos: u32) -> bool {
        self.homes[variable.0 as usize] < pos
    }

    /// The variable that `id` lives in.
    pub(super) fn of_value(&self, id: ValueId) -> ValueId {
        self.class[id.0 as usize]
    }

    pub(super) fn members(&self, variable: ValueId) -> &[ValueId] {
        &self.members[variable.0 as usize]
    }

    pub(super) fn is_mutable(&self, variable: ValueId) -> bool {
        self.mutable[variable.0 as usize]
    }

    fn join(&mut self, a: ValueId, b: ValueId) {
        let (a, b) = (self.of_value(a), self.of_value(b));
        if a == b {
            return;
        }
        let moved = std::mem::take(&mut self.members[b.0 as usize]);
        for id in &moved {
            self.class[id.0 as usize] = a;
        }
        self.members[a.0 as usize].extend(moved);
        self.mutable[a.0 as usize] = true;
    }
}

struct Merge<'o, 'a> {
    outline: &'o Outline<'a>,
    folds: &'o Folds,
    variables: Variables,
}

/// The carried values of a loop, as its body takes them.
pub(super) fn carried(it: &Loop) -> &[ValueId] {
    match it.kind {
        LoopKind::Range { .. } => &it.body.params[1..],
        LoopKind::While { .. } => &it.body.params,
    }
}

impl Merge<'_, '_> {
    /// What a loop takes and what it gives live in the variable that it carries.
    fn carried(&mut self, stmt: &Stmt, it: &Loop) {
        for (k, param) in carried(it).iter().enumerate() {
            self.variables.join(*param, stmt.results[k]);
            if let LoopKind::While { cond: Some(cond) } = &it.kind {
                self.variables.join(*param, cond.params[k]);
            }
            let variable = self.variables.of_value(*param);
            self.variables.mutable[variable.0 as usize] = true;
        }
    }

    /// What a loop begins with.
    fn enter(&mut self, it: &Loop) {
        for (param, init) in carried(it).iter().zip(&it.init) {
            self.try_join(*param, *init);
        }
    }

    /// What an iteration hands to the next one.
    fn again(&mut self, it: &Loop) {
        let next = &it.body.yields[usize::from(it.breaks)..];
        for (param, next) in carried(it).iter().zip(next) {
            self.try_join(*param, *next);
        }
    }

    /// A branch may change a variable from around it.
    fn branch(&mut self, node: NodeNo, stmt: &Stmt) {
        for (k, result) in stmt.results.iter().enumerate() {
            if self.folds.is_inline(*result) || !self.folds.is_used(*result) {
                continue;
            }
            for region in &self.outline.nodes[node].inner {
                let given = self.outline.regions[*region].region.yields[k];
                let variable = self.variables.of_value(given);
                // Only what lives outside already: a `let` in front of a branch would be worse than `let x = if …`.
                let outside = self.home(variable).is_some_and(|home| {
                    self.outline
                        .encloses(home.region, self.outline.nodes[node].region)
                });
                let same_name = self.name(given).is_some() && self.name(given) == self.name(*result);
                if outside && (self.variables.is_mutable(variable) || same_name) {
                    self.try_join(given, *result);
                }
            }
        }
    }

    /// Where the variable is declared: what a loop carries, in front of it.
    fn home(&self, variable: ValueId) -> Option<Point> {
        let members = self.variables.members(variable).iter();
        let points = members.filter_map(|id| {
            let def = self.outline.defs[id.0 as usize]?;
            let region = &self.outline.regions[def.at.region];
            match region
                .owner
                .filter(|_| def.node.is_none() && region.kind == Kind::Loop)
            {
                Some(owner) => {
                    let owner = &self.outline.nodes[owner];
                    Some(Point {
                        pos: owner.start,
                        region: owner.region,
                    })
                }
                None => Some(def.at),
            }
        });
        points.min_by_key(|at| at.pos)
    }

    fn name(&self, id: ValueId) -> Option<&str> {
        let name = self.outline.body.value(id).name.as_ref();
        name.map(|name| name.text.as_str())
    }

    /// Lets both live in one variable if that is possible and reads well.
    fn try_join(&mut self, a: ValueId, b: ValueId) {
        let (left, right) = (self.variables.of_value(a), self.variables.of_value(b));
        if left == right || self.is_fixed(left) || self.is_fixed(right) {
            return;
        }
        let (left_name, right_name) = (self.name_of(left), self.name_of(right));
        let differ = left_name.is_some() && right_name.is_some() && left_name != right_name;
        // `mut` on a parameter is for what is called the same.
        let params = self.is_param(left) || self.is_param(right);
        if differ || (params && (left_name.is_none() || right_name.is_none())) {
            return;
        }
        let (Some(left_home), Some(right_home)) = (self.home(left), self.home(right)) else {
            return;
        };
        let (first, second) = if left_home.pos <= right_home.pos {
            (left_home, right_home)
        } else {
            (right_home, left_home)
        };
        if !self.outline.encloses(first.region, second.region)
            || self.outline.frame(first.region) != self.outline.frame(second.region)
        {
            return;
        }
        let pairs = |ids: &[ValueId], others: &[ValueId]| {
            let mut all = ids
                .iter()
                .flat_map(|id| others.iter().map(move |other| (*id, *other)));
            all.any(|(id, other)| self.interfere(id, other))
        };
        if !pairs(self.variables.members(left), self.variables.members(right)) {
            self.variables.join(left, right);
        }
    }

    fn name_of(&self, variable: ValueId) -> Option<&str> {
        self.variables
            .members(variable)
            .iter()
            .find_map(|id| self.name(*id))
    }

    /// The numbers of iterations are not assigned to, and what is written where it is used lives nowhere.
    fn is_fixed(&self, variable: ValueId) -> bool {
        self.variables.members(variable).iter().any(|id| {
            let number = self.outline.defs[id.0 as usize].is_none_or(|def| {
                let owner = self.outline.regions[def.at.region].owner;
                let owner = owner.map(|owner| &self.outline.nodes[owner].stmt.instr);
                match owner {
                    Some(Instr::Loop(it)) => {
                        matches!(it.kind, LoopKind::Range { .. }) && it.body.params.first() == Some(id)
                    }
                    _ => false,
                }
            });
            number || self.folds.is_inline(*id)
        })
    }

    /// Whether a parameter of a function lives in the variable.
    fn is_param(&self, variable: ValueId) -> bool {
        self.variables.members(variable).iter().any(|id| {
            self.outline.defs[id.0 as usize].is_some_and(|def| {
                let kind = self.outline.regions[def.at.region].kind;
                def.node.is_none() && matches!(kind, Kind::Function | Kind::Closure)
            })
        })
    }

    fn interfere(&self, a: ValueId, b: ValueId) -> bool {
        let (Some(da), Some(db)) = (self.outline.defs[a.0 as usize], self.outline.defs[b.0 as usize]) else {
            return true;
        };
        da.at == db.at || self.lives_at(a, da.at, db.at) || self.lives_at(b, db.at, da.at)
    }

    /// Whether a value that begins at `def` is still read after `at`.
    fn lives_at(&self, id: ValueId, def: Point, at: Point) -> bool {
        // A value is not there before it begins, nor outside of its region.
        if at.pos < def.pos || !self.outline.encloses(def.region, at.region) {
            return false;
        }
        self.folds.uses[id.0 as usize]
            .iter()
            .any(|used| self.reaches(def, at, *used))
    }

    /// Whether control may come from `from` to `to` without a new beginning of what began at `def`.
    fn reaches(&self, def: Point, from: Point, to: Point) -> bool {
        let forward = from.pos < to.pos && !self.exclusive(from, to);
        forward || self.comes_round(def, from, to)
    }

    /// Whether the two lie in different branches of one `if`.
    fn exclusive(&self, from: Point, to: Point) -> bool {
        self.outline.around(from.region).any(|region| {
            let it = &self.outline.regions[region];
            let other = |other: RegionNo| {
                let other = &self.outline.regions[other];
                other.kind == Kind::Branch && other.owner == it.owner
            };
            it.kind == Kind::Branch
                && !self.outline.encloses(region, to.region)
                && self.outline.around(to.region).any(other)
        })
    }

    /// Whether a loop around both begins its next iteration with the value still there.
    fn comes_round(&self, def: Point, from: Point, to: Point) -> bool {
        self.outline.around(from.region).any(|region| {
            let it = &self.outline.regions[region];
            let Some(owner) = it.owner.filter(|_| it.kind == Kind::Loop) else {
                return false;
            };
            let owner = &self.outline.nodes[owner];
            let inside = |pos: u32| owner.start < pos && pos < owner.end;
            inside(to.pos) && !inside(def.pos)
        })
    }
}
