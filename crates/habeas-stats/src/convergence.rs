//! Whether Markov chains have settled: rank-normalised split R̂, bulk and tail effective sample size `[vehtari2021]`.
//!
//! Several chains from dispersed starts are looked at together. R̂ compares the variance between them (and between the
//! halves of each) with the variance within; the effective sample size says how many independent draws would tell as
//! much. Ranks make both meaningful when the mean is infinite. What they cannot see is a mode that no chain visited.

use thiserror::Error;

use crate::{
    diagnostics::Value,
    refusal::{Grouped, SettingsProblem, percent},
    special::{compensated_sum, normal_quantile},
};

/// How settled one quantity is over all chains.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Convergence {
    /// The larger R̂ of the ranks and of the folded ranks; infinite when chains stand still at different values.
    pub r_hat: f64,
    /// Effective sample size of the ranks: how well the middle is known.
    pub bulk_ess: f64,
    /// The smaller effective sample size of the 5 % and the 95 % quantile.
    pub tail_ess: f64,
}

impl Convergence {
    /// Looks at several chains of equal length.
    ///
    /// # Panics
    /// When there is no chain, a chain has fewer than 8 draws, lengths differ or a draw is NaN.
    ///
    /// # Source
    /// Vehtari et al. 2021 `[vehtari2021]`; truncation of the autocorrelations after Geyer 1992 `[geyer1992]`.
    pub fn of(chains: &[Vec<f64>]) -> Self {
        let length = chains[0].len();
        assert!(length >= 8, "a chain needs at least 8 draws");
        assert!(chains.iter().all(|chain| chain.len() == length), "chains of different lengths");
        let halves: Vec<&[f64]> =
            chains.iter().flat_map(|chain| [&chain[..length / 2], &chain[length - length / 2..]]).collect();
        let mut sorted: Vec<f64> = chains.iter().flatten().copied().collect();
        assert!(sorted.iter().all(|draw| !draw.is_nan()), "a draw is NaN");
        sorted.sort_unstable_by(f64::total_cmp);

        let ranked = normal_scores(&halves);
        let median = quantile(&sorted, 0.5);
        let folded: Vec<Vec<f64>> =
            halves.iter().map(|half| half.iter().map(|draw| (draw - median).abs()).collect()).collect();
        let folded = normal_scores(&folded.iter().map(Vec::as_slice).collect::<Vec<_>>());
        let tail = |level: f64| {
            let limit = quantile(&sorted, level);
            let within: Vec<Vec<f64>> = halves
                .iter()
                .map(|half| half.iter().map(|&draw| f64::from(u8::from(draw <= limit))).collect())
                .collect();
            effective_sample_size(&within)
        };
        Self {
            r_hat: split_r_hat(&ranked).max(split_r_hat(&folded)),
            bulk_ess: effective_sample_size(&ranked),
            tail_ess: tail(0.05).min(tail(0.95)),
        }
    }
}

impl Convergence {
    /// Whether R̂ and both effective sample sizes allow draws to be given out.
    pub fn is_settled(&self) -> bool {
        self.r_hat <= Unsettled::MOST_R_HAT && self.bulk_ess.min(self.tail_ess) >= Unsettled::LEAST_ESS
    }

    /// The three numbers as a diagnostic.
    pub fn as_value(&self) -> Value {
        let Self { r_hat, bulk_ess, tail_ess } = *self;
        Value::map([("r_hat", r_hat.into()), ("bulk_ess", bulk_ess.into()), ("tail_ess", tail_ess.into())])
    }
}

/// Why a sampler gave no draws.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum Halted {
    /// The settings make no sense.
    #[error("{}", .0.text())]
    Settings(SettingsProblem),
    /// The draws that were made are not given out.
    #[error("{0}")]
    Unsettled(#[from] Unsettled),
    /// The progress hook said stop.
    #[error("stopped on request")]
    Interrupted,
}

impl From<SettingsProblem> for Halted {
    fn from(problem: SettingsProblem) -> Self {
        Self::Settings(problem)
    }
}

