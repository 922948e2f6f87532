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
    progress::{Progress, Shared},
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
    /// The figure as the method gives it, averaged over the linkage where the design has one; `None` where every run was
    /// refused.
    pub figure: Option<Accuracy>,
    /// The figure that takes the links as they were decided, where the design has a linkage.
    pub with_linkage_fixed: Option<Accuracy>,
    /// Each warning by the share of the given runs that carry it.
    pub warnings: BTreeMap<&'static str, f64>,
    /// What stood beside the figures; `None` where every run was refused.
    pub beside: Option<Cautions>,
}

/// Shares of the given runs in which a reader could see that the figure is not the whole truth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cautions {
    /// With a warning beside the standing one.
    pub warned: f64,
    /// Whose sensitivity range, hidden shares left out, holds the truth.
    pub range_holds: f64,
    /// With such a warning, or with the truth within that range.
    pub warned_or_range_holds: f64,
    /// Whose range holds the truth when up to half of all people may be unrecordable.
    pub range_with_hidden_holds: f64,
    /// With such a warning, or with the truth within the latter range.
    pub warned_or_held: f64,
}

/// How near the figures of the given runs come to the truth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Accuracy {
    /// Runs with a figure.
    pub n_given: usize,
    /// What their intervals hold; `None` where none has one.
    pub intervals: Option<Coverage>,
    /// Mean of (point − N)/N.
    pub relative_bias: f64,
    /// Root of the mean squared error of the point.
    pub root_mean_square_error: f64,
}

/// How often the intervals of a method hold the truth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Coverage {
    /// Runs whose figure has an interval.
    pub n_runs: usize,
    /// Share of the 95 % intervals that hold the truth.
    pub share: f64,
    /// Between what limits the share of very many runs lies, with 95 % confidence `[wilson1927]`.
    pub plausible: (f64, f64),
    /// Share of the 50 % intervals that hold the truth.
    pub share_of_50: f64,
    /// Mean width of the 95 % intervals.
    pub mean_width: f64,
    /// Median width of the 95 % intervals.
    pub median_width: f64,
}

impl Coverage {
    /// The binomial standard error of the share.
    pub fn standard_error(&self) -> f64 {
        libm::sqrt(self.share * (1.0 - self.share) / self.n_runs as f64)
    }
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
    if let Some(problem) = method.settings_problem() {
        return Err(Refusal::of_settings(problem).into());
    }
    let shared = Shared::new(progress, n_runs);
    let one = |index: usize| {
        let run = run(design, method, index, seed, &mut shared.inside())?;
        match shared.finished() {
            ControlFlow::Continue(()) => Ok(run),
            ControlFlow::Break(()) => Err(Stopped::Interrupted),
        }
    };
    let runs = (0..n_runs).into_par_iter().map(one).collect::<Result<Vec<Run>, Stopped>>()?;
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

fn run(
    design: &Design,
    method: &Method,
    index: usize,
    seed: Seed,
    progress: &mut dyn Progress,
) -> Result<Run, Stopped> {
    let mut generator = streams(design, seed).of(index as u64);
    let truth = world::table(design, &mut generator);
    let Some(errors) = design.linkage else {
        let estimable = EstimableHistories::try_from((truth, method.need())).map_err(Stopped::from);
        let estimate = estimable.and_then(|table| estimate_with(&table, method, seed, progress));
        return Ok(Run { outcome: refusals_are_results(estimate)?.map(|estimate| given(&estimate)), fixed: None });
    };
    let linked = world::linked(&truth, errors, &mut generator);
    let options = LinkageOptions::default();
    let average = average_over_linkage(&linked.draws, &linked.fixed, method, seed, &options, progress);
    Ok(match refusals_are_results(average)? {
        Ok(average) => Run {
            outcome: Ok(given(&average.estimate)),
            fixed: Some(average.fixed.map(|fixed| point(&fixed)).map_err(|refusal| refusal.code())),
        },
        Err(code) => Run { outcome: Err(code), fixed: None },
    })
}

/// The code of a refusal is what came of a run; only the wish to stop ends all.
fn refusals_are_results<T>(result: Result<T, Stopped>) -> Result<Result<T, &'static str>, Stopped> {
    match result {
        Ok(given) => Ok(Ok(given)),
        Err(Stopped::Refused(refusal)) => Ok(Err(refusal.code())),
        Err(Stopped::Interrupted) => Err(Stopped::Interrupted),
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
    let fixed: Vec<Point> = runs.iter().filter_map(|run| run.fixed.as_ref()?.as_ref().ok().cloned()).collect();
    Simulation {
        design: design.id(),
        n_total,
        n_runs: runs.len(),
        refused,
        figure: Accuracy::of(&points, n_total),
        with_linkage_fixed: Accuracy::of(&fixed, n_total),
        warnings: codes,
        beside: (!given.is_empty()).then(|| Cautions {
            warned: share_of(&is_warned),
            range_holds: share_of(&holds),
            warned_or_range_holds: share_of(&|run| is_warned(run) || holds(run)),
            range_with_hidden_holds: share_of(&holds_hidden),
            warned_or_held: share_of(&|run| is_warned(run) || holds_hidden(run)),
        }),
    }
}

impl Accuracy {
    fn of(points: &[Point], n_total: u64) -> Option<Self> {
        let truth = n_total as f64;
        let mean = |value: &dyn Fn(&Point) -> f64| compensated_sum(points.iter().map(value)) / points.len() as f64;
        (!points.is_empty()).then(|| Self {
            n_given: points.len(),
            intervals: Coverage::of(points, n_total),
            relative_bias: mean(&|point| (point.total - truth) / truth),
            root_mean_square_error: libm::sqrt(mean(&|point| (point.total - truth).powi(2))),
        })
    }
}

impl Coverage {
    fn of(points: &[Point], n_total: u64) -> Option<Self> {
        let both: Vec<(Interval, Interval)> = points.iter().filter_map(|point| point.half.zip(point.widest)).collect();
        let n_runs = both.len();
        if n_runs == 0 {
            return None;
        }
        let mut widths: Vec<u64> = both.iter().map(|(_, widest)| widest.high - widest.low).collect();
        widths.sort_unstable();
        let n_held = both.iter().filter(|(_, widest)| widest.contains(n_total)).count();
        Some(Self {
            n_runs,
            share: share(n_held, n_runs),
            plausible: wilson(n_held, n_runs),
            share_of_50: share(both.iter().filter(|(half, _)| half.contains(n_total)).count(), n_runs),
            mean_width: compensated_sum(widths.iter().map(|&width| width as f64)) / n_runs as f64,
            median_width: widths[n_runs / 2] as f64,
        })
    }
}

/// The score interval of a share, 95 % `[wilson1927]`; unlike the standard error it says something at 0 and at 1.
fn wilson(part: usize, of: usize) -> (f64, f64) {
    const Z: f64 = 1.959_963_984_540_054;
    let (n, share) = (of as f64, share(part, of));
    let (centre, scale) = (share + Z * Z / (2.0 * n), 1.0 + Z * Z / n);
    let half = Z * libm::sqrt(share * (1.0 - share) / n + Z * Z / (4.0 * n * n));
    (((centre - half) / scale).max(0.0), ((centre + half) / scale).min(1.0))
}

fn share(part: usize, of: usize) -> f64 {
    if of == 0 { 0.0 } else { part as f64 / of as f64 }
}
