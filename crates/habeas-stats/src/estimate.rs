//! From a checked table and a method to a figure that cannot be shown without its assumption and its sensitivity.

use std::fmt;

use thiserror::Error;

mod bayes;
pub(crate) mod fit;
mod links;
mod loglinear;

use crate::{
    capture::{EstimableHistories, Remark, TableId},
    diagnostics::Value,
    method::{Assumption, Method, Seed},
    posterior::{Interval, Posterior},
    progress::{Progress, Silent},
    refusal::{Grouped, Refusal, Warning},
    sensitivity::{Beside, Sensitivity},
};

use fit::{Fit, fit_in_full};
pub use links::DecidedLinks;

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
    pub assumption: &'a str,
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

    /// Puts further warnings beside the figure.
    pub(crate) fn warn(&mut self, warnings: impl IntoIterator<Item = Warning>) {
        self.warnings.extend(warnings);
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
            versions: vec![("habeas-stats", crate::VERSION)],
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
    estimate_beside(histories, method, seed, Beside::Quick, progress)
}

/// The same with the latent classes among the methods that stand beside the figure, which takes seconds: for a figure
/// that will be read, not for one of thousands.
///
/// # Errors
/// [`Stopped`].
pub fn estimate_beside_all(
    histories: &EstimableHistories,
    method: &Method,
    seed: Seed,
    progress: &mut dyn Progress,
) -> Result<Estimate, Stopped> {
    estimate_beside(histories, method, seed, Beside::All, progress)
}

fn estimate_beside(
    histories: &EstimableHistories,
    method: &Method,
    seed: Seed,
    beside: Beside,
    progress: &mut dyn Progress,
) -> Result<Estimate, Stopped> {
    let fit = fit_in_full(histories, method, seed, progress)?;
    let sensitivity = Sensitivity::of(histories, method, fit.point, seed, beside, progress)?;
    if let Some(reason) = sensitivity.methods_disagree(method, fit.point) {
        return Err(Refusal::new(reason, [], Some(histories.overlap().clone())).into());
    }
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
