//! From several tables to one figure: averaging over the doubt about who is the same person.
//!
//! The linker hands over draws of the partition of records into persons; each draw has its own table. The posterior of
//! the total is the mixture of the posteriors of the tables (Sadinle 2018 `[sadinle2018]`), and its variance splits into
//! what estimation leaves open and what linkage leaves open.

use std::{
    collections::{BTreeMap, HashMap},
    ops::{ControlFlow, RangeInclusive},
    sync::Arc,
};

use rayon::prelude::*;

use crate::{
    capture::{CaptureHistories, Dependence, EstimableHistories, TableId},
    diagnostics::Value,
    estimate::{
        Estimate, Stopped,
        fit::{Fit, Wanted, fit, fit_in_full},
    },
    method::{Method, Seed},
    posterior::{Posterior, width},
    progress::{Progress, Shared},
    refusal::{Reason, Refusal, SettingsProblem, Warning},
    sensitivity::{Beside, Sensitivity},
    special::compensated_sum,
};

/// Fewer draws of the linkage than this give unstable limits.
const FEW_DRAWS: usize = 100;

/// Above this share of refused draws the whole is refused: dropping them would condition on estimability.
const MOST_REFUSED: f64 = 0.05;

/// Above this share of the variance a warning says that links should be reviewed first.
const HIGH_LINKAGE_SHARE: f64 = 0.5;

/// What is known about the draws.
#[derive(Clone, Debug, Default)]
pub struct LinkageOptions {
    /// Lists that are known to descend from one another.
    pub dependences: Vec<Dependence>,
    /// Whether the draws are something other than a posterior sample of partitions.
    pub approximate: bool,
}

/// A figure averaged over draws of the linkage, with the figure that ignores the doubt beside it.
#[derive(Clone, Debug)]
pub struct LinkageAverage {
    /// The averaged figure.
    pub estimate: Estimate,
    /// The figure with the linkage fixed at the point partition.
    pub fixed: Result<Estimate, Refusal>,
    /// How the uncertainty splits.
    pub linkage: LinkageShares,
}

/// Where the variance of the averaged figure comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LinkageShares {
    /// Draws of the linkage.
    pub n_draws: usize,
    /// Distinct tables among the draws.
    pub n_distinct: usize,
    /// Draws whose table was refused.
    pub n_refused: usize,
    /// Variance of N within a draw, on average: estimation.
    pub within: f64,
    /// Variance of the mean of N between draws: linkage.
    pub between: f64,
    /// between / (within + between), on N.
    pub share: f64,
    /// The same on ln(n₀ + 1), which stays meaningful where the mean depends on the bound.
    pub log_share: f64,
    /// Monte Carlo standard error of the lower and the upper 95 % limit, by batches of draws; NaN-free.
    pub limit_errors: (f64, f64),
}

/// Averages a method over draws of the linkage; `fixed` is the table of the point partition.
///
/// Each distinct table is estimated once and weighted by how often it was drawn. The averaged posterior equals the joint
/// one when records say nothing about N beyond the partition, and the linker's prior matches the estimator's.
///
/// # Errors
/// A [`Refusal`] when the lists of the point partition cannot carry an estimate for reasons that no link can change, or
/// when more than 5 % of the draws are refused; [`Stopped::Interrupted`] when the hook says stop.
///
/// # Source
/// Sadinle 2018 `[sadinle2018]`, linkage averaging.
pub fn average_over_linkage(
    draws: &[CaptureHistories],
    fixed: &CaptureHistories,
    method: &Method,
    seed: Seed,
    options: &LinkageOptions,
    progress: &mut dyn Progress,
) -> Result<LinkageAverage, Stopped> {
    let per_draw = FitsOfDraws::of(draws, method, seed, &options.dependences, &mut FitCache::default(), progress)?;
    average(&per_draw, draws, fixed, method, seed, options, progress)
}

