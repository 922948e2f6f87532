//! Worlds with a known truth: how often the interval of a method holds it, and how often the method warns.
//!
//! Each run has a stream of its own, so that run 137 can be replayed alone and threads change nothing.

use std::{collections::BTreeMap, ops::ControlFlow};

use rayon::prelude::*;

use crate::{
    capture::{CaptureHistories, EstimableHistories, TableId},
    estimate::{Estimate, Stopped, estimate_with},
    method::{Method, Seed},
    pooled::{LinkageOptions, average_over_linkage},
    posterior::Interval,
    progress::{Progress, Silent},
    refusal::{Refusal, Warning},
    special::compensated_sum,
    stream::{Purpose, Streams},
};

mod design;
mod world;

pub use design::{Class, Conditional, Design, DesignError, LinkageErrors};

/// What came of estimating the total of many worlds of one design.
#[derive(Clone, Debug, PartialEq)]
pub struct Simulation {
    /// SHA-256 of the design.
    pub design: TableId,
    /// N, the truth.
    pub n_total: u64,
    /// All runs.
    pub n_runs: usize,
    /// Refused runs by code; they are neither covered nor missed.
    pub refused: BTreeMap<&'static str, usize>,
    /// The figure as the method gives it, averaged over the linkage where the design has one.
    pub figure: Accuracy,
    /// The figure that takes the links as they were decided, where the design has a linkage.
    pub with_linkage_fixed: Option<Accuracy>,
    /// Each warning by the share of the given runs that carry it.
    pub warnings: BTreeMap<&'static str, f64>,
    /// Share of the given runs with a warning beside the standing one.
    pub warned: f64,
    /// Share of the given runs whose sensitivity range, hidden shares left out, holds the truth.
    pub range_holds: f64,
    /// The same with up to half of all people unrecordable.
    pub range_with_hidden_holds: f64,
    /// Share of the given runs with a warning beside the standing one, or with the truth within the latter range.
    pub warned_or_held: f64,
}

/// How near the figures of the given runs come to the truth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Accuracy {
    /// Runs with a figure.
    pub n_given: usize,
    /// Runs whose figure has a 95 % interval.
    pub n_intervals: usize,
    /// Share of the 95 % intervals that hold the truth.
    pub coverage: f64,
    /// Its binomial standard error.
    pub coverage_error: f64,
    /// The same of the 50 % intervals.
    pub coverage_50: f64,
    /// Mean width of the 95 % intervals.
    pub mean_width: f64,
    /// Median width of the 95 % intervals.
    pub median_width: f64,
    /// Mean of (point − N)/N.
    pub relative_bias: f64,
    /// Root of the mean squared error of the point.
    pub root_mean_square_error: f64,
}

/// Estimates the total in `n_runs` worlds of a design.
///
/// # Errors
/// [`Stopped::Interrupted`] when the hook says stop; a refusal when not one run can be given because the settings make
/// no sense.
pub fn simulate(
    design: &Design,
    method: &Method,
    n_runs: usize,
    seed: Seed,
    progress: &mut dyn Progress,
) -> Result<Simulation, Stopped> {
    const PIECE: usize = 16;
    if let Some(problem) = method.settings_problem() {
        return Err(Refusal::of_settings(problem).into());
    }
    let mut runs = Vec::with_capacity(n_runs);
    for start in (0..n_runs).step_by(PIECE) {
        let piece = start..(start + PIECE).min(n_runs);
        let n_done = piece.len();
        let results: Vec<Run> = piece.into_par_iter().map(|index| run(design, method, index, seed)).collect();
        runs.extend(results);
        if progress.advance(n_done, n_runs) == ControlFlow::Break(()) {
            return Err(Stopped::Interrupted);
        }
    }
    Ok(summarised(design, &runs))
}

/// The table of one run, as the lists would show it without errors of the linkage.
pub fn table_of_run(design: &Design, index: usize, seed: Seed) -> CaptureHistories {
    world::table(design, &mut streams(design, seed).of(index as u64))
}

/// One world.
struct Run {
    outcome: Result<Given, &'static str>,
    fixed: Option<Result<Point, &'static str>>,
}

/// What is kept of a figure.
struct Given {
    point: Point,
    warnings: Vec<&'static str>,
    lowest: f64,
    highest: f64,
    highest_with_hidden: f64,
}

#[derive(Clone)]
struct Point {
    total: f64,
    half: Option<Interval>,
    widest: Option<Interval>,
}

fn streams(design: &Design, seed: Seed) -> Streams {
    Streams::new(seed, Purpose::World, design.id().as_bytes())
}

