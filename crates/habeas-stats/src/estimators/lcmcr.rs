//! Latent classes: people fall into a few groups, and within a group the lists are independent `[manrique2016]`.
//!
//! The model is a truncated stick-breaking mixture `[dunson2009]`:
//!
//! ```text
//! p(h) = Σ_k ν_k Π_j λ_jk^{h_j} (1 − λ_jk)^{1−h_j},   k = 1..K
//! V_k ~ Beta(1, α),  V_K = 1,  ν_k = V_k Π_{l<k} (1 − V_l),  λ_jk ~ U(0, 1),  α ~ Gamma(a, rate b),  p(N) ∝ 1/N
//! ```
//!
//! Summed over n₀ the likelihood of (λ, ν) is ℓ = Σ_h n_h ln p_h − n ln(1 − p₀), and n₀ given (λ, ν) is negative
//! binomial. Plain data augmentation creeps on ℓ and stays in the mode in which it began; here long Hamiltonian steps on
//! ℓ (`hamiltonian`) are combined with data augmentation (`gibbs`), exchanges of labels (`labels`) and parallel
//! tempering (`tempering`). Several chains start apart, and a figure is given only when they agree
//! ([`crate::convergence`]); otherwise the answer is a refusal that shows where the chains sit.

mod gibbs;
mod hamiltonian;
mod labels;
mod likelihood;
mod tempering;

use std::ops::ControlFlow;

use rand_chacha::ChaCha12Rng;
use rayon::prelude::*;

use crate::{
    capture::{CaptureHistories, EstimableHistories, Islands, MAX_LISTS, Need},
    convergence::{Convergence, Halted, Unsettled},
    diagnostics::Value,
    method::Seed,
    posterior::Posterior,
    progress::Progress,
    refusal::SettingsProblem,
    stream::{Purpose, Streams},
};

use gibbs::AlphaPrior;
use likelihood::Table;
use tempering::{Draw, TemperedChain};

/// What the method needs of a table.
pub const NEED: Need = Need { method: "lcmcr", max_lists: MAX_LISTS, islands: Islands::Warned };

/// The most lists for which the probabilities of all cells are kept: 63 cells.
pub const MAX_LISTS_WITH_CELLS: usize = 6;

/// Share of draws beyond the cap from which on a warning stands beside the figure.
pub const CAP_WARNING: f64 = 0.001;

/// Share of draws beyond the cap from which on the data do not bound N and no figure is given.
pub const CAP_REFUSAL: f64 = 0.05;

/// The ladder is spread for the first time after this many rounds of the warm-up, then whenever they have doubled.
const FIRST_SPREAD: usize = 50;

/// Rounds before the chains are looked at for the first time; each further look comes after half as many more again.
const FIRST_LOOK: usize = 150;

/// Shape and rate of the prior of α lie between this and its inverse.
const LEAST_ALPHA: f64 = 1e-6;

/// Rounds after which a run ends by default, for the smallest tables and for wide ones.
const MOST_ROUNDS: usize = 16_000;
const FEWEST_ROUNDS: usize = 4_000;

/// A run whose result is only compared ends after this part of the rounds, and warms up no longer than so many.
const BRIEFER: usize = 4;
const BRIEF_WARM_UP: usize = 150;

/// The earliest part of every chain is left out at each look, so that a chain that began in a mode of no weight does
/// not drag it along for ever.
const LEFT_OUT: f64 = 0.25;

/// R̂ below this ends the run early, together with the wanted effective sample size.
const R_HAT_TO_STOP: f64 = 1.01;

/// The diagnostics look at no more draws than this per chain; more would cost time and change nothing.
const MAX_LOOKED_AT: usize = 3_000;

/// Of the probabilities of all cells at most this many draws per chain are kept, equally spaced.
const MAX_CELL_DRAWS: usize = 1_000;

/// Work done between two calls of the progress hook, in products of one history, class and list.
const WORK_PER_PIECE: f64 = 1e8;

