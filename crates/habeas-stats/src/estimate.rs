//! From a checked table and a method to a figure that cannot be shown without its assumption and its sensitivity.

use std::fmt;

use thiserror::Error;

use crate::{
    capture::{EstimableHistories, Remark, TableId},
    diagnostics::Value,
    estimators::{
        chao::{self, ChaoBounds},
        dga::{self, DgaFit},
        independence,
    },
    method::{Assumption, Method, Seed},
    posterior::{Interval, Posterior},
    progress::{Progress, Silent},
    refusal::{Grouped, Reason, Refusal, Warning},
    sensitivity::Sensitivity,
};

/// The levels of the intervals that every figure carries, with the normal quantiles of their upper ends.
const LEVELS: [(f64, f64); 2] = [(0.5, 0.674_489_750_196_081_7), (0.95, 1.959_963_984_540_054)];

/// Weight of models without a finite mean from which on the mean is called dependent on the bound.
const INFINITE_MEAN_WEIGHT: f64 = 1e-3;

/// Weight of the complete graph from which on the prior is said to dominate.
const PRIOR_DOMINATES: f64 = 0.2;

/// A total that rests on a table, a method and an assumption, with how far other choices would move it.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    method: Method,
    lists: Vec<String>,
    n_documented: f64,
    point: f64,
    posterior: Option<Posterior>,
    intervals: Vec<Interval>,
    assumption: Assumption,
    sensitivity: Sensitivity,
    diagnostics: Vec<(String, Value)>,
    warnings: Vec<Warning>,
    remarks: Vec<Remark>,
    input: TableId,
    seed: Seed,
}

/// Everything that belongs to a figure, to be shown together.
#[derive(Clone, Debug)]
pub struct Figures<'a> {
    /// Name of the method, as in the command line.
    pub method: &'static str,
    /// Identity of the table (or of the sequence of tables) that the figure rests on.
    pub input: TableId,
    /// Names of the lists that went into the estimate.
    pub lists: &'a [String],
    /// People on at least one list; over draws of the linkage their rounded mean.
    pub n_documented: u64,
    /// The total: the posterior median, or the bound.
    pub point: f64,
    /// Mean of the posterior, where there is one.
    pub mean: Option<f64>,
    /// Median of the posterior, where there is one.
    pub median: Option<u64>,
    /// Intervals of the total, by ascending level.
    pub intervals: Vec<IntervalFigures>,
    /// The total minus the documented.
    pub n_undocumented: f64,
    /// Whether the total is only a lower bound («at least»).
    pub is_bound: bool,
    /// What the method takes for granted.
    pub assumption: &'static str,
    /// What other choices would have said.
    pub sensitivity: &'a Sensitivity,
    /// Named values in order.
    pub diagnostics: &'a [(String, Value)],
    /// What must stand beside the figure; never empty.
    pub warnings: &'a [Warning],
    /// Lists that were left out or merged.
    pub remarks: &'a [Remark],
    /// All settings of the method, defaults too.
    pub settings: Vec<(String, Value)>,
    /// The seed of the run.
    pub seed: Seed,
    /// Versions of what computed the figure.
    pub versions: Vec<(&'static str, &'static str)>,
}

/// The numbers of one interval, inside [`Figures`] only.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct IntervalFigures {
    /// The probability that the interval is meant to have.
    pub level: f64,
    /// Lower end.
    pub low: u64,
    /// Upper end.
    pub high: u64,
}

impl Estimate {
    /// The only constructor: without an assumption and a sensitivity there is no estimate.
    pub(crate) fn new(
        method: &Method,
        lists: Vec<String>,
        n_documented: f64,
        fit: Fit,
        assumption: Assumption,
        sensitivity: Sensitivity,
        provenance: (TableId, Seed, Vec<Remark>),
    ) -> Self {
        let (input, seed, remarks) = provenance;
        let Fit { point, posterior, intervals, diagnostics, warnings } = fit;
        let method = method.clone();
        Self {
            method,
            lists,
            n_documented,
            point,
            posterior,
            intervals,
            assumption,
            sensitivity,
            diagnostics,
            warnings,
            remarks,
            input,
            seed,
        }
    }

    /// The posterior of the total; `None` for a bound.
    pub fn posterior(&self) -> Option<&Posterior> {
        self.posterior.as_ref()
    }