fn run(design: &Design, method: &Method, index: usize, seed: Seed) -> Run {
    let mut generator = streams(design, seed).of(index as u64);
    let truth = world::table(design, &mut generator);
    let Some(errors) = design.linkage else {
        let estimable = EstimableHistories::try_from((truth, method.need()));
        let outcome = match estimable.map_err(Stopped::from) {
            Ok(table) => estimate_with(&table, method, seed, &mut Silent),
            Err(stopped) => Err(stopped),
        };
        return Run {
            outcome: outcome.map(|estimate| given(&estimate)).map_err(|stopped| code(&stopped)),
            fixed: None,
        };
    };
    let linked = world::linked(&truth, errors, &mut generator);
    let options = LinkageOptions::default();
    match average_over_linkage(&linked.draws, &linked.fixed, method, seed, &options, &mut Silent) {
        Ok(average) => Run {
            outcome: Ok(given(&average.estimate)),
            fixed: Some(average.fixed.map(|fixed| point(&fixed)).map_err(|refusal| refusal.code())),
        },
        Err(stopped) => Run { outcome: Err(code(&stopped)), fixed: None },
    }
}

fn code(stopped: &Stopped) -> &'static str {
    match stopped {
        Stopped::Refused(refusal) => refusal.code(),
        Stopped::Interrupted => "interrupted",
    }
}

fn point(estimate: &Estimate) -> Point {
    let at = |level: f64| estimate.intervals().iter().copied().find(|interval| interval.level() == level);
    Point { total: estimate.figures().point, half: at(0.5), widest: at(0.95) }
}

fn given(estimate: &Estimate) -> Given {
    let figures = estimate.figures();
    let hidden = figures.sensitivity.hidden_shares.iter().map(|hidden| hidden.n_total);
    Given {
        point: point(estimate),
        warnings: figures.warnings.iter().map(Warning::code).collect(),
        lowest: figures.sensitivity.lowest,
        highest: figures.sensitivity.highest,
        highest_with_hidden: hidden.fold(figures.sensitivity.highest, f64::max),
    }
}

fn summarised(design: &Design, runs: &[Run]) -> Simulation {
    let n_total = design.n_total();
    let truth = n_total as f64;
    let given: Vec<&Given> = runs.iter().filter_map(|run| run.outcome.as_ref().ok()).collect();
    let mut refused = BTreeMap::new();
    for code in runs.iter().filter_map(|run| run.outcome.as_ref().err()) {
        *refused.entry(*code).or_insert(0) += 1;
    }
    let share_of = |wanted: &dyn Fn(&Given) -> bool| share(given.iter().filter(|run| wanted(run)).count(), given.len());
    let codes: BTreeMap<&'static str, f64> = given
        .iter()
        .flat_map(|run| run.warnings.iter().copied())
        .map(|code| (code, share_of(&|run| run.warnings.contains(&code))))
        .collect();
    let is_warned = |run: &Given| run.warnings.iter().any(|code| *code != Warning::UnobservablePart.code());
    let holds = |run: &Given| run.lowest <= truth && truth <= run.highest;
    let holds_hidden = |run: &Given| run.lowest <= truth && truth <= run.highest_with_hidden;
    let points: Vec<Point> = given.iter().map(|run| run.point.clone()).collect();
    let fixed = design.linkage.map(|_| {
        let fixed = runs.iter().filter_map(|run| run.fixed.as_ref()?.as_ref().ok().cloned());
        Accuracy::of(&fixed.collect::<Vec<_>>(), n_total)
    });
    Simulation {
        design: design.id(),
        n_total,
        n_runs: runs.len(),
        refused,
        figure: Accuracy::of(&points, n_total),
        with_linkage_fixed: fixed,
        warnings: codes,
        warned: share_of(&is_warned),
        range_holds: share_of(&holds),
        range_with_hidden_holds: share_of(&holds_hidden),
        warned_or_held: share_of(&|run| is_warned(run) || holds_hidden(run)),
    }
}

impl Accuracy {
    fn of(points: &[Point], n_total: u64) -> Self {
        let truth = n_total as f64;
        let mut widths: Vec<f64> =
            points.iter().filter_map(|point| Some((point.widest?.high - point.widest?.low) as f64)).collect();
        widths.sort_by(f64::total_cmp);
        let n_intervals = widths.len();
        let covered = |interval: &dyn Fn(&Point) -> Option<Interval>| {
            let holds =
                points.iter().filter(|point| interval(point).is_some_and(|interval| interval.contains(n_total)));
            share(holds.count(), n_intervals)
        };
        let coverage = covered(&|point| point.widest);
        let mean = |value: &dyn Fn(&Point) -> f64| match points.len() {
            0 => 0.0,
            n => compensated_sum(points.iter().map(value)) / n as f64,
        };
        Self {
            n_given: points.len(),
            n_intervals,
            coverage,
            coverage_error: if n_intervals == 0 {
                0.0
            } else {
                libm::sqrt(coverage * (1.0 - coverage) / n_intervals as f64)
            },
            coverage_50: covered(&|point| point.half),
            mean_width: if n_intervals == 0 { 0.0 } else { widths.iter().sum::<f64>() / n_intervals as f64 },
            median_width: widths.get(n_intervals / 2).copied().unwrap_or(0.0),
            relative_bias: mean(&|point| (point.total - truth) / truth),
            root_mean_square_error: libm::sqrt(mean(&|point| (point.total - truth).powi(2))),
        }
    }
}

fn share(part: usize, of: usize) -> f64 {
    if of == 0 { 0.0 } else { part as f64 / of as f64 }
}