/// Fits by table: strata and draws of the linkage often show the same one, which is then fitted once. Compared in full:
/// the table is the key, not its hash.
#[derive(Default)]
pub(crate) struct FitCache(HashMap<CaptureHistories, Result<Arc<Fit>, Refusal>>);

impl FitCache {
    /// Fits those of the tables that are not here yet, on all threads.
    fn fill(
        &mut self,
        tables: &[&CaptureHistories],
        method: &Method,
        seed: Seed,
        dependences: &[Dependence],
        progress: &mut dyn Progress,
    ) -> Result<(), Stopped> {
        let new: Vec<&CaptureHistories> = tables.iter().copied().filter(|table| !self.0.contains_key(*table)).collect();
        let shared = Shared::new(progress, new.len());
        let one = |table: &&CaptureHistories| {
            let checked = EstimableHistories::with_dependences(table, method.need(), dependences);
            let fitted = checked.map_err(Stopped::from).and_then(|checked| {
                let inside = &mut shared.inside();
                fit(&checked, method, Wanted::Point(seed), inside)
            });
            let fitted = match fitted {
                Ok(fitted) => Ok(Arc::new(fitted)),
                Err(Stopped::Refused(refusal)) => Err(refusal),
                Err(Stopped::Interrupted) => return Err(Stopped::Interrupted),
            };
            match shared.finished() {
                ControlFlow::Continue(()) => Ok(fitted),
                ControlFlow::Break(()) => Err(Stopped::Interrupted),
            }
        };
        let fitted = new.par_iter().map(one).collect::<Result<Vec<_>, Stopped>>()?;
        self.0.extend(new.into_iter().cloned().zip(fitted));
        Ok(())
    }
}

/// What each draw of the linkage says: every distinct table is fitted once.
pub(crate) struct FitsOfDraws {
    fits: Vec<TableFit>,
    /// By draw; `None` where the draw's table was refused.
    fit_of_draw: Vec<Option<usize>>,
    n_distinct: usize,
    n_refused: usize,
}

impl FitsOfDraws {
    /// Fits the distinct tables among the draws, unless the cache has them.
    ///
    /// # Errors
    /// A refusal when more than 5 % of the draws are refused.
    pub(crate) fn of(
        draws: &[CaptureHistories],
        method: &Method,
        seed: Seed,
        dependences: &[Dependence],
        cache: &mut FitCache,
        progress: &mut dyn Progress,
    ) -> Result<Self, Stopped> {
        if draws.is_empty() {
            return Err(Refusal::of_settings(SettingsProblem::NoDraws).into());
        }
        let mut group_of: HashMap<&CaptureHistories, usize> = HashMap::new();
        let mut groups: Vec<(usize, usize)> = Vec::new();
        let mut group_of_draw = Vec::with_capacity(draws.len());
        for (idx, table) in draws.iter().enumerate() {
            let group = *group_of.entry(table).or_insert_with(|| {
                groups.push((idx, 0));
                groups.len() - 1
            });
            groups[group].1 += 1;
            group_of_draw.push(group);
        }
        let tables: Vec<&CaptureHistories> = groups.iter().map(|&(first, _)| &draws[first]).collect();
        cache.fill(&tables, method, seed, dependences, progress)?;
        let mut fits: Vec<TableFit> = Vec::with_capacity(groups.len());
        let mut fit_of_group: Vec<Option<usize>> = Vec::with_capacity(groups.len());
        let mut refusals: Vec<(usize, Refusal)> = Vec::new();
        for (&(first, multiplicity), table) in groups.iter().zip(tables) {
            match &cache.0[table] {
                Ok(fitted) => {
                    fit_of_group.push(Some(fits.len()));
                    let (n_documented, fitted) = (table.n_documented(), Arc::clone(fitted));
                    fits.push(TableFit { first, multiplicity, n_documented, fitted });
                }
                Err(refusal) => {
                    fit_of_group.push(None);
                    refusals.push((multiplicity, refusal.clone()));
                }
            }
        }
        let n_refused: usize = refusals.iter().map(|(multiplicity, _)| multiplicity).sum();
        if n_refused as f64 > MOST_REFUSED * draws.len() as f64 {
            return Err(refuse_all(refusals, n_refused, draws.len()).into());
        }
        let fit_of_draw = group_of_draw.into_iter().map(|group| fit_of_group[group]).collect();
        Ok(Self { fits, fit_of_draw, n_distinct: groups.len(), n_refused })
    }

