//! The log-linear methods as figures: which model was chosen, its total, and an interval that repeats the choice.

use crate::{
    capture::EstimableHistories,
    diagnostics::Value,
    estimators::loglinear::{
        self, Bca, BicSettings, Bootstrap, Cells, FitCode, Limit, LogLinearModel, LogLinearSettings, Ranked, Ranking,
        Search, StepwiseSettings,
        bca::{self, Estimator},
        bic::{best_total, rank, rank_in_brief},
        stepwise::select,
    },
    posterior::Interval,
    progress::Progress,
    refusal::{Reason, Refusal, SettingsProblem, Warning},
    stream::{Purpose, Streams},
};

use super::{
    Stopped,
    fit::{Fit, LEVELS, Wanted},
};

/// Models within this distance of the least BIC fit about equally well.
const EQUAL_BIC: f64 = 2.0;

/// Ratio of the totals of such models from which on a warning is due.
const WIDE_SPREAD: f64 = 1.5;

/// One model that was named, its interval by the bootstrap with the model as it is.
pub(super) fn named_model(
    histories: &EstimableHistories,
    settings: &LogLinearSettings,
    wanted: Wanted,
    progress: &mut dyn Progress,
) -> Result<Fit, Stopped> {
    let lists = histories.histories().lists();
    let model = settings.model(lists).ok_or_else(|| {
        Refusal::new(Reason::Settings { problem: SettingsProblem::Terms }, [], Some(histories.overlap().clone()))
    })?;
    let cells = Cells::of(histories.histories());
    let n = cells.n_documented();
    let fitted = loglinear::fit(&model, &cells, None).map_err(|code| unfit(histories, &model, code))?;
    let total = |cells: &Cells| Some(n + loglinear::fit(&model, cells, None).ok()?.n_undocumented);
    let estimator = Estimator { total: &total, fits: 1 };
    let diagnostics = vec![
        ("model".to_owned(), model.in_words(lists).into()),
        ("aic".to_owned(), fitted.aic().into()),
        ("bic".to_owned(), fitted.bic(n).into()),
        ("terms_at_minus_infinity".to_owned(), terms(&fitted.at_minus_infinity, lists)),
    ];
    let fit = Fit { diagnostics, ..Fit::of_point(n + fitted.n_undocumented) };
    with_interval(fit, histories, &cells, settings.bootstrap, wanted, &estimator, progress)
}

/// The model that stepwise selection finds; every replicate selects anew.
pub(super) fn stepwise(
    histories: &EstimableHistories,
    settings: &StepwiseSettings,
    wanted: Wanted,
    progress: &mut dyn Progress,
) -> Result<Fit, Stopped> {
    let lists = histories.histories().lists();
    let cells = Cells::of(histories.histories());
    let n = cells.n_documented();
    let chosen = select(&cells, settings.entry_p)
        .map_err(|code| unfit(histories, &LogLinearModel::main_effects(lists.len()), code))?;
    let total = |cells: &Cells| Some(n + select(cells, settings.entry_p).ok()?.fit.n_undocumented);
    let estimator = Estimator { total: &total, fits: 1 + chosen.steps.len() };
    let steps = chosen.steps.iter().map(|step| {
        Value::map([
            ("pair", loglinear::set_in_words(step.pair, lists).into()),
            ("observed", step.observed.into()),
            ("expected", step.expected.into()),
            ("p", step.p.into()),
        ])
    });
    let diagnostics = vec![
        ("model".to_owned(), chosen.model.in_words(lists).into()),
        ("steps".to_owned(), Value::list(steps)),
        ("aic".to_owned(), chosen.fit.aic().into()),
        ("bic".to_owned(), chosen.fit.bic(n).into()),
        ("terms_at_minus_infinity".to_owned(), terms(&chosen.fit.at_minus_infinity, lists)),
    ];
    let fit = Fit { diagnostics, ..Fit::of_point(n + chosen.fit.n_undocumented) };
    with_interval(fit, histories, &cells, settings.bootstrap, wanted, &estimator, progress)
}

/// The model with the least BIC; every replicate chooses among the best models of the table.
pub(super) fn bic(
    histories: &EstimableHistories,
    settings: &BicSettings,
    wanted: Wanted,
    progress: &mut dyn Progress,
) -> Result<Fit, Stopped> {
    let lists = histories.histories().lists();
    let cells = Cells::of(histories.histories());
    let order = settings.order_for(lists.len());
    let ranking = match wanted {
        Wanted::Figure(_) => rank(&cells, order, progress),
        Wanted::Point(_) => rank_in_brief(&cells, order, progress),
    };
    let ranking = ranking.ok_or(Stopped::Interrupted)?;
    let Some(best) = ranking.models.first() else {
        let main = LogLinearModel::main_effects(lists.len());
        let code = loglinear::code(&main, &cells);
        return Err(unfit(histories, &main, code).into());
    };
    // Where a replicate lacks what all of the best models need, the main effects can still be fitted.
    let main = LogLinearModel::main_effects(lists.len());
    let best_models = ranking.models.iter().take(settings.n_bootstrapped).map(|ranked| &ranked.model);
    let kept: Vec<&LogLinearModel> = best_models.chain([&main]).collect();
    let total = |cells: &Cells| best_total(cells, kept.iter().copied());
    let estimator = Estimator { total: &total, fits: kept.len() };
    let mut fit = Fit::of_point(best.n_total);
    fit.diagnostics = ranking_values(&ranking, best, lists);
    let equal = ranking.within(EQUAL_BIC).map(|ranked| ranked.n_total);
    let (low, high) = equal.fold((f64::INFINITY, 0.0_f64), |(low, high), total| (low.min(total), high.max(total)));
    if high > WIDE_SPREAD * low {
        fit.warnings.push(Warning::ModelSpread { low: low.round() as u64, high: high.round() as u64 });
    }
    with_interval(fit, histories, &cells, settings.bootstrap, wanted, &estimator, progress)
}

