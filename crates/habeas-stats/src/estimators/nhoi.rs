//! The untestable part as a knob: ξ, the highest-order interaction between the lists `[aleshin2024]`.
//!
//! The lists tell how the people who are on some list spread over the 2^J − 1 observable histories, and nothing else.
//! Every method adds a rule that ties the missing cell to those. Here the rule is one number that no data can test: with
//! π̃ the probabilities of the observable cells,
//!
//! ```text
//! r = Π_{|h| odd} π̃_h / Π_{|h| even, h ≠ ∅} π̃_h,   p₀ = r / (ξ + r),   n₀ ~ NegBin(n, 1 − p₀)
//! ```
//!
//! ξ = 1 says that there is no interaction of highest order. Any model of the observable cells will do: draws of π̃ come
//! from a Dirichlet distribution here, or from another sampler such as [`super::lcmcr`]. Beside a figure stands the
//! whole curve over ξ: its width is the message.

use std::ops::{ControlFlow, RangeInclusive};

use rand::Rng;
use rand_distr::{Distribution, Gamma};

use crate::{
    capture::{CaptureHistories, EstimableHistories, Islands, Need},
    convergence::{Halted, Unsettled},
    diagnostics::Value,
    method::Seed,
    posterior::Posterior,
    progress::Progress,
    refusal::SettingsProblem,
    stream::{Purpose, Streams},
};

use super::{lcmcr::LcmcrFit, negative_binomial::draw_undocumented};

/// The most lists: beyond 63 cells nearly all are empty and only the prior speaks.
const MAX_LISTS: usize = 6;

/// What the method needs of a table.
pub const NEED: Need = Need { method: "nhoi", max_lists: MAX_LISTS, islands: Islands::Refused };

/// The values of ξ that stand beside every figure.
pub const CURVE: [f64; 5] = [0.25, 0.5, 1.0, 2.0, 4.0];

/// ξ beyond this range says that there is nobody else, or no end of people, whatever the lists say.
const XIS: RangeInclusive<f64> = 1e-3..=1e3;

/// Share of empty cells from which on the prior of the cells speaks louder than the data, and a warning is due.
pub const EMPTY_CELLS_WARNING: f64 = 0.25;

/// Draws between two calls of the progress hook.
const DRAWS_PER_PIECE: usize = 1_000;

/// What ξ is the value of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Interaction {
    /// The interaction of all lists together.
    #[default]
    HighestOrder,
    /// The odds ratio of the 2 × 2 table of two lists, by index, over all people.
    OfPair(usize, usize),
}

/// Settings of the method.
#[derive(Clone, Debug, PartialEq)]
pub struct NhoiSettings {
    /// The interaction.
    pub xi: f64,
    /// Two lists by name whose odds ratio it is; `None` is the interaction of all lists together.
    pub pair: Option<[String; 2]>,
    /// Draws of the cells.
    pub n_draws: usize,
}

impl Default for NhoiSettings {
    fn default() -> Self {
        Self { xi: 1.0, pair: None, n_draws: 20_000 }
    }
}

impl NhoiSettings {
    /// What ξ is the value of, on a table with these lists.
    fn interaction(&self, lists: &[String]) -> Result<Interaction, Halted> {
        let Some(pair) = &self.pair else { return Ok(Interaction::HighestOrder) };
        let place = |name: &String| lists.iter().position(|list| list == name).ok_or(SettingsProblem::Pair);
        Ok(Interaction::OfPair(place(&pair[0])?, place(&pair[1])?))
    }

    pub(crate) fn problem(&self) -> Option<SettingsProblem> {
        if !XIS.contains(&self.xi) {
            return Some(SettingsProblem::Xi);
        }
        if self.pair.as_ref().is_some_and(|[first, second]| first == second) {
            return Some(SettingsProblem::Pair);
        }
        (!(100..=10_000_000).contains(&self.n_draws)).then_some(SettingsProblem::Draws)
    }

    /// All settings as named values.
    pub fn as_values(&self) -> Vec<(&'static str, Value)> {
        let interaction =
            self.pair.as_ref().map_or("highest_order".into(), |pair| Value::list(pair.iter().map(String::as_str)));
        vec![("xi", self.xi.into()), ("interaction", interaction), ("draws", self.n_draws.into())]
    }
}

/// Share of draws that may contradict an odds ratio before no figure is given.
const MOST_IMPOSSIBLE: f64 = 0.05;

/// Draws of the probabilities of the 2^J − 1 observable cells, by ascending mask, given that a person is observed.
#[derive(Clone, Debug, PartialEq)]
pub struct CellDraws {
    n_lists: usize,
    draws: Vec<Vec<f64>>,
}

