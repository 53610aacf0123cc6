//! First-order methods: what one step does with a gradient.

use super::Descent;

/// One rule for steps. Implement it for a method of your own and run it by [`Descent::with`].
pub trait Method {
    /// Gets ready for a run with so many parameters. Allocates what the method remembers.
    fn start(&mut self, parameters: usize);

    /// Moves `x`, given the gradient there. The first iteration is 0. Allocates nothing.
    fn step(&mut self, iteration: usize, rate: f64, x: &mut [f64], gradient: &[f64]);
}

/// The rules behind the named methods.
pub mod rules {
    /// See [`GradientDescent`](super::GradientDescent).
    #[derive(Clone, Debug, Default)]
    pub struct Plain;

    /// See [`Momentum`](super::Momentum).
    #[derive(Clone, Debug)]
    pub struct Momentum {
        pub(in super::super) keep: f64,
        pub(in super::super) velocity: Vec<f64>,
    }

    /// See [`Nesterov`](super::Nesterov).
    #[derive(Clone, Debug)]
    pub struct Nesterov {
        pub(in super::super) keep: f64,
        pub(in super::super) velocity: Vec<f64>,
    }

    /// See [`RmsProp`](super::RmsProp).
    #[derive(Clone, Debug)]
    pub struct RmsProp {
        pub(in super::super) keep: f64,
        pub(in super::super) epsilon: f64,
        pub(in super::super) squares: Vec<f64>,
    }

    /// See [`Adam`](super::Adam).
    #[derive(Clone, Debug)]
    pub struct Adam {
        pub(in super::super) keep: [f64; 2],
        pub(in super::super) epsilon: f64,
        pub(in super::super) moments: Vec<[f64; 2]>,
    }

    /// See [`AdamW`](super::AdamW).
    #[derive(Clone, Debug)]
    pub struct AdamW {
        pub(in super::super) adam: Adam,
        pub(in super::super) decay: f64,
    }
}

/// Steepest descent: `x ← x − η g`.
pub type GradientDescent<'o> = Descent<'o, rules::Plain>;

/// Descent with momentum `μ`, as TensorFlow has it: `v ← μ v − η g`, `x ← x + v` (B. Polyak, 1964).
pub type Momentum<'o> = Descent<'o, rules::Momentum>;

/// Nesterov's momentum, as TensorFlow has it: `v ← μ v − η g`, `x ← x + μ v − η g` (I. Sutskever et al., *On the
/// importance of initialization and momentum in deep learning*, 2013).
pub type Nesterov<'o> = Descent<'o, rules::Nesterov>;

/// `s ← ρ s + (1 − ρ) g²`, `x ← x − η g / (√s + ε)` (G. Hinton, lecture 6e, 2012), entry by entry.
pub type RmsProp<'o> = Descent<'o, rules::RmsProp>;

/// Adam: `m ← β₁ m + (1 − β₁) g`, `v ← β₂ v + (1 − β₂) g²`, `x ← x − η m̂ / (√v̂ + ε)` with `m̂ = m / (1 − β₁ᵗ)`, `v̂ = v / (1 − β₂ᵗ)`
/// (D. Kingma, J. Ba, *Adam: A Method for Stochastic Optimization*, 2015, algorithm 1).
pub type Adam<'o> = Descent<'o, rules::Adam>;

/// Adam with decoupled weight decay `λ`: besides Adam's step, `x ← x − η λ x` (I. Loshchilov, F. Hutter, *Decoupled Weight
/// Decay Regularization*, 2019, algorithm 2).
pub type AdamW<'o> = Descent<'o, rules::AdamW>;

impl GradientDescent<'_> {
    /// Steepest descent with this learning rate.
    #[must_use]
    pub fn new(rate: f64) -> Self {
        Descent::with(rules::Plain, rate)
    }
}

impl Momentum<'_> {
    /// With this learning rate and `μ`, which is often 0.9.
    #[must_use]
    pub fn new(rate: f64, momentum: f64) -> Self {
        let velocity = Vec::new();
        Descent::with(
            rules::Momentum {
                keep: momentum,
                velocity,
            },
            rate,
        )
    }
}

impl Nesterov<'_> {
    /// With this learning rate and `μ`, which is often 0.9.
    #[must_use]
    pub fn new(rate: f64, momentum: f64) -> Self {
        let velocity = Vec::new();
        Descent::with(
            rules::Nesterov {
                keep: momentum,
                velocity,
            },
            rate,
        )
    }
}

