//! Operation counts of generated code.

/// How many operations on floats a function does.
///
/// `f::COST` of an annotated function without branches counts its value and its derivative together:
/// `value_and_grad`, or of a function with several results the value and `jacobian`. Loops whose number of iterations
/// stands in the code are counted as often as they run; a power by a literal integer as the products that it is
/// compiled to. Not counted are choices (`abs`, `max`, comparisons, rounding), conversions and memory.
///
/// # Examples
///
/// ```
/// use autodiff_runtime::Cost;
///
/// let cost = Cost { add: 3, mul: 2, ..Cost::default() };
/// assert_eq!(cost.total(), 5);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug)]
pub struct Cost {
    /// Additions and subtractions.
    pub add: usize,
    /// Multiplications.
    pub mul: usize,
    /// Divisions and remainders.
    pub div: usize,
    /// Square roots.
    pub sqrt: usize,
    /// Sines, exponentials, logarithms and their like; a `sin_cos` counts as two.
    pub transcendental: usize,
    /// Powers that are not products.
    pub pow: usize,
    /// Negations.
    pub neg: usize,
}

impl Cost {
    /// All of them.
    pub const fn total(&self) -> usize {
        self.add + self.mul + self.div + self.sqrt + self.transcendental + self.pow + self.neg
    }
}