impl CellDraws {
    /// Takes draws of any sampler.
    ///
    /// # Errors
    /// [`SettingsProblem::Cells`] unless there is a draw and each has 2^J − 1 positive probabilities.
    pub fn new(n_lists: usize, draws: Vec<Vec<f64>>) -> Result<Self, Halted> {
        let fits = |draw: &Vec<f64>| draw.len() + 1 == 1 << n_lists && draw.iter().all(|&p| p > 0.0 && p.is_finite());
        if !(2..=MAX_LISTS).contains(&n_lists) || draws.is_empty() || !draws.iter().all(fits) {
            return Err(SettingsProblem::Cells.into());
        }
        Ok(Self { n_lists, draws })
    }

    /// Takes the draws of the latent classes: what the groups say about the observable cells, without what they say
    /// about the missing one.
    ///
    /// # Errors
    /// [`SettingsProblem::Cells`] when the fit kept none, as with more than 6 lists.
    pub fn of_latent_classes(n_lists: usize, fit: &LcmcrFit) -> Result<Self, Halted> {
        Self::new(n_lists, fit.cells.iter().flatten().cloned().collect())
    }

    /// Draws from Dirichlet(1 + n_h), the posterior of the cells under a flat prior.
    ///
    /// # Errors
    /// [`Halted::Interrupted`].
    pub fn dirichlet(
        histories: &CaptureHistories,
        n_draws: usize,
        generator: &mut impl Rng,
        progress: &mut dyn Progress,
    ) -> Result<Self, Halted> {
        let n_lists = histories.n_lists();
        let cells: Vec<Gamma<f64>> = (1u32..1 << n_lists)
            .map(|mask| {
                let shape = 1.0 + histories.count(mask) as f64;
                Gamma::new(shape, 1.0).expect("a shape of at least 1 and a scale of 1 are valid")
            })
            .collect();
        let mut draws = Vec::with_capacity(n_draws);
        while draws.len() < n_draws {
            let piece = DRAWS_PER_PIECE.min(n_draws - draws.len());
            for _ in 0..piece {
                let mut draw: Vec<f64> = cells.iter().map(|gamma| gamma.sample(generator).max(1e-300)).collect();
                let total: f64 = draw.iter().sum();
                draw.iter_mut().for_each(|probability| *probability /= total);
                draws.push(draw);
            }
            if progress.advance(piece, n_draws) == ControlFlow::Break(()) {
                return Err(Halted::Interrupted);
            }
        }
        Ok(Self { n_lists, draws })
    }

    /// p₀/(1 − p₀) of one draw if the interaction is ξ; negative where that cannot be.
    fn odds(&self, draw: &[f64], interaction: Interaction, xi: f64) -> f64 {
        match interaction {
            Interaction::HighestOrder => libm::exp(ln_odd_over_even(draw)) / xi,
            Interaction::OfPair(first, second) => {
                let mut margin = [0.0; 4];
                for (mask, probability) in (1usize..).zip(draw) {
                    margin[mask >> first & 1 | (mask >> second & 1) << 1] += probability;
                }
                let [neither, only_first, only_second, both] = margin;
                xi * only_first * only_second / both - neither
            }
        }
    }

    /// Draws N for one value of ξ; also the share of the draws of the cells that contradict it.
    ///
    /// # Errors
    /// [`Halted`]: a senseless ξ or pair, or too many draws that contradict it.
    pub fn posterior(
        &self,
        n_documented: u64,
        interaction: Interaction,
        xi: f64,
        generator: &mut impl Rng,
    ) -> Result<(Posterior, f64), Halted> {
        if !(xi.is_finite() && xi > 0.0) {
            return Err(SettingsProblem::Xi.into());
        }
        if matches!(interaction, Interaction::OfPair(first, second) if first == second || first.max(second) >= self.n_lists)
        {
            return Err(SettingsProblem::Pair.into());
        }
        let odds = self.draws.iter().map(|draw| self.odds(draw, interaction, xi));
        let totals: Vec<u64> = odds
            .filter(|&odds| odds >= 0.0)
            .map(|odds| n_documented + draw_undocumented(n_documented, odds, generator))
            .collect();
        let share = 1.0 - totals.len() as f64 / self.draws.len() as f64;
        if share > MOST_IMPOSSIBLE {
            return Err(Unsettled::Contradicted { share }.into());
        }
        Ok((Posterior::Draws { chains: vec![totals] }, share))
    }
}

/// What one value of ξ says about N.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct XiPoint {
    /// The posterior median.
    pub median: u64,
    /// Lower end of the 95 % interval.
    pub low: u64,
    /// Upper end of the 95 % interval.
    pub high: u64,
}