    /// The 50 % and 95 % intervals, which can be asked what they contain but not shown alone.
    pub fn intervals(&self) -> &[Interval] {
        &self.intervals
    }

    /// Everything that belongs to the figure.
    pub fn figures(&self) -> Figures<'_> {
        Figures {
            method: self.method.name(),
            input: self.input,
            lists: &self.lists,
            n_documented: self.n_documented.round() as u64,
            point: self.point,
            mean: self.posterior.as_ref().map(Posterior::mean),
            median: self.posterior.as_ref().map(Posterior::median),
            intervals: self
                .intervals
                .iter()
                .map(|&Interval { level, low, high }| IntervalFigures { level, low, high })
                .collect(),
            n_undocumented: self.point - self.n_documented,
            is_bound: self.method.is_bound(),
            assumption: self.assumption.text(),
            sensitivity: &self.sensitivity,
            diagnostics: &self.diagnostics,
            warnings: &self.warnings,
            remarks: &self.remarks,
            settings: self.method.settings(self.lists.len()),
            seed: self.seed,
            versions: vec![("habeas-stats", env!("CARGO_PKG_VERSION"))],
        }
    }
}

impl fmt::Display for Estimate {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let figures = self.figures();
        let at_least = if figures.is_bound { "at least " } else { "" };
        write!(
            out,
            "{} people documented; {at_least}{} in all by {}",
            Grouped(figures.n_documented),
            Grouped(figures.point.round() as u64),
            figures.method
        )?;
        for IntervalFigures { level, low, high } in &figures.intervals {
            write!(out, ", {:.0} % interval {} to {}", 100.0 * level, Grouped(*low), Grouped(*high))?;
        }
        write!(
            out,
            "; assumed: {}; other choices give {} to {}",
            figures.assumption,
            Grouped(figures.sensitivity.lowest.round() as u64),
            Grouped(figures.sensitivity.highest.round() as u64)
        )
    }
}

/// Why a computation gave no estimate.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum Stopped {
    /// The data do not support one.
    #[error("{0}")]
    Refused(#[from] Refusal),
    /// The progress hook said stop.
    #[error("stopped on request")]
    Interrupted,
}

/// Estimates the total by a method, with its sensitivity.
///
/// # Errors
/// A [`Refusal`] when the table does not fit the method's needs or its settings make no sense.
pub fn estimate(histories: &EstimableHistories, method: &Method, seed: Seed) -> Result<Estimate, Refusal> {
    match estimate_with(histories, method, seed, &mut Silent) {
        Ok(estimate) => Ok(estimate),
        Err(Stopped::Refused(refusal)) => Err(refusal),
        Err(Stopped::Interrupted) => unreachable!("the silent hook never says stop"),
    }
}

/// The same, telling a hook how far it is; the hook may say stop.
///
/// # Errors
/// [`Stopped`].
pub fn estimate_with(
    histories: &EstimableHistories,
    method: &Method,
    seed: Seed,
    progress: &mut dyn Progress,
) -> Result<Estimate, Stopped> {
    let fit = fit_in_full(histories, method, progress)?;
    let sensitivity = Sensitivity::of(histories, method, fit.point, progress)?;
    let table = histories.histories();
    Ok(Estimate::new(
        method,
        table.lists().to_vec(),
        table.n_documented() as f64,
        fit,
        method.assumption(),
        sensitivity,
        (histories.input(), seed, histories.remarks().to_vec()),
    ))
}

/// What a method says about one table, before it may be called an estimate.
#[derive(Clone, Debug)]
pub(crate) struct Fit {
    pub(crate) point: f64,
    pub(crate) posterior: Option<Posterior>,
    pub(crate) intervals: Vec<Interval>,
    pub(crate) diagnostics: Vec<(String, Value)>,
    pub(crate) warnings: Vec<Warning>,
}

