//! ADBench's rule of agreement, and the values to agree with.

use serde_json::Value;
use std::path::Path;

/// The objective and what is known of its gradient `[alphas | means | icf]`.
pub struct Reference {
    objective: f64,
    len: usize,
    entries: Vec<(usize, f64)>,
    /// `Σ gᵢ`, `‖g‖`, `Σ |gᵢ|`, `Σ gᵢ cos i`.
    sums: [f64; 4],
}

impl Reference {
    /// Reads `reference/NAME.json` under `data`; `None` where there is no such file.
    ///
    /// # Panics
    ///
    /// With the reason, if it is not of the expected form.
    pub fn read(data: &Path, name: &str) -> Option<Self> {
        let path = data.join("reference").join(format!("{name}.json"));
        let text = std::fs::read_to_string(&path).ok()?;
        let json: Value =
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let number = |value: &Value, what: &str| {
            value
                .as_f64()
                .unwrap_or_else(|| panic!("{}: no number at `{what}`", path.display()))
        };
        let gradient = &json["jacobian"];
        let entries = match (&gradient["values"], &gradient["samples"]) {
            (Value::Array(all), _) => all.iter().map(|it| number(it, "values")).enumerate().collect(),
            (_, Value::Array(some)) => some
                .iter()
                .map(|it| (number(&it[0], "samples") as usize, number(&it[1], "samples")))
                .collect(),
            (_, _) => panic!("{}: neither `values` nor `samples`", path.display()),
        };
        Some(Reference {
            objective: number(&json["objective"], "objective"),
            len: number(&gradient["len"], "len") as usize,
            entries,
            sums: ["sum", "norm2", "abs_sum", "weighted_sum"].map(|sum| number(&gradient[sum], sum)),
        })
    }

    /// The largest distance of an entry, a sum or the objective.
    ///
    /// # Panics
    ///
    /// If the gradient has another length.
    pub fn distance(&self, objective: f64, gradient: &[f64]) -> f64 {
        assert_eq!(gradient.len(), self.len, "length of the gradient");
        let numbered = gradient.iter().enumerate();
        let sums = [
            gradient.iter().sum::<f64>(),
            gradient.iter().map(|g| g * g).sum::<f64>().sqrt(),
            gradient.iter().map(|g| g.abs()).sum::<f64>(),
            numbered.map(|(i, g)| g * (i as f64).cos()).sum::<f64>(),
        ];
        let entries = self.entries.iter().map(|&(i, wanted)| (gradient[i], wanted));
        entries
            .chain(sums.into_iter().zip(self.sums))
            .chain([(objective, self.objective)])
            .map(|(found, wanted)| distance(found, wanted))
            .fold(0.0, f64::max)
    }
}

/// What ADBench calls agreement is a distance below this.
pub const TOLERANCE: f64 = 1e-8;

/// `|x − y| / max(1, |x| + |y|)`; infinite where one of them is NaN.
pub fn distance(x: f64, y: f64) -> f64 {
    let res = (x - y).abs() / (x.abs() + y.abs()).max(1.0);
    if res.is_nan() { f64::INFINITY } else { res }
}