/// Settings of the method.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LcmcrSettings {
    /// K, the most classes; classes that the data do not need stay empty.
    pub n_classes: usize,
    /// Shape a of the gamma prior of α.
    pub alpha_shape: f64,
    /// Rate b of the gamma prior of α.
    pub alpha_rate: f64,
    /// Draws with n₀ above this many times n are left out, counted and reported.
    pub cap: u64,
    /// Independent chains from dispersed starts.
    pub n_chains: usize,
    /// Rounds in which the sampler is tuned; not used for the figure.
    pub warm_up: usize,
    /// Rounds after which the run ends, settled or not; `None` is 16,000 for up to 5 lists and 10 classes and fewer
    /// where rounds cost more, so that a hard table takes about a minute of one processor.
    pub max_rounds: Option<usize>,
    /// The run ends early when bulk and tail effective sample size reach this.
    pub wanted_ess: f64,
}

impl Default for LcmcrSettings {
    fn default() -> Self {
        Self {
            n_classes: 10,
            alpha_shape: 0.25,
            alpha_rate: 0.25,
            cap: 100,
            n_chains: 8,
            warm_up: 300,
            max_rounds: None,
            wanted_ess: 2_000.0,
        }
    }
}

impl LcmcrSettings {
    /// What is wrong with the settings, if anything.
    pub fn problem(&self) -> Option<SettingsProblem> {
        let sensible = |value: f64| (LEAST_ALPHA..=1.0 / LEAST_ALPHA).contains(&value);
        let checks = [
            ((1..=64).contains(&self.n_classes), SettingsProblem::Classes),
            (sensible(self.alpha_shape) && sensible(self.alpha_rate), SettingsProblem::Alpha),
            ((1..=1_000_000).contains(&self.cap), SettingsProblem::Cap),
            ((4..=64).contains(&self.n_chains), SettingsProblem::Chains),
            (
                (FIRST_SPREAD..=1_000_000).contains(&self.warm_up)
                    && self.max_rounds.is_none_or(|rounds| (FIRST_LOOK..=1_000_000).contains(&rounds)),
                SettingsProblem::Rounds,
            ),
            (self.wanted_ess >= Unsettled::LEAST_ESS, SettingsProblem::WantedEss),
        ];
        checks.into_iter().find(|(fine, _)| !fine).map(|(_, problem)| problem)
    }

    /// The most rounds for a number of lists.
    pub fn max_rounds_for(&self, n_lists: usize) -> usize {
        self.max_rounds.unwrap_or_else(|| {
            // Settings are told before they are checked, so that zero and absurd numbers of classes come here too.
            let cost = n_lists.saturating_mul(self.n_classes).max(1);
            (MOST_ROUNDS * 50 / cost).clamp(FEWEST_ROUNDS, MOST_ROUNDS)
        })
    }

    /// The same with as little work as still shows whether chains agree, for a point that is only compared.
    pub(crate) fn in_brief(&self, n_lists: usize) -> Self {
        let max_rounds = (self.max_rounds_for(n_lists) / BRIEFER).max(FIRST_LOOK);
        Self {
            n_chains: 4,
            warm_up: self.warm_up.min(BRIEF_WARM_UP),
            max_rounds: Some(max_rounds),
            wanted_ess: Unsettled::LEAST_ESS,
            ..*self
        }
    }

    /// All settings as named values, for a table with this many lists.
    pub fn as_values(&self, n_lists: usize) -> Vec<(&'static str, Value)> {
        vec![
            ("classes", self.n_classes.into()),
            ("alpha_shape", self.alpha_shape.into()),
            ("alpha_rate", self.alpha_rate.into()),
            ("cap", self.cap.into()),
            ("chains", self.n_chains.into()),
            ("warm_up", self.warm_up.into()),
            ("max_rounds", self.max_rounds_for(n_lists).into()),
            ("wanted_ess", self.wanted_ess.into()),
        ]
    }
}