fn ranking_values(ranking: &Ranking, best: &Ranked, lists: &[String]) -> Vec<(String, Value)> {
    let close = ranking.within(loglinear::CLOSE_BIC).map(|ranked| {
        Value::map([
            ("model", ranked.model.in_words(lists).into()),
            ("bic", ranked.bic.into()),
            ("delta_bic", (ranked.bic - best.bic).into()),
            ("n_total", ranked.n_total.into()),
        ])
    });
    let excluded = ranking.excluded.iter().map(|(code, count)| {
        Value::map([("code", code.number().into()), ("meaning", code.text().into()), ("models", (*count).into())])
    });
    let search = match ranking.search {
        Search::Exhaustive => "every model",
        Search::Downhill => "downhill from several starts; it may have missed the best",
    };
    vec![
        ("model".to_owned(), best.model.in_words(lists).into()),
        ("bic".to_owned(), best.bic.into()),
        ("search".to_owned(), search.into()),
        ("admissible_models".to_owned(), ranking.models.len().into()),
        ("excluded_models".to_owned(), Value::list(excluded)),
        ("models_within_6".to_owned(), Value::list(close)),
    ]
}

/// Adds the intervals of the bootstrap, unless only the point is wanted.
fn with_interval(
    mut fit: Fit,
    histories: &EstimableHistories,
    cells: &Cells,
    settings: Bootstrap,
    wanted: Wanted,
    estimator: &Estimator<'_>,
    progress: &mut dyn Progress,
) -> Result<Fit, Stopped> {
    let Wanted::Figure(seed) = wanted else { return Ok(fit) };
    let unbounded = || Stopped::from(Refusal::new(Reason::Unbounded, [], Some(histories.overlap().clone())));
    let streams = Streams::new(seed, Purpose::Bootstrap, histories.histories().id().as_bytes());
    let bca = match bca::bootstrap(cells, fit.point, settings.replicates, &streams, estimator, progress) {
        Ok(bca) => bca,
        Err(bca::NoBca::Unbounded) => return Err(unbounded()),
        Err(bca::NoBca::Interrupted) => return Err(Stopped::Interrupted),
    };
    let limits: Vec<(f64, (Limit, Limit))> = LEVELS.iter().map(|&(level, _)| (level, bca.interval(level))).collect();
    for &(level, (low, high)) in &limits {
        if !high.total.is_finite() {
            return Err(unbounded());
        }
        fit.intervals.push(Interval { level, low: low.total.round() as u64, high: high.total.round() as u64 });
    }
    if let Some((_, (low, high))) = limits.last() {
        let worst = if low.replicates_beyond <= high.replicates_beyond { low } else { high };
        if worst.is_unstable() {
            let (probability, replicates) = (worst.probability, bca.n_replicates());
            fit.warnings.push(Warning::BcaExtremeQuantile { probability, replicates });
        }
    }
    fit.diagnostics.push(("bootstrap".to_owned(), bca_value(&bca, &limits)));
    Ok(fit)
}

fn bca_value(bca: &Bca, limits: &[(f64, (Limit, Limit))]) -> Value {
    let probabilities = limits.iter().map(|(level, (low, high))| {
        Value::map([("level", (*level).into()), ("low", low.probability.into()), ("high", high.probability.into())])
    });
    Value::map([
        ("replicates", bca.n_replicates().into()),
        ("unbounded_replicates", bca.n_unbounded().into()),
        ("bias_correction", bca.bias.into()),
        ("acceleration", bca.acceleration.into()),
        ("adjusted_probabilities", Value::list(probabilities)),
    ])
}

fn terms(sets: &[u32], lists: &[String]) -> Value {
    Value::list(sets.iter().map(|&set| loglinear::set_in_words(set, lists)))
}

/// The refusal of a model that cannot be fitted.
fn unfit(histories: &EstimableHistories, model: &LogLinearModel, code: FitCode) -> Refusal {
    let model = model.in_words(histories.histories().lists());
    let absent = Reason::MleAbsent { model: model.clone() };
    let loose = Reason::NotIdentifiable { model };
    let (first, more) = match code {
        FitCode::NotIdentifiable => (loose, None),
        FitCode::AbsentAndNotIdentifiable => (absent, Some(loose)),
        FitCode::Fine | FitCode::Absent => (absent, None),
    };
    Refusal::new(first, more, Some(histories.overlap().clone()))
}
