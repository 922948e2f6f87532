//! Several strata and one total: estimates are made stratum by stratum, and totals by adding draws.
//!
//! Ends of intervals are never added: the total of several intervals is much narrower than the sum of their widths, and
//! elsewhere. A stratum that cannot be estimated enters the total with its documented people alone, and the total says so.

use std::collections::BTreeMap;

use rand::RngExt;
use rand_chacha::ChaCha12Rng;

use crate::{
    capture::{CaptureHistories, EstimableHistories, TableId},
    diagnostics::Value,
    estimate::{Estimate, Stopped, estimate_with, fit::Fit},
    method::{Method, Seed},
    pooled::{FitCache, FitsOfDraws, LinkageAverage, LinkageOptions, average},
    posterior::Posterior,
    progress::Progress,
    refusal::{Reason, Refusal, SettingsProblem, Warning},
    sensitivity::Sensitivity,
    stream::{Purpose, Streams},
};

/// Draws of the total that are added up.
const N_DRAWS: usize = 20_000;

/// One stratum: its name and the table of its people.
#[derive(Clone, Debug)]
pub struct Stratum {
    /// The name, such as a year.
    pub label: String,
    /// The table of the point partition.
    pub table: CaptureHistories,
    /// The tables of the draws of the linkage, the same number in every stratum; none where links are taken as decided.
    pub draws: Vec<CaptureHistories>,
}

/// What came of one stratum.
#[derive(Clone, Debug)]
pub struct StratumResult {
    /// The name.
    pub label: String,
    /// People documented in it.
    pub n_documented: u64,
    /// Its table.
    pub input: TableId,
    /// Its figure, or why there is none.
    pub outcome: Result<StratumFigure, Refusal>,
}

/// The figure of a stratum.
#[derive(Clone, Debug)]
pub enum StratumFigure {
    /// With links as they were decided.
    Fixed(Box<Estimate>),
    /// Averaged over draws of the linkage.
    Averaged(Box<LinkageAverage>),
}

impl StratumFigure {
    /// The figure itself.
    pub fn estimate(&self) -> &Estimate {
        match self {
            Self::Fixed(estimate) => estimate,
            Self::Averaged(average) => &average.estimate,
        }
    }

    fn warn(&mut self, warnings: impl IntoIterator<Item = Warning>) {
        match self {
            Self::Fixed(estimate) => estimate.warn(warnings),
            Self::Averaged(average) => average.estimate.warn(warnings),
        }
    }
}

/// All strata with their total.
#[derive(Clone, Debug)]
pub struct Stratified {
    /// The strata in the order given.
    pub strata: Vec<StratumResult>,
    /// The total: estimated strata by their draws, refused ones by their documented people. A refusal when no stratum is
    /// estimated, or the method has no draws to add.
    pub total: Result<Estimate, Refusal>,
    /// Strata that were not reached because the hook said stop; they are in neither list nor total.
    pub n_not_reached: usize,
}

/// Estimates every stratum by itself and adds up their draws.
///
/// With draws of the linkage, strata are added within the same draw, because one link more in one stratum may be one
/// fewer in another. When the hook says stop, what is finished is kept and there is no total.
pub fn estimate_strata(
    strata: &[Stratum],
    method: &Method,
    seed: Seed,
    options: &LinkageOptions,
    progress: &mut dyn Progress,
) -> Stratified {
    let coverage = partial_coverage(strata);
    let mut results = Vec::with_capacity(strata.len());
    let mut parts: Vec<Part> = Vec::with_capacity(strata.len());
    let mut cache = FitCache::default();
    for (idx, stratum) in strata.iter().enumerate() {
        let (outcome, part) = match one(stratum, method, seed, options, &mut cache, progress) {
            Ok((mut figure, part)) => {
                figure.warn(coverage[idx].iter().cloned());
                (Ok(figure), part)
            }
            Err(Stopped::Refused(refusal)) => (Err(refusal), Part::Documented(stratum.table.n_documented())),
            Err(Stopped::Interrupted) => {
                let total = Err(Refusal::new(Reason::NotAllStrata, [], None));
                return Stratified { strata: results, total, n_not_reached: strata.len() - idx };
            }
        };
        parts.push(part);
        results.push(StratumResult {
            label: stratum.label.clone(),
            n_documented: stratum.table.n_documented(),
            input: stratum.table.id(),
            outcome,
        });
    }
    let n_replicates = strata.iter().map(|stratum| stratum.draws.len()).max().unwrap_or(0);
    let mut total = total(&results, &parts, n_replicates, method, seed);
    if let Ok(total) = &mut total {
        // Also where the stratum itself is refused: what is missing there is missing in the total.
        let is_new = total.figures().warnings.iter().all(|warning| !matches!(warning, Warning::PartialCoverage { .. }));
        total.warn(coverage.into_iter().flatten().filter(|_| is_new).take(1));
    }
    Stratified { strata: results, total, n_not_reached: 0 }
}