/// Posterior draws of N with everything that says whether they can be trusted.
#[derive(Clone, Debug)]
pub struct LcmcrFit {
    /// Draws of N by chain, those beyond the cap left out.
    pub posterior: Posterior,
    /// Convergence of ln(n₀ + 1).
    pub of_undocumented: Convergence,
    /// Convergence of p₀, the probability of being on no list.
    pub of_missing: Convergence,
    /// Median of N in each chain.
    pub chain_medians: Vec<u64>,
    /// Share of the draws that lay beyond the cap.
    pub beyond_cap: f64,
    /// Mean number of classes that hold at least one person in a hundred.
    pub n_classes_occupied: f64,
    /// Rounds drawn after the warm-up.
    pub n_rounds: usize,
    /// Levels of tempering in each chain.
    pub n_levels: Vec<usize>,
    /// Share of rejected swaps between neighbouring levels, over all chains.
    pub swap_rejection: f64,
    /// Probabilities of the 2^J − 1 observable cells (ascending mask, conditional on being observed), by chain and draw;
    /// empty beyond [`MAX_LISTS_WITH_CELLS`] lists.
    pub cells: Vec<Vec<Vec<f64>>>,
}

impl LcmcrFit {
    /// The diagnostics as named values in order.
    pub fn diagnostics(&self) -> Vec<(String, Value)> {
        let entries = [
            ("undocumented", self.of_undocumented.as_value()),
            ("missing_probability", self.of_missing.as_value()),
            ("chain_medians", Value::list(self.chain_medians.iter().copied())),
            ("beyond_cap", self.beyond_cap.into()),
            ("classes_occupied", self.n_classes_occupied.into()),
            ("rounds", self.n_rounds.into()),
            ("levels", Value::list(self.n_levels.iter().copied())),
            ("swap_rejection", self.swap_rejection.into()),
        ];
        entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

/// Draws from the posterior of N until the chains agree or the rounds are used up.
///
/// The same seed gives the same draws at any number of threads: chains have their own streams of random numbers and are
/// looked at only between pieces of fixed length. Threads are those of the current `rayon` pool.
///
/// # Errors
/// [`Halted`]: senseless settings, chains that disagree, a cap that binds, or a stop on request.
///
/// # Source
/// Model: Manrique-Vallier 2016 `[manrique2016]`. Moves: Neal 2011 `[neal2011]`, Syed et al. 2022 `[syed2022]`,
/// Papaspiliopoulos & Roberts 2008 `[papaspiliopoulos2008]`.
pub fn fit(
    histories: &EstimableHistories,
    settings: &LcmcrSettings,
    seed: Seed,
    progress: &mut dyn Progress,
) -> Result<LcmcrFit, Halted> {
    fit_table(histories.histories(), settings, seed, progress)
}

fn fit_table(
    histories: &CaptureHistories,
    settings: &LcmcrSettings,
    seed: Seed,
    progress: &mut dyn Progress,
) -> Result<LcmcrFit, Halted> {
    if let Some(problem) = settings.problem() {
        return Err(problem.into());
    }
    let table = Table::new(histories, settings.n_classes);
    let mut run = Run::new(&table, settings, &Streams::new(seed, Purpose::Chain, histories.id().as_bytes()));
    run.warm_up(settings.warm_up, progress)?;
    let mut next_look = FIRST_LOOK;
    loop {
        run.draw_up_to(next_look.min(run.max_rounds), progress)?;
        let last = run.n_rounds == run.max_rounds;
        if let Some(fit) = run.look(histories.n_documented(), last)? {
            return Ok(fit);
        }
        next_look += next_look / 2;
    }
}

/// All chains of one run.
struct Run<'a> {
    table: &'a Table,
    settings: &'a LcmcrSettings,
    chains: Vec<Chain>,
    n_rounds: usize,
    max_rounds: usize,
    rounds_per_piece: usize,
}

/// One chain and what it has drawn.
struct Chain {
    sampler: TemperedChain<ChaCha12Rng>,
    draws: Vec<Draw>,
    /// The probabilities of the cells at every `cells_every`-th draw.
    cells: Vec<Vec<f64>>,
    cells_every: usize,
}

impl Chain {
    /// Keeps the cells of every other draw once there are too many.
    fn thin_cells(&mut self) {
        if self.cells.len() > MAX_CELL_DRAWS {
            let mut odd = false;
            self.cells.retain(|_| {
                odd = !odd;
                !odd
            });
            self.cells_every *= 2;
        }
    }
}

impl<'a> Run<'a> {
    fn new(table: &'a Table, settings: &'a LcmcrSettings, streams: &Streams) -> Self {
        let prior = AlphaPrior { shape: settings.alpha_shape, rate: settings.alpha_rate };
        let chains = (0..settings.n_chains as u64)
            .map(|index| Chain {
                sampler: TemperedChain::new(table, prior, streams.of(index)),
                draws: Vec::new(),
                cells: Vec::new(),
                cells_every: tempering::DRAWS_PER_ROUND,
            })
            .collect();
        // About a hundred gradients per level and round, on some ten levels.
        let work = 1e3 * (table.n_histories() * table.n_classes * 4) as f64;
        let rounds_per_piece = (WORK_PER_PIECE / work).clamp(1.0, 100.0) as usize;
        let max_rounds = settings.max_rounds_for(table.n_lists);
        Self { table, settings, chains, n_rounds: 0, max_rounds, rounds_per_piece }
    }

