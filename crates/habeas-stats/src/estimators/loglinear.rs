//! Poisson log-linear models: the people on each combination of lists as products of effects of lists and of their
//! interactions `[fienberg1972]`.
//!
//! Every model is checked before it is believed: whether its maximum likelihood estimate exists on the table, in the
//! extended sense in which an interaction that nobody has is at −∞, and whether it is the only one `[fienberg2012]`
//! `[chan2021]`.

use crate::{
    capture::{CaptureHistories, Islands, Need},
    diagnostics::Value,
    progress::Progress,
    refusal::SettingsProblem,
};

pub(crate) mod bca;
pub(crate) mod bic;
mod cells;
mod existence;
mod fit;
mod model;
pub(crate) mod stepwise;

pub use bca::{Bca, Limit};
pub use bic::{Ranked, Ranking, Search};
pub(crate) use cells::Cells;
pub use existence::FitCode;
pub use fit::ModelFit;
pub(crate) use fit::{code, fit};
pub(crate) use model::set_in_words;
pub use model::{LogLinearModel, MAIN_EFFECTS, TermsError};
pub use stepwise::{Step, StepwiseFit};

/// More lists have more cells than Newton's method should be asked to hold.
const MAX_LISTS: usize = 12;

/// Models within this distance of the least BIC are always listed.
pub const CLOSE_BIC: f64 = 6.0;

/// What a model that is named needs of a table.
pub const NEED: Need = Need { method: "loglinear", max_lists: MAX_LISTS, islands: Islands::Warned };

/// What stepwise selection needs of a table.
pub const NEED_STEPWISE: Need = Need { method: "stepwise", ..NEED };

/// What the search for the least BIC needs of a table.
pub const NEED_BIC: Need = Need { method: "bic", ..NEED };

/// How the interval is resampled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Bootstrap {
    /// Replicates; `None` is 1,000, and up to 16,000 where a limit lies far out.
    pub replicates: Option<usize>,
}

impl Bootstrap {
    pub(crate) fn problem(&self) -> Option<SettingsProblem> {
        let possible = 100..=1_000_000;
        self.replicates.is_some_and(|n| !possible.contains(&n)).then_some(SettingsProblem::Replicates)
    }

    pub(crate) fn as_value(&self) -> Value {
        self.replicates.map_or("1000, to 16000 where a limit lies far out".into(), Value::from)
    }
}

/// Settings of a model that is named.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct LogLinearSettings {
    /// The interactions, each by the names of its lists; their parts and the main effects are always in.
    pub terms: Vec<Vec<String>>,
    /// How the interval is resampled; the model stays as it is named.
    pub bootstrap: Bootstrap,
}

impl LogLinearSettings {
    /// The model on a table with these lists; `None` when a term names another list.
    pub fn model(&self, lists: &[String]) -> Option<LogLinearModel> {
        let place = |name: &String| lists.iter().position(|list| list == name);
        let set = |names: &Vec<String>| names.iter().try_fold(0u32, |set, name| Some(set | 1 << place(name)?));
        let sets: Vec<u32> = self.terms.iter().map(set).collect::<Option<_>>()?;
        Some(LogLinearModel::generated_by(lists.len(), sets))
    }
}

/// Settings of stepwise selection.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepwiseSettings {
    /// An interaction enters while its p is below this.
    pub entry_p: f64,
    /// How the interval is resampled; the selection is repeated in every replicate.
    pub bootstrap: Bootstrap,
}

impl Default for StepwiseSettings {
    fn default() -> Self {
        Self { entry_p: 0.02, bootstrap: Bootstrap::default() }
    }
}

impl StepwiseSettings {
    pub(crate) fn problem(&self) -> Option<SettingsProblem> {
        let possible = self.entry_p > 0.0 && self.entry_p < 1.0;
        if possible { self.bootstrap.problem() } else { Some(SettingsProblem::EntryP) }
    }
}

/// Settings of the search for the least BIC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BicSettings {
    /// The most lists in an interaction; `None` is any number up to 5 lists, and pairs beyond.
    pub order: Option<usize>,
    /// The replicates of the bootstrap choose among this many of the best models of the table itself.
    pub n_bootstrapped: usize,
    /// How the interval is resampled.
    pub bootstrap: Bootstrap,
}

impl Default for BicSettings {
    fn default() -> Self {
        Self { order: None, n_bootstrapped: 20, bootstrap: Bootstrap::default() }
    }
}

impl BicSettings {
    /// The most lists in an interaction, for a number of lists.
    pub fn order_for(&self, n_lists: usize) -> usize {
        self.order.unwrap_or_else(|| bic::default_order(n_lists)).min(n_lists)
    }

    pub(crate) fn problem(&self) -> Option<SettingsProblem> {
        let possible = self.order.is_none_or(|order| order >= 2) && self.n_bootstrapped > 0;
        if possible { self.bootstrap.problem() } else { Some(SettingsProblem::Order) }
    }
}

/// Whether a model has a unique maximum likelihood estimate on a table.
pub fn fit_code(model: &LogLinearModel, histories: &CaptureHistories) -> FitCode {
    code(model, &Cells::of(histories))
}

/// The model that stepwise selection finds on a table, without an interval.
///
/// # Errors
/// The code of the model of main effects, when even that cannot be fitted.
pub fn stepwise_model(histories: &CaptureHistories, entry_p: f64) -> Result<StepwiseFit, FitCode> {
    stepwise::select(&Cells::of(histories), entry_p)
}

/// All hierarchical models on a table by ascending BIC; `None` when the hook says stop.
pub fn ranking(histories: &CaptureHistories, order: usize, progress: &mut dyn Progress) -> Option<Ranking> {
    bic::rank(&Cells::of(histories), order, progress)
}