    /// The posterior of a draw's table; `None` where that was refused or the method gives none.
    pub(crate) fn posterior(&self, draw: usize) -> Option<&Posterior> {
        self.fits[self.fit_of_draw[draw]?].fitted.posterior.as_ref()
    }
}

/// The averaged figure from the fits of all draws, with the figure of the point partition beside it.
pub(crate) fn average(
    per_draw: &FitsOfDraws,
    draws: &[CaptureHistories],
    fixed: &CaptureHistories,
    method: &Method,
    seed: Seed,
    options: &LinkageOptions,
    progress: &mut dyn Progress,
) -> Result<LinkageAverage, Stopped> {
    let FitsOfDraws { fits, fit_of_draw, n_distinct, n_refused } = per_draw;
    let check =
        |table: &CaptureHistories| EstimableHistories::with_dependences(table, method.need(), &options.dependences);
    // The figure with fixed links, in full; where that table is refused, the commonest draw speaks for the lists.
    let fixed_histories = check(fixed);
    let commonest = fits.iter().max_by_key(|fit| (fit.multiplicity, usize::MAX - fit.first));
    let typical = match (&fixed_histories, commonest) {
        (Ok(table), _) => table.clone(),
        (Err(_), Some(fit)) => check(&draws[fit.first])?,
        (Err(refusal), None) => return Err(refusal.clone().into()),
    };
    let typical_fit = fit_in_full(&typical, method, seed, progress)?;
    let typical_sensitivity = Sensitivity::of(&typical, method, typical_fit.point, seed, Beside::Quick, progress)?;
    let fixed = fixed_histories.map(|table| {
        Estimate::new(
            method,
            table.histories().lists().to_vec(),
            table.histories().n_documented() as f64,
            typical_fit.clone(),
            method.assumption(),
            typical_sensitivity.clone(),
            (table.input(), seed, table.remarks().to_vec()),
        )
    });

    let weighted: Vec<(f64, &Posterior)> =
        fits.iter().filter_map(|fit| Some((fit.multiplicity as f64, fit.fitted.posterior.as_ref()?))).collect();
    if weighted.is_empty() {
        // Neither a bound nor a model chosen by its fit has a posterior to mix.
        return Err(Refusal::new(Reason::NoPosterior { method: method.name() }, [], None).into());
    }
    let linkage = shares(fits, fit_of_draw, *n_distinct, *n_refused, &weighted);
    let mut averaged = Fit::of_posterior(mixture(&weighted));
    averaged.diagnostics = typical_fit.diagnostics;
    averaged.diagnostics.push(("linkage".to_owned(), linkage.as_value()));
    averaged.warnings = typical_fit.warnings;
    averaged.warnings.extend(linkage.warnings(options));
    let n_documented = compensated_sum(fits.iter().map(|f| f.multiplicity as f64 * f.n_documented as f64))
        / fits.iter().map(|f| f.multiplicity as f64).sum::<f64>();
    let sensitivity = Sensitivity::from_alternatives(typical_sensitivity.alternatives, averaged.point, n_documented);
    let ids: Vec<TableId> = draws.iter().map(CaptureHistories::id).collect();
    let estimate = Estimate::new(
        method,
        typical.histories().lists().to_vec(),
        n_documented,
        averaged,
        method.assumption(),
        sensitivity,
        (TableId::of_sequence(&ids), seed, typical.remarks().to_vec()),
    );
    Ok(LinkageAverage { estimate, fixed, linkage })
}

