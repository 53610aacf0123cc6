//! What values and places hold.

/// What a value or a place holds; tuples are lists.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Data {
    Float(f64),
    Int(i128),
    Bool(bool),
    List(Vec<Data>),
}

impl Data {
    pub(crate) fn floats(values: &[f64]) -> Data {
        Data::List(values.iter().map(|x| Data::Float(*x)).collect())
    }

    pub(crate) fn unit() -> Data {
        Data::List(Vec::new())
    }

    /// All floats inside, from left to right.
    pub(crate) fn flat(&self) -> Vec<f64> {
        match self {
            Data::Float(x) => vec![*x],
            Data::Int(_) | Data::Bool(_) => Vec::new(),
            Data::List(parts) => parts.iter().flat_map(Data::flat).collect(),
        }
    }

    pub(crate) fn part(&self, k: usize) -> &Data {
        &self.list()[k]
    }

    pub(crate) fn float(&self) -> f64 {
        match self {
            Data::Float(x) => *x,
            other => panic!("a float, not {other:?}"),
        }
    }

    pub(super) fn int(&self) -> i128 {
        match self {
            Data::Int(n) => *n,
            other => panic!("an integer, not {other:?}"),
        }
    }

    pub(super) fn bool(&self) -> bool {
        match self {
            Data::Bool(b) => *b,
            other => panic!("a boolean, not {other:?}"),
        }
    }

    pub(crate) fn list(&self) -> &[Data] {
        match self {
            Data::List(parts) => parts,
            other => panic!("a list, not {other:?}"),
        }
    }

    pub(super) fn vec(&mut self) -> &mut Vec<Data> {
        match self {
            Data::List(parts) => parts,
            other => panic!("a list, not {other:?}"),
        }
    }

    pub(super) fn zeros(&self) -> Data {
        match self {
            Data::Float(_) => Data::Float(0.0),
            Data::List(parts) => Data::List(parts.iter().map(Data::zeros).collect()),
            other => other.clone(),
        }
    }

    pub(super) fn add(&mut self, other: &Data) {
        match (self, other) {
            (Data::Float(to), Data::Float(from)) => *to += from,
            (Data::List(to), Data::List(from)) => {
                assert_eq!(to.len(), from.len(), "accumulation of unequal shapes");
                to.iter_mut().zip(from).for_each(|(to, from)| to.add(from));
            }
            _ => (),
        }
    }
}