impl Fit {
    /// A fit from a posterior: the point is its median.
    pub(crate) fn of_posterior(posterior: Posterior) -> Self {
        let intervals = LEVELS.iter().map(|&(level, _)| posterior.interval(level)).collect();
        Self {
            point: posterior.median() as f64,
            intervals,
            posterior: Some(posterior),
            diagnostics: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// The ends of the 95 % interval.
    pub(crate) fn interval_95(&self) -> (u64, u64) {
        self.intervals.last().map_or((0, 0), |interval| (interval.low, interval.high))
    }
}

/// The figure of one method, without diagnostics and warnings.
pub(crate) fn fit(
    histories: &EstimableHistories,
    method: &Method,
    progress: &mut dyn Progress,
) -> Result<Fit, Stopped> {
    check(histories, method)?;
    let posterior = match method {
        Method::Independence(settings) => independence::posterior(histories, settings, progress),
        Method::Dga(settings) => dga::posterior(histories, settings, progress),
        Method::Chao(settings) => return Ok(chao_fit(histories, settings, &chao::bounds(histories.histories()))),
    };
    Ok(Fit::of_posterior(posterior.ok_or(Stopped::Interrupted)?))
}

/// The figure of one method with diagnostics and warnings.
pub(crate) fn fit_in_full(
    histories: &EstimableHistories,
    method: &Method,
    progress: &mut dyn Progress,
) -> Result<Fit, Stopped> {
    check(histories, method)?;
    let table = histories.histories();
    let bounds = chao::bounds(table);
    let mut own_diagnostics = Vec::new();
    let mut own_warnings = Vec::new();
    let mut fit = match method {
        Method::Dga(settings) => {
            let dga = dga::fit(histories, settings, progress).ok_or(Stopped::Interrupted)?;
            own_diagnostics = dga_diagnostics(histories, &dga);
            own_warnings = dga_warnings(&dga);
            Fit::of_posterior(dga.posterior)
        }
        _ => fit(histories, method, progress)?,
    };
    let independence_mle = independence::maximum_likelihood(table);
    fit.warnings = vec![Warning::UnobservablePart];
    let ratio = fit.point / table.n_documented() as f64;
    if ratio > 5.0 {
        fit.warnings.push(Warning::RatioOverFive { ratio });
    }
    fit.warnings.extend(histories.warnings());
    if let (false, Some(bound)) = (method.is_bound(), bounds.bound)
        && bound > fit.interval_95().1 as f64
    {
        fit.warnings.push(Warning::ChaoAboveUpper { bound: bound.round() as u64 });
    }
    let two_modes = fit.posterior.as_ref().and_then(Posterior::two_modes);
    if let Some(modes) = two_modes {
        fit.warnings.push(Warning::Bimodal { modes: (modes.low, modes.high) });
    }
    if heterogeneity_seen(histories, independence_mle) {
        fit.warnings.push(Warning::HeterogeneitySeen);
    }
    fit.warnings.extend(own_warnings);

    fit.diagnostics.push(("overlap".to_owned(), histories.overlap().as_value()));
    fit.diagnostics.push(("independence_mle".to_owned(), independence_mle.into()));
    fit.diagnostics.push(("chao".to_owned(), chao_value(&bounds)));
    if let Some(posterior) = &fit.posterior {
        fit.diagnostics.push(("mode".to_owned(), posterior.mode().into()));
        let pieces = posterior.highest_density(0.95);
        let pieces = pieces.iter().map(|piece| Value::list([*piece.start(), *piece.end()]));
        fit.diagnostics.push(("highest_density_95".to_owned(), Value::list(pieces)));
        let point = posterior.relative_squared_error_point();
        fit.diagnostics.push(("relative_squared_error_point".to_owned(), point.into()));
        let modes = two_modes.map(|modes| Value::list([modes.low, modes.high]));
        fit.diagnostics.push(("modes".to_owned(), modes.into()));
    }
    fit.diagnostics.extend(own_diagnostics);
    Ok(fit)
}

fn check(histories: &EstimableHistories, method: &Method) -> Result<(), Refusal> {
    if let Some(problem) = method.settings_problem() {
        return Err(Refusal::new(Reason::Settings { problem }, [], None));
    }
    // A table checked for one method may be handed to another with a lower limit.
    let (need, n_lists) = (method.need(), histories.histories().n_lists());
    if n_lists > need.max_lists {
        let reason = Reason::TooManyLists { n_lists, limit: need.max_lists, method: need.method };
        return Err(Refusal::new(reason, [], Some(histories.overlap().clone())));
    }
    Ok(())
}

fn chao_fit(histories: &EstimableHistories, settings: &chao::ChaoSettings, bounds: &ChaoBounds) -> Fit {
    let n_documented = histories.histories().n_documented();
    let point = bounds.in_form(settings.form);
    let n_undocumented = point - n_documented as f64;
    let intervals = match bounds.variance {
        Some(variance) => LEVELS
            .iter()
            .map(|&(level, z)| {
                let (low, high) = chao::log_normal_interval(n_documented, n_undocumented, variance, z);
                Interval { level, low: low.round() as u64, high: high.round() as u64 }
            })
            .collect(),
        None => Vec::new(),
    };
    Fit { point, posterior: None, intervals, diagnostics: Vec::new(), warnings: Vec::new() }
}

fn chao_value(bounds: &ChaoBounds) -> Value {
    Value::map([
        ("bound", bounds.bound.into()),
        ("bias_corrected", bounds.bias_corrected.into()),
        ("mh", bounds.mh.into()),
        ("mth", bounds.mth.into()),
    ])
}

fn dga_diagnostics(histories: &EstimableHistories, fit: &DgaFit) -> Vec<(String, Value)> {
    let lists = histories.histories().lists();
    let graphs = fit.graphs.iter().map(|graph| {
        let edges = graph.edges.iter().map(|&(i, j)| Value::list([lists[i].as_str(), lists[j].as_str()]));
        Value::map([
            ("dependent_lists", Value::list(edges)),
            ("weight", graph.weight.into()),
            ("median", graph.posterior.median().into()),
            ("mode", graph.posterior.mode().into()),
            ("relative_squared_error_point", graph.posterior.relative_squared_error_point().into()),
        ])
    });
    vec![
        ("n_graphs".to_owned(), fit.n_graphs.into()),
        ("graphs".to_owned(), Value::list(graphs)),
        ("complete_graph_weight".to_owned(), fit.complete_weight.into()),
        ("infinite_mean_weight".to_owned(), fit.infinite_mean_weight.into()),
        ("mass_beyond_grid".to_owned(), fit.beyond.into()),
    ]
}

fn dga_warnings(fit: &DgaFit) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if fit.infinite_mean_weight > INFINITE_MEAN_WEIGHT {
        let bound = match &fit.posterior {
            Posterior::Grid { cells, .. } => cells.last().map_or(0, |cell| *cell.end()),
            Posterior::Draws { .. } => 0,
        };
        warnings.push(Warning::MeanDependsOnBound { weight: fit.infinite_mean_weight, bound });
    }
    if fit.complete_weight > PRIOR_DOMINATES {
        warnings.push(Warning::PriorDominates { weight: fit.complete_weight });
    }
    warnings
}

/// Whether independence misfits (Pearson's X² beyond its 99 % point) with every pair of lists positively dependent.
fn heterogeneity_seen(histories: &EstimableHistories, total: f64) -> bool {
    /// More lists have too many cells for X² to mean anything.
    const MOST_LISTS: usize = 12;
    let overlap = histories.overlap();
    let n_lists = overlap.sizes.len();
    if n_lists > MOST_LISTS || !total.is_finite() {
        return false;
    }
    let share = |list: usize| overlap.sizes[list] as f64 / total;
    let all_positive = (0..n_lists)
        .flat_map(|i| (i + 1..n_lists).map(move |j| (i, j)))
        .all(|(i, j)| overlap.pairwise[i][j] as f64 > total * share(i) * share(j));
    if !all_positive {
        return false;
    }
    let misfit: f64 = (1u32..1 << n_lists)
        .map(|mask| {
            let on = |list: usize| mask >> list & 1 == 1;
            let expected: f64 =
                (0..n_lists).map(|list| if on(list) { share(list) } else { 1.0 - share(list) }).product::<f64>()
                    * total;
            let from_expected = histories.histories().count(mask) as f64 - expected;
            from_expected * from_expected / expected.max(1e-9)
        })
        .sum();
    let degrees = ((1u64 << n_lists) - 2 - n_lists as u64) as f64;
    misfit > chi_square_99(degrees)
}

/// The 99 % point of χ², by the cube-root approximation `[wilson1931]`.
fn chi_square_99(degrees: f64) -> f64 {
    const Z_99: f64 = 2.326_347_874_040_841;
    let spread = 2.0 / (9.0 * degrees);
    degrees * (1.0 - spread + Z_99 * libm::sqrt(spread)).powi(3)
}