/// One distinct table with how often it was drawn.
struct TableFit {
    first: usize,
    multiplicity: usize,
    n_documented: u64,
    fitted: Arc<Fit>,
}

/// When (nearly) all draws fail for the same reason, that reason is the answer; otherwise doubt about links is.
fn refuse_all(refusals: Vec<(usize, Refusal)>, n_refused: usize, n_draws: usize) -> Refusal {
    let mut by_code: BTreeMap<&'static str, usize> = BTreeMap::new();
    for (multiplicity, refusal) in &refusals {
        *by_code.entry(refusal.code()).or_insert(0) += multiplicity;
    }
    let commonest = by_code.iter().max_by_key(|(_, count)| **count).map_or("", |(code, _)| *code);
    if n_refused == n_draws
        && let Some((_, refusal)) = refusals.into_iter().find(|(_, refusal)| refusal.code() == commonest)
    {
        return refusal;
    }
    Refusal::new(Reason::LinkageNotEstimable { refused: n_refused, draws: n_draws, commonest }, [], None)
}

fn shares(
    fits: &[TableFit],
    fit_of_draw: &[Option<usize>],
    n_distinct: usize,
    n_refused: usize,
    weighted: &[(f64, &Posterior)],
) -> LinkageShares {
    let on_total = Variances::of(weighted.iter().map(|&(weight, p)| (weight, p.mean(), p.variance())));
    let on_log = Variances::of(fits.iter().zip(weighted).map(|(fit, &(weight, posterior))| {
        let (mean, variance) = posterior.log_undocumented(fit.n_documented);
        (weight, mean, variance)
    }));
    LinkageShares {
        n_draws: fit_of_draw.len(),
        n_distinct,
        n_refused,
        within: on_total.within,
        between: on_total.between,
        share: on_total.share(),
        log_share: on_log.share(),
        limit_errors: limit_errors(fits, fit_of_draw),
    }
}

impl LinkageShares {
    /// The split as a diagnostic.
    pub fn as_value(&self) -> Value {
        Value::map([
            ("draws", self.n_draws.into()),
            ("distinct_tables", self.n_distinct.into()),
            ("refused_draws", self.n_refused.into()),
            ("variance_within", self.within.into()),
            ("variance_between", self.between.into()),
            ("linkage_share", self.share.into()),
            ("linkage_share_log", self.log_share.into()),
            ("monte_carlo_error_low", self.limit_errors.0.into()),
            ("monte_carlo_error_high", self.limit_errors.1.into()),
        ])
    }

    fn warnings(&self, options: &LinkageOptions) -> Vec<Warning> {
        let mut warnings = Vec::new();
        if self.n_draws < FEW_DRAWS {
            warnings.push(Warning::FewLinkageDraws { draws: self.n_draws });
        }
        if self.log_share > HIGH_LINKAGE_SHARE {
            warnings.push(Warning::LinkageShareHigh { share: self.log_share });
        }
        if options.approximate {
            warnings.push(Warning::ApproximateLinkage);
        }
        if self.n_refused > 0 {
            warnings.push(Warning::RefusedDraws { refused: self.n_refused, draws: self.n_draws });
        }
        warnings
    }
}

/// Var N = E[Var(N | table)] + Var(E[N | table]).
#[derive(Clone, Copy, Debug, PartialEq)]
struct Variances {
    within: f64,
    between: f64,
}

impl Variances {
    fn of(parts: impl Iterator<Item = (f64, f64, f64)>) -> Self {
        let parts: Vec<(f64, f64, f64)> = parts.collect();
        let total: f64 = parts.iter().map(|(weight, ..)| weight).sum();
        let mean = compensated_sum(parts.iter().map(|(weight, mean, _)| weight * mean)) / total;
        Self {
            within: compensated_sum(parts.iter().map(|(weight, _, variance)| weight * variance)) / total,
            between: compensated_sum(parts.iter().map(|(weight, m, _)| weight * (m - mean) * (m - mean))) / total,
        }
    }

