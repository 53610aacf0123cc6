//! Draws how each first-order method finds its way through Rosenbrock's valley, and how the loss falls.
//!
//! `cargo run --release --example descent_plot -- [FILE.svg]`

use differentiable::descent::{Adam, AdamW, Descent, GradientDescent, Method, Momentum, Nesterov, RmsProp};
use differentiable::differentiable;
use plotters::coord::Shift;
use plotters::prelude::*;
use std::error::Error;
use std::path::PathBuf;

#[differentiable]
fn valley(x: [f64; 2]) -> f64 {
    let (a, b) = (1.0 - x[0], x[1] - x[0] * x[0]);
    a * a + 100.0 * b * b
}

const START: [f64; 2] = [-1.2, 1.0];
const ITERATIONS: usize = 2000;

/// What one method did.
struct Run {
    name: &'static str,
    path: Vec<(f64, f64)>,
    losses: Vec<f64>,
}

fn run<M: Method>(name: &'static str, method: Descent<'_, M>) -> Run {
    let mut path = Vec::new();
    let report = method
        .iterations(ITERATIONS)
        .observe(|step| path.push((step.parameters[0], step.parameters[1])))
        .minimize(valley::value_and_grad, START);
    println!("{name:<18} {report}");
    Run {
        name,
        path,
        losses: report.history.iter().map(|record| record.value).collect(),
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let runs = [
        run("gradient descent", GradientDescent::new(0.001)),
        run("momentum", Momentum::new(0.0003, 0.9)),
        run("Nesterov", Nesterov::new(0.0003, 0.9)),
        run("RMSprop", RmsProp::new(0.005)),
        run("Adam", Adam::new(0.03)),
        run("AdamW", AdamW::new(0.03, 0.001)),
    ];
    let file = match std::env::args_os().nth(1) {
        Some(file) => PathBuf::from(file),
        None => PathBuf::from("target").join("descent.svg"),
    };
    let area = SVGBackend::new(&file, (1200, 560)).into_drawing_area();
    area.fill(&WHITE)?;
    let (left, right) = area.split_horizontally(600);
    draw_paths(&left, &runs)?;
    draw_losses(&right, &runs)?;
    area.present()?;
    println!("written to {}", file.display());
    Ok(())
}

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

fn colour(number: usize) -> RGBColor {
    [
        RGBColor(31, 119, 180),
        RGBColor(255, 127, 14),
        RGBColor(44, 160, 44),
        RGBColor(214, 39, 40),
        RGBColor(148, 103, 189),
        RGBColor(90, 90, 90),
    ][number % 6]
}

/// The paths over lines of equal height.
fn draw_paths(area: &Area<'_>, runs: &[Run]) -> Result<(), Box<dyn Error>> {
    let mut chart = ChartBuilder::on(area)
        .margin(15)
        .x_label_area_size(30)
        .y_label_area_size(40)
        .caption("Rosenbrock's valley", ("sans-serif", 20))
        .build_cartesian_2d(-1.6..1.6, -0.6..1.8)?;
    chart.configure_mesh().disable_mesh().draw()?;
    for height in [1.0_f64, 10.0, 50.0, 150.0, 400.0] {
        for side in [-1.0, 1.0] {
            // (1 − x)² + 100 (y − x²)² = height, solved for y.
            let level = |k: usize| {
                let x = -1.6 + k as f64 * 0.01;
                let rest = height - (1.0 - x) * (1.0 - x);
                let y = x * x + side * (rest / 100.0).max(0.0).sqrt();
                (rest >= 0.0 && (-0.6..1.8).contains(&y)).then_some((x, y))
            };
            let points: Vec<_> = (0..=320).map(level).collect();
            for piece in points.split(Option::is_none) {
                chart.draw_series(LineSeries::new(piece.iter().copied().flatten(), BLACK.mix(0.3)))?;
            }
        }
    }
    for (number, run) in runs.iter().enumerate() {
        chart.draw_series(LineSeries::new(
            run.path.iter().copied(),
            colour(number).stroke_width(2),
        ))?;
    }
    chart.draw_series([Circle::new((1.0, 1.0), 4, BLACK.filled())])?;
    Ok(())
}

/// The losses on a logarithmic scale.
fn draw_losses(area: &Area<'_>, runs: &[Run]) -> Result<(), Box<dyn Error>> {
    let mut chart = ChartBuilder::on(area)
        .margin(15)
        .x_label_area_size(30)
        .y_label_area_size(60)
        .caption("Loss against iterations", ("sans-serif", 20))
        .build_cartesian_2d(0..ITERATIONS, (1e-12..1e2).log_scale())?;
    chart
        .configure_mesh()
        .y_label_formatter(&|y| format!("{y:.0e}"))
        .draw()?;
    for (number, run) in runs.iter().enumerate() {
        let line = run.losses.iter().map(|loss| loss.max(1e-12)).enumerate();
        chart
            .draw_series(LineSeries::new(line, colour(number).stroke_width(2)))?
            .label(run.name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour(number).stroke_width(2)));
    }
    chart
        .configure_series_labels()
        .background_style(WHITE.mix(0.8))
        .border_style(BLACK)
        .draw()?;
    Ok(())
}
