//! A progress bar as an observer.

use super::{Descent, Method};
use indicatif::{ProgressBar, ProgressFinish, ProgressStyle};

impl<M: Method> Descent<'_, M> {
    /// Draws a progress bar on the terminal's standard error: iterations, value and gradient norm.
    ///
    /// Needs the feature `progress`. Its length is the greatest number of iterations, so set that before. Draws at most
    /// twenty times a second, and nothing where there is no terminal.
    ///
    /// ```
    /// use autodiff_runtime::descent::GradientDescent;
    ///
    /// let report = GradientDescent::new(0.25)
    ///     .iterations(50)
    ///     .progress()
    ///     .minimize(|x: f64| (x * x, 2.0 * x), 8.0);
    /// assert!(report.stopped.is_success());
    /// ```
    ///
    /// # Panics
    ///
    /// Never: the template is a constant of ours.
    #[must_use]
    pub fn progress(self) -> Self {
        let style = ProgressStyle::with_template("{bar:30} {pos}/{len} [{elapsed}] {msg}")
            .expect("the template is well-formed");
        let bar = ProgressBar::new(self.stop.iterations as u64)
            .with_style(style)
            .with_finish(ProgressFinish::Abandon);
        self.observe(move |step| {
            bar.set_position(step.iteration as u64);
            bar.set_message(format!(
                "value {:.6e}, gradient {:.1e}",
                step.value, step.gradient_norm
            ));
        })
    }
}