/// Lists that hold hardly anybody in a stratum though they hold many in all, by stratum.
fn partial_coverage(strata: &[Stratum]) -> Vec<Vec<Warning>> {
    /// Fewer expected people are no sign of anything.
    const LEAST_EXPECTED: f64 = 20.0;
    /// Share of the expected people below which they are called hardly anybody.
    const HARDLY_ANYBODY: f64 = 0.05;
    let everybody: u64 = strata.iter().map(|stratum| stratum.table.n_documented()).sum();
    let mut sizes: BTreeMap<&str, u64> = BTreeMap::new();
    for stratum in strata {
        for (list, size) in stratum.table.lists().iter().zip(stratum.table.list_sizes()) {
            *sizes.entry(list).or_insert(0) += size;
        }
    }
    let of_stratum = |stratum: &Stratum| {
        let share = stratum.table.n_documented() as f64 / everybody as f64;
        let here = stratum.table.lists().iter().zip(stratum.table.list_sizes());
        here.filter_map(|(list, here)| {
            let expected = share * sizes[list.as_str()] as f64;
            let hardly = expected >= LEAST_EXPECTED && (here as f64) < HARDLY_ANYBODY * expected;
            hardly.then(|| Warning::PartialCoverage {
                list: list.clone(),
                stratum: stratum.label.clone(),
                here,
                expected: expected.round() as u64,
            })
        })
        .collect()
    };
    strata.iter().map(of_stratum).collect()
}

/// What a stratum adds to the total.
enum Part {
    /// Nothing but its documented people.
    Documented(u64),
    /// One posterior.
    Fixed(Posterior),
    /// One posterior per draw of the linkage, with the documented people of the draw where that was refused.
    PerDraw { fits: FitsOfDraws, documented: Vec<u64> },
}

fn one(
    stratum: &Stratum,
    method: &Method,
    seed: Seed,
    options: &LinkageOptions,
    cache: &mut FitCache,
    progress: &mut dyn Progress,
) -> Result<(StratumFigure, Part), Stopped> {
    if stratum.draws.is_empty() {
        let table = EstimableHistories::with_dependences(&stratum.table, method.need(), &options.dependences)?;
        let estimate = estimate_with(&table, method, seed, progress)?;
        let posterior = estimate.posterior().cloned();
        let part = posterior.map_or(Part::Documented(stratum.table.n_documented()), Part::Fixed);
        return Ok((StratumFigure::Fixed(Box::new(estimate)), part));
    }
    let fits = FitsOfDraws::of(&stratum.draws, method, seed, &options.dependences, cache, progress)?;
    let averaged = average(&fits, &stratum.draws, &stratum.table, method, seed, options, progress)?;
    let documented = stratum.draws.iter().map(CaptureHistories::n_documented).collect();
    Ok((StratumFigure::Averaged(Box::new(averaged)), Part::PerDraw { fits, documented }))
}

fn total(
    results: &[StratumResult],
    parts: &[Part],
    n_replicates: usize,
    method: &Method,
    seed: Seed,
) -> Result<Estimate, Refusal> {
    let given: Vec<&Estimate> =
        results.iter().filter_map(|result| Some(result.outcome.as_ref().ok()?.estimate())).collect();
    let Some(first) = given.first() else {
        let refusal = results.iter().find_map(|result| result.outcome.as_ref().err());
        return Err(refusal.cloned().unwrap_or_else(|| Refusal::of_settings(SettingsProblem::NoDraws)));
    };
    if given.iter().any(|estimate| estimate.posterior().is_none()) {
        return Err(Refusal::new(Reason::NoPosterior { method: method.name() }, [], None));
    }
    let ids: Vec<TableId> = results.iter().map(|result| result.input).collect();
    let input = TableId::of_sequence(&ids);
    let streams = Streams::new(seed, Purpose::Stratum, input.as_bytes());
    let mut sums = vec![0u64; N_DRAWS.max(n_replicates)];
    for (idx, part) in parts.iter().enumerate() {
        part.add_to(&mut sums, n_replicates, &mut streams.of(idx as u64));
    }
    let mut fit = Fit::of_posterior(Posterior::Draws { chains: vec![sums] });
    fit.warnings = warnings_of_all(&given);
    let refused: Vec<&StratumResult> = results.iter().filter(|result| result.outcome.is_err()).collect();
    let refused_documented = refused.iter().map(|result| result.n_documented).sum();
    if !refused.is_empty() {
        fit.warnings.push(Warning::RefusedStrata {
            refused: refused.len(),
            strata: results.len(),
            n_documented: refused_documented,
        });
    }
    let n_documented = results.iter().map(|result| result.n_documented as f64).sum();
    fit.diagnostics = vec![
        ("strata".to_owned(), results.len().into()),
        ("refused_strata".to_owned(), Value::list(refused.iter().map(|result| result.label.as_str()))),
        ("documented_in_refused_strata".to_owned(), refused_documented.into()),
    ];
    let sensitivities: Vec<(&Sensitivity, f64)> =
        given.iter().map(|estimate| (estimate.figures().sensitivity, estimate.figures().point)).collect();
    let sensitivity = Sensitivity::summed(&sensitivities, refused_documented as f64, fit.point, n_documented);
    let lists = widest_lists(&given).unwrap_or_else(|| first.figures().lists.to_vec());
    Ok(Estimate::new(method, lists, n_documented, fit, method.assumption(), sensitivity, (input, seed, Vec::new())))
}

