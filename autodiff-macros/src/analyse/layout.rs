//! Where everything stands: the region of each value and place, the order of statements, who writes what.

use crate::ir::visit::{Access, places, regions};
use crate::ir::{
    Body, Init, Instr, Loop, LoopKind, Passing, PlaceId, PlaceRef, Proj, Region, Stmt, Type, ValueId,
};
use std::collections::BTreeMap;

/// Names a region of a body by its number in program order; the whole function is 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct RegionId(pub(crate) usize);

/// Names a statement of a body by its number in program order, outer before inner.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct StmtKey(pub(crate) usize);

#[derive(Debug)]
pub(crate) struct Layout<'a> {
    pub(crate) body: &'a Body,
    pub(crate) regions: Vec<RegionInfo<'a>>,
    stmts: Vec<(&'a Stmt, RegionId)>,
    keys: BTreeMap<*const Stmt, StmtKey>,
    ids: BTreeMap<*const Region, RegionId>,
    homes: BTreeMap<ValueId, RegionId>,
    defs: BTreeMap<ValueId, StmtKey>,
    places: BTreeMap<PlaceId, PlaceInfo>,
}

#[derive(Debug)]
pub(crate) struct RegionInfo<'a> {
    pub(crate) region: &'a Region,
    /// The statement that holds the region, and the region that holds the statement.
    pub(crate) owner: Option<(StmtKey, RegionId)>,
}

#[derive(Debug)]
struct PlaceInfo {
    home: RegionId,
    begun: Option<StmtKey>,
    /// Everything that changes it after it began; `true` if the shape may change.
    writers: Vec<(StmtKey, bool)>,
}

impl<'a> Layout<'a> {
    pub(crate) fn of(body: &'a Body) -> Self {
        let mut res = Layout {
            body,
            regions: Vec::new(),
            stmts: Vec::new(),
            keys: BTreeMap::new(),
            ids: BTreeMap::new(),
            homes: BTreeMap::new(),
            defs: BTreeMap::new(),
            places: BTreeMap::new(),
        };
        for param in &body.params {
            res.homes
                .extend(param.tree.values().into_iter().map(|id| (id, RegionId(0))));
            let info = |id| {
                (
                    id,
                    PlaceInfo {
                        home: RegionId(0),
                        begun: None,
                        writers: Vec::new(),
                    },
                )
            };
            res.places.extend(param.tree.places().into_iter().map(info));
        }
        res.region(&body.region, None);
        res
    }

    fn region(&mut self, region: &'a Region, owner: Option<(StmtKey, RegionId)>) {
        let id = RegionId(self.regions.len());
        self.regions.push(RegionInfo { region, owner });
        self.ids.insert(std::ptr::from_ref(region), id);
        self.homes.extend(region.params.iter().map(|param| (*param, id)));
        for stmt in &region.stmts {
            let key = StmtKey(self.stmts.len());
            self.stmts.push((stmt, id));
            self.keys.insert(std::ptr::from_ref(stmt), key);
            self.homes.extend(stmt.results.iter().map(|result| (*result, id)));
            self.defs.extend(stmt.results.iter().map(|result| (*result, key)));
            self.accesses(stmt, key, id);
            for inner in regions(&stmt.instr) {
                self.region(inner, Some((key, id)));
            }
        }
    }

    fn accesses(&mut self, stmt: &'a Stmt, key: StmtKey, region: RegionId) {
        if let Instr::Call(call) = &stmt.instr {
            for id in call.result.places() {
                self.begin(id, key, region);
            }
            // A buffer passed by value is gone afterwards.
            for arg in call.args.iter().filter(|arg| arg.passing == Passing::Value) {
                if let Some(place) = &arg.place {
                    self.write(place.root, key, true);
                }
            }
        }
        for (place, access) in places(&stmt.instr) {
            match access {
                Access::Begin => self.begin(place.root, key, region),
                Access::Write | Access::Update => {
                    let shape = self.changes_shape(&stmt.instr, &place);
                    self.write(place.root, key, shape);
                }
                Access::Read | Access::Shape => (),
            }
        }
    }

    fn begin(&mut self, id: PlaceId, key: StmtKey, region: RegionId) {
        match self.places.get_mut(&id) {
            Some(info) => info.writers.push((key, true)),
            None => {
                self.places.insert(
                    id,
                    PlaceInfo {
                        home: region,
                        begun: Some(key),
                        writers: Vec::new(),
                    },
                );
            }
        }
    }

    fn write(&mut self, id: PlaceId, key: StmtKey, shape: bool) {
        if let Some(info) = self.places.get_mut(&id) {
            info.writers.push((key, shape));
        }
    }

    /// Whether the instruction may change the length of the place that it writes to, or of a list inside of it.
    fn changes_shape(&self, instr: &Instr, at: &PlaceRef) -> bool {
        let lists_at = |at: &PlaceRef| type_at(self.body, at).is_none_or(holds_vec);
        match instr {
            Instr::Store { .. } | Instr::AddTo { .. } | Instr::Fill { .. } | Instr::Accumulate { .. } => {
                false
            }
            Instr::Load(_) | Instr::Len(_) | Instr::AddMatrix { .. } | Instr::Matrix(_) => false,
            // `a[i] = b[j]` of rows that are vectors may; whole slices keep their length.
            Instr::CopyTo { to, .. } => matches!(to.path.last(), Some(Proj::Index(_))) && lists_at(to),
            Instr::Swap(..) => lists_at(at),
            Instr::Alloc {
                init: Init::View { .. },
                ..
            } => false,
            _ => true,
        }
    }