/// Why draws are not given out.
#[derive(Clone, Debug, PartialEq, Error)]
#[error("{}", self.text())]
pub enum Unsettled {
    /// The chains did not agree within the rounds allowed.
    NotConverged {
        /// The largest R̂.
        r_hat: f64,
        /// The smallest bulk effective sample size.
        bulk_ess: f64,
        /// The smallest tail effective sample size.
        tail_ess: f64,
        /// Median of N in each chain: the levels at which they sit.
        chain_medians: Vec<u64>,
    },
    /// Too many draws lay beyond the cap: the data do not bound N.
    CapBinds {
        /// Share of the draws beyond the cap.
        share: f64,
        /// The cap, as a multiple of the number documented.
        cap: u64,
    },
    /// Too many draws of the people on some list contradict the interaction asked for.
    Contradicted {
        /// Share of the draws.
        share: f64,
    },
}

impl Unsettled {
    /// Draws are given out only up to this R̂ `[vehtari2021]`; that paper asks for 1.01, 1.05 is the looser habit.
    pub const MOST_R_HAT: f64 = 1.05;

    /// Draws are given out only from this bulk and tail effective sample size on `[vehtari2021]`.
    pub const LEAST_ESS: f64 = 400.0;

    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotConverged { .. } => "not_converged",
            Self::CapBinds { .. } => "cap_binds",
            Self::Contradicted { .. } => "contradicted",
        }
    }

    /// The reason in plain words.
    pub fn text(&self) -> String {
        match self {
            Self::NotConverged { r_hat, bulk_ess, tail_ess, chain_medians } => {
                let levels = ascending(chain_medians).into_iter().map(|median| Grouped(median).to_string());
                format!(
                    "The simulation did not settle: chains that started apart did not come together (R-hat {}, \
                     effective draws {:.0}; at most {:.2} and at least {:.0} are needed). They sit at {}.",
                    shown_r_hat(*r_hat),
                    bulk_ess.min(*tail_ess),
                    Self::MOST_R_HAT,
                    Self::LEAST_ESS,
                    levels.collect::<Vec<_>>().join(", ")
                )
            }
            Self::CapBinds { share, cap } => format!(
                "{} % of the draws put the people on no list above {cap} times those documented: these data do not \
                 bound the total from above.",
                percent(*share, 0)
            ),
            Self::Contradicted { share } => format!(
                "The odds ratio asked for cannot be: already among the documented more people are on neither of the two \
                 lists than it allows (in {} % of the draws).",
                percent(*share, 0)
            ),
        }
    }

    /// The figures of the sentence, by name.
    pub fn facts(&self) -> Value {
        match self {
            Self::NotConverged { r_hat, bulk_ess, tail_ess, chain_medians } => Value::map([
                ("r_hat", shown_r_hat(*r_hat).into()),
                ("effective_draws", format!("{:.0}", bulk_ess.min(*tail_ess)).into()),
                ("r_hat_needed", format!("{:.2}", Self::MOST_R_HAT).into()),
                ("draws_needed", format!("{:.0}", Self::LEAST_ESS).into()),
                ("levels", Value::list(ascending(chain_medians))),
            ]),
            Self::CapBinds { share, cap } => Value::map([("share", percent(*share, 0).into()), ("cap", (*cap).into())]),
            Self::Contradicted { share } => Value::map([("share", percent(*share, 0).into())]),
        }
    }

    /// What would help, in plain words.
    pub fn what_would_help(&self) -> String {
        match self {
            Self::NotConverged { .. } => {
                "Allow more rounds (--rounds, --walk-steps); report the levels at which the chains sit side by side, or \
                                          use dga; review lists with very few people, which often make such modes."
                    .to_owned()
            }
            Self::CapBinds { .. } => {
                "Report Chao's bound as «at least»; add a source that overlaps with the others.".to_owned()
            }
            Self::Contradicted { .. } => "Ask for a larger odds ratio, or for the highest-order interaction.".to_owned(),
        }
    }
}

