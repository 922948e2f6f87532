//! The model with the least BIC `[schwarz1978]` among hierarchical models, with those that lie close to it.

use std::{collections::BTreeMap, ops::ControlFlow};

use crate::progress::Progress;

use super::{
    cells::Cells,
    existence::FitCode,
    fit::{self, ModelFit},
    model::LogLinearModel,
    stepwise,
};

/// Up to this many lists all hierarchical models are tried; from one list more on only pairs are.
const MAX_LISTS_ANY_ORDER: usize = 5;

/// Up to this many lists all models of pairs are tried; beyond, a search goes downhill from several starts.
const MAX_LISTS_EXHAUSTIVE: usize = 6;

/// Of the models with a single pair only the best few are worth a start of the search.
const SINGLE_STARTS: usize = 4;

/// How the models were gone through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Search {
    /// Every model was fitted.
    Exhaustive,
    /// From several starts, one interaction in or out at a time: it can end in a local optimum.
    Downhill,
}

/// One admissible model of the ranking.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranked {
    /// The model.
    pub model: LogLinearModel,
    /// Its BIC.
    pub bic: f64,
    /// n + exp(α_∅).
    pub n_total: f64,
}

/// All admissible models by ascending BIC; the others are counted by their code and in no ranking.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranking {
    /// Admissible models; ties go to the one that was enumerated first.
    pub models: Vec<Ranked>,
    /// How many were found wanting, by code.
    pub excluded: BTreeMap<FitCode, usize>,
    /// How the models were gone through.
    pub search: Search,
    /// The most lists in an interaction.
    pub order: usize,
}

impl Ranking {
    /// The models within a distance of the least BIC, best first.
    pub fn within(&self, distance: f64) -> impl Iterator<Item = &Ranked> {
        let least = self.models.first().map_or(f64::INFINITY, |best| best.bic);
        self.models.iter().take_while(move |ranked| ranked.bic <= least + distance)
    }
}

/// The largest interactions that are tried where nothing else is asked for.
pub(crate) fn default_order(n_lists: usize) -> usize {
    if n_lists <= MAX_LISTS_ANY_ORDER { n_lists } else { 2 }
}

/// Ranks hierarchical models with interactions of at most `order` lists; `None` when the hook says stop.
pub(crate) fn rank(cells: &Cells, order: usize, progress: &mut dyn Progress) -> Option<Ranking> {
    let exhaustive = cells.n_lists <= MAX_LISTS_ANY_ORDER || (cells.n_lists <= MAX_LISTS_EXHAUSTIVE && order <= 2);
    rank_by(cells, order, (exhaustive, SINGLE_STARTS), progress)
}

/// The same for a point that is only compared: a search goes downhill where every model would take a second.
pub(crate) fn rank_in_brief(cells: &Cells, order: usize, progress: &mut dyn Progress) -> Option<Ranking> {
    rank_by(cells, order, (cells.n_lists <= MAX_LISTS_ANY_ORDER, 0), progress)
}

fn rank_by(
    cells: &Cells,
    order: usize,
    (exhaustive, single_starts): (bool, usize),
    progress: &mut dyn Progress,
) -> Option<Ranking> {
    let (fits, search) = if exhaustive {
        (try_all(cells, LogLinearModel::all(cells.n_lists, order), progress)?, Search::Exhaustive)
    } else {
        (go_downhill(cells, order, single_starts, progress)?, Search::Downhill)
    };
    let mut excluded = BTreeMap::new();
    let mut models = Vec::new();
    for (model, result) in fits {
        match result {
            Ok((bic, n_total)) => models.push(Ranked { model, bic, n_total }),
            Err(code) => *excluded.entry(code).or_insert(0) += 1,
        }
    }
    models.sort_by(|a, b| without_noise(a.bic).total_cmp(&without_noise(b.bic)));
    Some(Ranking { models, excluded, search, order })
}

/// The least BIC among given models, and the total that goes with it.
pub(crate) fn best_total<'a>(cells: &Cells, models: impl IntoIterator<Item = &'a LogLinearModel>) -> Option<f64> {
    let fits = models.into_iter().filter_map(|model| judge(model, cells, None).ok());
    fits.min_by(|a, b| without_noise(a.0).total_cmp(&without_noise(b.0))).map(|(_, n_total)| n_total)
}