/// The lists of the stratum that has most of them.
fn widest_lists(given: &[&Estimate]) -> Option<Vec<String>> {
    given.iter().map(|estimate| estimate.figures().lists.to_vec()).max_by_key(Vec::len)
}

/// The warnings of the strata, each code once: the total stands on all of them.
fn warnings_of_all(given: &[&Estimate]) -> Vec<Warning> {
    let mut warnings: Vec<Warning> = Vec::new();
    for warning in given.iter().flat_map(|estimate| estimate.figures().warnings) {
        if warnings.iter().all(|known| known.code() != warning.code()) {
            warnings.push(warning.clone());
        }
    }
    warnings
}

impl Part {
    /// Adds one draw of this stratum to each sum; with draws of the linkage, sum i belongs to draw i mod n.
    fn add_to(&self, sums: &mut [u64], n_replicates: usize, generator: &mut ChaCha12Rng) {
        match self {
            Self::Documented(people) => sums.iter_mut().for_each(|sum| *sum = sum.saturating_add(*people)),
            Self::Fixed(posterior) => {
                let draws = spread_draws(posterior, sums.len(), generator);
                sums.iter_mut().zip(draws).for_each(|(sum, draw)| *sum = sum.saturating_add(draw));
            }
            Self::PerDraw { fits, documented } => {
                for (replicate, people) in documented.iter().enumerate() {
                    let of_replicate = sums.iter_mut().skip(replicate).step_by(n_replicates);
                    match fits.posterior(replicate) {
                        Some(posterior) => {
                            let n_here = of_replicate.len();
                            let draws = spread_draws(posterior, n_here, generator);
                            of_replicate.zip(draws).for_each(|(sum, draw)| *sum = sum.saturating_add(draw));
                        }
                        None => of_replicate.for_each(|sum| *sum = sum.saturating_add(*people)),
                    }
                }
            }
        }
    }
}

/// Draws spread evenly over the quantiles, in random order: one in each of `n` slices of the distribution.
fn spread_draws(posterior: &Posterior, n: usize, generator: &mut ChaCha12Rng) -> Vec<u64> {
    let levels: Vec<f64> = (0..n).map(|slice| (slice as f64 + generator.random_range(0.0..1.0)) / n as f64).collect();
    let mut draws = posterior.quantiles(&levels);
    for idx in (1..draws.len()).rev() {
        draws.swap(idx, generator.random_range(0..=idx));
    }
    draws
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spread_draws_reproduce_the_distribution_they_come_from() {
        let posterior = Posterior::Grid { cells: vec![5..=5, 6..=6, 7..=10], mass: vec![0.5, 0.25, 0.25] };
        let mut generator = Streams::new(Seed(1), Purpose::Stratum, b"").of(0);
        let draws = spread_draws(&posterior, 1_000, &mut generator);
        assert_eq!(draws.iter().filter(|&&draw| draw == 5).count(), 500);
        assert_eq!(draws.iter().filter(|&&draw| draw == 6).count(), 250);
        assert_ne!(draws[..500], vec![5; 500]);
    }

    #[test]
    fn a_refusal_without_any_stratum_says_that_there_is_nothing_to_add() {
        let stratified =
            estimate_strata(&[], &Method::dga(), Seed(1), &LinkageOptions::default(), &mut crate::progress::Silent);
        assert_eq!(stratified.total.unwrap_err().reasons(), [Reason::Settings { problem: SettingsProblem::NoDraws }]);
    }
}