    pub(crate) fn key(&self, stmt: &'a Stmt) -> StmtKey {
        self.keys[&std::ptr::from_ref(stmt)]
    }

    pub(crate) fn id(&self, region: &'a Region) -> RegionId {
        self.ids[&std::ptr::from_ref(region)]
    }

    pub(crate) fn stmt(&self, key: StmtKey) -> &'a Stmt {
        self.stmts[key.0].0
    }

    /// The region that a statement stands in.
    pub(crate) fn region_of(&self, key: StmtKey) -> RegionId {
        self.stmts[key.0].1
    }

    /// The region that defines `value`; `None` for a value of the derivative.
    pub(crate) fn home(&self, value: ValueId) -> Option<RegionId> {
        self.homes.get(&value).copied()
    }

    /// The statement that defines `value`; `None` for parameters.
    pub(crate) fn def(&self, value: ValueId) -> Option<(StmtKey, &'a Stmt)> {
        let key = *self.defs.get(&value)?;
        Some((key, self.stmt(key)))
    }

    /// The region in which `place` lives.
    pub(crate) fn place_home(&self, place: PlaceId) -> RegionId {
        self.places.get(&place).map_or(RegionId(0), |info| info.home)
    }

    /// The statement that begins a local place.
    pub(crate) fn begun(&self, place: PlaceId) -> Option<&'a Stmt> {
        self.places.get(&place)?.begun.map(|key| self.stmt(key))
    }

    /// Everything that changes `place` after it began.
    pub(crate) fn writers(&self, place: PlaceId) -> impl Iterator<Item = StmtKey> + '_ {
        self.places
            .get(&place)
            .into_iter()
            .flat_map(|info| &info.writers)
            .map(|(key, _)| *key)
    }

    /// Whether `place` has the shape that it began with as long as it lives.
    pub(crate) fn keeps_shape(&self, place: PlaceId) -> bool {
        let ty = &self.body.place(place).ty;
        let fixed = |ty: &Type| matches!(ty, Type::Array(..) | Type::Slice(_));
        fixed(ty)
            || self
                .places
                .get(&place)
                .is_none_or(|info| info.writers.iter().all(|(_, shape)| !shape))
    }

    /// Whether the content (or, with `shape`, only the length) that `reader` sees is there until the place is gone:
    /// nothing that changes it can run after `reader`.
    ///
    /// A wrong yes is a wrong gradient; a wrong no costs a record.
    pub(crate) fn stays(&self, place: PlaceId, reader: StmtKey, shape: bool) -> bool {
        let Some(info) = self.places.get(&place) else {
            return false;
        };
        if shape && self.keeps_shape(place) {
            return true;
        }
        let changes = info
            .writers
            .iter()
            .filter(|(_, changes_shape)| !shape || *changes_shape);
        changes
            .map(|(key, _)| *key)
            .all(|writer| writer < reader && self.common_loops(writer, reader, info.home).is_empty())
    }

    /// `region` and all around it, from the inside out.
    pub(crate) fn path(&self, region: RegionId) -> Vec<RegionId> {
        let mut res = vec![region];
        let mut at = region;
        while let Some((_, outer)) = self.regions[at.0].owner {
            res.push(outer);
            at = outer;
        }
        res
    }

    /// Whether `inner` is `outer` or lies inside of it.
    pub(crate) fn is_inside(&self, inner: RegionId, outer: RegionId) -> bool {
        self.path(inner).contains(&outer)
    }

    /// The loop that `region` is the body (or the condition) of.
    pub(crate) fn loop_of(&self, region: RegionId) -> Option<&'a Loop> {
        let (key, _) = self.regions[region.0].owner?;
        match &self.stmt(key).instr {
            Instr::Loop(it) => Some(it),
            _ => None,
        }
    }

    /// The region around the statement that holds `region`.
    pub(crate) fn parent(&self, region: RegionId) -> Option<RegionId> {
        self.regions[region.0].owner.map(|(_, outer)| outer)
    }
}

/// Carried parameters of a loop's body.
pub(crate) fn carried(it: &Loop) -> &[ValueId] {
    match it.kind {
        LoopKind::Range { .. } => &it.body.params[1..],
        LoopKind::While { .. } => &it.body.params,
    }
}

/// The type at the end of a path; `None` where only rustc knows it.
fn type_at<'b>(body: &'b Body, at: &PlaceRef) -> Option<&'b Type> {
    let mut ty = &body.place(at.root).ty;
    for proj in &at.path {
        ty = match (proj, ty) {
            (Proj::Index(_) | Proj::Entry(..), ty) => ty.element()?,
            (Proj::Range(..), ty) => ty,
            (Proj::Field(k), Type::Tuple(parts)) => parts.get(*k)?,
            (Proj::Member(member), ty) => ty.member(member)?,
            (Proj::Field(_), _) => return None,
        };
    }
    Some(ty)
}

/// Whether a value of this type has a length of its own, or has one somewhere inside.
fn holds_vec(ty: &Type) -> bool {
    match ty {
        Type::Vec(_) | Type::Aggregate(_) | Type::Matrix(_) | Type::Host | Type::Struct(_) => true,
        Type::Array(element, _) | Type::Slice(element) => holds_vec(element),
        Type::Tuple(parts) => parts.iter().any(holds_vec),
        Type::Float(_) | Type::Int(_) | Type::Bool | Type::Pullback => false,
    }
}