/// The figure at one ξ with the curve over others.
#[derive(Clone, Debug)]
pub struct NhoiFit {
    /// Draws of N.
    pub posterior: Posterior,
    /// What other values of ξ say, ascending; an error where a value contradicts the data.
    pub curve: Vec<(f64, Result<XiPoint, Halted>)>,
    /// n + Π_odd n_h / Π_even n_h at the ξ asked for, where no cell is empty.
    pub plug_in: Option<f64>,
    /// Share of the observable cells that are empty.
    pub empty_cells: f64,
    /// Share of the draws that contradict the ξ asked for.
    pub impossible: f64,
    /// Whether the mean of N is infinite, because an empty cell stands in the denominator: use the median.
    pub mean_is_infinite: bool,
}

impl NhoiFit {
    /// The diagnostics as named values in order.
    pub fn diagnostics(&self) -> Vec<(String, Value)> {
        let curve = self.curve.iter().map(|(xi, outcome)| {
            let point = outcome.as_ref().ok();
            Value::map([
                ("xi", (*xi).into()),
                ("median", point.map(|point| point.median).into()),
                ("low", point.map(|point| point.low).into()),
                ("high", point.map(|point| point.high).into()),
            ])
        });
        let entries = [
            ("curve", Value::list(curve)),
            ("plug_in", self.plug_in.into()),
            ("empty_cells", self.empty_cells.into()),
            ("impossible", self.impossible.into()),
            ("mean_is_infinite", self.mean_is_infinite.into()),
        ];
        entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

/// Draws N for the ξ asked for and along the curve, with Dirichlet draws of the cells.
///
/// The same draws of the cells serve every ξ, so the curve is smooth.
///
/// # Errors
/// [`Halted`].
///
/// # Source
/// Aleshin-Guendel, Sadinle & Wakefield 2024 `[aleshin2024]`.
pub fn fit(
    histories: &EstimableHistories,
    settings: &NhoiSettings,
    seed: Seed,
    progress: &mut dyn Progress,
) -> Result<NhoiFit, Halted> {
    if let Some(problem) = settings.problem() {
        return Err(problem.into());
    }
    let streams = Streams::new(seed, Purpose::Cells, histories.input().as_bytes());
    let table = histories.histories();
    let cells = CellDraws::dirichlet(table, settings.n_draws, &mut streams.of(0), progress)?;
    of_cells(table, &cells, settings, &streams)
}

/// The same from draws of the cells that another sampler made.
///
/// # Errors
/// [`Halted`].
pub fn fit_to_cells(
    histories: &EstimableHistories,
    cells: &CellDraws,
    settings: &NhoiSettings,
    seed: Seed,
) -> Result<NhoiFit, Halted> {
    if cells.n_lists != histories.histories().n_lists() {
        return Err(SettingsProblem::Cells.into());
    }
    let streams = Streams::new(seed, Purpose::Cells, histories.input().as_bytes());
    of_cells(histories.histories(), cells, settings, &streams)
}

fn of_cells(
    table: &CaptureHistories,
    cells: &CellDraws,
    settings: &NhoiSettings,
    streams: &Streams,
) -> Result<NhoiFit, Halted> {
    let interaction = settings.interaction(table.lists())?;
    let at = |xi: f64| cells.posterior(table.n_documented(), interaction, xi, &mut streams.of(1));
    let (posterior, impossible) = at(settings.xi)?;
    let curve = CURVE.iter().map(|&xi| {
        let outcome = at(xi).map(|(posterior, _)| XiPoint {
            median: posterior.median(),
            low: posterior.quantile(0.025),
            high: posterior.quantile(0.975),
        });
        (xi, outcome)
    });
    let n_cells = (1usize << table.n_lists()) - 1;
    let counts: Vec<f64> = (1u32..1 << table.n_lists()).map(|mask| table.count(mask) as f64).collect();
    let n_empty = counts.iter().filter(|&&count| count == 0.0).count();
    let highest = interaction == Interaction::HighestOrder;
    let plug_in = highest && n_empty == 0;
    let empty_even = (1u32..1 << table.n_lists()).any(|mask| mask.count_ones() % 2 == 0 && table.count(mask) == 0);
    Ok(NhoiFit {
        curve: curve.collect(),
        plug_in: plug_in.then(|| table.n_documented() as f64 + libm::exp(ln_odd_over_even(&counts)) / settings.xi),
        empty_cells: n_empty as f64 / n_cells as f64,
        impossible,
        mean_is_infinite: highest && empty_even,
        posterior,
    })
}

/// ln of the product over cells of odd size minus that over cells of even size, the cells by ascending mask from 1.
fn ln_odd_over_even(cells: &[f64]) -> f64 {
    (1u32..)
        .zip(cells)
        .map(|(mask, &cell)| if mask.count_ones() % 2 == 1 { libm::log(cell) } else { -libm::log(cell) })
        .sum()
}
