//! What a method says about one table: where each method is called, and the warnings that any figure may need.

use std::ops::RangeInclusive;

use crate::{
    capture::EstimableHistories,
    consistency::Consistency,
    diagnostics::Value,
    estimators::{
        Grid,
        chao::{self, ChaoBounds},
        independence,
    },
    method::{Method, Seed},
    posterior::{Interval, Posterior},
    progress::Progress,
    refusal::{Reason, Refusal, Warning},
    special::compensated_sum,
};

use super::{Stopped, bayes, loglinear};

/// The levels of the intervals that every figure carries, with the normal quantiles of their upper ends.
pub(super) const LEVELS: [(f64, f64); 2] = [(0.5, 0.674_489_750_196_081_7), (0.95, 1.959_963_984_540_054)];

/// Weight at the first point or in the last hundredth of a grid from which on it is said to cut the posterior.
const GRID_CUTS: f64 = 0.002;

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

    /// A fit without a posterior and, so far, without an interval.
    pub(crate) fn of_point(point: f64) -> Self {
        Self { point, posterior: None, intervals: Vec::new(), diagnostics: Vec::new(), warnings: Vec::new() }
    }

    /// The ends of the 95 % interval, where there is one.
    pub(crate) fn interval_95(&self) -> Option<(u64, u64)> {
        self.intervals.last().map(|interval| (interval.low, interval.high))
    }
}

/// How much is wanted of a method, and the seed of its random numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// A figure with intervals and with the diagnostics that only this method knows.
    Figure(Seed),
    /// A point to be compared: without a bootstrap, from fewer draws.
    Point(Seed),
}

/// The figure of one method, with the diagnostics and warnings that only this method knows.
pub(crate) fn fit(
    histories: &EstimableHistories,
    method: &Method,
    wanted: Wanted,
    progress: &mut dyn Progress,
) -> Result<Fit, Stopped> {
    check(histories, method)?;
    match method {
        Method::Independence(settings) => {
            let posterior = independence::posterior(histories, settings, progress).ok_or(Stopped::Interrupted)?;
            Ok(Fit::of_posterior(posterior))
        }
        Method::Dga(settings) => bayes::graphs(histories, settings, wanted, progress),
        Method::Lcmcr(settings) => bayes::latent_classes(histories, settings, wanted, progress),
        Method::Nhoi(settings) => bayes::highest_order(histories, settings, wanted, progress),
        Method::Chao(settings) => Ok(chao_fit(histories, settings, &chao::bounds(histories.histories()))),
        Method::LogLinear(settings) => loglinear::named_model(histories, settings, wanted, progress),
        Method::Stepwise(settings) => loglinear::stepwise(histories, settings, wanted, progress),
        Method::Bic(settings) => loglinear::bic(histories, settings, wanted, progress),
    }
}

/// The figure of one method with diagnostics and warnings.
pub(crate) fn fit_in_full(
    histories: &EstimableHistories,
    method: &Method,
    seed: Seed,
    progress: &mut dyn Progress,
) -> Result<Fit, Stopped> {
    let table = histories.histories();
    let bounds = chao::bounds(table);
    let mut fit = fit(histories, method, Wanted::Figure(seed), progress)?;
    let independence_mle = independence::maximum_likelihood(table);
    let own_diagnostics = std::mem::take(&mut fit.diagnostics);
    let own_warnings = std::mem::replace(&mut fit.warnings, vec![Warning::UnobservablePart]);
    let ratio = fit.point / table.n_documented() as f64;
    if ratio > 5.0 {
        fit.warnings.push(Warning::RatioOverFive { ratio });
    }
    fit.warnings.extend(histories.warnings());
    let bound = bounds.lowest();
    if let (false, Some((_, high))) = (method.is_bound(), fit.interval_95())
        && bound > high as f64
    {
        fit.warnings.push(Warning::ChaoAboveUpper { bound: bound.round() as u64 });
    }
    let two_modes = fit.posterior.as_ref().and_then(Posterior::two_modes);
    if let Some(modes) = two_modes {
        fit.warnings.push(Warning::Bimodal { modes: (modes.low, modes.high) });
    }
    if let (Some(Posterior::Grid { cells, mass }), Grid::Points { from, .. }) = (&fit.posterior, method.grid()) {
        let (low, high) = weight_at_ends(cells, mass, from);
        if low.max(high) > GRID_CUTS {
            fit.warnings.push(Warning::GridCuts { low, high });
        }
    }
    if heterogeneity_seen(histories, independence_mle) {
        fit.warnings.push(Warning::HeterogeneitySeen);
    }
    fit.warnings.extend(own_warnings);
    let consistency = Consistency::of(histories, method, seed, progress)?;
    fit.warnings.extend(consistency.as_ref().and_then(Consistency::warning));

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
    if let Some(consistency) = consistency {
        fit.diagnostics.push(("internal_consistency".to_owned(), consistency.as_value()));
    }
    fit.diagnostics.extend(own_diagnostics);
    Ok(fit)
}

fn check(histories: &EstimableHistories, method: &Method) -> Result<(), Refusal> {
    if let Some(problem) = method.settings_problem() {
        return Err(Refusal::of_settings(problem));
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
    Fit { intervals, ..Fit::of_point(point) }
}

fn chao_value(bounds: &ChaoBounds) -> Value {
    Value::map([
        ("bound", bounds.bound.into()),
        ("bias_corrected", bounds.bias_corrected.into()),
        ("mh", bounds.mh.into()),
        ("mth", bounds.mth.into()),
    ])
}

/// The weight at the first point and in the last hundredth of a grid; none is missing where it begins at nobody.
fn weight_at_ends(cells: &[RangeInclusive<u64>], mass: &[f64], from: u64) -> (f64, f64) {
    let hundredth = cells.len().div_ceil(100);
    let low = if from == 0 { 0.0 } else { mass[0] };
    (low, compensated_sum(mass[mass.len() - hundredth..].iter().copied()))
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