    fn warm_up(&mut self, rounds: usize, progress: &mut dyn Progress) -> Result<(), Halted> {
        let (table, mut next_spread) = (self.table, FIRST_SPREAD);
        let mut done = 0;
        while done < rounds {
            let until = (done + self.rounds_per_piece).min(next_spread).min(rounds);
            self.chains.par_iter_mut().for_each(|chain| {
                (done..until).for_each(|_| chain.sampler.round(table, true, |_, _| {}));
            });
            let n_done = until - std::mem::replace(&mut done, until);
            // The last stretch after a spread tunes the steps of the levels as they then stay.
            if done == next_spread && 2 * done <= rounds {
                self.chains.iter_mut().for_each(|chain| chain.sampler.spread(table));
                next_spread *= 2;
            } else if done == next_spread {
                next_spread = rounds;
            }
            if progress.advance(n_done, rounds + self.max_rounds) == ControlFlow::Break(()) {
                return Err(Halted::Interrupted);
            }
        }
        Ok(())
    }

    fn draw_up_to(&mut self, rounds: usize, progress: &mut dyn Progress) -> Result<(), Halted> {
        let (table, warm_up) = (self.table, self.settings.warm_up);
        let keeps_cells = table.n_lists <= MAX_LISTS_WITH_CELLS;
        while self.n_rounds < rounds {
            let piece = self.rounds_per_piece.min(rounds - self.n_rounds);
            self.chains.par_iter_mut().for_each(|chain| {
                for _ in 0..piece {
                    let Chain { sampler, draws, cells, cells_every } = chain;
                    sampler.round(table, false, |draw, evaluation| {
                        draws.push(draw);
                        if keeps_cells && draws.len().is_multiple_of(*cells_every) {
                            cells.push(evaluation.observable_cells(table));
                        }
                    });
                    chain.thin_cells();
                }
            });
            self.n_rounds += piece;
            if progress.advance(piece, warm_up + self.max_rounds) == ControlFlow::Break(()) {
                return Err(Halted::Interrupted);
            }
        }
        Ok(())
    }