    fn share(&self) -> f64 {
        let total = self.within + self.between;
        if total > 0.0 { self.between / total } else { 0.0 }
    }
}

/// Standard errors of the 95 % limits: the draws are cut into ten batches by index and the limits of the batches compared.
fn limit_errors(fits: &[TableFit], fit_of_draw: &[Option<usize>]) -> (f64, f64) {
    const N_BATCHES: usize = 10;
    if fit_of_draw.len() < 2 * N_BATCHES || fits.len() < 2 {
        return (0.0, 0.0);
    }
    let limits: Vec<(f64, f64)> = (0..N_BATCHES)
        .filter_map(|batch| {
            let mut counts: BTreeMap<usize, f64> = BTreeMap::new();
            for fit in fit_of_draw.iter().skip(batch).step_by(N_BATCHES).flatten() {
                *counts.entry(*fit).or_insert(0.0) += 1.0;
            }
            let weighted: Vec<(f64, &Posterior)> =
                counts.iter().filter_map(|(&fit, &w)| Some((w, fits[fit].fitted.posterior.as_ref()?))).collect();
            if weighted.is_empty() {
                return None;
            }
            let interval = mixture(&weighted).interval(0.95);
            Some((interval.low as f64, interval.high as f64))
        })
        .collect();
    let error = |of: fn(&(f64, f64)) -> f64| {
        let n = limits.len() as f64;
        let mean = limits.iter().map(of).sum::<f64>() / n;
        let variance = limits.iter().map(|limit| (of(limit) - mean).powi(2)).sum::<f64>() / (n - 1.0);
        libm::sqrt(variance / n)
    };
    if limits.len() < 2 { (0.0, 0.0) } else { (error(|limit| limit.0), error(|limit| limit.1)) }
}

/// Mixes posteriors on the axis of N, with weights that need not sum to 1.
///
/// The cells of the mixture are cut at every end of a cell of a part; within a cell of a part the totals are equally
/// likely. The mixture of copies of one posterior is that posterior.
///
/// # Panics
/// When there is no part.
pub fn mixture(parts: &[(f64, &Posterior)]) -> Posterior {
    assert!(!parts.is_empty(), "a mixture needs at least one part");
    let total: f64 = parts.iter().map(|(weight, _)| weight).sum();
    let cells_of: Vec<(Vec<RangeInclusive<u64>>, Vec<f64>)> = parts.iter().map(|(_, p)| p.as_cells()).collect();
    let mut cuts: Vec<u64> =
        cells_of.iter().flat_map(|(cells, _)| cells.iter().flat_map(|cell| [*cell.start(), cell.end() + 1])).collect();
    cuts.sort_unstable();
    cuts.dedup();
    let mut mass = vec![0.0; cuts.len() - 1];
    let mut is_covered = vec![false; cuts.len() - 1];
    for ((weight, _), (cells, masses)) in parts.iter().zip(&cells_of) {
        let mut piece = 0;
        for (cell, cell_mass) in cells.iter().zip(masses) {
            piece += cuts[piece..].partition_point(|cut| cut < cell.start());
            let per_total = weight / total * cell_mass / width(cell) as f64;
            while piece < mass.len() && cuts[piece] <= *cell.end() {
                mass[piece] += per_total * (cuts[piece + 1] - cuts[piece]) as f64;
                is_covered[piece] = true;
                piece += 1;
            }
        }
    }
    let cells = cuts.windows(2).map(|ends| ends[0]..=ends[1] - 1);
    let (cells, mass) = cells.zip(mass).zip(is_covered).filter(|(_, covered)| *covered).map(|(cell, _)| cell).unzip();
    Posterior::Grid { cells, mass }
}
