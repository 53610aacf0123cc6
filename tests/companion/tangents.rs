//! `#[derive(Differentiable)]`: tangents, their arithmetic and their floats.

use differentiable::{Differentiable, Entries, NoTangent};

#[derive(Clone, Copy, Debug, PartialEq, Differentiable)]
struct Pendulum {
    length: f64,
    damping: f64,
}

#[derive(Clone, Debug, PartialEq, Differentiable)]
pub struct Layer {
    pub weights: Vec<Vec<f64>>,
    bias: [f64; 2],
    #[constant]
    pub name: String,
    #[constant]
    relu: bool,
}

#[derive(Clone, Debug, PartialEq, Differentiable)]
#[tangent(separate)]
struct Net {
    layers: Vec<Layer>,
    scale: (f64, f64),
}

#[derive(Clone, Copy, Debug, PartialEq, Differentiable)]
struct Angles(f64, f64, #[constant] usize);

#[derive(Clone, Debug, PartialEq, Differentiable)]
struct Mixed {
    wide: f64,
    narrow: f32,
}

#[derive(Clone, Copy, Debug, PartialEq, Differentiable)]
struct Pair<T> {
    left: T,
    right: T,
}

#[derive(Clone, Debug, PartialEq, Differentiable)]
struct Grid<'a, T: 'a, const N: usize, K>
where
    K: Clone,
{
    cells: [T; N],
    #[constant]
    label: &'a str,
    #[constant]
    key: K,
}

#[derive(Clone, Debug, PartialEq, Differentiable)]
struct Tree {
    weight: f64,
    children: Vec<Tree>,
}

#[derive(Clone, Copy, Debug, PartialEq, Differentiable)]
#[tangent(no_operators)]
struct Own(f64);

impl std::ops::Add for Own {
    type Output = Own;

    fn add(self, other: Own) -> Own {
        Own(self.0 + other.0 + 1.0)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Differentiable)]
struct Nothing;

fn layer() -> Layer {
    Layer {
        weights: vec![vec![1.0, 2.0], vec![3.0, 4.0]],
        bias: [5.0, 6.0],
        name: "first".to_owned(),
        relu: true,
    }
}

#[test]
fn a_struct_of_floats_is_its_own_tangent() {
    let mut p = Pendulum {
        length: 1.0,
        damping: 0.5,
    };
    let g: Pendulum = p.zero_tangent();
    assert_eq!(
        g,
        Pendulum {
            length: 0.0,
            damping: 0.0
        }
    );
    let g = Pendulum {
        length: 2.0,
        damping: 4.0,
    };
    let rate = 0.25;
    p += -rate * g;
    assert_eq!(
        p,
        Pendulum {
            length: 0.5,
            damping: -0.5
        }
    );
    assert_eq!(
        p - g * 0.5 + g,
        Pendulum {
            length: 1.5,
            damping: 1.5
        }
    );
}

#[test]
fn a_constant_has_no_place_in_the_tangent() {
    let mut p = layer();
    let mut g: LayerTangent = p.zero_tangent();
    assert_eq!(g.weights, [[0.0, 0.0], [0.0, 0.0]]);
    assert_eq!((g.name, g.relu), (NoTangent, NoTangent));
    g.bias = [1.0, 2.0];
    g.weights[1][0] = 8.0;
    p -= 0.5 * g.clone();
    assert_eq!(p.bias, [4.5, 5.0]);
    assert_eq!(p.weights, [[1.0, 2.0], [-1.0, 4.0]]);
    assert_eq!(p.name, "first");
    assert_eq!(g.floats().collect::<Vec<_>>(), [0.0, 0.0, 8.0, 0.0, 1.0, 2.0]);
    assert_eq!(p.entries(), 6);
}

#[test]
fn structs_nest() {
    let mut net = Net {
        layers: vec![layer(), layer()],
        scale: (1.0, 2.0),
    };
    let mut g = net.zero_tangent();
    g.layers[1].bias[0] = 1.0;
    g.scale.1 = 3.0;
    net += -1.0 * g;
    assert_eq!(net.layers[1].bias, [4.0, 6.0]);
    assert_eq!(net.scale, (1.0, -1.0));
    let tree = Tree {
        weight: 1.0,
        children: vec![Tree {
            weight: 2.0,
            children: vec![],
        }],
    };
    assert_eq!((tree.clone() + tree).floats().sum::<f64>(), 6.0);
}

#[test]
fn tuple_structs_generic_structs_and_empty_ones_have_tangents() {
    let AnglesTangent(a, b, NoTangent) = Angles(1.0, 2.0, 3).zero_tangent();
    assert_eq!((a, b), (0.0, 0.0));
    fn is_copy<T: Copy>(_: T) {}
    is_copy(Angles(1.0, 2.0, 3).zero_tangent());
    let pair = Pair {
        left: 1.0_f32,
        right: 2.0,
    };
    assert_eq!(2.0 * pair - pair, pair);
    let nested = Pair {
        left: Pair {
            left: 1.0,
            right: 2.0,
        },
        right: Pair {
            left: 3.0,
            right: 4.0,
        },
    };
    assert_eq!(nested.floats().collect::<Vec<_>>(), [1.0, 2.0, 3.0, 4.0]);
    let grid = Grid {
        cells: [1.0, 2.0],
        label: "grid",
        key: 'k',
    };
    let g: GridTangent<f64, 2> = grid.zero_tangent();
    assert_eq!(g.cells, [0.0, 0.0]);
    assert_eq!(
        Mixed {
            wide: 1.0,
            narrow: 2.0
        } * 2.0,
        Mixed {
            wide: 2.0,
            narrow: 4.0
        }
    );
    assert_eq!(Nothing.zero_tangent().floats().count(), 0);
}

#[test]
fn operators_may_be_the_users_own() {
    assert_eq!(Own(1.0) + Own(2.0), Own(4.0));
    assert_eq!(Own(1.0).zero_tangent(), Own(0.0));
}