/// A BIC without the digits that come from rounding: models that fit alike tie, and ties go by order.
fn without_noise(bic: f64) -> f64 {
    const DIGITS: f64 = 1e8;
    (bic * DIGITS).round()
}

type Judged = Result<(f64, f64), FitCode>;

/// BIC and total of a model; the fit of a similar one saves steps.
fn judge(model: &LogLinearModel, cells: &Cells, start: Option<&ModelFit>) -> Judged {
    let n = cells.n_documented();
    fit::fit(model, cells, start).map(|fit: ModelFit| (fit.bic(n), n + fit.n_undocumented))
}

fn try_all(
    cells: &Cells,
    models: Vec<LogLinearModel>,
    progress: &mut dyn Progress,
) -> Option<Vec<(LogLinearModel, Judged)>> {
    const PIECE: usize = 64;
    let n_models = models.len();
    let mut fits = Vec::with_capacity(n_models);
    for model in models {
        let judged = judge(&model, cells, None);
        fits.push((model, judged));
        if fits.len() % PIECE == 0 && progress.advance(PIECE, n_models) == ControlFlow::Break(()) {
            return None;
        }
    }
    Some(fits)
}

/// From main effects, from what stepwise selection finds and from each single pair, to the best neighbour as long as
/// that is better.
fn go_downhill(
    cells: &Cells,
    order: usize,
    single_starts: usize,
    progress: &mut dyn Progress,
) -> Option<Vec<(LogLinearModel, Judged)>> {
    let mut seen: BTreeMap<LogLinearModel, Judged> = BTreeMap::new();
    let mut bic_of = |model: &LogLinearModel, start: Option<&ModelFit>| -> f64 {
        let judged = seen.entry(model.clone()).or_insert_with(|| judge(model, cells, start));
        judged.map_or(f64::INFINITY, |(bic, _)| bic)
    };
    let main = LogLinearModel::main_effects(cells.n_lists);
    let of_main = fit::fit(&main, cells, None).ok();
    let mut single: Vec<LogLinearModel> = super::model::pairs(cells.n_lists).map(|pair| main.with(pair)).collect();
    single.sort_by_cached_key(|model| {
        let bic = bic_of(model, of_main.as_ref());
        // Order of the reals as an order of integers; no BIC is NaN.
        bic.to_bits() as i64 ^ if bic < 0.0 { i64::MAX } else { 0 }
    });
    let chosen = stepwise::select(cells, 0.02).ok().map(|fit| fit.model);
    let starts: Vec<_> = [main].into_iter().chain(chosen).chain(single.into_iter().take(single_starts)).collect();
    // How many steps lie before a search nobody knows; so the starts are counted.
    let n_starts = starts.len();
    for mut here in starts {
        loop {
            let bic = bic_of(&here, None);
            let of_here = fit::fit(&here, cells, None).ok();
            let mut best: Option<(f64, LogLinearModel)> = None;
            for model in neighbours(&here, order) {
                let of_model = bic_of(&model, of_here.as_ref());
                if best.as_ref().is_none_or(|(least, _)| of_model < *least) {
                    best = Some((of_model, model));
                }
                if progress.advance(0, n_starts) == ControlFlow::Break(()) {
                    return None;
                }
            }
            match best {
                Some((better, model)) if better < bic => here = model,
                _ => break,
            }
        }
        if progress.advance(1, n_starts) == ControlFlow::Break(()) {
            return None;
        }
    }
    Some(seen.into_iter().collect())
}

/// Models with one interaction more, all of whose parts are there, or one fewer.
fn neighbours(model: &LogLinearModel, order: usize) -> Vec<LogLinearModel> {
    let n_lists = model.n_lists();
    let larger = (1u32..1 << n_lists)
        .filter(|set| (2..=order.min(n_lists - 1)).contains(&(set.count_ones() as usize)))
        .filter(|set| !model.interactions().contains(set))
        .map(|set| model.with(set))
        .filter(|larger| larger.interactions().len() == model.interactions().len() + 1);
    let smaller = model.interactions().iter().filter_map(|&set| model.without(set));
    larger.chain(smaller).collect()
}