/// R̂ with two decimals; chains that stand still apart have none.
fn shown_r_hat(r_hat: f64) -> String {
    if r_hat.is_finite() { format!("{r_hat:.2}") } else { "∞".to_owned() }
}

fn ascending(levels: &[u64]) -> Vec<u64> {
    let mut levels = levels.to_vec();
    levels.sort_unstable();
    levels
}

/// Effective number of independent draws for the mean of several chains of equal length.
///
/// Chains that never move, all at one value, count in full: there is nothing left to learn.
pub fn effective_sample_size(chains: &[Vec<f64>]) -> f64 {
    let n_draws = (chains.len() * chains[0].len()) as f64;
    let length = chains[0].len() as f64;
    let means: Vec<f64> = chains.iter().map(|chain| mean(chain)).collect();
    let covariance = |lag: usize| {
        let of_chain = |(chain, mean): (&Vec<f64>, &f64)| {
            let products = chain.iter().zip(&chain[lag..]).map(|(early, late)| (early - mean) * (late - mean));
            products.sum::<f64>() / length
        };
        chains.iter().zip(&means).map(of_chain).sum::<f64>() / chains.len() as f64
    };
    let within = covariance(0) * length / (length - 1.0);
    let mut total = within * (length - 1.0) / length;
    if chains.len() > 1 {
        total += variance(&means);
    }
    if total <= 0.0 {
        return n_draws;
    }
    let correlation = |lag: usize| 1.0 - (within - covariance(lag)) / total;
    // Sums of neighbours are positive and falling for a reversible chain; noise is cut off where that ends.
    let mut sum = 0.0;
    let mut last_pair = f64::INFINITY;
    let mut lag = 0;
    let mut next_even = 1.0;
    while lag + 5 < chains[0].len() {
        let pair = (if lag == 0 { 1.0 } else { next_even }) + correlation(lag + 1);
        if pair <= 0.0 {
            break;
        }
        last_pair = pair.min(last_pair);
        sum += last_pair;
        lag += 2;
        next_even = correlation(lag);
    }
    let time = 2.0 * sum - 1.0 + next_even.max(0.0);
    n_draws / time.max(1.0 / libm::log10(n_draws))
}

fn split_r_hat(halves: &[Vec<f64>]) -> f64 {
    let length = halves[0].len() as f64;
    let within = mean(&halves.iter().map(|half| variance(half)).collect::<Vec<_>>());
    let between = variance(&halves.iter().map(|half| mean(half)).collect::<Vec<_>>());
    if between <= 0.0 {
        return 1.0;
    }
    if within <= 0.0 {
        return f64::INFINITY;
    }
    libm::sqrt((length - 1.0) / length + between / within)
}

/// Φ⁻¹ of the ranks, ties sharing their mean rank.
fn normal_scores(chains: &[&[f64]]) -> Vec<Vec<f64>> {
    let mut order: Vec<(f64, usize, usize)> = chains
        .iter()
        .enumerate()
        .flat_map(|(chain, draws)| draws.iter().enumerate().map(move |(idx, &draw)| (draw, chain, idx)))
        .collect();
    order.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let n_draws = order.len() as f64;
    let mut scores: Vec<Vec<f64>> = chains.iter().map(|draws| vec![0.0; draws.len()]).collect();
    let mut before = 0;
    for same in order.chunk_by(|a, b| a.0 == b.0) {
        let rank = before as f64 + (same.len() as f64 + 1.0) / 2.0;
        let score = normal_quantile((rank - 0.375) / (n_draws + 0.25));
        same.iter().for_each(|&(_, chain, idx)| scores[chain][idx] = score);
        before += same.len();
    }
    scores
}

fn quantile(sorted: &[f64], level: f64) -> f64 {
    let at = level * (sorted.len() - 1) as f64;
    let below = at as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (at - below as f64) * (sorted[above] - sorted[below])
}

fn mean(values: &[f64]) -> f64 {
    compensated_sum(values.iter().copied()) / values.len() as f64
}

