//! Forward selection of pairwise interactions by how badly the model so far predicts each overlap `[chan2021]`.

use crate::special::poisson_tails;

use super::{
    cells::Cells,
    existence::FitCode,
    fit::{self, ModelFit},
    model::{LogLinearModel, pairs},
};

/// One interaction that was let in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// The two lists, as a mask.
    pub pair: u32,
    /// People on both lists.
    pub observed: f64,
    /// People on both lists as the model before it expects them.
    pub expected: f64,
    /// The smaller of P(X ≤ observed) and P(X ≥ observed), X ~ Poisson(expected).
    pub p: f64,
}

/// The selected model, how it came about, and its fit.
#[derive(Clone, Debug, PartialEq)]
pub struct StepwiseFit {
    /// The interactions in the order in which they entered.
    pub steps: Vec<Step>,
    /// The model.
    pub model: LogLinearModel,
    /// Its fit.
    pub fit: ModelFit,
}

/// Starts from main effects and lets in the pair whose overlap is least expected, as long as its p is below `entry_p`.
///
/// A pair that would leave the model without a unique estimate is passed over; ties go by list order.
///
/// # Errors
/// The code of the model of main effects, when even that cannot be fitted.
pub(crate) fn select(cells: &Cells, entry_p: f64) -> Result<StepwiseFit, FitCode> {
    let mut model = LogLinearModel::main_effects(cells.n_lists);
    let mut fitted = fit::fit(&model, cells, None)?;
    let mut steps = Vec::new();
    loop {
        let mut expected = fitted.means.clone();
        super::cells::sum_supersets(&mut expected);
        let mut candidates: Vec<Step> = pairs(cells.n_lists)
            .filter(|pair| !model.interactions().contains(pair))
            .map(|pair| {
                let (observed, expected) = (cells.containing[pair as usize], expected[pair as usize]);
                let (lower, upper) = poisson_tails(observed, expected);
                Step { pair, observed, expected, p: lower.min(upper) }
            })
            .filter(|step| step.p < entry_p)
            .collect();
        candidates.sort_by(|a, b| a.p.total_cmp(&b.p));
        let next = candidates.into_iter().find_map(|step| {
            let larger = model.with(step.pair);
            let fitted = fit::fit(&larger, cells, Some(&fitted)).ok()?;
            Some((step, larger, fitted))
        });
        let Some((step, larger, larger_fit)) = next else { return Ok(StepwiseFit { steps, model, fit: fitted }) };
        steps.push(step);
        model = larger;
        fitted = larger_fit;
    }
}