    /// The fit, if the chains agree well enough to stop, or well enough to publish at the last look.
    fn look(&self, n_documented: u64, last: bool) -> Result<Option<LcmcrFit>, Unsettled> {
        let first = (LEFT_OUT * self.chains[0].draws.len() as f64) as usize;
        let kept: Vec<&[Draw]> = self.chains.iter().map(|chain| &chain.draws[first..]).collect();
        let every = kept[0].len().div_ceil(MAX_LOOKED_AT);
        let series = |of: &dyn Fn(&Draw) -> f64| -> Vec<Vec<f64>> {
            kept.iter().map(|draws| draws.iter().step_by(every).map(of).collect()).collect()
        };
        let of_undocumented = Convergence::of(&series(&|draw| libm::log1p(draw.undocumented as f64)));
        let of_missing = Convergence::of(&series(&|draw| 1.0 - draw.seen));
        let both = [of_undocumented, of_missing];
        let enough =
            |of: &Convergence| of.r_hat <= R_HAT_TO_STOP && of.bulk_ess.min(of.tail_ess) >= self.settings.wanted_ess;
        if !last && !both.iter().all(enough) {
            return Ok(None);
        }
        let chain_medians = kept.iter().map(|draws| n_documented + median(draws)).collect();
        if !both.iter().all(Convergence::is_settled) {
            return Err(Unsettled::NotConverged {
                r_hat: of_undocumented.r_hat.max(of_missing.r_hat),
                bulk_ess: of_undocumented.bulk_ess.min(of_missing.bulk_ess),
                tail_ess: of_undocumented.tail_ess.min(of_missing.tail_ess),
                chain_medians,
            });
        }
        let limit = self.settings.cap.saturating_mul(n_documented);
        let n_draws = kept.iter().map(|draws| draws.len()).sum::<usize>() as f64;
        let beyond = kept.iter().copied().flatten().filter(|draw| draw.undocumented > limit).count() as f64 / n_draws;
        if beyond > CAP_REFUSAL {
            return Err(Unsettled::CapBinds { share: beyond, cap: self.settings.cap });
        }
        let totals = |draws: &&[Draw]| -> Vec<u64> {
            let within = draws.iter().filter(|draw| draw.undocumented <= limit);
            within.map(|draw| n_documented + draw.undocumented).collect()
        };
        let rejections: Vec<f64> = self.chains.iter().flat_map(|chain| chain.sampler.rejections()).collect();
        let first_cells = (LEFT_OUT * self.chains[0].cells.len() as f64) as usize;
        Ok(Some(LcmcrFit {
            posterior: Posterior::Draws { chains: kept.iter().map(totals).collect() },
            of_undocumented,
            of_missing,
            chain_medians,
            beyond_cap: beyond,
            n_classes_occupied: kept.iter().copied().flatten().map(|draw| draw.n_classes as f64).sum::<f64>() / n_draws,
            n_rounds: self.n_rounds,
            n_levels: self.chains.iter().map(|chain| chain.sampler.n_levels()).collect(),
            swap_rejection: rejections.iter().sum::<f64>() / rejections.len().max(1) as f64,
            cells: self.chains.iter().map(|chain| chain.cells[first_cells..].to_vec()).collect(),
        }))
    }
}

fn median(draws: &[Draw]) -> u64 {
    let mut undocumented: Vec<u64> = draws.iter().map(|draw| draw.undocumented).collect();
    let middle = undocumented.len() / 2;
    *undocumented.select_nth_unstable(middle).1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{capture::read_table, progress::Silent};

    /// The limits that a published figure gives, and how near ours must come.
    fn assert_near(found: f64, published: f64, tolerance: f64) {
        assert!((found - published).abs() <= tolerance * published, "{found} instead of {published}");
    }

    /// Mean and 95 % limits of the report on killings in the Philippines, 2019, with 5 classes: lists of which one shares
    /// nobody with the others belong to them, so the table goes past the check of the overlap.
    #[test]
    fn the_figures_for_three_cities_of_the_philippines_come_out() {
        let folder = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/mse"));
        for (file, mean, low, high) in [
            ("ph_manila_police.csv", 575.0, 534.0, 639.0),
            ("ph_quezon_police.csv", 348.0, 338.0, 368.0),
            ("ph_caloocan_police.csv", 331.0, 302.0, 379.0),
        ] {
            let Ok(bytes) = std::fs::read(folder.join(file)) else { continue };
            let (histories, _) = read_table(&bytes).unwrap();
            let settings = LcmcrSettings { n_classes: 5, cap: 20, ..LcmcrSettings::default() };
            let fit = fit_table(&histories, &settings, Seed(1), &mut Silent).unwrap();
            assert_near(fit.posterior.mean(), mean, 0.015);
            assert_near(fit.posterior.quantile(0.025) as f64, low, 0.03);
            assert_near(fit.posterior.quantile(0.975) as f64, high, 0.03);
        }
    }
}