impl RmsProp<'_> {
    /// With this learning rate, `ρ = 0.9` and `ε = 1e-8`.
    #[must_use]
    pub fn new(rate: f64) -> Self {
        Descent::with(
            rules::RmsProp {
                keep: 0.9,
                epsilon: 1e-8,
                squares: Vec::new(),
            },
            rate,
        )
    }

    /// Another `ρ`.
    #[must_use]
    pub fn rho(mut self, rho: f64) -> Self {
        self.method.keep = rho;
        self
    }
}

impl rules::Adam {
    fn new() -> Self {
        rules::Adam {
            keep: [0.9, 0.999],
            epsilon: 1e-8,
            moments: Vec::new(),
        }
    }
}

impl Adam<'_> {
    /// With this learning rate, `β₁ = 0.9`, `β₂ = 0.999` and `ε = 1e-8`.
    #[must_use]
    pub fn new(rate: f64) -> Self {
        Descent::with(rules::Adam::new(), rate)
    }

    /// Other `β₁` and `β₂`.
    #[must_use]
    pub fn betas(mut self, first: f64, second: f64) -> Self {
        self.method.keep = [first, second];
        self
    }
}

impl AdamW<'_> {
    /// With this learning rate and `λ`; else as [`Adam`].
    #[must_use]
    pub fn new(rate: f64, decay: f64) -> Self {
        let adam = rules::Adam::new();
        Descent::with(rules::AdamW { adam, decay }, rate)
    }

    /// Other `β₁` and `β₂`.
    #[must_use]
    pub fn betas(mut self, first: f64, second: f64) -> Self {
        self.method.adam.keep = [first, second];
        self
    }
}

/// `len` times `value`, in the memory of `to`.
fn refill<T: Clone>(to: &mut Vec<T>, len: usize, value: T) {
    to.clear();
    to.resize(len, value);
}

impl Method for rules::Plain {
    fn start(&mut self, _: usize) {}

    fn step(&mut self, _: usize, rate: f64, x: &mut [f64], gradient: &[f64]) {
        for (x, g) in x.iter_mut().zip(gradient) {
            *x -= rate * g;
        }
    }
}

impl Method for rules::Momentum {
    fn start(&mut self, parameters: usize) {
        refill(&mut self.velocity, parameters, 0.0);
    }

    fn step(&mut self, _: usize, rate: f64, x: &mut [f64], gradient: &[f64]) {
        for ((x, v), g) in x.iter_mut().zip(&mut self.velocity).zip(gradient) {
            *v = self.keep * *v - rate * g;
            *x += *v;
        }
    }
}

impl Method for rules::Nesterov {
    fn start(&mut self, parameters: usize) {
        refill(&mut self.velocity, parameters, 0.0);
    }

    fn step(&mut self, _: usize, rate: f64, x: &mut [f64], gradient: &[f64]) {
        for ((x, v), g) in x.iter_mut().zip(&mut self.velocity).zip(gradient) {
            *v = self.keep * *v - rate * g;
            *x += self.keep * *v - rate * g;
        }
    }
}

impl Method for rules::RmsProp {
    fn start(&mut self, parameters: usize) {
        refill(&mut self.squares, parameters, 0.0);
    }

    fn step(&mut self, _: usize, rate: f64, x: &mut [f64], gradient: &[f64]) {
        for ((x, s), g) in x.iter_mut().zip(&mut self.squares).zip(gradient) {
            *s = self.keep * *s + (1.0 - self.keep) * g * g;
            *x -= rate * g / (s.sqrt() + self.epsilon);
        }
    }
}

impl Method for rules::Adam {
    fn start(&mut self, parameters: usize) {
        refill(&mut self.moments, parameters, [0.0; 2]);
    }

    fn step(&mut self, iteration: usize, rate: f64, x: &mut [f64], gradient: &[f64]) {
        let t = (iteration + 1) as f64;
        let [beta1, beta2] = self.keep;
        let [bias1, bias2] = self.keep.map(|beta| 1.0 - beta.powf(t));
        for ((x, [m, v]), g) in x.iter_mut().zip(&mut self.moments).zip(gradient) {
            *m = beta1 * *m + (1.0 - beta1) * g;
            *v = beta2 * *v + (1.0 - beta2) * g * g;
            *x -= rate * (*m / bias1) / ((*v / bias2).sqrt() + self.epsilon);
        }
    }
}

impl Method for rules::AdamW {
    fn start(&mut self, parameters: usize) {
        self.adam.start(parameters);
    }

    fn step(&mut self, iteration: usize, rate: f64, x: &mut [f64], gradient: &[f64]) {
        for x in x.iter_mut() {
            *x -= rate * self.decay * *x;
        }
        self.adam.step(iteration, rate, x, gradient);
    }
}
