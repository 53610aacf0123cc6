//! Unknown types, and what is known of them: union-find over the terms of one function.

/// Names one unknown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Term(usize);

#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// Nothing is known.
    Open,
    /// It is added or multiplied: a float, unless something says that it is an integer.
    Number,
    Float,
    Int,
    Bool,
    /// Something that carries no derivative: text, what `match` looks at.
    Constant,
    /// An array, a slice, a `Vec`, or an iterator.
    List {
        element: Term,
        /// For sure a `Vec`.
        grows: bool,
    },
    Tuple(Vec<Term>),
    /// Of nalgebra.
    Matrix,
    Struct {
        fields: Vec<(syn::Member, Term)>,
    },
    Closure {
        params: Vec<Term>,
        result: Term,
    },
}

#[derive(Default)]
pub(super) struct Terms {
    parents: Vec<usize>,
    kinds: Vec<Kind>,
}

impl Terms {
    pub(super) fn add(&mut self, kind: Kind) -> Term {
        self.parents.push(self.parents.len());
        self.kinds.push(kind);
        Term(self.parents.len() - 1)
    }

    pub(super) fn open(&mut self) -> Term {
        self.add(Kind::Open)
    }

    pub(super) fn list(&mut self, element: Term) -> Term {
        self.add(Kind::List {
            element,
            grows: false,
        })
    }

    pub(super) fn root(&self, term: Term) -> Term {
        let mut at = term.0;
        while self.parents[at] != at {
            at = self.parents[at];
        }
        Term(at)
    }

    pub(super) fn kind(&self, term: Term) -> &Kind {
        &self.kinds[self.root(term).0]
    }

    /// Says that the term is of this kind, if nothing else is known.
    pub(super) fn tell(&mut self, term: Term, kind: Kind) {
        let other = self.add(kind);
        self.unite(term, other);
    }

    /// Says that both are of one type. Where they cannot be, rustc will say so; here the first stays what it is.
    pub(super) fn unite(&mut self, a: Term, b: Term) {
        let (a, b) = (self.root(a), self.root(b));
        if a == b {
            return;
        }
        let (first, second) = (self.kinds[a.0].clone(), self.kinds[b.0].clone());
        let mut pairs = Vec::new();
        let both = match (first, second) {
            (Kind::Open, other) | (other, Kind::Open) => other,
            // Its entries can be indexed, and have names: `v[0]`, `v.x`.
            (Kind::Matrix, Kind::Struct { .. } | Kind::List { .. })
            | (Kind::Struct { .. } | Kind::List { .. }, Kind::Matrix) => Kind::Matrix,
            (Kind::Number, other @ (Kind::Float | Kind::Int))
            | (other @ (Kind::Float | Kind::Int), Kind::Number) => other,
            (
                Kind::List { element, grows },
                Kind::List {
                    element: other,
                    grows: more,
                },
            ) => {
                pairs.push((element, other));
                Kind::List {
                    element,
                    grows: grows || more,
                }
            }
            (Kind::Tuple(parts), Kind::Tuple(others)) if parts.len() == others.len() => {
                pairs.extend(parts.iter().copied().zip(others));
                Kind::Tuple(parts)
            }
            (Kind::Struct { mut fields }, Kind::Struct { fields: others }) => {
                for (member, term) in others {
                    match fields.iter().find(|(known, _)| *known == member) {
                        Some((_, known)) => pairs.push((*known, term)),
                        None => fields.push((member, term)),
                    }
                }
                Kind::Struct { fields }
            }
            // A field by its number: of the tuple that it turns out to be.
            (Kind::Tuple(parts), Kind::Struct { fields }) | (Kind::Struct { fields }, Kind::Tuple(parts)) => {
                for (member, term) in fields {
                    if let syn::Member::Unnamed(k) = member
                        && let Some(part) = parts.get(k.index as usize)
                    {
                        pairs.push((*part, term));
                    }
                }
                Kind::Tuple(parts)
            }
            (
                Kind::Closure { params, result },
                Kind::Closure {
                    params: others,
                    result: other,
                },
            ) => {
                pairs.extend(params.iter().copied().zip(others));
                pairs.push((result, other));
                Kind::Closure { params, result }
            }
            (
                known @ (Kind::Number
                | Kind::Float
                | Kind::Int
                | Kind::Bool
                | Kind::Constant
                | Kind::List { .. }
                | Kind::Tuple(_)
                | Kind::Matrix
                | Kind::Struct { .. }
                | Kind::Closure { .. }),
                _,
            ) => known,
        };
        self.parents[b.0] = a.0;
        self.kinds[a.0] = both;
        for (a, b) in pairs {
            self.unite(a, b);
        }
    }

    /// What `term.member` is.
    pub(super) fn field(&mut self, term: Term, member: &syn::Member) -> Term {
        if let (Kind::Tuple(parts), syn::Member::Unnamed(k)) = (self.kind(term), member) {
            return match parts.get(k.index as usize) {
                Some(part) => *part,
                None => self.open(),
            };
        }
        if let Kind::Matrix = self.kind(term) {
            return self.add(Kind::Float);
        }
        let field = self.open();
        self.tell(
            term,
            Kind::Struct {
                fields: vec![(member.clone(), field)],
            },
        );
        field
    }

    /// What is in the list that `term` is.
    pub(super) fn element(&mut self, term: Term) -> Term {
        if let Kind::List { element, .. } = self.kind(term) {
            return *element;
        }
        if let Kind::Matrix = self.kind(term) {
            return self.add(Kind::Float);
        }
        let element = self.open();
        self.tell(
            term,
            Kind::List {
                element,
                grows: false,
            },
        );
        element
    }
}