fn variance(values: &[f64]) -> f64 {
    let mean = mean(values);
    compensated_sum(values.iter().map(|value| (value - mean) * (value - mean))) / (values.len() as f64 - 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha12Rng;
    use rand_distr::{Distribution, StandardNormal};

    /// Chains of an autoregressive process with unit variance.
    fn chains(n_chains: usize, length: usize, correlation: f64, seed: u64) -> Vec<Vec<f64>> {
        let mut generator = ChaCha12Rng::seed_from_u64(seed);
        let noise = libm::sqrt(1.0 - correlation * correlation);
        (0..n_chains)
            .map(|_| {
                let mut at: f64 = StandardNormal.sample(&mut generator);
                (0..length)
                    .map(|_| {
                        let step: f64 = StandardNormal.sample(&mut generator);
                        at = correlation * at + noise * step;
                        at
                    })
                    .collect()
            })
            .collect()
    }

    #[test]
    fn the_effective_sample_size_of_an_autoregressive_process_is_n_times_one_minus_r_over_one_plus_r() {
        for correlation in [0.0, 0.5, 0.9, -0.4] {
            let expected = 40_000.0 * (1.0 - correlation) / (1.0 + correlation);
            let found = effective_sample_size(&chains(4, 10_000, correlation, 5));
            assert!((found - expected).abs() < 0.1 * expected, "{correlation}: {found} {expected}");
        }
    }

    #[test]
    fn independent_draws_have_settled() {
        let Convergence { r_hat, bulk_ess, tail_ess } = Convergence::of(&chains(8, 1_000, 0.0, 6));
        assert!(r_hat < 1.01, "{r_hat}");
        assert!((6_500.0..9_500.0).contains(&bulk_ess), "{bulk_ess}");
        assert!((6_000.0..10_000.0).contains(&tail_ess), "{tail_ess}");
    }

    #[test]
    fn one_chain_at_another_level_or_of_another_width_has_not_settled() {
        let mut elsewhere = chains(4, 1_000, 0.0, 7);
        elsewhere[2].iter_mut().for_each(|draw| *draw += 1.0);
        assert!(Convergence::of(&elsewhere).r_hat > 1.05);
        let mut wider = chains(4, 1_000, 0.0, 8);
        wider[1].iter_mut().for_each(|draw| *draw *= 4.0);
        assert!(Convergence::of(&wider).r_hat > 1.05);
        assert!(!Convergence::of(&wider).is_settled());
    }

    #[test]
    fn a_chain_that_drifts_has_not_settled_even_when_all_drift_alike() {
        let mut drifting = chains(4, 1_000, 0.0, 9);
        for chain in &mut drifting {
            chain.iter_mut().enumerate().for_each(|(idx, draw)| *draw += idx as f64 * 2e-3);
        }
        assert!(Convergence::of(&drifting).r_hat > 1.05);
    }

    #[test]
    fn ranks_make_the_verdict_the_same_for_any_increasing_transformation() {
        let plain = chains(4, 500, 0.6, 10);
        let exponentials: Vec<Vec<f64>> =
            plain.iter().map(|chain| chain.iter().map(|&draw| libm::exp(9.0 * draw)).collect()).collect();
        let (plain, exponentials) = (Convergence::of(&plain), Convergence::of(&exponentials));
        assert_eq!(plain.bulk_ess, exponentials.bulk_ess);
        assert_eq!(plain.tail_ess, exponentials.tail_ess);
    }

    #[test]
    fn chains_that_stand_still_at_one_value_have_settled_and_at_two_never() {
        let still = Convergence::of(&vec![vec![7.0; 100]; 4]);
        assert_eq!((still.r_hat, still.bulk_ess), (1.0, 400.0));
        let apart = Convergence::of(&[vec![7.0; 100], vec![7.0; 100], vec![7.0; 100], vec![9.0; 100]]);
        assert_eq!(apart.r_hat, f64::INFINITY);
        assert!(!apart.is_settled());
    }
}
